"""Do the cheap tables count every row once, and do bins, percentiles and groups hold what they say?"""

from __future__ import annotations

import itertools
import math
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.statistics.counting import (
    PERCENTILES,
    bin_numbers,
    boxes,
    count_bins,
    count_values,
    density,
    line_numbers,
    linear_edges,
    log_edges,
    percentiles,
)

# Edges


@pytest.mark.parametrize(
    ("values", "bins", "edges"),
    [
        ([0, 100], 10, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]),
        ([3, 17], 5, [0, 5, 10, 15, 20]),
        ([1, 2, 3], 40, [1, 2, 3, 4]),
        ([7, 7, 7], 40, [7, 8]),
        ([0], 40, [0, 1]),
        ([-7, 3], 5, [-8, -6, -4, -2, 0, 2, 4]),
        ([None, 5, None], 40, [5, 6]),
        ([], 40, [0, 1]),
        ([0.1, 0.7], 6, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
        ([-0.25, 0.5], 4, [-0.4, -0.2, 0.0, 0.2, 0.4, 0.6]),
        ([2.5, 2.5], 40, [2, 3]),
        ([float("nan"), 1.0, float("inf"), 2.0, None], 2, [1.0, 1.5, 2.0, 2.5]),
        ([float("nan")], 40, [0, 1]),
        ([1e-12, 3e-12], 2, [1e-12, 2e-12, 3e-12, 4e-12]),
        ([1e6, 3e6], 2, [1e6, 2e6, 3e6, 4e6]),
    ],
)
def test_linear_edges(values: list[Any], bins: int, edges: list[float]) -> None:
    column = pl.Series(values, dtype=pl.Float64 if any(isinstance(v, float) for v in values) else pl.Int64)
    assert linear_edges(column, bins) == edges


@pytest.mark.parametrize(
    ("values", "per_decade", "edges"),
    [
        ([0, 9], 2, [0, 1, 3, 10]),
        ([0, 10], 2, [0, 1, 3, 10, 32]),
        ([1, 99], 2, [1, 3, 10, 32, 100]),
        ([40, 99], 2, [32, 100]),
        ([0, 0], 2, [0, 1, 3]),
        ([], 2, [0, 1, 3]),
        ([None, 5], 2, [3, 10]),
        ([0.5, 9.5], 2, [0, 1, 3.16, 10, 31.62]),
        ([0, 9], 8, [0, 1, 2, 3, 4, 6, 7, 10]),
    ],
)
def test_log_edges(values: list[Any], per_decade: int, edges: list[float]) -> None:
    column = pl.Series(values, dtype=pl.Float64 if any(isinstance(v, float) for v in values) else pl.UInt32)
    assert log_edges(column, per_decade)[: len(edges)] == edges
    assert len(log_edges(column, per_decade)) <= len(edges) + 1


def check_edges(edges: list[float], column: pl.Series) -> None:
    assert all(a < b for a, b in itertools.pairwise(edges)), "edges grow"
    numbers = bin_numbers(column, edges)
    finite = column.is_finite() if column.dtype.is_float() else column.is_not_null()
    assert numbers.is_not_null().to_list() == finite.fill_null(False).to_list(), "every number is in a bin"
    for value, number in zip(column, numbers, strict=True):
        assert number is None or edges[number] <= value < edges[number + 1]
    assert int(count_bins(numbers, len(edges) - 1).sum()) == int(finite.fill_null(False).sum())


floats = st.one_of(st.none(), st.floats(), st.integers(-1000, 1000).map(lambda n: n / 10))
integers = st.one_of(st.none(), st.integers(-(2**53), 2**53), st.integers(-50, 50))


@given(st.lists(floats, max_size=8), st.integers(1, 60))
@example([0.0, 1.0010010010010013e308], 1)
@example([-1.7e308, 1.7e308], 1)
@example([-1.7e308, 1.7e308], 7)
@example([0.0, 1.79e308], 40)
def test_linear_edges_hold_every_float(values: list[float | None], bins: int) -> None:
    column = pl.Series(values, dtype=pl.Float64)
    edges = linear_edges(column, bins)
    check_edges(edges, column)
    assert len(edges) <= bins + 3


@given(st.lists(integers, max_size=8), st.integers(1, 60))
def test_linear_edges_hold_every_integer_and_are_whole(values: list[int | None], bins: int) -> None:
    column = pl.Series(values, dtype=pl.Int64)
    edges = linear_edges(column, bins)
    check_edges(edges, column)
    assert all(edge == int(edge) for edge in edges) and len(edges) <= bins + 3


@given(st.lists(st.one_of(st.none(), st.integers(0, 50), st.integers(0, 2**40)), max_size=8), st.integers(1, 12))
def test_log_edges_hold_every_integer_of_at_least_0(values: list[int | None], per_decade: int) -> None:
    column = pl.Series(values, dtype=pl.Int64)
    check_edges(log_edges(column, per_decade), column)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e12)), max_size=8), st.integers(1, 12))
def test_log_edges_hold_every_float_of_at_least_0(values: list[float | None], per_decade: int) -> None:
    column = pl.Series(values, dtype=pl.Float64)
    check_edges(log_edges(column, per_decade), column)


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e6), st.integers(5, 60))
def test_linear_edges_are_round(low: float, width: float, bins: int) -> None:
    edges = linear_edges(pl.Series([low, low + width]), bins)
    step = edges[1] - edges[0]
    mantissa = step / 10 ** math.floor(math.log10(step * 1.0001))
    assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-3


# Bins


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ([0, 1, 9, 10, 19], [0, 0, 0, 1, 1]),
        ([20, -1, None], [None, None, None]),
        ([None, 5, None, 10], [None, 0, None, 1]),
        ([9.999, 10.0, float("nan"), float("inf"), float("-inf"), None], [0, 1, None, None, None, None]),
        ([], []),
    ],
)
def test_bin_numbers(values: list[Any], numbers: list[int | None]) -> None:
    column = pl.Series("n", values, dtype=pl.Float64 if any(isinstance(v, float) for v in values) else pl.Int64)
    found = bin_numbers(column, [0, 10, 20])
    assert (found.to_list(), found.name, found.dtype) == (numbers, "n", pl.UInt16)


def test_bins_of_unsigned_columns() -> None:
    assert bin_numbers(pl.Series([0, None, 15], dtype=pl.UInt32), [0, 10, 20]).to_list() == [0, None, 1]
    assert bin_numbers(pl.Series([0, 15], dtype=pl.UInt8), [0, 10, 20]).to_list() == [0, 1]


def test_rows_per_bin() -> None:
    assert count_bins(pl.Series([0, 2, 2, None], dtype=pl.UInt16), 4).tolist() == [1, 0, 2, 0]
    assert count_bins(pl.Series([], dtype=pl.UInt16), 3).tolist() == [0, 0, 0]
    assert count_bins(pl.Series([None, None], dtype=pl.UInt16), 2).tolist() == [0, 0]


def test_rows_per_pair_of_bins() -> None:
    x = pl.Series([0, 0, 2, None, 1, 2], dtype=pl.UInt16)
    y = pl.Series([0, 0, 1, 1, None, 0], dtype=pl.UInt16)
    assert density(x, y, 3, 2).tolist() == [[2, 0, 1], [0, 0, 1]]
    assert density(x.clear(), y.clear(), 3, 2).tolist() == [[0, 0, 0], [0, 0, 0]]
    wide = density(pl.Series([299], dtype=pl.UInt16), pl.Series([299], dtype=pl.UInt16), 300, 300)
    assert (wide.shape, wide[299, 299], wide.sum()) == ((300, 300), 1, 1)


# Percentiles


@pytest.mark.parametrize(
    ("values", "shares", "expected"),
    [
        ([15, 20, 35, 40, 50], (0.05, 0.3, 0.4, 0.5, 1.0), [15, 20, 20, 35, 50]),
        ([3, 6, 7, 8, 8, 10, 13, 15, 16, 20], (0.25, 0.5, 0.75, 1.0), [7, 8, 15, 20]),
        ([1, 2], (0.0, 0.5, 0.51, 1.0), [1, 1, 2, 2]),
        (list(range(1, 101)), (0.05, 0.07, 0.5, 0.95, 0.99), [5, 7, 50, 95, 99]),
        ([9, None, 1, None], (0.0, 0.5, 1.0), [1, 1, 9]),
        ([4], PERCENTILES, [4] * 8),
        ([], PERCENTILES, [None] * 8),
        ([None, None], (0.5,), [None]),
        ([float("nan"), 1.5, 0.5], (0.0, 1.0), [0.5, 1.5]),
        ([float("nan")], (0.5,), [None]),
        ([-0.5, float("-inf"), 2.0], (0.0, 0.5, 1.0), [float("-inf"), -0.5, 2.0]),
    ],
)
def test_percentiles_by_nearest_rank(values: list[Any], shares: tuple[float, ...], expected: list[Any]) -> None:
    column = pl.Series(values, dtype=pl.Float64 if any(isinstance(v, float) for v in values) else pl.Int64)
    assert percentiles(column, shares) == expected


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=30), st.floats(0, 1))
def test_a_percentile_is_the_least_value_not_exceeded_by_its_share(values: list[int], share: float) -> None:
    [found] = percentiles(pl.Series(values), (share,))
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values) - 1e-6
    assert sum(v < found for v in values) < share * len(values) + 1e-6 or found == min(values)


# Counts by value


def counted(values: pl.Series, limit: int = 12) -> list[tuple[Any, ...]]:
    return count_values(values, limit).select("value", "rows", "is_named").rows()


def test_counts_by_value_name_the_largest_and_sum_up_the_rest() -> None:
    values = pl.Series("v", ["a"] * 3 + ["b"] * 5 + ["c", "d", "d", None, None])
    assert counted(values) == [("b", 5, True), ("a", 3, True), ("d", 2, True), ("c", 1, True), ("(missing)", 2, False)]
    assert counted(values, 2) == [("b", 5, True), ("a", 3, True), ("(other 2)", 3, False), ("(missing)", 2, False)]


def test_ties_are_in_the_order_of_their_names() -> None:
    assert [row[0] for row in counted(pl.Series(["b", "c", "a", ""]))] == ["", "a", "b", "c"]


def test_counts_of_other_types() -> None:
    assert counted(pl.Series([True, None, True, False])) == [
        ("true", 2, True),
        ("false", 1, True),
        ("(missing)", 1, False),
    ]
    assert counted(pl.Series([3, 3, -1])) == [("3", 2, True), ("-1", 1, True)]
    assert counted(pl.Series([0.5, 0.5])) == [("0.5", 2, True)]


def test_counts_of_nothing() -> None:
    assert counted(pl.Series([], dtype=pl.String)) == []
    assert counted(pl.Series([None, None], dtype=pl.String)) == [("(missing)", 2, False)]


def test_a_value_that_looks_like_a_group_is_still_a_value() -> None:
    rows = counted(pl.Series(["(missing)", None, "(other 1)"]), 1)
    assert rows == [("(missing)", 1, True), ("(other 1)", 1, False), ("(missing)", 1, False)]


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None])), st.integers(1, 5))
def test_every_row_is_counted_once(values: list[str | None], limit: int) -> None:
    assert sum(row[1] for row in counted(pl.Series(values, dtype=pl.String), limit)) == len(values)


def test_the_name_of_the_column_does_not_matter() -> None:
    for name in ("value", "rows", "count", ""):
        assert counted(pl.Series(name, ["a"])) == [("a", 1, True)]


def test_each_value_knows_the_line_it_is_counted_in() -> None:
    values = pl.Series(["b", None, "a", "c", "b", "d"])
    counts = count_values(values, 2)
    assert counts["value"].to_list() == ["b", "a", "(other 2)", "(missing)"]
    assert line_numbers(values, counts).to_list() == [0, 3, 1, 2, 0, 2]
    whole = pl.Series([3, 1, 3])
    assert line_numbers(whole, count_values(whole)).to_list() == [0, 1, 0]
    nothing = pl.Series([None, None], dtype=pl.String)
    assert line_numbers(nothing, count_values(nothing)).to_list() == [0, 0]
    assert line_numbers(nothing.clear(), count_values(nothing.clear())).to_list() == []


# Boxes


def boxes_of(values: pl.Series, groups: pl.Series, limit: int = 12) -> pl.DataFrame:
    counted = count_values(groups, limit)
    return boxes(values, line_numbers(groups, counted), counted)


def test_boxes_per_group() -> None:
    values = pl.Series([*range(101), 7, None, 3])
    groups = pl.Series(["a"] * 101 + ["b", "b", None])
    found = boxes_of(values, groups)
    assert found.columns == ["group", "rows", "low", "q1", "median", "q3", "high"]
    assert found.rows() == [
        ("a", 101, 5.0, 25.0, 50.0, 75.0, 95.0),
        ("b", 1, 7.0, 7.0, 7.0, 7.0, 7.0),
        ("(missing)", 1, 3.0, 3.0, 3.0, 3.0, 3.0),
    ]


def test_boxes_leave_out_what_is_no_number_and_gather_small_groups() -> None:
    values = pl.Series([1.0, float("nan"), 3.0, None, 5.0, 6.0])
    groups = pl.Series(["a", "a", "a", "b", "c", "d"])
    found = boxes_of(values, groups, 2).select("group", "rows", "low", "high")
    assert found.rows() == [("a", 2, 1.0, 3.0), ("(other 2)", 2, 5.0, 6.0)]
    assert boxes_of(values.clear(), groups.clear()).height == 0
    assert boxes_of(pl.Series([1, 2]), pl.Series([True, False])).height == 2


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1), st.booleans())
def test_counting_and_sorting_give_the_same_percentiles(values: list[int], far: bool) -> None:
    column = pl.Series(values if far else [value % 1000 - 500 for value in values])
    assert percentiles(column) == percentiles(column.cast(pl.Float64))
