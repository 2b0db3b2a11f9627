"""What exactly will be trained, what is cut off, and does serving send the same?"""

import streamlit as st

from ui.frame import frame
from ui.training import asked, faults, groups, lengths, numbers, reading, sent_prompts

dataset, rows = frame.open_rows("Training", needs_texts=True)
asked.choose(dataset)
frame.require(dataset, "trainer")

totals = numbers.totals(dataset)
numbers.require_chats(totals)
numbers.say_not_looked_at(dataset, totals)
chosen = lengths.choose(dataset, totals)
with st.grid(5, min_column_width=220, gap="small"):
    numbers.shown(dataset, totals)
    lengths.shown(totals, chosen)
with st.expander("Packing, padding, steps and cost", key="packing_shown", on_change="rerun") as packing:
    if packing.open:
        lengths.in_detail(totals, chosen)

with st.expander("Prompts that were really sent", key="sent_shown", on_change="rerun") as sent:
    if sent.open:
        sent_prompts.compare(dataset, rows)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("Faults", anchor=False)
    faults.listed(dataset, totals)
with right:
    st.subheader("By group", anchor=False)
    groups.by_group(dataset)

st.subheader("The rows as tokens", anchor=False)
reading.read(dataset, rows)
