"""Which files does a person mean, by a path, a folder or an address; and which of them may a page open?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis.errors import DatasetError
from analysis.formats import FolderFiles, ReadOptions, files_of
from analysis.loaders.tokenizers import is_online


def given_files(paths: Sequence[str | Path], reading: ReadOptions) -> tuple[list[Path], ReadOptions, str]:
    """The files that are meant, folders replaced by their files; how to read them; and the name of the dataset."""
    files: list[Path] = []
    splits: list[str] = []
    for path in paths:
        if str(path).startswith("hf://"):
            inside = FolderFiles((fetched(str(path)),))
        elif Path(path).is_dir():
            inside = files_of(Path(path), reading.config)
            if reading.split is not None:
                inside = inside.of_split(reading.split, Path(path))
            inside = FolderFiles(tuple(readable(file) for file in inside.files), inside.splits)
        else:
            inside = FolderFiles((readable(path),))
        files += inside.files
        splits += inside.splits or [""] * len(inside.files)
    for what, chosen in (("configuration", reading.config), ("split", reading.split)):
        if chosen is not None and not any(Path(path).is_dir() for path in paths):
            raise DatasetError(f"The {what} {chosen!r} needs the folder of a dataset; name that folder.")
    if any(splits):
        reading = replace(reading, splits=tuple(splits))
    shown = [Path(path).resolve().name if Path(path).is_dir() else Path(path).name for path in map(str, paths)]
    name = shown[0] if len(shown) == 1 else f"{shown[0]} and {len(shown) - 1} more"
    if reading.split is not None:
        name = f"{name} ({reading.split})"
    return files, replace(reading, config=None, split=None), name


def readable(path: str | Path) -> Path:
    """The path of a file that may be read. Raises DatasetError where it may not."""
    path = Path(path)
    if path.is_dir():
        raise DatasetError(f"{path} is a folder; name the files in it, such as {path / '*.jsonl'}.")
    if not os.path.exists(path):
        raise DatasetError(f"There is no file {str(path)!r}; check its name and its folder.")
    if not path.is_file() or not os.access(path, os.R_OK):
        raise DatasetError(f"{path} cannot be read; check that it is a file and who may read it.")
    return path


def fetched(address: str) -> Path:
    """The local copy of `hf://datasets/OWNER/NAME/FILE`, downloaded only where the network may be used."""
    parts = address.removeprefix("hf://datasets/").split("/", 2)
    if not address.startswith("hf://datasets/") or len(parts) < 3:
        raise DatasetError(f"Cannot read the address {address!r}; expected hf://datasets/OWNER/NAME/FILE.")
    if not is_online():
        raise DatasetError(f"{address} is on the network, which Winnow does not use; set WINNOW_ONLINE=1 to allow it.")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(hf_hub_download(f"{parts[0]}/{parts[1]}", parts[2], repo_type="dataset"))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise DatasetError(f"The hub gave nothing for {address} ({error}).") from None


def data_folders() -> list[Path]:
    """The folders whose files may be opened on a page: `WINNOW_DATA_DIRS`, or the one in which the server started."""
    given = os.environ.get("WINNOW_DATA_DIRS")
    folders = given.split(os.pathsep) if given else ["."]
    return [Path(folder).expanduser().resolve() for folder in folders if folder]


def below_data_folders(path: str | Path) -> Path:
    """The real path, links resolved, if it is below a configured folder. Raises DatasetError where it does not."""
    try:
        real = Path(path).resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a name that is too long, a null byte, links in a circle
        raise DatasetError(f"{str(path)[:200]!r} cannot be reached ({error}); pick another file.") from None
    if not any(real.is_relative_to(folder) for folder in data_folders()):
        folders = ", ".join(map(str, data_folders()))
        raise DatasetError(f"{path} is outside the folders opened for data ({folders}); WINNOW_DATA_DIRS adds others.")
    if not os.path.exists(real):  # unlike Path.exists, it takes any name
        raise DatasetError(f"{path} does not exist; pick another file.")
    return real
