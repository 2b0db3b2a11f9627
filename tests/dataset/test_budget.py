"""Which signals are chosen under a number of seconds?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.computing import budget, compute, estimate
from analysis.computing.budget import Cost, fitting
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.commands import Run, runner

ROWS = "".join(json.dumps({"prompt": f"Say {n} now.", "response": f"{n} is it."}) + "\n" for n in range(60))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS)
    return path


@pytest.fixture
def dataset(file: Path) -> Dataset:
    return Workspace().open([file])


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        (0, []),
        (2, []),
        (3, ["b"]),
        (7, ["b"]),
        (8, ["b", "a"]),
        (17, ["b", "a"]),
        (18, ["b", "a", "c"]),
        (100, ["b", "a", "c"]),
    ],
)
def test_the_cheapest_come_first_as_long_as_they_fit(seconds: float, chosen: list[str]) -> None:
    costs = {"a": Cost(5), "b": Cost(3), "c": Cost(10), "not tried": Cost(None)}
    assert fitting(costs, seconds) == chosen


def test_what_is_declared_cheap_comes_before_what_only_seems_so() -> None:
    costs = {"a": Cost(1), "b": Cost(4, is_first=True), "c": Cost(6, is_first=True)}
    assert fitting(costs, 11) == ["b", "c", "a"]
    assert fitting(costs, 9) == ["b", "a"], "c does not fit after b"


def test_needs_are_chosen_before_and_nothing_without_them() -> None:
    costs = {"groups": Cost(1, needs=("pairs",)), "pairs": Cost(50), "other": Cost(20)}
    assert fitting(costs, 100) == ["other", "pairs", "groups"]
    assert fitting(costs, 60) == ["other"]
    assert fitting(costs | {"pairs": Cost(None)}, 100) == ["other"]


def test_of_equal_costs_the_first_listed_is_taken() -> None:
    assert fitting({"z": Cost(5), "a": Cost(5)}, 5) == ["z"]


@st.composite
def costs(draw: st.DrawFn) -> dict[str, Cost]:
    """Up to eight signals, each of which needs some of those before it."""
    drawn: dict[str, Cost] = {}
    for n in range(draw(st.integers(0, 8))):
        seconds = draw(st.one_of(st.none(), st.integers(0, 20)))
        needs = tuple(draw(st.sets(st.sampled_from(list(drawn)), max_size=2))) if drawn else ()
        drawn[f"s{n}"] = Cost(seconds, needs, draw(st.booleans()))
    return drawn


@given(costs(), st.integers(0, 60))
def test_never_more_than_the_budget_never_less_than_it_allows(given: dict[str, Cost], seconds: int) -> None:
    chosen = fitting(given, seconds)
    spent = sum(given[name].seconds or 0 for name in chosen)
    assert spent <= seconds and len(set(chosen)) == len(chosen)
    for place, name in enumerate(chosen):
        assert given[name].seconds is not None and set(given[name].needs) <= set(chosen[:place])
    for name, cost in given.items():
        if name not in chosen and cost.seconds is not None and set(cost.needs) <= set(chosen) and spent < seconds:
            assert cost.seconds > seconds - spent, f"{name} would have fitted"
    enough = sum(cost.seconds or 0 for cost in given.values()) + 1
    assert set(chosen) <= set(fitting(given, enough)), "a large budget has what a small one has"


def test_a_trial_of_what_needs_others_computes_them_for_its_few_rows(dataset: Dataset) -> None:
    groups = dataset.signal("near_groups")
    assert "near_pairs" in budget.needed(dataset, groups)
    assert budget.try_some(dataset, groups) is not None
    assert not dataset.has(dataset.signal("near_pairs"))
    assert estimate(dataset, groups) is not None and estimate(dataset, dataset.signal("near_pairs")) is None
    assert budget.seconds_of(dataset, [groups]) is None, "what it needs was not tried"
    tried = [budget.try_some(dataset, dataset.signal(name)) for name in budget.needed(dataset, groups)]
    costs = [*tried, estimate(dataset, groups)]
    assert None not in costs
    assert budget.seconds_of(dataset, [groups]) == pytest.approx(sum(cost for cost in costs if cost is not None))


def test_what_is_computed_counts_and_so_a_second_call_gives_no_others(dataset: Dataset) -> None:
    names = ("lengths", "structure", "repetition")
    for name, seconds in zip(names, (4, 5, 6), strict=True):
        signal = dataset.signal(name)
        (dataset.folder / f"{signal.key}.estimate.json").write_text(json.dumps({"seconds": seconds, "rows": 1}))
    signals = list(map(dataset.signal, names))
    for _ in range(2):
        chosen = []
        for signal in budget.within(dataset, signals, 10):
            compute(dataset, signal)
            chosen.append(signal.name)
        assert chosen == ["lengths", "structure"]
    assert [dataset.has(signal) for signal in signals] == [True, True, False]
    assert budget.seconds_of(dataset, signals) == 6


def test_nothing_on_request_is_computed_by_itself(dataset: Dataset) -> None:
    names = {signal.name for signal in budget.by_itself(dataset)}
    assert {"verb_noun", "near_groups", "language"} <= names
    assert not names & dataset.catalogue.on_request


def test_the_command_computes_what_fits_and_lists_the_rest(run: Run, file: Path, dataset: Dataset) -> None:
    for signal in dataset.signals():
        seconds = 1 if signal.name in ("lengths", "times") else 500
        (dataset.folder / f"{signal.key}.estimate.json").write_text(json.dumps({"seconds": seconds, "rows": 1}))
    answer = run("compute", file, "--within", "10", "--json").json
    assert [one["name"] for one in answer["signals"]] == ["lengths", "times"]
    left = {one["name"]: one["seconds"] for one in answer["left_out"]}
    assert left["tokens"] == 500 and not {"lengths", "named_entities"} & set(left)
    assert "tokens: left out, about 500 s" in run("compute", file, "--within", "10").out.splitlines()
    nothing = run("compute", file, "--within", "0")
    assert nothing.code == 2 and "nothing fits into 0 seconds" in nothing.err
    both = run("compute", file, "--within", "5", "--trial")
    assert both.code == 2 and "leave out one of them" in both.err
