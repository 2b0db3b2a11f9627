"""A record's own columns -> the canonical ones: prompt, response, system, rejected, messages, score, text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analysis.formats.chats import is_dialogue, messages_of, opened
from analysis.formats.columns import CANONICAL, MESSAGES
from analysis.formats.contents import text_of
from analysis.formats.kinds import as_number, as_text
from analysis.formats.message_columns import messages_series
from analysis.formats.messages import INSTRUCTING, ROLES, Message
from analysis.formats.outlines import last_of, outline_of
from analysis.formats.plainchats import plain_chats
from analysis.formats.shapes import ALL_STORED, Shape

Of = Mapping[str, Sequence[Any]]
Columns = Mapping[str, list[Any] | pl.Series]
Lists = dict[str, list[Any]]
NO_OUTLINE = (None, None, None, None)
KNOWN_ROLES = frozenset(ROLES.values())
TURN_KEY = re.compile(r'"(?:role|from)"\s*:')


def canonical(shape: Shape, of: Of, aliased: Mapping[str, pl.Series], height: int) -> list[pl.Series]:
    """The canonical columns of `height` records, without those that only repeat an original column (`shape.aliases`).

    `of`: the records' values by role. `aliased`: the columns of `shape.aliases` as they are
    stored, by the name in the source.
    """
    build = {"preference": _preference, "chat": _chat, "kto": _chat, "text": _text, "table": _nothing}.get(
        shape.format, _instruction
    )
    built = dict(build(of, shape, height))
    if "score" in of and "score" not in shape.aliases:
        built["score"] = list(map(as_number, of["score"]))
    if "system" in of and "system" not in shape.aliases and shape.format != "table":
        texts = map(text_of, of["system"])
        built["system"] = [
            a if a is not None else b for a, b in zip(texts, built.get("system", [None] * height), strict=True)
        ]
    if "tools" in of and "tools" not in shape.aliases:
        built["tools"] = list(map(as_text, of["tools"]))
    stored = [_series(name, values) for name, values in built.items() if name in shape.stored]
    if "n_turns" in shape.stored and "n_turns" not in built:
        sides = {series.name: series for series in stored}
        sides |= {name: aliased[column] for name, column in shape.alias_pairs}
        stored.append(_n_turns([sides[name] for name in ("prompt", "response") if name in sides], height))
    return stored


def _series(name: str, values: Sequence[Any] | pl.Series) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
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
    built: Lists = {}
    if "prompt" in of and "prompt" not in shape.aliases:
        built["prompt"] = list(map(_prompt, of["prompt"]))
        if "input" in of:
            built["prompt"] = list(map(_joined, built["prompt"], map(_prompt, of["input"])))
    if "response" in of and "response" not in shape.aliases:
        built["response"] = list(map(_response, of["response"]))
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


def _response(value: Any) -> str | None:
    """Text; several answers are no conversation and stay a list, as JSON."""
    several = isinstance(value, list) and len(value) > 1 and all(isinstance(text, str) for text in value)
    return as_text(value) if several else _prompt(value)


def _joined(prompt: str | None, context: str | None) -> str | None:
    if not context or context.isspace():
        return prompt
    return f"{prompt}\n\n{context}" if prompt else context


def _chat(of: Of, shape: Shape, height: int) -> Columns:
    """First user message, answer to the last; a completion in its own column (KTO) is the last message."""
    if "messages" not in of:
        return _instruction(of, shape, height)
    if "response" not in of and (plain := plain_chats(of["messages"])) is not None:
        return plain.columns()
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
    built: Lists = {n: [] for n in ALL_STORED["preference"]}
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
        chosen, rejected = _turns_of(chosen), _turns_of(rejected)
        left, right = _side(before, chosen), _side(before, rejected)
        is_plain = (plain or not before) and not isinstance(chosen, list) and not isinstance(rejected, list)
        shared = _shared(left, right)
        outline = outline_of(left)
        is_pair = chosen is not None and rejected is not None
        differ = is_pair and _ask_differently(left, right)
        built["prompt"].append(last_of(left[:shared] if is_pair and shared and not differ else left, "user"))
        built["response"].append(outline.answer)
        built["rejected"].append(outline_of(right).answer)
        built["prompts_differ"].append(differ)
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


def _turns_of(answer: Any) -> list[Message] | str | None:
    """An answer as messages where it is a conversation or a message, or the JSON text of one; else as text."""
    if isinstance(answer, list | dict) or (type(answer) is str and is_dialogue(answer)):
        messages = messages_of(answer)
        return as_text(answer) if messages is None else messages
    if type(answer) is str and answer.lstrip()[:1] in ("[", "{") and TURN_KEY.search(answer):
        messages = messages_of(answer)
        if messages and all(message.role in KNOWN_ROLES for message in messages):
            return messages
    return as_text(answer)


def _side(before: list[Message], answer: list[Message] | str | None) -> list[Message]:
    """The whole conversation that ends in this answer, which may include its prompt."""
    if answer is None:
        return before
    if isinstance(answer, str):
        return [*before, Message("assistant", answer)]
    if before and answer[: len(before)] == before:
        return answer
    if any(m.role == "user" for m in answer) and not any(m.role == "assistant" for m in answer[:1]):
        systems = [m for m in before if m.role in INSTRUCTING] if answer[0].role not in INSTRUCTING else []
        return systems + answer
    return before + answer


def _ask_differently(left: Sequence[Message], right: Sequence[Message]) -> bool:
    """Whether the two sides part where a user speaks, not where the model answers. System messages do not count."""
    turns = ([(m.role, m.content) for m in side if m.role not in INSTRUCTING] for side in (left, right))
    parting = next(((a, b) for a, b in zip(*turns, strict=False) if a != b), None)
    return parting is not None and "user" in (parting[0][0], parting[1][0])
