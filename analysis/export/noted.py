"""The notes that people wrote on rows: what an export does with them, and what its receipt keeps of them.

Notes stay in the workspace unless the column `row_note` is added. Where the result depends on them, by that column or a
filter, the receipt has them, so that the export can be made again; with personal data taken out it has their digest
only, as with proposed texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from analysis.counted import count
from analysis.dataset.folder import ROW_NOTE
from analysis.errors import ReceiptError
from analysis.export.proposed.receipted import LEFT_OUT, ProposedText, digest_of, keep, kept
from analysis.export.request import TABULAR
from analysis.export.waterfall import Chosen
from analysis.signal import ROW_ID
from analysis.view import ANY_TEXT


@dataclass(frozen=True)
class Noted:
    """The notes on which an export depends: their digest, and the texts by row id, left out where they are kept in the
    workspace."""

    sha256: str
    texts: Mapping[str, str] = field(default_factory=dict, metadata=LEFT_OUT)


def noted(chosen: Chosen) -> Noted | None:
    """The receipt's part on notes; None where the export does not depend on them. Raises ExportError where they cannot
    be kept in the workspace."""
    dataset, request = chosen.dataset, chosen.request
    filtered = {f.column for f in request.view.active}
    if ROW_NOTE in dataset.originals or dataset.row_notes.is_empty():
        return None
    is_asked = bool(filtered & {ROW_NOTE, ANY_TEXT})
    if not is_asked and ROW_NOTE not in request.add:
        return None
    notes = dataset.column(ROW_NOTE)
    mask = notes.is_not_null() if is_asked else notes.is_not_null() & chosen.mask
    ids, written = dataset.column(ROW_ID).filter(mask), notes.filter(mask)
    texts = dict(sorted(zip(ids, written, strict=True)))
    digest = digest_of(_as_proposed(texts))
    if request.redact and texts:
        keep(_as_proposed(texts), digest)
    return Noted(digest, {} if request.redact else texts)


def notes_of_receipt(part: Noted | None, *, is_redacted: bool) -> pl.DataFrame:
    """The notes of a receipt as a dataset takes them. Raises ReceiptError where they are not there, or are others than
    those of the export."""
    texts = dict(part.texts) if part else {}
    if part and is_redacted and not texts and part.sha256 != digest_of({}):
        texts = {row_id: fields[ROW_NOTE].text for row_id, fields in kept(part.sha256).items()}
    if part and (digest := digest_of(_as_proposed(texts))) != part.sha256:
        raise ReceiptError(
            f"The notes of the receipt were changed: expected the SHA-256 {part.sha256}, seen {digest}; "
            "replay the receipt as it was written."
        )
    return pl.DataFrame(
        {ROW_ID: list(texts), "text": list(texts.values())}, schema=dict.fromkeys((ROW_ID, "text"), pl.String)
    )


def notes_outlook(chosen: Chosen) -> list[str]:
    """How many of the exported rows have a note, and whether it goes out."""
    dataset, request = chosen.dataset, chosen.request
    if ROW_NOTE in dataset.originals or dataset.row_notes.is_empty():
        return []
    rows = int((dataset.column(ROW_NOTE).is_not_null() & chosen.mask).sum())
    if not rows:
        return []
    has = "has a note" if rows == 1 else "have a note"
    if ROW_NOTE in request.add:
        return [f"{count(rows)} {has}, which goes out in the column {ROW_NOTE}."]
    where = "Add the column" if request.to in TABULAR else f"The formats {' and '.join(TABULAR)} take the column"
    return [f"{count(rows)} {has}. Notes stay here. {where} {ROW_NOTE} to export them."]


def _as_proposed(texts: Mapping[str, str]) -> dict[str, dict[str, ProposedText]]:
    return {row_id: {ROW_NOTE: ProposedText(text, "")} for row_id, text in texts.items()}
