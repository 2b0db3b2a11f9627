"""The command `slices`: the rows in view split by one column or two, each slice against the rest."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
import typer

from analysis.commands.shared import DatasetArgument, Json, Where, answer_about, compute_writers, load, no_rows
from analysis.errors import UsageError
from analysis.slices.dimensions import CUTS, dimension
from analysis.slices.measures import Measured, default_measures, measure, measured
from analysis.slices.slices import SliceTable, slice_table
from analysis.slices.splits import MAX_SLICES, SHOWN_SLICES, split

FIGURES = ("rows", "mean", "median", "difference", "low", "high", "effect", "p", "surprise", "verdict")


def slices_command(
    name: DatasetArgument,
    by: Annotated[str, typer.Option(metavar="A[,B]", help="One column or two, each as COLUMN or COLUMN:CUT.")],
    measure_names: Annotated[
        list[str] | None, typer.Option("--measure", metavar="M", help="What is measured; repeatable.")
    ] = None,
    where: Where = None,
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_SLICES, help="At most this many values of each column get a slice.")
    ] = SHOWN_SLICES,
    as_json: Json = False,
) -> None:
    """Rows per slice, the measures of each, and how much they differ from the rest; most surprising first."""
    dataset, view = load(name, where)
    wanted = [text.strip() for text in by.split(",") if text.strip()]
    if len(wanted) not in (1, 2) or len(set(wanted)) < len(wanted):
        raise UsageError(f"--by names {by!r}; write one column, or two different ones with a comma between them.")
    compute_writers(dataset, {_column_of(text) for text in [*wanted, *(measure_names or [])]})
    splits = [split(dataset, dimension(dataset, text), limit) for text in wanted]
    chosen = [measure(dataset, of) for of in dict.fromkeys(measure_names or [])] or default_measures(dataset)
    prepared = [measured(dataset, of) for of in chosen]
    rows = dataset.rows_of(view)
    if why := no_rows(dataset, view):
        answer_about(0, why, {"by": wanted, "rows": 0, "slices": []}, as_json, "")
    table = slice_table(dataset, rows, splits, prepared)
    result = {"by": wanted, "rows": len(rows), "slices": _as_dicts(table, wanted)}
    answer_about(len(rows), "", result, as_json, _in_words(table, prepared, len(rows)))


def _column_of(text: str) -> str:
    """The column that `column` or `column:cut` names."""
    column, _, cut = text.rpartition(":")
    return column if cut in CUTS else text


def _as_dicts(table: SliceTable, by: list[str]) -> list[dict[str, Any]]:
    cells = table.cells.partition_by("slice", as_dict=True)
    dicts = []
    for line in table.slices.iter_rows(named=True):
        of = cells.get((line["slice"],), pl.DataFrame(schema=table.cells.schema))
        dicts.append(
            {
                "slice": dict(zip(by, (line["a"], line["b"]), strict=False)),
                "rows": line["rows"],
                "share": line["share"],
                "tokens": line["tokens"],
                "where": [str(f) for f in table.filters[line["slice"]]],
                "measures": {cell["measure"]: {f: cell[f] for f in FIGURES} for cell in of.iter_rows(named=True)},
            }
        )
    return dicts


def _in_words(table: SliceTable, prepared: list[Measured], rows: int) -> str:
    """A line per slice: rows, and the mean or share of each measure, with a star where it differs from the rest."""
    cells = {(cell["slice"], cell["measure"]): cell for cell in table.cells.iter_rows(named=True)}
    lines = [f"{rows:,} rows in {table.slices.height:,} slices; * differs from the rest, ? too few rows to say."]
    lines.append("     rows  share  " + "  ".join(each.label[:20].rjust(20) for each in prepared) + "  slice")
    for line in table.slices.iter_rows(named=True):
        figures = "  ".join(_figure(cells[line["slice"], each.measure.name]) for each in prepared)
        named = " / ".join(part for part in (line["a"], line["b"]) if part is not None)
        lines.append(f"{line['rows']:>9,} {line['share']:>6.1%}  {figures}  {named}")
    return "\n".join(lines)


def _figure(cell: dict[str, Any]) -> str:
    mark = {"telling": "*", "too few": "?"}.get(cell["verdict"], " ")
    return f"{'–' if cell['mean'] is None else format(cell['mean'], ',.3g')}{mark}".rjust(20)
