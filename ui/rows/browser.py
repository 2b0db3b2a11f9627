"""The table of the rows in view: 50 per page, sortable, with a choice of columns; a ticked row can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import HAS_PROPOSAL, MESSAGES
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import like, masking
from ui.rows.ticked import ticked_lines, ticked_once
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import count, cut

PAGE_ROWS = 50
SHOWN_CHARS = 220
AS_IN_FILE, AS_LISTED = "as in the file", "as the filter lists them"
FIRST_COLUMNS = ("tags", "prompt", "response", "rejected", "text")
THEN = ("source", "annotator", "score", "label", "language", "created_at")


def usual_columns(dataset: Dataset, view: View | None = None) -> list[str]:
    """The columns shown at first: the texts, those that the view filters by, the main roles and the length.

    Where the view filters by a column, the length is left out.
    """
    texts = [c for c in FIRST_COLUMNS if c in dataset.canonical or c == "tags"]
    texts = [*([HAS_PROPOSAL] if dataset.proposals.height else []), *texts]
    roles = [dataset.roles[r] for r in THEN if r in dataset.roles]
    plain = [] if len(texts) > 1 else list(dataset.originals)[:8]
    asked = {f.column: None for f in (view.active if view else ()) if f.column in dataset.schema}
    lengths = [c for c in ("row_tokens",) if c in dataset.schema and dataset.has_examples and not asked]
    return list(dict.fromkeys([*texts, *asked, *plain, *roles, *lengths]))


def table(dataset: Dataset, rows: pl.Series) -> None:
    """Draws the controls and one page of the table."""
    schema = dataset.schema
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choices = dataset.shown_columns
        columns = st.multiselect(
            "Columns",
            choices,
            default=[c for c in usual_columns(dataset, session.view()) if c in choices],
            format_func=namer(dataset),
            key=f"columns_{dataset.id}",
        )
        sortable = [c for c in choices if not isinstance(schema[c], pl.List) and not dataset.is_long(c)]
        given = [AS_LISTED, AS_IN_FILE] if session.view().listed else [AS_IN_FILE]
        by = st.selectbox(
            "Sort by", [*given, *sortable], format_func=namer(dataset), key="sort", width=190, bind="query-params"
        )
        down = st.toggle("Largest first", key="down", value=True, bind="query-params", disabled=by in given)
        act = choose_act("ticked", select="selects it")
    selected = st.container(horizontal=True, vertical_alignment="center", key="selected")
    like.grant(dataset)
    pages = -(-len(rows) // PAGE_ROWS)
    page = min(st.pagination(pages, key="page"), pages)
    if by == AS_LISTED:
        rows = as_listed(dataset, rows, session.view().listed)
    elif by in sortable:
        rows = _sorted(dataset, by, down, rows)
    shown = rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    if not columns:
        st.text("Choose a column to show.")
        return
    frame = masking.masked(dataset, dataset.frame(columns, shown), shown).select(cell(c, schema[c]) for c in columns)
    lines = frame.rename(dict(zip(columns, _headers(map(dataset.called, columns)), strict=True)))
    alt = f"Rows {(page - 1) * PAGE_ROWS + 1} to {(page - 1) * PAGE_ROWS + len(shown)} of {len(rows)} in view"
    options: dict[str, Any] = {
        "height": "content" if len(shown) < 20 else 640,
        "column_config": {c: st.column_config.TextColumn(width="large") for c in FIRST_COLUMNS[1:]},
    }
    if act == "select":
        picked = ticked_lines(lines, f"select_{dataset.id}_{page}", alt, **options)
        with selected:
            _offer_selected(dataset, shown.gather(picked))
        return
    line = ticked_once(lines, f"rows_{dataset.id}", alt, **options)
    if line is not None:
        follow(dataset, dataset.frame([ROW_ID], shown)[ROW_ID][line], act)


def _offer_selected(dataset: Dataset, rows: pl.Series) -> None:
    """A button that makes the ticked rows the rows in view, on which the bar of actions works."""
    ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
    view = session.view().listing("selected by hand", ids) if ids else session.view()
    st.button(
        f"Show only the {count(len(ids))} selected" if ids else "Tick rows to select them",
        key="show_selected",
        type="primary",
        disabled=not ids,
        on_click=session.set_view,
        args=(view,),
    )
    if ids:
        st.text("Then Tag, Drop and Clean at the top of the page work on these rows.")


def choose_act(key: str, **more: str) -> str:
    """What ticking a row of a table does; `more` acts, each with its words."""
    acts = {"read": "opens it", "like": "shows similar rows", **more}
    act = st.segmented_control(
        "Ticking a row", list(acts), default="read", format_func=acts.__getitem__, required=True, key=key
    )
    return act or "read"


def follow(dataset: Dataset, row_id: str, act: str) -> None:
    """Opens the ticked row in the reader, or stores the request for similar rows, which `like.grant` shows."""
    if act == "like":
        like.wish(row_id)
        st.rerun()
    open_in_reader(dataset, row_id)


def as_listed(dataset: Dataset, rows: pl.Series, ids: Sequence[str]) -> pl.Series:
    """The rows in the order in which a filter lists their ids; others come last."""
    turn = pl.DataFrame({ROW_ID: ids}, schema={ROW_ID: pl.String}).unique(maintain_order=True).with_row_index("turn")
    table = dataset.frame([ROW_ID], rows).with_columns(row=rows).join(turn, on=ROW_ID, how="left")
    return table.sort("turn", "row", nulls_last=True)["row"].alias(rows.name)


def open_in_reader(dataset: Dataset, row_id: str) -> None:
    """Goes to Read at this row, with the same view."""
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params(), "row": row_id}
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


@st.cache_resource(max_entries=16, show_spinner=False)
def _order(key: Key, down: bool, _rows: pl.Series, _values: pl.Series) -> pl.Series:
    return _rows.gather(_values.gather(_rows).arg_sort(descending=down, nulls_last=True))


def _sorted(dataset: Dataset, by: str, down: bool, rows: pl.Series) -> pl.Series:
    """The rows in view ordered by a column, nulls last; cached while view and column stay the same."""
    return _order(key_of(dataset, by, view=session.view()), down, rows, dataset.column(by))
