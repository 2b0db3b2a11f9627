"""Does the script of pictures take every page in every state, and does it say what failed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.make_screenshots import SCHEMES, SMALL, STATES, WIDTHS, Picture, chosen, file_of, plan
from tests.support.screen import menu


def test_every_page_of_the_menu_is_taken_in_every_state_scheme_and_width() -> None:
    pictures = plan(menu(), STATES)
    assert len(pictures) == len(menu()) * 7 * 2 * 2
    assert {(each.path, each.title) for each in pictures} == set(menu().items())
    assert {(each.state, each.scheme, each.width) for each in pictures} == {
        (state, scheme, width)
        for state in ("nothing", "small", "instructions", "chats", "preferences", "hostile", "large")
        for scheme in ("light", "dark")
        for width in (1440, 900)
    }
    assert len({each.name for each in pictures}) == len(pictures)


def test_a_picture_is_named_by_its_page_and_state() -> None:
    assert (
        Picture("hostile", "dark", 900, "/personal_data", "Personal data").name == "personal_data-hostile-dark-900.png"
    )
    assert Picture("nothing", "light", 1440, "/", "Overview").name == "overview-nothing-light-1440.png"


def test_the_pictures_of_one_server_and_one_window_stand_together() -> None:
    looks = [(each.state, each.scheme, each.width) for each in plan({"/": "Overview", "/read": "Read"}, STATES)]
    assert looks[::2] == looks[1::2]
    assert len(set(looks)) == len(looks) / 2 == len(STATES) * len(SCHEMES) * len(WIDTHS)


def test_each_state_has_its_file(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    files = {state: file_of(state, tmp_path, own) for state in STATES}
    assert (files["nothing"], files["large"]) == (None, own)
    assert all(file.exists() for state, file in files.items() if file and state != "large")
    small = files["small"]
    assert small is not None
    assert len(small.read_text("utf-8").splitlines()) == SMALL


def test_an_unknown_page_ends_the_script_with_those_that_are_known() -> None:
    assert chosen("", ["read", "map"]) == ["read", "map"]
    assert chosen("map", ["read", "map"]) == ["map"]
    with pytest.raises(SystemExit, match=r"Unknown: maps\. Known: read, map\."):
        chosen("map,maps", ["read", "map"])
