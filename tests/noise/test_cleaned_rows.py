"""Do proposals of cleaned texts say what an export with cleaning writes, row by row?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from analysis.annotations import open_annotations
from analysis.annotations.in_place import take_annotations
from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export import ExportRequest, export
from analysis.export.cleaned_rows import CleanedText, cleaned_rows
from analysis.export.cleaning import Cleaner
from analysis.export.request import CLEANABLE
from analysis.proposals import propose_texts
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import ROOT
from tests.support.commands import runner


def changed(dataset: Dataset, *kinds: str) -> list[CleanedText]:
    rows = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    return [text for part in cleaned_rows(dataset, rows, kinds) for text in part.texts]


@pytest.mark.parametrize("name", ["instructions", "chats", "preferences", "hostile"])
def test_as_many_rows_change_as_in_an_export(name: str, home: Path) -> None:
    dataset = Workspace().open([str(ROOT / "sample_data" / f"{name}.jsonl")])
    frame = dataset.frame([ROW_ID, *dataset.canonical])
    rows = {}
    for kind in CLEANABLE:
        cleaner = Cleaner(dataset, [kind])
        cleaner(frame)
        texts = changed(dataset, kind)
        rows[kind] = len({text.row_id for text in texts})
        assert rows[kind] == cleaner.rows, kind
        assert all(text.before != text.after and not text.is_own for text in texts)
    assert sum(rows.values()) > 20


def test_a_kind_that_cannot_be_cleaned_is_refused(home: Path) -> None:
    dataset = Workspace().open([str(ROOT / "sample_data" / "hostile.jsonl")])
    with pytest.raises(ExportError, match="no kind of noise 'truncated'.*known: "):
        changed(dataset, "truncated")


def test_the_command_proposes_what_the_export_then_writes(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "rows.jsonl"
    texts = ["Fish &amp; chips", "plain", "a &lt; b", "Tom &amp; Ann \x00"]
    source.write_text(
        "".join(json.dumps({"prompt": f"Q{n}?", "response": text}) + "\n" for n, text in enumerate(texts))
    )
    run = runner(capfd)
    dry = run("clean", source, "--kind", "html_entities", "--dry-run", "--json")
    assert dry.json == {
        "rows": 3, "texts": 3, "proposed_rows": 0, "unfit_texts": 0, "looked_at": 4, "not_looked_at": None
    }  # fmt: skip
    done = run("clean", source, "--kind", "html_entities", "--person", "ann")
    assert done.code == 0 and done.out.splitlines() == [
        "3 of 4 rows with a text would change, in 3 texts.",
        "The cleaned texts of 2 rows are proposed.",
        "1 text cannot be proposed: too long, or with U+0000. Edit by hand.",
    ]
    dataset = Workspace().open([str(source)])
    take_annotations(dataset, home)
    assert dataset.proposals.sort("text").select("field", "text", "person", "why").rows() == [
        ("response", "Fish & chips", "ann", "cleaned: html_entities"),
        ("response", "a < b", "ann", "cleaned: html_entities"),
    ]
    export(dataset, ExportRequest(to="prompt_completion"), tmp_path / "out")
    written = [json.loads(line) for path in (tmp_path / "out").glob("*.jsonl") for line in path.open()]
    assert [row["completion"] for row in written] == ["Fish & chips", "plain", "a < b", texts[3]]
    assert [text.row_id for text in changed(dataset, "html_entities")] == [dataset.column(ROW_ID)[3]]


def test_a_proposed_text_is_cleaned_in_the_place_of_the_source(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(json.dumps({"prompt": "Q?", "response": "Fish & chips"}) + "\n")
    dataset = Workspace().open([str(source)])
    row_id = dataset.column(ROW_ID)[0]
    with open_annotations(home) as notes:
        propose_texts(dataset, notes, {row_id: {"response": "Fish &amp; chips"}}, "ann")
    take_annotations(dataset, home)
    assert changed(dataset, "html_entities") == [
        CleanedText(row_id, "response", "Fish &amp; chips", "Fish & chips", is_own=True)
    ]
    rows = dataset.rows_of(View().where("response", "has", "nothing"))
    assert list(cleaned_rows(dataset, rows, ["html_entities"])) == []
