"""The kinds of repetition one can look for, what each needs, and how much of each is in the rows in view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import Dataset
from analysis.duplicates.groups import Pairs
from analysis.duplicates.splits import leaving, splits_of
from analysis.joined_values import split_values


class Kind(NamedTuple):
    """`signals` must be computed first; `explained` is what a person reads beside its count."""

    name: str
    title: str
    signals: tuple[str, ...]
    explained: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("exact", "Exact", ("exact_duplicates",), "equal but for case, white space and Unicode form"),
        Kind("normalised", "Normalised", ("normalised_duplicates",), "the same words in the same order"),
        Kind("near", "Near", ("near_pairs",), "sharing most of their shingles, each pair verified"),
        Kind("meaning", "Meaning", ("meaning_pairs",), "the same meaning in other words, by vectors"),
        Kind("fields", "Fields", ("field_pairs",), "nearly equal values in columns you choose"),
        Kind("spans", "Shared passages", ("shared_spans",), "long passages that stand in several rows"),
        Kind("repetition", "Repetition", ("repetition",), "lines, paragraphs and phrases repeated inside one row"),
        Kind("leaks", "Across splits", ("exact_duplicates", "near_pairs", "leaks"), "the same in two splits or files"),
    )
}


class Count(NamedTuple):
    """Of one kind in the rows in view. `tokens` are those to be saved: of the rows to drop; of shared passages and
    repetition those concerned; null where tokens are not counted."""

    groups: int
    rows: int
    rows_to_drop: int
    tokens: int | None


def split_column(dataset: Dataset) -> str | None:
    """The column whose values are kept apart: that of the role split, else the source file where there are several."""
    chosen = str(dataset.signal("leaks").parameters["split"])
    if chosen:
        return split_values(chosen)[0]
    return "source_file" if len(dataset.meta["files"]) > 1 else None


def kinds_of(dataset: Dataset) -> list[Kind]:
    """The kinds that can be asked of this dataset: of a plain table only fields; leaks where there are splits."""
    if not dataset.has_examples:
        return [KINDS["fields"]]
    return [kind for kind in KINDS.values() if kind.name != "leaks" or split_column(dataset)]


def is_computed(dataset: Dataset, kind: Kind) -> bool:
    """Whether its counts can be told."""
    chosen = {"leaks": "split", "fields": "columns"}.get(kind.name)
    if chosen and not dataset.signal(kind.signals[-1]).parameters[chosen]:
        return False
    return all(dataset.has(dataset.signal(name)) for name in kind.signals)


def shared_passages(dataset: Dataset, rows: pl.Series) -> Count:
    """Passages that stand in rows in view and in another row at all, and their tokens in these rows."""
    table = dataset.table_in(dataset.signal("shared_spans"), "spans", rows)
    share = dataset.column("shared_span_share").gather(rows)
    return Count(table["span"].n_unique(), int((share > 0).sum()), 0, _tokens(dataset, rows, share))


def repeating(dataset: Dataset, rows: pl.Series) -> Count:
    """Rows that exceed a rule of repetition, and the tokens that they spend on it."""
    over = dataset.column("repetition_rule").gather(rows).is_not_null()
    found = rows.filter(over)
    return Count(0, len(found), 0, _tokens(dataset, found, dataset.column("repetition_share").gather(found)))


def _tokens(dataset: Dataset, rows: pl.Series, share: pl.Series) -> int | None:
    if not dataset.has(dataset.signal("tokens")):
        return None
    return round(float((dataset.column("row_tokens").gather(rows) * share).sum() or 0))


class Leaking(NamedTuple):
    """`names` of the splits, fewest rows first; per row in view `left`, the number of the split on whose account it
    would leave a split-safe export, -1 where it stays; `crossed` has `split`, `other` and `rows`: rows of the one that
    are near or equal to a row of the other."""

    names: list[str]
    of: NDArray[np.int64]
    left: NDArray[np.int64]
    crossed: pl.DataFrame


def leaks(dataset: Dataset, pairs: Pairs, rows: pl.Series) -> Leaking:
    """What crosses from one split to another; the threshold is that of the signal leaks."""
    column = split_column(dataset)
    splits = splits_of(dataset.column(str(column)))
    inside = np.zeros(dataset.height, bool)
    inside[rows.to_numpy()] = True
    of = np.where(inside, splits.of, -1)
    threshold = float(str(dataset.signal("leaks").parameters["threshold"]))
    left = leaving(pairs, [dataset.column("duplicate_group")], of, threshold)
    seen = pl.DataFrame([rows.alias("row"), dataset.column("leaks_with").gather(rows).alias("other")])
    seen = seen.filter(pl.col("other").list.len() > 0).explode("other")
    names = pl.Series([*splits.names, ""], dtype=pl.String)
    seen = seen.with_columns(split=names.gather(pl.Series(splits.of[seen["row"].to_numpy()] % (len(names)))))
    crossed = (
        seen.group_by("split", "other")
        .agg(rows=pl.len())
        .sort("rows", "split", "other", descending=[True, False, False])
    )
    return Leaking(splits.names, splits.of, left, crossed)


def leak_count(dataset: Dataset, found: Leaking) -> Count:
    """Pairs of splits that share rows, the rows in view concerned, and those that would leave."""
    drop = np.flatnonzero(found.left >= 0)
    tokens = int(dataset.column("row_tokens").gather(drop).sum()) if dataset.has(dataset.signal("tokens")) else None
    pairs = found.crossed.filter(pl.col("split") < pl.col("other")).height
    return Count(pairs, int(found.crossed["rows"].sum()), len(drop), tokens)
