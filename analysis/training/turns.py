"""Where in the rendered text is each turn?

A turn is found by rendering the whole chat again with its text replaced. The usual way, the text rendered up to a turn
minus the text before it, fails where a later turn changes what is before it: Qwen 3, DeepSeek R1, gpt-oss and others.

The sure way costs two renderings a turn. So the frame of a chat, what the template writes around the turns, is
rendered once for all chats with the same roles, and it is used where frame and texts together are exactly the rendered
text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.errors import TemplateError
from analysis.templates import Chat, Renderer

SENTINELS = ("Qzvw{:05}Kjxq", "Xbrg{:05}Wmpz")
"""Two texts with neither a first nor a last character in common, in which no template finds anything special."""
OWN = ("reasoning_content", "reasoning", "thinking", "tool_calls")
"""What an assistant writes besides its content."""
KEPT_FRAMES = 512
MOST_RENDERED = 40_000  # turns rendered for one chat while turns are looked for: half a second
EMPTY_THOUGHT = re.compile(r"(?:\s|</?\|?(?:think|thinking|thought|reasoning)[^<>]{0,20}>|\[/?THINK\])*")


class TurnSpan(NamedTuple):
    """What a turn writes, from `start` to before `end` in the text; both -1 where the template leaves the turn out.

    Of an assistant it is its content, with its reasoning and its calls where they are rendered. `is_sure` is False
    where replacing the turn changed more of the text than the turn itself, and where it was not looked for, since the
    chat has too many turns that are no plain text.
    """

    turn: int
    role: str
    start: int
    end: int
    is_sure: bool


class Frame(NamedTuple):
    """What a template writes around the turns of chats with the same roles.

    `literals`: the text before the first turn, between the turns, after the last. `order`: which turn is at each of the
    gaps; a turn that the template leaves out is in none.
    """

    literals: tuple[str, ...]
    order: tuple[int, ...]


class TurnFinder:
    """Finds the turns of chats rendered by one renderer."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._frames: OrderedDict[tuple[str, ...], Frame | None] = OrderedDict()

    def find(self, chat: Chat, text: str) -> tuple[list[TurnSpan], bool]:
        """The turns of a chat in its rendered `text`, in order; and whether the text is exactly frame and turns."""
        messages = chat.messages
        plain = [_is_plain(message) for message in messages]
        whole = all(plain) and chat.tools is None
        frame = self._known_frame(messages) if whole else self._frame(chat, plain)
        placed = _by_frame(frame, messages, plain, text) if frame else None
        if placed is not None and all(plain):
            return placed, True
        spans = {turn: placed[turn] for turn, is_plain in enumerate(plain) if is_plain} if placed is not None else {}
        left = [turn for turn in range(len(messages)) if turn not in spans]
        budget = MOST_RENDERED // len(messages)
        for turn in sorted(left, key=lambda turn: messages[turn]["role"] != "assistant"):
            role = str(messages[turn]["role"])
            spans[turn] = self.by_two(chat, turn, text) if budget > 0 else TurnSpan(turn, role, -1, -1, is_sure=False)
            budget -= 2
        return [spans[turn] for turn in range(len(messages))], False

    def frame_of(self, chat: Chat) -> Frame | None:
        """The frame of a chat of which every turn is a text and no tool is declared; null where there is none."""
        whole = chat.tools is None and all(map(_is_plain, chat.messages))
        return self._known_frame(chat.messages) if whole else None

    def _known_frame(self, messages: Sequence[dict[str, Any]]) -> Frame | None:
        key = tuple(f"{m['role']}\x00{m.get('name', '')}\x00{'tool_call_id' in m}" for m in messages)
        if key in self._frames:
            self._frames.move_to_end(key)
            return self._frames[key]
        frame = self._frame(Chat(list(messages)), [True] * len(messages))
        self._frames[key] = frame
        if len(self._frames) > KEPT_FRAMES:
            self._frames.popitem(last=False)
        return frame

    def _frame(self, chat: Chat, replaced: Sequence[bool]) -> Frame | None:
        """The frame with these turns replaced, the others as they are; null where a turn is in it twice."""
        if not any(replaced):
            return None
        given = [
            {**message, "content": SENTINELS[0].format(turn)} if replaced[turn] else message
            for turn, message in enumerate(chat.messages)
        ]
        try:
            text = self._renderer.render(given, chat.tools).text
        except TemplateError:
            return None
        pieces = FIRST.split(text)
        order = tuple(int(number) for number in pieces[1::2])
        if len(set(order)) < len(order) or any(n >= len(given) or not replaced[n] for n in order):
            return None
        return Frame(tuple(pieces[0::2]), order)

    def by_two(self, chat: Chat, turn: int, text: str) -> TurnSpan:
        """The turn by two renderings of the whole chat, in which its text is replaced by two different ones."""
        message = chat.messages[turn]
        role = str(message["role"])
        bare = {name: value for name, value in message.items() if name not in OWN}
        for given, keeps in ((bare, len(bare) < len(message)), (message, True)):
            replaced = self._replaced(chat, turn, given)
            if replaced is None:
                continue
            first, second = replaced
            sentinels = [sentinel.format(turn) for sentinel in SENTINELS]
            before, after = common_prefix(first, second), common_suffix(first, second)
            is_alone = first[before : len(first) - after] == sentinels[0]
            if first == second:
                return TurnSpan(turn, role, -1, -1, is_sure=True)
            start = min(common_prefix(text, first), common_prefix(text, second))
            end = len(text) - min(common_suffix(text, first), common_suffix(text, second))
            if end < start:  # an empty turn between two equal characters
                start = end = min(before, len(text))
            opening = first[start:before]
            is_around = start == before or EMPTY_THOUGHT.fullmatch(opening) is not None
            is_sure = is_alone and is_around and (keeps or end == len(text) - after) and given is bare
            return TurnSpan(turn, role, start, end, is_sure)
        return TurnSpan(turn, role, -1, -1, is_sure=False)

    def _replaced(self, chat: Chat, turn: int, message: Mapping[str, Any]) -> tuple[str, str] | None:
        given = list(chat.messages)
        texts = []
        for sentinel in SENTINELS:
            given[turn] = {**message, "content": sentinel.format(turn)}
            try:
                texts.append(self._renderer.render(given, chat.tools).text)
            except TemplateError:
                return None
        return texts[0], texts[1]


FIRST = re.compile(re.escape(SENTINELS[0]).replace(r"\{:05\}", r"(\d{5,})"))


def turn_spans(renderer: Renderer, chat: Chat) -> list[TurnSpan]:
    """Where each turn of a chat is in its rendered text. Raises RefusedError, TemplateError where the renderer does."""
    return TurnFinder(renderer).find(chat, renderer.render(chat.messages, chat.tools).text)[0]


def _is_plain(message: Mapping[str, Any]) -> bool:
    """Whether a message is a text and nothing else."""
    content = message.get("content")
    return isinstance(content, str) and not content.isspace() and content != "" and not any(n in message for n in OWN)


def _by_frame(
    frame: Frame, messages: Sequence[Mapping[str, Any]], plain: Sequence[bool], text: str
) -> list[TurnSpan] | None:
    """The turns where the text is the frame with the turns in it, each as it is or without white space at its ends."""
    literals = frame.literals
    spans: dict[int, TurnSpan] = {}
    offset = len(literals[0])
    if not text.startswith(literals[0]):
        return None
    for gap, turn in enumerate(frame.order, 1):
        content, literal = messages[turn]["content"], literals[gap]
        for written in (content, content.strip(), content.rstrip(), content.lstrip()):
            end = offset + len(written)
            if text.startswith(written, offset) and text.startswith(literal, end):
                spans[turn] = TurnSpan(turn, messages[turn]["role"], offset, end, True)
                offset = end + len(literal)
                break
        else:
            return None
    if offset != len(text):
        return None
    return [spans.get(n) or TurnSpan(n, m["role"], -1, -1, plain[n]) for n, m in enumerate(messages)]


def common_prefix(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:  # both are equal up to `low` and differ before `high`
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def common_suffix(one: str, other: str) -> int:
    """How many characters both end with."""
    return common_prefix(one[::-1], other[::-1])
