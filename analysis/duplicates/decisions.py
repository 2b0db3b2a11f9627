"""Which rows would be dropped, for which others, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import Dataset
from analysis.duplicates.groups import THRESHOLD, Pairs, groups, pairs_of
from analysis.duplicates.kinds import KINDS
from analysis.duplicates.meaning import in_other_words
from analysis.duplicates.policies import READS, Keep, in_order
from analysis.errors import DuplicatesError
from analysis.joined_values import split_values
from analysis.signal import ROW_ID
from analysis.statistics.counting import extent

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

POLICIES: dict[Keep, str] = {
    "first": "the first in the file",
    "longest": "the longest response",
    "score": "the highest score",
    "newest": "the newest",
    "most_complete": "the most complete",
    "source": "the best source",
}
GROUP_OF = {
    "bytes": "identical_group",
    "exact": "duplicate_group",
    "normalised": "normalised_group",
    "near": "near_group",
    "meaning": "meaning_group",
    "fields": "field_group",
}
SIGNAL_OF = {kind: KINDS[kind].signal for kind in GROUP_OF}
WHOLE_ROWS = ("bytes", "exact", "normalised", "near")
NEIGHBOURS_OF = {"near": "near_neighbours", "meaning": "meaning_neighbours", "fields": "field_neighbours"}
STATUS_OF = {"near": "near_status", "meaning": "meaning_status", "fields": "field_status"}
COMPARED = {"score": ["score"], "newest": ["moment"], "longest": ["response_chars"], "most_complete": list(READS)}


@dataclass(frozen=True)
class Choice:
    """A kind of duplicate, the threshold of similarity, and the policy that chooses the row to keep in each group.

    `other_words`: for the kind meaning, whether pairs that share most of their words are ignored.
    """

    kind: str = "near"
    threshold: float = THRESHOLD
    keep: Keep = "first"
    sources: tuple[str, ...] = ()
    other_words: bool = True

    def __post_init__(self) -> None:
        if self.kind not in SIGNAL_OF:
            raise DuplicatesError(f"There is no kind {self.kind!r} of groups; known: {', '.join(SIGNAL_OF)}.")
        if self.keep not in POLICIES:
            raise DuplicatesError(f"Rows cannot be kept by {self.keep!r}; known: {', '.join(POLICIES)}.")
        if not 0.5 <= self.threshold <= 1:
            raise DuplicatesError(f"A threshold is from 0.5 to 1, not {self.threshold}.")


class Decision(NamedTuple):
    """Per row: the row `kept` instead of it, its `similarity` to that row, and whether the row would be dropped."""

    kept: Rows
    similarity: NDArray[np.float32]
    drop: Mask


class Summary(NamedTuple):
    """The numbers of one decision: groups, rows in groups, rows and tokens to drop (null where not counted), rows of
    the largest group, and the share of dropped rows whose similarity to the kept row is below the threshold."""

    groups: int
    rows: int
    rows_to_drop: int
    tokens_to_drop: int | None
    largest: int
    below_share: float


def compared(dataset: Dataset, kind: str) -> str:
    """The texts that are compared, as reasons name them: "whole row", "prompt+response", or columns."""
    over = str(dataset.signal(SIGNAL_OF[kind]).parameters.get("over", "row"))
    if over == "row" and kind in WHOLE_ROWS:
        return "whole row"
    return "+".join(columns_compared(dataset, kind)) or over


def columns_compared(dataset: Dataset, kind: str) -> list[str]:
    """The columns of the source that are compared; none where the texts of the row are compared."""
    parameters = dataset.signal(SIGNAL_OF[kind]).parameters
    if (whole := str(parameters.get("whole", ""))) and parameters.get("over", "row") == "row":
        return split_values(whole)
    named = {"fields": "columns", "meaning": "texts"}.get(kind, "column")
    vectors = dataset.signal("embedding").parameters
    is_own = kind == "meaning" and vectors["tier"] == "column"
    given = str(vectors["embedding"] if is_own else parameters.get(named, ""))
    return split_values(given) if given else []


def is_by_parts(dataset: Dataset, kind: str) -> bool:
    """Whether rows are grouped by paragraphs or sentences; then no policy chooses the row to keep."""
    return kind == "normalised" and dataset.signal("normalised_duplicates").parameters["level"] != "document"


def missing_for(dataset: Dataset, keep: Keep) -> list[str]:
    """The signals that the policy needs and that are not computed."""
    writers = dataset.catalogue.writers_of(COMPARED.get(keep, []))
    return [name for name in writers if not dataset.has(dataset.signal(name))]


def offered(dataset: Dataset) -> list[Keep]:
    """The policies for which this dataset has the columns: a score, a time, a source."""
    has = {"score": "score" in dataset.canonical, "newest": "created_at" in dataset.roles}
    has["source"] = "source" in dataset.roles
    return [keep for keep in POLICIES if has.get(keep, True)]


def preference(dataset: Dataset, choice: Choice) -> Rows:
    """All rows in the order of the policy, best first; rows compared with only some of their neighbours come last."""
    status = STATUS_OF.get(choice.kind)
    capped = (dataset.column(status) == "capped").fill_null(False) if status else None
    if choice.keep == "first" and (capped is None or not capped.any()):
        return np.arange(dataset.height)
    schema = dataset.schema
    columns = [dataset.column(name) for name in READS if name in schema]
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, dataset.height)
    columns += [nothing.alias(name) for name in READS if name not in schema]
    source = dataset.role("source")
    columns.append(dataset.column(source).alias("source") if source else nothing.cast(pl.String).alias("source"))
    return in_order(pl.DataFrame(columns), choice.keep, list(choice.sources), last=capped)


def neighbours(dataset: Dataset, kind: str, *, other_words: bool = True) -> pl.Series:
    """For each row, the similar rows after it, of a kind that has similarities; see `Choice.other_words`."""
    column = dataset.column(NEIGHBOURS_OF[kind])
    return in_other_words(column) if kind == "meaning" and other_words else column


def pairs(dataset: Dataset, kind: str, without: Sequence[tuple[int, int]] = (), *, other_words: bool = True) -> Pairs:
    """The pairs of a kind that has similarities."""
    return pairs_of(neighbours(dataset, kind, other_words=other_words), without)


def decide(
    dataset: Dataset,
    choice: Choice,
    order: Rows,
    pairs_of_kind: Pairs | None = None,
    among: Mask | None = None,
    chosen: Sequence[int] = (),
    refused: Sequence[tuple[int, int]] = (),
) -> Decision:
    """What to drop among the rows of the mask `among`, all by default. Only rows of the mask are kept for them.

    `order` is `preference`; the rows `chosen` by hand come before it. `pairs_of_kind` are the `pairs`, without those
    refused, where the kind has pairs; otherwise the less preferred row of a refused pair leaves its group.
    """
    first = np.array(chosen, np.int64)
    order = np.concatenate([first, order[~np.isin(order, first)]]) if len(first) else order
    if among is not None:
        inside = among[order]
        order = np.concatenate([order[inside], order[~inside]])
    if pairs_of_kind is not None:
        kept, similarity = groups(pairs_of_kind, order, choice.threshold)
    else:
        kept = _by_parts(dataset) if is_by_parts(dataset, choice.kind) else _equal(dataset, choice.kind, order, refused)
        similarity = np.ones(dataset.height, np.float32)
    drop = kept != np.arange(dataset.height)
    if among is not None:
        drop &= among & among[kept]
    return Decision(kept, similarity, drop)


def _equal(dataset: Dataset, kind: str, order: Rows, refused: Sequence[tuple[int, int]]) -> Rows:
    """The most preferred row of each group of equal rows."""
    positions = np.arange(dataset.height)
    group = dataset.column(GROUP_OF[kind]).cast(pl.Int64).to_numpy(writable=True, allow_copy=True)
    alone = np.isnan(group) if group.dtype.kind == "f" else np.zeros(dataset.height, bool)
    number = np.where(alone, 0, group).astype(np.int64)
    number[alone] = positions[alone] + dataset.height
    rank = np.empty(dataset.height, np.int64)
    rank[order] = positions
    for a, b in refused:
        if number[a] == number[b]:
            number[max(a, b, key=lambda row: rank[row])] = max(a, b, key=lambda row: rank[row]) + dataset.height
    best = np.full(2 * dataset.height, dataset.height, np.int64)
    np.minimum.at(best, number, rank)
    return order[best[number]]


def _by_parts(dataset: Dataset) -> Rows:
    """The row to keep for each row: the first row with the same paragraph or sentence where every part is in earlier
    rows, otherwise the row itself."""
    positions = pl.int_range(dataset.height, dtype=pl.Int64, eager=True).alias("own").to_frame()
    table = positions.with_columns(dataset.column("normalised_group"), dataset.column("is_normalised_extra"))
    extra = pl.col("is_normalised_extra").fill_null(False) & pl.col("normalised_group").is_not_null()
    return table.select(pl.when(extra).then("normalised_group").otherwise("own").cast(pl.Int64)).to_series().to_numpy()


def tokens_of_rows(dataset: Dataset) -> pl.Series | None:
    """Tokens of each row; None where they are not counted, and for a table, which has no text to count."""
    is_counted = dataset.has_examples and dataset.has(dataset.signal("tokens"))
    return dataset.column("row_tokens") if is_counted else None


def group_table(decision: Decision, tokens: pl.Series | None) -> pl.DataFrame:
    """`group` (position of the kept row), `rows`, `least_similarity`, `tokens_to_drop`: the largest group first."""
    rows = np.flatnonzero(decision.drop)
    table = pl.DataFrame(
        {
            "group": decision.kept[rows].astype(np.uint32),
            "similarity": decision.similarity[rows],
            "tokens": pl.Series([None] * len(rows), dtype=pl.Int64) if tokens is None else tokens.gather(rows),
        }
    )
    counted = table.group_by("group").agg(
        rows=pl.len() + 1, least_similarity=pl.col("similarity").min(), tokens_to_drop=pl.col("tokens").sum()
    )
    return counted.sort("rows", "group", descending=[True, False])


def summary(decision: Decision, table: pl.DataFrame, tokens: pl.Series | None, threshold: float) -> Summary:
    """The numbers of a decision; `table` is its `group_table`."""
    dropped = int(decision.drop.sum())
    below = int((decision.similarity[decision.drop] < np.float32(threshold)).sum())
    spent = None if tokens is None else int(table["tokens_to_drop"].sum())
    largest = extent(table["rows"])[1] or 0
    return Summary(table.height, table.height + dropped, dropped, spent, largest, below / dropped if dropped else 0.0)


def why(dataset: Dataset, kind: str) -> str:
    """The reason for all rows dropped by one kind, as waterfall and receipt show it."""
    return f"duplicate ({kind}, {compared(dataset, kind)})"


def reasons(dataset: Dataset, choice: Choice, decision: Decision) -> pl.DataFrame:
    """`row_id` and `reason` of each row to drop: "duplicate of row … at 0.93 (near, prompt+response)"."""
    rows = np.flatnonzero(decision.drop)
    ids = dataset.column(ROW_ID)
    similarity = pl.Series(decision.similarity[rows].astype(np.float64) * 100 + 1e-4).floor() / 100
    kept = ids.gather(decision.kept[rows])
    table = pl.DataFrame([ids.gather(rows).alias(ROW_ID), kept.alias("kept"), _two_places(similarity).alias("at")])
    basis = (pl.lit(choice.kind), pl.lit(compared(dataset, choice.kind)))
    return table.select(ROW_ID, reason=pl.format("duplicate of row {} at {} ({}, {})", "kept", "at", *basis))


def _two_places(numbers: pl.Series) -> pl.Series:
    """0.9 as "0.90"."""
    hundredths = (numbers * 100).round().cast(pl.Int64).cast(pl.String).str.zfill(3)
    return hundredths.str.slice(0, 1) + "." + hundredths.str.slice(1)
