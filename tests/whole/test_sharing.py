"""Does a link open what its maker sees, do saved views have their own button, and is a person's name asked for once?"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from ui.frame import sharing
from ui.session import login

ROWS = [{"instruction": f"Question {i}?", "output": f"Answer {i}.", "source": "ab"[i % 2]} for i in range(6)]


@pytest.fixture
def dataset(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr("sys.argv", ["app.py"])
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    opened = Workspace().open([path])
    compute(opened, opened.signal("lengths"))
    return opened


def shared(at: AppTest) -> dict[str, list[str]]:
    """What the link says, with the popover Share opened."""
    at.session_state["share"] = True
    at = well(at.run())
    return parse_qs(urlsplit(at.code[0].value).query)


def test_a_link_says_row_filter_order_and_settings(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[tuple[str, ...]] = []
    monkeypatch.setattr(sharing, "copy_button", lambda *parts: copied.append(parts))
    row = dataset.column("row_id")[4]
    at = open_page("reading", dataset, "source~eq~a", row=row, order="longest", check="another person's")
    link = shared(at)
    assert (link["d"], link["f"], link["row"], link["order"]) == ([dataset.id], ["source~eq~a"], [row], ["longest"])
    assert "check" not in link
    label, text, then, _ = copied[-1]
    assert label == "Copy link" and parse_qs(urlsplit(text).query) == link
    assert then.startswith("Link copied. Opens row ") and then.endswith(" with the filter source is a.")


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ((), "Opens all 6 rows."),
        (("is_duplicate_extra~eq~true",), "Opens the rows with the filter repeats an earlier row."),
        (("source~eq~a", "source~ne~b"), "Opens the rows with 2 filters."),
        (("source~!eq~a",), "Opens all 6 rows."),
    ],
)
def test_what_a_link_opens_in_words(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, filters: tuple[str, ...], sentence: str
) -> None:
    compute(dataset, dataset.signal("exact_duplicates"))
    copied: list[tuple[str, ...]] = []
    monkeypatch.setattr(sharing, "copy_button", lambda *parts: copied.append(parts))
    shared(open_page("compare", dataset, *filters))
    assert copied[-1][2] == f"Link copied. {sentence}"


def test_saved_views_have_their_own_button(dataset: Dataset) -> None:
    at = open_page("compare", dataset, "source~eq~a")
    at.session_state["views"] = True
    at = well(at.run())
    assert any("No view is saved yet" in text.value for text in at.text)
    at.text_input(key="view_name").set_value("mine")
    next(button for button in at.button if button.label == "Save").click()
    at = well(at.run())
    with open_annotations(Workspace().home) as notes:
        assert [saved.name for saved in notes.views.listed(dataset.fingerprint)] == ["mine"]
    assert "mine" in [button.label for button in at.button]


def test_the_name_is_asked_at_the_first_change_and_never_again(dataset: Dataset) -> None:
    at = open_page("compare", dataset)
    assert not [field for field in at.text_input if field.key == "first_name"]
    at.session_state["bulk"] = True
    at = well(at.run())
    at.selectbox(key="bulk_tag").set_value("keep")
    at = well(at.run())
    at.button(key="bulk_go").click()
    at = well(at.run())
    assert at.button(key="keep_name").label == f"Keep {login.system_user()}"
    at.text_input(key="first_name").set_value(" Ana ")
    at = well(at.run())
    assert not [field for field in at.text_input if field.key == "first_name"]
    at.button(key="bulk_go").click()
    at = well(at.run())
    assert not [field for field in at.text_input if field.key == "first_name"]
    assert at.session_state["person_given"] == "Ana"


def test_a_name_kept_by_the_browser_is_used_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "cookies", {login.COOKIE: "Jos%C3%A9"}, raising=False)
    monkeypatch.setattr(st, "session_state", {})
    assert login.person() == "José"
    assert not login.note_change() and not login.is_to_ask()
    login.give_name("")
    assert login.person() == login.system_user() and login.name_to_keep() == ""
