"""How do the rows in view differ from other rows?"""

import streamlit as st

from ui.frame import frame
from ui.slices import compare

dataset, rows = frame.open_rows("Compare")

compare.choose_other(dataset)
other = compare.read_other(dataset)
if other is None:
    st.text("A is the rows in view. Choose B to compare them with: a saved view, another dataset or all other rows.")
    st.stop()
compare.say_sides(dataset, rows, other)
if other.rows.is_empty():
    st.text("The other side has no rows.")
    st.stop()

contrasts = compare.compared(dataset, rows, other)
if not contrasts:
    st.text("Nothing can be compared: no column has the same name and kind on both sides.")
    st.stop()
telling = [each for each in contrasts if each.verdict == "telling"]
left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("All measures", anchor=False)
    st.caption(
        f"{len(telling):,} of {len(contrasts):,} differ (Benjamini-Hochberg, 5%). Tick one to see its distribution."
    )
    each = compare.table(contrasts)
with right:
    st.subheader("How A differs from B", anchor=False)
    for contrast in telling[:10]:
        st.text(contrast.sentence)
    if not telling:
        st.text("No measure differs by more than chance.")
    if each:
        st.subheader(each.label, anchor=False)
        compare.shapes(dataset, rows, other, each)
