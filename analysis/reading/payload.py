"""What does the reader show of one row?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from analysis.formats.named_texts import texts_of
from analysis.reading.judged_items import Votes
from analysis.reading.marks import Span, search_spans, utf16_spans, word_difference
from analysis.reading.proposed import ProposedText, field_of, shown_proposal
from analysis.reading.row_texts import Section, pretty, sections_of
from analysis.structure.faults import fault_named

MAX_SECTION_CHARS = 200_000
MAX_RAW_CHARS = 1_000_000
MAX_VALUE_CHARS = 500
CUT = " … and "
"""The first characters of the note where a long value is cut."""
MAX_WINDOW_CHARS = 2_000_000
NO_NAMES: Mapping[str, str] = {}


class Note(NamedTuple):
    """What a person wrote on the row; `is_own`: whether it is the reading person's."""

    text: str
    person: str
    is_own: bool = False


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
    names: Mapping[str, str] = NO_NAMES,
    proposals: Sequence[ProposedText] = (),
    written: Sequence[Note] = (),
    is_whole: bool = False,
) -> dict[str, Any]:
    """One row for the reader: id, layout, sections, metadata, raw record, votes, tags and notes, ready for JSON.

    `row` holds canonical columns, original ones and signals by name. `fields`: what to show as metadata, in order.
    `originals`: columns for the raw view where there is no source record. `hits`: spans of signals to mark.
    `searches`: (operator, value) of the view's text filters. Spans count UTF-16 units. While a hit is masked, its
    text is masked in the metadata too, and the raw view is hidden. `votes`: the judgements of all rows of the item.
    `withheld`: why the raw view is hidden, if it is. `hidden`: values that are masked everywhere.
    `names`: the columns whose shown name is another, with that name. `proposals`: the texts proposed for the row; they
    are hidden while personal data is masked. `written`: people's notes, with the same values masked. `common` in the
    answer: the share of words that both answers of a pair have, null for other rows. `is_whole`: no text is cut,
    however long it is.
    Raises ViewError where a search cannot be read.
    """
    layout, sections = sections_of(row, fields)
    hits, searches = list(hits), list(searches)
    texts = {field: section.text or "" for section in sections for field in section.fields}
    hits = [hit for hit in hits if _is_of(hit, row, texts)]
    secrets = {texts[hit.field][hit.start : hit.end] for hit in hits if hit.masked and hit.field in texts} | {*hidden}
    spans = {id(section): _marks(section, hits, searches) for section in sections}
    pair = {section.kind: section for section in sections if section.kind in ("chosen", "rejected")}
    common = None
    if len(pair) == 2:
        adds, dels, common = word_difference(_cut(pair["chosen"].text), _cut(pair["rejected"].text))
        spans[id(pair["chosen"])] += adds
        spans[id(pair["rejected"])] += dels
    notes = []
    if row.get("prompts_differ"):
        notes.append("Chosen and rejected answer different prompts; the prompt of the chosen answer is shown.")
    by_field = {proposed.field: proposed for proposed in proposals}
    own_texts = texts_of(row)
    fields_shown = {id(section): field_of(section, row, own_texts) for section in sections}
    notes += _proposed_elsewhere(by_field, list(fields_shown.values()))
    faults = () if "structure_faults" in originals else row.get("structure_faults") or ()
    meta = [[names.get(name, name), _value(row.get(name), secrets)] for name in fields if name not in texts]
    return {
        "id": row.get("row_id"),
        "layout": layout,
        "common": common if common is None else round(common, 3),
        "sections": [
            _shown(section, row, spans[id(section)], hits, secrets, is_whole)
            | _editing(section, fields_shown[id(section)], secrets, by_field, is_whole)
            for section in sections
        ],
        "meta": meta + _origin(row),
        "raw": _raw(
            row,
            {n: names.get(n, n) for n in originals},
            withheld or ("while personal data is masked" if secrets else ""),
        ),
        "votes": votes and _votes(votes, secrets),
        "tags": list(row.get("tags") or ()),
        "disputed": list(row.get("disputed_tags") or ()),
        "notes": notes,
        "written": [_written(note, secrets) for note in written],
        "faults": [[name, fault_named(name).words] for name in faults],
        "masked": len(secrets),
        "proposed": len(by_field),
    }


def _written(note: Note, secrets: Iterable[str]) -> dict[str, Any]:
    """A note for JSON; one of which a part is masked cannot be edited."""
    text = _without(note.text, secrets)
    return {"text": text, "person": note.person, "own": note.is_own, "is_masked": text != note.text}


def _is_of(hit: Hit, row: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Whether the hit's place is one in the text that is shown; not where a column is shown in another form."""
    return row.get(hit.field) is None or hit.field not in texts or row[hit.field] == texts[hit.field]


def within_budget(rows: Sequence[dict[str, Any]], current: int, characters: int = MAX_WINDOW_CHARS) -> tuple[int, int]:
    """(first, end) of the payloads around `current` whose texts together stay within `characters`; never empty.

    Long rows make a shorter window, so that a message to the browser stays small.
    """
    sizes = [sum(map(_size, row["sections"])) + len((row["raw"] or {}).get("text", "")) for row in rows]
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


def _size(section: Mapping[str, Any]) -> int:
    """The characters of a section and of the text proposed for it."""
    return len(section["text"]) + sum(len(text) for _, text in (section.get("proposal") or {"parts": ()})["parts"])


def _marks(section: Section, hits: Sequence[Hit], searches: Sequence[tuple[str, str]]) -> list[Span]:
    text = _cut(section.text)
    marks = [(hit.start, hit.end, hit.css, hit.title) for hit in hits if hit.field in section.fields]
    return marks + [span for kind, needle in searches for span in search_spans(text, kind, needle)]


def _proposed_elsewhere(proposals: Iterable[str], fields: Sequence[str | None]) -> list[str]:
    """A note on each text that is proposed for a field which the reader does not show by itself."""
    return [
        f"A text is proposed for {field}, which is not shown here by itself."
        for field in proposals
        if field not in fields
    ]


def _editing(
    section: Section, field: str | None, secrets: Iterable[str], proposals: Mapping[str, ProposedText], is_whole: bool
) -> dict[str, Any]:
    """`field`: the name under which the text can be edited, null where it cannot; `is_open`: whether the reader has it
    whole and unmasked, so that it can be edited now; `proposal`: the text proposed for it.

    While personal data is masked, the proposal is hidden: it can hold the same values, and others.
    """
    proposed = proposals.get(field or "")
    is_cut = not is_whole and len(section.text or "") > MAX_SECTION_CHARS
    shown = {"field": field, "is_open": not secrets and not is_cut}
    if proposed is None or secrets:
        return shown | {"proposal": proposed and {"is_masked": True, "parts": [], "hidden": 0}}
    return shown | {"proposal": shown_proposal(section.text, proposed)}


def _shown(
    section: Section,
    row: Mapping[str, Any],
    spans: list[Span],
    hits: Sequence[Hit],
    secrets: Iterable[str],
    is_whole: bool,
) -> dict[str, Any]:
    text = _without(section.text or "", secrets)
    text = text if is_whole else _cut(text)
    for hit in hits:
        if hit.masked and hit.field in section.fields:
            text = text[: hit.start] + _dots(text[hit.start : hit.end]) + text[hit.end :]
    counts = (row.get(f"{field}_tokens") for field in section.fields)
    return {
        "kind": section.kind,
        "title": _without(section.title, secrets),
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


def _value(value: object, secrets: Iterable[str] = ()) -> str | None:
    """A cell as text with every secret masked: null stays null, floats have six digits, nested values are JSON, long
    text is cut with a note."""
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
    text = _without(text, secrets)  # before it is cut, since the rest of a secret would stay
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
            text = _without_beginning(text, secret) if CUT in text else text
    return text


def _without_beginning(text: str, secret: str) -> str:
    """`text` without the beginning of a secret right before the note that a long value is cut."""
    pieces = text.split(CUT)
    for place, piece in enumerate(pieces[:-1]):
        left = next((n for n in range(len(secret) - 1, 0, -1) if piece.endswith(secret[:n])), 0)
        pieces[place] = piece[: len(piece) - left] + _dots(secret[:left])
    return CUT.join(pieces)


def _origin(row: Mapping[str, Any]) -> list[list[str | None]]:
    file, line = row.get("source_file"), row.get("source_line")
    if file is None:
        return []
    return [["file", str(file) if line is None else f"{file}, line {line:,}"]]


def _votes(votes: Votes, secrets: Iterable[str]) -> dict[str, Any]:
    lines = [[_value(cell, secrets) for cell in line] for line in votes.lines]
    return {"columns": votes.columns, "lines": lines, "own": votes.own, "rows": votes.rows}


def _raw(row: Mapping[str, Any], originals: Mapping[str, str], withheld: str) -> dict[str, str | None] | None:
    """The record as indented JSON, and a note where it is cut or hidden; null where there is none."""
    if withheld:
        return {"text": "", "note": f"The raw record is hidden {withheld}."}
    record = row.get("source_record")
    if record is None and not originals:
        return None
    if record is None:
        values = {shown: row.get(name) for name, shown in originals.items()}
        text = orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()
    else:
        text = record if len(record) > MAX_RAW_CHARS else pretty(record)
    hidden = len(text) - MAX_RAW_CHARS
    note = f"The first {MAX_RAW_CHARS:,} characters; {hidden:,} more are in the file." if hidden > 0 else None
    return {"text": text[:MAX_RAW_CHARS], "note": note}
