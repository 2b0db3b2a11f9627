"""A view -> files in a training format, with a receipt that lets anyone make the same bytes again, and a card."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import analysis
from analysis.card import card
from analysis.dataset import Dataset
from analysis.export_cleaning import Cleaner
from analysis.export_folder import CARD, RECEIPT, new_folder
from analysis.formats import fingerprint
from analysis.formats.flat import write_csv, write_parquet
from analysis.formats.known import KEYS
from analysis.formats.originals import TABLES, json_layouts, write_originals
from analysis.formats.outfiles import Written, file_stem, type_in_words
from analysis.formats.reader import shown_names
from analysis.formats.writers import write_training
from analysis.receipt_facts import columns_asked, signal_of, signals_of, tags_of
from analysis.redaction.exporting import Redacting
from analysis.signal import ROW_ID
from analysis.waterfall import (
    FORMATS,
    ExportError,
    ExportRequest,
    Step,
    choose,
    chosen_batches,
    has_tokens,
    known_of,
    waterfall,
)

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
    dataset: Dataset, request: ExportRequest, out: Path, *, tags: pl.DataFrame | None = None,
    reasons: pl.DataFrame | None = None, sources: Sequence[Path] | None = None, report: Report = _quiet,
) -> ExportResult:  # fmt: skip
    """Writes the chosen rows, receipt.json and README.md into the folder `out`; all of them or nothing.

    `tags` (row_id, tags, disputed_tags) stands in for the tags set on the dataset; `reasons` (row_id, tag, why, reason)
    says why some were given. `sources`: where the source files
    lie now, for `to="input"` from Parquet and Arrow. Raises ExportError, ViewError, DatasetError.
    """
    if tags is not None:
        own = Dataset(dataset.folder)
        own.set_tags(tags, dataset.tag_revision + 1)
        own.set_rulings(dataset.rulings)
        dataset = own
    with new_folder(out) as folder:
        receipt = make(dataset, request, folder, sources, report, reasons)
    return ExportResult(out, receipt)


def make(
    dataset: Dataset, request: ExportRequest, folder: Path, sources: Sequence[Path] | None = None,
    report: Report = _quiet, reasons: pl.DataFrame | None = None,
) -> dict[str, Any]:  # fmt: skip
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
    dataset: Dataset, request: ExportRequest, mask: pl.Series, folder: Path, sources: Sequence[Path] | None,
    report: Report, clean: Cleaner, redacting: Redacting,
) -> Written:  # fmt: skip
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
        return _write_originals(dataset, mask, frames, folder, sources, redacting)
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


def _write_originals(
    dataset: Dataset, mask: pl.Series, frames: Callable[[Sequence[str]], Iterator[pl.DataFrame]], folder: Path,
    given: Sequence[Path] | None, redacting: Redacting,
) -> Written:  # fmt: skip
    meta = dataset.meta
    sources: dict[str, Mapping[str, Any]] = meta["sources"]
    originals = list(dataset.originals)
    layouts = {}
    if "key" in originals and any(source["container"] == "json" for source in sources.values()):
        has_lists = any(note["kind"] == "list_member" for note in meta["notes"])
        everything = (
            batch for batch in dataset.batches(["source_file", "source_record", "key"])
            if sources[batch["source_file"][0]]["container"] == "json"
        )  # fmt: skip
        layouts = json_layouts(everything, "key", has_lists)
    columns = ["source_file", "source_line", "source_record", *originals]
    paths = _source_paths(dataset, given)
    written = write_originals(
        frames(columns), sources, _stems(dataset), paths, layouts, folder, originals, redacting.change
    )
    renamed, nested = meta["renamed"], set(meta["json_columns"])
    written.columns = {
        renamed.get(name, name): "JSON" if name in nested else type_in_words(dtype)
        for name, dtype in dataset.originals.items()
    }
    written.missing = type(written.missing)({renamed.get(name, name): n for name, n in written.missing.items()})
    return written


def _stems(dataset: Dataset) -> dict[str, str]:
    """The names of the files to write by source file, each once, whatever a file system thinks of upper case."""
    files = list(dataset.meta["sources"])
    if len(files) == 1:
        return {files[0]: f"{file_stem(dataset.name)}-input"}
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        name, again = f"{file_stem(file)}-input", 1
        while name.lower() in taken:
            again += 1
            name = f"{file_stem(file)}-input-{again}"
        taken.add(name.lower())
        stems[file] = name
    return stems


def _source_paths(dataset: Dataset, given: Sequence[Path] | None) -> dict[str, Path]:
    """Where the Parquet and Arrow sources lie, checked to be the same bytes as when they were opened."""
    files = dataset.meta["files"]
    shown = shown_names([Path(file["path"]) for file in files])
    found: dict[str, Path] = {}
    for number, (name, file) in enumerate(zip(shown, files, strict=True)):
        if dataset.meta["sources"].get(name, {}).get("container") not in TABLES:
            continue
        path = Path(given[number] if given else file["path"])
        if not path.is_file() or fingerprint([path]) != file["sha256"]:
            state = "has changed since it was opened" if path.is_file() else "is no longer there"
            raise ExportError(f"{path}, whose rows are to be copied, {state}; put it back, or export to parquet.")
        found[name] = path
    return found


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
