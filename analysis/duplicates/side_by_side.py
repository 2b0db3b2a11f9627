"""What is laid side by side of near rows: the kept one and the others, words and shared passages marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import polars as pl

from analysis.dataset import Dataset
from analysis.duplicates.decisions import SIGNAL_OF, columns_compared
from analysis.duplicates.texts import Over, pieces_of
from analysis.reading.marks import Span
from analysis.reading.side_by_side import ROLES, Card, Group, marked
from analysis.signal import ROW_ID

CHARS_AT_ONCE = 60_000  # of all texts of one group
LEAST_CHARS = 4_000  # of each
DIFFERING = 6  # columns named
READS = ("prompt", "response", "messages", "text")
Row = dict[str, Any]


def shown_columns(dataset: Dataset, kind: str) -> list[str]:
    """The columns that are read of each row: its texts, and all short columns of the source."""
    short = [name for name in dataset.originals if not dataset.is_long(name)]
    known = [name for name in columns_compared(dataset, kind) if name in dataset.schema]
    return list(dict.fromkeys([ROW_ID, *READS, *known, *short]))


def texts_of_rows(
    dataset: Dataset, kind: str, frame: pl.DataFrame
) -> tuple[list[str], list[dict[tuple[str, int | None], int]]]:
    """What was compared of each row, as one text; and where each of its pieces begins in it.

    By meaning the whole row is shown, as its vector often stands for the prompt alone, and its answer goes with it.
    """
    if kind == "fields" or (kind == "meaning" and columns_compared(dataset, kind)):
        names = columns_compared(dataset, kind)
        said = [
            [f"{name}: {row[name] if row[name] is not None else '(missing)'}" for name in names]
            for row in frame.iter_rows(named=True)
        ]
        return ["\n".join(lines) for lines in said], [{} for _ in said]
    signal = dataset.signal(SIGNAL_OF[kind])
    over = "prompt+response" if kind == "meaning" else cast(Over, signal.parameters["over"])
    read = (
        frame.with_columns(pl.col(columns_compared(dataset, kind)[0]).cast(pl.String).alias("column"))
        if over == "column"
        else frame
    )
    pieces = pieces_of(read, over)
    texts, places = [""] * frame.height, [dict[tuple[str, int | None], int]() for _ in range(frame.height)]
    alone = pieces.group_by("row").len().filter(pl.col("len") == 1)["row"].to_list()
    for row, field, turn, text in pieces.iter_rows():
        name = frame["messages"][row][turn]["role"] if turn is not None else field
        title = "" if row in alone else f"{name}:\n"
        begin = f"{texts[row]}\n\n{title}" if texts[row] else title
        places[row][field, turn] = len(begin)
        texts[row] = begin + text
    return texts, places


def shared_spans(
    dataset: Dataset, rows: Sequence[int], places: Sequence[dict[tuple[str, int | None], int]]
) -> list[list[Span]]:
    """The passages of each row that stand in other rows too, as spans of its text; none where they are not computed."""
    found: list[list[Span]] = [[] for _ in rows]
    signal = dataset.signal("shared_spans")
    if not dataset.has(signal):
        return found
    table = dataset.table_in(signal, "spans", pl.Series(sorted(rows), dtype=pl.UInt32))
    at = {row: number for number, row in enumerate(rows)}
    for line in table.iter_rows(named=True):
        number = at[line["row"]]
        begin = places[number].get((line["field"], line["turn"]))
        if begin is not None:
            title = f"shared passage, in {line['rows']:,} rows"
            found[number].append((begin + line["start"], begin + line["end"], "shared", title))
    return found


def differing(dataset: Dataset, kind: str, kept: Row, other: Row) -> list[str]:
    """In which short columns a row differs from the kept one: the usual roles first, each as "score 3 (kept: 4)"."""
    roles = [column for role in (*ROLES, "created_at") if (column := dataset.role(role))]
    texts = {dataset.meta["canonical"].get(name) for name in READS} | set(READS)
    texts |= set(columns_compared(dataset, kind))
    columns = [name for name in dict.fromkeys([*roles, *kept]) if name != ROW_ID and name not in texts and name in kept]
    found = [name for name in columns if kept[name] != other[name] and not isinstance(kept[name], list | dict)]
    said = [f"{name[:40]} {_word(other[name])} (kept: {_word(kept[name])})" for name in found[:DIFFERING]]
    return said + ([f"{len(found) - DIFFERING} more"] if len(found) > DIFFERING else [])


def _word(value: object) -> str:
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else str(value)[:40]


def group(
    dataset: Dataset, kind: str, kept: int, others: Sequence[tuple[int, float]], size: int, *, can_change: bool = True
) -> Group:
    """The kept row and some others of its group of `size` rows, each with its similarity to the kept one."""
    rows = [kept, *(row for row, _ in others)]
    frame = dataset.frame(shown_columns(dataset, kind), pl.Series(rows, dtype=pl.UInt32))
    texts, places = texts_of_rows(dataset, kind, frame)
    spans = shared_spans(dataset, rows, places)
    lines = list(frame.iter_rows(named=True))
    cards = [Card(f"Kept: row {kept + 1:,}", texts[0], spans[0], _facts(dataset, lines[0]), lines[0][ROW_ID])]
    for at, (row, similarity) in enumerate(others, 1):
        said = differing(dataset, kind, lines[0], lines[at])
        about = "differs in: " + "; ".join(said) if said else "no other column differs"
        acts = [(f"instead~{row}~{kept}", "Keep this one instead"), (f"both~{row}~{kept}", "Keep both")]
        title = f"Row {row + 1:,}, {similarity:.2f} similar"
        cards.append(Card(title, texts[at], spans[at], about, lines[at][ROW_ID], acts if can_change else ()))
    chars = max(CHARS_AT_ONCE // len(cards), LEAST_CHARS)
    return Group(f"{size:,} rows", (), marked(cards, chars), left=size - len(cards), chars=chars)


def _facts(dataset: Dataset, row: Row) -> str:
    named = [(role, row.get(column)) for role in ROLES if (column := dataset.role(role))]
    return ", ".join(f"{role} {_word(value)}" for role, value in named if value is not None)


def pair(
    dataset: Dataset, kind: str, a: int, b: int, similarity: float, title: str, acts: Sequence[tuple[str, str]]
) -> Group:
    """Two rows that are to be judged, or that cross from one split to another."""
    made = group(dataset, kind, a, [(b, similarity)], 2, can_change=False)
    first, second = made.cards
    cards = [
        first._replace(title=f"Row {a + 1:,}"),
        second._replace(title=f"Row {b + 1:,}", about=second.about.replace("(kept:", "(first:")),
    ]
    return made._replace(title=title, cards=cards, acts=acts)
