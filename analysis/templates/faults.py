"""Does a rendering hold what the chat holds: is a part dropped without a word, is it written as Python writes it?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from analysis.templates.chats import Chat
from analysis.templates.renderer import Rendered, Renderer

PARTS = ("system", "tools", "tool calls", "reasoning", "earlier reasoning", "whole message", "text")
INSTRUCTING = ("system", "developer")
THOUGHT = re.compile(r"\s*<think>(?=.*</think>)", re.S)
PYTHON = re.compile(
    r"(?<![\w'\"])(?:None|True|False)(?![\w'\"])"  # a value: JSON has null, true and false
    r"|\{'[^'\n]{0,100}': |\['[^'\n]{0,1000}'[,\]]|\[\{'"  # an object or a list with its texts in single quotes
    r"|<(?:generator object|bound method|built-in method|function) |\bobject at 0x[0-9a-f]+>"
)


def dropped_parts(renderer: Renderer, chat: Chat) -> list[str]:
    """What the chat has and its rendering does not, in the order of `PARTS`; an empty list where all is there.

    A word that is nowhere in the chat is added to each part and looked for, in one rendering. `system`: the text of a
    system or developer message. `reasoning`: what is thought after the last message of a user, `earlier reasoning`:
    before it. `whole message`: nothing of a message is there. `text`: the text of a message of which another part is
    there.

    Raises RefusedError, TemplateError where the chat with those words is not rendered.
    """
    words = _Words(chat)
    last_user = max((i for i, message in enumerate(chat.messages) if message.get("role") == "user"), default=-1)
    messages = [words.in_message(message, i, last_user) for i, message in enumerate(chat.messages)]
    tools = [words.in_tool(tool) for tool in chat.tools] if chat.tools else chat.tools
    return words.missing_from(renderer.render(messages, tools).text)


class _Words:
    """The words in the parts of a chat. `places`: for each its message (-1 for the tools) and the part it is in."""

    def __init__(self, chat: Chat) -> None:
        whole = repr(chat)
        self.begin = next(begin for n in range(10_000) if (begin := f"qx{n}zk") not in whole)
        self.places: list[tuple[int, str]] = []

    def word(self, message: int, part: str) -> str:
        self.places.append((message, part))
        return f"{self.begin}{len(self.places) - 1}w"

    def in_message(self, message: Mapping[str, Any], number: int, last_user: int) -> dict[str, Any]:
        changed = dict(message)
        role = message.get("role")
        thought = "reasoning" if number > last_user else "earlier reasoning"
        if message.get("reasoning_content"):
            changed["reasoning_content"] = f"{message['reasoning_content']}{self.word(number, thought)}"
        part = "system" if role in INSTRUCTING else "text"
        content = message.get("content")
        if isinstance(content, str) and content.strip():
            changed["content"] = self.in_text(content, number, part, thought if role == "assistant" else "")
        elif isinstance(content, list):
            changed["content"] = [self.in_part(each, number, part) for each in content]
        if message.get("tool_calls"):
            changed["tool_calls"] = [self.in_call(call, number) for call in message["tool_calls"]]
        return changed

    def in_text(self, text: str, number: int, part: str, thought: str) -> str:
        """The text with a word at its end, and one in the thought that it begins with."""
        if thought and (begin := THOUGHT.match(text)):
            text = f"{begin[0]}{self.word(number, thought)}{text[begin.end() :]}"
            if not text.partition("</think>")[2].strip():
                return text
        kept = text.rstrip()
        return f"{kept}{self.word(number, part)}{text[len(kept) :]}"

    def in_part(self, content: object, number: int, part: str) -> object:
        if isinstance(content, dict) and isinstance(content.get("text"), str) and content["text"].strip():
            return {**content, "text": self.in_text(content["text"], number, part, "")}
        return content

    def in_call(self, call: object, number: int) -> object:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(function, dict):
            return call
        word = self.word(number, "tool calls")
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            return {**call, "function": {**function, "arguments": {**arguments, word: word}}}
        if isinstance(arguments, str):
            return {**call, "function": {**function, "arguments": _longer(arguments, word)}}
        return {**call, "function": {**function, "name": f"{function.get('name')}{word}"}}

    def in_tool(self, tool: Mapping[str, Any]) -> dict[str, Any]:
        function = tool.get("function")
        if not isinstance(function, dict):
            return dict(tool)
        name = f"{function.get('name')}{self.word(-1, 'tools')}"
        description = f"{function.get('description') or ''}{self.word(-1, 'tools')}"
        return {**tool, "function": {**function, "name": name, "description": description}}

    def missing_from(self, text: str) -> list[str]:
        present = {int(number) for number in re.findall(rf"{self.begin}(\d+)w", text)}
        seen = [place for i, place in enumerate(self.places) if i in present]
        whole = {message for message, _ in seen}
        parts = set()
        for i, (message, part) in enumerate(self.places):
            if i in present or (part == "tools" and (message, part) in seen):
                continue
            is_whole = message not in whole and message >= 0 and part != "system"
            parts.add("whole message" if is_whole else part)
        return [part for part in PARTS if part in parts]


def _longer(arguments: str, word: str) -> str:
    """Arguments as JSON text with one more; a text that is no object gets the word at its end."""
    try:
        read = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments + word
    return json.dumps({**read, word: word}, ensure_ascii=False) if isinstance(read, dict) else arguments + word


def has_python_repr(renderer: Renderer, chat: Chat, rendered: Rendered) -> bool:
    """Whether the template writes a value as Python does: `None`, `True`, `{'a': 1}`, in the place of JSON.

    Texts of the chat that hold the same are taken out first: a user may write None. So what the template writes is not
    seen where a text of the chat is the same value alone. A word of the template's own text counts. Definition:
    chatlint 0.1.2, `no_repr_leak`.
    """
    text = rendered.text
    if not PYTHON.search(text):
        return False
    texts = {each for each in _texts([chat.messages, chat.tools]) if PYTHON.search(each)}
    for each in sorted(texts, key=len, reverse=True):
        for form in (each, each.strip(), json.dumps(each, ensure_ascii=False)[1:-1], json.dumps(each)[1:-1]):
            text = text.replace(form, "\0")
    return PYTHON.search(text) is not None


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, keys included."""
    inside: Iterable[object] = ()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        inside = (*value, *value.values())
    elif isinstance(value, list | tuple):
        inside = value
    for each in inside:
        yield from _texts(each)
