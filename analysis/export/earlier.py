"""What did an earlier version of a signal do, in the parameters of today?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.export.receipt import SignalUsed


class Earlier(NamedTuple):
    """The parameters that a `version` did not have yet, and the values that had another meaning, by parameter."""

    version: int
    added: Mapping[str, Any]
    renamed: Mapping[str, Mapping[Any, Any]] = {}


SIDES = {"over": "prompt+response", "judgements": "copies"}
EARLIER = {
    "exact_duplicates": Earlier(1, SIDES),
    "normalised_duplicates": Earlier(1, SIDES),
    "near_pairs": Earlier(1, {**SIDES, "boilerplate": "kept"}, {"boilerplate": {"aside": "anywhere"}}),
    "field_pairs": Earlier(1, {"empty_cells": "left_out"}),
}


def as_it_meant(used: SignalUsed) -> dict[str, Any]:
    """The parameters with which the signal of today gives the columns of the receipt."""
    earlier = EARLIER.get(used.name)
    if earlier is None or used.version > earlier.version:
        return dict(used.parameters)
    given = dict(used.parameters)
    for name, values in earlier.renamed.items():
        if name in given:
            given[name] = values.get(given[name], given[name])
    return {**earlier.added, **given}
