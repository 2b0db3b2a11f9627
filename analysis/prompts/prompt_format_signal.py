"""Which prompts of plain rows are off the format that most of them share, and which hold solved examples?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.prompts.formats import LEAST_SHARE, format_of, format_written
from analysis.prompts.prompt_checks import PROMPT_CHECKS
from analysis.prompts.shots import count_shots
from analysis.signal import Signal


@dataclass(frozen=True)
class PromptFormat(
    Signal,
    name="prompt_format",
    version=1,
    reads=("prompt", "messages"),
    adds={
        "prompt_format": pl.String,
        "is_off_format": pl.Boolean,
        "off_format_kind": pl.String,
        "packed_shots": pl.UInt32,
    },
    scope="dataset",
    cheap=True,
    finds=PROMPT_CHECKS,
):
    """`prompt_format`: the texts before and after the input of most prompts, such as `{input} -->`; the same in all
    rows that have a prompt. `is_off_format`: whether the prompt has another form; `off_format_kind`: how, one of
    `analysis.prompts.formats.KINDS`, null where it is on the format. All three are null where no format is shared by
    half of the prompts, and in rows without a prompt. Rows with messages have none here: a chat template writes
    what is around their texts. `expect`: the format that is asked for, with `{input}` in it; "" looks for one,
    as `analysis.prompts.formats.format_of` describes.

    `packed_shots`: the solved examples in a few-shot prompt, as `analysis.prompts.shots` reads them: 0 where it is
    none, null in rows without a prompt.
    """

    expect: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        prompts = rows.select(pl.when(pl.col("messages").is_null()).then("prompt").alias("prompt"))["prompt"]
        shared = format_written(self.expect).seen_in(prompts) if self.expect else format_of(prompts)
        judged = prompts.to_frame().with_columns(
            prompt_format=pl.lit(None, pl.String),
            is_off_format=pl.lit(None, pl.Boolean),
            off_format_kind=pl.lit(None, pl.String),
        )
        if shared is not None:
            kinds = prompts.to_frame().with_columns(off_format_kind=shared.kind_off(pl.col("prompt")).cast(pl.String))
            has = pl.col("prompt").is_not_null()
            wide = kinds.select(
                prompt_format=pl.when(has).then(pl.lit(str(shared))),
                is_off_format=pl.when(has).then(pl.col("off_format_kind").is_not_null()),
                off_format_kind="off_format_kind",
            )
            on = int((~wide["is_off_format"]).sum())
            judged = wide if self.expect or on >= LEAST_SHARE * (len(prompts) - prompts.null_count()) else judged
        return judged.select(list(self.adds)[:3]).with_columns(packed_shots=count_shots(prompts))
