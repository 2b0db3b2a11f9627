"""Is what changes in the course of a session measured as the docstrings say, and is only fatigue called fatigue?"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.annotators.fatigue import MEASURES, by_position, measures_of, overall, slopes, tired
from analysis.annotators.labels import Labels, labels_of
from analysis.annotators.profiles import FACTS

COLUMNS = ["row", "annotator", "session", "position", *MEASURES]


def facts(
    annotator: list[Any],
    group: list[Any],
    position: list[Any],
    length: list[Any] | None = None,
    seconds: list[Any] | None = None,
) -> pl.DataFrame:
    n = len(annotator)
    columns = {"row": range(n), "annotator": annotator, "session_group": group, "session_position": position}
    columns |= {"length": length or [None] * n, "seconds_since_previous": seconds or [None] * n}
    return pl.DataFrame({name: columns.get(name, [None] * n) for name in FACTS}, schema=FACTS, strict=False)


def labelled(items: list[Any], annotator: list[Any], label: list[Any]) -> Labels:
    return labels_of(pl.Series(items), pl.Series(annotator), pl.Series(label, strict=False))


def measured(
    seed: int, people: int = 6, sessions: int = 4, rows: int = 40, *, drift: float = 0.0, measure: str = "length"
) -> pl.DataFrame:
    """Noise everywhere; one measure of the annotator a0 changes by `drift` standard deviations per row."""
    draw = np.random.default_rng(seed)
    n = people * sessions * rows
    who = np.repeat(np.arange(people), sessions * rows)
    session = np.repeat(np.arange(people * sessions), rows)
    position = np.tile(np.arange(1, rows + 1), people * sessions)
    values = {name: draw.normal(size=n) + draw.normal(size=people * sessions)[session] for name in MEASURES}
    values[measure] = values[measure] + drift * position * (who == 0)
    values["length"], values["seconds"] = (
        np.expm1(np.abs(values["length"] + 8)),
        np.expm1(np.abs(values["seconds"] + 8)),
    )
    columns = {
        "row": np.arange(n),
        "annotator": [f"a{w}" for w in who],
        "session": session,
        "position": position,
        **values,
    }
    return pl.DataFrame(columns).cast({"session": pl.UInt32, "position": pl.UInt32})


# What is measured


def test_scores_agree_by_their_distance_from_the_others() -> None:
    labels = labelled(["i", "i", "i", "j", "k"], ["a", "b", "c", "a", "b"], [1, 3, 5, 2, 4])
    found = measures_of(labels, facts(["a", "b", "c", "a", "b"], [0, 1, 2, 0, 1], [1, 1, 1, 2, 2]), "ordinal")
    assert found.columns == COLUMNS
    assert found["agreement"].to_list() == [1 - 3 / 4, 1.0, 1 - 3 / 4, None, None]


def test_names_agree_with_the_majority_of_the_others() -> None:
    labels = labelled(["i"] * 4, list("abcd"), ["x", "x", "y", "x"])
    found = measures_of(labels, facts(list("abcd"), [0, 1, 2, 3], [1] * 4), "nominal")
    assert found["agreement"].to_list() == [1.0, 1.0, 0.0, 1.0]


def test_the_mean_of_variety_is_the_entropy_of_the_labels() -> None:
    given = ["x"] * 4 + ["y"] * 2 + ["z", "w"]
    labels = labelled(list(range(9)), ["a"] * 8 + ["b"], [*given, "x"])
    found = measures_of(labels, facts(["a"] * 8 + ["b"], [0] * 8 + [8], [*range(1, 9), 1]), "nominal")
    assert found.filter(annotator="a")["variety"].mean() == pytest.approx(1.75) == stats.entropy([4, 2, 1, 1], base=2)
    assert found.filter(annotator="b")["variety"].to_list() == [0.0]


def test_rows_without_a_place_are_left_out_and_rows_without_a_label_are_not() -> None:
    labels = labelled(["i", "i", "j", "j"], ["a", "b", "a", "a"], [1, 2, None, 3])
    found = measures_of(
        labels,
        facts(["a", "b", "a", "a"], [0, 1, 0, None], [1, 1, 2, None], [5, 6, 7, 8], [None, None, 4.5, 1.0]),
        "ordinal",
    )
    assert found.select("row", "length", "seconds").rows() == [(0, 5.0, None), (1, 6.0, None), (2, 7.0, 4.5)]
    assert found["variety"].to_list() == [pytest.approx(1.0), 0.0, None]


# By position


def test_bins_hold_means_and_their_interval() -> None:
    labels = labelled(list(range(25)), ["a"] * 25, [1] * 25)
    lengths = [*range(10, 35)]
    found = measures_of(labels, facts(["a"] * 25, [0] * 25, list(range(1, 26)), lengths), "ordinal")
    bins = by_position(found).filter(measure="length")
    assert bins.select("first", "last", "rows", "sessions", "is_clustered").rows() == [
        (1, 10, 10, 1, False),
        (11, 20, 10, 1, False),
        (21, 30, 5, 1, False),
    ]
    logs = np.log1p(lengths[:10])
    low, high = stats.t.interval(0.95, 9, logs.mean(), stats.sem(logs))
    assert bins.select("value", "low", "high").row(0) == pytest.approx(tuple(np.expm1([logs.mean(), low, high])))


def test_from_ten_sessions_on_the_error_is_clustered() -> None:
    values = np.random.default_rng(0).normal(size=12)
    frame = pl.DataFrame(
        {
            "row": range(36),
            "annotator": "a",
            "session": np.repeat(np.arange(12), 3),
            "position": [1, 2, 3] * 12,
            "agreement": None,
            "length": None,
            "seconds": None,
            "variety": np.repeat(values, 3) + 5,
        },
        schema_overrides=dict.fromkeys(MEASURES, pl.Float64),
    )
    row = by_position(frame).row(0, named=True)
    low, high = stats.t.interval(
        0.95, 11, values.mean() + 5, stats.sem(values)
    )  # three equal rows of a session count once
    assert (row["is_clustered"], row["low"], row["high"]) == (True, pytest.approx(low), pytest.approx(high))


def test_one_row_has_no_interval_and_agreement_stays_a_share() -> None:
    frame = measured(0, people=1, sessions=1, rows=11).with_columns(agreement=pl.Series([0.9, 1.0] * 5 + [1.0]))
    bins = by_position(frame, "a0").filter(measure="agreement")
    assert bins["high"].to_list() == [
        pytest.approx(0.95 + stats.sem([0.9, 1.0] * 5) * stats.t.ppf(0.975, 9)),
        None,
    ] and bins["rows"].to_list() == [10, 1]
    few = by_position(frame.head(2)).filter(measure="agreement")
    assert few.select("value", "low", "high").row(0) == (0.95, pytest.approx(0.95 - 0.05 * stats.t.ppf(0.975, 1)), 1.0)
    assert by_position(frame, "nobody").height == 0


# Slopes


def test_a_slope_is_that_of_least_squares_with_an_intercept_per_session_and_hc3_errors() -> None:
    frame = measured(1, people=2, drift=0.02, measure="variety")
    own = frame.filter(annotator="a0")
    dummies = own["session"].to_dummies().to_numpy().astype(float)
    design = np.column_stack([own["position"].to_numpy().astype(float), dummies])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ own["variety"].to_numpy()
    residual = own["variety"].to_numpy() - design @ beta
    hat = np.einsum("ij,jk,ik->i", design, inverse, design)
    error = np.sqrt((inverse @ (design.T * (residual / (1 - hat)) ** 2) @ design @ inverse)[0, 0])
    row = slopes(frame).filter(annotator="a0", measure="variety").row(0, named=True)
    freedom = own.height - design.shape[1]
    reach = stats.t.ppf(0.975, freedom) * error
    assert row["change"] == pytest.approx(10 * beta[0]) and row["p"] == pytest.approx(
        2 * stats.t.sf(beta[0] / error, freedom)
    )
    assert (row["low"], row["high"]) == pytest.approx((10 * (beta[0] - reach), 10 * (beta[0] + reach)))
    assert (row["rows"], row["sessions"]) == (160, 4)


@pytest.mark.parametrize(
    ("measure", "drift", "names"),
    [
        ("variety", -0.05, ("a0",)),
        ("length", -0.05, ("a0",)),
        ("agreement", -0.05, ("a0",)),
        ("variety", 0.05, ()),
        ("seconds", -0.05, ()),
    ],
)
def test_only_what_falls_and_tells_of_care_is_called_fatigue(
    measure: str, drift: float, names: tuple[str, ...]
) -> None:
    found = slopes(measured(3, drift=drift, measure=measure))
    assert tired(found) == names
    assert found.filter("is_significant").select("annotator", "measure").rows() == [("a0", measure)]


def test_lengths_change_by_a_ratio() -> None:
    frame = measured(4, people=1).with_columns(
        length=(1000 * 0.99 ** pl.col("position")) * (1 + pl.col("variety") / 1e4)
    )
    assert slopes(frame).filter(measure="length")["change"][0] == pytest.approx(0.99**10 - 1, abs=1e-2)


def test_differences_between_sessions_are_no_slope() -> None:
    """Long sessions that begin low: every row late in one is low, and nothing changes within any."""
    draw = np.random.default_rng(5)
    lengths = [60, 20] * 10
    session = np.repeat(np.arange(20), lengths)
    position = np.concatenate([np.arange(1, n + 1) for n in lengths])
    value = draw.normal(size=len(session)) - 3.0 * (np.array(lengths)[session] == 60)
    frame = pl.DataFrame(
        {
            "row": np.arange(len(session)),
            "annotator": "a",
            "session": session,
            "position": position,
            "agreement": None,
            "length": None,
            "seconds": None,
            "variety": value,
        },
        schema_overrides=dict.fromkeys(MEASURES, pl.Float64),
    )
    assert not slopes(frame)["is_significant"].any()


def test_without_drift_hardly_anyone_is_named() -> None:
    """240 slopes a time: one false name in twenty times is what 5% allows; HC3 errs on the careful side."""
    assert sum(len(tired(slopes(measured(seed, people=60, rows=20)))) for seed in range(20)) <= 2


def test_all_together_errors_are_clustered_by_session() -> None:
    found = overall(measured(6, people=10, drift=0.0))
    assert set(found["measure"]) == set(MEASURES) and found["sessions"].to_list() == [40] * 4
    assert found.columns == [
        "measure",
        "rows",
        "sessions",
        "change",
        "low",
        "high",
        "effect",
        "p",
        "q",
        "is_significant",
    ]
    p = [overall(measured(seed, people=5, rows=10))["p"] for seed in range(60)]
    assert (pl.concat(p) <= 0.05).mean() == pytest.approx(0.05, abs=0.04)


# Too little


def test_no_sessions_no_slopes() -> None:
    labels = labelled(["i", "j"], ["a", "b"], [1, 2])
    found = measures_of(labels, facts(["a", "b"], [None, None], [None, None]), "ordinal")
    assert found.height == by_position(found).height == slopes(found).height == overall(found).height == 0
    assert tired(slopes(found)) == ()


def test_sessions_of_one_row_tell_nothing() -> None:
    found = measured(7, sessions=60, rows=1)
    assert slopes(found).height == overall(found).height == 0 and by_position(found).height == 4


def test_what_never_varies_has_no_slope() -> None:
    frame = measured(8).with_columns(variety=0.1, agreement=1.0)
    assert set(slopes(frame)["measure"]) == {"length", "seconds"}


def test_one_long_text_names_nobody() -> None:
    frame = measured(9, people=2).with_columns(
        length=pl.when(pl.int_range(pl.len()) == 0).then(1e7).otherwise(pl.col("length"))
    )
    assert tired(slopes(frame)) == ()


def test_fifty_thousand_annotators() -> None:
    n = 300_000
    draw = np.random.default_rng(10)
    who = draw.integers(0, 50_000, n)
    frame = pl.DataFrame(
        {
            "row": np.arange(n),
            "annotator": np.char.add("a", who.astype(str)),
            "session": who,
            "position": draw.integers(1, 50, n),
            **{name: np.abs(draw.normal(size=n)) for name in MEASURES},
        }
    )
    assert slopes(frame).height == 0  # six rows each
    assert (overall(frame)["rows"] > n * 0.9).all()
