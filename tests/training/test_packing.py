"""Do the packings fill as many sequences as the trainers that they are named after?"""

from __future__ import annotations

import bisect
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import TrainingError
from analysis.training.packing import WAYS, pack

LENGTHS = st.lists(st.integers(0, 40), max_size=60)


def best_fit(lengths: list[int], capacity: int) -> int:
    """The definition, row by row."""
    rooms: list[int] = []
    for length in sorted(lengths, reverse=True):
        fitting = [room for room in rooms if room >= length]
        if fitting:
            rooms.remove(min(fitting))
        rooms.append((min(fitting) if fitting else capacity) - length)
    return len(rooms)


def knapsack(lengths: list[int], capacity: int) -> int:
    """The definition, row by row."""
    left, sequences = sorted(lengths), 0
    while left:
        sequences, room = sequences + 1, capacity
        while (at := bisect.bisect(left, room)) > 0:
            room -= left.pop(at - 1)
    return sequences


def test_the_example_of_trl() -> None:
    cut = pack([5, 2, 3, 1], 4, "bfd")
    assert (cut.sequences, cut.kept, cut.cut, cut.rows_split) == (3, 10, 1, 0)
    split = pack([5, 2, 3, 1], 4, "bfd_split")
    assert (split.sequences, split.kept, split.cut, split.rows_split) == (3, 11, 0, 1)
    assert (cut.efficiency, split.efficiency) == (10 / 12, 11 / 12)
    assert cut.padding_share == pytest.approx(2 / 12)


def test_rows_end_to_end() -> None:
    """5 | 2 | 3 | 1 at 4: the first row lies over 0-4, the third over 7-9, the second fills 5-6."""
    wrapped = pack([5, 2, 3, 1], 4, "wrapped")
    assert (wrapped.sequences, wrapped.kept, wrapped.cut, wrapped.rows_split) == (3, 11, 0, 2)


def test_without_packing_each_row_is_padded() -> None:
    alone = pack([5, 2, 3, 1, 0], 4, "none")
    assert (alone.sequences, alone.kept, alone.cut, alone.efficiency) == (4, 10, 1, 10 / 16)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_to_pack(way: str) -> None:
    empty = pack([], 8, way)
    assert (empty.sequences, empty.kept, empty.cut, empty.efficiency, empty.padding_share) == (0, 0, 0, 0.0, 0.0)


@settings(max_examples=150, deadline=None)
@given(LENGTHS, st.integers(1, 30))
def test_counting_equal_lengths_together_changes_nothing(lengths: list[int], capacity: int) -> None:
    whole = [min(length, capacity) for length in lengths if length]
    assert pack(lengths, capacity, "bfd").sequences == best_fit(whole, capacity)
    assert pack(lengths, capacity, "knapsack").sequences == knapsack(whole, capacity)
    pieces = [p for n in lengths for p in [capacity] * (n // capacity) + [n % capacity] if p]
    assert pack(lengths, capacity, "bfd_split").sequences == best_fit(pieces, capacity)


@settings(max_examples=80, deadline=None)
@given(LENGTHS, st.integers(1, 30), st.sampled_from(list(WAYS)))
def test_every_token_is_kept_or_cut(lengths: list[int], capacity: int, way: str) -> None:
    packing = pack(lengths, capacity, way)
    assert packing.kept + packing.cut == sum(lengths)
    assert packing.kept <= packing.sequences * capacity
    assert 0 <= packing.efficiency <= 1
    if way in ("wrapped", "bfd_split"):
        assert packing.cut == 0
    else:
        assert packing.cut == sum(max(length - capacity, 0) for length in lengths)


def test_a_million_rows_are_packed_within_a_step_of_a_slider() -> None:
    lengths = np.random.default_rng(7).lognormal(5.3, 1, 1_000_000).astype(np.int64)
    for way in WAYS:
        pack(lengths[:100], 64, way)  # compiled
    for way in WAYS:
        for capacity in (512, 8_192, 131_072):
            started = time.process_time()
            pack(lengths, capacity, way)
            assert time.process_time() - started < 0.5, (way, capacity)  # 150 ms is the aim; the machine is shared


def test_what_cannot_be_packed() -> None:
    with pytest.raises(TrainingError, match="no packing 'tight'; known: bfd"):
        pack([1], 4, "tight")
    with pytest.raises(TrainingError, match="holds no token"):
        pack([1], 0)
