"""Which rows a training format cannot hold, and why."""

from __future__ import annotations

import polars as pl

from analysis.export.training_formats import SourceColumns, labels_of

LETTERS = {"system": "s", "developer": "s", "user": "u", "assistant": "a", "tool": "t"}


def misfits(to: str, source: SourceColumns) -> list[tuple[str, pl.Expr]]:
    """Reasons why the format cannot hold a row, each with a test on the columns of `misfit_columns`.

    The first reason that applies counts.
    """
    messages, prompt, response, rejected = (_column(source, n) for n in ("messages", "prompt", "response", "rejected"))
    chat = (messages.list.len() > 0).fill_null(False) if "messages" in source.canonical else pl.lit(False)
    single = ~chat
    nothing = "no turns" if "messages" in source.canonical else "no prompt and no response"
    reasons = [(nothing, single & prompt.is_null() & response.is_null())]
    is_implicit = to == "preference" and "prompt" not in source.canonical
    if not is_implicit:
        reasons.append(("no prompt", single & prompt.is_null()))
    reasons.append(("no response", single & response.is_null()))
    if "messages" in source.canonical:
        reasons += [(reason, chat & test.fill_null(True)) for reason, test in _chat_misfits(to, messages, is_implicit)]
    if to == "preference" or (to == "kto" and source.is_pairs):
        reasons.append(("no rejected answer", rejected.is_null()))
        if "prompts_differ" in source.canonical:
            reasons.append(("chosen and rejected answer different prompts", pl.col("prompts_differ").fill_null(False)))
    elif to == "kto":
        reasons.append(("no label of true or false", labels_of(source).is_null()))
    return reasons


def misfit_columns(to: str, source: SourceColumns) -> list[str]:
    """The columns that the tests of `misfits` read."""
    names = [n for n in ("messages", "prompt", "response", "rejected", "prompts_differ") if n in source.canonical]
    return [*names, *([source.roles["label"]] if to == "kto" and "label" in source.roles else [])]


def _chat_misfits(to: str, messages: pl.Expr, is_implicit: bool) -> list[tuple[str, pl.Expr]]:
    turn = pl.element().struct
    # One letter per turn: "suaua" is a system message and two exchanges.
    shape = messages.list.eval(turn.field("role").replace_strict(LETTERS, default="x")).list.join("")
    has_text = (turn.field("content").fill_null("") != "").fill_null(False)
    calls = turn.field("tool_calls").is_not_null()
    no_text = ("a message without text", messages.list.eval(turn.field("content").is_null() & ~calls).list.any())
    if to == "sharegpt":
        both = messages.list.eval(has_text & calls).list.any()
        return [no_text, ("a message of both text and tool calls", both)]
    if to == "alpaca":
        tools = messages.list.eval(calls).list.any() | shape.str.contains("t")
        turns = ~shape.str.contains("^s*(ua)+$")
        return [("tool calls", tools), no_text, ("turns that do not alternate from user to assistant", turns)]
    if to == "messages":
        return []
    reasons = [("the last message is not the assistant's", ~shape.str.ends_with("a"))]
    return reasons if is_implicit else [*reasons, ("no prompt", shape.str.len_chars() < 2)]


def _column(source: SourceColumns, name: str) -> pl.Expr:
    return pl.col(name) if name in source.canonical else pl.lit(None, dtype=pl.String)
