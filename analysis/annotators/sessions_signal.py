"""In which session was each row made, at which position, and how long after the row before?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.errors import SignalError
from analysis.signal import Signal

MIDNIGHT = 86_400_000_000  # microseconds of a day: a moment that is a multiple of it was written as a date only
LONGEST_GAP = 60 * 24 * 366 * 100  # minutes


@dataclass(frozen=True)
class Sessions(
    Signal,
    name="sessions",
    version=1,
    reads=("moment",),
    roles=("annotator", "session"),
    adds={
        "session_group": pl.UInt32,
        "session_position": pl.UInt32,
        "session_rows": pl.UInt32,
        "seconds_since_previous": pl.Float64,
    },
    scope="dataset",
    cheap=True,
):
    """Sessions are those of the role session, per annotator; without it, rows of an annotator without a long pause.

    Such a session ends where more than `gap_minutes` pass until the annotator's next row; the same holds for rows
    whose session is missing. Rows are in order of time, whatever their order in the file; equal times keep the file's
    order, and so does a named session in which no row has a time.

    `session_group` is the position of the session's first row in the dataset, one number per session.
    `session_position` counts from 1, `session_rows` is the number of rows of the session. `seconds_since_previous` is
    null for the first row of a session and between two times that were written as dates only. All are null without an
    annotator, and for a row without a time, unless its session has no times at all. Times without a zone count as UTC,
    so a change of clocks or a mix of zones can split or join sessions.
    """

    annotator: str = ""
    session: str = ""
    gap_minutes: float = 30.0
    of_times: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.gap_minutes <= LONGEST_GAP:
            raise SignalError(
                f"gap_minutes is {self.gap_minutes!r}; a session ends after some minutes without a row, give a number "
                f"above 0 such as 30."
            )

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        placed = rows.select(
            "moment", who=_key("annotator", rows.schema), named=_key("session", rows.schema)
        ).with_row_index("row")
        placed = placed.filter(pl.col("who").is_not_null())
        is_timed, is_named = pl.col("moment").is_not_null(), pl.col("named").is_not_null()
        placed = placed.filter(is_timed | (is_named & ~is_timed.any().over("who", "named")))
        placed = placed.sort("who", "named", "moment", "row")
        since = pl.col("moment").diff().dt.total_microseconds()
        of_another = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift()) for key in ("who", "named"))
        late = ~is_named & (since > self.gap_minutes * 60e6)
        is_day = pl.col("moment").to_physical() % MIDNIGHT == 0
        placed = placed.with_columns(
            is_first=of_another.fill_null(True) | late.fill_null(False),
            since=since,
            between_days=is_day & is_day.shift(),
        ).with_columns(session=pl.col("is_first").cum_sum())
        sessions = placed.select(
            "row",
            session_group=pl.col("row").first().over("session"),
            session_position=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("session"),
            session_rows=pl.len().over("session").cast(pl.UInt32),
            seconds_since_previous=pl.when(~pl.col("is_first"), ~pl.col("between_days").fill_null(False)).then(
                pl.col("since") / 1e6
            ),
        )
        every = rows.select(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        return every.join(sessions, on="row", how="left", maintain_order="left").select(*self.adds)


def _key(role: str, schema: pl.Schema) -> pl.Expr:
    """A number per value of a role, of any type; null where it is missing or blank."""
    value = pl.col(role)
    is_present = value.is_not_null()
    if schema[role] == pl.String:
        is_present &= value.str.contains(r"\S")
    return pl.when(is_present).then(value.hash(seed=0)).alias(role)
