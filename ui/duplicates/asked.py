"""The controls of the page Duplicates: which kind is shown, which row is kept, and what is compared."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import coverage, decisions, kinds
from analysis.duplicates.judgements import ROLES, are_judged
from analysis.duplicates.kinds import KINDS
from analysis.duplicates.policies import Keep
from analysis.errors import WinnowError
from analysis.joined_values import join_values, split_values
from ui.duplicates import state
from ui.duplicates.state import Policy
from ui.figures import charts
from ui.rows import vectors
from ui.session import jobs, places, session
from ui.session.text import cut, md

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


def choose_policy(dataset: Dataset) -> Policy:
    """Asks which row of each group is kept, and which tag the others get."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        keep: Keep = st.selectbox(
            "Of each group keep",
            decisions.offered(dataset),
            format_func=decisions.POLICIES.__getitem__,
            key="keep",
            bind="query-params",
            width=240,
            help="Ties are decided by the order of the file. Exceptions: below.",
        )
        sources: list[str] = []
        source = dataset.role("source")
        if keep == "source" and source:
            counted, _ = charts.counted_lines(dataset, source, 50)
            values = counted.filter("is_named")["value"].to_list()
            sources = st.multiselect(
                "Sources, the best first",
                values,
                format_func=cut,
                key="sources",
                width=420,
                placeholder="Choose them in order; the others come last",
            )
        tags = session.notes().vocabulary.tags(dataset.fingerprint)
        tag = st.selectbox(
            "Tag for the others",
            tags,
            index=tags.index("drop") if "drop" in tags else 0,
            key="duplicate_tag",
            accept_new_options=True,
            width=200,
            help="The rows only get the tag; nothing is deleted. Rows tagged for another reason are left out here.",
        )
    return Policy(keep, tuple(sources), str(tag or "drop"))


def choose_kind(dataset: Dataset, policy: Policy) -> str:
    """Shows the counts of each kind in the rows in view, and asks which kind to show."""
    counted = state.counts(dataset, policy)
    compared = {name: state.coverage_of(dataset, name).compared for name, count in counted.items() if count}
    lines = [
        (KINDS[name].title, KINDS[name].explained, compared[name], *count)
        for name, count in counted.items()
        if count and compared[name]
    ]
    names = ["kind", "what", "compared", "groups", "rows", "rows to drop", "tokens"]
    table = pl.DataFrame(lines, schema=names, orient="row")
    integers = {name: st.column_config.NumberColumn(format="localized") for name in ("groups", "rows", "rows to drop")}
    integers["compared"] = st.column_config.NumberColumn("rows compared", format="localized")
    if table["tokens"].null_count() == table.height:
        table = table.drop("tokens")
    if lines:
        st.dataframe(
            table,
            hide_index=True,
            alt="Kinds of duplicates in the rows in view",
            column_config={
                **integers,
                "what": st.column_config.TextColumn("what it is"),
                "rows": st.column_config.NumberColumn("rows in them", format="localized"),
                "tokens": st.column_config.NumberColumn(
                    "tokens to save",
                    format="localized",
                    help="Of the rows to drop; of passages and repetition, the tokens they take up.",
                ),
            },
        )
    empty = [KINDS[name].title.lower() for name, count in counted.items() if count is None]
    missing = f" Not computed yet: {', '.join(empty)}; choose one to compute it." if empty else ""
    if nothing := [KINDS[name].title.lower() for name, rows in compared.items() if not rows]:
        missing += f" Not looked at, because no row in view can be compared so: {', '.join(nothing)}."
    if dataset.has_examples and "leaks" not in counted:
        missing += " Across splits: no column has the role split, and there is one file only."
    st.caption(f"Counted in the rows in view. Passages count as groups, too.{missing}")
    names = list(counted)
    if st.session_state.get("duplicates_kind") not in names:
        preferred = (st.query_params.get("kind"), "near", "exact", *names)
        st.session_state["duplicates_kind"] = next(kind for kind in preferred if kind in names)
    kind = st.segmented_control(
        "Kind",
        names,
        format_func=lambda name: KINDS[name].title,
        required=True,
        key="duplicates_kind",
        label_visibility="collapsed",
        on_change=_to_address,
    )
    return kind or names[0]


def _to_address() -> None:
    st.query_params["kind"] = st.session_state["duplicates_kind"]


def say_no_texts() -> None:
    """Says which roles the other kinds need, and links to the page that sets them."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text("No column has the role prompt, response or text: whole rows are compared, or columns that you choose.")
        st.page_link(places.page("open"), label="Set the roles of the columns", icon=":material/table_edit:")


def choose_compared(dataset: Dataset, kind: str) -> None:
    """Asks what is compared and how; another choice computes the columns again, for all users of this dataset."""
    if kind == "meaning":
        return  # its vectors are those of the map
    if kind == "bytes" and not _are_judged(dataset):
        return  # there is nothing to choose
    name = "leaks" if kind == "leaks" else KINDS[kind].signals[0]
    now = dict(dataset.signal(name).parameters)
    with st.popover(_in_words(kind, now), icon=":material/tune:"), st.form(f"compared_{kind}", border=False):
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
            apart = st.selectbox("Split column", options, index=index, format_func=cut, key="leaks_split")
            wanted["split"] = join_values([apart]) if apart else ""
            wanted["threshold"] = st.slider("Near from", 0.5, 1.0, float(str(now["threshold"])), 0.01, key="leaks_near")
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
        format_func=cut,
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
        format_func=cut,
        key="fields_columns",
        help="With several columns the least similar one decides.",
    )
    block = split_values(str(now["block"]))[0] if now["block"] else None
    within = st.selectbox(
        "Only among rows with the same",
        simple,
        index=simple.index(block) if block in simple else None,
        format_func=cut,
        key="fields_block",
        placeholder="anything: all rows are compared",
    )
    return {"columns": join_values(columns) if columns else "", "block": join_values([within]) if within else ""}


def _are_judged(dataset: Dataset) -> bool:
    return are_judged(*(dataset.roles.get(role) for role in ROLES))


def choose(dataset: Dataset, kind: str, parameter: str, value: str) -> None:
    """Keeps another value of one parameter, and computes the columns again; for a button."""
    name = KINDS[kind].signals[0]
    _keep(dataset, name, {**dataset.signal(name).parameters, parameter: value})


def _keep(dataset: Dataset, name: str, parameters: dict[str, Any]) -> None:
    """Keeps parameters with the dataset, and starts to compute the columns where they are missing."""
    chosen = {**dataset.meta.get("parameters", {}), name: parameters}
    changed = session.workspace().describe(dataset, parameters=chosen)
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


def _in_words(kind: str, now: dict[str, object]) -> str:
    if kind == "fields":
        return "Columns compared"
    if kind == "leaks":
        return "Which splits are compared"
    if now.get("whole") and now.get("over", "row") == "row":
        return "Compared: all columns"
    over = str(now.get("over", "row"))
    compared = OVER.get(over, f"the {over} answer") if over != "column" else md(split_values(str(now["column"]))[0], 40)
    return f"Read: {compared}" if kind == "repetition" else f"Compared: {compared}"


def is_ready(dataset: Dataset, kind: str, policy: Policy) -> bool:
    """Whether everything that the kind and the policy need is computed; offers to compute what is missing."""
    if kind == "fields" and not state.is_asked(dataset):
        st.text("Choose the columns whose values are compared, under “Columns compared”.")
        return False
    if kind == "leaks" and kinds.split_column(dataset) is None:
        st.text("Choose the split column under “Which splits are compared”.")
        return False
    if kind != "meaning" and (why := coverage.not_possible(dataset, kind)):
        st.text(f"Not looked at: {why}")
        return False
    if kind == "meaning" and not vectors.are_there(dataset, "Finding rows of one meaning", "meaning_pairs"):
        return False
    needed = [
        *KINDS[kind].signals,
        *(decisions.missing_for(dataset, policy.keep) if kind in decisions.SIGNAL_OF else []),
    ]
    return jobs.require(dataset, *dict.fromkeys(needed))
