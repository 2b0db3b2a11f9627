"""Does any text, cut or mixed as real files have them, stop the search for what it asks for?"""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analysis.verbs.verb_noun_signal import VerbNoun, kept_answers
from tests.support.mutated_texts import FORMS, frame_of, mutated_batches, mutated_texts

STATES = {"pair", "no_pair", "other_language", "empty"}


def check(texts: list[str], form: str) -> None:
    """Every row has its answer, the same one alone and beside others, and the answer agrees with itself."""
    signal = VerbNoun()
    rows = frame_of(texts, form)
    columns = signal.compute(rows)
    assert columns.height == len(texts) and set(columns["verb_noun_status"]) <= STATES
    assert columns["verb_noun_count"].to_list() == columns["pairs"].list.len().to_list()
    assert columns["verb_noun_count"].to_list() == [len(pairs) for pairs in columns["pairs"].to_list()]
    for text, row in zip(texts, columns.to_dicts(), strict=True):
        assert (row["verb_noun_status"] == "pair") == bool(row["pairs"])
        assert row["verb_noun_status"] != "empty" or not text.strip()
        assert row["noun"] is None or row["verb"]
        for pair in row["pairs"]:
            assert pair["verb"] and pair["noun"] and pair["noun"].strip() == pair["noun"]
    kept_answers.cache_clear()
    halves = [signal.compute(rows[: len(texts) // 2]), signal.compute(rows[len(texts) // 2 :])]
    assert_frame_equal(pl.concat(halves), columns)


@given(st.lists(mutated_texts(), min_size=1, max_size=8), st.sampled_from(FORMS))
@settings(max_examples=60)
def test_any_text_gets_an_answer(texts: list[str], form: str) -> None:
    check(texts, form)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_changed_texts_get_an_answer(seed: int) -> None:
    for number, texts in enumerate(mutated_batches(15, 200, seed)):
        check(texts, FORMS[number % len(FORMS)])
