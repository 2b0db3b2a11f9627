"""What a maximum length costs, without rendering a row again: lost tokens, packing, padding, steps and money."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from analysis.dataset import Dataset
from analysis.training import keeping, tables
from analysis.training.cuts import Cuts, Losses
from analysis.training.packing import WAYS, Packing
from analysis.training.tables import Totals
from analysis.view import View
from ui.reading.as_tokens import why_estimated
from ui.session import session
from ui.session.cache_keys import Key
from ui.session.number_words import share
from ui.session.text import count
from ui.training.numbers import NOTHING, key, number

SHORTEST = 64


class Chosen(NamedTuple):
    """The maximum length and the way of packing on the page, and what they cost in the rows in view. `about`: "about "
    where the counts are estimates."""

    max_length: int
    losses: Losses
    packing: Packing
    trained: int
    inexact: int
    about: str


@st.cache_resource(max_entries=8, show_spinner="Reading the places of the trained tokens …")
def _cuts(key: Key, _dataset: Dataset, _view: View) -> Cuts:
    return tables.cuts(_dataset, _dataset.rows_of(_view))


@st.cache_resource(max_entries=64, show_spinner=False)
def _losses(key: Key, max_length: int, way: str, _cuts: Cuts) -> Losses:
    return _cuts.at(max_length, way)


@st.cache_resource(max_entries=64, show_spinner="Packing the rows …")
def _packing(key: Key, max_length: int, way: str, truncation: str, _dataset: Dataset, _view: View) -> Packing:
    return tables.packing(_dataset, _dataset.rows_of(_view), max_length, way, truncation)


@st.cache_resource(max_entries=8, show_spinner=False)
def _longest(key: Key, _dataset: Dataset) -> int:
    return int(str(_dataset.column("trainer_tokens").max() or 0))


def steps(longest: int, chosen: int) -> list[int]:
    """The lengths on the slider: powers of two and the middles between them, up to the longest row; the chosen one."""
    lengths = {chosen or SHORTEST, SHORTEST}
    step = SHORTEST
    while step < longest:
        lengths |= {step + step // 2, 2 * step}
        step *= 2
    return sorted(lengths)


def choose(dataset: Dataset, totals: Totals) -> Chosen:
    """A slider over the maximum length and a choice of packing. A move counts again and renders nothing."""
    asked = dataset.signal("trainer").parameters
    limit, truncation = int(str(asked["max_length"])), str(asked["truncation"])
    everywhere = key(dataset, View())
    lengths = steps(_longest(everywhere, dataset), limit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        max_length = st.select_slider(
            "Maximum length in tokens",
            lengths,
            value=limit if limit in lengths else lengths[-1],
            key="upto",
            bind="query-params",
            width=460,
            help="No row is rendered again: the lengths and the places of the trained tokens are kept.",
        )
        way = st.selectbox("Packing", list(WAYS), key="pack", bind="query-params", width=150)
        st.caption(WAYS[way], width="content")
    in_view = key(dataset, session.view())
    cuts = _cuts(in_view, dataset, session.view())
    losses = _losses(in_view, max_length, truncation, cuts)
    packing = _packing(in_view, max_length, way, truncation, dataset, session.view())
    about = "about " if why_estimated(dataset, keeping.chosen(dataset)) else ""
    return Chosen(max_length, losses, packing, totals.trained_tokens, cuts.inexact_turns, about)


def shown(totals: Totals, chosen: Chosen) -> None:
    """The two numbers that depend on the length: trained tokens that are lost, and how full packed sequences are."""
    longer = session.view().narrowed("trainer_tokens", "gt", chosen.max_length)
    lost = chosen.losses
    part = lost.lost_trained_tokens / totals.trained_tokens if totals.trained_tokens else 0.0
    about = chosen.about if lost.lost_trained_tokens else ""
    number(
        "Trained tokens lost",
        f"{about}{lost.lost_trained_tokens:,}" if totals.tokens else NOTHING,
        f"{share(part)} of {chosen.about}{totals.trained_tokens:,}, at {chosen.max_length:,} tokens",
        "longer",
        longer if lost.rows_cut else None,
        f"{lost.rows_cut:,} longer rows",
    )
    packing = chosen.packing
    places = packing.sequences * packing.max_length
    number(
        "Sequences filled",
        f"{chosen.about}{share(packing.efficiency)}" if packing.sequences else NOTHING,
        f"{packing.kept:,} of {places:,} places, {count(packing.sequences, 'sequence')}",
        "packed",
        session.view().narrowed("trainer_tokens", "le", chosen.max_length) if lost.rows_cut else None,
        "Rows that fit",
    )


def in_detail(totals: Totals, chosen: Chosen) -> None:
    """Padding, cut and split rows, steps per epoch at a batch size, trained tokens and cost per epoch."""
    packing, losses = chosen.packing, chosen.losses
    with st.container(horizontal=True, vertical_alignment="bottom"):
        batch = int(
            st.number_input(
                "Sequences per step", min_value=1, value=32, key="batch", width=170, bind="query-params",
                help="The batch size over all devices, with gradient accumulation.",
            )
        )  # fmt: skip
        price = float(
            st.number_input(
                "Price per million tokens", min_value=0.0, value=0.0, step=0.1, key="price", width=190,
                bind="query-params", help="What a provider bills; 0: not known.",
            )
        )  # fmt: skip
    trained = totals.trained_tokens - losses.lost_trained_tokens
    lines = {
        "sequences": f"{packing.sequences:,}",
        "padding": f"{share(packing.padding_share)} of all places",
        "tokens cut off": f"{losses.lost_tokens:,} of {totals.tokens:,}, in {count(losses.rows_cut)}",
        "rows split over sequences": f"{packing.rows_split:,}",
        "rows left without a trained token": f"{losses.untrained:,} of {totals.rendered:,}",
        "steps per epoch": f"{-(-packing.sequences // batch):,}, the last one may be smaller",
        "trained tokens per epoch": f"{chosen.about}{trained:,}",
        "billed per epoch": f"{packing.kept / 1e6 * price:,.2f} for {packing.kept:,} tokens"
        if price
        else "no price given",
    }
    st.dataframe(
        {"per epoch of the rows in view": list(lines), "is": list(lines.values())},
        hide_index=True,
        alt="Packing, padding, steps and cost of one epoch",
        width="content",
    )
    if chosen.inexact:
        st.text(
            f"{count(chosen.inexact, 'turn')} with a gap in what is trained: where one is cut, the lost trained tokens "
            "are estimated."
        )
