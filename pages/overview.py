"""What is in this dataset, and what should you look at first?"""

import streamlit as st

from ui.figures import charts
from ui.findings.checks import checked
from ui.frame import frame
from ui.overview import checks
from ui.overview.funnel import funnel
from ui.overview.numbers import numbers
from ui.rows import browser
from ui.session.text import count

dataset, in_view = frame.open_rows("Overview")
ready = {s.name for s in dataset.signals() if dataset.has(s)} if dataset.has_examples else set()

top = st.container(horizontal=True, key="numbers")
if not dataset.has_examples:
    frame.say_no_examples()
funnel(dataset)

# The charts are drawn first, since the numbers and findings above them can take a scan of all texts.
left, right = st.columns([4, 3], gap="large")
with left:
    look_first = st.container(key="findings", gap="xsmall")
    units = {"tokens": "tokens", "chars": "lengths"}
    unit = next((unit for unit, signal in units.items() if signal in ready), None)
    if unit:
        words = "characters" if unit == "chars" else unit
        charts.histogram(dataset, f"row_{unit}", f"{words} per row", log=True)
with right:
    if dataset.categories:
        charts.say_colours()
    for column in dataset.categories[:6]:
        charts.bars(dataset, column)

outcomes = checked(dataset)
with top:
    numbers(dataset, in_view, outcomes)
with look_first:
    checks.look_at_first(dataset, outcomes)

st.subheader(f"{count(len(in_view))} in view", anchor=False)
browser.table(dataset, in_view)
