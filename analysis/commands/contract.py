"""The command `check`: does a dataset keep its contract?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.annotations import open_annotations
from analysis.commands.shared import DatasetArgument, compute_missing, load, say
from analysis.contract import (
    BASELINE_NAME,
    FORMATS,
    Compared,
    ContractResult,
    as_dict,
    check,
    check_format,
    compare,
    contract_path,
    keep_result,
    read_baseline,
    read_contract,
    write_baseline,
    write_rows,
    written,
)
from analysis.counted import count
from analysis.errors import UsageError
from analysis.inbox import accepted_rows
from analysis.workspace import Workspace

FAILED, WORSE = 1, 3


def check_command(
    name: DatasetArgument,
    target: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The file that --write-baseline writes.")
    ] = None,
    contract: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The contract; winnow.toml beside the data if not given.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RESULT.json", help="An earlier result; exit with 3 if only a rate is worse.")
    ] = None,
    write_baseline_: Annotated[
        bool,
        typer.Option(
            "--write-baseline", help=f"Keep this result as a baseline, in FILE; {BASELINE_NAME} if not given."
        ),
    ] = False,
    form: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = "text",
    rows: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the ids of the rows that show each rule, a file per rule.")
    ] = None,
) -> None:
    """Checks a dataset against the rules of its contract. Exit code 0 pass, 1 fail, 3 only a rate is worse."""
    check_format(form)
    if target is not None and not write_baseline_:
        raise UsageError(f"{target} is one argument too many; a file goes with --write-baseline.")
    earlier = read_baseline(baseline) if baseline else None
    dataset, _ = load(name)
    path = contract_path(dataset, contract)
    with open_annotations(Workspace().home) as notes:
        result = check(dataset, read_contract(path), compute_missing, partial(accepted_rows, notes, dataset))
    compared = compare(result, earlier) if earlier is not None else None
    answer = as_dict(result, compared)
    keep_result(dataset, answer)
    if rows:
        files = write_rows(result, dataset, rows)
        say(f"{count(len(files), 'file')} of rows in {rows}.")
    typer.echo(written(result, form, dataset, compared))
    if write_baseline_:
        _write(answer, target or baseline or path.parent / BASELINE_NAME)
    if code := _code(result, compared):
        raise typer.Exit(code)


def _write(answer: dict[str, Any], path: Path) -> None:
    write_baseline({key: value for key, value in answer.items() if key != "baseline"}, path)
    say(f"This result is the baseline {path}.")


def _code(result: ContractResult, compared: Compared | None) -> int:
    """The exit code: a contract that fails is worse than a rate that grew."""
    if result.verdict == "fail":
        return FAILED
    return WORSE if compared and compared.regressions else 0
