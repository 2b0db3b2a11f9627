"""Is the format of prompts found, and does each prompt that is off it get its kind?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import SignalError
from analysis.findings import findings
from analysis.prompts.formats import Format, format_of, format_written
from analysis.prompts.prompt_format_signal import PromptFormat
from analysis.workspace import Workspace

FOODS = ["burger", "car", "mushroom", "bread", "stone", "apple", "chair", "soup", "lamp", "plum"]
ARROW = [f"{food} -->" for food in FOODS]
OFF = {"burger": "missing_suffix", "Item: burger -->": "extra_prefix", "burger --> ": "edge_space"}


def judged(prompts: list[str | None], expect: str = "") -> pl.DataFrame:
    rows = pl.DataFrame({"prompt": prompts, "messages": [None] * len(prompts)}, schema_overrides={"prompt": pl.String})
    return PromptFormat(expect).compute(rows)


def kinds(format_: Format, *prompts: str) -> list[str | None]:
    return pl.DataFrame({"prompt": prompts}).select(k=format_.kind_off(pl.col("prompt")))["k"].to_list()


def test_the_worked_example() -> None:
    found = judged([*ARROW, *OFF])
    assert found["prompt_format"].unique().to_list() == ["{input} -->"]
    assert found["off_format_kind"].to_list() == [None] * len(ARROW) + list(OFF.values())
    assert found["is_off_format"].to_list() == [False] * len(ARROW) + [True] * len(OFF)
    assert judged(list(OFF), expect="{input} -->")["off_format_kind"].to_list() == list(OFF.values())


FOUND = {  # what stands around the words -> the format
    "{}\n\n###\n\n": "{input}\n\n###\n\n",
    "Item: {}\nAnswer:": "Item: {input}\nAnswer:",
    "### Instruction:\n{}\n\n### Response:\n": "### Instruction:\n{input}\n\n### Response:\n",
    "Translate to French: {}": "Translate to French: {input}",
    "Is a {} something that people eat": "Is a {input} something that people eat",
    "{} ->": "{input} ->",
    "Q: {}": "Q: {input}",
}


@pytest.mark.parametrize("around", FOUND)
def test_a_format_is_found(around: str) -> None:
    assert str(format_of(pl.Series([around.format(food) for food in FOODS]))) == FOUND[around]


@pytest.mark.parametrize(
    "prompts",
    [
        [],
        ["burger -->", "car -->"],
        FOODS,
        ["burger -->"] * 50,
        [f"What is a {food}?" for food in FOODS[:6]] + ["Name a town.", "Why so?", "Who came?", "Go on."],
        [*ARROW[:4], *FOODS[4:]],
        ["", " ", "\n"],
    ],
)
def test_where_prompts_share_none(prompts: list[str]) -> None:
    assert format_of(pl.Series(prompts, dtype=pl.String)) is None
    found = judged([*prompts])
    assert found.select("prompt_format", "is_off_format", "off_format_kind").null_count().row(0) == (len(prompts),) * 3


def test_the_kinds() -> None:
    both = Format("Item: ", "\nAnswer:")
    assert kinds(both, "Item: a\nAnswer:", "Item: a", "a\nAnswer:", "a") == [
        *(None, "missing_suffix", "missing_prefix", "other"),
    ]
    assert (
        kinds(both, " Item: a\nAnswer:", "Item: a\nAnswer: ", "Item:  a\nAnswer:", "Item: a \nAnswer:")
        == ["edge_space"] * 4
    )
    assert kinds(both, "item: a\nANSWER:", "Now. Item: a\nAnswer:") == ["case", "extra_prefix"]
    assert kinds(both, "Item: \nAnswer:") == [None], "an empty input"
    assert kinds(both, "Item: nswer:") == ["missing_suffix"], "the two may not overlap"
    assert kinds(Format("Q: ", ""), "Q: a", "a", "q: a", "So, Q: a") == [None, "missing_prefix", "case", "extra_prefix"]
    assert kinds(Format("", " -->"), "", "Note: a -->") == ["missing_suffix", "extra_prefix"]
    assert kinds(Format("", " -->", is_labelled=True), "Note: a -->") == [None]


def test_labels_that_many_inputs_have_are_no_prefix() -> None:
    found = judged([f"Task {n}: name a thing -->" if n % 4 == 0 else f"name {n} -->" for n in range(40)])
    assert not found["is_off_format"].any()


def test_rows_without_a_prompt_and_chats_have_none() -> None:
    rows = pl.DataFrame(
        {"prompt": [*ARROW, None, "burger"], "messages": [*[None] * (len(ARROW) + 1), [1]]},
        schema_overrides={"messages": pl.List(pl.Int64)},
    )
    assert PromptFormat().compute(rows)[-2:].rows() == [(None, None, None, None)] * 2


@pytest.mark.parametrize("text", ["-->", "{input}", "{input} {input}", ""])
def test_what_is_no_format(text: str) -> None:
    with pytest.raises(SignalError, match="is no format"):
        format_written(text)


Run = Callable[..., Any]


@pytest.fixture
def run(home: Path) -> Run:
    def run_it(*arguments: str) -> Any:
        done = CliRunner().invoke(app, ["prompts", *arguments])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    return run_it


def written(path: Path, prompts: list[str], **more: str) -> str:
    path.write_text("".join(json.dumps({"prompt": prompt, **more}) + "\n" for prompt in prompts))
    return str(path)


def test_the_command(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "train.jsonl", [*ARROW, *OFF], completion="edible")
    log = written(tmp_path / "log.jsonl", ["soup -->", *OFF])
    off = {"edge_space": 1, "extra_prefix": 1, "missing_suffix": 1}
    found = run(file, "--json")
    assert {key: found[key] for key in ("format", "rows_on_format", "off", "looked_at")} == {
        "format": "{input} -->",
        "rows_on_format": 10,
        "off": off,
        "looked_at": 13,
    }
    assert run(file, "--against", log, "--json")["against"] == {"rows": 4, "rows_on_format": 1, "off": off}
    other = run(file, "--expect", r"Item: {input}\n", "--json")
    assert other["format"] == "Item: {input}\n" and other["rows_on_format"] == 0
    assert "10 of 13 rows are on the format '{input} -->'." in run(file)


def test_the_findings(home: Path, tmp_path: Path) -> None:
    dataset: Dataset = Workspace().open([written(tmp_path / "train.jsonl", [*ARROW, *OFF], completion="edible")])
    compute(dataset, dataset.signal("prompt_format"))
    found = {finding.name: finding for finding in findings(dataset)}
    assert dataset.rows_of(found["off_format"].view).to_list() == [10, 11, 12]
    assert found["off_format"].sentence == "3 prompts do not have the format that most prompts have."
    assert "few_shot_prompts" not in found
