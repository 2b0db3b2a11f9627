"""Which page explains a finding best, or why is there none?"""

from __future__ import annotations

from typing import NamedTuple

from analysis.check import Check
from analysis.signal import Catalogue
from ui.session import places


class Explained(NamedTuple):
    """`page`: the file of the page, "" where there is none, and then `why`.

    `is_narrowed`: the page says most about the rows of the finding alone, so that it opens with these in view.
    """

    page: str
    is_narrowed: bool = False
    why: str = ""


ELSEWHERE = {
    # What the template makes of such rows, and why it refuses them.
    "structure": Explained("training", is_narrowed=True),
    "prompts": Explained("", why="No page is about the format of prompts: winnow prompts DATASET names and counts it."),
    "heuristics": Explained(
        "", why="No page is about these rules, which others made for their data: docs/commands.md has them."
    ),
}
"""The rooms whose signals find something and that have no page of their own name."""


def explained(check: Check, catalogue: Catalogue) -> Explained:
    """The page about the room whose signal finds it, as both have one name; else what `ELSEWHERE` says."""
    room = catalogue.room_of(check)
    if (places.ROOT / "pages" / f"{room}.py").exists():
        return Explained(room)
    return ELSEWHERE[room]
