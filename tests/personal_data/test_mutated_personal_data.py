"""Does any text, cut or mixed as real files have them, stop the scan, its masks or the redaction of an export?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.export import ExportRequest, export
from analysis.personal_data.cells import JSON, is_json, rewritten, texts_in
from analysis.personal_data.masking import masked_text
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.personal_data.scanning import scanner
from analysis.personal_data.types import DEFAULT_TYPES
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.mutated_texts import FORMS, frame_of, mutated_batches, mutated_texts


def text_at(row: dict[str, Any], span: dict[str, Any]) -> str:
    """The text in which a span is."""
    if span["message"] is None:
        return str(row[span["field"]])
    return str(row["messages"][span["message"]]["content"])


def check_spans(texts: list[str], form: str) -> None:
    """Every span lies in its text, and the counts are those of the spans."""
    rows = frame_of(texts, form)
    for signal, table, count, status in (
        (PersonalData(), "spans", "pii_count", "pii_status"),
        (NamedEntities(), "entities", "entity_count", "entity_status"),
    ):
        columns = signal.compute(rows)
        assert columns.height == len(texts) and columns[status].null_count() == 0
        for row, answer in zip(rows.to_dicts(), columns.to_dicts(), strict=True):
            spans = answer[table] or []
            assert answer[count] == sum(not span["is_placeholder"] for span in spans)
            assert all(0 <= span["start"] < span["end"] <= len(text_at(row, span)) for span in spans)


def check_masks(texts: list[str]) -> None:
    """A mask hides every value, and the text around it stays."""
    for text in texts:
        hits = scanner().scan_text(text).hits
        shown = masked_text(text, [(hit.start, hit.end, hit.type, False) for hit in hits])
        kept = [
            text[a:b] for a, b in zip([0, *(h.end for h in hits)], [*(h.start for h in hits), len(text)], strict=True)
        ]
        assert shown.startswith(kept[0]) and shown.endswith(kept[-1]) and (not hits or "••" in shown)
        assert rewritten(text, lambda value: value) == text
        assert list(texts_in(text))[:1] == [text]
        if is_json(text):
            json.loads(rewritten(text, lambda value: f"<{value}>", JSON))


def check_redaction(texts: list[str], folder: Path) -> None:
    """An export is refused where its second scan finds something; each file holds every row."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": text, "response": json.dumps({"a": text})}) + "\n" for text in texts))
    dataset = Workspace().open([path])
    for how in ("replace", "pseudonym", "mask", "hash"):
        request = ExportRequest(View(), "messages", redact=tuple(f"{type_}={how}" for type_ in DEFAULT_TYPES))
        receipt = export(dataset, request, folder / how).receipt
        assert receipt.rows_in == dataset.height
        assert "ann.lee@quay-nine.org" not in "".join(file.read_text() for file in (folder / how).glob("*.jsonl"))


@given(st.lists(mutated_texts(), min_size=1, max_size=6), st.sampled_from(FORMS))
@settings(max_examples=30)
def test_any_text_is_scanned_and_masked(texts: list[str], form: str) -> None:
    check_spans(texts, form)
    check_masks(texts)


@pytest.mark.usefixtures("home")
def test_changed_texts_leave_without_personal_data(tmp_path: Path) -> None:
    for texts in mutated_batches(1, 120, seed=1):
        check_redaction(texts, tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("seed", range(3))
def test_thousands_of_changed_texts_are_scanned_masked_and_redacted(seed: int, tmp_path: Path) -> None:
    for number, texts in enumerate(mutated_batches(10, 150, seed)):
        check_spans(texts, FORMS[number % len(FORMS)])
        check_masks(texts)
        (tmp_path / str(number)).mkdir()
        check_redaction(texts, tmp_path / str(number))
