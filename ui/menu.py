"""The menu, and nothing else. It is the main script, so that no folder named `pages` lies beside it."""

import base64
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from ui.session.login import ask_to_log_in  # noqa: E402  needs the path set above

# In the page itself: a file of Streamlit's media store may be gone by the time the browser asks for it.
icon = base64.b64encode((ROOT / "ui" / "icon.png").read_bytes()).decode()
st.set_page_config(page_title="Winnow", page_icon=f"data:image/png;base64,{icon}", layout="wide")
ask_to_log_in()
st.navigation(
    {
        "": [
            st.Page(ROOT / "pages" / "overview.py", title="Overview", icon=":material/dashboard:", default=True),
            st.Page(ROOT / "pages" / "reading.py", title="Read & tag", icon=":material/menu_book:", url_path="read"),
            st.Page(ROOT / "pages" / "export.py", title="Export", icon=":material/ios_share:"),
            st.Page(ROOT / "pages" / "open.py", title="Open", icon=":material/folder_open:"),
        ],
        "Texts": [
            st.Page(ROOT / "pages" / "lengths.py", title="Lengths", icon=":material/bar_chart:"),
            st.Page(ROOT / "pages" / "verbs.py", title="Verbs", icon=":material/category:"),
            st.Page(ROOT / "pages" / "map.py", title="Map", icon=":material/map:"),
            st.Page(
                ROOT / "pages" / "noise.py", title="Format", icon=":material/cleaning_services:", url_path="format"
            ),
        ],
        "Groups": [
            st.Page(ROOT / "pages" / "slices.py", title="Slices", icon=":material/pie_chart:"),
            st.Page(ROOT / "pages" / "compare.py", title="Compare", icon=":material/compare_arrows:"),
            st.Page(ROOT / "pages" / "annotators.py", title="Annotators", icon=":material/groups:"),
        ],
        "Faults": [
            st.Page(ROOT / "pages" / "conflicts.py", title="Conflicts", icon=":material/call_split:"),
            st.Page(ROOT / "pages" / "duplicates.py", title="Duplicates", icon=":material/content_copy:"),
            st.Page(ROOT / "pages" / "personal_data.py", title="Personal data", icon=":material/shield_person:"),
        ],
    },
    position="top",
).run()
