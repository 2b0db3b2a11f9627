"""Does any text, cut or mixed as real files have them, stop the count of noise, its places or its cleaning?"""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analysis.noise import KINDS, cleaned_texts, places
from analysis.noise.formatting_signal import COUNTED, Formatting
from tests.support.mutated_texts import FORMS, frame_of, mutated_batches, mutated_texts

CLEANABLE = [name for name, kind in KINDS.items() if kind.can_be_cleaned]


def check(texts: list[str], form: str) -> None:
    """Every row is counted, alone as beside others; the places lie in the text; cleaning keeps the rows."""
    signal = Formatting()
    rows = frame_of(texts, form)
    columns = signal.compute(rows)
    assert columns.height == len(texts)
    assert all(columns[name].null_count() == 0 for name in COUNTED)
    shares = columns["formatting_token_share"].drop_nulls()
    assert shares.is_between(0, 1).all()
    halves = [signal.compute(rows[: len(texts) // 2]), signal.compute(rows[len(texts) // 2 :])]
    assert_frame_equal(pl.concat(halves), columns)
    series = pl.Series("text", texts, dtype=pl.String)
    assert len(cleaned_texts(series, CLEANABLE)) == len(texts)


def check_places(text: str) -> None:
    """The places of every kind are in order, without overlap, inside the text."""
    for kind in KINDS.values():
        last = 0
        for start, end in places(text, kind):
            assert last <= start <= end <= len(text)
            last = end


@given(st.lists(mutated_texts(), min_size=1, max_size=6), st.sampled_from(FORMS))
@settings(max_examples=30)
def test_any_text_is_counted_and_cleaned(texts: list[str], form: str) -> None:
    check(texts, form)
    check_places(texts[0])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_changed_texts_are_counted_and_cleaned(seed: int) -> None:
    for number, texts in enumerate(mutated_batches(10, 150, seed)):
        check(texts, FORMS[number % len(FORMS)])
        for text in texts[:15]:
            check_places(text)
