"""Which rows make a signal fail? They get no value, and a reason, so that all other rows get their columns."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from analysis.errors import SignalError, WinnowError
from analysis.signal import ROW_ID, Signal

FAILURE = "row_failure"
MOST_FAILED = 500  # rows read together; where more fail, the fault is not in the rows
PIECES = 20  # of rows that fail together: one failing row among 10,000 costs little more than computing them twice
ADVICE = "its columns are not computed. Please report this error with its place."
HERE = Path(__file__).parents[1]
ROW_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    re.error,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)
"""What code raises where a row is not as it expects; no memory, no disk or a missing library is no fault of a row."""


def computed(signal: Signal, rows: pl.DataFrame) -> pl.DataFrame:
    """The signal's columns for these rows, and FAILURE: null, or why the row has no value.

    Where a signal of row scope fails, the rows are computed in ever smaller pieces until the failing ones are alone; a
    signal that sends texts away is not asked again. Raises SignalError where a signal fails as a whole, or on more than
    `MOST_FAILED` rows.
    """
    columns = _tried(signal, rows)
    if isinstance(columns, pl.DataFrame):
        return columns
    if signal.scope != "row" or signal.sends or rows.is_empty():
        raise SignalError(f"{signal.name} failed on all rows together ({columns}); {ADVICE}")
    parts, failed = [], 0
    for part in _isolated(signal, rows, columns):
        parts.append(part)
        failed += part[FAILURE].count()
        if failed > MOST_FAILED:
            raise SignalError(
                f"{signal.name} failed on more than {MOST_FAILED:,} of {rows.height:,} rows ({columns}), which no "
                f"longer is the fault of some rows; {ADVICE}"
            )
    return pl.concat(parts)


def _tried(signal: Signal, rows: pl.DataFrame) -> pl.DataFrame | str:
    """The columns without a failure, or the reason why there are none. Raises WinnowError."""
    try:
        return signal(rows).with_columns(pl.lit(None, pl.String).alias(FAILURE))
    except WinnowError:
        raise
    except ROW_FAULTS as error:
        return reason_of(error)


def _isolated(signal: Signal, rows: pl.DataFrame, reason: str) -> Iterator[pl.DataFrame]:
    """The columns of rows that failed together, piece by piece, in their order."""
    if rows.height == 1:
        nulls = [pl.lit(None, dtype).alias(name) for name, dtype in signal.declared.items()]
        yield rows.select(ROW_ID, *nulls, pl.lit(reason).alias(FAILURE))
        return
    for piece in rows.iter_slices(-(-rows.height // PIECES)):
        columns = _tried(signal, piece)
        if isinstance(columns, pl.DataFrame):
            yield columns
        else:
            yield from _isolated(signal, piece, columns)


def reason_of(error: BaseException) -> str:
    """The class of an error and the line of this package that raised it; no message, since it may hold text of a row.

    >>> try:
    ...     1 / 0
    ... except ZeroDivisionError as error:
    ...     reason_of(error)
    'ZeroDivisionError'
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(HERE)]
    place = f" in {Path(frames[-1].filename).relative_to(HERE.parent).as_posix()}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
