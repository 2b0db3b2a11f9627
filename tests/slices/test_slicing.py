"""Does each slice hold just the rows its filters select, and are its figures those of counting them one by one?"""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import SlicingError, UsageError
from analysis.slices.apart import Apart, compare, what_sets_apart
from analysis.slices.dimensions import Dimension, choices, cuts, dimension, types_of
from analysis.slices.distributions import distributions, is_skewed
from analysis.slices.measures import (
    LEVELS,
    OWN_WORDS,
    Measure,
    default_measures,
    in_levels,
    measure,
    measured,
    measures,
)
from analysis.slices.sentences import Sides, sentence
from analysis.slices.slices import SliceTable, heatmap, slice_table
from analysis.slices.splits import split
from analysis.view import View
from analysis.workspace import Workspace

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
ROWS = 300
SIGNALS = ("lengths", "tokens", "exact_duplicates", "language")


def hostile() -> pl.DataFrame:
    """Columns of every type, with nulls, odd values and names that mean something elsewhere."""
    random = Random(7)

    def some(one: Any) -> list[Any]:
        return [None if random.random() < 0.1 else one() for _ in range(ROWS)]

    start = datetime(2024, 1, 1, tzinfo=UTC)
    words = ["a", "b~c", "d%7Ee", "", " ", "x'", "A", "(missing)", *(f"v{i}" for i in range(40))]
    entries = ["a", "b~", "", None, " ", "q", *(f"e{i}" for i in range(40))]
    odd = [float("inf"), float("-inf"), float("nan"), 1e308, -1e308, 5e-324, 0.1, 1 / 3]
    moments = some(lambda: start + timedelta(minutes=random.randint(0, 500_000)))
    return pl.DataFrame(
        {
            "words": some(lambda: random.choice(words)),
            "flag": some(lambda: random.random() < 0.3),
            "whole": some(lambda: random.randint(-5, 2**62)),
            "rows": some(lambda: float(random.choice([1, 2, 3, -0.0, 0.0, float("nan")]))),
            "odd": some(lambda: random.choice([random.gauss(0, 1), *odd])),
            "thirds": pl.Series(some(lambda: random.choice([0.1, 0.2, 1 / 3])), dtype=pl.Float32),
            "when": [moment and moment.replace(tzinfo=None) for moment in moments],
            "zoned": pl.Series(moments, dtype=pl.Datetime("ns", "UTC")).dt.convert_time_zone("Europe/Berlin"),
            "day": some(lambda: date(1960, 1, 1) + timedelta(days=random.randint(0, 900))),
            "entries": some(lambda: [random.choice(entries) for _ in range(random.randint(0, 3))]),
            "few_entries": some(lambda: [random.choice([1, 2, 3]) for _ in range(random.randint(0, 3))]),
            "price": pl.Series(some(lambda: random.randint(0, 1000) / 100)).cast(pl.Decimal(10, 2)),
            "share": [5] * ROWS,
            "nothing": pl.Series([None] * ROWS, dtype=pl.Int64),
            "mostly_0": [0] * (ROWS - 10) + [3] * 10,
            "span": pl.Series(some(lambda: timedelta(1))),
        }
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    home = tmp_path_factory.mktemp("winnow")
    path = home / "hostile.parquet"
    hostile().write_parquet(path)
    return Workspace(home).open([path])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    dataset = Workspace(tmp_path_factory.mktemp("winnow")).open([SAMPLE / "instructions.jsonl"])
    for name in SIGNALS:
        compute(dataset, dataset.signal(name))
    return dataset


def all_rows(dataset: Dataset) -> pl.Series:
    return dataset.rows_of(View())


def opened(folder: Path, columns: dict[str, Any]) -> Dataset:
    path = folder / "rows.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return Workspace(folder).open([path])


def cut(dataset: Dataset, by: str, of: list[str], rows: pl.Series | None = None, limit: int = 20) -> SliceTable:
    splits = [split(dataset, dimension(dataset, text), limit) for text in by.split(",")]
    rows = all_rows(dataset) if rows is None else rows
    return slice_table(dataset, rows, splits, [measured(dataset, measure(dataset, name)) for name in of])


def cell(found: SliceTable, name: str, of: str) -> dict[str, Any]:
    number = found.slices.filter(pl.col("a") == name)["slice"][0]
    return found.cells.filter((pl.col("slice") == number) & (pl.col("measure") == of)).to_dicts()[0]


# Dimensions and splits


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_each_slice_has_just_the_rows_its_filters_select(table: Dataset, limit: int) -> None:
    ways = [Dimension(name, way) for name, dtype in types_of(table).items() for way in cuts(dtype)]
    assert len(ways) > 40
    for by in ways:
        found = split(table, by, limit)
        places, lines = found.among(all_rows(table))
        places = np.arange(table.height) if places is None else places
        assert set(places.tolist()) == set(range(table.height)), by
        for number, filters in enumerate(found.filters):
            written = View.from_params(View(filters).to_params())
            selected = table.rows_of(written).to_list()
            assert selected and sorted(places[lines == number].tolist()) == selected, (by, found.names[number])
            if (others := found.excluded(number)) is not None:
                assert set(table.rows_of(View(others))) == set(range(table.height)) - set(selected), (by, number)
        assert len(found.names) == len(found.filters) == len(found.is_named)


def test_the_names_of_slices(table: Dataset) -> None:
    assert split(table, Dimension("flag")).names == ("false", "true", "(missing)")
    assert split(table, Dimension("rows")).names == ("0", "1", "2", "3", "(missing)")
    assert split(table, Dimension("words"), 2).names[2:] == ("(other 46)", "(missing)")
    assert split(table, Dimension("mostly_0", "quantile4")).names == ("0 to 2", "3 and more")
    assert split(table, Dimension("share", "quantile10")).names == ("all 5",)
    assert split(table, Dimension("nothing")).names == ("(missing)",)
    assert split(table, Dimension("when", "month")).names[:2] == ("2024-01", "2024-02")
    assert split(table, Dimension("zoned", "week")).names[0] == "week of 2024-01-01"
    assert split(table, Dimension("price", "quantile4")).names[0].startswith("under ")
    assert split(table, Dimension("whole")).cut == "quantile4" and split(table, Dimension("when")).cut == "week"


def test_quantiles_are_about_equal_and_in_order(tmp_path: Path) -> None:
    dataset = opened(tmp_path, {"n": list(range(1000)), "t": ["x"] * 1000})
    found = split(dataset, Dimension("n", "quantile5"))
    assert found.names == ("0 to 199", "200 to 399", "400 to 599", "600 to 799", "800 and more")
    assert np.bincount(found.lines.to_numpy()).tolist() == [200] * 5


def test_50_000_values_are_the_largest_and_the_others(tmp_path: Path) -> None:
    dataset = opened(tmp_path, {"who": [f"p{i}" for i in range(50_000)] + ["p7"] * 5})
    found = split(dataset, Dimension("who"))
    assert len(found.names) == 21 and found.names[0] == "p7" and found.names[-1] == "(other 49,980)"
    assert found.is_named[-2:] == (True, False)


def test_a_row_lies_in_the_slice_of_each_of_its_entries(tmp_path: Path) -> None:
    dataset = opened(tmp_path, {"l": [["a", "b"], ["a", "a"], [], None, ["c"]], "n": [1, 2, 3, 4, 5]})
    found = cut(dataset, "l", ["n"], limit=2)
    assert found.overlaps
    assert dict(found.slices.select("a", "rows").iter_rows()) == {"a": 2, "b": 1, "(other 1)": 1, "(missing)": 2}
    assert (cell(found, "a", "n")["mean"], cell(found, "a", "n")["rest_mean"]) == (1.5, 4)
    assert cell(found, "(missing)", "n")["mean"] == 3.5


def test_a_dimension_is_read_as_it_is_written(table: Dataset, sample: Dataset) -> None:
    assert dimension(table, "when:week") == Dimension("when", "week") and str(Dimension("when", "week")) == "when:week"
    assert str(dimension(sample, "source")) == "source"
    for by in choices(sample):
        assert dimension(sample, str(by)) == by
    assert [str(by) for by in choices(sample)][:3] == ["source", "annotator", "session"]
    assert "is_duplicate_extra" in map(str, choices(sample)) and "duplicate_group" not in map(str, choices(sample))
    assert "rejected_tokens" not in map(str, choices(sample))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nope", "no column 'nope' to cut by; it can be cut by: "),
        ("words:week", "words cannot be cut by week; it can be cut by: value."),
        ("day:hour", "day cannot be cut by hour; it can be cut by: day, week, month."),
        ("words:fortnight", "no column 'words:fortnight'"),
        ("span", "span holds Duration"),
    ],
)
def test_a_dimension_that_does_not_fit_says_why(table: Dataset, text: str, said: str) -> None:
    with pytest.raises(SlicingError, match=said.replace("(", r"\(")):
        dimension(table, text)


def test_too_many_times_say_which_cut_is_coarser(tmp_path: Path) -> None:
    hours = [datetime(2024, 1, 1) + timedelta(hours=i) for i in range(1001)]
    dataset = opened(tmp_path, {"t": hours, "n": list(range(1001))})
    with pytest.raises(SlicingError, match="1,001 slices, at most 1,000 are shown; cut it by day or week or month"):
        split(dataset, Dimension("t", "hour"))
    with pytest.raises(SlicingError, match="more slices|slices with rows"):
        cut(dataset, "t:day,n:value", ["n"], limit=1000)


# Measures


def test_measures_are_found_and_named(sample: Dataset, table: Dataset) -> None:
    found = {of.name: of for of in measures(sample)}
    assert found["empty_response"] == Measure("empty_response", "response", "share", "empty responses")
    kinds = {
        name: found[name].kind for name in ("response_tokens", "is_duplicate_extra", "language", "score", "source")
    }
    assert list(kinds.values()) == ["number", "share", "category", "number", "category"]
    assert not found.keys() & {
        "duplicate_group",
        "row_id",
        "id",
        "instruction",
        "rejected_tokens",
        "tags",
        "source_line",
    }
    assert [of.name for of in default_measures(sample)] == [
        "prompt_tokens",
        "response_tokens",
        "score",
        "empty_response",
        "is_duplicate_extra",
        "prompt_language",
    ]
    assert "rows" in [of.name for of in measures(table)] and len(default_measures(table)) > 1
    with pytest.raises(SlicingError, match="no measure 'nope' now; it has: "):
        measure(sample, "nope")


def test_empty_texts_are_those_of_the_filter_with_and_without_lengths(home: Path) -> None:
    dataset = Workspace(home).open([SAMPLE / "instructions.jsonl"])
    of = measure(dataset, "empty_response")
    before = measured(dataset, of).codes
    compute(dataset, dataset.signal("lengths"))
    assert measured(dataset, of).codes.equals(before) and int((before == 1).sum()) == 33


numbers = st.lists(st.one_of(st.none(), st.floats(width=32), st.integers(-3, 3).map(float)), min_size=1, max_size=40)


@given(numbers)
def test_levels_hold_their_values(values: list[float | None]) -> None:
    column = pl.Series(values, dtype=pl.Float64)
    found = in_levels(Measure("x", "x", "number", "x"), column)
    assert (np.diff(found.lows) > 0).all()
    for value, code in zip(values, found.codes, strict=True):
        if value is None or not math.isfinite(value):
            assert code == len(found.lows)
        else:
            assert found.lows[code] == found.highs[code] == value


def test_levels_of_many_values_keep_a_common_one_alone() -> None:
    random = np.random.default_rng(2)
    values = np.concatenate([random.normal(size=30_000), np.zeros(5_000)])
    found = in_levels(Measure("x", "x", "number", "x"), pl.Series(values))
    assert LEVELS - 2000 < len(found.lows) < 2 * LEVELS
    codes = found.codes.to_numpy()
    assert (found.lows[codes] <= values).all() and (values <= found.highs[codes]).all()
    zero = codes[-1]
    assert found.lows[zero] == found.highs[zero] == 0 and (codes == zero).sum() == 5_000


# Tables


def naive(values: pl.Series, inside: np.ndarray) -> dict[str, float]:
    numbers = values.cast(pl.Float64).to_numpy()
    there = np.isfinite(numbers)
    x, y = numbers[inside & there], numbers[~inside & there]
    known = stats.ttest_ind(x, y, equal_var=False)
    interval = known.confidence_interval()
    delta = 2 * stats.mannwhitneyu(x, y).statistic / len(x) / len(y) - 1
    return {
        "rows": len(x),
        "mean": x.mean(),
        "median": float(np.median(x)),
        "rest_mean": y.mean(),
        "difference": x.mean() - y.mean(),
        "low": interval.low,
        "high": interval.high,
        "effect": delta,
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 99), part=st.sampled_from([1.0, 0.6]))
def test_a_table_is_counting_one_by_one(tmp_path_factory: pytest.TempPathFactory, seed: int, part: float) -> None:
    """Also of more distinct values than there are levels: the median exactly, Cliff's delta within 0.001."""
    random = np.random.default_rng(seed)
    n = 9_000
    fine = random.lognormal(3, 2, n)
    fine[random.random(n) < 0.2] = 1.0
    names = random.choice(["a", "b", "c"], n, p=[0.7, 0.29, 0.01])
    whole = random.integers(0, 50, n)
    dataset = opened(tmp_path_factory.mktemp("w"), {"by": names, "fine": fine, "n_whole": whole})
    rows = pl.Series(np.flatnonzero(random.random(n) < part), dtype=pl.UInt32)
    found = cut(dataset, "by", ["fine", "n_whole"], rows)
    for name in ("a", "b", "c"):
        for of, column in (("fine", fine), ("n_whole", whole)):
            got = cell(found, name, of)
            known = naive(pl.Series(column)[rows], names[rows.to_numpy()] == name)
            assert got["effect"] == pytest.approx(known.pop("effect"), abs=1e-3 if of == "fine" else 1e-9)
            assert {f: got[f] for f in known} == pytest.approx(known, rel=1e-6, abs=1e-9)


def test_slices_of_two_dimensions_share_out_the_rows(sample: Dataset) -> None:
    found = cut(sample, "source,score", ["response_tokens"])
    assert int(found.slices["rows"].sum()) == sample.height and not found.overlaps
    for line in found.slices.iter_rows(named=True):
        assert len(sample.rows_of(View(found.filters[line["slice"]]))) == line["rows"]
    squares = heatmap(found, "response_tokens")
    assert squares.height == found.slices.height and squares["a_line"].is_sorted()
    assert squares.columns[:4] == ["slice", "a", "b", "a_line"] and heatmap(found).height == squares.height
    assert int(found.slices["tokens"].sum()) == int(sample.column("row_tokens").sum())


def test_two_lists_make_slices_of_their_pairs(tmp_path: Path) -> None:
    dataset = opened(tmp_path, {"l": [["a", "b"], ["a"], None], "m": [["x"], ["x", "y"], ["y"]], "n": [1, 2, 3]})
    found = cut(dataset, "l,m", ["n"])
    pairs = {(a, b): rows for a, b, rows in found.slices.select("a", "b", "rows").iter_rows()}
    assert pairs == {("a", "x"): 2, ("a", "y"): 1, ("b", "x"): 1, ("(missing)", "y"): 1}
    assert {k: sorted(dataset.rows_of(View(f))) for k, f in found.filters.items()}[0] == [0, 1]
    mixed = cut(dataset, "n,l", ["n"])
    assert int(mixed.slices["rows"].sum()) == 4 and set(mixed.cells["verdict"]) == {"cut by it"}


def test_the_source_with_three_times_as_many_empty_responses_comes_first(sample: Dataset) -> None:
    truth = json.loads((SAMPLE / "TRUTH.json").read_text())["empty_slice"]
    found = cut(sample, "source", ["empty_response"])
    assert found.slices["a"][0] == truth["source"]
    first = cell(found, truth["source"], "empty_response")
    assert first["mean"] == truth["count"] / 160 and first["verdict"] == "telling"
    assert (first["low"], first["high"]) == pytest.approx((0.0158, 0.0983), abs=1e-4)
    rows = sample.rows_of(View().where("source", "eq", truth["source"]))
    told = what_sets_apart(sample, rows, without=["source"])
    assert told[0].sentence == "3.2 times as many empty responses (6.9% against 2.1%)"
    assert [each.verdict for each in told[1:]].count("telling") == 0


def test_a_category_has_the_share_of_its_commonest_value_and_its_own(sample: Dataset) -> None:
    got = cell(cut(sample, "source", ["prompt_language"]), "language_lab", "prompt_language")
    rows = sample.rows_of(View().where("source", "eq", "language_lab"))
    assert got["mean"] == (sample.column("prompt_language").gather(rows) == "en").mean()
    assert got["commonest"] == "en" and got["commonest_share"] == got["mean"] and 0.3 < got["effect"] < 0.5


def test_few_rows_are_said_to_be_few(sample: Dataset, table: Dataset) -> None:
    rows = sample.rows_of(View().where("source", "eq", "support_desk")).head(5)
    found = cut(sample, "annotator", ["score", "empty_response"], rows)
    assert set(found.cells["verdict"]) == {"too few"} and found.slices["surprise"].null_count() == found.slices.height
    one = cut(sample, "source", ["score"], rows.head(1))
    assert one.cells["verdict"].to_list() == ["no rest"] and one.cells["low"].to_list() == [None]
    nothing = cut(table, "flag", ["odd", "whole", "share"])
    assert nothing.cells.filter(pl.col("measure") == "share")["difference"].to_list() == [0, 0, 0]


@pytest.mark.parametrize("kind", ["number", "share", "category"])
def test_a_measure_without_any_value_says_so(table: Dataset, kind: Any) -> None:
    types = {"number": pl.Float64, "share": pl.Boolean, "category": pl.String}
    none = in_levels(Measure("x", "x", kind, "x"), pl.Series([None] * ROWS, dtype=types[kind]))
    flags = split(table, Dimension("flag"))
    found = slice_table(table, all_rows(table), [flags], [none])
    assert set(found.cells["verdict"]) == {"no values"} and found.cells["mean"].null_count() == 3
    assert int(distributions(all_rows(table), flags, none)["rows"].sum()) == 0


def test_no_row_in_view_gives_empty_tables(sample: Dataset) -> None:
    none = all_rows(sample).head(0)
    found = cut(sample, "source,score", ["score", "language"], none)
    assert found.slices.height == found.cells.height == 0
    source = split(sample, dimension(sample, "source"))
    assert distributions(none, source, measured(sample, measure(sample, "score"))).height == 0
    assert what_sets_apart(sample, none)[0].verdict == "no values"


# Distributions


@pytest.mark.parametrize("of", ["score", "response_tokens", "language", "is_duplicate_extra", "language_confidence"])
def test_distributions_count_each_row_with_a_value_once(sample: Dataset, of: str) -> None:
    each, rows = measured(sample, measure(sample, of)), all_rows(sample).tail(900)
    found = distributions(rows, split(sample, dimension(sample, "source")), each)
    assert int(found["rows"].sum()) == 900 - sample.column(of).gather(rows).null_count()
    assert found.group_by("line").agg(pl.col("share").sum())["share"].to_list() == pytest.approx([1.0] * 7)
    line = found.row(found["rows"].arg_max(), named=True)  # type: ignore[arg-type]
    of_slice = View().where("source", "eq", line["name"])
    inside = (
        of_slice.where(of, "eq", line["label"])
        if line["label"]
        else of_slice.where(of, "range", f"{line['low']}~{line['high']}")
    )
    wanted = set(sample.rows_of(inside)) & set(rows)
    assert len(wanted) == line["rows"]


def test_distributions_of_many_values_and_of_odd_ones(table: Dataset, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    values = random.lognormal(0, 3, 6_000)
    dataset = opened(tmp_path, {"x": values, "g": random.choice(["a", "b"], 6_000)})
    each = measured(dataset, measure(dataset, "x"))
    assert is_skewed(each)
    found = distributions(all_rows(dataset), split(dataset, Dimension("g")), each)
    for line in found.filter(pl.col("rows") > 100).iter_rows(named=True):
        inside = View().where("g", "eq", line["name"]).where("x", "range", f"{line['low']}~{line['high']}")
        assert len(dataset.rows_of(inside)) == line["rows"]
    for of in ("odd", "share", "whole", "price"):
        each = measured(table, measure(table, of))
        distributions(all_rows(table), split(table, Dimension("flag")), each)


# Two sides


def told(found: list[Apart], name: str) -> Apart:
    return next(each for each in found if each.measure.name == name)


def test_measures_with_words_of_their_own_read_as_sentences() -> None:
    pairs = Measure("is_pair_degenerate", "is_pair_degenerate", "share", OWN_WORDS["is_pair_degenerate"])
    told = sentence(pairs, None, Sides(0.5, 0.1, None, None, None, None, None))
    assert told == "5.0 times as many pairs with one answer the beginning of the other (50% against 10%)"


def test_equal_figures_are_neither_higher_nor_lower() -> None:
    turns = Measure("turns", "turns", "number", "turns")
    same = Sides(2.0, 2.0, 2.0, 2.0, -0.1, 0.1, 0.0)
    assert sentence(turns, None, same) == "turns is the same on average (2)"
    assert sentence(turns, None, same._replace(effect=0.1)) == "turns tends to be higher (on average 2 against 2)"


def test_what_sets_apart_says_it_in_sentences(tmp_path: Path) -> None:
    n = 400
    half = [i < n // 2 for i in range(n)]
    dataset = opened(
        tmp_path,
        {
            "prompt": ["Say it."] * n,
            "response": [
                ("word " * (10 + i % 5)).strip() if h else ("word " * (4 + i % 5)).strip() for i, h in enumerate(half)
            ],
            "is_bad": [(h and i % 2 == 0) or i % 20 == 19 for i, h in enumerate(half)],
            "language": ["fr" if h and i % 4 else "en" for i, h in enumerate(half)],
            "never": [False if h else i % 2 == 0 for i, h in enumerate(half)],
            "level": [i % 7 + 2.0 * h for i, h in enumerate(half)],
            "spiked": [float(i % 3 + h) + (1e6 if i in (7, 307) else 0) for i, h in enumerate(half)],
            "flat": [1] * n,
        },
    )
    compute(dataset, dataset.signal("lengths"))
    found = what_sets_apart(dataset, pl.Series(range(n // 2), dtype=pl.UInt32))
    said = {each.measure.name: each.sentence for each in found}
    assert said["response_words"] == "responses are 6 words longer on average (12 against 6)"
    assert said["is_bad"] == "11.0 times as often “is bad” (55% against 5%)"
    assert said["language"] == "75% have language “fr” against 0%"
    assert said["never"] == "“never” never (0% against 50%)"
    assert said["level"] == "level is 1.95 higher on average (4.97 against 3.02)"
    assert said["spiked"] == "the median of spiked is 2 against 1"
    assert "response_chars" not in said and told(found, "flat").verdict == "not telling"
    assert told(found, "flat").difference == 0 and told(found, "is_bad").as_dict()["measure"] == "is_bad"
    order = [each.verdict == "telling" for each in found]
    assert order == sorted(order, reverse=True)
    assert "language" not in [
        each.measure.name for each in what_sets_apart(dataset, all_rows(dataset), without=["language"])
    ]


def test_two_views_of_one_dataset_and_of_two(tmp_path: Path, sample: Dataset) -> None:
    rows = sample.rows_of(View().where("source", "eq", "web_crawl"))
    others = sample.rows_of(View().where("source", "ne", "web_crawl"))
    in_one = compare(sample, rows, sample, others)
    assert told(in_one, "empty_response").sentence == "3.2 times as many empty responses (6.9% against 2.1%)"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    here = opened(tmp_path / "a", {"x": list(range(100)), "kind": ["p", "q"] * 50, "only": [1] * 100})
    there = opened(tmp_path / "b", {"x": [v + 10.5 for v in range(60)], "kind": ["q", "r"] * 30})
    found = compare(here, all_rows(here), there, all_rows(there).tail(40))
    assert {each.measure.name for each in found} == {"x", "kind"}
    x = told(found, "x")
    assert (x.rows, x.other_rows, x.mean, x.other_mean, x.median, x.other_median) == (100, 40, 49.5, 50.0, 49.5, 50.0)
    assert told(found, "kind").category in ("p", "r") and told(found, "kind").effect == pytest.approx(0.7, abs=0.1)


# The command


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["slices", *arguments])


def test_the_command_says_the_same(home: Path) -> None:
    path = str(SAMPLE / "instructions.jsonl")
    found = run(path, "--by", "source", "--measure", "empty_response", "--json")
    answer = json.loads(found.stdout)
    assert (answer["by"], answer["rows"], len(answer["slices"])) == (["source"], 1200, 7)
    first = answer["slices"][0]
    assert first["slice"] == {"source": "web_crawl"} and first["where"] == ["source~eq~web_crawl"]
    assert first["measures"]["empty_response"]["mean"] == 0.06875 and first["rows"] == 160
    assert set(first["measures"]["empty_response"]) >= {"mean", "median", "difference", "low", "high", "effect"}
    two = json.loads(run(path, "--by", "source,score:value", "--where", "source~eq~tutor", "--json").stdout)
    assert two["rows"] == 241 and [s["slice"]["source"] for s in two["slices"]] == ["tutor"] * 5
    assert "web_crawl" in run(path, "--by", "source").stdout


@pytest.mark.parametrize(
    ("arguments", "wrong", "said"),
    [
        (["--by", "nope"], SlicingError, "no column 'nope' to cut by"),
        (["--by", "source", "--measure", "nope"], SlicingError, "no measure 'nope'"),
        (["--by", "source,source"], UsageError, "--by names"),
        (["--by", "a,b,c"], UsageError, "--by names"),
        (["--by", ","], UsageError, "--by names"),
    ],
)
def test_the_command_refuses_what_is_not_there(
    home: Path, arguments: list[str], wrong: type[ValueError], said: str
) -> None:
    found = run(str(SAMPLE / "instructions.jsonl"), *arguments)
    assert type(found.exception) is wrong and said in str(found.exception)
