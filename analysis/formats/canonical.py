"""A record's own columns -> the canonical ones: prompt, response, system, rejected, messages, score, text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analysis.formats.chats import (
    INSTRUCTING,
    ROLES,
    Message,
    is_dialogue,
    last_of,
    messages_of,
    opened,
    outline_of,
    text_of,
)
from analysis.formats.columns import CANONICAL, MESSAGES
from analysis.formats.kinds import as_number, as_text
from analysis.formats.nested import messages_series
from analysis.formats.shapes import ALL_STORED, Shape

Of = Mapping[str, Sequence[Any]]
Columns = dict[str, list[Any]]
NO_OUTLINE = (None, None, None, None)
KNOWN_ROLES = frozenset(ROLES.values())


def canonical(shape: Shape, of: Of, aliased: Mapping[str, pl.Series], height: int) -> list[pl.Series]:
    """The canonical columns of `height` records, without those that only repeat an original column (`shape.aliases`).

    `of`: the records' values by role. `aliased`: the columns of `shape.aliases` as they are
    stored, by the name in the source.
    """
    build = {"preference": _preference, "chat": _chat, "kto": _chat, "text": _text, "table": _nothing}.get(
        shape.format, _instruction
    )
    built = build(of, shape, height)
    if "score" in of and "score" not in shape.aliases:
        built["score"] = list(map(as_number, of["score"]))
    if "system" in of and "system" not in shape.aliases and shape.format != "table":
        texts = map(text_of, of["system"])
        built["system"] = [
            a if a is not None else b for a, b in zip(texts, built.get("system") or [None] * height, strict=True)
        ]
    if "tools" in of and "tools" not in shape.aliases:
        built["tools"] = list(map(as_text, of["tools"]))
    stored = [_series(name, values) for name, values in built.items() if name in shape.stored]
    if "n_turns" in shape.stored and "n_turns" not in built:
        sides = {series.name: series for series in stored}
        sides |= {name: aliased[column] for name, column in shape.alias_pairs}
        stored.append(_n_turns([sides[name] for name in ("prompt", "response") if name in sides], height))
    return stored


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    if CANONICAL[name] == MESSAGES:
        return messages_series(name, values)
    return pl.Series(name, values, dtype=CANONICAL[name])


def _n_turns(sides: Sequence[pl.Series], height: int) -> pl.Series:
    """How many of prompt and response are not empty."""
    total = pl.Series("n_turns", [0], dtype=pl.UInt32).new_from_index(0, height)
    for side in sides:
        total = total + (side != "").fill_null(False).cast(pl.UInt32)
    return total.alias("n_turns")


def _nothing(of: Of, shape: Shape, height: int) -> Columns:
    return {}


def _text(of: Of, shape: Shape, height: int) -> Columns:
    return {} if "text" in shape.aliases else {"text": [as_text(v) for v in of.get("text", [])]}


def _instruction(of: Of, shape: Shape, height: int) -> Columns:
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
        return "\n\n".join(m.content for m in messages if m.content and m.role not in INSTRUCTING)
    return as_text(value)


def _joined(prompt: str | None, context: str | None) -> str | None:
    if not context or context.isspace():
        return prompt
    return f"{prompt}\n\n{context}" if prompt else context


def _chat(of: Of, shape: Shape, height: int) -> Columns:
    """First user message, answer to the last; a completion in its own column (KTO) is the last message."""
    if "messages" not in of:
        return _instruction(of, shape, height)
    chats = list(map(messages_of, of["messages"]))
    for n, value in enumerate(of.get("response", ())):
        messages, completion = chats[n], opened(value)
        if messages is not None and completion is not None:
            answer = messages_of(completion) if isinstance(completion, list | dict) else None
            chats[n] = messages + (answer or [Message("assistant", as_text(completion))])
    outlines = [NO_OUTLINE if chat is None else outline_of(chat) for chat in chats]
    system, prompt, response, turns = (list(field) for field in zip(*outlines, strict=True)) if outlines else ([],) * 4
    return {"system": system, "prompt": prompt, "response": response, "messages": chats, "n_turns": turns}


def _preference(of: Of, shape: Shape, height: int) -> Columns:
    """Two answers to one prompt. Where their prompts differ, the prompt of the chosen answer is taken."""
    built: Columns = {n: [] for n in ALL_STORED["preference"]}
    none = [None] * height
    rows = zip(*(of.get(role, none) for role in ("messages", "prompt", "input", "response", "rejected")), strict=True)
    for turns, prompt, context, chosen, rejected in rows:
        prompt, chosen, rejected = opened(prompt), opened(chosen), opened(rejected)
        before = messages_of(turns) if turns is not None else messages_of(prompt)
        plain = before is None and type(prompt) is str
        if plain:
            before = [Message("user", _joined(prompt, as_text(context)))]
        before = before or []
        if before and before[-1].role == "assistant" and not (before[-1].content or "").strip():
            before = before[:-1]
        left, right = _side(before, chosen), _side(before, rejected)
        is_plain = (plain or not before) and all(
            v is None or (type(v) is str and not is_dialogue(v)) for v in (chosen, rejected)
        )
        shared = _shared(left, right)
        built["prompt"].append(last_of(left[:-1] if _answer(left) else left, "user"))
        built["response"].append(_answer(left))
        built["rejected"].append(_answer(right))
        is_pair = chosen is not None and rejected is not None
        built["prompts_differ"].append(_asked(left) != _asked(right) if is_pair else False)
        outline = outline_of(left)
        built["system"].append(outline.system)
        built["n_turns"].append(outline.n_turns)
        built["messages"].append(left)
        built["messages_rejected"].append(None if rejected is None else right[shared:])
        built["prompt_turns"].append(shared)
        if is_plain:
            for name in ("messages", "messages_rejected", "prompt_turns"):
                built[name][-1] = None
    return built


def _shared(left: Sequence[Message], right: Sequence[Message]) -> int:
    """How many messages both sides begin with; each side keeps at least one of its own."""
    most = min(len(left), len(right)) - 1
    return next((n for n in range(max(most, 0)) if left[n] != right[n]), max(most, 0))


def _side(before: list[Message], answer: Any) -> list[Message]:
    """The whole conversation that ends in this answer, which may include its prompt."""
    if answer is None:
        return before
    is_text = type(answer) is str
    messages = messages_of(answer) if not is_text or is_dialogue(answer) else None
    if messages is None:
        return [*before, Message("assistant", as_text(answer))]
    if before and messages[: len(before)] == before:
        return messages
    if any(m.role == "user" for m in messages) and not any(m.role == "assistant" for m in messages[:1]):
        systems = [m for m in before if m.role in INSTRUCTING] if messages[0].role not in INSTRUCTING else []
        return systems + messages
    return before + messages


def _answer(messages: Sequence[Message]) -> str | None:
    return messages[-1].content if messages and messages[-1].role not in ("user", *INSTRUCTING) else None


def _asked(messages: Sequence[Message]) -> list[tuple[str, str | None]]:
    turns = messages[:-1] if messages and messages[-1].role == "assistant" else messages
    return [(m.role, m.content) for m in turns if m.role not in INSTRUCTING]
