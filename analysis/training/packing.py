"""How many sequences do rows of these lengths fill when a trainer packs them, and what is cut or split on the way?

Every way but `wrapped` depends only on how often each length occurs, so it is counted over the histogram of lengths and
not over rows: a million rows take a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import TrainingError
from analysis.training.compiled import compiled

Counts = npt.NDArray[np.int64]

WAYS = {
    "bfd": "best fit decreasing; what is longer than a sequence is cut off (TRL's default)",
    "bfd_split": "best fit decreasing; what is longer than a sequence goes on in another one (TRL)",
    "wrapped": "rows end to end, cut wherever a sequence is full (TRL)",
    "knapsack": "each sequence takes the longest row that still fits, again and again (LLaMA-Factory)",
    "none": "each row is a sequence of its own, padded to the maximum length",
}


@dataclass(frozen=True)
class Packing:
    """`sequences` of `max_length` tokens each; tokens `kept` and `cut`, rows `rows_split` over several sequences."""

    way: str
    max_length: int
    sequences: int
    kept: int
    cut: int
    rows_split: int

    @property
    def efficiency(self) -> float:
        """Tokens kept, of all places in the sequences; 0 to 1, and 0 where there is no sequence."""
        places = self.sequences * self.max_length
        return self.kept / places if places else 0.0

    @property
    def padding_share(self) -> float:
        """Places that hold no token, of all places in the sequences."""
        return 1 - self.efficiency if self.sequences else 0.0


def pack(lengths: npt.ArrayLike, max_length: int, way: str = "bfd") -> Packing:
    """The packing of rows of these lengths, in tokens, in their order; rows without tokens are left out.

    All rows are packed together. TRL packs batches of 1,000 rows, which leaves a few more sequences partly empty.

        >>> pack([5, 2, 3, 1], 4).sequences, pack([5, 2, 3, 1], 4).cut
        (3, 1)

    Sources: TRL 1.16 `pack_dataset`; LLaMA-Factory `greedy_knapsack`. Raises TrainingError where the way is
    unknown or the maximum below 1.
    """
    if way not in WAYS:
        raise TrainingError(f"There is no packing {way!r}; known: {', '.join(WAYS)}.")
    if max_length < 1:
        raise TrainingError(f"A maximum length of {max_length} holds no token; give at least 1.")
    rows = np.asarray(lengths, dtype=np.int64)
    rows = rows[rows > 0]
    if way == "wrapped":
        ends = np.cumsum(rows)
        total = int(ends[-1]) if rows.size else 0
        split = int(np.count_nonzero((ends - 1) // max_length > (ends - rows) // max_length))
        return Packing(way, max_length, -(-total // max_length), total, 0, split)
    return pack_counts(np.bincount(rows) if rows.size else np.zeros(1, np.int64), max_length, way)


def pack_counts(counts: Counts, max_length: int, way: str = "bfd") -> Packing:
    """The same from `counts`, the number of rows of each length from 0 on; not for `wrapped`, which needs an order."""
    counts = np.asarray(counts, dtype=np.int64)
    lengths = np.arange(counts.size, dtype=np.int64)
    total = int((counts * lengths).sum())
    if way == "bfd_split":
        fitted, over = _split(counts, max_length)
    else:
        over = int(counts[max_length + 1 :].sum())
        fitted = _cut(counts, max_length)
    kept = int((fitted * np.arange(fitted.size)).sum())
    if way == "none":
        sequences = int(fitted[1:].sum())
    else:
        sequences = int(_knapsack(fitted) if way == "knapsack" else _best_fit(fitted))
    return Packing(way, max_length, sequences, kept, total - kept, over if way == "bfd_split" else 0)


def _cut(counts: Counts, max_length: int) -> Counts:
    """Rows by length once the longer ones are cut to the maximum: `max_length` + 1 counts."""
    fitted = np.zeros(max_length + 1, np.int64)
    shared = min(counts.size, max_length + 1)
    fitted[:shared] = counts[:shared]
    fitted[max_length] += counts[max_length + 1 :].sum()
    fitted[0] = 0
    return fitted


def _split(counts: Counts, max_length: int) -> tuple[Counts, int]:
    """Pieces by length once longer rows go on in another piece, and how many rows do."""
    fitted = np.zeros(max_length + 1, np.int64)
    shared = min(counts.size, max_length + 1)
    fitted[:shared] = counts[:shared]
    longer = np.arange(max_length + 1, counts.size)
    rows = counts[max_length + 1 :]
    fitted[max_length] += (rows * (longer // max_length)).sum()
    np.add.at(fitted, longer % max_length, rows)
    fitted[0] = 0
    return fitted, int(rows.sum())


@compiled
def _best_fit(counts: Counts) -> int:
    """Sequences of best fit decreasing, for at most as many tokens as `counts` has lengths above 0.

    A row goes into the sequence with the least room that holds it. Sequences with equal room are counted together: of
    rows of one length, each such sequence takes as many as it holds, before another one is touched.
    """
    capacity = counts.size - 1
    width = 1
    while width < capacity + 1:
        width *= 2
    with_room = np.zeros(capacity + 1, np.int64)  # sequences by the room that they have left
    tree = np.zeros(2 * width, np.int64)  # for each range of rooms: how many of its rooms some sequence has
    sequences = 0
    for length in range(capacity, 0, -1):
        left = counts[length]
        while left > 0:
            room = _least_room(tree, width, length)
            each = (room if room > 0 else capacity) // length
            if room > 0:
                several = min(with_room[room], left // each) if left >= each else 1
            else:
                several = left // each if left >= each else 1
            taken = each if left >= each else left
            if room > 0:
                with_room[room] -= several
                if with_room[room] == 0:
                    _mark(tree, width, room, -1)
            else:
                sequences += several
                room = capacity
            rest = room - taken * length
            if rest > 0:
                if with_room[rest] == 0:
                    _mark(tree, width, rest, 1)
                with_room[rest] += several
            left -= several * taken
    return sequences


@compiled
def _mark(tree: Counts, width: int, room: int, change: int) -> None:
    node = room + width
    while node >= 1:
        tree[node] += change
        node //= 2


@compiled
def _least_room(tree: Counts, width: int, least: int) -> int:
    """The smallest room of at least `least` that some sequence has; 0 where none has."""
    node = least + width
    if tree[node] > 0:
        return least
    while node > 1:
        if node % 2 == 0 and tree[node + 1] > 0:
            node += 1
            while node < width:
                node = 2 * node if tree[2 * node] > 0 else 2 * node + 1
            return node - width
        node //= 2
    return 0


@compiled
def _most_length(tree: Counts, width: int, most: int) -> int:
    """The greatest length of at most `most` that some row has; 0 where none has."""
    node = most + width
    if tree[node] > 0:
        return most
    while node > 1:
        if node % 2 == 1 and tree[node - 1] > 0:
            node -= 1
            while node < width:
                node = 2 * node + 1 if tree[2 * node + 1] > 0 else 2 * node
            return node - width
        node //= 2
    return 0


@compiled
def _knapsack(counts: Counts) -> int:
    """Sequences when each takes the longest row that still fits, until none does.

    Equal sequences are made at once: as many as the rows of every length in one of them allow.
    """
    capacity = counts.size - 1
    width = 1
    while width < capacity + 1:
        width *= 2
    tree = np.zeros(2 * width, np.int64)
    left = counts.copy()
    for length in range(1, capacity + 1):
        if left[length] > 0:
            _mark(tree, width, length, 1)
    chosen, used = np.zeros(capacity + 1, np.int64), np.zeros(capacity + 1, np.int64)
    sequences = 0
    while True:
        room, kinds = capacity, 0
        length = _most_length(tree, width, room)
        while length > 0:
            chosen[kinds], used[kinds] = length, min(room // length, left[length])
            room -= used[kinds] * length
            kinds += 1
            length = _most_length(tree, width, min(room, length - 1))
        if kinds == 0:
            return sequences
        times = left[chosen[0]] // used[0]
        for kind in range(1, kinds):
            times = min(times, left[chosen[kind]] // used[kind])
        for kind in range(kinds):
            left[chosen[kind]] -= times * used[kind]
            if left[chosen[kind]] == 0:
                _mark(tree, width, chosen[kind], -1)
        sequences += times
