"""Which slices of the data are unlike the rest, and in what?"""

import streamlit as st

from ui import frame, session, slices, slicing

dataset = frame.open_page("Slices")
frame.rows_in_view(dataset)

with st.container(horizontal=True, vertical_alignment="bottom"):
    first = slicing.choose_cut(dataset, "Cut by", "by")
    second = slicing.choose_cut(dataset, "and by", "and", taken=first.dimension.column) if first else None
    chosen = slicing.choose_measures(dataset)
if first is None:
    st.text("Choose a column to cut the rows by.")
    st.stop()
splits = [first, second] if second else [first]
if slicing.others(splits) != session.view():
    st.caption("The filters on what the rows are cut by are left out here, so that their other slices stay in sight.")
found = slicing.table_of(dataset, splits, chosen)
if found is None or found.slices.is_empty():
    st.text("No row in view lies in any slice.")
    st.stop()

overlap = " Slices overlap: a row lies in that of each of its entries." if found.overlaps else ""
left, right = st.columns([3, 2], gap="large")
with left:
    st.caption(f"Most surprising first. Tick one slice to look closer, two to compare them.{overlap}")
    picked = slices.table(found, chosen) or [int(found.slices["slice"][0])]
    if chosen:
        each = slices.choose_measure(chosen)
        if second:
            slices.grid(found, each, splits)
            slices.grid(found, None, splits)
        slices.differences(found, each, splits)
        with st.expander("In numbers: means, medians, effect sizes", key="numbers", on_change="rerun") as shown:
            if shown.open:
                slices.in_numbers(found, each)
        if second is None:
            slices.shapes(dataset, each, first)
    else:
        st.text("Choose a measure above to see how it differs between slices.")
with right:
    st.subheader("What sets it apart", anchor=False)
    slices.say_rows(found, picked)
    slices.acts(dataset, found, picked, splits)
    slices.sentences(dataset, found, picked[0], splits)
