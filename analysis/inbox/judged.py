"""How did people answer about the rows of a finding, and how precise is it by these answers?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from analysis.annotations import Annotations
from analysis.dataset import Dataset
from analysis.findings import Finding
from analysis.signal import ROW_ID
from analysis.statistics.effects import wilson


class Precision(NamedTuple):
    """The share of real ones among the rows judged real or a false alarm, with its 95 % interval (Wilson 1927)."""

    share: float
    low: float
    high: float
    judged: int


@dataclass(frozen=True)
class Judged:
    """How many rows that show the finding have each answer; `disputed`: two people answered differently.

    `accepted_at`: when the latest of the accepted rows was accepted, null where none is. `gone`: rows that were judged
    in these data or another version of them, and are not in these data. `cleared`: such rows that are here, but do not
    show the finding.
    """

    real: int = 0
    false_alarms: int = 0
    accepted: int = 0
    disputed: int = 0
    gone: int = 0
    cleared: int = 0
    accepted_at: datetime | None = None

    @property
    def rows(self) -> int:
        """Rows judged real or a false alarm."""
        return self.real + self.false_alarms

    @property
    def precision(self) -> Precision | None:
        """Null before a row is judged real or a false alarm."""
        if not self.rows:
            return None
        low, high = wilson(self.real, self.rows)
        return Precision(self.real / self.rows, float(low), float(high), self.rows)

    @property
    def expected(self) -> float:
        """The precision to rank by, one half before any answer (the rule of succession, Laplace).

        >>> Judged().expected, Judged(real=8).expected
        (0.5, 0.9)
        """
        return (self.real + 1) / (self.rows + 2)


NOT_JUDGED = Judged()


def judged_rows(
    dataset: Dataset, findings: Mapping[str, Finding | None], notes: Annotations, versions: Sequence[str]
) -> dict[str, Judged]:
    """The answers on each of these findings that has any, by name; null for a finding that no row shows.

    `versions`: the fingerprints of other versions of the dataset.
    """
    names = [name for name in notes.judgements.revisions() if name in findings]
    answers = {name: notes.judgements.in_force(name) for name in names}
    places = _places(dataset, list(answers.values()))
    datasets = [dataset.fingerprint, *versions]
    judged = {}
    for name, frame in answers.items():
        here = frame.join(places, on="row_id")
        shown = here.filter(_shows(dataset, findings[name], here["row"]))
        given = frame.filter("holds", pl.col("dataset").is_in(datasets)).select("row_id").unique()
        present = given.join(places, on="row_id", how="semi").height
        cleared = present - given.join(shown, on="row_id", how="semi").height
        judged[name] = _counted(shown, given.height - present, cleared)
    return judged


def _places(dataset: Dataset, answers: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """`row_id`, `row`: the position of each row with an answer that is in the dataset."""
    ids = dataset.column(ROW_ID)
    asked = pl.concat([frame["row_id"] for frame in answers]).unique() if answers else pl.Series([], dtype=pl.String)
    rows = ids.is_in(asked.implode()).arg_true() if len(asked) else pl.Series([], dtype=pl.UInt32)
    return pl.DataFrame({"row_id": ids.gather(rows), "row": rows})


def _shows(dataset: Dataset, finding: Finding | None, rows: pl.Series) -> pl.Series:
    """Which of these rows show the finding."""
    mask = dataset.mask_of(finding.view) if finding else None
    return pl.repeat(bool(finding), len(rows), dtype=pl.Boolean, eager=True) if mask is None else mask.gather(rows)


def _counted(answers: pl.DataFrame, gone: int, cleared: int) -> Judged:
    in_force = answers.filter(pl.col("holds"))
    rows = dict(in_force["answer"].value_counts().iter_rows())
    latest = in_force.filter(pl.col("answer") == "accepted")["at"].max()
    disputed = answers.filter(pl.col("is_disputed"))["row_id"].n_unique()
    accepted_at = latest.replace(tzinfo=UTC) if isinstance(latest, datetime) else None
    real, false_alarms, accepted = (rows.get(answer, 0) for answer in ("real", "false alarm", "accepted"))
    return Judged(real, false_alarms, accepted, disputed, gone, cleared, accepted_at)
