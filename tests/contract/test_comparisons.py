"""Are limits read and compared as dbt does, and do intervals decide only what they can?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contract.comparisons import MEANINGS, Comparison, comparison
from analysis.contract.judging import Counted, status_of
from analysis.contract.lines import line_of_key, table_lines
from analysis.contract.rules import rule_of
from analysis.errors import ContractError
from tests.contract.rules import PATH, limits


@pytest.mark.parametrize(
    ("text", "op", "bounds", "of"),
    [
        (">10", ">", (10,), "rows"),
        (" >= 1% ", ">=", (0.01,), "share"),
        ("!= 0", "!=", (0,), "rows"),
        ("<>0", "!=", (0,), "rows"),
        ("==3", "=", (3,), "rows"),
        ("=0.7%", "=", (0.007,), "share"),
        ("between 10 and 20", "between", (10, 20), "rows"),
        ("BETWEEN 1% AND 2.5%", "between", (0.01, 0.025), "share"),
    ],
)
def test_a_condition_is_read(text: str, op: str, bounds: tuple[float, ...], of: str) -> None:
    assert comparison(text) == Comparison(op, bounds, of)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "> ten",
        ">-1",
        "~ 3",
        ">1 and <3",
        "between 1 and",
        "between 1% and 3",
        "between 20 and 10",
        ">1e999",
        f">{'9' * 400}",
        "!3",
    ],
)
def test_what_is_no_condition_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(ContractError) as error:
        comparison(text)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


# dbt's documentation: severity error looks at error_if first, then at warn_if; severity warn at warn_if only.
@pytest.mark.parametrize(
    ("rows", "severity", "conditions", "status"),
    [
        (0, "error", {"error_if": ">10", "warn_if": ">0"}, "pass"),
        (1, "error", {"error_if": ">10", "warn_if": ">0"}, "warn"),
        (10, "error", {"error_if": ">10", "warn_if": ">0"}, "warn"),
        (11, "error", {"error_if": ">10", "warn_if": ">0"}, "fail"),
        (11, "warn", {"error_if": ">10", "warn_if": ">0"}, "warn"),
        (0, "warn", {"error_if": ">10"}, "pass"),
        (1, "warn", {"error_if": ">10"}, "warn"),
        (1, "error", {"error_if": ">10"}, "warn"),
        (0, "error", {"error_if": ">10"}, "pass"),
        (3, "error", {"warn_if": ">10"}, "fail"),
        (0, "error", {"warn_if": ">10"}, "pass"),
        (15, "error", {"error_if": "between 10 and 20", "warn_if": ">0"}, "fail"),
        (21, "error", {"error_if": "between 10 and 20", "warn_if": ">0"}, "warn"),
        (10, "error", {"error_if": ">= 1%", "warn_if": ">= 0.5%"}, "fail"),
        (9, "error", {"error_if": ">= 1%", "warn_if": ">= 0.5%"}, "warn"),
        (4, "error", {"error_if": ">= 1%", "warn_if": ">= 0.5%"}, "pass"),
    ],
)
def test_severity_and_conditions_are_those_of_dbt(
    rows: int, severity: str, conditions: dict[str, str], status: str
) -> None:
    assert status_of(limits(severity=severity, **conditions), Counted(rows, 1000, 1000, False)) == status


@pytest.mark.parametrize(
    ("rows", "of", "given_limits", "status"),
    [
        (33, 1200, {"max_share": 0.03}, "pass"),
        (33, 1200, {"max_share": 0.02}, "fail"),
        (33, 1200, {"max_share": 0.0275}, "pass"),
        (1, 1000, {"max_share": 0.001}, "pass"),
        (7, 1000, {"max_share": 0.007}, "pass"),
        (0, 5, {}, "pass"),
        (1, 5, {}, "fail"),
        (2, 5, {"max_rows": 2}, "pass"),
        (3, 5, {"max_rows": 2, "max_share": 0.9}, "fail"),
        (4, 5, {"min_rows": 5}, "fail"),
        (5, 5, {"min_rows": 5}, "pass"),
        (1, 5, {"min_share": 0.2}, "pass"),
        (1, 6, {"min_share": 0.2}, "fail"),
        (3, 5, {"severity": "warn"}, "warn"),
    ],
)
def test_a_limit_is_kept_or_broken(rows: int, of: int, given_limits: dict[str, object], status: str) -> None:
    assert status_of(limits(**given_limits), Counted(rows, of, of, False)) == status


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.0, 0.001, 0.007, 0.1, 0.25, 0.3, 1.0]))
def test_a_share_that_equals_its_limit_keeps_it(rows: int, of: int, share: float) -> None:
    """Shares are compared as fractions: rounding never breaks a limit that is reached exactly."""
    rows = min(rows, of)
    thousandths = round(share * 1000)
    expected = "fail" if rows * 1000 > thousandths * of else "pass"
    assert status_of(limits(max_share=share), Counted(rows, of, of, False)) == expected


@given(
    st.sampled_from([*MEANINGS, "between"]),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_an_interval_is_decided_only_where_each_number_in_it_agrees(
    op: str, bounds: tuple[int, int], interval: tuple[int, int]
) -> None:
    low, high = sorted(interval)
    limit = Comparison(op, tuple(map(float, bounds if op == "between" else bounds[:1])))
    answers = {limit.holds(number / 4) for number in range(4 * low, 4 * high + 1)}
    assert limit.holds_between(low, high) == (answers.pop() if len(answers) == 1 else None)


@pytest.mark.parametrize(
    ("rows", "of", "given_limits", "status"),
    [
        (0, 1000, {"max_share": 0.05}, "pass"),  # 0 to 0.4%
        (200, 1000, {"max_share": 0.05}, "fail"),  # 17.6% to 22.6%
        (50, 1000, {"max_share": 0.05}, "unknown"),  # 3.8% to 6.5%
        (0, 1000, {}, "unknown"),  # no faulty row in a sample says nothing of the others
        (1, 1000, {}, "fail"),  # one faulty row is one too many, whatever the others are
        (30, 1000, {"max_rows": 20}, "fail"),
        (0, 1000, {"max_rows": 5000}, "pass"),  # at most 0.4% of a million
        (900, 1000, {"min_share": 0.5}, "pass"),
        (500, 1000, {"min_share": 0.5}, "unknown"),
        (0, 1000, {"max_share": 0.05, "severity": "warn"}, "pass"),
        (50, 1000, {"max_share": 0.05, "severity": "warn"}, "unknown"),
    ],
)
def test_a_sample_decides_by_its_interval(rows: int, of: int, given_limits: dict[str, object], status: str) -> None:
    assert status_of(limits(**given_limits), Counted(rows, of, 1_000_000, True)) == status


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ({"max_rows": -1}, "max_rows is -1; it must be from 0 to 1e+15"),
        ({"max_rows": 1.5}, "max_rows is a number (1.5); write a whole number"),
        ({"max_rows": True}, "max_rows is true or false (True); write a whole number"),
        ({"max_share": 1.01}, "a share is from 0 to 1"),
        ({"max_share": float("nan")}, "max_share is nan; write a number under 1e+15"),
        ({"max_rows": 10**400}, "max_rows is 1000"),
        ({"min_share": 10**400}, "write a number under 1e+15"),
        ({"signal": {"a\nb": 3}}, "signal.a\\nb is a whole number"),
        ({"max_share": "1%"}, "max_share is a text (1%); write a number"),
        ({"at_least": 3}, "at_least does not go with where"),
        ({"error_if": ">3", "max_rows": 2}, "write one kind of limit"),
        ({"error_if": "many"}, "'many' is no condition"),
        ({"max_row": 3}, "it has no key 'max_row'; its keys are: max_rows"),
        ({"severity": "info"}, "severity is 'info'"),
        ({"by": "source"}, "by goes with measure"),
        ({"sample": 0}, "sample is 0; it must be from 1 to 1e+15"),
        ({"where": []}, "where names no filter"),
        ({"where": "a"}, "Cannot read the filter 'a'"),
        ({"where": ["a~near~3"]}, "Unknown operator 'near'"),
        ({"where": ["a~!eq~3"]}, "switched off"),
        ({"where": ["a~re~("]}, "Cannot read the regular expression"),
        ({"where": [3]}, "where holds a whole number (3); each entry is a text"),
        ({"finding": "leaks"}, "it has where and finding"),
        ({"characteristic": "uniqe"}, "characteristic is 'uniqe'; it can be unique"),
        ({"characteristic": ""}, "it has no characteristic"),
        ({"name": ""}, "name is empty"),
        ({"owner": 3}, "owner is a whole number (3); write a text"),
        ({"signal": {"trainer": 3}}, "signal.trainer is a whole number"),
    ],
)
def test_what_is_wrong_in_a_rule_is_one_line_with_its_place(table: dict[str, object], part: str) -> None:
    rule = {"name": "no gaps", "characteristic": "formatted", "where": ["a~null"], **table}
    if rule["characteristic"] == "":
        del rule["characteristic"]
    with pytest.raises(ContractError) as error:
        rule_of(rule, 7, PATH)
    text = str(error.value)
    assert part in text and text.startswith("winnow.toml, line 7, rule ") and "\n" not in text


@given(
    st.lists(
        st.sampled_from(
            [
                "[[rule]]",
                "x = '''\n[[rule]]\n'''",
                'y = """a\\"""\n[[rule]]"""',
                "# [[rule]]",
                "z = ['''[[rule]]''']",
                "[contract]",
                "",
            ]
        )
    )
)
def test_the_lines_of_tables_are_those_of_the_file(pieces: list[str]) -> None:
    """Brackets in texts and comments are no tables; the truth is counted piece by piece."""
    expected, line = [], 1
    for piece in pieces:
        expected += [line] if piece == "[[rule]]" else []
        line += piece.count("\n") + 1
    assert table_lines("\n".join(pieces)).get("rule", []) == expected


def test_the_line_of_a_key() -> None:
    assert line_of_key("a = 1\n\n  presets = ['x']\n", "presets") == 3
    assert line_of_key("a = {presets = 1}", "presets") == 1
