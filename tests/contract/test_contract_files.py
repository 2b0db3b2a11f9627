"""Is a contract read whole, and does what is wrong in it end with one line and the place?"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from analysis.contract import preset_names, read_contract, read_preset
from analysis.errors import ContractError
from tests.contract.rules import contract

RULE = '[[rule]]\nname = "no gaps"\ncharacteristic = "formatted"\nwhere = ["response~blank"]\n'
WHOLE = """\
[contract]
name = "support bot v3"
owner = "data@team"
characteristics = ["formatted", "unique", "compliant"]

[[rule]]
name = "no answer is cut"
characteristic = "formatted"
where = ["has_truncated_answer~eq~true"]
max_share = 0.001
signal.trainer = {template = "models/qwen", max_length = 4096}

[[rule]]
name = "annotators agree"   # [[rule]]
characteristic = "consistent"
measure = "krippendorff_alpha"
at_least = 0.6
severity = "warn"
owner = "ann"

[[rule]]
name = "no copies"
finding = "exact_duplicates"
max_rows = 0
ignore_tags = ["copy-ok"]

[[accept]]
rule = "no answer is cut"
rows = ["5dbf54af96087ec9"]
by = "ann"
until = 2027-01-31
reason = "long on purpose"
"""


def test_the_contract_of_the_specification(tmp_path: Path) -> None:
    read = contract(tmp_path, WHOLE)
    assert (read.name, read.owner, read.characteristics) == (
        "support bot v3",
        "data@team",
        ("formatted", "unique", "compliant"),
    )
    cut, agree, copies = read.rules
    assert [rule.line for rule in read.rules] == [6, 13, 21]
    assert (cut.where, cut.limits.text, cut.severity, cut.owner) == (
        ("has_truncated_answer~eq~true",),
        "max_share = 0.001",
        "error",
        "data@team",
    )
    assert cut.parameters == {"trainer": {"template": "models/qwen", "max_length": 4096}}
    assert (agree.measure, agree.limits.text, agree.severity, agree.owner) == (
        "krippendorff_alpha",
        "at_least = 0.6",
        "warn",
        "ann",
    )
    assert (copies.finding, copies.characteristic, copies.ignore_tags) == ("exact_duplicates", "unique", ("copy-ok",))
    (accepted,) = read.accepted
    assert (accepted.rows, accepted.by, accepted.until) == (("5dbf54af96087ec9",), "ann", datetime.date(2027, 1, 31))
    assert accepted.is_over(datetime.date(2027, 2, 1)) and not accepted.is_over(datetime.date(2027, 1, 31))
    assert read.uncovered == ["compliant"]


def test_a_date_may_be_a_text_and_the_file_may_have_a_mark_and_other_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    text = WHOLE.replace("2027-01-31", '"2027-01-31"').replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_contract(path).accepted[0].until == datetime.date(2027, 1, 31)
    assert [rule.line for rule in read_contract(path).rules] == [6, 13, 21]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[contract]\n", "[contract]\npresets = []\n"])
def test_an_empty_contract_is_one(tmp_path: Path, text: str) -> None:
    read = contract(tmp_path, text)
    assert (read.name, read.rules) == ("winnow.toml", ())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[contract]\nname = \n", "is no TOML: line 2, column 8"),
        ("[contract]\nname = 'a'\n[[rule]\n", "line 3, column 7"),
        ("x = '''\n\nmore", "line 3, column 5"),
        ("a = " + "[" * 5000, "winnow.toml"),
        ("a = " + "1" * 5000, "winnow.toml cannot be read as TOML"),
        (RULE.replace("where", "wheer"), "line 1, rule 'no gaps': it says neither which rows nor which number"),
        (RULE.replace('["response~blank"]', "[0]"), "where holds a whole number (0); each entry is a text in quotes"),
        (RULE.replace('["response~blank"]', '["a~null", []]'), "where holds a list; each entry is a text in quotes"),
        (RULE.replace('["response~blank"]', '[" "]'), "where holds an empty text"),
        (RULE + "'' = 3\n", "it has no key ''"),
        (RULE + "max_rwos = 3\n", "it has no key 'max_rwos'; its keys are: max_rows"),
        (RULE + RULE, "line 5: the rule 'no gaps' is there already, on line 1"),
        ("[rules]\n" + RULE, "winnow.toml: it has no key 'rules'; its keys are: rule"),
        ("[contract]\nowners = 'a'\n" + RULE, "line 1, [contract]: it has no key 'owners'; its keys are: owner"),
        ("contract = 3\n", "contract is a whole number (3); write a table"),
        ("[rule]\nname = 'a'\n", "line 1: write [[rule]] in double brackets"),
        ("[contract]\ncharacteristics = ['uniqe']\n", "characteristics names 'uniqe'; known: unique"),
        ("[contract]\npresets = ['stf']\n", "line 2, preset 'stf': there is no such preset; known: sft"),
        ("[[preset]]\nname = 'sft'\nrole = 'text'\n", "it cannot be about the role 'text'; it is about no role"),
        ("[[preset]]\nname = 'sft'\nwithout = ['few copys']\n", "it has no rule 'few copys'; its rules: few copies"),
        ("[[preset]]\nname = 'sft'\nseverity = 'bad'\n", "severity is 'bad'"),
        ("[[rule]]\nname = 'a'\nfinding = 'leak'\n", "line 1, rule 'a': there is no finding 'leak'; known: leaks"),
        (RULE + "[[accept]]\nrule = 'no gap'\n", "line 5, accept: it accepts rows of the rule 'no gap'"),
        (RULE + "[[accept]]\nrule = 'no gaps'\nrows = []\n", "it accepts no rows"),
        (RULE + "[[accept]]\nrule = 'no gaps'\nrows = ['a']\nby = 'b'\n", "it has no reason"),
        (RULE + "[[accept]]\nrule = 'no gaps'\nrows = ['a']\nreason = 'b'\n", "it has no by"),
        (
            RULE + "[[accept]]\nrule = 'no gaps'\nrows = ['a']\nby = 'b'\nreason = 'c'\nuntil = 'soon'\n",
            "until is 'soon'; write a date",
        ),
        (
            RULE + "[[accept]]\nrule = 'no gaps'\nrows = ['a']\nby = 'b'\nreason = 'c'\nuntil = 2027-01-01T10:00:00\n",
            "until is a time; write a text",
        ),
        (
            RULE + "min_rows = 3\n[[accept]]\nrule = 'no gaps'\nrows = ['a']\nby = 'b'\nreason = 'c'\n",
            "has no faulty rows that could be accepted",
        ),
        ('[[rule]]\nname = "x\\u001b[31m"\nfinding = 3\n', "finding is a whole number"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(ContractError) as error:
        contract(tmp_path, text)
    assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


def test_a_file_that_is_none(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = 1\nb = '\xe4'\n")
    with pytest.raises(ContractError, match="line 2, column 6: this is no UTF-8"):
        read_contract(latin)
    with pytest.raises(ContractError, match="cannot be read"):
        read_contract(tmp_path)
    large = tmp_path / "large.toml"
    large.write_text("# " + "x" * 4_000_000)
    with pytest.raises(ContractError, match="more than 4,000,000 bytes"):
        read_contract(large)


UNIQUE_OF_SFT = [rule.name for rule in read_preset("sft").rules if rule.characteristic == "unique"]


def test_a_preset_brings_its_rules_under_its_name(tmp_path: Path) -> None:
    short = contract(tmp_path, "[contract]\n\npresets = ['sft']\n" + RULE)
    names = [rule.name for rule in short.rules]
    assert names[0] == "no gaps" and len(names) == 1 + len(read_preset("sft").rules)
    assert all(name.startswith("sft: ") for name in names[1:])
    assert {rule.line for rule in short.rules[1:]} == {3}
    changed = contract(
        tmp_path,
        "\n[[preset]]\nname = 'sft'\ncharacteristics = ['unique']\nseverity = 'warn'\nowner = 'ann'\nallow_unknown = true\n",
    )
    assert [(r.name, r.severity, r.owner, r.allow_unknown, r.line) for r in changed.rules] == [
        (f"sft: {name}", "warn", "ann", True, 2) for name in UNIQUE_OF_SFT
    ]
    assert all((rule.limits.fails, len(rule.limits.warns)) == ((), 1) for rule in changed.rules)
    without = contract(tmp_path, "[[preset]]\nname = 'sft'\nwithout = ['few copies']\n")
    assert "sft: few copies" not in [rule.name for rule in without.rules]
    twice = "[contract]\npresets = ['sft']\n[[preset]]\nname = 'sft'\n"
    with pytest.raises(ContractError, match="is there already"):
        contract(tmp_path, twice)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_can_be_read(tmp_path: Path, name: str) -> None:
    preset = read_preset(name)
    assert preset.rules and preset.about
    for role in preset.roles or ("",):
        written = f"role = '{role}'\n" if role else ""
        rules = contract(tmp_path, f"[[preset]]\nname = '{name}'\n{written}").rules
        assert len(rules) == len(preset.rules)
        assert all(role in rule.needs for rule in rules if role)
        assert all((rule.parameters or {})[signal] == {"role": role} for rule in rules for signal in preset.signals)
