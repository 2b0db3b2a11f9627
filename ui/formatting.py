"""The parts of the page Format: kinds of noise and their cost, examples with the place marked, groups, numbers."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import MESSAGES, Dataset
from analysis.formatting import kinds_in, number_forms_in
from analysis.models import count_tokens, tokenizer
from analysis.noise import KINDS, Kind, cleaned, places
from analysis.signal import ROW_ID
from analysis.signals.formatting import COUNTED
from analysis.view import View
from ui import session
from ui.text import count, cut

EXAMPLES = 5
AROUND_CHARS = 70
PREVIEW_CHARS = 4_000
WHOLE = {"truncated": "is_truncated", "refusals": "is_refusal"}


@st.cache_resource(max_entries=16, show_spinner=False)
def _kinds(key: tuple[str, ...], _dataset: Dataset, _view: View) -> pl.DataFrame:
    return kinds_in(_dataset, _view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _numbers(key: tuple[str, ...], _dataset: Dataset, _view: View) -> pl.DataFrame:
    return number_forms_in(_dataset, _view)


def _key(dataset: Dataset) -> tuple[str, ...]:
    return (dataset.id, dataset.key_of("formatting_tokens"), str(dataset.tag_revision), *session.view().to_params())


def kinds(dataset: Dataset) -> pl.DataFrame:
    """What each kind and role costs in the rows in view; kept while view, tags and signal stay the same."""
    return _kinds(_key(dataset), dataset, session.view())


def choose(found: pl.DataFrame, all_tokens: int | None) -> dict[str, str] | None:
    """The table of kinds; gives the kind and role of the line one ticks."""
    share = pl.col("tokens") / all_tokens if all_tokens else pl.lit(None, pl.Float64)
    shown = found.select("title", "role", "rows", "occurrences", "tokens", share.alias("share of all tokens"))
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in ("rows", "occurrences", "tokens")}
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="noise",
        alt="Kinds of noise and their cost",
        column_config={**numbers, "share of all tokens": st.column_config.NumberColumn(format="percent")},
    )
    rows = picked.selection.rows
    return found.select("kind", "title", "role").row(rows[0], named=True) if rows and rows[0] < found.height else None


def column_of(kind: str) -> str | None:
    """The column whose filter finds the rows of a kind, or of all kinds counted with it."""
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


def examples(dataset: Dataset, kind: Kind, role: str) -> None:
    """Rows in view that hold the kind, the first of each marked ⟦ ⟧, and the same text without it."""
    entries = dataset.table(dataset.signal("formatting"), "kinds").filter(
        (pl.col("kind") == kind.name) & (pl.col("role") == role)
    )
    in_view = dataset.frame([ROW_ID], dataset.rows_of(session.view())).with_row_index("at")
    chosen = in_view.join(entries.select(ROW_ID), on=ROW_ID, how="semi").head(EXAMPLES)
    if (column := column_of(kind.name)) is not None:
        whole = kind.name in WHOLE
        new = session.view().where(column, "eq" if whole else "ge", "true" if whole else 1)
        st.button("Show the rows", key="show_kind", on_click=session.set_view, args=(new,))
    rows = dataset.rows_of(session.view()).gather(chosen["at"])
    for text in _texts(dataset, rows, role):
        found = places(text, kind)
        if not found:
            continue
        start, end = found[0] if not kind.whole else (max(len(text) - AROUND_CHARS, 0), len(text))
        st.code(_around(text, start, end), language=None, wrap_lines=True)
        if kind.can_be_cleaned:
            _say_saved(dataset, text[:PREVIEW_CHARS], kind)


def _texts(dataset: Dataset, rows: pl.Series, role: str) -> list[str]:
    """The texts of that role in these rows; those of a chat one by one."""
    if "messages" in dataset.canonical:
        said = {"prompt": "user", "response": "assistant"}.get(role, role)
        chats = dataset.frame(["messages"], rows)["messages"]
        return [m["content"] for chat in chats for m in chat or () if m["role"] == said and m["content"]]
    if role not in dataset.canonical or dataset.schema[role] == MESSAGES:
        return []
    return dataset.frame([role], rows)[role].drop_nulls().to_list()


def _around(text: str, start: int, end: int) -> str:
    before = cut(text[max(start - AROUND_CHARS, 0) : start], AROUND_CHARS)
    inside = cut(text[start:end], 2 * AROUND_CHARS) or " "
    return f"{'…' if start > AROUND_CHARS else ''}{before}⟦{inside}⟧{cut(text[end : end + AROUND_CHARS], AROUND_CHARS)}"


def _say_saved(dataset: Dataset, text: str, kind: Kind) -> None:
    model = tokenizer(str(dataset.signal("formatting").parameters["tokenizer"]))
    after = cleaned(text, [kind.name])
    was, now = count_tokens(model, [text, after])
    st.caption(f"Without it: {count(now, 'token')} instead of {was:,}.")
    with st.popover("See the text without it", type="tertiary"):
        st.text(after)


def by_group(dataset: Dataset, rows: pl.Series) -> None:
    """The share of tokens spent on form, per value of a column."""
    if not dataset.categories or not dataset.has(dataset.signal("tokens")):
        st.text("This needs counted tokens, and a column that groups the rows, such as one with the role source.")
        return
    group = st.selectbox("By", dataset.categories, format_func=cut, key="format_group", bind="query-params")
    frame = dataset.frame([group, "formatting_tokens", "row_tokens"], rows)
    table = frame.group_by(pl.col(group).cast(pl.String).alias("group")).agg(
        rows=pl.len(), formatting_tokens=pl.col("formatting_tokens").sum(), tokens=pl.col("row_tokens").sum()
    )
    table = table.with_columns(share=pl.col("formatting_tokens") / pl.col("tokens")).sort(
        "share", descending=True, nulls_last=True
    )
    st.dataframe(
        table.head(50),
        hide_index=True,
        alt="Tokens spent on form by group",
        column_config={"share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
    )


def numbers(dataset: Dataset) -> None:
    """In which forms numbers, dates and units are written, where two forms of one sort stand side by side."""
    found = _numbers(_key(dataset), dataset, session.view())
    mixed = found.filter("is_mixed")
    if mixed.is_empty():
        st.text("Numbers, dates and units are each written in one form.")
        return
    st.dataframe(mixed.drop("is_mixed"), hide_index=True, alt="Forms of numbers that stand side by side")


def kind(name: str) -> Kind:
    return KINDS[name]
