"""Which columns hold item, annotator and label, and the judgements in the rows in view."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
import streamlit as st

from analysis.annotators import Labels, Votes, labels_of, votes_of
from analysis.annotators.profiles import facts_in
from analysis.dataset import Dataset
from analysis.joined_values import join_values, split_values
from analysis.reading.judged_items import columns_of, judged_columns
from analysis.view import View
from ui.figures import charts
from ui.session import jobs, places, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import count, md

MOST_DISTINCT_SHARE = 0.95  # of the rows: a column with more distinct values repeats only by chance
READ = ("consensus", "sessions", "times", "tokens", "lengths")  # signals that the page reads
KEPT = 4  # views whose judgements stay in memory: a million take some 50 MB


@dataclass(frozen=True, eq=False)
class Asked:
    """What the page compares: the columns by role, and the view without its filters on the annotator, so that people
    can be compared. `key` is the cache key of this choice.
    """

    dataset: Dataset
    view: View
    item: tuple[str, ...]
    annotator: str
    label: str
    gold: str
    key: Key


def choose(dataset: Dataset) -> Asked:
    """Asks for the columns by role and keeps them with the dataset."""
    columns = [c for c, dtype in dataset.originals.items() if not dtype.is_nested() and not dataset.is_long(c)]
    before = dataset.signal("consensus").parameters
    now = {role: columns_of(dataset, role)[:1] for role in ("annotator", "label")}
    now["label"] = judged_columns(dataset)[:1]
    items = columns_of(dataset, "item")
    kept = f"{dataset.id}_{dataset.signal('consensus').key}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        item = st.multiselect(
            "Item: what several people judged",
            [*columns, *(c for c in items if c not in columns)],
            default=items,
            format_func=namer(dataset),
            key=f"ask_item_{kept}",
            placeholder="One column or several",
            width=420,
        )
        annotator = _one(dataset, "Annotator: who judged", columns, now["annotator"], f"ask_annotator_{kept}")
        label = _one(dataset, "Label or score", columns, now["label"], f"ask_label_{kept}")
        gold = _one(dataset, "Gold label, if any", columns, [], f"ask_gold_{dataset.id}")
    wanted = {
        **before,
        "item": join_values(item) if item else "",
        "annotator": _joined(annotator),
        "label": _joined(label),
    }
    if split(wanted, "label") == split(dict(before), "score") and not before["label"]:
        wanted["label"] = ""  # the score is used as the label, as before
    if wanted != before:
        _keep(dataset, wanted)
        st.rerun()
    view = session.view().without_column(annotator) if annotator else session.view()
    key = key_of(dataset, *map(dataset.signal, READ), view=view)
    return Asked(dataset, view, tuple(item), annotator or "", label or "", gold or "", key)


def _one(dataset: Dataset, label: str, columns: list[str], now: list[str], key: str) -> str | None:
    offered = [*columns, *(c for c in now if c not in columns)]
    first = offered.index(now[0]) if now else None
    return st.selectbox(
        label, offered, index=first, format_func=namer(dataset), key=key, width=210, placeholder="None chosen"
    )


def _joined(column: str | None) -> str:
    return join_values([column]) if column else ""


def split(parameters: dict[str, object], role: str) -> list[str]:
    """The columns of a role among a signal's parameters."""
    given = str(parameters[role])
    return split_values(given) if given else []


def _keep(dataset: Dataset, wanted: dict[str, object]) -> None:
    """Keeps the columns with the dataset: consensus, sessions and the reader use the same ones as this page."""
    sessions = {**dataset.signal("sessions").parameters, "annotator": wanted["annotator"]}
    changed = session.keep_parameters(dataset, {"consensus": wanted, "sessions": sessions})
    for signal in (changed.signal("consensus"), changed.signal("sessions")):
        if not changed.has(signal):
            jobs.compute(changed, signal)


def say_what_is_lacking(asked: Asked) -> None:
    """Names the roles without a column, what they are needed for, and the page that sets them."""
    lacking = {
        "annotator": "who judged; needed to compare people",
        "label or score": "the judgement; needed for agreement and scores",
        "item": "what several people judged; needed for agreement; without it scores are compared with all others",
    }
    have = {"annotator": asked.annotator, "label or score": asked.label, "item": asked.item}
    missing = [role for role in lacking if not have[role]]
    if not missing:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        described = "; ".join(f"{role} ({lacking[role]})" for role in missing)
        st.text(f"No column is chosen for {described}. Choose it above, or set its role on the page Open.")
        proposed = (
            _items_by_name(key_of(asked.dataset, *asked.dataset.signals()), asked.dataset)
            if missing == ["item"]
            else None
        )
        if proposed and st.button(
            f"Use {md(asked.dataset.called(proposed), 40)} as the item", key="take_item", type="primary"
        ):
            _keep(asked.dataset, {**asked.dataset.signal("consensus").parameters, "item": join_values([proposed])})
            st.rerun()
        if st.button("Set the roles of the columns", key="to_roles"):
            st.switch_page(places.page("open"))


@st.cache_data(max_entries=32, show_spinner=False)
def _items_by_name(key: Key, _dataset: Dataset) -> str | None:
    """A column named like an id whose values repeat; in a large file a sample may not show that."""
    other = set(_dataset.roles.values())
    named = [c for c in _dataset.originals if re.search(r"(?i)(^|[_\W])(id|item)$", c) and c not in other]
    kinds = {
        c: _dataset.originals[c] for c in named if not _dataset.originals[c].is_nested() and not _dataset.is_long(c)
    }
    few = [c for c in kinds if 1 < _dataset.column(c).n_unique() < MOST_DISTINCT_SHARE * _dataset.height]
    return few[0] if few else None


def say_if_not_filtered(asked: Asked) -> None:
    """Says that filters on the annotator are not applied on this page."""
    if asked.annotator and any(f.column == asked.annotator for f in session.view().active):
        st.caption("Filters on the annotator are not applied on this page, so that people can be compared.")


@st.cache_resource(max_entries=KEPT, show_spinner="Reading the judgements …")
def _labels(key: Key, _asked: Asked) -> Labels:
    dataset, rows = _asked.dataset, _asked.dataset.rows_of(_asked.view)
    items = dataset.frame(list(_asked.item), rows).get_columns() if _asked.item else [rows]
    who, given = (dataset.frame([c], rows).to_series() for c in (_asked.annotator, _asked.label))
    return labels_of(items, who, given, rows)


def labels(asked: Asked) -> Labels:
    """The judgements in view; without an item each row is an item of its own."""
    return _labels(asked.key, asked)


@st.cache_resource(max_entries=KEPT, show_spinner="Counting the votes …")
def _votes(key: Key, _asked: Asked) -> Votes:
    return votes_of(labels(_asked))


def votes(asked: Asked) -> Votes:
    """The votes on each item."""
    return _votes(asked.key, asked)


@st.cache_resource(max_entries=KEPT, show_spinner="Reading times and lengths …")
def _facts(key: Key, _asked: Asked) -> pl.DataFrame:
    return facts_in(_asked.dataset, _asked.dataset.rows_of(_asked.view), _asked.annotator)


def facts(asked: Asked) -> pl.DataFrame:
    """Time, session and length of each row that has an annotator."""
    return _facts(asked.key, asked)


def picked_people(asked: Asked) -> list[str]:
    """The annotators that the view's own filter keeps."""
    filters = [f for f in session.view().active if f.column == asked.annotator and f.op in ("in", "eq")]
    return [v for f in filters for v in (split_values(f.value) if f.op == "in" else [f.value])]


def with_person(asked: Asked, name: str) -> View:
    """The view after a click on one annotator: added to those kept already, or removed from them."""
    return charts.picked_value(session.view(), asked.annotator, name, [name])


def with_people(asked: Asked, names: list[str]) -> View:
    """The view that keeps just these annotators."""
    return session.view().without_column(asked.annotator).where(asked.annotator, "in", join_values(names))


def left_out_people(asked: Asked) -> list[str]:
    """The annotators that the view's own filter leaves out."""
    filters = [f for f in session.view().active if f.column == asked.annotator and f.op == "notin"]
    return [name for f in filters for name in split_values(f.value)]


def leaving_out(asked: Asked, name: str, *, is_out: bool) -> View:
    """The view that leaves this annotator out too; with `is_out`, no longer."""
    names = [other for other in left_out_people(asked) if other != name] + [name] * (not is_out)
    rest = session.view().without_column(asked.annotator)
    return rest.where(asked.annotator, "notin", join_values(names)) if names else rest


def say_counts(asked: Asked) -> None:
    """Says how many judgements, items and annotators the figures below are computed from."""
    judgements = labels(asked)
    people = pl.Series(judgements.annotator).n_unique()
    several = int((votes(asked).votes > 1).sum())
    left = (
        f" {count(judgements.left_out)} in view lack an annotator, a label or an item." if judgements.left_out else ""
    )
    shared = f"; {several:,} of them were judged by two or more" if asked.item else ""
    items = f" of {count(judgements.items, 'item')}" if asked.item else ""
    st.text(f"{count(len(judgements), 'judgement')}{items} by {count(people, 'annotator')}{shared}.{left}")
