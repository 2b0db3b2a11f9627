"""Where does one go on? The dataset used last, those before it, and a place to drop new data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from analysis.errors import WinnowError
from ui.open import brought, recent
from ui.reading import progress
from ui.session import places, session
from ui.session.clicks import clicked
from ui.session.login import person
from ui.session.text import count

__all__ = ["draw"]
SHOWN = 8


def draw(samples: Callable[[], None]) -> None:
    """The start of a workspace: what is in it, latest first; then where new data come in, and the `samples`."""
    datasets = session.workspace().datasets()
    others = datasets
    if datasets:
        used = _last_used(datasets)
        others = [meta for meta in datasets if meta is not used]
        _go_on(used)
    else:
        st.text("No dataset is open. Winnow shows what is in your finetuning data before you train on it.")
    if len(datasets) > 1:
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.subheader("Opened before", anchor=False)
            _recent(others, recent.names_of(datasets))
    else:
        right = st.container(width=760)
    with right:
        st.subheader("Your data", anchor=False)
        st.text("Instructions, chats, preference pairs, scores or raw text, as JSONL, JSON, CSV, Parquet or Arrow.")
        brought.drop_zone("start")
        if st.button("Files on the server, pasted rows …", icon=":material/folder_open:", key="to_open"):
            st.switch_page(places.page("open"))
        samples()


def _last_used(datasets: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The dataset of which the person read a row last, or the one opened last, whichever came later."""
    newest = datasets[0]
    latest = session.notes().reads.latest(person())
    if latest is None or latest.at < datetime.fromisoformat(newest["opened_at"]).replace(tzinfo=None):
        return newest
    return next((meta for meta in datasets if meta["fingerprint"] == latest.dataset), newest)


def _go_on(meta: Mapping[str, Any]) -> None:
    """The dataset to go on with, the only one that is read for this: its rows, its tags, where reading goes on."""
    id = str(meta["id"])
    tagged = session.notes().tags.tagged_rows(str(meta["fingerprint"]))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="go_on"):
        words = [str(meta["name"]), count(int(meta["rows"])), *([f"{tagged:,} tagged"] if tagged else []), *_row(id)]
        st.text(f"Continue: {' · '.join(words)}", width="stretch")
        if clicked("Overview", "go_on_overview"):
            recent.go_to(id, "overview")
        if clicked("Continue reading", "go_on_reading", type="primary", icon=":material/menu_book:"):
            recent.go_to(id, "reading")


def _row(id: str) -> list[str]:
    """The number in the file of the row where the person stopped reading; empty where they have read nothing."""
    try:
        place = progress.stopped(session.load(id))
    except (WinnowError, OSError):
        return []  # its button says what is wrong with the copy
    return [f"row {place.at:,}"] if place else []


def _recent(datasets: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """A button for each of the others than the one that has its own line above."""
    for meta in datasets[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            recent.button(meta, names[str(meta["id"])], "start")
    if len(datasets) > SHOWN:
        st.page_link(places.page("open"), label=f"All {len(datasets) + 1} datasets", icon=":material/folder_open:")
