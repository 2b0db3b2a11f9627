"""The progress of a long job: a small file that one process writes and any other reads."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.whole_files import write_text_whole

WRITE_EVERY_S = 0.2


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of one stage; `started` in seconds since the epoch; `pid` of the worker.

    `failed`: how many of the units that are done have no value, because the computation failed on them.
    """

    stage: str
    done: int
    total: int
    started: float
    pid: int
    failed: int = 0

    @property
    def share(self) -> float:
        """0 to 1; 0 where the total is not known."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the speed so far; None before the first unit."""
        passed = time.time() - self.started
        return passed * (1 - self.share) / self.share if self.share > 0.01 else None

    @staticmethod
    def read(path: Path) -> Progress | None:
        """The latest state, or None where nothing was written yet."""
        try:
            return Progress(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None


class Reporter:
    """Writes the progress of one job, at most five times a second; without a path it writes nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stage = ""
        self._started = time.time()
        self._written = 0.0

    def __call__(self, stage: str, done: int, total: int, failed: int = 0) -> None:
        now = time.time()
        if stage != self._stage:
            self._stage, self._started, self._written = stage, now, 0.0
        if self._path is None or (now - self._written < WRITE_EVERY_S and done < total):
            return
        self._written = now
        progress = Progress(stage, done, total, self._started, os.getpid(), failed)
        write_text_whole(self._path, json.dumps(asdict(progress)), durable=False)
