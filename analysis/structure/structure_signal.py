"""What does a row end with as its answer, and which faults are in its turns, calls and thoughts?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.signal import Signal
from analysis.structure.alone import faults_alone
from analysis.structure.answers import kind_of_text
from analysis.structure.content_parts import part_kinds
from analysis.structure.order import edge_faults, order_faults
from analysis.structure.results import calls_of, n_tools
from analysis.structure.structure_checks import STRUCTURE_CHECKS
from analysis.structure.thoughts import thought_faults
from analysis.structure.turns import last_answers, listed, n_roles, turns_of

TEXTS = ("prompt", "response", "rejected", "text", "messages", "messages_rejected")


@dataclass(frozen=True)
class Structure(
    Signal,
    name="structure",
    version=3,
    reads=(*TEXTS, "system", "tools"),
    adds={
        "answer_kind": pl.String,
        "rejected_kind": pl.String,
        "structure_faults": pl.List(pl.String),
        "n_calls": pl.UInt32,
        "n_tools": pl.UInt32,
        "n_roles": pl.UInt32,
        "part_kinds": pl.List(pl.String),
    },
    cheap=True,
    finds=STRUCTURE_CHECKS,
):
    """`answer_kind`: what the row ends with: "text"; "tool_call", calls without a text; "reasoning", a thought and no
    answer; "parts", images or other content; "blank"; "missing", no answer at all; "unanswered", a chat that has an
    answer and ends with another role; "raw_text", a row that is no example but text. `rejected_kind`: the same for the
    rejected side of a pair, null where there is none. Both are null where a row has none of the texts.

    `structure_faults`: the names of `analysis.structure.faults.FAULTS`, which says what each means, in alphabetical
    order; empty where there is none, null for raw text and where there is no text. Of a row without messages:
    `empty_last_answer` (the response is missing or blank), `edge_white_space`, and the faults of thoughts. Of the
    rejected side of a pair: `edge_white_space` of its answers and the faults of their thoughts. Calls are not
    judged where they are nested too deeply to read, and the arguments of a tool only where its schema can be judged:
    `analysis.structure.schemas` has the limits.

    `n_calls`: tool calls in the messages; `n_roles`: different roles in them; null where there are no messages.
    `n_tools`: tools that the row declares; null where it has no `tools`, or some that cannot be read. `part_kinds`: the
    kinds of the parts of contents that are lists of parts, such as text and image; empty where no content is a list,
    null where there are no messages.
    """

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        turns, other = turns_of(rows["messages"]), turns_of(rows["messages_rejected"])
        of_calls, n_calls = calls_of(turns, rows["tools"])
        numbered = rows.with_row_index("row")
        empty = numbered.filter(pl.col("messages").list.len() == 0).select(
            "row", no_user=pl.lit(True), no_assistant=pl.lit(True)
        )
        faults = [faults_alone(rows), order_faults(turns), of_calls, listed(empty), edge_faults(other)]
        faults += [_thoughts(side) for side in (turns, other)]
        by_row = pl.concat(faults).unique().group_by("row").agg(structure_faults=pl.col("fault").sort())
        kinds = numbered.join(by_row, on="row", how="left", maintain_order="left")
        for side, of in (("answer", turns), ("rejected", other)):
            last = last_answers(of).rename({"kind": f"{side}_of_chat"})
            kinds = kinds.join(last, on="row", how="left", maintain_order="left")
        for counted in (n_calls, n_roles(turns), part_kinds(turns)):
            kinds = kinds.join(counted, on="row", how="left", maintain_order="left")
        has_any = pl.any_horizontal(pl.col(text).is_not_null() for text in TEXTS)
        raw = pl.col("text").is_not_null() & pl.all_horizontal(pl.col("prompt", "response", "messages").is_null())
        chat = pl.coalesce("answer_of_chat", pl.when(pl.col("messages").is_not_null()).then(pl.lit("missing")))
        answer = pl.when(raw).then(pl.lit("raw_text")).otherwise(pl.coalesce(chat, kind_of_text("response")))
        is_pair = pl.any_horizontal(pl.col("rejected", "messages_rejected").is_not_null())
        is_chat = pl.col("messages").is_not_null()
        return kinds.select(
            answer_kind=pl.when(has_any).then(answer),
            rejected_kind=pl.when(is_pair).then(pl.coalesce("rejected_of_chat", kind_of_text("rejected"))),
            structure_faults=pl.when(has_any & ~raw).then(pl.col("structure_faults").fill_null([])),
            n_calls=pl.when(is_chat).then(pl.col("n_calls").fill_null(0)),
            n_tools=n_tools(rows["tools"]),
            n_roles=pl.when(is_chat).then(pl.col("n_roles").fill_null(0)),
            part_kinds=pl.when(is_chat).then(pl.col("part_kinds").fill_null([])),
        )


def _thoughts(turns: pl.DataFrame) -> pl.DataFrame:
    """The faults of the thoughts in the answers of chats; a call is something after a thought."""
    judged = thought_faults(turns.select(pl.when(pl.col("role") == "assistant").then("content")).to_series())
    calls = turns["tool_calls"].is_not_null()
    judged = judged.with_columns(answer_missing_after_thought=pl.col("answer_missing_after_thought") & ~calls)
    return listed(turns.select("row").hstack(judged))
