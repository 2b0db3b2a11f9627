"""Which rows are close together on the map? Clusters, groups of clusters, and unclustered rows."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
APART = -1
FITTED_PLACES = 50_000  # the time of HDBSCAN grows with the square of the places
SMALLEST = 15  # rows
GROUPS_POWER = 0.6  # power of the number of clusters that gives the number of groups: 36 clusters in 9, 120 in 18
NEAR_ENOUGH = 3.0  # times the median distance between neighbours; a row farther from a cluster is unclustered


class Clusters(NamedTuple):
    """For every row its cluster, int64, 0 the largest, -1 unclustered; confidence 0..1; and the group of clusters."""

    cluster: Whole
    confidence: Floats
    group: Whole


def smallest_cluster(rows: int, detail: float) -> int:
    """How many rows make a cluster: half the square root of all, or one in 500; fewer with more detail, at least 15."""
    return max(SMALLEST, round(max(math.sqrt(rows) / 2, rows / 500) / detail))


def find_clusters(vectors: Floats, places: Floats, is_placed: Booleans, detail: float, seed: int) -> Clusters:
    """Clusters of density (HDBSCAN, Campello et al. 2013) over float32 [n, 2], and groups of similar clusters.

    Fitted over distinct places; other rows join the cluster of the nearest one. A single place with enough rows for a
    cluster is a cluster. Groups join the clusters whose mean vectors are nearest (average linkage): large distances on
    a map mean little, those of vectors do.
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
    """Distinct places, the number of each row's, and how many rows are at each."""
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
    """The cluster of every place: its label where it was fitted, otherwise that of the nearest fitted place."""
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
    """The clusters with a new one for each unclustered place that holds enough rows."""
    heaps = np.flatnonzero((cluster == APART) & (rows_at >= smallest))
    joined, sure = cluster.copy(), confidence.copy()
    joined[heaps] = cluster.max(initial=APART) + 1 + np.arange(len(heaps))
    sure[heaps] = 1
    return joined, sure


def _groups(vectors: Floats, cluster: Whole) -> Whole:
    """The group of every row's cluster, numbered by rows, the largest 0; -1 for unclustered rows."""
    count = int(cluster.max(initial=APART)) + 1
    wanted = round(count**GROUPS_POWER)
    if count < 3:
        return cluster.copy()
    from sklearn.cluster import AgglomerativeClustering

    means = unit(np.array([vectors[cluster == number].mean(0) for number in range(count)]))
    joined = AgglomerativeClustering(n_clusters=wanted, metric="euclidean", linkage="average").fit_predict(means)
    return _by_size(np.append(joined, APART).astype(np.int64)[cluster])


def _by_size(cluster: Whole) -> Whole:
    """The same clusters numbered by their rows, the largest 0; of equal ones the earlier comes first."""
    numbers, first, rows = np.unique(cluster[cluster != APART], return_index=True, return_counts=True)
    order = np.lexsort((first, -rows))
    table = np.full(int(cluster.max(initial=APART)) + 2, APART)
    table[numbers[order] + 1] = np.arange(len(numbers))
    return table[cluster + 1]
