"""What people recorded about the rows of a dataset: tags, proposed texts, notes, and what is no personal data."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from analysis.dataset.folder import HAS_PROPOSAL, ROW_NOTE, TAGS
from analysis.signal import ROW_ID


class Rulings(NamedTuple):
    """What people ruled out of signals: the `columns` and second `tables` (by path, with `row`) that replace the
    signals' own, the lines removed (`out`) with the number of the rule, the rules themselves, and their revision."""

    columns: dict[str, pl.Series]
    tables: dict[str, pl.DataFrame]
    out: pl.DataFrame
    rules: tuple[Any, ...] = ()
    revision: str = ""


NO_RULINGS = Rulings({}, {}, pl.DataFrame())
NO_NOTES = pl.DataFrame(schema={**dict.fromkeys((ROW_ID, "text", "person"), pl.String), "at": pl.Datetime("us")})
NO_PROPOSALS = pl.DataFrame(
    schema={
        **dict.fromkeys((ROW_ID, "field", "text", "person"), pl.String),
        "at": pl.Datetime("us"),
        "why": pl.String,
    }
)


def tag_columns(ids: pl.Series, tags: pl.DataFrame) -> list[pl.Series]:
    """The columns of tags for the rows with these ids; an empty list where a row has none."""
    joined = ids.to_frame().join(tags.select(ROW_ID, *TAGS), on=ROW_ID, how="left", maintain_order="left")
    return [joined[name].fill_null([]) for name in TAGS]


def proposal_column(ids: pl.Series, proposals: pl.DataFrame) -> pl.Series:
    """Whether each of the rows with these ids has a proposed text."""
    return ids.is_in(proposals[ROW_ID].implode()).alias(HAS_PROPOSAL)


def note_column(ids: pl.Series, notes: pl.DataFrame) -> pl.Series:
    """The notes on each of the rows with these ids as one text, a line or more each; null where there is none."""
    of_rows = notes.group_by(ROW_ID, maintain_order=True).agg(pl.col("text").str.join("\n"))
    joined = ids.to_frame().join(of_rows, on=ROW_ID, how="left", maintain_order="left")
    return joined["text"].alias(ROW_NOTE)
