"""Which slices of the data are unlike the rest, and in what?"""

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
    st.caption("The filters on what the rows are cut by are left out here, so that their other slices stay in sight.")
found = asked.table_of(dataset, splits, chosen)
if found is None or found.slices.is_empty():
    st.text("No row in view lies in any slice.")
    st.stop()

overlap = " Slices overlap: a row lies in that of each of its entries." if found.overlaps else ""
left, right = st.columns([3, 2], gap="large")
with left:
    st.caption(f"Most surprising first. Tick one slice to look closer, two to compare them.{overlap}")
    picked = page.table(found, chosen) or [int(found.slices["slice"][0])]
    if chosen:
        each = page.choose_measure(chosen)
        if second:
            page.grid(found, each, splits)
            page.grid(found, None, splits)
        page.differences(found, each, splits)
        with st.expander("In numbers: means, medians, effect sizes", key="numbers", on_change="rerun") as shown:
            if shown.open:
                page.in_numbers(found, each)
        if second is None:
            page.shapes(dataset, each, first)
    else:
        st.text("Choose a measure above to see how it differs between slices.")
with right:
    st.subheader("What sets it apart", anchor=False)
    page.say_rows(found, picked)
    page.acts(dataset, found, picked, splits)
    page.sentences(dataset, found, picked[0], splits)
