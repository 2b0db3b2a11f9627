"""Which texts of a row may have another text proposed, and what are they called?

A field is "system", "prompt", "response", "rejected" or "text"; in a conversation it is a text of one message, such as
"messages.3.content" (the position is counted from 0) or "messages_rejected.1.reasoning". There "prompt", "response",
"system" and "rejected" are other names for texts of messages, where they are the text of exactly one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.formats.messages import INSTRUCTING

PLAIN = ("system", "prompt", "response", "rejected", "text")
CHATS = ("messages", "messages_rejected")
PARTS = ("reasoning", "content")
READ = (*PLAIN, *CHATS, "prompt_turns", "n_turns")
"""The canonical columns by which a row's fields are known."""

Row = Mapping[str, Any]
Turns = Sequence[Mapping[str, Any]]
Derived = Mapping[str, tuple[str, ...]]


def texts_of(row: Row, derived: Derived | None = None) -> dict[str, str | None]:
    """Field -> text of the source, in reading order; null where the row has the field and no text in it.

    `row` has the columns of READ that its dataset has. The reasoning of a message is a field where there is one.
    `derived`: what `derived_of` gives, where it is at hand.

    >>> texts_of({"prompt": "Why?", "response": None})
    {'prompt': 'Why?', 'response': None}
    """
    if not row.get("messages"):
        return _plain_texts(row)
    derived = derived_of(row) if derived is None else derived
    others = {c: row[c] for c in ("system", "rejected", "text") if c not in derived and row.get(c) is not None}
    system = {"system": others.pop("system")} if "system" in others else {}
    return {**system, **dict(_texts_of_chats(row)), **others}


def _plain_texts(row: Row) -> dict[str, str | None]:
    texts = {column: row[column] for column in PLAIN if column in row and column != "text"}
    raw = row.get("text")
    if raw is None:
        return texts
    return {**{column: text for column, text in texts.items() if text is not None}, "text": raw}


def _texts_of_chats(row: Row) -> Iterator[tuple[str, str | None]]:
    for column in CHATS:
        for position, message in enumerate(row.get(column) or ()):
            if (reasoning := message.get("reasoning")) is not None:
                yield f"{column}.{position}.reasoning", reasoning
            yield f"{column}.{position}.content", message.get("content")


def derived_of(row: Row) -> Derived:
    """Plain column -> the fields of messages of which its text is made, with a blank line between them.

    Columns that are made of no message are left out: their text is in a column of its own.
    """
    left: Turns = row.get("messages") or ()
    if not left and not row.get("messages_rejected"):
        return {}
    shared = row.get("prompt_turns") or 0
    other = row.get("messages_rejected")
    right = [*left[:shared], *(other or ())]
    guesses: dict[str, list[list[int]]] = {
        "system": [[n for n, m in enumerate(left) if m["role"] in INSTRUCTING and m.get("content") is not None]],
        "prompt": _prompts(left, shared, is_pair=other is not None),
        "response": [_answer(left)],
    }
    derived: dict[str, tuple[str, ...]] = {}
    for column, positions in guesses.items():
        fitting = [several for several in positions if several and _joined(left, several) == row.get(column)]
        if fitting:
            derived[column] = tuple(f"messages.{n}.content" for n in fitting[0])
    if other and row.get("rejected") is not None and _joined(right, _answer(right)) == row["rejected"]:
        position = _answer(right)[0]
        name = f"messages_rejected.{position - shared}" if position >= shared else f"messages.{position}"
        derived["rejected"] = (f"{name}.content",)
    return derived


def _prompts(turns: Turns, shared: int, *, is_pair: bool) -> list[list[int]]:
    """The positions of the messages that may be the prompt, most likely first: the first of the user; of a pair the
    last that both sides share."""
    users = [n for n, message in enumerate(turns) if message["role"] == "user"]
    before = [n for n in users if n < shared]
    order = [*before[-1:], *users[-1:], *users[:1]] if is_pair else users[:1]
    return [[n] for n in order]


def _answer(turns: Turns) -> list[int]:
    """The position of the assistant's last message, where no user speaks after it."""
    speaking = [n for n, message in enumerate(turns) if message["role"] in ("user", "assistant")]
    return speaking[-1:] if speaking and turns[speaking[-1]]["role"] == "assistant" else []


def _joined(turns: Turns, positions: Sequence[int]) -> str | None:
    texts: list[str] = [text for n in positions if (text := turns[n].get("content")) is not None]
    return "\n\n".join(texts) if texts and len(texts) == len(positions) else None


def aliases_in(derived: Derived) -> dict[str, str]:
    """Other names of fields: plain column -> the field of the one message that has its text."""
    return {column: fields[0] for column, fields in derived.items() if len(fields) == 1}
