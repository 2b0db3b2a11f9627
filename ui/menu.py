"""The menu of pages. It is the main script because no folder `pages` may be beside the main script."""

import base64
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from ui.frame import fault  # noqa: E402  needs the path set above
from ui.session.login import ask_to_log_in  # noqa: E402
from ui.session.places import page  # noqa: E402

# As a data URL, since Streamlit can delete a media file before the browser requests it.
icon = base64.b64encode((ROOT / "ui" / "icon.png").read_bytes()).decode()
st.set_page_config(page_title="Winnow", page_icon=f"data:image/png;base64,{icon}", layout="wide")
ask_to_log_in()
chosen = st.navigation(
    {
        "": [  # Streamlit draws the pages without a section first
            page("overview", title="Overview", icon=":material/dashboard:", default=True),
            page("findings", title="Findings", icon=":material/inbox:"),
            page("reading", title="Read", icon=":material/menu_book:"),
            page("training", title="Training", icon=":material/model_training:"),
            page("export", title="Export", icon=":material/ios_share:"),
            page("open", title="Open", icon=":material/folder_open:"),
        ],
        "Content": [
            page("lengths", title="Lengths", icon=":material/bar_chart:"),
            page("verbs", title="Verbs", icon=":material/category:"),
            page("map", title="Map", icon=":material/map:"),
        ],
        "Quality": [
            page("noise", title="Format", icon=":material/cleaning_services:"),
            page("duplicates", title="Duplicates", icon=":material/content_copy:"),
            page("conflicts", title="Conflicts", icon=":material/call_split:"),
            page("personal_data", title="Personal data", icon=":material/shield_person:"),
        ],
        "People": [
            page("annotators", title="Annotators", icon=":material/groups:"),
            page("slices", title="Slices", icon=":material/pie_chart:"),
            page("compare", title="Compare", icon=":material/compare_arrows:"),
        ],
    },
    position="top",
)
with fault.shown():
    chosen.run()
