"""A file is written whole or not at all: no reader sees half of it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """The path of a temporary file beside `path`, which replaces `path` when the block ends.

    Where the block raises, the temporary file is deleted and `path` stays as it was. With `durable` the bytes are on
    the disk before the replacement, so that a power failure leaves the old file or the new one; without it, which is
    faster, it may leave an empty one.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        if durable:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text_whole(path: Path, text: str, *, durable: bool = True) -> None:
    """Writes a text as UTF-8 by `whole_file`."""
    with whole_file(path, durable=durable) as temporary:
        temporary.write_text(text, encoding="utf-8")
