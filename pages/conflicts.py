"""Which rows contradict each other, and which of two answers is meant?"""

import streamlit as st

from ui.conflicts import page
from ui.frame import frame

dataset, _ = frame.open_rows("Conflicts")
if "item" not in dataset.roles:
    frame.require_texts(dataset)
frame.require(dataset, "conflicts")

found = page.kinds(dataset)
page.cards(found)
page.say_missing(dataset)
page.say_meaning(dataset)
if any(one.rows for one in found):
    st.subheader("Side by side", anchor=False)
    page.compare(dataset, found)
page.longer(dataset)
