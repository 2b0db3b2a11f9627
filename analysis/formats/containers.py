"""Is a text file JSON lines, a JSON document, separated values or plain text?"""

from __future__ import annotations

from pathlib import Path

import orjson

from analysis.formats import dialects
from analysis.formats.json_window import is_document
from analysis.formats.options import ReadOptions

TEXT_SUFFIXES = {".txt", ".md", ".text"}
CSV_SUFFIXES = {".csv", ".tsv", ".tab", ".psv"}


def container_of(path: Path, head: bytes, reading: ReadOptions) -> str:
    """jsonl, json, csv or text, by the file's content first and then by its name."""
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in (".gz", ".zst", ".gzip", ".zstd")]
    suffix = suffixes[-1] if suffixes else ""
    start = head.lstrip()[:1]
    if suffix in CSV_SUFFIXES:
        return "csv"
    if start in (b"{", b"["):
        return _json_container(head, start, suffix)
    if reading.separator is not None:
        return "csv"
    if suffix in (".jsonl", ".ndjson", ".json"):
        return "jsonl"
    if suffix in TEXT_SUFFIXES:
        return "text"
    return "csv" if dialects.looks_separated(head.decode("utf-8", "replace")) else "text"


def _json_container(head: bytes, start: bytes, suffix: str) -> str:
    """jsonl where each line is one value; json where a value has several lines, or a line several values."""
    lines = [line for line in head.splitlines() if line.strip()]
    whole = [line for line in lines if line[:1] == start and _parses(line)]
    if start == b"[":
        if len(lines) > 1 and lines[0] in whole:
            return "jsonl" if suffix != ".json" or len(whole) > 1 else "json"
        return "json"
    if lines[0] not in whole and is_document(head.decode("utf-8", "replace")):
        return "json"
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl" if whole or b"\n" not in head.strip() or lines[0].strip() != b"{" else "json"
    if suffix in TEXT_SUFFIXES and not whole and not _opens_json(head):
        return "text"
    return "jsonl" if len(whole) > 1 else "json"


def _parses(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _opens_json(head: bytes) -> bool:
    after = head.lstrip()[1:].lstrip()[:1]
    return after in (b'"', b"{", b"[", b"}", b"]")
