"""Do the faults of a row lead to the rows with the same fault, by a click in the reader?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Page, expect

from analysis.computing import compute
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import address, counted, read_row, settled, undamaged, view_of
from ui.reading import same_fault
from ui.session import session

CHATS = [
    [("user", "Tide?"), ("assistant", "At ten.")],
    [("user", "Tide? "), ("assistant", "At ten.")],
    [("user", "Tide? "), ("user", "Wind?"), ("assistant", "At ten.")],
    [("user", "Tide?"), ("user", "Wind?"), ("assistant", "None.")],
]


def file_of(folder: Path) -> Path:
    file = folder / "chats.jsonl"
    turns = [[{"role": role, "content": text} for role, text in chat] for chat in CHATS]
    file.write_text("".join(json.dumps({"messages": chat}) + "\n" for chat in turns), encoding="utf-8")
    return file


@pytest.mark.browser
def test_a_click_on_a_fault_shows_the_rows_with_it(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    home = tmp_path / "home"
    dataset = Workspace(home).open([file_of(tmp_path)])
    compute(dataset, dataset.signal("structure"))
    ids = dataset.column("row_id").to_list()
    page.goto(f"{address(server(home=home), '/read', dataset)}&row={ids[2]}")
    settled(page, "Read")
    assert read_row(page, 2) == ids[2]
    note = page.locator(".reader .note")
    expect(note).to_have_text("Faults of its structure: edge white space, same role twice.")
    note.get_by_role("button", name="same role twice").click()
    counted(page, 2)
    assert view_of(page).to_params() == ["structure_faults~has~same_role_twice"]
    assert read_row(page, 0) == ids[2]  # the row that was read stays
    undamaged(page)
    note.get_by_role("button", name="edge white space").click()  # another fault takes its place
    expect(page.locator('.reader[data-at="1"]')).to_be_visible()
    assert view_of(page).to_params() == ["structure_faults~has~edge_white_space"]
    assert read_row(page, 1) == ids[2]


def test_each_click_counts_once_and_only_known_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    views = [View.from_params(["source~in~web", "structure_faults~has~no_user"])]
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(session, "view", lambda: views[-1])
    monkeypatch.setattr(session, "set_view", views.append)
    click = {"fault": {"name": "empty_turn", "n": 1}}
    assert same_fault.take_wish(click)
    assert not same_fault.take_wish(click)
    assert views[-1].to_params() == ["source~in~web", "structure_faults~has~empty_turn"]
    for nothing in (
        None,
        {},
        {"fault": None},
        {"fault": {"name": "x~has~y", "n": 2}},
        {"fault": {"name": ["a"], "n": 3}},
    ):
        assert not same_fault.take_wish(nothing)
    assert len(views) == 2
