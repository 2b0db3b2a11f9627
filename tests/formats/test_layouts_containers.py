"""Is a record of each layout the same row in every container, and beside records of another layout?"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from analysis.formats import import_files
from tests.formats.layout_records import EXAMPLES, Records, example
from tests.formats.leaf_texts import RENAMED, Opened, missing_texts, write

CANONICAL = ("system", "prompt", "response", "rejected", "text", "n_turns", "prompts_differ")
GROUPS = ("message_rows", "agent_session")
"""Layouts of records that belong together: a file has no others."""
TEXT_IN_CSV = ("alpaca_ranking",)
"""A list of texts in a cell of a CSV file stays a text: an answer may be one."""
PLAIN: dict[str, Records] = {
    "instruction": [{"instruction": f"Ask {n}.", "input": "", "output": f"Answer {n}."} for n in range(3)],
    "pair": [{"prompt": f"Ask {n}.", "chosen": f"Good {n}.", "rejected": "Bad."} for n in range(3)],
    "chat": [
        {"messages": [{"role": "user", "content": f"Ask {n}."}, {"role": "assistant", "content": "Answer."}]}
        for n in range(3)
    ],
    "sharegpt": [
        {"conversations": [{"from": "human", "value": f"Ask {n}."}, {"from": "gpt", "value": "Yes."}]} for n in range(3)
    ],
    "text": [{"text": f"A text with the number {n}.", "id": n, "meta": {"source": "web"}} for n in range(3)],
    "table": [{"id": n, "name": f"n{n}", "status": "done", "label": ["a"], "data": {"x": n}} for n in range(3)],
    "reward": [{"prompt": f"Ask {n}.", "response": "Answer.", "score": n / 2} for n in range(3)],
    "kto": [{"prompt": f"Ask {n}.", "completion": "Answer.", "label": n == 1} for n in range(3)],
    "conversation": [
        {"prompt": [{"role": "user", "content": f"Ask {n}."}], "completion": [{"role": "assistant", "content": "A."}]}
        for n in range(3)
    ],
    "classes": [{"id": n, "text": f"Text {n}.", "label": "a"} for n in range(3)],
    "answers": [
        {"question": f"Ask {n}?", "context": "Here.", "answer": "Yes.", "options": ["a", "b"]} for n in range(3)
    ],
}
READ_AS = {
    "instruction": "instruction",
    "pair": "preference",
    "chat": "chat",
    "sharegpt": "chat",
    "text": "text",
    "table": "table",
    "reward": "reward",
    "kto": "kto",
    "conversation": "chat",
    "classes": "text",
    "answers": "instruction",
}


def examples(name: str) -> Records:
    """Three records, or groups of records, of a layout."""
    texts = (f"word {number}" for number in count())
    return [record for _ in range(3) for record in example(name, texts)][: 3 if name in GROUPS else None]


def rows_of(opened: Opened) -> list[dict[str, Any]]:
    """The canonical texts, and the turns without what depends on how a container writes numbers and nulls."""
    columns = {name: opened.canonical(name) for name in CANONICAL}
    turns = {name: opened.turns(name) for name in ("messages", "messages_rejected")}
    of_turns = {
        name: [
            None if chat is None else [(t["role"], t.get("content"), t.get("reasoning")) for t in chat]
            for chat in chats
        ]
        for name, chats in turns.items()
    }
    whole = {**columns, **of_turns}
    return [{name: values[row] for name, values in whole.items()} for row in range(len(opened.rows))]


class Alone:
    """The file of JSON lines of each layout and of each plain form, read alone: once for all tests of this file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, Opened] = {}

    def __call__(self, name: str) -> Opened:
        if name not in self._opened:
            path = write(PLAIN[name] if name in PLAIN else examples(name), self._folder / f"{name}.jsonl")
            self._opened[name] = Opened(path, self._folder / name)
        return self._opened[name]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    assert not PLAIN.keys() & EXAMPLES.keys()
    return Alone(tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("suffix", [".json", ".csv", ".parquet"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_record_is_the_same_row_in_every_container(read_file, alone: Alone, name: str, suffix: str) -> None:
    records = examples(name)
    expected, opened = alone(name), read_file(records, suffix)
    if name in TEXT_IN_CSV and suffix == ".csv":
        assert opened.layouts == {"instruction": 3} and not missing_texts(records, opened)
        return
    assert expected.layouts.keys() == {name} and opened.layouts == expected.layouts
    assert rows_of(opened) == rows_of(expected)
    assert not missing_texts(records, opened) - RENAMED


BESIDE_OTHERS = [name for name in EXAMPLES if name not in (*GROUPS, *TEXT_IN_CSV)]
OTHERS, MIXED_IN = ("instruction", "chat", "text"), (".jsonl", ".parquet", ".csv")


def check_beside_others(read_file, alone: Alone, name: str, plain: str, suffix: str) -> None:
    """The records of a layout and those of a plain form are the same rows in one file as alone."""
    records = examples(name)
    expected, others = rows_of(alone(name)), rows_of(alone(plain))
    opened = read_file([*records, *PLAIN[plain]], suffix)
    rows = rows_of(opened)
    assert set(opened.layouts) == {name, READ_AS[plain]}
    assert rows[: len(expected)] == expected
    assert rows[len(expected) :] == others


@pytest.mark.parametrize("plain", OTHERS)
@pytest.mark.parametrize("name", BESIDE_OTHERS)
def test_a_record_is_the_same_row_beside_others(read_file, alone: Alone, name: str, plain: str) -> None:
    """Each layout beside every plain form and in every container; a third of them for each form in each container."""
    shift = BESIDE_OTHERS.index(name) + OTHERS.index(plain)
    check_beside_others(read_file, alone, name, plain, MIXED_IN[shift % len(MIXED_IN)])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", MIXED_IN)
@pytest.mark.parametrize("plain", OTHERS)
@pytest.mark.parametrize("name", BESIDE_OTHERS)
def test_a_record_is_the_same_row_beside_others_in_every_container(
    read_file, alone: Alone, name: str, plain: str, suffix: str
) -> None:
    check_beside_others(read_file, alone, name, plain, suffix)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
@pytest.mark.parametrize("plain", PLAIN)
def test_plain_records_are_taken_by_no_layout(read_file, plain: str, suffix: str) -> None:
    assert read_file(PLAIN[plain], suffix).layouts == {READ_AS[plain]: 3}


@pytest.mark.parametrize(
    ("name", "rows", "layout"),
    [("instructions", 1_200, "instruction"), ("chats", 400, "chat"), ("preferences", 400, "preference")],
)
def test_sample_data_has_one_layout(tmp_path: Path, name: str, rows: int, layout: str) -> None:
    path = Path(__file__).parents[2] / "sample_data" / f"{name}.jsonl"
    info = import_files([path], tmp_path)
    assert {one["layout"]: one["rows"] for one in info["layouts"]} == {layout: rows} and info["rows"] == rows
