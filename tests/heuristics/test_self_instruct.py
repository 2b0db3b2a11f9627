"""Self-Instruct's rules: known answers, and ROUGE-L against every earlier instruction by another hand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest
from rapidfuzz.distance import LCSseq

from analysis.computing import compute
from analysis.errors import HeuristicsError
from analysis.findings import outcomes
from analysis.heuristics.rouge import earlier_like
from analysis.heuristics.self_instruct import self_instruct_columns
from analysis.heuristics.self_instruct_signal import SelfInstruct
from analysis.workspace import Workspace

WORDS = [f"{letter}{number}" for letter in "abcdefghij" for number in range(40)]


def faults(instruction: str | None, given: str | None = None, output: str | None = "It is so.") -> list[str] | None:
    asked = "\n\n".join(part for part in (instruction, given) if part) if instruction is not None else None
    row = {"instruction": [instruction], "input": [given], "asked": [asked], "output": [output]}
    texts = pl.DataFrame(row, schema=dict.fromkeys(row, pl.String))
    some = self_instruct_columns(texts, 1_000)["self_instruct_faults"].to_list()
    return some[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("Name three cats", []),
        ("Name cats", ["few_words"]),
        ("", ["few_words"]),
        (" ".join(WORDS[:150]), []),
        (" ".join(WORDS[:151]), ["many_words"]),
        ("Draw a small cat", ["beyond_text"]),
        ("Please GO TO the shop", ["beyond_text"]),
        ("Describe the drawing of maps", ["beyond_text"]),
        ("Describe a mapping of files2", []),
        ("- name three cats", ["punctuation_first", "no_ascii_letter_first"]),
        ("3 cats are named", ["no_ascii_letter_first"]),
        ("Élan is a word", ["no_ascii_letter_first"]),
        (None, None),
    ],
)
def test_rules_of_an_instruction(instruction: str | None, expected: list[str] | None) -> None:
    assert faults(instruction) == expected


def test_an_output_that_is_its_input() -> None:
    assert faults("Repeat the words", "red car", "red car ") == ["output_is_input"]
    assert faults("Repeat the words", "red car", "red cars") == []
    assert faults("Repeat the words", None, "Repeat the words") == ["output_is_input"]
    assert faults("Repeat the words", None, "") == []
    assert faults("Repeat the words", None, None) == []


def test_one_input_with_several_outputs() -> None:
    asked = ["Name a cat", "Name a cat ", "Name a dog", "Name a cow", "Name a cow", "", "", None]
    outputs = ["Tom", "Tim", "Rex", "Elsa", "Elsa ", "x", "y", "z"]
    texts = pl.DataFrame({"instruction": asked, "asked": asked, "output": outputs}).with_columns(
        input=pl.lit(None, pl.String)
    )
    lists = self_instruct_columns(texts, 1_000)["self_instruct_faults"].to_list()
    assert [None if some is None else "several_outputs" in some for some in lists] == [
        True,
        True,
        False,
        False,
        False,
        False,
        False,
        None,
    ]


def rouge(one: list[str], other: list[str]) -> float:
    return 2 * LCSseq.similarity(one, other) / (len(one) + len(other))


def test_rouge_at_the_limit_and_below() -> None:
    ten = WORDS[:10]
    seven, six = [*ten[:7], "x", "y", "z"], [*ten[:6], "u", "v", "w", "q"]
    table = earlier_like(pl.Series([" ".join(ten), " ".join(seven), " ".join(six)]), 1_000)
    assert table["rouge_l"].to_list() == [None, pytest.approx(0.7), None]
    assert table["like"].to_list() == [None, 0, None]
    assert table["passed"].to_list() == [0, 0, 0]


def test_rouge_is_that_of_every_pair_that_shares_three_words() -> None:
    random = Random(7)
    sizes = [*(random.randint(0, 9) for _ in range(400)), *(random.randint(60, 140) for _ in range(30))]
    texts = [random.choices(WORDS[:10] if n < 400 else WORDS[:5], k=size) for n, size in enumerate(sizes)]
    table = earlier_like(pl.Series([" ".join(words).upper() + "!" for words in texts]), 10**9)
    sequences = [{tuple(words[n : n + 3]) for n in range(len(words) - 2)} for words in texts]
    for n, (like, measured) in enumerate(table.select("like", "rouge_l").iter_rows()):
        compared = [m for m in range(n) if sequences[n] & sequences[m] or (texts[n] and texts[n] == texts[m])]
        assert (like is not None) == any(rouge(texts[n], texts[m]) >= 0.7 - 1e-12 for m in compared)
        assert like is None or (like < n and measured == pytest.approx(rouge(texts[n], texts[like])))
    assert 40 < table["like"].drop_nulls().len() < 300


def test_what_was_not_compared_is_counted() -> None:
    random = Random(3)
    texts = pl.Series(["Explain in detail " + " ".join(random.choices(WORDS, k=8)) for _ in range(300)])
    all_of_it, a_part = earlier_like(texts, 100_000), earlier_like(texts, 50)
    assert all_of_it["passed"].sum() == 0
    assert a_part["passed"][299] == 299 - 50
    assert a_part["passed"].to_list()[:50] == [0] * 50


def test_equal_and_missing_texts() -> None:
    table = earlier_like(pl.Series(["Go on", None, "go, on!", "", "", "Go"]), 100)
    assert table["like"].to_list() == [None, None, 0, None, None, None]
    assert table["rouge_l"].to_list() == [None, None, 1.0, None, None, None]
    assert earlier_like(pl.Series([], dtype=pl.String), 100).height == 0


def test_the_input_of_a_row_is_no_part_of_its_instruction(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"instruction": "Count all words", "input": "the file has a map", "output": "5"}\n'
        '{"instruction": "Repeat", "input": "this", "output": "this"}\n',
        encoding="utf-8",
    )
    dataset = Workspace(tmp_path / "home").open([path])
    compute(dataset, dataset.signal("self_instruct"))
    assert dataset.column("self_instruct_faults").to_list() == [[], ["few_words", "output_is_input"]]


def test_checks_do_not_apply_to_rows_without_the_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"instruction": "Name three cats", "output": "5"}\n', encoding="utf-8")
    dataset = Workspace(tmp_path / "home").open([path])
    names = {check.name for name in ("gopher", "c4") for check in dataset.catalogue[name].finds}
    some = [outcome for outcome in outcomes(dataset) if outcome.check.name in names]
    assert {(outcome.state, outcome.looked_at) for outcome in some} == {("does not apply", None)}
    assert {outcome.why for outcome in some} == {"No column has the role text."}
    judged = Workspace(tmp_path / "home").describe(dataset, parameters={"gopher": {"role": "response"}})
    of_answers = [outcome for outcome in outcomes(judged) if outcome.check.name.startswith("gopher")]
    assert {outcome.state for outcome in of_answers} == {"not run"}
    compute(judged, judged.signal("gopher"))
    done = [outcome for outcome in outcomes(judged) if outcome.check.name.startswith("gopher")]
    assert {(outcome.state, outcome.looked_at) for outcome in done} == {("done", 1)}


def test_an_effort_below_one_is_refused() -> None:
    with pytest.raises(HeuristicsError, match="whole number"):
        SelfInstruct(effort=0)
