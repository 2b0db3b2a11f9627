"""The second side of a comparison, on Compare, Slices and Verbs: in the address, in the session, and its pickers.

The address holds the filters of its own as `b`, its dataset as `bd` if that is another one, and `bf=1` if the other
filters of the view hold for it too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import DatasetError, ViewError
from analysis.view import View
from ui.session import history, places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import cut, md
from ui.slices.sides import OTHERS, REST, Pair, Side, followed, named, suggested

KEPT = "other_side"
SUGGESTED = 4


class Other(NamedTuple):
    """The second side: its dataset, the positions of its rows, its name, all its filters in words, its cache key."""

    dataset: Dataset
    rows: pl.Series
    name: str
    words: str
    key: Key
    view: View | None  # null: all rows that the view leaves out
    columns: frozenset[str] = frozenset()  # of its filters
    only_here: str = ""  # filters of the view that do not hold for it, in words


def show(side: Side) -> None:
    """Opens the page Compare with this second side."""
    remember(side)
    st.switch_page(places.page("compare"))


def remember(side: Side | None) -> None:
    """Keeps the second side for this session; every page that knows it writes it into the address."""
    if side is None:
        st.session_state.pop(KEPT, None)
    else:
        st.session_state[KEPT] = side
    for name in ("b", "bd", "bf"):
        st.query_params.pop(name, None)


def asked(dataset: Dataset) -> Side | None:
    """The second side from the address, or from the session if the address names none; null if neither does."""
    if "b" in st.query_params:
        filters = tuple(text for text in st.query_params.get_all("b") if text)
        follows = st.query_params.get("bf") == "1"
        st.session_state[KEPT] = Side(st.query_params.get("bd", dataset.id), filters, "", follows)
    elif history.is_step():
        st.session_state.pop(KEPT, None)
    side: Side | None = st.session_state.get(KEPT)
    if side is None:
        return None
    st.query_params["b"] = list(side.filters) or [""]
    for name, value in (("bd", side.id if side.id != dataset.id else ""), ("bf", "1" if side.follows else "")):
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    return side


def take_earlier(offered: dict[str, Side]) -> None:
    """Takes the second side from a link made when it was `against` in the address."""
    words = st.query_params.get("against")
    if words is not None:
        del st.query_params["against"]
        if words in offered:
            remember(offered[words])
        else:
            st.text(f"{cut(words)} is not available here, so nothing is compared.")


def read(dataset: Dataset, offered: dict[str, Side], without: tuple[str, ...] = ()) -> Other | None:
    """The second side with its rows; null, with a message, if it cannot be read. `without` are columns whose filters
    do not apply on this page, on either side.
    """
    side = asked(dataset)
    if side is None:
        return None
    base = session.view()
    for column in without:
        base = base.without_column(column)
    try:
        other = dataset if side.id == dataset.id else session.load(side.id)
        return _other(dataset, other, side, base, offered, without)
    except (ViewError, DatasetError) as error:
        st.text(str(error))
        return None


def _other(
    dataset: Dataset, other: Dataset, side: Side, base: View, offered: dict[str, Side], without: tuple[str, ...]
) -> Other | None:
    if side.filters == (REST,):
        inside = dataset.rows_of(base)
        outside = pl.repeat(True, dataset.height, dtype=pl.Boolean, eager=True).scatter(inside, False)
        rows = outside.arg_true().cast(pl.UInt32).alias("row")
        return Other(dataset, rows, OTHERS, OTHERS, key_of(dataset, view=base, more=(REST,)), None)
    view, chosen_by = side.view(base), View.from_params(side.filters)
    for column in without:
        view = view.without_column(column)
    session.take_tags(other)
    other.check(view)
    if missing := other.needs(view):
        signals = ", ".join(s.name for s in missing)
        st.text(f"The other side's filters need {signals} of {other.name}, which is not computed yet.")
        return None
    is_here = other.id == dataset.id
    name = named(dataset, view, offered)[1] if is_here else cut(other.name, 40)
    words = other.sentence_of(view) if is_here else f"{other.name}: {other.sentence_of(view)}"
    only = View(tuple(f for f in followed(base, chosen_by) if f.enabled)) if not side.follows else View()
    only_here = dataset.sentence_of(only) if only.active else ""
    columns = frozenset(view.columns())
    return Other(other, other.rows_of(view), name, words, key_of(other, view=view), view, columns, only_here)


def names(dataset: Dataset, offered: dict[str, Side], other: Other, view: View | None = None) -> tuple[str, str]:
    """The names of both sides, which are never the same."""
    view = session.view() if view is None else view
    first = named(dataset, view, offered)[1]
    if first != other.name:
        return first, other.name
    if dataset.id != other.dataset.id:
        return cut(dataset.name, 40), f"{cut(other.dataset.name, 40)} (the other)"
    sentences = cut(dataset.sentence_of(view), 60), cut(other.words, 60)
    return sentences if sentences[0] != sentences[1] else (first, f"{other.name} (again)")


# Choices on the page


def choose(dataset: Dataset, offered: dict[str, Side], label: str = "with", *, width: int = 320) -> None:
    """A list of all second sides, with the chosen one; a choice is part of the address."""
    side = asked(dataset)
    listed = dict(offered)
    current = next((words for words, each in listed.items() if side and _filters_of(each) == _filters_of(side)), None)
    if side and current is None and side.id == dataset.id:
        try:
            current = cut(dataset.sentence_of(side.view(session.view())), 80)
        except ViewError:
            current = "a side that cannot be read"
        listed[current] = side
    st.session_state["side_b"] = current

    def chosen() -> None:
        words = st.session_state.get("side_b")
        remember(listed[words] if words else None)

    st.selectbox(
        label, list(listed), index=None, key="side_b", placeholder="Choose what to compare with", on_change=chosen,
        width=width,
    )  # fmt: skip


def _filters_of(side: Side) -> tuple[str, tuple[str, ...]]:
    return side.id, side.filters


def choose_first(dataset: Dataset, offered: dict[str, Side]) -> None:
    """A list for the first side: a choice changes the rows in view."""
    view = session.view()
    words, name = named(dataset, view, offered)
    listed = {w: side for w, side in offered.items() if side.id == dataset.id and side.filters != (REST,)}
    current = words or f"in view: {name}"
    st.session_state["side_a"] = current

    def chosen() -> None:
        side = listed.get(str(st.session_state.get("side_a")))
        if side:
            before = listed[words].column if words else None
            session.set_view(side.view(view.without_column(before) if before else view))

    st.selectbox(
        "Compare", list(dict.fromkeys([current, *listed])), key="side_a", on_change=chosen, width=320
    )  # fmt: skip


def suggest(dataset: Dataset, offered: dict[str, Side], limit: int = SUGGESTED) -> None:
    """The pairs to begin with as buttons."""
    pairs = suggested(dataset, session.view(), offered)[:limit]
    if not pairs:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("For example", width="content")
        for number, pair in enumerate(pairs):
            label = f"{md(pair.name, 40)} vs {md(pair.other.name, 40)}"
            st.button(label, key=f"suggested_{number}", on_click=_take, args=(pair,))


def _take(pair: Pair) -> None:
    session.set_view(pair.view)
    remember(pair.other)


def choose_filters(dataset: Dataset, other: Other, first: str) -> None:
    """Says which filters of the first side do not hold for the second, with a switch where they can."""
    side = asked(dataset)
    if side is None or side.filters == (REST,) or (not other.only_here and not side.follows):
        return
    shared = View(followed(session.view(), View.from_params(side.filters)))
    if side.follows and not shared.active:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if side.id == dataset.id and side.filters:
            st.toggle(
                "Same other filters for both",
                value=side.follows,
                key=f"both_filtered_{side.follows}",
                on_change=_follow(side),
                width="content",
            )
        sentence = cut(dataset.sentence_of(shared), 200)
        st.text(f"Both: {sentence}." if side.follows else f"Only {first}: {cut(other.only_here, 200)}.")


def _follow(side: Side) -> Callable[[], None]:
    return lambda: remember(side._replace(follows=not side.follows))
