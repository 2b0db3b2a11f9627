"""What was asked in a row, and what was answered."""

from __future__ import annotations

import polars as pl

from analysis.same_text import normalised


def asked_and_answered(rows: pl.DataFrame) -> pl.DataFrame:
    """`row`, `context` (the whole question, normalised), `asked` (the last prompt), `answer`, `repeats` (whether a chat
    gives one answer to different questions); null where there is none. `is_later`: the last prompt is not the first.

    `rows` has a column `row` and the canonical texts.
    """
    plain = rows.filter(pl.col("messages").is_null())
    asked = (
        plain.select("row", asked="prompt", answer="response")
        .with_columns(normalised(plain["prompt"]).alias("prompt"), normalised(plain["system"]).alias("system"))
        .select(
            "row",
            "asked",
            "answer",
            context=pl.when(pl.col("prompt") != "").then(
                pl.concat_str(pl.col("system").fill_null(""), "prompt", separator="\x1e")
            ),
            repeats=pl.lit(None, pl.Boolean),
            is_later=pl.lit(False),
        )
    )
    if plain.height == rows.height:
        return asked
    chats = _chats(rows.filter(pl.col("messages").is_not_null()))
    return pl.concat([asked, chats.select(asked.columns)]).sort("row")


def rejected_answer() -> pl.Expr:
    """The rejected answer of a pair: the text and the tool calls of its last message, or the text that it is."""
    last = pl.col("messages_rejected").list.last().struct
    written = pl.concat_str(last.field("content"), last.field("tool_calls"), separator="\n", ignore_nulls=True)
    return pl.when(last.field("role") == "assistant").then(written).otherwise("rejected").alias("rejected")


def _chats(chats: pl.DataFrame) -> pl.DataFrame:
    """As `asked_and_answered`, for rows that have messages."""
    turns = chats.select("row", "messages").explode("messages", empty_as_null=False).unnest("messages")
    turns = turns.with_columns(
        normalised(turns["content"]).fill_null("\x00").alias("said"), turn=pl.int_range(pl.len()).over("row")
    ).with_columns(last=pl.when(pl.col("role") == "assistant").then("turn").max().over("row"))
    filled = ~pl.col("said").is_in(["", "\x00"])
    of_user = (pl.col("role") == "user") & filled
    written = pl.concat_str(
        pl.col("role").fill_null(""), "said", pl.col("tool_calls").fill_null("\x00"), separator="\x1f"
    )
    before = (
        turns.filter(pl.col("last").is_null() | (pl.col("turn") < pl.col("last")))
        .group_by("row")
        .agg(
            context=pl.when(of_user.any()).then(written.str.join("\x1e")),
            asked=pl.col("content").filter(of_user).last(),
            is_later=of_user.sum() > 1,
        )
    )
    answers = turns.filter(pl.col("turn") == pl.col("last")).select(
        "row", answer=pl.concat_str("content", "tool_calls", separator="\n", ignore_nulls=True)
    )
    question = pl.when(pl.col("role") == "user").then("said").forward_fill().over("row").fill_null("")
    replies = turns.with_columns(question=question).filter(pl.col("role") == "assistant", filled)
    same = replies.group_by("row", "said").agg(repeats=pl.col("question").min() != pl.col("question").max())
    table = chats.select("row", cut=pl.col("rejected").is_not_null() & pl.col("response").is_null())
    for part in (before, answers, same.group_by("row").agg(pl.col("repeats").any())):
        table = table.join(part, on="row", how="left")
    return table.with_columns(pl.when(~pl.col("cut")).then(column).alias(column) for column in ("context", "answer"))
