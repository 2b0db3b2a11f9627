"""The stored columns behind a decision: whether they match the page's settings, and the filters that read them."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions
from analysis.joined_values import join_values
from ui.duplicates.state import Found
from ui.session import jobs, session

EXTRA_OF = {
    "bytes": "is_identical_extra",
    "exact": "is_duplicate_extra",
    "normalised": "is_normalised_extra",
    "near": "is_near_extra",
    "meaning": "is_meaning_extra",
    "fields": "is_field_extra",
}


def filters(dataset: Dataset, grouping: Found) -> None:
    """The columns behind the page as filters: rows in groups, rows to drop."""
    kind = grouping.choice.kind
    if not is_followed(dataset, grouping):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Use this threshold for filters too"
                if _differs_by_threshold(dataset, grouping)
                else "Use these for filters too",
                key="follow",
                on_click=_follow,
                args=(dataset, grouping),
                help=f"They read {decisions.GROUP_OF[kind]} and {EXTRA_OF[kind]}, which are computed again.",
            )
            st.text("Filters, findings and exports still use other settings.")
        return
    if kind == "near" and not jobs.require(dataset, "near_groups"):
        return
    view, group = session.view(), decisions.GROUP_OF[kind]
    with st.container(horizontal=True):
        st.button(
            "Show the rows in groups",
            key="in_groups",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(view.where(group, "notnull"),),
        )
        st.button(
            "Show all but one of each group",
            key="extras",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(view.where(EXTRA_OF[kind], "eq", "true"),),
        )


def is_followed(dataset: Dataset, grouping: Found) -> bool:
    """Whether the stored columns were computed with the page's settings."""
    choice = grouping.choice
    if choice.kind == "meaning":
        parameters = dataset.signal("meaning_pairs").parameters
        return (parameters["threshold"], parameters["words"] == "other") == (choice.threshold, choice.other_words)
    if choice.kind == "fields":
        return dataset.signal("field_pairs").parameters["threshold"] == choice.threshold
    if choice.kind != "near":
        return True
    parameters = dataset.signal("near_groups").parameters
    return (parameters["threshold"], parameters["keep"], parameters["sources"]) == (
        choice.threshold,
        *_kept_by(grouping),
    )


def _differs_by_threshold(dataset: Dataset, grouping: Found) -> bool:
    """Whether the stored columns were computed with another threshold."""
    kind = grouping.choice.kind
    name = "near_groups" if kind == "near" else decisions.SIGNAL_OF[kind]
    return dataset.signal(name).parameters["threshold"] != grouping.choice.threshold


def _kept_by(grouping: Found) -> tuple[str, str]:
    """The policy as parameters of near_groups: by source only if sources are named."""
    named = grouping.choice.keep == "source" and bool(grouping.choice.sources)
    keep = "first" if grouping.choice.keep == "source" and not named else grouping.choice.keep
    return keep, join_values(grouping.choice.sources) if named else ""


def _follow(dataset: Dataset, grouping: Found) -> None:
    name = "near_groups" if grouping.choice.kind == "near" else decisions.SIGNAL_OF[grouping.choice.kind]
    parameters: dict[str, object] = {**dataset.signal(name).parameters, "threshold": grouping.choice.threshold}
    if name == "near_groups":
        parameters["keep"], parameters["sources"] = _kept_by(grouping)
    if name == "meaning_pairs":
        parameters["words"] = "other" if grouping.choice.other_words else "any"
    changed = session.keep_parameters(dataset, {name: parameters})
    jobs.compute(changed, changed.signal(name))
