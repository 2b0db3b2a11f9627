"""How far do annotators agree: coefficients over all, for each pair of people, and for each slice."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.annotators import LEVELS, Agreement, Coefficient, agreement, by_slice, cohen, level_of, self_agreement
from analysis.errors import LabelsError
from analysis.view import View
from ui.annotators.asked import Asked, labels, with_people
from ui.annotators.figures import kappas
from ui.annotators.figures import ranges as draw_ranges
from ui.figures import charts
from ui.session import session
from ui.session.cache_keys import Key
from ui.session.column_names import namer
from ui.session.number_words import count, share, shares
from ui.session.text import cut

SLICES = 12
MOST_PEOPLE = 30
FIRST_PAIRS = 10  # those that share most, where no pair shares as many items as asked for
LEVEL_WORDS = {
    "nominal": "names without an order: two labels are the same or not",
    "ordinal": "grades in an order: nearer grades disagree less",
    "interval": "numbers: a difference counts by its square",
    "ratio": "numbers with a true zero: a difference counts by its share of the sum",
}


def choose_level(asked: Asked) -> str:
    """Asks for the level of measurement; the labels propose one."""
    proposed = level_of(labels(asked))
    level = st.segmented_control(
        "The labels are",
        list(LEVELS),
        default=proposed,
        required=True,
        key=f"level_{asked.dataset.id}_{asked.dataset.signal('consensus').key}",
        help="; ".join(f"{name}: {words}" for name, words in LEVEL_WORDS.items()),
    )
    return str(level)


@st.cache_resource(max_entries=16, show_spinner="Comparing the judgements …")
def _agreed(key: Key, level: str, _asked: Asked) -> Agreement:
    return agreement(labels(_asked), level)


@st.cache_resource(max_entries=16, show_spinner="Comparing people with themselves …")
def _self(key: Key, _asked: Asked) -> tuple[Coefficient, pl.DataFrame]:
    return self_agreement(labels(_asked))


def coefficients(asked: Asked, level: str) -> None:
    """Shows the four coefficients with their intervals, and what the value of alpha means."""
    figures, (self_figure, _) = _agreed(asked.key, level, asked), _self(asked.key, asked)
    shown = [
        (
            "Krippendorff's alpha",
            figures.alpha,
            "1 is perfect, 0 is chance. Any number of people; not all must judge every item.",
            False,
        ),
        (
            "Fleiss' kappa",
            figures.fleiss,
            "Like alpha, but all disagreements and all items have the same weight.",
            False,
        ),
        ("Raw agreement", figures.raw, "The share of equal labels among pairs of judgements of one item.", True),
        ("Self-agreement", self_figure, "The share of equal labels where one person judged an item twice.", True),
    ]
    with st.container(horizontal=True):
        for name, of, words, is_share in shown:
            st.metric(
                name,
                _figure(of, is_share),
                _between(of, is_share),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=words,
            )
    if figures.alpha.value is not None:
        st.text(_meaning(figures.alpha, figures.alpha.value))
    reasons = list(dict.fromkeys(of.why for _, of, _, _ in shown if of.why))
    for why in reasons:
        st.text(why)
    repeats = f"{count(figures.repeated, 'judgement')} repeated by one person on one item: only the last one counts."
    ranges = "Ranges are 95% intervals over items (200 seeded resamples)."
    if notes := [*([ranges] if figures.raw.low is not None else []), *([repeats] if figures.repeated else [])]:
        st.caption(" ".join(notes))


def _figure(of: Coefficient, is_share: bool) -> str:
    if of.value is None:
        return "undefined"
    return share(of.value) if is_share else f"{of.value:z.2f}"


def _between(of: Coefficient, is_share: bool) -> str | None:
    if of.low is None or of.high is None:
        return None
    between = shares(of.low, of.high) if is_share else f"{of.low:z.2f} to {of.high:z.2f}"
    return f"{between}, {count(of.items, 'item')}"


def _meaning(alpha: Coefficient, value: float) -> str:
    """Alpha as a plain sentence; the bounds are Krippendorff's (2018), chapter 12."""
    of = f"Alpha over {alpha.items:,} items judged by two or more: "
    low = alpha.low if alpha.low is not None else value
    if low >= 0.8:
        return of + "reliable, even at the lower end of its range (0.8 is the usual minimum)."
    if value >= 0.8:
        return of + "above the usual minimum of 0.8, but its range reaches below it."
    if value >= 0.667:
        return of + "good for tentative conclusions only (from 0.667; the usual minimum is 0.8)."
    if value > 0 and (alpha.low is None or alpha.low > 0):
        return of + "more than chance would give, but too little to rely on a single label (the usual minimum is 0.8)."
    return of + "no more agreement than chance would give. The labels, or the guidelines, cannot be relied on."


@st.cache_resource(max_entries=16, show_spinner="Comparing each pair of people …")
def _pairs(key: Key, weights: str, least: int, _asked: Asked) -> pl.DataFrame:
    return cohen(labels(_asked), MOST_PEOPLE, least, weights)


def pairs(asked: Asked, level: str) -> None:
    """Cohen's kappa of each pair of people; a click on a cell keeps the two."""
    least = int(
        st.number_input(
            "Least number of shared items", min_value=2, value=20, key="least", width=260, bind="query-params"
        )
    )
    weights = "none" if level == "nominal" else "quadratic"
    try:
        table = _pairs(asked.key, weights, least, asked)
    except LabelsError as error:
        st.text(str(error))
        return
    with_kappa = table.drop_nulls("kappa")
    people = int(pl.Series(labels(asked).annotator).n_unique())
    if with_kappa.is_empty():
        shared = table["items"].sort(descending=True).head(FIRST_PAIRS)
        most, fewer = (int(str(shared.first() or 0)), int(str(shared.last() or 0)))
        if 2 <= most < least:
            table = _pairs(asked.key, weights, max(fewer, 2), asked)
            with_kappa = table.drop_nulls("kappa")
            st.text(f"No two people share {least:,} items. Shown are pairs that share {max(fewer, 2):,} or more.")
        if with_kappa.is_empty():
            st.text(f"No two people share enough items with several labels; the most that two share is {most:,}.")
            return
    counts = "by the square of the steps between grades" if weights != "none" else "all the same"
    few = f" Of {people:,} people the {MOST_PEOPLE} with most judgements are shown." if people > MOST_PEOPLE else ""
    st.text(
        f"Cohen's kappa of each pair of people on the items that both judged; disagreements count {counts}.{few} "
        "Click a cell to filter to the two."
    )
    names = list(dict.fromkeys([*table["a"], *table["b"]]))

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        if not points:
            return None
        a, b = (names[round(points[0][axis])] for axis in ("x", "y"))
        return with_people(asked, [a, b]) if a != b else None

    places = {name: number for number, name in enumerate(names)}
    charts.draw(
        kappas(table, names, charts.palette()),
        f"kappas_{weights}",
        "Cohen's kappa of each pair of people",
        pick,
        table=lambda: table.select("a", "b", "items", "kappa", "low", "high"),
        mark=lambda line: {"x": places[table["a"][line]], "y": places[table["b"][line]]},
    )
    st.dataframe(
        with_kappa.sort("items", "kappa", descending=[True, False]).head(50).with_columns(pl.col("agreement").round(3)),
        hide_index=True,
        alt="Pairs of people, those that share most items first",
        column_config={
            "agreement": st.column_config.NumberColumn(format="percent"),
            "items": st.column_config.NumberColumn("shared items", format="localized"),
            **{c: st.column_config.NumberColumn(format="%.2f") for c in ("kappa", "low", "high")},
        },
    )


@st.cache_resource(max_entries=16, show_spinner="Comparing slice by slice …")
def _slices(key: Key, column: str, level: str, _asked: Asked) -> pl.DataFrame:
    values = _asked.dataset.column(column)
    return by_slice(labels(_asked), values, level, SLICES)


def slices(asked: Asked, level: str) -> None:
    """Agreement among the judgements of each value of a column; a click on a point filters by its value."""
    columns = [c for c in asked.dataset.categories if c not in (asked.annotator, asked.label, *asked.item)]
    if not columns:
        st.text("No column groups these rows. Set the role source, language or group on the page Open.")
        return
    column = st.selectbox(
        "Slices by", columns, format_func=namer(asked.dataset), key="agree_by", bind="query-params", width=300
    )
    table = _slices(asked.key, column, level, asked)
    shown = table.select(
        name="slice", value="alpha", low="alpha_low", high="alpha_high", note=pl.format("{} items", "items")
    )
    drawn = shown.drop_nulls("value")
    if drawn.is_empty():
        st.text(f"Alpha is undefined in every slice. {table['why'].to_list()[0]}")
        return
    named = table["slice"].to_list()

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        if not points:
            return None
        return charts.picked_value(
            session.view(), column, drawn.reverse()["name"][round(points[0]["y"])], _named(named)
        )

    st.text(
        "Krippendorff's alpha among the judgements of each slice, with its 95% interval. Click a point to filter to it."
    )
    charts.draw(
        draw_ranges(drawn, "alpha", charts.palette()),
        f"alpha_{column}",
        f"Alpha by {asked.dataset.called(column)}",
        pick,
        table=lambda: drawn.rename({"name": "slice", "value": "alpha"}),
        mark=lambda line: {"y": drawn.height - 1 - line},
    )
    for name, why in table.filter(pl.col("alpha").is_null()).select("slice", "why").iter_rows():
        st.text(f"{cut(name, 40)}: {why}")


def _named(slices: list[str]) -> list[str]:
    """The slices that are values, without “(other …)” and “(missing)”."""
    return [s for s in slices if s != "(missing)" and not s.startswith("(other ")]
