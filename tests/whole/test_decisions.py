"""In a real browser and on the command line: does what a person decides about rows reach the check and the exported file?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server
from tests.support.screen import address, go, read_row, saved, settled, undamaged, widget

pytestmark = pytest.mark.browser
EMPTY = 33
"""Rows of the sample without a response."""


class Opened(NamedTuple):
    server: Server
    home: Path
    file: Path
    dataset: Dataset


@pytest.fixture(scope="module")
def opened(server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """A copy of the sample, because a rule is written beside the data."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data")
    file = folder / "instructions.jsonl"
    shutil.copy(ROOT / "sample_data" / "instructions.jsonl", file)
    dataset = Workspace(home).open([file])
    for name in ("lengths", "tokens", "structure", "exact_duplicates"):
        compute(dataset, dataset.signal(name))
    return Opened(server(home=home), home, file, dataset)


def button(page: Page, key: str) -> Locator:
    return widget(page, key).get_by_role("button").first


def checked(opened: Opened) -> tuple[int, dict[str, Any]]:
    """The exit code of `check`, and what it says of the only rule."""
    command = [sys.executable, "-m", "analysis", "check", str(opened.file), "--format", "json"]
    environ = {**os.environ, "WINNOW_HOME": str(opened.home)}
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert ran.stdout, ran.stderr
    [rule] = json.loads(ran.stdout)["rules"]
    return ran.returncode, rule


def test_a_finding_becomes_a_rule_and_its_rows_are_accepted(opened: Opened, page: Page) -> None:
    page.goto(f"{address(opened.server, '/findings', opened.dataset)}&finding=empty_response")
    settled(page, "Findings")
    button(page, "make_rule").click()
    button(page, "rule_go").click()
    expect(page.get_by_text("The rule is in winnow.toml, beside the data.")).to_be_visible()
    code, rule = checked(opened)
    assert (code, rule["status"], rule["rows"], rule["of"], rule["accepted"]) == (1, "fail", EMPTY, 1200, 0)

    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Read {EMPTY} rows").click()
    settled(page, "Read")
    button(page, "accept").click()
    button(page, "accept_go").click()
    expect(page.get_by_text("Write why these rows may stay. Nothing was accepted.")).to_be_visible()
    assert checked(opened)[1]["accepted"] == 0
    reason = widget(page, "accept_reason").get_by_role("textbox")
    if not reason.is_visible():
        button(page, "accept").click()
    reason.fill("The bot must be able to say nothing")
    reason.press("Tab")
    button(page, "accept_go").click()
    expect(page.get_by_text(f"{EMPTY} rows accepted. Undo takes that back.")).to_be_visible()
    code, rule = checked(opened)
    assert (code, rule["status"], rule["rows"], rule["accepted"]) == (0, "accepted", EMPTY, EMPTY)

    page.keyboard.press("Escape")
    button(page, "undo_change").click()
    expect(page.get_by_text("Undone: ", exact=False)).to_be_visible()
    assert checked(opened)[1]["status"] == "fail"
    undamaged(page)


def test_an_edited_text_is_in_the_exported_file(opened: Opened, page: Page) -> None:
    page.goto(address(opened.server, "/read", opened.dataset))
    settled(page, "Read")
    assert read_row(page, 0) == opened.dataset.column("row_id")[0]
    page.keyboard.press("e")
    page.locator(".reader textarea").fill("Forty people, written anew.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".reader .assistant ins")).to_contain_text("Forty people, written anew.")
    saved(page)
    go(page, "Export")
    button(page, "go_export").click()
    file = page.get_by_test_id("stDownloadButton").filter(has_text=".jsonl")
    with page.expect_download() as downloaded:
        file.get_by_role("button").click()
    before = [json.loads(line) for line in opened.file.read_bytes().splitlines()]
    after = [json.loads(line) for line in Path(downloaded.value.path()).read_bytes().splitlines()]
    assert after[0] == {**before[0], "output": "Forty people, written anew."} != before[0]
    assert after[1:] == before[1:]
