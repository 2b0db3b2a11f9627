"""Which rows contradict each other, and which of two answers is meant?"""

import streamlit as st

from ui.conflicts import page
from ui.frame import frame
from ui.session import jobs

dataset = frame.open_page("Conflicts")
frame.rows_in_view(dataset)
if not dataset.has_examples and "item" not in dataset.roles:
    frame.say_no_examples()
    st.stop()
if not jobs.require(dataset, "conflicts"):
    st.stop()

found = page.kinds(dataset)
page.cards(found)
page.say_missing(dataset)
page.say_meaning(dataset)
if any(one.rows for one in found):
    st.subheader("Side by side", anchor=False)
    page.compare(dataset, found)
page.longer(dataset)
