"""Are the shares of repetition those of the paper, and are loops told from lists?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.duplicates.repetition import RULES
from analysis.duplicates.repetition_signal import Repetition
from analysis.errors import DuplicatesError
from tests.dataset.test_signals import rows_of

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


def of(text: str) -> dict[str, Any]:
    return Repetition()(rows_of({"response": text})).row(0, named=True)


def test_the_limits_are_those_of_the_paper() -> None:
    assert list(RULES.values()) == [0.30, 0.30, 0.20, 0.20, 0.20, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.10]


def test_lines_and_their_characters() -> None:
    """Four lines, one a repetition: 5 of 5 + 2 + 5 + 3 characters."""
    row = of("apple\nor\n  apple \n\ntea")
    assert row["duplicate_line_share"] == pytest.approx(1 / 4)
    assert row["duplicate_line_character_share"] == pytest.approx(5 / 15)
    assert row["duplicate_paragraph_share"] == 0


def test_paragraphs_and_their_characters() -> None:
    row = of("one\ntwo\n\nthree\n \none\ntwo\n\n\n")
    assert row["duplicate_paragraph_share"] == pytest.approx(1 / 3)
    assert row["duplicate_paragraph_character_share"] == pytest.approx(6 / 17)
    assert row["duplicate_line_share"] == pytest.approx(2 / 5)


def test_the_most_frequent_runs() -> None:
    """`aa bb` comes twice: 2 * 4 of 12 characters; no run of three does."""
    row = of("aa bb cc AA, bb dd")
    assert row["top_2_gram_share"] == pytest.approx(8 / 12)
    assert row["top_3_gram_share"] == row["top_4_gram_share"] == 0
    assert of("aaaa bb c aaaa bb d e c f e c")["top_2_gram_share"] == pytest.approx(12 / 19), (
        "of two as frequent the longer"
    )


def test_repeated_runs_count_each_character_once() -> None:
    """The second time: 6 words of 12 and of 2 more, two characters each."""
    six = "aa bb cc dd ee ff"
    row = of(f"{six} xx {six} yy")
    assert row["duplicate_5_gram_share"] == row["duplicate_6_gram_share"] == pytest.approx(6 / 14)
    assert row["duplicate_7_gram_share"] == row["duplicate_10_gram_share"] == 0


def test_one_number_and_one_rule() -> None:
    said = "I said no.\nI said no.\nI said no.\nAnd then I left the house for good."
    row = of(said)
    assert row["repetition_share"] == pytest.approx(20 / 65) == row["duplicate_line_character_share"]
    assert row["repetition_rule"] == "duplicate_6_gram_share", "14 of 48 characters, against 0.14"
    assert of("ten times ten is ten times ten")["repetition_rule"] is None, "too short to judge its pairs of words"
    assert of(said * 4)["repetition_rule"] == "duplicate_10_gram_share"
    fine = of("Nothing in here comes twice, which is how it should be.")
    assert (fine["repetition_share"], fine["repetition_rule"], fine["is_endless_loop"]) == (0, None, False)


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [
        ("It goes: " + "I will go there. " * 6, True),
        ("It goes: " + "I will go there. " * 6 + "I will g", True),
        ("I will go there. " * 3 + "I", False),
        ("no " * 12, True),
        ("no " * 11, False),
        ("I will go there. " * 6 + "But then I did not, and that was that.", False),
        ("哈" * 12, True),
        ("1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g", False),
        (" ".join(f"word{n}" for n in range(100)) * 2, False),
        (" ".join(f"word{n}" for n in range(100)) + " ", False),
        ((" ".join(f"word{n}" for n in range(100)) + " ") * 4, True),
        ((" ".join(f"word{n}" for n in range(101)) + " ") * 4, False),
    ],
)
def test_a_loop_at_the_end(text: str, is_loop: bool) -> None:
    assert of(text)["is_endless_loop"] is is_loop


def test_what_is_read() -> None:
    rows = rows_of(
        {"prompt": "a a a a", "response": None},
        {"text": "b b b"},
        {"response": "c d", "text": "x x x"},
        {"rejected": "e e e"},
    )
    assert Repetition()(rows)["top_2_gram_share"].to_list() == [None, 1, 0, None]
    assert Repetition("prompt")(rows)["top_2_gram_share"].to_list() == [1, None, None, None]
    assert Repetition("rejected")(rows)["top_2_gram_share"].to_list() == [None, None, None, 1]
    with pytest.raises(DuplicatesError, match="known: response, prompt, rejected, text"):
        Repetition("messages")  # type: ignore[arg-type]


def test_a_text_without_a_word_has_no_share() -> None:
    for text in ("", "\n\n", "?! … 🦜"):
        assert set(of(text).values()) - {"0" * 16} == {None}


@given(st.text(alphabet="ab é日\n.", max_size=60))
def test_shares_lie_between_0_and_1(text: str) -> None:
    row = of(text)
    shares = [row[name] for name in (*RULES, "repetition_share")]
    assert shares == [None] * 14 or all(0 <= share <= 1 for share in shares)


def test_what_is_planted_in_the_sample_data_is_found() -> None:
    truth = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
    records = [orjson.loads(line) for line in (SAMPLES / "instructions.jsonl").read_bytes().splitlines() if line]
    found = Repetition()(rows_of(*({"prompt": r["instruction"], "response": r.get("output")} for r in records)))
    ids = [record["id"] for record in records]
    loops = [id for id, is_loop in zip(ids, found["is_endless_loop"], strict=True) if is_loop]
    assert sorted(loops) == sorted(truth["endless_loops"]["ids"])
    ruled = {id for id, rule in zip(ids, found["repetition_rule"], strict=True) if rule} - set(loops)
    planted = set(truth["repetition_inside"]["ids"])
    assert planted <= ruled and len(ruled - planted) <= 6, "lists of like steps may break a rule too"
