"""A record's own columns -> the canonical ones: prompt, response, system, rejected, messages, score, text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analysis.formats.chats import ROLES, Message, first_of, is_dialogue, last_of, messages_of, system_of
from analysis.formats.columns import CANONICAL
from analysis.formats.kinds import as_number, as_text
from analysis.formats.shapes import Shape

Columns = dict[str, list[Any]]
KNOWN_ROLES = frozenset(ROLES.values())


def canonical(
    shape: Shape, columns: Mapping[str, Sequence[Any]], originals: Mapping[str, pl.Series], height: int
) -> list[pl.Series]:
    """The canonical columns of `height` records, without those that only repeat an original column (`shape.aliases`).

    `columns`: the records' values by source column. `originals`: the columns as they are stored, by their stored names.
    """
    of = {role: list(columns.get(column) or [None] * height) for role, column in shape.roles}
    build = {"preference": _preference, "chat": _chat, "kto": _chat, "text": _text, "table": _nothing}.get(
        shape.format, _instruction
    )
    built = build(of, shape, height)
    if "score" in of and "score" not in shape.aliases:
        built["score"] = list(map(as_number, of["score"]))
    if "system" in of and "system" not in shape.aliases and shape.format != "table":
        texts = map(as_text, of["system"])
        built["system"] = [
            a if a is not None else b for a, b in zip(texts, built.get("system") or [None] * height, strict=True)
        ]
    stored = [_series(name, values) for name, values in built.items() if name in shape.stored]
    if "n_turns" in shape.stored and "n_turns" not in built:
        sides = {series.name: series for series in stored}
        sides |= {name: originals[shape.stored_as(column)] for name, column in shape.alias_pairs}
        stored.append(_n_turns([sides[name] for name in ("prompt", "response") if name in sides], height))
    return stored


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, values, dtype=CANONICAL[name])


def _n_turns(sides: Sequence[pl.Series], height: int) -> pl.Series:
    """How many of prompt and response are not empty."""
    total = pl.Series("n_turns", [0], dtype=pl.UInt32).new_from_index(0, height)
    for side in sides:
        total = total + (side != "").fill_null(False).cast(pl.UInt32)
    return total.alias("n_turns")


def _nothing(of: Columns, shape: Shape, height: int) -> Columns:
    return {}


def _text(of: Columns, shape: Shape, height: int) -> Columns:
    return {} if "text" in shape.aliases else {"text": [as_text(v) for v in of.get("text", [])]}


def _instruction(of: Columns, shape: Shape, height: int) -> Columns:
    """Prompt = instruction, and after a blank line its input where that is not blank."""
    built: Columns = {}
    if "prompt" in of and "prompt" not in shape.aliases:
        built["prompt"] = list(map(_prompt, of["prompt"]))
        if "input" in of:
            built["prompt"] = list(map(_joined, built["prompt"], map(_prompt, of["input"])))
    if "response" in of and "response" not in shape.aliases:
        built["response"] = list(map(_prompt, of["response"]))
    if shape.instances:
        first = [_first_instance(v) for v in of["instances"]]
        prompts = built.get("prompt") or of["prompt"]
        built["prompt"] = [_joined(a, as_text(b.get("input"))) for a, b in zip(prompts, first, strict=True)]
        built["response"] = [as_text(b.get("output")) for b in first]
    return built


def _first_instance(value: Any) -> dict[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _prompt(value: Any) -> str | None:
    """Text; of a list of messages, their texts."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, list | dict) and (messages := messages_of(value)):
        return "\n\n".join(m["content"] for m in messages if m["content"] and m["role"] != "system")
    return as_text(value)


def _joined(prompt: str | None, context: str | None) -> str | None:
    if not context or context.isspace():
        return prompt
    return f"{prompt}\n\n{context}" if prompt else context


def _chat(of: Columns, shape: Shape, height: int) -> Columns:
    """First user message, last assistant message; a completion in its own column (KTO) is the last message."""
    if "messages" not in of:
        return _instruction(of, shape, height)
    built: Columns = {n: [] for n in ("system", "prompt", "response", "messages", "n_turns")}
    for value, completion in zip(of["messages"], of.get("response") or [None] * height, strict=True):
        messages = messages_of(value)
        if messages is not None and completion is not None:
            answer = messages_of(completion) if isinstance(completion, list | dict) else None
            messages = messages + (answer or [_message("assistant", as_text(completion))])
        _put(built, messages)
        built["prompt"].append(first_of(messages, "user") if messages else None)
        built["response"].append(last_of(messages, "assistant") if messages else None)
    return built


def _put(built: Columns, messages: list[Message] | None) -> None:
    built["messages"].append(messages)
    built["system"].append(system_of(messages) if messages else None)
    built["n_turns"].append(None if messages is None else sum(m["role"] != "system" for m in messages))


def _message(role: str, content: str | None) -> Message:
    return {"role": role, "content": content, "tool_calls": None}


def _preference(of: Columns, shape: Shape, height: int) -> Columns:
    """Two answers to one prompt. Where their prompts differ, the prompt of the chosen answer is taken."""
    built: Columns = {
        n: [] for n in ("system", "prompt", "response", "rejected", "messages", "n_turns", "prompts_differ")
    }
    none = [None] * height
    rows = zip(
        of.get("messages", none),
        of.get("prompt", none),
        of.get("input", none),
        of["response"],
        of["rejected"],
        strict=True,
    )
    for turns, prompt, context, chosen, rejected in rows:
        before = messages_of(turns) if turns is not None else messages_of(prompt)
        plain = before is None and type(prompt) is str
        if plain:
            before = [_message("user", _joined(prompt, as_text(context)))]
        before = before or []
        if before and before[-1]["role"] == "assistant" and not (before[-1]["content"] or "").strip():
            before = before[:-1]
        left, right = _side(before, chosen), _side(before, rejected)
        is_plain = (plain or not before) and all(
            v is None or (type(v) is str and not is_dialogue(v)) for v in (chosen, rejected)
        )
        built["prompt"].append(last_of(left[:-1] if _answer(left) else left, "user"))
        built["response"].append(_answer(left))
        built["rejected"].append(_answer(right))
        is_pair = chosen is not None and rejected is not None
        built["prompts_differ"].append(_asked(left) != _asked(right) if is_pair else False)
        _put(built, left)
        if is_plain:
            built["messages"][-1] = None
    return built


def _side(before: list[Message], answer: Any) -> list[Message]:
    """The whole conversation that ends in this answer, which may include its prompt."""
    if answer is None:
        return before
    is_text = type(answer) is str
    messages = messages_of(answer) if not is_text or is_dialogue(answer) else None
    if messages is None:
        return [*before, _message("assistant", as_text(answer))]
    if any(m["role"] == "user" for m in messages):
        systems = [m for m in before if m["role"] == "system"] if messages[0]["role"] != "system" else []
        return systems + messages
    return before + messages


def _answer(messages: list[Message]) -> str | None:
    return messages[-1]["content"] if messages and messages[-1]["role"] not in ("user", "system") else None


def _asked(messages: list[Message]) -> list[tuple[str | None, str | None]]:
    turns = messages[:-1] if messages and messages[-1]["role"] == "assistant" else messages
    return [(m["role"], m["content"]) for m in turns if m["role"] != "system"]
