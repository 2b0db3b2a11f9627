"""The settings of the page and their results: cached while dataset, view, tags and answers stay the same."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions, kinds, verdicts
from analysis.duplicates.coverage import Coverage, coverage
from analysis.duplicates.decisions import Choice, Decision, Mask, Rows, Summary
from analysis.duplicates.fields import LEAST_SIMILARITY
from analysis.duplicates.groups import THRESHOLDS, Pairs, curve, pair_table
from analysis.duplicates.kinds import KINDS, Count
from analysis.duplicates.policies import Keep
from analysis.duplicates.splits import crossing
from analysis.duplicates.verdicts import Verdicts
from analysis.signal import ROW_ID
from analysis.view import View
from ui.session import session
from ui.session.cache_keys import Key, key_of


class Policy(NamedTuple):
    """Which row of a group stays, and the tag for the others."""

    keep: Keep
    sources: tuple[str, ...]
    tag: str


class Found(NamedTuple):
    """A decision on one kind, its groups, largest first, and their counts."""

    choice: Choice
    decision: Decision
    groups: pl.DataFrame
    summary: Summary
    key: Key


def least_of(kind: str) -> float:
    """The lowest threshold of a kind: what the stored pairs reach down to."""
    return 0.5 if kind == "near" else LEAST_SIMILARITY


def threshold_of(dataset: Dataset, kind: str) -> float:
    """The least similarity: that of the address, else as set on the page, else that of the signal's columns; 1 for
    kinds of equal rows."""
    if kind not in decisions.NEIGHBOURS_OF:
        return 1.0
    with contextlib.suppress(ValueError):
        asked = float(st.query_params.get(f"{kind}_from", ""))
        if least_of(kind) <= asked <= 1:
            return round(asked, 2)
    usual = dataset.signal("near_groups" if kind == "near" else decisions.SIGNAL_OF[kind]).parameters["threshold"]
    return float(st.session_state.get(f"kept_threshold_{kind}_{dataset.id}", usual))


def other_words(dataset: Dataset) -> bool:
    """Whether pairs with the same words are left out: as switched on the page, else as in the signal's columns."""
    usual = dataset.signal("meaning_pairs").parameters["words"] == "other"
    return bool(st.session_state.get(f"kept_words_{dataset.id}", usual))


def said(dataset: Dataset) -> tuple[str, Verdicts]:
    """The answers of people about pairs, and the number of the latest one."""
    revision = str(session.notes().pairs.revision(dataset.fingerprint))
    return revision, _said(key_of(dataset, more=("pairs", revision)), dataset)


@st.cache_resource(max_entries=8, show_spinner=False)
def _said(key: Key, _dataset: Dataset) -> Verdicts:
    return verdicts.verdicts(session.notes(), _dataset)


def pairs(dataset: Dataset, kind: str) -> Pairs:
    """The pairs of a kind without those that people judged not the same."""
    _, words = said(dataset)
    refused = words.refused
    key = key_of(dataset, decisions.NEIGHBOURS_OF[kind], more=(str(sorted(refused)),))
    return _pairs(key, kind, other_words(dataset), dataset, refused)


@st.cache_resource(max_entries=3, show_spinner="Reading the pairs …")
def _pairs(key: Key, kind: str, other_words: bool, _dataset: Dataset, _refused: list[tuple[int, int]]) -> Pairs:
    cut = verdicts.links_to_cut(decisions.neighbours(_dataset, kind, other_words=other_words), _refused)
    return decisions.pairs(_dataset, kind, cut, other_words=other_words)


@st.cache_resource(max_entries=3, show_spinner=False)
def _pair_table(key: Key, kind: str, other_words: bool, _dataset: Dataset) -> pl.DataFrame:
    return pair_table(decisions.neighbours(_dataset, kind, other_words=other_words))


def table_of_pairs(dataset: Dataset, kind: str) -> pl.DataFrame:
    """All stored pairs, a line each."""
    return _pair_table(key_of(dataset, decisions.NEIGHBOURS_OF[kind]), kind, other_words(dataset), dataset)


@st.cache_resource(max_entries=6, show_spinner=False)
def _preference(key: Key, _dataset: Dataset, _choice: Choice) -> Rows:
    return decisions.preference(_dataset, _choice)


def preference(dataset: Dataset, choice: Choice) -> Rows:
    """All rows, the one to keep first."""
    status = decisions.STATUS_OF.get(choice.kind)
    columns = [column for column in (status, "moment", "response_chars") if column]
    return _preference(key_of(dataset, *columns, more=(choice.keep, *choice.sources)), dataset, choice)


def among(dataset: Dataset, kind: str, tag: str) -> Mask:
    """The rows in view, without those that have the tag for another reason than this kind."""
    why = decisions.why(dataset, kind)
    return _among(key_of(dataset, "tags", view=session.view()), why, tag, dataset, session.view())


@st.cache_resource(max_entries=12, show_spinner=False)
def _among(key: Key, why: str, tag: str, _dataset: Dataset, _view: View) -> Mask:
    inside = np.zeros(_dataset.height, bool)
    inside[_dataset.rows_of(_view).to_numpy()] = True
    tagged = _dataset.column("tags").list.contains(tag)
    if tagged.any():
        given = _reasons(_dataset.fingerprint, _dataset.tag_revision)
        ids = given.filter((pl.col("tag") == tag) & (pl.col("why") == why))[ROW_ID]
        inside &= ~(tagged & ~_dataset.column(ROW_ID).is_in(ids.implode())).to_numpy()
    return inside


@st.cache_resource(max_entries=2, show_spinner=False)
def _reasons(fingerprint: str, revision: int) -> pl.DataFrame:
    return session.notes().tags.reasons(fingerprint)


def found(dataset: Dataset, kind: str, policy: Policy) -> Found:
    """The decision on one kind: which rows would be dropped, and for which kept rows."""
    keep: Keep = policy.keep if not decisions.missing_for(dataset, policy.keep) else "first"
    choice = Choice(kind, threshold_of(dataset, kind), keep, policy.sources, other_words(dataset))
    revision, _ = said(dataset)
    columns = ("tags", decisions.GROUP_OF[kind], decisions.NEIGHBOURS_OF.get(kind, "row_id"), "moment")
    signals = (dataset.signal("lengths"), dataset.signal("tokens"))
    key = key_of(dataset, *columns, *signals, view=session.view(), more=(str(choice), revision))
    return _found(key, policy.tag, dataset, choice)


@st.cache_resource(max_entries=16, show_spinner="Grouping …")
def _found(key: Key, tag: str, _dataset: Dataset, _choice: Choice) -> Found:
    _, words = said(_dataset)
    decision = decisions.decide(
        _dataset,
        _choice,
        preference(_dataset, _choice),
        pairs(_dataset, _choice.kind) if _choice.kind in decisions.NEIGHBOURS_OF else None,
        among(_dataset, _choice.kind, tag),
        words.chosen,
        words.refused,
    )
    tokens = decisions.tokens_of_rows(_dataset)
    table = decisions.group_table(decision, tokens)
    return Found(_choice, decision, table, decisions.summary(decision, table, tokens, _choice.threshold), key)


def curve_of(dataset: Dataset, of: Found) -> pl.DataFrame:
    """`threshold`, `rows_to_drop`: over all rows, independent of the view."""
    kind = of.choice.kind
    revision, _ = said(dataset)
    asked = (revision, str(of.choice.other_words), of.choice.keep, *of.choice.sources)
    return _curve(key_of(dataset, decisions.NEIGHBOURS_OF[kind], more=asked), dataset, of.choice)


@st.cache_resource(max_entries=6, show_spinner="Drawing the curve …")
def _curve(key: Key, _dataset: Dataset, _choice: Choice) -> pl.DataFrame:
    thresholds = [threshold for threshold in THRESHOLDS if _choice.kind == "near" or threshold >= LEAST_SIMILARITY]
    return curve(pairs(_dataset, _choice.kind), preference(_dataset, _choice), thresholds)


def counts(dataset: Dataset, policy: Policy) -> dict[str, Count | None]:
    """The counts of each kind in the rows in view; null if it is not computed yet."""
    counted: dict[str, Count | None] = {}
    for kind in kinds.kinds_of(dataset):
        if not kinds.is_computed(dataset, kind):
            counted[kind.name] = None
        elif kind.name in decisions.SIGNAL_OF:
            s = found(dataset, kind.name, policy).summary
            counted[kind.name] = Count(s.groups, s.rows, s.rows_to_drop, s.tokens_to_drop)
        else:
            counted[kind.name] = _count(_key_of_kind(dataset, kind.name), kind.name, dataset, session.view())
    return counted


def coverage_of(dataset: Dataset, kind: str) -> Coverage:
    """How many rows in view were compared for a kind whose signals are computed."""
    signals = map(dataset.signal, KINDS[kind].signals)
    return _coverage(key_of(dataset, *signals, view=session.view()), kind, dataset, session.view())


@st.cache_resource(max_entries=32, show_spinner=False)
def _coverage(key: Key, kind: str, _dataset: Dataset, _view: View) -> Coverage:
    return coverage(_dataset, kind, _dataset.rows_of(_view))


def is_asked(dataset: Dataset) -> bool:
    """Whether columns are chosen whose values are compared."""
    return bool(dataset.signal("field_pairs").parameters["columns"])


@st.cache_resource(max_entries=32, show_spinner=False)
def _count(key: Key, kind: str, _dataset: Dataset, _view: View) -> Count:
    if kind == "leaks":
        return kinds.leak_count(_dataset, leaking(_dataset))
    return {"spans": kinds.shared_passages, "repetition": kinds.repeating}[kind](_dataset, _dataset.rows_of(_view))


def leaking(dataset: Dataset) -> kinds.Leaking:
    """What crosses from split to split in the rows in view."""
    return _leaking(_key_of_kind(dataset, "leaks"), dataset, session.view())


def pairs_between(dataset: Dataset, leaking: kinds.Leaking, split: str, other: str) -> pl.DataFrame:
    """The near pairs of which one row is in that split and one in the other, the most similar first."""
    return _pairs_between(_key_of_kind(dataset, "leaks"), split, other, dataset, leaking)


@st.cache_resource(max_entries=8, show_spinner=False)
def _pairs_between(key: Key, split: str, other: str, _dataset: Dataset, _found: kinds.Leaking) -> pl.DataFrame:
    one, two = (_found.names.index(name) for name in (split, other))
    threshold = float(str(_dataset.signal("leaks").parameters["threshold"]))
    return crossing(pairs(_dataset, "near"), _found.of, one, two, threshold)


def _key_of_kind(dataset: Dataset, kind: str) -> Key:
    """Cache key of an answer about a kind without a kept row, in the rows in view."""
    answers, _ = said(dataset)
    signals = map(dataset.signal, (*KINDS[kind].signals, "tokens"))
    return key_of(dataset, *signals, view=session.view(), more=(answers,))


@st.cache_resource(max_entries=8, show_spinner=False)
def _leaking(key: Key, _dataset: Dataset, _view: View) -> kinds.Leaking:
    return kinds.leaks(_dataset, pairs(_dataset, "near"), _dataset.rows_of(_view))
