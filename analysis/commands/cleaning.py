"""The command `clean`: texts without noise, as proposals."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Person,
    ProgressFile,
    Where,
    acting_person,
    answer_about,
    load,
    no_rows,
    set_roles,
)
from analysis.counted import count
from analysis.home import home_folder

Kinds = Annotated[list[str], typer.Option("--kind", metavar="KIND", help="A kind of noise to remove; repeatable.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count the rows that would change.")]


def clean_command(
    name: DatasetArgument,
    kinds: Kinds,
    where: Where = None,
    dry_run: DryRun = False,
    person: Person = "",
    as_json: Json = False,
    progress: ProgressFile = None,
) -> None:
    """Removes noise from the texts in view, as an export would, and proposes the cleaned texts. The rows stay as they
    are."""
    from analysis.annotations import open_annotations
    from analysis.computing.progress import Reporter
    from analysis.export.cleaned_rows import cleaned_rows, propose_cleaned

    dataset, view = load(name, where)
    rows = dataset.rows_of(view)
    report = Reporter(progress)
    texts, looked_at = [], 0
    for part in cleaned_rows(dataset, rows, kinds):
        texts += part.texts
        looked_at += part.looked_at
        report("cleaning the texts", part.done, len(rows))
    changed = len({text.row_id for text in texts})
    result = {"rows": changed, "texts": len(texts), "proposed_rows": 0, "unfit_texts": 0}
    lines = [f"{changed:,} of {count(looked_at)} with a text would change, in {count(len(texts), 'text')}."]
    if not dry_run and texts:
        report("storing the proposals", 0, 1)
        with open_annotations(home_folder()) as notes:
            proposed, unfit = propose_cleaned(notes, dataset, texts, kinds, acting_person(person))
        result |= {"proposed_rows": proposed, "unfit_texts": unfit}
        lines.append(f"The cleaned texts of {count(proposed)} are proposed.")
        if unfit:
            lines.append(f"{count(unfit, 'text')} cannot be proposed: too long, or with U+0000. Edit by hand.")
    why = no_rows(dataset, view) or f"none of the {len(rows):,} rows in view has a text. {set_roles(dataset)}"
    answer_about(looked_at, why, result, as_json, "\n".join(lines))
