"""Sessions of agents, an event a line: the main conversation, and one for each sub-agent, with their metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.formats.groups import ROWS, id_of, parent_of
from analysis.formats.kinds import as_text
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.values import first_filled, opened

ADDS = ("is_subagent", "agent_id", "title", "model", "started_at", "other_events")
SPEAKERS = ("user", "assistant", "system", "tool")


def _fits(record: Record) -> bool:
    return ROWS in record and any(_is_spoken(event) for event in record[ROWS])


def _is_spoken(event: Record) -> bool:
    message = opened(event.get("message"))
    return isinstance(message, dict) and ("content" in message) and event.get("type", message.get("role")) in SPEAKERS


def _read(record: Record) -> list[Row]:
    events: Sequence[dict[str, Any]] = record[ROWS]
    branches = _branches(events)
    others = [event for event in events if not _is_spoken(event)]
    rows = [_row(of_branch, branch) for branch, of_branch in branches.items()]
    titles = [event["summary"] for event in others if isinstance(event.get("summary"), str)]
    rows[0]["columns"] |= {"title": titles[-1] if titles else None, "other_events": others or None}
    return rows


def _branches(events: Sequence[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    """The events that are spoken by the conversation they are in: None for the main one, else the sub-agent."""
    spoken = [event for event in events if _is_spoken(event)]
    agents: dict[Any, Any] = {}
    branches: dict[Any, list[dict[str, Any]]] = {}
    for event in spoken:
        agent = None
        if event.get("isSidechain") in (True, "true", "True"):
            agent = as_text(event.get("agentId")) or agents.get(parent_of(event)) or id_of(event) or "sub-agent"
        agents[id_of(event)] = agent
        branches.setdefault(agent, []).append(event)
    main = {None: branches.pop(None)} if None in branches else {}
    return {**main, **branches}


def _row(events: Sequence[dict[str, Any]], agent: Any) -> Row:
    turns = _turns(events)
    return {
        "messages": turns,
        "columns": {
            "is_subagent": agent is not None,
            "agent_id": agent,
            "model": next((turn["model"] for turn in turns if turn.get("model")), None),
            "started_at": first_filled(events[0], ("timestamp", "created_at")),
        },
    }


def _turns(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A message for each event; parts of one answer that come as several events are put together."""
    turns: list[dict[str, Any]] = []
    for event in events:
        message = dict(opened(event["message"]))
        about = {key: value for key, value in event.items() if key != "message"}
        if results := _results(message.get("content")):
            turns += [{**result, **({} if number else {"events": [about]})} for number, result in enumerate(results)]
            continue
        before = turns[-1] if turns else {}
        if message.get("id") is not None and message["id"] == before.get("id"):
            before["content"] = [*_parts(before["content"]), *_parts(message["content"])]
            new = {key: value for key, value in message.items() if key != "content" and before.get(key) != value}
            before["events"] = [*before["events"], {**about, "message": new} if new else about]
            continue
        turns.append({**message, "role": message.get("role") or event.get("type"), "events": [about]})
    return turns


def _results(content: Any) -> list[dict[str, Any]]:
    """A message for each tool result, where the content is nothing else."""
    if not isinstance(content, list) or not all(
        isinstance(p, dict) and p.get("type") == "tool_result" for p in content
    ):
        return []
    return [
        {
            "role": "tool",
            "content": part.get("content"),
            "tool_call_id": part.get("tool_use_id"),
            **{key: value for key, value in part.items() if key not in ("type", "content", "tool_use_id")},
        }
        for part in content
    ]


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    return [] if content is None else [{"type": "text", "text": content}]


SESSIONS = Layout(
    name="agent_session",
    title="Sessions of an agent, an event a line",
    sign="sessionId, type and message in each line",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages",),
    roles={"session": "session_id", "created_at": "started_at", "group": "model"},
    adds=ADDS,
    is_many=True,
    of_several=True,
)
