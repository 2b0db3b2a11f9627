"""What was compared on this page, what was set aside and what counts as no copy; each with the other choice."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import coverage, seen
from analysis.duplicates.passage_table import passages_aside
from ui.duplicates import parameters, state
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count


def is_looked_at(dataset: Dataset, kind: str) -> bool:
    """Says how many rows in view were compared, in which columns; whether there are any."""
    rows = dataset.rows_of(session.view())
    compared = state.coverage_of(dataset, kind)
    if not compared.compared:
        reasons = "; ".join(f"{count(n)} {why}" for why, n in compared.left_out.items())
        st.text(
            f"Not looked at: of {count(compared.rows)} in view none was compared ({reasons}). Choose what is compared."
        )
        return False
    st.text(seen.what_was_compared(compared))
    if kind == "near":
        _boilerplate(dataset, rows)
    _judgements(dataset, kind, rows)
    return True


def _boilerplate(dataset: Dataset, rows: pl.Series) -> None:
    """In how many rows boilerplate is set aside and which; a button for the other choice."""
    if dataset.signal("near_pairs").parameters["boilerplate"] == "kept":
        _line(
            "Passages that many rows share are compared too.", dataset, "near", "boilerplate", "aside", "Set them aside"
        )
        return
    sentence = seen.what_is_aside(dataset, "near", rows)
    if not sentence:
        return
    _line(sentence, dataset, "near", "boilerplate", "kept", "Compare them too")
    with st.expander("The passages of most rows"):
        passages = _passages(key_of(dataset, dataset.signal("near_pairs")), dataset)
        st.dataframe(
            passages.select("rows", "words", pl.col("text").alias("passage")),
            hide_index=True,
            alt="Passages that are not compared",
            column_config={"passage": st.column_config.TextColumn(width="large")},
        )
        st.caption("Counted in the whole file. Personal data in them is masked.")
        st.button(
            "Show the rows that begin or end with them",
            key="with_aside",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(session.view().where("near_aside_words", "gt", "0"),),
        )


@st.cache_resource(max_entries=8, show_spinner="Reading the passages …")
def _passages(key: Key, _dataset: Dataset) -> pl.DataFrame:
    return passages_aside(_dataset, 20)


def _judgements(dataset: Dataset, kind: str, rows: pl.Series) -> None:
    """How several judgements of one item are treated; a button for the other choice."""
    people = coverage.judged(dataset, kind, rows)
    if people is None:
        return
    other, label = ("separate", "Count them as judgements") if people.are_copies else ("copies", "Count them as copies")
    key = key_of(dataset, *dataset.roles.values(), view=session.view())
    _line(seen.what_are_judgements(dataset, kind, rows), dataset, kind, "judgements", other, label)
    if counted := _people(key, dataset, rows):
        least, most = counted
        several = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{several} {'person' if most == 1 else 'people'} judged each item.", width="content")
            params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params()}
            st.page_link(places.page("annotators"), label="Annotators", icon=":material/groups:", query_params=params)


@st.cache_data(max_entries=16, show_spinner=False)
def _people(key: Key, _dataset: Dataset, _rows: pl.Series) -> tuple[int, int] | None:
    return coverage.people_of_items(_dataset, _rows)


def _line(sentence: str, dataset: Dataset, kind: str, parameter: str, value: str, label: str) -> None:
    """A sentence, and the button that chooses the other value of a parameter."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(sentence)
        st.button(
            label, key=f"{kind}_{parameter}_{value}", on_click=parameters.choose, args=(dataset, kind, parameter, value)
        )
