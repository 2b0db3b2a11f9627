"""Does an annotator's work change during a session: agreement, length, variety of labels, speed?

That order changes judgements is shown by Beck, Eckman, Ma, Chew and Kreuter (Order Effects in Annotation Tasks, 2024).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.annotators.consensus import agreement_with_others, votes_of
from analysis.annotators.labels import Codes, Labels, Numbers
from analysis.annotators.shapes import kinds_of
from analysis.statistics.effects import CONFIDENCE, FALSE_DISCOVERIES, adjusted

MEASURES = ("agreement", "length", "variety", "seconds")
LOGARITHMIC = ("length", "seconds")  # averaged as logarithms of 1 + the value: one long text must not outweigh the rest
OF_CARE = ("agreement", "length", "variety")  # a fall suggests fatigue; more speed may be practice
MIN_ROWS = 30  # of one annotator and measure, in sessions of two rows or more
MIN_SESSIONS = 10  # of fewer, errors clustered by session are far too small or too wide
STEP = 10  # rows; changes are reported per so many
TINY = 1e-9  # a smaller spread, relative to the values, is rounding error


def measures_of(labels: Labels, facts: pl.DataFrame, level: str) -> pl.DataFrame:
    """The values to follow through sessions, a line per row: `row, annotator, session, position`, and the `MEASURES`.

    `agreement` with the others on the same item, 0 to 1: for the level nominal with their majority (a tie counts in
    parts), else 1 minus the distance from their mean, as a share of the distance between the lowest and the highest
    score of all. `length` of the response. `variety`: the surprisal of the label in bits, the negative logarithm of its
    share among the annotator's own labels (many different numbers are put into bins); its mean over all rows is the
    entropy of the labels. `seconds` since the row before. Null where a row has none. Rows without a place in a session
    are left out. `facts` come from `profiles.facts_in`.
    """
    placed = facts.filter(pl.col("session_group").is_not_null(), pl.col("session_position").is_not_null()).select(
        "row",
        "annotator",
        "length",
        session="session_group",
        position="session_position",
        seconds="seconds_since_previous",
    )
    once = labels.once()
    if level != "nominal" and once.numbers is not None:
        agreement = _nearness(once, once.numbers)
    else:
        agreement = agreement_with_others(votes_of(labels))
    agreed = pl.DataFrame({"row": once.rows, "agreement": agreement}).cast({"row": pl.UInt32})
    surprisals = pl.DataFrame({"row": labels.rows, "variety": _surprisal(labels)}).cast({"row": pl.UInt32})
    wide = placed.join(agreed, on="row", how="left", maintain_order="left").join(
        surprisals, on="row", how="left", maintain_order="left"
    )
    values = [pl.col(name).cast(pl.Float64).fill_nan(None) for name in MEASURES]
    return wide.select("row", "annotator", "session", "position", *values)


def _nearness(once: Labels, numbers: Numbers) -> Numbers:
    """How near each score is to the mean of the others' on that item, 1 for equal; nan without other scores."""
    if not len(once):
        return np.zeros(0)
    score = numbers[once.label]
    n = np.bincount(once.item)[once.item] - 1
    middle = float(np.median(score))
    total = np.bincount(once.item, score - middle)[once.item] - (score - middle)
    with np.errstate(all="ignore"):
        distance = np.abs(score - middle - total / n)
    return np.asarray(np.where(n > 0, 1 - distance / (float(np.ptp(score)) or 1.0), np.nan))


def _surprisal(labels: Labels) -> Numbers:
    if not len(labels):
        return np.zeros(0)
    kinds = kinds_of(labels)
    given = labels.annotator * len(kinds.names) + kinds.of_value[labels.label]
    share = np.bincount(given)[given] / np.bincount(labels.annotator)[labels.annotator]
    return np.asarray(np.abs(np.log2(share)))


def by_position(measured: pl.DataFrame, annotator: str | None = None, width: int = 10) -> pl.DataFrame:
    """The measures at the 1st to 10th row of a session, the 11th to 20th, and so on; of one annotator or of all.

    `measure`, `first` and `last` position, `rows`, `sessions`, `value` with its 95% interval `low` to `high`, and
    `is_clustered`: from ten sessions on the error is clustered by session, since its rows are similar (Liang and Zeger
    1986, t with sessions - 1 degrees of freedom), else rows count as independent. No interval for a single row. Only
    long sessions have late positions. Length and seconds are averaged as logarithms of 1 + the value and reported in
    their own units.
    """
    from scipy.special import stdtrit

    rows = measured if annotator is None else measured.filter(pl.col("annotator") == annotator)
    first = (pl.col("position") - 1) // width * width + 1
    tables = []
    for name in MEASURES:
        binned = rows.select("session", first=first, y=_averaged(name)).drop_nulls("y")
        binned = binned.with_columns(away=pl.col("y") - pl.col("y").mean().over("first"))
        per_session = binned.group_by("first", "session").agg(
            pl.col("y", "away").sum(), squares=(pl.col("away") ** 2).sum(), rows=pl.len()
        )
        n, sessions = pl.col("rows").sum(), pl.len()
        is_clustered = sessions >= MIN_SESSIONS
        units = pl.when(is_clustered).then(sessions).otherwise(n)
        sum_of_squares = pl.when(is_clustered).then((pl.col("away") ** 2).sum()).otherwise(pl.col("squares").sum())
        bins = per_session.group_by("first").agg(
            n.alias("rows"),
            sessions=sessions,
            value=pl.col("y").sum() / n,
            freedom=units.cast(pl.Float64) - 1,
            error=(sum_of_squares * units / (units.cast(pl.Float64) - 1)).sqrt() / n,
            is_clustered=is_clustered,
        )
        t = stdtrit(bins["freedom"].to_numpy(), 0.5 + CONFIDENCE / 2)
        reach = (pl.Series("reach", t) * bins["error"]).fill_nan(None)
        ends = {"value": pl.col("value"), "low": pl.col("value") - reach, "high": pl.col("value") + reach}
        highest = 1.0 if name == "agreement" else None
        shown = [_in_original_units(end, name).clip(0.0, highest).alias(end_name) for end_name, end in ends.items()]
        tables.append(
            bins.select(
                pl.lit(name).alias("measure"),
                "first",
                (pl.col("first") + width - 1).alias("last"),
                "rows",
                "sessions",
                *shown,
                "is_clustered",
            ).sort("first")
        )
    return pl.concat(tables)


def slopes(measured: pl.DataFrame) -> pl.DataFrame:
    """How each annotator's measures change with the position in the session; smallest p first.

    A line per annotator and measure with thirty rows or more: `annotator`, `measure`, `rows`, `sessions`, `change` per
    ten rows with its 95% interval `low` to `high` (of length and seconds as a ratio minus 1), `effect`, the same in
    standard deviations, `p`, `q`, `is_significant`, `is_tired`. By least squares on the position with an intercept per
    session, so that only what changes within sessions counts. The errors are robust to unequal spread (HC3, MacKinnon
    and White 1985), with t: one annotator has too few sessions for errors clustered by session. q is p after
    Benjamini and Hochberg over annotators and measures. `is_tired`: q is at most 0.05, and agreement, length or variety
    falls. No line where a measure does not vary.
    """
    names, who = _coded(measured["annotator"])
    fitted = _fitted(measured, who, len(names), is_clustered=False)
    fitted = fitted.with_columns(annotator=names.gather(fitted["who"])).sort(
        "p", "annotator", "measure", nulls_last=True
    )
    falls = pl.col("measure").is_in(OF_CARE) & (pl.col("change") < 0)
    return fitted.select("annotator", pl.exclude("annotator", "who"), is_tired=falls & pl.col("is_significant"))


def overall(measured: pl.DataFrame) -> pl.DataFrame:
    """The columns of `slopes` without annotator and is_tired, for all annotators together; a line per measure.

    From ten sessions on, errors are clustered by session (Liang and Zeger 1986).
    """
    together = np.zeros(measured.height, np.int64)
    fitted = _fitted(measured, together, 1, is_clustered=measured["session"].n_unique() >= MIN_SESSIONS)
    return fitted.drop("who").sort("p", "measure", nulls_last=True)


def tired(fitted: pl.DataFrame) -> tuple[str, ...]:
    """The annotators who are tired by `slopes`, smallest p first."""
    return tuple(fitted.filter("is_tired").unique("annotator", keep="first", maintain_order=True)["annotator"])


def _fitted(measured: pl.DataFrame, who: Codes, people: int, *, is_clustered: bool) -> pl.DataFrame:
    """The slopes of all measures, a line per person (`who`) and measure."""
    names, session = _coded(measured["session"])
    fits = [
        _fit(measured.select(_averaged(name), "position"), name, who, people, session, len(names), is_clustered)
        for name in MEASURES
    ]
    table = pl.concat(fits)
    q = pl.Series("q", adjusted(table["p"].to_numpy()))
    significant = (q <= FALSE_DISCOVERIES).alias("is_significant")
    return table.with_columns(q, significant).with_columns(pl.col(pl.Float64).fill_nan(None))


def _fit(
    columns: pl.DataFrame, measure: str, who: Codes, people: int, session: Codes, sessions: int, is_clustered: bool
) -> pl.DataFrame:
    from scipy.special import stdtr, stdtrit

    usable = columns[measure].is_not_null().to_numpy() & (
        np.bincount(session, columns[measure].is_not_null().to_numpy(), sessions)[session] > 1
    )
    who, session = who[usable], session[usable]
    x, y = (columns[name].to_numpy()[usable].astype(float) for name in ("position", measure))
    largest = np.zeros(people)
    np.maximum.at(largest, who, np.abs(y))
    of_session = np.bincount(session, minlength=sessions)
    with np.errstate(all="ignore"):
        x, y = (column - (np.bincount(session, column, sessions) / of_session)[session] for column in (x, y))
        n, xx = np.bincount(who, minlength=people), np.bincount(who, x**2, people)
        slope = np.bincount(who, x * y, people) / xx
        spread = np.sqrt(np.bincount(who, y**2, people) / n)
        pull = x * (y - slope[who] * x)
        owner = np.zeros(sessions, np.int64)
        owner[session] = who
        sessions_of = np.bincount(owner[of_session > 0], minlength=people)
        if is_clustered:
            per_session = np.bincount(session, pull, sessions)
            error = np.sqrt(np.bincount(owner, per_session**2, people) * sessions_of / (sessions_of - 1)) / xx
            freedom = sessions_of - 1.0
        else:
            leverage = x**2 / xx[who] + 1 / of_session[session]
            error = np.sqrt(np.bincount(who, (pull / (1 - leverage)) ** 2, people)) / xx
            freedom = n - sessions_of - 1.0
        p = 2 * stdtr(freedom, -np.abs(slope / error))
        reach = stdtrit(freedom, 0.5 + CONFIDENCE / 2) * error
        effect = slope * STEP / spread
    kept = np.flatnonzero((n >= MIN_ROWS) & (xx > 0) & (spread > TINY * largest))
    ends = {"change": slope, "low": slope - reach, "high": slope + reach}
    fitted = pl.DataFrame(
        {
            "who": kept,
            "rows": n[kept],
            "sessions": sessions_of[kept],
            "effect": effect[kept],
            "p": p[kept],
            **{name: (end * STEP)[kept] for name, end in ends.items()},
        }
    )
    shown = [_in_original_units(pl.col(name), measure) for name in ends]
    return fitted.select(
        "who", pl.lit(measure).alias("measure"), pl.col("rows", "sessions").cast(pl.UInt32), *shown, "effect", "p"
    )


def _coded(column: pl.Series) -> tuple[pl.Series, Codes]:
    """The different values, and for each row which of them it has."""
    names = column.unique().sort()
    codes = column.replace_strict(names, pl.int_range(len(names), eager=True), return_dtype=pl.Int64)
    return names, codes.cast(pl.Int64).to_numpy()


def _averaged(measure: str) -> pl.Expr:
    """A measure as it is averaged."""
    return pl.col(measure).log1p() if measure in LOGARITHMIC else pl.col(measure)


def _in_original_units(averaged: pl.Expr, measure: str) -> pl.Expr:
    """An average in the measure's own unit; a difference of logarithms as a ratio minus 1."""
    return averaged.exp() - 1 if measure in LOGARITHMIC else averaged
