"""The command `pii`: how much personal data of which type the rows in view hold, and where."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analysis.commands.shared import DatasetArgument, Json, Where, answer, load, say
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.personal_data.recognisers import chosen_types
from analysis.personal_data.scanning import SCANNED
from analysis.personal_data.tables import STATUS, TABLES
from analysis.personal_data.types import ENTITY_TYPES, NOISY, names
from analysis.signal import ROW_ID, Signal

SAMPLE_SEED = 20250101


def pii_command(
    name: DatasetArgument,
    types: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these types; also those that are off, PERSON and the like."),
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many rows, the same ones each time.")] = None,
    spans: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where each lies, without values, as .parquet, .csv or .jsonl."),
    ] = None,
    where: Where = None,
    as_json: Json = False,
) -> None:
    """Personal data and secrets: rows and spans per type. Placeholders such as example.com are not counted."""
    if spans and spans.suffix not in (".parquet", ".csv", ".jsonl"):
        raise UsageError(f"Cannot write spans as {spans.name!r}; the name must end in .parquet, .csv or .jsonl.")
    dataset, view = load(name, where)
    started = time.perf_counter()
    rows = dataset.rows_of(view)
    if sample and sample < len(rows):
        rows = rows.sample(sample, seed=SAMPLE_SEED).sort()
    wanted = names(types or "")
    found, statuses = [], []
    for signal in _signals(dataset, wanted):
        few = len(rows) < dataset.height and not dataset.has(signal)
        status, table = _computed_here(dataset, signal, rows) if few else _stored(dataset, signal, rows)
        found.append(table)
        statuses.append(status)
    every = pl.concat(found)
    if wanted and NOISY not in wanted:
        every = every.filter(pl.col("type").is_in(wanted))
    counted = every.filter(~pl.col("is_placeholder"))
    per_type = (
        counted.group_by("type")
        .agg(rows=pl.col(ROW_ID).n_unique(), spans=pl.len())
        .sort(["rows", "type"], descending=[True, False])
    )
    partly = pl.DataFrame(statuses).select(pl.any_horizontal(pl.all().fill_null(SCANNED) != SCANNED).sum()).item()
    scanned = pl.DataFrame(statuses).select(pl.any_horizontal(pl.all().is_not_null()).sum()).item()
    if spans:
        _write(every, spans)
    result: dict[str, Any] = {
        "rows_scanned": scanned,
        "rows_with_pii": counted[ROW_ID].n_unique(),
        "rows_not_fully_scanned": partly,
        "types": {type_: {"rows": n, "spans": m} for type_, n, m in per_type.rows()},
        "placeholders": every["is_placeholder"].sum(),
        "seconds": round(time.perf_counter() - started, 3),
    }
    lines = [
        f"{result['rows_with_pii']:,} of {scanned:,} rows hold personal data; {partly:,} could not be read to the end."
    ]
    lines += [f"{n:>9,} rows {m:>9,} times  {type_}" for type_, n, m in per_type.rows()]
    lines.append(
        f"{result['placeholders']:,} placeholders (example.com, test cards, private addresses) are not counted."
    )
    answer(result, as_json, "\n".join(lines))


def _signals(dataset: Dataset, wanted: tuple[str, ...]) -> list[Signal]:
    """What finds these types: the signals as chosen for the dataset, with the types switched on that are off."""
    patterns, entities = dataset.signal("personal_data"), dataset.signal("named_entities")
    assert isinstance(patterns, PersonalData) and isinstance(entities, NamedEntities)
    of_patterns = [type_ for type_ in wanted if type_ not in ENTITY_TYPES]
    known = chosen_types(patterns.also, patterns.countries)
    more = [type_ for type_ in of_patterns if type_ not in known]
    chosen: list[Signal] = []
    if of_patterns or not wanted:
        chosen.append(dataclasses.replace(patterns, also=",".join([*names(patterns.also), *more])))
    if len(of_patterns) < len(wanted):
        chosen.append(entities)
    return chosen


def _stored(dataset: Dataset, signal: Signal, rows: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """The status of these rows and their spans; computed for all rows first where that is missing."""
    if not dataset.has(signal):
        say(f"Computing {signal.name} first.")
        compute(dataset, signal)
    status = pl.read_parquet(dataset.path(signal), columns=[STATUS[signal.name]]).to_series().gather(rows)
    ids = dataset.column(ROW_ID).gather(rows).to_frame()
    return status, dataset.table(signal, TABLES[signal.name]).join(ids, on=ROW_ID, how="semi")


def _computed_here(dataset: Dataset, signal: Signal, rows: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """The same for few rows, without storing it."""
    table = TABLES[signal.name]
    made = signal(dataset.frame([ROW_ID, *signal.inputs], rows))
    spans = made.select(ROW_ID, table).explode(table, empty_as_null=False, keep_nulls=False).unnest(table)
    return made[STATUS[signal.name]], spans


def _write(spans: pl.DataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        spans.write_parquet(path)
    elif path.suffix == ".csv":
        spans.write_csv(path)
    else:
        spans.write_ndjson(path)
