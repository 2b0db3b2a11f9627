"""Which file do you want to open, and is it read correctly?"""

import json
from dataclasses import asdict

import streamlit as st

from analysis.errors import DatasetError, FormatError
from analysis.formats import layout_sentences
from analysis.given_files import below_data_folders, data_folders
from ui.frame import frame
from ui.open import brought, options
from ui.session import files, jobs, session
from ui.session.clicks import clicked
from ui.session.text import count, md

frame.begin("Open")
jobs.show_error()
if job := st.session_state.get("opening"):
    jobs.wait_for(job, "Opening", frame.opened_and_shown)
    st.stop()

picking, earlier = st.columns([3, 2], gap="large")
with picking:
    folders = ", ".join(str(folder) for folder in data_folders())
    picked = st.multiselect(
        "Files (several become one dataset)",
        files.data_files(),
        format_func=files.shown_path,
        key="picked",
        placeholder="Choose files …",
    )
    st.text(f"Files below {folders}. Set WINNOW_DATA_DIRS for other folders.")
    if unread := files.unread_folders():
        st.text(f"Not read, so that their files are not offered: {', '.join(unread)}.")
    uploads = st.file_uploader("Or upload files from this computer", accept_multiple_files=True, key="uploads")
    for upload in uploads:
        if upload.file_id not in st.session_state:
            st.session_state[upload.file_id] = str(files.keep_upload(upload.name, upload))
    given = [st.session_state[upload.file_id] for upload in uploads]
    brought.other_ways()
    given += brought.kept()
    frame.samples()
with earlier:
    st.subheader("Opened before", anchor=False)
    datasets = session.workspace().datasets()
    if not datasets:
        st.text("None yet.")
    for meta in datasets[:20]:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.button(
                md(str(meta["name"]), 40), key=f"choose_{meta['id']}", on_click=session.choose, args=(meta["id"],)
            )
            st.text(f"{count(int(str(meta['rows'])))}, {meta['format']}, {str(meta['opened_at'])[:10]}")
            with st.popover("Remove", type="tertiary"):
                st.text("Removes the imported copy and its computed columns. The file, tags and saved views stay.")
                st.button("Remove it", key=f"forget_{meta['id']}", on_click=session.forget, args=(meta["id"],))

try:
    paths = [str(below_data_folders(path)) for path in picked] + given
except DatasetError as error:
    st.text(str(error))
    paths = []

if paths:
    st.subheader(f"Before opening {count(len(paths), 'file')}", anchor=False)
    try:
        chosen = options.choose(paths)
        seen = options.previewed(paths, chosen)
        chosen = options.choose_types(chosen, seen)
        seen = options.previewed(paths, chosen) if chosen.types else seen
    except (FormatError, DatasetError) as error:
        st.error("This cannot be opened.")
        st.text(str(error))
        st.stop()
    whole = "" if seen["is_whole"] else ", from the beginning of the file"
    st.text(f"Read as {seen['format']} from {seen['container']}{whole}.")
    for sentence in (*layout_sentences(seen), *(note["sentence"] for note in seen["notes"])):
        st.text(sentence)
    roles = files.choose_roles(seen, "new")
    if clicked("Open", "go", type="primary"):
        frame.open_files(paths, roles, **asdict(chosen))
        st.rerun()
    st.dataframe(options.first_records(seen), hide_index=True, alt="The first records", height=300)
    for problem in seen["problems"][:5]:
        st.text(f"{problem['file']}, line {problem['line']}: {problem['reason']}")
elif dataset := session.dataset():
    st.subheader("Open dataset", anchor=False)
    st.text(
        f"{dataset.name}: {count(dataset.height)}, {dataset.format}; id {dataset.id}; SHA-256 {dataset.fingerprint}"
    )
    for sentence in (*layout_sentences(dataset.meta), *(note["sentence"] for note in dataset.meta["notes"])):
        st.text(sentence)
    with st.expander("Roles of its columns", expanded=True):
        changed = files.choose_roles(dataset.meta, f"now_{dataset.id}")
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
