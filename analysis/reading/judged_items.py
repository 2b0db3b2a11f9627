"""Which rows judge the same item as this one, and what are their judgements?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.dataset.names import name_in_file
from analysis.joined_values import split_values

SHOWN_VOTES = 30
COMMENT_CHARS = 20.0  # a text column with more characters on average holds comments, not codes
COMMENTS = re.compile(r"comment|note|reason|rationale|explanation|justification|feedback|remark|critique", re.I)


class Votes(NamedTuple):
    """The judgements of all rows of an item, in file order: `lines` with `columns`, at most 30 of `rows` rows.

    `own` is the position in `lines` of the row that is read; it is always shown.
    """

    columns: list[str]
    lines: list[tuple[object, ...]]
    own: int
    rows: int


def columns_of(dataset: Dataset, role: str) -> list[str]:
    """The columns with the role item, annotator, label or score, as chosen for the consensus; empty if none has it."""
    given = str(dataset.signal("consensus").parameters[role])
    return split_values(given) if given else []


def judged_columns(dataset: Dataset) -> list[str]:
    """The columns that hold the judgement: the label, else the score."""
    return columns_of(dataset, "label") or columns_of(dataset, "score")


def rows_of_same_items(dataset: Dataset, rows: pl.Series) -> pl.DataFrame:
    """`row`, `of`: every row of the dataset that judges the same item as one of `rows`, which is `of`; in row order.

    A row with an incomplete item is the only row of its item, and so is every row where no column has the role item.
    Where several of `rows` have the same item, `of` is the first.
    """
    items = columns_of(dataset, "item")
    wanted = dataset.frame(items, rows).with_columns(of=rows.cast(pl.UInt32)) if items else pl.DataFrame({"of": rows})
    has_item = pl.all_horizontal(pl.col(c).is_not_null() for c in items) if items else pl.lit(False)
    alone = wanted.filter(~has_item).select(row=pl.col("of").cast(pl.UInt32), of=pl.col("of").cast(pl.UInt32))
    if not items:
        return alone.sort("row")
    with_item = wanted.filter(has_item).unique(items, keep="first", maintain_order=True)
    everyone = dataset.frame(items).with_row_index("row")
    return pl.concat([everyone.join(with_item, on=items).select("row", "of"), alone]).sort("row")


def votes_beside(dataset: Dataset, rows: pl.Series) -> dict[int, Votes]:
    """The judgements of all rows of an item, for those of `rows` whose item has several: annotator, judgement, time,
    comments.

    Comments are text columns that differ within the item and have the name or the length of a comment.
    """
    names = [*columns_of(dataset, "annotator"), *columns_of(dataset, "label"), *columns_of(dataset, "score")]
    if not columns_of(dataset, "item") or not names:
        return {}
    beside = rows_of_same_items(dataset, rows)
    beside = beside.filter(pl.len().over("of") > 1)
    if beside.is_empty():
        return {}
    names += [column for role in ("created_at",) if (column := dataset.role(role))]
    names = list(dict.fromkeys(names))
    words = [c for c in _texts(dataset) if c not in names]
    frame = dataset.frame([*names, *words], beside["row"]).with_columns(beside)
    places = {row: of for row, of in beside.iter_rows()}
    votes = {}
    for (of,), part in frame.group_by("of", maintain_order=True):
        shown = [*names, *(c for c in words if part[c].n_unique() > 1)]
        for row in (row for row in rows if places.get(row) == of):
            position = part["row"].index_of(row)
            first = min(max(0, (position or 0) - SHOWN_VOTES // 2), max(0, part.height - SHOWN_VOTES))
            lines = part.slice(first, SHOWN_VOTES).select(shown).rows()
            votes[int(row)] = Votes(
                [name_in_file(dataset.meta, c) for c in shown], lines, (position or 0) - first, part.height
            )
    return votes


def differing_columns(dataset: Dataset, rows: pl.Series) -> list[str]:
    """The columns of the source that differ within an item of these rows: what annotators wrote."""
    beside = rows_of_same_items(dataset, rows)
    frame = dataset.frame(list(dataset.originals), beside["row"]).with_columns(beside["of"])
    plain = [c for c, dtype in dataset.originals.items() if not dtype.is_nested()]
    several = frame.group_by("of").agg(pl.col(plain).n_unique()).select(pl.col(plain).max() > 1)
    return [c for c in plain if several.height and several[c][0]]


def _texts(dataset: Dataset) -> Sequence[str]:
    """Text columns of the source with the name or length of comments that are not part of the example itself."""
    read = set(dataset.meta["canonical"].values()) | {dataset.role(r) for r in ("item", "session", "source", "input")}
    means = dataset.meta["mean_chars"]
    return [
        c
        for c, dtype in dataset.originals.items()
        if dtype == pl.String
        and c not in read
        and c not in CANONICAL
        and (COMMENTS.search(c) or means.get(c, 0.0) > COMMENT_CHARS)
    ]


def one_per_item(dataset: Dataset, rows: pl.Series) -> pl.Series:
    """The first of `rows` for each item: one row per item; rows without an item are kept."""
    items = columns_of(dataset, "item")
    if not items:
        return rows
    frame = dataset.frame(items, rows).with_columns(at=rows)
    has_item = pl.all_horizontal(pl.col(c).is_not_null() for c in items)
    firsts = frame.filter(has_item).unique(items, keep="first", maintain_order=True)
    return pl.concat([firsts["at"], frame.filter(~has_item)["at"]]).sort()
