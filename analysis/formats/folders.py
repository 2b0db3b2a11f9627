"""A folder of a dataset -> its files and the split of each, as saved there or as the names of the files say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from analysis.errors import FormatError
from analysis.formats.data_files import (
    DATA_SUFFIXES,
    MAX_FILES,
    PACKED_SUFFIXES,
    SPLIT_LIST,
    STATE,
    FolderFiles,
    data_files,
)
from analysis.formats.repositories import CARD, configurations_of, of_configuration, refuse_configuration
from analysis.formats.saved_datasets import saved_files
from analysis.formats.split_names import CALLED

WORD = re.compile(r"[A-Za-z]+")
PART = re.compile(r"(?P<split>[A-Za-z][\w.]*?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?\.")


def files_of(folder: Path, config: str | None = None) -> FolderFiles:
    """The files of a dataset's folder.

    `config`: the configuration of a repository; without it the only one, the one marked as default, or the one called
    default. Raises FormatError where there are several and none is chosen, and where the folder holds no data.
    """
    files = saved_files(folder) or of_configuration(folder, config)
    if files is None:
        refuse_configuration(folder, config, [])
        files = _by_names(folder)
    if not files.files:
        endings = ", ".join(suffix.removeprefix(".") for suffix in DATA_SUFFIXES)
        raise FormatError(f"The folder {folder} holds no file of data ({endings}); name a file, or another folder.")
    return files


def configurations(folder: Path) -> list[str]:
    """The names of the configurations of a dataset repository; none for any other folder."""
    return [str(one["config_name"]) for one in configurations_of(folder)]


def splits_in(folder: Path, config: str | None = None) -> list[str]:
    """The splits of a folder, or of that configuration of it, in their order; none where it names none, or where its
    files are not settled yet, as with several configurations of which none is chosen."""
    try:
        return list(dict.fromkeys(files_of(folder, config).splits))
    except (FormatError, OSError):
        return []


def is_dataset_folder(folder: Path) -> bool:
    """Whether a folder is one dataset: saved by `datasets`, or with files that are named in its card or numbered."""
    if (folder / STATE).is_file() or (folder / SPLIT_LIST).is_file():
        return True
    data = folder / "data"
    try:
        if data.is_dir() and any(PART.match(name) for name in os.listdir(data)[:MAX_FILES]):
            return True
        with (folder / CARD).open("rb") as card:
            head = card.read(1 << 16)
    except OSError:
        return False
    return head.startswith(b"---") and b"\nconfigs:" in head and bool(configurations_of(folder))


def _by_names(folder: Path) -> FolderFiles:
    """All data files, with the splits that the names of files and folders say where they say one for each file."""
    every = data_files(folder)
    in_data = [file for file in every if file.relative_to(folder).parts[0] == "data"]
    files = in_data or every
    suffixes = sorted({_suffix(file) for file in files})
    if len(suffixes) > 1 and ".txt" in suffixes:
        suffixes.remove(".txt")  # a licence or a list of requirements
        files = [file for file in files if _suffix(file) != ".txt"]
    if len(suffixes) > 1:
        raise FormatError(
            f"{folder} holds files of several kinds ({', '.join(suffixes)}); name those of one, such as "
            f"{folder}/*{suffixes[0]}."
        )
    splits = [_split_named(file.relative_to(folder)) for file in files]
    ordered = sorted(zip(files, splits, strict=True), key=lambda pair: (_rank(pair[1], splits), pair[0]))
    if not any(splits):
        return FolderFiles(tuple(files))
    return FolderFiles(tuple(file for file, _ in ordered), tuple(split or "train" for _, split in ordered))


def _suffix(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in PACKED_SUFFIXES]
    return suffixes[-1] if suffixes else ""


def _rank(split: str, splits: Iterable[str]) -> int:
    order = [*dict.fromkeys(CALLED.values()), *dict.fromkeys(splits)]
    return order.index(split)


def _split_named(path: Path) -> str:
    """The split in the name of a file or of its folders: `train-00000-of-00002.parquet`, `test.csv`, `dev/a.jsonl`."""
    if part := PART.match(path.name):
        return CALLED.get(part["split"].lower(), part["split"])
    for name in (path.name.partition(".")[0], *reversed(path.parts[:-1])):
        for word in WORD.findall(name):
            if word.lower() in CALLED:
                return CALLED[word.lower()]
    return ""
