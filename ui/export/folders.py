"""The folder of an export: a new one, unless a person names one and agrees to replace what it holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export import ExportRequest
from analysis.export.folder import earlier_export
from analysis.export.folder_names import new_name, plain_name
from ui.session import session


class Target(NamedTuple):
    """The folder that a person named, "" for a new one; whether its export is replaced; whether it can be written."""

    name: str = ""
    replace: bool = False
    is_ready: bool = True


def folder() -> Path:
    """The folder of the workspace that holds the exports of this page."""
    return session.workspace().home / "exports"


def choose() -> Target:
    """Asks for the folder, and shows what it holds before anything is replaced."""
    text = st.text_input(
        "Folder",
        key="folder",
        placeholder="a new folder",
        help="Below the folder exports of the workspace. Leave it empty for a new folder whose name tells what it "
        "holds, such as chats-messages-971-rows-redacted-2026-11-30-1402.",
    )
    name = plain_name(text)
    try:
        earlier = earlier_export(folder() / name) if name else None
    except ExportError as error:
        st.text(str(error))
        return Target(name, is_ready=False)
    if earlier is None:
        return Target(name)
    with st.container(border=True):
        st.text(f"The folder {name} holds {earlier.sentence}.")
        is_agreed = st.checkbox(f"Replace these {earlier.rows:,} rows", key=f"replace_{name}_{earlier.written}")
    return Target(name, replace=is_agreed, is_ready=is_agreed)


def path_of(target: Target, dataset: Dataset, request: ExportRequest, rows: int) -> Path:
    """The path of the folder to write; a new one gets its name now."""
    return folder() / (target.name or new_name(dataset.name, request, rows, datetime.now(), folder()))
