"""Does the rule for each kind of planted fault name its rows as exactly as the page on precision says?"""

from __future__ import annotations

import re

import pytest

from analysis.workspace import Workspace
from benchmarks.precision import BEGIN, END, PAGE, Measured, measured, truth
from benchmarks.precision_rules import RULES, Rule

QUICK = [rule for rule in RULES if not rule.model]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> list[Measured]:
    return measured(Workspace(tmp_path_factory.mktemp("home")), QUICK)


def written() -> list[str]:
    """The lines of the table on the page."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip().splitlines()[2:]


def test_every_kind_has_a_rule() -> None:
    assert {rule.kind for rule in RULES} == set(truth())
    assert len(truth()) == 64


def test_the_page_says_what_is_measured(held: list[Measured]) -> None:
    of_model = [n for n, rule in enumerate(RULES) if rule.model]
    lines = written()
    assert len(lines) == len(RULES)
    assert [line for n, line in enumerate(lines) if n not in of_model] == [each.line for each in held]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.structural], ids=lambda rule: rule.title)
def test_a_structural_kind_is_named_exactly(held: list[Measured], rule: Rule) -> None:
    one = next(each for each in held if each.rule == rule)
    assert one.wanted > 0
    assert (one.precision, one.recall) == (1.0, 1.0), one.line


def test_what_only_looks_like_personal_data_is_not_named(held: list[Measured]) -> None:
    near = next(each for each in held if each.rule.kind == "personal_data_near_misses")
    assert (near.named, near.wanted) == (0, 14)


def test_a_rule_that_is_not_exact_says_why(held: list[Measured]) -> None:
    assert [each.rule.title for each in held if (each.precision, each.recall) != (1.0, 1.0) and not each.rule.why] == []


def test_no_rule_lists_rows() -> None:
    """A rule is by what rows are, never by which they are: it would be exact on any data."""
    for rule in RULES:
        assert not any(re.match(r"(source_line|id|row_id)~(eq|in)~", text) for text in rule.where), rule.title


@pytest.mark.usefixtures("model")
def test_the_rule_that_needs_the_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    of_model = [rule for rule in RULES if rule.model]
    lines = [each.line for each in measured(Workspace(tmp_path_factory.mktemp("model")), of_model)]
    assert lines and set(lines) <= set(written())
