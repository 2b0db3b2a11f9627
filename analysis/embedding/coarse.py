"""Vectors without a model: hashed words and runs of letters, weighed by how rare they are, brought to 128 dimensions.

Latent semantic analysis (Deerwester et al. 1990) over hashed features (Weinberger et al. 2009). It is fitted to the
texts it is given, so vectors of two datasets cannot be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WIDTH = 128
FEATURES = 1 << 17  # buckets of the hash; half of them for words, half for runs of letters
MAX_CHARS = 2_000
FITTED_TEXTS, FITTED_CHARS = 50_000, 20_000_000
BLOCK_TEXTS = 10_000
RUN_WEIGHT = 0.5  # of a run of letters beside a word
RARENESS_POWER = 1.5  # of the inverse document frequency: rare words tell more than the usual weighing says


@dataclass(frozen=True)
class CoarseModel:
    """The way from a text to its vector: which features count, int32 [f], and what each adds, float32 [f, 128]."""

    features: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
    weights: Floats

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Unit vectors float32 [n, width]; zero for a text with no known feature."""
        made = np.zeros((len(texts), self.weights.shape[1]), np.float32)
        for at in range(0, len(texts), BLOCK_TEXTS):
            some = _counted(texts[at : at + BLOCK_TEXTS])
            made[at : at + BLOCK_TEXTS] = some[:, self.features] @ self.weights
        return unit(made)


def fit(texts: Sequence[str], seed: int = 0, width: int = WIDTH) -> CoarseModel:
    """Rareness and directions from these texts: of many, a sample drawn by the seed."""
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    if not texts:
        return CoarseModel(np.zeros(0, np.int32), np.zeros((0, width), np.float32))
    counted = _counted(_sample(texts, seed))
    found = np.bincount(counted.indices, minlength=FEATURES)
    features = np.flatnonzero(found).astype(np.int32)
    rareness = ((np.log((1 + counted.shape[0]) / (1 + found[features])) + 1) ** RARENESS_POWER).astype(np.float32)
    weighed = normalize(counted[:, features].multiply(rareness).tocsr(), copy=False)
    directions = np.zeros((width, len(features)), np.float32)
    _, _, found_ones = randomized_svd(weighed, min(width, *weighed.shape), n_iter=4, random_state=seed)
    directions[: len(found_ones)] = found_ones
    return CoarseModel(features, (directions * rareness).T.astype(np.float32).copy())


def _sample(texts: Sequence[str], seed: int) -> list[str]:
    order: Whole = np.arange(len(texts))
    if len(texts) > FITTED_TEXTS:
        order = np.sort(np.random.default_rng(seed).permutation(len(texts))[:FITTED_TEXTS])
    chars = np.cumsum([min(len(texts[i]), MAX_CHARS) for i in order])
    if len(order) and chars[-1] > FITTED_CHARS:
        order = order[:: int(np.ceil(chars[-1] / FITTED_CHARS))]
    return [texts[i] for i in order]


def _counted(texts: Sequence[str]) -> csr_matrix:
    """How often each text holds each feature, by its logarithm."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    settings = {"n_features": FEATURES // 2, "alternate_sign": False, "norm": None, "dtype": np.float32}
    cut = [text[:MAX_CHARS] for text in texts]
    words = HashingVectorizer(token_pattern=r"(?u)\w+", **settings).transform(cut)
    runs = HashingVectorizer(analyzer="char_wb", ngram_range=(4, 4), **settings).transform(cut)
    for kind, weight in ((words, 1.0), (runs, RUN_WEIGHT)):
        np.log1p(kind.data, out=kind.data)
        kind.data *= weight
    return hstack([words, runs], format="csr")
