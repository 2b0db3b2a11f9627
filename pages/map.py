"""Which examples are similar, what is each cluster about, and which rows are unclustered?"""

import streamlit as st

from ui.frame import frame
from ui.map import cards, choice, colours, making, picks, picture, selection, similar, state
from ui.session import session

dataset, _ = frame.open_rows("Map")
if not choice.can_be_made(dataset):
    st.text("A map needs a column of texts or vectors, and this dataset has none.")
    frame.say_no_examples()
    st.stop()
if making.running(dataset):
    making.progress(dataset)
    if not making.is_made(dataset):
        choice.popover(dataset)
        st.stop()
if not making.is_made(dataset):
    making.say_failure(dataset)
    with st.container(border=True, width=760):
        choice.introduce(dataset)
        choice.form(dataset)
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    level = picture.choose_level()
    colour = colours.choose(dataset)
    st.space("stretch")
    choice.popover(dataset)
choice.say_bridge(dataset)
if not state.left(dataset, session.view()).placed:
    picture.say_no_place(dataset)
    st.stop()

halves = st.grid(5, min_column_width=220, gap="small")  # in a narrow window the cards are below the map
with halves.cell(column_span=3):
    picture.draw(dataset, level, colour)
    selection.rows_in_view(dataset)
with halves.cell(column_span=2):
    section = st.segmented_control(
        "Beside the map",
        ["Clusters", "Find similar", "Samples"],
        default="Clusters",
        required=True,
        key="section",
        bind="query-params",
        label_visibility="collapsed",
    )
    if section == "Clusters":
        cards.cards(dataset, level)
    elif section == "Find similar":
        similar.search(dataset)
    else:
        picks.picks(dataset)
