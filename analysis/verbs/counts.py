"""How many rows of a view ask for each verb-noun pair, and how many rows have none?

A pair's `rows` are the rows with it as their first pair, so that a filter on `verb` and `noun` selects exactly these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.errors import SignalError
from analysis.signal import ROW_ID, Signal

PAIR = ["verb", "noun"]
READ = [*PAIR, "verb_noun_status", "is_cut_for_verbs"]
STATES = ("pair", "verb_only", "no_verb", "other_language", "empty", "missing", "failed")
Numbers = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True)
class Coverage:
    """The number of rows by status; all but `cut` (rows that are read only in part) add up to `rows`."""

    rows: int
    pair: int = 0
    verb_only: int = 0
    no_verb: int = 0
    other_language: int = 0
    empty: int = 0
    missing: int = 0
    failed: int = 0
    not_computed: int = 0
    cut: int = 0

    @property
    def read(self) -> int:
        """The rows that the pipeline has parsed."""
        return self.pair + self.verb_only + self.no_verb

    @property
    def pair_share(self) -> float:
        """The share of the rows that the pipeline has parsed which have a pair, 0 to 1; 0 where there are none."""
        return self.pair / self.read if self.read else 0.0


@dataclass(frozen=True, eq=False)
class Counted:
    """What the rows of a view ask for.

    `pairs`: `verb`, `noun`, `rows`, `rows_share` (of the rows with a pair), `median_response_tokens`, `mean_score`
    (both null where unknown), most rows first. `verbs`: `verb`, `rows`, with or without a noun, most rows first.
    `lengths`: `response_tokens`, `rows` of all rows of the view, by length; empty where tokens are not counted.
    """

    coverage: Coverage
    pairs: pl.DataFrame
    verbs: pl.DataFrame
    lengths: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Requests:
    """What every row of a dataset asks for, as small numbers, so that any view is counted in a few passes over them.

    `names`: `verb` and `noun` (null where the verb has none) in alphabetical order; `name`: their number for each row,
    `names.height` where there is no verb; `state`: the row's place in STATES. `tokens` and `score` are NaN where
    unknown. `by_tokens`: the rows with a verb whose tokens are known, by name, then tokens; `starts`: the position
    in `by_tokens` where each name begins.
    """

    names: pl.DataFrame
    name: Numbers
    state: Numbers
    is_cut: Numbers
    tokens: Numbers
    score: Numbers
    by_tokens: Numbers
    starts: Numbers

    def counted(self, rows: pl.Series) -> Counted:
        """What the rows at these positions ask for."""
        positions = slice(None) if len(rows) == len(self.name) else rows.to_numpy()
        name, height = self.name[positions], self.names.height
        states = dict(zip(STATES, np.bincount(self.state[positions], minlength=len(STATES)).tolist(), strict=True))
        every = self.names.with_columns(
            pl.Series("rows", np.bincount(name, minlength=height + 1)[:height]),
            pl.Series("median_response_tokens", self._medians(positions), nan_to_null=True),
            pl.Series("mean_score", _means(name, self.score[positions], height), nan_to_null=True),
        ).filter(pl.col("rows") > 0)
        pairs = every.drop_nulls("noun").sort("rows", descending=True, maintain_order=True)
        share = (pl.col("rows") / pl.col("rows").sum()).alias("rows_share")
        return Counted(
            Coverage(rows=len(rows), cut=int(self.is_cut[positions].sum()), **states),
            pairs.select(*PAIR, "rows", share, "median_response_tokens", "mean_score"),
            every.group_by("verb", maintain_order=True)
            .agg(pl.col("rows").sum())
            .sort("rows", descending=True, maintain_order=True),
            self._lengths(positions),
        )

    def _medians(self, positions: slice | Numbers) -> Numbers:
        """The median response tokens per name, from the middle of its rows, which are sorted."""
        in_view = np.zeros(len(self.name), dtype=bool)
        in_view[positions] = True
        chosen = in_view[self.by_tokens].nonzero()[0]
        first = np.searchsorted(chosen, self.starts)
        counts = np.diff(first, append=len(chosen))
        some = counts > 0
        medians = np.full(self.names.height, np.nan)
        low, high = (self.by_tokens[chosen[first[some] + (counts[some] - less) // 2]] for less in (1, 0))
        medians[some] = (self.tokens[low] + self.tokens[high]) / 2
        return medians

    def _lengths(self, positions: slice | Numbers) -> pl.DataFrame:
        rows = np.bincount(_known(self.tokens[positions])[0].astype(np.int64))
        lengths = rows.nonzero()[0]
        return pl.DataFrame({"response_tokens": lengths.astype(np.uint32), "rows": rows[lengths]})


def _means(name: Numbers, values: Numbers, height: int) -> Numbers:
    numbers, of = _known(values, name)
    counts, sums = (np.bincount(of, weights, minlength=height + 1)[:height] for weights in (None, numbers))
    means: Numbers = np.divide(sums, counts, out=np.full(height, np.nan), where=counts > 0)
    return means


def _known(values: Numbers, *beside: Numbers) -> tuple[Numbers, ...]:
    """The values that are not NaN, and the same positions of `beside`; not copied where no value is NaN."""
    is_known = ~np.isnan(values)
    return (values, *beside) if is_known.all() else tuple(each[is_known] for each in (values, *beside))


def signal_over(dataset: Dataset, over: str) -> Signal:
    """The signal with the pipeline chosen for this dataset; `over` is "prompt" or "response"."""
    chosen = dataset.signal("verb_noun")
    return type(chosen)(**{**chosen.parameters, "over": over})


def columns_read(dataset: Dataset, over: str) -> list[str]:
    """Which columns of this dataset have texts that the signal reads: several, where its rows have several forms.

    >>> from analysis.workspace import Workspace
    >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
    >>> columns_read(dataset, "prompt"), columns_read(dataset, "response")
    (['prompt'], ['response'])
    """
    readable = ("response",) if over == "response" else ("prompt", "text")
    return [name for name in readable if name in dataset.canonical]


def requests_of(dataset: Dataset, signal: Signal) -> Requests:
    """What every row asks for. Raises SignalError where the signal is not computed."""
    if not dataset.has(signal):
        raise SignalError("What is asked for is not computed yet; compute verb_noun first.")
    table = pl.read_parquet(dataset.path(signal), columns=READ)
    names = table.select(PAIR).drop_nulls("verb").unique().sort(PAIR)
    name = (
        table.join(names.with_row_index("name"), on=PAIR, how="left", nulls_equal=True, maintain_order="left")["name"]
        .fill_null(names.height)
        .to_numpy()
        .astype(np.int32)
    )
    has_verb = pl.col("verb").is_not_null()
    status = (
        pl.when((pl.col("verb_noun_status") == "no_pair") & has_verb)
        .then(pl.lit("verb_only"))
        .otherwise(pl.col("verb_noun_status").replace("no_pair", "no_verb").fill_null("missing"))
    )
    failed = dataset.failures(signal)["row_id"]
    if len(failed):
        is_failed = dataset.column(ROW_ID).is_in(failed.implode())
        status = pl.when(is_failed).then(pl.lit("failed")).otherwise(status)
    state = table.select(status.replace_strict(list(STATES), list(range(len(STATES))), return_dtype=pl.UInt8))
    tokens = _numbers(dataset, "response_tokens" if _has_tokens(dataset) else None)
    counted = (~np.isnan(tokens) & (name < names.height)).nonzero()[0]
    by_tokens = counted[np.lexsort((tokens[counted], name[counted]))].astype(np.uint32)
    return Requests(
        names,
        name,
        state.to_series().to_numpy(),
        table["is_cut_for_verbs"].fill_null(False).to_numpy(),
        tokens,
        _numbers(dataset, "score" if "score" in dataset.canonical else None),
        by_tokens,
        np.searchsorted(name[by_tokens], np.arange(names.height)),
    )


def _has_tokens(dataset: Dataset) -> bool:
    return "response_tokens" not in dataset.originals and dataset.has(dataset.signal("tokens"))


def _numbers(dataset: Dataset, column: str | None) -> Numbers:
    """A column's numbers, NaN where missing; all NaN without a column."""
    if column is None:
        return np.full(dataset.height, np.nan)
    return dataset.column(column).cast(pl.Float64).fill_null(np.nan).to_numpy()


def containing(pairs: pl.DataFrame, text: str) -> pl.DataFrame:
    """The pairs whose verb or noun contains this text."""
    sought = text.strip().lower()
    return pairs.filter(pl.any_horizontal(pl.col(*PAIR).str.contains(sought, literal=True))) if sought else pairs
