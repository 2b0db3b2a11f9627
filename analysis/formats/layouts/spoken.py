"""What went into a model and what came out, in the forms in which traces keep it -> turns and tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.kinds import as_json, as_text
from analysis.formats.layouts.values import as_list, first_filled, opened
from analysis.formats.messages import ROLES

HOLDERS = ("messages", "input_messages", "chat_history", "history", "input", "inputs", "kwargs", "prompt", "data")
PROMPTS = ("question", "input", "query", "prompt", "text", "instruction", "user", "topic")
ANSWERS = ("output", "answer", "response", "completion", "text", "content", "generated_text", "result", "return_value")
DEPTH = 4
Turn = dict[str, Any]


def turns_in(value: Any, depth: int = DEPTH) -> list[Turn] | None:
    """The turns of a list of messages, or of the list in an object; None where there is none."""
    value = opened(value)
    if isinstance(value, list) and value:
        if len(value) == 1 and isinstance(value[0], list):
            return turns_in(value[0], depth)
        turns = [turn for item in value if (turn := turn_of(item)) is not None]
        return turns if len(turns) == len(value) else None
    if isinstance(value, dict) and depth:
        if (turn := turn_of(value)) is not None:
            return [turn]
        for key in HOLDERS:
            if key in value and (inner := turns_in(value[key], depth - 1)):
                return inner
    return None


def turn_of(value: Any) -> Turn | None:
    """A message as an object with role and content, also of the forms of LangChain; None where it is none."""
    if isinstance(value, list) and len(value) == 2 and str(value[0]).lower() in (*ROLES, "placeholder"):
        return {"role": value[0], "content": value[1]}
    value = opened(value)
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("message"), dict) and "role" not in value:
        about = {key: item for key, item in value.items() if key != "message" and item not in (None, [], {}, "")}
        return (turn := turn_of(value["message"])) and {**turn, **({"about": about} if about else {})}
    inner, role = value, value.get("role")
    if isinstance(value.get("kwargs"), dict) and isinstance(value.get("id"), list):
        inner, role = value["kwargs"], _role_in(str(value["id"][-1])) or value["kwargs"].get("type")
    elif isinstance(value.get("data"), dict) and isinstance(value.get("type"), str) and "content" in value["data"]:
        inner, role = value["data"], value["type"]
    elif role is None and "content" in value and str(value.get("type")).lower() in (*ROLES, "remove", "chat"):
        role = value["type"]
    if role is None or not {"content", "parts", "tool_calls", "function_call"} & inner.keys():
        return None
    more = inner.get("additional_kwargs") or {}
    calls = inner.get("tool_calls") or more.get("tool_calls") or more.get("function_call")
    left = {"role", "type", "content", "tool_calls"} if inner is not value or "role" not in value else {"tool_calls"}
    rest = {key: item for key, item in inner.items() if key not in left and item not in (None, [], {}, "")}
    return {"role": role, "content": inner.get("content"), **({"tool_calls": calls} if calls else {}), **rest}


def _role_in(name: str) -> str | None:
    """The role in the name of a class of messages, such as HumanMessage or AIMessageChunk."""
    word = name.removesuffix("Chunk").removesuffix("Message").lower()
    return word if word in ROLES else None


def asked_in(value: Any) -> list[Turn]:
    """The turns that went in; a text, or an object without messages, is one turn of the user."""
    if turns := turns_in(value):
        return turns
    text = _text_in(opened(value), PROMPTS)
    return [{"role": "user", "content": text}] if text is not None else []


def answered_in(value: Any) -> list[Turn]:
    """The turns that came out: messages, choices, generations, or a text."""
    value = opened(value)
    if isinstance(value, dict):
        for key in ("choices", "generations", "candidates"):
            if (given := value.get(key)) and (turns := _first_choice(given)):
                return turns
        if isinstance(value.get("output"), dict | list) and (turns := answered_in(value["output"])):
            return turns
    if given := turns_in(value):
        return given
    text = _text_in(value, ANSWERS)
    return [{"role": "assistant", "content": text}] if text is not None else []


def _first_choice(given: Any) -> list[Turn]:
    """The turn of the first of several choices; the others stay in the record's column."""
    first = next(iter(as_list(given)), None)
    while isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict):
        return []
    if (turn := turn_of(first.get("message", first))) is not None:
        return [turn]
    return [{"role": "assistant", "content": first["text"]}] if isinstance(first.get("text"), str) else []


def _text_in(value: Any, names: tuple[str, ...]) -> str | None:
    if not isinstance(value, Mapping):
        return as_text(value)
    filled = {key: item for key, item in value.items() if item not in (None, "", [], {})}
    if not filled:
        return None
    if len(filled) == 1:
        return _text_in(opened(next(iter(filled.values()))), names)
    chosen = first_filled(filled, names)
    return chosen if isinstance(chosen, str) else as_json(filled)


def conversation(asked: Any, answered: Any) -> list[Turn]:
    """The whole conversation; where what came out repeats what went in, it is taken once."""
    before, after = asked_in(asked), answered_in(answered)
    if len(after) > len(before) and [_same(turn) for turn in after[: len(before)]] == [_same(turn) for turn in before]:
        return after
    if len(after) == 1 and ROLES.get(str(after[0]["role"]).lower()) == "user":
        after = [{**after[0], "role": "assistant"}]
    return [*before, *after]


def _same(turn: Turn) -> tuple[Any, Any]:
    return ROLES.get(str(turn["role"]).lower(), turn["role"]), turn.get("content")


def tools_in(*values: Any) -> Any:
    """The tools that a model may call, of the first of these values that names some."""
    for value in map(opened, values):
        if isinstance(value, dict) and (tools := first_filled(value, ("tools", "functions"))):
            return tools
    return None
