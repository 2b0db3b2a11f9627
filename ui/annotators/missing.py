"""Which labels are words such as NULL, which say that none was given, and how is the file read without them?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from analysis.structure.stand_ins import STAND_INS
from ui.annotators.asked import Asked, labels
from ui.session import files, places
from ui.session.text import count, cut


def offer(asked: Asked) -> None:
    """Names the labels that look like no label, and offers the page Open, where words are read as no value.

    Such words are no values of the dataset then, so that consensus, filters and exports agree with this page.
    """
    given = labels(asked)
    words = [word for word in given.values if word.strip() in STAND_INS]
    before = list(asked.dataset.meta["reading"].get("missing", ()))
    with st.container(horizontal=True, vertical_alignment="center"):
        if words:
            rows = int(np.isin(np.array(given.values)[given.label], words).sum())
            named = ", ".join(f"“{cut(word, 20)}”" for word in words)
            st.text(f"{count(rows, 'judgement')} with the label {named}, which may mean that none was given.")
        if st.button("Words that mean: no label", key="missing_words", type="tertiary", icon=":material/edit:"):
            paths = {file["path"] for file in asked.dataset.meta["files"]}
            st.session_state["picked"] = [path for path in files.data_files() if path in paths]
            st.session_state["missing"] = ", ".join([*before, *words])
            st.switch_page(places.page("open"))
