"""Trained and lost tokens by source, or by another column; a ticked line becomes a filter."""

from __future__ import annotations

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.view import View
from ui.figures import charts
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import cut

GROUPS = 30
SUMS = ("trainer_tokens", "trained_tokens", "lost_tokens", "lost_trained_tokens")
NUMBER = st.column_config.NumberColumn(format="localized")


def by_group(dataset: Dataset) -> None:
    """Per value of a column: rows, trained share, tokens lost, refused and untrained rows."""
    if not dataset.categories:
        st.text("No column can group the rows. Set the role source or annotator on the page Open.")
        return
    group = st.selectbox(
        "By", dataset.categories, format_func=cut, key="training_group", bind="query-params", width=260
    )
    view = session.view().without_column(group)
    counted, _ = charts.counted_lines(dataset, group, GROUPS)
    table = _groups(key_of(dataset, group, dataset.signal("trainer"), view=view), group, dataset, view)
    line = ticked_once(
        table.rename({"value": cut(group, 40) if group not in table.columns else "value"}),
        "training_groups",
        f"Trained and lost tokens by {group}",
        column_config={
            **dict.fromkeys(("rows", "tokens", "lost", "trained lost", "refused rows", "untrained rows"), NUMBER),
            "trained share": st.column_config.NumberColumn(format="percent"),
        },
    )
    st.caption(f"Lost: at the kept maximum length of {dataset.signal('trainer').parameters['max_length']:,} tokens.")
    if line is not None:
        named = counted.filter("is_named")["value"].to_list()
        session.set_view(charts.picked_value(session.view(), group, table["value"][line], named))
        st.rerun()


@st.cache_resource(max_entries=32, show_spinner=False)
def _groups(key: Key, group: str, _dataset: Dataset, _view: View) -> pl.DataFrame:
    """Per value, smallest trained share first."""
    counted, lines = charts.counted_lines(_dataset, group, GROUPS)
    rows = _dataset.rows_of(_view)
    numbers = lines.gather(rows).to_numpy()
    frame = _dataset.frame([*SUMS, "template_error", "is_untrained"], rows)
    refused, untrained = frame["template_error"].is_not_null(), frame["is_untrained"].fill_null(False)

    def summed(values: pl.Series) -> np.ndarray:
        return np.bincount(numbers, values.fill_null(0).cast(pl.Float64), counted.height).astype(np.int64)

    every = np.bincount(numbers, minlength=counted.height)
    tokens, trained, lost, lost_trained = (summed(frame[column]) for column in SUMS)
    table = pl.DataFrame(
        {
            "value": counted["value"],
            "rows": every,
            "tokens": tokens,
            "trained share": np.divide(trained, tokens, out=np.full(len(tokens), np.nan), where=tokens > 0),
            "lost": lost,
            "trained lost": lost_trained,
            "untrained rows": summed(untrained),
            "refused rows": summed(refused),
        }
    ).with_columns(pl.col("trained share").fill_nan(None))
    return table.filter(pl.col("rows") > 0).sort("trained share", nulls_last=True, maintain_order=True)
