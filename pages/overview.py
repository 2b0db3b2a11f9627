"""What is in this dataset, and what should you look at first?"""

import streamlit as st

from ui.figures import charts
from ui.findings.checks import checked
from ui.frame import frame
from ui.overview import checks, verdict
from ui.overview.funnel import funnel
from ui.overview.numbers import numbers
from ui.reading import side_panel
from ui.rows import browser

dataset, in_view = frame.open_rows("Overview")
browser.follow_selection(dataset)
ready = {s.name for s in dataset.signals() if dataset.has(s)} if dataset.has_examples else set()

top = st.container(horizontal=True, key="numbers")
if not dataset.has_examples:
    frame.say_no_examples()
with st.container():  # also while it is empty: what comes and goes here must not make the table below anew
    verdict.verdict(dataset)
    funnel(dataset)

sequence = browser.in_order(dataset, in_view)
left, right = st.columns([4, 5] if side_panel.is_open(dataset) else [3, 5], gap="medium")
with right:
    browser.table(dataset, sequence)
with left:
    if side_panel.is_open(dataset):
        side_panel.side_panel(dataset, sequence)
    look_first = st.container(key="findings", gap="xsmall")

# The charts are drawn before the findings, which can take a scan of all texts.
units = {"tokens": "tokens", "chars": "lengths"}
unit = next((unit for unit, signal in units.items() if signal in ready), None)
if unit or dataset.categories:
    st.subheader("Distributions", anchor=False)
    charts.say_colours()
below, beside = st.columns([4, 3], gap="large")
if unit:
    words = "characters" if unit == "chars" else unit
    with below:
        charts.histogram(dataset, f"row_{unit}", f"{words} per row", log=True)
for place, column in enumerate(dataset.categories[:6]):
    with (beside, below)[place % 2]:
        charts.bars(dataset, column)

outcomes = checked(dataset)
with top:
    numbers(dataset, in_view, outcomes)
with look_first:
    checks.look_at_first(dataset, outcomes)
