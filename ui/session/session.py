"""The open dataset and the current view: the URL wins when it speaks, the session remembers when it is silent."""

from __future__ import annotations

import sys
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

KEPT_STEPS = 100
NOT_SHARED = ("row", "check")  # where one person is: the row read, and a blind check under way


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
        raise DatasetError(f"No dataset {id!r} is opened here.")
    return _dataset(str(folder), path.stat().st_mtime_ns)


def files_given() -> list[str]:
    """The files named on the command line that started the server."""
    return sys.argv[1:]


def dataset() -> Dataset | None:
    """The dataset that the URL names, else the one this session had; None where there is none. Says what went wrong."""
    asked = st.query_params.get("d")
    id = asked or st.session_state.get("dataset")
    found = _found(id) if id else None
    if found is None:
        st.session_state.pop("dataset", None)
        return None
    if st.session_state.get("dataset") not in (None, found.id):
        st.session_state["filters"] = []  # those of another dataset
    st.session_state["dataset"] = found.id
    if asked != found.id:
        st.query_params["d"] = found.id
    take_tags(found)
    return found


def _found(id: str) -> Dataset | None:
    """The dataset of that id, or with a warning the one of the link's file name."""
    try:
        return load(id)
    except DatasetError:
        found = _of_that_name(st.query_params.get("n", ""))
    if found is None:
        st.warning("This link is for data that is not opened here. Open the file, then follow the link again.")
    else:
        st.warning("This link was made on other data of the same name. The rows you see are of the data opened here.")
    return found


def _of_that_name(name: str) -> Dataset | None:
    known = next((str(meta["id"]) for meta in workspace().datasets() if name and meta["name"] == name), None)
    return load(known) if known else None


def take_tags(found: Dataset) -> None:
    """Puts the latest tags in place; all sessions share them."""
    in_place.take_tags(found, notes())
    take_rules(found)


def take_rules(found: Dataset) -> None:
    """Puts in place what people ruled out as not personal, for what is computed by now; all sessions share it."""
    in_place.take_rules(found, notes())


def choose(id: str, view: View | None = None) -> None:
    """Makes that dataset the open one, with all rows in view."""
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
    """Reads the open dataset again with other roles; the view stays."""
    try:
        changed = workspace().reread(of, {role: column or None for role, column in roles.items()})
    except WinnowError as error:
        st.session_state["job_error"] = str(error)
    else:
        st.session_state["dataset"] = st.query_params["d"] = changed.id


def view() -> View:
    """The view of this rerun, as `read_view` took it."""
    return View.from_params(st.session_state.get("filters", []))


def read_view(of: Dataset) -> None:
    """Takes the view from the URL, or from the session where that is silent; an unreadable link shows all rows."""
    params = st.query_params.get_all("f") or st.session_state.get("filters", [])
    try:
        asked = View.from_params(params)
        of.check(asked)
    except ViewError as error:
        st.warning("The filters of this link could not be read, so all rows are shown.")
        st.text(str(error))
        asked = View()
    _write(asked)


def set_view(new: View) -> None:
    """Session and URL change together, here and nowhere else; the view before can be had back by undo."""
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
    """The view before the latest change."""
    _step("past", "future")


def redo() -> None:
    """The view that the latest undo left."""
    _step("future", "past")


def _step(back: str, forth: str) -> None:
    steps = st.session_state.get(back, [])
    if steps:
        st.session_state[forth] = [*st.session_state.get(forth, []), st.session_state.get("filters", [])]
        st.session_state[back] = steps[:-1]
        _write(View.from_params(steps[-1]))


def link(of: Dataset, shown: View, path: str | None = None) -> str:
    """The address that shows these rows in any browser that reaches this server, on this page as it is set up."""
    here = urlsplit(st.context.url or "http://localhost:8501/")
    names = [name for name in st.query_params if name not in (*NOT_SHARED, "d", "n", "f")]
    settings = [(name, value) for name in names for value in st.query_params.get_all(name)]
    query = urlencode([("d", of.id), ("n", of.name), *(("f", text) for text in shown.to_params()), *settings])
    return urlunsplit((here.scheme, here.netloc, (here.path if path is None else path) or "/", query, ""))
