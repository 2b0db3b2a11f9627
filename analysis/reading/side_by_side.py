"""What is shown of a group of texts side by side: what they share, their cards, and the words that differ?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.reading.marks import Span, utf16_spans, word_diff

MAX_CHARS = 20_000  # of one text; the reader shows the whole text
ROLES = ("annotator", "source", "item", "score", "label")
Row = Mapping[str, Any]


class Card(NamedTuple):
    """One text of a group. `about`: facts beside its title. `row`: the id of its row, "" where it has none. `acts`:
    possible actions, each a name and the text of its button.
    """

    title: str
    text: str | None
    spans: Sequence[Span] = ()
    about: str = ""
    row: str = ""
    acts: Sequence[tuple[str, str]] = ()


class Group(NamedTuple):
    """`shared` is what all rows have in common, `cards` are shown side by side, `left` rows are not shown, `acts` are
    actions on the whole group. Of each text at most `chars` characters are shown.
    """

    title: str
    shared: Sequence[Card]
    cards: Sequence[Card]
    notes: Sequence[str] = ()
    left: int = 0
    acts: Sequence[tuple[str, str]] = ()
    chars: int = MAX_CHARS

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, spans counted in UTF-16 units."""
        return {
            "title": self.title,
            "notes": list(self.notes),
            "left": self.left,
            "acts": list(self.acts),
            "shared": [_shown(card, self.chars) for card in self.shared],
            "cards": [_shown(card, self.chars) for card in self.cards],
        }


def marked(cards: Sequence[Card], chars: int = MAX_CHARS) -> list[Card]:
    """The cards with the words marked that the first text lacks; of two texts, the words that the other lacks."""
    marked_cards = list(cards)
    for number, card in enumerate(cards[1:], 1):
        mine, theirs = word_diff((cards[0].text or "")[:chars], (card.text or "")[:chars])
        named = _named(theirs, "only here" if len(cards) == 2 else "not in the first")
        marked_cards[number] = card._replace(spans=[*card.spans, *named])
        if len(cards) == 2:
            marked_cards[0] = cards[0]._replace(spans=[*cards[0].spans, *_named(mine, "only here")])
    return marked_cards


def _named(spans: Sequence[Span], title: str) -> list[Span]:
    return [(start, end, "differs", title) for start, end, *_ in spans]


def _shown(card: Card, chars: int) -> dict[str, Any]:
    text = (card.text or "")[:chars]
    return {
        "title": card.title,
        "text": text,
        "is_missing": card.text is None,
        "about": card.about,
        "row": card.row,
        "acts": list(card.acts),
        "hidden": len(card.text or "") - len(text),
        "spans": utf16_spans(text, card.spans),
    }
