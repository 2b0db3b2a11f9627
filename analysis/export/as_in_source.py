"""Writes chosen rows in the format of their source files, with every field unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.outfiles import Written, file_stem, type_in_words
from analysis.export.source_files import TABLES, Change, json_layouts, write_originals
from analysis.export.source_records import Once
from analysis.formats import fingerprint
from analysis.formats.importing import shown_names


def write_as_in_source(
    dataset: Dataset,
    frames: Callable[[Sequence[str]], Iterator[pl.DataFrame]],
    folder: Path,
    given: Sequence[Path] | None,
    change_of: Callable[[str], Change | None],
) -> Written:
    """Writes one file per source file. `frames` gives the chosen rows with the columns that are asked for.

    `given`: the source files' current paths, None where they have not moved. `change_of`: source file -> the change of
    its batches, for Parquet and Arrow files, which are copied. Raises ExportError where such a file has changed since
    it was opened.
    """
    meta = dataset.meta
    sources: dict[str, Mapping[str, Any]] = meta["sources"]
    originals = list(dataset.originals)
    layouts = {}
    if "key" in originals and any(source["container"] == "json" for source in sources.values()):
        has_lists = any(note["kind"] == "list_member" for note in meta["notes"])
        everything = (
            batch
            for batch in dataset.batches(["source_file", "source_record", "key"])
            if sources[batch["source_file"][0]]["container"] == "json"
        )
        layouts = json_layouts(everything, "key", has_lists)
    once = Once(dataset)
    columns = [*once.reads, "source_file", "source_line", "source_record", *originals]
    paths = _source_paths(dataset, given)
    written = write_originals(
        map(once, frames(columns)), sources, _stems(dataset), paths, layouts, folder, originals, change_of
    )
    written.notes += once.notes()
    renamed, nested = meta["renamed"], set(meta["json_columns"])
    written.columns = {
        renamed.get(name, name): "JSON" if name in nested else type_in_words(dtype)
        for name, dtype in dataset.originals.items()
    }
    written.missing = type(written.missing)({renamed.get(name, name): n for name, n in written.missing.items()})
    return written


def _stems(dataset: Dataset) -> dict[str, str]:
    """Source file -> the name of the file to write, without its ending; unique also where case does not count."""
    files = list(dataset.meta["sources"])
    if len(files) == 1:
        return {files[0]: f"{file_stem(dataset.name)}-input"}
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        name, again = f"{file_stem(file)}-input", 1
        while name.lower() in taken:
            again += 1
            name = f"{file_stem(file)}-input-{again}"
        taken.add(name.lower())
        stems[file] = name
    return stems


def _source_paths(dataset: Dataset, given: Sequence[Path] | None) -> dict[str, Path]:
    """Source file -> path of each Parquet and Arrow source, after a check that its bytes are those that were opened."""
    files = dataset.meta["files"]
    shown = shown_names([Path(file["path"]) for file in files])
    paths: dict[str, Path] = {}
    for number, (name, file) in enumerate(zip(shown, files, strict=True)):
        if dataset.meta["sources"].get(name, {}).get("container") not in TABLES:
            continue
        path = Path(given[number] if given else file["path"])
        if not path.is_file() or fingerprint([path]) != file["sha256"]:
            state = "has changed since it was opened" if path.is_file() else "is no longer there"
            raise ExportError(f"{path}, whose rows are to be copied, {state}; put it back, or export to parquet.")
        paths[name] = path
    return paths
