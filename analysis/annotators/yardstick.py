"""Who is far from the others, if those who are far do not count among the others?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from analysis.annotators.labels import Numbers
from analysis.statistics.effects import FALSE_DISCOVERIES, adjusted

Flags = npt.NDArray[np.bool_]

SMALL = 0.2  # standard deviations; Cohen's (1988) small effect: only greater ones are reported as far
_ROUNDS = 20


class Compared(NamedTuple):
    """One place per person and measure (people by measures).

    The estimate in the measure's own unit, its 95% interval, the p-value of "no difference", the estimate in standard
    deviations, and the p-value of "no more than SMALL"; after `far_from_the_rest` also `q`. Not-a-number: too few.
    """

    own: Numbers
    rest: Numbers
    n: Numbers
    difference: Numbers
    low: Numbers
    high: Numbers
    p: Numbers
    effect: Numbers
    p_small: Numbers
    compared: npt.NDArray[np.int8]


def p_of_small(effect: ArrayLike, error: ArrayLike, freedom: ArrayLike) -> Numbers:
    """p-value of "the true effect is no greater than SMALL, either way", by t (Hodges and Lehmann 1954).

    A difference that is certain but tiny has a large p here; with many labels every difference is certain.
    """
    from scipy.special import stdtr

    with np.errstate(all="ignore"):
        size, error = np.abs(np.asarray(effect, float)), np.asarray(error, float)
        p = stdtr(freedom, (SMALL - size) / error) + stdtr(freedom, (-SMALL - size) / error)
        return np.asarray(np.where(error == 0, np.where(size > SMALL, 0.0, 1.0), np.minimum(p, 1.0)))


def far_from_the_rest(compare: Callable[[Flags], Compared], judged: Flags) -> tuple[Compared, Numbers, Flags]:
    """What `compare` gives against the others who count, its q-values, and which places are far (q at most 0.05).

    `compare` gets who counts among the others. First all of `judged` do. Those who are far, by at least half as much as
    the farthest who still counts, then no longer count, and all are compared again until no one is added; those left
    out are still compared themselves. Half of the people or more are never left out: too few others would remain. q is
    p_small after Benjamini and Hochberg over all places.
    """
    counts = judged.copy()
    for _ in range(_ROUNDS):
        compared = compare(counts)
        q = adjusted(compared.p_small)
        far = q <= FALSE_DISCOVERIES
        size = np.where(far, np.abs(compared.effect), 0.0).max(axis=1, initial=0.0) * counts
        leave = (size > 0) & (size >= size.max(initial=0.0) / 2)
        if not leave.any() or 2 * (judged & (~counts | leave)).sum() >= judged.sum():
            break
        counts = counts & ~leave
    return compared, q, far
