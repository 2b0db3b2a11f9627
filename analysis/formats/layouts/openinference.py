"""Spans of OpenInference, as Phoenix exports them: attributes nested, as a list, or flattened to one column each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.spoken import conversation
from analysis.formats.layouts.values import as_list, opened

STARTS = ("llm", "input", "output", "openinference", "session", "attributes")
VERBATIM = ("content", "arguments", "value", "text", "json_schema", "parameters")


def _nested(record: Record) -> dict[str, Any]:
    """The attributes as nested objects, whatever the form in which they are written."""
    tree: dict[str, Any] = {}
    for key, value in record.items():
        if value is not None and key.split(".")[0] in STARTS:
            _put(tree, key.split("."), value if _is_verbatim(key) else _plain(opened(value)))
    return tree.get("attributes", tree) if "llm" not in tree else tree


def _is_verbatim(key: str) -> bool:
    """Whether a value stays as it is written: a text may be JSON, and an argument may have a dot in its name."""
    return key.rpartition(".")[2] in VERBATIM


def _plain(value: Any) -> Any:
    """A value with objects for dotted keys, and for lists of keys and values as OpenTelemetry writes them."""
    if isinstance(value, list) and value and all(isinstance(v, dict) and v.keys() == {"key", "value"} for v in value):
        value = {item["key"]: _typed(item["value"]) for item in value}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    tree: dict[str, Any] = {}
    for key, item in value.items():
        if item is not None:
            _put(tree, key.split("."), item if _is_verbatim(key) else _plain(item))
    return tree


def _typed(value: Any) -> Any:
    """A value of OpenTelemetry, whose only key names its type."""
    return next(iter(value.values()), None) if isinstance(value, dict) and len(value) == 1 else value


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        below = tree.setdefault(key, {})
        if not isinstance(below, dict):
            return
        tree = below
    old = tree.get(path[-1])
    tree[path[-1]] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value


def _listed(value: Any) -> list[Any]:
    """A list, also where it is an object with numbers for keys."""
    value = opened(value)
    if isinstance(value, Mapping) and value and all(str(key).isdigit() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return as_list(value)


def _message(value: Any) -> dict[str, Any]:
    """One message of an input or output, without the object around it."""
    message = dict(value.get("message", value))
    if (parts := message.pop("contents", None)) is not None and "content" not in message:
        message["content"] = [_part(part) for part in _listed(parts)]
    if (calls := message.pop("tool_calls", None)) is not None:
        message["tool_calls"] = [call.get("tool_call", call) for call in _listed(calls)]
    return {"role": message.pop("role"), "content": message.pop("content", None), **message}


def _part(value: Any) -> Any:
    return value.get("message_content", value) if isinstance(value, dict) else value


def _texts(attributes: Mapping[str, Any], side: str) -> Any:
    value = attributes.get(side)
    return value.get("value") if isinstance(value, dict) else None


def _fits(record: Record) -> bool:
    keys = [key for key in record if key.split(".")[0] in STARTS]
    if not any("." in key for key in keys) and "attributes" not in record:
        return False
    attributes = _nested(record)
    return isinstance(attributes.get("llm"), dict) or _texts(attributes, "input") is not None


def _read(record: Record) -> Row:
    attributes = _nested(record)
    llm = attributes.get("llm", {})
    asked = [_message(message) for message in _listed(llm.get("input_messages"))]
    answered = [_message(message) for message in _listed(llm.get("output_messages"))]
    turns = conversation(asked or _texts(attributes, "input"), answered or _texts(attributes, "output"))
    if not turns:
        raise FormatError("no texts")
    return {"messages": turns, "tools": _tools(llm), "columns": _about(record, attributes, llm)}


def _tools(llm: Mapping[str, Any]) -> Any:
    tools = [tool.get("tool", tool) if isinstance(tool, dict) else tool for tool in _listed(llm.get("tools"))]
    return [opened(tool.get("json_schema", tool)) if isinstance(tool, dict) else tool for tool in tools] or None


def _about(record: Record, attributes: Mapping[str, Any], llm: Mapping[str, Any]) -> dict[str, Any]:
    session = attributes.get("session")
    kind = attributes.get("openinference", {}).get("span", {}).get("kind") or record.get("span_kind")
    return {
        "model": llm.get("model_name"),
        "kind": kind,
        "session_id": session.get("id") if isinstance(session, dict) else None,
    }


OPENINFERENCE = Layout(
    name="openinference",
    title="Spans of OpenInference (Phoenix)",
    sign="attributes with llm.input_messages, or input.value",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "tools"),
    roles={"created_at": "start_time", "session": "session_id", "group": "model"},
    adds=("model", "kind", "session_id"),
)
