"""How long are the examples, and which are longer than the context?"""

import streamlit as st

from analysis.statistics.counting import PERCENTILES, percentiles
from ui.figures import charts
from ui.frame import frame
from ui.lengths import page, turns
from ui.session import number_words, session
from ui.session.text import count

dataset, in_view = frame.open_rows("Lengths", needs_texts=True)

with st.container(horizontal=True, vertical_alignment="bottom"):
    unit = st.segmented_control(
        "Unit",
        list(page.UNITS),
        format_func=page.UNITS.__getitem__,
        default="tokens",
        required=True,
        key="unit",
        bind="query-params",
    )
    roles = page.roles(dataset, unit)
    role = st.segmented_control(
        "Of", list(roles), format_func=roles.__getitem__, default=next(iter(roles)), required=True, key=f"of_{unit}"
    )
    log = st.toggle("Logarithmic bins", value=True, key="log", bind="query-params")
    if unit == "tokens":
        limit = st.number_input(
            "Context length in tokens", min_value=1, value=2048, step=256, key="context", width=190, bind="query-params"
        )
        with st.popover("Tokenizer", key="choose_tokenizer"):
            page.choose_tokenizer(dataset)
column = page.column(role, unit)
if unit != "turns":
    frame.require(dataset, page.signal_of(unit))

values = dataset.frame([column], in_view).to_series()
frame.require_values(values, f"a length of {roles[role]} in {page.UNITS[unit].lower()}")
if unit == "tokens":
    over = session.view().without_column(column).where(column, "gt", limit)
    too_long = int((values > limit).sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            f"{count(too_long)} in view with more than {limit:,} tokens: {number_words.share(too_long / len(values))}."
            if too_long
            else f"0 of {count(len(values) - values.null_count())} in view have more than {limit:,} tokens."
        )
        st.button("Show them", on_click=session.set_view, args=(over,), disabled=not too_long, key="show_over")
charts.histogram(
    dataset, column, f"{page.UNITS[unit]} of {roles[role]}", log=log, mark=limit if unit == "tokens" else None
)
charts.say_colours()

shares = percentiles(values)
missing = values.null_count()
figures_of_lengths = {
    {0.0: "shortest", 1.0: "longest"}.get(share, f"{share:.0%}"): [value]
    for share, value in zip(PERCENTILES, shares, strict=True)
} | {"mean": [values.mean()], "sum": [values.sum()], "missing": [missing]}
st.dataframe(
    figures_of_lengths,
    hide_index=True,
    alt="Percentiles of the lengths in view",
    column_config=dict.fromkeys(figures_of_lengths, st.column_config.NumberColumn(format="localized")),
)

left, right = st.columns(2, gap="large")
with left:
    page.prompt_against_response(dataset, unit)
with right:
    page.by_group(dataset, column, f"{page.UNITS[unit]} of {roles[role]}", in_view)
if unit == "turns":
    turns.show(dataset)
if unit == "tokens":
    with st.expander("Frequent and special tokens", key="tokens_shown", on_change="rerun") as shown:
        if shown.open:
            page.common_tokens(dataset, in_view)
