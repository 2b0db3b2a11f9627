"""What does form cost: which noise stands in the texts, how often, and how many tokens go to it?"""

import streamlit as st

from ui import formatting, frame, jobs

dataset = frame.open_page("Format")
rows = frame.rows_in_view(dataset)
if not dataset.has_examples:
    frame.say_no_examples()
    st.stop()
if not jobs.require(dataset, "formatting"):
    st.stop()

has_tokens = dataset.has(dataset.signal("tokens"))
all_tokens = int(dataset.frame(["row_tokens"], rows)["row_tokens"].sum() or 0) if has_tokens else None
form = int(dataset.frame(["formatting_tokens"], rows)["formatting_tokens"].sum() or 0)
with st.container(horizontal=True):
    st.metric(
        "Tokens spent on form",
        f"{form:,}",
        border=True,
        help="What cleaning HTML, Markdown, white space and invisible characters would save",
    )
    if all_tokens:
        st.metric("Share of all tokens", f"{form / all_tokens:.1%}", border=True)

found = formatting.kinds(dataset)
left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("Kinds of noise", anchor=False)
    if found.is_empty():
        st.text("No noise of any known kind stands in the rows in view.")
    else:
        st.caption("Kinds overlap, so their tokens do not add up. Tick one to see examples.")
        chosen = formatting.choose(found, all_tokens)
with right:
    if not found.is_empty() and chosen:
        st.subheader(f"{chosen['title']}, {chosen['role']}", anchor=False)
        formatting.examples(dataset, formatting.kind(chosen["kind"]), chosen["role"])
    else:
        st.subheader("Tokens spent on form", anchor=False)
        formatting.by_group(dataset, rows)
        st.subheader("Forms of numbers", anchor=False)
        formatting.numbers(dataset)
