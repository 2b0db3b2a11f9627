"""Writes a view as files in a training format, with a card and a receipt from which it can be made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.as_in_source import write_as_in_source
from analysis.export.as_tokens import cautions, choice_of, read_for_tokens, write_tokens
from analysis.export.card import card
from analysis.export.cleaning import Cleaner
from analysis.export.exposure import exposure
from analysis.export.flat import flat_columns, write_csv, write_parquet
from analysis.export.folder import CARD, RECEIPT, new_folder
from analysis.export.losses import losses, sentences
from analysis.export.making_receipt import receipt_of
from analysis.export.noted import notes_outlook
from analysis.export.outfiles import Written, file_stem
from analysis.export.proposed.outlook import proposed_outlook
from analysis.export.proposed.tables import change_of
from analysis.export.receipt import Receipt
from analysis.export.redaction.outcome import outcome
from analysis.export.redaction.redacting import Redacting
from analysis.export.request import TOKENIZED, ExportRequest
from analysis.export.split_safe import protection
from analysis.export.training_formats import KEYS
from analysis.export.unpacking import Unpacking, outlook
from analysis.export.waterfall import Chosen, choose
from analysis.export.writers import write_training

Report = Callable[[str, int, int], None]


def _quiet(stage: str, done: int, total: int) -> None:
    """Reports no progress."""


@dataclass(frozen=True)
class ExportResult:
    """The export in `folder` and its receipt. `unknown`: after a replay, the keys of the replayed receipt that this
    version does not know."""

    folder: Path
    receipt: Receipt
    unknown: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """rows_in, rows_out, files (path in the folder, rows, bytes, sha256), the rows that lose each field, what was
        done about personal data, waterfall, the receipt's path, what was unpacked, rows with proposed texts."""
        receipt = replace(self.receipt, proposals=None).as_dict()
        shown = {key: receipt[key] for key in ("rows_in", "rows_out", "files", "neutralised_cells", "lost", "notes")}
        unpacked = {"unpacked_shots": receipt["unpacked_shots"]} if "unpacked_shots" in receipt else {}
        taken = self.receipt.proposals
        proposed = {"proposed": {"rows": taken.rows, "people": dict(taken.people)}} if taken else {}
        unknown = {"unknown": list(self.unknown)} if self.unknown else {}
        return {
            **shown,
            "personal_data": outcome(self.receipt.personal_data),
            "waterfall": receipt["steps"],
            "receipt": str(self.folder / RECEIPT),
            **unpacked,
            **proposed,
            **unknown,
        }


def export(
    dataset: Dataset,
    request: ExportRequest,
    out: Path,
    *,
    tags: pl.DataFrame | None = None,
    reasons: pl.DataFrame | None = None,
    sources: Sequence[Path] | None = None,
    replace: bool = False,
    report: Report = _quiet,
    tell: Callable[[str], None] = lambda sentence: None,
) -> ExportResult:
    """Writes the chosen rows, receipt.json and README.md into the folder `out`; all of them or nothing.

    `out` is new or empty; with `replace` it may hold an earlier export, which is then deleted.

    `tags` (row_id, tags, disputed_tags) replaces the tags set on the dataset; `reasons` (row_id, tag, why, reason): why
    rows were tagged. `sources`: the source files' current paths, for `to="input"` from Parquet and Arrow. `tell` gets
    sentences on what goes out as it is, before anything is written.

    Raises ExportError, ViewError, DatasetError.
    """
    if tags is not None:
        tagged = Dataset(dataset.folder, dataset.catalogue)
        tagged.set_tags(tags, dataset.tag_revision + 1)
        tagged.set_rulings(dataset.rulings)
        tagged.set_notes(dataset.row_notes, dataset.note_revision)
        dataset = tagged
    with new_folder(out, replace=replace) as folder:
        report("choosing", 0, dataset.height)
        chosen = choose(dataset, request, reasons)
        lost = losses(chosen)
        cautious = cautions(dataset) if request.to in TOKENIZED else []
        for sentence in (
            *outlook(chosen),
            *exposure(chosen).sentences,
            *proposed_outlook(chosen),
            *notes_outlook(chosen),
            *sentences(request.to, lost),
            *cautious,
        ):
            tell(sentence)
        receipt = write_export(chosen, lost, folder, sources, report)
    return ExportResult(out, receipt)


def write_export(
    chosen: Chosen,
    lost: Mapping[str, int],
    folder: Path,
    sources: Sequence[Path] | None = None,
    report: Report = _quiet,
) -> Receipt:
    """Writes data files, card and receipt into the empty `folder`; returns the receipt. `lost`: see `losses`."""
    _check_added(chosen)
    unpacking, cleaner, redacting = Unpacking(chosen), Cleaner(chosen.dataset, chosen.request.clean), Redacting(chosen)
    written = write_rows(chosen, folder, sources, report, unpacking, cleaner, redacting)
    taken = chosen.taking.notes(chosen.mask)
    written.notes += [
        *taken,
        *protection(chosen.request, chosen.protected),
        *unpacking.notes(),
        *cleaner.notes(),
        *redacting.notes(),
    ]
    receipt = receipt_of(chosen, written, lost, redacting.personal_data(), unpacking.shots)
    if chosen.request.redact:
        report("scanning again", 0, chosen.rows)
        redacting.check(folder, receipt, unpacking.rows())
    (folder / CARD).write_text(card(receipt, written, chosen.lengths), encoding="utf-8", newline="\n")
    (folder / RECEIPT).write_bytes(receipt.as_json())
    return receipt


def _check_added(chosen: Chosen) -> None:
    dataset = chosen.dataset
    if unknown := [column for column in chosen.request.add if column not in dataset.schema]:
        raise ExportError(
            f"{dataset.name} has no column {unknown[0]!r} to add; compute its signal first, or choose among "
            f"{', '.join(dataset.shown_columns)}."
        )


def write_rows(
    chosen: Chosen,
    folder: Path,
    sources: Sequence[Path] | None,
    report: Report,
    unpacking: Unpacking,
    cleaner: Cleaner,
    redacting: Redacting,
) -> Written:
    """Writes the data files: the chosen rows with their proposed texts, unpacked, then cleaned, then redacted."""
    dataset, to = chosen.dataset, chosen.request.to
    stem = file_stem(dataset.name)

    def frames(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        done = 0
        wanted = list(dict.fromkeys(columns))
        for frame in chosen.batches(list(dict.fromkeys([*wanted, *unpacking.reads, *redacting.reads]))):
            lines = unpacking(frame)
            yield unpacking.once(redacting(cleaner(lines.frame)).select(*wanted, *unpacking.adds), lines)
            done += frame.height
            report("writing", done, chosen.rows)

    if to in KEYS:
        path = folder / f"{stem}-{to.replace('_', '-')}.jsonl"
        return write_training(to, chosen.source, frames(chosen.source.reads(to)), path)
    if to == "input":
        return write_as_in_source(dataset, frames, folder, sources, lambda file: change_of(chosen, redacting, file))
    if to in TOKENIZED:
        path = folder / (f"{stem}-tokens.jsonl" if to == "tokens" else f"{stem}-tokens.parquet")
        return write_tokens(to, choice_of(dataset), frames(read_for_tokens(dataset)), path)
    columns = dict.fromkeys([*flat_columns(dataset, repeat=to == "parquet"), *chosen.request.add])
    schema = {name: dataset.schema[name] for name in columns}
    write = write_parquet if to == "parquet" else write_csv
    return write(frames(list(schema)), schema, folder / f"{stem}.{to}")
