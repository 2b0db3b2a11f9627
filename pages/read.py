"""What do the rows say, and which of them should stay?"""

import streamlit as st

from analysis.annotations import AnnotationError
from ui import desk, frame, jobs, session
from ui.text import count

dataset = frame.open_page("Read & tag")
rows = frame.rows_in_view(dataset)

with st.container(horizontal=True, vertical_alignment="center"):
    order = st.selectbox(
        "Order", desk.ORDERS, format_func=desk.ORDERS.__getitem__, key="order", width=190, bind="query-params"
    )
    seed = 0
    if order == "random":
        seed = st.number_input("Seed", min_value=0, value=0, key="seed", width=110, bind="query-params")
    with st.popover(f"Tag all {count(len(rows))} in view", key="bulk", on_change="rerun") as bulk:
        if bulk.open:
            desk.tag_all(dataset, rows)
    with st.popover("Tags", key="vocabulary", on_change="rerun") as words:
        if words.open:
            st.text("The first nine tags are on the keys 1 to 9.")
            known = session.notes().vocabulary(dataset.fingerprint)
            chosen = st.multiselect(
                "Tags of this dataset", known, default=known, accept_new_options=True, key="tag_names"
            )
            if st.button("Save tags", key="save_tags"):
                try:
                    session.notes().set_vocabulary(dataset.fingerprint, chosen)
                except AnnotationError as error:
                    st.text(str(error))
                else:
                    st.rerun()
            for tag, tagged in session.notes().tag_counts(dataset.fingerprint).items():
                st.text(f"{tag}: {count(tagged)}")
if order in ("longest", "shortest") and not jobs.require(dataset, "lengths"):
    st.stop()
sequence = desk.ordered(dataset, rows, order, seed)
desk.desk(dataset, sequence, desk.revision(dataset, order, seed))
