"""Which personal data and secrets are in the rows, how certain are they, and which values are not personal?"""

import streamlit as st

from ui.export import redacting
from ui.frame import frame
from ui.personal_data import chosen, counts, found, review, rules, values
from ui.session import jobs

dataset, _ = frame.open_rows("Personal data")
found.require_columns(dataset)
if not jobs.require(dataset, "personal_data"):
    chosen.choose(dataset)
    st.stop()

found.say_coverage(dataset, "personal_data")
rules.say_latest(dataset)
parts = ["Counts", "Values", "Review", "Names", "Not personal", "Who looked"]
with st.container(horizontal=True, vertical_alignment="center"):
    part = st.segmented_control(
        "Look at",
        parts,
        default=parts[0],
        required=True,
        key="pii_part",
        bind="query-params",
        label_visibility="collapsed",
    )
    st.space("stretch")
    chosen.choose(dataset)
    if st.button("Remove it on export", icon=":material/ios_share:", key="to_redaction"):
        redacting.begin(dataset)

if part == "Counts":
    counts.table(dataset, "personal_data")
    left, right = st.columns(2, gap="large")
    with left:
        counts.scores(dataset)
    with right:
        counts.together(dataset, "personal_data")
elif part == "Values":
    values.repeated(dataset, "personal_data")
    values.snippets(dataset, "personal_data")
elif part == "Review":
    review.review(dataset, "personal_data")
elif part == "Names":
    if chosen.names_or_offer(dataset):
        found.say_coverage(dataset, "named_entities")
        st.text("Found by a language pipeline without a score. Review these guesses; do not rely on the counts.")
        chosen.offer_all_rows(dataset)
        counts.table(dataset, "named_entities")
        values.snippets(dataset, "named_entities")
        values.repeated(dataset, "named_entities")
elif part == "Not personal":
    rules.in_force(dataset)
else:
    values.log(dataset)
