"""The stored columns behind a decision: whether they follow the page's settings, and the filters that read them."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions
from analysis.joined_values import join_values
from ui.duplicates.state import Found
from ui.session import jobs, session

EXTRA_OF = {
    "exact": "is_duplicate_extra",
    "normalised": "is_normalised_extra",
    "near": "is_near_extra",
    "meaning": "is_meaning_extra",
    "fields": "is_field_extra",
}


def filters(dataset: Dataset, found: Found) -> None:
    """The columns behind the page as filters: rows in groups, rows to drop."""
    kind = found.choice.kind
    if not is_followed(dataset, found):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Make these settings the columns",
                key="follow",
                on_click=_follow,
                args=(dataset, found),
                help=f"Filters, tables and exports read {decisions.GROUP_OF[kind]} and {EXTRA_OF[kind]}.",
            )
            st.text(f"Filters read {decisions.GROUP_OF[kind]} and {EXTRA_OF[kind]}, which follow other settings.")
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


def is_followed(dataset: Dataset, found: Found) -> bool:
    """Whether the stored columns were made with the page's settings."""
    choice = found.choice
    if choice.kind == "meaning":
        own = dataset.signal("meaning_pairs").parameters
        return (own["threshold"], own["words"] == "other") == (choice.threshold, choice.other_words)
    if choice.kind == "fields":
        return dataset.signal("field_pairs").parameters["threshold"] == choice.threshold
    if choice.kind != "near":
        return True
    own = dataset.signal("near_groups").parameters
    return (own["threshold"], own["keep"], own["sources"]) == (choice.threshold, *_kept_by(found))


def _kept_by(found: Found) -> tuple[str, str]:
    """The policy as near_groups takes it: by source only where some are named."""
    named = found.choice.keep == "source" and bool(found.choice.sources)
    keep = "first" if found.choice.keep == "source" and not named else found.choice.keep
    return keep, join_values(found.choice.sources) if named else ""


def _follow(dataset: Dataset, found: Found) -> None:
    name = "near_groups" if found.choice.kind == "near" else decisions.SIGNAL_OF[found.choice.kind]
    own: dict[str, object] = {**dataset.signal(name).parameters, "threshold": found.choice.threshold}
    if name == "near_groups":
        own["keep"], own["sources"] = _kept_by(found)
    if name == "meaning_pairs":
        own["words"] = "other" if found.choice.other_words else "any"
    chosen = {**dataset.meta.get("parameters", {}), name: own}
    changed = session.workspace().describe(dataset, parameters=chosen)
    jobs.compute(changed, changed.signal(name))
