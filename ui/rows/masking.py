"""Personal data on screen: masked unless a person asks to see it, which is recorded in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.personal_data.masked_rows import (
    NO_MARKS,
    Line,
    Marks,
    lines_of,
    marks_in,
    masked_frame,
    masked_group,
    masked_in,
    masks_of,
)
from analysis.personal_data.tables import TABLES
from analysis.reading.side_by_side import Group
from analysis.signal import ROW_ID
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.login import person


def is_known(dataset: Dataset) -> bool:
    """Whether personal data has been scanned."""
    return any(dataset.has(dataset.signal(name)) for name in TABLES)


def is_on() -> bool:
    """Whether this session masks personal data: yes, unless it was switched off."""
    return bool(st.session_state.get("masks_personal_data", True))


def switch(dataset: Dataset) -> None:
    """The switch of this session, on every page if personal data has been scanned."""
    if not is_known(dataset):
        return
    st.session_state["mask_switch"] = is_on()
    st.toggle(
        "Mask personal data",
        key="mask_switch",
        on_change=_switched,
        width="content",
        help="In all texts on the pages, for this session. If it is off, the rows that you see are recorded with your "
        "name. The page Personal data shows single values, whatever you choose here.",
    )


def say_if_unknown(dataset: Dataset) -> None:
    """Warns that nothing is masked because personal data has not been scanned."""
    if not is_known(dataset):
        st.caption("Personal data is not masked: it has not been scanned yet.")


def _switched() -> None:
    st.session_state["masks_personal_data"] = st.session_state["mask_switch"]


@st.cache_resource(max_entries=64, show_spinner=False)
def _lines(key: Key, _dataset: Dataset, _rows: pl.Series) -> dict[int, list[Line]]:
    return lines_of(_dataset, _rows)


def marks(dataset: Dataset, rows: pl.Series, frame: Sequence[Mapping[str, Any]]) -> list[Marks]:
    """What is marked and masked in each row of the reader's window; the log records values before they are shown."""
    if not is_known(dataset):
        return [NO_MARKS] * len(frame)
    lines = _lines(key_of(dataset, *map(dataset.signal, TABLES), more=map(str, rows)), dataset, rows)
    asked: set[str] = st.session_state.setdefault("shown_rows", set())
    is_open = [n in lines and (not is_on() or row[ROW_ID] in asked) for n, row in zip(rows, frame, strict=True)]
    shown = [(str(row[ROW_ID]), lines[n]) for n, row, o in zip(rows, frame, is_open, strict=True) if o]
    if shown and not _noted(dataset, shown):
        is_open = [False] * len(frame)
    return [marks_in(row, lines.get(n, ()), not o) for n, row, o in zip(rows, frame, is_open, strict=True)]


def may_be_seen(dataset: Dataset, rows: pl.Series) -> bool:
    """Whether this session may see the values of these rows: masking is off, and the log records who sees them."""
    if is_on():
        return False
    lines = lines_of(dataset, rows)
    ids = dataset.frame([ROW_ID], pl.Series(list(lines), dtype=pl.UInt32))[ROW_ID]
    return _noted(dataset, list(zip(ids, lines.values(), strict=True)))


def masked(dataset: Dataset, frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The frame as this session may see it. Every text that a page shows is masked by one of the functions here.

    Its lines are the rows at these positions; its columns are the dataset's, or texts from these rows.
    """
    return frame if not is_known(dataset) or may_be_seen(dataset, rows) else masked_frame(dataset, frame, rows)


def masked_values(dataset: Dataset, row: int, value: Any) -> Any:
    """JSON values made of the texts of one row, as this session may see them; the row is at this position."""
    rows = pl.Series([row], dtype=pl.UInt32)
    if not is_known(dataset) or may_be_seen(dataset, rows):
        return value
    return masked_in(value, masks_of(dataset, rows).get(row, {}))


def masked_groups(dataset: Dataset, groups: Sequence[Group]) -> list[Group]:
    """Groups of texts side by side as this session may see them; in each the values of all its rows are masked."""
    if not is_known(dataset):
        return list(groups)
    ids = dataset.column(ROW_ID)
    named = [{card.row for card in (*group.shared, *group.cards) if card.row} for group in groups]
    positions = ids.is_in(pl.Series(sorted(set().union(*named)), dtype=pl.String).implode()).arg_true()
    if may_be_seen(dataset, positions):
        return list(groups)
    masks = {ids[row]: several for row, several in masks_of(dataset, positions).items()}
    return [
        masked_group(group, {value: hint for id in rows for value, hint in masks.get(id, {}).items()})
        for group, rows in zip(groups, named, strict=True)
    ]


def _noted(dataset: Dataset, shown: Sequence[tuple[str, Sequence[Line]]]) -> bool:
    """Records once per session and row that its values are shown; whether that could be stored."""
    noted: set[tuple[str, str, str]] = st.session_state.setdefault("noted_rows", set())
    new = [
        (person(), row_id, type_)
        for row_id, lines in shown
        for *_, type_, is_placeholder in lines
        if not is_placeholder
    ]
    new = [one for one in dict.fromkeys(new) if one not in noted]
    try:
        session.notes().looks.add(dataset.fingerprint, [(row_id, type_) for _, row_id, type_ in new], person())
    except AnnotationError as error:
        st.text(str(error))
        return False
    noted.update(new)
    return True


def take_wish(state: object) -> None:
    """Applies the reader's request to show a row's values, or to mask them again; each key press counts once."""
    wish = state.get("reveal") if isinstance(state, Mapping) else None
    if not isinstance(wish, Mapping) or not isinstance(row_id := wish.get("id"), str):
        return
    if wish.get("n") == st.session_state.get("wish_taken"):
        return
    st.session_state["wish_taken"] = wish.get("n")
    shown: set[str] = st.session_state.setdefault("shown_rows", set())
    if row_id in shown:
        shown.discard(row_id)
    else:
        shown.add(row_id)
        noted: set[tuple[str, str, str]] = st.session_state.get("noted_rows", set())
        noted -= {one for one in noted if one[1] == row_id}  # each request is an entry in the log
