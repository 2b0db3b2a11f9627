"""How do the rows in view differ from other rows?"""

import streamlit as st

from ui.frame import frame
from ui.slices import compare

dataset, rows = frame.open_rows("Compare")

compare.choose_other(dataset)
other = compare.read_other(dataset)
if other is None:
    st.text("A is the rows in view. Choose what to hold them against: a saved view, another dataset, all other rows.")
    st.stop()
compare.say_sides(rows, other)
if other.rows.is_empty():
    st.text("The other side has no rows.")
    st.stop()

found = compare.compared(dataset, rows, other)
if not found:
    st.text("Nothing can be measured on both sides: they have no column of the same name and kind.")
    st.stop()
telling = [each for each in found if each.verdict == "telling"]
left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("All that can be measured", anchor=False)
    st.caption(f"{len(telling):,} of {len(found):,} differ after Benjamini and Hochberg at 5%. Tick one for its shape.")
    each = compare.table(found)
with right:
    st.subheader("What sets A apart from B", anchor=False)
    for told in telling[:10]:
        st.text(told.sentence)
    if not telling:
        st.text("Nothing: no measure differs by more than chance would explain.")
    if each:
        st.subheader(each.label, anchor=False)
        compare.shapes(dataset, rows, other, each)
