"""The server: the menu with security headers. `streamlit run app.py [-- FILE...]` starts it."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.safety import SafetyHeaders, refuse_open_address

refuse_open_address()
app = st.App(Path(__file__).parent / "ui" / "menu.py", middleware=[Middleware(SafetyHeaders)])
