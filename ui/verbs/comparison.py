"""The parts of a comparison on the page Verbs: the pairs, variety and response lengths of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import Signal
from analysis.verbs import comparison as pairs
from analysis.verbs.counts import Counted
from analysis.view import View
from ui import figures
from ui.figures import charts, mirrored, overlaid
from ui.session import jobs, session
from ui.session.cache_keys import Key
from ui.session.text import count, md
from ui.slices.sides import Side
from ui.verbs import page

SHOWN_PAIRS, TELLING_PAIRS = 16, 40
SIDES = {
    "z": st.column_config.NumberColumn("z", format="%.1f", width=60),
    "left_rows": st.column_config.NumberColumn("rows here", format="localized", width=80),
    "right_rows": st.column_config.NumberColumn("rows there", format="localized", width=80),
    "left_share": st.column_config.NumberColumn("share here", format="percent", width=80),
    "right_share": st.column_config.NumberColumn("share there", format="percent", width=80),
    "log_odds": st.column_config.NumberColumn("log-odds", format="%.2f", width=80),
}


class Compared(NamedTuple):
    """The results of a comparison of two sides, ready to be drawn."""

    variety: dict[str, dict[str, float | int | None]]
    growth: tuple[pl.DataFrame, pl.DataFrame]
    telling: pl.DataFrame
    lengths: pl.DataFrame | None


def comparison(dataset: Dataset, words: str, side: Side) -> None:
    """Compares two sides: frequent pairs, variety and its growth, response lengths, and the pairs that differ most."""
    signal = dataset.signal("verb_noun")
    other = dataset if side.id == dataset.id else session.load(side.id)
    st.subheader(f"This view against {md(words)}", anchor=False)
    if not _is_ready(other, signal):
        return
    view, other_view = page.without_own_filters(session.view()), side.view or View()
    mine, theirs = page.counted(dataset, view, signal), page.counted(other, other_view, signal)
    for name, counted in (("This view", mine), (words, theirs)):
        if counted.pairs.is_empty():
            st.text(f"{name}: no row has both a verb and a noun, so there is nothing to compare.")
            return
    if (dataset.id, view.active) == (other.id, other_view.active):
        st.text("Both sides have the same rows. Filter this view, or choose another side.")
        return
    left_out = " Filters on verb and noun do not apply here." if view != session.view() else ""
    st.caption(
        f"This view: {count(mine.coverage.rows)}, {mine.coverage.pair:,} with a pair. "
        f"The other side: {count(theirs.coverage.rows)}, {theirs.coverage.pair:,} with a pair.{left_out}"
    )
    key = page.key_of_pairs(dataset, view, signal, page.key_of_pairs(other, other_view, signal))
    compared = _compared(key, mine, theirs)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Most frequent pairs of both sides**")
        _frequent(compared.telling, words)
    with right:
        st.markdown("**Variety**")
        _variety(compared, words)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Pairs that differ most**")
        st.caption(
            "Positive log-odds: more frequent in this view (here). z: log-odds divided by their error. "
            "With an informative Dirichlet prior, Monroe et al. 2008. Tick one to see its rows."
        )
        telling = compared.telling.head(TELLING_PAIRS).select("verb", "noun", *SIDES)
        page.table(telling, "telling", "Pairs that differ most", SIDES)
    with right:
        st.markdown("**Response lengths**")
        _lengths(compared.lengths, words)


def _is_ready(other: Dataset, signal: Signal) -> bool:
    """Whether the requests of the other side are computed in the same way; if not, says what to do."""
    if other.has(signal):
        return True
    if not other.has_examples:
        st.text("That dataset has no prompts and no responses. Choose another side.")
        return False
    if other.signal("verb_noun").key == signal.key:
        return jobs.require(other, "verb_noun")
    st.text(
        "The requests of that dataset come from other texts or another pipeline. Open it and choose the same there."
    )
    return False


@st.cache_resource(max_entries=16, show_spinner=False)
def _compared(key: Key, _mine: Counted, _theirs: Counted) -> Compared:
    mine, theirs = _mine.pairs, _theirs.pairs
    return Compared(
        pairs.variety(mine, theirs),
        (pairs.growth(mine), pairs.growth(theirs)),
        pairs.compare(mine, theirs),
        pairs.response_lengths(_mine.lengths, _theirs.lengths),
    )


def _frequent(telling: pl.DataFrame, words: str) -> None:
    """Mirrored bars of the pairs with the largest share on both sides together; a click on a bar sets a filter."""
    both = pl.col("left_share") + pl.col("right_share")
    shown = telling.sort(both, "verb", "noun", descending=[True, False, False]).head(SHOWN_PAIRS)
    lines = shown.reverse()

    def pick(selection: Mapping[str, Any]) -> View | None:
        if not (points := selection.get("points")):
            return None
        line = lines.row(round(points[0]["y"]), named=True)
        return page.of_pair(session.view(), line["verb"], line["noun"]) if line["left_rows"] else None

    figure = mirrored(shown, ("this view", words), charts.palette())
    charts.draw(
        figure,
        "frequent",
        "Shares of the most frequent pairs on both sides",
        pick,
        table=lambda: _shares_of(shown, words),
        mark=lambda line: {"y": shown.height - 1 - line},
    )


def _shares_of(pairs: pl.DataFrame, words: str) -> pl.DataFrame:
    """The pairs with the rows and shares of both sides under their names."""
    named = {"left_rows": "rows, this view", "left_share": "this view, share"}
    named |= {"right_rows": f"rows, {words}", "right_share": f"{words}, share"}
    return pairs.select("verb", "noun", *(pl.col(column).alias(name) for column, name in named.items()))


def _variety(compared: Compared, words: str) -> None:
    """Distinct pairs and entropy of both sides, and the growth of distinct pairs with the rows."""
    equal = compared.variety["left"]["equal_rows"]
    named = {
        "rows": "rows with a pair",
        "distinct_pairs": "distinct pairs",
        "distinct_pairs_at_equal_rows": f"distinct pairs in {equal:,} rows of each",
        "entropy_bits": "entropy of the pairs in bits",
    }
    columns = {name: compared.variety[side] for side, name in (("left", "this view"), ("right", f"{words} "))}
    st.dataframe(
        {"": list(named.values())}
        | {
            name: [f"{of[key]:,.2f}" if key == "entropy_bits" else f"{of[key]:,.0f}" for key in named]
            for name, of in columns.items()
        },
        hide_index=True,
        alt="Rows, distinct pairs and entropy of both sides",
    )
    lines = zip(("this view", words), compared.growth, strict=True)
    figure = figures.lines(
        [(name, curve["rows"].to_list(), curve["distinct_pairs"].to_list()) for name, curve in lines],
        "rows with a pair",
        "expected distinct pairs",
        charts.palette(),
    )
    curves = [
        c.select(pl.lit(n).alias("of"), "rows", "distinct_pairs")
        for n, c in zip(("this view", words), compared.growth, strict=True)
    ]
    charts.show(figure, "growth", "Distinct pairs by rows drawn", lambda: pl.concat(curves))


def _lengths(lengths: pl.DataFrame | None, words: str) -> None:
    if lengths is None or not (lengths["left_rows"].sum() and lengths["right_rows"].sum()):
        st.text(
            "This needs the tokens of the responses of both sides. Compute them on the page Lengths of each dataset."
        )
        return
    edges = [*lengths["low"], lengths["high"][-1]]
    drawn = [(name, lengths[c].to_list()) for name, c in (("this view", "left_rows"), (words, "right_rows"))]
    figure = overlaid(edges, drawn, "tokens per response", charts.palette())
    named = {"left_rows": "rows, this view", "right_rows": f"rows, {words}"}
    charts.show(figure, "lengths_of_both", "Tokens per response of both sides", lambda: lengths.rename(named))
