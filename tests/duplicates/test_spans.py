"""Is every passage found that several rows share, with its extent, and nothing else?"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.computing import compute
from analysis.duplicates.passage_table import passages
from analysis.duplicates.shared_spans_signal import SharedSpans
from analysis.errors import SignalError
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
SAID = "one two three four five six"


def found(*texts: str | None, tokens: int = 4) -> tuple[list[float | None], list[list[dict[str, Any]]]]:
    columns = SharedSpans("prompt", tokens)(rows_of(*({"prompt": text} for text in texts)))
    return columns["shared_span_share"].to_list(), [spans or [] for spans in columns["spans"].to_list()]


def test_a_passage_with_its_extent() -> None:
    texts = (f"Before, {SAID}!", f"{SAID.upper()} and after that", "nothing of it, one two three", None, "?!")
    shares, spans = found(*texts)
    assert shares == pytest.approx([6 / 7, 6 / 9, 0, None, None])
    assert spans[0] == [
        {"field": "prompt", "turn": None, "start": 8, "end": 8 + len(SAID), "span": 0, "rows": 2, "tokens": 6}
    ]
    assert (spans[1][0]["start"], spans[1][0]["end"], spans[1][0]["span"]) == (0, len(SAID), 0)
    assert spans[2:] == [[], [], []]


def test_positions_are_code_points() -> None:
    texts = (f"é👩‍👩‍👧 日本 {SAID}.", f"x {SAID}")
    for text, spans in zip(texts, found(*texts)[1], strict=True):
        assert [text[s["start"] : s["end"]] for s in spans] == [SAID]


def test_a_passage_in_one_row_twice_is_not_shared() -> None:
    assert found(f"{SAID} or {SAID}", "other words")[0] == [0, 0]


def test_another_passage_begins_where_the_rows_change() -> None:
    """The first six words stand in three rows, the longer passage in two."""
    _, spans = found(f"{SAID} seven eight nine", f"{SAID} seven eight nine", SAID)
    assert [(s["span"], s["rows"], s["tokens"]) for s in spans[0]] == [(0, 3, 6), (1, 2, 6)]
    assert [(s["span"], s["rows"], s["tokens"]) for s in spans[2]] == [(0, 3, 6)]


def test_scripts_without_spaces_count_characters() -> None:
    shares, spans = found("今日は天気がいい。", "明日も天気がいいね")
    assert shares == pytest.approx([5 / 8, 5 / 9])
    assert (spans[0][0]["start"], spans[0][0]["end"], spans[0][0]["tokens"]) == (3, 8, 5)


def test_both_sides_and_every_turn_are_read() -> None:
    rows = rows_of(
        {"prompt": SAID, "response": "x"},
        {"prompt": "y", "response": f"It is {SAID}."},
        {"messages": [said("user", "Hi"), said("assistant", f"{SAID} again")]},
        {"text": SAID},
    )
    entries = SharedSpans(tokens=6)(rows)["spans"].to_list()
    assert [(e["field"], e["turn"], e["rows"]) for of_row in entries for e in of_row] == [
        ("prompt", None, 4),
        ("response", None, 4),
        ("messages", 1, 4),
        ("text", None, 4),
    ]


def test_the_boilerplate_planted_in_the_sample_data_is_found() -> None:
    truth = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))["boilerplate_head"]
    records = [orjson.loads(line) for line in (SAMPLES / "instructions.jsonl").read_bytes().splitlines() if line]
    found = SharedSpans("response")(rows_of(*({"response": record.get("output")} for record in records)))
    marked = [r["id"] for r, has in zip(records, found["has_boilerplate"], strict=True) if has]
    assert sorted(marked) == sorted(truth["ids"])


def test_a_loop_is_one_span() -> None:
    _, spans = found("la " * 500, "so la la la la la la", tokens=4)
    assert [len(of_row) for of_row in spans] == [1, 1]
    assert spans[0][0]["tokens"] == 500 and spans[1][0]["tokens"] == 6


def test_heads_and_tails_common_to_many_rows_are_boilerplate() -> None:
    head, tail = (" ".join(f"{side}{n}" for n in range(12)) for side in "ht")
    texts = [f"{head} question {n} {tail}" for n in range(25)] + [f"so {head} inside" for _ in range(3)] + ["other"]
    columns = SharedSpans("prompt", 10)(rows_of(*({"prompt": text} for text in texts), {}))
    assert columns["has_boilerplate"].to_list() == [True] * 25 + [False] * 4 + [None]
    few = SharedSpans("prompt", 10)(rows_of(*({"prompt": text} for text in texts[:19])))
    assert not few["has_boilerplate"].any(), "19 rows are not many"


WORDS = st.lists(st.sampled_from("a b c d e é 日 x1".split()), max_size=12).map(" ".join)


@settings(max_examples=80)
@given(st.lists(WORDS, max_size=7), st.integers(2, 4))
def test_just_the_words_of_shared_windows_are_covered(texts: list[str], n: int) -> None:
    words = [re.findall(r"日|[^\W_日]+", text) for text in texts]
    rows_with = defaultdict(set)
    for row, of_row in enumerate(words):
        for at in range(len(of_row) - n + 1):
            rows_with[tuple(of_row[at : at + n])].add(row)
    shares, spans = found(*texts, tokens=n)
    for row, of_row in enumerate(words):
        windows = [at for at in range(len(of_row) - n + 1) if len(rows_with[tuple(of_row[at : at + n])]) > 1]
        covered = {at + q for at in windows for q in range(n)}
        assert shares[row] == pytest.approx(len(covered) / len(of_row) if of_row else None)
        places = [(m.start(), m.end()) for m in re.finditer(r"日|[^\W_日]+", texts[row])]
        marked = {
            w for s in spans[row] for w, (low, high) in enumerate(places) if s["start"] <= low and high <= s["end"]
        }
        assert marked == covered
        assert all(s["rows"] >= 2 and s["tokens"] >= n for s in spans[row])


def test_the_table_of_passages(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    answers = ["short", f"Well: {SAID}", f"{SAID}.", SAID, "zig zag zog zug and so on", "zig zag zog zug or not"]
    path.write_text(
        "".join(json.dumps({"prompt": f"Question {n}?", "response": a}) + "\n" for n, a in enumerate(answers))
    )
    workspace = Workspace(home)
    dataset = workspace.describe(workspace.open([path]), parameters={"shared_spans": SharedSpans(tokens=4).parameters})
    signal = dataset.signal("shared_spans")
    compute(dataset, signal)
    assert passages(dataset, signal).rows() == [(0, 3, 6, 1, SAID), (1, 2, 4, 4, "zig zag zog zug")]
    some = pl.Series([0, 2, 4], dtype=pl.UInt32)
    assert passages(dataset, signal, some).rows() == [(0, 1, 6, 2, SAID), (1, 1, 4, 4, "zig zag zog zug")]


def test_no_rows_and_a_wrong_length() -> None:
    assert found() == ([], [])
    with pytest.raises(SignalError, match="at least two tokens"):
        SharedSpans(tokens=1)
