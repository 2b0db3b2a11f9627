"""Does Winnow answer in a notebook as the page docs/notebook.md says, without a server, and do the examples hold?"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import doctest
import importlib
import inspect
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import winnow
from analysis import notebook
from analysis.annotations import open_annotations
from analysis.export import ExportRequest
from analysis.findings import findings
from ui import notebook as figures

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)
WITH_EXAMPLES = sorted(p for p in (ROOT / "analysis").rglob("*.py") if "    >>> " in p.read_text(encoding="utf-8"))
RECORDS = (
    '{"instruction": "Say hello.", "output": "Hello there!", "note": "<b>x</b>"}\n'
    '{"instruction": "Write a letter to a@firm.org", "output": "a@firm.org is written to.", "note": "y"}\n'
    '{"instruction": "Say hello.", "output": "Hello there!", "note": "<b>x</b>"}\n'
)


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> winnow.Dataset:
    path = tmp_path / "<i>few.jsonl"
    path.write_text(RECORDS)
    return winnow.open(path)


def shown(code: str, names: dict[str, Any]) -> str:
    """What a notebook's cell prints, and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(tree, PAGE.name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), PAGE.name, "eval"), names)
            if value is not None:
                out.write(f"{value!r}\n")
    return out.getvalue()


def test_the_page_runs_and_shows_what_it_says(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 8
    assert [shown(code, names) for code, _ in blocks] == [said for _, said in blocks]
    assert (tmp_path / "cleaned" / "receipt.json").exists()


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_example_in_a_docstring_holds(path: Path, examples_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    result = doctest.testmod(module, optionflags=doctest.FAIL_FAST | doctest.NORMALIZE_WHITESPACE)
    assert result.attempted and not result.failed


@pytest.fixture(scope="module")
def examples_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One workspace for all examples, so that the sample data is opened once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(tmp_path_factory.mktemp("examples")))
        yield


def test_thirty_functions_have_an_example() -> None:
    texts = [ast.parse(path.read_text(encoding="utf-8")) for path in WITH_EXAMPLES]
    documented = [
        node.name
        for tree in texts
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ">>> " in (ast.get_docstring(node) or "")
    ]
    assert len(documented) >= 30 + len([name for name in notebook.__all__ if name.islower()])


def test_the_names_are_a_handful_and_analysis_alone_stays_light() -> None:
    assert set(notebook.__all__) == {
        *("Dataset", "Filter", "View", "WinnowError"),
        *("compute", "check", "checks", "export", "findings", "open", "rows", "view"),
    }
    code = "import sys, analysis; print(sorted({'polars', 'typer', 'sqlalchemy', 'plotly'} & set(sys.modules)))"
    light = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert light.stdout == "[]\n"
    code = "import sys, ui.notebook; print(sorted({'streamlit', 'typer', 'umap', 'spacy'} & set(sys.modules)))"
    drawn = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert drawn.stdout == "[]\n"


def test_a_dataset_is_shown_without_markup_and_without_texts(dataset: winnow.Dataset) -> None:
    html = dataset._repr_html_()
    assert "&lt;i&gt;few.jsonl: 3 rows" in html and "<td>instruction</td><td>String</td><td>source, prompt</td>" in html
    assert "<i>" not in html and "<b>" not in html and "hello" not in html and "firm.org" not in html
    assert repr(dataset).startswith("<Dataset <i>few.jsonl: 3 rows, instruction, id ")


def test_roles_make_another_reading_of_a_file_and_of_an_opened_dataset(dataset: winnow.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "<i>few.jsonl"
    other = winnow.open(path, response="note")
    again = winnow.open(dataset.id, response="note")
    assert other.id != dataset.id and again.id != dataset.id
    assert other.column("response").to_list() == again.column("response").to_list() == ["<b>x</b>", "y", "<b>x</b>"]
    assert winnow.open(path, source="note").roles["source"] == "note"
    second = tmp_path / "more.jsonl"
    second.write_text(RECORDS)
    assert winnow.open([path, second]).height == 6


def test_rows_need_no_computing_beforehand_and_progress_is_no_output(
    dataset: winnow.Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = winnow.rows(dataset, "response_words~ge~3", ["instruction", "response_words"])
    assert frame.rows() == [("Write a letter to a@firm.org", 4)]
    assert winnow.rows(dataset, winnow.View(), "note")["note"].to_list() == ["<b>x</b>", "y", "<b>x</b>"]
    assert {"instruction", "response_words"} < set(winnow.rows(dataset).columns)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Computing lengths first.\n")


def test_tags_and_rulings_that_people_gave_are_seen_at_once(dataset: winnow.Dataset, home: Path) -> None:
    from analysis.personal_data.not_personal import NotPersonal

    winnow.compute(dataset, "personal_data")
    assert winnow.rows(dataset, "pii_count~gt~0", ["source_line"])["source_line"].to_list() == [2]
    ids = dataset.column("row_id").to_list()
    with open_annotations(home) as notes:
        notes.tags.tag_rows(dataset.fingerprint, [ids[1]], "keep", "ann")
        notes.rules.add(dataset.fingerprint, NotPersonal("pattern", "EMAIL_ADDRESS", r".*@firm\.org"), "ann")
    assert winnow.rows(dataset, "tags~has~keep", ["source_line"])["source_line"].to_list() == [2]
    assert winnow.rows(dataset, "pii_count~gt~0", ["source_line"]).is_empty()
    assert winnow.rows(winnow.open(dataset.id), "tags~has~keep", "source_line").height == 1


def test_parameters_are_kept_with_the_dataset_that_is_returned(dataset: winnow.Dataset) -> None:
    other = winnow.compute(dataset, "near_pairs", words=3)
    assert other.signal("near_pairs").parameters["words"] == 3
    assert winnow.open(dataset.id).signal("near_pairs").key == other.signal("near_pairs").key
    with pytest.raises(winnow.WinnowError, match="no parameters"):
        winnow.compute(dataset, "lengths", words=3)
    with pytest.raises(winnow.WinnowError, match="name the signal too"):
        winnow.compute(dataset, words=3)
    with pytest.raises(winnow.WinnowError, match="No signal is called"):
        winnow.compute(dataset, "length")


def test_findings_of_a_view_count_the_rows_in_view(dataset: winnow.Dataset) -> None:
    assert winnow.findings(dataset).is_empty()
    before = winnow.checks(dataset)
    assert set(before["state"]) <= {"done", "not run", "does not apply"} and "not run" in before["state"]
    assert (before.filter(state="done")["looked_at"] > 0).all()
    winnow.compute(dataset, "exact_duplicates")
    every = winnow.findings(dataset)
    names = ("name", "severity", "characteristic", "sentence", "rows", "share", "tokens")
    [finding] = findings(dataset)
    assert every.rows() == [(*(getattr(finding, name) for name in names), finding.view.to_params())]
    assert every.columns == [*names, "where"] and every["share"].to_list() == [1 / 3]
    assert every.select("name", "rows").rows() == [("exact_duplicates", 1)]
    assert winnow.findings(dataset, "note~eq~y").is_empty()
    part = winnow.findings(dataset, ["note~has~x"])
    assert part["where"].to_list() == [["note~has~x", "is_duplicate_extra~eq~true"]]
    assert winnow.rows(dataset, part["where"][0].to_list(), "source_line")["source_line"].to_list() == [3]


def test_an_export_leaves_out_what_was_tagged_and_says_why(dataset: winnow.Dataset, home: Path, tmp_path: Path) -> None:
    with open_annotations(home) as notes:
        notes.tags.tag_rows(dataset.fingerprint, [dataset.column("row_id")[0]], "drop", "ann")
    result = winnow.export(dataset, "alpaca", tmp_path / "out", "is_duplicate_extra~eq~false", without_tags="drop")
    assert (result.receipt.rows_in, result.receipt.rows_out) == (3, 1)
    file = result.folder / result.receipt.files[0].path
    assert pl.read_ndjson(file)["output"].to_list() == ["a@firm.org is written to."]


def test_an_export_has_each_option_of_a_request(dataset: winnow.Dataset, tmp_path: Path) -> None:
    given = {option.name for option in dataclasses.fields(ExportRequest)} - {"view", "only_tags"}
    assert given | {"where", "tags"} <= set(inspect.signature(winnow.export).parameters)
    row_id, _, same = dataset.column("row_id")
    with open_annotations(dataset.folder.parents[1]) as notes:
        notes.tags.tag_rows(dataset.fingerprint, [row_id, same], "fix", "Ann")
        notes.proposals.propose(dataset.fingerprint, {row_id: {"response": "Good day."}}, "Ann")
    loop = winnow.export(dataset, "alpaca", tmp_path / "loop", until_proposed="fix")
    assert (loop.receipt.rows_in, loop.receipt.rows_out) == (3, 2)
    assert "Good day." in (loop.folder / loop.receipt.files[0].path).read_text()
    ignored = winnow.export(dataset, "alpaca", tmp_path / "source", proposals="ignore")
    assert "Good day." not in (ignored.folder / ignored.receipt.files[0].path).read_text()
    with pytest.raises(winnow.WinnowError, match="cannot hold solved examples"):
        winnow.export(dataset, "csv", tmp_path / "shots", unpack_shots=True)


def test_figures_count_all_rows_and_those_in_view(dataset: winnow.Dataset) -> None:
    behind, in_view = figures.lengths(dataset, "response_words", "note~eq~y").data
    assert int(np.sum(in_view.y)) == 1 and np.isclose(np.sum(behind.y), 1), "all rows are scaled to the view"
    (bars,) = figures.counts(dataset, "note", dark=True).data
    assert list(bars.x) == [1, 2] and list(figures.counts(dataset, "note").layout.yaxis.ticktext) == [
        "y",
        "&lt;b&gt;x&lt;/b&gt;",
    ]
    wedges = figures.verbs(dataset, where="note~eq~y")
    assert wedges.data[0].type == "sunburst"
    with pytest.raises(winnow.WinnowError, match="is not a column of numbers"):
        figures.lengths(dataset, "note")
    with pytest.raises(winnow.WinnowError, match="is a column of lists"):
        figures.counts(dataset, "tags")


def test_the_map_is_drawn_of_the_rows_in_view(home: Path) -> None:
    dataset = winnow.open(ROOT / "sample_data" / "preferences.jsonl")
    figure = figures.map_of(dataset, "source_line~le~100")
    points = [trace for trace in figure.data if trace.type == "scattergl"]
    assert sum(len(trace.x) for trace in points) == 100
    assert [trace.type for trace in figure.data[:2]] == ["heatmap", "heatmap"], "all rows, and those in view"
