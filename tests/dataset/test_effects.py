"""Are the effect sizes, intervals and p-values those of the books, of scipy, and of counting by hand?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics.effects import Effect, adjusted, cliffs_delta, cramers_v, shares, welch, wilson

values = st.lists(st.integers(0, 6), min_size=2, max_size=30)


def counted(*groups: list[Any]) -> list[np.ndarray]:
    """Groups of values as counts at their common levels."""
    levels = np.unique(np.concatenate(groups))
    return [np.bincount(np.searchsorted(levels, group), minlength=len(levels)) for group in groups]


def at(effect: Effect, line: int) -> tuple[float, ...]:
    return tuple(float(part[line]) for part in effect)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
        (0, 0, 0, 1),
    ],
)
def test_wilson_as_published_by_newcombe(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (float(found[0]), float(found[1])) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    ("sides", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_the_difference_of_shares_as_published_by_newcombe(sides: tuple[int, ...], low: float, high: float) -> None:
    found = shares(*sides)
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), abs=6e-5)
    assert float(found.size) == pytest.approx(sides[0] / sides[1] - sides[2] / sides[3])


def test_shares_p_by_chi_squared_with_n_less_1_and_exactly_where_few_are_expected() -> None:
    plain = stats.chi2_contingency([[30, 70], [45, 55]], correction=False).statistic * 199 / 200
    assert float(shares(30, 100, 45, 100).p) == pytest.approx(stats.chi2.sf(plain, 1))
    assert float(shares(30, 100, 45, 100).z) == pytest.approx(math.sqrt(plain))
    for hits, n, hits2, n2 in ((3, 20, 2, 900), (5, 25, 995, 1000), (25, 25, 3, 2000), (20, 20, 99_990, 100_000)):
        table = [[hits, n - hits], [hits2, n2 - hits2]]
        tails = [stats.fisher_exact(table, side).pvalue for side in ("less", "greater")]
        if min(n, n2) * min(hits + hits2, n + n2 - hits - hits2) / (n + n2) < 1:
            assert float(shares(hits, n, hits2, n2).p) == pytest.approx(min(1, 2 * min(tails)))
    assert math.isnan(shares(0, 0, 3, 9).p) and float(shares(0, 5, 0, 9).p) == 1 and float(shares(5, 5, 9, 9).p) == 1


@given(values, values)
def test_welch_is_scipys(x: list[int], y: list[int]) -> None:
    found = welch(len(x), np.mean(x), np.var(x, ddof=1), len(y), np.mean(y), np.var(y, ddof=1))
    if len(set(x)) == len(set(y)) == 1:
        assert float(found.low) == float(found.high) == float(found.size)
        return
    known = stats.ttest_ind(x, y, equal_var=False)
    interval = known.confidence_interval()
    assert (float(found.p), float(found.low), float(found.high)) == pytest.approx((known.pvalue, *interval))


def test_welch_of_one_value_has_no_interval() -> None:
    found = welch(1, 3.0, math.nan, 9, 2.0, 1.0)
    assert float(found.size) == 1 and math.isnan(found.low) and math.isnan(found.p)


def test_cliffs_delta_with_its_interval_by_hand() -> None:
    """The groups of the example in R's effsize, whose delta is -0.25; the interval by its formula with t."""
    found = cliffs_delta(*counted([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]))
    assert float(found.size) == -0.25
    assert (float(found.low), float(found.high)) == pytest.approx((-0.7473, 0.4268), abs=1e-4)


@given(values, values)
def test_cliffs_delta_is_counting_pairs_and_its_p_is_mann_whitneys(x: list[int], y: list[int]) -> None:
    found = cliffs_delta(*counted(x, y))
    delta = sum((a > b) - (a < b) for a in x for b in y) / len(x) / len(y)
    assert float(found.size) == pytest.approx(delta)
    assert -1 <= found.low <= delta + 1e-9 and delta - 1e-9 <= found.high <= 1
    if len({*x, *y}) == 1:
        assert float(found.p) == 1 and float(found.z) == 0 and (found.low, found.high) == (0, 0)
        return
    commonest = max({*x, *y}, key=lambda v: (x.count(v) + y.count(v), -v))
    outside = sum(v != commonest for v in (*x, *y))
    if min(len(x), len(y)) * outside / (len(x) + len(y)) >= 1:
        known = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic").pvalue
        assert float(found.p) == pytest.approx(known)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.integers(1, 30))
def test_of_two_levels_cliffs_delta_is_the_difference_of_shares(a: int, b: int, no: int, no2: int) -> None:
    of_numbers = cliffs_delta([no, a], [no2, b])
    of_shares = shares(a, no + a, b, no2 + b)
    if no + a > 1 and no2 + b > 1:
        assert float(of_numbers.size) == pytest.approx(float(of_shares.size))
        assert float(of_numbers.p) == pytest.approx(float(of_shares.p))


def test_cliffs_delta_of_groups_apart_alike_empty_and_of_a_rare_level() -> None:
    apart, alike, empty, rare = (
        at(cliffs_delta([[30, 0], [4, 0], [0, 0], [160, 0]], [[0, 40], [9, 0], [1, 2], [1028, 12]]), i)
        for i in range(4)
    )
    assert apart[0] == -1 and apart[1] == -1 and apart[2] == pytest.approx(-(30 - 3.8415) / (30 + 3.8415), abs=1e-4)
    assert alike == (0, 0, 0, 1, 0)
    assert all(map(math.isnan, empty))
    assert rare[1] < 0 < rare[2] and rare[3] == pytest.approx(float(shares(0, 160, 12, 1040).p))  # not told apart


def test_cliffs_delta_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    truth = 0.3
    shift = 1 - math.sqrt(1 - truth)  # P(x < y) is (1 - shift)² / 2 for uniform x, shifted, and uniform y
    inside = 0
    for _ in range(400):
        found = cliffs_delta(*counted(list(random.random(40) + shift), list(random.random(60))))
        inside += bool(found.low <= truth <= found.high)
    assert 0.92 <= inside / 400 <= 0.98


def test_cramers_v_corrected_for_bias() -> None:
    a, b = [10, 20, 30], [30, 20, 10]
    square = stats.chi2_contingency([a, b]).statistic
    share = square / 120 - 2 / 119
    v = math.sqrt(share / (min(2 - 1 / 119, 3 - 4 / 119) - 1))
    found = cramers_v(a, b)
    assert float(found.size) == pytest.approx(v) and float(found.p) == pytest.approx(stats.chi2.sf(square, 2))
    assert float(cramers_v([5, 5, 0], [5, 5, 0]).size) == 0 and float(cramers_v([5, 0], [9, 0]).p) == 1
    assert float(cramers_v([500, 0, 0], [0, 500, 0]).size) == pytest.approx(1, abs=0.01)
    assert math.isnan(cramers_v([0, 0], [3, 4]).size)


def test_benjamini_and_hochberg() -> None:
    ps = [0.01, 0.04, math.nan, 0.03, 0.005]
    assert adjusted(ps) == pytest.approx([0.02, 0.04, math.nan, 0.04, 0.02], nan_ok=True)
    random = np.random.default_rng(1).random(50) ** 3
    assert adjusted(random) == pytest.approx(stats.false_discovery_control(random))
    assert len(adjusted([])) == 0


def test_no_number_overflows_into_a_warning_or_out_of_order() -> None:
    many = welch([1e6, 5], [1e308, 1], [math.inf, 0], [1e6, 5], [-1e308, 1], [1e300, 0])
    assert not math.isfinite(many.size[0]) and many.p[1] == 1
    far = [float(shares(n // 2, n, n // 3, n).z) for n in (10**3, 10**5, 10**7)]
    assert far == sorted(far) and far[-1] > 100
