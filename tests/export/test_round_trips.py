"""Does every export of every layout read back as the same rows, or is each loss counted exactly?

A layout is one line in LAYOUTS: its name, and a few of its records; those of the registry are in
`round_trip_records.py`. Every layout is exported in every format, opened again and compared, field by field; what
differs must be what the receipt counts as lost. A row whose record goes out whole beside the keys of the format loses
nothing; there the fields that differ must be those that the format cannot hold. Add a new layout there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.export.flat import flat_columns
from analysis.export.losses import FIELDS, UNREAD, losses
from analysis.export.replaced_characters import REPLACED
from analysis.export.request import FORMATS, TABULAR, TOKENIZED
from analysis.export.training_formats import SourceColumns
from analysis.export.waterfall import choose
from analysis.formats.columns import MESSAGE
from analysis.formats.layouts import BY_NAME
from analysis.workspace import Workspace
from tests.export.round_trip_records import RECORDS

CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"port": "P1"}'}}
OBJECT_CALL = {"type": "function", "function": {"name": "tide", "arguments": {"port": "P1", "n": 2**70}}}
TOOL = {"type": "function", "function": {"name": "tide", "parameters": {"type": "object"}}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://img.invalid/1.png"}}


def user(content: Any = "Tide?", **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **more}


def answer(content: Any = "At 04:10.", **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


SYSTEM = {"role": "system", "content": "Be brief."}
READ_BACK = tuple(to for to in FORMATS if to not in TOKENIZED)
"""The formats whose files hold texts; `tests/training` compares token ids with the rows they are of."""
LAYOUTS: dict[str, list[dict[str, Any]]] = {
    "alpaca": [
        {"instruction": "Name a colour.", "input": "", "output": "Blue.", "source": "a"},
        {"instruction": "Translate.", "input": "chat", "output": "猫 — кот", "source": "b"},
        {"instruction": "Say nothing.", "input": "", "output": None, "source": "a"},
    ],
    "alpaca with history": [
        {"instruction": "And now?", "input": "", "output": "Rain.", "system": "Be dry.", "history": [["A?", "B."]]},
        {
            "instruction": "Then?",
            "input": "",
            "output": "Snow.",
            "system": "Be dry.",
            "history": [["A?", "B."], ["C?", "D."]],
        },
    ],
    "prompt and completion": [{"prompt": f"Q{i}", "completion": f"A{i}", "n": i} for i in range(3)],
    "question and answer": [{"question": f"Q{i}", "answer": f"A{i}", "level": "easy"} for i in range(3)],
    "chat": [
        {"messages": [user(), answer()], "id": 1},
        {"messages": [SYSTEM, user("A?"), answer("B."), user("C?"), answer("D.")], "id": 2},
        {"messages": [user("Unanswered")], "id": 3},
        {"messages": [user(), answer("")], "id": 4},
    ],
    "chat of several systems": [
        {"messages": [SYSTEM, {"role": "developer", "content": "No lists."}, user(), answer()]},
        {"messages": [{"role": "developer", "content": "No lists."}, user(), answer()]},
        {"messages": [SYSTEM, SYSTEM, user(), answer()]},
    ],
    "chat with weights and thought": [
        {"messages": [user(), answer("X", weight=0), user("More."), answer("Y", weight=1, reasoning_content="Hm.")]},
        {"messages": [user(name="ann"), answer("X", reasoning_content="Well.")]},
        {"messages": [user(), answer("X", weight=0.5, refusal="no", nested={"a": [1, None]})]},
        {"messages": [user(), answer("X")]},
    ],
    "chat with tools": [
        {
            "messages": [
                user(),
                {"role": "assistant", "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c1", "name": "tide", "content": "04:10"},
                answer(),
            ],
            "tools": [TOOL],
        },
        {"messages": [user(), answer(None, tool_calls=[OBJECT_CALL]), answer()], "tools": [TOOL]},
        {"messages": [user(), answer("Let me look.", tool_calls=[CALL, OBJECT_CALL]), answer()], "tools": None},
    ],
    "chat of parts": [
        {"messages": [user([IMAGE, {"type": "text", "text": "What?"}]), answer("A house.")]},
        {"messages": [user([{"type": "text", "text": "One"}, IMAGE, {"type": "text", "text": "two"}]), answer("Yes.")]},
        {"messages": [user([IMAGE]), answer([{"type": "text", "text": "Yes."}])]},
        {"messages": [user("Plain."), answer("Yes.")]},
    ],
    "anthropic": [
        {
            "system": [{"type": "text", "text": "Be a clerk."}],
            "messages": [
                user([{"type": "text", "text": "Tide?"}]),
                answer(
                    [
                        {"type": "thinking", "thinking": "I should call.", "signature": "abc"},
                        {"type": "text", "text": "Let me look."},
                        {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": "P1"}},
                    ]
                ),
                user([{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "04:10"}]}]),
                answer([{"type": "text", "text": "At 04:10."}]),
            ],
        },
        {"system": [{"type": "text", "text": "Be a clerk."}], "messages": [user("Hi"), answer("Hello")]},
    ],
    "sharegpt": [
        {
            "system": f"Be {i}.",
            "conversations": [
                {"from": "human", "value": "Tide?"},
                {"from": "function_call", "value": '{"name": "tide", "arguments": {"port": "P1"}}'},
                {"from": "observation", "value": "04:10"},
                {"from": "gpt", "value": "At 04:10.", "weight": i},
            ],
            "tools": json.dumps([TOOL]),
        }
        for i in range(2)
    ],
    "preference": [
        {"prompt": "Best?", "chosen": "This.", "rejected": "That.", "source": "x"},
        {"prompt": "Worst?", "chosen": "None.", "rejected": None, "source": "y"},
        {"prompt": "Which?", "chosen": "One.", "rejected": "Two.", "source": "x"},
    ],
    "preference of messages": [
        {
            "prompt": [SYSTEM, user()],
            "chosen": [answer(reasoning_content="Hm.")],
            "rejected": [answer("No.", weight=0)],
        },
        {
            "prompt": [user()],
            "chosen": [answer(None, tool_calls=[CALL]), {"role": "tool", "content": "04:10"}, answer()],
            "rejected": [answer("No."), user("Sure?"), answer("No!")],
        },
        {
            "prompt": [user()],
            "chosen": [answer(None, tool_calls=[CALL])],
            "rejected": [answer(None, tool_calls=[OBJECT_CALL])],
        },
    ],
    "dialogues": [
        {
            "chosen": f"\n\nHuman: A{i}?\n\nAssistant: B.\n\nHuman: C?\n\nAssistant: D.",
            "rejected": f"\n\nHuman: A{i}?\n\nAssistant: B.\n\nHuman: C?\n\nAssistant: No.",
        }
        for i in range(2)
    ],
    "kto": [{"prompt": f"Q{i}", "completion": f"A{i}", "label": i % 2 == 0} for i in range(4)],
    "kto of messages": [
        {"prompt": [user(f"Q{i}")], "completion": [answer(reasoning_content="Hm.")], "label": i % 2 == 0}
        for i in range(4)
    ],
    "texts": [{"text": f"Once upon a time {i}."} for i in range(3)],
    "table": [{"name": f"n{i}", "size": i / 2, "is_new": i == 1, "tags_of": ["a", "b"]} for i in range(3)],
    "values that JSON holds": [
        {"prompt": "a", "completion": "b", "big": 2**90, "wide": 2**60, "nested": {"n": 2**70}, "none": None},
        {"prompt": "c", "completion": "d", "big": 1, "wide": 1, "nested": {"n": 1}, "none": None},
    ],
    "values of several kinds": [
        {"prompt": "a", "completion": "b", "mixed": 7, "almost": 1},
        {"prompt": "c", "completion": "d", "mixed": "seven", "almost": 2},
        {"prompt": "e", "completion": "f", "mixed": [7], "almost": 3},
    ],
    "characters that could not be read": [
        {"prompt": "a\ufffdb", "completion": "c", "note": "d"},
        {"prompt": "a", "completion": "c", "note": "d"},
        {"prompt": "a", "completion": "c", "note": "\ufffd"},
    ],
    **RECORDS,
    "chats of two layouts": [
        {"messages": [user(), answer()], "n": 1},
        *({**record, "n": 2} for record in RECORDS["vertex_chat"]),
    ],
    "pairs of two layouts": [
        {"prompt": "Which?", "chosen": "One.", "rejected": "Two."},
        *RECORDS["safe_rlhf"],
    ],
    "calls and pairs": [*RECORDS["glaive_v1"], *RECORDS["gemini_preference"]],
}
SIGNATURE = "signature of a thought"
CALL_PLACES = [{"type": kind} for kind in ("tool_use", "functionCall", "toolUse")]
"""Parts of which only the place is left: the calls are a field of the message."""


def opened(home: Path, records: Sequence[Any], name: str = "rows") -> Dataset:
    source = home / f"{name}.jsonl"
    source.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return Workspace(home).open([source])


# What a row says, whatever its layout


def value_of(text: Any) -> Any:
    """JSON text as values, with whole numbers exact; other text as it is."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except json.JSONDecodeError:
        return text


def call_of(call: Any) -> Any:
    """A call as id, name and arguments: some formats have these in an object of their own."""
    if not isinstance(call, dict):
        return call
    inner = next((call[key] for key in ("function", "functionCall", "toolUse") if key in call), call)
    arguments = next((inner[key] for key in ("arguments", "input", "args", "parameters") if key in inner), None)
    return [call.get("id", inner.get("toolUseId")), inner.get("name"), arguments]


def message_of(message: dict[str, Any]) -> dict[str, Any]:
    calls = value_of(message["tool_calls"])
    parts = value_of(message["parts"])
    thoughts = [part for part in parts or [] if isinstance(part, dict) and part.get("type") == "thinking"]
    if parts is not None:
        parts = [part for part in parts if part not in thoughts and part not in CALL_PLACES] or None
    extra = value_of(message["extra"]) or {}
    if calls is not None:
        calls = [call_of(call) for call in (calls if isinstance(calls, list) else [calls])]
    return {
        **message,
        "tool_calls": calls,
        "parts": parts,
        "extra": extra,
        SIGNATURE: [t for t in thoughts if len(t) > 1],
    }


def plain_message(role: str, content: str) -> dict[str, Any]:
    return message_of({field.name: None for field in MESSAGE.fields} | {"role": role, "content": content})


def rows_of(dataset: Dataset) -> list[dict[str, Any]]:
    """Each row: its messages, how many of them come from other columns, the rejected side, its tools, its text."""
    names = (
        "text",
        "system",
        "prompt",
        "response",
        "rejected",
        "messages",
        "messages_rejected",
        "prompt_turns",
        "tools",
    )
    frame = dataset.frame(["row_id", *(name for name in names if name in dataset.canonical)])
    rows = []
    for row in frame.iter_rows(named=True):
        single = (("system", "system"), ("user", "prompt"), ("assistant", "response"))
        chat = row.get("messages")
        turns = (
            list(map(message_of, chat))
            if chat
            else [plain_message(role, row[name]) for role, name in single if row.get(name) is not None]
        )
        if (
            chat
            and row.get("system") is not None
            and all(turn["role"] not in ("system", "developer") for turn in turns)
        ):
            turns.insert(0, plain_message("system", row["system"]))
        rejected = row.get("messages_rejected")
        other = list(map(message_of, rejected or []))
        if rejected is None and row.get("rejected") is not None:
            other = [plain_message("assistant", row["rejected"])]
        added = len(turns) - len(chat or turns)
        tools, text = value_of(row.get("tools")), row.get("text")
        rows.append({"messages": turns, "added": added, "rejected": other, "tools": tools, "text": text})
    return rows


def merged(row: dict[str, Any]) -> tuple[dict[str, Any], Counter[str]]:
    """The row as Alpaca can hold it, one system message before the turns, and what that costs."""
    systems = [turn for turn in row["messages"] if turn["role"] in ("system", "developer")]
    lost = Counter({"several system messages": len(systems) > 1})
    lost["role developer"] += any(turn["role"] == "developer" for turn in systems)
    if not systems:
        return row, +lost
    one = {**systems[0], "role": "system", "content": "\n\n".join(turn["content"] for turn in systems)}
    return {**row, "messages": [one, *(turn for turn in row["messages"] if turn not in systems)]}, +lost


def of_pairs(dataset: Dataset, rows: Sequence[dict[str, Any]], mask: pl.Series) -> Iterator[dict[str, Any]]:
    """Each pair as two rows: the chosen and the rejected answer, after what both sides share."""
    has_turns = "prompt_turns" in dataset.canonical
    shared = dataset.column("prompt_turns").filter(mask).to_list() if has_turns else [None] * len(rows)
    for row, turns in zip(rows, shared, strict=True):
        before = row["messages"][: len(row["messages"]) - 1 if turns is None else turns + row["added"]]
        yield {**row, "rejected": []}
        yield {**row, "messages": before + row["rejected"], "rejected": []}


def differing(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], to: str) -> Counter[str]:
    """Field -> rows in which it is not the same, under the names of `losses`."""
    seen: Counter[str] = Counter()
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if to == "alpaca":
            old, lost = merged(old)
            seen += lost
        seen["rejected"] += old["rejected"] != new["rejected"]
        seen["tools"] += old["tools"] != new["tools"]
        seen["text"] += old["text"] != new["text"]
        both = list(zip(old["messages"], new["messages"], strict=False))
        fields = {field for a, b in both for field in a if a[field] != b[field]}
        if len(old["messages"]) != len(new["messages"]):
            fields.add("messages")
        seen += Counter({FIELDS.get(field, field): 1 for field in fields})
    return +seen


def records_of(dataset: Dataset) -> list[dict[str, Any]]:
    """The record that each row was read of; of a row of several records their keys, the last one's values."""
    texts = dataset.column("source_record").to_list()
    read = [json.loads(text) for text in texts]
    return [record if isinstance(record, dict) else {k: v for one in record for k, v in one.items()} for record in read]


def checked(dataset: Dataset, to: str, out: Path) -> None:
    """An export in this format holds what the rows hold, and counts what it does not."""
    request = ExportRequest(to=to)
    chosen = choose(dataset, request)
    result = export(dataset, request, out)
    (file,) = result.receipt.files
    lost = dict(result.receipt.lost)
    assert lost == losses(chosen)
    records = [record for record, is_out in zip(records_of(dataset), chosen.mask, strict=True) if is_out]
    assert lost.pop(UNREAD, 0) == sum(REPLACED in json.dumps(record, ensure_ascii=False) for record in records)
    if to == "input":
        assert (out / file.path).read_bytes() == Path(dataset.meta["files"][0]["path"]).read_bytes() and not lost
        return
    rows = [row for row, is_out in zip(rows_of(dataset), chosen.mask, strict=True) if is_out]
    if not rows:
        return
    again = rows_of(Workspace(dataset.folder.parents[1]).open([out / file.path]))
    if to in TABULAR:
        names = flat_columns(dataset, repeat=to == "parquet")
        assert {f"{name} (as text)" for name in names if dataset.schema[name].is_nested()} >= lost.keys()
        assert differing(rows, again, to) == {}, to
        return
    lines = list(map(json.loads, (out / file.path).read_text(encoding="utf-8").splitlines()))
    if to == "kto" and chosen.source.is_pairs:
        rows, records = list(of_pairs(dataset, rows, chosen.mask)), [record for record in records for _ in range(2)]
    beside = [
        all(value in line.values() for value in record.values()) for record, line in zip(records, lines, strict=True)
    ]
    assert differing(only(rows, beside), only(again, beside), to).keys() <= CANNOT_HOLD.get(to, set())
    left = [not is_beside for is_beside in beside]
    own = differing_columns(dataset, chosen.source, to, chosen.mask, records, lines)
    assert differing(only(rows, left), only(again, left), to) + own == lost, to


def only(rows: Sequence[Any], mask: Sequence[bool]) -> list[Any]:
    assert len(rows) == len(mask)
    return [row for row, is_in in zip(rows, mask, strict=True) if is_in]


CANNOT_HOLD = {
    "messages": {"rejected", SIGNATURE},
    "sharegpt": {"rejected", SIGNATURE},
    "prompt_completion": {"rejected", SIGNATURE},
    "preference": {SIGNATURE},
    "kto": {SIGNATURE},
    "alpaca": {"rejected", SIGNATURE, "role developer", "several system messages", *FIELDS.values()},
}
"""What a format cannot hold of the messages, also where the source's columns beside them still have it."""


def differing_columns(
    dataset: Dataset,
    source: SourceColumns,
    to: str,
    mask: pl.Series,
    records: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]],
) -> Counter[str]:
    """Columns that stand beside the format's own keys -> rows in which their value is another one than in the source;
    of columns that a layout adds, than in the dataset. A text that is in the keys is not repeated."""
    seen: Counter[str] = Counter()
    copies = len(lines) // int(mask.sum())
    for column, name in source.others(to).items():
        key = dataset.meta["renamed"].get(column, column)
        if column in dataset.meta["added"] or not any(key in record for record in records):
            values = dataset.column(column).filter(mask).to_list()
            values = list(map(value_of, values)) if column in dataset.meta["json_columns"] else values
        else:
            values = [record.get(key) for record in records[::copies]]
        for line, value in zip(lines[::copies], values, strict=True):
            is_in_keys = column in source.texts and line.get(name) is None
            seen[f"{name} (as text)"] += line.get(name) != value and not is_in_keys
    return +seen


def test_every_layout_of_the_registry_is_here() -> None:
    assert BY_NAME.keys() <= LAYOUTS.keys()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_export_reads_back_or_counts_its_loss(home: Path, layout: str) -> None:
    dataset = opened(home, LAYOUTS[layout])
    if layout in BY_NAME:
        assert [one["layout"] for one in dataset.meta["layouts"]] == [layout]
    for to in READ_BACK:
        checked(dataset, to, home / to)


@pytest.mark.parametrize(
    "layout", ["chat", "chat of several systems", "chat with weights and thought", "chat with tools"]
)
def test_messages_come_back_as_they_were(home: Path, layout: str) -> None:
    records = LAYOUTS[layout]
    assert [line["messages"] for line in exported(home, records, "messages")] == list(map(without_nothing, records))


def test_pictures_stay_parts_of_a_message(home: Path) -> None:
    records = LAYOUTS["chat of parts"]
    assert [line["messages"] for line in exported(home, records, "messages")] == [r["messages"] for r in records]


def test_pairs_keep_their_calls(home: Path) -> None:
    records = LAYOUTS["preference of messages"]
    lines = exported(home, records, "preference")
    for record, line in zip(records, lines, strict=True):
        for side in ("prompt", "chosen", "rejected"):
            assert line[side] == without_nothing({"messages": record[side]})


def test_alpaca_comes_back_with_its_history(home: Path) -> None:
    records = LAYOUTS["alpaca with history"]
    assert exported(home, records, "alpaca") == records


def test_calls_of_other_makers_become_calls_of_functions(home: Path) -> None:
    (record, _) = LAYOUTS["anthropic"]
    turns = exported(home, [record] * 3, "messages")[0]["messages"]
    assert turns[0] == {"role": "system", "content": "Be a clerk."}
    assert turns[2] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Let me look."}],
        "reasoning_content": "I should call.",
        "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "tide", "arguments": {"port": "P1"}}}],
    }
    assert turns[3] == {"role": "tool", "tool_call_id": "t1", "content": [{"type": "text", "text": "04:10"}]}


def exported(home: Path, records: Sequence[dict[str, Any]], to: str) -> list[dict[str, Any]]:
    """The lines of an export of these records."""
    result = export(opened(home, records), ExportRequest(to=to), home / to)
    (file,) = result.receipt.files
    assert result.receipt.rows_out == len(records)
    return list(map(json.loads, (home / to / file.path).read_text(encoding="utf-8").splitlines()))


def without_nothing(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of a record; a content of null beside tool calls is left out, which means the same."""
    return [{k: v for k, v in turn.items() if k != "content" or v is not None} for turn in record["messages"]]


CONTENTS = st.text(alphabet='ab \n{["é猫', min_size=1, max_size=8)
EXTRAS = st.dictionaries(st.sampled_from(["refusal", "annotations", "score"]), st.none() | CONTENTS | st.integers(0, 9))
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "reasoning_content": CONTENTS,
    "weight": st.sampled_from([0, 1, 0.5]),
    "name": st.sampled_from(["ann", "bo"]),
    "tool_calls": st.lists(st.sampled_from([CALL, OBJECT_CALL]), min_size=1, max_size=2),
}
PARTS = st.lists(
    st.sampled_from([IMAGE]) | st.builds(lambda text: {"type": "text", "text": text}, CONTENTS), min_size=1
)


@st.composite
def chats(draw: Callable[..., Any]) -> dict[str, Any]:
    """A chat whose messages have any of the keys that trainers read, and others."""
    turns = []
    if draw(st.booleans()):
        turns.append({"role": draw(st.sampled_from(["system", "developer"])), "content": draw(CONTENTS)})
    for _ in range(draw(st.integers(1, 2))):
        turns.append(user(draw(CONTENTS | PARTS), **draw(EXTRAS)))
        turns.append(answer(draw(CONTENTS), **draw(st.fixed_dictionaries({}, optional=OPTIONS)), **draw(EXTRAS)))
    return {"messages": turns, "source": draw(CONTENTS), "n": draw(st.integers(-(2**80), 2**80))}


def check_chats(records: list[dict[str, Any]], home: Path) -> None:
    """Chats go out in every format, and read back or count their loss."""
    dataset = opened(home, records)
    for to in READ_BACK:
        checked(dataset, to, home / to)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(chats(), min_size=3, max_size=6))
def test_generated_chats_read_back_or_count_their_loss(
    records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_chats(records, tmp_path_factory.mktemp("home"))


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(chats(), min_size=3, max_size=6))
def test_many_generated_chats_read_back_or_count_their_loss(
    records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_chats(records, tmp_path_factory.mktemp("home"))
