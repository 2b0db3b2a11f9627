"""What is asked on the page, and what was found for it: kept while dataset, view, tags and answers stay the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions, kinds, verdicts
from analysis.duplicates.decisions import Choice, Decision, Mask, Rows, Summary
from analysis.duplicates.fields import LEAST_SIMILARITY
from analysis.duplicates.groups import THRESHOLDS, Pairs, curve, pair_table
from analysis.duplicates.kinds import KINDS, Count
from analysis.duplicates.policies import Keep
from analysis.duplicates.verdicts import Verdicts
from analysis.signal import ROW_ID
from ui.session import session


class Policy(NamedTuple):
    """Which row of a group stays, and the tag for the others."""

    keep: Keep
    sources: tuple[str, ...]
    tag: str


class Found(NamedTuple):
    """A decision on one kind, its groups the largest first, and what it comes to."""

    choice: Choice
    decision: Decision
    groups: pl.DataFrame
    summary: Summary
    key: tuple[str, ...]


def threshold_of(dataset: Dataset, kind: str) -> float:
    """From which similarity on: as moved on the page, else that of the signal's columns; 1 where all are equal."""
    if kind not in decisions.NEIGHBOURS_OF:
        return 1.0
    usual = dataset.signal("near_groups" if kind == "near" else decisions.SIGNAL_OF[kind]).parameters["threshold"]
    return float(st.session_state.get(f"kept_threshold_{kind}_{dataset.id}", usual))


def other_words(dataset: Dataset) -> bool:
    """Whether rows that share their words are set apart: as switched on the page, else as the signal's columns."""
    usual = dataset.signal("meaning_pairs").parameters["words"] == "other"
    return bool(st.session_state.get(f"kept_words_{dataset.id}", usual))


def said(dataset: Dataset) -> tuple[str, Verdicts]:
    """What people said of pairs, and the number of their latest answer."""
    revision = str(session.notes().pairs.revision(dataset.fingerprint))
    return revision, _said((dataset.id, dataset.fingerprint, revision), dataset)


@st.cache_resource(max_entries=8, show_spinner=False)
def _said(key: tuple[str, ...], _dataset: Dataset) -> Verdicts:
    return verdicts.verdicts(session.notes(), _dataset)


def pairs(dataset: Dataset, kind: str) -> Pairs:
    """The pairs of a kind without those that people refused."""
    _, words = said(dataset)
    refused = words.refused
    made, words_too = dataset.key_of(decisions.NEIGHBOURS_OF[kind]), other_words(dataset)
    return _pairs((dataset.id, made, str(sorted(refused)), str(words_too)), dataset, kind, refused, words_too)


@st.cache_resource(max_entries=3, show_spinner="Reading the pairs …")
def _pairs(
    key: tuple[str, ...], _dataset: Dataset, _kind: str, _refused: list[tuple[int, int]], _other_words: bool
) -> Pairs:
    cut = verdicts.links_to_cut(decisions.neighbours(_dataset, _kind, other_words=_other_words), _refused)
    return decisions.pairs(_dataset, _kind, cut, other_words=_other_words)


@st.cache_resource(max_entries=3, show_spinner=False)
def _pair_table(key: tuple[str, ...], _dataset: Dataset, _kind: str, _other_words: bool) -> pl.DataFrame:
    return pair_table(decisions.neighbours(_dataset, _kind, other_words=_other_words))


def table_of_pairs(dataset: Dataset, kind: str) -> pl.DataFrame:
    """All stored pairs, a line each."""
    made, words_too = dataset.key_of(decisions.NEIGHBOURS_OF[kind]), other_words(dataset)
    return _pair_table((dataset.id, made, str(words_too)), dataset, kind, words_too)


@st.cache_resource(max_entries=6, show_spinner=False)
def _preference(key: tuple[str, ...], _dataset: Dataset, _choice: Choice) -> Rows:
    return decisions.preference(_dataset, _choice)


def preference(dataset: Dataset, choice: Choice) -> Rows:
    """All rows, the one to keep first."""
    status = decisions.STATUS_OF.get(choice.kind)
    made = [dataset.key_of(column) for column in (status, "moment", "response_chars") if column]
    return _preference((dataset.id, choice.keep, *choice.sources, *made, dataset.role("source") or ""), dataset, choice)


def among(dataset: Dataset, kind: str, tag: str) -> Mask:
    """The rows in view that do not stay behind already, tagged for another reason than this kind's."""
    why = decisions.why(dataset, kind)
    key = (dataset.id, why, tag, str(dataset.tag_revision), *session.view().to_params())
    return _among(key, dataset, why, tag)


@st.cache_resource(max_entries=12, show_spinner=False)
def _among(key: tuple[str, ...], _dataset: Dataset, _why: str, _tag: str) -> Mask:
    inside = np.zeros(_dataset.height, bool)
    inside[_dataset.rows_of(session.view()).to_numpy()] = True
    tagged = _dataset.column("tags").list.contains(_tag)
    if tagged.any():
        given = _reasons(_dataset.fingerprint, _dataset.tag_revision)
        own = given.filter((pl.col("tag") == _tag) & (pl.col("why") == _why))[ROW_ID]
        inside &= ~(tagged & ~_dataset.column(ROW_ID).is_in(own.implode())).to_numpy()
    return inside


@st.cache_resource(max_entries=2, show_spinner=False)
def _reasons(fingerprint: str, revision: int) -> pl.DataFrame:
    return session.notes().tags.reasons(fingerprint)


def found(dataset: Dataset, kind: str, policy: Policy) -> Found:
    """What would be dropped of one kind, and for which rows."""
    keep: Keep = policy.keep if not decisions.missing_for(dataset, policy.keep) else "first"
    choice = Choice(kind, threshold_of(dataset, kind), keep, policy.sources, other_words(dataset))
    revision, _ = said(dataset)
    made = [dataset.key_of(decisions.GROUP_OF[kind]), dataset.key_of(decisions.NEIGHBOURS_OF.get(kind, "row_id"))]
    made += [dataset.key_of("response_chars"), dataset.key_of("moment"), dataset.role("source") or ""]
    made += [str(dataset.has(dataset.signal("tokens"))), dataset.key_of("row_tokens")]
    view = session.view().to_params()
    key = (dataset.id, kind, str(choice), policy.tag, revision, str(dataset.tag_revision), *made, "", *view)
    return _found(key, dataset, choice, policy.tag)


@st.cache_resource(max_entries=16, show_spinner="Grouping …")
def _found(key: tuple[str, ...], _dataset: Dataset, _choice: Choice, _tag: str) -> Found:
    _, words = said(_dataset)
    decision = decisions.decide(
        _dataset,
        _choice,
        preference(_dataset, _choice),
        pairs(_dataset, _choice.kind) if _choice.kind in decisions.NEIGHBOURS_OF else None,
        among(_dataset, _choice.kind, _tag),
        words.chosen,
        words.refused,
    )
    tokens = decisions.tokens_of_rows(_dataset)
    table = decisions.group_table(decision, tokens)
    return Found(_choice, decision, table, decisions.summary(decision, table, tokens, _choice.threshold), key)


def curve_of(dataset: Dataset, of: Found) -> pl.DataFrame:
    """`threshold`, `rows_to_drop`: over all rows, whatever the view."""
    kind = of.choice.kind
    revision, _ = said(dataset)
    key = (
        dataset.id,
        dataset.key_of(decisions.NEIGHBOURS_OF[kind]),
        revision,
        str(of.choice.other_words),
        of.choice.keep,
        *of.choice.sources,
    )
    return _curve(key, dataset, of.choice)


@st.cache_resource(max_entries=6, show_spinner="Drawing the curve …")
def _curve(key: tuple[str, ...], _dataset: Dataset, _choice: Choice) -> pl.DataFrame:
    thresholds = [at for at in THRESHOLDS if _choice.kind == "near" or at >= LEAST_SIMILARITY]
    return curve(pairs(_dataset, _choice.kind), preference(_dataset, _choice), thresholds)


def counts(dataset: Dataset, policy: Policy) -> dict[str, Count | None]:
    """How much of each kind is in the rows in view; null where it is not computed yet."""
    counted: dict[str, Count | None] = {}
    for kind in kinds.kinds_of(dataset):
        if not kinds.is_computed(dataset, kind):
            counted[kind.name] = None
        elif kind.name in decisions.SIGNAL_OF:
            s = found(dataset, kind.name, policy).summary
            counted[kind.name] = Count(s.groups, s.rows, s.rows_to_drop, s.tokens_to_drop)
        else:
            made = [dataset.signal(name).key for name in kind.signals]
            key = (dataset.id, kind.name, *made, dataset.key_of("row_tokens"), str(dataset.tag_revision))
            counted[kind.name] = _count((*key, *session.view().to_params()), dataset, kind.name)
    return counted


def is_asked(dataset: Dataset) -> bool:
    """Whether columns are chosen whose values are compared."""
    return bool(dataset.signal("field_pairs").parameters["columns"])


@st.cache_resource(max_entries=32, show_spinner=False)
def _count(key: tuple[str, ...], _dataset: Dataset, _kind: str) -> Count:
    rows = _dataset.rows_of(session.view())
    if _kind == "leaks":
        return kinds.leak_count(_dataset, leaking(_dataset))
    return {"spans": kinds.shared_passages, "repetition": kinds.repeating}[_kind](_dataset, rows)


def leaking(dataset: Dataset) -> kinds.Leaking:
    """What crosses from split to split in the rows in view."""
    made = [dataset.signal(name).key for name in KINDS["leaks"].signals]
    return _leaking((dataset.id, *made, str(dataset.tag_revision), *session.view().to_params()), dataset)


@st.cache_resource(max_entries=8, show_spinner=False)
def _leaking(key: tuple[str, ...], _dataset: Dataset) -> kinds.Leaking:
    return kinds.leaks(_dataset, pairs(_dataset, "near"), _dataset.rows_of(session.view()))
