"""Are a signal's columns made once, whole or not at all, whoever asks, stops or dies on the way?"""

from __future__ import annotations

import json
import os
import signal as signals_of_the_system
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.catalogue import CATALOGUE
from analysis.computing import (
    compute,
    computing,
    estimate,
    is_running,
    missing_inputs,
    progress,
    progress_path,
    try_out,
)
from analysis.computing.progress import Progress, Reporter
from analysis.computing.runners import RUNNERS, run_here, run_in_processes, run_on_ray, runner
from analysis.dataset import Dataset
from analysis.errors import RunnerError, SignalError
from analysis.signal import ROW_ID, Signal
from analysis.view import View
from analysis.whole_files import write_text_whole
from analysis.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
ROWS, CHUNK = 95, 10


@dataclass(frozen=True)
class Marked(Signal, name="marked", version=1, reads=("prompt",), adds={"marked_chars": pl.UInt32}, cheap=True):
    """Characters of the prompt. Each call leaves a line in `folder`/log, and a file there tells it what to suffer."""

    folder: str

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        folder = Path(self.folder)
        with (folder / "log").open("a") as log:
            log.write(f"{rows.height}\n")
        if (folder / "die").exists() and calls(folder) == int((folder / "die").read_text()):
            os.kill(os.getpid(), signals_of_the_system.SIGKILL)
        if (folder / "wait").exists():
            os.write(1, b"reached\n")
            sys.stdin.readline()
        if (folder / "fail").exists() and calls(folder) > 3:
            raise SignalError("marked was told to fail.")
        return rows.select(marked_chars=pl.col("prompt").str.len_chars().cast(pl.UInt32))


@dataclass(frozen=True)
class Total(Signal, name="total", version=1, reads=("marked_chars",), adds={"total_chars": pl.UInt64}, scope="dataset"):
    """The sum of another signal's column over the whole dataset."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.select(total_chars=pl.col("marked_chars").cast(pl.UInt64).sum().repeat_by(pl.len()).explode())


def calls(folder: Path) -> int:
    """How often the signal was asked for a chunk."""
    return len((folder / "log").read_text().split()) if (folder / "log").exists() else 0


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "CHUNK_ROWS", CHUNK)


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": "x" * (i % 17), "response": f"{i} words"}) + "\n" for i in range(ROWS))
    )
    return Workspace().open([path])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "marks"
    path.mkdir()
    return path


@pytest.fixture
def marked(folder: Path) -> Marked:
    return Marked(str(folder))


def elsewhere(dataset: Dataset, marked: Marked) -> subprocess.Popen[str]:
    """Another process that computes the same."""
    script = (
        "import sys; from pathlib import Path; from analysis.computing import computing; from analysis.dataset import Dataset\n"
        "from analysis.catalogue import CATALOGUE\n"
        "from tests.dataset.test_computing import CHUNK, Marked\n"
        "computing.CHUNK_ROWS = CHUNK; print('asking', flush=True)\n"
        "computing.compute(Dataset(Path(sys.argv[1]), CATALOGUE), Marked(sys.argv[2]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(dataset.folder), marked.folder],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture
def uninterrupted(dataset: Dataset, folder: Path) -> bytes:
    """The bytes of the file that a computation without any hindrance makes."""
    path = compute(dataset, Marked(str(folder)))
    whole = path.read_bytes()
    path.unlink()
    (folder / "log").unlink()
    return whole


# Making columns


def test_the_file_holds_the_signals_columns_in_row_order(dataset: Dataset, marked: Marked, folder: Path) -> None:
    path = compute(dataset, marked)
    assert path == dataset.path(marked) == dataset.folder / f"{marked.key}.parquet"
    assert dataset.has(marked) and calls(folder) == 10
    assert_frame_equal(pl.read_parquet(path), marked(dataset.frame([ROW_ID, "prompt"])))
    assert pl.read_parquet(path)["marked_chars"].to_list() == [i % 17 for i in range(ROWS)]


def test_nothing_is_left_beside_it(dataset: Dataset, marked: Marked) -> None:
    compute(dataset, marked)
    left = {path.name for path in dataset.folder.iterdir()}
    assert left - {f"{marked.key}.lock"} == {
        "dataset.json",
        "rows",
        "ids.parquet",
        "problems.jsonl",
        f"{marked.key}.parquet",
    }


def test_what_is_there_is_not_made_again(dataset: Dataset, marked: Marked, folder: Path) -> None:
    before = compute(dataset, marked).stat().st_mtime_ns
    assert compute(dataset, marked).stat().st_mtime_ns == before
    assert calls(folder) == 10


def test_computed_columns_answer_views(dataset: Dataset) -> None:
    view = View().where("prompt_chars", "eq", 16)
    assert [s.name for s in dataset.needs(view)] == ["lengths"]
    compute(dataset, dataset.signal("lengths"))
    assert dataset.needs(view) == []
    assert dataset.rows_of(view).to_list() == [16, 33, 50, 67, 84]


def test_a_signal_over_the_whole_dataset_sees_every_row_at_once(dataset: Dataset) -> None:
    signal = dataset.signal("exact_duplicates")
    assert signal.scope == "dataset"
    compute(dataset, signal)
    assert_frame_equal(pl.read_parquet(dataset.path(signal)), signal(dataset.frame([ROW_ID, *signal.reads])))


def test_columns_of_other_signals_are_made_first(
    dataset: Dataset, marked: Marked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE.signals, "marked", marked)
    chosen = Workspace().describe(dataset, parameters={"marked": {"folder": marked.folder}})
    assert missing_inputs(chosen, Total()) == ["marked"]
    path = compute(chosen, Total())
    assert chosen.has(marked) and missing_inputs(chosen, Total()) == []
    assert set(pl.read_parquet(path)["total_chars"]) == {sum(i % 17 for i in range(ROWS))}


# Stopping and going on


def test_it_goes_on_where_it_stopped(dataset: Dataset, marked: Marked, folder: Path, uninterrupted: bytes) -> None:
    path = compute(dataset, marked, limit=1)
    parts = dataset.folder / f"{marked.key}.parts"
    assert not path.exists() and not dataset.has(marked)
    assert [part.name for part in parts.iterdir()] == ["0000000000.parquet"]
    first = (parts / "0000000000.parquet").stat()
    compute(dataset, marked, limit=3)
    assert sorted(int(part.stem) for part in parts.iterdir()) == [0, 10, 20, 30]
    again = (parts / "0000000000.parquet").stat()
    assert (again.st_mtime_ns, again.st_ino) == (first.st_mtime_ns, first.st_ino)
    assert compute(dataset, marked).read_bytes() == uninterrupted
    assert calls(folder) == 10, "every chunk was made once"
    assert not parts.exists()


def test_the_progress_of_a_stopped_computation_says_how_far_it_is(dataset: Dataset, marked: Marked) -> None:
    assert progress(dataset, marked) is None
    for limit, done in ((1, 10), (3, 40), (None, None)):
        compute(dataset, marked, limit=limit)
        found = progress(dataset, marked)
        assert (found and (found.stage, found.total, found.pid)) == (done and ("computing", ROWS, os.getpid()))
        parts = dataset.folder / f"{marked.key}.parts"
        assert sum(pl.read_parquet(part).height for part in parts.glob("*")) == (done or 0)


def test_progress_counts_rows(dataset: Dataset, marked: Marked, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, int, int]] = []

    class Heard(Reporter):
        def __call__(self, stage: str, done: int, total: int, failed: int = 0) -> None:
            said.append((stage, done, total))

    monkeypatch.setattr(computing, "Reporter", Heard)
    compute(dataset, marked, limit=2)
    compute(dataset, marked)
    assert [done for _, done, _ in said] == [0, 10, 20, 0, 30, 40, 50, 60, 70, 80, 90, 95]
    assert {(stage, total) for stage, _, total in said} == {("computing", ROWS)}


def test_a_killed_computation_is_resumed(dataset: Dataset, marked: Marked, folder: Path, uninterrupted: bytes) -> None:
    (folder / "die").write_text("6")
    process = elsewhere(dataset, marked)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signals_of_the_system.SIGKILL, errors
    parts = dataset.folder / f"{marked.key}.parts"
    made = {part.name: part.stat().st_mtime_ns for part in parts.glob("*.parquet")}
    assert len(made) == 5 and not dataset.has(marked)
    found = progress(dataset, marked)
    assert found and found.pid == process.pid and not is_running(dataset, marked)
    (folder / "die").unlink()
    compute(dataset, marked, limit=1)
    assert {name: (parts / name).stat().st_mtime_ns for name in made} == made
    assert compute(dataset, marked).read_bytes() == uninterrupted
    assert calls(folder) == 6 + 5, "only the chunk it died in was made twice"
    assert progress(dataset, marked) is None


def test_half_written_parts_do_not_count(dataset: Dataset, marked: Marked, uninterrupted: bytes) -> None:
    parts = dataset.folder / f"{marked.key}.parts"
    parts.mkdir()
    (parts / "0000000010.12345.tmp").write_bytes(b"PAR1 half of it")
    (dataset.folder / f"{marked.key}.12345.tmp").write_bytes(b"PAR1 half of it")
    assert compute(dataset, marked).read_bytes() == uninterrupted


def test_a_fault_keeps_what_was_made_and_lets_go(
    dataset: Dataset, marked: Marked, folder: Path, uninterrupted: bytes
) -> None:
    (folder / "fail").touch()
    with pytest.raises(SignalError, match=r"^marked was told to fail\.$"):
        compute(dataset, marked)
    assert not dataset.has(marked) and not is_running(dataset, marked)
    assert len(list((dataset.folder / f"{marked.key}.parts").glob("*.parquet"))) == 3
    (folder / "fail").unlink()
    assert compute(dataset, marked).read_bytes() == uninterrupted


def test_parts_that_do_not_add_up_are_refused(dataset: Dataset, marked: Marked) -> None:
    compute(dataset, marked, limit=1)
    parts = dataset.folder / f"{marked.key}.parts"
    pl.read_parquet(parts / "0000000000.parquet").head(7).write_parquet(parts / "0000000000.parquet")
    with pytest.raises(SignalError) as error:
        compute(dataset, marked)
    assert str(error.value) == f"marked made 92 of 95 rows; delete {parts} and compute it again."


# Several at once


def test_it_is_running_while_a_process_computes_and_not_when_that_is_killed(
    dataset: Dataset, marked: Marked, folder: Path
) -> None:
    assert not is_running(dataset, marked)
    (folder / "wait").touch()
    process = elsewhere(dataset, marked)
    assert (heard(process), heard(process)) == ("asking", "reached")
    assert is_running(dataset, marked)
    found = progress(dataset, marked)
    assert found and (found.pid, found.done, found.total) == (process.pid, 0, ROWS)
    process.kill()
    process.communicate(timeout=60)
    assert not is_running(dataset, marked)
    assert not dataset.has(marked)


def test_two_processes_that_ask_at_once_compute_once(
    dataset: Dataset, marked: Marked, folder: Path, uninterrupted: bytes
) -> None:
    (folder / "wait").touch()
    first = elsewhere(dataset, marked)
    assert (heard(first), heard(first)) == ("asking", "reached")
    (folder / "wait").unlink()
    second = elsewhere(dataset, marked)
    assert heard(second) == "asking"
    for process in (first, second):
        _, errors = process.communicate("go\n", timeout=60)
        assert process.returncode == 0, errors
    assert calls(folder) == 10
    assert dataset.path(marked).read_bytes() == uninterrupted


# Runners


@dataclass(frozen=True)
class Fatal(Signal, name="fatal", version=1, reads=("prompt",), adds={"fatal_chars": pl.UInt32}):
    """Takes its process down with it."""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        os._exit(1)


def backwards(signal: Signal, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    return reversed(list(run_here(signal, chunks)))


@pytest.mark.parametrize("run", [run_in_processes, backwards])
def test_every_runner_makes_the_same_bytes(
    dataset: Dataset, marked: Marked, uninterrupted: bytes, run: Callable[..., Iterator[pl.DataFrame]]
) -> None:
    assert compute(dataset, marked, run).read_bytes() == uninterrupted


def test_ray_makes_the_same_columns(dataset: Dataset) -> None:
    signal = dataset.signal("lengths")
    chunks = list(dataset.batches([ROW_ID, *signal.reads]))
    assert pl.concat(run_on_ray(signal, chunks)).equals(pl.concat(run_here(signal, chunks)))


def test_a_process_that_dies_is_told_in_a_line(dataset: Dataset) -> None:
    with pytest.raises(RunnerError) as error:
        compute(dataset, Fatal(), run_in_processes)
    assert str(error.value) == (
        "A process that computed fatal was killed, probably for lack of memory; compute it with --on here."
    )
    assert not dataset.has(Fatal()) and not is_running(dataset, Fatal())


def test_runners_by_name() -> None:
    assert {name: runner(name) for name in RUNNERS} == {
        "here": run_here,
        "processes": run_in_processes,
        "ray": run_on_ray,
    }
    with pytest.raises(RunnerError, match=r"^No engine is called 'spark'; known: here, processes, ray\.$"):
        runner("spark")


def test_processes_are_started_only_where_the_estimate_says_that_they_pay(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert computing.chosen_runner(dataset, dataset.signal("tokens")) is run_here, (
        "the trial says that 95 rows take no time"
    )
    for seconds, expected in ((11.0, run_in_processes), (9.0, run_here)):
        monkeypatch.setattr(computing, "estimate", lambda dataset, signal, seconds=seconds: seconds)
        assert computing.chosen_runner(dataset, Fatal()) is expected
        assert computing.chosen_runner(dataset, dataset.signal("exact_duplicates")) is run_here
        assert computing.chosen_runner(dataset, dataset.signal("lengths")) is run_here


# Trials


def test_a_trial_writes_its_estimate_down(dataset: Dataset, marked: Marked, folder: Path) -> None:
    assert estimate(dataset, marked) is None
    seconds = try_out(dataset, marked)
    assert 0 < seconds < 10 and estimate(dataset, marked) == seconds
    written = json.loads((dataset.folder / f"{marked.key}.estimate.json").read_text())
    assert written == {"seconds": seconds, "rows": 95}
    assert calls(folder) == 2 and not dataset.has(marked)


def test_a_trial_reads_a_few_hundred_rows_from_all_over(
    dataset: Dataset, marked: Marked, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "TRIAL_ROWS", 20)
    try_out(dataset, marked)
    assert (folder / "log").read_text().split() == ["10", "20"]
    written = json.loads((dataset.folder / f"{marked.key}.estimate.json").read_text())
    assert written["rows"] == 20


# Progress


def test_shares_and_seconds_left() -> None:
    now = time.time()
    assert Progress("reading", 0, 0, now, 1).share == 0
    assert Progress("reading", 5, 0, now, 1).seconds_left is None
    assert Progress("reading", 1, 1000, now - 10, 1).seconds_left is None
    assert Progress("reading", 30, 40, now - 30, 1).share == 0.75
    assert Progress("reading", 30, 40, now - 30, 1).seconds_left == pytest.approx(10, abs=0.5)
    assert Progress("reading", 50, 40, now - 30, 1).share == 1
    assert Progress("reading", 40, 40, now - 30, 1).seconds_left == 0


def test_a_reporter_writes_the_first_the_last_and_few_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress.json"
    assert Progress.read(path) is None
    clock = iter((1000.0, 1000.0, 1000.1, 1000.3, 1000.31, 1000.4, 1000.5))
    monkeypatch.setattr(time, "time", lambda: next(clock))
    report = Reporter(path)
    seen = []
    for stage, done in (("a", 0), ("a", 1), ("a", 2), ("a", 9), ("b", 3), ("b", 9)):
        report(stage, done, 9)
        found = Progress.read(path)
        assert found
        seen.append((found.stage, found.done, found.started))
    assert seen == [
        ("a", 0, 1000.0),
        ("a", 0, 1000.0),
        ("a", 2, 1000.0),
        ("a", 9, 1000.0),
        ("b", 3, 1000.4),
        ("b", 9, 1000.4),
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["progress.json"]


def test_the_progress_lies_where_others_look_for_it(dataset: Dataset, marked: Marked) -> None:
    write_text_whole(progress_path(dataset, marked), '{"stage": "x", "done": 1, "total": 2, "started": 0, "pid": 3}')
    assert progress(dataset, marked) == Progress("x", 1, 2, 0, 3)
