"""Does what goes wrong reach the person as a sentence, does the page come back by itself, and is a login asked for?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server

SAMPLE = ROOT / "sample_data" / "preferences.jsonl"


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests keep in the caches of the process is not this workspace's."""
    monkeypatch.setattr("sys.argv", ["app.py"])
    st.cache_resource.clear()


@pytest.fixture
def dataset(home: Path) -> Dataset:
    return Workspace().open([SAMPLE])


def menu(dataset: Dataset | None) -> AppTest:
    at = AppTest.from_file(ROOT / "ui" / "menu.py", default_timeout=60)
    if dataset is not None:
        at.query_params["d"] = dataset.id
    return at.run()


def said(at: AppTest) -> list[str]:
    assert not at.exception, at.exception[0].stack_trace
    return [text.value for text in at.text]


def is_shown(at: AppTest) -> bool:
    return [one.value for one in at.subheader].count("This page cannot be shown now") == 0


def test_a_database_that_is_down_is_named_and_the_page_comes_back(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_DATABASE_URL", "sqlite:////no/such/folder/annotations.db")
    at = menu(dataset)
    assert not is_shown(at)
    assert any("The annotations in /no/such/folder/annotations.db could not be" in line for line in said(at))
    monkeypatch.delenv("WINNOW_DATABASE_URL")
    at.button(key="fault_again").click()
    assert is_shown(at.run()) and not at.exception


def test_a_database_that_is_no_url_is_named(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_DATABASE_URL", "nonsense")
    at = menu(dataset)
    assert any(line.startswith("WINNOW_DATABASE_URL is not a database URL") for line in said(at))


def test_a_dataset_that_is_removed_under_an_open_page_is_said_and_comes_back(dataset: Dataset) -> None:
    at = menu(dataset)
    assert is_shown(at) and not at.exception and not at.warning
    elsewhere = dataset.folder.rename(dataset.folder.with_name("elsewhere"))
    at.run()
    assert is_shown(at) and not at.exception
    assert at.warning[0].value.startswith("This link is for a dataset that is not in this workspace.")
    elsewhere.rename(dataset.folder)
    at.query_params["d"] = dataset.id
    at.run()
    assert is_shown(at) and not at.exception and not at.warning


def test_a_file_that_cannot_be_read_is_named(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(id: str) -> Dataset:
        raise PermissionError(13, "Permission denied", f"{id}/dataset.json")

    monkeypatch.setattr("ui.session.session.load", refuse)
    at = menu(dataset)
    said_here = f"A file cannot be read or written ({dataset.id}/dataset.json: Permission denied)"
    assert not is_shown(at) and any(line.startswith(said_here) for line in said(at))


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "file" / "home"))
    assert any("set WINNOW_HOME to another folder" in line for line in said(menu(None)))


COMPLETE = """[auth]
redirect_uri = "http://localhost:8501/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "winnow"
client_secret = "of a test"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""


@pytest.mark.parametrize(
    ("secrets", "missing"),
    [
        ("[auth]\n", "auth.redirect_uri, auth.cookie_secret, auth.client_id"),
        ("[auth]\nredirect_uri='x'\ncookie_secret='y'\n[auth.dex]\nclient_id='z'\n", "auth.dex.client_secret"),
        (COMPLETE.replace('client_id = "winnow"', 'client_id = ""'), "auth.client_id."),
    ],
)
def test_a_login_that_is_not_complete_ends_the_start(secrets: str, missing: str, tmp_path: Path) -> None:
    secrets_file(tmp_path, secrets)
    ran = subprocess.run(
        [sys.executable, "-c", "from ui.server.guards import guards; guards()"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1 and "Traceback" not in ran.stderr
    assert f"The login is not complete: .streamlit/secrets.toml has no {missing}" in ran.stderr.replace("\n", " ")


@pytest.mark.browser
def test_who_is_not_logged_in_sees_no_data(
    server: Callable[..., Server], page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_file(tmp_path, COMPLETE)
    monkeypatch.setenv("HOME", str(tmp_path))
    started = server(home=tmp_path / "home")
    dataset = Workspace(tmp_path / "home").open([SAMPLE])
    for path in ("/", "/read", "/open", "/export"):
        page.goto(f"{started.url}{path}?d={dataset.id}")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        expect(page.get_by_text("Log in to see the data on this server.")).to_be_visible()
        assert page.get_by_role("button").count() == 1


def secrets_file(home: Path, text: str) -> None:
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "secrets.toml").write_text(text)
