"""A folder that `save_to_disk` of `datasets` wrote -> its files and their splits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import FormatError
from analysis.formats.data_files import SPLIT_LIST, STATE, FolderFiles, within


def saved_files(folder: Path) -> FolderFiles | None:
    """A folder of `save_to_disk`: one dataset, or one folder for each split."""
    if (folder / STATE).is_file():
        state = _json(folder / STATE)
        split = state.get("_split")
        files = _state_files(folder, state)
        return FolderFiles(files, (str(split),) * len(files) if split else ())
    if (folder / SPLIT_LIST).is_file():
        names = _json(folder / SPLIT_LIST).get("splits")
        if not isinstance(names, list):
            raise FormatError(f"{folder / SPLIT_LIST} names no splits; save the dataset again with save_to_disk.")
    else:
        names = sorted(entry.name for entry in folder.iterdir() if (entry / STATE).is_file())
    if not names:
        return None
    pairs = [(file, str(name)) for name in names for file in _state_files_of(within(folder, str(name)))]
    return FolderFiles(tuple(file for file, _ in pairs), tuple(split for _, split in pairs))


def _state_files_of(folder: Path) -> tuple[Path, ...]:
    if not (folder / STATE).is_file():
        raise FormatError(f"{folder} holds no {STATE}, so it is not a whole dataset; save it again with save_to_disk.")
    return _state_files(folder, _json(folder / STATE))


def _state_files(folder: Path, state: Mapping[str, Any]) -> tuple[Path, ...]:
    """The data files in the order of state.json, which is that of the rows."""
    listed = state.get("_data_files")
    names = [one.get("filename") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise FormatError(f"{folder / STATE} names no data files; save the dataset again with save_to_disk.")
    files = tuple(within(folder, str(name)) for name in names)
    if missing := [file.name for file in files if not file.is_file()]:
        raise FormatError(f"{folder} lacks {missing[0]}, which {STATE} names; copy the whole folder.")
    return files


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"{path} cannot be read ({error}); save the dataset again.") from None
    if not isinstance(value, dict):
        raise FormatError(f"{path} holds no JSON object; save the dataset again.")
    return value
