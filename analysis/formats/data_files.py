"""Which files in a folder are data?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.errors import FormatError

STATE, SPLIT_LIST = "state.json", "dataset_dict.json"
"""The files that `save_to_disk` of `datasets` writes beside the data."""
DATA_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", ".ipc")
PACKED_SUFFIXES = (".gz", ".zst")
META_FILES = frozenset(
    (STATE, SPLIT_LIST, "dataset_info.json", "dataset_infos.json", "package.json", "config.json", "requirements.txt")
)
MAX_FILES = 10_000


@dataclass(frozen=True)
class FolderFiles:
    """The files of a folder in order, and the split of each; no splits where the folder names none."""

    files: tuple[Path, ...]
    splits: tuple[str, ...] = ()

    def of_split(self, split: str, folder: Path) -> FolderFiles:
        """The files of one split. Raises FormatError where the folder has no such split."""
        named = list(dict.fromkeys(self.splits))
        if split not in named:
            has = f"it has {', '.join(named)}" if named else "it names none; open it without --split"
            raise FormatError(f"{folder} has no split {split!r}; {has}.")
        kept = tuple(file for file, of in zip(self.files, self.splits, strict=True) if of == split)
        return FolderFiles(kept, (split,) * len(kept))


def within(folder: Path, name: str) -> Path:
    """A path in the folder. Raises FormatError where the name leads out of it."""
    if PurePosixPath(name).is_absolute() or os.path.normpath(name).split(os.sep)[0] == "..":
        raise FormatError(f"{folder} names the file {name!r}, which is outside it; name the files to open.")
    return folder / name


def data_files(folder: Path) -> list[Path]:
    """The data files below a folder in order of path, without hidden ones and those that describe a dataset."""
    files: list[Path] = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        relative = path.relative_to(folder)
        if any(part.startswith((".", "__")) for part in relative.parts) or path.name in META_FILES:
            continue
        name = path.name.lower()
        for packed in PACKED_SUFFIXES:
            name = name.removesuffix(packed)
        if name.endswith(DATA_SUFFIXES) and path.is_file():
            files.append(path)
            if len(files) > MAX_FILES:
                raise FormatError(f"{folder} holds more than {MAX_FILES:,} files; name some of them.")
    return files
