"""Vectors to two coordinates: UMAP on a given graph of neighbours, the two main components where rows are few."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from analysis.embedding.nearest import Nearest, nearest, nearest_among
from analysis.embedding.vectors import Floats, distinct

EPOCHS = 200
FEW_ROWS = 16  # fewer distinct vectors have no useful neighbourhoods
PLACED_BY = 5  # fitted neighbours that determine the place of a placed row
BLOCK_ROWS = 50_000
SPREAD = 10.0  # half the width of a map by main components, about that of UMAP's


class Layout(NamedTuple):
    """Coordinates float32 [n, 2], and which rows were placed among the fitted ones afterwards."""

    places: Floats
    is_placed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def layout(vectors: Floats, *, neighbours: int, min_dist: float, fitted: int, seed: int) -> Layout:
    """The map of these unit vectors; equal ones share a place. The same for the same input, seed and machine."""
    first, which = distinct(vectors)
    order = np.random.default_rng(seed).permutation(len(first))
    chosen = np.sort(order[:fitted])
    rest = np.sort(order[fitted:])
    places = np.zeros((len(first), 2), np.float32)
    places[chosen] = _fitted(vectors[first[chosen]], neighbours, min_dist, seed)
    if len(rest):
        near = nearest_among(vectors[first[chosen]], vectors[first[rest]], PLACED_BY, seed)
        places[rest] = _between(near, places[chosen])
    is_placed = np.zeros(len(first), np.bool_)
    is_placed[rest] = True
    return Layout(places[which], is_placed[which])


def _between(near: Nearest, places: Floats) -> Floats:
    """The mean place of the most central neighbour and of the two neighbours nearest to it.

    The mean of all would be in the empty space between two groups as soon as one neighbour is of another group.
    """
    result = np.zeros((len(near.rows), 2), np.float32)
    for start in range(0, len(result), BLOCK_ROWS):
        around = places[near.rows[start : start + BLOCK_ROWS]]
        distances = np.linalg.norm(around[:, :, None] - around[:, None], axis=3)
        midst = distances.sum(2).argmin(1)
        order = np.argsort(np.take_along_axis(distances, midst[:, None, None], 1)[:, 0], axis=1, kind="stable")[:, :3]
        result[start : start + BLOCK_ROWS] = np.take_along_axis(around, order[:, :, None], 1).mean(1)
    return result


def _fitted(vectors: Floats, neighbours: int, min_dist: float, seed: int) -> Floats:
    if len(vectors) < FEW_ROWS:
        return _by_components(vectors)
    k = min(neighbours, len(vectors) - 1)
    return by_umap(vectors, nearest(vectors, k, seed), min_dist, seed)


def by_umap(vectors: Floats, near: Nearest, min_dist: float, seed: int) -> Floats:
    """UMAP (McInnes et al. 2018) on a given graph, started from the two main components."""
    with warnings.catch_warnings():  # that it uses one thread because of the seed, and that the graph has no index
        warnings.simplefilter("ignore")
        import umap

        k = near.rows.shape[1]
        graph = (near.rows.astype(np.int32), np.maximum(1 - near.cosine, 0).astype(np.float32))
        fitted = umap.UMAP(
            n_neighbors=k,
            metric="cosine",
            precomputed_knn=graph,
            init=_by_components(vectors),
            n_epochs=EPOCHS,
            min_dist=min_dist,
            random_state=seed,
        )
        places: Floats = fitted.fit_transform(vectors)
    return places.astype(np.float32)


def _by_components(vectors: Floats) -> Floats:
    """The two main components, scaled to a map's width; all zero where all vectors are equal."""
    places = np.zeros((len(vectors), 2), np.float32)
    if len(vectors) < 2:
        return places
    centred = vectors - vectors.mean(0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    main = directions[:, ::-1][:, :2]
    main = main * np.sign(main[np.abs(main).argmax(0), np.arange(main.shape[1])])  # a component's sign is arbitrary
    places[:, : main.shape[1]] = centred @ main
    width = np.abs(places).max()
    return places * np.float32(SPREAD / width if width > 1e-6 else 0)
