"""Are calls and tools read in every form, and are the schemas of strangers judged without harm?"""

from __future__ import annotations

import json
import time
from typing import Any

import polars as pl
import pytest

from analysis.formats.columns import CANONICAL
from analysis.structure.calls import Call, calls_in, tools_in
from analysis.structure.results import n_tools
from analysis.structure.schemas import MOST_CHARACTERS, fits
from analysis.structure.structure_signal import Structure

SCHEMA = {"type": "object", "properties": {"port": {"type": "string"}}, "required": ["port"]}
CALLS = {
    "OpenAI": [{"id": "c", "type": "function", "function": {"name": "tide", "arguments": '{"port": "P"}'}}],
    "OpenAI, an object": [{"id": "c", "function": {"name": "tide", "arguments": {"port": "P"}}}],
    "Responses": [{"type": "function_call", "id": "fc", "call_id": "c", "name": "tide", "arguments": '{"port": "P"}'}],
    "Anthropic": [{"type": "tool_use", "id": "c", "name": "tide", "input": {"port": "P"}}],
    "Gemini": [{"functionCall": {"id": "c", "name": "tide", "args": {"port": "P"}}}],
    "Bedrock": [{"toolUse": {"toolUseId": "c", "name": "tide", "input": {"port": "P"}}}],
    "Llama": {"id": "c", "name": "tide", "parameters": {"port": "P"}},
}
DECLARED: dict[str, Any] = {
    "OpenAI": [{"type": "function", "function": {"name": "tide", "parameters": SCHEMA}}],
    "bare": [{"name": "tide", "parameters": SCHEMA}],
    "Anthropic": [{"name": "tide", "input_schema": SCHEMA}],
    "MCP": [{"name": "tide", "inputSchema": SCHEMA}],
    "Gemini": [{"functionDeclarations": [{"name": "tide", "parameters": SCHEMA}]}],
    "Gemini, with another": {"tools": [{"function_declarations": [{"name": "tide", "parameters": SCHEMA}]}]},
    "Bedrock": {"tools": [{"toolSpec": {"name": "tide", "inputSchema": {"json": SCHEMA}}}]},
    "one alone": {"name": "tide", "parameters": SCHEMA},
}


@pytest.mark.parametrize("form", CALLS)
def test_calls_in_every_form(form: str) -> None:
    assert calls_in(json.dumps(CALLS[form])) == [Call("c", "tide", {"port": "P"})]


@pytest.mark.parametrize("form", DECLARED)
def test_tools_in_every_form(form: str) -> None:
    assert tools_in(json.dumps(DECLARED[form])) == {"tide": SCHEMA}


@pytest.mark.parametrize("text", ["", "tide", "{", "7", "null", "[7]", '[{"port": "P"}]', "[" * 100_000])
def test_what_is_no_tool_declares_nothing(text: str) -> None:
    assert tools_in(text) is None


def test_how_many_tools() -> None:
    texts = pl.Series([json.dumps(DECLARED["bare"]), None, "[]", "no JSON"])
    assert n_tools(texts).to_list() == [1, None, 0, None]


@pytest.mark.parametrize(
    "text", ["", "tide()", "[7]", '[{"name": "tide", "arguments": "x"}]', '[{"name": "tide", "arguments": [1]}]']
)
def test_calls_without_arguments_that_can_be_read(text: str) -> None:
    assert [(call.arguments, call.is_deep) for call in calls_in(text)] == [(None, False)]


def test_arguments_of_any_depth() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert calls_in(json.dumps([{"name": "tide", "arguments": deep}]))[0].is_deep
    assert calls_in(deep) == [Call(None, None, None, True)]


FITTING: list[tuple[Any, dict[str, Any], bool | None]] = [
    (SCHEMA, {"port": "P"}, True),
    (SCHEMA, {"port": 7}, False),
    (SCHEMA, {}, False),
    (SCHEMA, {"port": None}, False),
    (SCHEMA, {"port": "P", "day": None}, True),
    ({"additionalProperties": False, "properties": {"port": {}}}, {"port": 1, "day": 2}, False),
    ({"properties": {"port": {"enum": ["A", "B"]}}}, {"port": "C"}, False),
    ({"properties": {"port": {"type": ["string", "null"]}}, "required": ["port"]}, {"port": None}, True),
    ({"$ref": "#/$defs/a", "$defs": {"a": SCHEMA}}, {"port": 7}, False),
    ({"type": "object", "properties": {"next": {"$ref": "#"}}}, {"next": {"next": {"next": 7}}}, False),
    ({"$schema": "http://json-schema.org/draft-07/schema#", **SCHEMA}, {"port": 7}, False),
    (True, {"port": 7}, True),
    (False, {"port": 7}, False),
]


@pytest.mark.parametrize(("schema", "arguments", "expected"), FITTING)
def test_arguments_and_schemas(schema: Any, arguments: dict[str, Any], expected: bool | None) -> None:
    assert fits(schema, arguments) is expected


HOSTILE: dict[str, Any] = {
    "an address": {"$ref": "http://192.0.2.1/schema.json"},
    "a file": {"$ref": "file:///etc/passwd"},
    "an address by its name": {"$id": "http://192.0.2.1/a", "$ref": "b"},
    "no address": {"$id": "http://[::1", "$ref": "b"},
    "itself": {"$ref": "#"},
    "nowhere": {"$ref": "#/$defs/none"},
    "no type": {"type": "dict"},
    "a number as type": {"type": 5},
    "no properties": {"properties": ["port"]},
    "a text": "object",
    "a list": [SCHEMA],
    "another draft inside": {"properties": {"port": {"$schema": "http://json-schema.org/draft-07/schema#"}}},
    "twice the next, sixty times": {
        "$ref": "#/$defs/s0",
        "$defs": {f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n + 1}"}] * 2} for n in range(60)} | {"s60": {}},
    },
    "very long": {"properties": {f"p{n}": {"type": "string"} for n in range(10_000)}},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_schema_judges_nothing(kind: str) -> None:
    """Tests that open a connection fail: nothing is fetched."""
    assert fits(HOSTILE[kind], {"port": "P"}) is None


def test_patterns_are_not_run() -> None:
    bomb, text = "(a+)+$", "a" * 64 + "!"
    assert fits({"properties": {"port": {"type": "string", "pattern": bomb}}}, {"port": text}) is True
    assert fits({"properties": {"port": {"type": "string", "pattern": bomb}}}, {"port": 7}) is False
    assert fits({"patternProperties": {bomb: False}, "additionalProperties": False}, {text: 1}) is True


def test_large_arguments_are_not_judged() -> None:
    assert fits(SCHEMA, {"port": "P" * MOST_CHARACTERS}) is None
    assert fits(SCHEMA, {"port": 2**70}) is None
    unique = {"properties": {"ports": {"uniqueItems": True}}}
    assert fits(unique, {"ports": [{}, {}]}) is False
    assert fits(unique, {"ports": [{}] * 5_000}) is True


def of_chats(chats: list[list[dict[str, Any]]], tools: list[str | None] | None = None) -> pl.DataFrame:
    signal = Structure()
    rows = pl.DataFrame({"messages": pl.Series(chats, dtype=CANONICAL["messages"])})
    given = pl.Series("tools", tools or [None] * len(chats), dtype=pl.String)
    rows = rows.with_columns(given, *(pl.lit(None, CANONICAL[name]).alias(name) for name in signal.reads[:4]))
    others = [name for name in signal.reads if name not in rows.columns]
    return signal.compute(rows.with_columns(pl.lit(None, CANONICAL[name]).alias(name) for name in others))


def test_a_chat_of_five_thousand_turns_and_arguments_of_a_megabyte() -> None:
    turns = [{"role": "user" if n % 2 == 0 else "assistant", "content": f"Turn {n}"} for n in range(5_000)]
    large = json.dumps([{"id": "a", "name": "tide", "arguments": json.dumps({"port": "P" * 1_000_000})}])
    calls = [
        {"role": "user", "content": "Tide?"},
        {"role": "assistant", "tool_calls": large},
        {"role": "tool", "tool_call_id": "a", "content": "4:10"},
        {"role": "assistant", "content": "At 4:10."},
    ]
    started = time.process_time()
    judged = of_chats([turns, calls], [None, json.dumps(DECLARED["bare"])])
    assert time.process_time() - started < 5
    assert judged["structure_faults"].to_list() == [[], []]
    assert judged["n_calls"].to_list() == [0, 1]


def test_many_calls_with_ids_that_repeat() -> None:
    call = json.dumps([{"id": "a", "name": "tide", "arguments": "{}"}] * 300)
    block = [{"role": "assistant", "tool_calls": call}, *[{"role": "tool", "tool_call_id": "a", "content": "1"}] * 300]
    judged = of_chats([[{"role": "user", "content": "Tide?"}, *block * 3, {"role": "assistant", "content": "Ten."}]])
    assert judged.rows() == [("text", None, [], 900, None, 3, [])]
