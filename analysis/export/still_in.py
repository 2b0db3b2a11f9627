"""What is still wrong with the rows that are to be exported: copies, and personal data that goes out as it is."""

from __future__ import annotations

from typing import NamedTuple

from analysis.duplicates.decisions import GROUP_OF
from analysis.export.exposure import Exposure
from analysis.export.waterfall import Chosen

SIGNALS = {"exact": "exact_duplicates", "near": "near_groups"}


class StillIn(NamedTuple):
    """Rows to export: `exact` that repeat another one of them, `near` that are nearly the same as another one, without
    those that repeat it, and `personal` with personal data that goes out as it is. Null where that was not looked for.
    """

    exact: int | None
    near: int | None
    personal: int | None


def still_in(chosen: Chosen, exposure: Exposure) -> StillIn:
    """The counts for the rows that are exported; copies are those of the source's texts."""
    exact, near = (_extra(chosen, kind) for kind in ("exact", "near"))
    looked = exposure.personal_data
    return StillIn(
        exact, None if near is None else max(near - (exact or 0), 0), None if looked is None else looked.as_it_is
    )


def _extra(chosen: Chosen, kind: str) -> int | None:
    """How many rows to export another row of their group precedes; null before the groups are computed."""
    if not chosen.dataset.has(chosen.dataset.signal(SIGNALS[kind])):
        return None
    groups = chosen.dataset.column(GROUP_OF[kind]).filter(chosen.mask).drop_nulls()
    return len(groups) - groups.n_unique()
