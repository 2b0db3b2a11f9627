"""Runs a signal in this process, in several, or on a cluster.

A runner takes a signal and chunks of rows and gives the signal's columns per chunk, in any order, with the reason where
a row has no value (`isolating`). Only signals of row scope run outside this process.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

import polars as pl

from analysis.computing.isolating import computed
from analysis.errors import RunnerError
from analysis.processes import processes
from analysis.signal import Signal

Runner = Callable[[Signal, Iterable[pl.DataFrame]], Iterator[pl.DataFrame]]


def run_here(signal: Signal, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """This process, one chunk after another."""
    return map(partial(computed, signal), chunks)


def run_in_processes(signal: Signal, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """One process per core; only a few chunks are in flight, so that memory stays small."""
    cores = os.cpu_count() or 1
    waiting: deque[Future[pl.DataFrame]] = deque()
    with processes(cores, RunnerError, f"computed {signal.name}", "compute it with --on here") as pool:
        for chunk in chunks:
            waiting.append(pool.submit(computed, signal, chunk))
            if len(waiting) > cores + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def run_on_ray(signal: Signal, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """A Ray cluster: the one `RAY_ADDRESS` names, otherwise this machine."""
    try:
        ray: Any = importlib.import_module("ray")
    except ImportError:
        raise RunnerError("Ray is not installed here; `pip install ray` adds it, or leave out --on ray.") from None
    started_here = not ray.is_initialized()
    if started_here:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its makers otherwise
        alone = {} if os.environ.get("RAY_ADDRESS") else {"_node_ip_address": "127.0.0.1"}
        path = {"env_vars": {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}}  # Ray does not pass on all of it
        ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False, runtime_env=path, **alone)
    remote = ray.remote(computed)
    waiting: deque[object] = deque()
    try:
        for chunk in chunks:
            waiting.append(remote.remote(signal, chunk))
            if len(waiting) > 2 * int(ray.cluster_resources().get("CPU", 1)):
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())
    finally:
        if started_here:
            ray.shutdown()


RUNNERS: dict[str, Runner] = {"here": run_here, "processes": run_in_processes, "ray": run_on_ray}


def runner(name: str) -> Runner:
    """The runner of that name. Raises RunnerError where there is none."""
    if name not in RUNNERS:
        raise RunnerError(f"No engine is called {name!r}; known: {', '.join(RUNNERS)}.")
    return RUNNERS[name]
