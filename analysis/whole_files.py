"""A file or a folder is written whole or not at all: no reader sees half of it, or none where one was."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from analysis.home import as_given, home_folder


@contextlib.contextmanager
def whole_file(path: Path, *, durable: bool = True, is_private: bool = False) -> Iterator[Path]:
    """The path of a temporary file beside `path`, which replaces `path` when the block ends.

    Where the block raises, the temporary file is deleted and `path` stays as it was. With `durable` the bytes are on
    the disk before the replacement, so that a power failure leaves the old file or the new one; without it, which is
    faster, it may leave an empty one. The new file has the mode of the old one; without an old one, a file outside
    `WINNOW_HOME` has the mode that the person's umask says. With `is_private` its owner alone may read it, whatever was
    there.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        if durable:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        if is_private:
            temporary.chmod(0o600)
        elif path.exists():
            shutil.copymode(path, temporary)
        elif not path.resolve().is_relative_to(home_folder().resolve()):
            as_given(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text_whole(path: Path, text: str, *, durable: bool = True) -> None:
    """Writes a text as UTF-8 by `whole_file`."""
    with whole_file(path, durable=durable) as temporary:
        temporary.write_text(text, encoding="utf-8")


def to_disk(folder: Path) -> None:
    """Waits until every file in the folder, and the folder itself, is on the disk."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir() and os.name == "nt":  # a folder cannot be opened there
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_folder(path: Path, new: Path) -> None:
    """The folder `new`, beside `path`, becomes `path`; what was there is deleted afterwards.

    On Linux and macOS both change places in one step, so that one of them is always there. Elsewhere, and on a disk
    that cannot do it, there is a moment without; the old folder comes back where the second step fails. Raises OSError.
    """
    old = new.with_name(f"{new.name}-old")
    if _exchange(path, new):
        new.rename(old)
    else:
        path.rename(old)
        try:
            new.rename(path)
        except OSError:
            old.rename(path)
            raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Whether the two paths have changed places, which is one step or nothing."""
    names = os.fsencode(one), os.fsencode(other)
    system = ctypes.CDLL(None) if sys.platform in ("linux", "darwin") else None
    if system is None:
        return False
    if sys.platform == "darwin":
        return bool(system.renamex_np(*names, 2) == 0)  # RENAME_SWAP
    try:
        call = system.renameat2  # glibc from 2.28
    except AttributeError:
        return False
    here = -100  # AT_FDCWD
    return bool(call(here, names[0], here, names[1], 2) == 0)  # RENAME_EXCHANGE
