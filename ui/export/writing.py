"""The job that writes the files of an export, its result, and their download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest
from ui.export import folders
from ui.export.folders import Target
from ui.session import jobs

OFFERED_BYTES = 200 << 20


def start(dataset: Dataset, request: ExportRequest, target: Target, rows: int) -> None:
    """Starts the job; the folder is always below the workspace's `exports`."""
    arguments = ["export", "--to", request.to, "--out", str(folders.path_of(target, dataset, request, rows))]
    arguments += ["--replace"] * target.replace
    arguments += [f"--where={text}" for text in request.view.to_params()]
    arguments += [f"--tag={tag}" for tag in request.only_tags]
    arguments += [f"--without-tag={tag}" for tag in request.without_tags]
    arguments += [f"--clean={kind}" for kind in request.clean]
    arguments += [f"--add={column}" for column in request.add]
    if request.split_safe:
        arguments.append(f"--split-safe={request.split_safe}")
        arguments += [f"--protect={name}" for name in request.protect]
    arguments += [f"--redact={rule}" for rule in request.redact]
    arguments += ["--unpack-shots"] * request.unpack_shots
    arguments += [f"--until-proposed={tag}" for tag in request.until_proposed]
    arguments.append(f"--proposals={request.proposals}")
    st.session_state.pop("exported", None)
    st.session_state["exported_of"] = dataset.id
    st.session_state["exporting"] = jobs.start(*arguments, "--", dataset.id)


def exported(result: dict[str, Any] | None) -> None:
    """Stores the result of the job, None if it failed, for the page to show."""
    st.session_state.pop("exporting", None)
    st.session_state["exported"] = result


def latest(dataset: Dataset) -> dict[str, Any] | None:
    """The result of the latest export of this session, if it is of this dataset."""
    return st.session_state.get("exported") if st.session_state.get("exported_of") == dataset.id else None


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
