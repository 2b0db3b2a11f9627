"""Which rows contradict each other, and which of two answers is meant?"""

import streamlit as st

from ui import conflicts, frame, jobs

dataset = frame.open_page("Conflicts")
frame.rows_in_view(dataset)
if not dataset.has_examples and "item" not in dataset.roles:
    frame.say_no_examples()
    st.stop()
if not jobs.require(dataset, "conflicts"):
    st.stop()

found = conflicts.kinds(dataset)
conflicts.cards(found)
conflicts.say_missing(dataset)
conflicts.say_meaning(dataset)
if any(one.rows for one in found):
    st.subheader("Side by side", anchor=False)
    conflicts.compare(dataset, found)
conflicts.longer(dataset)
