"""The parts of the page Verbs: verbs and nouns as wedges and ranks, and how many rows have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import Signal
from analysis.verbs.counts import Counted, Coverage, Requests, columns_read, containing, requests_of
from analysis.view import View
from ui import figures
from ui.figures import charts
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, share
from ui.slices.other import Other
from ui.verbs.wedges import Wedge, wedges

ROLES = {"prompt": "prompts", "response": "responses", "text": "texts"}
SHOWN_PAIRS = 300
FEW = 12
OWN = ("verb", "noun")  # columns whose filters do not apply on this page
WEDGE_COLUMNS = {"verb": pl.String, "noun": pl.String, "rows": pl.Int64, "share": pl.Float64}
COLUMNS = {
    "rows": st.column_config.NumberColumn(format="localized"),
    "rows_share": st.column_config.NumberColumn("share", format="percent"),
    "median_response_tokens": st.column_config.NumberColumn("median response tokens", format="localized"),
    "mean_score": st.column_config.NumberColumn("mean score", format="%.2f"),
}


def choose_over(dataset: Dataset) -> None:
    """A choice of the texts with the requests, stored with the dataset because `verb` and `noun` depend on it."""
    now = str(dataset.signal("verb_noun").parameters["over"])
    words = {over: " and ".join(ROLES[name] for name in columns_read(dataset, over)) for over in ("prompt", "response")}
    offered = [over for over, of in words.items() if of or over == now]
    over = st.segmented_control(
        "Verbs in",
        offered,
        format_func=lambda over: words[over] or ROLES[over],
        default=now,
        required=True,
        key=f"over_{now}",
    )
    if over != now:
        parameters = {**dataset.signal("verb_noun").parameters, "over": over}
        session.keep_parameters(dataset, {"verb_noun": parameters})
        st.rerun()


@st.cache_resource(max_entries=4, show_spinner="Reading verbs and nouns …")
def _requests(key: Key, _dataset: Dataset, _signal: Signal) -> Requests:
    return requests_of(_dataset, _signal)


@st.cache_resource(max_entries=24, show_spinner=False)
def _counted(key: Key, _dataset: Dataset, _signal: Signal, _rows: Callable[[], pl.Series]) -> Counted:
    return _requests(key_of_pairs(_dataset, None, _signal), _dataset, _signal).counted(_rows())


def key_of_pairs(dataset: Dataset, view: View | None, signal: Signal, *more: Key) -> Key:
    """The key of the pairs of a view; `more` is the key of the pairs they are compared with."""
    return key_of(dataset, signal, dataset.signal("tokens"), view=view, more=more)


def counted(dataset: Dataset, view: View, signal: Signal | None = None) -> Counted:
    """The verb-noun pairs of the rows of a view; cached while view, tags and signals stay the same."""
    signal = signal or dataset.signal("verb_noun")
    return _counted(key_of_pairs(dataset, view, signal), dataset, signal, lambda: dataset.rows_of(view))


def counted_other(other: Other, signal: Signal) -> Counted:
    """The verb-noun pairs of the second side of a comparison."""
    return _counted(key_of_other(other, signal), other.dataset, signal, lambda: other.rows)


def key_of_other(other: Other, signal: Signal) -> Key:
    return key_of_pairs(other.dataset, None, signal, other.key)


def without_own_filters(view: View) -> View:
    """The view without its filters on verb and noun, as the picture counts it."""
    return view.without_column("verb").without_column("noun")


def say_coverage(coverage: Coverage) -> None:
    """How many rows have a pair, and what the others have instead."""
    parts = {
        "with a verb and a noun": coverage.pair,
        "with a verb only": coverage.verb_only,
        "without a verb": coverage.no_verb,
        "in a language that is not read": coverage.other_language,
        "empty": coverage.empty + coverage.missing,
        "on which the computation failed": coverage.failed,
        "not computed yet": coverage.not_computed,
    }
    parts_in_words = (
        ", ".join(f"{n:,} {words} ({share(n / coverage.rows)})" for words, n in parts.items() if n) or "none"
    )
    cut = f" Of {count(coverage.cut)} only the beginning was read." if coverage.cut else ""
    st.text(f"Of {count(coverage.rows)}: {parts_in_words}.{cut}")


def picture(ranked: pl.DataFrame, as_tree: bool, verbs: int, nouns: int, with_rest: bool) -> None:
    """Sunburst or treemap; a click on a wedge sets a filter on its verb, or on its verb and noun."""
    pieces = wedges(ranked, verbs, nouns, with_rest)
    every, all_verbs = int(ranked["rows"].sum()), ranked["verb"].n_unique()
    drawn = sum(wedge.rows for wedge in pieces if not wedge.parent and wedge.verb)
    if all_verbs > verbs:
        st.caption(
            f"{verbs} of {count(all_verbs, 'verb')}, {share(drawn / every)} of the rows with a pair. "
            "Click a wedge to see its rows."
        )
    by_id = {wedge.id: wedge for wedge in pieces}

    def pick(selection: Mapping[str, Any]) -> View | None:
        points = selection.get("points") or [{}]
        return filtered(session.view(), by_id.get(str(points[0].get("id"))))

    figure = figures.wedges([w[:4] for w in pieces], every, as_tree, charts.palette())
    lines = [wedge for wedge in pieces if wedge.verb]
    charts.draw(
        figure,
        f"wedges_{as_tree}",
        "Verbs and their nouns by rows",
        pick,
        table=lambda: pl.DataFrame(
            [(w.verb, w.noun, w.rows, w.rows / every) for w in lines], schema=WEDGE_COLUMNS, orient="row"
        ),
        mark=lambda line: {"id": lines[line].id},
    )


def filtered(view: View, wedge: Wedge | None) -> View | None:
    """The view of the rows of one wedge; None for a wedge of the rest."""
    if wedge is None or wedge.verb is None:
        return None
    return of_pair(view, wedge.verb, wedge.noun)


def of_pair(view: View, verb: str, noun: str | None) -> View:
    """The view of the rows of one pair, or of all pairs of a verb if `noun` is None."""
    rest = without_own_filters(view).where("verb", "eq", verb)
    return rest.where("noun", "notnull") if noun is None else rest.where("noun", "eq", noun)


def ranks(pairs: pl.DataFrame) -> None:
    """The pairs by rank, with a search and a switch for rarest first; a ticked line sets a filter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input("Search verb or noun", key="sought", type="search")
        rare = st.toggle("Rarest first", key="rare", bind="query-params")
    matches = containing(pairs, sought or "")
    if matches.is_empty():
        st.text("No verb and no noun contains this text.")
        return
    matches = matches.sort("rows", maintain_order=True) if rare else matches
    once = int((matches["rows"] == 1).sum())
    left = f", the first {SHOWN_PAIRS} shown" if matches.height > SHOWN_PAIRS else ""
    single = f"; {once:,} of them in one row only" if once else ""
    st.caption(f"{count(matches.height, 'pair')}{left}{single}. Tick one to see its rows.")
    table(matches.head(SHOWN_PAIRS), "pairs", "Pairs of verb and noun")


def table(shown: pl.DataFrame, key: str, alt: str, columns: Mapping[str, Any] = COLUMNS) -> None:
    """A table of pairs, without empty columns; a ticked line sets a filter."""
    number = ticked_once(
        shown.select(c for c in shown.columns if shown[c].null_count() < shown.height),
        key,
        alt,
        height="content" if shown.height < FEW else 36 * FEW,
        column_config=columns,
    )
    if number is not None:
        line = shown.row(number, named=True)
        if line.get("left_rows") == 0:
            st.toast("No row in view has this pair.")
            return
        session.set_view(of_pair(session.view(), line["verb"], line["noun"]))
        st.rerun()
