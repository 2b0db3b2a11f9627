"""Which noise is in the texts, how often, and how many tokens does it cost?"""

import streamlit as st

from analysis.noise import KINDS
from ui.export.page import begin_cleaning
from ui.frame import frame
from ui.noise import examples, page
from ui.session.number_words import share
from ui.session.text import count

dataset, rows = frame.open_rows("Format", "formatting", needs_texts=True)

has_text = dataset.frame(["html_tags"], rows).to_series()
frame.require_values(has_text, "a text")
looked_at = len(rows) - has_text.null_count()
has_tokens = dataset.has(dataset.signal("tokens"))
all_tokens = int(dataset.frame(["row_tokens"], rows)["row_tokens"].sum() or 0) if has_tokens else None
form = int(dataset.frame(["formatting_tokens"], rows)["formatting_tokens"].sum() or 0)
kinds = page.kinds(dataset)
with st.container(horizontal=True, vertical_alignment="center"):
    st.metric(
        "Tokens spent on form",
        f"{form:,}",
        border=True,
        width=260,
        help="Tokens that cleaning HTML, Markdown, white space and invisible characters saves in the rows in view",
    )
    if all_tokens:
        st.metric("Share of all tokens", share(form / all_tokens), border=True, width=260)
    if (of_form := page.of_form(kinds)) and st.button(
        f"Clean all {len(of_form)} kinds of form on export", icon=":material/ios_share:", key="clean_form"
    ):
        begin_cleaning(dataset, of_form)

with st.container(key="stacked_noise"):
    left, right = st.columns([3, 2], gap="large")
chosen = None
with left:
    st.subheader("Kinds of noise", anchor=False)
    if kinds.is_empty():
        st.text(f"No noise of any known kind in {count(looked_at)} in view with a text.")
    else:
        st.caption(
            "Tokens: what cleaning this kind alone saves; for truncated answers and refusals, the whole text. "
            "Kinds overlap, so the sum counts some tokens twice. Tick a kind to see its groups and examples."
        )
        chosen = page.choose(kinds, all_tokens)
with right:
    if chosen:
        kind = KINDS[chosen["kind"]]
        st.subheader(f"{kind.title}, {chosen['role']}", anchor=False)
        with st.container(horizontal=True):
            examples.offer_rows(kind)
            if kind.can_be_cleaned and st.button("Clean on export", icon=":material/ios_share:", key="clean_kind"):
                begin_cleaning(dataset, [kind.name])
    else:
        st.subheader("Tokens spent on form", anchor=False)
    page.by_group(dataset, chosen)
    if chosen:
        st.markdown("**Examples**")
        with_it = page.rows_with(dataset, kind.name, chosen["role"])
        examples.examples(dataset, kind, chosen["role"], with_it)
    else:
        st.subheader("Forms of numbers", anchor=False)
        page.numbers(dataset)
