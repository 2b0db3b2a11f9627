"""Reads the hand-written tables of `knowledge/`: first line a comment, second the column names, then one record per line."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "knowledge"


def table(name: str) -> list[dict[str, str]]:
    """The records of one table; `\\n` in a cell is a line end, `\\|` a bar."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    columns = lines[1].split("|")
    return [dict(zip(columns, map(_cell, re.split(r"(?<!\\)\|", line)), strict=True)) for line in lines[2:] if line]


def _cell(text: str) -> str:
    return text.replace("\\\\n", "\0").replace("\\n", "\n").replace("\0", "\\n").replace("\\|", "|")


def low(text: str) -> str:
    """The text beginning with a small letter, unless its first word is a name, an acronym or a single letter."""
    first = text.split(" ", 1)[0]
    keep = len(first) == 1 or not first[1:].islower() or first in NAMES
    return text if keep else text[0].lower() + text[1:]


def up(text: str) -> str:
    """The text beginning with a capital letter."""
    return text[:1].upper() + text[1:]


NAMES = frozenset(
    "Easter London Germany Japan Parisians South Samuel Günter Johannes Neil Giovanni Camille "
    "Ferdinand Captain King Alexander Harold Toussaint Nelson Leland Mehmed Kate Sakamoto Valery Orville Charles Arctic "
    "Congress Moscow October March June Australia".split()
)
