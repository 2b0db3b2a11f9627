"""Who judged what, how well do annotators agree, and whose judgements are unusual?"""

import streamlit as st

from ui.annotators import agreement, asked, consensus, fatigue, headline, missing, people, scores
from ui.frame import frame

dataset, _ = frame.open_rows("Annotators")
now = asked.choose(dataset)
asked.say_what_is_lacking(now)
if not now.annotator:
    st.stop()
asked.say_if_not_filtered(now)
if not now.label:
    people.table(now)
    st.stop()
asked.say_counts(now)
headline.show(now)
missing.offer(now)
level = agreement.choose_level(now)
if now.item:
    agreement.coefficients(now, level)

together = ["Pairs", "Consensus", "By slice"] if now.item else []  # these need items with several judgements
parts = ["People", "Scores", "Fatigue", *together]
part = st.segmented_control(
    "Look at", parts, default=parts[0], required=True, key="part", bind="query-params", label_visibility="collapsed"
)
if part == "People":
    people.table(now)
    people.differing(now)
elif part == "Scores":
    scores.pictures(now)
elif part == "Pairs":
    agreement.pairs(now, level)
elif part == "Consensus":
    consensus.choose_method(dataset)
    consensus.compared(now)
    consensus.disputes(now)
    consensus.say_export(dataset)
elif part == "Fatigue":
    fatigue.draw(now, level)
else:
    agreement.slices(now, level)
