"""Which proposed texts can be put in place column by column, without a look at each row?

It is what `placing` gives for these rows, without a look at each: a row has no messages, and each text that changes is
the text in the column of its role, and neither another text of the row nor that of another column of texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.export.proposed.placing import NO_TEXT
from analysis.export.training_formats import SourceColumns
from analysis.formats.named_texts import PLAIN
from analysis.proposals import ProposedRows
from analysis.signal import ROW_ID

MAY_BE_JSON = r"^[\[{]"
OWN, NEW = "\0own ", "\0new "


def changed_columns(rows: ProposedRows, source: SourceColumns, with_texts: Sequence[str]) -> pl.DataFrame:
    """`row_id` and the source's columns that change, with their new values, of the rows whose texts are placed
    column by column. `with_texts`: the source's columns that may hold texts."""
    texts = [name for name in with_texts if name in source.texts]
    if set(texts) & set(NO_TEXT) or any(source.originals[name] != pl.String for name in texts):
        return pl.DataFrame(schema={ROW_ID: pl.String})
    schema = {ROW_ID: pl.String(), **dict.fromkeys(texts, pl.String())}
    parts = rows.batches([ROW_ID, *texts], of_source=True)
    values = pl.concat([pl.DataFrame(schema=schema), *parts]).join(
        rows.own.filter("is_plain").select(ROW_ID), on=ROW_ID, how="semi", maintain_order="left"
    )
    column_of = {field: source.roles[field] for field in PLAIN if source.roles.get(field) in texts}
    unsure = _unsure(values, rows.changes, column_of, texts)
    sure = values.join(unsure, on=ROW_ID, how="anti", maintain_order="left")
    new = rows.changes.filter(pl.col("field").is_in(list(column_of))).with_columns(
        pl.col("field").replace_strict(column_of, default=None, return_dtype=pl.String)
    )
    wide = new.select(ROW_ID, "text", field=pl.lit(NEW) + pl.col("field")).pivot("field", index=ROW_ID, values="text")
    changing = [name for name in texts if f"{NEW}{name}" in wide.columns]
    joined = sure.join(wide, on=ROW_ID, how="left", maintain_order="left")
    return joined.select(ROW_ID, *(pl.coalesce(f"{NEW}{name}", name).alias(name) for name in changing))


def _unsure(
    values: pl.DataFrame, changes: pl.DataFrame, column_of: dict[str, str], texts: Sequence[str]
) -> pl.DataFrame:
    """`row_id` of the rows of which a text that changes cannot be placed column by column."""
    renamed = values.rename({name: f"{OWN}{name}" for name in texts})
    lines = changes.join(renamed, on=ROW_ID, how="inner")
    is_old = {name: (pl.col(f"{OWN}{name}") == pl.col("old")).fill_null(False) for name in texts}
    of_role = [(pl.col("field") == field) & is_old[column] for field, column in column_of.items()]
    json = [pl.col(f"{OWN}{name}").str.contains(MAY_BE_JSON).fill_null(False) for name in texts]
    is_sure = pl.all_horizontal(
        "is_alone",
        pl.any_horizontal(pl.lit(False), *of_role),
        pl.sum_horizontal(pl.lit(0), *is_old.values()) == 1,
        ~pl.any_horizontal(pl.lit(False), *json),
    )
    return lines.filter(~is_sure).select(ROW_ID)
