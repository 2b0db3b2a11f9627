"""What the commands share: common arguments, loading a dataset, printing an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from analysis.annotations.in_place import take_annotations
from analysis.computing import compute
from analysis.computing.failures import failure_sentence
from analysis.dataset import Dataset
from analysis.errors import DatasetError, UsageError
from analysis.personal_data.not_personal import ruled
from analysis.signal import Signal
from analysis.view import View
from analysis.workspace import Workspace

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="A file, or the id of an opened dataset.")]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="COLUMN~OP~VALUE", help="Only rows that pass; repeatable.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
ProgressFile = Annotated[Path | None, typer.Option("--progress", hidden=True, help="A file that holds the progress.")]


def say(text: str) -> None:
    """One line on standard error."""
    typer.echo(text, err=True)


def answer(value: object, as_json: bool, text: str) -> None:
    """The result on standard output: JSON for machines, or a sentence."""
    typer.echo(orjson.dumps(value).decode() if as_json else text)


def pairs(texts: list[str], what: str) -> Iterator[tuple[str, str]]:
    """Texts such as `a=b` as pairs. Raises UsageError where a text has no `=`."""
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"Cannot read the {what} {text!r}; expected {what}=value.")
        yield name, value


def load(name: str, where: list[str] | None = None, columns: list[str] | None = None) -> tuple[Dataset, View]:
    """The dataset with its tags and rules, and the view; signals that the view or the columns need are computed."""
    view = View.from_params(where or [])
    workspace = Workspace()
    dataset = workspace.dataset(name)
    take_annotations(dataset, workspace.home)
    dataset.check(view)
    existing = {*dataset.schema, *(column for signal in dataset.signals() for column in signal.adds)}
    if unknown := [column for column in columns or [] if column not in existing]:
        raise DatasetError(
            f"{dataset.name} has no column {', '.join(unknown)}; it has: {', '.join(dataset.shown_columns)}."
        )
    compute_writers(dataset, {*view.columns(), *(columns or [])})
    return dataset, view


def compute_writers(dataset: Dataset, columns: set[str]) -> None:
    """Computes the signals that add these columns, where the columns are missing."""
    names = dataset.catalogue.writers_of(columns - set(dataset.originals))
    compute_missing(dataset, *map(dataset.signal, names))


def compute_missing(dataset: Dataset, *signals: Signal) -> None:
    """Computes those of these signals that the dataset lacks, and names each on standard error; also rows that failed.

    Afterwards the rules about what is not personal are applied to the new columns too.
    """
    computed = []
    for signal in signals:
        if not dataset.has(signal):
            say(f"Computing {signal.name} first.")
            compute(dataset, signal)
            computed.append(signal)
        if sentence := failure_sentence(dataset, signal):
            say(sentence)
    if any(signal.private for signal in computed):
        dataset.set_rulings(ruled(dataset, dataset.rulings.rules, dataset.rulings.revision))
