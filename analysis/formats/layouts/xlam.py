"""Function calling as in xLAM: a question, the calls that answer it, and the tools, the last two often as JSON text."""

from __future__ import annotations

from typing import Any

import orjson

from analysis.errors import FormatError
from analysis.formats.kinds import as_text
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

QUESTIONS = ("query", "question", "instruction", "prompt", "user")
ANSWERS = ("answers", "answer", "tool_calls", "function_calls", "calls", "output", "response")
TOOLS = ("tools", "functions", "available_tools")


def _first(record: Record, names: tuple[str, ...]) -> str:
    return next(name for name in names if record.get(name) is not None)


def _listed(value: Any) -> list[Any]:
    value = orjson.loads(value) if isinstance(value, str) else value
    if not isinstance(value, list):
        raise FormatError("The answers or tools are no list.")
    return value


def _fits(record: Record) -> bool:
    names = [names for names in (QUESTIONS, ANSWERS, TOOLS) if any(record.get(name) is not None for name in names)]
    if len(names) < 3 or not isinstance(record[_first(record, QUESTIONS)], str):
        return False
    calls = _listed(record[_first(record, ANSWERS)])
    tools = _listed(record[_first(record, TOOLS)])
    is_calls = all(isinstance(call["name"], str) and ("arguments" in call or "parameters" in call) for call in calls)
    return is_calls and bool(tools) and all(isinstance(tool, dict) for tool in tools)


def _read(record: Record) -> Row:
    calls = Message("assistant", tool_calls=as_text(record[_first(record, ANSWERS)]))
    return {
        "messages": [Message("user", record[_first(record, QUESTIONS)]), calls],
        "system": record.get("system"),
        "tools": record[_first(record, TOOLS)],
    }


XLAM = Layout(
    name="xlam",
    title="xLAM function calls",
    sign="a question, answers that are calls of functions, and tools",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system", "tools"),
    takes_training=True,
    whole=("query", "answers"),
)
