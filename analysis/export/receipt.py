"""What a receipt says of the tags and signals on which an export depends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import TAGS
from analysis.export.waterfall import ExportRequest, dropped_types, has_tokens, types_column
from analysis.signal import ROW_ID, Signal


def tags_of(dataset: Dataset, request: ExportRequest, reasons: pl.DataFrame | None) -> dict[str, Any]:
    """The tags asked for, the rows of every tag on which the result depends, and why rows were left out."""
    asked = {*request.only_tags, *request.without_tags}
    everything = request.to in ("parquet", "csv") or any(f.column in TAGS for f in request.view.active)
    rows: dict[str, dict[str, list[str]]] = {name: {} for name in TAGS}
    if asked or everything:
        said = pl.DataFrame([dataset.column(ROW_ID), *(dataset.column(name) for name in TAGS)])
        for name in TAGS:
            each = said.select(ROW_ID, tag=name).explode("tag").drop_nulls("tag")
            each = each if everything else each.filter(pl.col("tag").is_in(sorted(asked)))
            by_tag = each.group_by("tag").agg(pl.col(ROW_ID).sort()).sort("tag")
            rows[name] = dict(by_tag.iter_rows())
    tags = {
        "only": list(request.only_tags),
        "without": list(request.without_tags),
        "rows": rows["tags"],
        "disputed_rows": rows["disputed_tags"],
    }
    given: dict[str, dict[str, dict[str, str]]] = {}
    known = None if reasons is None else reasons.filter(pl.col("tag").is_in(list(request.without_tags)))
    for row_id, tag, why, reason in known.sort("tag", "why", ROW_ID).iter_rows() if known is not None else ():
        given.setdefault(tag, {}).setdefault(why or "", {})[row_id] = reason
    return {**tags, "reasons": given} if given else tags


def signals_of(dataset: Dataset, request: ExportRequest) -> list[Signal]:
    """The signals whose columns decide which rows leave or leave with them, those read in turn, and that of tokens."""
    columns = columns_asked(request)
    columns |= {"row_tokens"} if has_tokens(dataset) else set()
    columns |= {"near_group", "duplicate_group"} if request.split_safe else set()
    while True:
        known = [dataset.signal(name) for name in dataset.catalogue.writers_of(columns - set(dataset.originals))]
        if columns >= (read := {column for signal in known for column in signal.inputs}):
            return known
        columns |= read


def columns_asked(request: ExportRequest) -> set[str]:
    """The columns on which the rows and their columns depend: of filters, of those added, of types that drop a row."""
    return {*request.add, *(f.column for f in request.view.active), *map(types_column, dropped_types(request))}


def signal_of(known: Signal) -> dict[str, Any]:
    """A signal as a receipt names it; a path among its parameters is cut to the file's name, the same elsewhere."""
    own = known.parameters
    shown = {k: Path(v).name if isinstance(v, str) and Path(v).is_absolute() else v for k, v in own.items()}
    return {"name": known.name, "version": known.version, "parameters": shown, "key": replace(known, **shown).key}
