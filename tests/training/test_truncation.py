"""Is the right part of a row cut off, and are the numbers for all maximum lengths those of counting each row?"""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import TrainingError
from analysis.training.cuts import Cuts
from analysis.training.truncation import WAYS, infer_seqlen, truncate

# LLaMA-Factory, tests/data/processor/test_processor_utils.py at ff6d4d12.
CASES = [
    ((3000, 2000, 1000), (600, 400)),
    ((2000, 3000, 1000), (400, 600)),
    ((1000, 100, 1000), (900, 100)),
    ((100, 1000, 1000), (100, 900)),
    ((100, 500, 1000), (100, 500)),
    ((500, 100, 1000), (500, 100)),
    ((10, 10, 1000), (10, 10)),
]


@pytest.mark.parametrize(("given_", "kept"), CASES)
def test_the_cases_of_llamafactory(given_: tuple[int, int, int], kept: tuple[int, int]) -> None:
    assert infer_seqlen(*given_) == kept


def places(tokens: int, max_length: int, way: str, pairs: list[tuple[int, int]] | None = None) -> list[int]:
    """The positions that are lost."""
    return np.flatnonzero(truncate(tokens, max_length, way, pairs or [])).tolist()


def test_which_tokens_are_lost() -> None:
    assert places(5, 3, "keep_start") == [3, 4]
    assert places(5, 3, "keep_end") == [0, 1]
    assert places(5, 3, "drop") == [0, 1, 2, 3, 4]
    assert places(3, 3, "drop") == places(5, 0, "drop") == []
    assert places(0, 3, "keep_start") == []


def test_pairs_share_the_room() -> None:
    """4+4 at 6: both shrink to 3; of the second pair nothing is left, and the rest after it has no room."""
    assert places(12, 6, "llamafactory", [(4, 4), (1, 1)]) == [3, 7, 8, 9, 10, 11]
    assert places(12, 0, "llamafactory", [(4, 4), (1, 1)]) == []
    assert places(12, 11, "llamafactory", [(4, 4), (1, 1)]) == [11]


def test_an_unknown_way() -> None:
    with pytest.raises(TrainingError, match="no truncation 'middle'; known: keep_start, keep_end, drop, llamafactory"):
        truncate(3, 2, "middle")


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[int, list[tuple[int, int]]]]:
    """Rows as a length and runs of trained tokens that do not touch each other."""
    drawn = []
    for _ in range(draw(st.integers(0, 6))):
        runs, at = [], 0
        for _ in range(draw(st.integers(0, 3))):
            first = at + draw(st.integers(0, 5))
            at = first + draw(st.integers(1, 8))
            runs.append((first, at))
        drawn.append((at + draw(st.integers(0, 5)), runs))
    return drawn


def cuts_of(drawn: list[tuple[int, list[tuple[int, int]]]]) -> Cuts:
    lines = [(row, a, b - 1, b - a) for row, (_, runs) in enumerate(drawn) for a, b in runs]
    names = ("row", "first_trained", "last_trained", "trained")
    turns = pl.DataFrame(lines, schema=dict.fromkeys(names, pl.UInt32), orient="row")
    return Cuts(pl.Series([length for length, _ in drawn], dtype=pl.UInt32), turns)


@settings(max_examples=150, deadline=None)
@given(rows(), st.integers(0, 50), st.sampled_from(list(WAYS)))
def test_every_maximum_is_as_if_each_row_were_cut(
    drawn: list[tuple[int, list[tuple[int, int]]]], max_length: int, way: str
) -> None:
    lost_tokens = lost_trained = untrained = rows_cut = 0
    for length, runs in drawn:
        before = [0, *(end for _, end in runs)]
        pairs = [(first - start, end - first) for start, (first, end) in zip(before, runs, strict=False)]
        lost = truncate(length, max_length, way, pairs)
        is_trained = np.zeros(length, np.bool_)
        for first, end in runs:
            is_trained[first:end] = True
        lost_tokens += int(lost.sum())
        lost_trained += int((lost & is_trained).sum())
        untrained += not (is_trained & ~lost).any()
        rows_cut += bool(lost.any())
    found = cuts_of(drawn).at(max_length, way)
    assert (found.lost_tokens, found.lost_trained_tokens, found.untrained, found.rows_cut) == (
        lost_tokens, lost_trained, untrained, rows_cut,
    )  # fmt: skip


def test_a_gap_in_a_turn_is_said() -> None:
    turns = pl.DataFrame({"row": [0, 1], "first_trained": [1, 0], "last_trained": [3, 1], "trained": [2, 2]})
    assert cuts_of([(4, [(1, 4)])]).inexact_turns == 0
    assert Cuts(pl.Series([5, 5]), turns).inexact_turns == 1


def test_a_million_rows_answer_within_a_step_of_a_slider() -> None:
    random = np.random.default_rng(7)
    lengths = random.integers(50, 400, 1_000_000)
    first = np.stack([lengths // 3, lengths * 2 // 3], axis=1).ravel()
    last = first + 9
    row = np.repeat(np.arange(1_000_000), 2)
    turns = pl.DataFrame({"row": row, "first_trained": first, "last_trained": last, "trained": last - first + 1})
    cuts = Cuts(pl.Series(lengths), turns)
    for way in WAYS:
        cuts.at(200, way)
        started = time.process_time()
        cuts.at(201, way)
        assert time.process_time() - started < 0.5, way  # 150 ms is the aim; the machine is shared
