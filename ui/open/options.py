"""How are the chosen files to be read? Choices of separator, header, encoding, layout, configuration and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.dataset.names import names_in_file
from analysis.formats import ReadOptions, column_types, configurations, encodings, preview
from analysis.formats.layouts import LAYOUTS
from analysis.given_files import below_data_folders, given_files
from ui.session.text import md

SEPARATORS = {"as detected": None, "comma": ",", "semicolon": ";", "tab": "\t", "vertical bar": "|"}
HEADERS = {"as detected": None, "the names of the columns": True, "the first row": False}
AS_DETECTED = ""


@dataclass(frozen=True)
class Chosen:
    """What the page's widgets say; `None` is "as detected"."""

    separator: str | None
    header: bool | None
    encoding: str | None
    layout: str | None
    config: str | None
    missing: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()

    def reading(self) -> ReadOptions:
        return ReadOptions(
            separator=self.separator,
            header=self.header,
            encoding=self.encoding,
            layout=self.layout,
            config=self.config,
            missing=self.missing,
            types=self.types,
        )


def choose(config: str | None) -> Chosen:
    """The widgets of the reading options, and what they say."""
    with st.expander("Change encoding, separator, header", expanded=bool(st.session_state.get("missing"))):
        left, right = st.columns(2)
        separator = SEPARATORS[left.selectbox("Separator of CSV cells", SEPARATORS, key="separator")]
        header = HEADERS[right.selectbox("The first line of a CSV is", HEADERS, key="header")]
        titles = {AS_DETECTED: "as detected", **encodings.TITLES}
        encoding = left.selectbox("Encoding of text files", titles, format_func=titles.__getitem__, key="encoding")
        layouts = {AS_DETECTED: "as detected", "columns": "by columns only"}
        layouts |= {layout.name: f"{layout.title} ({layout.name})" for layout in LAYOUTS}
        layout = right.selectbox("Layout of the records", layouts, format_func=layouts.__getitem__, key="layout")
        words = left.text_input("Words that mean: no value", key="missing", placeholder="NULL, N/A")
        missing = tuple(word.strip() for word in words.split(",") if word.strip())
    return Chosen(separator, header, encoding or None, layout or None, config, missing)


def configuration(paths: Sequence[str]) -> str | None:
    """The configuration of a dataset repository, where the only chosen folder has several."""
    folders = [Path(path) for path in paths if Path(path).is_dir()]
    names = configurations(folders[0]) if len(folders) == 1 else []
    if len(names) < 2:
        return None
    return st.selectbox("Configuration", names, format_func=md, key="config")


def choose_types(chosen: Chosen, seen: Mapping[str, Any]) -> Chosen:
    """The widgets that set the type of a column of the preview by hand; the same choice with these types."""
    columns = [name for column, name in names_in_file(seen).items() if column not in seen["added"]]
    with st.expander("Types of columns"):
        picked = st.multiselect("Columns whose type you set", columns, format_func=md, key="typed_columns")
        types = [
            (column, st.selectbox(md(column), list(column_types.TYPES), key=f"type_{column}")) for column in picked
        ]
    return replace(chosen, types=tuple(types))


def previewed(paths: Sequence[str], chosen: Chosen, roles: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The beginning of the dataset as it would be opened, with the name of each file below the configured folders.

    `roles`: those that a person has changed, "" for no column. Raises FormatError, DatasetError.
    """
    files, reading, _ = given_files(paths, replace(chosen.reading(), roles=tuple((roles or {}).items())))
    return preview([below_data_folders(file) if str(file) not in paths else file for file in files], reading)
