"""Which rows contradict each other, and which of two answers is right?"""

import streamlit as st

from ui.conflicts import page
from ui.frame import frame

dataset, _ = frame.open_rows("Conflicts")
if "item" not in dataset.roles:
    frame.require_texts(dataset)
frame.require(dataset, "conflicts")

conflicts = page.kinds(dataset)
page.cards(conflicts)
page.say_missing(dataset)
page.say_meaning(dataset)
if any(one.rows for one in conflicts):
    st.subheader("Side by side", anchor=False)
    page.compare(dataset, conflicts)
page.longer(dataset)
