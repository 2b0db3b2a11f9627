"""What is in this dataset, and what should you look at first?"""

import streamlit as st

from analysis.findings import findings
from analysis.statistics.counting import percentiles
from ui.figures import charts
from ui.frame import frame
from ui.rows import browser
from ui.session import jobs, session
from ui.session.text import count, md

dataset, in_view = frame.open_rows("Overview")
view = session.view()
ready = {s.name for s in dataset.signals() if dataset.has(s)} if dataset.has_examples else set()

numbers = st.container(horizontal=True, key="numbers")
if dataset.has_examples:
    jobs.require(dataset, "lengths", "tokens", "exact_duplicates")
else:
    frame.say_no_examples()

# The charts are drawn first, since the numbers and findings above them can take a scan of all texts.
left, right = st.columns([4, 3], gap="large")
with left:
    look_first = st.container(key="findings", gap="xsmall")
    units = {"tokens": "tokens", "chars": "lengths"}
    unit = next((unit for unit, signal in units.items() if signal in ready), None)
    if unit:
        words = "characters" if unit == "chars" else unit
        st.subheader(f"Length of a row in {words}", anchor=False)
        charts.histogram(dataset, f"row_{unit}", f"{words} per row, logarithmic bins", log=True)
with right:
    if view.active:
        st.caption(
            "Blue: rows in view. Grey: all rows, scaled to the view. Pale: excluded by the filter on this column."
        )
    for column in dataset.categories[:6]:
        st.markdown(f"**{md(column)}**")
        charts.bars(dataset, column)

with numbers:
    st.metric("Rows", f"{len(in_view):,}", border=True)
    if "tokens" in ready:
        tokens = dataset.frame(["row_tokens"], in_view)["row_tokens"]
        counted_by = f"All roles of a row, counted by {md(dataset.signal('tokens').key)}"
        st.metric("Tokens", f"{int(tokens.sum() or 0):,}", border=True, help=counted_by)
        st.metric("Median tokens per row", f"{percentiles(tokens, [0.5])[0] or 0:,.0f}", border=True, help=counted_by)
    if "exact_duplicates" in ready:
        extra = dataset.rows_of(view.where("is_duplicate_extra", "eq", "true"))
        same = "Rows equal to an earlier row, ignoring case and white space"
        st.metric("Exact duplicates", f"{len(extra):,}", border=True, help=same)
    if "response" in dataset.canonical:
        empty = dataset.rows_of(view.where("response", "blank"))
        st.metric("Empty responses", f"{len(empty):,}", border=True, help="Responses that are missing or blank")
    unreadable = "Records of the source files; listed on the page Open"
    st.metric("Unreadable records", f"{dataset.meta['unreadable']:,}", border=True, help=unreadable)
with look_first:
    st.subheader("Look at first", anchor=False)
    to_look_at = findings(dataset)
    for finding in to_look_at:
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.button("Show", key=f"show_{finding.name}", on_click=session.set_view, args=(finding.view,))
            tokens_in_words = f" {finding.tokens:,} tokens." if finding.tokens else ""
            st.text(finding.sentence + tokens_in_words, width="stretch")  # which wraps in a narrow window
    for note in dataset.meta["notes"][:8]:
        st.text(f"When reading: {note['sentence']}")
    failed = jobs.failures(dataset, dataset.signals())
    for sentence in failed:
        st.text(sentence)
    if not to_look_at and not failed:
        st.text("No row is empty, duplicated or too long." if dataset.has_examples else "No findings.")

st.subheader(f"{count(len(in_view))} in view", anchor=False)
browser.table(dataset, in_view)
