"""Similar rows side by side: the kept row and the others, with different words and shared passages marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.names import name_in_file
from analysis.duplicates.decisions import SIGNAL_OF, columns_compared
from analysis.duplicates.texts import ROW_TEXTS, Over, pieces_of
from analysis.reading.marks import Span
from analysis.reading.side_by_side import ROLES, Card, Group, marked
from analysis.signal import ROW_ID

CHARS_AT_ONCE = 60_000  # for all texts of one group together
LEAST_CHARS = 4_000  # for each text
DIFFERING = 6  # columns named at most
Row = dict[str, Any]


def shown_columns(dataset: Dataset, kind: str) -> list[str]:
    """The columns that are read: the texts, and all short columns of the source file."""
    short = [name for name in dataset.originals if not dataset.is_long(name)]
    compared = [name for name in columns_compared(dataset, kind) if name in dataset.schema]
    return list(dict.fromkeys([ROW_ID, *ROW_TEXTS, *compared, *short]))


def texts_of_rows(
    dataset: Dataset, kind: str, frame: pl.DataFrame
) -> tuple[list[str], list[dict[tuple[str, int | None], int]]]:
    """The compared text of each row as one text, and the position at which each of its pieces begins.

    For the kind meaning the whole row is shown, because its vector is often only that of the prompt.
    """
    names = columns_compared(dataset, kind)
    if names and (kind in ("fields", "meaning") or dataset.signal(SIGNAL_OF[kind]).parameters.get("whole")):
        named = {name: name_in_file(dataset.meta, name) for name in names}
        shown = [
            [f"{called}: {row[name] if row[name] is not None else '(missing)'}" for name, called in named.items()]
            for row in frame.iter_rows(named=True)
        ]
        return ["\n".join(lines) for lines in shown], [{} for _ in shown]
    signal = dataset.signal(SIGNAL_OF[kind])
    over = "prompt+response" if kind == "meaning" else cast(Over, signal.parameters.get("over", "row"))
    read = (
        frame.with_columns(pl.col(columns_compared(dataset, kind)[0]).cast(pl.String).alias("column"))
        if over == "column"
        else frame
    )
    pieces = pieces_of(read, over)
    texts, places = [""] * frame.height, [dict[tuple[str, int | None], int]() for _ in range(frame.height)]
    alone = pieces.group_by("row").len().filter(pl.col("len") == 1)["row"].to_list()
    for row, field, turn, text in pieces.iter_rows():
        name = frame[field][row][turn]["role"] if turn is not None else field
        title = "" if row in alone else f"{name}:\n"
        begin = f"{texts[row]}\n\n{title}" if texts[row] else title
        places[row][field, turn] = len(begin)
        texts[row] = begin + text
    return texts, places


def shared_spans(
    dataset: Dataset, rows: Sequence[int], places: Sequence[dict[tuple[str, int | None], int]]
) -> list[list[Span]]:
    """The passages of each row that other rows contain too, as spans of its text; none where they are not computed."""
    spans: list[list[Span]] = [[] for _ in rows]
    signal = dataset.signal("shared_spans")
    if not dataset.has(signal):
        return spans
    table = dataset.table_in(signal, "spans", pl.Series(sorted(rows), dtype=pl.UInt32))
    numbers = {row: number for number, row in enumerate(rows)}
    for line in table.iter_rows(named=True):
        number = numbers[line["row"]]
        begin = places[number].get((line["field"], line["turn"]))
        if begin is not None:
            title = f"shared passage, in {line['rows']:,} rows"
            spans[number].append((begin + line["start"], begin + line["end"], "shared", title))
    return spans


def differing(dataset: Dataset, kind: str, kept: Row, other: Row) -> list[str]:
    """The short columns in which a row differs from the kept row, roles first, each as "score 3 (kept: 4)"."""
    roles = [column for role in (*ROLES, "created_at") if (column := dataset.role(role))]
    texts = {dataset.meta["canonical"].get(name) for name in ROW_TEXTS} | set(ROW_TEXTS)
    texts |= set(columns_compared(dataset, kind))
    columns = [name for name in dict.fromkeys([*roles, *kept]) if name != ROW_ID and name not in texts and name in kept]
    different = [name for name in columns if kept[name] != other[name] and not isinstance(kept[name], list | dict)]
    changes = [
        f"{name_in_file(dataset.meta, name)[:40]} {_word(other[name])} (kept: {_word(kept[name])})"
        for name in different[:DIFFERING]
    ]
    return changes + ([f"{len(different) - DIFFERING} more"] if len(different) > DIFFERING else [])


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
    for number, (row, similarity) in enumerate(others, 1):
        changes = differing(dataset, kind, lines[0], lines[number])
        about = "differs in: " + "; ".join(changes) if changes else "no other column differs"
        acts = [(f"instead~{row}~{kept}", "Keep this one instead"), (f"both~{row}~{kept}", "Keep both")]
        title = f"Row {row + 1:,}, {similarity:.2f} similar"
        cards.append(
            Card(title, texts[number], spans[number], about, lines[number][ROW_ID], acts if can_change else ())
        )
    chars = max(CHARS_AT_ONCE // len(cards), LEAST_CHARS)
    return Group(f"{size:,} rows", (), marked(cards, chars), left=size - len(cards), chars=chars)


def _facts(dataset: Dataset, row: Row) -> str:
    named = [(role, row.get(column)) for role in ROLES if (column := dataset.role(role))]
    return ", ".join(f"{role} {_word(value)}" for role, value in named if value is not None)


def pair(
    dataset: Dataset, kind: str, a: int, b: int, similarity: float, title: str, acts: Sequence[tuple[str, str]]
) -> Group:
    """Two rows that a person judges, or a pair of rows in two splits."""
    compared = group(dataset, kind, a, [(b, similarity)], 2, can_change=False)
    first, second = compared.cards
    cards = [
        first._replace(title=f"Row {a + 1:,}"),
        second._replace(title=f"Row {b + 1:,}", about=second.about.replace("(kept:", "(first:")),
    ]
    return compared._replace(title=title, cards=cards, acts=acts)
