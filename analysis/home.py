"""Which folder holds everything that Winnow keeps, and who may read what is written there and elsewhere?"""

from __future__ import annotations

import os
from pathlib import Path

OWNER_ALONE = 0o077  # the umask under which a new file has mode 600, a new folder 700
_given: list[int] = []  # the umask with which the process was started, once `write_for_owner_alone` has replaced it


def home_folder() -> Path:
    """`WINNOW_HOME`, or `~/.winnow`."""
    return Path(os.environ.get("WINNOW_HOME") or Path.home() / ".winnow").expanduser()


def make_home(home: Path) -> None:
    """Makes the folder where it is missing, and closes it to everybody but its owner. Raises OSError where it cannot.

    A folder that belongs to another person stays as it is.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = home.stat()
    if status.st_mode & OWNER_ALONE and status.st_uid == getattr(os, "getuid", lambda: status.st_uid)():
        home.chmod(0o700)


def write_for_owner_alone() -> None:
    """What this process and its children write from now on is readable by its owner alone; for the start of a program.

    `as_given` gives an export the modes that the person's own umask says.
    """
    before = os.umask(OWNER_ALONE)
    if not _given:
        _given.append(before)


def umask_given() -> int:
    """The umask with which the person started the program, from 0 to 0o777."""
    if _given:
        return _given[0]
    now = os.umask(OWNER_ALONE)
    os.umask(now)
    return now


def as_given(path: Path) -> None:
    """Gives a file, or a folder and all in it, the modes that the person's umask says."""
    if not _given:
        return
    for each in [path, *path.rglob("*")] if path.is_dir() else [path]:
        each.chmod((0o777 if each.is_dir() else 0o666) & ~_given[0])
