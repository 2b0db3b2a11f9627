"""Which file do you want to open, and is it read correctly?"""

import json
from dataclasses import asdict

import streamlit as st

from analysis.errors import DatasetError, FormatError
from analysis.formats import layout_sentences
from ui.frame import frame
from ui.open import brought, found, options, picking, recent, roles
from ui.session import jobs, session
from ui.session.clicks import clicked
from ui.session.text import count, md

frame.begin("Open")
frame.follow_tour()
jobs.show_error()
if job := st.session_state.get("opening"):
    jobs.wait_for(job, "Opening", frame.opened_and_shown)
    st.stop()

paths = picking.chosen_paths()
if paths:
    config, split = options.part(paths)
    top, reading, further = st.container(), st.container(), st.container()
    try:
        with further:
            chosen = options.choose(config, split)
        seen = options.previewed(paths, chosen)
        with further:
            chosen = options.choose_types(chosen, seen)
        seen = options.previewed(paths, chosen) if chosen.types else seen
        with reading, st.expander("Change how it is read", expanded=not found.has_texts(seen)):
            for sentence in layout_sentences(seen):
                st.text(sentence)
            new_roles = roles.choose_roles(seen, "new", found.examples(seen))
        seen = options.previewed(paths, chosen, new_roles) if new_roles else seen
    except (FormatError, DatasetError) as error:
        with top:
            st.error("This cannot be opened.")
            st.text(str(error))
        st.stop()
    with top:
        st.subheader(md(found.sentence(seen), 300), anchor=False)
        found.say_notes(seen)
        roles.badges(seen, "new")
        found.first_rows(seen)
        found.say_unread(seen)
        if clicked(f"Open {found.rows_in_words(seen)}", "go", type="primary"):
            frame.open_files(paths, new_roles, **asdict(chosen))
            brought.forget()
            st.rerun()
    st.stop()

earlier, examples = st.columns([3, 2], gap="large")
with earlier:
    recent.opened_before()
with examples:
    frame.samples()
if dataset := session.dataset():
    st.subheader("Open dataset", anchor=False)
    st.text(
        f"{dataset.name}: {count(dataset.height)}, {dataset.format}; id {dataset.id}; SHA-256 {dataset.fingerprint}"
    )
    for sentence in (*layout_sentences(dataset.meta), *(note["sentence"] for note in dataset.meta["notes"])):
        st.text(sentence)
    with st.expander("Change how it is read", expanded=True):
        changed = roles.choose_roles(dataset.meta, f"now_{dataset.id}", found.examples_of(dataset))
        if clicked("Change roles", "change_roles", disabled=not changed):
            session.change_roles(dataset, changed)
            st.rerun()
    st.subheader(f"{count(dataset.meta['unreadable'], 'record')} could not be read", anchor=False)
    if dataset.meta["unreadable"]:
        lines = (dataset.folder / "problems.jsonl").read_text(encoding="utf-8").splitlines()
        st.dataframe([json.loads(line) for line in lines[:1000]], hide_index=True, alt="Records that could not be read")
        st.download_button(
            "Download the list", "\n".join(lines) + "\n", "problems.jsonl", "application/jsonl", on_click="ignore"
        )
