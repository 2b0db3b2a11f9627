"""Who judged, and how differently: a line per annotator, and differences from the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.annotators import gold_of, per_annotator
from analysis.annotators.differences import differences, label_differences
from analysis.annotators.profiles import length_unit, profiles
from analysis.annotators.shapes import shapes
from analysis.view import View
from ui.annotators.asked import Asked, facts, labels, votes, with_person
from ui.annotators.fatigue import tired_people
from ui.annotators.figures import ranges as draw_ranges
from ui.figures import charts
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.cache_keys import Key
from ui.session.number_words import count, numbers, shares

SHOWN_PEOPLE = 200
DRAWN_PEOPLE = 40
SHAPE_WORDS = {"mean": "mean", "sd": "spread", "skew": "skew", "mode_share": "share of the commonest score"}


@st.cache_resource(max_entries=8, show_spinner="Comparing each annotator with the others …")
def compared_people(key: Key, _asked: Asked) -> pl.DataFrame:
    """A line per annotator: the difference of scores, or of the share of the label that differs most significantly."""
    judgements = labels(_asked)
    if judgements.numbers is not None:
        return differences(judgements).with_columns(label=pl.lit(None, pl.String))
    return label_differences(judgements).unique("annotator", keep="first", maintain_order=True)


@st.cache_resource(max_entries=8, show_spinner="Looking at the shapes of scores …")
def shapes_of(key: Key, _asked: Asked) -> pl.DataFrame | None:
    judgements = labels(_asked)
    return None if judgements.numbers is None else shapes(judgements)


@st.cache_resource(max_entries=8, show_spinner="Counting what each annotator did …")
def everyone(key: Key, gold: str, _asked: Asked) -> pl.DataFrame:
    """Everything known of each annotator: the farthest from the others first, as in the headline, then others that are
    marked, then those with most rows."""
    table = profiles(facts(_asked))
    if not _asked.label:
        return table.with_columns(marks=pl.lit(""))
    judgements = labels(_asked)
    truth = gold_of(judgements, _asked.dataset.column(gold)) if gold else None
    table = table.join(per_annotator(votes(_asked), truth), on="annotator", how="left")
    compared = compared_people(key, _asked).select(
        "annotator", "label", "difference", "low", "high", "is_far", against="compared"
    )
    table = table.join(compared, on="annotator", how="left").join(_marks(_asked), on="annotator", how="left")
    shape_marks = pl.col("marks").fill_null("")
    tires = pl.when(pl.col("annotator").is_in(tired_people(_asked))).then(pl.lit("tires"))
    difference_mark = pl.when(pl.col("is_far").fill_null(False)).then(_words(judgements.numbers is not None))
    marks = (
        pl.concat_list(difference_mark, pl.when(shape_marks != "").then(shape_marks), tires)
        .list.drop_nulls()
        .list.join(", ")
        .fill_null("")
    )
    table = table.with_columns(marks=marks)
    is_far = pl.col("is_far").fill_null(False)
    farthest = pl.when(is_far).then(-pl.col("difference").abs()).otherwise(0.0)
    return table.sort(~is_far, farthest, pl.col("marks") == "", -pl.col("rows").cast(pl.Int64), "annotator")


def _words(is_number: bool) -> pl.Expr:
    up = pl.col("difference") > 0
    if is_number:
        return pl.when(up).then(pl.lit("scores higher")).otherwise(pl.lit("scores lower"))
    direction = pl.when(up).then(pl.lit("more often ")).otherwise(pl.lit("less often "))
    return direction + pl.col("label").str.slice(0, 30)


def _marks(asked: Asked) -> pl.DataFrame:
    """`annotator`, `marks`: the shape figures, except the mean, in which a person's scores are far from the others'."""
    figures = shapes_of(asked.key, asked)
    if figures is None:
        return pl.DataFrame(schema={"annotator": pl.String, "marks": pl.String})
    far = figures.filter("is_far", pl.col("shape") != "mean")
    less = pl.col("value") < pl.col("rest")
    words = pl.col("shape").replace_strict(
        {**SHAPE_WORDS, "sd": "wide spread", "mode_share": "repeats one score"}, default=""
    )
    fewer = {"sd": "narrow spread", "mode_share": "uses more scores"}
    words = pl.when(less).then(pl.col("shape").replace_strict(fewer, default=words)).otherwise(words)
    return far.group_by("annotator", maintain_order=True).agg(marks=words.str.join(", "))


def table(asked: Asked) -> None:
    """A line per annotator; one ticked becomes a filter."""
    people = everyone(asked.key, asked.gold, asked)
    shown = people.head(SHOWN_PEOPLE)
    marked = people.filter(pl.col("marks") != "")
    unit = length_unit(asked.dataset) or "characters"
    summary = f"{count(marked.height, 'annotator')} stand out" if marked.height != 1 else "1 annotator stands out"
    summary = (
        f"{summary} (first in the table, after Benjamini–Hochberg at 5%)."
        if marked.height
        else "No annotator stands out."
    )
    left = (
        f" {people.height - shown.height:,} more are not listed; find them by a filter."
        if people.height > shown.height
        else ""
    )
    st.text(
        f"{count(people.height, 'annotator')}. {summary if asked.label else ''}{left} "
        "Tick a line to filter to that annotator."
    )
    _say_how_compared(asked, people)
    ranges = [
        _range(name).alias(f"{name}_range") for name in ("", "agreement", "accuracy") if name in ("", *people.columns)
    ]
    listed = shown.with_columns(ranges if asked.label else []).with_columns(
        pl.col("^.*(agreement|accuracy|share)$").round(3)
    )
    columns = _columns(listed, unit)
    line = ticked_once(
        listed.select(pl.col(c).alias(h) for c, (h, _) in columns.items()),
        "people",
        "A line per annotator",
        column_config={header: config for header, config in columns.values() if config is not None},
    )
    if line is not None:
        session.set_view(with_person(asked, shown["annotator"][line]))
        st.rerun()


def _say_how_compared(asked: Asked, people: pl.DataFrame) -> None:
    if not asked.label:
        return
    ways = dict(people["against"].value_counts().drop_nulls().iter_rows())
    same, every = ways.get("same items", 0), ways.get("all labels", 0)
    few = people.height - same - every
    parts = [
        *(
            [f"{count(same, 'annotator')} on the same items as others (each label minus the others' on that item)"]
            if same
            else []
        ),
        *([f"{count(every, 'annotator')} against all other labels, since they share too few items"] if every else []),
        *([f"{count(few, 'annotator')} not compared: too few labels"] if few else []),
    ]
    st.caption(f"Differences are computed for: {'; '.join(parts)}. Ranges are 95% intervals.")


def _range(name: str) -> pl.Expr:
    """An interval in words; of differences as numbers, else as shares."""
    low, high = (f"{name}_{end}" if name else end for end in ("low", "high"))
    words = shares if name else numbers
    return pl.struct(low, high).map_elements(
        lambda ends: None if ends[low] is None else words(ends[low], ends[high]), return_dtype=pl.String
    )


def _columns(shown: pl.DataFrame, unit: str) -> dict[str, tuple[str, Any]]:
    """The columns that are not empty, with header and format."""
    number, share = st.column_config.NumberColumn, st.column_config.NumberColumn(format="percent")
    wanted: Mapping[str, tuple[str, Any]] = {
        "annotator": ("annotator", None),
        "marks": ("stands out by", st.column_config.TextColumn(width=230)),
        "rows": ("rows", number(format="localized")),
        "difference": ("difference", number(format="%.2f")),
        "_range": ("95% range", None),
        "label": ("in the label", None),
        "agreement": ("agreement with others", share),
        "agreement_range": ("95% range of agreement", None),
        "compared": ("shared items", number(format="localized")),
        "accuracy": ("accuracy", share),
        "accuracy_range": ("95% range of accuracy", None),
        "first": ("first", st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")),
        "last": ("last", st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")),
        "sessions": ("sessions", number(format="localized")),
        "median_seconds": ("median seconds per row", number(format="%.0f")),
        "median_length": (f"median {unit} written", number(format="%.0f")),
        "empty_share": ("empty share", share),
    }
    held = [c for c in wanted if c in shown.columns and shown[c].null_count() < shown.height]
    if "agreement" not in held:
        held = [c for c in held if c != "compared"]
    return {c: wanted[c] for c in held}


def differing(asked: Asked) -> None:
    """Each annotator's difference from the others with its interval; a point clicked becomes a filter."""
    compared = compared_people(asked.key, asked).drop_nulls("difference")
    if compared.is_empty():
        st.text("No annotator has enough labels to be compared: ten items shared with others, or twenty labels.")
        return
    is_number = labels(asked).numbers is not None
    drawn = compared.head(DRAWN_PEOPLE).sort("difference", descending=True)
    note = (
        pl.format("{} {}", "n", "compared")
        if is_number
        else pl.format("{}, {} {}", pl.col("label").str.slice(0, 30), "n", "compared")
    )
    shown = drawn.select(name="annotator", value="difference", low="low", high="high", note=note)
    few = f" The {DRAWN_PEOPLE} with the smallest p are drawn." if compared.height > DRAWN_PEOPLE else ""
    words = (
        "How much higher each scores than the others."
        if is_number
        else "How much more often each gives the label in which they differ most."
    )
    st.text(f"{words} Bold: stands out.{few} Click a point to filter to that annotator.")
    marked = drawn.filter("is_far")["annotator"].to_list()

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        return with_person(asked, shown.reverse()["name"][round(points[0]["y"])]) if points else None

    unit = "difference of scores" if is_number else "difference of shares"
    figure = draw_ranges(shown, unit, charts.palette(), zero=True, marked=marked)
    charts.draw(
        figure,
        "differences_of_people",
        "Difference of each annotator from the others",
        pick,
        table=lambda: shown.rename({"name": "annotator", "value": unit}),
        mark=lambda line: {"y": shown.height - 1 - line},
    )
