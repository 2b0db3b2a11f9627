"""What do the prompts ask for, how varied are they, and how do they differ from other rows?"""

import streamlit as st

from analysis.verbs.counts import Coverage
from ui.frame import frame
from ui.session import session
from ui.session.text import md
from ui.slices import other, sides
from ui.verbs import comparison, page

dataset, rows = frame.open_rows("Verbs", needs_texts=True)
with st.container(horizontal=True, vertical_alignment="bottom"):
    page.choose_over(dataset)
    st.space("stretch")
    beside = st.container(horizontal=True, vertical_alignment="bottom", width="content")
if not dataset.has(dataset.signal("verb_noun")):
    page.say_coverage(Coverage(len(rows), not_computed=len(rows)))
frame.require(dataset, "verb_noun")

view = page.without_own_filters(session.view())
offered = sides.sides(dataset, view)
other.take_earlier(offered)
with beside:
    other.choose(dataset, offered, "Compare with", width=260)
second = other.read(dataset, offered, without=page.OWN)
counted = page.counted(dataset, view)
page.say_coverage(counted.coverage)
if second is None:
    other.suggest(dataset, offered, 2)
else:
    names = other.names(dataset, offered, second, view)
    other.choose_filters(dataset, second, names[0])
    comparison.comparison(dataset, second, names)
    with st.expander(f"{md(names[0])} alone", key="alone", on_change="rerun") as alone:
        if not alone.open:
            st.stop()
if counted.pairs.is_empty():
    if counted.coverage.read:
        st.text("No row in view has both a verb and a noun. The line above says what they have instead.")
    else:
        st.text(
            "Not looked at: no row in view has a text that the pipeline reads. Choose another text or pipeline above."
        )
    st.stop()

left, right = st.columns([3, 2], gap="large")
with left:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shape = st.segmented_control(
            "Picture", ["sunburst", "treemap"], default="sunburst", required=True, key="shape", bind="query-params"
        )
        top_verbs = st.slider("Verbs", 3, 60, 20, key="top_verbs", bind="query-params")
        top_nouns = st.slider("Nouns of each", 1, 12, 4, key="top_nouns", bind="query-params")
        rest = st.toggle("With other verbs", key="rest", bind="query-params")
    page.picture(counted.pairs, shape == "treemap", top_verbs, top_nouns, rest)
with right:
    page.ranks(counted.pairs)
