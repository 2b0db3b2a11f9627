"""Does a check come to the answers that can be counted by hand, and is nothing looked at never a pass?"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.contract import RuleResult, contract_path, fit
from analysis.errors import ContractError
from analysis.signal import ROW_ID
from analysis.workspace import Workspace
from tests.contract.conftest import Checked, Opened
from tests.contract.rules import contract

ROWS: list[dict[str, Any]] = [
    {
        "prompt": f"Name town {i}.",
        "response": f"Town {i}." if i % 4 else "",
        "source": "web" if i % 2 else "book",
        "score": i % 5 if i % 10 else None,
    }
    for i in range(40)
]
GAPS = '[[rule]]\nname = "gaps"\ncharacteristic = "formatted"\nwhere = ["response~blank"]\n'
TODAY = datetime.date(2026, 6, 1)


def one(result: Any) -> RuleResult:
    (rule,) = result.rules
    assert isinstance(rule, RuleResult)
    return rule


def numbers(rule: RuleResult) -> tuple[str, int | None, int | None]:
    return rule.status, rule.rows, rule.of


def rule(where: str, more: str = "") -> str:
    return f'[[rule]]\nname = "r"\ncharacteristic = "formatted"\nwhere = [{where}]\n{more}\n'


@pytest.mark.parametrize(
    ("where", "rows", "of"),
    [
        ('"response~blank"', 10, 40),  # asks whether there is a value: every row
        ('"score~ge~4"', 8, 36),  # compares: the rows with a score; 4 of ten are 4 or 9
        ('"score~ge~4", "source~eq~web"', 4, 36),
        ('"score~null"', 4, 40),
        ('"score~ne~1"', 32, 40),  # a missing score is another than 1, as on every page: it is looked at
        ('"*~has~town 1"', 11, 40),
        ('"prompt_words~eq~3"', 40, 40),  # a signal that is computed on the way
        ('"tags~has~x"', 0, 40),
    ],
)
def test_rows_and_denominators(opened: Opened, checked: Checked, where: str, rows: int, of: int) -> None:
    assert numbers(one(checked(opened(ROWS), rule(where)))) == ("fail" if rows else "pass", rows, of)


def test_the_rows_are_those_of_the_view(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    result = one(checked(dataset, rule('"score~ge~4", "source~eq~web"')))
    assert result.faulty is not None
    assert [i for i, r in enumerate(ROWS) if r["source"] == "web" and (r["score"] or 0) >= 4] == result.faulty.to_list()
    assert (result.share, result.signals) == (4 / 36, ())


def test_the_known_shares_of_the_sample_data(home: Path, checked: Checked) -> None:
    dataset = Workspace().dataset("sample_data/instructions.jsonl")
    text = '[[rule]]\nname = "{0}"\nfinding = "empty_response"\nmax_share = {0}\n'
    result = checked(dataset, text.format("0.03") + text.format("0.02"))
    assert [numbers(rule) for rule in result.rules] == [("pass", 33, 1200), ("fail", 33, 1200)]
    assert result.rules[0].share == 0.0275 and result.verdict == "fail"
    assert result.rules[0].signals == (dataset.signal("structure").key,)


def test_an_empty_contract_passes_and_says_that_it_has_no_rules(opened: Opened, checked: Checked) -> None:
    result = checked(opened(ROWS), "[contract]\ncharacteristics = ['unique']\n")
    assert result.verdict == "pass"
    assert result.notes == (
        "The contract has no rules: nothing was checked.",
        "No rule is about the characteristic unique.",
    )


# What is not known


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (rule('"rejected~blank"'), "No column has the role rejected."),
        (rule('"rejected_words~ge~3"'), "No column has the role rejected."),
        (rule('"has_truncated_answer~eq~true"'), "No template is chosen."),
        (rule('"is_leak~eq~true"'), "No row has a value in is_leak."),
        (rule('"score~ge~4"', 'needs = ["rejected|text"]'), "No column has the role rejected or text."),
        ('[[rule]]\nname = "r"\nfinding = "prompts_differ"\n', "No column has the role rejected."),
        ('[[rule]]\nname = "r"\nfinding = "untrained"\n', "No template is chosen."),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "consistent"\nmeasure = "krippendorff_alpha"\nat_least = 0.6\n',
            "No column has the role item.",
        ),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "consistent"\nmeasure = "mean(score)"\nat_least = 1\nby = "source"\n',
            "No slice by source has 30 rows.",
        ),
    ],
)
def test_nothing_looked_at_is_unknown_and_fails(opened: Opened, checked: Checked, text: str, why: str) -> None:
    result = checked(opened(ROWS), text)
    assert (one(result).status, one(result).why, result.verdict) == ("unknown", why, "fail")
    assert one(result).to_do and not one(result).of
    allowed = checked(opened(ROWS), f"{text}allow_unknown = true\n")
    assert (one(allowed).status, allowed.verdict) == ("unknown", "warn")
    warns = checked(opened(ROWS), f'{text}severity = "warn"\n')
    assert warns.verdict == "fail", "a rule that only warns has not passed either"


def test_a_signal_that_is_not_computed_is_unknown(opened: Opened, tmp_path: Path) -> None:
    from analysis.contract import check

    result = check(opened(ROWS), contract(tmp_path, rule('"prompt_words~ge~3"')))
    assert (one(result).status, one(result).why) == ("unknown", "lengths is not computed.")


def test_rows_on_which_a_signal_failed_are_not_looked_at(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    assert numbers(one(checked(dataset, rule('"prompt_words~ne~3"')))) == ("pass", 0, 40)
    failed = pl.DataFrame({ROW_ID: dataset.column(ROW_ID).head(3), "failure": ["ValueError"] * 3})
    failed.write_parquet(dataset.table_path(dataset.signal("lengths"), "failures"))
    result = one(checked(opened(ROWS), rule('"prompt_words~ne~3"')))
    assert numbers(result) == ("pass", 0, 37)
    assert result.notes == ("3 rows could not be computed and were not looked at.",)


# What does not exist


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (rule('"respones~blank"'), "has no column 'respones', and no signal adds it; nearest: response"),
        (rule('"score~has~a"'), "score holds number values, which 'has' does not fit"),
        (rule('"score~ge~many"'), "'many' is not"),
        (rule('"score~ge~4"', "signal.lenghts = {}"), "there is no signal 'lenghts'; known: lengths"),
        (
            rule('"score~ge~4"', "signal.tokens = {tokeniser = 'x'}"),
            "tokens has no parameter 'tokeniser'; known: tokenizer",
        ),
        (rule('"score~ge~4"', "signal.tokens = {'' = 'x'}"), "tokens has no parameter ''; known: "),
        (rule('"score~ge~4"', "signal.near_groups = {threshold = 'x'}"), "threshold of near_groups cannot be x"),
        (rule('"score~ge~4"', "signal.trainer = {max_length = 3}"), "signal.trainer names no template"),
        (rule('"score~ge~4"', "signal.trainer = {template = 'chtml'}"), "There is no template 'chtml'"),
        (
            rule('"score~ge~4"', "signal.trainer = {template = 'chatml', max_length = '3'}"),
            "max_length of trainer cannot be '3'",
        ),
        (
            rule('"score~ge~4"', "signal.trainer = {templat = 'chatml'}"),
            "trainer has no parameter 'templat'; known: template",
        ),
        ('[[rule]]\nname = "r"\ncharacteristic = "unique"\nfinding = "copies"\n', "there is no finding 'copies'"),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "men(score)"\nat_least = 1\n',
            "known: mean(COLUMN)",
        ),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "mean"\nat_least = 1\n',
            "needs a column; write mean(COLUMN)",
        ),
        ('[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "rows(score)"\nat_least = 1\n', "takes no column"),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "mean(prompt)"\nat_least = 1\n',
            "prompt holds text values",
        ),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "p95(scor)"\nat_least = 1\n',
            "has no column 'scor'",
        ),
        (
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "rows"\nat_least = 1\nby = "sauce"\n',
            "has no column 'sauce'",
        ),
        ("[contract]\ndataset = 'other-*.jsonl'\n", "is the contract of 'other-*.jsonl', and this is 'rows.jsonl'"),
    ],
)
def test_what_does_not_exist_is_an_error_with_the_nearest_names(
    opened: Opened, tmp_path: Path, text: str, part: str
) -> None:
    with pytest.raises(ContractError) as error:
        fit(contract(tmp_path, text), opened(ROWS))
    assert part in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).startswith("winnow.toml")


def test_a_contract_of_this_dataset_fits(opened: Opened, tmp_path: Path) -> None:
    dataset = opened(ROWS)
    for name in ("rows.jsonl", "r*.jsonl", dataset.id):
        assert fit(contract(tmp_path, f"[contract]\ndataset = '{name}'\n"), dataset) == []


# Accepted rows and tags


def test_accepted_rows_are_counted_and_do_not_break_the_limit(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    faulty = one(checked(dataset, GAPS)).faulty
    assert faulty is not None
    ids = dataset.column(ROW_ID).gather(faulty).to_list()
    accept = '[[accept]]\nrule = "gaps"\nby = "ann"\nreason = "so"\nrows = {}\n'
    every = one(checked(dataset, GAPS + accept.format(ids)))
    assert (every.status, every.rows, every.of, every.accepted) == ("accepted", 10, 40, 10)
    some = one(checked(dataset, GAPS + accept.format(ids[:4])))
    assert (some.status, some.rows, some.accepted, some.counted) == ("fail", 10, 4, 6)
    enough = one(checked(dataset, f"{GAPS}max_rows = 6\n" + accept.format(ids[:4])))
    assert enough.status == "accepted"
    needless = one(checked(dataset, f"{GAPS}max_rows = 10\n" + accept.format(ids[:4])))
    assert needless.status == "pass"


def test_accepted_rows_that_are_gone_or_past_their_day_are_named(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    fine, empty = dataset.column(ROW_ID)[1], dataset.column(ROW_ID)[0]
    text = (
        f'{GAPS}[[accept]]\nrule = "gaps"\nby = "ann"\nreason = "so"\nrows = ["x", "y", "{fine}", "{empty}"]\n'
        f'[[accept]]\nrule = "gaps"\nby = "ben"\nreason = "so"\nrows = ["{dataset.column(ROW_ID)[4]}"]\nuntil = 2026-05-31\n'
    )
    result = one(checked(dataset, text, today=TODAY))
    assert (result.status, result.accepted) == ("fail", 1)
    assert result.notes == (
        "1 row accepted by ben until 2026-05-31 counts again.",
        "2 accepted rows are not in the data any more: edited or removed (x, y).",
        f"1 accepted row no longer counted as faulty ({fine}).",
    )
    last_day = one(checked(dataset, text, today=datetime.date(2026, 5, 31)))
    assert last_day.accepted == 2


def test_rows_accepted_for_a_finding_elsewhere_count_too(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    asked: list[str] = []

    def accepted(finding: str) -> set[str]:
        asked.append(finding)
        return set(dataset.column(ROW_ID))

    text = '[[rule]]\nname = "r"\nfinding = "empty_response"\n'
    result = checked(dataset, text + GAPS, accepted=accepted)
    assert [(r.status, r.rows, r.accepted) for r in result.rules] == [("accepted", 10, 10), ("fail", 10, 0)]
    assert asked == ["empty_response"]


def test_rows_with_an_ignored_tag_do_not_count(opened: Opened, checked: Checked) -> None:
    dataset = opened(ROWS)
    ids = dataset.column(ROW_ID).gather([0, 1, 4])
    tags = pl.DataFrame({ROW_ID: ids, "tags": [["ok"], ["ok", "b"], ["c"]], "disputed_tags": [[], [], []]}).cast(
        {"disputed_tags": pl.List(pl.String)}
    )
    dataset.set_tags(tags, 1)
    result = one(checked(dataset, f'{GAPS}ignore_tags = ["ok", "d"]\n'))
    assert (result.rows, result.of, result.ignored) == (9, 38, 2)
    assert result.notes == ("2 rows with an ignored tag do not count.",)
    number = one(
        checked(
            dataset,
            '[[rule]]\nname = "r"\ncharacteristic = "unique"\nmeasure = "rows"\nat_least = 39\nignore_tags = ["ok"]\n',
        )
    )
    assert (number.status, number.value, number.ignored) == ("fail", 38.0, 2)


# Signals with parameters


def test_a_rule_reads_a_signal_with_its_own_parameters(opened: Opened, checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "short.jinja").write_text("{% for m in messages %}{{ m.content }}{% endfor %}")
    dataset = opened(ROWS)
    before = dict(dataset.meta)
    template = "signal.trainer = {template = '%s', max_length = %d}\n"
    text = "".join(
        rule('"has_truncated_answer~eq~true"', template % (name, length)).replace('"r"', f'"{name} {length}"')
        for name, length in (("short.jinja", 3), ("short.jinja", 4096), ("chatml", 3), ("chatml", 0))
    )
    result = checked(dataset, text)
    assert [rule.status for rule in result.rules] == ["fail", "pass", "fail", "pass"]
    assert len({rule.signals for rule in result.rules}) == 4, "each reading has a key of its own"
    assert dataset.meta == before and not Workspace().dataset(dataset.id).meta.get("parameters")
    assert one(checked(dataset, rule('"has_truncated_answer~eq~true"'))).why == "No template is chosen."


# Samples


def test_a_sample_decides_where_its_interval_does(opened: Opened, checked: Checked) -> None:
    rows = [{"prompt": f"Town {i}?", "response": f"It is {i}." if i % 5 else ""} for i in range(2000)]
    dataset = opened(rows)
    text = rule('"response_words~eq~0"', "sample = 400\nmax_share = {}\n")
    results = {share: one(checked(dataset, text.format(share))) for share in ("0.1", "0.2", "0.4")}
    assert [result.status for result in results.values()] == ["fail", "unknown", "pass"]
    result = results["0.2"]
    assert result.of == 400 and result.interval is not None
    assert result.interval[0] < 0.2 < result.interval[1]
    assert not dataset.has(dataset.signal("lengths")), "the signal is computed for the sample alone"
    again = one(checked(dataset, text.format("0.2")))
    other = one(checked(dataset, text.format("0.2") + "seed = 1\n"))
    assert again.faulty is not None and result.faulty is not None and other.faulty is not None
    assert again.faulty.equals(result.faulty) and not other.faulty.equals(result.faulty)
    assert set(result.faulty) <= {i for i in range(2000) if i % 5 == 0}
    every = one(checked(dataset, rule('"response_words~eq~0"', "sample = 2000\nmax_share = 0.2\n")))
    assert (every.status, every.of, every.interval) == ("pass", 2000, None)


def test_a_finding_is_looked_for_in_a_sample(opened: Opened, checked: Checked) -> None:
    rows = [{"prompt": f"Town {i}?", "response": f"It is {i}." if i % 5 else ""} for i in range(2000)]
    result = one(
        checked(opened(rows), '[[rule]]\nname = "r"\nfinding = "empty_response"\nsample = 300\nmax_share = 0.5\n')
    )
    assert result.status == "pass" and result.of == 300 and 30 < (result.rows or 0) < 90


# Which file


def test_the_contract_is_beside_the_data_or_named(opened: Opened, tmp_path: Path) -> None:
    dataset = opened(ROWS)
    with pytest.raises(ContractError, match=r"There is no contract: .*winnow.toml does not exist; write it"):
        contract_path(dataset)
    (tmp_path / "winnow.toml").write_text("")
    assert contract_path(dataset) == tmp_path / "winnow.toml"
    with pytest.raises(ContractError, match="There is no contract 'other.toml'"):
        contract_path(dataset, "other.toml")
