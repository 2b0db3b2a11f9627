"""Which rows are equal except for case, white space and punctuation?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from analysis.duplicates.judgements import ROLES, Judgements, copies_of, is_separate
from analysis.duplicates.texts import ROW_TEXTS, Over, Texts, check_choice, pieces_of, texts_of
from analysis.errors import SignalError
from analysis.signal import Signal

Level = Literal["document", "paragraph", "sentence"]
Digits = Literal["kept", "zero"]
Order = Literal["kept", "any"]
LEAST_WORDS = 5  # rows share a shorter paragraph or sentence by chance


@dataclass(frozen=True)
class NormalisedDuplicates(
    Signal,
    name="normalised_duplicates",
    version=2,
    reads=ROW_TEXTS,
    roles=("column", *ROLES),
    adds={
        "normalised_group": pl.UInt32,
        "normalised_group_size": pl.UInt32,
        "is_normalised_extra": pl.Boolean,
        "is_normalised_judgement": pl.Boolean,
    },
    scope="dataset",
    cheap=True,
):
    """Rows with the same words in the same order: NFC, case folded, only letters and digits. So “a + b” equals “a - b”;
    exact_duplicates compares the other characters too.

    `normalised_group` is the position of the group's first row, null for a row in no group; `normalised_group_size`
    counts the rows of the group, 1 for a row in no group; `is_normalised_extra` is true for all but the first row. All
    are null where there is no word. `over` names the texts as in near_pairs; `judgements` and `is_normalised_judgement`
    are as in exact_duplicates, for whole texts. `digits="zero"` replaces every digit by 0; with `order="any"` the order
    of the lines of a text does not count.

    With `level` paragraph (separated by empty lines) or sentence, a row is grouped by the longest one, of at least five
    words, that another row has too: `normalised_group` is the first row that has it, `normalised_group_size` counts all
    rows that have it, and `is_normalised_extra` is true where every part of the row is in an earlier row.
    """

    over: Over = "row"
    level: Level = "document"
    digits: Digits = "kept"
    order: Order = "kept"
    judgements: Judgements = "separate"
    column: str = ""
    item: str = ""
    annotator: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        check_choice(self.level, Level, "The level")
        check_choice(self.digits, Digits, "Digits")
        check_choice(self.order, Order, "The order of lines")
        check_choice(self.judgements, Judgements, "Judgements")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named if, and only if, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns = normalised_columns(rows, self.over, self.level, self.digits, self.order)
        if self.level == "document":
            group = pl.coalesce("normalised_group", pl.int_range(pl.len(), dtype=pl.UInt32))
            keys = columns.select(pl.when(pl.col("normalised_group_size").is_not_null()).then(group))
            separate = is_separate(self.judgements, self.item, self.annotator, self.label)
            copies = copies_of(keys, rows, separate=separate)
            columns = copies.rename(dict(zip(copies.columns, self.adds, strict=True)))
        else:
            is_read = pl.col("normalised_group_size").is_not_null()
            columns = columns.with_columns(is_normalised_judgement=pl.when(is_read).then(pl.lit(False)))
        return columns.select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())


def normalised_columns(rows: pl.DataFrame, over: Over, level: Level, digits: Digits, order: Order) -> pl.DataFrame:
    """`normalised_group`, `normalised_group_size`, `is_normalised_extra`, as NormalisedDuplicates describes them."""
    pieces = pieces_of(rows, over)
    parts = parts_of(texts_of(pieces, rows.height), level, digits == "zero", order == "any")
    parts = parts.join(
        pieces.select("row", "field", "turn").with_row_index("text"), on="text", maintain_order="left"
    ).with_columns(pl.col("turn").fill_null(0))
    grouped = _documents(parts) if level == "document" else _passages(parts)
    all_rows = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
    return all_rows.join(grouped, on="row", how="left", maintain_order="left").drop("row")


def parts_of(texts: Texts, level: Level, zero: bool, any_order: bool) -> pl.DataFrame:
    """`text`, `a` and `b` (a hash of 128 bits), `words` (their number): a line per part that has a word."""
    from analysis.duplicates.kernels import evened as loops
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.words import tables

    code = {"document": loops.WHOLE, "paragraph": loops.PARAGRAPHS, "sentence": loops.SENTENCES}[level]
    kind, fold = tables()
    is_digit, sentence_end = loops.digits(), loops.sentence_ends()
    source = (texts.data, texts.starts, texts.ends)
    count = len(texts.starts)
    most, parts = np.zeros(count, np.int64), np.zeros(count, np.int64)
    in_threads(count, lambda low, high: loops.most_parts(*source, code, low, high, most))
    place = np.concatenate([[0], np.cumsum(most)]).astype(np.int64)
    a, b, words = np.empty(place[-1], np.uint64), np.empty(place[-1], np.uint64), np.zeros(place[-1], np.int64)
    in_threads(
        count,
        lambda low, high: loops.evened_texts(
            *source, kind, fold, is_digit, sentence_end, code, zero, any_order, place, a, b, words, low, high, parts
        ),
    )
    filled = np.flatnonzero(words)
    text = np.repeat(np.arange(count, dtype=np.uint32), parts)
    return pl.DataFrame({"text": text, "a": a[filled], "b": b[filled], "words": words[filled]})


def _documents(parts: pl.DataFrame) -> pl.DataFrame:
    """Groups of rows with the same words in the same fields."""
    says = pl.struct("field", "turn", "a", "b")
    single = parts.height == parts["row"].n_unique()
    whole = parts.select("row", says=says) if single else parts.group_by("row", maintain_order=True).agg(says=says)
    ways = whole.select("row", a=pl.col("says").hash(0), b=pl.col("says").hash(1)).sort("row")
    first, size = pl.col("row").min().over("a", "b"), pl.len().over("a", "b").cast(pl.UInt32)
    return ways.select(
        "row",
        normalised_group=pl.when(size > 1).then(first),
        normalised_group_size=size,
        is_normalised_extra=pl.col("row") != first,
    )


def _passages(parts: pl.DataFrame) -> pl.DataFrame:
    """Groups of rows by the longest part they share; extra where all parts are in earlier rows."""
    first, rows = pl.col("row").min().over("a", "b"), pl.col("row").n_unique().over("a", "b").cast(pl.UInt32)
    seen = parts.select("row", "words", first=first, rows=rows)
    shared = seen.filter((pl.col("rows") > 1) & (pl.col("words") >= LEAST_WORDS))
    longest = (
        shared.sort("row", "words", "first", descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .first()
    )
    extra = seen.group_by("row", maintain_order=True).agg(is_normalised_extra=(pl.col("first") < pl.col("row")).all())
    return extra.join(longest, on="row", how="left").select(
        "row",
        normalised_group="first",
        normalised_group_size=pl.col("rows").fill_null(1),
        is_normalised_extra="is_normalised_extra",
    )
