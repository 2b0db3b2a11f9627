"""One slice: how it differs from the other rows or from the same slice of a second side, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.slices.apart import Apart
from analysis.slices.measures import EMPTY
from analysis.slices.slices import SliceTable
from analysis.slices.splits import Split
from analysis.view import Filter, View
from ui.rows import browser
from ui.session import session
from ui.session.number_words import count, share
from ui.session.text import cut, md, told_apart
from ui.slices import asked, other, sides
from ui.slices import beside as besides
from ui.slices.asked import others
from ui.slices.beside import Beside
from ui.slices.listed import name_of

TELLING_SENTENCES = 12


def say_rows(sliced: SliceTable, picked: Sequence[int], beside: Beside | None = None) -> None:
    """The chosen slice, and the second one if two are ticked, with their numbers of rows; on both sides if there are
    two."""
    for number in picked[:2]:
        line = sliced.slices.row(by_predicate=pl.col("slice") == number, named=True)
        if beside is None:
            st.text(f"{name_of(line)}, {count(line['rows'])}, {share(line['share'])} of those in view")
            continue
        same = beside.figures().filter(a_line=line["a_line"], b_line=line["b_line"] or 0)
        rows, part = same.select("other_rows", "other_share").row(0) if same.height else (0, 0.0)
        st.text(
            f"{name_of(line)}: {count(line['rows'])} ({share(line['share'])}) of {cut(beside.names[0], 60)}, "
            f"{count(rows)} ({share(part)}) of {cut(beside.names[1], 60)}"
        )


def view_of(sliced: SliceTable, number: int, splits: Sequence[Split]) -> View:
    """The view of the rows of one slice."""
    return View((*others(splits), *sliced.filters[number]))


def in_order(dataset: Dataset, inside: View) -> pl.Series:
    """The rows of a slice in the order of the address."""
    return browser.in_order(dataset, dataset.rows_of(inside), inside.to_params())


def title(sliced: SliceTable, number: int) -> str:
    """The heading of the rows of a slice, for Markdown."""
    return f"Rows of {md(name_of(sliced.slices.row(by_predicate=pl.col('slice') == number, named=True)))}"


def excluded(sliced: SliceTable, number: int, splits: Sequence[Split]) -> View | None:
    """The view of all other rows; None if no filter can select them."""
    if len(splits) > 1:
        return None
    line = int(sliced.slices.row(by_predicate=pl.col("slice") == number, named=True)["a_line"])
    filters = splits[0].excluded(line)
    return View((*others(splits), *filters)) if filters else None


def acts(
    dataset: Dataset, sliced: SliceTable, picked: Sequence[int], splits: Sequence[Split], beside: Beside | None = None
) -> None:
    """The buttons Filter to it, Leave out and Compare."""
    first = view_of(sliced, picked[0], splits)
    rest = excluded(sliced, picked[0], splits)
    same = besides.side_of(beside, sliced.filters[picked[0]]) if beside and len(picked) == 1 else None
    words = "Compare the two" if len(picked) > 1 else "Compare with the rest"
    with st.container(horizontal=True):
        st.button("Filter to it", key="keep_slice", type="primary", on_click=session.set_view, args=(first,))
        st.button(
            "Leave out",
            key="exclude_slice",
            disabled=rest is None,
            help=None if rest else "No single filter can leave this slice out, because several filters select it.",
            on_click=session.set_view,
            args=(rest,),
        )
        if st.button("Compare it on both sides" if same else words, key="compare_slices"):
            session.set_view(first)
            number = picked[1] if len(picked) > 1 else None
            filters = (sides.REST,) if number is None else tuple(map(str, sliced.filters[number]))
            other.show(same or sides.Side(dataset.id, filters, "", follows=number is not None))


def sentences(
    dataset: Dataset, sliced: SliceTable, number: int, splits: Sequence[Split], beside: Beside | None = None
) -> None:
    """How one slice differs from the rest of the rows in view, or from the same slice of the second side, significant
    measures first."""
    inside = view_of(sliced, number, splits)
    if beside:
        contrasts = besides.apart(dataset, inside, beside, sliced.filters[number], splits)
    else:
        contrasts = asked.apart(dataset, inside, splits)
    telling = [each for each in contrasts if each.verdict == "telling"]
    against = f"the same slice of {cut(beside.names[1], 60)}" if beside else "the rest"
    if not telling:
        has_enough = any(each.verdict == "not telling" for each in contrasts)
        st.text(
            f"No measure differs between this slice and {against}."
            if has_enough or beside
            else "The slice or the rest has too few rows to compare."
        )
    for position, each in enumerate(telling[:TELLING_SENTENCES]):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
            shown = shown_by(each)
            if shown:
                st.button(
                    told_apart("Show", each.sentence),
                    key=f"apart_{position}",
                    on_click=session.set_view,
                    args=(View((*inside, shown)),),
                )
            st.text(each.sentence, width="stretch")
    left = len(telling) - TELLING_SENTENCES
    if beside:
        st.caption(
            f"Compared with {md(against, 80)}, one measure of each family that differs (Benjamini-Hochberg, 5%)."
        )
        return
    st.caption(
        f"{count(len(contrasts), 'column')} compared"
        + (f", {left:,} more differ" if left > 0 else "")
        + ". Those listed differ (Benjamini-Hochberg, 5%)."
    )


def shown_by(each: Apart) -> Filter | None:
    """The filter that keeps the rows a sentence counts; None if the sentence is about a mean or about no row."""
    of = each.measure
    if not each.mean:
        return None
    if of.name.startswith(EMPTY):
        return Filter(of.column, "blank")
    if of.kind == "share":
        return Filter(of.column, "eq", "true")
    return Filter(of.column, "eq", each.category) if each.category is not None else None
