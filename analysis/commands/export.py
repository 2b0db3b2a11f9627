"""The commands `export` and `replay`: write a view to files, and write the same files again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.annotations import open_annotations
from analysis.commands.shared import DatasetArgument, Json, ProgressFile, Where, answer, load, say
from analysis.computing.progress import Reporter
from analysis.counted import count
from analysis.export import ExportRequest, export
from analysis.export.as_tokens import choice_of
from analysis.export.replay import replay
from analysis.export.request import TOKENIZED
from analysis.view import View
from analysis.workspace import Workspace

Replace = Annotated[bool, typer.Option("--replace", help="Replace the earlier export that the folder holds.")]


def export_command(
    name: DatasetArgument,
    to: Annotated[
        str,
        typer.Option(
            help="input, messages, sharegpt, alpaca, prompt_completion, preference, kto, tokens, tokens_parquet, "
            "parquet, csv."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    where: Where = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only rows with this tag; repeatable.")] = None,
    without_tag: Annotated[list[str] | None, typer.Option(help="No rows with this tag; repeatable.")] = None,
    clean: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Texts without this kind of noise; repeatable.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="A computed column to add to parquet or csv; repeatable.")
    ] = None,
    split_safe: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="No copies between splits; see --protect for the one that stays whole."),
    ] = "",
    protect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE",
            help="With --split-safe: the split that stays whole; by default test, eval, validation, dev; repeatable.",
        ),
    ] = None,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE=HOW,...",
            help="Remove personal data: replace, pseudonym[:dataset], mask[:N], hash or drop; repeatable.",
        ),
    ] = None,
    unpack_shots: Annotated[
        bool, typer.Option("--unpack-shots", help="One record per solved example of a few-shot prompt.")
    ] = False,
    proposals: Annotated[
        str, typer.Option(metavar="take|ignore", help="Proposed texts in the place of the source's, or not.")
    ] = "take",
    until_proposed: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="No rows with this tag, until they have a proposed text; repeatable."),
    ] = None,
    replace: Replace = False,
    as_json: Json = False,
    progress: ProgressFile = None,
) -> None:
    """The rows in view as training files, with a receipt and a dataset card."""
    request = ExportRequest(
        view=View.from_params(where or []),
        to=to,
        only_tags=tuple(tag or ()),
        without_tags=tuple(without_tag or ()),
        clean=tuple(clean or ()),
        add=tuple(add or ()),
        split_safe=split_safe,
        protect=tuple(protect or ()),
        redact=tuple(redact or ()),
        unpack_shots=unpack_shots,
        proposals=proposals,
        until_proposed=tuple(until_proposed or ()),
    )
    if request.to in TOKENIZED:
        choice_of(Workspace().dataset(name))  # before anything is computed
    dataset, _ = load(name, where, request.columns)
    reasons = open_annotations(Workspace().home).tags.reasons(dataset.fingerprint) if without_tag else None
    done = export(dataset, request, out, reasons=reasons, replace=replace, report=Reporter(progress), tell=say)
    result = done.as_dict()
    say(result["personal_data"])
    if not result["rows_out"]:
        dropped = [f"{step.reason}: {count(step.dropped_rows)}" for step in done.receipt.steps if step.dropped_rows]
        say(f"No row is exported. {'; '.join(dropped) or 'The dataset has none'}.")
    lines = [f"{result['rows_out']:,} of {result['rows_in']:,} rows in {out}"]
    if split_safe:
        lines += [note for note in result["notes"] if note.startswith(f"Of {split_safe},")]
    if (proposed := done.receipt.proposals) and proposed.rows:
        lines.append(f"{count(proposed.rows)} with proposed texts")
    if shots := done.receipt.unpacked_shots:
        lines += shots.sentences
    answer(result, as_json, "\n".join(lines))


def replay_command(
    receipt: Annotated[Path, typer.Argument(help="The receipt.json of an export.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="The source file or files it was made from.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    replace: Replace = False,
    tokenizer: Annotated[
        str, typer.Option(metavar="PATH", help="The tokenizer.json that the receipt names, where it is elsewhere here.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Make the same export again, and check that every byte is the same."""
    done = replay(receipt, [Path(f) for f in files], out, Workspace(), replace=replace, tokenizer=tokenizer)
    result = done.as_dict()
    unknown = (
        f"; the receipt also says {', '.join(result['unknown'])}, which this version does not know"
        if "unknown" in result
        else ""
    )
    answer(result, as_json, f"The same {result['rows_out']:,} rows in {out}{unknown}")
