"""The parts of the page Compare: the families and measures that differ, their distributions, answers to one task."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.slices import families, joined
from analysis.slices import measures as measuring
from analysis.slices.apart import Apart, compare
from analysis.slices.measures import Kind, values_of
from analysis.statistics.counting import on_common_edges
from ui.figures import charts, overlaid
from ui.rows import masking
from ui.rows.ticked import ticked
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, number, share
from ui.session.text import cut
from ui.slices import asked
from ui.slices.other import Other

INTERVAL_HELP = "The 95% interval of the difference"
VERDICTS = {"telling": "differs", "not telling": "may be chance", "too few": "too few rows", "no rest": "no other rows"}
TASKS = 3  # on one page
ANSWER_HEIGHT = 220  # pixels
Names = tuple[str, str]


@st.cache_resource(max_entries=16, show_spinner="Comparing both sides …")
def _compared(key: Key, _dataset: Dataset, _rows: pl.Series, _other: Other) -> list[Apart]:
    return compare(_dataset, _rows, _other.dataset, _other.rows, prepare=asked.measured)


def _key_of_both(dataset: Dataset, other: Other, *reads: str) -> Key:
    of_other = key_of(other.dataset, *(reads or other.dataset.signals()))
    return key_of(dataset, *(reads or dataset.signals()), view=session.view(), more=(other.key, of_other))


def compared(dataset: Dataset, rows: pl.Series, other: Other) -> list[Apart]:
    """All measures of both sides except the columns of their filters, significant ones first; cached for both sides."""
    chosen_by = session.view().columns() | other.columns
    contrasts = _compared(_key_of_both(dataset, other), dataset, rows, other)
    return [each for each in contrasts if each.measure.column not in chosen_by]


def say_sides(dataset: Dataset, rows: pl.Series, other: Other, names: Names) -> None:
    """The rows of both sides, what selects them where the name does not say it, and whether both are the same rows."""
    words = (dataset.sentence_of(session.view()), other.words)
    for name, sentence, side_rows in zip(names, words, (rows, other.rows), strict=True):
        st.text(f"{name}: {count(len(side_rows))}" + ("" if sentence == name else f" ({cut(sentence, 300)})"))
    if other.dataset.id == dataset.id and rows.equals(other.rows):
        st.text("Both sides are the same rows, so nothing can differ. Choose another side.")


def named(each: Apart) -> str:
    """The measure in words; for categories, with the category in which the sides differ most."""
    return f"{each.label}: {each.category}" if each.category is not None else each.label


def figure(each: Apart, value: float | None) -> str:
    """A mean of the measure, or a share of rows, as text."""
    is_share = each.measure.kind != "number" or each.measure.name.endswith("_share")
    return share(value) if is_share else number(value)


def families_table(dataset: Dataset, contrasts: list[Apart], names: Names) -> Apart | None:
    """One line per family that differs, lengths first; returns the measure of the ticked line, else of the first."""
    differing = families.by_family(dataset, contrasts)
    if not differing:
        st.text("No measure differs by more than chance.")
        return contrasts[0] if contrasts else None
    lines = [
        {
            "what differs": family.name,
            names[0]: figure(family.lead, family.lead.mean),
            names[1]: figure(family.lead, family.lead.other_mean),
            "measured by": _how(family.lead) + (f", and {family.others:,} more" if family.others else ""),
        }
        for family in differing
    ]
    line = ticked(
        lines, "families", "What differs, one line per family", height="content" if len(lines) < 14 else 500,
        column_config={"measured by": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    return differing[line or 0].lead


def _how(each: Apart) -> str:
    return f"mean {named(each)}" if each.measure.kind == "number" else f"rows with {named(each)}"


def table(contrasts: list[Apart], names: Names) -> Apart | None:
    """The table of all measures; returns the ticked one."""
    rows = [
        {
            "measure": named(each),
            names[0]: figure(each, each.mean),
            names[1]: figure(each, each.other_mean),
            "difference": each.difference,
            "from": each.low,
            "to": each.high,
            "effect": each.effect,
            "verdict": VERDICTS.get(each.verdict, each.verdict),
        }
        for each in contrasts
    ]
    interval = st.column_config.NumberColumn(format="%.3g", help=INTERVAL_HELP)
    line = ticked(
        rows,
        "compared_measures",
        "Both sides over all measures",
        height=420,
        column_config={
            "difference": st.column_config.NumberColumn(format="%.3g", help=f"{names[0]} minus {names[1]}"),
            **dict.fromkeys(("from", "to"), interval),
            "effect": st.column_config.NumberColumn(
                format="%.2f", help="Cliff's delta, -1 to 1, of numbers and shares; Cramér's V, 0 to 1, of categories"
            ),
        },
    )
    return None if line is None else contrasts[line]


def shapes(dataset: Dataset, rows: pl.Series, other: Other, each: Apart, names: Names) -> None:
    """The distribution of the measure on both sides, as shares: a chart for numbers, a table for other values."""
    other_measure = {of.name: of for of in measuring.measures(other.dataset)}[each.measure.name]
    of_other = key_of(other.dataset, other_measure.column)
    key = key_of(dataset, each.measure.column, view=session.view(), more=(each.measure.name, other.key, of_other))

    def values() -> tuple[pl.Series, pl.Series]:
        return values_of(dataset, each.measure).gather(rows), values_of(other.dataset, other_measure).gather(other.rows)

    distribution, is_whole = _shapes(key, each.measure.kind, values)
    if distribution is None:
        st.text("Neither side has a value of this measure.")
    elif each.measure.kind != "number":
        part = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
        shown = distribution.rename({"left": names[0], "right": names[1]})
        title = f"{each.label} on both sides"
        st.dataframe(shown, hide_index=True, column_config={name: part for name in names}, alt=title)
    else:
        edges = [*distribution["low"], distribution["high"][-1]]
        drawn = list(
            zip(names, (distribution["left_rows"].to_list(), distribution["right_rows"].to_list()), strict=True)
        )
        counted = distribution.rename({"left_rows": f"rows, {names[0]}", "right_rows": f"rows, {names[1]}"})
        picture = overlaid(edges, drawn, each.label, charts.palette(), is_whole)
        title = each.label[:1].upper() + each.label[1:]
        charts.show(picture, "both_shapes", f"{title} on both sides", lambda: counted)


@st.cache_resource(max_entries=64, show_spinner=False)
def _shapes(
    key: Key, _kind: Kind, _values: Callable[[], tuple[pl.Series, pl.Series]]
) -> tuple[pl.DataFrame | None, bool]:
    """Rows per bin or share of each value on both sides, and whether both have whole numbers."""
    left, right = _values()
    distribution = on_common_edges(left, right) if _kind == "number" else _by_value(left, right)
    return distribution, left.dtype.is_integer() and right.dtype.is_integer()


def _by_value(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`value`, `left`, `right`: shares of the values on both sides, largest difference first, at most 50 values."""
    counted = [
        values.cast(pl.String).fill_null("(missing)").value_counts(name=side).rename({values.name: "value"})
        for side, values in (("left", left), ("right", right))
    ]
    both = counted[0].join(counted[1], on="value", how="full", coalesce=True).fill_null(0)
    both = both.with_columns(pl.col(side) / max(int(both[side].sum()), 1) for side in ("left", "right"))
    return both.sort((pl.col("left") - pl.col("right")).abs(), descending=True).head(50)


# Answers to one task


@st.cache_resource(max_entries=16, show_spinner="Looking for tasks that both sides have …")
def _same_tasks(key: Key, column: str, _dataset: Dataset, _rows: pl.Series, _other: Other) -> pl.DataFrame:
    return joined.same_tasks(_dataset, _rows, _other.dataset, _other.rows, column)


def answers(dataset: Dataset, rows: pl.Series, other: Other, names: Names) -> None:
    """The answers of both sides to the same tasks, beside each other; nothing where no key and no prompt joins them."""
    columns = joined.key_columns(dataset, other.dataset)
    if not columns or (dataset.id == other.dataset.id and rows.equals(other.rows)):
        return
    st.subheader("Answers to the same task", anchor=False)
    for column in columns:
        pairs = _same_tasks(_key_of_both(dataset, other, column), column, dataset, rows, other)
        if pairs.height:
            break
    if pairs.is_empty():
        st.text("No row of one side has the same prompt as a row of the other.")
        return
    key = "prompt" if column == "prompt" else cut(dataset.called(column), 40)
    st.text(f"{count(pairs.height, 'task')} with the same {key} on both sides.")
    pages = -(-pairs.height // TASKS)
    page = min(st.pagination(pages, key="tasks_page", max_visible_pages=7), pages) if pages > 1 else 1
    shown = pairs.slice((page - 1) * TASKS, TASKS)
    sides = [(dataset, shown["row"]), (other.dataset, shown["other_row"])]
    texts = [_texts(of, positions) for of, positions in sides]
    for line in range(shown.height):
        with st.container(border=True):
            st.text(texts[0][line][0])
            for place, name, (_, positions), side_texts in zip(st.columns(2), names, sides, texts, strict=True):
                with place:
                    st.text(f"{name}, row {positions[line] + 1:,}")
                    with st.container(border=True, height=ANSWER_HEIGHT):
                        st.text(side_texts[line][1])


def _texts(dataset: Dataset, rows: pl.Series) -> list[tuple[str, str]]:
    """The prompt and the response of these rows, as this session may see them."""
    columns = [name for name in ("prompt", "response", "text") if name in dataset.canonical]
    seen = masking.masked(dataset, dataset.frame(columns, rows), rows)
    answer = "response" if "response" in columns else columns[-1]
    return [(row.get("prompt") or "", row.get(answer) or "(no answer)") for row in seen.iter_rows(named=True)]
