"""Traces with what went in and what came out: Langfuse observations and traces, LangSmith runs and examples."""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.spoken import answered_in, conversation, tools_in, turns_in
from analysis.formats.layouts.values import objects_in, opened

OF_TRACES = (
    "traceId",
    "trace_id",
    "parentObservationId",
    "parent_observation_id",
    "startTime",
    "start_time",
    "observations",
    "latency",
    "htmlPath",
    "sessionId",
)
GENERATION = "GENERATION"


def _fits_observation(record: Record) -> bool:
    if not _has_turns(record.get("input")) and not _has_turns(_generation(record).get("input")):
        return False
    if any(key in record for key in OF_TRACES):
        return True
    return "output" in record and "instruction" not in record and bool(answered_in(record["output"]))


def _has_turns(value: Any) -> bool:
    return isinstance(opened(value), list | dict) and turns_in(value) is not None


def _generation(record: Record) -> dict[str, Any]:
    """The last call of a model among a trace's observations."""
    calls = [each for each in objects_in(record.get("observations")) if each.get("type") == GENERATION]
    return calls[-1] if calls else {}


def _read_observation(record: Record) -> Row:
    of: Record = record if _has_turns(record.get("input")) else _generation(record)
    answered = of.get("output") if of.get("output") is not None else record.get("output")
    return {
        "messages": conversation(of["input"], answered),
        "tools": tools_in(of["input"], record.get("modelParameters")),
    }


def _fits_run(record: Record) -> bool:
    asked, answered = opened(record["inputs"]), opened(record.get("outputs"))
    return isinstance(asked, dict) and isinstance(answered, dict | None) and bool(asked)


def _read_run(record: Record) -> Row:
    extra = opened(record.get("extra"))
    given = opened(extra.get("invocation_params")) if isinstance(extra, dict) else None
    turns = conversation(record["inputs"], record.get("outputs"))
    if not turns:
        raise FormatError("no texts")
    return {"messages": turns, "tools": tools_in(record["inputs"], given)}


LANGFUSE = Layout(
    name="langfuse",
    title="Langfuse observations and traces",
    sign="input with messages, and output",
    format="chat",
    fits=_fits_observation,
    read=_read_observation,
    gives=("messages", "tools"),
    roles={"created_at": "startTime", "session": "sessionId", "group": "model"},
)
LANGSMITH = Layout(
    name="langsmith",
    title="LangSmith runs and examples",
    sign="inputs and outputs as objects",
    format="chat",
    fits=_fits_run,
    read=_read_run,
    gives=("messages", "tools"),
    roles={"created_at": "start_time", "session": "session_id"},
)
