"""Is every text of a record in a column that a person can name and search, and does it come back in an export?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.view import Filter
from analysis.workspace import Workspace

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
) | st.sampled_from(
    [
        'He said "no".',
        "one\ntwo",
        "back\\slash",
        "<think>why</think>so",
        "{}",
        "[]",
        "null",
        "NaN",
        "0.10",
        "Ünïcödé",
        "\t.",
        "😀",
    ]
)
SCALAR = TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
NAMES = st.sampled_from(
    "id prompt instruction input output response completion system messages text chosen rejected label score tools tags "
    "layout source_row source_file row_id n_turns answer question conversations context".split()
)
ANY_RECORD = st.dictionaries(NAMES | TEXT, VALUE, min_size=1, max_size=5)
TURN = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "developer", "tool", "narrator", "human"])},
    optional={
        "content": TEXT
        | st.lists(
            st.one_of(
                st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}),
                st.fixed_dictionaries(
                    {"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": TEXT})}
                ),
                st.fixed_dictionaries({"type": st.just("thinking"), "thinking": TEXT, "signature": TEXT}),
                st.fixed_dictionaries({"type": st.just("tool_use"), "id": TEXT, "name": TEXT, "input": VALUE}),
                st.fixed_dictionaries({"type": st.just("tool_result"), "tool_use_id": TEXT, "content": TEXT}),
            ),
            max_size=3,
        ),
        "reasoning_content": TEXT,
        "thinking": TEXT,
        "tool_calls": st.lists(st.fixed_dictionaries({"id": TEXT, "function": VALUE}), max_size=2),
        "tool_call_id": TEXT,
        "name": TEXT,
        "weight": st.sampled_from([0, 1, 0.5, True, "no"]),
        "train": st.booleans(),
        "note": VALUE,
    },
)
CHAT = st.fixed_dictionaries(
    {"messages": st.lists(TURN, min_size=1, max_size=4)}, optional={"tools": VALUE, "id": TEXT}
)
PAIR = st.fixed_dictionaries(
    {
        "prompt": TEXT | st.lists(TURN, max_size=2),
        "chosen": TEXT | st.lists(TURN, max_size=2),
        "rejected": TEXT | st.lists(TURN, max_size=2),
    },
    optional={"label": VALUE, "tools": VALUE},
)
RECORDS = (
    st.lists(ANY_RECORD, min_size=1, max_size=4)
    | st.lists(CHAT, min_size=1, max_size=4)
    | st.lists(PAIR, min_size=1, max_size=4)
    | st.lists(ANY_RECORD | CHAT | PAIR, min_size=1, max_size=5)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


def leaf_texts(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth, without those that are blank."""
    if isinstance(value, str):
        yield from (value,) if value.strip() else ()
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaf_texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from leaf_texts(item)


def rows_with(dataset: Dataset, text: str) -> set[int]:
    """The rows in which some column that a person may choose holds the text."""
    rows: set[int] = set()
    for name in dataset.shown_columns:
        if name not in ("row_id", "source_file", "layout", "tags", "disputed_tags"):
            dtype = dataset.schema[name]
            op = "has" if dtype.is_nested() or str(dtype) == "String" else None
            if op:
                rows |= set(dataset.mask(Filter(name, op, text)).arg_true())
    return rows


def check_records(folder: Path, records: list[dict[str, Any]]) -> None:
    """Every text of a record is in a column of its row, and the records come back."""
    path = folder / f"{uuid.uuid4().hex}.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    dataset = Workspace(folder / "home").open([path])
    assert dataset.height == len(records)
    for number, record in enumerate(records):
        for text in leaf_texts(record):
            assert number in rows_with(dataset, text), (text, dataset.meta["layouts"])
    result = export(dataset, ExportRequest(), folder / uuid.uuid4().hex)
    [written] = [file for file in result.folder.iterdir() if file.suffix == ".jsonl"]
    assert [json.loads(line) for line in written.read_text(encoding="utf-8").split("\n") if line] == records


def check_chats(folder: Path, records: list[dict[str, Any]]) -> None:
    """Every text of a message is in a field of the canonical messages."""
    path = folder / f"{uuid.uuid4().hex}.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    dataset = Workspace(folder / "home").open([path])
    if "messages" not in dataset.canonical:
        return
    chats = dataset.column("messages")
    for number, record in enumerate(records):
        if chats[number] is not None:
            for turn in record["messages"]:
                texts = set(leaf_texts({key: value for key, value in turn.items() if key != "role"}))
                for text in texts - {"tool_result"}:  # the kind of a part that becomes a message of the role tool
                    assert dataset.mask(Filter("messages", "has", text))[number], (text, turn)


ANY_FOLDER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
CHATS = st.lists(CHAT, min_size=1, max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=ANY_FOLDER)
@given(RECORDS)
def test_every_text_is_in_a_column_and_comes_back(folder: Path, records: list[dict[str, Any]]) -> None:
    check_records(folder, records)


@settings(max_examples=40, deadline=None, suppress_health_check=ANY_FOLDER)
@given(CHATS)
def test_every_text_of_a_message_is_in_a_field_of_the_canonical_messages(
    folder: Path, records: list[dict[str, Any]]
) -> None:
    check_chats(folder, records)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=ANY_FOLDER)
@given(RECORDS, CHATS)
def test_no_text_of_many_records_is_lost(
    folder: Path, records: list[dict[str, Any]], chats: list[dict[str, Any]]
) -> None:
    check_records(folder, records)
    check_chats(folder, chats)


def test_the_texts_of_a_chat_are_searched_wherever_they_are(folder: Path) -> None:
    turns = [
        {"role": "user", "content": "content-1"},
        {
            "role": "assistant",
            "reasoning_content": "thought-2",
            "tool_calls": [{"id": "id-3", "function": {"name": "name-4"}}],
        },
        {"role": "tool", "tool_call_id": "id-3", "name": "name-4", "content": [{"type": "text", "text": "part-5"}]},
        {"role": "assistant", "content": "answer-6", "note": {"deep": ["extra-7"]}},
    ]
    path = folder / "chat.jsonl"
    path.write_text(json.dumps({"messages": turns, "tools": [{"name": "tool-8"}]}) + "\n")
    dataset = Workspace(folder / "home").open([path])
    for text in ("content-1", "thought-2", "id-3", "name-4", "part-5", "answer-6", "extra-7", "tool-8"):
        assert dataset.mask(Filter("*", "has", text)).to_list() == [True], text
    assert dataset.mask(Filter("*", "has", "nowhere-9")).to_list() == [False]
