"""Groups around kept rows, computed from pairs."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import F32, I64, U32, compiled


@compiled
def neighbours(a: U32, b: U32, similarity: F32, start: I64, other: U32, near: F32) -> None:
    """Lists each pair under both nodes: the neighbours of node x are other[start[x] : start[x + 1]]."""
    place = start[:-1].copy()
    for p in range(a.size):
        x, y = a[p], b[p]
        other[place[x]], near[place[x]] = y, similarity[p]
        other[place[y]], near[place[y]] = x, similarity[p]
        place[x] += 1
        place[y] += 1


@compiled
def lead(start: I64, other: U32, near: F32, order: I64, least: np.float32, leader: I64, best: F32) -> None:
    """In `order`, each node joins the most similar kept node before it, or is kept, and its neighbours can join it."""
    done = np.zeros(leader.size, np.uint8)
    for x in range(leader.size):
        leader[x], best[x] = x, -1.0
    for k in range(order.size):
        x = order[k]
        done[x] = 1
        if best[x] >= least:
            continue
        leader[x] = x
        for p in range(start[x], start[x + 1]):
            y = other[p]
            if not done[y] and near[p] >= least and near[p] > best[y]:
                best[y] = near[p]
                leader[y] = x


@compiled
def first_equal(a: U32, b: U32, similarity: F32, first: I64) -> None:
    """first[x] becomes the first row that equals x, over pairs sorted by `a` then `b`."""
    for p in range(a.size):
        if similarity[p] == np.float32(1) and first[b[p]] == b[p]:
            first[b[p]] = first[a[p]]


@compiled
def first_of_nodes(node: I64, order: I64, best: I64, by_rank: I64) -> None:
    """best[k] becomes the first row of node k in `order`; by_rank has the nodes in the order of their best rows."""
    best[:] = -1
    n = 0
    for i in range(order.size):
        k = node[order[i]]
        if k >= 0 and best[k] < 0:
            best[k] = order[i]
            by_rank[n] = k
            n += 1
