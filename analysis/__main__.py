"""The command line: the same power as the pages. `python -m analysis COMMAND --help` says more.

Results go to standard output, progress to standard error. Exit 0; 1 when a finding that --fail-on names is there; 2 for
bad input, with one line that says what is wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Annotated, Any

import orjson
import polars as pl
import typer

from analysis.command_line import DatasetArgument, Json, ProgressFile, Where, answer, load, say
from analysis.computing import AT_OPENING_S, compute, try_out
from analysis.dataset import Dataset, DatasetError
from analysis.export import ExportRequest, export
from analysis.findings import FINDINGS, findings
from analysis.formats import Reading
from analysis.formatting import kinds_in, number_forms_in
from analysis.language_models import pipeline_version
from analysis.models import tokenizer_digest
from analysis.progress import Reporter
from analysis.receipt import replay
from analysis.runners import runner
from analysis.signal import Signal, SignalError
from analysis.signals.catalogue import SIGNALS, signal
from analysis.verb_command import verbs_command
from analysis.workspace import Workspace

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".jsonl": pl.DataFrame.write_ndjson, ".csv": pl.DataFrame.write_csv, ".parquet": pl.DataFrame.write_parquet,
}  # fmt: skip


@app.command("open")
def open_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="One dataset from these files.")],
    role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE=COLUMN", help="Say which column plays a role.")
    ] = None,
    separator: Annotated[str | None, typer.Option(help="What separates the cells of a CSV file.")] = None,
    header: Annotated[bool | None, typer.Option(help="Whether a CSV file's first line names the columns.")] = None,
    as_json: Json = False,
    progress: ProgressFile = None,
) -> None:
    """Import files and say what they are: dataset id, rows, format, roles, what could not be read."""
    report = Reporter(progress)
    reading = Reading(roles=tuple(sorted(pairs(role or [], "role"))), separator=separator, header=header)
    dataset = Workspace().open(expanded(files), reading, report)
    lines = (dataset.folder / "problems.jsonl").read_bytes().splitlines()
    meta = dataset.meta
    in_source = {column: meta["renamed"].get(column, column) for column in meta["columns"]}
    result = {
        **{key: meta[key] for key in ("id", "fingerprint", "rows", "format")},
        "roles": {role: in_source[column] for role, column in meta["roles"].items()},
        "columns": list(in_source.values()),
        "unreadable": meta["unreadable"], "problems": [orjson.loads(line) for line in lines], "notes": meta["notes"],
    }  # fmt: skip
    notes = "".join(f"\n  {note['sentence']}" for note in meta["notes"])
    answer(
        result,
        as_json,
        f"{dataset.id}: {meta['rows']:,} rows, {meta['format']}, {meta['unreadable']:,} unreadable{notes}",
    )


def expanded(files: list[str]) -> list[str]:
    """The files, with patterns such as `data/*.jsonl` replaced by what they match, in order of name."""
    found: list[str] = []
    for file in files:
        pattern = any(c in file for c in "*?[") and not file.startswith("hf://") and not Path(file).exists()
        matches = sorted(glob(file, recursive=True)) if pattern else [file]
        if not matches:
            raise DatasetError(f"No file matches {file!r}; check the folder and the pattern.")
        found += matches
    return found


def pairs(texts: list[str], what: str) -> Iterator[tuple[str, str]]:
    """`a=b` texts as pairs."""
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise DatasetError(f"Cannot read the {what} {text!r}; expected {what}=value.")
        yield name, value


def typed(signal: Signal, texts: dict[str, str]) -> dict[str, object]:
    """Texts as values of the types that the signal's parameters have."""
    values: dict[str, object] = dict(texts)
    for name, text in texts.items():
        known = signal.parameters.get(name)
        try:
            if isinstance(known, bool):
                values[name] = {"true": True, "false": False}[text.lower()]
            elif isinstance(known, int | float):
                values[name] = type(known)(text)
        except (KeyError, ValueError):
            raise SignalError(f"{name} of {signal.name} cannot be {text!r}; write a value such as {known}.") from None
    return values


def quick(dataset: Dataset) -> Iterator[Signal]:
    """The cheap signals, then those heavy ones whose trial says that they take less than half a minute."""
    for known in sorted(dataset.signals(), key=lambda s: not s.cheap):
        if known.cheap or dataset.has(known) or try_out(dataset, known) <= AT_OPENING_S:
            yield known


@app.command("compute")
def compute_command(
    name: DatasetArgument,
    signals: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SIGNAL]...", help=f"Any of: {', '.join(SIGNALS)}; none: those that take seconds."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="The engine: here, processes or ray; chosen by size if not given.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="A parameter; kept with the dataset.")
    ] = None,
    trial: Annotated[bool, typer.Option("--trial", help="Only estimate the seconds, on 500 rows.")] = False,
    as_json: Json = False,
) -> None:
    """Make the signals' columns; resumable, and at no cost where they are there already."""
    if set_ and not signals:
        raise DatasetError(f"--set {set_[0]} says nothing without a signal; name one of: {', '.join(SIGNALS)}.")
    for unchecked in signals or ():
        signal(unchecked)
    engine = runner(on) if on else None
    workspace = Workspace()
    dataset = workspace.dataset(name)
    parameters: dict[str, Any] = dict(pairs(set_ or [], "parameter"))
    if "tokenizer" in parameters:
        parameters["digest"] = tokenizer_digest(parameters["tokenizer"])
    if "pipeline" in parameters:
        parameters["pipeline_version"] = pipeline_version(parameters["pipeline"])
    if parameters:
        changed = {s: signal(s, typed(signal(s), parameters)).parameters for s in signals or ()}
        dataset = workspace.describe(dataset, parameters={**dataset.meta.get("parameters", {}), **changed})
    made = []
    for wanted in map(dataset.signal, signals) if signals else quick(dataset):
        started = time.perf_counter()
        if trial:
            seconds = try_out(dataset, wanted)
            made.append({"name": wanted.name, "key": wanted.key, "seconds": seconds, "rows": dataset.height})
            continue
        say(f"{wanted.name}: {dataset.height:,} rows")
        path = compute(dataset, wanted, engine)
        seconds = round(time.perf_counter() - started, 3)
        made.append(
            {"name": wanted.name, "key": wanted.key, "rows": dataset.height, "seconds": seconds, "path": str(path)}
        )
    answer({"signals": made}, as_json, "\n".join(f"{m['name']}: {m['seconds']:.1f} s" for m in made))


@app.command("table")
def table_command(
    name: DatasetArgument,
    columns: Annotated[str, typer.Option(help="Names of columns, with commas between them.")],
    where: Where = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many rows.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A .jsonl, .csv or .parquet file instead of standard output.")
    ] = None,
) -> None:
    """Rows in view as JSON lines."""
    wanted = list(dict.fromkeys(c.strip() for c in columns.split(",") if c.strip()))
    if not wanted:
        raise DatasetError("--columns names no column; write some such as prompt,response.")
    if out and out.suffix not in WRITERS:
        raise DatasetError(f"Cannot tell the format of {out.name!r}; known endings: {', '.join(WRITERS)}.")
    dataset, view = load(name, where, wanted)
    rows = dataset.rows_of(view)
    rows = rows if limit is None else rows.head(limit)
    if out:
        table = pl.concat(chosen(dataset, wanted, rows))
        if out.suffix == ".csv" and (lists := [c for c, dtype in table.schema.items() if dtype.is_nested()]):
            raise DatasetError(f"A CSV file cannot hold the lists in {', '.join(lists)}; write .jsonl or .parquet.")
        WRITERS[out.suffix](table, out)
        return
    try:
        for batch in chosen(dataset, wanted, rows):
            for row in batch.iter_rows(named=True):
                sys.stdout.buffer.write(orjson.dumps(row, default=str) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader, such as `head`, has had enough; what is still held back goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def chosen(dataset: Dataset, columns: list[str], rows: pl.Series) -> Iterator[pl.DataFrame]:
    """Those columns of the rows at these ascending positions, part by part."""
    start = 0
    for height in dataset.meta["part_rows"] or [0]:
        inside = rows.filter((rows >= start) & (rows < start + height)) - start
        for batch in dataset.batches(columns, start, height) if len(inside) else ():
            yield batch[inside]
        start += height
    yield pl.DataFrame(schema={c: dataset.schema[c] for c in columns})


@app.command("findings")
def findings_command(
    name: DatasetArgument,
    as_json: Json = False,
    fail_on: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Exit with 1 if this finding is there.")
    ] = None,
) -> None:
    """What to look at first."""
    known = [finding[0] for finding in FINDINGS]
    if unknown := sorted(set(fail_on or []) - set(known)):
        raise DatasetError(f"No finding is called {', '.join(unknown)}; known: {', '.join(known)}.")
    dataset, _ = load(name, columns=["row_tokens", *(column for *_, filters in FINDINGS for column, _, _ in filters)])
    found = findings(dataset)
    answer(
        [f.as_dict() for f in found], as_json, "\n".join(f"{f.sentence}  [{f.name}]" for f in found) or "Nothing found."
    )
    if {f.name for f in found} & set(fail_on or []):
        raise typer.Exit(1)


@app.command("format")
def format_command(name: DatasetArgument, where: Where = None, as_json: Json = False) -> None:
    """What each kind of formatting costs, by role; and the forms in which numbers are written."""
    dataset, view = load(name, where)
    if not dataset.has(wanted := dataset.signal("formatting")):
        say("Computing formatting first.")
        compute(dataset, wanted)
    kinds, numbers = kinds_in(dataset, view), number_forms_in(dataset, view)
    lines = [
        f"{title}, {role}: {rows:,} rows, {n:,} times" + (f", {tokens:,} tokens" if tokens is not None else "")
        for _, title, role, rows, n, tokens in kinds.rows()
    ]
    answer({"kinds": kinds.to_dicts(), "numbers": numbers.to_dicts()}, as_json, "\n".join(lines) or "Nothing found.")


@app.command("export")
def export_command(
    name: DatasetArgument,
    to: Annotated[
        str, typer.Option(help="input, messages, sharegpt, alpaca, prompt_completion, preference, kto, parquet, csv.")
    ],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    where: Where = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only rows with this tag; repeatable.")] = None,
    without_tag: Annotated[list[str] | None, typer.Option(help="No rows with this tag; repeatable.")] = None,
    clean: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Texts without this kind of noise; repeatable.")
    ] = None,
    as_json: Json = False,
    progress: ProgressFile = None,
) -> None:
    """The rows in view as training files, with a receipt and a dataset card."""
    dataset, view = load(name, where)
    tags = {"only_tags": tuple(tag or ()), "without_tags": tuple(without_tag or ())}
    request = ExportRequest(view=view, to=to, clean=tuple(clean or ()), **tags)
    result = export(dataset, request, out, report=Reporter(progress)).as_dict()
    answer(result, as_json, f"{result['rows_out']:,} of {result['rows_in']:,} rows in {out}")


@app.command("replay")
def replay_command(
    receipt: Annotated[Path, typer.Argument(help="The receipt.json of an export.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="The source file or files it was made from.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    as_json: Json = False,
) -> None:
    """Make the same export again, and check that every byte is the same."""
    result = replay(receipt, [Path(f) for f in files], out, Workspace()).as_dict()
    answer(result, as_json, f"The same {result['rows_out']:,} rows in {out}")


app.command("verbs")(verbs_command)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Bad input ends with one line and exit code 2. Every module's error type is a ValueError that says what to do."""
    try:
        yield
    except ValueError as error:
        if type(error).__module__.split(".")[0] != "analysis":
            raise
        say(str(error))
        raise SystemExit(2) from None
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error).partition("\n")[0]
        say(f"A file cannot be read or written ({said}); check its folder and its owner.")
        raise SystemExit(2) from None


if __name__ == "__main__":
    with one_line_errors():
        app()
