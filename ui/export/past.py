"""The exports of a dataset that are in the workspace: when, how many rows, in which format, and their files again."""

from __future__ import annotations

import functools
import io
import zipfile
from pathlib import Path

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import ReceiptError
from analysis.export.folder import CARD, RECEIPT, Earlier, export_in
from analysis.export.redaction.plan import read_plan
from analysis.personal_data.types import described
from ui.export import folders
from ui.session.number_words import count
from ui.session.text import cut

SHOWN = 10
OFFERED_BYTES = 200 << 20


@st.cache_resource(max_entries=512, show_spinner=False)
def _read(path: str, written: int) -> Earlier | None:
    try:
        return export_in(Path(path))
    except (ReceiptError, OSError):
        return None


def exports_of(dataset: Dataset, folder: Path) -> list[tuple[Path, Earlier]]:
    """The folders of a folder that hold an export of the same source, with what they hold, the latest first."""
    stamps = {}
    for receipt in folder.glob(f"*/{RECEIPT}"):
        if not receipt.parent.name.startswith("."):  # such a folder is still being written
            stamps[receipt.parent] = receipt.stat().st_mtime_ns
    read = ((path, _read(str(path), stamp)) for path, stamp in stamps.items())
    same = [(path, earlier) for path, earlier in read if earlier and earlier.fingerprint == dataset.fingerprint]
    return sorted(same, key=lambda one: (stamps[one[0]], one[0].name), reverse=True)


def exports(dataset: Dataset, above: Path | None = None) -> None:
    """A line for each of the latest exports of the dataset, with its files to download; nothing while there is none.

    `above`: the folder of an export that the page shows already.
    """
    of_dataset = [one for one in exports_of(dataset, folders.folder()) if one[0] != above]
    if not of_dataset:
        return
    st.subheader("Earlier exports of this dataset", anchor=False)
    for path, earlier in of_dataset[:SHOWN]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text("\n".join(_lines(path, earlier)))
            st.space("stretch")
            _offer(path, earlier)
    if (more := len(of_dataset) - SHOWN) > 0:
        st.text(f"{count(more, 'older export')} in {folders.folder()}.")


def _lines(path: Path, earlier: Earlier) -> list[str]:
    """When, how many rows, in which format and with which personal data; which rows; the name of the folder."""
    taken_out = ", ".join(described(rule.type).title for rule in read_plan(earlier.redact).values())
    personal = f"taken out: {taken_out}" if taken_out else "personal data as it was"
    what = f"{earlier.written:%Y-%m-%d %H:%M} · {count(earlier.rows)} · {earlier.to} · {personal}"
    which = [cut(f"Rows: {earlier.which}", 140)] if earlier.which else []
    return [what, *which, f"Folder: {path.name}"]


def _offer(path: Path, earlier: Earlier) -> None:
    """A button that downloads the data file, or all files of the export as one where there are several."""
    files = [path / name for name in earlier.files]
    size = sum(file.stat().st_size for file in files if file.exists())
    is_one = len(files) == 1
    if not size or size > OFFERED_BYTES:
        st.text("No file is left." if not size else f"{size / 1e6:,.0f} MB: copy it from the folder.")
        return
    st.download_button(
        f"Download ({size / 1e3:,.0f} kB)",
        files[0].read_bytes if is_one else functools.partial(_together, [*files, path / CARD, path / RECEIPT]),
        files[0].name if is_one else f"{path.name}.zip",
        key=f"get_again_{path.name}",
        icon=":material/download:",
        on_click="ignore",
    )


def _together(files: list[Path]) -> bytes:
    """These files in one ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return packed.getvalue()
