"""Is a worse rate seen, and is growth never punished?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from analysis.contract import Contract, ContractResult, RuleResult, compare, read_baseline
from analysis.contract.baseline import MARGIN, p_of_worse
from analysis.contract.contract import Rule
from analysis.errors import ContractError
from tests.contract.rules import PATH, limits


def result_of(rows: int | None, of: int, accepted: int = 0, measure: str = "", **keys: Any) -> ContractResult:
    rule = Rule("r", "formatted", "error", limits(**(keys or {"max_share": 1.0})), 1, measure=measure)
    contract = Contract("c", PATH, rules=(rule,))
    return ContractResult(contract, "d", of, (RuleResult(rule, "pass", rows, of, accepted),), "2026-01-01")


def worse(before: ContractResult, now: ContractResult) -> bool:
    return bool(compare(now, json.loads(json.dumps(before.as_dict()))).regressions)


@pytest.mark.parametrize(
    ("before", "now", "is_worse"),
    [
        ((50, 1000), (102, 2000), False),  # 5% to 5.1%
        ((50, 1000), (180, 2000), True),  # 5% to 9%
        ((50, 1000), (50, 1000), False),
        ((50, 1000), (500, 10_000), False),  # ten times as many rows at the same rate
        ((180, 2000), (50, 1000), False),  # better
        ((0, 1000), (0, 2000), False),
        ((0, 100), (1, 100), False),  # one row is chance
        ((10_000, 1_000_000), (14_000, 1_000_000), False),  # certain, but less than half a percentage point
        ((10_000, 1_000_000), (16_000, 1_000_000), True),
        ((0, 1000), (1000, 1000), True),
        ((1000, 1000), (1000, 1000), False),
    ],
)
def test_a_rate_is_worse_by_a_test_and_a_margin(before: tuple[int, int], now: tuple[int, int], is_worse: bool) -> None:
    assert worse(result_of(*before), result_of(*now)) == is_worse


def test_for_a_minimum_fewer_rows_are_worse() -> None:
    assert worse(result_of(900, 1000, min_share=0.5), result_of(800, 1000, min_share=0.5))
    assert not worse(result_of(800, 1000, min_share=0.5), result_of(900, 1000, min_share=0.5))


def test_accepted_rows_count_on_neither_side() -> None:
    assert not worse(result_of(50, 1000), result_of(180, 2000, accepted=80))
    assert worse(result_of(180, 2000, accepted=80), result_of(180, 2000))


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_p_is_that_of_the_pooled_z_test(of_before: int, of: int, data: st.DataObject) -> None:
    before, now = data.draw(st.integers(0, of_before)), data.draw(st.integers(0, of))
    pooled = (before + now) / (of_before + of)
    if 0 < pooled < 1:
        error = (pooled * (1 - pooled) * (1 / of_before + 1 / of)) ** 0.5
        expected = norm.sf((now / of - before / of_before) / error)
        assert p_of_worse(before, of_before, now, of) == pytest.approx(expected, abs=1e-9)
    else:
        assert p_of_worse(before, of_before, now, of) == 1.0


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 50))
def test_the_same_rate_of_more_rows_is_never_worse(rows: int, of: int, times: int) -> None:
    rows = min(rows, of)
    assert not worse(result_of(rows, of), result_of(rows * times, of * times))
    assert MARGIN > 0


def test_what_has_no_rate_is_not_compared_and_named() -> None:
    number = result_of(None, 40, measure="rows")
    old = {"rules": [{"name": "gone", "rows": 1, "of": 2, "accepted": 0}]}
    compared = compare(number, old)
    assert compared.changes == ()
    assert compared.not_compared == (
        "r: it is not in the baseline.",
        "gone: the contract has no such rule any more.",
    )
    assert compare(number, number.as_dict()).not_compared == ("r: it is about a number, which has no rate.",)
    assert compare(result_of(0, 0), result_of(1, 5).as_dict()).not_compared == ("r: it looked at no row now.",)
    assert compare(result_of(1, 5), result_of(0, 0).as_dict()).not_compared == (
        "r: it looked at no row in the baseline.",
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "is no JSON"),
        ("[]", "it has no list of rules"),
        ('{"rules": 3}', "it has no list of rules"),
        ('{"rules": [3]}', "a rule has no name"),
        ('{"rules": [{"name": "a", "rows": "3", "of": 4}]}', "rows and of of the rule 'a' are no whole numbers"),
        ('{"rules": [{"name": "a", "rows": 5, "of": 4}]}', "more rows than it looked at"),
        ('{"rules": [{"name": "a", "rows": 3, "of": 4, "accepted": 4}]}', "accepted of the rule 'a'"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_baseline_that_is_none_is_one_line(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ContractError) as error:
        read_baseline(path)
    assert part in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(ContractError, match="cannot be read"):
        read_baseline(tmp_path / "none.json")
