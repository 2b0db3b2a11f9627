"""What was unusual in the files: counted remarks -> sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.formats.csvfiles import Dialect
from analysis.formats.jsontext import Remarks
from analysis.formats.kinds import Kind
from analysis.formats.shapes import Shape
from analysis.formats.sources import Source

NUMERIC = ("int", "wide", "huge", "float")
NESTED = ("nested", "strs", "ints", "floats", "empty")
FEW_SHARE = 0.1

SENTENCES = {
    "infinite": "Column {detail} holds infinite numbers in {n}.",
    "not_a_number": "Column {detail} holds NaN in {n}; it is read as missing.",
    "missing_word": "Column {detail} holds {word!r} in {n}; it is kept as text.",
    "read_as_missing": "Column {detail} holds {word!r} in {n}; it is read as missing.",
    "unknown_role": "The role {detail!r} of {n} is none of user, assistant, system and tool; it is kept.",
    "no_conversation": "Column {detail} holds no conversation in {n}.",
    "prompts_differ": "Chosen and rejected answer different prompts in {n}; the prompt of the chosen answer is shown.",
    "instances": "Several instances are nested in {n}; the first gives input and output, all stay in their column.",
    "invalid_utf8": "Bytes that are not UTF-8 stand in {n}; they are shown as \ufffd.",
    "replacement_character": "The character \ufffd, which stands for what could not be decoded, is in {n}.",
    "repeated_key": "The key {detail!r} is twice in one object in at least {n}; the last value is read.",
    "bare_list": "The record is a bare list, not an object, in {n}; it is read as the column messages.",
    "map": "The file is one JSON object of keys and values; each member is a row.",
    "decimal_comma": "Column {detail} holds numbers with a decimal comma in {n}; it is kept as text. "
    "Set its type to number to read them.",
    "not_number": "Column {detail} is read as numbers; other values, in {n}, are left out.",
    "not_integer": "Column {detail} is read as whole numbers; other values, in {n}, are left out.",
    "not_truth": "Column {detail} is read as true or false; other values, in {n}, are left out.",
    "not_date": "Column {detail} is read as dates; other values, in {n}, are left out. Give the order of a date such "
    "as 03/04/2026 with the type, as date:%d/%m/%Y.",
    "lone_surrogate": "Half a surrogate pair stands in {n}; it is shown as \ufffd.",
    "bare_text": "The record is a bare text, not an object, in {n}; it is read as the column text.",
    "empty_rows": "Empty cells only were found in {n}; they are skipped.",
    "surplus_cells": "More cells than columns were found in {n}; they are kept in the column surplus_cells.",
    "missing_cells": "Fewer cells than columns were found in {n}; the missing ones are null.",
    "list_member": "The records lie in the list {detail!r} of a JSON object.",
    "outside_list": "The member {detail!r} beside the list of records is not a record and is left out.",
}
HOW = {
    "given": "as chosen",
    "mark": "as its first bytes say",
    "found": "which its bytes suggest; choose another encoding if letters look wrong",
}
OF_COLUMNS = frozenset(
    (
        "infinite not_a_number missing_word read_as_missing no_conversation not_number not_integer not_truth not_date "
        "decimal_comma"
    ).split()
)
OF_FIELDS = frozenset(("outside_list", "repeated_key"))
"""The kinds of note whose detail is a field of the source that is no column."""
LOSSES = frozenset(
    "not_a_number outside_list invalid_utf8 replacement_character lone_surrogate repeated_key not_number not_integer "
    "not_truth not_date".split()
)
"""The kinds of note that name something of the source which no column holds."""
ANY_FIELD = "*"
UNITS = {"unknown_role": "message", "lone_surrogate": "text"}


def notes_of(
    remarks: Remarks,
    kinds: Mapping[str, Counter[Kind]],
    examples: Mapping[str, str],
    sources: Mapping[str, Source],
    csv: bool,
) -> list[dict[str, Any]]:
    """The notes of dataset.json: kind, column or null, rows, sentence; the most frequent of a kind first."""
    notes = [note for file, source in sources.items() for note in _file_notes(file, source)]
    for (kind, detail), count in sorted(remarks.items(), key=lambda item: (-item[1], item[0])):
        if not count:
            continue
        column, _, word = detail.partition("\0")
        unit = UNITS.get(kind, "row")
        n = f"{count:,} {unit}{'s' if count != 1 else ''}"
        named = column if kind in OF_COLUMNS else None
        note = _note(kind, named, count, SENTENCES[kind].format(detail=column, word=word, n=n))
        notes.append(note | ({"field": column} if kind in OF_FIELDS else {}))
    for column, seen in kinds.items():
        notes += _mixture(column, seen, examples.get(column), csv)
    return notes


def losses(notes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What an opening could not keep: by field, how many rows lose something; "*" where it may be any field."""
    lost: Counter[str] = Counter()
    for note in notes:
        if note["kind"] in LOSSES:
            lost[note.get("field") or note["column"] or ANY_FIELD] += note["rows"]
    return dict(lost)


def rows_by_layout(meta: Mapping[str, Any]) -> dict[str, int]:
    """Rows by name of the layout that reads them; "unread" for those that none reads, left out where there are none."""
    rows = {layout["layout"]: layout["rows"] for layout in meta.get("layouts", ())}
    unread = sum(note["rows"] for note in meta["notes"] if note["kind"] == "unread")
    return rows | ({"unread": unread} if unread else {})


def layout_sentences(meta: Mapping[str, Any]) -> list[str]:
    """Which layout reads the rows and by what it is recognised, a sentence each."""
    layouts = meta.get("layouts", ())
    sentences = []
    for layout in layouts:
        rows = "" if len(layouts) == 1 else f" ({layout['rows']:,} row{'s' * (layout['rows'] != 1)})"
        sign = f", recognised by: {layout['sign']}" if layout["sign"] else ""
        sentences.append(f"Layout {layout['layout']}{rows}: {layout['title']}{sign}.")
    return sentences


def unread_note(rows: int, shapes: Sequence[Shape]) -> dict[str, Any]:
    """The note that no layout reads so many rows."""
    names = list(dict.fromkeys(column for shape in shapes for column in shape.text_columns))
    n = f"{rows:,} row{' is' if rows == 1 else 's are'}"
    verb = "is" if len(names) == 1 else "are"
    empty = f", since {', '.join(names)} {verb} empty there" if names else ""
    return _note("unread", None, rows, f"{n} read by no layout{empty}; the values stay in their columns.")


def _note(kind: str, column: str | None, rows: int, sentence: str) -> dict[str, Any]:
    return {"kind": kind, "column": column, "rows": rows, "sentence": sentence}


def _file_notes(file: str, source: Source) -> list[dict[str, Any]]:
    """Notes on how a file was read: its encoding, its separators, its header."""
    notes = [] if source.dialect is None else _dialect_notes(file, source.dialect)
    encoding = source.encoding
    if encoding.name != "utf-8":
        how = HOW[encoding.how]
        notes.insert(0, _note("encoding", None, 0, f"{file} is read as {encoding.title}, {how}."))
    return notes


def _dialect_notes(file: str, dialect: Dialect) -> list[dict[str, Any]]:
    notes = []
    if dialect.backslash:
        sentence = f"Quotation marks inside the cells of {file} are written with a backslash; they are read without it."
        notes.append(_note("backslash", None, 0, sentence))
    return notes + _header_notes(file, dialect)


def _header_notes(file: str, dialect: Dialect) -> list[dict[str, Any]]:
    if dialect.original is None:
        names = f"{dialect.columns[0]} to {dialect.columns[-1]}" if len(dialect.columns) > 1 else dialect.columns[0]
        return [_note("no_header", None, 0, f"{file} seems to have no header; its columns are called {names}.")]
    renamed = [
        f"{new} (written {old!r})"
        for old, new in zip(dialect.original, dialect.columns, strict=True)
        if old.strip() != new
    ]
    if not renamed:
        return []
    return [
        _note("header_names", None, 0, f"Blank or repeated names in the header of {file} became {', '.join(renamed)}.")
    ]


def _in_words(kind: str) -> str:
    if kind in NUMERIC:
        return "number"
    return "list or object" if kind in NESTED else kind


def _mixture(column: str, seen: Counter[Kind], example: str | None, csv: bool) -> list[dict[str, Any]]:
    """Notes on a column of several kinds, and on one of numbers with a few texts."""
    numbers, total = sum(seen[k] for k in NUMERIC), sum(seen.values())
    texts = seen["str"]
    if numbers and 0 < texts <= FEW_SHARE * total and numbers + texts == total:
        such = f", such as {example!r}" if example else ""
        others = f"{texts:,} of its {total:,} values"
        return [
            _note(
                "almost_numeric",
                column,
                texts,
                f"Column {column} would be numbers but for {others}{such}; it is kept as text.",
            )
        ]
    if csv:
        return []
    groups = {_in_words(kind) for kind in seen if isinstance(kind, str)}
    if len(groups) > 1:
        words = {"str": "texts", "bool": "truth values", "number": "numbers", "list or object": "lists or objects"}
        mixture = " and ".join(sorted(words.get(g, g) for g in groups))
        return [_note("mixed", column, total, f"Column {column} mixes {mixture}; it is kept as text.")]
    return []
