"""Which files can be opened from the pages, and where are uploads stored?"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from analysis.formats import is_dataset_folder
from analysis.given_files import below_data_folders, data_folders
from ui.session.session import workspace

KINDS = {
    **dict.fromkeys((".jsonl", ".json", ".ndjson"), "JSON"),
    **dict.fromkeys((".csv", ".tsv"), "CSV"),
    ".txt": "text",
    ".parquet": "Parquet",
    **dict.fromkeys((".arrow", ".feather", ".ipc"), "Arrow"),
}
SUFFIXES = tuple(KINDS)
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


def given_path(text: str) -> Path:
    """The file or folder that a person means by a path, which may be absolute, or begin below a configured folder.

    Raises DatasetError where there is none, and where it is outside the configured folders.
    """
    asked = text.strip().strip("\"'").removeprefix("file://")
    if asked.startswith("~"):
        asked = os.path.expanduser(asked)
    if not os.path.isabs(asked):
        below = [str(folder / asked) for folder in data_folders()]
        asked = next((path for path in below if os.path.exists(path)), below[0])
    return below_data_folders(asked)


def kind_of(path: str) -> str:
    """The kind of a file by the ending of its name: JSON, CSV, text, Parquet or Arrow; empty where it tells none."""
    name = path.lower().removesuffix(".gz").removesuffix(".zst")
    return next((kind for ending, kind in KINDS.items() if name.endswith(ending)), "")


def keep_upload(name: str, content: BinaryIO) -> Path:
    """Copies an upload into the workspace, under its name with unsafe characters replaced."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(name).name).lstrip(".") or "upload"
    folder = workspace().home / "uploads" / uuid.uuid4().hex[:12]
    folder.mkdir(parents=True)
    with (folder / safe[-120:]).open("wb") as kept:
        while piece := content.read(COPY_BYTES):
            kept.write(piece)
    return folder / safe[-120:]
