"""Does the work change during a session: for all annotators, and for those who tire."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.annotators import level_of
from analysis.annotators.fatigue import STEP, by_position, measures_of, overall, slopes, tired
from analysis.annotators.profiles import length_unit
from ui.annotators.asked import Asked, facts, labels, picked_people, with_people
from ui.annotators.figures import curves
from ui.figures import charts
from ui.session import jobs, session
from ui.session.cache_keys import Key
from ui.session.number_words import count, number, share
from ui.session.text import cut, md

EVERYONE = "all annotators"
SHOWN = 200
TITLES = {
    "agreement": "Agreement with the others on the same item",
    "length": "Length of what is written",
    "variety": "Variety of labels (bits; 0 is always the same label)",
    "seconds": "Seconds since the previous row",
}


class Found(NamedTuple):
    """What was measured, and how it changes: per annotator, and overall."""

    measured: pl.DataFrame
    slopes: pl.DataFrame
    overall: pl.DataFrame
    tired: tuple[str, ...]


@st.cache_resource(max_entries=4, show_spinner="Measuring changes along the sessions …")
def _found(key: Key, level: str, _asked: Asked) -> Found:
    measured = measures_of(labels(_asked), facts(_asked), level)
    per_person = slopes(measured)
    return Found(measured, per_person, overall(measured), tired(per_person))


def tired_people(asked: Asked) -> tuple[str, ...]:
    """Annotators who tire, at the level of measurement that the labels propose; empty before sessions are computed."""
    if not asked.dataset.has(asked.dataset.signal("sessions")):
        return ()
    return _found(asked.key, level_of(labels(asked)), asked).tired


@st.cache_resource(max_entries=32, show_spinner=False)
def _curve(key: Key, level: str, annotator: str | None, _asked: Asked) -> pl.DataFrame:
    return by_position(_found(key, level, _asked).measured, annotator)


def draw(asked: Asked, level: str) -> None:
    """Curves by position in the session, overall and for one annotator; those who tire are named."""
    if not jobs.require(asked.dataset, "sessions"):
        return
    if facts(asked)["session_position"].null_count() == facts(asked).height:
        st.text("No row has a position in a session: set the role created_at or session of a column on the page Open.")
        return
    _sessions(asked)
    changes = _found(asked.key, level, asked)
    _name(changes, asked)
    names = changes.slopes["annotator"].unique(maintain_order=True).to_list()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = [n for n in (*picked_people(asked), *changes.tired) if n in names]
        offered = list(dict.fromkeys([*first, *names]))
        name = st.selectbox(
            "Compare with all annotators",
            offered,
            index=0 if first else None,
            format_func=cut,
            placeholder="Choose one",
            key=f"fatigue_of_{first[:1]}",
            width=260,
        )
        after = int(st.number_input("Rows after position", min_value=1, value=40, step=10, key="after", width=160))
        view = with_people(asked, [name]) if name else session.view()
        new = view.narrowed("session_position", "gt", after)
        rows = len(asked.dataset.rows_of(new))
        whose = f" of {md(name, 30)}" if name else ""
        if st.button(f"Keep the {count(rows)}{whose} after position {after}", key="keep_after", disabled=not rows):
            session.set_view(new)
            st.rerun()
    _curves(asked, level, name)


def _sessions(asked: Asked) -> None:
    signal = asked.dataset.signal("sessions")
    rebuilt = not signal.parameters["session"]
    origin = "rebuilt from gaps in time" if rebuilt else "those of the role session"
    rows = facts(asked)
    sessions, longest = rows["session_group"].n_unique(), rows["session_position"].max() or 0
    st.text(f"{count(sessions, 'session')}, {origin}; the longest has {count(int(str(longest)))}.")
    if not rebuilt:
        return
    now = float(str(signal.parameters["gap_minutes"]))
    gap = st.number_input(
        "A session ends after so many minutes without a row",
        min_value=1.0,
        value=now,
        step=5.0,
        key=f"gap_{now}",
        width=340,
    )
    if gap != now:
        session.keep_parameters(asked.dataset, {"sessions": {**signal.parameters, "gap_minutes": gap}})
        st.rerun()


def _name(changes: Found, asked: Asked) -> None:
    """Who tires, in words; and the table of all changes."""
    if not changes.tired:
        st.text(
            "No annotator's agreement, length or variety of labels falls significantly along a session "
            "(5%, Benjamini–Hochberg)."
        )
    unit = length_unit(asked.dataset) or "characters"
    for name in changes.tired[:10]:
        lines = changes.slopes.filter(pl.col("annotator") == name, "is_tired")
        parts = [_words(measure, change, unit) for measure, change in lines.select("measure", "change").iter_rows()]
        st.text(f"{cut(name, 40)} tires: {'; '.join(parts)}, per {STEP} rows of a session.")
    if len(changes.tired) > 10:
        st.text(f"{len(changes.tired) - 10:,} more tire; they come first in the list below.")
    with st.expander("All changes along a session", key="slopes", on_change="rerun") as opened:
        if opened.open:
            everyone = changes.overall.with_columns(annotator=pl.lit(EVERYONE), is_tired=pl.lit(None, pl.Boolean))
            table = pl.concat([everyone.select(changes.slopes.columns), changes.slopes.head(SHOWN)])
            left = (
                f" The first {SHOWN} of {changes.slopes.height:,} lines, smallest p first."
                if changes.slopes.height > SHOWN
                else ""
            )
            st.caption(
                f"Change per {STEP} rows with its 95% interval; of length and seconds as a ratio (-0.05 is 5% less). "
                f"q is p after Benjamini–Hochberg over all lines.{left}"
            )
            st.dataframe(
                table,
                hide_index=True,
                alt="Change of each measure along a session",
                column_config={
                    c: st.column_config.NumberColumn(format="%.2f")
                    for c, dtype in table.schema.items()
                    if dtype.is_float()
                },
            )


def _words(measure: str, change: float, unit: str) -> str:
    if measure == "agreement":
        return f"agreement falls by {number(abs(change) * 100)} points"
    if measure == "length":
        return f"{unit} written fall by {share(abs(change))}"
    return f"variety of labels falls by {number(abs(change))} bits"


def _curves(asked: Asked, level: str, name: str | None) -> None:
    everyone = _curve(asked.key, level, None, asked)
    person_curve = _curve(asked.key, level, name, asked) if name else everyone.clear()
    unit = length_unit(asked.dataset) or "characters"
    measures = [m for m in TITLES if everyone.filter(pl.col("measure") == m).height]
    st.caption(
        "A point is ten rows of a session; bands are 95% intervals over sessions. Only long sessions reach far right."
    )
    for first in range(0, len(measures), 2):
        for place, measure in zip(st.columns(2, gap="large"), measures[first : first + 2], strict=False):
            with place:
                lines = [(EVERYONE, everyone.filter(pl.col("measure") == measure))]
                lines += [(name, person_curve.filter(pl.col("measure") == measure))] if name else []
                words = {"agreement": "agreement", "length": unit, "variety": "bits", "seconds": "seconds"}[measure]
                figure = curves(lines, words, charts.palette(), as_share=measure == "agreement")
                named = [
                    table.select(pl.lit(of).alias("of"), "first", "last", "rows", "value", "low", "high")
                    for of, table in lines
                ]
                charts.show(figure, f"curve_{measure}", TITLES[measure], partial(pl.concat, named))
