"""A screen with nothing but labels made from hostile names, each also as plain text to compare with."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from ui.session.text import cut, md

NAMES = [
    "![a](http://evil.test/1)",
    "[a](javascript:x) [b][c]",
    "<img src=x onerror=x>",
    "http://evil.test/2 www.evil.test",
    "a@evil.test",
    ":red[a] :red-badge[b]",
    ":material/home: :smile: :streamlit:",
    "$x$ $$y$$",
    "**a** __b__ ~~c~~ `d`",
    "# a",
    "1. a",
    "- a",
    "> a",
    "| a | b |",
    "&lt;b&gt; &amp;",
    "---",
    "a -> b <- c -- d >= e",
    "\\ \\* \\n",
    "{{7*7}} ${7*7}",
    "=1+1",
    "a\nb",
    "<!-- a -->",
    "100% (sure)",
    "[^1] [ ] a",
    ":small[a] ::b",
    "'quoted' \"twice\"",
]

if __name__ == "__main__":
    st.title("Labels")
    for number, name in enumerate(NAMES):
        with st.container(horizontal=True, key=f"name_{number}"):
            st.text(cut(name))
            st.markdown(md(name))
            st.button(md(name), key=f"button_{number}")
            with st.popover(md(name)):
                st.text("open")
