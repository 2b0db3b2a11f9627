"""The open dataset and the current view: from the URL, or from the session if the URL names none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from analysis.annotations import Annotations, in_place, open_annotations
from analysis.catalogue import CATALOGUE
from analysis.dataset import Dataset
from analysis.errors import DatasetError, ViewError, WinnowError
from analysis.home import home_folder
from analysis.view import View
from analysis.workspace import Workspace
from ui.session import history

KEPT_STEPS = 100
CONFIG, SPLIT = "--config=", "--split="
NOT_SHARED = ("check",)  # a blind check is one person's
PLACE_READ = "place_read"
"""In the session: the place of the row that is read, from 1, in the order of reading."""


@st.cache_resource(show_spinner=False)
def _workspace(home: str) -> Workspace:
    return Workspace(Path(home))


def workspace() -> Workspace:
    return _workspace(str(home_folder()))


@st.cache_resource(show_spinner=False)
def _annotations(home: str) -> Annotations:
    return open_annotations(Path(home))


def notes() -> Annotations:
    """The tags, saved views and people of this workspace."""
    return _annotations(str(workspace().home))


@st.cache_resource(max_entries=4, show_spinner="Loading the dataset …")
def _dataset(folder: str, changed: int) -> Dataset:
    return Dataset(Path(folder), CATALOGUE)


def load(id: str) -> Dataset:
    """The dataset of that id, shared by all sessions until its description changes. Raises DatasetError."""
    folder = workspace().folder / id
    path = folder / "dataset.json"
    if Path(id).name != id or not path.exists():
        raise DatasetError(f"This workspace has no dataset {id!r}.")
    return _dataset(str(folder), path.stat().st_mtime_ns)


def keep_parameters(dataset: Dataset, changed: Mapping[str, Mapping[str, object]]) -> Dataset:
    """The dataset with these parameters kept for it, by signal, in place of those of before."""
    return workspace().describe(dataset, parameters={**dataset.meta.get("parameters", {}), **changed})


def files_given() -> list[str]:
    """The files named on the command line that started the server."""
    return [argument for argument in sys.argv[1:] if not argument.startswith((CONFIG, SPLIT))]


def config_given() -> str | None:
    """The configuration of a dataset repository named on that command line."""
    return next((argument.removeprefix(CONFIG) for argument in sys.argv[1:] if argument.startswith(CONFIG)), None)


def split_given() -> str | None:
    """The split of a folder named on that command line."""
    return next((argument.removeprefix(SPLIT) for argument in sys.argv[1:] if argument.startswith(SPLIT)), None)


def dataset() -> Dataset | None:
    """The dataset that the URL names, else that of this session; None if there is none. Warns about a bad link."""
    history.note_address()
    asked = st.query_params.get("d")
    id = asked or st.session_state.get("dataset")
    opened = _dataset_of(id) if id else None
    if opened is None:
        st.session_state.pop("dataset", None)
        return None
    if st.session_state.get("dataset") not in (None, opened.id):
        for name in ("filters", "past", "future"):
            st.session_state[name] = []  # they belong to another dataset
    st.session_state["dataset"] = opened.id
    if asked != opened.id:
        st.query_params["d"] = opened.id
    take_tags(opened)
    return opened


def _dataset_of(id: str) -> Dataset | None:
    """The dataset of that id, or, with a warning, the one with the file name in the link."""
    try:
        return load(id)
    except DatasetError:
        opened = _of_that_name(st.query_params.get("n", ""))
    if opened is None:
        st.warning("This link is for a dataset that is not in this workspace. Open the file, then open the link again.")
    else:
        st.warning(
            "This link was made for other data with the same name. You see the rows of the data in this workspace."
        )
    return opened


def _of_that_name(name: str) -> Dataset | None:
    id = next((str(meta["id"]) for meta in workspace().datasets() if name and meta["name"] == name), None)
    return load(id) if id else None


def take_tags(of: Dataset) -> None:
    """Loads the latest tags into the dataset, which all sessions share."""
    in_place.take_tags(of, notes())
    take_rules(of)


def take_rules(of: Dataset) -> None:
    """Applies the rules for values that are not personal to the computed signals, which all sessions share."""
    in_place.take_rules(of, notes())


def choose(id: str, view: View | None = None) -> None:
    """Opens that dataset, with all rows in view unless a `view` is given."""
    st.session_state["dataset"] = st.query_params["d"] = id
    for name in ("past", "future"):
        st.session_state[name] = []
    st.query_params.pop("n", None)
    _write(view or View())


def forget(id: str) -> None:
    """Removes the imported copy of a dataset."""
    workspace().forget(load(id))
    if st.session_state.get("dataset") == id:
        st.session_state.pop("dataset")
        st.query_params.pop("d", None)


def change_roles(of: Dataset, roles: dict[str, str]) -> None:
    """Reads the open dataset again with other roles; the view stays the same."""
    try:
        changed = workspace().reread(of, {role: column or None for role, column in roles.items()})
    except WinnowError as error:
        st.session_state["job_error"] = str(error)
    else:
        st.session_state["dataset"] = st.query_params["d"] = changed.id


def view() -> View:
    """The view of this rerun, as `read_view` stored it."""
    return View.from_params(st.session_state.get("filters", []))


def read_view(of: Dataset) -> None:
    """Reads the view from the URL, or from the session if the URL has no filter; an unreadable link shows all rows.

    After Back or Forward a URL without a filter means all rows.
    """
    params = st.query_params.get_all("f") or history.remembered("filters") or []
    try:
        asked = View.from_params(params)
        of.check(asked)
    except ViewError as error:
        st.warning("The filters of this link could not be read, so all rows are shown.")
        st.text(str(error))
        asked = View()
    if history.is_step():
        _follow(asked.to_params())
    _write(asked)


def _follow(new: list[str]) -> None:
    """Keeps undo and redo in step with Back and Forward."""
    before = st.session_state.get("filters", [])
    past, future = (st.session_state.setdefault(name, []) for name in ("past", "future"))
    if new == before:
        return
    if past[-1:] == [new]:
        st.session_state["past"], st.session_state["future"] = past[:-1], [*future, before]
    elif future[-1:] == [new]:
        st.session_state["past"], st.session_state["future"] = [*past, before], future[:-1]
    else:
        st.session_state["past"], st.session_state["future"] = [*past, before][-KEPT_STEPS:], []


def set_view(new: View) -> None:
    """Changes session and URL together; undo restores the view before."""
    before = st.session_state.get("filters", [])
    if new.to_params() != before:
        st.session_state["past"] = [*st.session_state.get("past", []), before][-KEPT_STEPS:]
        st.session_state["future"] = []
    _write(new)


def _write(new: View) -> None:
    params = new.to_params()
    st.session_state["filters"] = params
    if st.query_params.get_all("f") != params:
        if params:
            st.query_params["f"] = params
        else:
            st.query_params.pop("f", None)


def can_undo() -> bool:
    return bool(st.session_state.get("past"))


def can_redo() -> bool:
    return bool(st.session_state.get("future"))


def undo() -> None:
    """Restores the view before the latest change."""
    _step("past", "future")


def redo() -> None:
    """Restores the view before the latest undo."""
    _step("future", "past")


def _step(back: str, forth: str) -> None:
    steps = st.session_state.get(back, [])
    if steps:
        st.session_state[forth] = [*st.session_state.get(forth, []), st.session_state.get("filters", [])]
        st.session_state[back] = steps[:-1]
        _write(View.from_params(steps[-1]))


def link(of: Dataset, shown: View, path: str | None = None) -> str:
    """The address of this page, or of `path`, with these rows and the current settings of the page."""
    here = urlsplit(st.context.url or "http://localhost:8501/")
    names = [name for name in st.query_params if name not in (*NOT_SHARED, "d", "n", "f")]
    settings = [(name, value) for name in names for value in st.query_params.get_all(name)]
    query = urlencode([("d", of.id), ("n", of.name), *(("f", text) for text in shown.to_params()), *settings])
    return urlunsplit((here.scheme, here.netloc, (here.path if path is None else path) or "/", query, ""))
