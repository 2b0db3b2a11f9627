"""Do the findings count, say and select the rows they speak of?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.catalogue import CATALOGUE
from analysis.check import CHARACTERISTICS, SEVERITIES
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings, outcomes, signals_of, tally, tokens_of
from analysis.lengths.length_checks import LONG_ROW_TOKENS
from analysis.view import View
from analysis.workspace import Workspace

Open = Callable[..., Dataset]


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    """Opens these records and computes these signals."""

    def open_it(
        *records: dict[str, Any], signals: tuple[str, ...] = ("lengths", "tokens", "structure", "exact_duplicates")
    ) -> Dataset:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        dataset = Workspace().open([path])
        for name in signals:
            compute(dataset, dataset.signal(name))
        return dataset

    return open_it


def qa(prompt: str | None, response: str | None, **more: Any) -> dict[str, Any]:
    return {"prompt": prompt, "response": response, **more}


def said(dataset: Dataset) -> dict[str, str]:
    """Sentences by name, after a check that each view selects just the rows that its finding counts."""
    found = findings(dataset)
    for one in found:
        assert one.rows == len(dataset.rows_of(one.view)) > 0
        where: Any = one.as_dict()["where"]
        assert one.rows == len(dataset.rows_of(View.from_params(where)))
        assert one.tokens == tokens_of(dataset, one.view)
    order = list(SEVERITIES)
    ranks = [(order.index(one.severity), -(one.tokens or 0), -one.rows) for one in found]
    assert ranks == sorted(ranks)
    return {one.name: one.sentence for one in found}


FINE = [qa(f"Ask {i}?", f"Answer number {i}.") for i in range(5)]


def test_a_clean_dataset_has_none(opened: Open) -> None:
    assert said(opened(*FINE)) == {}


def test_of_one_row_they_speak_in_the_singular(opened: Open) -> None:
    dataset = opened(
        *FINE,
        qa("No answer?", " \n"),
        qa("", "No question."),
        qa("What?", "N/A then"),
        qa("Name?", "TODO"),
        qa("ASK 1?", "answer  number 1."),
        qa("Long?", ("word " * LONG_ROW_TOKENS).strip()),
    )
    assert said(dataset) == {
        "long_row": "1 row is longer than 8,192 tokens.",
        "empty_response": "1 row has no response, or a blank one.",
        "empty_prompt": "1 row has no prompt, or a blank one.",
        "exact_duplicates": "1 row repeats an earlier row.",
        "stand_in_response": "1 response is a stand-in such as “N/A” or “NULL”.",
        "one_word_response": "1 response is a single word.",
    }


def test_of_several_rows_they_speak_in_the_plural(opened: Open) -> None:
    twice = [
        qa("No answer?", ""),
        qa("Why no answer?", None),
        qa(None, "No question."),
        qa(" ", "No question either."),
        qa("Name?", "NULL"),
        qa("Age?", "<noinput>"),
        qa("Ask 1?", "Answer number 1."),
        qa("Ask 1?", "Answer number 1."),
        *(qa(f"Long {i}?", ("word " * LONG_ROW_TOKENS).strip()) for i in range(2)),
    ]
    assert said(opened(*FINE, *twice)) == {
        "long_row": "2 rows are longer than 8,192 tokens.",
        "exact_duplicates": "2 rows repeat an earlier row.",
        "empty_prompt": "2 rows have no prompt, or a blank one.",
        "stand_in_response": "2 responses are a stand-in such as “N/A” or “NULL”.",
        "one_word_response": "2 responses are a single word.",
        "empty_response": "2 rows have no response, or a blank one.",
    }


def test_pairs(opened: Open) -> None:
    good = {"prompt": "Why?", "chosen": "Because of that.", "rejected": "No idea at all."}

    def pair(of: str, asked: str) -> dict[str, Any]:
        turns = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": f"It was {of}."}]
        return {
            "chosen": turns,
            "rejected": [{"role": "user", "content": asked}, {"role": "assistant", "content": "Not so."}],
        }

    assert said(opened(good, {**good, "prompt": "How?", "rejected": ""})) == {
        "empty_rejected": "1 pair has no rejected answer, or a blank one."
    }
    assert said(opened(good, *({**good, "prompt": f"How {i}?", "rejected": None} for i in range(2)))) == {
        "empty_rejected": "2 pairs have no rejected answer, or a blank one."
    }
    assert said(opened(pair("me", "Who?"), pair("you", "Where?"))) == {
        "prompts_differ": "1 pair answers two different prompts."
    }
    assert said(opened(pair("me", "Why?"), pair("you", "Where?"))) == {
        "prompts_differ": "2 pairs answer two different prompts."
    }


def test_raw_text(opened: Open) -> None:
    dataset = opened({"text": "Some words."}, {"text": " "}, {"text": "some  WORDS."}, {"text": "Others."})
    assert said(dataset) == {
        "exact_duplicates": "1 row repeats an earlier row.",
        "empty_text": "1 row has no text, or a blank one.",
    }


def test_chats_without_any_answer_are_found(opened: Open) -> None:
    dataset = opened(*({"messages": [{"role": "user", "content": f"Hello {i}?"}]} for i in range(3)))
    assert "response" not in dataset.canonical
    assert said(dataset) == {
        "empty_response": "3 rows have no response, or a blank one.",
        "last_not_assistant": "3 chats end with another turn than the assistant's.",
    }


def test_a_table_of_other_things_has_no_empty_responses(opened: Open) -> None:
    dataset = opened({"colour": "red", "n": 1}, {"colour": "blue", "n": 2})
    assert dataset.format == "table"
    assert said(dataset) == {}


def test_they_wait_for_their_signals(opened: Open) -> None:
    rows = [*FINE, qa("Ask 1?", "Answer number 1."), qa("Name?", "Ann"), qa("No answer?", "")]
    assert said(opened(*rows, signals=())) == {}
    before = opened(*rows, signals=("structure",))
    assert set(said(before)) == {"empty_response"}
    assert [one.tokens for one in findings(before)] == [None]
    assert set(said(opened(*rows, signals=("structure", "lengths")))) == {"empty_response", "one_word_response"}
    assert set(said(opened(*rows))) == {"empty_response", "one_word_response", "exact_duplicates"}


def test_the_most_serious_come_first_then_those_of_most_tokens_then_those_of_most_rows(opened: Open) -> None:
    long = qa("A much longer question, with many words in it?", "Yes, that is so")
    rows = [*(qa(f"{i}?", "") for i in range(2)), qa("A much longer question, with many words in it?", "N/A")]
    by_tokens, by_rows = opened(*rows, long, long), opened(*rows, signals=("structure", "lengths"))
    assert [(one.name, one.severity, one.rows, one.tokens) for one in findings(by_tokens)] == [
        ("stand_in_response", "error", 1, 13),
        ("empty_response", "error", 2, 4),
        ("exact_duplicates", "warn", 1, 16),
        ("one_word_response", "info", 1, 13),
    ]
    assert [(one.name, one.rows, one.tokens) for one in findings(by_rows)] == [
        ("empty_response", 2, None),
        ("stand_in_response", 1, None),
        ("one_word_response", 1, None),
    ]


def test_tokens_of_a_view(opened: Open) -> None:
    dataset = opened(qa("Hello, world!", ""), qa("How many tokens?", "Hello, world!"))
    assert tokens_of(dataset, View()) == 12
    assert tokens_of(dataset, View().where("response", "blank")) == 4
    assert tokens_of(dataset, View().where("response", "null")) == 0


def test_a_source_column_named_like_a_signals_is_no_finding(opened: Open) -> None:
    dataset = opened(
        qa("Name?", "Ann", response_words="one", row_tokens="many"),
        qa("Age?", "Not said.", response_words="two", row_tokens="few"),
    )
    assert said(dataset) == {}
    assert tokens_of(dataset, View()) is None


def test_as_machines_read_them(opened: Open) -> None:
    [found] = findings(opened(qa("Ask?", ""), qa("Ask again?", "Here you are.")))
    assert found.as_dict() == {
        "name": "empty_response",
        "characteristic": "formatted",
        "severity": "error",
        "sentence": "1 row has no response, or a blank one.",
        "rows": 1,
        "share": 0.5,
        "tokens": 2,
        "where": ["answer_kind~notin~text~tool_call~reasoning~parts~unanswered~raw_text"],
        "sample": False,
    }


def test_each_check_is_declared_by_a_signal_that_it_reads_and_says_what_to_do() -> None:
    for signal in CATALOGUE.signals.values():
        for check in signal.finds:
            read = signals_of(check, CATALOGUE)
            assert signal.name in read or not read, check.name
            assert check.characteristic in CHARACTERISTICS and check.severity in SEVERITIES, check.name
            assert check.to_do.endswith("."), check.name


def test_names_are_unlike_and_sentences_are_two() -> None:
    names = [check.name for check in CATALOGUE.checks]
    assert len(set(names)) == len(names)
    for check in CATALOGUE.checks:
        assert re.match(r"(In )?1 ", check.one) and re.match(r"(In )?\{rows\} ", check.many), check.name
        assert check.one.endswith(".") and check.many.endswith("."), check.name
        assert not check.one.startswith(("1 rows", "1 pairs", "1 responses")) and check.where


def states(dataset: Dataset) -> dict[str, tuple[str, int | None]]:
    return {outcome.check.name: (outcome.state, outcome.looked_at) for outcome in outcomes(dataset)}


def test_a_check_says_how_many_rows_it_looked_at(opened: Open) -> None:
    dataset = opened(*FINE, qa("No answer?", None))
    by_name = states(dataset)
    assert by_name["empty_response"] == ("done", 6)
    assert by_name["one_word_response"] == ("done", 5)
    assert by_name["exact_duplicates"] == ("done", 6)
    assert by_name["refusals"] == ("not run", None)
    assert by_name["empty_rejected"] == by_name["leaks"] == ("does not apply", None)


def test_nothing_to_look_at_is_no_zero(opened: Open) -> None:
    nulls = opened(*({"text": None, "n": i} for i in range(3)))
    compute(nulls, nulls.signal("formatting"))
    by_name = {outcome.check.name: outcome for outcome in outcomes(nulls)}
    assert by_name["html_tags"].state == by_name["empty_response"].state == "does not apply"
    assert by_name["exact_duplicates"].looked_at == 3, "whole records are compared, here by n"
    assert by_name["html_tags"].why == "No row has a text."
    assert by_name["empty_prompt"].why == "No column has the role prompt."


def test_a_check_that_is_not_run_says_why_and_what_to_do(opened: Open) -> None:
    by_name = {outcome.check.name: outcome for outcome in outcomes(opened(*FINE))}
    refusals, names = by_name["refusals"], by_name["names"]
    assert (refusals.why, refusals.missing) == ("Formatting is not computed yet.", ("formatting",))
    assert refusals.to_do.endswith("winnow compute DATASET formatting")
    assert names.why.startswith("It runs only on request")
    assert refusals.while_running(["formatting"]).state == "running"
    assert refusals.while_running(["tokens"]).state == "not run"


def test_a_column_of_the_file_that_hides_a_signals_is_named(opened: Open) -> None:
    dataset = opened(qa("Name?", "Ann", response_words="one"), qa("Age?", "Not given.", response_words="two"))
    [outcome] = [o for o in outcomes(dataset) if o.check.name == "one_word_response"]
    assert (outcome.state, outcome.missing) == ("not run", ()) and "called response_words" in outcome.why


def test_the_tally_counts_each_state(opened: Open) -> None:
    every = outcomes(opened(*FINE, signals=()))
    done = sum(outcome.state == "done" for outcome in every)
    undone = sum(outcome.state == "not run" for outcome in every)
    without = len(every) - done - undone
    assert done == 2
    assert tally(every) == (f"2 of {2 + undone} checks done, {undone} not run, {without} do not apply to these data")


def test_files_are_compared_where_there_is_no_split(home: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = [qa(f"What is item {i} of file {name}?", f"It is thing {i} in {name}.") for i in range(3)]
        shared = qa("Which town is the capital of the smallest country?", "The capital of it is a town on a hill.")
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, shared]))
    dataset = Workspace().open([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    compute(dataset, dataset.signal("leaks"))
    [leaks] = [outcome for outcome in outcomes(dataset) if outcome.check.name == "leaks"]
    assert (leaks.state, leaks.looked_at) == ("done", 8)
    assert leaks.finding and leaks.finding.rows == 2
