"""What the commands share: common arguments, loading a dataset, printing an answer."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import polars as pl
import typer

from analysis.computing import compute
from analysis.computing.failures import failure_sentence
from analysis.dataset import Dataset
from analysis.dataset.names import names_in_file
from analysis.errors import DatasetError, NotLookedAtError, UsageError
from analysis.signal import Signal
from analysis.view import ANY_TEXT, Filter, View
from analysis.workspace import Workspace

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="A file, or the id of an opened dataset.")]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="COLUMN~OP~VALUE", help="Only rows that pass; repeatable.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Person = Annotated[
    str, typer.Option("--person", metavar="NAME", help="Who proposes; by default your name on this computer.")
]
ProgressFile = Annotated[Path | None, typer.Option("--progress", hidden=True, help="A file that holds the progress.")]

ABOUT_NULL = ("null", "notnull", "blank", "notblank")  # operators that ask whether there is a value


def say(text: str) -> None:
    """One line on standard error."""
    typer.echo(text, err=True)


def answer(value: object, as_json: bool, text: str) -> None:
    """The result on standard output: JSON for machines, or a sentence."""
    typer.echo(orjson.dumps(value).decode() if as_json else text)


def answer_about(looked_at: int, why: str, result: dict[str, Any], as_json: bool, text: str) -> None:
    """The result with `looked_at`, the number of rows (of judgements, for annotators) that it is about.

    Where that is 0, nothing was looked at, and a result of zero would say nothing: `why`, one or two sentences with
    what to do, goes to standard error and into the JSON as `not_looked_at`, and the exit code is 2.
    """
    sentence = "" if looked_at else f"Not looked at: {why}"
    if looked_at or as_json:
        answer({**result, "looked_at": looked_at, "not_looked_at": sentence or None}, as_json, text)
    if sentence:
        raise NotLookedAtError(sentence)


def acting_person(name: str) -> str:
    """The name given, else that of the account. Raises UsageError where the computer does not tell it."""
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("This computer does not say who you are; give your name with --person.") from None


def no_rows(dataset: Dataset, view: View) -> str:
    """Why no row is in view: a sentence with what to do, or "" where some are."""
    if not dataset.height:
        return f"{dataset.name} has no rows; open a file with rows."
    if len(dataset.rows_of(view)):
        return ""
    return f"none of the {dataset.height:,} rows passes the filters; remove or change a --where."


def set_roles(dataset: Dataset, role: str = "text") -> str:
    """What to do where no column plays a role, as a sentence."""
    columns = ", ".join(names_in_file(dataset.meta).values()) or "no columns"
    return f"It has {columns}; give a column its role: winnow open FILE --role {role}=COLUMN."


def with_value(dataset: Dataset, column: str, rows: pl.Series) -> int:
    """How many of the rows at these positions have a value in the column."""
    return int(dataset.mask(Filter(column, "notnull")).gather(rows).sum())


def pairs(texts: list[str], what: str) -> Iterator[tuple[str, str]]:
    """Texts such as `a=b` as pairs. Raises UsageError where a text has no `=`."""
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"Cannot read the {what} {text!r}; expected {what}=value.")
        yield name, value


def load(name: str, where: list[str] | None = None, columns: list[str] | None = None) -> tuple[Dataset, View]:
    """The dataset with its tags and rules, and the view; signals that the view or the columns need are computed."""
    from analysis.annotations.in_place import take_annotations  # a database, which `open` does not need

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
    _check_filters(dataset, view)
    return dataset, view


def _check_filters(dataset: Dataset, view: View) -> None:
    """Raises NotLookedAtError where a filter compares values of a column that has none: it would look at nothing."""
    for f in view.active:
        if f.column == ANY_TEXT:
            if dataset.height and not dataset.texts():
                raise NotLookedAtError(
                    f"Not looked at: {dataset.name} has no column of text to search; "
                    f"it has: {', '.join(dataset.shown_columns)}."
                )
        elif f.op not in ABOUT_NULL and dataset.height and not dataset.mask(Filter(f.column, "notnull")).any():
            raise NotLookedAtError(
                f"Not looked at: the filter {f} compares values of {f.column}, which has none in any of the "
                f"{dataset.height:,} rows; filter by another column, or set the roles of the columns."
            )


def compute_writers(dataset: Dataset, columns: set[str]) -> None:
    """Computes the signals that add these columns, where the columns are missing."""
    names = dataset.catalogue.writers_of(columns - set(dataset.originals))
    if "trainer" in names:
        say_stand_in(dataset)
    compute_missing(dataset, *map(dataset.signal, names))


def say_stand_in(dataset: Dataset) -> None:
    """Says that no template is chosen for a dataset, where that is so and what a trainer sees is asked for."""
    from analysis.training.keeping import is_chosen

    if not is_chosen(dataset):
        say("No template is chosen; Winnow's own ChatML is taken. Choose one: winnow trainer DATASET --template NAME.")


def compute_missing(dataset: Dataset, *signals: Signal) -> None:
    """Computes those of these signals that the dataset lacks, and names each on standard error; also rows that failed.

    Afterwards the rules about what is not personal are applied to the new columns too.
    """
    from analysis.personal_data.not_personal import ruled

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
