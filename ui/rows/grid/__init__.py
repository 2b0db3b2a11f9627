"""A table of rows: boxes select, a click opens, headers sort and filter. Texts are set as text, never as markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import streamlit as st

__all__ = ["Asked", "Bar", "Column", "Line", "Shape", "grid"]

HERE = Path(__file__).parent
MOST_LINES = 3


class Column(TypedDict):
    """`kind`: "text", "number", or "" where rows cannot be filtered by it; `sorts`: whether they can be sorted;
    `counts`: whether their values can be counted; `fixed`: nothing can be done with it."""

    name: str
    title: str
    kind: str
    sorts: bool
    counts: NotRequired[bool]
    fixed: NotRequired[bool]


class Line(TypedDict):
    """A row with its number in the view, counted from 1, and its cells as texts."""

    id: str
    number: int
    cells: list[str]


class Bar(TypedDict):
    """A part of a distribution: its words, its `rows` as words, their `share`, 0 to 1, of the longest bar, and the
    filter of these rows, "" where no filter selects them."""

    words: str
    rows: str
    share: float
    op: str
    value: str


class Shape(TypedDict):
    """The distribution of a `column`; `about` says what was counted, `n` is another number each time one is asked
    for."""

    column: str
    about: str
    bars: list[Bar]
    n: int


class Asked(TypedDict):
    """What was asked for: `open`, `sort`, `hide`, `filter`, `lines`, `distribution`, `tag`, `read` or
    `export`."""

    do: str
    ids: NotRequired[list[str]]
    column: NotRequired[str]
    down: NotRequired[bool]
    op: NotRequired[str]
    value: NotRequired[str]
    lines: NotRequired[int]
    tag: NotRequired[str]


def grid(
    key: str,
    columns: Sequence[Column],
    rows: Sequence[Line],
    on_asked: Callable[[Asked], None],
    *,
    title: str,
    of: str,
    tags: Sequence[str],
    sort: tuple[str, bool] | None,
    lines: int,
    opened: str,
    shape: Shape | None = None,
) -> None:
    """Draws the table. `of` names the rows among which a person selects: with another text nothing is selected.

    `tags` are offered for the selected rows; `sort` is the column of the order and whether the largest is first;
    `lines` is how many lines a cell has; `opened` is the id of the row that is open, or "". `shape` is the
    distribution that was asked for in the menu of a column, which shows it.
    """

    def ask() -> None:
        asked: Any = st.session_state[key].get("asked")
        if isinstance(asked, dict) and isinstance(asked.get("do"), str):
            on_asked(asked)  # type: ignore[arg-type]

    data = {
        "columns": list(columns),
        "rows": list(rows),
        "title": title,
        "of": of,
        "tags": list(tags),
        "sort": list(sort) if sort else None,
        "lines": lines,
        "opened": opened,
        "shape": shape,
    }
    _component()(key=key, data=data, on_asked_change=ask, width="stretch", height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_grid",
        html='<div class="grid"></div>',
        css=(HERE / "grid.css").read_text(encoding="utf-8"),
        js=(HERE / "grid.js").read_text(encoding="utf-8"),
    )
