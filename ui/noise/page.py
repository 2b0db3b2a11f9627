"""The parts of the page Format: kinds of noise with their tokens, in total and by group, and forms of numbers."""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.noise import KINDS
from analysis.noise.tables import Entries, entries_of, kinds_of, number_forms_of
from analysis.view import View
from ui.figures import charts
from ui.rows.ticked import ticked, ticked_once, ticks_of, use_tick
from ui.session import history, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import cut

GROUPS = 30
SHOWN_LINES = 18
FORM = "tokens on form"
NUMBER = st.column_config.NumberColumn(format="localized")


@st.cache_resource(max_entries=4, show_spinner="Reading the noise …")
def _entries(key: Key, table: str, _dataset: Dataset) -> Entries:
    return entries_of(_dataset, table)


def _all_entries(dataset: Dataset, table: str) -> Entries:
    return _entries(key_of(dataset, dataset.signal("formatting")), table, dataset)


@st.cache_resource(max_entries=4, show_spinner=False)
def _in_view(key: Key, _dataset: Dataset, _view: View) -> Entries:
    return _all_entries(_dataset, "kinds").in_view(_dataset.rows_of(_view))


@st.cache_resource(max_entries=32, show_spinner=False)
def _kinds(key: Key, _dataset: Dataset, _view: View) -> pl.DataFrame:
    return kinds_of(_in_view(key, _dataset, _view))


@st.cache_resource(max_entries=32, show_spinner=False)
def _numbers(key: Key, _dataset: Dataset, _view: View) -> pl.DataFrame:
    return number_forms_of(_all_entries(_dataset, "numbers").in_view(_dataset.rows_of(_view)))


def _key(dataset: Dataset, view: View) -> Key:
    return key_of(dataset, dataset.signal("formatting"), view=view)


def kinds(dataset: Dataset) -> pl.DataFrame:
    """Rows, occurrences and tokens of each kind and role in view; cached while view, tags and signal stay the same."""
    return _kinds(_key(dataset, session.view()), dataset, session.view())


def of_form(kinds: pl.DataFrame) -> list[str]:
    """The kinds that concern form only and can be cleaned."""
    names = kinds["kind"].unique(maintain_order=True)
    return [name for name in names if KINDS[name].form and KINDS[name].can_be_cleaned]


def choose(kinds: pl.DataFrame, all_tokens: int | None) -> dict[str, str] | None:
    """The table of kinds; returns kind, title and role of the ticked line, which stays ticked in another order."""
    share = pl.col("tokens") / all_tokens if all_tokens else pl.lit(None, pl.Float64)
    shown = kinds.select(
        pl.col("title").alias("kind"), "role", "rows", "occurrences", "tokens", share.alias("share of all tokens")
    )
    lines = [f"{kind}~{role}" for kind, role in kinds.select("kind", "role").iter_rows()]
    before = st.query_params.get("noise", "")
    if history.is_step():
        use_tick("noise")  # the table begins anew, with the line that the address names
    line = ticked(
        shown,
        f"noise_{ticks_of('noise')}_{zlib.crc32(' '.join(lines).encode()):x}",
        "Kinds of noise and their cost",
        height="content" if kinds.height <= SHOWN_LINES else 36 * SHOWN_LINES,
        selection_default={"selection": {"rows": [lines.index(before)] if before in lines else []}},
        column_config={
            **dict.fromkeys(("rows", "occurrences", "tokens"), NUMBER),
            "share of all tokens": st.column_config.NumberColumn(format="percent"),
        },
    )
    if line is not None:
        st.query_params["noise"] = lines[line]
    elif before in lines:
        st.query_params.pop("noise", None)
    return kinds.select("kind", "title", "role").row(line, named=True) if line is not None else None


def by_group(dataset: Dataset, chosen: dict[str, str] | None) -> None:
    """The tokens on form, or of the chosen kind, per value of a column; a ticked line sets or removes a filter."""
    if not dataset.categories:
        st.text("No column can group the rows. Set the role source or annotator on the page Open.")
        return
    group = st.selectbox("By", dataset.categories, format_func=namer(dataset), key="format_group", bind="query-params")
    view = session.view().without_column(group)
    counted, _ = charts.counted_lines(dataset, group, GROUPS)
    of = (chosen["kind"], chosen["role"]) if chosen else None
    has_tokens = dataset.has(dataset.signal("tokens"))
    key = key_of(dataset, group, dataset.signal("formatting"), dataset.signal("tokens"), view=view)
    table = _groups(key, group, of, has_tokens, dataset, view)
    share = st.column_config.NumberColumn(f"share of its {'rows' if of else 'tokens'}", format="percent")
    line = ticked_once(
        table.rename({"value": cut(dataset.called(group), 40) if group not in table.columns else "value"}),
        "groups",
        "Tokens on form by group",
        column_config={"rows": NUMBER, "occurrences": NUMBER, "tokens": NUMBER, FORM: NUMBER, "share": share},
    )
    if line is not None:
        named = counted.filter("is_named")["value"].to_list()
        value = table["value"][line]
        session.set_view(charts.picked_value(session.view(), group, value, named))
        st.rerun()


@st.cache_resource(max_entries=32, show_spinner=False)
def _groups(
    key: Key, group: str, of: tuple[str, str] | None, has_tokens: bool, _dataset: Dataset, _view: View
) -> pl.DataFrame:
    """Per value of the column, largest share first. Of a kind and role: the `rows` with it, their `share` of the
    group's rows, `occurrences`, `tokens`. Of all form: the group's `rows`, tokens on form, `tokens` and the `share`."""
    counted, lines = charts.counted_lines(_dataset, group, GROUPS)
    rows = _dataset.rows_of(_view)
    line_numbers = lines.gather(rows).to_numpy()
    every = np.bincount(line_numbers, minlength=counted.height)
    if of:
        entries = _in_view(_key(_dataset, _view), _dataset, _view).of(*of).by_group(lines, counted.height)
        columns = {"rows": entries["entries"], "share": entries["entries"] / every, **entries.drop("entries").to_dict()}
    else:
        tokens = {FORM: "formatting_tokens"} | ({"tokens": "row_tokens"} if has_tokens else {})
        frame = _dataset.frame(list(tokens.values()), rows).fill_null(0)
        sums = {
            words: np.bincount(line_numbers, frame[c], counted.height).astype(np.int64) for words, c in tokens.items()
        }
        columns = {"rows": pl.Series(every), **{words: pl.Series(sums[words]) for words in sums}}
        if has_tokens:
            columns["share"] = columns[FORM] / columns["tokens"]
    table = pl.DataFrame({"value": counted["value"], **columns}).filter(pl.lit(pl.Series(every > 0)))
    return table.sort("share" if "share" in columns else FORM, descending=True, nulls_last=True, maintain_order=True)


def numbers(dataset: Dataset) -> None:
    """The forms of numbers, dates and units, if one sort is written in several forms."""
    forms = _numbers(_key(dataset, session.view()), dataset, session.view())
    mixed = forms.filter("is_mixed")
    if mixed.is_empty():
        st.text("Numbers, dates and units are each written in one form.")
        return
    st.dataframe(
        mixed.drop("is_mixed"),
        hide_index=True,
        alt="Forms of numbers, dates and units",
        column_config={"group": "of", "rows": NUMBER, "occurrences": NUMBER},
    )


def rows_with(dataset: Dataset, kind: str, role: str) -> pl.Series:
    """The rows in view with the kind in a text of that role."""
    view = session.view()
    return pl.Series(_in_view(_key(dataset, view), dataset, view).of(kind, role).row)
