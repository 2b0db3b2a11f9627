"""Does the token view show every character once, cover what is hidden, and find where two rows begin to differ?"""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.personal_data.masked_rows import places_in_rendering
from analysis.reading.row_tokens import (
    CONTINUES,
    CONTROL,
    COVERED,
    LOST,
    TRAINED,
    Difference,
    TokenRow,
    TurnTokens,
    counts_of,
    first_difference,
    parts_of,
    tokens_payload,
)


def row_of(
    *pieces: str, trained: str = "", lost: str = "", control: str = "", turns: list[TurnTokens] | None = None
) -> TokenRow:
    """A row with these pieces; the other texts name the numbers of tokens as letters, "a" for the first."""
    starts = [0, *accumulate(map(len, pieces))][: len(pieces)]
    trains, is_lost, is_control = (
        [chr(ord("a") + n) in named for n in range(len(pieces))] for named in (trained, lost, control)
    )
    ids = [sum(map(ord, piece)) % 1000 for piece in pieces]
    return TokenRow("".join(pieces), ids, starts, trains, is_lost, is_control, turns or [])


CHAT = row_of(
    *("<|im_start|>", "user", "\n", "Hi", "<|im_end|>", "\n", "<|im_start|>", "assistant", "\n", "Hel", "lo", "<|im_end|>", "\n"),
    trained="jkl",
    lost="lm",
    control="aegl",
    turns=[TurnTokens("user", 3, 4), TurnTokens("assistant", 9, 11)],
)  # fmt: skip


def test_a_turn_has_the_marks_of_the_template_around_it() -> None:
    assert parts_of(CHAT) == [TurnTokens("user", 0, 6), TurnTokens("assistant", 6, 13)]
    payload = tokens_payload(CHAT)
    assert payload["parts"] == [["user", 0, 6, 0, 0, 0], ["assistant", 6, 13, 3, 2, 1]]
    assert payload["counts"] == {"trained": 2, "masked": 9, "lost": 2, "lost_trained": 1, "control": 4}
    assert payload["flags"][9:] == [TRAINED, TRAINED, TRAINED | LOST | CONTROL, LOST]


def test_a_system_text_of_the_template_is_no_turn() -> None:
    pieces = ("<|im_start|>", "system", "\n", "Be kind.", "<|im_end|>", "\n", "<|im_start|>", "user", "\n", "Hi", "<|im_end|>", "\n", "!")  # fmt: skip
    row = row_of(*pieces, control="aegk", turns=[TurnTokens("user", 9, 10)])
    assert parts_of(row) == [TurnTokens("", 0, 6), TurnTokens("user", 6, 12), TurnTokens("", 12, 13)]


def test_a_row_without_turns_is_one_part_and_an_empty_row_none() -> None:
    assert parts_of(row_of("a", "b")) == [TurnTokens("", 0, 2)]
    empty = tokens_payload(row_of())
    assert (empty["total"], empty["pieces"], empty["parts"]) == (0, [], [])


def test_tokens_of_one_character_share_it() -> None:
    row = TokenRow("a😀b", [1, 2, 3, 4, 5], [0, 1, 1, 1, 2], [False] * 5, [False] * 5, [False] * 5)
    payload = tokens_payload(row)
    assert payload["pieces"] == ["a", "😀", "", "", "b"]
    assert payload["flags"] == [0, 0, CONTINUES, CONTINUES, 0]
    assert tokens_payload(row, begin=3)["begin"] == 1  # never from the middle of a character


def test_a_covered_value_shows_neither_characters_nor_ids() -> None:
    row = row_of("Mail ", "ann@", "mill.de", " now")
    payload = tokens_payload(row, places_in_rendering(row.text, ["ann@mill.de"]))
    assert payload["pieces"] == ["Mail ", "••••", "•••••••", " now"]
    assert payload["ids"][1:3] == [-1, -1] and -1 not in (payload["ids"][0], payload["ids"][3])
    assert [flags & COVERED for flags in payload["flags"]] == [0, COVERED, COVERED, 0]
    crossing = tokens_payload(row_of("to ann", "@mill.de"), [(3, 14)])
    assert (crossing["pieces"], crossing["ids"]) == (["to •••", "••••••••"], [-1, -1])


@pytest.mark.parametrize(
    ("rendered", "value"),
    [
        ('{"to": "a\\"b@mill.de"}', 'a"b@mill.de'),
        ('{"to": "{\\"name\\": \\"J\\\\u00f6rg Maier\\"}"}', "Jörg Maier"),
        ("street 5\\nBerlin", "street 5\nBerlin"),
        ("<Ann Marsh>", "  Ann Marsh\n"),
        ("pin 12.", "12"),
    ],
)
def test_a_value_is_found_as_a_template_writes_it(rendered: str, value: str) -> None:
    [(start, end)] = places_in_rendering(rendered, [value])
    left = rendered[:start] + rendered[end:]
    assert not any(word in left for word in ("mill", "Maier", "Berlin", "Marsh", "12"))


def test_a_short_value_is_covered_only_as_a_word() -> None:
    assert places_in_rendering("123 12", ["12"]) == [(4, 6)]


@given(
    st.lists(st.text(min_size=1, max_size=5), max_size=40),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 90)), max_size=4),
    st.integers(-5, 60),
    st.integers(1, 50),
)
def test_windows_hold_every_character_once_and_nothing_covered(
    pieces: list[str], covered: list[tuple[int, int]], begin: int, most: int
) -> None:
    row = row_of(*pieces)
    shown, hidden = [], {n for first, last in covered for n in range(first, last)}
    at = 0
    while at < len(pieces):
        window = tokens_payload(row, covered, at, most)
        assert window["begin"] == at and len(window["pieces"]) == len(window["ids"]) == len(window["flags"])
        shown += window["pieces"]
        at += len(window["pieces"])
    text = "".join(shown)
    assert len(text) == len(row.text)
    assert all(c == row.text[n] if n not in hidden or row.text[n].isspace() else c == "•" for n, c in enumerate(text))
    assert sum(end - first for _, first, end in parts_of(row)) == len(pieces)
    assert 0 <= tokens_payload(row, covered, begin, most)["begin"] <= max(len(pieces) - 1, 0)


def test_a_long_piece_is_cut_and_says_so() -> None:
    payload = tokens_payload(row_of("a", "x" * 5_000))
    assert (len(payload["pieces"][1]), payload["cut"]) == (200, {1: 4_800})


def test_5000_turns_send_only_those_in_sight() -> None:
    pieces = ["<|im_start|>", "user", "\n", "Hi", "<|im_end|>", "\n"] * 5_000
    turns = [TurnTokens("user", 6 * n + 3, 6 * n + 4) for n in range(5_000)]
    control = [n % 6 in (0, 4) for n in range(len(pieces))]
    row = row_of(*pieces, turns=turns)._replace(is_control=control)
    payload = tokens_payload(row, begin=12_000, most=600)
    assert len(payload["parts"]) == 100 and payload["total"] == 30_000


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (CHAT, None),
        (row_of("<|im_start|>", "user", "\n", "Ho"), Difference(3, "token")),
        (row_of("<|im_start|>", "user"), Difference(2, "end")),
        (CHAT._replace(is_trained=[False] * 13), Difference(9, "trained")),
        (CHAT._replace(is_lost=[False] * 13), Difference(11, "lost")),
    ],
)
def test_the_first_difference_is_found(other: TokenRow, found: Difference | None) -> None:
    assert first_difference(CHAT, other) == first_difference(other, CHAT) == found
    assert counts_of(CHAT)["lost"] == 2
