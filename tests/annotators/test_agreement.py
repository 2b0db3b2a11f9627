"""Are judgements read as they stand, and does each coefficient give the figure published for its worked example?"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import krippendorff
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotators import LEVELS, Labels, agreement, by_slice, cohen, labels_of, level_of, self_agreement
from analysis.annotators.counts import value_counts
from analysis.errors import LabelsError

N = None
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
# Fleiss, "Measuring nominal scale agreement among many raters" (1971), table 1: 30 patients, 6 of the raters each.
DIAGNOSES = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006""".split()


def table(matrix: list[list[Any]]) -> Labels:
    """Judgements out of a table with a line per annotator and a column per item."""
    cells = [(item, f"a{who}", label) for who, line in enumerate(matrix) for item, label in enumerate(line)]
    frame = pl.DataFrame(cells, schema=["item", "who", "label"], orient="row", infer_schema_length=None)
    return labels_of(frame["item"], frame["who"], frame["label"])


def confusion(counts: list[list[int]]) -> Labels:
    """Two annotators who met in these labels so often."""
    pairs = [(a, b) for a, line in enumerate(counts) for b, n in enumerate(line) for _ in range(n)]
    return table([[a for a, _ in pairs], [b for _, b in pairs]])


def random_labels(seed: int, values: int = 4, people: int = 6, items: int = 60) -> tuple[Labels, list[list[Any]]]:
    draws = np.random.default_rng(seed)
    truth = draws.integers(0, values, items)
    given = np.where(draws.random((people, items)) < 0.6, truth, draws.integers(0, values, (people, items)))
    missing = draws.random((people, items)) < 0.3
    matrix = [
        [None if gone else int(x) for x, gone in zip(a, b, strict=True)] for a, b in zip(given, missing, strict=True)
    ]
    return table(matrix), matrix


# Labels


def test_judgements_are_coded_in_the_order_of_their_names() -> None:
    labels = labels_of(pl.Series([7, 7, 3]), pl.Series(["zoe", "Ann", "zoe"]), pl.Series([10.0, 2.0, 10.0]))
    assert labels.item.tolist() == [0, 0, 1]
    assert labels.annotators == ("Ann", "zoe") and labels.annotator.tolist() == [1, 0, 1]
    assert labels.values == ("2", "10") and labels.label.tolist() == [1, 0, 1]
    assert labels.numbers is not None and labels.numbers.tolist() == [2.0, 10.0]
    assert labels.item_rows.tolist() == [0, 2] and labels.rows.tolist() == [0, 1, 2] and labels.items == 2


@pytest.mark.parametrize(
    ("column", "names", "level"),
    [
        (pl.Series([3.0, 1.0, 2.0, None]), ("1", "2", "3"), "ordinal"),
        (pl.Series([0.5, 1.0, 1e-7, float("nan")]), ("1e-7", "0.5", "1"), "interval"),
        (pl.Series([True, False, None, True]), ("false", "true"), "nominal"),
        (pl.Series(["3", "good", "3.0", " "]), ("3", "good"), "nominal"),
        (pl.Series(["3", "10", "3.0", "2.50"]), ("2.5", "3", "10"), "interval"),
        (pl.Series(["007", "7", None, "8"]), ("007", "7", "8"), "nominal"),
        (pl.Series(["nan", "inf", "", "1e3"]), ("1e3", "inf", "nan"), "nominal"),
        (pl.Series([["b", "a"], ["b"], [], [None]]), ("b", "b,a"), "nominal"),
        (pl.Series([{"k": 1}, None, {"k": 2}, {"k": 1}]), ('{"k":1}', '{"k":2}'), "nominal"),
        (pl.Series([Decimal("3.00"), Decimal("2.50"), Decimal("9"), None]), ("2.5", "3", "9"), "interval"),
        (pl.Series([-1, 0, 1, 0]), ("-1", "0", "1"), "ordinal"),
        (pl.Series([2**60, 1, None, None]), ("1", str(2**60)), "nominal"),
        (pl.Series(["b", "a", None, "b"], dtype=pl.Categorical), ("a", "b"), "nominal"),
        (pl.Series([b"\xff", None, None, b"\x00"]), ("00", "ff"), "nominal"),
        (pl.Series([None] * 4), (), "nominal"),
        (pl.Series([float("inf"), -0.0, 0.0, 1.0]), ("0", "1"), "nominal"),
    ],
)
def test_labels_of_any_type(column: pl.Series, names: tuple[str, ...], level: str) -> None:
    labels = labels_of(pl.Series([1, 2, 3, 4]), pl.Series(["a", "b", "a", "b"]), column)
    assert labels.values == names
    assert level_of(labels) == level
    assert len(labels) + labels.left_out == 4


def test_many_whole_numbers_are_a_measure_and_not_grades() -> None:
    grades = [pl.Series(range(n)) for n in (20, 21)]
    assert [level_of(labels_of(g, g, g)) for g in grades] == ["ordinal", "interval"]


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (pl.Series([10.0, 9.0, 10.0]), ("9", "10")),
        (pl.Series(["1.0", "1", "01"]), ("01", "1", "1.0")),
        (pl.Series(["ann, bob", "ann", "bob"]), ("ann", "ann, bob", "bob")),
        (pl.Series([["ann", "bob"], ["ann"], ["ann", "bob"]]), ("ann", "ann,bob")),
    ],
)
def test_annotators_keep_their_names(names: pl.Series, known: tuple[str, ...]) -> None:
    assert set(labels_of(pl.Series([1, 2, 3]), names, pl.Series([1, 2, 3])).annotators) == set(known)


def test_an_item_may_be_several_columns_and_rows_keep_their_positions() -> None:
    parts = [pl.Series([1, 1, 1, None]), pl.Series([[1], [2], [1], [1]])]
    labels = labels_of(parts, pl.Series(["a", "b", "c", "d"]), pl.Series([1] * 4), pl.Series([5, 6, 9, 8]))
    assert (
        labels.item.tolist() == [0, 1, 0] and labels.rows.tolist() == [5, 6, 9] and labels.item_rows.tolist() == [5, 6]
    )
    assert labels.left_out == 1
    with pytest.raises(LabelsError, match="3, 4 rows"):
        labels_of(parts, pl.Series(["a", "b", "c"]), pl.Series([1] * 4))


def test_the_last_of_repeated_judgements_stands() -> None:
    columns = pl.Series(["i", "i", "i"]), pl.Series(["a", "b", "a"]), pl.Series([1, 2, 3])
    assert labels_of(*columns).once().label.tolist() == [1, 2]
    assert labels_of(*columns, pl.Series([9, 4, 2])).once().label.tolist() == [0, 1], "the order of rows, not of lines"


def test_another_column_names_the_same_labels() -> None:
    labels = labels_of(pl.Series([1, 2]), pl.Series(["a", "a"]), pl.Series([3, 5]))
    assert labels.codes_of(pl.Series(["5.0", "3", None, "4", "five"])).tolist() == [1, 0, -2, -1, -1]


# Coefficients


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_alphas_krippendorff_published(level: str, alpha: float) -> None:
    found = agreement(table(OBSERVERS), level)
    assert found.alpha.value == pytest.approx(alpha, abs=5e-4)
    assert (found.alpha.items, found.alpha.judgements) == (11, 40)


def test_the_kappa_fleiss_published() -> None:
    lines = [
        (item, who, label)
        for item, row in enumerate(DIAGNOSES)
        for who, label in enumerate(x for c, n in enumerate(row) for x in [c] * int(n))
    ]
    found = agreement(labels_of(*pl.DataFrame(lines, schema=["i", "w", "l"], orient="row")), "nominal")
    assert found.fleiss.value == pytest.approx(0.430, abs=5e-4)
    assert found.raw.value == pytest.approx(0.5556, abs=5e-5)


def test_the_kappa_of_fleiss_where_people_are_missing() -> None:
    """Gwet's figure for the table with missing judgements, as his package irrCAC gives it."""
    assert agreement(table(OBSERVERS), "nominal").fleiss.value == pytest.approx(0.76117, abs=5e-6)


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ([[50, 26, 24], [24, 4, 32], [6, 30, 4]], -0.0923),  # Cohen 1960, table 1: .29 against .35
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.4915),  # Cohen 1960, table 2: .70 against .41
        ([[20, 5], [10, 15]], 0.4),
        ([[30, 0], [0, 20]], 1.0),
    ],
)
def test_the_kappas_cohen_published(counts: list[list[int]], kappa: float) -> None:
    found = cohen(confusion(counts))
    assert found["kappa"].to_list() == [pytest.approx(kappa, abs=5e-5)]
    assert found["items"][0] == sum(map(sum, counts))
    assert found["low"][0] <= found["kappa"][0] <= found["high"][0]


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappas_are_those_of_another_hand(weights: str) -> None:
    from sklearn.metrics import cohen_kappa_score

    labels, matrix = random_labels(3, people=5, items=200)
    found = cohen(labels, weights=weights)
    assert found.height == 10
    for a, b, items, kappa in found.select("a", "b", "items", "kappa").iter_rows():
        both = [(x, y) for x, y in zip(matrix[int(a[1:])], matrix[int(b[1:])], strict=True) if None not in (x, y)]
        assert items == len(both)
        other = cohen_kappa_score(*zip(*both, strict=True), weights=None if weights == "none" else weights)
        assert kappa == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(6))
def test_alphas_are_those_of_another_hand(level: Any, seed: int) -> None:
    labels, _ = random_labels(seed, values=(2, 3, 5, 11, 40, 200)[seed])
    counts = value_counts(labels).toarray()
    other = krippendorff.alpha(value_counts=counts, value_domain=labels.numbers, level_of_measurement=level)
    assert agreement(labels, level, resamples=0).alpha.value == pytest.approx(other, abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3)), max_size=40),
    st.randoms(),
    st.sampled_from(LEVELS),
)
@settings(max_examples=60, deadline=None)
def test_whose_name_and_which_line_changes_nothing(lines: list[tuple[int, int, int]], draws: Any, level: str) -> None:
    lines = list({(item, who): (item, who, label) for item, who, label in lines}.values())
    people, labels = list(range(5)), list("wxyz")
    draws.shuffle(people)
    draws.shuffle(labels)

    def figures(chosen: list[tuple[Any, ...]], level: str) -> list[float]:
        frame = pl.DataFrame(
            chosen, schema={"i": pl.Int64, "w": pl.Int64, "l": pl.Int64 if level != "text" else pl.String}, orient="row"
        )
        found = agreement(labels_of(*frame), level if level != "text" else "nominal", resamples=0)
        return [np.nan if c.value is None else c.value for c in (found.raw, found.alpha, found.fleiss)]

    shuffled = [(item, people[who], label) for item, who, label in lines]
    draws.shuffle(shuffled)
    assert figures(shuffled, level) == pytest.approx(figures(lines, level), abs=1e-12, nan_ok=True)
    named = [(item, who, labels[label]) for item, who, label in lines]
    assert figures(named, "text") == pytest.approx(figures(lines, "nominal"), abs=1e-12, nan_ok=True)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Over 60 samples of items; 95% would be 57, and 50 or fewer come once in 1,000 times."""
    truth = agreement(random_labels(99, items=20_000)[0], "nominal", resamples=0)
    held = 0
    for seed in range(60):
        alpha = agreement(random_labels(seed, items=120)[0], "nominal").alpha
        held += alpha.low < truth.alpha.value < alpha.high  # type: ignore[operator]
    assert held > 50


def test_intervals_are_the_same_each_time() -> None:
    labels, _ = random_labels(5)
    assert agreement(labels, "ordinal") == agreement(labels, "ordinal")
    assert cohen(labels).equals(cohen(labels))


# What cannot be said


@pytest.mark.parametrize(
    ("matrix", "why"),
    [
        ([[1, 2, 3]], "Only a0 judged here"),
        ([[1, 2, N, N], [N, N, 1, 2]], "No item was judged by two people: 4 judgements of 4 items"),
        ([[N], [N]], "There are no judgements"),
    ],
)
def test_nothing_to_compare_is_said(matrix: list[list[Any]], why: str) -> None:
    found = agreement(table(matrix), "nominal")
    for coefficient in (found.raw, found.alpha, found.fleiss):
        assert coefficient.value is None and why in coefficient.why
    slices = by_slice(table(matrix), pl.Series(["s"] * 8), "nominal")
    assert slices["alpha"].to_list() == [None] * slices.height and all(why in w for w in slices["why"])


def test_all_labels_equal_leaves_only_raw_agreement() -> None:
    found = agreement(table([[1, 1, 1], [1, 1, 1]]), "ordinal")
    assert (found.raw.value, found.raw.low, found.raw.high) == (1.0, 1.0, 1.0)
    assert found.alpha.value is None and "every item that two people judged got '1' from all" in found.alpha.why
    assert found.fleiss.value is None and "every judgement is '1'" in found.fleiss.why
    assert cohen(table([[1] * 30, [1] * 30])).row(0)[2:] == (30, 1.0, None, None, None)
    alone = agreement(table([[1, 1, 2], [1, 1, N]]), "nominal")
    assert alone.alpha.value is None and alone.fleiss.value is not None, "the label 2 has no second judgement"


def test_a_padded_zero_among_numbers_is_a_label_and_a_number() -> None:
    padded = table([["00", "2", "00"], ["1", "2", "0"]])
    assert agreement(padded, "interval").alpha.value == pytest.approx(1 - (1 / 3) / (58 / 30))
    assert agreement(padded, "nominal").raw.value == pytest.approx(1 / 3), "00 is another label than 0"
    names = table([["007", "012"], ["007", "013"]])
    assert "labels such as '007' are not numbers" in agreement(names, "interval").alpha.why


def test_a_level_that_does_not_fit_is_said() -> None:
    words = table([["good", "3", "3"], ["good", "bad", "3"]])
    assert "labels such as 'bad' are not numbers" in agreement(words, "interval").alpha.why
    assert agreement(words, "interval").raw.value == pytest.approx(2 / 3)
    assert "-1 is below zero" in agreement(table([[-1, 2], [1, 2]]), "ratio").alpha.why
    many = table([list(range(2001)), list(range(2001))])
    assert "at most 2,000 different labels" in agreement(many, "ratio").alpha.why
    assert agreement(many, "interval").alpha.value == 1.0
    with pytest.raises(LabelsError, match="no level of measurement 'metric'; the levels are nominal"):
        agreement(words, "metric")
    with pytest.raises(LabelsError, match="2,001 different labels"):
        cohen(many)
    with pytest.raises(LabelsError, match="no weights 'cubic'"):
        cohen(words, weights="cubic")


def test_numbers_at_the_edge_of_floats() -> None:
    matrix = [[1e300, -1e300, 5.5, 5.5], [1e300, -1e300, 5.5, 6.5]]
    assert agreement(table(matrix), "interval").alpha.value == pytest.approx(1.0)
    near = [[1e9, 1e9 + 1, 1e9 + 3], [1e9, 1e9 + 1, 1e9 + 2]]
    small = [[0, 1, 3], [0, 1, 2]]
    assert agreement(table(near), "interval").alpha.value == pytest.approx(
        agreement(table(small), "interval").alpha.value, abs=1e-9
    )


def test_few_common_items_have_no_kappa() -> None:
    labels = table([[1, 2] * 10, [1, 2] * 9 + [N, N], [1, 1] * 10])
    assert cohen(labels).select("items", "kappa").rows() == [(20, 0.0), (18, None), (18, None)]
    assert cohen(labels, least_items=18)["kappa"].to_list() == [0.0, 1.0, 0.0]
    assert cohen(labels, most=2)["a"].to_list() == ["a0"] and cohen(labels, most=1).is_empty()


# Slices and repeats


def test_slices_are_judged_apart() -> None:
    labels = table([[1, 2, 1, 2, 1], [1, 2, 2, 1, 2]])
    slices = pl.Series(["same", "same", "other", "other", None] * 2)
    found = by_slice(labels, slices, "nominal")
    assert found.select("slice", "judgements", "items", "raw").rows() == [
        ("other", 4, 2, 0.0),
        ("same", 4, 2, 1.0),
        ("(missing)", 2, 1, 0.0),
    ]
    assert found["alpha"].to_list() == pytest.approx([-0.5, 1.0, 0.0])
    assert by_slice(labels, slices, "nominal", limit=1)["slice"].to_list() == ["other", "(other 1)", "(missing)"]


def test_self_agreement() -> None:
    lines = [("i", "a", 1), ("i", "a", 1), ("i", "a", 2), ("j", "a", 1), ("j", "b", 3), ("j", "b", 3), ("k", "c", 1)]
    labels = labels_of(*pl.DataFrame(lines, schema=["i", "w", "l"], orient="row"))
    overall, each = self_agreement(labels)
    assert (overall.value, overall.items, overall.judgements) == (0.5, 2, 5)
    assert each.select("annotator", "items", "pairs", "agreement").rows() == [("a", 1, 3, 1 / 3), ("b", 1, 1, 1.0)]
    found = agreement(labels, "nominal")
    assert found.repeated == 3 and found.raw.items == 1, "one's own repeats are not agreement between people"
    overall, each = self_agreement(table(OBSERVERS))
    assert overall.value is None and overall.why == "Nobody judged an item twice." and each.is_empty()


def test_self_agreement_is_of_one_person_too() -> None:
    items = pl.Series([*range(50), *range(50)])
    overall, each = self_agreement(labels_of(items, pl.Series(["a"] * 100), pl.Series([0] * 90 + [1] * 10)))
    assert overall.value == 0.8 and each["agreement"].to_list() == [0.8]
    assert overall.low is not None and 0.6 < overall.low < 0.8 < overall.high < 0.95  # type: ignore[operator]


def test_fifty_thousand_annotators_are_no_matrix() -> None:
    draws = np.random.default_rng(1)
    item = pl.Series(np.repeat(np.arange(40_000), 5))
    who = pl.Series(draws.integers(0, 50_000, 200_000))
    started = time.perf_counter()
    labels = labels_of(item, who, pl.Series(draws.integers(1, 6, 200_000)))
    assert len(labels.annotators) > 49_000
    assert abs(agreement(labels, "ordinal", resamples=20).alpha.value or 1) < 0.02
    assert cohen(labels).height == 435
    assert self_agreement(labels, resamples=20)[1].height > 0
    assert time.perf_counter() - started < 20
