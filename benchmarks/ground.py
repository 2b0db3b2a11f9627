"""What all measurements share: the machine, a workspace, commands with their time and memory, and rows of the table."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.data import Planted

ROOT = Path(__file__).resolve().parent.parent
SIGNALS = ("lengths", "exact_duplicates", "tokens", "times", "sessions", "consensus", "conflicts")
LIBRARIES = ("streamlit", "polars", "plotly", "orjson", "mistral-common")
SAMPLE_S = 0.05
COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"
"""Where this is set, Python compiles the project anew at each start of each process; an installed package is compiled."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, in words; `is_met` is None where there is no target."""

    name: str
    result: str
    bar: str = ""
    is_met: bool | None = None
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One command: seconds from start to end, its answer, and the largest sum of resident memory of all its processes."""

    seconds: float
    peak_mb: float
    out: str


def run(command: Sequence[str], home: Path) -> Run:
    """Runs a command in a new session. Raises RuntimeError with its last output where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k != COMPILES_ANEW}, "WINNOW_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    peak = 0
    while True:
        peak = max(peak, session_bytes(process.pid))
        try:
            out, err = process.communicate(timeout=SAMPLE_S)
            break
        except subprocess.TimeoutExpired:
            continue
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:6])} … ended with {process.returncode}: {err.strip()[-2000:]}")
    return Run(seconds, peak / 2**20, out)


def session_bytes(leader: int) -> int:
    """Resident bytes of every process in the leader's session. Shared pages count in each process, so it is never too low.

    0 where there is no /proc, so that other systems show no wrong number.
    """
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == leader:
            total += int(fields[21]) * PAGE_BYTES
    return total


@dataclass(frozen=True)
class Ground:
    """The planted file and the workspace in which it is opened once for all measurements except that of opening."""

    planted: Planted
    home: Path

    def winnow(self, *arguments: str, home: Path | None = None) -> tuple[Run, Any]:
        """`python -m analysis ARGUMENTS --json`, with its answer."""
        done = run([sys.executable, "-m", "analysis", *arguments, "--json"], home or self.home)
        return done, json.loads(done.out)

    @cached_property
    def dataset(self) -> str:
        """The id of the opened file, which is checked against the planted rows."""
        _, opened = self.winnow("open", str(self.planted.path))
        check_opened(self.planted, opened)
        return str(opened["id"])

    def compute_afresh(self, name: str) -> Run:
        """Computes one signal of the dataset, again if it was computed before."""
        for made in (self.home / "datasets" / self.dataset).glob(f"{name}-*.parquet"):
            made.unlink()
        return self.winnow("compute", self.dataset, name)[0]

    def compute_all(self) -> None:
        """Computes the columns that the pages show, where they are missing."""
        self.winnow("compute", self.dataset, *SIGNALS)


def check_opened(planted: Planted, opened: dict[str, Any]) -> None:
    """Raises RuntimeError where the opened file lost rows."""
    seen, known = (opened["rows"], opened["unreadable"]), (planted.rows, planted.broken)
    if seen != known:
        raise RuntimeError(f"Opened as {seen} readable and broken lines, planted were {known}.")


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile_95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def memory(megabytes: float) -> str:
    if not megabytes:
        return "memory not measured here"
    return f"{megabytes / 1024:.2f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def machine(chromium: str) -> str:
    """Cores, memory, versions, date and how busy the machine was when the run began."""
    models = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    gigabytes = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores ({models[0] if models else platform.machine()}), {gigabytes:.0f} GB of memory, "
        f"{platform.system()}; Python {platform.python_version()}, {libraries}, {chromium}; load {os.getloadavg()[0]:.1f} at the start."
    )


def _cpu_lines() -> list[str]:
    known = Path("/proc/cpuinfo")
    return known.read_text().splitlines() if known.exists() else []
