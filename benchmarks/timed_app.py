"""The app as app.py serves it, timed by a stopwatch."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from benchmarks.stopwatch import Stopwatch
from ui.server.headers import SafetyHeaders

ROOT = Path(__file__).parent.parent
app = st.App(ROOT / "ui" / "menu.py", middleware=[Middleware(SafetyHeaders), Middleware(Stopwatch)])
