"""Which label do the annotators of an item give together: majority, Dawid and Skene's model, items in dispute."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.annotators import DawidSkene, accuracy, dawid_skene, gold_of, label_accuracy
from analysis.dataset import Dataset
from analysis.errors import LabelsError
from analysis.view import View
from ui.annotators.asked import Asked, labels, votes
from ui.rows import masking
from ui.session import jobs, places, session
from ui.session.cache_keys import Key
from ui.session.number_words import count, share

SHOWN_ITEMS = 50
FEW_LABELS = 20  # per person; with fewer the model learns their chance errors
METHODS = {"majority": "majority", "dawid_skene": "Dawid and Skene's model"}


@st.cache_resource(max_entries=4, show_spinner="Fitting Dawid and Skene's model …")
def _model(key: Key, _asked: Asked) -> DawidSkene | str:
    try:
        return dawid_skene(labels(_asked))
    except LabelsError as error:
        return str(error)


def compared(asked: Asked) -> None:
    """Majority and model side by side, with their accuracy where gold labels exist."""
    item_votes, model = votes(asked), _model(asked.key, asked)
    disputed, ties = int(item_votes.is_disputed.sum()), int(item_votes.is_tie.sum())
    truth = gold_of(item_votes.labels, asked.dataset.column(asked.gold)) if asked.gold else None
    several = int((item_votes.votes > 1).sum())
    with st.container(horizontal=True):
        _figure("Items judged by several", f"{several:,}")
        _figure("In dispute", f"{disputed:,}", f"{share(disputed / several)} of them" if several else None)
        _figure("Without a majority", f"{ties:,}", "several labels have as many votes")
        if truth is not None:
            right, with_gold = accuracy(item_votes, truth)
            _figure(
                "Majority right",
                share(right),
                f"of {count(with_gold, 'item')} with a gold label",
            )
            modelled = label_accuracy(model.label, truth)[0] if isinstance(model, DawidSkene) else None
            _figure(
                "Model right",
                share(modelled),
                f"of {count(with_gold, 'item')} with a gold label",
            )
    if isinstance(model, str):
        st.text(model)
        return
    if not several:
        return
    settled = ~item_votes.is_tie & (item_votes.votes > 1)
    other = int((model.label != item_votes.label)[settled].sum())
    st.text(
        "Dawid and Skene's model weighs people by how often they err; it differs from the majority "
        f"on {count(other, 'item')}."
    )
    if not model.is_settled:
        st.caption(f"The model did not converge in {model.rounds} rounds.")
    per_person = len(item_votes.labels) / max(pl.Series(item_votes.labels.annotator).n_unique(), 1)
    if per_person < FEW_LABELS:
        st.caption(
            f"With {per_person:.0f} labels per person the model learns chance errors; the majority is safer here."
        )


def _figure(name: str, value: str, beside: str | None = None) -> None:
    st.metric(name, value, beside, delta_color="off", delta_arrow="off", border=True, height="stretch")


def choose_method(dataset: Dataset) -> None:
    """Asks how the column consensus_label is computed, and keeps the answer with the dataset."""
    now = str(dataset.signal("consensus").parameters["method"])
    method = st.segmented_control(
        "The column consensus_label comes from",
        list(METHODS),
        format_func=METHODS.__getitem__,
        default=now,
        required=True,
        key=f"method_{now}",
    )
    if method != now:
        parameters = {**dataset.signal("consensus").parameters, "method": method}
        session.keep_parameters(dataset, {"consensus": parameters})
        st.rerun()


def disputes(asked: Asked) -> None:
    """The items in dispute, most disputed first, and a button that opens them on the page Read."""
    items = votes(asked).disputed()
    if items.is_empty():
        st.text("No item in view is in dispute: no item has two different labels.")
        return
    dataset = asked.dataset
    view = (
        session.view()
        .without_column(asked.annotator)
        .where("is_disputed", "eq", "true")
        .where("is_item_repeat", "eq", "false")
    )
    if jobs.require(dataset, "consensus") and st.button(
        f"Read the {count(items.height, 'disputed item')}, most disputed first", type="primary", key="read_disputes"
    ):
        _read(dataset, view)
    texts: list[str] = [c for c in ("prompt", "response", "text") if c in dataset.canonical]
    texts = texts or [c for c in dataset.originals if dataset.is_long(c)][:2]
    positions = items.head(SHOWN_ITEMS)["row"].cast(pl.UInt32)
    beside = masking.masked(dataset, dataset.frame([*dict.fromkeys([*asked.item, *texts])], positions), positions)
    shown = pl.concat(
        [
            items.head(SHOWN_ITEMS)
            .select("votes", "spread", most_votes=pl.col("label").fill_null("(tie)"), their_share="label_share")
            .select("votes", "most_votes", "their_share", "spread"),
            beside.select(
                pl.col(c).cast(pl.String).str.slice(0, 160) if c in texts else pl.col(c) for c in beside.columns
            ),
        ],
        how="horizontal",
    )
    left = f" The first {SHOWN_ITEMS} of {items.height:,}." if items.height > SHOWN_ITEMS else ""
    st.caption(f"Smallest share of the majority first, then the widest spread of scores.{left}")
    st.dataframe(
        shown.select(c for c in shown.columns if shown[c].null_count() < shown.height),
        hide_index=True,
        alt="Items in dispute, most disputed first",
        column_config={
            "their_share": st.column_config.NumberColumn("its share", format="percent"),
            "most_votes": "most votes for",
            "spread": st.column_config.NumberColumn(format="%.2f"),
        },
    )


def _read(dataset: Dataset, view: View) -> None:
    """Goes to Read, one row per disputed item, ordered by dispute."""
    session.set_view(view)
    st.session_state["order"] = "disputed"
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": view.to_params()}
    st.switch_page(places.page("reading"), query_params=params)


def say_export(dataset: Dataset) -> None:
    """Names the columns of the consensus and where they can be used."""
    st.caption(
        "consensus_label, consensus_confidence, is_disputed and dispute_share are columns like any other: filter by "
        "them, see them in the table of the Overview, and add them to an export to Parquet or CSV."
    )
