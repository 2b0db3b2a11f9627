"""What was found in the rows in view: counted once per view, signal and rules, and how many rows were scanned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.personal_data import tables
from analysis.personal_data.looked_at import LookedAt, Named, looked_at, names_of, nothing_looked_at
from analysis.personal_data.tables import Coverage
from analysis.personal_data.types import ENTITY_TYPES, described
from analysis.signal import REST_FIELDS
from analysis.view import View
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, share

FEW_COLUMNS = 12
SCANS = {"personal_data": "Scan for personal data", "named_entities": "Search for names"}
STATUS = tables.STATUS
TYPES = {"personal_data": "pii_types", "named_entities": "entity_types"}


@st.cache_resource(max_entries=128, show_spinner="Counting what was found …")
def _asked(key: Key, _ask: Callable[[], Any]) -> Any:
    return _ask()


def asked(dataset: Dataset, signal: str, name: str, ask: Callable[[View], Any], *more: str) -> Any:
    """The result of `ask` for the rows in view, cached while view, tags, signal and rules stay the same."""
    view = session.view()
    key = key_of(dataset, dataset.signal(signal), view=view, more=(name, *more))
    return _asked(key, lambda: ask(view))


def coverage(dataset: Dataset, signal: str) -> Coverage:
    answer: Coverage = asked(dataset, signal, "coverage", lambda view: tables.coverage(dataset, view, signal))
    return answer


def type_counts(dataset: Dataset, signal: str) -> pl.DataFrame:
    answer: pl.DataFrame = asked(dataset, signal, "types", lambda view: tables.type_counts(dataset, view, signal))
    return answer


def spans(dataset: Dataset, signal: str) -> pl.DataFrame:
    """The hits in view, placeholders left out."""
    answer: pl.DataFrame = asked(
        dataset,
        signal,
        "spans",
        lambda view: tables.spans_in(dataset, view, signal).filter(~pl.col("is_placeholder")),
    )
    return answer


def title(type_: str) -> str:
    return described(type_).title


def field_in_words(dataset: Dataset) -> pl.Expr:
    """The column `field` with the names that columns of the source have on the screen."""
    return pl.col("field").replace({column: dataset.called(column) for column in dataset.originals})


def ruled_out(dataset: Dataset, signal: str) -> tuple[int, int]:
    """How many hits in view, and in how many rows, are left out because people marked them as not personal."""
    out = dataset.rulings.out
    if out.is_empty():
        return 0, 0

    def ask(view: View) -> tuple[int, int]:
        is_entity = pl.col("type").is_in(ENTITY_TYPES)
        here = out.filter(pl.col("row").is_in(dataset.rows_of(view).implode()) & ~pl.col("is_placeholder"))
        here = here.filter(is_entity if signal == "named_entities" else ~is_entity)
        return here.height, here["row"].n_unique()

    answer: tuple[int, int] = asked(dataset, signal, "ruled", ask)
    return answer


def say_coverage(dataset: Dataset, signal: str) -> None:
    """The first line of the page: how many rows in view were scanned, by what, and what is not counted."""
    seen = coverage(dataset, signal)
    computed = dataset.signal(signal)
    columns = looked_at(dataset, computed)
    if seen.scanned + seen.partly == 0:
        st.text(f"Not looked at: {nothing_looked_at(seen.rows, columns.columns)}")
        return
    holds = f"{seen.with_any:,} ({share(seen.with_any / seen.rows)}) hold" if seen.with_any else "none hold"
    what = "names" if signal == "named_entities" else "personal data that is counted"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"{seen.scanned:,} of {count(seen.rows)} in view scanned to the end; {holds} {what}.")
        if seen.partly:
            st.button(
                f"{count(seen.partly)} not fully scanned",
                key=f"partly_{signal}",
                icon=":material/warning:",
                help="Over the limits of length, time or number of hits. They never count as clean. Show only these.",
                on_click=filter_on,
                args=(STATUS[signal], "re", "^partly"),
            )
        if seen.not_scanned:
            st.button(
                f"{count(seen.not_scanned)} not scanned",
                key=f"unread_{signal}",
                help="They hold no text, or are not in the sample. Show only these.",
                on_click=filter_on,
                args=(STATUS[signal], "null", ""),
            )
    spans_out, rows_out = ruled_out(dataset, signal)
    hidden = ("key_id", *REST_FIELDS)
    parts = [
        f"{name.replace('_', ' ')} {str(value).replace(',', ', ')}"
        for name, value in computed.parameters.items()
        if name not in hidden and value != ""
    ]
    more = f" Not counted: {count(seen.placeholders_only)} with placeholders only (example.com, test cards)."
    rules = f" {count(spans_out, 'hit')} in {count(rows_out)} left out by rules that people made." if spans_out else ""
    notes = more * bool(seen.placeholders_only) + rules
    by = f"{SCANS[signal]}, version {computed.version} ({'; '.join(parts)}).{notes}"
    st.caption(by.replace("_", r"\_"))
    _say_columns(dataset, columns)
    if signal == "personal_data" and not dataset.has(dataset.signal("named_entities")):
        st.caption("Names of people, places and organisations were not looked for; the part Names does it.")


def _say_columns(dataset: Dataset, columns: LookedAt) -> None:
    """Which columns were scanned and which were not; and the names of files and columns that hold personal data."""
    for one in _names(key_of(dataset), dataset):
        st.text(one.sentence)
    if len(columns.columns) + len(columns.without_text) <= FEW_COLUMNS:
        st.text(columns.sentence)
        return
    with st.expander(f"{count(len(columns.columns), 'column')} scanned, {len(columns.without_text):,} without text"):
        st.text(columns.sentence)


@st.cache_data(max_entries=64, show_spinner="Scanning the names of files and columns …")
def _names(key: Key, _dataset: Dataset) -> list[Named]:
    return names_of(_dataset)


def require_columns(dataset: Dataset) -> None:
    """Ends the page, with what to do, if no column holds texts."""
    columns = looked_at(dataset, dataset.signal("personal_data")).columns
    if not columns:
        st.text(f"Not looked at: {nothing_looked_at(dataset.height, columns)}")
        st.stop()


def filter_on(column: str, op: str, value: str) -> None:
    """One more filter; the same one twice stays one."""
    view = session.view()
    if not any((f.column, f.op, f.value) == (column, op, value) for f in view.active):
        session.set_view(view.where(column, op, value))
