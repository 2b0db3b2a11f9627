"""The rows of one conflict side by side: what they share, and where they differ, marked word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from analysis.conflicts.kinds import Kind
from analysis.dataset import Dataset
from analysis.reading.marks import Span
from analysis.reading.side_by_side import ROLES, Card, Group, Row, marked
from analysis.signal import ROW_ID

MAX_CARDS = 8
READ = (ROW_ID, "system", "prompt", "response", "rejected", "messages", "text", "score")


def columns_of(dataset: Dataset) -> list[str]:
    """The columns that a group shows; of a plain table, its text columns too."""
    named = [dataset.roles[role] for role in (*ROLES, "score_chosen", "score_rejected") if role in dataset.roles]
    return list(dict.fromkeys([*READ, *named, *dataset.texts()]))


def side_by_side(kind: Kind, rows: Sequence[Row], places: Sequence[int], roles: Mapping[str, str], left: int) -> Group:
    """The group of these rows, whose positions in the dataset are `places`; `left` rows of the group were not read.

    `roles` gives the column of each role, as in a dataset.
    """
    first, size = rows[0], len(rows) + left
    title = f"{size:,} rows" if kind.group else f"Row {places[0] + 1:,}"
    cards: Sequence[Card]
    if kind.shape == "answers":
        shared = _asked(first)
        cards = marked([_card(r, p, roles, r["response"]) for r, p in zip(rows, places, strict=True)])
    elif kind.shape == "asked":
        shared = []
        cards = marked([_card(r, p, roles, _exchange(r)) for r, p in zip(rows, places, strict=True)])
    elif kind.shape == "prompts":
        shared = [Card("Response", first["response"])]
        cards = [_card(r, p, roles, _conversation(r)) for r, p in zip(rows, places, strict=True)]
    elif kind.shape == "judgements":
        shared = [*_asked(first), *_text_cards(first)]
        judged = roles.get(kind.name, kind.name)
        cards = [_card(r, p, roles, _judged(r, kind.name, judged, roles)) for r, p in zip(rows, places, strict=True)]
    elif kind.shape == "circle":
        return _circle(title, rows, places, roles, left)
    elif kind.shape == "echo":
        shared = []
        cards = [Card("Prompt", _conversation(first)), _card(first, places[0], roles, first["response"], "Response")]
    elif kind.shape == "chat":
        shared = []
        cards = [_card(first, places[0], roles, *_repeats(first["messages"]))]
    else:
        shared = _asked(first)
        scores = [_scored(first, roles, side) for side in ("score_chosen", "score_rejected")]
        chosen = _card(first, places[0], roles, first["response"], "Chosen")
        cards = marked(
            [
                chosen._replace(about=", ".join(filter(None, (scores[0], chosen.about)))),
                Card("Rejected", first["rejected"], about=scores[1]),
            ]
        )
    return Group(title, shared, cards, left=left)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _judged(row: Row, title: str, column: str, roles: Mapping[str, str]) -> str:
    """The label or score of a row; of a plain table, also its texts."""
    beside = [name for name in row if name not in READ and name not in roles.values()]
    texts = [f"{name}: {row[name]}" for name in beside if isinstance(row[name], str) and not _text_cards(row)]
    return "\n\n".join([f"{title} {_text(row.get(column)) or '(missing)'}", *texts])


def _facts(row: Row, place: int, roles: Mapping[str, str]) -> str:
    named = [(role, _text(row.get(roles[role]))) for role in ROLES if role in roles]
    return ", ".join([f"row {place + 1:,}", *(f"{role} {value[:60]}" for role, value in named if value)])


def _card(
    row: Row, place: int, roles: Mapping[str, str], text: str | None, title: str = "", spans: Sequence[Span] = ()
) -> Card:
    facts = _facts(row, place, roles)
    return Card(title or f"Row {place + 1:,}", text, spans, facts.partition(", ")[2], row[ROW_ID])


def _scored(row: Row, roles: Mapping[str, str], role: str) -> str:
    value = _text(row.get(roles[role])) if role in roles else None
    return "" if value is None else f"score {value}"


def _conversation(row: Row) -> str | None:
    """The question: system and prompt, or the turns of a chat before the last answer."""
    if turns := row.get("messages"):
        ends = [position for position, turn in enumerate(turns) if turn["role"] == "assistant"]
        before = turns[: ends[-1]] if ends else turns
        if len(before) == 1:
            return str(before[0]["content"] or "")
        return "\n\n".join(f"{turn['role']}: {turn['content'] or ''}" for turn in before)
    asked = [f"system: {row['system']}"] if row.get("system") else []
    return "\n\n".join([*asked, row["prompt"]]) if row.get("prompt") is not None else None


def _exchange(row: Row) -> str:
    """The question and the answer."""
    sides = (("Prompt", _conversation(row) or row.get("text")), ("Response", row.get("response")))
    return "\n\n".join(f"{title}:\n{text}" for title, text in sides if text is not None)


def _asked(row: Row) -> list[Card]:
    asked = _conversation(row)
    return [] if asked is None else [Card("Prompt", asked)]


def _text_cards(row: Row) -> list[Card]:
    sides = (("Response", "response"), ("Rejected", "rejected"), ("Text", "text"))
    return [Card(title, row[name]) for title, name in sides if row.get(name) is not None]


def _repeats(messages: Sequence[Row]) -> tuple[str, str, list[Span]]:
    """A chat as one text, its title, and the spans of answers that occur more than once."""
    answers = [" ".join((turn["content"] or "").lower().split()) for turn in messages if turn["role"] == "assistant"]
    text, spans = "", []
    for turn in messages:
        content = turn["content"] or ""
        text += f"{turn['role']}: "
        same = " ".join(content.lower().split())
        if same and turn["role"] == "assistant" and answers.count(same) > 1:
            spans.append((len(text), len(text) + len(content), "differs", "occurs more than once"))
        text += f"{content}\n\n"
    return text.rstrip(), "Conversation", spans


def _circle(title: str, rows: Sequence[Row], places: Sequence[int], roles: Mapping[str, str], left: int) -> Group:
    """The answers, named by letters, and which one each row prefers to which."""
    letters: dict[str, str] = {}
    texts: dict[str, str] = {}
    notes = []
    for row, place in zip(rows, places, strict=True):
        sides = []
        for text in (row["response"] or "", row["rejected"] or ""):
            same = " ".join(text.lower().split())
            letters.setdefault(same, ascii_uppercase[len(letters) % 26] * (1 + len(letters) // 26))
            texts.setdefault(same, text)
            sides.append(letters[same])
        notes.append(f"{sides[0]} over {sides[1]} ({_facts(row, place, roles)})")
    cards = [Card(letter, texts[same]) for same, letter in letters.items()]
    return Group(title, _asked(rows[0]), cards, notes, left)
