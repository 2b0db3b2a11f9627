"""Which findings matter, which are real, and what is done about each?"""

import streamlit as st

from analysis.findings import tally
from ui.findings import checks, chosen, examples, grouping, progress
from ui.frame import frame
from ui.session import session
from ui.session.text import count

dataset = frame.open_page("Findings")
outcomes = checks.checked(dataset)
lines = checks.lines(dataset, outcomes)
with st.container(gap="xxsmall"):
    st.text(f"{tally(outcomes)}.")
    if session.view().active:
        st.text(f"Findings are about all {count(dataset.height)}; the filters above do not change them.")
    progress.progress(dataset, outcomes)
    progress.not_run(dataset, outcomes)
if not any(outcome.finding for outcome in outcomes):
    st.text(grouping.nothing(dataset, outcomes))
left, right = st.columns([2, 3], gap="large")
with left, st.container(key="finding_left"):
    line = grouping.choose(dataset, lines)
with right:
    if line is not None:
        chosen.show(dataset, line)
        examples.read(dataset, line)
