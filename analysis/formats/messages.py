"""One message of a conversation: what it holds, and which role is meant by a name in the source."""

from __future__ import annotations

from typing import Any, NamedTuple

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
"""Name in the source, in lower case -> role."""
INSTRUCTING = ("system", "developer")
"""The roles that instruct the model; their messages are no turns of the conversation."""
CALLS = {"function_call", "tool_call", "tool_calls"}
"""The names of an assistant that does nothing but call a tool."""


class Message(NamedTuple):
    """One message; every field but `role` may be null.

    `content`: its text, the texts of several parts with a line break between them. `reasoning`: the model's thought
    that is not in its text. `tool_calls`: what the assistant calls, as JSON text, or as the source wrote it where
    that is no JSON. `tool_call_id`: the call that a tool answers. `name`: who speaks, or which tool. `trains`: whether
    this turn is trained on; null where the source does not say. `parts`: the content as JSON where it is a list of
    parts, such as texts and images; of a text that is the only one the text itself is left out. `extra`: all other keys
    of the message, as JSON; of a message with the keys `role` and `content` also a `role` that is another name for the
    user or the assistant, such as "human".
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


def role_named(name: Any) -> str:
    """The role of a name in the source: user, assistant, system, developer, tool, or the name itself."""
    written = str(name).strip()
    return ROLES.get(written.lower(), written)


def keeps_role(role_key: str, content_key: str | None, name: Any) -> bool:
    """Whether `extra` keeps this role of a message: templates, which read `role` and `content` and ask for user and
    assistant, do not know a role that is another name for one of the two."""
    if (role_key, content_key) != ("role", "content") or not isinstance(name, str):
        return False
    role = role_named(name)
    return role != name and role in ("user", "assistant")
