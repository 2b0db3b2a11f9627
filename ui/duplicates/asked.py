"""Which kind of duplicates does the page show, and which row of a group is kept?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import coverage, decisions, kinds
from analysis.duplicates.kinds import KINDS
from analysis.duplicates.policies import Keep
from ui.duplicates import state
from ui.duplicates.state import Policy
from ui.figures import charts
from ui.rows import vectors
from ui.session import history, jobs, places, session
from ui.session.text import cut


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
    table = table.select("kind", "rows to drop", "tokens", "groups", "rows", "compared", "what")  # what counts is first
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
    if history.remembered("duplicates_kind") not in names:
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
