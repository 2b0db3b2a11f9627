"""Data that a person brings: files dropped on a page, a whole folder, rows pasted from the clipboard."""

from __future__ import annotations

import io
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import streamlit as st

from analysis.errors import DatasetError
from analysis.formats import kind_of_text
from ui.session import files, places
from ui.session.clicks import clicked

__all__ = ["drop_zone", "forget", "keep_folder", "kept", "other_ways", "say_if_a_folder_was_dropped"]
KEPT, DONE = "brought", "brought_now"
KINDS = {
    "as found": "",
    "JSON, one object per line": "jsonl",
    "JSON": "json",
    "CSV": "csv",
    "cells with tabs (from a spreadsheet)": "tsv",
    "plain text, one row per line": "txt",
}
MAX_FOLDER_FILES = 2_000


def drop_zone(key: str) -> None:
    """Where files are dropped on any page; the page Open then shows what was found in them."""
    uploads = st.file_uploader("Drop files here", accept_multiple_files=True, key=f"drop_{key}")
    names = [upload.name for upload in uploads]
    say_if_a_folder_was_dropped(names)
    if uploads and len(set(names)) == len(names):
        st.session_state[KEPT] = [str(files.keep_upload(upload.name, upload)) for upload in uploads]
        st.switch_page(places.page("open"))


def kept() -> list[str]:
    """The paths of what was brought and is still chosen, with a choice to leave some of it out."""
    paths: list[str] = st.session_state.get(KEPT, [])
    if not paths:
        return []
    return st.multiselect(
        "Brought from this computer",
        paths,
        default=paths,
        format_func=lambda path: Path(path).name,
        key="brought_chosen",
        select_all=False,
    )


def forget() -> None:
    """Takes back the choice of what was brought, as when it is opened; the copies stay."""
    st.session_state.pop(KEPT, None)


def other_ways() -> None:
    """Buttons for what is neither a file of the server nor one of this computer: pasted rows, a whole folder."""
    if st.session_state.pop(DONE, False):
        for key in ("paste_rows", "whole_folder"):
            st.session_state[key] = False  # closes what was used
    with st.container(horizontal=True, gap="small"):
        with st.popover("Paste rows", icon=":material/content_paste:", key="paste_rows", on_change="rerun"):
            _paste()
        with st.popover(
            "Upload a whole folder", icon=":material/drive_folder_upload:", key="whole_folder", on_change="rerun"
        ):
            _whole_folder()


def _bring(paths: list[str]) -> None:
    """Makes these the data that was brought, and draws the page again."""
    st.session_state[KEPT] = paths
    st.session_state[DONE] = True
    st.session_state.pop("brought_chosen", None)
    st.rerun()


def _whole_folder() -> None:
    """A choice of a whole folder of this computer, which is copied with the places of its files."""
    st.text("Choose it with the button. Of a dropped folder the browser sends the files without the folders inside.")
    uploads = st.file_uploader("A folder of this computer", accept_multiple_files="directory", key="brought_folder")
    if uploads and clicked("Use this folder", "use_folder"):
        try:
            folder = keep_folder([(upload.name, upload) for upload in uploads])
        except DatasetError as error:
            st.error("This folder cannot be used.")
            st.text(str(error))
        else:
            _bring([str(folder)])


def say_if_a_folder_was_dropped(names: Sequence[str]) -> None:
    """Says what to do where dropped files have one name: they come from folders, which the browser does not name."""
    if len(set(names)) < len(names):
        st.warning("Several of these files have the same name.")
        st.text(
            "Of a dropped folder the browser sends the files without the folders inside, so splits and configurations "
            "are lost. Take the files out, and choose the folder with “Upload a whole folder” or on the server."
        )


def keep_folder(uploads: Sequence[tuple[str, BinaryIO]]) -> Path:
    """Copies the files of a folder into the workspace, each at its place in it; the path of the copy.

    Raises DatasetError where two have one place: a browser that drops a folder leaves out the folders inside.
    """
    if repeated := [name for name, n in Counter(name for name, _ in uploads).items() if n > 1]:
        raise DatasetError(
            f"Several folders inside hold a file {repeated[0]!r}, and the browser does not say which is which; "
            "choose the folder with the button, or put it on the server."
        )
    folder = files.uploads() / uuid.uuid4().hex[:12]
    tops = {PurePosixPath(name).parts[0] for name, _ in uploads}
    top = next(iter(tops)) if len(tops) == 1 and all("/" in name for name, _ in uploads) else ""
    root = folder / (_safe(top) or "folder")
    for name, content in uploads[:MAX_FOLDER_FILES]:
        parts = [part for part in map(_safe, PurePosixPath(name.removeprefix(f"{top}/")).parts) if part]
        if parts:
            target = root.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())
    return root


def _safe(part: str) -> str:
    """A part of a path without what leads out of its folder; empty for what is left out, such as `..`."""
    safe = "".join(c if c.isalnum() or c in "._-+=" else "_" for c in part)
    return "" if not safe.strip(".") else safe[:120]


def _paste() -> None:
    """A field for rows from the clipboard, in any of the forms that a file may have."""
    st.text_area(
        "Rows",
        key="pasted",
        height=160,
        placeholder='{"prompt": "…", "response": "…"}   or cells of a spreadsheet, or plain lines',
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("The rows are", list(KINDS), key="pasted_kind", width=320)
        if clicked("Use these rows", "use_pasted"):
            text = str(st.session_state["pasted"]).strip("\n")
            if text.strip():
                kind = KINDS[st.session_state["pasted_kind"]] or kind_of_text(text)
                path = files.keep_upload(f"pasted.{kind}", io.BytesIO(f"{text}\n".encode()))
                _bring([str(path)])
