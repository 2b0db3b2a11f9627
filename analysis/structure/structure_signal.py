"""What does a row end with as its answer, and which faults are in its turns, calls and thoughts?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.signal import Signal
from analysis.structure.answers import kind_of_text
from analysis.structure.thoughts import FAULTS, thought_faults
from analysis.structure.turns import last_answers, listed, turn_faults, turns_of

TEXTS = ("prompt", "response", "rejected", "text", "messages", "messages_rejected")


@dataclass(frozen=True)
class Structure(
    Signal,
    name="structure",
    version=1,
    reads=TEXTS,
    adds={"answer_kind": pl.String, "rejected_kind": pl.String, "structure_faults": pl.List(pl.String)},
    cheap=True,
):
    """`answer_kind`: what the row ends with: "text"; "tool_call", calls without a text; "reasoning", a thought and no
    answer; "parts", images or other content; "blank"; "missing", no answer at all; "unanswered", a chat that has an
    answer and ends with another role; "raw_text", a row that is no example but text. `rejected_kind`: the same for the
    rejected side of a pair, null where there is none. Both are null where a row has none of the texts.

    `structure_faults`, in alphabetical order: empty where there is none, null for raw text and where there is no text.
    Of a chat: `first_not_user` and `last_not_assistant` (after any instructions; the latter only in a chat that has an
    answer), `same_role_twice` (two turns of the user or of the assistant in a row), `system_late` (instructions after
    the first turn), `call_without_result` (the turn after a tool call is the assistant's), `null_argument` (of a tool
    call). Of the thoughts between marks in any answer, as `analysis.structure.thoughts` has them: `thought_not_opened`,
    `thought_not_closed`, `thought_empty`, `several_thoughts`, `nothing_after_thought`.
    """

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        numbered = rows.with_row_index("row")
        turns, other = turns_of(rows["messages"]), turns_of(rows["messages_rejected"])
        alone = numbered.select(
            "row",
            response=pl.when(pl.col("messages").is_null()).then("response"),
            rejected=pl.when(pl.col("messages_rejected").is_null()).then("rejected"),
        )
        faults = [turn_faults(turns), turn_faults(other).filter(pl.col("fault").is_in(list(FAULTS)))]
        thoughts = (alone.select("row").hstack(thought_faults(alone[side])) for side in ("response", "rejected"))
        faults += [listed(of_side, list(FAULTS)) for of_side in thoughts]
        by_row = pl.concat(faults).group_by("row").agg(structure_faults=pl.col("fault").unique().sort())
        kinds = numbered.join(by_row, on="row", how="left", maintain_order="left")
        for side, of in (("answer", turns), ("rejected", other)):
            last = last_answers(of).rename({"kind": f"{side}_of_chat"})
            kinds = kinds.join(last, on="row", how="left", maintain_order="left")
        has_any = pl.any_horizontal(pl.col(text).is_not_null() for text in TEXTS)
        raw = pl.col("text").is_not_null() & pl.all_horizontal(pl.col("prompt", "response", "messages").is_null())
        chat = pl.coalesce("answer_of_chat", pl.when(pl.col("messages").is_not_null()).then(pl.lit("missing")))
        answer = pl.when(raw).then(pl.lit("raw_text")).otherwise(pl.coalesce(chat, kind_of_text("response")))
        is_pair = pl.any_horizontal(pl.col("rejected", "messages_rejected").is_not_null())
        return kinds.select(
            answer_kind=pl.when(has_any).then(answer),
            rejected_kind=pl.when(is_pair).then(pl.coalesce("rejected_of_chat", kind_of_text("rejected"))),
            structure_faults=pl.when(has_any & ~raw).then(pl.col("structure_faults").fill_null([])),
        )
