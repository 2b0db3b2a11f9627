"""The look that all pages share: places, and colours whose words can be read on their ground (a contrast of 4.5)."""

from __future__ import annotations

import streamlit as st

LAYOUT = """<style>
[data-testid=stMainBlockContainer] { padding: 4.6rem 2rem 3rem; max-width: 1560px; }
[data-testid=stMetric] { padding: .55rem .8rem; }
[data-testid=stMetricValue] { font-size: 1.45rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.st-key-frame { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); padding-bottom: .6rem; }
.st-key-history_steps, [class*="st-key-kept_winnow_"], .st-key-palette_box { position: absolute; }
.st-key-question { margin-top: -.4rem; }
@media (max-width: 1000px) { /* columns that are unreadable side by side: under each other */
  [class*="st-key-stacked_"] > * > [data-testid=stHorizontalBlock] > [data-testid=stColumn],
  [class*="st-key-stacked_"] > [data-testid=stHorizontalBlock] > [data-testid=stColumn] { min-width: 100%; } }
[class*="st-key-chart_"] { position: relative; }
[class*="st-key-beside_"] { position: absolute; top: 1px; right: 36px; width: max-content !important; z-index: 2; }
[class*="st-key-beside_"] button { min-height: 0; padding: .15rem .3rem; font-size: .8rem; }
.st-key-beside_map { right: 170px; }
:is(button, a) .stMarkdownColoredText { position: absolute; width: 1px; height: 1px; overflow: hidden;
  white-space: nowrap; clip-path: inset(50%); }
</style>"""
LIGHT = """<style>
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] * {
  color: #555c66 !important; opacity: 1 !important; }
button:is([kind$=Active], [data-testid$=Active], [data-testid=stButtonGroup] [aria-checked=true]),
button:is([kind$=Active], [data-testid$=Active], [data-testid=stButtonGroup] [aria-checked=true]) * {
  color: #2560c6 !important; }
header a:focus-visible, header button:focus-visible { outline: 2px solid #2560c6 !important; outline-offset: 1px; }
</style>"""
DARK = """<style>
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] * {
  color: #b3bac4 !important; opacity: 1 !important; }
button:is([kind$=Active], [data-testid$=Active], [data-testid=stButtonGroup] [aria-checked=true]),
button:is([kind$=Active], [data-testid$=Active], [data-testid=stButtonGroup] [aria-checked=true]) * {
  color: #7fb0ff !important; }
header a:focus-visible, header button:focus-visible { outline: 2px solid #7fb0ff !important; outline-offset: 1px; }
</style>"""


def apply() -> None:
    """Draws the style, in the colours of the browser's theme."""
    st.html(LAYOUT)
    if st.context.theme.type == "dark":
        st.html(DARK)
    else:
        st.html(LIGHT)
