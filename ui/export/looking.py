"""What an export will hold, before it is made: its steps in words, its first record, and what is still in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest
from analysis.export.steps import Step
from analysis.export.still_in import StillIn
from ui.rows import masking
from ui.session import places, session
from ui.session.number_words import count

MOST_CHARS = 600
"""Characters of a text in the preview."""
MOST_LISTED = 40
"""Numbers of a list in the preview, and turns of a chat."""


def words_of(dataset: Dataset, request: ExportRequest, steps: Sequence[Step]) -> list[str]:
    """Each step in words: the file, a filter, what is left out, or what its reason says of rows that come back."""
    filters = {dataset.words_of(f) for f in request.view.active}

    def words(step: Step) -> str:
        if step.reason in filters:
            return f"Filter: {step.reason}"
        if step.added_rows or step.changed_rows:
            return step.reason[:1].upper() + step.reason[1:]
        return f"Left out: {step.reason}"

    return ["In the file", *map(words, steps[1:])]


def say_what_is_still_in(dataset: Dataset, still: StillIn) -> None:
    """Copies and personal data that would be exported, each a button to its page; what was not looked for is named."""
    kinds: tuple[tuple[int | None, str, str, str, str, dict[str, str]], ...] = (
        (still.exact, "exact duplicate", "", "exact duplicates", "duplicates", {"kind": "exact"}),
        (still.near, "near duplicate", "", "near duplicates", "duplicates", {"kind": "near"}),
        (still.personal, "row", " with personal data", "personal data", "personal_data", {}),
    )
    unknown = [(what, page, more) for rows, _, _, what, page, more in kinds if rows is None]
    left = [(f"{count(rows, noun)}{end}", page, more) for rows, noun, end, _, page, more in kinds if rows]
    absent = [what for rows, _, _, what, _, _ in kinds if rows == 0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="still_in"):
        if left:
            st.text("Still in:", width="content")
        for label, page, more in left:
            _link(dataset, label, page, more)
        if absent:
            st.text(f"Not in: {', '.join(absent)}", width="content")
        if unknown:
            st.text("Not looked for:", width="content")
        for label, page, more in unknown:
            _link(dataset, label, page, more)


def _link(dataset: Dataset, label: str, page: str, more: dict[str, str]) -> None:
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params(), **more}
    if st.button(
        label, key=f"see_{more.get('kind', page)}", type="tertiary"
    ):  # a link would hold the values of the filters
        st.switch_page(places.page(page), query_params=params)


def show_first(dataset: Dataset, first: tuple[int, Any] | None) -> None:
    """The first record as it would be written, with personal data masked as on every page; long texts are cut."""
    if first is None:
        return
    row, record = first
    st.subheader("First record", anchor=False)
    st.code(_lines(_cut(masking.masked_values(dataset, row, record))), language=None, wrap_lines=True, height=280)


def _cut(value: Any) -> Any:
    """The value with long texts and long lists cut."""
    if isinstance(value, str):
        return value if len(value) <= MOST_CHARS else f"{value[:MOST_CHARS]}… ({count(len(value), 'character')})"
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    if isinstance(value, list):
        more = len(value) - MOST_LISTED
        return [*map(_cut, value[:MOST_LISTED]), *([f"… and {more:,} more"] if more > 0 else [])]
    return value


def _lines(value: Any) -> str:
    """The value as JSON, a key a line; a list of plain values on one line. Text that is no JSON as it is."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, indent=2)

    def written(inner: Any) -> str:
        is_plain = not isinstance(inner, list) or not any(isinstance(one, dict | list) for one in inner)
        return json.dumps(inner, ensure_ascii=False, indent=None if is_plain else 2).replace("\n", "\n  ")

    keys = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {written(inner)}" for key, inner in value.items())
    return f"{{\n{keys}\n}}"
