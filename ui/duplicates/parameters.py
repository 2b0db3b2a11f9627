"""What is compared for a kind of duplicates, and how: the parameters of its signal, kept with the dataset."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import kinds
from analysis.duplicates.judgements import ROLES, are_judged
from analysis.duplicates.kinds import KINDS
from analysis.errors import WinnowError
from analysis.joined_values import join_values, split_values
from ui.session import jobs, session
from ui.session.column_names import namer
from ui.session.text import md

OVER = {
    "row": "the whole row",
    "prompt+response": "prompt and response",
    "prompt": "the prompt",
    "response": "the response",
    "text": "raw text",
    "column": "another column",
}
WORDS: dict[str, dict[str, str]] = {
    "level": {"document": "whole texts", "paragraph": "paragraphs", "sentence": "sentences"},
    "digits": {"kept": "as they are", "zero": "all read as 0"},
    "order": {"kept": "as they are", "any": "in any order"},
    "unit": {"auto": "words, or characters", "words": "words", "characters": "characters"},
    "boilerplate": {
        "aside": "not compared",
        "anywhere": "not compared, and counted anywhere in a row",
        "kept": "compared too",
    },
    "judgements": {"separate": "are judgements, no copies", "copies": "are copies"},
    "empty_cells": {"equal": "equal to each other", "left_out": "not compared: their rows are left out"},
    "scorer": {
        "letters": "letter by letter",
        "words": "the same words in any order",
        "edits": "by edits (Levenshtein)",
        "names": "as names (Jaro and Winkler)",
    },
}
CHOICES = {"boilerplate": ("aside", "kept")}  # of the others, only one that is chosen already is offered
TITLES = {
    "level": "Pieces compared",
    "digits": "Digits",
    "order": "Lines",
    "unit": "Shingles of",
    "boilerplate": "Boilerplate",
    "judgements": "Rows of one text and item by different annotators",
    "empty_cells": "Empty cells",
    "scorer": "Similarity",
    "words": "Words in a shingle",
    "characters": "Characters in a shingle",
    "tokens": "Least words in a passage",
}
LEAST = {"words": (1, 20), "characters": (1, 50), "tokens": (2, 1000)}


def choose_compared(dataset: Dataset, kind: str) -> None:
    """Asks what is compared and how; another choice computes the columns again, for all users of this dataset."""
    if kind == "meaning":
        return  # its vectors are those of the map
    if kind == "bytes" and not _are_judged(dataset):
        return  # there is nothing to choose
    name = KINDS[kind].signal
    now = dict(dataset.signal(name).parameters)
    with st.popover(_in_words(dataset, kind, now), icon=":material/tune:"), st.form(f"compared_{kind}", border=False):
        wanted = dict(now)
        if "over" in now:
            wanted |= _choose_over(dataset, kind, now)
        for parameter, words in WORDS.items():
            if parameter in now and (parameter != "judgements" or _are_judged(dataset)):
                options = [value for value in words if value in (now[parameter], *CHOICES.get(parameter, words))]
                wanted[parameter] = st.selectbox(
                    TITLES[parameter],
                    options,
                    index=options.index(str(now[parameter])),
                    format_func=words.__getitem__,
                    key=f"{kind}_{parameter}",
                )
        for parameter, (low, high) in LEAST.items():
            if isinstance(value := now.get(parameter), int):
                wanted[parameter] = int(
                    st.number_input(TITLES[parameter], low, high, value, key=f"{kind}_{parameter}_count")
                )
        if kind == "fields":
            wanted |= _choose_fields(dataset, now)
        if kind == "leaks":
            options = list(dict.fromkeys([*dataset.categories, "source_file"]))
            split = kinds.split_column(dataset)
            index = options.index(split) if split in options else None
            apart = st.selectbox("Split column", options, index=index, format_func=namer(dataset), key="leaks_split")
            wanted["split"] = join_values([apart]) if apart else ""
            wanted["threshold"] = st.slider(
                "Similar from", 0.5, 1.0, float(str(now["threshold"])), 0.01, key="leaks_near"
            )
        if st.form_submit_button("Use these", type="primary"):
            _use(dataset, name, wanted, now)


def _choose_over(dataset: Dataset, kind: str, now: dict[str, object]) -> dict[str, object]:
    offered = {"exact": list(OVER)[:4], "repetition": ["response", "prompt", "rejected", "text"]}.get(kind, list(OVER))
    over = st.selectbox(
        "What is compared" if kind != "repetition" else "What is read",
        offered,
        index=offered.index(str(now["over"])),
        format_func=lambda name: OVER.get(name, f"the {name} answer"),
        key=f"{kind}_over",
    )
    if "column" not in now:
        return {"over": over}
    texts = [name for name, dtype in dataset.originals.items() if dtype == pl.String]
    named = split_values(str(now["column"]))[0]
    index = texts.index(named) if named in texts else None
    column = st.selectbox(
        "The column, if it is one",
        texts,
        index=index,
        format_func=namer(dataset),
        key=f"{kind}_column",
        placeholder="None chosen",
    )
    return {"over": over, "column": join_values([column]) if column and over == "column" else ""}


def _choose_fields(dataset: Dataset, now: dict[str, object]) -> dict[str, object]:
    simple = [name for name, dtype in dataset.originals.items() if not dtype.is_nested()]
    chosen = split_values(str(now["columns"])) if now["columns"] else []
    columns = st.multiselect(
        "Columns",
        simple,
        default=[name for name in chosen if name in simple],
        format_func=namer(dataset),
        key="fields_columns",
        help="With several columns the least similar one decides.",
    )
    block = split_values(str(now["block"]))[0] if now["block"] else None
    within = st.selectbox(
        "Only among rows with the same",
        simple,
        index=simple.index(block) if block in simple else None,
        format_func=namer(dataset),
        key="fields_block",
        placeholder="anything: all rows are compared",
    )
    return {"columns": join_values(columns) if columns else "", "block": join_values([within]) if within else ""}


def _are_judged(dataset: Dataset) -> bool:
    return are_judged(*(dataset.roles.get(role) for role in ROLES))


def signal_of(kind: str) -> str:
    """The name of the signal whose parameters say what is compared."""
    return KINDS[kind].signal


def choose(dataset: Dataset, kind: str, parameter: str, value: str) -> None:
    """Keeps another value of one parameter, and computes the columns again; for a button."""
    name = KINDS[kind].signal
    _keep(dataset, name, {**dataset.signal(name).parameters, parameter: value})


def _keep(dataset: Dataset, name: str, parameters: dict[str, Any]) -> None:
    """Keeps parameters with the dataset, and starts to compute the columns where they are missing."""
    changed = session.keep_parameters(dataset, {name: parameters})
    if not changed.has(changed.signal(name)):
        jobs.compute(changed, changed.signal(name))


def _use(dataset: Dataset, name: str, wanted: dict[str, Any], now: dict[str, object]) -> None:
    """Keeps the parameters with the dataset and starts to compute the columns."""
    try:
        parameters = dataset.catalogue.signal(name, wanted).parameters
    except WinnowError as error:
        st.text(str(error))
        return
    if parameters != now:
        _keep(dataset, name, parameters)
        st.rerun()


def _in_words(dataset: Dataset, kind: str, now: dict[str, object]) -> str:
    if kind == "fields":
        return "Columns compared"
    if kind == "leaks":
        return "Which splits are compared"
    if now.get("whole") and now.get("over", "row") == "row":
        return "Compared: all columns"
    over = str(now.get("over", "row"))
    compared = (
        OVER.get(over, f"the {over} answer")
        if over != "column"
        else md(dataset.called(split_values(str(now["column"]))[0]), 40)
    )
    return f"Read: {compared}" if kind == "repetition" else f"Compared: {compared}"
