"""How varied are the verb-noun pairs of two views, and how do they differ? Computed from `analysis.verbs.counts`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.statistics.counting import bin_numbers, log_edges
from analysis.verbs.counts import PAIR, Numbers

PRIOR_SHARE = 0.1  # weight of the prior of the log-odds, as a share of the rows of both sides


def entropy(counts: Sequence[int] | Numbers) -> float:
    """Shannon's entropy of the shares, in bits: 0 for one pair, log2(n) for n equally frequent ones."""
    filled = np.asarray(counts, dtype=np.float64)
    filled = filled[filled > 0]
    shares = filled / filled.sum()
    return float(abs((shares * np.log2(shares)).sum()))


def rarefaction(counts: Sequence[int] | Numbers, sizes: Sequence[int]) -> list[float]:
    """The expected number of distinct pairs in so many rows drawn without replacement (Hurlbert 1971), exact.

    `counts` are rows per pair; a size above the number of rows gives the pairs of all rows.
    """
    from scipy.special import gammaln

    rows = np.asarray(counts, dtype=np.float64)
    whole = float(rows.sum())
    filled, times = np.unique(rows[rows > 0], return_counts=True)

    def log_ways(of: Numbers, drawn: float) -> Numbers:
        ways: Numbers = gammaln(of + 1) - gammaln(drawn + 1) - gammaln(of - drawn + 1)
        return ways

    expected = []
    for size in sizes:
        drawn = float(min(max(size, 0), whole))
        others = whole - filled
        possible = others >= drawn  # draws without the pair are possible
        missed = np.exp(log_ways(others[possible], drawn) - log_ways(np.array([whole]), drawn))
        expected.append(float(times.sum() - (missed * times[possible]).sum()))
    return expected


def growth(pairs: pl.DataFrame, points: int = 50) -> pl.DataFrame:
    """The curve of `rarefaction` of counted pairs: `rows` with a pair, `distinct_pairs` expected among them."""
    counts = pairs["rows"].to_numpy()
    whole = int(counts.sum())
    sizes = sorted({round(whole * step / points) for step in range(points + 1)})
    return pl.DataFrame({"rows": sizes, "distinct_pairs": rarefaction(counts, sizes)})


# Two views


def compare(left: pl.DataFrame, right: pl.DataFrame, prior_rows: float | None = None) -> pl.DataFrame:
    """How two sides differ in their pairs: log-odds with an informative Dirichlet prior (Monroe et al. 2008).

    `verb`, `noun`, `left_rows`, `left_share`, `right_rows`, `right_share`, `log_odds` (positive: more on the left) and
    its `z`; largest z first; both null where one side has no pair or there is only one pair. The prior is the share
    of each pair on both sides together, with the weight of `prior_rows` rows, by default a tenth of all rows.
    """
    sides = [
        side.select(*PAIR, pl.col("rows").cast(pl.Int64).alias(name))
        for side, name in ((left, "left_rows"), (right, "right_rows"))
    ]
    both = (
        sides[0]
        .join(sides[1], on=PAIR, how="full", coalesce=True)
        .with_columns(pl.col("left_rows", "right_rows").fill_null(0))
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
    )


def variety(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, dict[str, float | int | None]]:
    """Per side: `rows` with a pair, `distinct_pairs`, those expected in as many rows as the smaller side has
    (`equal_rows`), and `entropy_bits`."""
    counts = {"left": left["rows"].to_numpy(), "right": right["rows"].to_numpy()}
    equal = min(int(of.sum()) for of in counts.values())
    return {
        side: {
            "rows": int(of.sum()),
            "distinct_pairs": len(of),
            "equal_rows": equal,
            "distinct_pairs_at_equal_rows": rarefaction(of, [equal])[0],
            "entropy_bits": entropy(of) if len(of) else None,
        }
        for side, of in counts.items()
    }


def response_lengths(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame | None:
    """Rows per bin of response tokens, with the same edges: `low`, `high`, `left_rows`, `right_rows`; None where
    no length is counted.

    Both sides are `Counted.lengths`: `response_tokens`, `rows`.
    """
    both = pl.concat([left["response_tokens"], right["response_tokens"]])
    if both.is_empty():
        return None
    edges = log_edges(both)
    counted = {
        name: np.bincount(bin_numbers(side["response_tokens"], edges), weights=side["rows"], minlength=len(edges) - 1)
        for name, side in (("left_rows", left), ("right_rows", right))
    }
    return pl.DataFrame({"low": edges[:-1], "high": edges[1:], **counted}).with_columns(pl.col(*counted).cast(pl.Int64))
