"""Which files does a person choose: of the server's folders, by a path, or from their own computer?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from analysis.errors import DatasetError
from analysis.given_files import data_folders
from ui.open import brought
from ui.session import files
from ui.session.text import count

__all__ = ["chosen_paths"]


def chosen_paths() -> list[str]:
    """The choices of files, and the paths that they give; says of each that cannot be read why not."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = st.multiselect(
            "Choose one or more files on the server",
            files.data_files(),
            format_func=files.shown_path,
            key="picked",
            placeholder="Part of a name, or a path",
            accept_new_options=True,
            filter_mode="contains",
            select_all=False,
        )
        folders = ", ".join(str(folder) for folder in data_folders())
        st.text(f"Files in {folders} (more folders: WINNOW_DATA_DIRS).")
        if unread := files.unread_folders():
            st.text(f"Not read, so that their files are not offered: {', '.join(unread)}.")
    with right:
        uploads = st.file_uploader("Or drop files of this computer", accept_multiple_files=True, key="uploads")
        for upload in uploads:
            if upload.file_id not in st.session_state:
                st.session_state[upload.file_id] = str(files.keep_upload(upload.name, upload))
        brought.say_if_a_folder_was_dropped([upload.name for upload in uploads])
        brought.other_ways()
        given = [*(st.session_state[upload.file_id] for upload in uploads), *brought.kept()]
    paths = []
    for path in picked:
        try:
            paths.append(str(files.given_path(path)))
        except DatasetError as error:
            st.warning("One of these paths cannot be opened.")
            st.text(str(error))
    paths = list(dict.fromkeys(paths)) + given
    if mixed := mixture(paths):
        st.warning("Files of several kinds are chosen. They would become one dataset with the columns of all.")
        st.text(f"{mixed}. Take out those that do not belong here.")
    return paths


def mixture(paths: Sequence[str]) -> str:
    """How many of the files are of which kind, where they are of several: `3 JSON files, 1 CSV file`."""
    kinds = Counter(kind for path in paths if not Path(path).is_dir() and (kind := files.kind_of(path)))
    return ", ".join(count(n, f"{kind} file") for kind, n in kinds.most_common()) if len(kinds) > 1 else ""
