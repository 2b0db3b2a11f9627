"""Both levels of clusters as a treemap; a click on a wedge filters by its cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.view import View
from ui.figures import charts
from ui.map import state
from ui.map.figures import tree_of_clusters
from ui.session import session
from ui.session.text import count

SHOWN = 40  # clusters; smaller ones are drawn as one wedge per group
Wedge = tuple[str, str, str, int]


def wedges(cards: pl.DataFrame) -> list[Wedge]:
    """Groups, then the clusters in them, by rows: id, parent's id, name, rows. An id is "3", "3/17" or "3/rest"."""
    groups = cards.group_by("group", "group_name", maintain_order=True).agg(pl.col("rows").sum())
    shown = cards.head(SHOWN).select("group", "cluster", "name", "rows")
    rest = cards.slice(SHOWN).group_by("group", maintain_order=True).agg(pl.len(), pl.col("rows").sum())
    return [
        *((str(group), "", str(name), rows) for group, name, rows in groups.iter_rows()),
        *((f"{group}/{cluster}", str(group), name, rows) for group, cluster, name, rows in shown.iter_rows()),
        *((f"{group}/rest", str(group), f"(other {n:,})", rows) for group, n, rows in rest.iter_rows()),
    ]


def filtered(view: View, id: str) -> View | None:
    """The view of a wedge's rows; None if it is the rest."""
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
    shown = wedges(cards)
    palette = charts.palette()

    def pick(selection: Mapping[str, Any]) -> View | None:
        points = selection.get("points") or [{}]
        return filtered(session.view(), str(points[0].get("id", "")))

    charts.draw(
        tree_of_clusters(shown, palette), "cluster_tree", f"{count(cards.height, 'cluster')} by rows in view", pick
    )
