"""Does each call of a chat have its result, and each result its call; and are the arguments what the tool asks for?"""

from __future__ import annotations

import polars as pl

from analysis.structure.calls import Call, calls_in, tools_in
from analysis.structure.schemas import fits
from analysis.structure.turns import earlier, is_last, listed

NULL_ARGUMENT = r'"arguments"\s*:\s*(?:"\s*)?\{[^}]*:\s*null\b'
"""An argument that is null, in the JSON of tool calls; arguments are an object, or the JSON text of one."""
CALL_IN_TEXT = r"(?i)<\|?tool_calls?\b|\[TOOL_CALLS\]|<functioncall>|<function_calls?\b|<function=|<\|python_tag\|>"
"""What begins a call that is written in an answer's text, by the templates of models."""


def calls_of(turns: pl.DataFrame, tools: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`row`, `fault` for each fault of the calls and results of chats; and `row`, `n_calls` of chats with calls.

    `tools`: the declared tools by row, as JSON text or null.
    """
    involved = pl.col("tool_calls").is_not_null() | (pl.col("role") == "tool")
    rows = turns.filter(involved)["row"].unique()
    if rows.is_empty():
        return turns.select("row", fault=pl.lit("")).clear(), turns.select("row", n_calls=pl.lit(0, pl.UInt32)).clear()
    some = turns.filter(pl.col("row").is_in(rows.implode())) if len(rows) < turns["row"].n_unique() else turns
    texts = some["tool_calls"].drop_nulls().unique()
    read = {text: calls_in(text) for text in texts.to_list()}
    summary = pl.DataFrame(
        {
            "tool_calls": texts,
            "count": pl.Series(list(map(len, read.values())), dtype=pl.UInt32),
            "arguments_not_json": pl.Series(list(map(_is_unread, read.values())), dtype=pl.Boolean),
        }
    )
    some = some.join(summary, on="tool_calls", how="left", maintain_order="left")
    some = some.with_columns(tools=tools.gather(some["row"]))
    faults = [_matched(some, read), _declared(some, read)]
    counted = some.group_by("row").agg(n_calls=pl.col("count").sum().cast(pl.UInt32))
    return pl.concat(faults), counted


def _is_unread(calls: list[Call]) -> bool:
    return any(call.arguments is None and not call.is_deep for call in calls)


def _ids(read: dict[str, list[Call]]) -> pl.DataFrame:
    """`tool_calls` (the text), `id` of each call that has one."""
    named = [(text, call.id) for text, calls in read.items() for call in calls if call.id is not None]
    return pl.DataFrame(
        {"tool_calls": [text for text, _ in named], "id": [called for _, called in named]},
        schema={"tool_calls": pl.String, "id": pl.String},
    )


def _matched(turns: pl.DataFrame, read: dict[str, list[Call]]) -> pl.DataFrame:
    """The faults in how calls and results follow each other. A block is a turn and the results that follow it."""
    is_result = pl.col("role") == "tool"
    calls = pl.col("tool_calls").is_not_null() & ~is_result
    turns = turns.with_columns(
        block=(~is_result | (pl.col("place") == 0)).cum_sum(),
        in_text=(pl.col("role") == "assistant") & pl.col("content").str.contains(CALL_IN_TEXT).fill_null(False),
        has_calls=calls,
        called_before=earlier(calls) > 0,
        is_open=is_last(),
    )
    pairs = turns.filter("has_calls").select("row", "block", "place", "tool_calls").join(_ids(read), on="tool_calls")
    results = turns.filter(is_result).select("row", "block", "place", "called_before", id="tool_call_id")
    first = pairs.group_by("row", "id").agg(called_at=pl.col("place").min())
    heads = turns.filter(~is_result | (pl.col("place") == 0)).select(
        "block", head_calls="has_calls", head_in_text=pl.col("in_text") & ~is_result
    )
    judged = results.join(first, on=["row", "id"], how="left").join(heads, on="block", how="left")
    is_known = (pl.col("called_at") < pl.col("place")).fill_null(False)
    is_called = pl.col("head_calls") | pl.col("head_in_text")
    judged = judged.select(
        "row",
        result_without_call=~is_called & ~is_known,
        call_id_unknown=pl.col("head_calls") & pl.col("id").is_not_null() & ~is_known,
    )
    answered = results.group_by("block").agg(results=pl.len(), free=pl.col("id").is_null().sum())
    unmatched = pairs.join(results.select("block", "id").drop_nulls(), on=["block", "id"], how="anti")
    missed = unmatched.group_by("block").agg(unmatched=pl.len())
    blocks = turns.filter(pl.col("has_calls") & (pl.col("role") == "assistant") & ~pl.col("is_open"))
    blocks = blocks.join(answered, on="block", how="left").join(missed, on="block", how="left")
    none_free = pl.col("free").fill_null(0) == 0
    blocks = blocks.select(
        "row", call_without_result=pl.col("results").is_null() | (none_free & (pl.col("unmatched") > 0))
    )
    alone = turns.select(
        "row",
        "arguments_not_json",
        call_by_user=pl.col("tool_calls").is_not_null() & (pl.col("role") != "assistant"),
        null_argument=pl.col("tool_calls").str.contains(NULL_ARGUMENT),
    )
    return pl.concat([listed(judged), listed(blocks), listed(alone)])


def _declared(turns: pl.DataFrame, read: dict[str, list[Call]]) -> pl.DataFrame:
    """The faults of calls against the tools that their rows declare."""
    pairs = turns.filter(pl.col("tools").is_not_null() & pl.col("tool_calls").is_not_null()).select(
        "row", "tools", "tool_calls"
    )
    distinct = pairs.select("tools", "tool_calls").unique()
    tools = {text: tools_in(text) for text in distinct["tools"].unique().to_list()}
    judged = [_against(tools[text], read[calls]) for text, calls in distinct.rows()]
    faults = pl.DataFrame(
        judged, schema={"tool_not_declared": pl.Boolean, "arguments_not_in_schema": pl.Boolean}, orient="row"
    )
    return listed(pairs.join(distinct.hstack(faults), on=["tools", "tool_calls"]).drop("tools", "tool_calls"))


def _against(tools: dict[str, object] | None, calls: list[Call]) -> tuple[bool, bool]:
    if tools is None:
        return False, False
    named = [call for call in calls if call.name is not None]
    is_undeclared = any(call.name not in tools for call in named)
    declared = [(tools[call.name], call.arguments) for call in named if call.name in tools]
    is_wrong = any(s is not None and a is not None and fits(s, a) is False for s, a in declared)
    return is_undeclared, is_wrong


def n_tools(tools: pl.Series) -> pl.Series:
    """How many tools each row declares; null where it declares none, or where they cannot be read."""
    distinct = tools.drop_nulls().unique()
    counts = [None if (read := tools_in(text)) is None else len(read) for text in distinct.to_list()]
    if distinct.is_empty():
        return pl.repeat(None, len(tools), dtype=pl.UInt32, eager=True)
    return tools.replace_strict(distinct, pl.Series(counts, dtype=pl.UInt32), default=None, return_dtype=pl.UInt32)
