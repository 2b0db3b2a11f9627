"""The kinds of duplicates, what each kind needs, and how many of each are in the rows in view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import Dataset
from analysis.duplicates.groups import Pairs
from analysis.duplicates.splits import leaving, protecting, splits_of
from analysis.joined_values import split_values


class Kind(NamedTuple):
    """`signals` must be computed first; `explained` is the text beside the count."""

    name: str
    title: str
    signals: tuple[str, ...]
    explained: str

    @property
    def signal(self) -> str:
        """The signal whose parameters say what is compared."""
        return self.signals[-1]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("bytes", "Byte for byte", ("identical_duplicates",), "equal in every character"),
        Kind(
            "exact",
            "But for case and spaces",
            ("exact_duplicates",),
            "equal after normalising case, spaces and Unicode",
        ),
        Kind("normalised", "Same words", ("normalised_duplicates",), "the same words in the same order"),
        Kind("near", "Similar", ("near_pairs",), "sharing most of their shingles, each pair verified"),
        Kind("meaning", "Meaning", ("meaning_pairs",), "the same meaning in other words, by vectors"),
        Kind("fields", "Columns you choose", ("field_pairs",), "nearly equal values in the columns"),
        Kind("spans", "Shared passages", ("shared_spans",), "long passages that occur in several rows"),
        Kind("repetition", "Repetition", ("repetition",), "lines, paragraphs and phrases repeated inside one row"),
        Kind("leaks", "Across splits", ("exact_duplicates", "near_pairs", "leaks"), "the same in two splits or files"),
    )
}


OF_TABLES = ("bytes", "exact", "fields")


class Count(NamedTuple):
    """The numbers of one kind in the rows in view. `tokens`: tokens of the rows to drop; for shared passages and
    repetition, tokens of the passages and of what repeats; null where tokens are not counted."""

    groups: int
    rows: int
    rows_to_drop: int
    tokens: int | None


def split_column(dataset: Dataset) -> str | None:
    """The column of splits that leaks are sought between, None where there is none."""
    chosen = str(dataset.signal("leaks").parameters["split"])
    return split_values(chosen)[0] if chosen else None


def kinds_of(dataset: Dataset) -> list[Kind]:
    """The kinds that this dataset can have: whole rows and fields for a table; leaks only where there are splits."""
    if not dataset.has_examples:
        return [KINDS[name] for name in OF_TABLES]
    return [kind for kind in KINDS.values() if kind.name != "leaks" or split_column(dataset)]


def is_computed(dataset: Dataset, kind: Kind) -> bool:
    """Whether its signals are computed, and its column is chosen where it needs one."""
    chosen = {"leaks": "split", "fields": "columns"}.get(kind.name)
    if chosen and not dataset.signal(kind.signals[-1]).parameters[chosen]:
        return False
    return all(dataset.has(dataset.signal(name)) for name in kind.signals)


def shared_passages(dataset: Dataset, rows: pl.Series) -> Count:
    """Passages of rows in view that another row of the dataset contains too, and their tokens in the rows in view."""
    table = dataset.table_in(dataset.signal("shared_spans"), "spans", rows)
    share = dataset.column("shared_span_share").gather(rows)
    return Count(table["span"].n_unique(), int((share > 0).sum()), 0, _tokens(dataset, rows, share))


def repeating(dataset: Dataset, rows: pl.Series) -> Count:
    """Rows that break a rule of repetition, and their tokens that repeat."""
    over = dataset.column("repetition_rule").gather(rows).is_not_null()
    repeated = rows.filter(over)
    return Count(0, len(repeated), 0, _tokens(dataset, repeated, dataset.column("repetition_share").gather(repeated)))


def _tokens(dataset: Dataset, rows: pl.Series, share: pl.Series) -> int | None:
    if not dataset.has(dataset.signal("tokens")):
        return None
    return round(float((dataset.column("row_tokens").gather(rows) * share).sum() or 0))


class Leaking(NamedTuple):
    """`names` of the splits, those that stay whole first; `of`, the split number of each row; `left`, per row in view
    the split because of which a split-safe export drops the row, -1 where it stays; `crossed`, a table of `split`,
    `other` and `rows`: rows of `split` that are similar or equal to a row of `other`; `protected`, the splits that a
    split-safe export keeps whole."""

    names: list[str]
    of: NDArray[np.int64]
    left: NDArray[np.int64]
    crossed: pl.DataFrame
    protected: list[str]


def leaks(dataset: Dataset, pairs: Pairs, rows: pl.Series) -> Leaking:
    """The leaks between splits among the rows in view, at the threshold of the signal leaks."""
    column = split_column(dataset)
    splits, protected = protecting(splits_of(dataset.column(str(column))))
    inside = np.zeros(dataset.height, bool)
    inside[rows.to_numpy()] = True
    of = np.where(inside, splits.of, -1)
    threshold = float(str(dataset.signal("leaks").parameters["threshold"]))
    left = leaving(pairs, dataset.column("text_group"), of, threshold)
    seen = pl.DataFrame([rows.alias("row"), dataset.column("leaks_with").gather(rows).alias("other")])
    seen = seen.filter(pl.col("other").list.len() > 0).explode("other")
    names = pl.Series([*splits.names, ""], dtype=pl.String)
    seen = seen.with_columns(split=names.gather(pl.Series(splits.of[seen["row"].to_numpy()] % (len(names)))))
    crossed = (
        seen.group_by("split", "other")
        .agg(rows=pl.len())
        .sort("rows", "split", "other", descending=[True, False, False])
    )
    return Leaking(splits.names, splits.of, left, crossed, protected)


def leak_count(dataset: Dataset, leaking: Leaking) -> Count:
    """Pairs of splits that share rows, the rows in view that leak, and the rows to drop."""
    drop = np.flatnonzero(leaking.left >= 0)
    tokens = int(dataset.column("row_tokens").gather(drop).sum()) if dataset.has(dataset.signal("tokens")) else None
    pairs = leaking.crossed.filter(pl.col("split") < pl.col("other")).height
    return Count(pairs, int(leaking.crossed["rows"].sum()), len(drop), tokens)
