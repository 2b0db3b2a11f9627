"""Which rows a training format cannot hold, and why."""

from __future__ import annotations

import polars as pl

from analysis.export.request import TOKENIZED, TRAINER
from analysis.export.training_formats import SourceColumns, labels_of

MOVED = r'\{"type":"[^"]*"\}'
"""A part of which only the type is left, since its content is in another field of the message."""
LETTERS = {"system": "s", "developer": "s", "user": "u", "assistant": "a", "tool": "t"}


def misfits(to: str, source: SourceColumns, answers_itself: pl.Expr | None = None) -> list[tuple[str, pl.Expr]]:
    """Reasons why the format cannot hold a row, each with a test on the columns of `misfit_columns`.

    The first reason that applies counts. `answers_itself`: whether a row needs no response; none by default.
    """
    if to in TOKENIZED:
        return _without_tokens()
    messages, prompt, response, rejected = (_column(source, n) for n in ("messages", "prompt", "response", "rejected"))
    chat = (messages.list.len() > 0).fill_null(False) if "messages" in source.canonical else pl.lit(False)
    single = ~chat
    nothing = "no turns" if "messages" in source.canonical else "no prompt and no response"
    reasons = [(nothing, single & prompt.is_null() & response.is_null())]
    is_implicit = to == "preference" and "prompt" not in source.canonical
    if not is_implicit:
        reasons.append(("no prompt", single & prompt.is_null()))
    needs_none = pl.lit(False) if answers_itself is None else answers_itself
    reasons.append(("no response", single & response.is_null() & ~needs_none))
    if "messages" in source.canonical:
        reasons += [(reason, chat & test.fill_null(True)) for reason, test in _chat_misfits(to, messages, is_implicit)]
    if to == "preference" or (to == "kto" and source.is_pairs):
        reasons += _rejected_misfits(source, rejected)
        if "prompts_differ" in source.canonical:
            reasons.append(("chosen and rejected answer different prompts", _is_unshared(source)))
    elif to == "kto":
        reasons.append(("no label of true or false", labels_of(source).is_null()))
    return reasons


def misfit_columns(to: str, source: SourceColumns) -> list[str]:
    """The columns that the tests of `misfits` read."""
    if to in TOKENIZED:
        return list(TRAINER)
    used = ("messages", "messages_rejected", "prompt_turns", "prompt", "response", "rejected", "prompts_differ")
    names = [n for n in used if n in source.canonical]
    return [*names, *([source.roles["label"]] if to == "kto" and "label" in source.roles else [])]


def _without_tokens() -> list[tuple[str, pl.Expr]]:
    refused = pl.col("template_error").is_not_null()
    return [
        ("the template refuses it", refused),
        ("no chat, and no prompt and response", ~refused & pl.col("trainer_tokens").is_null()),
        ("no trained token is left", pl.col("is_untrained").fill_null(False)),
    ]


def _chat_misfits(to: str, messages: pl.Expr, is_implicit: bool) -> list[tuple[str, pl.Expr]]:
    turn = pl.element().struct
    # One letter per turn: "suaua" is a system message and two exchanges.
    shape = messages.list.eval(turn.field("role").replace_strict(LETTERS, default="x")).list.join("")
    content, parts = turn.field("content"), turn.field("parts")
    has_parts = parts.str.replace_all(MOVED, "").str.contains("{", literal=True).fill_null(False)
    has_content = (content.fill_null("") != "") | (content.is_null() & has_parts)
    calls = turn.field("tool_calls").is_not_null()
    if to == "sharegpt":
        no_text = messages.list.eval(content.is_null() & ~has_parts & ~calls).list.any()
        both = messages.list.eval(has_content & calls).list.any()
        return [("a message without text", no_text), ("a message of both text and tool calls", both)]
    if to == "alpaca":
        tools = messages.list.eval(calls).list.any() | shape.str.contains("t")
        no_text = messages.list.eval(content.is_null() & ~calls).list.any()
        turns = ~shape.str.contains("^s*(ua)+$")
        return [
            ("tool calls", tools),
            ("a message without text", no_text),
            ("turns that do not alternate from user to assistant", turns),
        ]
    if to == "messages":
        return []
    reasons = [("the last message is not the assistant's", ~shape.str.ends_with("a"))]
    return reasons if is_implicit else [*reasons, ("no prompt", shape.str.len_chars() < 2)]


def _is_unshared(source: SourceColumns) -> pl.Expr:
    """Whether the two sides of a pair begin with no question that they share; later turns may differ."""
    differ = pl.col("prompts_differ").fill_null(False)
    if "prompt_turns" not in source.canonical:
        return differ
    shared = pl.col("messages").list.head(pl.col("prompt_turns").fill_null(0))
    return differ & ~shared.list.eval(pl.element().struct.field("role") == "user").list.any().fill_null(False)


def _rejected_misfits(source: SourceColumns, rejected: pl.Expr) -> list[tuple[str, pl.Expr]]:
    """A rejected side is a text, or messages of which the last is the assistant's, also where it only calls a tool."""
    if "messages_rejected" not in source.canonical:
        return [("no rejected answer", rejected.is_null())]
    other = pl.col("messages_rejected")
    last = other.list.last().struct.field("role")
    return [
        ("no rejected answer", rejected.is_null() & (other.list.len().fill_null(0) == 0)),
        ("the last message of the rejected side is not the assistant's", (last != "assistant").fill_null(False)),
    ]


def _column(source: SourceColumns, name: str) -> pl.Expr:
    return pl.col(name) if name in source.canonical else pl.lit(None, dtype=pl.String)
