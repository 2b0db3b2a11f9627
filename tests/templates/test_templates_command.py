"""Does the command `templates` list what is known, and name what a template does with each shape?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.__main__ import app, one_line_errors
from analysis.errors import WinnowError
from analysis.templates.own_templates import SPECIALS
from analysis.templates.shapes import SHAPES


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["templates", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def answer(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_the_list_has_these_keys() -> None:
    listed = answer()
    assert all(set(each) == {"name", "aliases", "sha256", "has_generation_markers"} for each in listed)
    assert [each["name"] for each in listed][: len(SPECIALS)] == list(SPECIALS)
    chatml = next(each for each in listed if each["name"] == "chatml")
    assert chatml["has_generation_markers"] is True and len(chatml["sha256"]) == 64 and chatml["aliases"] == []


def test_all_vendors_are_listed(vendor_templates: None) -> None:
    listed = answer()
    assert len(listed) == 869
    assert "Qwen/Qwen3-8B" in next(each for each in listed if each["name"] == "Qwen-Qwen3-0.6B@a55ee1")["aliases"]


def test_a_word_chooses(vendor_templates: None) -> None:
    assert {each["name"] for each in answer("LLAMA-2")} >= {"llama2"}
    text = run("qwen3-8b")
    assert "Qwen-Qwen3-0.6B@a55ee1  (vendor)" in text and text.startswith("10 templates;")
    with pytest.raises(WinnowError, match="No template has 'no such' in a name"):
        run("no such")


def test_a_check_names_each_shape() -> None:
    checked = answer("--check", "gemma")
    verdicts = {verdict["shape"]: verdict for verdict in checked["shapes"]}
    assert list(verdicts) == [shape.name for shape in SHAPES]
    assert verdicts["plain"] == {"shape": "plain", "refused": None, "dropped": [], "has_python_repr": False}
    assert verdicts["system"]["refused"] == "System role not supported" and verdicts["system"]["dropped"] is None
    assert verdicts["tools declared"]["dropped"] == ["tools"]
    assert "must alternate" in verdicts["two users in a row"]["refused"]
    assert checked["known_as"] == ["gemma"] and checked["has_generation_markers"] is True


def test_a_check_in_words() -> None:
    lines = run("--check", "gemma").splitlines()
    assert lines[0].startswith("gemma (own, ") and lines[0].endswith(": the same text as gemma.")
    assert f"of {len(SHAPES)} shapes" in lines[2]
    assert any(line.split("  ")[-1] == "refused: System role not supported" for line in lines)
    assert any(line.endswith("rendered; drops tools") for line in lines)


def test_a_twin_is_named(vendor_templates: None) -> None:
    assert answer("--check", "Qwen/Qwen3-8B")["training_twin"] == "trl/qwen3_training"


def test_python_in_the_place_of_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.jinja"
    path.write_text("{% for m in messages %}{{ m.content }}{{ m.tool_calls }}{% endfor %}", encoding="utf-8")
    verdicts = {verdict["shape"]: verdict for verdict in answer("--check", str(path))["shapes"]}
    assert verdicts["tool call"]["has_python_repr"] and not verdicts["plain"]["has_python_repr"]
    assert "not among the known templates" in run("--check", str(path))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--check", "none-such"], "There is no template 'none-such'"),
        (["--named", "rag"], "it needs --check"),
        (["qwen", "--check", "gemma"], "leave one of them out"),
    ],
)
def test_a_wrong_request_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, one_line_errors():
        app(["templates", *words], standalone_mode=False)
    error = capsys.readouterr().err
    assert ended.value.code == 2 and said in error and error.count("\n") == 1


def test_a_template_without_an_end_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "endless.jinja"
    path.write_text("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", encoding="utf-8")
    with pytest.raises(SystemExit), one_line_errors():
        app(["templates", "--check", str(path)], standalone_mode=False)
    assert capsys.readouterr().err == "The template endless takes longer than 2 seconds; it was stopped.\n"
