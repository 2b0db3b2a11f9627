"""Do the processes of a pool end with the one that started them, and is the killing of one of them named?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from analysis.errors import RunnerError
from analysis.processes import processes
from tests.support.browser import ROOT

POOL = """
import os, time
from analysis.errors import RunnerError
from analysis.processes import processes
if __name__ == "__main__":
    with processes(2, RunnerError, "works", "wait") as pool:
        pids = {pool.submit(os.getpid).result() for _ in range(40)}
        waiting = [pool.submit(time.sleep, 600) for _ in range(4)]
        print(*pids, flush=True)
        time.sleep(600)
"""


def is_running(pid: int) -> bool:
    """Whether the process is there and is more than an entry that its parent has not read."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_program_leaves_no_worker() -> None:
    parent = subprocess.Popen([sys.executable, "-c", POOL], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert workers and all(is_running(pid) for pid in workers)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        deadline = time.monotonic() + 20
        while any(is_running(pid) for pid in workers):
            assert time.monotonic() < deadline, "a worker outlives the program that started it"
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.wait()


def test_a_killed_worker_is_named() -> None:
    said = "A process that works was killed, probably for lack of memory; wait."
    with pytest.raises(RunnerError, match=said), processes(1, RunnerError, "works", "wait") as pool:
        pool.submit(os._exit, 9).result()
