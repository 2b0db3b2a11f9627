"""Which rows are copies, exact or nearly exact, and which of them should stay?"""

import streamlit as st

from analysis.duplicates.decisions import NEIGHBOURS_OF, SIGNAL_OF
from ui.duplicates import asked, compared, deciding, following, grouped, others, parameters, review, state
from ui.frame import frame

dataset, _ = frame.open_rows("Duplicates")
if not dataset.has_examples:
    asked.say_no_texts()

policy = asked.choose_policy(dataset)
kind = asked.choose_kind(dataset, policy)
parameters.choose_compared(dataset, kind)
if not asked.is_ready(dataset, kind, policy) or not compared.is_looked_at(dataset, kind):
    st.stop()

if kind in SIGNAL_OF:
    grouped.choose_threshold(dataset, kind)
    result = state.found(dataset, kind, policy)
    grouped.numbers(dataset, result)
    grouped.pictures(dataset, result)
    deciding.tag(dataset, result, policy)
    following.filters(dataset, result)
    st.subheader("Groups", anchor=False)
    group = grouped.choose_group(dataset, result)
    if group is not None:
        grouped.open_group(dataset, result, policy, group)
    if kind in NEIGHBOURS_OF:
        st.subheader("Is the threshold right?", anchor=False)
        review.review(dataset, result)
elif kind == "spans":
    others.spans(dataset)
elif kind == "repetition":
    others.repetition(dataset)
else:
    others.leaks(dataset)
