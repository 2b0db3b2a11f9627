"""Winnow for notebooks and scripts: `import winnow`. docs/notebook.md shows examples.

    open        a file, several files, or the id of an opened dataset, as a Dataset
    compute     the columns of signals, such as the lengths in tokens
    findings    what to look at first, a line per finding
    check       whether the dataset keeps its contract, a line per rule
    checks      which checks for findings are done, what each looked at, and why the others are not done
    view        the filters of a view, after computing what they need
    rows        the rows in view as a Polars frame
    export      the rows in view as training files, with a receipt

`where` is a filter as on the command line, "score~ge~4", several of them, or a View. Tables are Polars frames. Progress
goes to standard error. Figures are made by `ui.notebook`. Every error with a message for people is a WinnowError.

These names have a module of their own because `analysis.findings` and `analysis.export` are modules.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from analysis.annotations import open_annotations
from analysis.annotations.in_place import take_annotations
from analysis.computing import computing, failures
from analysis.computing.choosing import quick, with_parameters
from analysis.contract import check as check_contract
from analysis.contract import contract_path, keep_result, read_contract
from analysis.dataset import Dataset
from analysis.errors import UsageError, WinnowError
from analysis.export import ExportRequest, ExportResult
from analysis.export import export as export_rows
from analysis.findings import findings as findings_of
from analysis.findings import outcomes
from analysis.formats import ReadOptions
from analysis.inbox import accepted_rows
from analysis.signal import Signal
from analysis.view import Filter, View
from analysis.workspace import Workspace

__all__ = [
    "Dataset",
    "Filter",
    "View",
    "WinnowError",
    "check",
    "checks",
    "compute",
    "export",
    "findings",
    "open",
    "rows",
    "view",
]
Where = str | View | Sequence[str]


def open(source: str | Path | Sequence[str | Path], /, **roles: str) -> Dataset:
    """The dataset of a file, of several files together, or of the id of an opened dataset, with its tags.

    `roles` say which column has a role: `response="answer"`. Without them, the roles are detected, and a file that was
    opened before is read as it was read last. The source is not changed; what is computed is kept in WINNOW_HOME.
    Raises DatasetError, FormatError.

        >>> import winnow
        >>> dataset = winnow.open("sample_data/instructions.jsonl")
        >>> dataset.height, dataset.roles["prompt"], dataset.roles["response"]
        (1200, 'instruction', 'output')
    """
    sources = [source] if isinstance(source, str | Path) else source
    names = [os.path.expanduser(name) for name in sources]
    workspace = Workspace()
    if len(names) == 1 and not (roles and os.path.exists(names[0])):
        dataset = workspace.dataset(names[0])
        dataset = workspace.reread(dataset, roles) if roles else dataset
    else:
        dataset = workspace.open(names, ReadOptions(roles=roles))
    take_annotations(dataset, workspace.home)
    return dataset


def compute(dataset: Dataset, /, *signals: str, **parameters: object) -> Dataset:
    """The dataset with the columns of these signals; without names, of all signals that take seconds.

    Columns that exist are not computed again.

    `parameters` are those of the signals, such as `tokenizer="tokenizer.json"`; they are stored with the dataset. Use
    the dataset that is returned. Raises SignalError, ModelError.

        >>> import winnow
        >>> dataset = winnow.compute(winnow.open("sample_data/instructions.jsonl"), "lengths")
        >>> dataset.column("response_words").max()
        8731
    """
    for name in signals:
        dataset.catalogue.signal(name)
    if parameters:
        if not signals:
            raise UsageError(f"{', '.join(parameters)} is a parameter of a signal; name the signal too.")
        changed = with_parameters(dataset, signals, parameters)
        dataset = _workspace(dataset).describe(dataset, parameters=changed)
    for signal in map(dataset.signal, signals) if signals else quick(dataset):
        if not dataset.has(signal):
            _say(f"{signal.name}: {dataset.height:,} rows")
            _compute(dataset, signal)
    take_annotations(dataset, _workspace(dataset).home)
    return dataset


def check(dataset: Dataset, /, contract: str | Path | None = None) -> pl.DataFrame:
    """Whether the dataset keeps its contract: a line per rule. What the rules read is computed first.

    `contract`: the file; without it, winnow.toml beside the data. `rule`; `characteristic`; `severity`; `status`:
    "pass", "accepted", "warn", "fail" or "unknown"; `rows` that show the rule, `of` those looked at, their `share`, and
    how many are `accepted`; the `value` of a measure; the `limit`; `why` it is not known. Raises ContractError.

        >>> import winnow
        >>> from tempfile import TemporaryDirectory
        >>> rule = '[[rule]]\\nname = "no copies"\\nfinding = "exact_duplicates"\\nmax_share = 0.03'
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "winnow.toml")
        ...     _ = path.write_text(rule)
        ...     result = winnow.check(winnow.open("sample_data/instructions.jsonl"), path)
        >>> result.select("rule", "status", "rows", "of", "limit").row(0)
        ('no copies', 'fail', 45, 1200, 'max_share = 0.03')
    """
    with open_annotations(_workspace(dataset).home) as notes:
        accepted = partial(accepted_rows, notes, dataset)
        result = check_contract(dataset, read_contract(contract_path(dataset, contract)), _compute, accepted)
    keep_result(dataset, result.as_dict())
    texts = dict.fromkeys(("name", "characteristic", "severity", "status"), pl.String())
    numbers = {"rows": pl.Int64(), "of": pl.Int64(), "share": pl.Float64(), "accepted": pl.Int64()}
    schema = {**texts, **numbers, "value": pl.Float64(), "limit": pl.String(), "why": pl.String()}
    lines = [rule.as_dict() for rule in result.rules]
    return pl.DataFrame([[line[name] for name in schema] for line in lines], schema=schema, orient="row").rename(
        {"name": "rule"}
    )


def checks(dataset: Dataset, where: Where = ()) -> pl.DataFrame:
    """Every check for findings: without a finding, this tells whether something was looked at.

    `name`; `state`: "done", "not run" or "does not apply"; `looked_at`, the rows in view it looked at, and `rows`,
    those with the finding, both null where it is not done; `why` it is not done, and what `to_do`. Raises ViewError.

        >>> import winnow
        >>> dataset = winnow.compute(winnow.open("sample_data/instructions.jsonl"), "exact_duplicates")
        >>> winnow.checks(dataset).filter(name="exact_duplicates").select("state", "looked_at", "rows").row(0)
        ('done', 1200, 45)
    """
    lines = [outcome.as_dict() for outcome in outcomes(dataset, view(dataset, where))]
    numbers = dict.fromkeys(("looked_at", "rows"), pl.Int64())
    return pl.DataFrame(lines, schema_overrides=numbers)


def findings(dataset: Dataset, where: Where = ()) -> pl.DataFrame:
    """What to look at first, by what is computed so far: a line per finding that some row in view shows.

    `name`; `severity`: "error", "warn" or "info"; `characteristic` of good data, such as "unique"; `sentence`; `rows`
    in view; `share` of the rows that were looked at; `tokens` of these rows, null before tokens are counted; `where`,
    the filters that select them. The most serious come first, then those of most tokens. Raises ViewError.

        >>> import winnow
        >>> dataset = winnow.compute(winnow.open("sample_data/instructions.jsonl"), "exact_duplicates")
        >>> shown = winnow.findings(dataset, "source~eq~forum")
        >>> shown.filter(name="exact_duplicates").select("rows", "where").row(0)
        (5, ['source~eq~forum', 'is_duplicate_extra~eq~true'])
    """
    shown = findings_of(dataset, view(dataset, where))
    lines = [
        (f.name, f.severity, f.characteristic, f.sentence, f.rows, f.share, f.tokens, f.view.to_params()) for f in shown
    ]
    texts = dict.fromkeys(("name", "severity", "characteristic", "sentence"), pl.String())
    numbers = {"rows": pl.Int64(), "share": pl.Float64(), "tokens": pl.Int64()}
    schema = {**texts, **numbers, "where": pl.List(pl.String)}
    return pl.DataFrame(lines, schema=schema, orient="row")


def rows(dataset: Dataset, where: Where = (), columns: str | Sequence[str] = ()) -> pl.DataFrame:
    """The rows in view, in the order of the source, with these columns or with all columns that can be shown.

    Signals that a filter or a column needs are computed first. Raises ViewError, DatasetError.

        >>> import winnow
        >>> dataset = winnow.open("sample_data/instructions.jsonl")
        >>> winnow.rows(dataset, ["response_words~ge~2000", "source~notnull"], ["id", "response_words"])
        shape: (2, 2)
        ┌───────────┬────────────────┐
        │ id        ┆ response_words │
        │ ---       ┆ ---            │
        │ str       ┆ u32            │
        ╞═══════════╪════════════════╡
        │ ins-00765 ┆ 4088           │
        │ ins-01196 ┆ 8731           │
        └───────────┴────────────────┘
    """
    names = _several(columns)
    positions = dataset.rows_of(view(dataset, where, names))
    return dataset.frame(names or dataset.shown_columns, positions)


def export(
    dataset: Dataset,
    to: str,
    out: str | Path,
    where: Where = (),
    *,
    tags: str | Sequence[str] = (),
    without_tags: str | Sequence[str] = (),
    clean: str | Sequence[str] = (),
    add: str | Sequence[str] = (),
    split_safe: str = "",
    protect: str | Sequence[str] = (),
    redact: str | Sequence[str] = (),
    unpack_shots: bool = False,
    proposals: str = "take",
    until_proposed: str | Sequence[str] = (),
    replace: bool = False,
) -> ExportResult:
    """Writes the rows in view into the new folder `out`: data files, a receipt and a dataset card, all or nothing.

    `to` is "input", "messages", "sharegpt", "alpaca", "prompt_completion", "preference", "kto", "tokens",
    "tokens_parquet", "parquet" or "csv". The others are the options of the command `export`: only rows with one of
    `tags`, none with one of `without_tags`, texts without the kinds of noise in `clean`, the computed columns `add`, no
    copies between the splits of the column `split_safe`, of which those in `protect` stay whole (by default those named
    test, eval, validation or dev), personal data removed as in `redact=["EMAIL_ADDRESS=replace"]`, one record per
    solved example of a few-shot prompt (`unpack_shots`), proposed texts left out (`proposals="ignore"`), and no rows
    with one of the tags `until_proposed` before they have a proposed text. An earlier export in `out` is replaced only
    with `replace`. The result has the `folder` and the `receipt`.

    Raises ExportError, ViewError, DatasetError.

        >>> import winnow
        >>> from tempfile import TemporaryDirectory
        >>> dataset = winnow.open("sample_data/instructions.jsonl")
        >>> with TemporaryDirectory() as folder:
        ...     result = winnow.export(dataset, "messages", Path(folder, "out"), "score~ge~4")
        ...     sorted(path.name for path in result.folder.iterdir())
        ['README.md', 'instructions-messages.jsonl', 'receipt.json']
        >>> result.receipt.rows_in, result.receipt.rows_out
        (1200, 419)
    """
    request = ExportRequest(
        view=where if isinstance(where, View) else View.from_params(_several(where)),
        to=to,
        only_tags=tuple(_several(tags)),
        without_tags=tuple(_several(without_tags)),
        clean=tuple(_several(clean)),
        add=tuple(_several(add)),
        split_safe=split_safe,
        protect=tuple(_several(protect)),
        redact=tuple(_several(redact)),
        unpack_shots=unpack_shots,
        proposals=proposals,
        until_proposed=tuple(_several(until_proposed)),
    )
    view(dataset, request.view, request.columns)
    with open_annotations(_workspace(dataset).home) as notes:
        reasons = notes.tags.reasons(dataset.fingerprint) if request.without_tags else None
    return export_rows(dataset, request, Path(out), reasons=reasons, replace=replace)


def view(dataset: Dataset, where: Where, columns: Iterable[str] = ()) -> View:
    """A filter, several, or a view, as a View that the dataset can answer.

    The signals that it or the `columns` need are computed, and the latest tags are set on the dataset.

    Raises ViewError, SignalError, ModelError.

        >>> import winnow
        >>> dataset = winnow.open("sample_data/instructions.jsonl")
        >>> long = winnow.view(dataset, ["response_words~ge~1000", "output~nothas~as an AI"])
        >>> long.sentence, len(dataset.rows_of(long))
        ('response_words is at least 1000 and output does not contain “as an AI”', 2)
    """
    asked = where if isinstance(where, View) else View.from_params(_several(where))
    dataset.check(asked)
    for name in dataset.catalogue.writers_of({*asked.columns(), *columns} - set(dataset.originals)):
        if not dataset.has(signal := dataset.signal(name)):
            _say(f"Computing {name} first.")
            _compute(dataset, signal)
    take_annotations(dataset, _workspace(dataset).home)
    return asked


def _compute(dataset: Dataset, signal: Signal) -> None:
    """Computes a signal, and says on standard error how many rows failed."""
    computing.compute(dataset, signal)
    if sentence := failures.failure_sentence(dataset, signal):
        _say(sentence)


def _several(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _workspace(dataset: Dataset) -> Workspace:
    """The workspace that holds the dataset."""
    return Workspace(dataset.folder.parents[1], dataset.catalogue)


def _say(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"{text}\n")
