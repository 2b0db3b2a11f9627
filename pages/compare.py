"""How do two sets of rows differ?"""

import streamlit as st

from ui.frame import frame
from ui.session import session
from ui.slices import compare, other, sides

dataset, rows = frame.open_rows("Compare")

offered = sides.sides(dataset, session.view())
with st.container(horizontal=True, vertical_alignment="bottom"):
    other.choose_first(dataset, offered)
    other.choose(dataset, offered)
second = other.read(dataset, offered)
if second is None:
    other.suggest(dataset, offered)
    st.text("Choose two sides: rows of one source, a saved view, another dataset, or all other rows.")
    st.stop()
names = other.names(dataset, offered, second)
other.choose_filters(dataset, second, names[0])
compare.say_sides(dataset, rows, second, names)
if second.rows.is_empty() or rows.is_empty():
    st.text(f"{names[0] if rows.is_empty() else names[1]} has no rows. Choose another side.")
    st.stop()

contrasts = compare.compared(dataset, rows, second)
if not contrasts:
    st.text("Nothing can be compared: no column has the same name and kind on both sides.")
    st.stop()
left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("What differs", anchor=False)
    each = compare.families_table(dataset, contrasts, names)
    telling = sum(one.verdict == "telling" for one in contrasts)
    st.caption(
        f"{telling:,} of {len(contrasts):,} measures differ (Benjamini-Hochberg, 5%), one line per family. Tick one to "
        "see its distribution."
    )
    with st.expander("All measures", key="all_measures", on_change="rerun") as all_measures:
        if all_measures.open:
            each = compare.table(contrasts, names) or each
with right:
    if each:
        compare.shapes(dataset, rows, second, each, names)
compare.answers(dataset, rows, second, names)
