"""Which texts of rows change when kinds of noise are removed, and what do they become? As on export, text by text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from analysis.annotations import Annotations
from analysis.annotations.proposals import is_fit
from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.request import CLEANABLE
from analysis.formats.named_texts import CHATS, PLAIN, READ, texts_of
from analysis.noise import cleaned_texts
from analysis.signal import ROW_ID

BATCH_ROWS = 20_000


class CleanedText(NamedTuple):
    """One text that cleaning changes. `field` names it as proposals do: "response", "messages.3.content". `before` is
    the text that is proposed already, if any, else the row's own; `is_own`: whether `after` is the row's own text."""

    row_id: str
    field: str
    before: str
    after: str
    is_own: bool


class CleanedPart(NamedTuple):
    """A part of the rows: how many rows are done, how many of the part have a text, and the texts that change."""

    done: int
    looked_at: int
    texts: list[CleanedText]


def cleaned_rows(dataset: Dataset, rows: pl.Series, kinds: Sequence[str]) -> Iterator[CleanedPart]:
    """What cleaning makes of the rows at these positions, part by part.

    A text that is proposed is cleaned in the place of the row's own, as on export.
    Raises ExportError where a kind cannot be cleaned.
    """
    if unknown := [kind for kind in kinds if kind not in CLEANABLE]:
        raise ExportError(f"There is no kind of noise {unknown[0]!r} to clean; known: {', '.join(CLEANABLE)}.")
    columns = [ROW_ID, *(c for c in READ if c in dataset.canonical)]
    for start in range(0, len(rows), BATCH_ROWS):
        part = rows.slice(start, BATCH_ROWS)
        frame = dataset.canonical_frame(columns, part)
        texts = _with_proposals(dataset, _texts_in(frame))
        looked_at = texts.filter(pl.col("text") != "")[ROW_ID].n_unique()
        yield CleanedPart(start + len(part), looked_at, _only_fields(frame, _changed(texts, kinds)))


def _changed(texts: pl.DataFrame, kinds: Sequence[str]) -> list[CleanedText]:
    cleaned = texts.with_columns(cleaned_texts(texts["text"], list(kinds)).alias("after"))
    changed = cleaned.filter(pl.col("text") != pl.col("after"))
    shown = changed.select(ROW_ID, "field", "text", "after", is_own=pl.col("own") == pl.col("after"))
    return [CleanedText(*line) for line in shown.iter_rows()]


def _only_fields(frame: pl.DataFrame, texts: list[CleanedText]) -> list[CleanedText]:
    """The texts that are stored by themselves: in a conversation, the prompt and others are copies of messages."""
    if not any(chats in frame.columns for chats in CHATS):
        return texts
    changed = pl.Series([text.row_id for text in texts], dtype=pl.String).unique()
    rows = frame.filter(pl.col(ROW_ID).is_in(changed.implode()))
    fields = {row[ROW_ID]: texts_of(row).keys() for row in rows.iter_rows(named=True)}
    return [text for text in texts if text.field in fields[text.row_id]]


def _texts_in(frame: pl.DataFrame) -> pl.DataFrame:
    """`row_id`, `field`, `own`: a line per text of these rows, row by row; reasoning is not cleaned."""
    lines = frame.with_row_index("line")
    parts = [lines.select("line", ROW_ID, field=pl.lit(name), own=name) for name in PLAIN if name in frame.columns]
    for chats in (name for name in CHATS if name in frame.columns):
        turns = lines.select("line", ROW_ID, turn=chats).filter(pl.col("turn").list.len() > 0)
        turns = turns.with_columns(number=pl.int_ranges(pl.col("turn").list.len())).explode("turn", "number")
        field = pl.format("{}.{}.content", pl.lit(chats), pl.col("number"))
        parts.append(turns.select("line", ROW_ID, field=field, own=pl.col("turn").struct.field("content")))
    schema = {"line": pl.UInt32, ROW_ID: pl.String, "field": pl.String, "own": pl.String}
    every = pl.concat([pl.DataFrame(schema=schema), *parts])
    return every.filter(pl.col("own").is_not_null()).sort("line", maintain_order=True).drop("line")


def _with_proposals(dataset: Dataset, texts: pl.DataFrame) -> pl.DataFrame:
    """The lines with `text`: the proposed text, if there is one, else the row's own."""
    proposed = dataset.proposals.select(ROW_ID, "field", proposed="text")
    joined = texts.join(proposed, on=[ROW_ID, "field"], how="left", maintain_order="left")
    return joined.select(ROW_ID, "field", "own", text=pl.coalesce("proposed", "own"))


def propose_cleaned(
    notes: Annotations, dataset: Dataset, texts: Sequence[CleanedText], kinds: Sequence[str], person: str
) -> tuple[int, int]:
    """Proposes the cleaned texts as one batch: how many rows changed, and how many texts cannot be proposed because
    they are too long or hold a character that cannot be stored. Raises AnnotationError."""
    fit = [text for text in texts if is_fit(text.after)]
    by_row: dict[str, dict[str, str | None]] = {}
    for text in fit:
        by_row.setdefault(text.row_id, {})[text.field] = None if text.is_own else text.after
    batch = notes.proposals.propose(dataset.fingerprint, by_row, person, f"cleaned: {', '.join(kinds)}")
    return batch.rows, len(texts) - len(fit)
