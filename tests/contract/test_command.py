"""Does `winnow check` answer as docs/contract.md says: formats, exit codes, files, and no text of any row?"""

from __future__ import annotations

import json
import re
import stat
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

import winnow
from analysis.contract import FORMATS, last_result, read_contract
from analysis.contract.as_github import command
from analysis.contract.as_markdown import escaped
from analysis.workspace import Workspace
from tests.house.test_house import ROOT
from tests.support.commands import Run, runner

SECRET = "Wolkenkuckucksheim"
KEYS = ["name", "characteristic", "severity", "status", "rows", "of", "share", "limit", "accepted", "signal"]
HOSTILE = "a,b::c|d\n<b>&%0A]]> `x` [l](u) \u202e\ufffe \x1b[31m * 'é'"
DOC = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", DOC, re.M | re.S)


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Forty rows of which ten have an empty response; the others hold a word that no output may show."""
    rows = [{"prompt": f"{SECRET} {i}", "response": f"{SECRET}!" if i % 4 else ""} for i in range(40)]
    path = tmp_path / "data" / "rows.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def beside(data: Path, text: str) -> Path:
    path = data.parent / "winnow.toml"
    path.write_text(text, encoding="utf-8")
    return path


def gaps(more: str = "", name: str = "gaps") -> str:
    where = 'where = ["response~blank"]'
    return f'[[rule]]\nname = {json.dumps(name)}\ncharacteristic = "formatted"\n{where}\n{more}\n'


def test_the_exit_code_is_that_of_the_verdict(run: Run, data: Path) -> None:
    for text, code in (
        ("", 0),
        (gaps("max_rows = 10"), 0),
        (gaps('severity = "warn"'), 0),
        (gaps("max_rows = 9"), 1),
        (gaps('needs = ["rejected"]'), 1),
        (gaps('needs = ["rejected"]\nallow_unknown = true'), 0),
        (gaps("max_rows = -1"), 2),
        (gaps().replace("response", "respones"), 2),
        ("[contract\n", 2),
    ):
        beside(data, text)
        ended = run("check", data)
        assert ended.code == code, (text, ended)
        assert (ended.out == "") == (code == 2)
        if code == 2:
            assert len(ended.err.strip().splitlines()) == 1
    assert run("check", data, "--contract", data.parent / "none.toml").code == 2
    (data.parent / "winnow.toml").unlink()
    ended = run("check", data)
    assert (ended.code, ended.out) == (2, "") and "There is no contract" in ended.err


def test_the_json_has_the_keys_of_the_specification(run: Run, data: Path) -> None:
    beside(
        data,
        "[contract]\nname = 'c'\n"
        + gaps("max_share = 0.2")
        + '[[rule]]\nname = "n"\ncharacteristic = "relevant"\nmeasure = "rows"\nat_least = 1\n',
    )
    ended = run("check", data, "--format", "json")
    answer = ended.json
    assert list(answer)[:3] == ["contract", "verdict", "rules"]
    assert (answer["contract"], answer["verdict"], ended.code) == ("c", "fail", 1)
    first, second = answer["rules"]
    assert list(first)[: len(KEYS)] == KEYS
    assert [first[key] for key in KEYS] == [
        "gaps", "formatted", "error", "fail", 10, 40, 0.25, "max_share = 0.2", 0, None,
    ]  # fmt: skip
    assert (second["status"], second["rows"], second["value"]) == ("pass", None, 40.0)


@pytest.mark.parametrize("form", FORMATS)
def test_no_output_shows_a_text_of_a_row(run: Run, data: Path, tmp_path: Path, form: str) -> None:
    more = '[[rule]]\nname = "n"\ncharacteristic = "relevant"\nmeasure = "distinct(prompt)"\nat_most = 1\nby = "prompt"\nmin_rows = 1\n'
    beside(data, "[contract]\npresets = ['sft']\n" + gaps() + more)
    ended = run("check", data, "--format", form, "--rows", tmp_path / "rows")
    files = "".join(path.read_text() for path in (tmp_path / "rows").iterdir())
    assert ended.code == 1 and SECRET not in ended.out + ended.err + files


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_names_stay_text(run: Run, data: Path, form: str) -> None:
    notes = f'[[accept]]\nrule = {json.dumps(HOSTILE)}\nrows = [{json.dumps(HOSTILE)}]\nby = {json.dumps(HOSTILE)}\nreason = "x"\n'
    head = f"[contract]\nname = {json.dumps(HOSTILE)}\nowner = {json.dumps(HOSTILE)}\n"
    beside(data, head + gaps(f"to_do = {json.dumps(HOSTILE)}", HOSTILE) + notes)
    ended = run("check", data, "--format", form)
    assert ended.code == 1, ended
    assert ("\x1b" not in ended.out and "\u202e" not in ended.out) or form == "json"
    if form == "json":
        assert ended.json["rules"][0]["name"] == HOSTILE
    if form == "junit":
        suites = ElementTree.fromstring(ended.out)
        assert "a,b::c|d\\n<b>&%0A]]>" in str(suites[0][0].get("name"))
    if form == "markdown":
        table = [line for line in ended.out.splitlines() if line.startswith("|")]
        assert all(len(re.findall(r"(?<!\\)\|", line)) == 6 for line in table) and len(table) == 3
        assert "<b>" not in ended.out and not re.search(r"(?<!\\)[`\[]", ended.out)
    if form == "github":
        lines = ended.out.splitlines()
        assert all(re.match(r"::(error|warning|notice) [^:]*::", line) for line in lines[:-2])
        assert len(lines) == 1 + 10 + 2


# JUnit's common schema (the XSD of Jenkins' xUnit plugin): attributes and children of each element
SCHEMA: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "disabled", "errors", "skipped"}, {"testsuite"}),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "assertions", "time", "classname", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def test_junit_keeps_the_common_schema_and_counts(run: Run, data: Path) -> None:
    text = gaps(name="fails") + gaps("max_rows = 10", "passes") + gaps('needs = ["text"]', "unknown")
    beside(data, text + gaps('needs = ["text"]\nallow_unknown = true', "may be") + gaps('severity = "warn"', "warns"))
    suites = ElementTree.fromstring(run("check", data, "--format", "junit").out)
    for element in suites.iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) <= attributes and {child.tag for child in element} <= children
    (suite,) = suites
    for counted in (suites, suite):
        assert [counted.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["5", "1", "1", "1"]
    kinds = {case.get("name"): case[0].tag for case in suite}
    assert kinds == {
        "fails": "failure", "passes": "system-out", "unknown": "error", "may be": "skipped", "warns": "system-out",
    }  # fmt: skip


def test_github_marks_the_lines_of_the_file(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside(data, "# a contract\n\n" + gaps())
    monkeypatch.chdir(data.parent.parent)
    lines = run("check", data, "--format", "github").out.splitlines()
    assert lines[0] == (
        "::error file=data/winnow.toml,line=3,title=gaps::10 of 40 rows (25.00%25); fails at over 0 rows."
    )
    assert [re.sub(r"Row \w+(-\d+)?", "Row X", line) for line in lines[1:11]] == [
        f"::error file=data/rows.jsonl,line={line},title=gaps::Row X: gaps" for line in range(1, 41, 4)
    ]
    beside(data, gaps(name="gaps").replace("response~blank", "prompt~notblank"))
    lines = run("check", data, "--format", "github").out.splitlines()
    assert sum(line.startswith("::error file=data/rows.jsonl") for line in lines) == 10
    assert lines[11] == "::notice title=gaps::30 more rows of this rule are not shown; --rows writes all of them."


def test_a_command_of_github_is_escaped_as_its_documentation_says() -> None:
    """docs.github.com, workflow commands; the toolkit's escapeData and escapeProperty."""
    assert command("warning", "100% of\r\nall: a, b", title="x: y, 5%") == (
        "::warning title=x%3A y%2C 5%25::100%25 of%0D%0Aall: a, b"
    )


def test_a_cell_of_markdown_has_no_meaning() -> None:
    assert escaped("a|b `c` <i> & *d* _e_ [f](g)\nh") == (r"a\|b \`c\` &lt;i&gt; &amp; \*d\* \_e\_ \[f\]\(g\)\\nh")


# Files


def test_rows_are_written_for_the_owner_alone(run: Run, data: Path, tmp_path: Path) -> None:
    beside(data, gaps(name="No gaps / ever!") + gaps("max_rows = 10", "x" * 300) + gaps('needs = ["text"]', "unknown"))
    folder = tmp_path / "faulty"
    assert run("check", data, "--rows", folder).code == 1
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["01-no-gaps-ever.jsonl", f"02-{'x' * 60}.jsonl", "rules.json"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    rows = [json.loads(line) for line in (folder / names[0]).read_text().splitlines()]
    assert [row["source_line"] for row in rows] == list(range(1, 41, 4))
    assert {(row["source_file"], row["is_accepted"]) for row in rows} == {("rows.jsonl", False)}
    beside(data, gaps("max_rows = 10", "other"))
    assert run("check", data, "--rows", folder).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["01-other.jsonl", "rules.json"]


def test_a_folder_with_other_files_is_left_as_it_is(run: Run, data: Path, tmp_path: Path) -> None:
    beside(data, gaps())
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("x")
    (folder / "rules.json").write_text('[{"file": "thesis.txt"}, {"file": "../data/rows.jsonl"}]')
    ended = run("check", data, "--rows", folder)
    assert (ended.code, ended.out) == (2, "") and "holds other files, such as 'thesis.txt'" in ended.err
    assert sorted(path.name for path in folder.iterdir()) == ["rules.json", "thesis.txt"] and data.exists()


def test_the_last_result_is_kept_with_the_dataset(run: Run, data: Path) -> None:
    dataset = Workspace().dataset(str(data))
    assert last_result(dataset) is None
    beside(data, gaps())
    answer = run("check", data, "--format", "json").json
    assert last_result(dataset) == answer
    kept = dataset.folder / "contract.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text("{")
    assert last_result(dataset) is None


def test_only_a_regression_ends_with_3(run: Run, data: Path, tmp_path: Path) -> None:
    def write(rows: int, of: int) -> None:
        records = [{"prompt": f"p {i}", "response": "" if i < rows else "r"} for i in range(of)]
        data.write_text("".join(json.dumps(record) + "\n" for record in records))

    beside(data, gaps("max_share = 0.5"))
    baseline = tmp_path / "baseline.json"
    write(50, 1000)
    assert run("check", data, "--write-baseline", baseline).code == 0
    assert json.loads(baseline.read_text())["rules"][0]["rows"] == 50
    write(102, 2000)
    assert run("check", data, "--baseline", baseline).code == 0
    write(180, 2000)
    for form in FORMATS:
        ended = run("check", data, "--baseline", baseline, "--format", form)
        assert ended.code == 3, form
        assert "9.00%" in ended.out or "9.00%25" in ended.out or form == "json"
    ended = run("check", data, "--baseline", baseline)
    assert "Worse: gaps: 5.00% of 1,000 rows before, 9.00% of 2,000 now" in ended.out
    assert "p < 0.01" in ended.out and "0.5 percentage points" in ended.out
    beside(data, gaps("max_share = 0.05"))
    assert run("check", data, "--baseline", baseline).code == 1, "a rule that fails weighs more"


def test_where_a_baseline_is_written(run: Run, data: Path, tmp_path: Path) -> None:
    beside(data, gaps("max_rows = 10"))
    assert run("check", data, "--write-baseline").code == 0
    assert (data.parent / "winnow-baseline.json").exists()
    other = tmp_path / "b.json"
    other.write_text((data.parent / "winnow-baseline.json").read_text())
    before = json.loads(other.read_text())
    before["rules"][0]["rows"] = 9
    other.write_text(json.dumps(before))
    assert run("check", data, "--baseline", other, "--write-baseline").code == 0
    assert json.loads(other.read_text())["rules"][0]["rows"] == 10
    assert "baseline" not in json.loads(other.read_text())
    ended = run("check", data, other)
    assert ended.code == 2 and "one argument too many" in ended.err


def test_an_unknown_format_is_refused_before_anything_is_done(run: Run, data: Path) -> None:
    ended = run("check", data, "--format", "yaml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "There is no format 'yaml'; known: text, json, junit, markdown, github.\n"


def test_a_contract_beside_a_folder_of_files_is_no_data(run: Run, data: Path) -> None:
    beside(data, gaps("max_rows = 10"))
    assert run("check", data.parent).code == 0


# The page


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_of_the_page_can_be_checked(run: Run, tmp_path: Path, number: int) -> None:
    path = tmp_path / "winnow.toml"
    path.write_text(BLOCKS[number], encoding="utf-8")
    assert read_contract(path).rules
    answer = run("check", ROOT / "sample_data" / "instructions.jsonl", "--contract", path, "--format", "json").json
    assert not [rule for rule in answer["rules"] if rule["status"] == "unknown" and not rule["allow_unknown"]]


def test_the_json_of_the_page_is_what_comes_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "winnow.toml"
    path.write_text(BLOCKS[0], encoding="utf-8")
    answer = run("check", ROOT / "sample_data" / "instructions.jsonl", "--contract", path, "--format", "json").json
    (shown,) = re.findall(r"^```json\n(.*?)^```", DOC, re.M | re.S)
    expected: dict[str, Any] = json.loads(shown)
    assert {key: answer[key] for key in ("contract", "verdict")} == {
        "contract": expected["contract"], "verdict": expected["verdict"],
    }  # fmt: skip
    (rule,) = expected["rules"]
    (same,) = [each for each in answer["rules"] if each["name"] == rule["name"]]
    assert {key: same[key] for key in rule} == rule
    accepted = next(each for each in answer["rules"] if each["name"] == "no empty response")
    assert (accepted["accepted"], accepted["notes"]) == (2, [])


def test_a_notebook_gets_a_line_per_rule(home: Path, data: Path) -> None:
    beside(data, gaps("max_rows = 9") + gaps('needs = ["text"]', "unknown"))
    table = winnow.check(winnow.open(data))
    assert table.select("rule", "status", "rows", "of", "share", "why").rows() == [
        ("gaps", "fail", 10, 40, 0.25, ""),
        ("unknown", "unknown", 0, 0, None, "No column has the role text."),
    ]
