"""Which vectors is the map made of: the embedded texts, the tier, and the cost and needs of each tier."""

from __future__ import annotations

import os
from typing import NamedTuple

import streamlit as st

from analysis.dataset import Dataset
from analysis.embedding import endpoint, weights
from analysis.errors import DatasetError, WinnowError
from analysis.given_files import below_data_folders
from analysis.joined_values import join_values, split_values
from analysis.map import chosen, costs
from analysis.map.chosen import SLOW_TEXTS, TIERS, tier_in_words
from ui.map import making, suited
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.clicks import clicked
from ui.session.column_names import namer
from ui.session.text import count, duration, md

OVER = {
    "prompt": "the prompt",
    "response": "the response",
    "prompt+response": "prompt and response",
    "columns": "chosen columns",
}
EXPLAINED = {
    "coarse": "Words and runs of letters, no model. Rows with the same words are near each other.",
    "semantic": "A small language model, all-MiniLM-L6-v2. Rows of one meaning are near each other, in any words.",
    "bridge": "The model reads 20,000 rows; the vectors of the others are predicted from their words.",
    "model": "A sentence-transformers repository with an ONNX graph: another language, or your own field.",
    "column": "Vectors that a column of this dataset holds.",
    "endpoint": "Vectors of an OpenAI-compatible endpoint. The texts leave this machine.",
}
WHY = {
    "coarse": "no model is installed, and this tier needs none",
    "semantic": "the model is installed and can read this many rows",
    "bridge": f"the model is installed, but would read over {SLOW_TEXTS:,} rows for a long time",
    "column": "the dataset has vectors of its own",
}


class Asked(NamedTuple):
    """A choice made in the form."""

    tier: str
    over: str
    model: str
    may_send: bool
    may_start: bool


def introduce(dataset: Dataset) -> None:
    """Says what a map is, when none is made yet."""
    st.subheader("No map of these rows is made yet", anchor=False)
    st.text(
        f"A map puts similar rows near each other, finds clusters in the {count(dataset.height)} "
        "and names each by its typical words. For that every row gets a vector: choose from which texts, and how. "
        "Each map is made once, in another process on this machine, and kept; you can use other pages during this time."
    )


def popover(dataset: Dataset) -> None:
    """Shows what the map on the page is made of, and the form for another."""
    with st.popover(
        md(f"Made of {tier_in_words(dataset)}", 90), icon=":material/tune:", key="map_choice", on_change="rerun"
    ) as opened:
        if opened.open:
            st.caption("Each choice keeps its own map: going back to one costs nothing.")
            form(dataset, "Use these")


def form(dataset: Dataset, word: str = "Make the map") -> None:
    """Asks for all settings, says what they cost, and starts the job; `word` is the label of the button."""
    now = dataset.signal("embedding").parameters
    key = dataset.signal("embedding").key
    with st.container(horizontal=True, vertical_alignment="bottom"):
        over = _choose_over(dataset, str(now["over"]), str(now["texts"]), key)
    offered = suited.tiers(dataset)
    usual = str(now["tier"]) if suited.is_chosen(dataset) else suited.natural(dataset)
    kind, _, texts = over.partition(":")
    tier = st.radio(
        "How",
        offered,
        index=offered.index(usual) if usual in offered else 0,
        format_func=_titled(dataset).__getitem__,
        captions=[_caption(dataset, tier, kind, texts) for tier in offered],
        key=f"map_tier_{key}",
    )
    if not suited.is_chosen(dataset) and tier == suited.natural(dataset):
        st.caption(f"Suggested: {WHY[tier]}.")
    asked = _completed(dataset, tier, over, key)
    with st.expander("Layout", key="map_tuning", on_change="rerun") as tuning:
        laid_out = _tuned(dataset) if tuning.open else {}
    if clicked(word, "make_map", type="primary", disabled=not asked.may_start):
        use(dataset, asked, laid_out)
        st.rerun()


def _titled(dataset: Dataset) -> dict[str, str]:
    return {tier: md(words[0].upper() + words[1:]) for tier, words in TIERS.items()}


def _caption(dataset: Dataset, tier: str, over: str, texts: str) -> str:
    """What a tier is, and its time on this machine, or what it needs."""
    if tier in ("semantic", "bridge") and not weights.is_installed():
        return f"{EXPLAINED[tier]} Not installed: {weights.HOW_TO_GET}."
    took = duration(costs.seconds(dataset, tier, over, texts))
    return f"{EXPLAINED[tier]} About {took}, places and clusters included."


def _choose_over(dataset: Dataset, now: str, texts: str, key: str) -> str:
    offered = [name for name in OVER if name == "columns" or dataset.has_examples]
    over = st.selectbox(
        "What is compared",
        offered,
        index=offered.index(now) if now in offered else 0,
        format_func=OVER.__getitem__,
        key=f"map_over_{key}",
        width=220,
    )
    if over != "columns":
        return str(over)
    columns = suited.text_columns(dataset)
    before = [name for name in (split_values(texts) if texts else []) if name in columns]
    picked = st.multiselect(
        "Columns", columns, default=before or columns[:1], format_func=namer(dataset), key=f"map_columns_{key}"
    )
    return f"columns:{join_values(picked)}" if picked else "columns"


def _completed(dataset: Dataset, tier: str, over: str, key: str) -> Asked:
    """Asks what else the tier needs: the column, the model, or the permission to send texts to the endpoint."""
    kind, _, names = over.partition(":")
    ready = bool(names) or kind != "columns" or tier == "column"
    if tier == "column":
        columns = suited.vector_columns(dataset)
        st.caption("The vectors give the places of the rows; the texts chosen above only name the clusters.")
        column = st.selectbox(
            "The column with the vectors", columns, format_func=namer(dataset), key=f"map_column_{key}"
        )
        return Asked(f"column:{column}", over if names or kind != "columns" else "prompt", "", False, ready)
    if tier == "endpoint":
        model = st.text_input(
            "The endpoint's model", key=f"map_model_{key}", placeholder="such as text-embedding-3-small"
        )
        texts, chars = _to_be_sent(key_of(dataset), over, dataset) if ready else (0, 0)
        st.text(f"{count(texts, 'text')} of {chars:,} characters would leave this machine for {endpoint.url()}")
        agreed = st.checkbox("They may be sent", key=f"map_send_{key}")
        return Asked(tier, over, model.strip(), agreed, ready and agreed and bool(model.strip()))
    if tier == "model":
        path = st.text_input(
            "The model's folder, or its id on the hub",
            key=f"map_path_{key}",
            placeholder="such as ~/models/bge-small",
            help="A sentence-transformers repository with an ONNX graph. An id is fetched only with WINNOW_ONLINE=1.",
        )
        return Asked(tier, over, path.strip(), False, ready and _may_be_read(os.path.expanduser(path.strip())))
    needs_model = tier in ("semantic", "bridge")
    return Asked(tier, over, "", False, ready and (not needs_model or weights.is_installed()))


def _may_be_read(path: str) -> bool:
    """Whether the path names an id of the hub, or a folder inside those that may be opened from the page."""
    if os.path.exists(path):
        try:
            below_data_folders(path)
        except DatasetError as error:
            st.text(str(error))
            return False
    return bool(path)


@st.cache_data(max_entries=16, show_spinner="Counting the texts …")
def _to_be_sent(key: Key, over: str, _dataset: Dataset) -> tuple[int, int]:
    return chosen.to_be_sent(_dataset, over)


def _tuned(dataset: Dataset) -> dict[str, object]:
    """The parameters of the layout; each value makes a map of its own."""
    now = dataset.signal("map").parameters
    key = dataset.signal("map").key
    with st.container(horizontal=True):
        neighbours = st.number_input(
            "Neighbours",
            2,
            200,
            int(str(now["neighbours"])),
            key=f"map_neighbours_{key}",
            help="More show the global structure, fewer show detail",
        )
        min_dist = st.number_input(
            "Least distance",
            0.0,
            1.0,
            float(str(now["min_dist"])),
            0.05,
            key=f"map_dist_{key}",
            help="How close rows may be",
        )
        seed = st.number_input(
            "Seed", 0, 2**31, int(str(now["seed"])), key=f"map_seed_{key}", help="The same seed gives the same map"
        )
    return {"neighbours": int(neighbours), "min_dist": float(min_dist), "seed": int(seed)}


def use(dataset: Dataset, asked: Asked, laid_out: dict[str, object]) -> None:
    """Keeps the choice with the dataset and starts what is missing for it."""
    seed = laid_out.get("seed")
    places = {name: value for name, value in laid_out.items() if name != "seed"}
    try:
        changed = chosen.choose_vectors(
            dataset,
            session.workspace().describe,
            tier=asked.tier,
            over=asked.over,
            model=asked.model,
            may_send=asked.may_send,
            seed=int(str(seed)) if seed is not None else None,
            **places,  # type: ignore[arg-type]
        )
    except WinnowError as error:
        st.session_state["job_error"] = str(error)
        return
    if not making.is_made(changed):
        making.start(changed)


def say_bridge(dataset: Dataset) -> None:
    """Shows the accuracy of the bridge, measured on rows it was not fitted on."""
    if dataset.signal("embedding").parameters["tier"] != "bridge":
        return
    table = dataset.table(dataset.signal("embedding"), "figures")
    figures = {name: (value, rows) for name, value, rows in table.select("figure", "value", "rows").iter_rows()}
    if "overlap_share" not in figures:
        return
    (overlap, rows), (coarse, _) = figures["overlap_share"], figures.get("coarse_share", (0.0, 0))
    st.caption(
        f"The bridge, measured on {count(int(rows))} it was not fitted on, finds {overlap:.0%} of the 10 nearest that "
        f"the model itself finds; words and letters alone find {coarse:.0%}."
    )
