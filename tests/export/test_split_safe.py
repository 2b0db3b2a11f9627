"""Does the split that a person names stay whole, by default that of evaluation, and does an old receipt mean the same?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates.splits import evaluation_splits, protecting, splits_of
from analysis.errors import DuplicatesError, ExportError
from analysis.export import ExportRequest, export
from analysis.export.earlier import as_it_meant
from analysis.export.receipt import SignalUsed
from analysis.export.replay import replay
from analysis.export.waterfall import choose
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well

LONG = "The quick brown fox jumps over the lazy dog while seven grey geese watch it from the far bank of the river"
OTHER = "An entirely different sentence about the price of apples and the colour of the evening sky in May"


def opened(folder: Path, splits: Sequence[str], texts: Sequence[str]) -> Dataset:
    records = [{"instruction": "Say it, please.", "output": t, "split": s} for s, t in zip(splits, texts, strict=True)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    dataset = Workspace().open([folder / "rows.jsonl"])
    for name in ("exact_duplicates", "near_groups"):
        compute(dataset, dataset.signal(name))
    return dataset


def left(dataset: Dataset, **more: Any) -> list[int]:
    """The rows that a split-safe export keeps."""
    return choose(dataset, ExportRequest(to="messages", split_safe="split", **more)).mask.arg_true().to_list()


@pytest.fixture
def small_train(home: Path, tmp_path: Path) -> Dataset:
    """A training split of two rows, each with a copy among the three rows of the test split."""
    return opened(tmp_path, ["train", "train", "test", "test", "test"], [LONG, OTHER, LONG, f"{OTHER} again", "Hm"])


def test_the_evaluation_split_stays_whole_even_where_it_is_larger(small_train: Dataset) -> None:
    assert left(small_train) == [2, 3, 4]
    assert left(small_train, protect=("train",)) == [0, 1, 4]
    steps = choose(small_train, ExportRequest(split_safe="split")).steps
    assert (steps[-1].reason, steps[-1].dropped_rows) == ("split train: near or equal to a row of test", 2)


@pytest.mark.parametrize(
    ("names", "evaluation"),
    [
        (["train", "test"], ["test"]),
        (["train", "dev", "test", "validation"], ["test", "dev", "validation"]),
        (["training", "held-out"], ["held-out"]),
        (["a_train.jsonl", "a_eval.jsonl"], ["a_eval.jsonl"]),
        (["trainSplit", "devSplit"], ["devSplit"]),
        (["VALID", "TRAIN"], ["VALID"]),
        (["latest", "contest", "devices", "evaluated"], []),
    ],
)
def test_evaluation_splits_are_known_by_their_names(names: list[str], evaluation: list[str]) -> None:
    assert evaluation_splits(names) == evaluation


def test_the_order_in_which_splits_stay_whole() -> None:
    splits = splits_of(pl_series("train", "train", "train", "web", "web", "test", "test", "test", "test", None))
    ordered, protected = protecting(splits)
    assert (ordered.names, protected) == (["test", "web", "train"], ["test"])
    assert ordered.of.tolist() == [2, 2, 2, 1, 1, 0, 0, 0, 0, -1]
    assert protecting(splits, ["train", "web"])[0].names == ["train", "web", "test"]
    assert protecting(splits_of(pl_series("b", "b", "a")))[1] == ["a"]
    with pytest.raises(DuplicatesError, match="no split 'tset' to protect; the splits are web, train, test"):
        protecting(splits, ["tset"])


def pl_series(*values: str | None) -> Any:
    import polars as pl

    return pl.Series(values, dtype=pl.String)


def test_without_a_name_of_evaluation_the_smallest_is_protected_and_said(home: Path, tmp_path: Path) -> None:
    dataset = opened(tmp_path, ["a", "a", "b"], [LONG, OTHER, LONG])
    assert left(dataset) == [1, 2]
    result = export(dataset, ExportRequest(to="messages", split_safe="split"), tmp_path / "out").receipt
    assert result.protect == ("b",)
    assert result.notes[-1] == (
        "Of split, b stays whole: copies in other splits are left out. No name is that of an evaluation split, so the "
        "smallest split is protected."
    )


def test_the_command_names_the_split_that_stays_whole(small_train: Dataset, tmp_path: Path) -> None:
    options = ["export", small_train.id, "--to", "messages", "--split-safe", "split"]
    ran = CliRunner().invoke(app, [*options, "--out", str(tmp_path / "one")])
    assert ran.stdout.splitlines() == [
        f"3 of 5 rows in {tmp_path / 'one'}",
        "Of split, test stays whole: copies in other splits are left out.",
    ]
    ran = CliRunner().invoke(app, [*options, "--protect", "train", "--out", str(tmp_path / "two"), "--json"])
    assert json.loads(ran.stdout)["notes"][-1] == "Of split, train stays whole: copies in other splits are left out."
    ran = CliRunner().invoke(app, [*options, "--protect", "tset", "--out", str(tmp_path / "three")])
    assert isinstance(ran.exception, DuplicatesError) and "no split 'tset'" in str(ran.exception)


def test_a_split_to_protect_needs_a_column() -> None:
    with pytest.raises(ExportError, match="'test' is to be protected, but no column of splits is named"):
        ExportRequest(protect=("test",))


@pytest.mark.parametrize("protect", [(), ("train",), ("test", "train")])
def test_a_receipt_gives_the_same_split_again(small_train: Dataset, tmp_path: Path, protect: tuple[str, ...]) -> None:
    request = ExportRequest(to="messages", split_safe="split", protect=protect)
    first = export(small_train, request, tmp_path / "out")
    again = replay(
        tmp_path / "out" / "receipt.json", [tmp_path / "rows.jsonl"], tmp_path / "again", Workspace(tmp_path / "w")
    )
    assert first.receipt.protect == (protect or ("test",)) and again.receipt == first.receipt


def test_a_receipt_without_a_protected_split_keeps_the_smallest_whole(small_train: Dataset, tmp_path: Path) -> None:
    """As receipts were written when the smallest split was the one that stayed: here that of training."""
    request = ExportRequest(to="messages", split_safe="split", protect=("train",))
    export(small_train, request, tmp_path / "out")
    path = tmp_path / "out" / "receipt.json"
    receipt = json.loads(path.read_text())
    del receipt["protect"]
    for used in receipt["signals"]:
        if used["name"] in ("near_pairs", "exact_duplicates"):
            used["version"] = 1
            used["parameters"] = {k: v for k, v in used["parameters"].items() if k in ("words", "characters", "unit")}
            used["parameters"]["over"] = "prompt+response"
    path.write_text(json.dumps(receipt))
    again = replay(path, [tmp_path / "rows.jsonl"], tmp_path / "again", Workspace(tmp_path / "w"))
    assert again.receipt.rows_out == 3 and again.receipt.protect == ("train",)
    by_name = {used.name: used.parameters for used in again.receipt.signals}
    assert by_name["near_pairs"]["boilerplate"] == "kept" and by_name["near_pairs"]["judgements"] == "copies"


def test_an_earlier_version_is_said_in_the_parameters_of_today() -> None:
    def used(name: str, version: int, **parameters: Any) -> SignalUsed:
        return SignalUsed(name, version, parameters, "key")

    assert as_it_meant(used("near_pairs", 1, boilerplate="aside", words=3)) == {
        "over": "prompt+response", "judgements": "copies", "boilerplate": "anywhere", "words": 3,
    }  # fmt: skip
    assert as_it_meant(used("near_pairs", 2, boilerplate="aside")) == {"boilerplate": "aside"}
    assert as_it_meant(used("field_pairs", 1, columns="a~b")) == {"empty_cells": "left_out", "columns": "a~b"}
    assert as_it_meant(used("tokens", 1, tokenizer="x")) == {"tokenizer": "x"}


def test_judgements_in_two_splits_are_copies_for_an_export(home: Path, tmp_path: Path) -> None:
    """Row 0 is judged again in the test split: no copy for the page, but the same text on both sides."""
    names = ("instruction", "output", "item_id", "annotator", "split")
    lines = [("Say it.", LONG, "i1", "ada", "train"), ("Say it.", LONG, "i1", "bo", "test")]
    lines += [("Say it.", LONG, "i1", "cyd", "train"), ("Say it.", OTHER, "i2", "ada", "train")]
    (tmp_path / "judged.jsonl").write_text(
        "".join(json.dumps(dict(zip(names, line, strict=True))) + "\n" for line in lines)
    )
    dataset = Workspace().open([tmp_path / "judged.jsonl"])
    for name in ("exact_duplicates", "near_groups"):
        compute(dataset, dataset.signal(name))
    assert dataset.column("duplicate_group").to_list() == [None] * 4
    assert left(dataset) == [1, 3]


def test_the_page_asks_which_split_stays_whole(small_train: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["app.py"])
    page = open_page("export", small_train)
    page.selectbox(key="split_safe").set_value("split")
    page = well(page.run())
    assert page.multiselect(key="protect_split").value == ["test"]
    reasons = page.dataframe[0].value["step"].to_list()
    assert reasons[-1] == "Left out: split train: near or equal to a row of test"
    page.multiselect(key="protect_split").set_value(["train"])
    reasons = well(page.run()).dataframe[0].value["step"].to_list()
    assert reasons[-1] == "Left out: split test: near or equal to a row of train"
    again = open_page("export", small_train)  # another session: the choice stays with the dataset
    assert again.selectbox(key="split_safe").value == "split"
    assert again.multiselect(key="protect_split").value == ["train"]
