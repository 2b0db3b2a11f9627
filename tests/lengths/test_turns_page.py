"""Does the page Lengths show the turns of chats by role and the calls by tool, and no personal data in their names?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.structure import tables
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from ui.lengths import turns

MAIL = "ann.marsh@gravel-works.co"
TIDE = {"type": "function", "function": {"name": "tide", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("tide", "wind")]


def turn(role: str, content: str | None, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


CHATS: list[dict[str, Any]] = [
    {"messages": [turn("user", "Hi"), turn("assistant", "Hello")], "source": "a"},
    {
        "messages": [
            turn("user", "Tide?"),
            turn("assistant", None, tool_calls=[TIDE, TIDE]),
            turn("tool", "high"),
            turn("tool", "low"),
            turn("assistant", f"Ask {MAIL}."),
            turn(f"critic {MAIL} {'x' * 90}", "Good."),
        ],
        "tools": TOOLS,
        "source": "b",
    },
]


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    file = tmp_path / "chats.jsonl"
    file.write_text("".join(json.dumps(chat) + "\n" for chat in CHATS), encoding="utf-8")
    opened = Workspace(home).open([file])
    for name in ("lengths", "tokens", "personal_data"):
        compute(opened, opened.signal(name))
    return opened


def page(dataset: Dataset, *filters: str) -> AppTest:
    """The page with the unit turns."""
    at = open_page("lengths", dataset, *filters)
    return well(at.button_group(key="unit").set_value("turns").run())


def shown(at: AppTest, first: str) -> pl.DataFrame:
    """The table whose first column has this name."""
    frames = [pl.from_pandas(frame.value) for frame in at.dataframe]
    (found,) = (frame for frame in frames if frame.columns[0] == first)
    return found


def test_turns_by_role_and_calls_by_tool(dataset: Dataset) -> None:
    at = page(dataset)
    assert [heading.value for heading in at.subheader][-2:] == ["Turns by role", "Calls by tool"]
    assert "In 2 chats in view." in [text.value for text in at.text]
    roles = shown(at, "role")
    assert roles.columns == ["role", "chats", "turns", "turns per chat", "characters", "tokens", "tokens per turn"]
    assert roles.select("chats", "turns", "turns per chat").rows() == [
        (2, 3, 1.5),
        (1, 2, 2.0),
        (2, 2, 1.0),
        (1, 1, 1.0),
    ]
    assert roles["role"].to_list()[:3] == ["assistant", "tool", "user"]
    tools = shown(at, "tool")
    assert tools.columns == ["tool", "calls", "chats that call it", "chats that declare it"]
    assert tools.rows() == [("tide", 2, 1, 1), ("wind", 0, 0, 1)]


def test_names_are_masked_and_cut(dataset: Dataset) -> None:
    (name,) = shown(page(dataset), "role")["role"].to_list()[3:]
    assert MAIL not in name and name.startswith("critic a••@g••.co x") and len(name) == turns.LONGEST_NAME


def test_the_view_counts_and_no_tool_is_said(dataset: Dataset) -> None:
    at = page(dataset, "source~eq~a")
    assert shown(at, "role")["role"].to_list() == ["assistant", "user"]
    assert {"In 1 chat in view.", "No tool is called or declared."} <= {text.value for text in at.text}


def test_a_part_of_the_chats_is_called_a_part(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = tables.turns_in
    monkeypatch.setattr(turns, "turns_in", lambda dataset, view: counted(dataset, view, most=1))
    st.cache_resource.clear()
    assert "In 1 of 2 chats in view, drawn by chance." in [text.value for text in page(dataset).text]
    st.cache_resource.clear()


def test_without_chats_there_is_no_table(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_text('{"prompt": "Tide?", "response": "At ten."}\n', encoding="utf-8")
    plain = Workspace(home).open([file])
    compute(plain, plain.signal("lengths"))
    compute(plain, plain.signal("tokens"))
    assert "Turns by role" not in [heading.value for heading in page(plain).subheader]
