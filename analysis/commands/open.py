"""The command `open`: imports files as a dataset."""

from __future__ import annotations

from glob import glob
from pathlib import Path
from typing import Annotated

import orjson
import typer

from analysis.commands.shared import Json, ProgressFile, answer, pairs
from analysis.computing.progress import Reporter
from analysis.dataset.names import names_in_file
from analysis.errors import DatasetError
from analysis.formats import ReadOptions, layout_sentences, losses, rows_by_layout
from analysis.workspace import Workspace


def open_command(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files that become one dataset, or the folder of a dataset."),
    ],
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE=COLUMN", help="Which column has a role.")] = None,
    separator: Annotated[str | None, typer.Option(help="What separates the cells of a CSV file.")] = None,
    header: Annotated[bool | None, typer.Option(help="Whether a CSV file's first line names the columns.")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A word that means that no value was given.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of text files, such as utf-8 or cp1252.")] = None,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="COLUMN=TYPE", help="Type of a column: text, number, integer, truth or date."),
    ] = None,
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="Layout of the records; columns: read by columns only.")
    ] = None,
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Configuration of a dataset repository, which is a folder.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one split of a folder to read, such as train.")
    ] = None,
    as_json: Json = False,
    progress: ProgressFile = None,
) -> None:
    """Import files and show dataset id, rows, format, roles, and what could not be read."""
    report = Reporter(progress)
    reading = ReadOptions(
        roles=tuple(sorted(pairs(role or [], "role"))),
        separator={"\\t": "\t", "tab": "\t"}.get(separator or "", separator),
        header=header,
        missing=tuple(missing or ()),
        layout=layout,
        encoding=encoding,
        types=tuple(pairs(type_ or [], "type")),
        config=config,
        split=split,
    )
    dataset = Workspace().open(expanded(files), reading, report)
    lines = (dataset.folder / "problems.jsonl").read_bytes().splitlines()
    meta = dataset.meta
    in_source = names_in_file(meta)
    result = {
        **{key: meta[key] for key in ("id", "fingerprint", "rows", "format")},
        "roles": {role: "+".join(in_source[c] for c in dataset.columns_of(role)) for role in meta["roles"]},
        "columns": list(in_source.values()),
        "unreadable": meta["unreadable"],
        "problems": [orjson.loads(line) for line in lines],
        "notes": meta["notes"],
        "layout": meta["layouts"][0]["layout"] if meta.get("layouts") else None,
        "layouts": rows_by_layout(meta),
        "lost": losses(meta["notes"]),
    }
    read = "".join(f"\n  {sentence}" for sentence in layout_sentences(meta))
    notes = "".join(f"\n  {note['sentence']}" for note in meta["notes"])
    answer(
        result,
        as_json,
        f"{dataset.id}: {meta['rows']:,} rows, {meta['format']}, {meta['unreadable']:,} unreadable{read}{notes}",
    )


def expanded(files: list[str]) -> list[str]:
    """The files, with patterns such as `data/*.jsonl` replaced by what they match, in order of name."""
    paths: list[str] = []
    for file in files:
        pattern = any(c in file for c in "*?[") and not file.startswith("hf://") and not Path(file).exists()
        matches = sorted(glob(file, recursive=True)) if pattern else [file]
        if not matches:
            raise DatasetError(f"No file matches {file!r}; check the folder and the pattern.")
        paths += matches
    return paths
