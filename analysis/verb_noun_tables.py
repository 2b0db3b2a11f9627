"""What is asked for in the rows in view, and how do two views differ? Tables of verb–noun pairs.

A pair's `rows` are the rows whose first pair it is, so that a filter on `verb` and `noun` selects exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.signal import Signal, SignalError
from analysis.tables import bin_numbers, count_bins, log_edges

PAIR = ["verb", "noun"]
READ = [*PAIR, "is_question", "verb_noun_status", "is_cut_for_verbs"]
PRIOR_SHARE = 0.1  # what the prior of the log-odds weighs, of the rows of both sides together
Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Coverage:
    """How many of `rows` rows fall where; all but `cut` (rows read only in part) add up to `rows`."""

    rows: int
    pair: int
    verb_only: int
    no_verb: int
    other_language: int
    empty: int
    missing: int
    not_computed: int
    cut: int

    @property
    def pair_share(self) -> float:
        """Of the rows that hold a text the pipeline can read; 0 where there are none."""
        read = self.pair + self.verb_only + self.no_verb
        return self.pair / read if read else 0.0


def signal_over(dataset: Dataset, over: str) -> Signal:
    """The signal with the pipeline chosen for this dataset, over prompts or over responses."""
    chosen = dataset.signal("verb_noun")
    return type(chosen)(**{**chosen.parameters, "over": over})


def asked(dataset: Dataset, signal: Signal, rows: pl.Series) -> pl.DataFrame:
    """What the rows at these positions ask for: its columns, `response_tokens` and `score` (null if unknown)."""
    if not dataset.has(signal):
        raise SignalError("What is asked for is not computed yet; compute verb_noun first.")
    table = pl.read_parquet(dataset.path(signal), columns=READ)[rows]
    has_tokens = "response_tokens" not in dataset.originals and dataset.has(dataset.signal("tokens"))
    tokens = dataset.column("response_tokens").gather(rows) if has_tokens else None
    score = dataset.column("score").gather(rows) if "score" in dataset.canonical else None
    return table.with_columns(
        pl.lit(None, pl.UInt32).alias("response_tokens") if tokens is None else tokens.alias("response_tokens"),
        pl.lit(None, pl.Float64).alias("score") if score is None else score.cast(pl.Float64).alias("score"),
    )


def coverage(table: pl.DataFrame | None, rows: int) -> Coverage:
    """Where the rows of `asked` fall; without a table, `rows` rows are not computed yet."""
    if table is None:
        return Coverage(rows, 0, 0, 0, 0, 0, 0, rows, 0)
    status, has_verb = pl.col("verb_noun_status"), pl.col("verb").is_not_null()
    counts = table.select(
        pair=(status == "pair").sum(),
        verb_only=((status == "no_pair") & has_verb).sum(),
        no_verb=((status == "no_pair") & ~has_verb).sum(),
        other_language=(status == "other_language").sum(),
        empty=(status == "empty").sum(),
        missing=status.is_null().sum(),
        cut=pl.col("is_cut_for_verbs").sum(),
    ).row(0, named=True)
    return Coverage(rows=table.height, not_computed=0, **counts)


def top_pairs(table: pl.DataFrame, limit: int | None = None, containing: str = "") -> pl.DataFrame:
    """Pairs, those of most rows first; with `containing`, those whose verb or noun holds this text.

    `verb`, `noun`, `rows`, `rows_share` (of the rows with a pair), `median_response_tokens`, `mean_score`.
    """
    counted = _ranked(table.drop_nulls(PAIR), PAIR)
    sought = containing.strip().lower()
    if sought:
        parts = [pl.col(name).str.contains(sought, literal=True) for name in PAIR]
        counted = counted.filter(pl.any_horizontal(parts))
    return counted if limit is None else counted.head(limit)


def top_verbs(table: pl.DataFrame, limit: int | None = None) -> pl.DataFrame:
    """Verbs, with or without a noun, those of most rows first: `verb`, then as `top_pairs`."""
    counted = _ranked(table.drop_nulls("verb"), ["verb"])
    return counted if limit is None else counted.head(limit)


def _ranked(table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return (
        table.group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("rows"),
            (pl.len() / max(table.height, 1)).alias("rows_share"),
            pl.col("response_tokens").median().alias("median_response_tokens"),
            pl.col("score").mean().alias("mean_score"),
        )
        .sort(["rows", *keys], descending=[True, *(False for _ in keys)])
    )


# How varied


def entropy(counts: Sequence[int]) -> float:
    """Shannon's entropy of the shares, in bits: 0 for one pair, log2(n) for n equally frequent ones."""
    filled = np.array([count for count in counts if count > 0], dtype=np.float64)
    shares = filled / filled.sum()
    return float(abs((shares * np.log2(shares)).sum()))


def rarefaction(counts: Sequence[int], sizes: Sequence[int]) -> list[float]:
    """The number of distinct pairs to expect in so many rows drawn without replacement (Hurlbert 1971), exactly.

    `counts` are rows per pair; a size beyond all rows expects what all rows have.
    """
    from scipy.special import gammaln

    filled = np.array([count for count in counts if count > 0], dtype=np.float64)
    whole = filled.sum()

    def log_ways(of: Numbers, drawn: float) -> Numbers:
        made: Numbers = gammaln(of + 1) - gammaln(drawn + 1) - gammaln(of - drawn + 1)
        return made

    expected = []
    for size in sizes:
        drawn = float(min(max(size, 0), whole))
        others = whole - filled
        possible = others[others >= drawn]  # draws that miss the pair altogether
        missed = np.exp(log_ways(possible, drawn) - log_ways(np.array([whole]), drawn)).sum()
        expected.append(float(len(filled) - missed))
    return expected


def growth(table: pl.DataFrame, points: int = 50) -> pl.DataFrame:
    """The curve of `rarefaction`: `rows` with a pair, `distinct_pairs` to expect among them."""
    counts = top_pairs(table)["rows"].to_list()
    whole = sum(counts)
    sizes = sorted({round(whole * step / points) for step in range(points + 1)})
    return pl.DataFrame({"rows": sizes, "distinct_pairs": rarefaction(counts, sizes)})


# Two views


def compare(left: pl.DataFrame, right: pl.DataFrame, prior_rows: float | None = None) -> pl.DataFrame:
    """Pairs of both sides with what sets them apart: log-odds with an informative Dirichlet prior (Monroe et al. 2008).

    `verb`, `noun`, `left_rows`, `left_share`, `right_rows`, `right_share`, `log_odds` (positive: more on the left) and
    its `z`; most telling first; null where one side has no pair at all or there is but one. The prior is the share of
    each pair on both sides together, worth `prior_rows` rows, by default a tenth of theirs.
    """
    sides = [top_pairs(side).select(*PAIR, pl.col("rows").alias(name)) for side, name in
             ((left, "left_rows"), (right, "right_rows"))]  # fmt: skip
    both = sides[0].join(sides[1], on=PAIR, how="full", coalesce=True).with_columns(
        pl.col("left_rows", "right_rows").fill_null(0)
    )
    totals = {name: int(both[name].sum()) for name in ("left_rows", "right_rows")}
    every = sum(totals.values())
    weight = every * PRIOR_SHARE if prior_rows is None else prior_rows
    prior = (pl.col("left_rows") + pl.col("right_rows")) * weight / max(every, 1)

    def odds(name: str) -> pl.Expr:
        counted = pl.col(name) + prior
        rest = totals[name] + weight - counted
        return pl.when((rest > 1e-9) & pl.lit(totals[name] > 0)).then((counted / rest).log())

    return (
        both.with_columns(
            (pl.col(name) / max(total, 1)).alias(name.replace("rows", "share")) for name, total in totals.items()
        )
        .with_columns(log_odds=odds("left_rows") - odds("right_rows"))
        .with_columns(
            z=pl.col("log_odds") / (1 / (pl.col("left_rows") + prior) + 1 / (pl.col("right_rows") + prior)).sqrt()
        )
        .select(*PAIR, "left_rows", "left_share", "right_rows", "right_share", "log_odds", "z")
        .sort([pl.col("z").abs(), *map(pl.col, PAIR)], descending=[True, False, False], nulls_last=True)
    )  # fmt: skip


def variety(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, dict[str, float | int | None]]:
    """Per side: `rows` with a pair, `distinct_pairs`, the same at the smaller side's rows, and `entropy_bits`."""
    counts = {"left": top_pairs(left)["rows"].to_list(), "right": top_pairs(right)["rows"].to_list()}
    equal = min(map(sum, counts.values()))
    return {
        side: {
            "rows": sum(of), "distinct_pairs": len(of), "equal_rows": equal,
            "distinct_pairs_at_equal_rows": rarefaction(of, [equal])[0], "entropy_bits": entropy(of) if of else None,
        }
        for side, of in counts.items()
    }  # fmt: skip


def response_lengths(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame | None:
    """Rows per bin of response tokens on common edges: `low`, `high`, `left_rows`, `right_rows`; or None."""
    both = pl.concat([left["response_tokens"], right["response_tokens"]])
    if both.null_count() == len(both):
        return None
    edges = log_edges(both)
    counted = {
        name: count_bins(bin_numbers(side["response_tokens"], edges), len(edges) - 1)
        for name, side in (("left_rows", left), ("right_rows", right))
    }
    return pl.DataFrame({"low": edges[:-1], "high": edges[1:], **counted})
