"""Tables and conversations that are read column by column give what reading them record by record gives."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.formats import plainchats
from analysis.formats.batches import Batch
from analysis.formats.chats import messages_of
from analysis.formats.kinds import as_json
from analysis.formats.message_columns import messages_series
from analysis.formats.options import AS_FOUND, ReadOptions
from analysis.formats.outlines import outline_of
from analysis.formats.parsing import Records, parse
from analysis.formats.parts import build
from analysis.formats.planning import plan_for
from analysis.formats.row_hashes import row_text
from analysis.formats.table_json import has_plain_json, json_of, row_texts
from analysis.formats.tables import TableColumn, TableRows

TEXTS = [
    "",
    "a",
    'quote " and \\',
    "line\nend\ttab\r",
    "\x00\x1f\x7f",
    "é ü 漢字 😀",
    "\u2028\ufeff\ufffd",
    "}}",
    '{"":1}',
]
MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
SHARED = pl.List(pl.Struct({"from": pl.String, "value": pl.String}))


def turns(*pairs: tuple[str | None, str | None], keys: tuple[str, str] = ("role", "content")) -> list[dict[str, Any]]:
    return [dict(zip(keys, pair, strict=True)) for pair in pairs]


CHATS: list[Any] = [
    turns(("user", "q1"), ("assistant", "a1")),
    turns(("system", "s1"), ("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2")),
    turns(("developer", "d"), ("system", "s"), ("user", "only asked")),
    turns(("user", "q"), ("assistant", "a"), ("tool", "t")),
    turns(("assistant", "begins"), ("user", "then asks")),
    turns(("system", "alone")),
    [],
    None,
    turns(*[("user", text) for text in TEXTS]),
    turns(("Human", "capital"), (" GPT ", "spaces"), ("narrator", "unknown"), ("", "nameless")),
]
TABLES = {
    "chats": pl.DataFrame({"id": range(len(CHATS)), "messages": pl.Series(CHATS, dtype=MESSAGES)}),
    "sharegpt": pl.DataFrame(
        {
            "conversations": pl.Series(
                [None if c is None else turns(*[tuple(t.values()) for t in c], keys=("from", "value")) for c in CHATS],
                dtype=SHARED,
            ),
            "a": [*TEXTS, None],
        }
    ),
    "missing text": pl.DataFrame({"messages": pl.Series([turns(("user", None)), CHATS[1]], dtype=MESSAGES)}),
    "missing role": pl.DataFrame({"messages": pl.Series([turns((None, "x")), CHATS[1]], dtype=MESSAGES)}),
    "missing message": pl.DataFrame({"messages": pl.Series([[None, *CHATS[0]], CHATS[1]], dtype=MESSAGES)}),
    "calls": pl.DataFrame({"messages": pl.Series([turns(("function_call", "f()")), CHATS[1]], dtype=MESSAGES)}),
    "no chat": pl.DataFrame({"messages": pl.Series([None, []], dtype=MESSAGES)}),
    "instructions": pl.DataFrame(
        {
            "output": TEXTS,
            "instruction": TEXTS[::-1],
            "input": [None, *TEXTS[1:]],
            "none": [None] * len(TEXTS),
            "score": [1.5, None, float("nan"), float("inf"), -0.0, 1e16, 1e-7, 123456789.125, 5e-324],
            "big": pl.Series([2**63, None, 0, 1, 2, 3, 4, 5, 2**64 - 1], dtype=pl.UInt64),
            "is_good": [True, None, False] * 3,
        }
    ),
    "objects": pl.DataFrame(
        {
            "prompt": ["a", "b", "c"],
            "z": [{"y": {"b": 1, "a": False}, "x": "}"}, None, {"y": None, "x": None}],
            "l": pl.Series([[], [[]], [[1, None], None]], dtype=pl.List(pl.List(pl.Int64))),
            "m": [[{"z": 1, "a": [{"q": "x", "b": 0.5}, None]}], None, [None]],
        }
    ),
    "dates": pl.DataFrame({"prompt": ["a", None], "at": ["2026-01-01", None]}).with_columns(pl.col("at").str.to_date()),
    "short numbers": pl.DataFrame({"prompt": ["a", "b"], "x": pl.Series([0.1, None], dtype=pl.Float32)}),
    "some of several": pl.DataFrame({"prompt": ["a", None, None], "text": [None, "b", None], "n": [1, 2, 3]}),
    "no rows": pl.DataFrame(schema={"prompt": pl.String, "n": pl.Int64}),
}


def both(frame: pl.DataFrame) -> tuple[Records, Records]:
    """The rows of a table, made where someone asks for them and made at once."""
    lazy = parse(Batch("t", "parquet", table=frame))
    assert isinstance(lazy.values, TableRows)
    return lazy, dataclasses.replace(lazy, values=frame.to_dicts())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("reading", [AS_FOUND, ReadOptions(missing=("a",)), ReadOptions(splits=("train",))])
def test_a_table_gives_the_rows_of_its_records(name: str, reading: ReadOptions) -> None:
    lazy, made = both(TABLES[name])
    plan = plan_for([(Batch("t", "parquet"), made)], reading)
    assert plan_for([(Batch("t", "parquet"), lazy)], reading) == plan
    rows, facts = build(lazy, plan, "t")
    expected, expected_facts = build(both(TABLES[name])[1], plan, "t")
    assert_frame_equal(rows, expected)
    assert facts == expected_facts


@pytest.mark.parametrize("name", TABLES)
def test_the_text_of_a_row_is_the_one_of_its_record(name: str) -> None:
    frame = TABLES[name]
    texts = row_texts(frame)
    records = [{k: v for k, v in record.items() if v is not None} for record in frame.to_dicts()]
    assert (texts is None) == (name in ("dates", "short numbers", "no rows"))
    if texts is not None:
        assert texts.to_list() == list(map(row_text, records))


@pytest.mark.parametrize("name", TABLES)
def test_the_json_of_a_value_is_the_one_of_its_object(name: str) -> None:
    for column in TABLES[name].get_columns():
        if has_plain_json(column.dtype):
            written = [None if value is None else as_json(value) for value in column.to_list()]
            assert json_of(column).to_list() == written


def test_every_character_is_written_as_before() -> None:
    letters = [chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000]
    texts = row_texts(pl.DataFrame({"a": letters}))
    assert texts is not None and texts.to_list() == [orjson.dumps({"a": letter}) for letter in letters]


def as_column(kind: str, chats: list[Any], keys: tuple[str, str]) -> Any:
    """Conversations as a list of objects, or as a column of a typed table."""
    dtype = pl.List(pl.Struct(dict.fromkeys(keys, pl.String)))
    return chats if kind == "lists" else TableColumn(pl.Series(chats, dtype=dtype))


@pytest.mark.parametrize("kind", ["lists", "table"])
@pytest.mark.parametrize("keys", [("role", "content"), ("content", "role"), ("from", "value"), ("role", "text")])
def test_plain_chats_are_read_as_messages(kind: str, keys: tuple[str, str]) -> None:
    """Also the messages whose two keys come the other way round, or have other names."""
    named = keys if keys[1] != "role" else keys[::-1]
    given = [c and [{key: t["role" if key == named[0] else "content"] for key in keys} for t in c] for c in CHATS]
    read = plainchats.plain_chats(as_column(kind, given, keys))
    assert read is not None
    chats = [messages_of(value) for value in given]
    outlines = [(None, None, None, None) if chat is None else outline_of(chat) for chat in chats]
    columns = read.columns()
    assert columns["messages"].equals(messages_series("messages", chats), null_equal=True)
    assert list(zip(*(columns[n].to_list() for n in ("system", "prompt", "response", "n_turns")), strict=True)) == [
        tuple(outline) for outline in outlines
    ]


@pytest.mark.parametrize("kind", ["lists", "table"])
def test_a_role_under_another_name_stays_in_extra(kind: str) -> None:
    chats = [turns(("human", "q"), ("assistant", "a")), turns(("Narrator", "n"), ("observation", "o"))]
    read = plainchats.plain_chats(as_column(kind, chats, ("role", "content")))
    assert read is not None
    kept = read.columns()["messages"].explode().struct
    assert kept.field("extra").to_list() == ['{"role":"human"}', None, None, None]
    assert kept.field("role").to_list() == ["user", "assistant", "Narrator", "tool"]


@pytest.mark.parametrize(
    "value",
    [
        "text",
        ["a", "b"],
        {"messages": CHATS[0]},
        turns(("user", None)),
        turns(("tool_call", "f()")),
        [{"role": "user", "content": ["part"]}],
        [{"role": "user", "content": "a", "name": "x"}],
        [{"role": "user"}],
        [{"role": 1, "content": "a"}],
        [{"content": "a", "text": "b"}],
        [*turns(("user", "a")), {"from": "user", "value": "b"}],
        [*turns(("user", "a")), None],
    ],
)
def test_other_conversations_are_not_plain(value: Any) -> None:
    assert plainchats.plain_chats([CHATS[0], value]) is None


def test_a_broken_line_leaves_the_lines_beside_it_as_they_are() -> None:
    good = [orjson.dumps({"prompt": f"p{n}", "n": n}) for n in range(2_000)]
    long = b'{"prompt": "x", "n": 123456789012345678901234}'
    lines = [*good[:700], b"{broken", long, b"", b'"bare text"', *good[700:], long, b'{"prompt": "\xff", "n": 1}']
    records = parse(Batch("t", "jsonl", block=b"\n".join(lines) + b"\n"))
    whole = [orjson.loads(line) for line in good]
    exact = {"prompt": "x", "n": 123456789012345678901234}
    assert list(records.values) == [
        *whole[:700],
        exact,
        {"text": "bare text"},
        *whole[700:],
        exact,
        {"prompt": "\ufffd", "n": 1},
    ]
    assert list(records.lines) == [*range(1, 701), 702, 704, *range(705, 2_005), 2005, 2006]
    assert [line for line, _ in records.problems] == [701]
    assert dict(records.notes) == {("invalid_utf8", ""): 1, ("bare_text", ""): 1}


@pytest.mark.parametrize(
    "other", [{"n": 1, "prompt": "turned"}, {"prompt": "less"}, {"prompt": "more", "n": 1, "x": 2}]
)
def test_records_of_other_keys_are_read_in_their_columns(other: dict[str, Any]) -> None:
    values = [*({"prompt": f"p{n}", "n": n} for n in range(1_200)), other]
    block = b"".join(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE) for value in values)
    records = parse(Batch("t", "jsonl", block=block))
    plan = plan_for([(Batch("t", "jsonl"), records)], AS_FOUND)
    rows, _ = build(records, plan, "t")
    assert rows["prompt"].to_list() == [value["prompt"] for value in values]
    assert rows["n"].to_list() == [value.get("n") for value in values]
