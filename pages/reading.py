"""What is in each row, and which rows should stay?"""

import streamlit as st

from ui.frame import frame
from ui.reading import blind, desk, progress, reading_order
from ui.rows import like, masking

dataset = frame.open_page("Read")
if (check := blind.chosen(dataset)) is not None:
    blind.room(dataset, check)
    st.stop()
rows = frame.rows_in_view(dataset)
like.grant(dataset, in_read=True)

with st.container(horizontal=True, vertical_alignment="center"):
    order, seed = reading_order.choose_order()
    progress.choose_untagged()
    masking.say_if_unknown(dataset)
    with st.popover("Blind check", key="blind", on_change="rerun") as begins:
        if begins.open:
            blind.door(dataset)
if order in reading_order.SIGNAL_OF:
    frame.require(dataset, reading_order.SIGNAL_OF[order])
sequence = reading_order.ordered(dataset, rows, order, seed)
desk.desk(dataset, sequence, reading_order.revision(dataset, order, seed))
