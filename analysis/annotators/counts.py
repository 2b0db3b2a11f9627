"""How often each item got each label, and the coefficients of agreement computed from these counts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.annotators.labels import PLAIN_NUMBER, Codes, Labels, Numbers

MOST_RATIO_VALUES = 2000  # every pair of values has a ratio of its own; other levels need none
_BLOCK = 4096  # items at a time


class Counts:
    """How often each label was given to items, and what the coefficients need of it, which is linear in the items.

    Items that got the same labels equally often are one line: `copies` says how many items each line stands for.
    `why_no_alpha` and `why_no_kappa` say why these have no value, and are empty where they have one. Nothing here is as
    large as items by annotators, or labels by labels, except for the ratio level.
    """

    def __init__(self, once: Labels, level: str) -> None:
        self.names, self.numbers, self.level = once.values, once.numbers, level
        self.table, self.copies = _kinds(value_counts(once))
        squares = self.table.multiply(self.table)
        self.judgements: Numbers = np.asarray(self.table.sum(axis=1)).ravel()
        self.pairs = self.judgements * (self.judgements - 1)
        self.equal: Numbers = np.asarray(squares.sum(axis=1)).ravel() - self.judgements
        self.is_compared = self.judgements >= 2
        with np.errstate(invalid="ignore"):
            self.agreeing: Numbers = np.where(self.is_compared, self.equal / self.pairs, 0.0)
        self.compared = self._scaled(self.is_compared).T.tocsr()  # labels by items, of those judged twice or more
        self.shares = self._scaled(1 / np.maximum(self.judgements, 1)).T.tocsr()
        self.others: Numbers = np.maximum(self.judgements - 1, 1)
        self.differing = (self.pairs - self.equal) / self.others
        self.why_no_alpha, self.why_no_kappa = self._why_no_alpha(), self._why_no_kappa()
        if level == "interval" and self.numbers is not None:
            halves = self.numbers / 2  # so that no difference or square is too great for a float
            away = halves - (halves.min() / 2 + halves.max() / 2)
            self.scores: Numbers = away / (np.abs(away).max() or 1.0)
            self.differing = self._spread(self.scores)
        if level == "ratio" and not self.why_no_alpha:
            self.ratios = _ratios(self.numbers)
            self.differing = self._ratio_spread()

    def _scaled(self, by_item: npt.NDArray[Any]) -> Any:
        return self.table.multiply(np.asarray(by_item, np.float64)[:, None]).tocsr()

    def _why_no_alpha(self) -> str:
        start = "Alpha is undefined"
        if self.level in ("interval", "ratio") and self.numbers is None:
            word = next((name for name in self.names if not re.fullmatch(PLAIN_NUMBER, name)), self.names[0])
            return f"{start} at the {self.level} level: labels such as {word!r} are not numbers; choose nominal."
        if self.level == "ratio" and self.numbers is not None:
            if self.numbers.min(initial=0) < 0:
                return f"{start} at the ratio level: {self.numbers.min():g} is below zero; choose interval."
            if len(self.numbers) > MOST_RATIO_VALUES:
                return (
                    f"Alpha at the ratio level is computed for at most {MOST_RATIO_VALUES:,} different labels, "
                    f"and there are {len(self.numbers):,}; choose interval."
                )
        seen = np.flatnonzero(self.compared @ self.copies)
        if len(seen) > 1:
            return ""
        name = self.names[seen[0]] if len(seen) else ""
        return f"{start}: every item that two people judged got {name!r} from all, so chance allows no disagreement."

    def _why_no_kappa(self) -> str:
        seen = np.flatnonzero(self.shares @ self.copies)
        if len(seen) > 1:
            return ""
        return f"Fleiss' kappa is undefined: every judgement is {self.names[seen[0]]!r}, so chance always agrees."

    def coefficients(self, weights: Numbers) -> tuple[float, float, float]:
        """Raw agreement, alpha and Fleiss' kappa, each line counted as often as `weights` says; nan where undefined."""
        pairs, compared = weights @ self.pairs, weights @ self.is_compared
        if not pairs:
            return np.nan, np.nan, np.nan
        shares = self.shares @ weights / weights.sum()
        by_chance = float(shares @ shares)
        has_two = np.count_nonzero(shares) > 1
        fleiss = (weights @ self.agreeing / compared - by_chance) / (1 - by_chance) if has_two else np.nan
        return float(weights @ self.equal / pairs), self._alpha(weights), float(fleiss)

    def _alpha(self, weights: Numbers) -> float:
        each = self.compared @ weights
        if self.why_no_alpha or np.count_nonzero(each) < 2:
            return np.nan
        total, differing = each.sum(), self.differing
        if self.level == "nominal":
            expected = total**2 - each @ each
        elif self.level == "ratio":
            expected = each @ self.ratios @ each
        else:
            scores = np.cumsum(each) - each / 2 - total / 2 if self.level == "ordinal" else self.scores
            differing = self._spread(scores) if self.level == "ordinal" else differing
            expected = 2 * (total * (each @ scores**2) - (each @ scores) ** 2)
        return float(1 - (total - 1) * (weights @ differing) / expected) if expected > 0 else np.nan

    def _spread(self, scores: Numbers) -> Numbers:
        """Squared differences over all ordered pairs of an item, over its judgements less one."""
        sums, squares = self.table @ scores, self.table @ scores**2
        return np.asarray(2 * (self.judgements * squares - sums**2) / self.others)

    def _ratio_spread(self) -> Numbers:
        blocks = [self.table[start : start + _BLOCK] for start in range(0, self.table.shape[0], _BLOCK)]
        sums = [np.asarray(block.multiply(block @ self.ratios).sum(axis=1)).ravel() for block in blocks]
        return np.asarray(np.concatenate(sums) / self.others)


def value_counts(labels: Labels) -> Any:
    """How often each item got each label: a sparse matrix of items by labels (scipy's CSR, of floats)."""
    from scipy.sparse import csr_array

    ones = np.ones(len(labels))
    table = csr_array((ones, (labels.item, labels.label)), shape=(labels.items, len(labels.values)))
    table.sum_duplicates()
    return table


def _kinds(table: Any) -> tuple[Any, Codes]:
    """The different lines of a table of counts, none of them empty, and how often each occurs.

    Lines are compared by sums of random 64-bit numbers, one per label: among a million, two different lines would have
    the same sum once in tens of millions of tables.
    """
    keys = np.random.default_rng(0).integers(0, 2**64, table.shape[1], np.uint64)
    sums = np.add.reduceat(keys[table.indices] * table.data.astype(np.uint64), table.indptr[:-1])
    _, firsts, copies = np.unique(sums, return_index=True, return_counts=True)
    return table[firsts], copies


def _ratios(numbers: Numbers | None) -> Numbers:
    values = np.zeros(0) if numbers is None else numbers
    sums = values[:, None] + values
    shares = np.divide(values[:, None] - values, sums, out=np.zeros_like(sums), where=sums != 0)
    return np.asarray(shares**2, np.float64)
