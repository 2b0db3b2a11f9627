"""Which texts does a file of JSON lines propose, and for which rows?

A record names its row by one column, and its texts by the names of fields (`fields`), by the columns of the source that
hold them, or as a list of messages. So a record that was exported can come back with another answer in it. Of a prompt
in two columns a record may have one: the other is then that of the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import polars as pl

from analysis.dataset import Dataset
from analysis.errors import AnnotationError, UsageError
from analysis.formats.chats import messages_of
from analysis.formats.named_texts import CHATS, PLAIN
from analysis.signal import ROW_ID

BLANK_LINE = "\n\n"
ROLES_OF_TEXTS = ("system", "response", "rejected", "text")


@dataclass
class GivenTexts:
    """`texts`: row_id -> field -> text. Of the `records`: those whose id no row has (`unknown`) or several rows have
    (`several`), and how many have none (`nameless`). `beside`: keys that are columns and no texts, which are left."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    nameless: int = 0
    records: int = 0
    beside: dict[str, None] = field(default_factory=dict)


class Names(NamedTuple):
    """Which key of a record names which text. `fields`: key -> field. `halves`: key -> column of the dataset, of a
    prompt in two columns, in their order; empty where it is one column."""

    fields: dict[str, str]
    halves: dict[str, str]


def given_texts(dataset: Dataset, source: Path, id_column: str) -> GivenTexts:
    """The texts of a file; `id_column` is the column of the dataset that a record names its row by.

    Raises UsageError where the file cannot be read, AnnotationError where a key or a value is no text of a row.
    """
    ids = _rows_by_id(dataset, id_column)
    names = _names(dataset)
    given, halves = GivenTexts(), dict[str, dict[str, str]]()
    for number, record in _records(source):
        given.records += 1
        named = record.pop(id_column, None)
        if named is None:
            given.nameless += 1
        elif str(named) not in ids:
            given.unknown.append(str(named))
        elif (row_id := ids[str(named)]) is None:
            given.several.append(str(named))
        else:
            place = f"{source}, line {number:,}"
            texts, some = _fields(dataset, record, names, place, given.beside)
            given.texts.setdefault(row_id, {}).update(texts)
            if some:
                halves.setdefault(row_id, {}).update(some)
    for row_id, prompt in _prompts(dataset, halves, list(names.halves.values())).items():
        given.texts[row_id]["prompt"] = prompt
    return given


def _rows_by_id(dataset: Dataset, column: str) -> Mapping[str, str | None]:
    """The id in the file -> the row's id; None where several rows have it."""
    if column not in dataset.schema:
        raise UsageError(f"{dataset.name} has no column {column!r}; name one of {', '.join(dataset.shown_columns)}.")
    pairs = pl.DataFrame([dataset.column(ROW_ID), dataset.column(column).cast(pl.String, strict=False).alias("\0id")])
    rows: dict[str, str | None] = {}
    for row_id, value in pairs.iter_rows():
        if value is not None:
            rows[value] = None if value in rows else row_id
    return rows


def _names(dataset: Dataset) -> Names:
    """Fields go by their own names, the source's columns of texts by theirs."""
    renamed: Mapping[str, str] = dataset.meta["renamed"]
    fields = {name: name for name in (*PLAIN, *CHATS) if name in dataset.canonical}
    columns = {role: dataset.roles[role] for role in (*ROLES_OF_TEXTS, "prompt", "messages") if role in dataset.roles}
    halves = {}
    if "prompt" in columns and "input" in dataset.roles:
        halves = {renamed.get(column, column): column for column in (columns.pop("prompt"), dataset.roles["input"])}
    for role, column in columns.items():
        fields.setdefault(renamed.get(column, column), role)
    return Names(fields, halves)


def _fields(
    dataset: Dataset, record: Mapping[str, Any], names: Names, place: str, beside: dict[str, None]
) -> tuple[dict[str, str], dict[str, str]]:
    """Field -> text of one record, and column -> text of a prompt in two columns. Null proposes nothing."""
    given = {key: value for key, value in record.items() if value is not None}
    texts: dict[str, str] = {}
    columns = {*dataset.schema, *dataset.meta["renamed"].values()}
    in_two = [key for key in names.halves if key in given]
    if in_two == ["prompt"]:  # the field, which is the whole prompt
        in_two = []
    halves = {names.halves[key]: _text(given.pop(key), f"{place}: {key}") for key in in_two}
    for key, value in given.items():
        name = names.fields.get(key, key)
        if name in CHATS and not isinstance(value, str):
            texts |= _of_messages(name, value, f"{place}: {key}")
        elif key in names.fields or name.partition(".")[0] in CHATS:
            texts[name] = _text(value, f"{place}: {key}")
        elif key in columns:
            beside[key] = None
        else:
            raise AnnotationError(
                f"{place}: {key[:60]!a} is no text and no column of {dataset.name}; texts are "
                f"{', '.join(dict.fromkeys([*names.fields, *names.halves]))}, or messages.1.content."
            )
    return texts, halves


def _prompts(dataset: Dataset, halves: Mapping[str, Mapping[str, str]], columns: list[str]) -> dict[str, str]:
    """Row id -> the prompt of two columns, each as it is given, else as the row has it."""
    rows = dataset.column(ROW_ID).is_in(pl.Series(list(halves), dtype=pl.String).implode()).arg_true()
    of_rows = dataset.frame([ROW_ID, *columns], rows).cast(dict.fromkeys(columns, pl.String), strict=False)
    prompts = {}
    for row_id, *texts in of_rows.iter_rows():
        pieces = [halves[row_id].get(column, text) or "" for column, text in zip(columns, texts, strict=True)]
        prompts[row_id] = BLANK_LINE.join(piece for piece in pieces if piece.strip())
    return prompts


def _of_messages(name: str, value: Any, place: str) -> dict[str, str]:
    """The texts of a list of messages, by their places."""
    turns = messages_of(value)
    if turns is None:
        raise AnnotationError(f"{place} is no list of messages; write messages as the source has them.")
    texts = {}
    for number, turn in enumerate(turns):
        for part, text in (("content", turn.content), ("reasoning", turn.reasoning)):
            if text is not None:
                texts[f"{name}.{number}.{part}"] = text
    return texts


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise AnnotationError(
            f"{place} is of the type {type(value).__name__}, and what is proposed is a text; write "
            '{"row_id": "…", "response": "…"}.'
        )
    return value


def _records(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line of a file of JSON lines."""
    try:
        with source.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _record(line, source, number)
    except OSError as error:
        raise UsageError(f"{source} cannot be read ({error.strerror}); name a file of JSON lines.") from None


def _record(line: bytes, source: Path, number: int) -> dict[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{source}, line {number:,}, is no JSON ({error}); write one object per line.") from None
    if not isinstance(record, dict):
        raise UsageError(f"{source}, line {number:,}, is no JSON object; write one object per line.")
    return record
