"""Which examples are similar, what is each cluster about, and which rows are unclustered?"""

import streamlit as st

from ui.frame import frame
from ui.map import cards, choice, colours, making, picks, picture, selection, similar, state, suited
from ui.reading import side_panel
from ui.rows import browser
from ui.session import session

BESIDE_OPEN = 800  # pixels: as high as the map, so that the table below it stays where a row in it was clicked

dataset, _ = frame.open_rows("Map")
browser.follow_selection(dataset)
if not suited.can_be_made(dataset):
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
left, right = halves.cell(column_span=3), halves.cell(column_span=2)
with left:
    picture.draw(dataset, level, colour)
is_open, nearest = side_panel.is_open(dataset), None
with right, st.container(height=BESIDE_OPEN) if is_open else st.container():
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
        nearest = similar.search(dataset)
    else:
        picks.picks(dataset)
    near = st.container()
sequence = selection.listed(dataset, nearest)
if sequence is not None:
    place = near if nearest else left
    of_row, of_rows = st.columns([4, 5], gap="medium") if is_open else (None, place)
    with of_rows:
        selection.table(dataset, sequence, nearest)
    if of_row:
        with of_row:
            side_panel.side_panel(dataset, sequence, nearest.view if nearest else None)
