"""Which calls are in the JSON of a message, and which tools are declared: in the forms of all the common APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from analysis.errors import FormatError
from analysis.formats.jsontext import loads

Json = Any
MOST_TOOLS = 10_000
WRAPPED = ("function", "functionCall", "function_call", "toolUse", "toolSpec")
GROUPS = ("tools", "functionDeclarations", "function_declarations")
ARGUMENTS = ("arguments", "args", "input", "parameters", "kwargs")
SCHEMAS = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema")
IDS = ("call_id", "tool_call_id", "toolUseId", "id")


class Call(NamedTuple):
    """One tool call; `name` and `id` are None where the source says none. `arguments`: the object, {} for none;
    None where they are not the JSON of an object, or nested too deeply to read: then `is_deep`."""

    id: str | None
    name: str | None
    arguments: dict[str, Json] | None
    is_deep: bool = False


class Unread(NamedTuple):
    """A text that cannot be read as JSON; `is_deep` where it is nested too deeply."""

    is_deep: bool


def read(text: str) -> Json | Unread:
    """The value of a JSON text, or why there is none."""
    try:
        return loads(text)
    except FormatError:
        return Unread(False)
    except RecursionError:
        return Unread(True)


def calls_in(text: str) -> list[Call]:
    """The calls of one message; a text that is no JSON, or anything else than calls, is one call without arguments."""
    value = read(text)
    if isinstance(value, str):
        value = read(value)
    if isinstance(value, Unread):
        return [Call(None, None, None, value.is_deep)]
    return [_call(item) for item in (value if isinstance(value, list) else [value])]


def _call(item: Json) -> Call:
    if not isinstance(item, dict):
        return Call(None, None, None)
    inner = _unwrapped(item)
    name = inner.get("name")
    given = next((of[key] for of in (inner, item) for key in ARGUMENTS if of.get(key) is not None), None)
    called = next((of[key] for of in (item, inner) for key in IDS if isinstance(of.get(key), str)), None)
    if isinstance(given, str):
        given = read(given)
    elif given is None:
        given = {}
    is_deep = isinstance(given, Unread) and given.is_deep
    return Call(called, name if isinstance(name, str) else None, given if isinstance(given, dict) else None, is_deep)


def _unwrapped(item: dict[str, Json]) -> dict[str, Json]:
    inner = next((item[key] for key in WRAPPED if isinstance(item.get(key), dict)), None)
    return item if inner is None else inner


def tools_in(text: str) -> dict[str, Json] | None:
    """The schema of the arguments of each declared tool by its name, None where it says none.

    None where the text is no JSON, or a value that holds something else than tools with a name.
    """
    value = read(text)
    if isinstance(value, str):
        value = read(value)
    if not isinstance(value, list | dict):
        return None
    tools: dict[str, Json] = {}
    for item in _each(value):
        inner = _unwrapped(item) if isinstance(item, dict) else {}
        if not isinstance(inner.get("name"), str) or len(tools) == MOST_TOOLS:
            return None
        tools[inner["name"]] = _schema(inner)
    return tools


def _each(value: Json) -> Iterator[Json]:
    """Each tool of a list, of a group of tools, or of lists of groups."""
    for item in value if isinstance(value, list) else [value]:
        group = (
            next((item[key] for key in GROUPS if isinstance(item.get(key), list)), None) if _is_group(item) else None
        )
        yield from _flat(group) if group is not None else (item,)


def _flat(group: Iterable[Json]) -> Iterator[Json]:
    """The tools of a group; one that holds groups itself is followed one step."""
    for item in group:
        inner = (
            next((item[key] for key in GROUPS if isinstance(item.get(key), list)), None) if _is_group(item) else None
        )
        yield from inner if inner is not None else (item,)


def _is_group(item: Json) -> bool:
    return isinstance(item, dict) and "name" not in item


def _schema(tool: dict[str, Json]) -> Json:
    schema = next((tool[key] for key in SCHEMAS if isinstance(tool.get(key), dict | bool)), None)
    if isinstance(schema, dict) and schema.keys() == {"json"}:  # as the Converse API of Bedrock wraps it
        return schema["json"]
    return schema
