"""The command `propose`: texts for rows, such as answers written anew, in the place of the source's on export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from analysis.annotations import Annotations, open_annotations
from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Person,
    Where,
    acting_person,
    answer,
    answer_about,
    load,
    no_rows,
    say,
)
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.proposals import given_texts, propose_texts
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

SHOWN = 5


def propose_command(
    name: DatasetArgument,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.jsonl", help="Records with row_id, or --id, and the texts to propose."),
    ] = None,
    id_column: Annotated[
        str, typer.Option("--id", metavar="COLUMN", help="The column that says of which row a record is.")
    ] = ROW_ID,
    person: Person = "",
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why, for all records of the file.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be proposed, and keep nothing.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="The proposed texts of the rows in view.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw those of the rows in view.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Undo what this person did last.")] = False,
    where: Where = None,
    as_json: Json = False,
) -> None:
    """Propose texts for rows; an export takes them in the place of the source's, which stays as it is."""
    if sum([source is not None, listed, withdraw, undo]) != 1:
        raise UsageError("Say one of these: --from FILE.jsonl, --list, --withdraw or --undo.")
    dataset, view = load(name, where)
    with open_annotations(Workspace().home) as notes:
        if source is not None:
            _propose(dataset, notes, source, id_column, acting_person(person), why, dry_run, as_json)
        elif listed:
            _list(dataset, view, as_json)
        elif withdraw:
            _withdraw(dataset, notes, view, acting_person(person), dry_run, as_json)
        else:
            _undo(dataset, notes, acting_person(person), as_json)


def _propose(
    dataset: Dataset,
    notes: Annotations,
    source: Path,
    id_column: str,
    person: str,
    why: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    read = given_texts(dataset, source, id_column)
    done = propose_texts(dataset, notes, read.texts, person, why, is_trial=dry_run)
    unknown = [*read.unknown, *done.unknown]
    for ids, sentence in (
        (unknown, "no row has this id"),
        (read.several, "several rows have this id, so that no one is meant"),
    ):
        if ids:
            shown = ", ".join(ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")
            say(f"{count(len(ids), 'record')} not taken, because {sentence}: {shown}.")
    if read.nameless:
        say(f"{count(read.nameless, 'record')} not taken, because {id_column} is missing.")
    if read.beside:
        say(f"Columns that are no texts are not proposed: {', '.join(read.beside)}.")
    matched = len(read.texts) - len(done.unknown)
    result = {
        "records": read.records,
        "matched": matched,
        "rows": done.rows,
        "texts": done.texts,
        "unchanged": done.unchanged,
        "unknown": len(unknown),
        "ambiguous": len(read.several),
        "without_id": read.nameless,
        "kept": not dry_run,
        "person": person,
    }
    verbs = ("would be proposed", "would change") if dry_run else ("proposed", "changed")
    text = (
        f"{count(done.texts, 'text')} {verbs[0]} for {dataset.name}, in {count(matched)} that the file names; "
        f"{count(done.rows)} {verbs[1]}, {count(done.unchanged, 'text')} as in the source."
    )
    records = count(read.records, "record")
    why_not = f"none of the {records} of {source} names a row of {dataset.name} by {id_column}; add it to each record."
    answer_about(matched, why_not, result, as_json, text)


def _list(dataset: Dataset, view: View, as_json: bool) -> None:
    ids = dataset.column(ROW_ID).gather(dataset.rows_of(view))
    lines = dataset.proposals.filter(pl.col(ROW_ID).is_in(ids.implode()))
    gone = dataset.proposals.filter(~pl.col(ROW_ID).is_in(dataset.column(ROW_ID).implode()))
    if gone.height:
        say(f"{count(gone[ROW_ID].n_unique())} with proposed texts are in no row of {dataset.name} any more.")
    result = {
        "proposals": lines.with_columns(pl.col("at").cast(pl.String)).to_dicts(),
        "rows": lines[ROW_ID].n_unique(),
    }
    text = [f"{count(lines.height, 'proposed text')} in {count(int(lines[ROW_ID].n_unique()))}"]
    for row_id, name, proposed, who, time, why in lines.iter_rows():
        reason = f", {why}" if why else ""
        text.append(f"{row_id} {name} ({who}, {time:%Y-%m-%d %H:%M} UTC{reason}): {proposed!r}")
    answer_about(len(ids), no_rows(dataset, view), result, as_json, "\n".join(text))


def _withdraw(dataset: Dataset, notes: Annotations, view: View, person: str, dry_run: bool, as_json: bool) -> None:
    ids = dataset.column(ROW_ID).gather(dataset.rows_of(view))
    wanted = dataset.proposals.filter(pl.col(ROW_ID).is_in(ids.implode()))[ROW_ID].unique(maintain_order=True)
    if not dry_run:
        notes.proposals.withdraw(dataset.fingerprint, wanted.to_list(), person)
    verb = "would be" if dry_run else "are"
    text = f"The proposed texts of {count(len(wanted))} {verb} withdrawn"
    answer_about(len(ids), no_rows(dataset, view), {"rows": len(wanted), "kept": not dry_run}, as_json, text)


def _undo(dataset: Dataset, notes: Annotations, person: str, as_json: bool) -> None:
    batch = notes.proposals.undo(dataset.fingerprint, person)
    if batch is None:
        raise UsageError(f"{person} has proposed nothing for {dataset.name} that could be undone; check --person.")
    answer({"rows": batch.rows}, as_json, f"Undone: what {person} did last, in {count(batch.rows)}")
