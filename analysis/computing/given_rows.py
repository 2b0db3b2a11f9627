"""Computes a signal of given rows, which need not be those of a dataset: here, or in processes where that is faster."""

from __future__ import annotations

import os
import time

import polars as pl

from analysis.computing.computing import CHUNK_ROWS, PROCESSES_PAY_S, TRIAL_ROWS
from analysis.computing.isolating import computed
from analysis.computing.runners import run_here, run_in_processes
from analysis.signal import ROW_ID, Signal


def computed_rows(signal: Signal, rows: pl.DataFrame) -> pl.DataFrame:
    """`row_id` and the columns of the signal, row by row; a row on which a signal of row scope fails has nulls.

    `rows` has `row_id` and what the signal reads. Raises SignalError where the signal fails as a whole, RunnerError.
    """
    return _computed(signal, rows).select(ROW_ID, *signal.adds)


def _computed(signal: Signal, rows: pl.DataFrame) -> pl.DataFrame:
    if signal.scope != "row" or rows.height <= TRIAL_ROWS:
        return computed(signal, rows)
    computed(signal, rows.head(10))  # loads the model, which a long run pays once
    started = time.perf_counter()
    first = computed(signal, rows.head(TRIAL_ROWS))
    rest = rows.slice(TRIAL_ROWS)
    seconds = (time.perf_counter() - started) * rest.height / TRIAL_ROWS
    run = run_in_processes if seconds > PROCESSES_PAY_S and not signal.sends else run_here
    step = min(CHUNK_ROWS, -(-rest.height // (2 * (os.cpu_count() or 1))))
    return pl.concat([first, *run(signal, rest.iter_slices(step))])
