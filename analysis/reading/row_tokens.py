"""What does the token view show of one row, and where do two rows of tokens begin to differ?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

MAX_TOKENS = 2_000
"""Tokens of one row that are sent at once; others are asked for."""
MAX_PIECE_CHARS = 200
TRAINED, LOST, CONTROL, COVERED, CONTINUES = 1, 2, 4, 8, 16
"""Flags of a token. CONTINUES: its characters are those of the token before, such as the bytes of one letter."""
DOT = "•"


class TurnTokens(NamedTuple):
    """The tokens of the text of one turn: from `first` to before `end`."""

    role: str
    first: int
    end: int


class TokenRow(NamedTuple):
    """A rendered text as a trainer reads it. `starts`: the character at which each token begins, never falling; the
    tokens of one character have one start. The other sequences have one value per token; `turns` are in order."""

    text: str
    ids: Sequence[int]
    starts: Sequence[int]
    is_trained: Sequence[bool]
    is_lost: Sequence[bool]
    is_control: Sequence[bool]
    turns: Sequence[TurnTokens] = ()


class Difference(NamedTuple):
    """The number of the first token at which two rows differ, from 0, and in what: "token", "trained", "lost"; "end"
    where one of them is over."""

    token: int
    kind: str


def tokens_payload(
    row: TokenRow, covered: Sequence[tuple[int, int]] = (), begin: int = 0, most: int = MAX_TOKENS
) -> dict[str, Any]:
    """At most `most` tokens of a row from about `begin` on, ready for JSON.

    `pieces`: the characters of each token, "" where it CONTINUES; of a long piece 200, and `cut` has how many more by
    number of the token. `ids`: -1 for a token with covered characters, which its id would tell. `flags`: see above.
    `parts`: [role, first token, end, trained, lost, trained and lost] of each turn in sight, with the tokens of the
    template around it; role "" for tokens of no turn. `counts` are of the whole row. `covered`: spans of the text whose
    characters are shown as dots.
    """
    total = len(row.ids)
    begin = max(0, min(begin, total - 1))
    while begin and row.starts[begin] == row.starts[begin - 1]:
        begin -= 1
    end = min(total, begin + most)
    shown, is_hidden = _with_dots(row.text, covered)
    pieces: list[str] = []
    ids: list[int] = []
    flags: list[int] = []
    cut: dict[int, int] = {}
    for tokens, start, stop in _groups(row, begin, end):
        is_covered = any(is_hidden[start:stop])
        piece = shown[start:stop]
        if len(piece) > MAX_PIECE_CHARS:
            cut[tokens.start] = len(piece) - MAX_PIECE_CHARS
        for token in tokens:
            continues = token > tokens.start
            pieces.append("" if continues else piece[:MAX_PIECE_CHARS])
            ids.append(-1 if is_covered else int(row.ids[token]))
            flags.append(_flags(row, token) | COVERED * is_covered | CONTINUES * continues)
    return {
        "total": total,
        "begin": begin,
        "pieces": pieces,
        "ids": ids,
        "flags": flags,
        "cut": cut,
        "parts": [[*part, *_sums(row, part)] for part in parts_of(row) if part.first < end and part.end > begin],
        "counts": counts_of(row),
    }


def counts_of(row: TokenRow) -> dict[str, int]:
    """Tokens of the whole row that are trained, masked, lost to truncation, both trained and lost, and control tokens.
    `trained` and `masked` leave out what is lost."""
    trained, lost, both = _sums(row, TurnTokens("", 0, len(row.ids)))
    kept = trained - both
    return {
        "trained": kept,
        "masked": len(row.ids) - lost - kept,
        "lost": lost,
        "lost_trained": both,
        "control": sum(map(bool, row.is_control)),
    }


def first_difference(one: TokenRow, other: TokenRow) -> Difference | None:
    """Where two rows of tokens begin to differ; None if they are equal. A token counts before its training."""
    for token in range(min(len(one.ids), len(other.ids))):
        if one.ids[token] != other.ids[token] or _piece(one, token) != _piece(other, token):
            return Difference(token, "token")
    if len(one.ids) != len(other.ids):
        return Difference(min(len(one.ids), len(other.ids)), "end")
    for token in range(len(one.ids)):
        if bool(one.is_trained[token]) != bool(other.is_trained[token]):
            return Difference(token, "trained")
        if bool(one.is_lost[token]) != bool(other.is_lost[token]):
            return Difference(token, "lost")
    return None


def parts_of(row: TokenRow) -> list[TurnTokens]:
    """The whole row in parts: each turn with the tokens of the template around it; role "" for tokens of no turn.

    A turn has the marks before it, from the last control token on that begins a line, or all that no other turn has;
    and the marks after it, up to the first control token, or else the first line break before the next marks.
    """
    parts: list[TurnTokens] = []
    done = 0
    for number, turn in enumerate(row.turns):
        first, end = max(turn.first, done), max(turn.end, done)
        if (head := _head(row, done, first)) > done:
            parts.append(TurnTokens("", done, head))
        until = row.turns[number + 1].first if number + 1 < len(row.turns) else len(row.ids)
        done = _tail(row, end, max(until, end))
        parts.append(TurnTokens(turn.role, head, done))
    if done < len(row.ids):
        parts.append(TurnTokens("", done, len(row.ids)))
    return [part for part in parts if part.first < part.end]


def _head(row: TokenRow, done: int, first: int) -> int:
    """Where the marks before a turn begin, among the tokens `done` to `first` between two turns."""
    for token in range(first - 1, done, -1):
        if row.is_control[token] and _piece(row, token - 1).endswith("\n") and _is_closed(row, done, token - 1):
            return token
    return done


def _is_closed(row: TokenRow, done: int, token: int) -> bool:
    """Whether a control token is right before the white space that ends at `token`."""
    while token > done and not _piece(row, token).strip():
        token -= 1
    return bool(row.is_control[token])


def _tail(row: TokenRow, end: int, until: int) -> int:
    """The end of a turn with the mark after its text, and the white space after that."""
    for token in range(end, until):
        if row.is_control[token]:
            after = token + 1
            while after < until and not _piece(row, after).strip() and not row.is_control[after]:
                after += 1
            return after
    if until == len(row.ids):
        return until
    return next((token + 1 for token in range(end, until - 1) if _piece(row, token).endswith("\n")), end)


def _groups(row: TokenRow, begin: int, end: int) -> Iterator[tuple[range, int, int]]:
    """The tokens of each start, with the first and the last of their characters."""
    token = begin
    while token < end:
        start = row.starts[token]
        after = bisect_right(row.starts, start, token)
        yield range(token, min(after, end)), start if token else 0, _start(row, after)
        token = after


def _piece(row: TokenRow, token: int) -> str:
    """The characters of a token: all of its group for each token of a group."""
    start = row.starts[token]
    return row.text[start : _start(row, bisect_right(row.starts, start, token))]


def _start(row: TokenRow, token: int) -> int:
    return row.starts[token] if token < len(row.starts) else len(row.text)


def _sums(row: TokenRow, part: TurnTokens) -> tuple[int, int, int]:
    trained, lost = (values[part.first : part.end] for values in (row.is_trained, row.is_lost))
    both = sum(bool(t and n) for t, n in zip(trained, lost, strict=True))
    return sum(map(bool, trained)), sum(map(bool, lost)), both


def _flags(row: TokenRow, token: int) -> int:
    return (
        TRAINED * bool(row.is_trained[token]) | LOST * bool(row.is_lost[token]) | CONTROL * bool(row.is_control[token])
    )


def _with_dots(text: str, covered: Sequence[tuple[int, int]]) -> tuple[str, bytearray]:
    """The text with a dot for each covered character, and which characters are covered; white space stays."""
    is_hidden = bytearray(len(text))
    for start, end in covered:
        start, end = max(start, 0), min(end, len(text))
        is_hidden[start:end] = b"\1" * max(end - start, 0)
    if not covered:
        return text, is_hidden
    dotted = (DOT if hidden and not c.isspace() else c for c, hidden in zip(text, is_hidden, strict=True))
    return "".join(dotted), is_hidden
