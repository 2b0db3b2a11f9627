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
from ui.slices.other import Other
from ui.verbs import page

SHOWN_PAIRS, TELLING_PAIRS = 16, 40
FEWEST = 3  # rows of a side; a share of one or two rows says nothing
SHOWN = ("z", "left_rows", "right_rows", "left_share", "right_share", "log_odds")
Names = tuple[str, str]


class Compared(NamedTuple):
    """The results of a comparison of two sides, ready to be drawn."""

    variety: dict[str, dict[str, float | int | None]]
    growth: tuple[pl.DataFrame, pl.DataFrame]
    telling: pl.DataFrame
    lengths: pl.DataFrame | None


def comparison(dataset: Dataset, second: Other, names: Names) -> None:
    """Compares two sides: frequent pairs, variety and its growth, response lengths, and the pairs that differ most."""
    signal, other = dataset.signal("verb_noun"), second.dataset
    st.subheader(f"{md(names[0])} vs {md(names[1])}", anchor=False)
    if not _is_ready(other, signal):
        return
    view = page.without_own_filters(session.view())
    mine, theirs = page.counted(dataset, view, signal), page.counted_other(second, signal)
    for name, counted in zip(names, (mine, theirs), strict=True):
        if counted.pairs.is_empty():
            st.text(f"{name}: no row has both a verb and a noun, so there is nothing to compare.")
            return
    if dataset.id == other.id and dataset.rows_of(view).equals(second.rows):
        st.text("Both sides are the same rows, so nothing can differ. Choose another side.")
        return
    left_out = "\nFilters on verb and noun do not apply here." if view != session.view() else ""
    st.text(
        "\n".join(
            f"{name}: {count(side.coverage.rows)}, {side.coverage.pair:,} with a verb and a noun"
            for name, side in zip(names, (mine, theirs), strict=True)
        )
        + left_out
    )
    key = page.key_of_pairs(dataset, view, signal, page.key_of_other(second, signal))
    compared = _compared(key, mine, theirs)
    left, right = st.columns(2, gap="large")
    with left:
        _frequent(compared.telling, names)
    with right:
        st.markdown("**Variety**")
        _variety(compared, names)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Pairs that differ most**")
        _differing(compared.telling, names)
    with right:
        _lengths(compared.lengths, names)


def _differing(telling: pl.DataFrame, names: Names) -> None:
    """The table of the pairs that differ most; a ticked line sets a filter."""
    if telling.is_empty():
        st.text(f"No pair is in {FEWEST} rows or more of a side.")
        return
    st.caption(
        f"Pairs in {FEWEST} rows or more of a side. Tick one to see its rows. z: log-odds divided by their error, with "
        "an informative Dirichlet prior (Monroe et al. 2008)."
    )
    st.text(f"Positive: more frequent in {names[0]}.")
    page.table(
        telling.head(TELLING_PAIRS).select("verb", "noun", *SHOWN), "telling", "Pairs that differ most", _columns(names)
    )


def _columns(names: Names) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "z": st.column_config.NumberColumn("z", format="%.1f", width=60),
        "log_odds": st.column_config.NumberColumn("log-odds", format="%.2f", width=80),
    }
    for side, name in zip(("left", "right"), names, strict=True):
        columns[f"{side}_rows"] = st.column_config.NumberColumn(f"rows, {md(name, 30)}", format="localized")
        columns[f"{side}_share"] = st.column_config.NumberColumn(f"share, {md(name, 30)}", format="percent")
    return columns


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
        pairs.compare(mine, theirs).filter(pl.max_horizontal("left_rows", "right_rows") >= FEWEST),
        pairs.response_lengths(_mine.lengths, _theirs.lengths),
    )


def _frequent(telling: pl.DataFrame, names: Names) -> None:
    """Mirrored bars of the pairs with the largest share on both sides together; a click on a bar sets a filter."""
    both = pl.col("left_share") + pl.col("right_share")
    shown = telling.sort(both, "verb", "noun", descending=[True, False, False]).head(SHOWN_PAIRS)
    lines = shown.reverse()

    def pick(selection: Mapping[str, Any]) -> View | None:
        if not (points := selection.get("points")):
            return None
        line = lines.row(round(points[0]["y"]), named=True)
        return page.of_pair(session.view(), line["verb"], line["noun"]) if line["left_rows"] else None

    figure = mirrored(shown, names, charts.palette())
    charts.draw(
        figure,
        "frequent",
        "Shares of the most frequent pairs on both sides",
        pick,
        table=lambda: _shares_of(shown, names),
        mark=lambda line: {"y": shown.height - 1 - line},
    )


def _shares_of(pairs: pl.DataFrame, names: Names) -> pl.DataFrame:
    """The pairs with the rows and shares of both sides under their names."""
    named = {
        f"{side}_{of}": f"{name}, {of}"
        for side, name in zip(("left", "right"), names, strict=True)
        for of in ("rows", "share")
    }
    return pairs.select("verb", "noun", *(pl.col(column).alias(name) for column, name in named.items()))


def _variety(compared: Compared, names: Names) -> None:
    """Distinct pairs and entropy of both sides, and the growth of distinct pairs with the rows."""
    equal = compared.variety["left"]["equal_rows"]
    named = {
        "rows": "rows with a pair",
        "distinct_pairs": "distinct pairs",
        "distinct_pairs_at_equal_rows": f"distinct pairs in {equal:,} rows of each",
        "entropy_bits": "entropy of the pairs in bits",
    }
    columns = {name: compared.variety[side] for side, name in zip(("left", "right"), names, strict=True)}
    st.dataframe(
        {"": list(named.values())}
        | {
            name: [f"{of[key]:,.2f}" if key == "entropy_bits" else f"{of[key]:,.0f}" for key in named]
            for name, of in columns.items()
        },
        hide_index=True,
        alt="Rows, distinct pairs and entropy of both sides",
    )
    lines = zip(names, compared.growth, strict=True)
    figure = figures.lines(
        [(name, curve["rows"].to_list(), curve["distinct_pairs"].to_list()) for name, curve in lines],
        "rows with a pair",
        "expected distinct pairs",
        charts.palette(),
    )
    curves = [
        c.select(pl.lit(n).alias("of"), "rows", "distinct_pairs") for n, c in zip(names, compared.growth, strict=True)
    ]
    charts.show(figure, "growth", "Distinct pairs by rows drawn", lambda: pl.concat(curves))


def _lengths(lengths: pl.DataFrame | None, names: Names) -> None:
    if lengths is None or not (lengths["left_rows"].sum() and lengths["right_rows"].sum()):
        st.text(
            "This needs the tokens of the responses of both sides. Compute them on the page Lengths of each dataset."
        )
        return
    edges = [*lengths["low"], lengths["high"][-1]]
    drawn = [(name, lengths[f"{side}_rows"].to_list()) for name, side in zip(names, ("left", "right"), strict=True)]
    figure = overlaid(edges, drawn, "tokens per response", charts.palette())
    named = {"left_rows": f"rows, {names[0]}", "right_rows": f"rows, {names[1]}"}
    charts.show(figure, "lengths_of_both", "Tokens per response of both sides", lambda: lengths.rename(named))
