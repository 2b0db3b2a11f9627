"""Trajectories of agents in one record, as SWE-agent writes them: a history of messages, or steps."""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.spoken import turn_of
from analysis.formats.layouts.values import first_filled, objects_in, opened

ROLES = ("role", "from")
TEXTS = ("text", "content", "value", "system_prompt")


def _fits(record: Record) -> bool:
    steps = objects_in(record.get("trajectory")) or objects_in(record.get("trajectories"))
    return bool(steps) and bool(_turns(record))


def _turns(record: Record) -> list[dict[str, Any]]:
    history = objects_in(record.get("history"))
    if history and all("role" in turn for turn in history):
        return [turn_of(turn) or turn for turn in history]
    steps = objects_in(record.get("trajectory")) or objects_in(record.get("trajectories"))
    return [turn for step in steps for turn in _of_step(step)]


def _of_step(step: dict[str, Any]) -> list[dict[str, Any]]:
    """The turns of one step: a message, or what the agent says and does, and what it then sees."""
    if any(key in step for key in ROLES):
        name = first_filled(step, TEXTS)
        rest = {key: value for key, value in step.items() if value is not name and value is not None}
        return [{**rest, "role": first_filled(step, ROLES), "content": name}]
    spoken = first_filled(step, ("response", "thought", "action"))
    seen = first_filled(step, ("observation", "result", "output"))
    if spoken is None and seen is None:
        raise FormatError("no step")
    rest = {key: value for key, value in step.items() if value not in (None, "") and value is not spoken}
    rest.pop("observation", None)
    turns = [{**rest, "role": "assistant", "content": spoken if isinstance(spoken, str) else None}]
    return [*turns, {"role": "tool", "content": seen}] if seen is not None else turns


def _read(record: Record) -> Row:
    info = opened(record.get("info"))
    info = info if isinstance(info, dict) else record
    return {
        "messages": _turns(record),
        "columns": {
            "ended_by": info.get("exit_status"),
            "patch": first_filled(info, ("submission", "generated_patch")),
        },
    }


TRAJECTORIES = Layout(
    name="trajectory",
    title="Trajectories of an agent (SWE-agent)",
    sign="trajectory with messages or steps",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages",),
    roles={"group": "ended_by"},
    adds=("ended_by", "patch"),
)
