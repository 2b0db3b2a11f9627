"""Which slices of the data differ from the rest, and how?"""

import streamlit as st

from ui.frame import frame
from ui.session import session
from ui.slices import asked, page

dataset, _ = frame.open_rows("Slices")

with st.container(horizontal=True, vertical_alignment="bottom"):
    first = asked.choose_cut(dataset, "Cut by", "by")
    second = asked.choose_cut(dataset, "and by", "and", taken=first.dimension.column) if first else None
    chosen = asked.choose_measures(dataset)
if first is None:
    st.text("Choose a column to cut the rows by.")
    st.stop()
splits = [first, second] if second else [first]
if asked.others(splits) != session.view():
    st.caption("Filters on the cut columns do not apply here, so that all slices are shown.")
sliced = asked.table_of(dataset, splits, chosen)
if sliced is None or sliced.slices.is_empty():
    st.text("No row in view is in a slice.")
    st.stop()

overlap = " Slices overlap: a row with several entries is in several slices." if sliced.overlaps else ""
left, right = st.columns([3, 2], gap="large")
with left:
    st.caption(f"Largest surprise first. Tick one slice to see its details, two to compare them.{overlap}")
    picked = page.table(sliced, chosen) or [int(sliced.slices["slice"][0])]
    if chosen:
        each = page.choose_measure(chosen)
        if second:
            page.grid(dataset, sliced, each, splits)
            page.grid(dataset, sliced, None, splits)
        page.differences(sliced, each, splits)
        with st.expander("In numbers: means, medians, effect sizes", key="numbers", on_change="rerun") as shown:
            if shown.open:
                page.in_numbers(sliced, each)
        if second is None:
            page.shapes(dataset, each, first)
    else:
        st.text("Choose a measure above to see how it differs between slices.")
with right:
    st.subheader("How it differs", anchor=False)
    page.say_rows(sliced, picked)
    page.acts(dataset, sliced, picked, splits)
    page.sentences(dataset, sliced, picked[0], splits)
