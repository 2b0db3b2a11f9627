"""What do answers, states and earlier versions make of the findings of a dataset?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.annotations import Annotations, open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.findings import outcomes
from analysis.inbox import Line, accepted_rows, grouped, inbox, ranked, record_counts
from analysis.inbox.examples import examples, slice_column
from analysis.inbox.judged import Judged
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

Record = dict[str, Any]
Open = Callable[[Sequence[Record]], Dataset]
SIGNALS = ("tokens", "structure", "formatting", "exact_duplicates")


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    def open_it(records: Sequence[Record]) -> Dataset:
        path = tmp_path / f"v{len(list(tmp_path.glob('v*')))}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        dataset = Workspace().open([path])
        for name in SIGNALS:
            compute(dataset, dataset.signal(name))
        return dataset

    return open_it


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Annotations]:
    with open_annotations(tmp_path / "notes") as opened_notes:
        yield opened_notes


def rows(good: int, empty: int, first: int = 0) -> list[Record]:
    """Rows with an answer, then rows whose answer is empty."""
    return [
        {"prompt": f"Name the number {n} in words.", "response": f"It is number {n}." if n < first + good else ""}
        for n in range(first, first + good + empty)
    ]


def line_of(dataset: Dataset, notes: Annotations, name: str = "empty_response") -> Line:
    return next(line for line in inbox(dataset, outcomes(dataset), notes) if line.check.name == name)


def ids_of(dataset: Dataset, line: Line) -> list[str]:
    assert line.outcome.finding is not None
    return dataset.column(ROW_ID).gather(dataset.rows_of(line.outcome.finding.view)).to_list()


# Answers


def test_precision_comes_from_answers_on_rows_that_show_the_finding(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(20, 10))
    line = line_of(dataset, notes)
    assert (line.rows, line.judged, line.state.name) == (10, Judged(), "open")
    assert line.judged.precision is None and line.judged.expected == 0.5
    ids = ids_of(dataset, line)
    notes.judgements.judge(dataset.fingerprint, "empty_response", ids[:8], "real", "Ann")
    notes.judgements.judge(dataset.fingerprint, "empty_response", ids[8:], "false alarm", "Ann")
    precision = line_of(dataset, notes).judged.precision
    assert precision is not None
    assert (precision.share, precision.judged) == (0.8, 10)
    assert (round(precision.low, 4), round(precision.high, 4)) == (0.4902, 0.9433)  # Wilson 1927, z = 1.96
    assert line_of(dataset, notes).judged.expected == pytest.approx(9 / 12)
    good = dataset.column(ROW_ID)[0]
    notes.judgements.judge(dataset.fingerprint, "empty_response", [good], "real", "Ann")
    assert line_of(dataset, notes).judged == Judged(real=8, false_alarms=2, cleared=1)


def test_rank_is_severity_then_tokens_times_precision_then_rows(opened: Open, notes: Annotations) -> None:
    html = [{"prompt": f"Question {n}?", "response": f"<b>Number</b> {n} " + "and so on " * 40} for n in range(4)]
    refusals = [
        {"prompt": f"Ask {n}?", "response": f"I'm sorry, but I can't help with request {n}. " + "Sorry " * 44}
        for n in range(4)
    ]
    dataset = opened([*rows(5, 2), *html, *refusals])
    first = [line.check.name for line in ranked(inbox(dataset, outcomes(dataset), notes))]
    assert first[0] == "empty_response", "errors come before warnings, however few tokens they have"
    before = [name for name in first if name in ("html_tags", "refusals")]
    assert len(before) == 2
    wrong = next(line for line in inbox(dataset, outcomes(dataset), notes) if line.check.name == before[0])
    notes.judgements.judge(dataset.fingerprint, before[0], ids_of(dataset, wrong), "false alarm", "Ann")
    after = [line.check.name for line in ranked(inbox(dataset, outcomes(dataset), notes))]
    assert [name for name in after if name in before] == before[::-1]


def test_two_people_who_differ_are_counted_as_disputed(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(4, 2))
    [one, _] = ids_of(dataset, line_of(dataset, notes))
    notes.judgements.judge(dataset.fingerprint, "empty_response", [one], "real", "Ann")
    notes.judgements.judge(dataset.fingerprint, "empty_response", [one], "false alarm", "Bo")
    judged = line_of(dataset, notes).judged
    assert (judged.real, judged.false_alarms, judged.disputed) == (0, 1, 1)


# Accepted rows and versions


def test_accepted_rows_are_those_of_the_data_at_hand_by_content(opened: Open, notes: Annotations) -> None:
    first = opened(rows(10, 5))
    ids = ids_of(first, line_of(first, notes))
    assert accepted_rows(notes, first, "empty_response") == set()
    notes.judgements.judge(first.fingerprint, "empty_response", ids[:3], "accepted", "Ann", why="on purpose")
    assert accepted_rows(notes, first, "empty_response") == set(ids[:3])
    assert accepted_rows(notes, first, "empty_prompt") == set()
    assert line_of(first, notes).state.note == "3 of 5 rows are accepted, 2 are not."
    changed = [r | {"note": "edited"} if r["prompt"] == "Name the number 10 in words." else r for r in rows(10, 5)]
    second = opened(changed[::-1])
    assert len(accepted_rows(notes, second, "empty_response")) == 2, "an edited row is another row"
    assert accepted_rows(notes, second, "empty_response") < set(ids[:3])


def test_a_finding_is_accepted_while_all_its_rows_are(opened: Open, notes: Annotations) -> None:
    first = opened(rows(10, 4))
    notes.judgements.judge(
        first.fingerprint, "empty_response", ids_of(first, line_of(first, notes)), "accepted", "Ann", why="known"
    )
    assert line_of(first, notes).state.name == "accepted"
    assert line_of(first, notes).state.note == "All 4 rows are accepted."
    fewer = opened(rows(10, 3))
    assert line_of(fewer, notes).state.name == "accepted"
    more = opened(rows(10, 5))
    state = line_of(more, notes).state
    assert (state.name, state.note) == ("open", "4 of 5 rows are accepted, 1 is not.")
    notes.states.set_state(first.fingerprint, "empty_response", "open", "Bo", 4)
    assert line_of(first, notes).state.name == "open", "what a person says later counts"
    notes.states.undo(first.fingerprint, "empty_response", "Bo")
    assert line_of(first, notes).state.name == "accepted"
    notes.judgements.undo(first.fingerprint, "empty_response", "Ann")
    assert line_of(first, notes).state.name == "open"


def test_a_new_version_has_the_state_and_owner_of_the_one_before(opened: Open, notes: Annotations) -> None:
    first = opened(rows(40, 6))
    record_counts(first, outcomes(first), notes)
    notes.states.set_state(first.fingerprint, "empty_response", "being fixed", "Ann", 6)
    notes.states.set_owner(first.fingerprint, "empty_response", "data@team", "Ann", 6)
    second = opened(rows(40, 2))
    line = line_of(second, notes)
    assert (line.state.name, line.state.is_inherited, line.owner) == ("being fixed", True, "data@team")
    clean = opened(rows(40, 0))
    line = line_of(clean, notes)
    assert (line.state.name, line.state.note) == ("fixed", "No row shows it any more.")
    other = opened(rows(40, 6, first=1000))
    assert line_of(other, notes).state.name == "open" and line_of(other, notes).owner == ""
    notes.states.set_state(second.fingerprint, "empty_response", "open", "Bo", 2)
    assert line_of(second, notes).state.name == "open"
    assert line_of(first, notes).state.name == "being fixed", "its own event counts first"


def test_a_fixed_finding_that_comes_back_is_open_again(opened: Open, notes: Annotations) -> None:
    first = opened(rows(40, 6))
    record_counts(first, outcomes(first), notes)
    notes.states.set_state(first.fingerprint, "empty_response", "fixed", "Ann", 6)
    state = line_of(first, notes).state
    assert state.name == "fixed" and "6 rows show it still" in state.note
    second = opened(rows(40, 1))
    state = line_of(second, notes).state
    assert (state.name, state.note) == ("open", "It was fixed in another version, but 1 row shows it in these data.")
    notes.states.set_state(second.fingerprint, "empty_response", "fixed", "Ann", 0)
    assert line_of(second, notes).state.note == "It was fixed when 0 rows showed it; now 1 row shows it."


def test_rows_that_are_gone_are_counted_and_those_of_other_data_are_not(opened: Open, notes: Annotations) -> None:
    first = opened(rows(40, 6))
    record_counts(first, outcomes(first), notes)
    ids = ids_of(first, line_of(first, notes))
    notes.judgements.judge(first.fingerprint, "empty_response", ids, "real", "Ann")
    other = opened(rows(40, 3, first=500))
    assert line_of(other, notes).judged == Judged()
    second = opened(rows(40, 2))
    assert line_of(second, notes).judged == Judged(real=2, gone=4)


# Trend


def test_trend_compares_with_the_version_before(opened: Open, notes: Annotations) -> None:
    first = opened(rows(95, 5))
    record_counts(first, outcomes(first), notes)
    record_counts(first, outcomes(first), notes)
    assert len(notes.counts.listed([first.fingerprint])) == 1
    assert line_of(first, notes).trend is None
    second = opened(rows(91, 9))
    record_counts(second, outcomes(second), notes)
    trend = line_of(second, notes).trend
    assert trend is not None and trend.is_version and trend.is_comparable
    assert (trend.share, line_of(second, notes).rows) == (0.05, 9)
    assert line_of(first, notes).trend is None, "a later version is not the one before"


def test_a_count_by_other_parameters_is_not_comparable(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(10, 5))
    record_counts(dataset, outcomes(dataset), notes)
    changed = Workspace().describe(dataset, parameters={"formatting": {"costs": "none"}})
    compute(changed, changed.signal("formatting"))
    assert changed.signal("formatting").key != dataset.signal("formatting").key
    record_counts(changed, outcomes(changed), notes)
    trend = line_of(changed, notes, "html_tags").trend
    assert trend is not None and not trend.is_version and not trend.is_comparable
    assert line_of(changed, notes).trend is None, "the same signals count the same rows"


@pytest.mark.parametrize(("kept", "new", "is_version"), [(60, 0, True), (400, 5000, True), (20, 100, False)])
def test_a_version_is_recognised_by_content(kept: int, new: int, is_version: bool, tmp_path: Path) -> None:
    base = pl.Series([f"{hash_of(n):016x}" for n in range(600)])
    other = pl.Series([*base.sample(kept, seed=1), *(f"{hash_of(n):016x}" for n in range(10_000, 10_000 + new))])
    with open_annotations(tmp_path) as notes:
        notes.versions.keep("a" * 64, base)
        assert (notes.versions.of("b" * 64, other) == ["a" * 64]) is is_version
        assert notes.versions.of("a" * 64, base) == []


def hash_of(number: int) -> int:
    """Any mixing of 64 bits (the finaliser of splitmix64)."""
    value = (number + 1) * 0x9E3779B97F4A7C15 % 2**64
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
    return value ^ (value >> 31)


def test_copies_of_a_row_are_one_content(tmp_path: Path) -> None:
    base = [f"{hash_of(n):016x}" for n in range(10)]
    with open_annotations(tmp_path) as notes:
        notes.versions.keep("a" * 64, pl.Series([*base, *(f"{base[0]}-{n}" for n in range(2, 3000))]))
        assert notes.versions.of("b" * 64, pl.Series(base)) == ["a" * 64]
        assert notes.versions.of("b" * 64, pl.Series([base[0]])) == ["a" * 64]
        assert notes.versions.of("b" * 64, pl.Series(["f" * 16])) == []
        assert notes.versions.of("b" * 64, pl.Series([], dtype=pl.String)) == []


# Groups, examples, states


def test_groups_hold_every_check_once(opened: Open, notes: Annotations) -> None:
    dataset = opened([*rows(6, 2), *rows(6, 2)])
    lines = inbox(dataset, outcomes(dataset), notes)
    groups = grouped(dataset, lines)
    names = [line.check.name for g in groups for line in (*g.shown, *g.clear, *g.undone)]
    assert sorted(names) == sorted(check.name for check in dataset.catalogue.checks)
    unique = next(group for group in groups if group.characteristic == "unique")
    assert ([line.check.name for line in unique.shown], unique.rows, unique.open) == (["exact_duplicates"], 8, 1)
    assert all(line.outcome.why for group in groups for line in group.undone)


def test_examples_are_drawn_across_slices_and_go_on(opened: Open) -> None:
    records = [{"prompt": f"Q {n}?", "response": "x", "source": "abc"[(n >= 60) + (n >= 90)]} for n in range(100)]
    dataset = opened(records)
    assert slice_column(dataset) == "source"
    order = examples(dataset, View(), seed=0)
    assert sorted(order) == list(range(100))
    source = dataset.column("source")
    for start in range(0, 100, 10):
        drawn = source.gather(order.slice(start, 10)).value_counts()
        assert dict(drawn.iter_rows()) == {"a": 6, "b": 3, "c": 1}
    assert examples(dataset, View(), seed=0).to_list() == order.to_list()
    assert examples(dataset, View(), seed=1).to_list() != order.to_list()
    assert examples(dataset, View().where("source", "eq", "nowhere"), seed=0).is_empty()
    for most in (0, 1, 7, 10, 99, 100, 200):
        assert examples(dataset, View(), 0, most).to_list() == order.to_list()[:most], most


@pytest.mark.parametrize("values", [["a", None, ""], [["a"], ["a", "b"], None], [1, 2, None], [True, False, None]])
def test_slices_of_any_type_take_turns(opened: Open, values: list[Any]) -> None:
    dataset = opened([{"prompt": f"Q {n}?", "response": "x", "source": values[n % 3]} for n in range(60)])
    dataset = Workspace().describe(dataset, roles={**dataset.roles, "source": "source"})
    assert slice_column(dataset) == "source"
    drawn = [n % 3 for n in examples(dataset, View(), seed=0, most=6)]
    assert sorted(drawn[:3]) == sorted(drawn[3:]) == [0, 1, 2]


def test_a_state_that_no_person_can_give_is_refused(notes: Annotations) -> None:
    with pytest.raises(AnnotationError, match="known: open, being fixed, fixed"):
        notes.states.set_state("a" * 64, "leaks", "accepted", "Ann", 1)  # type: ignore[arg-type]
    assert notes.states.undo("a" * 64, "leaks", "Ann") is None
    notes.states.set_owner("a" * 64, "leaks", "team", "Ann", 1)
    notes.states.set_owner("a" * 64, "leaks", "  ", "Ann", 1)
    assert notes.states.in_force(["a" * 64])["a" * 64, "leaks", "owner"].value is None
    revision = notes.states.revision()
    assert notes.states.undo("a" * 64, "leaks", "Ann") is not None and notes.states.revision() != revision
    assert notes.states.in_force(["a" * 64])["a" * 64, "leaks", "owner"].value == "team"
    assert [event.value for event in notes.states.history("a" * 64, "leaks")] == ["team", None]
