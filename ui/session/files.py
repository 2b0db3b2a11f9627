"""Which files can be opened from the pages, and where are uploads stored?"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import streamlit as st

from analysis.dataset.names import names_in_file
from analysis.formats import ROLES, TEXT_ROLES, is_dataset_folder
from analysis.given_files import data_folders
from ui.session.session import workspace
from ui.session.text import cut

SUFFIXES = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", ".ipc")
SHOWN_FILES = 2_000
DEPTH = 5
COPY_BYTES = 1 << 22


def data_files() -> list[str]:
    """Paths of the data files and of the folders that are one dataset below the configured folders, without hidden
    folders; the first 2,000 by name."""
    return listed()[0]


def unread_folders() -> list[str]:
    """The folders whose files are not offered since they cannot be read, each with the reason."""
    return listed()[1]


@st.cache_data(ttl=5, show_spinner=False)
def listed() -> tuple[list[str], list[str]]:
    """What `data_files` and `unread_folders` give, in one walk."""
    paths: list[str] = []
    unread: list[str] = []
    for folder in data_folders():
        paths += _below(folder, DEPTH, unread)
    return sorted(paths)[:SHOWN_FILES], unread


def _below(folder: Path, depth: int, unread: list[str]) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        unread.append(f"{folder} ({error.strerror})")
        return
    if is_dataset_folder(folder):
        yield str(folder)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False) and depth and not (Path(entry.path) / "pyvenv.cfg").exists():
            yield from _below(Path(entry.path), depth - 1, unread)
        elif entry.name.lower().removesuffix(".gz").removesuffix(".zst").endswith(SUFFIXES):
            yield entry.path


def shown_path(path: str) -> str:
    """A file's path relative to its configured folder."""
    for folder in data_folders():
        if Path(path).is_relative_to(folder):
            shown = str(Path(path).relative_to(folder))
            return f"{shown}/" if Path(path).is_dir() else shown
    return path


def uploads() -> Path:
    """The folder of the workspace that holds copies of what people bring, one folder for each."""
    return workspace().home / "uploads"


def keep_upload(name: str, content: BinaryIO) -> Path:
    """Copies an upload into the workspace, under its name with unsafe characters replaced."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(name).name).lstrip(".") or "upload"
    folder = uploads() / uuid.uuid4().hex[:12]
    folder.mkdir(parents=True)
    with (folder / safe[-120:]).open("wb") as kept:
        while piece := content.read(COPY_BYTES):
            kept.write(piece)
    return folder / safe[-120:]


def choose_roles(described: Mapping[str, Any], key: str) -> dict[str, str]:
    """A choice of column per role, beginning with the detected ones; returns the changed roles, "" for no column.

    `described` is the description of a dataset or of a preview. Its columns have their names in the file.
    """
    detected: dict[str, str] = described["roles"]
    names = {"": "–"} | {column: cut(name) for column, name in names_in_file(described).items()}
    changed: dict[str, str] = {}
    texts = [r for r in ROLES if r in TEXT_ROLES]
    for title, roles in (
        ("Texts to train on", texts),
        ("Other columns", [r for r in ROLES if r not in TEXT_ROLES]),
    ):
        st.text(title)
        cells = st.columns(4)
        for number, role in enumerate(roles):
            options = list(names)
            index = options.index(detected[role]) if detected.get(role) in options else 0
            picked = cells[number % 4].selectbox(
                role.replace("_", " "), options, index=index, key=f"{key}_{role}", format_func=names.__getitem__
            )
            if picked != detected.get(role, ""):
                changed[role] = picked
    return changed
