"""Vectors without a model: hashed words and letter n-grams, weighted by rarity, reduced to 128 dimensions.

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
FEATURES = 1 << 17  # buckets of the hash; half of them for words, half for letter n-grams
MAX_CHARS = 2_000
FITTED_TEXTS, FITTED_CHARS = 50_000, 20_000_000
BLOCK_TEXTS = 10_000
RUN_WEIGHT = 0.5  # of a letter n-gram; a word has 1
RARENESS_POWER = 1.5  # of the inverse document frequency: rare words say more than the usual weight shows


@dataclass(frozen=True)
class CoarseModel:
    """What makes a vector of a text: the features it counts, int32 [f], and what each adds, float32 [f, 128]."""

    features: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
    weights: Floats

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Unit vectors float32 [n, width]; zero for a text with no known feature."""
        vectors = np.zeros((len(texts), self.weights.shape[1]), np.float32)
        for start in range(0, len(texts), BLOCK_TEXTS):
            some = _counted(texts[start : start + BLOCK_TEXTS])
            vectors[start : start + BLOCK_TEXTS] = some[:, self.features] @ self.weights
        return unit(vectors)


def fit(texts: Sequence[str], seed: int = 0, width: int = WIDTH) -> CoarseModel:
    """The model fitted to these texts, or to a sample drawn by the seed where they are many."""
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    if not texts:
        return CoarseModel(np.zeros(0, np.int32), np.zeros((0, width), np.float32))
    counted = _counted(_sample(texts, seed))
    occurrences = np.bincount(counted.indices, minlength=FEATURES)
    features = np.flatnonzero(occurrences).astype(np.int32)
    rareness = ((np.log((1 + counted.shape[0]) / (1 + occurrences[features])) + 1) ** RARENESS_POWER).astype(np.float32)
    weighed = normalize(counted[:, features].multiply(rareness).tocsr(), copy=False)
    directions = np.zeros((width, len(features)), np.float32)
    _, _, components = randomized_svd(weighed, min(width, *weighed.shape), n_iter=4, random_state=seed)
    directions[: len(components)] = components
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
    """The logarithm of 1 plus how often each text holds each feature."""
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
