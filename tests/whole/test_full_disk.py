"""Is a disk that takes no more bytes said in one line, with exit code 2, and is nothing left half written?

The system refuses files above a size, as it refuses all on a full disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import ROOT

resource = pytest.importorskip("resource", reason="limits of a process are those of POSIX")
MOST = 60_000  # bytes of one file


def run(home: Path, *words: str | Path, most: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(
        [sys.executable, "-m", "winnow", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "WINNOW_HOME": str(home)},
        preexec_fn=limit,
        capture_output=True,
        text=True,
    )


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix != ".lock"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "rows.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"{i * 7919 % 10007} ?" * 5, "response": str(i**7)}) + "\n" for i in range(5000))
    )
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("open",),
        ("compute", "lengths"),
        ("export", "--to", "input", "--out", "{out}"),
        ("table", "--columns", "prompt", "--out", "{out}.csv"),
    ],
)
def test_a_full_disk_is_one_line(words: tuple[str, ...], source: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    command: list[str | Path] = [words[0], source, *(word.format(out=out) for word in words[1:])]
    if words[0] != "open":
        assert run(home, "table", source, "--columns", "prompt").returncode == 0  # opened, with a database
    before = names(tmp_path)
    refused = run(home, *command, most=MOST if words[0] != "compute" else 500)
    assert refused.returncode == 2, refused.stderr
    lines = refused.stderr.strip().splitlines()
    assert "Traceback" not in refused.stderr and "File too large" in lines[-1]
    left = {name for name in names(tmp_path) - before if name not in ("home", "home/datasets")}
    assert {name for name in left if not name.endswith((".parts", ".progress.json"))} == set(), "what computing resumes"
    done = run(home, *command)
    assert done.returncode == 0, done.stderr
