"""The folder that holds opened datasets: opening, finding, re-reading and deleting them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

import analysis
from analysis.catalogue import CATALOGUE
from analysis.dataset import Dataset
from analysis.errors import DatasetError
from analysis.formats import (
    ROLES,
    TEXT_ROLES,
    ReadOptions,
    digests,
    fingerprint,
    fingerprint_of,
    import_files,
    rebuild,
    source_of,
    way_of,
)
from analysis.given_files import given_files
from analysis.home import home_folder, make_home
from analysis.signal import Catalogue
from analysis.whole_files import write_text_whole

Report = Callable[[str, int, int], None]


class Workspace:
    """All datasets of one `WINNOW_HOME`."""

    def __init__(self, home: Path | None = None, catalogue: Catalogue = CATALOGUE) -> None:
        self.home = home or home_folder()
        self.catalogue = catalogue
        self.folder = self.home / "datasets"
        try:
            make_home(self.home)
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise DatasetError(
                f"The workspace {self.home} cannot be made ({error.strerror}); set WINNOW_HOME to another folder."
            ) from None

    def _dataset(self, folder: Path) -> Dataset:
        return Dataset(folder, self.catalogue)

    def open(
        self,
        paths: Sequence[str | Path],
        reading: ReadOptions | None = None,
        report: Report = lambda stage, done, total: None,
    ) -> Dataset:
        """The dataset made from these files, imported unless the same bytes were read in the same way before.

        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.height, dataset.format
        (1200, 'instruction')
        """
        files, reading, name = given_files(paths, reading or ReadOptions())
        sizes = [file.stat().st_size for file in files]
        key = opening_key(files, reading)
        with FileLock(self.folder / f"opening-{key}.lock"), ThreadPoolExecutor(1) as beside:
            hashed = beside.submit(digests, files)
            if any([f["bytes"] for f in meta["files"]] == sizes for meta in self.datasets()):
                id = self._id_for(fingerprint_of(hashed.result()), reading, ways(files, reading))
                if (self.folder / id / "dataset.json").exists():
                    return self._dataset(self.folder / id)
            with self._unfinished(key) as unfinished:
                info = import_files(
                    files, unfinished, reading, progress=lambda done, total: report("reading", done, total)
                )
                described = [
                    {"path": str(file.resolve()), "name": file.name, "bytes": size, "sha256": digest}
                    for file, size, digest in zip(files, sizes, hashed.result(), strict=True)
                ]
                print_ = fingerprint_of(hashed.result())
                id = self._id_for(print_, reading, tuple(source_of(one).way for one in info["sources"].values()))
                with FileLock(self.folder / f"{id}.lock"):
                    return self._publish(unfinished, id, print_, name, described, reading, info)

    def _id_for(self, print_: str, reading: ReadOptions, ways_: tuple[Way, ...]) -> str:
        """The id of files read in these ways; one with the ways in it where the bytes are opened in other ways already,
        as under a name with another ending."""
        id = dataset_id(print_, reading)
        path = self.folder / id / "dataset.json"
        if not path.exists() or ways_of(self._dataset(path.parent).meta) == ways_:
            return id
        return f"{print_[:12]}-{_digits([_given(reading), ways_])[:6]}"

    @contextmanager
    def _unfinished(self, key: str) -> Iterator[Path]:
        """A new folder beside the datasets, deleted afterwards unless published; what a killed import left is too."""
        for left in self.folder.glob(f".{key}-????????"):
            shutil.rmtree(left, ignore_errors=True)
        folder = self.folder / f".{key}-{uuid.uuid4().hex[:8]}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _publish(
        self,
        unfinished: Path,
        id: str,
        print_: str,
        name: str,
        files: list[dict[str, object]],
        reading: ReadOptions,
        info: Mapping[str, object],
    ) -> Dataset:
        """The dataset in its final folder; the one of the same id where another process was first."""
        meta = {
            "id": id,
            "fingerprint": print_,
            "name": name,
            "files": files,
            "reading": asdict(reading),
            "opened_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "winnow": analysis.__version__,
            **info,
        }
        write_text_whole(unfinished / "dataset.json", json.dumps(meta, ensure_ascii=False, indent=1))
        if not (self.folder / id / "dataset.json").exists():
            unfinished.rename(self.folder / id)
        return self._dataset(self.folder / id)

    def reread(self, dataset: Dataset, roles: Mapping[str, str | None]) -> Dataset:
        """The same source with other roles (None removes a role).

        Roles of description change in place. A role that changes prompt, response and the like makes another
        dataset beside this one, from its stored rows; tags belong to the source and are the same in both.
        """
        if nameless := sorted(set(roles) - set(ROLES)):
            raise DatasetError(f"There is no role {', '.join(nameless)}; the roles are {', '.join(ROLES)}.")
        unknown = sorted({c for c in roles.values() if c} - set(dataset.originals))
        if unknown:
            raise DatasetError(
                f"{dataset.name} has no column {', '.join(unknown)}; it has: {', '.join(dataset.originals)}."
            )
        chosen = {**dataset.roles, **roles}
        changed = {role for role in chosen if chosen[role] != dataset.roles.get(role)}
        if not changed & TEXT_ROLES:
            kept = {role: column for role, column in chosen.items() if column}
            return self.describe(dataset, roles=kept)
        reading = replace(
            ReadOptions(**dataset.meta["reading"]),
            roles=tuple(sorted((role, column or "") for role, column in chosen.items())),
        )
        id = dataset_id(dataset.fingerprint, reading)
        with FileLock(self.folder / f"{id}.lock"):
            if not (self.folder / id / "dataset.json").exists():
                with self._unfinished(id) as unfinished:
                    info = rebuild(dataset.folder, unfinished, dataset.stored_meta, reading)
                    info["parameters"] = dataset.meta.get("parameters", {})
                    files = dataset.meta["files"]
                    return self._publish(unfinished, id, dataset.fingerprint, dataset.name, files, reading, info)
        return self._dataset(self.folder / id)

    def describe(self, dataset: Dataset, **changes: object) -> Dataset:
        """Changes the description of a dataset (roles of description, parameters of signals), not its rows.

        >>> dataset = Workspace().open(["sample_data/preferences.jsonl"])
        >>> dataset = Workspace().describe(dataset, parameters={"near_pairs": {"words": 3}})
        >>> dataset.signal("near_pairs").parameters["words"]
        3
        """
        path = dataset.folder / "dataset.json"
        with FileLock(dataset.folder / "dataset.lock"):
            meta = {**json.loads(path.read_text(encoding="utf-8")), **changes}
            write_text_whole(path, json.dumps(meta, ensure_ascii=False, indent=1))
        return self._dataset(dataset.folder)

    def dataset(self, name: str) -> Dataset:
        """The dataset of that id, or of that file, which is opened if needed; the latest reading of a file is used.

        >>> Workspace().dataset("sample_data/instructions.jsonl").name
        'instructions.jsonl'
        """
        if "/" not in name and "\\" not in name and os.path.exists(self.folder / name / "dataset.json"):
            return self._dataset(self.folder / name)
        if name.startswith("hf://"):
            return self.open([name])
        if os.path.exists(name):
            reading = self._latest(name)
            return self._dataset(self.folder / str(reading["id"])) if reading else self.open([name])
        opened = ", ".join(f"{d['id']} ({d['name']})" for d in self.datasets()[:5]) or "none yet"
        raise DatasetError(f"{name!r} is neither a file nor the id of an opened dataset; opened: {opened}.")

    def _latest(self, name: str) -> dict[str, Any] | None:
        """The description of the latest opening of this file or folder, read as its names say."""
        files, folder, _ = given_files([name], ReadOptions())
        print_ = fingerprint(files)
        for meta in self.datasets():
            if meta["fingerprint"] == print_:
                reading = ReadOptions(**meta["reading"])
                if reading.splits == folder.splits and ways_of(meta) == ways(files, reading):
                    return meta
        return None

    def datasets(self) -> list[dict[str, Any]]:
        """The content of dataset.json of each dataset, latest first; a damaged one is left out."""
        described = []
        for path in self.folder.glob("[!.]*/dataset.json"):
            try:
                described.append(self._dataset(path.parent).meta)
            except DatasetError:
                continue
        return sorted(described, key=lambda meta: (meta["opened_at"], meta["id"]), reverse=True)

    def forget(self, dataset: Dataset) -> None:
        """Removes the imported copy and its computed columns; the source file, tags and saved views stay."""
        gone = self.folder / f".{dataset.id}-{uuid.uuid4().hex[:8]}"
        dataset.folder.rename(gone)  # at once, so that no process sees a half-deleted dataset
        shutil.rmtree(gone)


def dataset_id(print_: str, reading: ReadOptions) -> str:
    """16 digits of the fingerprint for the default reading; for another reading 12 digits and 6 of its hash."""
    if reading == ReadOptions():
        return print_[:16]
    return f"{print_[:12]}-{_digits(_given(reading))[:6]}"


Way = tuple[str, str, str]
"""How a file was read beside the options: its container, its separator, its encoding."""


def ways(files: Sequence[Path], reading: ReadOptions) -> tuple[Way, ...]:
    """How each file would be read, by its name and its first bytes."""
    return tuple(way_of(file, reading).way for file in files)


def ways_of(meta: Mapping[str, Any]) -> tuple[Way, ...]:
    """How each file of a dataset was read."""
    return tuple(source_of(source).way for source in meta["sources"].values())


def opening_key(files: Sequence[Path], reading: ReadOptions) -> str:
    """The key of an import before its fingerprint is known: a hash of the files' paths and of how they are read."""
    return _digits([[str(file.resolve()) for file in files], _given(reading)])


def _given(reading: ReadOptions) -> dict[str, object]:
    """The options of a reading; of those that came later only what differs from the default, so that ids stay."""
    first = ("roles", "separator", "header", "format")
    return {key: value for key, value in asdict(reading).items() if key in first or value}


def _digits(value: object) -> str:
    """16 hex digits of the SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
