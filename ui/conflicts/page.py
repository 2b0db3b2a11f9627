"""The parts of the page Conflicts: kinds with counts, groups side by side, and whether chosen is the longer answer."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analysis.conflicts import tables
from analysis.conflicts.kinds import KINDS, MEANING, Kind, missing_roles
from analysis.conflicts.side_by_side import MAX_CARDS, columns_of, side_by_side
from analysis.dataset import Dataset
from analysis.joined_values import join_values
from analysis.reading.side_by_side import Group
from analysis.view import View
from ui.components import side_by_side as component
from ui.conflicts import deciding
from ui.rows import browser, vectors
from ui.rows.ticked import ticked_once
from ui.session import history, jobs, places, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import count, told_apart

GROUPS_SHOWN = 5


def _key(dataset: Dataset, *more: str) -> Key:
    signals = {kind.signal: dataset.signal(kind.signal) for kind in KINDS.values()}
    return key_of(dataset, *signals.values(), view=session.view(), more=more)


@st.cache_resource(max_entries=32, show_spinner=False)
def _found(key: Key, _dataset: Dataset, _view: View) -> list[tables.Found]:
    return tables.found(_dataset, _view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _groups(key: Key, sought: str, _dataset: Dataset, _kind: Kind, _view: View) -> pl.DataFrame:
    return tables.groups(_dataset, _kind, _view, sought)


def kinds(dataset: Dataset) -> list[tables.Found]:
    """Every kind in the rows in view; kept while view, tags and signal stay the same."""
    return _found(_key(dataset), dataset, session.view())


def cards(kinds_with_counts: Sequence[tables.Found]) -> None:
    """The kinds found in the rows in view, by theme, each with a filter and its groups; then the kinds not found."""
    seen = [one for one in kinds_with_counts if one.rows]
    with st.container(key="stacked_kinds"):
        columns = st.columns(2, gap="large")
    for number, theme in enumerate(dict.fromkeys(one.kind.theme for one in seen)):
        with columns[number % 2].container(border=True, gap="xsmall"):
            st.markdown(f"**{theme}**")
            for one in (one for one in seen if one.kind.theme == theme):
                with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
                    st.button(
                        told_apart(f"Show {one.rows:,}", one.kind.title),
                        key=f"filter_{one.kind.name}",
                        width=124,
                        icon=":material/filter_alt:",
                        help="Only these rows, as a filter on all pages",
                        on_click=session.set_view,
                        args=(one.view(session.view()),),
                    )
                    st.button(
                        told_apart("Compare", one.kind.title),
                        key=f"compare_{one.kind.name}",
                        type="tertiary",
                        icon=":material/compare_arrows:",
                        on_click=_choose,
                        args=(one.kind.name,),
                        help="Show them side by side below",
                    )
                    st.text(f"{one.kind.title}. {one.sentence}", width="stretch")
    looked_for = [one for one in kinds_with_counts if one.looked_at]
    if not looked_for:
        st.text("Not looked for: no row in view has a prompt with a response, two answers, a label or a score.")
    elif not seen:
        st.text("No conflict was found in the rows in view, of the kinds that were looked for.")
    if unseen := [f"{_named(one.kind)}: 0 of {count(one.looked_at)}" for one in looked_for if not one.rows]:
        st.caption(f"Looked for and not found in the rows in view: {'; '.join(unseen)}.")
    left_out = [one.kind for one in kinds_with_counts if not one.looked_at]
    for subject in dict.fromkeys(kind.subject for kind in left_out):
        named = "; ".join(_named(kind) for kind in left_out if kind.subject == subject)
        st.caption(f"Not looked for, since no row in view has {subject}: {named}.")


def _named(kind: Kind) -> str:
    return f"{kind.title.lower()} ({kind.theme.lower()})"


def _choose(name: str | None = None) -> None:
    """Compares this kind, or the one picked in the list, and puts it in the address."""
    st.query_params["conflict"] = st.session_state["conflict"] = name or st.session_state["conflict"]


def say_missing(dataset: Dataset) -> None:
    """Names the roles without a column, the kinds that need them, and the page that sets them."""
    missing = missing_roles(dataset.roles)
    if not missing:
        return
    with st.expander(f"Not looked for: {count(len(missing), 'role')} not set", key="missing_roles"):
        for role, titles in missing.items():
            st.text(f"{role.replace('_', ' ')}: needed for {', '.join(titles)}.")
        st.page_link(places.page("open"), label="Set the roles of the columns", icon=":material/table_edit:")


def say_meaning(dataset: Dataset) -> None:
    """Says which vectors compare prompts by meaning, or what is missing for it."""
    if needs := tables.missing_for_meaning(dataset):
        with st.expander(f"Not looked for: {MEANING.lower()}", key="missing_meaning"):
            st.text(needs)
            vectors.say_which(dataset, "Prompts are compared")
            if "the nearest" in needs or "a vector" in needs:
                jobs.require(dataset, "meaning_conflicts")
        return
    if jobs.require(dataset, "meaning_conflicts"):
        threshold = dataset.signal("meaning_conflicts").parameters["threshold"]
        vectors.say_which(
            dataset,
            f"Prompts have the same meaning from a cosine of {threshold},",
            "Not compared: prompts with different numbers or system prompts, and chats with several questions.",
        )


def compare(dataset: Dataset, kinds_with_counts: Sequence[tables.Found]) -> None:
    """The groups of one kind side by side, five per page."""
    rows_of = {one.kind.name: one.rows for one in kinds_with_counts if one.rows}
    if history.remembered("conflict") not in rows_of:
        asked = st.query_params.get("conflict")
        st.session_state["conflict"] = asked if asked in rows_of else next(iter(rows_of))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Kind",
            list(rows_of),
            format_func=lambda n: f"{KINDS[n].theme}: {KINDS[n].title} ({rows_of[n]:,})",
            key="conflict",
            on_change=_choose,
            width=480,
        )
        sought = st.text_input("Search in them", key="sought_groups", type="search", width=260) or ""
        kind = KINDS[name]
        order = (
            st.selectbox(
                "Order", ["largest first", "as in the file"], key="conflict_order", bind="query-params", width=170
            )
            if kind.group
            else "as in the file"
        )
    listed = _groups(_key(dataset, name), sought, dataset, kind, session.view())
    if listed.is_empty():
        st.text("No group in view holds this text. Clear the search to see all groups.")
        return
    listed = listed.sort("group") if order == "as in the file" else listed
    pages = -(-listed.height // GROUPS_SHOWN)
    page = min(st.pagination(pages, key=f"page_{name}"), pages) if pages > 1 else 1
    part = listed.slice((page - 1) * GROUPS_SHOWN, GROUPS_SHOWN)
    marked = " Marked: words that another side lacks." if kind.shape in ("answers", "asked", "pair") else ""
    whole = " A group is shown whole, even if the filters keep only some of its rows." if kind.group else ""
    st.caption(f"{count(listed.height, 'group' if kind.group else 'row')}.{marked}{whole}")
    key = key_of(dataset, dataset.signal(kind.signal), more=(name,))
    groups = [(int(number), _group(key, int(number), dataset, kind)) for number in part["group"]]
    shown = [deciding.with_acts(dataset, kind, number, group) for number, group in groups]
    component.side_by_side(shown, "side_by_side", _wish, lambda act: deciding.act(dataset, act))
    if row := st.session_state.pop("row_to_read", None):
        browser.open_in_reader(dataset, row)


def _wish(row: str) -> None:
    st.session_state["row_to_read"] = row


@st.cache_resource(max_entries=64, show_spinner=False)
def _group(key: Key, group: int, _dataset: Dataset, _kind: Kind) -> Group:
    members = tables.rows_of_group(_dataset, _kind, group)
    first = members.head(MAX_CARDS)
    frame = _dataset.frame(columns_of(_dataset), first)
    left = len(members) - len(first)
    return side_by_side(_kind, list(frame.iter_rows(named=True)), first.to_list(), _dataset.roles, left)


def longer(dataset: Dataset) -> None:
    """Whether chosen is systematically the longer answer, over all pairs in view and for each value of a column."""
    whole = tables.chosen_longer(dataset, session.view())
    if whole is None:
        return
    st.subheader("Is the longer answer the chosen one?", anchor=False)
    st.text(whole.sentence)
    if not dataset.categories:
        return
    by = st.selectbox(
        "By", dataset.categories, format_func=namer(dataset), key="longer_by", bind="query-params", width=260
    )
    table = tables.chosen_longer_by(dataset, by, session.view()).head(50)
    bounds = {name: st.column_config.NumberColumn(format="percent") for name in ("low", "high")}
    line = ticked_once(
        table.with_columns(pl.col("value").fill_null("(missing)").str.slice(0, 80)),
        "longer",
        "Share of pairs in which chosen is longer, with its 95% interval",
        column_config={
            "value": st.column_config.TextColumn("value"),
            "share": st.column_config.ProgressColumn("chosen longer", format="percent", min_value=0, max_value=1),
            **bounds,
        },
    )
    st.caption("Share of pairs in characters, with its 95% interval (Wilson). Tick a line to see its rows.")
    if line is not None:
        value = table["value"][line]
        others = session.view().without_column(by)
        session.set_view(others.where(by, "null") if value is None else others.where(by, "in", join_values([value])))
        st.rerun()
