"""What does the reader show of one row?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from analysis.reading.judged_items import Votes
from analysis.reading.marks import Span, search_spans, utf16_spans, word_diff
from analysis.reading.row_texts import Section, pretty, sections_of

MAX_SECTION_CHARS = 200_000
MAX_RAW_CHARS = 1_000_000
MAX_VALUE_CHARS = 500
MAX_WINDOW_CHARS = 2_000_000


class Hit(NamedTuple):
    """A span to mark in a text of the row. `field` is a canonical column, or "messages[3]" for the fourth message;
    start and end count code points in it. The characters of a masked hit are sent as dots."""

    field: str
    start: int
    end: int
    css: str = "pii"
    title: str = ""
    masked: bool = False


def payload(
    row: Mapping[str, Any],
    *,
    fields: Sequence[str],
    originals: Sequence[str] = (),
    hits: Iterable[Hit] = (),
    searches: Iterable[tuple[str, str]] = (),
    votes: Votes | None = None,
    withheld: str = "",
    hidden: Iterable[str] = (),
) -> dict[str, Any]:
    """One row for the reader: id, layout, sections, metadata, raw record, votes, tags and notes, ready for JSON.

    `row` holds canonical columns, original ones and signals by name. `fields`: what to show as metadata, in order.
    `originals`: columns for the raw view where there is no source record. `hits`: spans of signals to mark.
    `searches`: (operator, value) of the view's text filters. Spans count UTF-16 units. While a hit is masked, its
    text is masked in the metadata too, and the raw view is hidden. `votes`: the judgements of all rows of the item.
    `withheld`: why the raw view is hidden, if it is. `hidden`: values that are masked everywhere.
    Raises ViewError where a search cannot be read.
    """
    layout, sections = sections_of(row, fields)
    hits, searches = list(hits), list(searches)
    texts = {field: section.text or "" for section in sections for field in section.fields}
    secrets = {texts[hit.field][hit.start : hit.end] for hit in hits if hit.masked and hit.field in texts} | {*hidden}
    spans = {id(section): _marks(section, hits, searches) for section in sections}
    pair = {section.kind: section for section in sections if section.kind in ("chosen", "rejected")}
    if len(pair) == 2:
        adds, dels = word_diff(_cut(pair["chosen"].text), _cut(pair["rejected"].text))
        spans[id(pair["chosen"])] += adds
        spans[id(pair["rejected"])] += dels
    notes = []
    if row.get("prompts_differ"):
        notes.append("Chosen and rejected answer different prompts; the prompt of the chosen answer is shown.")
    values = [(name, _value(row.get(name))) for name in fields if name not in texts]
    meta = [[name, value and _without(value, secrets)] for name, value in values]
    return {
        "id": row.get("row_id"),
        "layout": layout,
        "sections": [_shown(section, row, spans[id(section)], hits, secrets) for section in sections],
        "meta": meta + _origin(row),
        "raw": _raw(row, originals, withheld or ("while personal data is masked" if secrets else "")),
        "votes": votes and _votes(votes, secrets),
        "tags": list(row.get("tags") or ()),
        "disputed": list(row.get("disputed_tags") or ()),
        "notes": notes,
        "masked": len(secrets),
    }


def within_budget(rows: Sequence[dict[str, Any]], current: int, characters: int = MAX_WINDOW_CHARS) -> tuple[int, int]:
    """(first, end) of the payloads around `current` whose texts together stay within `characters`; never empty.

    Long rows make a shorter window, so that a message to the browser stays small.
    """
    sizes = [sum(len(s["text"]) for s in row["sections"]) + len((row["raw"] or {}).get("text", "")) for row in rows]
    current = max(0, min(current, len(rows) - 1))
    first, end, used = current, min(current + 1, len(rows)), sum(sizes[current : current + 1])
    while first > 0 or end < len(rows):
        # Two rows after `current` for one before it: people read forwards.
        ahead = end < len(rows) and (first == 0 or end - current <= 2 * (current - first + 1))
        used += sizes[end] if ahead else sizes[first - 1]
        if used > characters:
            break
        first, end = (first, end + 1) if ahead else (first - 1, end)
    return first, end


def _marks(section: Section, hits: Sequence[Hit], searches: Sequence[tuple[str, str]]) -> list[Span]:
    text = _cut(section.text)
    marks = [(hit.start, hit.end, hit.css, hit.title) for hit in hits if hit.field in section.fields]
    return marks + [span for kind, needle in searches for span in search_spans(text, kind, needle)]


def _shown(
    section: Section, row: Mapping[str, Any], spans: list[Span], hits: Sequence[Hit], secrets: Iterable[str]
) -> dict[str, Any]:
    text = _without(_cut(section.text), secrets)
    for hit in hits:
        if hit.masked and hit.field in section.fields:
            text = text[: hit.start] + _dots(text[hit.start : hit.end]) + text[hit.end :]
    counts = (row.get(f"{field}_tokens") for field in section.fields)
    return {
        "kind": section.kind,
        "title": section.title,
        "text": text,
        "is_missing": section.text is None,
        "is_code": section.is_code,
        "folds": section.folds,
        "hidden": len(section.text or "") - len(text),
        "tokens": next((count for count in counts if count is not None), None),
        "spans": utf16_spans(text, spans),
    }


def _cut(text: str | None) -> str:
    return (text or "")[:MAX_SECTION_CHARS]


def _value(value: object) -> str | None:
    """A cell as text: null stays null, floats have six digits, nested values are JSON, long text is cut with a note."""
    if value is None:
        return None
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.1f}"
    elif isinstance(value, dt.datetime):
        text = value.isoformat(" ")
    elif isinstance(value, bytes):
        text = f"{len(value):,} bytes"
    elif isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value):
        text = ", ".join(value)
    elif isinstance(value, list | tuple | dict):
        text = orjson.dumps(value, default=str).decode()
    else:
        text = str(value)
    hidden = len(text) - MAX_VALUE_CHARS
    return f"{text[:MAX_VALUE_CHARS]} … and {hidden:,} more characters" if hidden > 0 else text


def _dots(secret: str) -> str:
    """Dots, as many as the secret has characters, so that no other mark moves."""
    return "".join(c if c.isspace() else "•" for c in secret)


def _without(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret masked; those of one to three characters are not, as other words contain them."""
    for secret in sorted(secrets, key=len, reverse=True):  # an e-mail address before a name that is part of it
        if len(secret) > 3:
            text = text.replace(secret, _dots(secret))
    return text


def _origin(row: Mapping[str, Any]) -> list[list[str | None]]:
    file, line = row.get("source_file"), row.get("source_line")
    if file is None:
        return []
    return [["file", str(file) if line is None else f"{file}, line {line:,}"]]


def _votes(votes: Votes, secrets: Iterable[str]) -> dict[str, Any]:
    lines = [[(text := _value(cell)) and _without(text, secrets) for cell in line] for line in votes.lines]
    return {"columns": votes.columns, "lines": lines, "own": votes.own, "rows": votes.rows}


def _raw(row: Mapping[str, Any], originals: Sequence[str], withheld: str) -> dict[str, str | None] | None:
    """The record as indented JSON, and a note where it is cut or hidden; null where there is none."""
    if withheld:
        return {"text": "", "note": f"The raw record is hidden {withheld}."}
    record = row.get("source_record")
    if record is None and not originals:
        return None
    if record is None:
        values = {name: row.get(name) for name in originals}
        text = orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()
    else:
        text = record if len(record) > MAX_RAW_CHARS else pretty(record)
    hidden = len(text) - MAX_RAW_CHARS
    note = f"The first {MAX_RAW_CHARS:,} characters; {hidden:,} more are in the file." if hidden > 0 else None
    return {"text": text[:MAX_RAW_CHARS], "note": note}
