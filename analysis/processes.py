"""Processes that work in parallel, and the error where one of them is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from analysis.errors import WinnowError


@contextlib.contextmanager
def processes(count: int, error: type[WinnowError], work: str, advice: str) -> Iterator[ProcessPoolExecutor]:
    """A pool of `count` new processes. Where one is killed, `error` is raised.

    Its message is "A process that {work} was killed, probably for lack of memory; {advice}."
    """
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool
    except BrokenProcessPool:
        raise error(f"A process that {work} was killed, probably for lack of memory; {advice}.") from None
