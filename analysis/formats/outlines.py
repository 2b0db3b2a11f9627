"""What a row shows of a conversation: its system message, first question, last answer, and number of turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.formats.messages import INSTRUCTING, Message


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
