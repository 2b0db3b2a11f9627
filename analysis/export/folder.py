"""The folder of an export: written completely or not at all, and replaced only where that is asked for."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.counted import count
from analysis.errors import ExportError, ReceiptError
from analysis.export.receipt import read_receipt
from analysis.home import as_given
from analysis.whole_files import replace_folder, to_disk

RECEIPT, CARD = "receipt.json", "README.md"


@dataclass(frozen=True)
class Earlier:
    """The export that a folder holds: its rows, its format, the name of its dataset, the local time of its receipt,
    what was done with personal data, such as "EMAIL_ADDRESS=replace", empty where nothing was, the fingerprint of the
    source, the names of its data files, and which rows it has in words, "" where it has all."""

    rows: int
    to: str
    name: str
    written: datetime
    redact: tuple[str, ...]
    fingerprint: str = ""
    files: tuple[str, ...] = ()
    which: str = ""

    @property
    def sentence(self) -> str:
        """Rows, format, dataset, date, and whether personal data was taken out."""
        personal = f"personal data taken out ({', '.join(self.redact)})" if self.redact else "personal data as it was"
        export = f"an export of {count(self.rows)} of {self.name} as {self.to}"
        return f"{export}, written {self.written:%Y-%m-%d %H:%M}, {personal}"


def earlier_export(out: Path) -> Earlier | None:
    """The export in the folder; None where there is no folder, or an empty one.

    Raises ExportError where the folder holds anything else, or is a file.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise ExportError(f"{out} is a file; name a folder to export to.")
    file_names = {path.name for path in out.iterdir()}
    if not file_names:
        return None
    try:
        earlier = export_in(out)
    except ReceiptError:
        raise ExportError(
            f"{out} holds files that are no export of Winnow, such as {min(file_names)}; choose a new or empty folder."
        ) from None
    if others := sorted(file_names - {RECEIPT, CARD, *earlier.files}):
        more = f"{out} holds more than an earlier export, such as {others[0]}"
        raise ExportError(f"{more}; choose a new or empty folder.")
    return earlier


def export_in(out: Path) -> Earlier:
    """The export whose receipt is in the folder, whatever else is there. Raises ReceiptError where there is none."""
    receipt, _ = read_receipt(out / RECEIPT)
    redact = receipt.personal_data.redact if receipt.personal_data else ()
    written = datetime.fromtimestamp((out / RECEIPT).stat().st_mtime)
    files = tuple(file.path for file in receipt.files)
    which = [receipt.sentence] * bool(receipt.view)
    which += [f"tagged {' or '.join(receipt.tags.only)}"] * bool(receipt.tags.only)
    which += [f"without those tagged {' or '.join(receipt.tags.without)}"] * bool(receipt.tags.without)
    of = receipt.source
    return Earlier(receipt.rows_out, receipt.to, of.name, written, redact, of.fingerprint, files, ", ".join(which))


@contextlib.contextmanager
def new_folder(out: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder beside `out` that becomes it after success, and is removed after an error.

    Raises ExportError where `out` holds anything, unless that is an earlier export and `replace` is true.
    """
    out = Path(out).resolve()
    if (earlier := earlier_export(out)) and not replace:
        raise ExportError(f"{out} holds {earlier.sentence}; choose a new folder, or ask to replace it (--replace).")
    temporary = out.parent / f".{out.name}-{uuid.uuid4().hex[:8]}"
    try:
        temporary.mkdir(parents=True)
        yield temporary
        as_given(temporary)
        to_disk(temporary)
        if replace and out.exists():
            replace_folder(out, temporary)
        else:
            temporary.rename(out)  # fails where another export has filled the folder in the meantime
    except OSError as error:
        raise ExportError(f"{out} cannot be written ({error.strerror or error}); choose another folder.") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
