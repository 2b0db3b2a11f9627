"""How often is the threshold right: a person judges the pairs just above and just below it."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions, side_by_side, verdicts
from analysis.duplicates.verdicts import Precision
from analysis.reading.side_by_side import Group
from ui.components import side_by_side as component
from ui.duplicates import acts, state
from ui.duplicates.state import Found
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, share, shares

SHOWN = 3


@st.cache_resource(max_entries=16, show_spinner=False)
def _borderline(
    key: Key, threshold: float, _table: pl.DataFrame, _judged: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    return verdicts.borderline(_table, threshold, _judged, SHOWN)


def review(dataset: Dataset, grouping: Found) -> None:
    """The least similar accepted and the most similar rejected pairs side by side, and the precision so far."""
    kind, threshold = grouping.choice.kind, grouping.choice.threshold
    table = state.table_of_pairs(dataset, kind)
    revision, words = state.said(dataset)
    key = key_of(dataset, decisions.NEIGHBOURS_OF[kind], more=(revision, str(grouping.choice.other_words)))
    accepted, rejected = _borderline(key, threshold, table, words.judged)
    judged = _judged(key, table, words.judged)
    near = pl.col("similarity") >= pl.lit(threshold, pl.Float32)
    _say(verdicts.precision(judged.filter(near)), verdicts.precision(judged.filter(~near)), threshold)
    acts.take_back(dataset, words, "undo_answer")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Least similar accepted pairs**")
        _pairs(dataset, kind, accepted, "accepted")
    with right:
        st.markdown("**Most similar rejected pairs**")
        _pairs(dataset, kind, rejected, "rejected")
    acts.grant(dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged(key: Key, _table: pl.DataFrame, _judged: pl.DataFrame) -> pl.DataFrame:
    return verdicts.judged_pairs(_table, _judged)


def _say(above: Precision, below: Precision, threshold: float) -> None:
    if above.share is None and below.share is None:
        st.text(
            "Say of each pair whether its rows are duplicates. The precision at this threshold, with its interval, "
            "appears with the first answer. Rows of a pair that is not the same share no group. The pairs "
            "are of the whole file."
        )
        return
    if above.share is not None:
        st.text(
            f"Precision at {threshold:.2f}: {share(above.share)} of {count(above.judged, 'judged pair')} are "
            f"duplicates (95% interval {shares(above.low, above.high)}, Wilson). These are the least similar ones; "
            "the precision over all accepted pairs is likely higher."
        )
    if below.share is not None:
        st.text(
            f"Below {threshold:.2f}: {below.same:,} of {count(below.judged, 'judged pair')} are duplicates that this "
            "threshold misses."
        )


def _pairs(dataset: Dataset, kind: str, pairs: pl.DataFrame, name: str) -> None:
    if pairs.is_empty():
        st.text("No pair is left to judge." if name == "accepted" else "No stored pair is below this threshold.")
        return
    shown = []
    key = key_of(dataset, *map(dataset.signal, (decisions.SIGNAL_OF[kind], "shared_spans")))
    for a, b, similarity in pairs.select("a", "b", "similarity").iter_rows():
        asked = [(f"same~{a}~{b}", "The same"), (f"both~{a}~{b}", "Not the same")]
        shown.append(_pair(key, kind, a, b, similarity, dataset)._replace(acts=asked))
    component.side_by_side(shown, name, acts.wish, lambda answer: acts.act(dataset, answer))


@st.cache_resource(max_entries=128, show_spinner=False)
def _pair(key: Key, kind: str, a: int, b: int, similarity: float, _dataset: Dataset) -> Group:
    return side_by_side.pair(_dataset, kind, a, b, similarity, f"Similarity {similarity:.2f}", ())
