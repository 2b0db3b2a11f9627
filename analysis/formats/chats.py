"""Conversations in all the ways they are written -> messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from analysis.errors import FormatError
from analysis.formats.jsontext import loads
from analysis.formats.kinds import as_json, as_text
from analysis.formats.pythontext import python_value

ROLES = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "customer": "user",
    "question": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "claude": "assistant",
    "llm": "assistant",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "ipython": "tool",
    "tool_response": "tool",
    "function_response": "tool",
    "tool_result": "tool",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool_calls": "assistant",
}
INSTRUCTING = ("system", "developer")
"""The roles that instruct the model; their messages are no turns of the conversation."""
CALLS = {"function_call", "tool_call", "tool_calls"}
ROLE_KEYS = ("role", "from", "speaker", "author")
CONTENT_KEYS = ("content", "value", "text", "message", "parts")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
TRAIN_KEYS = ("weight", "train", "training", "trainable", "loss", "loss_mask", "loss_weight")
TEXT_PARTS = {"text", "input_text", "output_text", None}
REASONING_PARTS = {"thinking", "reasoning", "redacted_thinking"}
THOUGHT_KEYS = ("thinking", "reasoning", "text", "content", "summary")
CALL_PARTS = ("functionCall", "function_call", "toolUse")
RESULT_PARTS = ("functionResponse", "function_response", "toolResult")
TRUTHS = {"true": True, "false": False, "1": True, "0": False}
CELL_STARTS = ("[", "{", "array(")
TURN_STARTS = ("[{", "array([{")
DIALOGUE = re.compile(r"(?:^|\n\n) *(Human|Assistant):[ ]?")


class Message(NamedTuple):
    """One message; every field but `role` may be null.

    `content`: its text, the texts of several parts with a line break between them. `reasoning`: the model's thought
    that is not in its text. `tool_calls`: what the assistant calls, as JSON text, or as the source wrote it where
    that is no JSON. `tool_call_id`: the call that a tool answers. `name`: who speaks, or which tool. `trains`: whether
    this turn is trained on; null where the source does not say. `parts`: the content as JSON where it is a list of
    parts, such as texts and images; of a text that is the only one the text itself is left out. `extra`: all other keys
    of the message, as JSON.
    """

    role: str
    content: str | None = None
    reasoning: str | None = None
    tool_calls: str | None = None
    tool_call_id: str | None = None
    name: str | None = None
    trains: bool | None = None
    parts: str | None = None
    extra: str | None = None


def messages_of(value: Any) -> list[Message] | None:
    """The messages of a list of turns, of its JSON text, of alternating plain strings or of one "Human: … Assistant: …"
    text; None where the value is no conversation."""
    if isinstance(value, str):
        if is_dialogue(value):
            return _dialogue(value)
        value = value_in_cell(value)
    if isinstance(value, dict):
        inner = next((value[k] for k in ("messages", "conversations", "conversation") if k in value), None)
        value = inner if inner is not None else [value]
    if not isinstance(value, list):
        return None
    if value and all(type(turn) is str for turn in value):
        return [Message("assistant" if i % 2 else "user", turn) for i, turn in enumerate(value)]
    messages: list[Message] = []
    for turn in value:
        if type(turn) is Message:
            messages.append(turn)
            continue
        if type(turn) is not dict:
            return None
        # Nearly all messages are a role and a text; these few lines read them, and `_turns` all others.
        content, role = turn.get("content"), turn.get("role")
        if len(turn) == 2 and type(content) is str and type(role) is str and role in PLAIN:
            messages.append(tuple.__new__(Message, (role, content, *NOTHING)))
        elif (turns := _turns(turn)) is None:
            return None
        else:
            messages += turns
    return messages


def value_in_cell(text: str) -> Any:
    """The list or object whose JSON or Python text this is; None for any other text."""
    if not text.lstrip().startswith(CELL_STARTS):
        return None
    try:
        return loads(text)
    except (FormatError, RecursionError):
        pass
    try:
        return python_value(text)
    except FormatError:
        return None


def opened(value: Any) -> Any:
    """The turns whose JSON or Python text a value is; any other value as it is. An answer may itself be JSON of
    objects, so the turns must have roles that models know."""
    if type(value) is not str or not value.lstrip().startswith(TURN_STARTS):
        return value
    turns = value_in_cell(value)
    messages = messages_of(turns)
    return turns if messages and all(message.role in ROLES.values() for message in messages) else value


PLAIN = frozenset(role for role, name in ROLES.items() if role == name)
NOTHING = (None,) * (len(Message._fields) - 2)


def is_dialogue(text: str) -> bool:
    """Whether a text is a whole conversation, "Human: … Assistant: …"."""
    return text[:40].lstrip().startswith(("Human:", "Assistant:")) and DIALOGUE.match(text.strip()) is not None


def role_named(name: Any) -> str:
    """The role of a name in the source: user, assistant, system, developer, tool, or the name itself."""
    written = str(name).strip()
    return ROLES.get(written.lower(), written)


def _turns(turn: Mapping[str, Any]) -> list[Message] | None:
    """One element of a list of turns: a message, or a question and its answer in one object."""
    role_key = next((k for k in ROLE_KEYS if turn.get(k) is not None), None)
    content_key = next((k for k in CONTENT_KEYS if k in turn), None)
    calls_key = next((k for k in ("tool_calls", "function_call", "tool_call") if turn.get(k)), None)
    if role_key is None:
        pair = [(ROLES[k.lower()], v) for k, v in turn.items() if k.lower() in ROLES and isinstance(v, str)]
        return [Message(role, text) for role, text in pair] if len(pair) > 1 else None
    is_bare = content_key is None and calls_key is None and not any(k in turn for k in REASONING_KEYS)
    if is_bare and (role_key not in ("role", "from") or str(turn[role_key]).strip().lower() not in ROLES):
        return None
    rest = {key: value for key, value in turn.items() if value is not None}
    name = rest.pop(role_key)
    if isinstance(name, dict):
        name, rest = _speaker(name, role_key, rest)
    kind = str(name).strip().lower()
    content = _content(rest.pop(content_key, None) if content_key else None, takes_calls=not calls_key)
    calls = content.calls
    if calls_key:
        calls = as_text(rest.pop(calls_key))
    elif kind in CALLS and calls is None:
        content, calls = _Content(None, None, None, None), content.text
    reasoning = _taken_reasoning(rest)
    message = Message(
        role_named(name),
        content.text,
        "\n\n".join(filter(None, (reasoning, content.reasoning))) or reasoning or content.reasoning,
        calls,
        _taken_text(rest, "tool_call_id"),
        _taken_text(rest, "name"),
        _trains(rest),
        content.parts,
        as_json(rest) if rest else None,
    )
    return [*content.results, message] if _says_something(message, content) else list(content.results)


def _speaker(speaker: dict[str, Any], key: str, rest: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The role in an object that says who speaks, and the other keys of the message with what else it says."""
    about = {name: value for name, value in speaker.items() if value not in (None, "", [], {})}
    role = about.pop("role", None)
    if role is None:
        return as_json(about), rest
    return role, {**rest, key: about} if about else rest


def _says_something(message: Message, content: _Content) -> bool:
    """Whether a message holds anything beside the tool results that were taken out of it."""
    return not content.results or any(field is not None for field in message[1:])


def _taken_reasoning(rest: dict[str, Any]) -> str | None:
    for key in REASONING_KEYS:
        if isinstance(rest.get(key), str):
            return str(rest.pop(key))
    return None


def _taken_text(rest: dict[str, Any], key: str) -> str | None:
    return str(rest.pop(key)) if isinstance(rest.get(key), str) else None


def _trains(rest: dict[str, Any]) -> bool | None:
    """Whether the turn is trained on. Only a plain `weight` of 0 or 1 is taken out: others stay in `extra` too."""
    for key in TRAIN_KEYS:
        value = rest.get(key)
        if isinstance(value, str):
            value = TRUTHS.get(value.strip().lower())
        if isinstance(value, list) and value and all(type(v) in (int, float, bool) for v in value):
            value = any(value)
        if isinstance(value, bool | int | float):
            if key == "weight" and type(rest[key]) is int and value in (0, 1):
                del rest[key]
            return bool(value)
    return _trains_in_part(rest.get("train_detail", rest.get("training_detail")))


def _trains_in_part(details: Any) -> bool | None:
    """Whether a list of places in the text names one that is trained on; null where it is no such list."""
    if not isinstance(details, list) or not all(isinstance(place, dict) and "train" in place for place in details):
        return None
    return any(place["train"] for place in details) if details else None


def text_of(value: Any) -> str | None:
    """The text of a message or its content: text unchanged, of parts their texts, of anything else its JSON."""
    if not isinstance(value, list | dict):
        return as_text(value)
    if isinstance(value, dict) and (inner := value.get("parts", value.get("content"))) is not None:
        value = inner
        if not isinstance(value, list | dict):
            return as_text(value)
    text = _content(value).text
    return text if text is not None else as_json(value)


class _Content(NamedTuple):
    """What a message's content holds: its text, reasoning, calls and parts, and tool results to make messages of."""

    text: str | None
    reasoning: str | None
    calls: str | None
    parts: str | None
    results: tuple[Message, ...] = ()


def _content(value: Any, *, takes_calls: bool = True) -> _Content:
    """`takes_calls`: calls among the parts are those of the message; not where it names its calls itself."""
    if value is None or isinstance(value, str):
        return _Content(value, None, None, None)
    parts = [value] if isinstance(value, dict) else value
    if not isinstance(parts, list):
        return _Content(as_text(value), None, None, None)
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Any] = []
    results: list[Message] = []
    kept: list[Any] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(part, dict):
            part = {key: item for key, item in part.items() if item is not None}
        text = _text_of(part, kind)
        if text is not None:
            texts.append(text)
            kept.append(part)
        elif _is_thought(part) and (thought := _thought_of(part)) is not None:
            thoughts.append(thought)
            kept.append(_without_thought(part))
        elif takes_calls and (kind in CALLS or kind == "tool_use" or _one_of(part, CALL_PARTS)):
            calls.append(part.get("value", part) if kind in CALLS else part)
            kept.append({"type": kind or _one_of(part, CALL_PARTS)})
        elif kind == "tool_result" or _one_of(part, RESULT_PARTS):
            results.append(_result(part))
        else:
            kept.append(part)
    text = "\n".join(texts) if texts else None
    if len(texts) == 1:
        kept = [_without_text(part) if _text_of(part, _kind(part)) is not None else part for part in kept]
    written = calls[0] if len(calls) == 1 and isinstance(calls[0], str) else as_json(calls)
    return _Content(
        text if text is not None or calls or thoughts or results or kept else "",
        "\n\n".join(thoughts) if thoughts else None,
        written if calls else None,
        as_json(kept) if kept else None,
        tuple(results),
    )


def _one_of(part: Any, keys: Sequence[str]) -> str | None:
    """The first of these keys that a part has: in some layouts a part is called by its key."""
    return next((key for key in keys if key in part), None) if isinstance(part, dict) else None


def _is_thought(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    return part.get("type") in REASONING_PARTS or part.get("thought") is True or "reasoningContent" in part


def _kind(part: Any) -> Any:
    return part.get("type") if isinstance(part, dict) else None


def _text_of(part: Any, kind: Any) -> str | None:
    """The text of a part that is nothing but text; None for all other parts."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or kind not in TEXT_PARTS or part.get("thought") is True:
        return None
    return next((text for key in ("text", "value", "content") if isinstance(text := part.get(key), str)), None)


def _without_text(part: Any) -> Any:
    """A text part without its text, which is the whole content of the message."""
    if isinstance(part, str):
        return None
    key = next(key for key in ("text", "value", "content") if isinstance(part.get(key), str))
    return {k: v for k, v in part.items() if k != key} | ({} if key == "text" and "type" in part else {"key": key})


def _thought_of(part: Mapping[str, Any]) -> str | None:
    """The text of a thought: one text, or the texts of a list of parts."""
    for key in THOUGHT_KEYS:
        value = _reasoning_text(part).get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value and all(_text_of(one, _kind(one)) is not None for one in value):
            return "\n".join(str(_text_of(one, _kind(one))) for one in value)
    return None


def _reasoning_text(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a thought holds; in the Converse API of Bedrock it is two objects deep."""
    inner = part.get("reasoningContent")
    if not isinstance(inner, dict):
        return part
    rest = {key: value for level in (part, inner) for key, value in level.items() if value not in (inner, None)}
    text = rest.pop("reasoningText", None)
    return {"type": "thinking", **rest, **(text if isinstance(text, dict) else {"text": text})}


def _without_thought(part: Mapping[str, Any]) -> dict[str, Any]:
    """A thought without its text, which is the reasoning of the message."""
    part = _reasoning_text(part)
    if part.get("thought") is True:
        part = {"type": "thinking", **{key: value for key, value in part.items() if key != "thought"}}
    texts = {key for key in THOUGHT_KEYS if isinstance(part.get(key), str | list)}
    used = next(key for key in THOUGHT_KEYS if key in texts)
    return {key: value for key, value in part.items() if key != used}


def _result(part: Mapping[str, Any]) -> Message:
    """A tool's result that is a part of a message -> a message of its own."""
    rest = dict(part)
    rest.pop("type", None)
    if (key := _one_of(part, RESULT_PARTS)) and isinstance(inner := rest.pop(key), dict):
        rest |= inner
    id_key = next((k for k in ("tool_use_id", "toolUseId", "tool_call_id", "id") if isinstance(rest.get(k), str)), "")
    called = rest.pop(id_key, None)
    content = _result_content(rest.pop("content", rest.pop("response", rest.pop("output", None))))
    return Message(
        "tool",
        content.text,
        tool_call_id=called,
        name=_taken_text(rest, "name"),
        parts=content.parts,
        extra=as_json(rest) if rest else None,
    )


def _result_content(value: Any) -> _Content:
    """The content of a tool's result; an object that is no part of a message is its JSON."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and value[0].keys() == {"json"}:
        value = value[0]["json"]
    is_part = isinstance(value, dict) and ("type" in value or _text_of(value, None) is not None)
    if isinstance(value, dict) and not is_part:
        return _Content(as_json(value), None, None, None)
    return _content(value)


def is_read_elsewhere(part: Mapping[str, Any]) -> bool:
    """Whether a part of `parts` is a text, a thought or a call, which other fields of the message hold."""
    if part.get("type") in (*CALLS, "tool_use", *CALL_PARTS) and len(part) == 1:
        return True
    return _is_emptied(part) or _is_thought(part) or _text_of(part, _kind(part)) is not None


def source_content(content: str | None, parts: str | None) -> Any:
    """The content as the source wrote it: the text, or the list of parts with the text at its place.

    Where the text was changed since it was read and has several parts, it comes as one part, before the others.
    """
    if parts is None:
        return content
    kept: list[Any] = orjson.loads(parts)
    empty = [n for n, part in enumerate(kept) if _is_emptied(part)]
    if empty:
        return [_with_text(part, content) if n == empty[0] else part for n, part in enumerate(kept)]
    texts = [text for part in kept if (text := _text_of(part, _kind(part))) is not None]
    if content is None or "\n".join(texts) == content:
        return kept
    return [{"type": "text", "text": content}, *(p for p in kept if _text_of(p, _kind(p)) is None)]


def _is_emptied(part: Any) -> bool:
    if part is None:
        return True
    if not isinstance(part, dict):
        return False
    return "key" in part or (part.get("type") in TEXT_PARTS - {None} and not {"text", "value", "content"} & part.keys())


def _with_text(part: Any, content: str | None) -> Any:
    if part is None:
        return content
    rest = {k: v for k, v in part.items() if k != "key"}
    return rest | {part.get("key", "text"): content}


def _dialogue(text: str) -> list[Message]:
    """A conversation in one string, as in hh-rlhf. Only the space around a turn's marker is dropped."""
    pieces = DIALOGUE.split(text.strip())
    return [
        Message("user" if who == "Human" else "assistant", content)
        for who, content in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


class Outline(NamedTuple):
    """What a row shows of a conversation: the texts of its system and developer messages with a blank line between
    them, of the user's first message, and of the answer; and its turns without the instructing ones.

    `answer` is the text of the assistant's last message; None without one, or where the user speaks after it."""

    system: str | None
    prompt: str | None
    answer: str | None
    n_turns: int


def outline_of(messages: Sequence[Message]) -> Outline:
    """The outline of a conversation, in one pass, since there are many."""
    systems, prompt, answer, turns, is_asked = [], None, None, 0, False
    for message in messages:
        role = message[0]
        if role == "user":
            if not is_asked:
                prompt, is_asked = message[1], True
            answer = None
        elif role == "assistant":
            answer = message[1]
        elif role in INSTRUCTING:
            if message[1] is not None:
                systems.append(message[1])
            continue
        turns += 1
    return Outline("\n\n".join(systems) if systems else None, prompt, answer, turns)


def last_of(messages: Sequence[Message], role: str) -> str | None:
    """The text of this role's last message; None without one."""
    return next((m.content for m in reversed(messages) if m.role == role), None)
