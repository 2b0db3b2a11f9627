"""Which places are in a drawn area, and which few corners describe the area?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
CELLS = 128  # on each side of the grid; only places in cells near the border need the exact test
FEW_CORNERS = 64
DIGITS = 3


def is_inside(x: Floats, y: Floats, corners: Floats) -> Booleans:
    """Which places are in the polygon: a ray from them crosses its border an odd number of times. NaN is never inside.

    Whole cells of a grid are inside or outside; only places in a cell near the border are tested one by one.
    """
    low, high = corners.min(0), corners.max(0)
    inside = np.zeros(len(x), np.bool_)
    if not (high > low).all():
        return inside
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    size = (high - low) / CELLS
    column = np.minimum(((x[near] - low[0]) / size[0]).astype(np.int32), CELLS - 1)
    row = np.minimum(((y[near] - low[1]) / size[1]).astype(np.int32), CELLS - 1)
    is_mixed, is_full = _cells(corners, low, size)
    cell = row * CELLS + column
    inside[near] = is_full[cell]
    unsure = near[is_mixed[cell]]
    inside[unsure] = crossed(x[unsure], y[unsure], corners)
    return inside


def crossed(x: Floats, y: Floats, corners: Floats) -> Booleans:
    """Whether each point is inside: a line from it to one side crosses the outline an odd number of times."""
    odd = np.zeros(len(x), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            odd ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return odd


def _cells(corners: Floats, low: Floats, size: Floats) -> tuple[Booleans, Booleans]:
    """For each cell, whether the border may cross it, and whether its middle is inside."""
    mixed = np.zeros((CELLS + 2, CELLS + 2), np.bool_)
    ends = np.roll(corners, -1, axis=0)
    for a, b in zip((corners - low) / size, (ends - low) / size, strict=True):
        steps = int(np.ceil(np.abs(b - a).max() * 2)) + 1
        points = (a + (b - a) * np.linspace(0, 1, steps + 1)[:, None]).astype(np.int32).clip(0, CELLS - 1)
        for right in range(3):
            for up in range(3):
                mixed[points[:, 1] + up, points[:, 0] + right] = True
    middle = np.arange(CELLS) + 0.5
    x, y = np.meshgrid(low[0] + middle * size[0], low[1] + middle * size[1])
    return mixed[1:-1, 1:-1].ravel(), crossed(x.ravel(), y.ravel(), corners)


def area(x: Sequence[float], y: Sequence[float]) -> str:
    """The value of the operators on areas for a drawn line: `x,y;x,y;…`, at most 64 corners.

    A line with more keeps the corners at which it bends most (Ramer 1972, Douglas & Peucker 1973).
    """
    drawn = np.array([x, y], dtype=np.float64).T.round(DIGITS)
    drawn = drawn[np.append(True, (np.diff(drawn, axis=0) != 0).any(1))] if len(drawn) else drawn
    tolerance = float(np.ptp(drawn, axis=0).max(initial=0)) / 2_000
    kept = drawn
    while len(kept) > FEW_CORNERS:
        kept, tolerance = drawn[_bends(drawn, tolerance)], tolerance * 1.5
    return ";".join(f"{a:g},{b:g}" for a, b in kept)


def _bends(line: Floats, tolerance: float) -> list[int]:
    """The positions of the points to keep: no other point is farther from the line through them than the tolerance."""
    kept, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        along = line[last] - line[first]
        off = line[first + 1 : last] - line[first]
        length = float(np.hypot(*along))
        distance = np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / length if length else np.hypot(*off.T)
        farthest = int(distance.argmax())
        if distance[farthest] > tolerance:
            middle = first + 1 + farthest
            kept.add(middle)
            todo += [(first, middle), (middle, last)]
    return sorted(kept)
