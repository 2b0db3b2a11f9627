"""Samples of the rows in view, picked by meaning, as views and tags, with their tokens."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.map.chosen import tier_in_words
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import tagging, vectors
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of
from ui.session.clicks import clicked
from ui.session.text import count, cut, md

KINDS = {
    "diverse": "diverse: covers everything evenly",
    "proportional": "proportional: each cluster keeps its share",
    "redundant": "redundant: what there are many similar rows of",
    "nested": "nested: 25, 50 and 100%, each inside the next",
}
NEEDS = {"diverse": "embedding", "proportional": "clusters", "redundant": "neighbours", "nested": "clusters"}
EXPLAINED = {
    "diverse": "One row of each k-means cell in turn; no vector is picked twice before all others are picked once.",
    "proportional": "Each cluster of the map, and the unclustered rows, keep their share of the rows in view.",
    "redundant": "Copies beyond the first, then the rows nearest to their neighbours: rows one could drop first.",
    "nested": "Proportional samples to measure the effect of more data: train on each and compare.",
}


class Asked(NamedTuple):
    """The settings of a pick, and the filters of its view."""

    kind: str
    size: int
    seed: int
    filters: tuple[str, ...]
    tier: str

    def titled(self, share: int) -> str:
        """What the sample is, after its number of rows."""
        part = f", {share}% of it" if self.kind == "nested" else ""
        seed = "" if self.kind == "redundant" else f" (seed {self.seed}{part})"
        words = {"diverse": "of a diverse sample", "redundant": "that are most redundant"}
        return f"{words.get(self.kind, 'of a proportional sample')}{seed}"


def picks(dataset: Dataset) -> None:
    """Asks for a sample of the rows in view, picks it in another process, and offers it as a view and as a tag."""
    rows = dataset.rows_of(session.view())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Pick", list(KINDS), format_func=KINDS.__getitem__, key="pick_kind", width=330)
        usual = min(500, max(len(rows), 1))
        most = max(len(rows), 1)
        size = int(st.number_input("Rows to pick", 1, most, usual, key=f"pick_size_{most}", width=150))
        seed = 0
        if kind != "redundant":
            seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="pick_seed", width=110))
    st.caption(f"{EXPLAINED[kind]} Picked from the {count(len(rows))} in view.")
    if not dataset.has(dataset.signal("embedding")):
        st.text("Picking rows needs a vector for each row, as the search by meaning does.")
        return
    if not vectors.are_there(dataset, "Picking rows by meaning", NEEDS[kind]):
        return
    vectors.say_which(dataset, "Picked")
    asked = Asked(kind, size, seed, tuple(session.view().to_params()), tier_in_words(dataset))
    running = st.session_state.get("pick_job")
    if clicked("Pick", "pick_go", type="primary", disabled=bool(running)):
        _start(dataset, asked)
        st.rerun()
    if running:
        jobs.wait_for(running, "Picking rows", _done)
        return
    jobs.show_error()
    picked = st.session_state.get("picked")
    if picked and picked[0] == dataset.id:
        _show(dataset, *picked[1:])


def _start(dataset: Dataset, asked: Asked) -> None:
    folder = session.workspace().home / "picks"
    folder.mkdir(exist_ok=True)
    by = "proportional" if asked.kind == "nested" else asked.kind
    arguments = ["--size", str(asked.size), "--seed", str(asked.seed), "--by", by, "--only-ids"]
    arguments += ["--nested"] if asked.kind == "nested" else []
    arguments += [part for text in asked.filters for part in ("--where", text)]
    job = jobs.start("sample", *arguments, "--out", str(folder / f"{uuid.uuid4().hex}.parquet"), "--", dataset.id)
    st.session_state["pick_job"], st.session_state["pick_asked"] = job, (dataset.id, asked)


def _done(result: Any) -> None:
    """Reads the row ids that the job wrote, per share of the sample in percent."""
    st.session_state.pop("pick_job", None)
    id, asked = st.session_state.pop("pick_asked")
    if result is None:
        return
    ids_by_share: dict[int, list[str]] = {}
    for file in result["files"]:
        path = Path(file["path"])
        share = int(path.stem.rpartition("-")[2]) if asked.kind == "nested" else 100
        ids_by_share[share] = pl.read_parquet(path)[ROW_ID].to_list()
        path.unlink()
    st.session_state["picked"] = (id, asked, ids_by_share)


def _show(dataset: Dataset, asked: Asked, ids_by_share: dict[int, list[str]]) -> None:
    """Shows the picked rows, their tokens, and the buttons for them."""
    if asked.filters != tuple(session.view().to_params()):
        st.text("These rows were picked in another view. Pick again for the rows now in view.")
    tags = session.notes().vocabulary.tags(dataset.fingerprint)
    name = (
        st.selectbox(
            "Tag for the rows picked",
            tags,
            index=None,
            key="pick_tag",
            accept_new_options=True,
            width=260,
            placeholder=f"{asked.kind}-sample",
            help="For nested samples, -25, -50 and -100 are added to it.",
        )
        or f"{asked.kind}-sample"
    )
    for share, ids in sorted(ids_by_share.items()):
        tag = f"{name}-{share}" if asked.kind == "nested" else name
        places = _places(dataset, ids)
        view = View.from_params(asked.filters).listing(asked.titled(share), ids)
        tokens = dataset.column("row_tokens").gather(places).sum() if dataset.has(dataset.signal("tokens")) else None
        cost = "tokens not counted yet" if tokens is None else f"{tokens:,} tokens"
        carry = dataset.column("tags").list.contains(tag)
        new = len(places) - int(carry.gather(places).sum())
        others = int(carry.sum()) - (len(places) - new)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            part = f"{share}%: " if asked.kind == "nested" else ""
            st.text(f"{part}{count(len(ids))}, {cost}.", width=300)
            if view.is_short_enough:
                st.button(
                    "Filter to these rows",
                    key=f"pick_view_{share}",
                    icon=":material/filter_alt:",
                    on_click=session.set_view,
                    args=(view,),
                )
            else:
                st.text("Too many rows for a link: tag them, then filter by the tag.")
            if clicked(f"Tag {count(new)} “{md(tag, 40)}”", f"pick_tag_{share}", disabled=not new):
                _tag(dataset, ids, tag, asked)
                st.rerun()
            if others:
                st.text(f"{count(others)} outside this sample already have the tag “{cut(tag, 40)}”.")


def _places(dataset: Dataset, ids: list[str]) -> pl.Series:
    """The positions of the rows with these ids; a dataset has each id once."""
    wanted = pl.Series(ROW_ID, ids, dtype=pl.String)
    key = key_of(dataset, more=(str(len(ids)), *ids[:50], *ids[-50:], str(wanted.hash().sum())))
    return _of_ids(key, dataset, wanted)


@st.cache_resource(max_entries=8, show_spinner=False)
def _of_ids(key: Key, _dataset: Dataset, _wanted: pl.Series) -> pl.Series:
    return _dataset.column(ROW_ID).is_in(_wanted.implode()).arg_true()


def _tag(dataset: Dataset, ids: list[str], tag: str, asked: Asked) -> None:
    seed = "" if asked.kind == "redundant" else f", seed {asked.seed}"
    why = f"{asked.kind} sample of {asked.size:,}{seed}, by {asked.tier}"
    tagging.say(dataset, dict.fromkeys(ids, True), tag, why, dict.fromkeys(ids, why))
