"""Makes the receipt of an export: its source, tags, signals and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

import analysis
from analysis.dataset import Dataset
from analysis.dataset.folder import TAGS
from analysis.export.noted import noted
from analysis.export.outfiles import Written
from analysis.export.proposed.receipted import receipted
from analysis.export.receipt import PersonalData, Receipt, SignalUsed, Source, SourceFile, Tags
from analysis.export.request import TABULAR
from analysis.export.unpacked_rows import UnpackedShots
from analysis.export.waterfall import Chosen
from analysis.formats import ReadOptions
from analysis.signal import ROW_ID, Signal


def receipt_of(
    chosen: Chosen,
    written: Written,
    lost: Mapping[str, int],
    personal_data: PersonalData | None,
    unpacked_shots: UnpackedShots | None,
) -> Receipt:
    """What was chosen, written and lost, and all that is needed to make it again."""
    dataset, request, steps = chosen.dataset, chosen.request, chosen.steps
    return Receipt(
        winnow=analysis.__version__,
        source=_source_of(dataset),
        view=tuple(request.view.to_params()),
        sentence=dataset.sentence_of(request.view),
        tags=_tags_of(chosen),
        signals=tuple(_as_used(signal) for signal in _signals_of(chosen)),
        to=request.to,
        clean=request.clean,
        add=request.add,
        split_safe=request.split_safe,
        protect=chosen.protected,
        steps=tuple(steps),
        rows_in=dataset.height,
        rows_out=chosen.rows,
        tokens_in=steps[0].tokens,
        tokens_out=steps[-1].tokens,
        neutralised_cells=written.neutralised_cells,
        lost=dict(lost),
        notes=tuple(written.notes),
        files=tuple(written.files),
        personal_data=personal_data,
        unpacked_shots=unpacked_shots,
        proposals=receipted(dataset, request, chosen.taking, chosen.mask, chosen.may_take),
        row_notes=noted(chosen),
    )


def _source_of(dataset: Dataset) -> Source:
    meta = dataset.meta
    return Source(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        files=tuple(SourceFile(file["name"], file["bytes"], file["sha256"]) for file in meta["files"]),
        format=dataset.format,
        reading=ReadOptions(**meta["reading"]),
        roles=dataset.roles,
        rows=dataset.height,
        unreadable=meta["unreadable"],
        notes=tuple(note["sentence"] for note in meta["notes"]),
    )


def _tags_of(chosen: Chosen) -> Tags:
    """The requested tags, the rows of every tag on which the result depends, and why rows were tagged."""
    dataset, request = chosen.dataset, chosen.request
    asked = {*request.only_tags, *request.without_tags}
    everything = request.to in TABULAR or any(f.column in TAGS for f in request.view.active)
    rows: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in TAGS}
    if asked or everything:
        tagged = pl.DataFrame([dataset.column(ROW_ID), *(dataset.column(name) for name in TAGS)])
        for name in TAGS:
            each = tagged.select(ROW_ID, tag=name).explode("tag").drop_nulls("tag")
            each = each if everything else each.filter(pl.col("tag").is_in(sorted(asked)))
            by_tag = each.group_by("tag").agg(pl.col(ROW_ID).sort()).sort("tag")
            rows[name] = {tag: tuple(ids) for tag, ids in by_tag.iter_rows()}
    return Tags(request.only_tags, request.without_tags, rows["tags"], rows["disputed_tags"], _reasons_of(chosen))


def _reasons_of(chosen: Chosen) -> dict[str, dict[str, dict[str, str]]]:
    """Tag that drops rows -> why -> row id -> reason."""
    given: dict[str, dict[str, dict[str, str]]] = {}
    if chosen.reasons is None:
        return given
    lines = chosen.reasons.filter(pl.col("tag").is_in(list(chosen.request.without_tags)))
    for row_id, tag, why, reason in lines.sort("tag", "why", ROW_ID).iter_rows():
        given.setdefault(tag, {}).setdefault(why or "", {})[row_id] = reason
    return given


def _signals_of(chosen: Chosen) -> list[Signal]:
    """The signals whose columns choose rows or are exported, the signals that these read, and that of tokens."""
    dataset = chosen.dataset
    columns = {*chosen.request.columns, *(["row_tokens"] if chosen.has_tokens else [])}
    while True:
        signals = [dataset.signal(name) for name in dataset.catalogue.writers_of(columns - set(dataset.originals))]
        if columns >= (read := {column for signal in signals for column in signal.inputs}):
            return signals
        columns |= read


def _as_used(signal: Signal) -> SignalUsed:
    """A signal as the receipt holds it; a path in its parameters is cut to its file name, equal on every machine."""
    cut = {
        name: Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value
        for name, value in signal.parameters.items()
    }
    return SignalUsed(signal.name, signal.version, cut, replace(signal, **cut).key)
