"""Does the reader know which findings a row has, why, and where?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from analysis.check import SEVERITIES
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from analysis.workspace import Workspace
from ui.reading.row_findings import RowFindings, about_it, findings_of


def found_in(dataset: Dataset) -> list[RowFindings]:
    rows = pl.Series("row", range(dataset.height), dtype=pl.UInt32)
    held = list(dataset.canonical_frame([ROW_ID, *dataset.canonical], rows).iter_rows(named=True))
    return findings_of(dataset, rows, held)


def test_a_row_has_the_findings_that_its_columns_show_with_their_places(tmp_path: Path) -> None:
    answers = ["A plain answer about the sea.", "See <b>this</b> answer about the sea.", ""]
    path = tmp_path / "told.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"Question {i}?", "response": a}) + "\n" for i, a in enumerate(answers))
    )
    dataset = Workspace(tmp_path / "home").open([path])
    assert [of_row.checks for of_row in found_in(dataset)] == [[], [], []]  # nothing is computed
    for name in ("lengths", "tokens", "formatting"):
        compute(dataset, dataset.signal(name))
    plain, marked, _ = found_in(dataset)
    assert "html_tags" not in [check.name for check in plain.checks]
    assert "html_tags" in [check.name for check in marked.checks]
    assert "HTML tags" in [title for _, title, _ in marked.lines()]
    assert {(hit.field, answers[1][hit.start : hit.end], hit.css) for hit in marked.places} == {
        ("response", "<b>", "finding"), ("response", "</b>", "finding")
    }  # fmt: skip
    ranks = [list(SEVERITIES).index(check.severity) for check in marked.checks]
    assert ranks == sorted(ranks)


def test_the_sentence_is_about_the_row_that_is_read() -> None:
    assert about_it("1 row holds emoji.") == "This row holds emoji."
    assert about_it("1 response is a refusal.") == "One response is a refusal."
