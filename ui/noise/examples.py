"""The chosen kind of noise on the page Format: its rows, examples with the noise marked, the text without it."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import MESSAGES
from analysis.loaders.tokenizers import count_tokens, tokenizer
from analysis.noise import Kind, cleaned, places
from analysis.noise.formatting_signal import COUNTED
from ui.rows import masking
from ui.session import session
from ui.session.text import count, cut, md

EXAMPLES = 5
AROUND_CHARS = 70
PREVIEW_CHARS = 4_000
WHOLE = {"truncated": "is_truncated", "refusals": "is_refusal"}


def column_of(kind: str) -> str | None:
    """The column whose filter finds the rows of a kind, or of all kinds in the same column; None without one."""
    if kind in WHOLE:
        return WHOLE[kind]
    return next(
        (
            c
            for c, names in COUNTED.items()
            if any(kind == n or (n.endswith("_") and kind.startswith(n)) for n in names)
        ),
        None,
    )


def offer_rows(kind: Kind) -> None:
    """A button that filters to the rows of a kind, or of all kinds counted in the same column."""
    if (column := column_of(kind.name)) is None:
        return
    whole = kind.name in WHOLE
    new = session.view().narrowed(column, "eq" if whole else "ge", "true" if whole else 1)
    words = f"Show rows: {new.filters[-1].sentence}"
    st.button(md(words), key="show_kind", disabled=new == session.view(), on_click=session.set_view, args=(new,))


def examples(dataset: Dataset, kind: Kind, role: str, rows: pl.Series) -> None:
    """The first of these rows, each with its first match marked by ⟦ ⟧, and the same text without it."""
    column = "messages" if "messages" in dataset.canonical else role
    if column not in dataset.canonical or (column == role and dataset.schema[role] == MESSAGES):
        return
    some = rows.head(EXAMPLES)
    frame = dataset.frame([column], some)
    shown = masking.masked(dataset, frame, some)
    for whole, text in zip(_texts(frame, role), _texts(shown, role), strict=True):
        where = places(text, kind)
        if not where:
            continue
        start, end = where[0] if not kind.whole else (max(len(text) - AROUND_CHARS, 0), len(text))
        st.code(_around(text, start, end), language=None, wrap_lines=True)
        if kind.can_be_cleaned:
            _say_saved(dataset, whole[:PREVIEW_CHARS], text[:PREVIEW_CHARS], kind)


def _texts(frame: pl.DataFrame, role: str) -> list[str]:
    """The texts of that role in the only column of the frame; each message of a chat is one text."""
    column = frame.to_series()
    if column.dtype != MESSAGES:
        return column.drop_nulls().to_list()
    speaker = {"prompt": "user", "response": "assistant"}.get(role, role)
    return [m["content"] for chat in column.to_list() for m in chat or () if m["role"] == speaker and m["content"]]


def _around(text: str, start: int, end: int) -> str:
    before = cut(text[max(start - AROUND_CHARS, 0) : start], AROUND_CHARS)
    inside = cut(text[start:end], 2 * AROUND_CHARS) or " "
    return f"{'…' if start > AROUND_CHARS else ''}{before}⟦{inside}⟧{cut(text[end : end + AROUND_CHARS], AROUND_CHARS)}"


def _say_saved(dataset: Dataset, text: str, shown: str, kind: Kind) -> None:
    """The tokens that cleaning saves in the text, and the cleaned text, masked as shown."""
    model = tokenizer(str(dataset.signal("formatting").parameters["tokenizer"]))
    was, now = count_tokens(model, [text, cleaned(text, [kind.name])])
    st.caption(f"Without it: {count(now, 'token')} instead of {was:,}.")
    with st.popover("See the text without it", type="tertiary"):
        st.text(cleaned(shown, [kind.name]))
