"""Processes that work in parallel and end with the one that started them; the error where one of them is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from analysis.errors import WinnowError


@contextlib.contextmanager
def processes(count: int, error: type[WinnowError], work: str, advice: str) -> Iterator[ProcessPoolExecutor]:
    """A pool of `count` new processes, which end with this one, also where it is killed. Where one of them is killed,
    `error` is raised.

    Its message is "A process that {work} was killed, probably for lack of memory; {advice}."
    """
    try:
        with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _end_with_parent) as pool:
            yield pool
    except BrokenProcessPool:
        raise error(f"A process that {work} was killed, probably for lack of memory; {advice}.") from None


def _end_with_parent() -> None:
    """Begins a thread that ends this process as soon as the one that started it is gone.

    A killed process can tell its workers nothing, and they would wait for work for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent.sentinel,), daemon=True, name="end-with-parent").start()


def _wait_and_end(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
