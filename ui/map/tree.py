"""Both levels of clusters as a treemap; a wedge clicked becomes a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.view import View
from ui import charts, session
from ui.figures.map import tree_of_clusters
from ui.map import state
from ui.text import count

SHOWN = 40  # clusters; smaller ones stand together within their group
Wedge = tuple[str, str, str, int]


def wedges(cards: pl.DataFrame) -> list[Wedge]:
    """Groups and the clusters in them by rows: id, id of the parent, name, rows. An id is "3", "3/17" or "3/rest"."""
    found: list[Wedge] = []
    for (number, name), of in cards.with_row_index("rank").group_by("group", "group_name", maintain_order=True):
        found.append((str(number), "", str(name), int(of["rows"].sum())))
        for card in of.filter(pl.col("rank") < SHOWN).iter_rows(named=True):
            found.append((f"{number}/{card['cluster']}", str(number), card["name"], card["rows"]))
        rest = of.filter(pl.col("rank") >= SHOWN)
        if rest.height:
            found.append((f"{number}/rest", str(number), f"(other {rest.height:,})", int(rest["rows"].sum())))
    return found


def filtered(view: View, id: str) -> View | None:
    """The view of a wedge's rows; None where it stands for the rest."""
    group, _, cluster = id.partition("/")
    if cluster == "rest" or not group.isdecimal() or (cluster and not cluster.isdecimal()):
        return None
    others = state.without_own(view)
    return others.where("cluster", "eq", cluster) if cluster else others.where("cluster_group", "eq", group)


def tree(dataset: Dataset) -> None:
    """Groups of clusters and the clusters in them, by rows in view."""
    cards = state.cards(dataset, state.without_own(session.view()), "cluster")
    if cards.height < 2:
        return
    groups = cards["group"].n_unique()
    st.caption(
        f"{count(cards.height, 'cluster')} in {count(groups, 'group')}, by rows in view. "
        "Click a group or a cluster to keep only its rows."
    )
    found = wedges(cards)
    palette = charts.palette()

    def pick(selection: Mapping[str, Any]) -> View | None:
        points = selection.get("points") or [{}]
        return filtered(session.view(), str(points[0].get("id", "")))

    charts.draw(
        tree_of_clusters(found, palette), "cluster_tree", f"{count(cards.height, 'cluster')} by rows in view", pick
    )
