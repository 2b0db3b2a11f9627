"""Rows as tokens in a reader: whether they can be shown, and the tokens of the rows around the one that is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.masked_rows import places_in_rendering
from analysis.reading.row_tokens import DOT, MAX_TOKENS, TokenRow, TurnTokens
from analysis.signal import ROW_ID
from analysis.training.choice import Choice
from analysis.training.controls import estimated, guessed_ends
from analysis.training.keeping import chosen, is_chosen
from analysis.training.reading import Reader, RowTokens, tokens_of_row
from ui.components.tokens import Side, token_view
from ui.rows import masking
from ui.session.cache_keys import Key, key_of

ORDER = (0, 1, 2, -1, 3)
"""The row that is read, then its neighbours: people read forwards."""
NEIGHBOUR_TOKENS = 1_200  # of all neighbours together, so that a message to the browser stays small
PARAMETER = "tokens"
NOT_CHOSEN = "No template is chosen for this dataset. Choose one on the page Training; then T shows each row as tokens."
STATUS = {
    "marked": "found by the marks of the template",
    "content": "found by the texts of the turns",
    "unsure": "unsure where a turn begins or ends",
    "none": "nothing is trained",
}


@dataclass(frozen=True)
class Tokens:
    """How a reader shows rows as tokens. `sides` gives, for the rows at some positions, what is drawn of each, one side
    or two; `why` is the reason why it cannot, in a sentence, else ""; `is_usual`: the reader begins with tokens."""

    sides: Callable[[pl.Series], Sequence[Sequence[Side]]]
    why: str = ""
    is_usual: bool = False

    def offered(self, state: object) -> dict[str, Any]:
        """What the reader has to know: `possible`, `why` not, `on`, `most`. It also writes the choice to the URL."""
        wish = _wish(state)
        asked = st.query_params.get(PARAMETER)
        is_on = bool(wish["on"]) if "on" in wish else asked == "1" or (self.is_usual and asked != "0")
        if is_on == self.is_usual:
            st.query_params.pop(PARAMETER, None)
        elif asked != str(int(is_on)):
            st.query_params[PARAMETER] = str(int(is_on))
        return {"possible": not self.why, "why": self.why, "on": is_on, "most": MAX_TOKENS}

    def add(self, payloads: Sequence[dict[str, Any]], rows: pl.Series, near: int, state: object) -> None:
        """Adds the tokens to the payload of the row at place `near`, and to those around it if they are short."""
        wish, left = _wish(state), MAX_TOKENS + NEIGHBOUR_TOKENS
        places = [near + step for step in ORDER if 0 <= near + step < len(payloads)]
        for place, sides in zip(places, self.sides(rows.gather(places)), strict=True):
            begin = wish.get("from", 0) if payloads[place]["id"] == wish.get("id") else 0
            view = token_view(sides, begin=begin if type(begin) is int else 0)
            cost = sum(len(side["tokens"]["pieces"]) for side in view["sides"] if side["tokens"])
            if place == near or cost <= left:
                payloads[place]["tokens"] = view
                left -= cost


def take_training_wish(state: object) -> bool:
    """Whether a reader asks for the page Training; each click counts once."""
    wish = state.get("train") if isinstance(state, Mapping) else None
    if wish is None or wish == st.session_state.get("training_wish_taken"):
        return False
    st.session_state["training_wish_taken"] = wish
    return True


def _wish(state: object) -> Mapping[str, Any]:
    wish = state.get("tokens") if isinstance(state, Mapping) else None
    return wish if isinstance(wish, Mapping) else {}


def tokens_of(dataset: Dataset, others: Sequence[tuple[str, Choice]] = (), *, is_usual: bool = False) -> Tokens:
    """How the rows of a dataset are shown as tokens: as the kept choice reads them, and beside that as `others` do,
    each with a title."""
    if not is_chosen(dataset):
        return Tokens(lambda rows: [()] * len(rows), NOT_CHOSEN, is_usual)
    kept = chosen(dataset)
    given = [(f"As chosen, rule {kept.rule}" if others else f"Rule {kept.rule}", kept), *others]

    def sides(rows: pl.Series) -> list[list[Side]]:
        held = list(dataset.canonical_frame([ROW_ID, *dataset.canonical], rows).iter_rows(named=True))
        hidden = [marks.hidden for marks in masking.marks(dataset, rows, held)]
        return [
            [side(title, how, row, values) for title, how in given] for row, values in zip(held, hidden, strict=True)
        ]

    def side(title: str, how: Choice, row: Mapping[str, Any], hidden: Sequence[str]) -> Side:
        read = _read(key_of(dataset, more=(repr(how), str(row[ROW_ID]))), dataset, how, row)
        return _side(title, why_estimated(dataset, how), read, hidden)

    return Tokens(sides, "", is_usual)


def why_estimated(dataset: Dataset, how: Choice) -> str:
    """Why the counts of tokens are estimates, in a sentence; "" where they are exact or the choice cannot be used."""
    reader = _reader(key_of(dataset, more=(repr(how),)), how)
    if isinstance(reader, str):
        return ""
    return estimated(reader.renderer.template, reader.tokenizer, Path(how.tokenizer).name)


def why_guessed(dataset: Dataset, how: Choice) -> str:
    """That the template's beginning and end tokens are guessed, in a sentence; "" where they are stated."""
    reader = _reader(key_of(dataset, more=(repr(how),)), how)
    return "" if isinstance(reader, str) else guessed_ends(reader.renderer.template)


@st.cache_resource(max_entries=16, show_spinner=False)
def _reader(key: Key, _how: Choice) -> Reader | str:
    """The reader of a choice, or why it cannot be used."""
    try:
        return Reader(_how)
    except WinnowError as error:
        return str(error)


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(key: Key, _dataset: Dataset, _how: Choice, _row: Mapping[str, Any]) -> RowTokens | str | None:
    reader = _reader(key_of(_dataset, more=(repr(_how),)), _how)
    return reader if isinstance(reader, str) else tokens_of_row(reader, _row)


def _side(title: str, why: str, read: RowTokens | str | None, hidden: Sequence[str]) -> Side:
    if isinstance(read, str):
        return Side(title, None, notes=[read])
    if read is None:
        return Side(title, None, notes=["Not looked at: this row is no chat and has no prompt."])
    if read.error:
        return Side(title, None, KnownValues(dict.fromkeys(hidden, DOT * 4))(read.error))
    row = TokenRow(
        read.text,
        [token.id for token in read.tokens],
        [token.start for token in read.tokens],
        [token.trained for token in read.tokens],
        [token.lost for token in read.tokens],
        [token.is_control for token in read.tokens],
        [
            TurnTokens(turn.role, turn.first_token, turn.last_token + 1)
            for turn in read.turns
            if turn.first_token is not None and turn.last_token is not None
        ],
    )
    title = f"{title} · {STATUS.get(read.status, read.status)}"
    notes = [why] if why else []
    notes += [f"The template leaves out without a word: {', '.join(read.dropped)}."] if read.dropped else []
    return Side(title, row, "", notes, places_in_rendering(read.text, hidden))
