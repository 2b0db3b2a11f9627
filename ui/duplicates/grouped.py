"""The groups of one kind: threshold and curve, table and sizes, one group side by side with its actions."""

from __future__ import annotations

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions, side_by_side
from analysis.reading.side_by_side import Group
from analysis.signal import ROW_ID
from analysis.view import ANY_TEXT, View
from ui.components import side_by_side as component
from ui.duplicates import acts, following, state
from ui.duplicates.figures import counted_sizes, group_sizes, threshold_curve
from ui.duplicates.state import Found, Policy
from ui.figures import charts
from ui.rows import masking, vectors
from ui.rows.ticked import ticked
from ui.session import history, session
from ui.session.cache_keys import Key
from ui.session.text import count

PAGE_GROUPS, PAGE_OTHERS = 12, 4
MOST_IDS = 200  # rows named one by one in a filter
UNJUDGED = {
    "capped": "compared with only some of their neighbours",
    "too_short": "too short for a shingle",
    "crowded": "whose stored neighbours are all more similar than that, so more may exist",
}


def choose_threshold(dataset: Dataset, kind: str) -> None:
    """Asks from which similarity rows are duplicates; the whole page follows at once."""
    if kind not in decisions.NEIGHBOURS_OF:
        return
    kept, key = f"kept_threshold_{kind}_{dataset.id}", f"threshold_{kind}_{dataset.id}"
    if history.is_step() or key not in st.session_state:
        st.session_state[key] = state.threshold_of(dataset, kind)
    value = st.slider(
        "Similar from",
        state.least_threshold(kind),
        1.0,
        step=0.01,
        key=key,
        on_change=_keep_threshold,
        args=(kind, dataset.id),
        width=520,
    )
    st.session_state[kept] = value
    state.to_address(dataset, kind, value)
    if kind == "meaning":
        _choose_words(dataset)
    parameters = dataset.signal(decisions.SIGNAL_OF[kind]).parameters
    if kind == "near" and parameters["unit"] != "characters":
        n = int(str(parameters["words"]))
        changed = 1 - (2 * value / (1 + value)) ** (1 / n)
        difference = (
            f"in which up to about one word in {1 / changed:.0f} was replaced" if changed > 0.001 else "of equal words"
        )
        st.caption(
            f"Finds rows {difference}: Jaccard index of runs of {count(n, 'word')}, the same for every pair shown."
        )


def _choose_words(dataset: Dataset) -> None:
    """Asks whether pairs with nearly the same words are left out."""
    st.toggle(
        "Only in other words",
        value=state.other_words(dataset),
        key=f"words_{dataset.id}",
        on_change=_keep_words,
        args=(dataset.id,),
        help="Leaves out pairs that share 70% or more of their runs of two words: the kinds Exact "
        "and Similar show those. Off: all rows of one meaning, in any words.",
    )
    nearest = dataset.signal("neighbours").parameters["count"]
    vectors.say_which(
        dataset,
        "Cosine of vectors",
        f"Of each row the {nearest} nearest are compared; texts with different numbers are no pair. Read, then tag.",
    )


def _keep_words(id: str) -> None:
    st.session_state[f"kept_words_{id}"] = st.session_state[f"words_{id}"]


def _keep_threshold(kind: str, id: str) -> None:
    """Stores the threshold before anything is counted, so that the counts above the slider are of its new value."""
    st.session_state[f"kept_threshold_{kind}_{id}"] = st.session_state[f"threshold_{kind}_{id}"]


def numbers(dataset: Dataset, grouping: Found) -> None:
    """Shows the counts of the decision, and the rows that could not be judged."""
    s = grouping.summary
    tokens = "not counted" if s.tokens_to_drop is None else f"{s.tokens_to_drop:,}"
    with st.container(horizontal=True):
        for label, value in (
            ("Groups", f"{s.groups:,}"),
            ("Rows in them", f"{s.rows:,}"),
            ("Rows to drop", f"{s.rows_to_drop:,}"),
            ("Tokens to save", tokens),
            ("Largest group", count(s.largest)),
        ):
            st.metric(label, value, border=True)
    kind = grouping.choice.kind
    if kind not in decisions.NEIGHBOURS_OF:
        return
    status = dataset.column(decisions.STATUS_OF[kind]).gather(dataset.rows_of(session.view()))
    not_judged = [f"{count(n)} {words}" for name, words in UNJUDGED.items() if (n := int((status == name).sum()))]
    if kind == "meaning" and (without := status.null_count()):
        not_judged.append(f"{count(without)} without a vector")
    if not_judged:
        st.caption(f"In view: {'; '.join(not_judged)}.")


def pictures(dataset: Dataset, grouping: Found) -> None:
    """Rows to drop against the threshold, and groups by their size."""
    left, right = st.columns(2, gap="large")
    if grouping.choice.kind in decisions.NEIGHBOURS_OF:
        with left:
            curve = state.curve_of(dataset, grouping)
            shown = threshold_curve(curve, grouping.choice.threshold, charts.palette())
            name = "Rows to drop by threshold, of all rows"
            charts.show(
                shown, "curve", name, lambda: curve.select("threshold", pl.col("rows_to_drop").alias("rows to drop"))
            )
        left = right
    if grouping.groups.height:
        with left:
            sizes = grouping.groups["rows"]
            shown = group_sizes(sizes, charts.palette())
            charts.show(shown, "sizes", "Groups by number of rows", lambda: counted_sizes(sizes))


def choose_group(dataset: Dataset, grouping: Found) -> int | None:
    """Lists the groups, twelve per page, with a search; returns the kept row of the chosen one, null if none."""
    acts.take_back(dataset, state.said(dataset)[1], "undo_exception")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input("Search in the groups", key="sought_duplicates", type="search", width=280) or ""
        orders = {"rows": "largest first", "least_similarity": "least similar first", "group": "as in the file"}
        by = st.selectbox("Order", list(orders), format_func=orders.__getitem__, key="groups_by", width=200)
    listed = grouping.groups
    if sought:
        holds = dataset.rows_of(session.view().where(ANY_TEXT, "has", sought)).to_numpy()
        holds = holds[grouping.decision.drop[holds] | np.isin(holds, listed["group"].to_numpy())]
        listed = listed.filter(pl.col("group").is_in(pl.Series(grouping.decision.kept[holds]).unique().implode()))
    if listed.is_empty():
        st.text("No group holds this text." if sought else "No row in view has a duplicate of this kind.")
        return None
    if by != "rows":
        listed = listed.sort(by, "group")
    pages = -(-listed.height // PAGE_GROUPS)
    page = min(st.pagination(pages, key="groups_page"), pages) if pages > 1 else 1
    part = listed.slice((page - 1) * PAGE_GROUPS, PAGE_GROUPS)
    kind = grouping.choice.kind
    frame = dataset.frame(side_by_side.shown_columns(dataset, kind), part["group"])
    frame = masking.masked(dataset, frame, part["group"])
    texts, _ = side_by_side.texts_of_rows(dataset, kind, frame)
    shown = part.select(
        (pl.col("group") + 1).alias("kept row"),
        "rows",
        pl.col("least_similarity").alias("least similar"),
        pl.col("tokens_to_drop").alias("tokens to save"),
        pl.Series("kept text", [text[:160] for text in texts]),
    )
    left_out = [] if kind in decisions.NEIGHBOURS_OF else ["least similar"]
    left_out += [] if decisions.tokens_of_rows(dataset) is not None else ["tokens to save"]
    line = ticked(
        shown.drop(left_out),
        f"groups_{kind}_{page}_{by}",
        f"Groups {(page - 1) * PAGE_GROUPS + 1} to {(page - 1) * PAGE_GROUPS + part.height} of {listed.height}",
        column_config={
            "kept text": st.column_config.TextColumn(width="large"),
            "least similar": st.column_config.NumberColumn(format="%.2f"),
            **{
                name: st.column_config.NumberColumn(format="localized")
                for name in ("kept row", "rows", "tokens to save")
            },
        },
    )
    st.caption(f"{count(listed.height, 'group')}. Tick one to see its rows side by side.")
    return int(part["group"][line or 0])


def open_group(dataset: Dataset, grouping: Found, policy: Policy, kept: int) -> None:
    """The kept row and the others of its group, least similar first; each can be kept instead of it, or kept too."""
    members = np.flatnonzero(grouping.decision.drop & (grouping.decision.kept == kept))
    similarity = grouping.decision.similarity[members]
    order = np.lexsort((members, similarity))
    pages = -(-len(members) // PAGE_OTHERS)
    page = min(st.pagination(pages, key=f"others_{kept}"), pages) if pages > 1 else 1
    places = order[(page - 1) * PAGE_OTHERS : page * PAGE_OTHERS]
    others = [(int(row), float(near)) for row, near in zip(members[places], similarity[places], strict=True)]
    kind = grouping.choice.kind
    can_change = not decisions.is_by_parts(dataset, kind)
    shown = _group(grouping.key, kept, page, len(members) + 1, can_change, kind, dataset, others)
    marks = "Orange: words that the kept row lacks; beside one other row, also words that only the kept row has."
    passages = (
        " Underlined green: passages shared with other rows." if dataset.has(dataset.signal("shared_spans")) else ""
    )
    st.caption(marks + passages)
    component.side_by_side([shown], "duplicates", acts.wish, lambda name: acts.act(dataset, name))
    view = _view_of(dataset, grouping, kept, members)
    if view:
        st.button(
            "Show only this group",
            key="only_group",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(view,),
        )
    acts.grant(dataset)


def _view_of(dataset: Dataset, grouping: Found, kept: int, members: np.ndarray) -> View | None:
    """The group as a filter: by its number if the stored columns have it, else by row ids; null with too many rows."""
    group = decisions.GROUP_OF[grouping.choice.kind]
    _, words = state.said(dataset)
    has_number = (
        following.is_followed(dataset, grouping) and group in dataset.schema and not words.refused and not words.chosen
    )
    if has_number and (number := dataset.column(group)[kept]) is not None:
        return session.view().where(group, "eq", str(number))
    if len(members) >= MOST_IDS:
        return None
    ids = dataset.column(ROW_ID).gather([kept, *members.tolist()]).to_list()
    return session.view().listing(f"in the group of row {ids[0]}", ids)


@st.cache_resource(max_entries=64, show_spinner=False)
def _group(
    key: Key,
    kept: int,
    page: int,
    size: int,
    can_change: bool,
    kind: str,
    _dataset: Dataset,
    _others: list[tuple[int, float]],
) -> Group:
    return side_by_side.group(_dataset, kind, kept, _others, size, can_change=can_change)
