"""The parts of the page Export: its options, the job that writes the files, and their download."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL, PLACE, TAGS
from analysis.duplicates.splits import evaluation_splits
from analysis.errors import ExportError
from analysis.export import ExportRequest
from analysis.export.request import CLEANABLE
from analysis.export.waterfall import Step, choose, protected_splits
from analysis.noise import KINDS
from analysis.signal import ROW_ID
from ui.session import jobs, places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import cut

OFFERED_BYTES = 200 << 20
WORDS = {
    "input": "as in the source: all fields unchanged",
    "messages": "messages: role and content",
    "sharegpt": "ShareGPT: from and value",
    "alpaca": "Alpaca: instruction, input, output",
    "prompt_completion": "prompt and completion",
    "preference": "preference: prompt, chosen, rejected",
    "kto": "KTO: prompt, completion, label",
    "parquet": "Parquet table",
    "csv": "CSV table",
}


@st.cache_data(max_entries=64, show_spinner="Counting the rows to export …")
def _steps(key: Key, _dataset: Dataset, _request: ExportRequest) -> Sequence[Step]:
    reasons = session.notes().tags.reasons(_dataset.fingerprint) if _request.without_tags else None
    return choose(_dataset, _request, reasons).steps


def steps(dataset: Dataset, request: ExportRequest) -> Sequence[Step]:
    """The waterfall from all records to the exported rows; counted once per view, tags and options."""
    tags = (*(f"+{tag}" for tag in request.only_tags), *(f"-{tag}" for tag in request.without_tags))
    signals = map(dataset.signal, ("tokens", "near_groups", "exact_duplicates", "personal_data", "named_entities"))
    asked = (request.to, request.split_safe, *request.protect, *tags, *request.redact)
    return _steps(key_of(dataset, *TAGS, *signals, view=request.view, more=asked), dataset, request)


def choose_cleaning() -> list[str]:
    """A choice of the kinds of noise to remove from exported texts; none by default."""
    titles = {name: KINDS[name].title for name in CLEANABLE}
    return st.multiselect(
        "Remove from the texts", list(titles), format_func=titles.__getitem__, key="clean", placeholder="nothing"
    )


def begin_cleaning(dataset: Dataset, kinds: list[str]) -> None:
    """Opens the page Export with these kinds chosen, and a format whose texts can be cleaned."""
    answered = {"prompt", "response"} <= set(dataset.canonical)
    fitting = {"messages": "messages" in dataset.canonical, "preference": "rejected" in dataset.canonical}
    to = next((name for name, fits in fitting.items() if fits), "prompt_completion" if answered else "parquet")
    st.session_state["clean"] = [kind for kind in CLEANABLE if kind in kinds]
    st.session_state["to"] = to
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params()}
    st.switch_page(places.page("export"), query_params=params)


def choose_added(dataset: Dataset) -> list[str]:
    """A choice of computed columns to export with the others; none by default."""
    excluded = {*CANONICAL, *PLACE, *TAGS, *dataset.originals, ROW_ID}
    return st.multiselect(
        "Add computed columns", [c for c in dataset.shown_columns if c not in excluded], key="add", placeholder="none"
    )


def choose_split_safe(dataset: Dataset) -> tuple[str, tuple[str, ...]]:
    """A choice of the split column and of the splits that stay whole, nothing by default; ends the page if copies are
    not computed yet."""
    split, files = dataset.role("split"), len(dataset.meta["files"]) > 1
    offered = list(
        dict.fromkeys([*([split] if split else []), *(["source_file"] if files else []), *dataset.categories])
    )
    if not offered:
        return "", ()
    column = st.selectbox(
        "Split-safe: no copies between values of",
        offered,
        index=None,
        format_func=cut,
        key="split_safe",
        placeholder="nothing",
        help="Such as train and test: if rows with different values are copies, those of the value that stays whole "
        "are exported and the others are not. Set the similarity of near duplicates on the page Duplicates.",
    )
    if not column:
        return "", ()
    if not jobs.require(dataset, "exact_duplicates", "near_groups"):
        st.stop()
    return column, _choose_protected(dataset, column)


def _choose_protected(dataset: Dataset, column: str) -> tuple[str, ...]:
    """A choice of the splits that stay whole; by default those of evaluation."""
    try:
        splits, usual = protected_splits(dataset, column)
    except ExportError as error:
        st.text(str(error))
        st.stop()
    named = "by its name" if evaluation_splits(usual) else "the smallest, because none is named like test or validation"
    return tuple(
        st.multiselect(
            "Stays whole",
            splits.names,
            default=usual,
            format_func=cut,
            key=f"protect_{column}",
            placeholder=f"{cut(' and '.join(usual), 40)}: {named}",
            help=f"Rows of other values that are copies of these rows are left out. By default: {named}.",
        )
    )


def usual_folder(dataset: Dataset, to: str) -> str:
    """A folder name from the names of dataset and format, with letters, digits, `.`, `_` and `-` only."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(dataset.name).stem).strip("-.") or "dataset"
    return f"{stem[:60]}-{to}"


def start(dataset: Dataset, request: ExportRequest, folder: str) -> None:
    """Starts the job; the folder is always below the workspace's `exports`, with unsafe characters replaced."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder).strip("-.") or usual_folder(dataset, request.to)
    out = session.workspace().home / "exports" / name
    arguments = ["export", "--to", request.to, "--out", str(out)]
    arguments += [f"--where={text}" for text in request.view.to_params()]
    arguments += [f"--tag={tag}" for tag in request.only_tags]
    arguments += [f"--without-tag={tag}" for tag in request.without_tags]
    arguments += [f"--clean={kind}" for kind in request.clean]
    arguments += [f"--add={column}" for column in request.add]
    if request.split_safe:
        arguments.append(f"--split-safe={request.split_safe}")
        arguments += [f"--protect={name}" for name in request.protect]
    arguments += [f"--redact={rule}" for rule in request.redact]
    st.session_state.pop("exported", None)
    st.session_state["exporting"] = jobs.start(*arguments, "--", dataset.id)


def exported(result: dict[str, Any] | None) -> None:
    """Stores the result of the job, None if it failed, for the page to show."""
    st.session_state.pop("exporting", None)
    st.session_state["exported"] = result


def files_of(result: dict[str, Any]) -> list[Path]:
    """The data files, the dataset card and the receipt."""
    folder = Path(result["receipt"]).parent
    return [*(folder / file["path"] for file in result["files"]), folder / "README.md", Path(result["receipt"])]


def offer(path: Path) -> None:
    """A button that downloads the file; for a file over 200 MB its path instead."""
    size = path.stat().st_size if path.exists() else 0
    if size > OFFERED_BYTES:
        st.text(f"{path.name} ({size / 1e6:,.0f} MB) is at {path}")
    elif size:
        st.download_button(
            f"Download {path.name} ({size / 1e3:,.0f} kB)",
            path.read_bytes,
            path.name,
            key=f"get_{path.name}",
            on_click="ignore",
        )
