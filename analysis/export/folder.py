"""The folder of an export: written completely or not at all, and never over files that are not of an export."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import ExportError, ReceiptError
from analysis.export.receipt import read_receipt

RECEIPT, CARD = "receipt.json", "README.md"


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out` that replaces it after success, and is removed after an error."""
    out = Path(out).resolve()
    _refuse_foreign(out)
    temporary = out.parent / f".{out.name}-{uuid.uuid4().hex[:8]}"
    try:
        temporary.mkdir(parents=True)
        yield temporary
        if out.exists():
            old = temporary.with_name(f"{temporary.name}-old")
            out.rename(old)
            try:
                temporary.rename(out)
            except OSError:
                old.rename(out)
                raise
            shutil.rmtree(old, ignore_errors=True)
        else:
            temporary.rename(out)
    except OSError as error:
        raise ExportError(f"{out} cannot be written ({error.strerror or error}); choose another folder.") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse_foreign(out: Path) -> None:
    """Only an empty folder, or one that holds only an earlier export, may be replaced. Raises ExportError."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportError(f"{out} is a file; name a folder to export to.")
    file_names = {path.name for path in out.iterdir()}
    if not file_names:
        return
    try:
        earlier, _ = read_receipt(out / RECEIPT)
    except ReceiptError:
        raise ExportError(
            f"{out} holds files that are no export of Winnow, such as {min(file_names)}; choose a new or empty folder."
        ) from None
    if others := sorted(file_names - {RECEIPT, CARD, *(file.path for file in earlier.files)}):
        more = f"{out} holds more than an earlier export, such as {others[0]}"
        raise ExportError(f"{more}; choose a new or empty folder.")
