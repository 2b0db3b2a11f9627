"""When was each row created? One moment in UTC, from any notation of time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.signal import Signal

MOMENT = pl.Datetime("us", "UTC")
WITH_ZONE = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%a, %d %b %Y %H:%M:%S %z",
)
WITHOUT_ZONE = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y/%m/%dT%H:%M:%S%.f", "%a %b %d %H:%M:%S %Y")
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%b %d, %Y")
LARGEST_SECONDS = 1e11  # the year 5138; larger numbers count milliseconds, then micro- and nanoseconds
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, in seconds


@dataclass(frozen=True)
class Times(
    Signal,
    name="times",
    version=1,
    reads=(),
    roles=("created_at",),
    adds={"moment": MOMENT},
    cheap=True,
):
    """`moment` is the time of the role created_at in UTC; a time without a zone is taken as UTC.

    These are parsed: date and time types, ISO 8601 and RFC 2822 texts, days with the year first or with the month's
    name, and seconds, milli-, micro- or nanoseconds since 1970, distinguished by size. Null where there is no time or
    it cannot be parsed: 03/04/2024 may be a day in March or in April, and is not guessed.
    """

    created_at: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.select(moments(rows["created_at"]).alias("moment"))


def moments(times: pl.Series) -> pl.Series:
    """Times of any type as moments in UTC; null where they cannot be parsed."""
    dtype = times.dtype
    if isinstance(dtype, pl.Datetime):
        zoned = times.dt.convert_time_zone("UTC") if dtype.time_zone else times.dt.replace_time_zone("UTC")
        return zoned.cast(MOMENT)
    if dtype == pl.Date:
        return times.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if dtype.is_numeric():
        return _since_1970(times.cast(pl.Float64))
    if dtype == pl.String:
        return _written(times.str.strip_chars())
    return pl.Series(times.name, [None] * len(times), dtype=MOMENT)


def _written(times: pl.Series) -> pl.Series:
    """Moments of texts: each format is tried on the texts that the formats before could not parse."""
    moments = _since_1970(times.cast(pl.Float64, strict=False))
    ways = [*((way, True) for way in WITH_ZONE), *((way, False) for way in (*WITHOUT_ZONE, *DAYS))]
    spaced = times.str.replace(r"^(\d{4}.\d\d.\d\d) ", "${1}T") if len(times) else times
    for way, zoned in ways:
        left = moments.is_null() & times.is_not_null()
        if not left.any():
            break
        sought = (spaced if way[2:3] == "-" or way[2:3] == "/" else times).filter(left)
        if way in DAYS:
            read = sought.str.to_date(way, strict=False).cast(pl.Datetime("us"))
        else:
            read = sought.str.to_datetime(way, time_unit="us", strict=False)
        read = read.cast(MOMENT) if zoned else read.dt.replace_time_zone("UTC")
        moments = moments.scatter(left.arg_true(), read)
    return moments


def _since_1970(numbers: pl.Series) -> pl.Series:
    size = numbers.abs()
    unit = (
        pl.when(size < LARGEST_SECONDS)
        .then(1.0)
        .when(size < LARGEST_SECONDS * 1e3)
        .then(1e3)
        .when(size < LARGEST_SECONDS * 1e6)
        .then(1e6)
        .otherwise(1e9)
    )
    seconds = pl.select(numbers / unit).to_series()
    inside = seconds.is_between(EARLIEST, LATEST).fill_null(False)
    micros = (seconds.set(~inside, None) * 1e6).round().cast(pl.Int64)
    return micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(numbers.name)
