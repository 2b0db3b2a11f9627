"""On which lines of a TOML file do its tables begin? The parser of the standard library does not say."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r'"""(?:\\.|"{0,2}[^"\\])*"{3,5}'  # texts and comments, in which brackets mean nothing
    r"|'''(?:'{0,2}[^'])*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|(?P<table>^[ \t]*\[{1,2}[ \t]*(?P<name>[\w-]+)[ \t]*\]{1,2}(?=[ \t]*(?:#|\r?$)))",
    re.M | re.S,
)


def table_lines(text: str) -> dict[str, list[int]]:
    """The line of each `[name]` and `[[name]]`, by its name, in the order of the file; the first line is 1.

    >>> table_lines("[contract]\\nname = '''\\n[[rule]]\\n'''\\n[[rule]]\\n[[rule]]  # [[rule]]\\n")
    {'contract': [1], 'rule': [5, 6]}
    """
    lines: dict[str, list[int]] = {}
    line, counted = 1, 0
    for piece in _PIECE.finditer(text):
        if piece["table"] is None:
            continue
        line += text.count("\n", counted, piece.start())
        counted = piece.start()
        lines.setdefault(piece["name"], []).append(line)
    return lines


def line_of_key(text: str, key: str) -> int:
    """The line on which a key is set for the first time; 1 where it is not written at the beginning of a line."""
    match = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=", text, re.M)
    return 1 + text.count("\n", 0, match.start()) if match else 1
