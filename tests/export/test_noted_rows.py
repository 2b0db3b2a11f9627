"""Do notes on rows stay here unless they are asked for, and is an export that depends on them made again?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from analysis.dataset import Dataset
from analysis.errors import ReceiptError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.view import View
from analysis.workspace import Workspace


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Five rows; the second and the fourth have a note, the fourth one with an e-mail address."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"Question {n}?", "response": "Yes."}) + "\n" for n in range(5)))
    dataset = Workspace(tmp_path / "home").open([path])
    ids = dataset.column("row_id")
    notes = {"row_id": [ids[1], ids[3]], "text": ["Too short", "ask jane.roe@brightwell-mills.co"]}
    dataset.set_notes(pl.DataFrame(notes).with_columns(person=pl.lit("Ann")), 1)
    return dataset


def told(dataset: Dataset, request: ExportRequest, out: Path) -> list[str]:
    sentences: list[str] = []
    export(dataset, request, out, tell=sentences.append)
    return [sentence for sentence in sentences if "note" in sentence]


def test_notes_stay_here_and_are_counted(noted: Dataset, tmp_path: Path) -> None:
    assert told(noted, ExportRequest(to="parquet"), tmp_path / "a") == [
        "2 rows have a note. Notes stay here. Add the column row_note to export them."
    ]
    assert told(noted, ExportRequest(to="messages"), tmp_path / "b") == [
        "2 rows have a note. Notes stay here. The formats parquet and csv take the column row_note to export them."
    ]
    for folder in ("a", "b"):
        assert "row_note" not in (tmp_path / folder / "receipt.json").read_text()
    assert "row_note" not in pl.read_parquet(next((tmp_path / "a").glob("*.parquet"))).columns


def again(tmp_path: Path) -> None:
    """The export in `out` is made again, byte for byte, in a workspace without notes."""
    replay(tmp_path / "out" / "receipt.json", tmp_path / "rows.jsonl", tmp_path / "again", Workspace(tmp_path / "else"))
    for file in (tmp_path / "out").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_the_column_goes_out_where_it_is_added(noted: Dataset, tmp_path: Path) -> None:
    request = ExportRequest(to="parquet", add=("row_note",))
    assert told(noted, request, tmp_path / "out") == ["2 rows have a note, which goes out in the column row_note."]
    written = pl.read_parquet(next((tmp_path / "out").glob("*.parquet")))
    assert written["row_note"].to_list() == [None, "Too short", None, "ask jane.roe@brightwell-mills.co", None]
    again(tmp_path)


@pytest.mark.parametrize(
    ("where", "rows"),
    [("row_note~notblank~", 2), ("row_note~blank~", 3), ("row_note~has~short", 1), ("*~has~short", 1)],
)
def test_a_filter_on_notes_is_replayed(noted: Dataset, tmp_path: Path, where: str, rows: int) -> None:
    result = export(noted, ExportRequest(view=View.from_params([where]), to="messages"), tmp_path / "out")
    assert result.receipt.rows_out == rows
    again(tmp_path)


def test_personal_data_in_a_note_is_taken_out(noted: Dataset, tmp_path: Path) -> None:
    request = ExportRequest(to="csv", add=("row_note",), redact=("EMAIL_ADDRESS=replace",))
    export(noted, request, tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        assert "jane.roe" not in file.read_text(), file.name
    assert "ask <EMAIL_ADDRESS>" in next((tmp_path / "out").glob("*.csv")).read_text()
    again(tmp_path)


def test_a_changed_note_in_the_receipt_is_found(noted: Dataset, tmp_path: Path) -> None:
    export(noted, ExportRequest(to="csv", add=("row_note",)), tmp_path / "out")
    receipt = tmp_path / "out" / "receipt.json"
    receipt.write_text(receipt.read_text().replace("Too short", "Too long"))
    with pytest.raises(ReceiptError, match="notes of the receipt were changed: expected the SHA-256"):
        replay(receipt, tmp_path / "rows.jsonl", tmp_path / "again", Workspace(tmp_path / "else"))
