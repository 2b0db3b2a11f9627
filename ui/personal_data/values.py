"""Values found in several rows, and hits in context: masked; a value is shown only on request, and this is noted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.personal_data import tables
from analysis.signal import ROW_ID
from ui.personal_data import found
from ui.personal_data.rules import offer_rules
from ui.rows import browser
from ui.rows.ticked import ticked
from ui.session import session
from ui.session.login import person
from ui.session.text import count, cut

REPEATED = 100
SNIPPETS = 40
NUMBER = st.column_config.NumberColumn(format="localized")
LINE = ("row", "field", "message", "start", "end", "type", "value_hash")


def repeated(dataset: Dataset, signal: str) -> None:
    """Values found in several rows, masked; a ticked line offers actions on its value."""
    st.subheader("The same value in several rows", anchor=False)
    table: pl.DataFrame = found.asked(
        dataset, signal, "repeated", lambda view: tables.repeated_values(dataset, view, REPEATED, signal)
    )
    if table.is_empty():
        st.text("No value is in more than one row in view.")
        return
    table = table.sort("is_placeholder", maintain_order=True)
    top = table.row(0, named=True)
    kind = "placeholder" if top["is_placeholder"] else "value"
    st.text(f"Most often: {top['title'].lower()} {top['masked']}, one {kind} in {count(top['rows'])}.")
    number = ticked(
        table.select(what="title", value="masked", rows="rows", times="spans", placeholder="is_placeholder"),
        fresh(dataset, f"repeated_{signal}"),
        "Values in several rows, masked",
        height="content" if table.height < 12 else 420,
        column_config=dict.fromkeys(("rows", "times"), NUMBER),
    )
    if number is None:
        st.caption("Tick a line to filter to its rows, see the value, or mark it as not personal.")
        return
    line = table.row(number, named=True)
    held = tables.spans_in(dataset, session.view(), signal)
    same = held.filter((pl.col("type") == line["type"]) & (pl.col("value_hash") == line["value_hash"]))
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        rows_with_it = count(same["row"].n_unique())
        if st.button(f"Filter to the {rows_with_it} with it", key="repeated_rows", icon=":material/filter_alt:"):
            session.set_view(session.view().where(tables.VALUES[signal], "has", line["value_hash"]))
            st.rerun()
        look(dataset, signal, same.row(0, named=True), "repeated")


def snippets(dataset: Dataset, signal: str) -> None:
    """A seeded sample of hits of a type in their context, values masked; a ticked line offers actions on its hit."""
    st.subheader("Hits in their context", anchor=False)
    types = found.type_counts(dataset, signal).filter(pl.col("rows") > 0)["type"].to_list()
    if not types:
        st.text("The rows in view hold no personal data that is counted.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.selectbox("Type", types, format_func=found.title, key=f"of_{signal}", bind="query-params", width=260)
        seed = int(st.number_input("Seed", min_value=0, value=0, key=f"seed_{signal}", width=110))
    hits = found.spans(dataset, signal).filter(pl.col("type") == of)
    shown: pl.DataFrame = found.asked(
        dataset, signal, "snippets", lambda view: some_of(dataset, hits, SNIPPETS, seed), of, str(seed)
    )
    context = pl.concat_str(pl.lit("… "), "before", pl.lit("⟦"), "masked", pl.lit("⟧"), "after", pl.lit(" …"))
    line = context.str.replace_all(r"\s+", " ").alias("in its context, masked")
    number = ticked(
        shown.select(line, found.field_in_words(dataset), "score", "recogniser"),
        fresh(dataset, f"snippets_{signal}_{of}_{seed}"),
        f"Hits of {found.title(of)} in their context, masked",
        height="content" if shown.height < 12 else 420,
        column_config={
            "in its context, masked": st.column_config.TextColumn(width="large"),
            "score": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    drawn = "All" if hits.height <= SNIPPETS else f"{SNIPPETS} drawn at random (seed {seed}) of"
    st.caption(
        f"{drawn} {count(hits.height, 'hit')} in view. Tick one to see it, read its row, or mark it as not personal."
    )
    if number is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            look(dataset, signal, shown.row(number, named=True), "snippet")


def fresh(dataset: Dataset, key: str) -> str:
    """A widget's key that changes with rules and view: a tick must not move to another line."""
    return f"{key}_{zlib.crc32(' '.join((dataset.rulings.revision, *session.view().to_params())).encode()):x}"


def some_of(dataset: Dataset, hits: pl.DataFrame, most: int, seed: int) -> pl.DataFrame:
    """At most so many hits, drawn with the seed, in the order of the file, with their masked context."""
    drawn = hits.sample(min(most, hits.height), seed=seed, shuffle=True).sort("row", "start")
    return tables.snippets(dataset, drawn)


def look(dataset: Dataset, signal: str, line: Mapping[str, Any], where: str) -> None:
    """The actions on one hit: see its value, read its row, mark it as not personal."""
    row_id = dataset.frame([ROW_ID], pl.Series([line["row"]], dtype=pl.UInt32))[ROW_ID][0]
    place = f"{row_id}/{line['field']}/{line['message']}/{line['start']}/{line['type']}"
    if st.button("Show the value", key=f"show_{where}", icon=":material/visibility:", help="Noted with your name"):
        try:
            session.notes().looks.add(dataset.fingerprint, [(row_id, str(line["type"]))], person())
        except AnnotationError as error:
            st.text(str(error))  # what cannot be noted is not shown
        else:
            st.session_state["shown_value"] = place
    if st.button("Read the row", key=f"read_{where}", icon=":material/menu_book:"):
        browser.open_in_reader(dataset, row_id)
    offer_rules(dataset, signal, line, where)
    if st.session_state.get("shown_value") == place:
        value = tables.value_at(dataset, *(line[name] for name in ("row", "field", "message", "start", "end")))
        st.text(value)
        st.caption(f"Noted: shown to {cut(person(), 40)}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.".replace("_", r"\_"))


def log(dataset: Dataset) -> None:
    """Who looked at which values, and when."""
    table = session.notes().looks.latest(dataset.fingerprint)
    if table.is_empty():
        st.text("No masked value of this dataset has been shown yet.")
        return
    st.text(
        f"Masked values that were shown, latest first ({count(table.height, 'entry').replace('entrys', 'entries')})."
    )
    shown = table.with_columns(pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S"))
    st.dataframe(shown.rename({"at": "at (UTC)"}), hide_index=True, alt="Who looked at which values")
