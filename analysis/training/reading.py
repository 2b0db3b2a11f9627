"""What does a trainer see of one row: which tokens, which of them trained, which cut off?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.errors import TemplateError
from analysis.loaders.offsets import Tokens
from analysis.loaders.tokenizers import tokens_of
from analysis.templates import Chat, Rendered, chat_of, dropped_parts
from analysis.training.choice import Choice
from analysis.training.controls import controls_of, pattern_of
from analysis.training.rules import Mask, Masker
from analysis.training.truncation import Pair, truncate
from analysis.training.turns import TurnSpan

Run = tuple[int, int]
"""Tokens from a first one to before another."""


class TurnTokens(NamedTuple):
    """The tokens of one turn. `first_token` to `last_token`: its text; null where the template leaves it out.

    `first_trained` to `last_trained`: its trained tokens, with the marks around it; null where none is trained.
    `trained`: how many; fewer than the places between both where there is a gap. `lost`: how many of them are cut off.
    """

    turn: int
    role: str
    first_token: int | None
    last_token: int | None
    first_trained: int | None
    last_trained: int | None
    trained: int
    lost: int


@dataclass(frozen=True)
class SeenRow:
    """One row as a trainer sees it. `runs`: the trained tokens; `lost`: whether each token is cut off, null where none
    is. `is_exact`: the text is exactly the template's frame with the turns' texts in it."""

    chat: Chat
    rendered: Rendered
    tokens: Tokens
    mask: Mask
    spans: list[TurnSpan]
    runs: list[Run]
    turns: list[TurnTokens]
    lost: npt.NDArray[np.bool_] | None
    is_exact: bool

    @property
    def trained(self) -> int:
        """How many tokens are trained before any is cut off."""
        return sum(end - first for first, end in self.runs)

    @property
    def lost_tokens(self) -> int:
        return 0 if self.lost is None else int(self.lost.sum())

    @property
    def lost_trained(self) -> int:
        return 0 if self.lost is None else sum(int(self.lost[first:end].sum()) for first, end in self.runs)

    def is_trained(self) -> npt.NDArray[np.bool_]:
        """For each token whether it is trained."""
        flags = np.zeros(len(self.tokens.ids), dtype=np.bool_)
        for first, end in self.runs:
            flags[first:end] = True
        return flags


class Reader:
    """Reads rows by one choice. Raises TemplateError, ModelError, TrainingError where the choice cannot be used."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice.checked()
        self.renderer = choice.renderer()
        self.masker = Masker(self.renderer, choice.rule)
        self.tokenizer = choice.reader()
        self.controls = controls_of(self.renderer.template) | self.tokenizer.controls.keys()
        self.pattern = pattern_of(self.controls)

    def see(self, row: Mapping[str, Any]) -> SeenRow | None:
        """One row with the canonical columns; null where it is no chat.

        Raises RefusedError, TemplateError where the template refuses the row, or takes too long.
        """
        chat = chat_of(row)
        if chat is None:
            return None
        messages = row.get("messages")
        trains = [message["trains"] for message in messages] if messages else ()
        return self.see_chat(chat, trains, is_chat=bool(messages))

    def see_chat(self, chat: Chat, trains: Sequence[bool | None] = (), *, is_chat: bool = True) -> SeenRow:
        """The same for a chat; `trains` says for each message whether it may be trained."""
        rendered = self.renderer.render(chat.messages, chat.tools)
        text = rendered.text
        spans, is_exact = self.masker.finder.find(chat, text)
        mask = self.masker.mask(chat, rendered, spans, trains, is_chat=is_chat)
        tokens = tokens_of(self.tokenizer, text)
        placed = [span for span in spans if span.end >= 0]
        placed.sort(key=lambda span: (span.start, span.turn))
        borders = [0, *(self.masker.around.tail_at(text, span.end) for span in placed[:-1]), len(text) + 1]
        asked = [*(b for s in mask.spans for b in s), *(b for s in placed for b in (s.start, s.end)), *borders]
        places = np.searchsorted(tokens.starts, asked).tolist()
        runs = list(zip(places[0 : 2 * len(mask.spans) : 2], places[1 : 2 * len(mask.spans) : 2], strict=True))
        runs = [(first, end) for first, end in runs if first < end]
        texts = places[2 * len(mask.spans) : -len(borders)]
        regions = pairwise(places[-len(borders) :])
        of_turn = {}
        for span, first, end, (low, high) in zip(placed, texts[0::2], texts[1::2], regions, strict=False):
            of_turn[span.turn] = (first, end, [(max(a, low), min(b, high)) for a, b in runs if a < high and b > low])
        lost = self._lost(len(tokens.ids), [runs_ for _, _, runs_ in of_turn.values()])
        turns = [_turn(span, of_turn.get(span.turn), lost) for span in spans]
        return SeenRow(chat, rendered, tokens, mask, spans, runs, turns, lost, is_exact)

    def dropped(self, seen: SeenRow) -> list[str] | None:
        """What the template leaves out of a row without a word, as `analysis.templates.dropped_parts` names it.

        Where the text is exactly the frame and every turn, nothing is left out and nothing is rendered again. Null
        where the template refuses the row with other words in it, so that it is not known.
        """
        if seen.is_exact and all(span.end >= 0 for span in seen.spans):
            return []
        try:
            return dropped_parts(self.renderer, seen.chat)
        except TemplateError:
            return None

    def _lost(self, tokens: int, trained: Sequence[Sequence[Run]]) -> npt.NDArray[np.bool_] | None:
        limit, way = self.choice.max_length, self.choice.truncation
        if not limit or tokens <= limit:
            return None
        pairs: list[Pair] = []
        start = 0
        for runs in trained if way == "llamafactory" else ():
            if runs:
                pairs.append((runs[0][0] - start, runs[-1][1] - runs[0][0]))
                start = runs[-1][1]
        return truncate(tokens, limit, way, pairs)


def _turn(span: TurnSpan, placed: tuple[int, int, list[Run]] | None, lost: npt.NDArray[np.bool_] | None) -> TurnTokens:
    if placed is None:
        return TurnTokens(span.turn, span.role, None, None, None, None, 0, 0)
    first, end, runs = placed
    trained = sum(b - a for a, b in runs)
    gone = 0 if lost is None else sum(int(lost[a:b].sum()) for a, b in runs)
    has_text = first < end
    return TurnTokens(
        span.turn,
        span.role,
        first if has_text else None,
        end - 1 if has_text else None,
        runs[0][0] if runs else None,
        runs[-1][1] - 1 if runs else None,
        trained,
        gone,
    )


class Piece(NamedTuple):
    """One token for the eye: its text as the rendered text has it, its id, its first character's position in the text.

    Of several tokens that are one character together the first has the whole character.
    """

    text: str
    id: int
    start: int
    trained: bool
    lost: bool
    is_control: bool


@dataclass(frozen=True)
class RowTokens:
    """One row as tokens. `error`: the template's message where it refuses the row, and nothing else is there then.
    `dropped`: the parts that the template leaves out without a word; null where that is not known."""

    text: str = ""
    tokens: list[Piece] = field(default_factory=list)
    turns: list[TurnTokens] = field(default_factory=list)
    status: str = "none"
    error: str = ""
    dropped: list[str] | None = field(default_factory=list)


def read_row(choice: Choice, row: Mapping[str, Any]) -> RowTokens | None:
    """One row as tokens, for the page, the reader and the command; null where the row is no chat.

    Raises TemplateError, ModelError, TrainingError where the choice cannot be used.
    """
    return tokens_of_row(Reader(choice), row)


def tokens_of_row(reader: Reader, row: Mapping[str, Any]) -> RowTokens | None:
    """The same with a reader that is there already."""
    try:
        seen = reader.see(row)
    except TemplateError as error:
        return RowTokens(error=str(error))
    if seen is None:
        return None
    text, (ids, starts) = seen.rendered.text, seen.tokens
    ends = [*starts[1:].tolist(), len(text)]
    trained, lost = seen.is_trained(), seen.lost
    control_ids = set(reader.tokenizer.controls.values())
    pieces, shown = [], 0
    for position, (number, start, end) in enumerate(zip(ids.tolist(), starts.tolist(), ends, strict=True)):
        stop = max(end, start + 1, shown)
        is_lost = lost is not None and bool(lost[position])
        pieces.append(
            Piece(
                text[max(start, shown) : stop], number, start, bool(trained[position]), is_lost, number in control_ids
            )
        )
        shown = stop
    return RowTokens(text, pieces, seen.turns, seen.mask.status, "", reader.dropped(seen))
