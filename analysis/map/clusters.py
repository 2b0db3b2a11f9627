"""Which rows lie densely together on the map? Clusters, groups of clusters, and the rows apart from all."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
APART = -1
FITTED_PLACES = 50_000  # the time of HDBSCAN grows with the square of the places
SMALLEST = 15  # rows
GROUPS_POWER = 0.6  # of the number of clusters gives that of groups: 36 clusters in 9, 120 in 18
NEAR_ENOUGH = 3.0  # times the usual distance between neighbours; a row farther from a cluster's places stays apart


class Clusters(NamedTuple):
    """For every row its cluster, int64, -1 apart, 0 the largest; confidence 0..1; and the group of clusters."""

    cluster: Whole
    confidence: Floats
    group: Whole


def smallest_cluster(rows: int, detail: float) -> int:
    """How many rows make a cluster: half the root of all, or one in 500; fewer with more detail, never under 15."""
    return max(SMALLEST, round(max(math.sqrt(rows) / 2, rows / 500) / detail))


def find_clusters(vectors: Floats, places: Floats, is_placed: Booleans, detail: float, seed: int) -> Clusters:
    """Clusters of density (HDBSCAN, Campello et al. 2013) over float32 [n, 2], and groups of clusters alike in meaning.

    Fitted over distinct places; other rows join the cluster of the nearest one. A single place that holds as many rows
    as make a cluster is one. Groups join the clusters whose mean vectors are nearest (average linkage): far places on
    a map say little, vectors do.
    """
    n = len(places)
    if n < SMALLEST:
        return Clusters(np.full(n, APART), np.zeros(n, np.float32), np.full(n, APART))
    smallest = smallest_cluster(n, detail)
    kept, which, rows_at = _distinct(places)
    candidates = np.unique(which[~is_placed])
    fitted = np.sort(np.random.default_rng(seed).permutation(candidates)[:FITTED_PLACES])
    label, sure = _by_density(kept[fitted], max(round(smallest * len(fitted) / len(kept)), 5))
    every, confidence = _with_heaps(*_joined(kept, fitted, label, sure), rows_at, smallest)
    cluster = _by_size(every[which])
    return Clusters(
        cluster, np.where(cluster == APART, 0, confidence[which]).astype(np.float32), _groups(vectors, cluster)
    )


def _distinct(places: Floats) -> tuple[Floats, Whole, Whole]:
    """Distinct places, the number of each row's, and how many rows lie at each."""
    kept, which, counts = np.unique(
        np.ascontiguousarray(places).view(np.complex64).ravel(), return_inverse=True, return_counts=True
    )
    return kept.view(np.float32).reshape(-1, 2), which.astype(np.int64), counts.astype(np.int64)


def _by_density(places: Floats, smallest: int) -> tuple[Whole, Floats]:
    if len(places) < max(2 * smallest, SMALLEST):
        return np.full(len(places), APART), np.zeros(len(places), np.float32)
    from sklearn.cluster import HDBSCAN

    fitted = HDBSCAN(min_cluster_size=smallest, min_samples=min(10, smallest), copy=True).fit(places)
    return fitted.labels_.astype(np.int64), fitted.probabilities_.astype(np.float32)


def _joined(kept: Floats, fitted: Whole, label: Whole, sure: Floats) -> tuple[Whole, Floats]:
    """The cluster of every place: its own where it was fitted, otherwise that of the nearest fitted one."""
    every, confidence = np.full(len(kept), APART), np.zeros(len(kept), np.float32)
    every[fitted], confidence[fitted] = label, sure
    rest = np.setdiff1d(np.arange(len(kept)), fitted, assume_unique=True)
    if len(rest) and len(fitted):
        from scipy.spatial import cKDTree

        tree = cKDTree(kept[fitted])
        usual = float(np.median(tree.query(kept[fitted], k=min(11, len(fitted)))[0][:, -1]))
        distance, near = tree.query(kept[rest])
        is_near = distance <= NEAR_ENOUGH * usual
        every[rest] = np.where(is_near, label[near], APART)
        confidence[rest] = np.where(is_near, sure[near], 0)
    return every, confidence


def _with_heaps(cluster: Whole, confidence: Floats, rows_at: Whole, smallest: int) -> tuple[Whole, Floats]:
    """A cluster for each single place, apart from all, that holds rows enough for one."""
    heaps = np.flatnonzero((cluster == APART) & (rows_at >= smallest))
    made, sure = cluster.copy(), confidence.copy()
    made[heaps] = cluster.max(initial=APART) + 1 + np.arange(len(heaps))
    sure[heaps] = 1
    return made, sure


def _groups(vectors: Floats, cluster: Whole) -> Whole:
    """The group of every row's cluster, numbered by rows; -1 for rows apart."""
    count = int(cluster.max(initial=APART)) + 1
    wanted = round(count**GROUPS_POWER)
    if count < 3:
        return cluster.copy()
    from sklearn.cluster import AgglomerativeClustering

    means = unit(np.array([vectors[cluster == number].mean(0) for number in range(count)]))
    joined = AgglomerativeClustering(n_clusters=wanted, metric="euclidean", linkage="average").fit_predict(means)
    return _by_size(np.append(joined, APART).astype(np.int64)[cluster])


def _by_size(cluster: Whole) -> Whole:
    """The same clusters numbered by their rows, the largest 0; among equals the one that comes first."""
    numbers, first, rows = np.unique(cluster[cluster != APART], return_index=True, return_counts=True)
    order = np.lexsort((first, -rows))
    table = np.full(int(cluster.max(initial=APART)) + 2, APART)
    table[numbers[order] + 1] = np.arange(len(numbers))
    return table[cluster + 1]
