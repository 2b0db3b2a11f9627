"""Which slices of the data differ from the rest, and how?"""

import streamlit as st

from ui.frame import frame
from ui.reading import side_panel
from ui.rows import browser
from ui.session import session
from ui.slices import asked, beside, listed, one_measure, one_slice

dataset, _ = frame.open_rows("Slices")
browser.follow_selection(dataset)

with st.container(horizontal=True, vertical_alignment="bottom"):
    first = asked.choose_cut(dataset, "Cut by", "by")
    second = asked.choose_cut(dataset, "and by", "and", taken=first.dimension.column) if first else None
    chosen = asked.choose_measures(dataset)
    offered = beside.choose(dataset)
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

second_side = beside.read(dataset, offered, splits, chosen)
overlap = " Slices overlap: a row with several entries is in several slices." if sliced.overlaps else ""
left, right = st.columns([3, 2], gap="large")
with left:
    st.caption(f"Largest surprise first. Tick one slice to see its details, two to compare them.{overlap}")
    picked = listed.table(sliced, chosen, second_side) or [int(sliced.slices["slice"][0])]
    if chosen:
        each = one_measure.choose_measure(chosen)
        if second:
            one_measure.grid(dataset, sliced, each, splits)
            one_measure.grid(dataset, sliced, None, splits)
        one_measure.differences(sliced, each, splits)
        with st.expander("In numbers: means, medians, effect sizes", key="numbers", on_change="rerun") as shown:
            if shown.open:
                one_measure.in_numbers(sliced, each)
        if second is None:
            one_measure.shapes(dataset, each, first)
    else:
        st.text("Choose a measure above to see how it differs between slices.")
with right:
    st.subheader("How it differs", anchor=False)
    one_slice.say_rows(sliced, picked, second_side)
    one_slice.acts(dataset, sliced, picked, splits, second_side)
    one_slice.sentences(dataset, sliced, picked[0], splits, second_side)

inside = one_slice.view_of(sliced, picked[0], splits)
sequence = one_slice.in_order(dataset, inside)
st.subheader(one_slice.title(sliced, picked[0]), anchor=False)
is_open = side_panel.is_open(dataset)
beside_rows, of_rows = st.columns([4, 5], gap="medium") if is_open else (None, st.container())
with of_rows:
    browser.table(dataset, sequence, of=inside, which="in this slice")
if beside_rows:
    with beside_rows:
        side_panel.side_panel(dataset, sequence, inside)
