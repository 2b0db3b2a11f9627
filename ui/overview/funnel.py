"""How many of the rows in view an export would take, step by step: without dropped rows, and with rows written anew."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import BY_PEOPLE, HAS_PROPOSAL
from analysis.view import View
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count


@st.cache_resource(max_entries=4, show_spinner=False)
def _marks(key: Key, _dataset: Dataset) -> pl.DataFrame:
    """Of each row of the dataset whether it is tagged `drop` or `fix`, and whether it has a proposed text; no row where
    none of all rows has any of these. Lists of a million tags are read once and not with each view."""
    tags = _dataset.column("tags")
    marks = pl.DataFrame(
        {
            **{tag: tags.list.contains(tag) for tag in ("drop", "fix")},
            HAS_PROPOSAL: _dataset.column(HAS_PROPOSAL),
        }
    )
    return marks if marks.select(pl.any_horizontal(pl.all().any())).item() else marks.clear()


@st.cache_data(max_entries=32, show_spinner=False)
def _steps(key: Key, _dataset: Dataset, _view: View) -> tuple[list[str], int]:
    """The steps as words, one if no row is dropped or to be fixed; and the rows that go out with a proposed text."""
    marks, rows = _marks(key_of(_dataset, *BY_PEOPLE), _dataset), _dataset.rows_of(_view)
    if marks.is_empty():
        return [f"{count(len(rows))} in view"], 0
    is_dropped, is_to_fix, has_proposal = (column.gather(rows) for column in marks.get_columns())
    kept = ~is_dropped
    ready = kept & (~is_to_fix | has_proposal)
    steps = [f"{count(len(rows))} in view"]
    if is_dropped.any():
        steps.append(f"{_sum(kept):,} without those tagged drop")
    if (kept & is_to_fix).any():
        steps.append(f"{_sum(kept & ~is_to_fix):,} without those tagged fix")
    if (kept & is_to_fix & has_proposal).any():
        steps.append(f"{_sum(ready):,} with those tagged fix that have a proposed text")
    return steps, _sum(ready & has_proposal)


def _sum(mask: pl.Series) -> int:
    return int(mask.sum())


def funnel(dataset: Dataset) -> None:
    """Draws the steps and a link to the page Export; nothing while all rows would go out as they are."""
    if HAS_PROPOSAL in dataset.originals:
        return
    steps, proposed = _steps(key_of(dataset, *BY_PEOPLE, view=session.view()), dataset, session.view())
    if len(steps) < 2 and not proposed:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="funnel"):
        texts = f" {proposed:,} of them go out with a proposed text." if proposed else ""
        st.text(f"For an export: {' → '.join(steps)}.{texts}", width="content")
        st.page_link(places.page("export"), label="Export", icon=":material/ios_share:")
