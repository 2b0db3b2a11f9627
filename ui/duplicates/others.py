"""The kinds without a kept row: shared passages, repetition inside a row, and leaks between splits."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import kinds, side_by_side
from analysis.duplicates.passage_table import passages
from analysis.duplicates.repetition import RULES
from analysis.joined_values import join_values
from analysis.signal import ROW_ID
from analysis.view import View
from ui.components import side_by_side as component
from ui.duplicates import acts, state
from ui.duplicates.grouped import MOST_IDS
from ui.figures import charts
from ui.rows import browser, masking
from ui.rows.ticked import ticked, ticked_once
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut

PASSAGES, PAIRS = 200, 4
SHOWN_CHARS = 1_500


@st.cache_resource(max_entries=8, show_spinner="Reading the passages …")
def _passages(key: Key, _dataset: Dataset, _view: View) -> pl.DataFrame:
    return passages(_dataset, _dataset.signal("shared_spans"), _dataset.rows_of(_view), PASSAGES)


def spans(dataset: Dataset) -> None:
    """The passages shared by most rows in view, and the rows with boilerplate."""
    signal = dataset.signal("shared_spans")
    view = session.view()
    shared = _passages(key_of(dataset, signal, view=view), dataset, view)
    common = len(dataset.rows_of(view.where("has_boilerplate", "eq", "true")))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Show the rows with a shared passage",
            key="with_passage",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(view.where("shared_span_share", "gt", "0"),),
        )
        if common:
            st.button(
                f"Show {count(common)} with boilerplate",
                key="with_boilerplate",
                icon=":material/filter_alt:",
                on_click=session.set_view,
                args=(view.where("has_boilerplate", "eq", "true"),),
            )
    st.text(
        f"{count(common)} begin or end with boilerplate: a passage common to one row in a thousand, and at least 20. "
        "Under Similar it can be left out of the comparison, so that rows that share nothing else are not grouped."
    )
    charts.histogram(dataset, "shared_span_share", "share of a row's words in shared passages")
    if shared.is_empty():
        st.text("No row in view shares a passage with another row.")
        return
    shared = masking.masked(dataset, shared, shared["row"])
    number = ticked(
        shared.select("rows", pl.col("tokens").alias("words"), pl.col("text").str.slice(0, 200).alias("passage")),
        "passages",
        "Passages that several rows share",
        height="content" if shared.height < 12 else 430,
        column_config={"passage": st.column_config.TextColumn(width="large")},
    )
    st.caption(f"The {count(shared.height, 'passage')} in most rows in view. Tick one to read it.")
    line = shared.row(number or 0, named=True)
    st.text(f"In {count(line['rows'])} in view, {count(line['tokens'], 'word')} long:")
    st.code(line["text"][:SHOWN_CHARS], language=None, wrap_lines=True)
    table = dataset.table_in(signal, "spans", dataset.rows_of(view))
    holding = table.filter(pl.col("span") == line["span"])["row"].unique().sort()
    if len(holding) <= MOST_IDS:
        ids = dataset.column(ROW_ID).gather(holding).to_list()
        shown = view.where(ROW_ID, "in", join_values(ids))
        st.button(f"Show these {count(len(ids))}", key="rows_of_passage", on_click=session.set_view, args=(shown,))
    else:
        st.text(f"More rows hold it than a filter can list ({MOST_IDS}); search for a part of it to see them.")


def repetition(dataset: Dataset) -> None:
    """Shows how many rows exceed each rule, how much of a row repeats, and the rows that repeat most."""
    view = session.view()
    loops = len(dataset.rows_of(view.where("is_endless_loop", "eq", "true")))
    with st.container(horizontal=True):
        st.button(
            "Show the rows over a limit",
            key="over_limit",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(view.where("repetition_rule", "notnull"),),
        )
        if loops:
            st.button(
                f"Show {count(loops, 'endless loop')}",
                key="loops",
                icon=":material/filter_alt:",
                on_click=session.set_view,
                args=(view.where("is_endless_loop", "eq", "true"),),
            )
    left, right = st.columns(2, gap="large")
    with left:
        charts.histogram(dataset, "repetition_share", "largest share of characters repeated")
    inside = dataset.rows_of(view)
    frame = dataset.frame([*RULES, "repetition_share", "repetition_rule"], inside)
    with right:
        lines = [(name.replace("_", " "), limit, int((frame[name] > limit).sum())) for name, limit in RULES.items()]
        line = ticked_once(
            pl.DataFrame(lines, schema=["rule", "at most", "rows over it"], orient="row"),
            "rules",
            "Rules of repetition and the rows over each",
            height=300,
            column_config={"at most": st.column_config.NumberColumn(format="percent")},
        )
        st.caption("The rules of Rae et al. 2021 (Gopher). Tick one to see the rows over it.")
    if line is not None:
        name = list(RULES)[line]
        session.set_view(view.where(name, "gt", str(RULES[name])))
        st.rerun()
    _worst(dataset, inside, frame)


def _worst(dataset: Dataset, inside: pl.Series, frame: pl.DataFrame) -> None:
    worst = frame.select("repetition_share", "repetition_rule").with_columns(row=inside)
    worst = worst.filter(pl.col("repetition_rule").is_not_null()).sort(
        "repetition_share", "row", descending=[True, False]
    )
    if worst.is_empty():
        st.text("No row in view exceeds a limit.")
        return
    worst = worst.head(20)
    texts = [name for name in ("response", "text", "prompt") if name in dataset.canonical]
    read = masking.masked(dataset, dataset.frame(texts[:1], worst["row"]), worst["row"]) if texts else pl.DataFrame()
    shown = read.select(pl.all().str.slice(0, 200))
    line = ticked_once(
        pl.concat([worst.select(pl.col("row") + 1, "repetition_share", "repetition_rule"), shown], how="horizontal"),
        "worst",
        "The rows that repeat themselves most",
        column_config={
            "repetition_share": st.column_config.NumberColumn("share repeated", format="percent"),
            "repetition_rule": "rule exceeded most",
        },
    )
    st.caption("The rows that repeat themselves most. Tick one to read it.")
    if line is not None:
        browser.open_in_reader(dataset, dataset.frame([ROW_ID], worst["row"])[ROW_ID][line])


def leaks(dataset: Dataset) -> None:
    """Rows of one split that are near or equal to a row of another, and such pairs side by side."""
    leaking, view = state.leaking(dataset), session.view()
    column = kinds.split_column(dataset)
    count_ = kinds.leak_count(dataset, leaking)
    threshold = float(str(dataset.signal("leaks").parameters["threshold"]))
    st.text(
        f"Split column {cut(str(column), 40)}, near from {threshold:.2f}. "
        f"A split-safe export would leave out {count(count_.rows_to_drop)}: those near or equal to a row of "
        f"{cut(' and '.join(leaking.protected), 80) or 'another split'}, which stays whole. "
        "The page Export can keep another one whole."
    )
    if leaking.crossed.is_empty():
        st.text("No row in view has a copy in another split.")
        return
    st.button(
        "Show the rows that leak",
        key="leaking",
        icon=":material/filter_alt:",
        on_click=session.set_view,
        args=(view.where("is_leak", "eq", "true"),),
    )
    shown = leaking.crossed.with_columns(pl.col("split", "other").str.slice(0, 80))
    line = ticked(shown, "crossed", "Rows of one split with a copy in another", column_config={"other": "is also in"})
    st.caption("Tick a line to see its pairs, the most similar first.")
    number = line or 0
    one, other = leaking.crossed.select("split", "other").row(number)
    if one not in leaking.names or other not in leaking.names:
        return
    pairs = state.pairs_between(dataset, leaking, one, other)
    if pairs.is_empty():
        st.text("These rows are equal; their texts are too short for a shingle, so there is no similarity to show.")
        return
    pages = -(-pairs.height // PAIRS)
    page = min(st.pagination(pages, key=f"crossing_{number}"), pages) if pages > 1 else 1
    title = f"{cut(one, 40)} and {cut(other, 40)}, similarity"
    shown_pairs = [
        side_by_side.pair(dataset, "near", a, b, similarity, f"{title} {similarity:.2f}", ())
        for a, b, similarity in pairs.slice((page - 1) * PAIRS, PAIRS).iter_rows()
    ]
    component.side_by_side(shown_pairs, "crossing_pairs", acts.wish)
    acts.grant(dataset)
