"""The command `pii`: how much personal data of which type the rows in view hold, and where."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analysis.commands.shared import DatasetArgument, Json, Where, answer_about, compute_missing, load
from analysis.commands.table import check_ending, write_table
from analysis.computing.isolating import FAILURE, computed
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.personal_data.looked_at import looked_at, names_of, nothing_looked_at
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.not_personal import without_ruled_out
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.personal_data.recognisers import chosen_types
from analysis.personal_data.tables import STATUS, TABLES, counts_of, coverage_of
from analysis.personal_data.types import ENTITY_TYPES, NOISY, names
from analysis.signal import ROW_ID, Signal

SAMPLE_SEED = 20250101
Scanned = tuple[pl.Series, pl.DataFrame, pl.Series]


def pii_command(
    name: DatasetArgument,
    types: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these types; also types that are off by default, such as PERSON."),
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only this many rows, the same ones each time.")] = None,
    spans: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where each span is, without values, as .parquet, .csv or .jsonl."),
    ] = None,
    where: Where = None,
    as_json: Json = False,
) -> None:
    """Personal data and secrets: rows and spans per type. Placeholders such as example.com are not counted."""
    if spans:
        check_ending(spans)
    dataset, view = load(name, where)
    started = time.perf_counter()
    rows = dataset.rows_of(view)
    if sample and sample < len(rows):
        rows = rows.sample(sample, seed=SAMPLE_SEED).sort()
    wanted = names(types or "")
    statuses, tables, failures = [], [], []
    for signal in (signals := _signals(dataset, wanted)):
        few = len(rows) < dataset.height and not dataset.has(signal)
        status, table, failed = _computed_here(dataset, signal, rows) if few else _stored(dataset, signal, rows)
        statuses.append(status)
        failures.append(failed.alias(signal.name))
        tables.append(without_ruled_out(dataset, table))
    every = pl.concat(tables)
    if wanted and NOISY not in wanted:
        every = every.filter(pl.col("type").is_in(wanted))
    per_type = (
        counts_of(every, "type")
        .filter(pl.col("spans") > 0)
        .sort(["rows", "type"], descending=[True, False])
        .select("type", "rows", "spans")
    )
    seen = coverage_of(statuses, every)
    scanned = seen.scanned + seen.partly
    rows_failed = int(pl.DataFrame(failures).select(pl.any_horizontal(pl.all()).sum()).item())
    columns, names_held = looked_at(dataset, signals[0]), names_of(dataset)
    has_names = any(signal.name == "named_entities" for signal in signals)
    if spans:
        write_table(every.select(dataset.column(ROW_ID).gather(every["row"]), pl.exclude("row")), spans)
    result: dict[str, Any] = {
        "rows_scanned": scanned,
        "columns_scanned": columns.columns,
        "columns_without_text": columns.without_text,
        "names_looked_for": has_names,
        "names_of_files_and_columns": [one._asdict() for one in names_held],
        "rows_with_pii": seen.with_any,
        "rows_not_fully_scanned": seen.partly,
        "rows_failed": rows_failed,
        "types": {type_: {"rows": n, "spans": m} for type_, n, m in per_type.rows()},
        "placeholders": every["is_placeholder"].sum(),
        "seconds": round(time.perf_counter() - started, 3),
    }
    lines = [f"{seen.with_any:,} of {scanned:,} rows hold personal data; {seen.partly:,} could not be read to the end."]
    if rows_failed:
        lines.append(f"The scan failed on {rows_failed:,} of {len(rows):,} rows, which were not scanned.")
    lines += [f"{n:>9,} rows {m:>9,} times  {type_}" for type_, n, m in per_type.rows()]
    lines.append(
        f"{result['placeholders']:,} placeholders (example.com, test cards, private addresses) are not counted."
    )
    lines += [columns.sentence, *(one.sentence for one in names_held)]
    if not has_names:
        lines.append("Names of people, places and organisations were not looked for; --types PERSON,LOCATION does.")
    answer_about(scanned, nothing_looked_at(len(rows), columns.columns), result, as_json, "\n".join(lines))


def _signals(dataset: Dataset, wanted: tuple[str, ...]) -> list[Signal]:
    """The signals that find these types, with the dataset's parameters and with types switched on that are off."""
    patterns, entities = dataset.signal("personal_data"), dataset.signal("named_entities")
    assert isinstance(patterns, PersonalData) and isinstance(entities, NamedEntities)
    of_patterns = [type_ for type_ in wanted if type_ not in ENTITY_TYPES]
    types_on = chosen_types(patterns.also, patterns.countries)
    more = [type_ for type_ in of_patterns if type_ not in types_on]
    chosen: list[Signal] = []
    if of_patterns or not wanted:
        chosen.append(dataclasses.replace(patterns, also=",".join([*names(patterns.also), *more])))
    if of_names := [type_ for type_ in wanted if type_ in ENTITY_TYPES]:
        if missing := [type_ for type_ in of_names if type_ not in entities.types]:
            raise UsageError(
                f"The language pipeline {entities.pipeline} cannot find {', '.join(missing)}; it finds "
                f"{', '.join(entities.types) or 'no names'}. Choose these, or another pipeline."
            )
        chosen.append(entities)
    return chosen


def _stored(dataset: Dataset, signal: Signal, rows: pl.Series) -> Scanned:
    """The status of these rows, their spans, and whether the scan failed; computed first where that is missing."""
    compute_missing(dataset, signal)
    status = pl.read_parquet(dataset.path(signal), columns=[STATUS[signal.name]]).to_series().gather(rows)
    failed = dataset.column(ROW_ID).gather(rows).is_in(dataset.failures(signal)["row_id"].implode())
    return status, dataset.table_in(signal, TABLES[signal.name], rows), failed


def _computed_here(dataset: Dataset, signal: Signal, rows: pl.Series) -> Scanned:
    """The same for few rows, without storing it."""
    table = TABLES[signal.name]
    columns = computed(signal, dataset.canonical_frame([ROW_ID, *signal.inputs], rows))
    spans = columns.select(rows.alias("row"), table).explode(table, empty_as_null=False, keep_nulls=False).unnest(table)
    return columns[STATUS[signal.name]], spans, columns[FAILURE].is_not_null()
