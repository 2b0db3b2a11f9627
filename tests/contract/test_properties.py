"""What holds for every contract: findings and rules count the same rows, and no text ends with another error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.contract import Contract, check, fit
from analysis.contract.contract import Rule
from analysis.contract.rules import rule_of
from analysis.errors import ContractError
from analysis.findings import outcomes
from analysis.workspace import Workspace
from tests.contract.rules import PATH, contract, limits
from tests.contract.test_contract_files import WHOLE

QUICK = ("lengths", "structure", "exact_duplicates", "conflicts", "repetition", "formatting", "prompt_format")
KEYS = (
    "name", "characteristic", "severity", "owner", "where", "finding", "measure", "at_least", "at_most", "by", "max_rows",
    "max_share", "min_rows", "min_share", "warn_if", "error_if", "ignore_tags", "allow_unknown", "signal", "sample",
    "seed", "needs", "to_do", "more",
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "formatted",
            "warn",
            "response~blank",
            "a~re~(",
            "a~within~1,2",
            "exact_duplicates",
            "mean(score)",
            ">10",
            "x\ny",
        ]
    ),
    st.lists(st.one_of(st.text(max_size=4), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=4), st.one_of(st.integers(), st.dictionaries(st.text(max_size=3), st.integers()))),
)


@pytest.mark.parametrize("name", ["preferences", "chats"])
def test_a_rule_on_a_finding_counts_what_the_finding_counts(home: Path, name: str) -> None:
    dataset = Workspace().dataset(f"sample_data/{name}.jsonl")
    for signal in QUICK:
        compute(dataset, dataset.signal(signal))
    rules = tuple(Rule(each.name, "formatted", "error", limits(), 1, finding=each.name) for each in CATALOGUE.checks)
    results = check(dataset, Contract("c", PATH, rules=rules)).rules
    by_name = {result.rule.name: result for result in results}
    compared = 0
    for outcome in outcomes(dataset):
        result = by_name[outcome.check.name]
        if outcome.state == "done":
            rows = outcome.finding.rows if outcome.finding else 0
            assert (result.rows, result.of) == (rows, outcome.looked_at), outcome.check.name
            assert result.status == ("fail" if rows else "pass")
            compared += 1
        else:
            assert result.status == "unknown" and result.why.endswith(".") and result.to_do, outcome.check.name
    assert compared > 20


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_table_is_a_rule_or_an_error_of_one_line(table: dict[str, Any]) -> None:
    try:
        rule = rule_of({"name": "r", "characteristic": "formatted", "where": ["a~null"], **table}, 3, PATH)
    except ContractError as error:
        assert "\n" not in str(error) and str(error).startswith("winnow.toml, line 3, rule")
    else:
        assert rule.limits.words and rule.limits.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 5), st.text(max_size=3)), min_size=1, max_size=4))
def test_any_text_is_a_contract_or_an_error_of_one_line(tmp_path: Path, edits: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for place, removed, added in edits:
        text = text[:place] + added + text[place + removed :]
    try:
        read = contract(tmp_path, text)
    except ContractError as error:
        assert "\n" not in str(error) and "winnow.toml" in str(error)
    except UnicodeEncodeError:
        pass  # a text that no file can hold
    else:
        assert all(rule.line >= 1 for rule in read.rules)


def test_a_rule_is_judged_alone(home: Path, tmp_path: Path) -> None:
    """The result of a rule does not depend on the rules beside it or on their order."""
    dataset = Workspace().dataset("sample_data/preferences.jsonl")
    compute(dataset, dataset.signal("lengths"))
    texts = [
        f'[[rule]]\nname = "{n}"\ncharacteristic = "formatted"\nwhere = ["{column}_words~ge~{n}"]\nmax_share = 0.5\n'
        for n, column in enumerate(("prompt", "response", "rejected", "row") * 3)
    ]
    together = check(dataset, contract(tmp_path, "".join(texts))).rules
    backwards = check(dataset, contract(tmp_path, "".join(reversed(texts)))).rules[::-1]
    alone = [check(dataset, contract(tmp_path, text)).rules[0] for text in texts]
    for results in (backwards, alone):
        assert [(r.status, r.rows, r.of) for r in results] == [(r.status, r.rows, r.of) for r in together]
    assert len(fit(contract(tmp_path, "".join(texts)), dataset)) == 12
