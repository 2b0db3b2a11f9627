"""The result of a blind check: agreement with each annotator, and the rows with different labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import streamlit as st

from analysis.annotations.blind_checks import BlindCheck
from analysis.annotators.blind_samples import LEAST_ITEMS, MOST_ROWS, Comparison, compare
from analysis.dataset import Dataset
from analysis.joined_values import join_values
from analysis.signal import ROW_ID
from analysis.view import View
from ui.reading import desk
from ui.rows import masking
from ui.session.cache_keys import Key, key_of
from ui.session.text import count


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(key: Key, _dataset: Dataset, _check: BlindCheck, _mine: Mapping[str, str]) -> Comparison:
    return compare(_dataset, _check.asked, _mine, _check.person)


def results(
    dataset: Dataset, check: BlindCheck, given: Mapping[str, str], words: Sequence[str], show: Callable[[View], None]
) -> None:
    """The table of annotators, and the rows with different labels; `show` leaves the check and shows a view."""
    labels = dict(zip(words, check.labels, strict=True))
    mine = {row_id: labels[word] for row_id, word in given.items() if word in labels}
    compared = _compared(key_of(dataset, dataset.signal("consensus"), more=(check.id,)), dataset, check, mine)
    if compared.people.is_empty():
        st.text("None of the rows you labelled has a label of another person, so there is nothing to compare.")
        return
    rows = count(len(given))
    st.text(
        f"Your labels of {rows} compared with {count(compared.rows, 'label')} of the same items. Agreement is "
        "the share of items with the same label; kappa is agreement beyond chance (1 perfect, 0 chance), given for "
        f"{LEAST_ITEMS} items or more. Lowest and highest: the bounds of the 95% confidence interval."
    )
    between = {
        f"{name}_{end}": f"{words} {of}"
        for name, of in (("agreement", "agreement"), ("kappa", "kappa"))
        for end, words in (("low", "lowest"), ("high", "highest"))
    }
    shown = compared.people.rename(between).with_columns(pl.col("^.*agreement$").round(2))
    shares = {c: st.column_config.NumberColumn(format="percent") for c in shown.columns if c.endswith("agreement")}
    kappas = {c: st.column_config.NumberColumn(format="%.2f") for c in shown.columns if c.endswith("kappa")}
    st.dataframe(
        shown,
        hide_index=True,
        alt="Your agreement with each annotator",
        column_config={**shares, **kappas, "annotator": st.column_config.TextColumn(width=190)},
    )
    if compared.differing.is_empty():
        st.text("Your labels are the same as all others.")
        return
    differing = compared.differing.head(MOST_ROWS)
    ids = dataset.frame([ROW_ID], differing["row"])[ROW_ID].to_list()
    view = View().where(ROW_ID, "in", join_values(ids))
    st.button(
        f"Read {count(len(ids))} with different labels", key="check_differ", type="primary", on_click=show, args=(view,)
    )
    texts = [c for c in desk.FIRST_TEXTS if c in dataset.canonical]
    whole = masking.masked(dataset, dataset.frame(texts, differing["row"]), differing["row"])
    beside = whole.select(pl.col(c).str.slice(0, 200) for c in texts)
    st.dataframe(
        pl.concat([differing.drop("row"), beside], how="horizontal"), hide_index=True, alt="Rows with different labels"
    )
