"""Which of Self-Instruct's rules does an instruction, or its output, break?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.errors import HeuristicsError
from analysis.heuristics.heuristics_checks import SELF_INSTRUCT_CHECKS
from analysis.heuristics.judged_text import ROLES, Role, check_role
from analysis.signal import Signal


@dataclass(frozen=True)
class SelfInstruct(
    Signal,
    name="self_instruct",
    version=1,
    reads=ROLES,
    roles=("input",),
    adds={
        "self_instruct_faults": pl.List(pl.String),
        "self_instruct_rouge_l": pl.Float32,
        "self_instruct_like_row": pl.UInt32,
        "self_instruct_passed": pl.UInt32,
    },
    scope="dataset",
    finds=SELF_INSTRUCT_CHECKS,
):
    """`self_instruct_faults` lists the rules of Wang et al. 2022 that a row breaks, as
    `analysis.heuristics.self_instruct.RULES` says them; it is empty where the row breaks none.

    The instruction is the text of `role`, without the input at its end where the data have a column of the
    role `input`. The output is the response, unless that is the role. An instruction is compared with each earlier one
    that shares a sequence of 3 words with it, letters and digits, case folded. `self_instruct_rouge_l` is the ROUGE-L
    of the first that was found with 0.7 or more, `self_instruct_like_row` its position in the dataset, from 0. Both are
    null where none was found.

    `effort` is how much is compared for one instruction: an earlier instruction that is looked at costs 1, one that is
    compared word by word as much as it has words. `self_instruct_passed` counts what was not looked at where no similar
    one was found: an earlier instruction counts once for each shared sequence. Above 0, the rule `like_earlier` is not
    known for this row. All columns are null where the row has no text of the role.
    """

    role: Role = "prompt"
    effort: int = 20_000
    input: str = ""

    def __post_init__(self) -> None:
        check_role(self.role)
        if not isinstance(self.effort, int) or self.effort < 1:
            raise HeuristicsError(f"The effort is a whole number from 1 on, not {self.effort!r}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.heuristics.self_instruct import self_instruct_columns

        given = pl.col("input") if rows["input"].dtype == pl.String else pl.lit(None, pl.String)
        output = pl.lit(None, pl.String) if self.role == "response" else pl.col("response")
        texts = rows.select(asked=self.role, output=output, input=given)
        behind = pl.concat_str(pl.lit("\n\n"), "input")
        has_input = (pl.col("input").fill_null("").str.strip_chars() != "") & pl.col("asked").str.ends_with(behind)
        instruction = (
            pl.when(has_input.fill_null(False)).then(pl.col("asked").str.strip_suffix(behind)).otherwise("asked")
        )
        return self_instruct_columns(texts.with_columns(instruction=instruction), self.effort).select(*self.adds)
