"""Rows for people who have not asked to see personal data: every hit is masked in every column."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.personal_data.cells import rewritten
from analysis.personal_data.frames import holds_text, rewritten_rows
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.masking import masked_value
from analysis.personal_data.not_personal import values_of
from analysis.personal_data.pieces import SPOKEN_BY, text_at
from analysis.personal_data.tables import TABLES
from analysis.personal_data.types import described
from analysis.reading.payload import Hit
from analysis.reading.side_by_side import Card, Group
from analysis.signal import ROW_ID

PLACE = ("field", "message", "start", "end", "type", "is_placeholder")
SPOKEN = frozenset((*SPOKEN_BY.values(), "reasoning"))
"""The fields of a message that the reader shows as they are written."""
Line = tuple[str, int | None, int, int, str, bool]


class Marks(NamedTuple):
    """What the reader needs of one row: its hits, the values to hide in every column, and their types."""

    hits: list[Hit]
    hidden: list[str]
    types: list[str]


NO_MARKS = Marks([], [], [])


def lines_of(dataset: Dataset, rows: pl.Series) -> dict[int, list[Line]]:
    """Position -> the hits in the texts of that row, of every computed signal; offsets only, no values."""
    lines: dict[int, list[Line]] = {}
    for name, table in TABLES.items():
        signal = dataset.signal(name)
        if dataset.has(signal):
            for row, *line in dataset.table_in(signal, table, rows).select("row", *PLACE).iter_rows():
                lines.setdefault(row, []).append((line[0], line[1], line[2], line[3], line[4], line[5]))
    return lines


def marks_in(row: Mapping[str, Any], lines: Iterable[Line], is_masked: bool) -> Marks:
    """The hits of one row of canonical columns, as the reader marks them; placeholders are marked and never masked."""
    marks = Marks([], [], [])
    for field, message, start, end, type_, is_placeholder in lines:
        text = text_at(row, field, message)
        title = f"{described(type_).title}{', a placeholder' * is_placeholder}"
        hides = is_masked and not is_placeholder
        if not is_placeholder:
            marks.types.append(type_)
        if hides and (value := text[start:end]):
            marks.hidden.extend(dict.fromkeys((value, _unescaped(value))))
        if message is not None and field not in SPOKEN:
            continue  # not shown as it is written, so that offsets do not fit; hidden there by value
        name = field if message is None else f"messages[{message}]{'.reasoning' * (field == 'reasoning')}"
        marks.hits.append(Hit(name, start, end, "pii", title, hides))
        if message is not None and row.get("rejected") is not None and text == row.get("response"):
            marks.hits.append(Hit("response", start, end, "pii", title, hides))
    return marks


def _unescaped(value: str) -> str:
    """A piece of JSON text without its escapes."""
    try:
        return str(json.loads(f'"{value}"')) if "\\" in value else value
    except ValueError:
        return value


def places_in_rendering(text: str, values: Iterable[str]) -> list[tuple[int, int]]:
    """Where these values are in a text that a template made of a row: as they are, without white space at their edges,
    or as JSON writes them."""
    forms = {form for value in values for form in _forms(value)}
    return KnownValues(dict.fromkeys(forms, "")).places(text)


def _forms(value: str) -> Iterable[str]:
    stripped = value.strip()
    for form in (value, stripped):
        yield form
        for is_ascii in (False, True):
            written = json.dumps(form, ensure_ascii=is_ascii)[1:-1]
            yield from (written, json.dumps(written, ensure_ascii=is_ascii)[1:-1])


def masks_of(dataset: Dataset, rows: pl.Series) -> dict[int, dict[str, str]]:
    """Position -> value -> the hint shown in its place, for the personal data in the texts of these rows.

    Rows without personal data are left out. A value in the JSON of a tool call is also there without its escapes.
    """
    masks: dict[int, dict[str, str]] = {}
    for name, table in TABLES.items():
        signal = dataset.signal(name)
        if not dataset.has(signal):
            continue
        spans = dataset.table_in(signal, table, rows).filter(~pl.col("is_placeholder"))
        for numbers, values in values_of(dataset, spans, pl.repeat(True, spans.height, eager=True)):
            lines = spans[numbers.to_list()]
            for row, type_, value in zip(lines["row"], lines["type"], values, strict=True):
                hint = masked_value(type_, value)
                masks.setdefault(row, {}).update({value: hint, _unescaped(value): hint})
    return masks


def masked_frame(dataset: Dataset, frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The frame of the rows at these positions with every value of personal data masked in all its columns.

    The columns may be the dataset's own or any texts of these rows.
    """
    masks = {row: KnownValues(several) for row, several in masks_of(dataset, rows).items()}
    touched = [n for n, row in enumerate(rows) if row in masks]

    def mask(column: pl.Series) -> list[Any]:
        return [rewritten(value, masks[rows[n]]) for n, value in zip(touched, column.to_list(), strict=True)]

    columns = [c for c in frame.columns if c != ROW_ID and holds_text(frame.schema[c])]
    return rewritten_rows(frame, touched, columns, mask)


def masked_in(value: Any, masks: Mapping[str, str]) -> Any:
    """JSON values of one row with these values masked in each of their texts."""
    return rewritten(value, KnownValues(masks))


def masked_group(group: Group, masks: Mapping[str, str]) -> Group:
    """A group of texts side by side with these values masked; its marks move with the words they mark."""
    mask = KnownValues(masks)

    def card(shown: Card) -> Card:
        text, spans = (None, []) if shown.text is None else mask.marked(shown.text, shown.spans)
        return shown._replace(text=text, spans=spans, about=mask(shown.about))

    return group._replace(
        title=mask(group.title),
        notes=list(map(mask, group.notes)),
        shared=list(map(card, group.shared)),
        cards=list(map(card, group.cards)),
    )
