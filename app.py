"""The server: the menu behind its guards. `streamlit run app.py [-- FILE...]` starts it."""

from pathlib import Path

import streamlit as st

from ui.server.guards import guards

app = st.App(Path(__file__).parent / "ui" / "menu.py", middleware=guards())
