"""The content of a message, a text or a list of parts -> its text, thoughts, calls and results; and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from analysis.formats.kinds import as_json, as_text
from analysis.formats.messages import CALLS, Message

TEXT_PARTS = {"text", "input_text", "output_text", None}
REASONING_PARTS = {"thinking", "reasoning", "redacted_thinking"}
THOUGHT_KEYS = ("thinking", "reasoning", "text", "content", "summary")
CALL_PARTS = ("functionCall", "function_call", "toolUse")
RESULT_PARTS = ("functionResponse", "function_response", "toolResult")


class Content(NamedTuple):
    """What a message's content holds: its text, reasoning, calls and parts, and tool results to make messages of."""

    text: str | None
    reasoning: str | None
    calls: str | None
    parts: str | None
    results: tuple[Message, ...] = ()


def content_of(value: Any, *, takes_calls: bool = True) -> Content:
    """What the content of a message holds. `takes_calls`: calls among the parts are those of the message; not where it
    names its calls itself."""
    if value is None or isinstance(value, str):
        return Content(value, None, None, None)
    parts = [value] if isinstance(value, dict) else value
    if not isinstance(parts, list):
        return Content(as_text(value), None, None, None)
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Any] = []
    results: list[Message] = []
    kept: list[Any] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(part, dict):
            part = {key: item for key, item in part.items() if item is not None}
        text = _text_of(part)
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
        kept = [_without_text(part) if _text_of(part) is not None else part for part in kept]
    written = calls[0] if len(calls) == 1 and isinstance(calls[0], str) else as_json(calls)
    return Content(
        text if text is not None or calls or thoughts or results or kept else "",
        "\n\n".join(thoughts) if thoughts else None,
        written if calls else None,
        as_json(kept) if kept else None,
        tuple(results),
    )


def text_of(value: Any) -> str | None:
    """The text of a message or its content: text unchanged, of parts their texts, of anything else its JSON."""
    if not isinstance(value, list | dict):
        return as_text(value)
    if isinstance(value, dict) and (inner := value.get("parts", value.get("content"))) is not None:
        value = inner
        if not isinstance(value, list | dict):
            return as_text(value)
    text = content_of(value).text
    return text if text is not None else as_json(value)


def taken_text(rest: dict[str, Any], key: str) -> str | None:
    """Takes this key's value out of an object and returns it; None, and nothing is taken, where it is no text."""
    return str(rest.pop(key)) if isinstance(rest.get(key), str) else None


def _one_of(part: Any, keys: Sequence[str]) -> str | None:
    """The first of these keys that a part has: in some layouts a part is called by its key."""
    return next((key for key in keys if key in part), None) if isinstance(part, dict) else None


def _is_thought(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    return part.get("type") in REASONING_PARTS or part.get("thought") is True or "reasoningContent" in part


def _text_of(part: Any) -> str | None:
    """The text of a part that is nothing but text; None for all other parts."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") not in TEXT_PARTS or part.get("thought") is True:
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
        if isinstance(value, list) and value and all(_text_of(one) is not None for one in value):
            return "\n".join(str(_text_of(one)) for one in value)
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
        name=taken_text(rest, "name"),
        parts=content.parts,
        extra=as_json(rest) if rest else None,
    )


def _result_content(value: Any) -> Content:
    """The content of a tool's result; an object that is no part of a message is its JSON."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and value[0].keys() == {"json"}:
        value = value[0]["json"]
    is_part = isinstance(value, dict) and ("type" in value or _text_of(value) is not None)
    if isinstance(value, dict) and not is_part:
        return Content(as_json(value), None, None, None)
    return content_of(value)


def is_read_elsewhere(part: Mapping[str, Any]) -> bool:
    """Whether a part of `parts` is a text, a thought or a call, which other fields of the message hold."""
    if part.get("type") in (*CALLS, "tool_use", *CALL_PARTS) and len(part) == 1:
        return True
    return _is_emptied(part) or _is_thought(part) or _text_of(part) is not None


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
    texts = [text for part in kept if (text := _text_of(part)) is not None]
    if content is None or "\n".join(texts) == content:
        return kept
    return [{"type": "text", "text": content}, *(p for p in kept if _text_of(p) is None)]


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
