"""Where in the texts of a row is the place that a finding is about? Only signals that know the place are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from analysis.check import Check
from analysis.dataset import Dataset
from analysis.findings import columns_of
from analysis.noise import KINDS, Kind, places
from analysis.noise.formatting_signal import COUNTED
from analysis.reading.payload import Hit

SPOKEN_BY = {"user": "prompt", "assistant": "response", "system": "system", "developer": "system"}
TEXTS = ("system", "prompt", "response", "rejected", "text")
MOST_MARKS = 200  # in one row


def marks_of(dataset: Dataset, check: Check, rows: pl.Series, held: Sequence[Mapping[str, Any]]) -> list[list[Hit]]:
    """The places in each of these rows, whose canonical columns are `held`; empty where no signal knows them."""
    kinds = _kinds(check)
    if kinds:
        return [[hit for hit in _noise(row, kinds)][:MOST_MARKS] for row in held]
    if "has_boilerplate" in columns_of(check) and dataset.has(dataset.signal("shared_spans")):
        return _passages(dataset, rows)
    return [[] for _ in held]


def _kinds(check: Check) -> list[Kind]:
    """The kinds of noise that are counted in a column of the check, but for those of a whole text."""
    counted = [name for column in columns_of(check) for name in COUNTED.get(column, ())]
    starts = tuple(name for name in counted if name.endswith("_"))
    named = [kind for name, kind in KINDS.items() if name in counted or (starts and name.startswith(starts))]
    return [kind for kind in named if kind.marks and not kind.whole]


def _noise(row: Mapping[str, Any], kinds: Sequence[Kind]) -> Iterator[Hit]:
    for field, role, text in _texts(row):
        for kind in kinds:
            if not kind.roles or role in kind.roles:
                yield from (Hit(field, start, end, "hit", kind.title) for start, end in places(text, kind))


def _texts(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(field as the reader names it, role, text) of the texts that the reader shows."""
    messages = row.get("messages")
    if isinstance(messages, list):
        for number, message in enumerate(messages):
            role = SPOKEN_BY.get(str(message["role"]), str(message["role"]))
            if text := message["content"]:
                yield f"messages[{number}]", role, text
    for field in TEXTS:
        if isinstance(text := row.get(field), str) and text and (field == "rejected" or not messages):
            yield field, field, text


def _passages(dataset: Dataset, rows: pl.Series) -> list[list[Hit]]:
    """The passages that a row has in common with others, as the signal found them."""
    spans = dataset.table_in(dataset.signal("shared_spans"), "spans", rows)
    hits: dict[int, list[Hit]] = {}
    for line in spans.iter_rows(named=True):
        field = line["field"] if line["turn"] is None else f"messages[{line['turn']}]"
        hit = Hit(field, line["start"], line["end"], "hit", f"in {line['rows']:,} rows")
        hits.setdefault(line["row"], []).append(hit)
    return [hits.get(row, [])[:MOST_MARKS] for row in rows]
