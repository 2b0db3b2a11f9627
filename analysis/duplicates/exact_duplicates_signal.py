"""Which rows have the same text? Groups of equal normalised texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from analysis.duplicates.duplicate_checks import EXACT_CHECKS
from analysis.duplicates.equal import groups_of, hashes, prompt_and_response, row_text, whole_record
from analysis.duplicates.judgements import ROLES, Judgements, copies_of, is_separate
from analysis.duplicates.texts import ROW_TEXTS, check_choice
from analysis.errors import SignalError
from analysis.same_text import normalised
from analysis.signal import Signal

Over = Literal["row", "prompt+response", "prompt", "response"]


@dataclass(frozen=True)
class ExactDuplicates(
    Signal,
    name="exact_duplicates",
    version=2,
    reads=ROW_TEXTS,
    roles=("whole", *ROLES),
    adds={
        "duplicate_group": pl.UInt32,
        "duplicate_group_size": pl.UInt32,
        "is_duplicate_extra": pl.Boolean,
        "text_group": pl.UInt32,
        "is_duplicate_judgement": pl.Boolean,
    },
    scope="dataset",
    cheap=True,
    finds=EXACT_CHECKS,
):
    """Rows whose texts are equal after normalisation (NFC, lower case, white space).

    `duplicate_group` is the position of the group's first row, null for a row in no group;
    `duplicate_group_size` counts the rows of the group, 1 for a row in no group; `is_duplicate_extra` is true for all
    but the first row. All three are null where there is nothing to compare: null never equals null.

    `over`: "row", the texts of every role that makes the row: system, prompt, response, rejected, all messages with
    their tool calls and their reasoning, raw text where there is no prompt and no response, and tools;
    "prompt+response" leaves out system, rejected, tools and reasoning; or one side. Where no column has one of these
    roles, `whole` names all columns of the source, and "row" compares them: an empty cell equals an empty cell. Texts
    are compared by a hash of 128 bits.

    `judgements`: with "separate", rows of one `item` by different annotators are no copies of each other (see
    `judgement_numbers`); with "copies" they are. `text_group` is the group of equal texts in both cases, and
    `is_duplicate_judgement` is true for a row whose text an earlier row of the item has, by another annotator.
    """

    over: Over = "row"
    judgements: Judgements = "separate"
    whole: str = ""
    item: str = ""
    annotator: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.over not in get_args(Over):
            raise SignalError(f"Duplicates cannot be sought over {self.over!r}; known: {', '.join(get_args(Over))}.")
        check_choice(self.judgements, Judgements, "Judgements")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        keys = hashes(rows, self._text(rows))
        separate = is_separate(self.judgements, self.item, self.annotator, self.label)
        copies = copies_of(keys, rows, separate=separate)
        return copies.select(
            duplicate_group="group",
            duplicate_group_size="size",
            is_duplicate_extra="is_extra",
            text_group=groups_of(keys)["group"] if separate else pl.col("group"),
            is_duplicate_judgement="is_judgement",
        )

    def _text(self, rows: pl.DataFrame) -> pl.Expr:
        if self.over in ("prompt", "response"):
            return pl.col(self.over).map_batches(normalised)
        if self.over == "prompt+response":
            return prompt_and_response(rows)
        return whole_record(rows["whole"]) if self.whole else row_text(rows)
