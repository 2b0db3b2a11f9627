"""What is in the chosen files? The format in a sentence, the first rows as they will be read, what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.names import name_in_file
from analysis.formats import ROLES, TEXT_ROLES, layout_sentences
from analysis.personal_data.masked_rows import masked_frame
from analysis.personal_data.unopened import masked_values
from ui.rows import masking
from ui.session.text import count, cut

__all__ = ["examples", "examples_of", "first_rows", "has_texts", "rows_in_words", "say_notes", "say_unread", "sentence"]
FORMATS = {
    "instruction": "instructions",
    "chat": "conversations",
    "preference": "preference pairs",
    "kto": "answers labelled good or bad (KTO)",
    "reward": "answers with scores",
    "text": "raw text",
    "table": "a plain table, without texts to train on",
}
SHOWN_ROWS = 5
SHOWN_NOTES = 2
SHOWN_PROBLEMS = 3
CELL_CHARS = 200
NO_ROLE = "no role"
ROW_PIXELS = 35
HEADER_PIXELS = 65


def sentence(seen: Mapping[str, Any]) -> str:
    """What was found, in one line: `Read as instructions (prompt = instruction, response = output), 999 rows`."""
    roles = [_equation(seen, role) for role in ROLES if role in TEXT_ROLES and role in seen["roles"]]
    of = f" ({', '.join(roles)})" if roles else ""
    return cut(f"Read as {FORMATS[seen['format']]}{of}, {rows_in_words(seen)}", 300)


def has_texts(seen: Mapping[str, Any]) -> bool:
    """Whether anything was found that a model can be trained on."""
    return bool(seen["format"] != "table")


def rows_in_words(seen: Mapping[str, Any]) -> str:
    """The rows of a preview: counted where the files were read to their end, else estimated from their beginning."""
    if seen["is_whole"] or not seen["read_share"]:
        return count(seen["rows"]) if seen["is_whole"] else "rows"
    rows = seen["rows"] / seen["read_share"]
    unit = 10 ** max(floor(log10(max(rows, 1))) - 1, 0)
    return f"about {count(round(rows / unit) * unit)}"


def _equation(seen: Mapping[str, Any], role: str) -> str:
    name = _file_name(seen, role)
    return role if name == role else f"{role} = {cut(name, 40)}"


def _file_name(seen: Mapping[str, Any], role: str) -> str:
    column = seen["roles"].get(role)
    return name_in_file(seen, column) if column else ""


def first_rows(seen: Mapping[str, Any]) -> None:
    """A table of the first rows: columns with a role first, under its name, then the others."""
    frame = rows_as_read(seen)
    first = "The first row" if len(frame) == 1 else f"The first {count(len(frame))}"
    st.caption(
        f"{first}. A click on a badge changes the role of its column. "
        "Personal data that has a form, such as addresses and keys, is masked; names are not looked for yet."
    )
    height = ROW_PIXELS * len(frame) + HEADER_PIXELS
    st.dataframe(
        frame, hide_index=True, row_height=ROW_PIXELS, height=height, alt="The first rows as they will be read"
    )


def rows_as_read(seen: Mapping[str, Any]) -> pd.DataFrame:
    """The first five rows of a preview as texts of at most 200 characters; a column is (role, its name in the file).

    A text to train on is shown as it is read, such as a conversation turn by turn. Personal data is masked.
    """
    records = masked_values(seen["records"][:SHOWN_ROWS])
    columns: dict[tuple[str, str], list[str]] = {}
    for role in _roles(seen):
        column = seen["roles"].get(role)
        name = _file_name(seen, role) or role
        values = [record.get(role) if role in TEXT_ROLES else None for record in records]
        kept = [
            record.get(column) if value is None and column else value
            for value, record in zip(values, records, strict=True)
        ]
        columns[role.replace("_", " "), cut(name)] = [shown(value) for value in kept]
    taken = set(seen["roles"].values())
    for column in seen["columns"]:
        if column not in taken:
            columns[NO_ROLE, cut(name_in_file(seen, column))] = [shown(record.get(column)) for record in records]
    if not columns:
        return pd.DataFrame()
    return pd.DataFrame(list(columns.values()), index=pd.MultiIndex.from_tuples(columns)).T


def _roles(seen: Mapping[str, Any]) -> list[str]:
    """The roles that are set, in their order, and the texts that a layout reads from elsewhere in the record."""
    if seen["roles"].keys() & TEXT_ROLES:
        return [role for role in ROLES if role in seen["roles"]]
    texts = [role for role in ROLES if role in TEXT_ROLES and any(record.get(role) for record in seen["records"])]
    return [role for role in ROLES if role in seen["roles"] or role in texts]


def shown(value: Any) -> str:
    """A value on one line: a conversation as its turns, anything else as text; empty where there is none."""
    if isinstance(value, list) and value and all(isinstance(turn, dict) and "role" in turn for turn in value):
        value = "   ".join(f"{turn['role']}: {turn.get('content') or ''}" for turn in value)
    return "" if value is None else cut(str(value)[: CELL_CHARS * 2], CELL_CHARS)


def examples(seen: Mapping[str, Any]) -> dict[str, str]:
    """The first value of each column that has one in the first rows, with personal data masked."""
    columns = list(seen["columns"])
    first = [next((v for record in seen["records"] if shown(v := record.get(column))), None) for column in columns]
    return dict(zip(columns, map(shown, masked_values(first)), strict=True))


def examples_of(dataset: Dataset) -> dict[str, str]:
    """The same of the first rows of a dataset, in which what its scan found is masked too."""
    rows = pl.Series(range(min(SHOWN_ROWS, dataset.height)), dtype=pl.UInt32)
    head = dataset.frame(list(dataset.originals), rows)
    shown_head = masked_frame(dataset, head, rows) if masking.is_known(dataset) else head
    return examples({"records": shown_head.to_dicts(), "columns": dataset.originals})


def say_notes(seen: Mapping[str, Any]) -> None:
    """What was unusual in the files: two sentences, the others on request; and each layout where there are several."""
    sentences = [
        *(layout_sentences(seen) if len(seen.get("layouts", ())) > 1 else ()),
        *(note["sentence"] for note in seen["notes"]),
    ]
    first = sentences if len(sentences) == SHOWN_NOTES + 1 else sentences[:SHOWN_NOTES]
    for one in first:
        st.text(one)
    if rest := sentences[len(first) :]:
        with st.expander(f"{len(rest)} more remarks"):
            for one in rest:
                st.text(one)


def say_unread(seen: Mapping[str, Any]) -> None:
    """What could not be read: how many records, and the first of them with file, line and reason."""
    if not seen["unreadable"]:
        return
    so_far = "" if seen["is_whole"] else " in the beginning of the files"
    problems: Sequence[Mapping[str, Any]] = seen["problems"][:SHOWN_PROBLEMS]
    of = f", the first {len(problems)}" if seen["unreadable"] > len(problems) else ""
    st.text(f"Could not be read{so_far}: {count(seen['unreadable'], 'record')}{of}:")
    for problem in problems:
        st.text(cut(f"{problem['file']}, line {problem['line']}: {problem['reason']}", 300))
