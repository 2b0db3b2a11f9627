"""Is what Winnow keeps closed to others, whatever the umask, and does an export have the modes that a person asks for?"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.home import make_home
from tests.support.browser import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
SAMPLE = ROOT / "sample_data" / "preferences.jsonl"


def run(home: Path, umask: int, *words: str | Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "winnow", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "WINNOW_HOME": str(home)},
        umask=umask,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_kept_is_for_the_owner_and_an_export_as_the_person_says(umask: int, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    run(home, umask, "compute", SAMPLE, "lengths")
    run(home, umask, "export", SAMPLE, "--out", out, "--to", "input", "--redact", "EMAIL_ADDRESS=pseudonym")
    kept = modes(home)
    assert any(name.endswith("annotations.db") for name in kept) and any("personal_data.key" in name for name in kept)
    assert any(name.endswith(".parquet") or name.endswith(".arrow") for name in kept)
    assert {name: oct(mode) for name, mode in kept.items() if mode & 0o077} == {}
    written = modes(out)
    assert len(written) >= 4
    folders = {name for name in written if (out / name).is_dir()}
    assert {oct(mode) for name, mode in written.items() if name in folders} == {oct(0o777 & ~umask)}
    assert {oct(mode) for name, mode in written.items() if name not in folders} == {oct(0o666 & ~umask)}


def test_an_open_home_of_ones_own_is_closed_and_a_foreign_one_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    make_home(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    tmp_path.chmod(0o755)
    monkeypatch.setattr("os.getuid", lambda: tmp_path.stat().st_uid + 1)
    make_home(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
