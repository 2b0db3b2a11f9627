"""Is an export the same whether proposed texts are placed column by column or row by row?"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.export.proposed import column_texts
from analysis.export.proposed.leaves import json_with_leaves, leaves_in, leaves_of, spans_of
from analysis.export.proposed.tokens import tokens_with_proposals
from analysis.export.waterfall import choose
from analysis.proposals import ProposedRows
from analysis.signal import ROW_ID
from analysis.workspace import Workspace
from tests.export.test_proposed_texts import opened, propose

TEXTS = ("", " ", "a", "b", ",", ":", "a\\", '"a"', '"prompt": "a"', "[1]", '{"a": "b"}', "[a", "null", "é\n猫", "\x01")
KEYS = ("prompt", "response", "system", "source", "id")
FIELDS = ("prompt", "response", "system", "text", "rejected", "messages.0.content")


def records(chance: random.Random, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Flat records of few texts, so that many are equal, some null, some JSON, and some with a value inside another."""
    rows: list[dict[str, Any]] = [{key: chance.choice((*TEXTS, None)) for key in keys} for _ in range(120)]
    for row in rows:
        row["n"] = chance.randrange(10**9)
        row["meta"] = chance.choice((None, {"response": chance.choice(TEXTS)}))
    return rows


def proposals(chance: random.Random, dataset: Dataset) -> dict[str, dict[str, str]]:
    """Texts for one field or several of two rows in three."""
    ids = [row_id for row_id in dataset.column(ROW_ID) if chance.random() < 0.67]
    return {row_id: {chance.choice(FIELDS): chance.choice((*TEXTS, "new")) for _ in range(2)} for row_id in ids}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
@pytest.mark.parametrize("to", ["input", "messages", "csv"])
def test_an_export_is_the_same_by_column_and_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, name: str, to: str
) -> None:
    chance = random.Random(seed)
    rows = records(chance, KEYS)
    if name == "rows.json":
        path = tmp_path / name
        path.write_text(json.dumps(rows, ensure_ascii=seed == 0), encoding="utf-8")
        dataset = Workspace(tmp_path / "home").open([path])
    else:
        dataset = opened(tmp_path, rows)
    propose(dataset, proposals(chance, dataset))
    chosen = choose(dataset, ExportRequest(to=to))
    assert not chosen.taking.columns.by_column.is_empty(), "some rows are placed column by column"
    assert to != "input" or chosen.taking.records._spliced
    fast = export(dataset, ExportRequest(to=to), tmp_path / "fast").receipt
    monkeypatch.setattr(
        column_texts, "changed_columns", lambda *_: pl.DataFrame(schema={ROW_ID: pl.String}), raising=True
    )
    slow = export(dataset, ExportRequest(to=to), tmp_path / "slow").receipt
    assert fast == slow
    for file in fast.files:
        assert (tmp_path / "fast" / file.path).read_bytes() == (tmp_path / "slow" / file.path).read_bytes()


@pytest.mark.parametrize("keys", [KEYS, ("text", "source"), ("prompt", "response", "rejected"), ("text", "response")])
def test_columns_are_those_of_each_row_alone(tmp_path: Path, keys: tuple[str, ...]) -> None:
    chance = random.Random(1)
    dataset = opened(tmp_path, records(chance, keys))
    propose(dataset, proposals(chance, dataset))
    rows = ProposedRows(dataset)
    assert not rows.changes.is_empty()
    own = pl.concat(rows.batches([ROW_ID, *rows.reads]))
    for before, after in zip(own.to_dicts(), rows.table.to_dicts(), strict=True):
        assert {**before, **rows.by_row[before[ROW_ID]].columns} == after
    unplaced = {row_id: set(row.unplaced) for row_id, row in rows.by_row.items() if row.unplaced}
    assert {row_id: set(fields) for row_id, fields in rows.unplaced.items()} == unplaced


@pytest.mark.parametrize(
    "keys", [KEYS, ("text", "response"), ("prompt", "response", "rejected"), ("messages", "system")]
)
def test_tokens_are_those_of_the_whole_rows(tmp_path: Path, keys: tuple[str, ...]) -> None:
    chance = random.Random(2)
    rows = records(chance, keys)
    if "messages" in keys:
        for row in rows:
            row["messages"] = [{"role": "user", "content": chance.choice(TEXTS)}] * chance.randrange(3)
    dataset = opened(tmp_path, rows)
    signal = dataset.signal("tokens")
    compute(dataset, signal)
    propose(dataset, proposals(chance, dataset))
    taking = choose(dataset, ExportRequest(to="input")).taking
    counted = tokens_with_proposals(dataset, taking).sort(ROW_ID)
    assert counted.equals(taking.computed(signal).select(ROW_ID, "row_tokens").sort(ROW_ID))
    some = dataset.column(ROW_ID).to_frame().with_row_index().select(pl.col("index") % 2 == 0).to_series()
    ids = dataset.column(ROW_ID).filter(some)
    of_some = tokens_with_proposals(dataset, taking, some).sort(ROW_ID)
    assert of_some.equals(counted.filter(pl.col(ROW_ID).is_in(ids.implode())))


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_texts_in_json_are_those_of_the_value(is_ascii: bool, indent: int | None) -> None:
    chance = random.Random(3)
    for _ in range(300):
        value = {key: _value(chance, 3) for key in ("a", ":", 'q"', "é", "b")}
        record = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
        spans = spans_of(record)
        leaves = leaves_of(value)
        assert leaves_in(spans) == leaves
        if leaves:
            path, _text = chance.choice(leaves)
            new = json_with_leaves(record, spans, {path: "put \\ here"})
            assert (dict(leaves_in(spans_of(new)))[path], new.count("put \\")) == ("put \\ here", 1)


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(6 if depth else 4)
    if kind < 4:
        return chance.choice((*TEXTS, None, 1, -2.5e3, True))
    inner = [_value(chance, depth - 1) for _ in range(chance.randrange(3))]
    return inner if kind == 4 else dict(zip(("x", "y"), inner, strict=False))


def test_a_receipt_is_written_as_json_writes_it(tmp_path: Path) -> None:
    dataset = opened(tmp_path, [{"prompt": f"q{n}", "response": text} for n, text in enumerate(TEXTS)])
    propose(
        dataset,
        {i: {"response": f"{t} new\t", "prompt": t} for i, t in zip(dataset.column(ROW_ID), TEXTS, strict=True)},
    )
    receipt = export(dataset, ExportRequest(to="input"), tmp_path / "out").receipt
    assert receipt.proposals and len(receipt.proposals.texts) == len(TEXTS)
    assert receipt.as_json().decode() == json.dumps(receipt.as_dict(), ensure_ascii=False, indent=1) + "\n"


def test_nothing_is_rewritten_row_by_row_where_all_is_placed_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"prompt": f"question {n}", "response": f"answer {n}"} for n in range(40)]
    dataset = opened(tmp_path, rows)
    ids = dataset.column(ROW_ID).to_list()
    propose(dataset, {row_id: {"response": "another"} for row_id in ids[::2]})

    def fail(*_: object) -> None:
        raise AssertionError("a row was rewritten alone")

    monkeypatch.setattr("analysis.proposals.proposed_rows.rewritten_row", fail)
    for to in ("input", "messages", "csv", "parquet"):
        assert export(dataset, ExportRequest(to=to), tmp_path / to).receipt.proposals.rows == 20  # type: ignore[union-attr]
