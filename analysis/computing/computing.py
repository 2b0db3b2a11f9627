"""Computes a signal's columns once per dataset: resumable by chunks, stored whole or not at all, one job at a time."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from analysis.computing.isolating import ADVICE, FAILURE, computed
from analysis.computing.progress import Progress, Reporter
from analysis.computing.runners import Runner, run_here, run_in_processes
from analysis.dataset import Dataset
from analysis.dataset.signals import FAILURE_TABLE, FAILURES
from analysis.errors import SignalError
from analysis.signal import ROW_ID, Signal
from analysis.whole_files import whole_file, write_text_whole

CHUNK_ROWS = 10_000
TRIAL_ROWS = 500
PROCESSES_PAY_S = 10.0  # below this estimate, starting more processes costs more than it gains
AT_OPENING_S = 30.0  # a heavy signal with a smaller estimate is computed right after opening


def progress_path(dataset: Dataset, signal: Signal) -> Path:
    """The file in which the worker reports its progress."""
    return dataset.folder / f"{signal.key}.progress.json"


def _lock(dataset: Dataset, signal: Signal) -> FileLock:
    """Held by the process that computes; the operating system releases it when that process ends."""
    return FileLock(dataset.folder / f"{signal.key}.lock")


def is_running(dataset: Dataset, signal: Signal) -> bool:
    """Whether some process computes this signal at this moment."""
    if not (dataset.folder / f"{signal.key}.lock").exists():
        return False
    try:
        with _lock(dataset, signal).acquire(blocking=False):
            return False
    except Timeout:
        return True


def progress(dataset: Dataset, signal: Signal) -> Progress | None:
    """The progress of a running or stopped computation; None before the first."""
    return Progress.read(progress_path(dataset, signal))


def estimate(dataset: Dataset, signal: Signal) -> float | None:
    """Seconds the whole dataset is expected to take by the latest trial; None before a trial."""
    path = dataset.folder / f"{signal.key}.estimate.json"
    return float(json.loads(path.read_text())["seconds"]) if path.exists() else None


def try_out(dataset: Dataset, signal: Signal, rows: int | None = None) -> float:
    """Times the signal on so many rows spread over the dataset and stores the estimate for all, in seconds.

    `rows`: `TRIAL_ROWS` if it is not given. What it needs of other signals is computed for these rows only, and not
    timed.
    """
    count = min(TRIAL_ROWS if rows is None else rows, dataset.height)
    first = _trial_rows(dataset, signal, 0, min(10, count))
    if first is None:
        return 0.0
    computed(signal, first)  # loads the model, which a long run pays once
    step = max(dataset.height // 5, 1)
    starts = range(0, dataset.height, step)
    pieces = [_trial_rows(dataset, signal, start, max(count // 5, 1)) for start in starts]
    sample = pl.concat(piece for piece in pieces if piece is not None)
    started = time.perf_counter()
    computed(signal, sample)
    seconds = (time.perf_counter() - started) * dataset.height / sample.height
    if signal.scope == "row" and seconds > PROCESSES_PAY_S:
        seconds /= os.cpu_count() or 1
    estimated = json.dumps({"seconds": seconds, "rows": sample.height})
    write_text_whole(dataset.folder / f"{signal.key}.estimate.json", estimated, durable=False)
    return seconds


def _trial_rows(dataset: Dataset, signal: Signal, start: int, count: int) -> pl.DataFrame | None:
    """What the signal reads of `count` rows from `start`; None where there are none."""
    others = [dataset.signal(name) for name in missing_inputs(dataset, signal)]
    added = {column for other in others for column in other.adds}
    stored = [ROW_ID, *(column for column in signal.inputs if column not in added)]
    batches = list(dataset.canonical_batches(stored, start, count))
    if not batches:
        return None
    rows = pl.concat(batches)
    for other in others:
        read = _trial_rows(dataset, other, start, count)
        assert read is not None
        rows = rows.hstack(computed(other, read).select(set(other.adds) & set(signal.inputs)))
    return rows


def compute(dataset: Dataset, signal: Signal, run: Runner | None = None, *, limit: int | None = None) -> Path:
    """Computes the signal where its file is missing; returns the file's path. Safe to stop, to repeat and to run twice.

    A row on which a signal of row scope fails has no value; `Dataset.failures` lists such rows.

    A second caller waits for the first and finds its result. `run` is chosen by the estimate when not given. With
    `limit`, at most this many chunks are computed; a later call computes the rest. Raises SignalError where the signal
    fails as a whole, RunnerError, ModelError.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> path = compute(dataset, dataset.signal("lengths"))
        >>> dataset.column("prompt_words").head(3).to_list()
        [27, 11, 10]
    """
    path = dataset.path(signal)
    with _lock(dataset, signal):
        if path.exists():
            return path
        report = Reporter(progress_path(dataset, signal))
        report("computing", 0, dataset.height)
        for name in missing_inputs(dataset, signal):
            compute(dataset, dataset.signal(name), run)
        parts = dataset.folder / f"{signal.key}.parts"
        parts.mkdir(exist_ok=True)
        _make_parts(dataset, signal, parts, run or chosen_runner(dataset, signal), report, limit)
        if limit is None:
            _join_parts(dataset, signal, parts, path)
            progress_path(dataset, signal).unlink(missing_ok=True)
    return path


def missing_inputs(dataset: Dataset, signal: Signal) -> list[str]:
    """Signals that add a column this one reads and that are not computed yet.

    >>> from analysis.workspace import Workspace
    >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
    >>> missing_inputs(dataset, dataset.signal("near_groups"))
    ['times', 'near_pairs']
    """
    names = dataset.catalogue.writers_of(set(signal.inputs) - set(dataset.originals))
    return [name for name in names if not dataset.has(dataset.signal(name))]


def chosen_runner(dataset: Dataset, signal: Signal) -> Runner:
    """Several processes where rows are independent and the estimate is long enough; otherwise this process."""
    if signal.scope == "dataset" or signal.cheap or signal.sends or dataset.height <= 2 * CHUNK_ROWS:
        return run_here
    seconds = estimate(dataset, signal)
    return run_in_processes if (seconds or try_out(dataset, signal)) > PROCESSES_PAY_S else run_here


def _make_parts(
    dataset: Dataset, signal: Signal, parts: Path, run: Runner, report: Reporter, limit: int | None
) -> None:
    """One Parquet file per chunk of rows that has none yet, named by the chunk's first row."""
    step = CHUNK_ROWS if signal.scope == "row" else max(dataset.height, 1)
    starts = list(range(0, max(dataset.height, 1), step))
    missing = [start for start in starts if not (parts / f"{start:010}.parquet").exists()]
    todo = missing[:limit]
    done = dataset.height - sum(min(step, dataset.height - start) for start in missing)
    failed = sum(_failures(pl.scan_parquet(file)).collect().height for file in parts.glob("*.parquet"))
    place: dict[str, int] = {}

    def chunks() -> Iterator[pl.DataFrame]:
        for start in todo:
            batches = list(dataset.canonical_batches([ROW_ID, *signal.inputs], start, step))
            chunk = pl.concat(batches) if batches else _no_rows(dataset, signal)
            place[_name(chunk)] = start
            yield chunk

    for part in (run if signal.scope == "row" else run_here)(signal, chunks()):
        start = place.pop(_name(part))
        _write(part, parts / f"{start:010}.parquet")
        done += part.height
        failed += part[FAILURE].count()
        report("computing", done, dataset.height, failed)


def _name(chunk: pl.DataFrame) -> str:
    """The name of a chunk: its first row's id, which occurs once in a dataset."""
    return str(chunk[ROW_ID].first()) if chunk.height else ""


def _no_rows(dataset: Dataset, signal: Signal) -> pl.DataFrame:
    return pl.DataFrame(schema={name: dataset.schema[name] for name in (ROW_ID, *signal.inputs)})


def _join_parts(dataset: Dataset, signal: Signal, parts: Path, path: Path) -> None:
    files = sorted(parts.glob("*.parquet"))
    whole = pl.concat([pl.read_parquet(file) for file in files], how="diagonal")
    if whole.height != dataset.height:
        raise SignalError(
            f"{signal.name} made {whole.height:,} of {dataset.height:,} rows; delete {parts} and compute it again."
        )
    failures = _failures(whole.lazy()).collect()
    if 0 < failures.height == whole.height:
        shutil.rmtree(parts)  # so that the next attempt computes them again
        raise SignalError(f"{signal.name} failed on every row ({failures['failure'][0]}); {ADVICE}")
    dataset.table_path(signal, FAILURES).unlink(missing_ok=True)
    if failures.height:
        _write(failures, dataset.table_path(signal, FAILURES))
    for name in signal.tables:
        entries = whole.select(ROW_ID, name).explode(name, empty_as_null=False, keep_nulls=False).unnest(name)
        _write(entries, dataset.table_path(signal, name))
    _write(whole.select(ROW_ID, *signal.adds), path)
    shutil.rmtree(parts)


def _failures(part: pl.LazyFrame) -> pl.LazyFrame:
    """The rows without a value, as `Dataset.failures` has them; none in a part that an earlier version wrote."""
    if FAILURE not in part.collect_schema():
        return pl.LazyFrame(schema=FAILURE_TABLE)
    return part.select(ROW_ID, failure=FAILURE).drop_nulls("failure")


def _write(table: pl.DataFrame, path: Path) -> None:
    with whole_file(path) as temporary:
        table.write_parquet(temporary)
