"""Deciding a group of rows that contradict each other: one row stays and the others get the tag drop; can be undone."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.conflicts import tables
from analysis.conflicts.kinds import KINDS, Kind
from analysis.dataset import Dataset
from analysis.reading.side_by_side import Group
from analysis.signal import ROW_ID
from ui.rows import tagging
from ui.rows.tagging import DROP


def with_acts(dataset: Dataset, kind: Kind, number: int, group: Group) -> Group:
    """The group with a button on each card: keep its row and drop the others; of a kind without groups, drop the row.

    A card says whether its row is tagged drop already. `number`: the group's, as in the column of the kind.
    """
    rows = [card.row for card in group.cards if card.row]
    if not rows:
        return group
    dropped = set(_dropped(dataset, rows))
    is_several = bool(kind.group) and len(rows) + group.left > 1
    what, word = ("keep", "Keep this, drop the others") if is_several else ("drop", "Drop this row")
    cards = []
    for card in group.cards:
        is_out = card.row in dropped
        about = ", ".join(filter(None, ("tagged drop" if is_out else "", card.about)))
        has_act = card.row and (is_several or not is_out)
        acts = [(f"{what}~{kind.name}~{number}~{card.row}", word)] if has_act else []
        cards.append(card._replace(about=about, acts=acts))
    return group._replace(cards=cards)


def _dropped(dataset: Dataset, ids: Sequence[str]) -> list[str]:
    """Those of these rows that are tagged drop."""
    places = dataset.column(ROW_ID).is_in(pl.Series(ids).implode()).arg_true()
    frame = dataset.frame([ROW_ID, "tags"], places)
    return frame.filter(pl.col("tags").list.contains(DROP))[ROW_ID].to_list()


def act(dataset: Dataset, name: str) -> None:
    """For the callback of a button of `with_acts`: tags the other rows of the group, or the row; a kept row loses the
    tag drop."""
    what, _, rest = name.partition("~")
    kind_name, _, rest = rest.partition("~")
    number, _, row = rest.partition("~")
    kind = KINDS.get(kind_name)
    if kind is None or not number.isdecimal():
        return
    members = tables.rows_of_group(dataset, kind, int(number))
    ids = dataset.column(ROW_ID).gather(members).to_list()
    if row not in ids:
        return
    why = f"conflict ({kind.title.lower()})"
    if what == "drop":
        tagging.say(dataset, {row: True}, DROP, why)
        return
    kept = int(members[ids.index(row)]) + 1
    others = [id for id in ids if id != row]
    changes = {**dict.fromkeys(others, True), **dict.fromkeys(_dropped(dataset, [row]), False)}
    tagging.say(dataset, changes, DROP, why, dict.fromkeys(others, f"row {kept:,} of the same group is kept"))
