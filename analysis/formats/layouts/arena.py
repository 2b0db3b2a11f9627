"""Chatbot arenas: two conversations, or two lists of answers, and who won."""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Record
from analysis.formats.layouts.pairs import Compared, pair_and_tie
from analysis.formats.layouts.values import as_list, first_filled, number_in, opened

FIRST = {"model_a", "a", "left", "model a", "response_a", "conversation_a", "assistant_a"}
SECOND = {"model_b", "b", "right", "model b", "response_b", "conversation_b", "assistant_b"}
SIGNS = ("winner", "winner_model_a", "winner_model_b", "winner_tie", "model_a", "model_b")
TRUE = ("true", "yes")


def _compared(record: Record) -> Compared:
    if "conversation_a" in record:
        sides = _list(record["conversation_a"]), _list(record["conversation_b"])
        shared = _shared(*sides)
        return Compared(shared, sides, _better(record))
    if not any(name in record for name in SIGNS):
        raise FormatError("no winner")
    asked = as_list(first_filled(record, ("prompt", "question", "instruction")))
    sides = _turns(asked, record["response_a"]), _turns(asked, record["response_b"])
    if len(asked) == 1 and not isinstance(asked[0], dict):
        return Compared(asked[0], (as_list(record["response_a"])[0], as_list(record["response_b"])[0]), _better(record))
    return Compared(_shared(*sides), sides, _better(record))


def _list(value: Any) -> list[Any]:
    turns = opened(value)
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise FormatError("no list of turns")
    return turns


def _turns(asked: list[Any], answers: Any) -> list[Any]:
    """Questions and answers in turn; a question may be a message already."""
    given = as_list(answers)
    turns: list[Any] = []
    for number in range(max(len(asked), len(given))):
        if number < len(asked) and asked[number] is not None:
            turn = asked[number]
            turns.append(turn if isinstance(turn, dict) else {"role": "user", "content": turn})
        if number < len(given):
            turn = given[number]
            turns.append(turn if isinstance(turn, dict) else {"role": "assistant", "content": turn})
    return turns


def _shared(first: list[Any], second: list[Any]) -> list[Any]:
    """The turns with which both begin, up to the last one of the user."""
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    while same and str(first[same - 1].get("role", first[same - 1].get("from"))).lower() in ("assistant", "gpt"):
        same -= 1
    return first[:same]


def _better(record: Record) -> int | None:
    """0 or 1 for the winner; None for a tie, whichever kind, and where no winner is named."""
    if "winner_model_a" in record:
        won = [_is_true(record.get(f"winner_model_{side}")) for side in "ab"]
        return won.index(True) if won.count(True) == 1 else None
    word = str(record.get("winner", "")).strip().lower()
    if word in FIRST or (record.get("model_a") == record.get("winner") != record.get("model_b")):
        return 0
    return 1 if word in SECOND or record.get("model_b") == record.get("winner") != record.get("model_a") else None


def _is_true(value: Any) -> bool:
    return value is True or number_in(value) == 1 or str(value).strip().lower() in TRUE


def _columns(record: Record) -> dict[str, Any]:
    """The winner in one word, whatever the columns are."""
    better = _better(record)
    return {"won_by": "tie" if better is None else "ab"[better]}


ARENA = pair_and_tie(
    name="arena",
    title="Arena battles",
    sign="conversation_a and conversation_b, or response_a and response_b with a winner",
    compare=_compared,
    roles={"label": "won_by", "annotator": "judge", "language": "language"},
    adds=("won_by",),
    columns=_columns,
)
