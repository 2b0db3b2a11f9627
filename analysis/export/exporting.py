"""A view -> files in a training format, with a receipt that lets anyone make the same bytes again, and a card."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import analysis
from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.as_in_source import write_as_in_source
from analysis.export.card import card
from analysis.export.cleaning import Cleaner
from analysis.export.flat import write_csv, write_parquet
from analysis.export.folder import CARD, RECEIPT, new_folder
from analysis.export.outfiles import Written, file_stem
from analysis.export.receipt import columns_asked, signal_of, signals_of, tags_of
from analysis.export.redaction.redacting import Redacting
from analysis.export.training_formats import KEYS
from analysis.export.waterfall import (
    FORMATS,
    ExportRequest,
    Step,
    choose,
    chosen_batches,
    has_tokens,
    known_of,
    waterfall,
)
from analysis.export.writers import write_training
from analysis.signal import ROW_ID

__all__ = ["FORMATS", "ExportError", "ExportRequest", "ExportResult", "Step", "export", "make", "waterfall"]

Report = Callable[[str, int, int], None]


def _quiet(stage: str, done: int, total: int) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True)
class ExportResult:
    """What was made in `folder`, as its receipt says."""

    folder: Path
    receipt: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """rows_in, rows_out, files (path in the folder, rows, bytes, sha256), waterfall, and where the receipt lies."""
        made = {key: self.receipt[key] for key in ("rows_in", "rows_out", "files", "neutralised_cells", "notes")}
        return {**made, "waterfall": self.receipt["steps"], "receipt": str(self.folder / RECEIPT)}


def export(
    dataset: Dataset,
    request: ExportRequest,
    out: Path,
    *,
    tags: pl.DataFrame | None = None,
    reasons: pl.DataFrame | None = None,
    sources: Sequence[Path] | None = None,
    report: Report = _quiet,
) -> ExportResult:
    """Writes the chosen rows, receipt.json and README.md into the folder `out`; all of them or nothing.

    `tags` (row_id, tags, disputed_tags) stands in for the tags set on the dataset; `reasons` (row_id, tag, why, reason)
    says why some were given. `sources`: where the source files
    lie now, for `to="input"` from Parquet and Arrow. Raises ExportError, ViewError, DatasetError.
    """
    if tags is not None:
        own = Dataset(dataset.folder, dataset.catalogue)
        own.set_tags(tags, dataset.tag_revision + 1)
        own.set_rulings(dataset.rulings)
        dataset = own
    with new_folder(out) as folder:
        receipt = make(dataset, request, folder, sources, report, reasons)
    return ExportResult(out, receipt)


def make(
    dataset: Dataset,
    request: ExportRequest,
    folder: Path,
    sources: Sequence[Path] | None = None,
    report: Report = _quiet,
    reasons: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """Writes data files, card and receipt into the empty `folder`; returns the receipt."""
    report("choosing", 0, dataset.height)
    mask, steps = choose(dataset, request, reasons)
    clean = Cleaner(dataset, request.clean)
    if unknown := [column for column in request.add if column not in dataset.schema]:
        raise ExportError(
            f"{dataset.name} has no column {unknown[0]!r} to add; compute its signal first, or choose among "
            f"{', '.join(dataset.shown_columns)}."
        )
    redacting = Redacting(dataset, request.redact)
    written = _write(dataset, request, mask, folder, sources, report, clean, redacting)
    if request.clean:
        kinds = ", ".join(request.clean)
        rows = "1 row was" if clean.rows == 1 else f"{clean.rows:,} rows were"
        written.notes.append(f"{rows} cleaned of {kinds}; tokens are counted before cleaning.")
    written.notes += redacting.notes()
    receipt = _receipt(dataset, request, steps, written, reasons)
    if personal := redacting.said(columns_asked(request)):
        receipt["personal_data"] = personal
    lengths = dataset.column("row_tokens").filter(mask) if has_tokens(dataset) else None
    if request.redact:
        report("scanning again", 0, int(mask.sum()))
        redacting.check(folder, request.to, mask, written.files, receipt)
    (folder / CARD).write_text(card(receipt, written, lengths), encoding="utf-8", newline="\n")
    text = json.dumps(receipt, ensure_ascii=False, indent=1)
    (folder / RECEIPT).write_bytes(f"{text}\n".encode())
    return receipt


def _write(
    dataset: Dataset,
    request: ExportRequest,
    mask: pl.Series,
    folder: Path,
    sources: Sequence[Path] | None,
    report: Report,
    clean: Cleaner,
    redacting: Redacting,
) -> Written:
    to, total, known = request.to, int(mask.sum()), known_of(dataset)
    stem = file_stem(dataset.name)

    def frames(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        done = 0
        wanted = list(dict.fromkeys(columns))
        for frame in chosen_batches(dataset, list(dict.fromkeys([*wanted, *redacting.reads])), mask):
            yield redacting(clean(frame)).select(wanted)
            done += frame.height
            report("writing", done, total)

    if to in KEYS:
        return write_training(to, known, frames(known.reads(to)), folder / f"{stem}-{to.replace('_', '-')}.jsonl")
    if to == "input":
        return write_as_in_source(dataset, frames, folder, sources, redacting.change)
    columns = dict.fromkeys([*_flat_columns(dataset, repeat=to == "parquet"), *request.add])
    schema = {name: dataset.schema[name] for name in columns}
    write = write_parquet if to == "parquet" else write_csv
    return write(frames(list(schema)), schema, folder / f"{stem}.{to}")


def _flat_columns(dataset: Dataset, *, repeat: bool) -> list[str]:
    """Id, canonical columns (with `repeat` also those that an original column equals), original columns, tags."""
    stored = dataset.meta["canonical"]
    canonical = [name for name in dataset.canonical if repeat or stored[name] in (None, name)]
    place = ["source_file"] if len(dataset.meta["sources"]) > 1 else []
    return list(dict.fromkeys([ROW_ID, *place, *canonical, *dataset.originals, "tags"]))


def _receipt(
    dataset: Dataset, request: ExportRequest, steps: list[Step], written: Written, reasons: pl.DataFrame | None
) -> dict[str, Any]:
    meta = dataset.meta
    return {
        "winnow": analysis.__version__,
        "source": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "files": [{key: file[key] for key in ("name", "bytes", "sha256")} for file in meta["files"]],
            "format": dataset.format,
            "reading": meta["reading"],
            "roles": dataset.roles,
            "rows": dataset.height,
            "unreadable": meta["unreadable"],
            "notes": [note["sentence"] for note in meta["notes"]],
        },
        "view": request.view.to_params(),
        "sentence": request.view.sentence,
        "tags": tags_of(dataset, request, reasons),
        "signals": [signal_of(known) for known in signals_of(dataset, request)],
        "to": request.to,
        "clean": list(request.clean),
        **({"add": list(request.add)} if request.add else {}),
        "split_safe": request.split_safe,
        "steps": [step.as_dict() for step in steps],
        "rows_in": dataset.height,
        "rows_out": steps[-1].rows,
        "tokens_in": steps[0].tokens,
        "tokens_out": steps[-1].tokens,
        "neutralised_cells": written.neutralised_cells,
        "notes": written.notes,
        "files": written.files,
    }
