"""Which rows are exported, in which format, and what is left out?"""

from pathlib import Path

import polars as pl
import streamlit as st

from analysis.errors import ExportError
from analysis.export import ExportRequest
from analysis.export.request import TABULAR
from ui import figures
from ui.export import folders, kept, looking, page, past, proposed, redacting, unpacking, writing
from ui.figures import charts
from ui.frame import frame
from ui.session import jobs, session
from ui.session.clicks import clicked
from ui.session.text import count

dataset, rows = frame.open_rows("Export")
kept.take(dataset)
tags = list(session.notes().tags.counts(dataset.fingerprint))

asked, result = st.columns([2, 3], gap="large")
with asked:
    to = st.selectbox("Format", list(page.WORDS), format_func=page.WORDS.__getitem__, key="to", bind="query-params")
    page.say_what_is_not_possible(dataset)
    only = st.multiselect("Keep only rows tagged", tags, key="only", placeholder="any row")
    without = st.multiselect(
        "Leave out rows tagged", tags, default=[t for t in ("drop",) if t in tags], key="without", placeholder="none"
    )
    proposals, until, waiting = proposed.choose(dataset, tags)
    unpack_shots = unpacking.choose(dataset, to)
    clean = page.choose_cleaning() if to != "input" else []
    redact = redacting.choose(dataset)
    add = page.choose_added(dataset) if to in TABULAR else []
    split_safe, protect = page.choose_split_safe(dataset)
    request = ExportRequest(
        view=session.view(),
        to=to,
        only_tags=tuple(only),
        without_tags=(*without, *waiting),
        clean=tuple(clean),
        add=tuple(add),
        split_safe=split_safe,
        protect=protect,
        redact=tuple(redact),
        unpack_shots=unpack_shots,
        proposals=proposals,
        until_proposed=until,
    )
    kept.keep(dataset, request)
    target = folders.choose()
    if to == "csv":
        st.text(
            "Cells that a spreadsheet would run as a formula get a leading apostrophe; the receipt has their number."
        )
with result:
    page.require_trainer(dataset, to)
    try:
        steps, unpacked, personal_data, lost, still, first = page.outlook(dataset, request)
    except ExportError as error:
        st.error("The rows cannot be exported in this format.")
        st.text(str(error))
        st.stop()
    left = steps[-1]
    tokens = f", {left.tokens:,} tokens" if left.tokens is not None else ""
    st.subheader(f"{left.rows:,} of {count(steps[0].rows)} will be exported{tokens}", anchor=False)
    go = st.container()  # at the top, so that the button is in sight whatever is asked beside it
    words = looking.words_of(dataset, request, steps)
    figure = figures.waterfall(words, [step.rows for step in steps], charts.palette())
    table = page.table_of(steps, words)
    charts.show(figure, "waterfall", "Rows left after each step", lambda: pl.DataFrame(table))
    columns = {name: st.column_config.NumberColumn(format="localized") for name in table if name != "step"}
    columns["step"] = st.column_config.TextColumn(width=180)  # so that numbers are in sight in a narrow window
    st.dataframe(table, hide_index=True, column_config=columns, alt="Rows and tokens left after each step")
    looking.say_what_is_still_in(dataset, still)
    redacting.show_preview(dataset, request)
    looking.show_first(dataset, first)
with go:
    if job := st.session_state.get("exporting"):
        jobs.wait_for(job, "Exporting", writing.exported)
    else:
        for told in (unpacked, lost):
            if told:
                st.text(" ".join(told))
        redacting.say_what_goes_out(dataset, personal_data)
        is_off = not left.rows or not target.is_ready
        if clicked(f"Export {count(left.rows)}", "go_export", type="primary", disabled=is_off):
            writing.start(dataset, request, target, left.rows)
            st.rerun()

if done := writing.latest(dataset):
    st.subheader("Exported", anchor=False)
    st.text(f"{done['rows_out']:,} of {done['rows_in']:,} rows, in {Path(done['receipt']).parent}")
    st.text(done["personal_data"])
    if sentences := unpacking.made(done):
        st.text(sentences)
    with st.container(horizontal=True):
        for path in writing.files_of(done):
            writing.offer(path)
    st.text("To make the same files again from the same source:")
    st.code(f"python -m winnow replay {done['receipt']} FILE --out FOLDER", language=None)
past.exports(dataset, Path(done["receipt"]).parent if done else None)
