"""What is asked for, how evenly, and what sets these rows apart from others?"""

import streamlit as st

from analysis import verb_noun_tables as pairs
from ui import frame, jobs, session, verbs
from ui.text import cut

dataset = frame.open_page("Verbs")
frame.rows_in_view(dataset)
if not dataset.has_examples:
    frame.say_no_examples()
    st.stop()
verbs.choose_over(dataset)
if not jobs.require(dataset, "verb_noun"):
    st.stop()

table = verbs.asked(dataset, verbs.without_own_filters(session.view()))
verbs.say_coverage(table)
ranked = pairs.top_pairs(table)
if ranked.is_empty():
    st.text("No row in view has both a verb and a noun; the line above says what they have instead.")
    st.stop()

left, right = st.columns([3, 2], gap="large")
with left:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shape = st.segmented_control(
            "Picture", ["sunburst", "treemap"], default="sunburst", required=True, key="shape", bind="query-params"
        )
        top_verbs = st.slider("Verbs", 3, 60, 20, key="top_verbs", bind="query-params")
        top_nouns = st.slider("Nouns of each", 1, 12, 4, key="top_nouns", bind="query-params")
    verbs.picture(ranked, shape == "treemap", top_verbs, top_nouns)
with right:
    verbs.ranks(table)

st.subheader("Compare", anchor=False)
sides = verbs.sides(dataset)
name = st.selectbox(
    "This view against",
    list(sides),
    index=None,
    format_func=cut,
    placeholder="Choose all rows, a saved view or another dataset",
    key="against",
)
if name:
    mine = verbs.asked(dataset, session.view())
    verbs.comparison(dataset, mine, cut(name), sides[name])
