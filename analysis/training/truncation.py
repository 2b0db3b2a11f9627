"""Which tokens of a row does a trainer cut off at a maximum length?

Each way is defined once, over the trained and the other tokens of one row; `analysis.training.cuts` counts the same for
a whole dataset at every maximum length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.errors import TrainingError

WAYS = {
    "keep_start": "the first tokens stay (TRL's default)",
    "keep_end": "the last tokens stay (TRL)",
    "drop": "a longer row is left out (axolotl)",
    "llamafactory": "each prompt and its answer get a share of the room, the first pairs first (LLaMA-Factory)",
}
Pair = tuple[int, int]
"""Tokens of a prompt, and of the answer that follows it."""
Lost = npt.NDArray[np.bool_]


def known_way(way: str) -> str:
    """The way itself. Raises TrainingError where it is not known."""
    if way not in WAYS:
        raise TrainingError(f"There is no truncation {way!r}; known: {', '.join(WAYS)}.")
    return way


def infer_seqlen(source: int, target: int, cutoff: int) -> Pair:
    """How many tokens of a prompt and of its answer stay within `cutoff`, by LLaMA-Factory's rule of that name.

    An answer shorter than half the room stays whole; else a prompt shorter than half the room does; else both shrink in
    the same proportion.

        >>> infer_seqlen(3000, 2000, 1000), infer_seqlen(1000, 100, 1000)
        ((600, 400), (900, 100))
    """
    if 2 * target < cutoff:
        room = cutoff
    elif 2 * source < cutoff:
        room = cutoff - source
    else:
        room = int(cutoff * (target / (source + target)))
    kept = min(room, target)
    return min(max(cutoff - kept, 0), source), kept


def truncate(tokens: int, max_length: int, way: str = "keep_start", pairs: Sequence[Pair] = ()) -> Lost:
    """For each of a row's tokens whether it is cut off. A `max_length` of 0 cuts nothing.

    `pairs`, for `llamafactory`, are the lengths of prompts and answers in the order of the row; what follows the last
    answer is a prompt without one. Raises TrainingError where the way is unknown.
    """
    lost = np.zeros(tokens, dtype=np.bool_)
    if known_way(way) == "llamafactory":
        return _by_pairs(lost, max_length, pairs) if max_length else lost
    if not max_length or tokens <= max_length:
        return lost
    if way == "keep_start":
        lost[max_length:] = True
    elif way == "keep_end":
        lost[: tokens - max_length] = True
    else:
        lost[:] = True
    return lost


def _by_pairs(lost: Lost, max_length: int, pairs: Sequence[Pair]) -> Lost:
    """Source: LLaMA-Factory `SupervisedDatasetProcessor`: pair after pair, until the room is used up."""
    rest = len(lost) - sum(map(sum, pairs))
    room, start = max_length, 0
    for source, target in [*pairs, (rest, 0)]:
        kept_source, kept_target = infer_seqlen(source, target, room) if room > 0 else (0, 0)
        lost[start + kept_source : start + source] = True
        lost[start + source + kept_target : start + source + target] = True
        start += source + target
        room -= kept_source + kept_target
    return lost
