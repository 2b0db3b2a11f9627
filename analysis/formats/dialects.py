"""Which separator, quotation marks and header does a file of separated values have?"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analysis.errors import FormatError
from analysis.formats.csvfiles import Dialect, doubled, fault_in, lines_with_ends
from analysis.formats.options import ReadOptions

SEPARATORS = (",", ";", "\t", "|")
UNCLOSED = "unexpected end of data"
HEAD_RECORDS = 500
PATH = re.compile(r"[A-Za-z]\w*(?:[._-]\w+)+")
"""A name of several words, such as the path to a value in nested objects."""
LONG_CELL_CHARS = 60
LONE_BACKSLASH = re.compile(r'(?<!\\)(?:\\\\)*\\(?![\\"])')
SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[ \t]*\r?(?:\n|$)', re.IGNORECASE)
MOST_NAME_CHARS = 40
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
NAMES = frozenset(
    "id text content prompt instruction input output response completion question answer label score rating source "
    "annotator worker_id user_id category class title context summary chosen rejected messages date timestamp lang "
    "language name key split model system".split()
)


def dialect_of(head: str, name: str, reading: ReadOptions) -> Dialect:
    """The separator, quoting and columns of a file that begins with `head`."""
    separator_line = SEPARATOR_LINE.match(head)
    skipped = 0
    if separator_line and separator_line.end() < len(head):
        head, skipped = head[separator_line.end() :], head[: separator_line.end()].count("\n")
        reading = reading if reading.separator else replace(reading, separator=separator_line[1])
    separators = (reading.separator,) if reading.separator else SEPARATORS
    candidates = []
    for separator in separators:
        backslash = _backslash(head, separator)
        plain = doubled(head, backslash) if backslash else head
        quoted = not _quotes_are_stray(_head_rows(plain, separator, False))
        rows = _head_rows(plain, separator, quoted)
        candidates.append((_consistency(rows, separator, quoted, name), separator, quoted, rows, backslash))
    _, separator, quoted, rows, backslash = max(candidates, key=lambda one: one[0])
    if not rows:
        raise FormatError(f"{name} holds no cells; it has separators or blank lines only.")
    has_header = reading.header if reading.header is not None else _has_header(rows)
    if not has_header:
        width = Counter(map(len, rows)).most_common(1)[0][0]
        columns = tuple(f"column_{i}" for i in range(1, width + 1))
        return Dialect(separator, quoted, columns, None, skipped, backslash if quoted else "")
    return Dialect(separator, quoted, _columns(rows[0]), tuple(rows[0]), skipped, backslash if quoted else "")


def _backslash(head: str, separator: str) -> str:
    """How backslashes are used: "quotes" or "all" where fewer lines are wrong if a mark after one is inside a cell."""
    lines = [line for line in head.split("\n")[:HEAD_RECORDS] if '\\"' in line]
    wrong, wrong_doubled = (
        sum(fault_in(form(line), separator) not in ("", UNCLOSED) for line in lines)
        for form in (str, lambda line: doubled(line, "quotes"))
    )
    if wrong_doubled >= wrong:
        return ""
    return "quotes" if LONE_BACKSLASH.search(head) else "all"


def _quotes_are_stray(rows: list[list[str]]) -> bool:
    """Whether cells begin with a quotation mark, but hardly any ends with one on the same line, or on a later one.

    A mark alone in a cell closes one that ended with a line end. Two marks together are one inside a cell, as in JSON
    text, and neither open nor end one.
    """
    cells = [cell for row in rows for cell in row]
    opening = [cell for cell in cells if cell != '"' and _marks(cell, cell.lstrip('"')) % 2]
    whole = sum(_marks(cell, cell.rstrip('"')) % 2 for cell in opening)
    closing = sum(cell == '"' or bool(_marks(cell, cell.rstrip('"')) % 2) for cell in cells) - whole
    return bool(opening) and whole + closing < len(opening) / 2


def _marks(cell: str, without: str) -> int:
    """How many quotation marks a cell has before or after the rest of it."""
    return len(cell) - len(without)


def looks_separated(head: str) -> bool:
    """Whether nearly all lines of a text have the same number of cells, two or more."""
    scores = [_consistency(_head_rows(head, s, True), s, True, "") for s in SEPARATORS]
    return max(scores)[0] >= 0.9 and "\n" in head.strip()


def _head_rows(head: str, separator: str, quoted: bool) -> list[list[str]]:
    """The cells of the first records that are not empty; the last line of a long head may be cut and is left out."""
    text = head.rpartition("\n")[0] if head.count("\n") > 2 else head
    source = list(lines_with_ends([text]))
    reader = csv.reader(source, delimiter=separator)
    if not quoted:
        reader = csv.reader(source, delimiter=separator, quoting=csv.QUOTE_NONE)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) == HEAD_RECORDS:
                break
    except csv.Error:
        pass
    return rows


def _consistency(rows: list[list[str]], separator: str, quoted: bool, name: str) -> tuple[float, int, bool]:
    """The share of rows with the most common number of cells, if above one; ties go to more cells, then to quoting."""
    if not rows:
        return (-1.0, 0, quoted)
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if width < 2:
        return (0.0, int(separator == ","), quoted)
    bonus = 0.1 * (separator == "\t" and name.lower().endswith((".tsv", ".tab", ".tsv.gz")))
    return (round(count / len(rows), 2) + bonus, width, quoted)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: its cells differ in kind from those below."""
    first, below = rows[0], rows[1:]
    cells = [cell.strip() for cell in first]
    if any(cell.lower().replace(" ", "_") in NAMES for cell in cells):
        return True
    filled = [cell for cell in cells if cell]
    if any("\n" in cell or (len(cell) > LONG_CELL_CHARS and not PATH.fullmatch(cell)) for cell in cells):
        return False
    if len(set(filled)) < len(filled) and not _are_names(cells, below):
        return False
    votes = 0
    for i, cell in enumerate(cells):
        column = [row[i].strip() for row in below if i < len(row) and row[i].strip()]
        if not column or not cell:
            continue
        numbers = sum(bool(NUMBER.fullmatch(value)) for value in column)
        if numbers > 0.8 * len(column):
            votes += -2 if NUMBER.fullmatch(cell) else 2
        elif NUMBER.fullmatch(cell) or column.count(cell) > 1:
            votes -= 2
        elif len(cell) > 30 and " " in cell:
            votes -= 1
    return votes >= 0


def _are_names(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether cells of which two are equal may be names: short words, none of which occurs again in its column."""
    columns = [{row[i].strip() for row in below if i < len(row)} for i in range(len(cells))]
    return all(
        not cell or (len(cell) <= MOST_NAME_CHARS and cell[0].isalpha() and cell not in column)
        for cell, column in zip(cells, columns, strict=True)
    )


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    """Column names of a header: blank ones become column_3, a repeated one name_2."""
    names: list[str] = []
    for position, cell in enumerate(header, 1):
        base = cell.strip() or f"column_{position}"
        name, again = base, 1
        while name in names:
            again += 1
            name = f"{base}_{again}"
        names.append(name)
    return tuple(names)
