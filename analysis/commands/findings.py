"""The command `findings`: what to look at first."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.commands.shared import DatasetArgument, Json, answer, load
from analysis.errors import UsageError
from analysis.findings import FINDINGS, findings


def findings_command(
    name: DatasetArgument,
    as_json: Json = False,
    fail_on: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Exit with 1 if some row shows this finding.")
    ] = None,
) -> None:
    """What to look at first."""
    names = [finding[0] for finding in FINDINGS]
    if unknown := sorted(set(fail_on or []) - set(names)):
        raise UsageError(f"No finding is called {', '.join(unknown)}; known: {', '.join(names)}.")
    dataset, _ = load(name, columns=["row_tokens", *(column for *_, filters in FINDINGS for column, _, _ in filters)])
    shown = findings(dataset)
    answer(
        [f.as_dict() for f in shown], as_json, "\n".join(f"{f.sentence}  [{f.name}]" for f in shown) or "Nothing found."
    )
    if {f.name for f in shown} & set(fail_on or []):
        raise typer.Exit(1)
