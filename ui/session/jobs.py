"""Long work in a process of its own: a click stops the script of a page, but not the job."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.computing import budget, computing
from analysis.computing.failures import failure_sentence
from analysis.computing.progress import Progress
from analysis.dataset import Dataset
from analysis.errors import JobError
from analysis.home import umask_given
from analysis.signal import Signal
from ui.session import allowed
from ui.session.session import workspace
from ui.session.text import count, duration

ROOT = Path(__file__).parents[2]
BACKGROUND_NICE = 10
NAMES = {
    "lengths": "lengths",
    "tokens": "tokens",
    "exact_duplicates": "exact duplicates",
    "verb_noun": "verbs and nouns",
    "formatting": "kinds of formatting",
    "embedding": "vectors",
    "neighbours": "nearest rows",
    "meaning_pairs": "pairs with the same meaning",
    "meaning_conflicts": "conflicts between prompts with the same meaning",
    "personal_data": "places of personal data",
    "trainer": "tokens as the trainer reads them",
    "named_entities": "names of people, places and organisations",
}


@st.cache_resource(show_spinner=False)
def started_processes() -> dict[str, subprocess.Popen[bytes]]:
    """The processes that this server started, by the id of the job; all sessions share them."""
    return {}


def start(*arguments: str, is_background: bool = False) -> str:
    """Runs `python -m analysis ARGUMENTS --json --progress FILE` in a process of its own; gives the job's id.

    A background job has a low priority, so that pages and jobs that a person asked for come first.
    """
    id = uuid.uuid4().hex[:12]
    folder = _folder(id)
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-P",
        "-m",
        "analysis",
        arguments[0],
        "--json",
    ]  # -P: imports nothing from the current folder
    if arguments[0] in ("open", "export", "clean"):
        command += ["--progress", str(folder / "progress.json")]
    command += arguments[1:]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            umask=umask_given(),
            env={**os.environ, "WINNOW_HOME": str(workspace().home), "PYTHONPATH": path},
        )
    if is_background and hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, BACKGROUND_NICE)
    started_processes()[id] = process
    return id


def _folder(id: str) -> Path:
    return workspace().home / "jobs" / id


def is_over(id: str) -> bool:
    process = started_processes().get(id)
    return process is None or process.poll() is not None


def has_failed(id: str) -> bool:
    process = started_processes().get(id)
    return process is not None and bool(process.poll())


def result(id: str) -> Any:
    """The result of a job. Raises JobError where it failed, with the last line of its stderr."""
    process = started_processes().get(id)
    if process is None or process.returncode != 0:
        error = (
            (_folder(id) / "err").read_text(encoding="utf-8", errors="replace").strip() if _folder(id).exists() else ""
        )
        raise JobError(
            error.splitlines()[-1] if error else "The job was stopped before it was complete. Start it again."
        )
    return json.loads((_folder(id) / "out").read_bytes())


def stop(id: str) -> None:
    """Stops a job; its finished parts stay, and a new start continues from there."""
    process = started_processes().get(id)
    if process and process.poll() is None:
        _end(process.pid)
        process.wait()


def _end(pid: int) -> None:
    """Ends a job and the processes it started. A job started from a shell may have no process group of its own."""
    try:
        if hasattr(os, "killpg") and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGTERM)
        else:
            os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has already ended


@st.fragment(run_every=0.5)
def wait_for(id: str, title: str, then: Callable[[Any], None]) -> None:
    """A progress bar until the job ends; then calls `then` with its result, None if it failed, and reruns the page."""
    if not is_over(id):
        state = Progress.read(_folder(id) / "progress.json")
        words = f"{title}: {state.stage}" if state else f"{title} …"
        left = f", about {duration(state.seconds_left)} left" if state and state.seconds_left else ""
        st.progress(state.share if state else 0.0, words + left)
        st.button("Stop", key=f"stop_{id}", on_click=stop, args=(id,))
        return
    try:
        then(result(id))
    except JobError as error:
        st.session_state["job_error"] = str(error)
        then(None)
    st.rerun()


def compute(dataset: Dataset, signal_: Signal) -> None:
    """Starts a job for this signal. If another person has started one, the second waits for the first."""
    st.session_state[f"job_{signal_.key}"] = start("compute", "--", dataset.id, signal_.name)


def prepare(dataset: Dataset) -> None:
    """Starts one job for what fits into the budget; what takes longer is offered with its estimate."""
    missing = [signal for signal in budget.by_itself(dataset) if not dataset.has(signal)]
    if missing and (seconds := allowed.seconds()):
        compute_within(dataset, (), seconds, missing)


def compute_within(dataset: Dataset, signals: Sequence[Signal], seconds: float, missing: Sequence[Signal]) -> None:
    """Starts one job of low priority that computes what fits into so many seconds: of these signals, of all that may be
    computed without being asked for if there are none. `missing`: those that it may compute."""
    options = ("--within", f"{seconds:g}", "--", dataset.id)
    job = start("compute", *options, *(s.name for s in signals), is_background=True)
    st.session_state[_allowed(job)] = seconds
    for signal_ in missing:
        st.session_state[f"job_{signal_.key}"] = job


def seconds_allowed(job: str) -> float | None:
    """The seconds of a job that computes what fits into them; None for any other job."""
    seconds: float | None = st.session_state.get(_allowed(job))
    return seconds


def _allowed(job: str) -> str:
    return f"seconds_{job}"


def try_together(dataset: Dataset, signals: Sequence[Signal]) -> None:
    """Starts one job of low priority that only estimates how long these signals take."""
    start("compute", "--trial", "--", dataset.id, *(s.name for s in signals), is_background=True)


def compute_together(dataset: Dataset, signals: Sequence[Signal], *, is_background: bool = False) -> None:
    """Starts one job that computes these signals one after the other."""
    job = start("compute", "--", dataset.id, *(s.name for s in signals), is_background=is_background)
    for signal_ in signals:
        st.session_state[f"job_{signal_.key}"] = job


def failures(dataset: Dataset, signals: Sequence[Signal]) -> list[str]:
    """A sentence for each of these signals that failed on some rows."""
    sentences = (failure_sentence(dataset, s, name_of(s.name).capitalize()) for s in signals if dataset.has(s))
    return [sentence for sentence in sentences if sentence]


def require(dataset: Dataset, *names: str) -> bool:
    """Whether these signals are computed; draws a panel with a button for each that is not, and says of those that are
    on how many rows they failed."""
    wanted = [dataset.signal(name) for name in names]
    missing = [s for s in wanted if not dataset.has(s)]
    for sentence in failures(dataset, wanted):
        st.text(sentence)
    for signal_ in missing:
        _panel(dataset, signal_)
    return not missing


@st.fragment(run_every=1)
def _panel(dataset: Dataset, signal_: Signal) -> None:
    """A button to compute a signal with the estimated time, or its progress; only this part reruns during the work."""
    if dataset.has(signal_):
        st.rerun()
    name = name_of(signal_.name)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        job = st.session_state.get(f"job_{signal_.key}")
        if computing.is_running(dataset, signal_) or (job and not is_over(job)):
            state = computing.progress(dataset, signal_)
            left = f", about {duration(state.seconds_left)} left" if state and state.seconds_left else ""
            without = f" {count(state.failed)} failed so far and will have no value." if state and state.failed else ""
            st.progress(
                state.share if state else 0.0,
                f"Computing {name}{left}. You can use other pages during this time.{without}",
            )
            st.button("Stop", key=f"stop_{signal_.key}", on_click=stop_signal, args=(dataset, signal_))
            return
        if job and has_failed(job):
            say_why(job)
        seconds = computing.estimate(dataset, signal_)
        cost = f", which takes about {duration(seconds)}" if seconds is not None else ""
        done = computing.progress(dataset, signal_)
        st.text(f"The {name} of {count(dataset.height)} are not computed yet{cost}.")
        word = "Continue computing" if done and done.done else "Compute"
        st.button(f"{word} {name}", key=f"go_{signal_.key}", type="primary", on_click=compute, args=(dataset, signal_))


def name_of(signal: str) -> str:
    """What a signal computes, in words."""
    return NAMES.get(signal, signal.replace("_", " "))


def say_why(job: str) -> None:
    """Shows the last line of the failed job's stderr."""
    try:
        result(job)
    except JobError as error:
        st.text(str(error))


def stop_signal(dataset: Dataset, signal_: Signal) -> None:
    """Stops the work on a signal, even if another person started it."""
    state = computing.progress(dataset, signal_)
    if state and computing.is_running(dataset, signal_):
        _end(state.pid)
    elif job := st.session_state.get(f"job_{signal_.key}"):
        stop(job)  # the job has not reached this signal yet


def show_error() -> None:
    """Shows the error of the latest failed job, once."""
    if error := st.session_state.pop("job_error", None):
        st.error("That did not work.")
        st.text(error)


def arguments_of(files: Sequence[str], roles: dict[str, str] | None = None, **options: Any) -> list[str]:
    """The command line that opens these files with the options chosen on the page."""
    arguments = ["open"]
    for role, column in (roles or {}).items():
        arguments += ["--role", f"{role}={column}"]
    for name in ("separator", "encoding", "layout", "config", "split"):
        if (value := options.get(name)) is not None:
            arguments += [f"--{name}", str(value)]
    for column, type_ in options.get("types", ()):
        arguments += ["--type", f"{column}={type_}"]
    for word in options.get("missing", ()):
        arguments += ["--missing", word]
    if (header := options.get("header")) is not None:
        arguments.append("--header" if header else "--no-header")
    return [*arguments, "--", *files]
