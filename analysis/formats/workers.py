"""Where are parts built: in this thread, in threads beside it, or in processes of their own?"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.facts import Facts
from analysis.formats.parsing import Records
from analysis.formats.plainchats import plain_chats
from analysis.formats.plans import Plan
from analysis.formats.record_columns import columns_of
from analysis.formats.table_json import has_plain_json
from analysis.formats.tables import TableRows
from analysis.processes import processes

SMALL_BYTES = 8 << 20
BY_COLUMN = frozenset(("table", "text", "instruction", "reward", "chat"))
IN_FLIGHT = 3


class Workers:
    """Builds parts side by side; the first of `begin` and `run` decides where. To be closed by `with`."""

    def __init__(self, count: int | None, size: int) -> None:
        self._count = count if count is not None else os.cpu_count() or 1
        self._is_little = self._count < 2 or size < SMALL_BYTES
        self._executor: Executor | None = None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: Any) -> bool:
        return bool(self._open.__exit__(*error))

    def begin(self, paths: Sequence[Path]) -> None:
        """Starts the processes for files of records, before it is known how to read them: they start slowly."""
        if not any(map(_is_table, paths)):
            self._start(in_threads=False)

    def run(self, work: Callable[..., Facts], jobs: Iterator[tuple[Any, ...]], *, in_threads: bool) -> Iterator[Facts]:
        """The results in the order of the jobs, with few of them in flight, so that memory stays bounded."""
        self._start(in_threads=in_threads)
        if self._executor is None:
            yield from (work(*job) for job in jobs)
            return
        waiting: deque[Future[Facts]] = deque()
        for job in jobs:
            waiting.append(self._executor.submit(work, *job))
            if len(waiting) > IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _start(self, *, in_threads: bool) -> None:
        if self._is_little or self._executor is not None:
            return
        threads, others = ThreadPoolExecutor, _processes
        self._executor = self._open.enter_context(threads(self._count) if in_threads else others(self._count))
        if not in_threads:
            for _ in range(self._count):
                self._executor.submit(_nothing)


def is_by_column(records: Records, plan: Plan) -> bool:
    """Whether these records of a table are read column by column, nearly without Python: then threads are as quick as
    processes, and nothing has to be sent."""
    rows = records.values
    if not isinstance(rows, TableRows) or plan.missing or plan.types or len(plan.shapes) != 1:
        return False
    shape = plan.shapes[0]
    column = dict(shape.roles).get("messages")
    return (
        not shape.layout
        and shape.format in BY_COLUMN
        and all(map(has_plain_json, rows.frame.schema.dtypes()))
        and (column is None or plain_chats(columns_of(records)[column]) is not None)
    )


def _is_table(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(6).startswith((b"PAR1", b"ARROW1"))
    except OSError:
        return False


def _nothing() -> None:
    """Makes a process start and import all it needs."""


@contextlib.contextmanager
def _processes(count: int) -> Iterator[Executor]:
    pl.thread_pool_size()  # so that this process keeps its threads
    before = os.environ.get("POLARS_MAX_THREADS")
    # Each process reads this when it imports Polars; one thread each leaves the processors to the processes.
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        with processes(count, FormatError, "read the files", "use fewer workers") as executor:
            yield executor
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before
