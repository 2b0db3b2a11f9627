"""Does any text, cut or mixed as real files have them, stop a search for copies, or hide that a row is repeated?"""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.duplicates.exact_duplicates_signal import ExactDuplicates
from analysis.duplicates.field_pairs_signal import FieldPairs
from analysis.duplicates.near_pairs_signal import NearPairs
from analysis.duplicates.normalised_duplicates_signal import NormalisedDuplicates
from analysis.duplicates.repetition_signal import Repetition
from analysis.duplicates.shared_spans_signal import SharedSpans
from tests.support.mutated_texts import FORMS, frame_of, mutated_batches, mutated_texts


def check_copies(texts: list[str], form: str) -> None:
    """All texts twice: each second row repeats a first one."""
    rows = pl.concat([frame_of(texts, form)] * 2)
    second = slice(len(texts), None)
    exact = ExactDuplicates().compute(rows)
    assert exact["is_duplicate_extra"].fill_null(True)[second].all()
    for level in ("document", "paragraph", "sentence"):
        normalised = NormalisedDuplicates(level=level, digits="zero", order="any").compute(rows)
        assert normalised.height == rows.height
        if level == "document":
            assert normalised["is_normalised_extra"].fill_null(True)[second].all()
    for pairs in (NearPairs(boilerplate="aside"), NearPairs(unit="words"), NearPairs(unit="characters")):
        near = pairs.compute(rows)
        assert near["near_status"][second].is_in(["repeats", "too_short", "empty"]).all()
        for number, neighbours in enumerate(near["near_neighbours"].to_list()):
            assert all(number < one["row"] < rows.height and 0.5 <= one["similarity"] <= 1 for one in neighbours or ())
    fields = rows.select(
        columns=pl.struct(pl.coalesce("prompt", "text").alias("prompt")), block=pl.lit(None, pl.String)
    )
    for scorer in ("letters", "words", "edits", "names"):
        compared = FieldPairs(columns="prompt", scorer=scorer).compute(fields)
        assert compared["field_status"][second].is_in(["repeats", "empty"]).all()


def check_passages(texts: list[str], form: str) -> None:
    """Passages lie in their texts, and shares of a text are shares."""
    rows = frame_of(texts, form)
    shared = SharedSpans(tokens=3).compute(rows)
    assert shared["shared_span_share"].drop_nulls().is_between(0, 1).all()
    for row, spans in zip(rows.to_dicts(), shared["spans"].to_list(), strict=True):
        for span in spans or ():
            text = row["messages"][span["turn"]]["content"] if span["turn"] is not None else row[span["field"]]
            assert 0 <= span["start"] < span["end"] <= len(text)
    repeated = Repetition().compute(rows)
    floats = repeated.select(pl.selectors.float())
    assert floats.height == len(texts)
    assert all(column.drop_nulls().is_between(0, 1).all() for column in floats)


@given(st.lists(mutated_texts(), min_size=1, max_size=8), st.sampled_from(FORMS))
@settings(max_examples=30)
def test_any_text_is_compared(texts: list[str], form: str) -> None:
    check_copies(texts, form)
    check_passages(texts, form)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_changed_texts_are_compared(seed: int) -> None:
    for number, texts in enumerate(mutated_batches(15, 100, seed)):
        check_copies(texts, FORMS[number % len(FORMS)])
        check_passages(texts, FORMS[number % len(FORMS)])
