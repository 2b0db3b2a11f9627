"""What is in this dataset, and what should one look at first?"""

import streamlit as st

from analysis.findings import findings
from analysis.tables import percentiles
from ui import charts, frame, jobs, rows, session
from ui.text import count, md

dataset = frame.open_page("Overview")
in_view = frame.rows_in_view(dataset)
view = session.view()
ready = {s.name for s in dataset.signals() if dataset.has(s)} if dataset.has_examples else set()

with st.container(horizontal=True, key="numbers"):
    st.metric("Rows", f"{len(in_view):,}", border=True)
    if "tokens" in ready:
        tokens = dataset.frame(["row_tokens"], in_view)["row_tokens"]
        st.metric(
            "Tokens",
            f"{int(tokens.sum() or 0):,}",
            border=True,
            help=f"All roles of a row, counted by {md(dataset.signal('tokens').key)}",
        )
        st.metric("Median tokens a row", f"{percentiles(tokens, [0.5])[0] or 0:,.0f}", border=True)
    if "exact_duplicates" in ready:
        extra = dataset.rows_of(view.where("is_duplicate_extra", "eq", "true"))
        st.metric(
            "Exact duplicates",
            f"{len(extra):,}",
            border=True,
            help="Rows that repeat an earlier row, case and white space aside",
        )
    if "response" in dataset.canonical:
        empty = dataset.rows_of(view.where("response", "blank"))
        st.metric("Empty responses", f"{len(empty):,}", border=True)
    st.metric(
        "Unreadable records",
        f"{dataset.meta['unreadable']:,}",
        border=True,
        help="In the source files; listed on the page Open",
    )

if dataset.has_examples:
    jobs.require(dataset, *(s.name for s in dataset.signals() if s.name not in ready))
else:
    frame.say_no_examples()

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("Look at first", anchor=False)
    with st.container(key="findings", gap="xsmall"):
        found = findings(dataset)
        for finding in found:
            with st.container(horizontal=True, vertical_alignment="center", wrap=False):
                st.button("Show", key=f"show_{finding.name}", on_click=session.set_view, args=(finding.view,))
                st.text(finding.sentence + (f" {finding.tokens:,} tokens." if finding.tokens else ""))
        for note in dataset.meta["notes"][:8]:
            st.text(f"When reading: {note['sentence']}")
        if not found:
            st.text("No row is empty, repeated or overlong.")
    unit = "tokens" if "tokens" in ready else "chars" if "lengths" in ready else None
    if unit:
        st.subheader(f"Length of a row in {'characters' if unit == 'chars' else unit}", anchor=False)
        charts.histogram(
            dataset,
            f"row_{unit}",
            f"{'characters' if unit == 'chars' else unit} per row, growing by equal factors",
            log=True,
        )
with right:
    if view.active:
        st.caption(
            "Blue: rows in view. Grey: all rows, scaled to the view. Pale: what the chart's own filter leaves out."
        )
    for column in dataset.categories[:6]:
        st.markdown(f"**{md(column)}**")
        charts.bars(dataset, column)

st.subheader(f"{count(len(in_view))} in view", anchor=False)
rows.table(dataset, in_view)
