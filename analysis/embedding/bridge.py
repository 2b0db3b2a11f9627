"""A regression from coarse vectors to the model's vectors, learnt on a sample: for datasets too large for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.embedding import coarse
from analysis.embedding.nearest import exact
from analysis.embedding.vectors import Floats, unit

WIDTH = 512  # of the coarse vectors it reads: four times the tier's width finds a fifth more of the neighbours
NEIGHBOURS = 10
HELD_OUT_SHARE, HELD_OUT_MOST = 0.2, 4_000
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
CLEARLY_BETTER = 1.15  # the overlap of neighbours must be at least this many times that of the coarse vectors


@dataclass(frozen=True)
class Bridge:
    """A ridge regression, float32 [wide, semantic], and how good it is on held-out rows.

    `overlap_share`: of the ten nearest by the model, the share that the bridge finds too; `coarse_share`: the share
    that coarse vectors find; among `held_out` rows.
    """

    weights: Floats
    bias: Floats
    overlap_share: float
    coarse_share: float
    held_out: int

    @property
    def is_clearly_better(self) -> bool:
        """Whether it is clearly better than coarse vectors alone; False where too few rows were held out."""
        return self.held_out > NEIGHBOURS and self.overlap_share >= CLEARLY_BETTER * self.coarse_share

    @property
    def refusal(self) -> str:
        """The sentence that explains why this bridge is not built."""
        if self.held_out <= NEIGHBOURS:
            return (
                f"{self.held_out} held-out texts are too few to measure a bridge; choose the tier semantic or coarse."
            )
        return (
            f"Of the model's {NEIGHBOURS} nearest the bridge finds {self.overlap_share:.3f}, the tier coarse alone "
            f"{self.coarse_share:.3f}, among {self.held_out:,} texts held out; a bridge is built only where it finds "
            f"{CLEARLY_BETTER} times as many. Choose the tier semantic, or coarse."
        )

    def vectors(self, wide: Floats) -> Floats:
        """Unit vectors in the space of the model."""
        return unit(wide @ self.weights + self.bias)


def learn(wide: Floats, semantic: Floats, seed: int = 0) -> Bridge:
    """The bridge over these rows, some held out to measure it; the penalty is chosen on rows of the fitted part.

    `wide`: coarse vectors of up to WIDTH numbers; the first numbers are those of the tier coarse.
    """
    held_out = min(max(int(len(wide) * HELD_OUT_SHARE), 1), HELD_OUT_MOST)
    order = np.random.default_rng(seed).permutation(len(wide))
    test, train = order[:held_out], order[held_out:]
    choosing, fitted = train[: max(len(train) // 10, 1)], train[max(len(train) // 10, 1) :]

    def error(penalty: float) -> float:
        weights, bias = _ridge(wide[fitted], semantic[fitted], penalty)
        return -float((unit(wide[choosing] @ weights + bias) * semantic[choosing]).sum())

    penalty = min(PENALTIES, key=error) if len(fitted) else PENALTIES[-1]
    weights, bias = _ridge(wide[train], semantic[train], penalty)
    predicted, alone = unit(wide[test] @ weights + bias), unit(wide[test][:, : coarse.WIDTH])
    return Bridge(weights, bias, overlap(predicted, semantic[test]), overlap(alone, semantic[test]), held_out)


def _ridge(x: Floats, y: Floats, penalty: float) -> tuple[Floats, Floats]:
    if not len(x):
        return np.zeros((x.shape[1], y.shape[1]), np.float32), np.zeros(y.shape[1], np.float32)
    from sklearn.linear_model import Ridge

    fitted = Ridge(alpha=penalty).fit(x, y)
    return fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)


def overlap(vectors: Floats, reference: Floats, k: int = NEIGHBOURS) -> float:
    """The share of each row's `k` nearest by the reference that are also among its `k` nearest by `vectors`; 0..1."""
    k = min(k, len(vectors) - 1)
    if k < 1:
        return 0.0
    a, b = exact(vectors, vectors, k + 1).rows[:, 1:], exact(reference, reference, k + 1).rows[:, 1:]
    return float((a[:, :, None] == b[:, None, :]).any(2).mean())


def sample(count: int, size: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """`size` of the numbers 0 to `count` - 1, ascending, drawn by the seed."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:size])


def bridged(model: coarse.CoarseModel, texts: Sequence[str], bridge: Bridge, block: int = 20_000) -> Floats:
    """The vectors of all texts by the bridge, block by block."""
    vectors = np.empty((len(texts), bridge.weights.shape[1]), np.float32)
    for start in range(0, len(texts), block):
        vectors[start : start + block] = bridge.vectors(model.vectors(texts[start : start + block]))
    return vectors
