"""Which records does a row become whose prompt holds solved examples?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from analysis.counted import count
from analysis.export.training_formats import SourceColumns
from analysis.prompts.shots import count_shots, shots_of

NOTHING = "No row holds solved examples to unpack."
READ = ("prompt", "response", "messages")


@dataclass(frozen=True)
class UnpackedShots:
    """The `rows` with solved examples, the `records` made of them, and how many of these are not written because an
    `equal` one is. Of the rows: with a text before the examples (`heads`), with an input at the end that has no
    response (`unanswered`), with a response that has no input (`unasked`); these texts are in no record."""

    rows: int = 0
    records: int = 0
    equal: int = 0
    heads: int = 0
    unanswered: int = 0
    unasked: int = 0

    def __add__(self, other: UnpackedShots) -> UnpackedShots:
        return UnpackedShots(
            self.rows + other.rows,
            self.records + other.records,
            self.equal + other.equal,
            self.heads + other.heads,
            self.unanswered + other.unanswered,
            self.unasked + other.unasked,
        )

    @property
    def sentences(self) -> list[str]:
        """What was done, for people."""
        if not self.rows:
            return [NOTHING]
        equal = f"; {self.equal:,} more are left out, each equal to one of these" if self.equal else ""
        sentence = f"{count(self.rows)} with solved examples became {count(self.records, 'record')}{equal}."
        return [sentence, *self.left_out]

    @property
    def left_out(self) -> list[str]:
        """Which texts of the rows are in no record, as sentences."""
        told = (
            (self.heads, "the text before the examples is left out"),
            (self.unanswered, "the input at the end has no response and is left out"),
            (self.unasked, "the response has no input and is left out"),
        )
        return [f"In {count(rows)} {what}." for rows, what in told if rows]


class Unpacked(NamedTuple):
    """`frame`: the rows, one with solved examples as several lines. For each line `of`: its row's number in the frame
    before, and `is_example`: whether its prompt and response come of such a row. `shots`: what was done."""

    frame: pl.DataFrame
    of: pl.Series
    is_example: pl.Series
    shots: UnpackedShots


def is_packed(rows: pl.DataFrame) -> pl.Series:
    """Whether each row has a prompt with solved examples, and no messages. `rows`: the columns READ that there are."""
    if "prompt" not in rows.columns:
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    prompt = pl.col("prompt")
    plain = pl.when(pl.col("messages").is_null()).then(prompt) if "messages" in rows.columns else prompt
    return (count_shots(rows.select(plain.alias("prompt"))["prompt"]) > 0).fill_null(False)


def unpacked(frame: pl.DataFrame, source: SourceColumns) -> Unpacked:
    """Each row with solved examples as one line per example, with its input as prompt and its answer as response, and
    one for the input at the end with the response of the row, where there are both; white space at their ends is left
    out. The other columns of the row are in each of its lines; the two columns of which its prompt is made are null.
    The other rows do not change.
    """
    if "response" not in frame.columns:
        frame = frame.with_columns(response=pl.lit(None, pl.String))
    packed = is_packed(frame)
    numbers = pl.int_range(frame.height, dtype=pl.UInt32, eager=True).alias("of")
    if not packed.any():
        return Unpacked(frame, numbers, packed, UnpackedShots())
    shots, examples = UnpackedShots(), []
    texts = pl.DataFrame([numbers, frame["prompt"], frame["response"]]).filter(packed)
    for number, prompt, response in texts.iter_rows():
        records, of_row = _examples(prompt, response or "")
        examples += [(number, x, y) for x, y in records]
        shots += of_row
    others = numbers.filter(~packed).to_frame().with_columns(x=pl.lit(None, pl.String), y=pl.lit(None, pl.String))
    unpacked_lines = pl.DataFrame(examples, schema=others.schema, orient="row")
    lines = pl.concat([others, unpacked_lines]).sort("of", maintain_order=True)
    is_example = lines["x"].is_not_null().alias("is_example")
    wide = frame[lines["of"]].with_columns(
        prompt=pl.coalesce(lines["x"], "prompt"),
        response=pl.when(is_example).then(lines["y"]).otherwise("response"),
    )
    apart = {source.roles[role] for role in ("prompt", "input")} if source.splits_input else set()
    parts = [name for name in wide.columns if name in apart - {*READ}]
    wide = wide.with_columns(pl.when(~is_example).then(pl.col(name)).alias(name) for name in parts)
    return Unpacked(wide, lines["of"], is_example, shots)


def _examples(prompt: str, response: str) -> tuple[list[tuple[str, str]], UnpackedShots]:
    """The pairs of input and answer of a row with solved examples, and what was done with it."""
    shots = shots_of(prompt)
    assert shots is not None
    answer = response.strip()
    records = [*shots.pairs, *([(shots.asked, answer)] if shots.asked is not None and answer else [])]
    return records, UnpackedShots(
        rows=1,
        records=len(records),
        heads=int(bool(shots.head)),
        unanswered=int(shots.asked is not None and not answer),
        unasked=int(shots.asked is None and bool(answer)),
    )
