"""Do the choices on one prompt form a cycle?"""

from __future__ import annotations

import numpy as np
import polars as pl


def cycles(choices: pl.DataFrame) -> pl.DataFrame:
    """The choices that are part of a cycle: `row`, `group` (first row of the cycle), `answers` (answers in the cycle).

    `choices` has a line per pair: `row`, `prompt`, `better`, `worse`, each except `row` of any type that can be
    compared, without nulls. A choice is part of a cycle when its two answers are in one strongly connected component of
    the graph "preferred to" of its prompt (Tarjan 1972). Two answers: the same pair was decided both ways.
    """
    several = choices.filter(pl.len().over("prompt") > 1, pl.col("better") != pl.col("worse"))
    sides = [several.select("prompt", answer=side) for side in ("better", "worse")]
    nodes = pl.concat(sides).unique(maintain_order=True).with_row_index("node")
    for side in ("better", "worse"):
        several = several.join(
            nodes.rename({"answer": side, "node": f"{side}_node"}),
            on=["prompt", side],
            how="left",
            maintain_order="left",
        )
    component = _components(several["better_node"].to_numpy(), several["worse_node"].to_numpy(), nodes.height)
    size = pl.Series(np.bincount(component), dtype=pl.UInt32)
    of = pl.Series("component", component, dtype=pl.UInt32)
    inside = several.with_columns(
        component=of.gather(several["better_node"]), other=of.gather(several["worse_node"])
    ).filter(pl.col("component") == pl.col("other"))
    return inside.select(
        "row",
        group=pl.col("row").min().over("component"),
        answers=size.gather(inside["component"]),
    )


def _components(better: np.ndarray, worse: np.ndarray, nodes: int) -> np.ndarray:
    """Which strongly connected component each node belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not nodes:
        return np.zeros(0, dtype=np.int64)
    graph = coo_array((np.ones(len(better), dtype=np.int8), (better, worse)), shape=(nodes, nodes)).tocsr()
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], dtype=np.int64)
