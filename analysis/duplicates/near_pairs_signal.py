"""Which rows are near duplicates? Pairs with their exact similarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.boilerplate import Aside, Boilerplate, nothing_aside, without_boilerplate
from analysis.duplicates.judgements import ROLES, Judgements, is_separate, judgement_numbers
from analysis.duplicates.shingles import Shingles, Unit, shingles_of
from analysis.duplicates.similarity import TOO_SHORT, Near, near_pairs
from analysis.duplicates.texts import ROW_TEXTS, Over, check_choice, pieces_of, settings_of, texts_of
from analysis.errors import SignalError
from analysis.signal import Signal

NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})
PASSAGE = pl.Struct(
    {
        "field": pl.String,
        "turn": pl.UInt32,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "words": pl.UInt32,
        "rows": pl.UInt32,
    }
)


@dataclass(frozen=True)
class NearPairs(
    Signal,
    name="near_pairs",
    version=2,
    reads=ROW_TEXTS,
    roles=("column", *ROLES),
    adds={
        "near_neighbours": pl.List(NEIGHBOUR),
        "near_status": pl.String,
        "near_aside_words": pl.UInt32,
        "is_near_judgement": pl.Boolean,
    },
    scope="dataset",
    tables={"aside": PASSAGE},
):
    """`near_neighbours` lists the later rows whose shingles have a Jaccard index of 0.5 or more with those of this row,
    with that index. The index is exact; MinHash only proposes which rows are compared (`analysis.duplicates.minhash`).

    A shingle is a sequence of `words` words, or of `characters` characters (letters, digits, and one blank between
    words), case folded and without punctuation. `unit="auto"` uses characters for a text of which more than half is
    written in scripts without spaces. `over`: "row", the texts of every role that makes the row (system, prompt,
    response, rejected, messages with tool calls and reasoning, or raw text, and tools); "prompt+response" leaves out
    system, rejected, tools and reasoning; one side, raw text, or the `column` named.

    With `boilerplate="aside"` a beginning or end of 20 words or more is not compared where many different rows share it
    (one row in a thousand, and at least 20), nor a system prompt or a list of tools that so many rows have; a row of
    which less than a shingle is left is compared whole. With "anywhere" a passage counts wherever it is in a row, and
    equal rows count each. `near_aside_words` is the number of words of the row that are not compared. The table `aside`
    lists the 20 passages of most rows, each at its first row: `field` and `turn` name the text, `start` and `end` are
    positions in code points in the text normalised to NFC, `rows` counts the rows with it.

    `near_status`: `compared`; `repeats`, the same shingles as an earlier row: only its pair with the first such row is
    listed, at that row; `too_short`, fewer words than a shingle has; `capped`, similar to so many rows that it was
    compared only with some; `empty`, no letter or digit. All columns are null where there is no text.

    With `judgements="separate"` rows of one `item` with the same shingles by different annotators are no pair: the rows
    of the first annotators of all items are compared with each other, then those of the second, and so on.
    `is_near_judgement` is true for a row whose shingles an earlier row of the item has, by another annotator.
    """

    over: Over = "row"
    unit: Unit = "auto"
    words: int = 2
    characters: int = 5
    boilerplate: Boilerplate = "aside"
    judgements: Judgements = "separate"
    column: str = ""
    item: str = ""
    annotator: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        check_choice(self.unit, Unit, "The unit of a shingle")
        check_choice(self.boilerplate, Boilerplate, "Boilerplate")
        check_choice(self.judgements, Judgements, "Judgements")
        if min(self.words, self.characters) < 1:
            raise SignalError("A shingle has at least one word or character.")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named if, and only if, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        pieces = pieces_of(rows, self.over)
        texts = texts_of(pieces, rows.height)
        aside = nothing_aside(texts)
        if self.boilerplate != "kept":
            anywhere = self.boilerplate == "anywhere"
            whole = None if anywhere else settings_of(rows, pieces)
            aside = without_boilerplate(texts, whole=whole, least=1 if anywhere else self.words, anywhere=anywhere)
        shingles = shingles_of(aside.texts, self.unit, self.words, self.characters)
        number = np.zeros(rows.height, np.uint32)
        if is_separate(self.judgements, self.item, self.annotator, self.label):
            number = _judgements(shingles, rows)
        near = _near_by_judgement(shingles, number) if number.any() else near_pairs(shingles)
        has_text = pl.Series(np.diff(texts.first) > 0)
        columns = pl.DataFrame(
            {
                "near_neighbours": _lists(near, rows.height),
                "near_status": pl.Series(near.status).cast(pl.String),
                "near_aside_words": pl.Series(aside.words, dtype=pl.UInt32),
                "is_near_judgement": pl.Series(number > 0),
            }
        )
        columns = columns.select(pl.when(has_text).then(name).alias(name) for name in columns.columns)
        return columns.with_columns(_table(aside, pieces, rows.height))


def near_columns(
    rows: pl.DataFrame, over: Over, unit: Unit, words: int, characters: int, *, aside: bool = False
) -> pl.DataFrame:
    """`near_neighbours` and `near_status` of rows, as NearPairs describes them."""
    signal = NearPairs(over, unit, words, characters, "aside" if aside else "kept")
    return signal.compute(rows).select("near_neighbours", "near_status")


def _judgements(shingles: Shingles, rows: pl.DataFrame) -> NDArray[np.uint32]:
    """The number of each row among the judgements of its text, which is its set of shingles, and its item."""
    has_shingle = pl.Series(shingles.counts > 0)
    whole = pl.Series(shingles.whole).set(~has_shingle, None)
    return judgement_numbers(pl.DataFrame({"whole": whole}), rows).to_numpy()


def _near_by_judgement(shingles: Shingles, number: NDArray[np.uint32]) -> Near:
    """The pairs among the first judgements of each text and item, among the second ones, and so on."""
    parts = []
    status = np.empty(len(number), f"<U{len(TOO_SHORT)}")
    for one in range(int(number.max(initial=0)) + 1):
        some = np.flatnonzero(number == one)
        near = near_pairs(shingles.of_rows(some))
        status[some] = near.status
        parts.append((some[near.a], some[near.b], near.similarity, near.widest))
    a, b, similarity = (np.concatenate([part[side] for part in parts]) for side in range(3))
    order = np.lexsort((b, a))
    widest = min(part[3] for part in parts)
    return Near(a[order].astype(np.uint32), b[order].astype(np.uint32), similarity[order], status, widest)


def _table(aside: Aside, pieces: pl.DataFrame, height: int) -> pl.Series:
    """The passages that are set aside, each in the list of its row."""
    named = pieces.select("row", "field", "turn").with_row_index("text")
    lines = aside.passages.join(named, on="text", maintain_order="left")
    names = [field.name for field in PASSAGE.fields]
    listed = lines.group_by("row", maintain_order=True).agg(aside=pl.struct(names))
    every = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    return every.join(listed, on="row", how="left", maintain_order="left")["aside"].cast(pl.List(PASSAGE))


def _lists(near: Near, height: int) -> pl.Series:
    """The pairs as one list per row, built from offsets, which is faster than a group per row."""
    import pyarrow as pa

    offsets = np.concatenate([[0], np.cumsum(np.bincount(near.a, minlength=height))]).astype(np.int64)
    entries = pa.StructArray.from_arrays([pa.array(near.b), pa.array(near.similarity)], ["row", "similarity"])
    lists = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(offsets), entries))
    assert isinstance(lists, pl.Series)
    return lists
