"""Every text in a value or in JSON text, by its path; and the same value with other texts at some of these paths.

JSON text stays as it is written but for the texts that change. JSON inside a text is looked into as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from json.decoder import scanstring as scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from analysis.personal_data.cells import is_json

Path = tuple[str | int, ...]
Visit = Callable[[Path, str | None], str | None]

SPACES = (" ", "\t", "\r", "\n")
OTHER = re.compile(r'[^\s{}\[\],:"]+').match


class Span(NamedTuple):
    """A text or a null in JSON text: its path, its text, and where its token begins and ends."""

    path: Path
    text: str | None
    start: int
    end: int


def leaves_of(value: Any) -> list[tuple[Path, str | None]]:
    """Path and text of each text or null, in the order in which they are written."""
    leaves: list[tuple[Path, str | None]] = []

    def note(path: Path, text: str | None) -> str | None:
        leaves.append((path, text))
        return text

    if isinstance(value, dict):
        _note_entries(value, note)
    else:
        _visited(value, note)
    return leaves


def leaves_in(spans: Sequence[Span]) -> list[tuple[Path, str | None]]:
    """The same of JSON text, whose texts and nulls are at `spans`."""
    leaves: list[tuple[Path, str | None]] = []
    for path, text, _, _ in spans:
        leaves.append((path, text))
        if text is not None and text[:1] in ("{", "[") and is_json(text):
            leaves += leaves_in(spans_of(text, path))
    return leaves


def _note_entries(entries: Mapping[str, Any], note: Visit) -> None:
    """Visits the entries of an object; plain texts at once, since an export has very many."""
    for key, entry in entries.items():
        if entry is None or (isinstance(entry, str) and entry[:1] not in ("{", "[")):
            note((key,), entry)
        else:
            _visited(entry, note, (key,))


def with_leaves(value: Any, texts: Mapping[Path, str]) -> Any:
    """The value with these texts at these paths; of an object, only the entries of these paths are looked into."""

    def instead(path: Path, text: str | None) -> str | None:
        return texts.get(path, text)

    if isinstance(value, dict):
        begun = {path[0] for path in texts}
        return {key: _visited(entry, instead, (key,)) if key in begun else entry for key, entry in value.items()}
    return _visited(value, instead)


def json_with_leaves(record: str, spans: Sequence[Span], texts: Mapping[Path, str]) -> str:
    """JSON text, whose texts and nulls are at `spans`, with these texts at these paths."""
    return _written(record, spans, lambda path, text: texts.get(path, text)) if texts else record


def _visited(value: Any, visit: Visit, path: Path = ()) -> Any:
    if value is None:
        return visit(path, None)
    if isinstance(value, str):
        return _visited_text(value, visit, path)
    if isinstance(value, list | tuple):
        return [_visited(entry, visit, (*path, n)) for n, entry in enumerate(value)]
    if isinstance(value, dict):
        return {key: _visited(entry, visit, (*path, key)) for key, entry in value.items()}
    return value


def _visited_text(text: str, visit: Visit, path: Path) -> str | None:
    new = visit(path, text)
    if new != text or not is_json(text):
        return new
    return _written(text, spans_of(text, path), visit)


def spans_of(text: str, path: Path = ()) -> list[Span]:
    """Where each text or null of JSON text is, in the order in which they are written; its keys are no texts."""
    spans: list[Span] = []
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        sign = text[position]
        if sign == '"':
            value, end = scanstring(text, position + 1, False)
            after = after_space(text, end)
            if text[after : after + 1] == ":":
                steps[-1] = value
                position = after + 1
            else:
                spans.append(Span((*path, *steps), value, position, end))
                position = after
        elif sign == ",":
            if isinstance(step := steps[-1], int):
                steps[-1] = step + 1
            position += 1
        elif sign in "{[":
            steps.append("" if sign == "{" else 0)
            position += 1
        elif sign in "}]":
            steps.pop()
            position += 1
        elif other := OTHER(text, position):
            if other[0] == "null":
                spans.append(Span((*path, *steps), None, position, other.end()))
            position = other.end()
        else:
            position += 1
    return spans


def after_space(text: str, position: int) -> int:
    """The first position from `position` on that is not white space."""
    while text[position : position + 1] in SPACES:
        position += 1
    return position


def _written(text: str, spans: Sequence[Span], visit: Visit) -> str:
    """JSON text with what `visit` makes of its texts and nulls; all else stays as it is written."""
    pieces, written = [], 0
    for path, before, start, end in spans:
        after = visit(path, None) if before is None else _visited_text(before, visit, path)
        if after != before:
            token = text[start:end]
            is_ascii = before is not None and token.isascii()
            pieces += [text[written:start], json.dumps(after, ensure_ascii=is_ascii)]
            written = end
    return "".join([*pieces, text[written:]])
