"""The table of rows, 50 per page: rows are selected, opened, sorted and filtered in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import HAS_PROPOSAL, MESSAGES
from analysis.errors import ViewError
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import as_file, distribution, like, masking, order, tagging, undoing
from ui.rows.grid import Asked, Column, grid
from ui.session import places, session
from ui.session.column_names import namer
from ui.session.text import cut

PAGE_ROWS = 50
SHOWN_CHARS = 220
GOES = "selected_go"
"""In the session: the page that was asked for the selected rows."""
NO_MORE: Mapping[str, pl.Series] = MappingProxyType({})
FIRST_COLUMNS = ("tags", "prompt", "response", "rejected", "text")
THEN = ("source", "annotator", "score", "label", "language", "created_at")


def usual_columns(dataset: Dataset) -> list[str]:
    """The columns shown at first: the texts, the main roles and the length."""
    texts = [c for c in FIRST_COLUMNS if c in dataset.canonical or c == "tags"]
    texts = [*([HAS_PROPOSAL] if dataset.proposals.height else []), *texts]
    roles = [dataset.roles[r] for r in THEN if r in dataset.roles]
    plain = [] if len(texts) > 1 else list(dataset.originals)[:8]
    lengths = [c for c in ("row_tokens",) if c in dataset.schema and dataset.has_examples]
    return list(dict.fromkeys([*texts, *plain, *roles, *lengths]))


def shown_columns(dataset: Dataset, chosen: Sequence[str]) -> list[str]:
    """The chosen columns, and after the texts those that the view filters by, in the place of the length."""
    asked = [f.column for f in session.view().active if f.column in dataset.shown_columns]
    texts = [c for c in chosen if c in (HAS_PROPOSAL, *FIRST_COLUMNS)]
    others = [c for c in chosen if c not in texts and not (asked and c == "row_tokens")]
    return list(dict.fromkeys([*texts, *asked, *others]))


def in_order(dataset: Dataset, rows: pl.Series, of: Iterable[str] = ()) -> pl.Series:
    """The rows in view in the order of the address: by a column, as a filter lists them, or as in the file.

    `of` names the rows, for the cache, if they are not those in view.
    """
    if by := order.of_address(dataset):
        return order.sorted_rows(dataset, rows, *by, of)
    return as_listed(dataset, rows, session.view().listed) if session.view().listed else rows


def table(
    dataset: Dataset,
    rows: pl.Series,
    *,
    of: View | None = None,
    which: str = "in view",
    more: Mapping[str, pl.Series] = NO_MORE,
) -> None:
    """Draws one page of the table; `rows` are in order. A click on a row writes its id into the address, as `row`.

    `of` is the view of the rows if they are not those in view, and `which` says which rows they are; `more` are columns
    of this table alone, by title, with a value for each of the rows.
    """
    like.grant(dataset)
    schema, pages = dataset.schema, -(-len(rows) // PAGE_ROWS)
    choices = dataset.shown_columns
    with st.container(horizontal=True, vertical_alignment="center", key="table_tools"):
        page = min(st.pagination(pages, key="page", width="content"), pages) if pages > 1 else 1
        st.space("stretch")
        with st.popover("Columns", key="choose_columns"):
            chosen = st.multiselect(
                "Columns",
                choices,
                default=[c for c in usual_columns(dataset) if c in choices],
                format_func=namer(dataset),
                key=f"columns_{dataset.id}",
            )
        columns = shown_columns(dataset, chosen)
        as_file.offer(dataset, rows, columns, which)
    if not columns:
        st.text("Choose a column to show.")
        return
    shown = rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    frame = masking.masked(dataset, dataset.frame(columns, shown), shown).select(cell(c, schema[c]) for c in columns)
    first = (page - 1) * PAGE_ROWS + 1
    ids = dataset.frame([ROW_ID], shown)[ROW_ID]
    of_page = [values.slice((page - 1) * PAGE_ROWS, PAGE_ROWS).to_list() for values in more.values()]
    view = session.view() if of is None else of
    named = "|".join((dataset.id, which, *view.to_params()))
    grid(
        f"grid_{dataset.id}",
        [
            *_of_this_table(more),
            *(
                _column(dataset, name, title)
                for name, title in zip(columns, _headers(map(dataset.called, columns)), strict=True)
            ),
        ],
        [
            {
                "id": id,
                "number": first + place,
                "cells": [in_words(value) for value in (*(values[place] for values in of_page), *cells)],
            }
            for place, (id, cells) in enumerate(zip(ids, frame.iter_rows(), strict=True))
        ],
        lambda asked: _act(dataset, asked, chosen, view, named),
        title=f"Rows {first:,} to {first + len(shown) - 1:,} of {len(rows):,} {which}",
        of=named,
        tags=_tags(dataset),
        sort=order.of_address(dataset),
        lines=_lines(),
        opened=st.query_params.get("row", ""),
        shape=distribution.asked(dataset, rows, view, named),
    )


def _tags(dataset: Dataset) -> list[str]:
    return list(dict.fromkeys([*session.notes().vocabulary.tags(dataset.fingerprint), tagging.DROP]))


def _lines() -> int:
    asked = st.query_params.get("lines", "")
    return int(asked) if asked in ("2", "3") else 1


def _of_this_table(more: Iterable[str]) -> list[Column]:
    """The columns that are of one table alone, by title."""
    return [{"name": title, "title": title, "kind": "", "sorts": False, "fixed": True} for title in more]


def _column(dataset: Dataset, name: str, title: str) -> Column:
    dtype = dataset.schema[name]
    text = "text" if dtype == pl.String else ""
    kind = "number" if dtype.is_numeric() else text
    sorts, counts = order.sortable(dataset, name), distribution.can_be_counted(dataset, name)
    return {"name": name, "title": title, "kind": kind, "sorts": sorts, "counts": counts}


def in_words(value: object) -> str:
    """A value as a cell shows it.

    >>> in_words(None), in_words(True), in_words(0.5), in_words(["a", "b"]), in_words(3)
    ('', 'true', '0.5', 'a, b', '3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(in_words, value)) if isinstance(value, list) else str(value)


def _act(dataset: Dataset, asked: Asked, chosen: Sequence[str], view: View, named: str) -> None:
    """For callbacks: what was asked for in the table, whose rows are those of the view."""
    ids, column = list(asked.get("ids", ())), str(asked.get("column", ""))
    match asked["do"]:
        case "open":
            st.query_params["row"] = ids[0]
        case "sort":
            order.keep(column, bool(asked.get("down")))
        case "hide":
            st.session_state[f"columns_{dataset.id}"] = [c for c in chosen if c != column]
        case "lines":
            st.query_params["lines"] = str(asked.get("lines", 1))
        case "filter":
            _filter(dataset, view, column, str(asked.get("op")), str(asked.get("value", "")))
        case "distribution":
            distribution.ask(named, column)
        case "tag":
            tagging.say(dataset, dict.fromkeys(ids, True), str(asked.get("tag")))
        case "read" | "export":
            session.set_view(view.listing("selected by hand", ids))
            st.session_state[GOES] = {"read": "reading", "export": "export"}[asked["do"]]


def _filter(dataset: Dataset, view: View, column: str, op: str, value: str) -> None:
    """Adds a filter to the view, or says why it is none."""
    try:
        more = view.where(column, op, value)
        dataset.check(more)
    except ViewError as error:
        undoing.tell(str(error))
    else:
        session.set_view(more)


def follow_selection(dataset: Dataset) -> None:
    """Goes to the page that was asked for the selected rows, which are the rows in view by now."""
    if page := st.session_state.pop(GOES, None):
        params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params()}
        st.switch_page(places.page(page), query_params=params)


def as_listed(dataset: Dataset, rows: pl.Series, ids: Sequence[str]) -> pl.Series:
    """The rows in the order in which a filter lists their ids; others come last."""
    turn = pl.DataFrame({ROW_ID: ids}, schema={ROW_ID: pl.String}).unique(maintain_order=True).with_row_index("turn")
    table = dataset.frame([ROW_ID], rows).with_columns(row=rows).join(turn, on=ROW_ID, how="left")
    return table.sort("turn", "row", nulls_last=True)["row"].alias(rows.name)


def open_in_reader(dataset: Dataset, row_id: str, of: View | None = None) -> None:
    """Goes to Read at this row, with the same view, or with another one of which the row is."""
    if of is not None:
        session.set_view(of)
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params(), "row": row_id}
    params |= order.params()
    st.switch_page(places.page("reading"), query_params=params)  # of a list of pairs only the last filter would stay


def _headers(columns: Iterable[str]) -> list[str]:
    """Column names as table headers: on one line, and unique."""
    seen: dict[str, int] = {}
    headers = []
    for column in columns:
        header = cut(column, 40)
        seen[header] = seen.get(header, 0) + 1
        headers.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return headers


def cell(column: str, dtype: pl.DataType) -> pl.Expr:
    """A column as the cells show it: texts are cut, chats become one line, lists stay lists; a row with a proposed text
    has a word."""
    if column == HAS_PROPOSAL and dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("proposed")).alias(column)
    if dtype == pl.String:
        return pl.col(column).str.slice(0, SHOWN_CHARS)
    if dtype == MESSAGES:
        turn = pl.concat_str(
            pl.element().struct.field("role"), pl.element().struct.field("content").str.slice(0, 80), separator=": "
        )
        return pl.col(column).list.eval(turn).list.join(" ⏎ ").str.slice(0, SHOWN_CHARS)
    return pl.col(column)
