"""A row as tokens, drawn inside the row reader: trained, lost, control tokens; one side, or two to compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis.reading.row_tokens import MAX_TOKENS, Difference, TokenRow, first_difference, tokens_payload

__all__ = ["SCRIPT", "STYLE", "Side", "token_view"]

_HERE = Path(__file__).parent
SCRIPT = (_HERE / "tokens.js").read_text(encoding="utf-8")
STYLE = (_HERE / "tokens.css").read_text(encoding="utf-8")


class Side(NamedTuple):
    """One row under one template and rule. `title` names them. `row` is None where the template refuses it: `error` is
    then its message. `notes` are sentences. `covered`: spans of the rendered text that are shown as dots."""

    title: str
    row: TokenRow | None
    error: str = ""
    notes: Sequence[str] = ()
    covered: Sequence[tuple[int, int]] = ()


def token_view(
    sides: Sequence[Side], *, begin: int = 0, notes: Sequence[str] = (), most: int = MAX_TOKENS
) -> dict[str, Any]:
    """What the reader draws of a row: at most `most` tokens of all sides together from token `begin` on, and where two
    sides begin to differ. Ready for JSON."""
    rows = [side.row for side in sides if side.row is not None]
    difference = first_difference(*rows) if len(rows) == 2 else None
    share = max(most // max(len(rows), 1), 1)
    of_all = [note for note in (sides[0].notes if sides else ()) if all(note in side.notes for side in sides)]
    drawn = [_drawn(side, of_all, difference, begin, share) for side in sides]
    return {"notes": [*notes, *of_all], "sides": drawn}


def _drawn(side: Side, of_all: Sequence[str], difference: Difference | None, begin: int, most: int) -> dict[str, Any]:
    return {
        "title": side.title,
        "error": side.error,
        "notes": [note for note in side.notes if note not in of_all],
        "tokens": None if side.row is None else tokens_payload(side.row, side.covered, begin, most),
        "difference": None if difference is None else difference._asdict(),
    }
