"""Do answers on the rows of a finding hold by content, with the last one counting, and can each be undone?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.annotations import Annotations, open_annotations
from analysis.catalogue import CATALOGUE
from analysis.errors import AnnotationError

FIRST, SECOND = "a" * 64, "b" * 64


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Annotations]:
    with open_annotations(tmp_path) as opened:
        yield opened


def answers(notes: Annotations, finding: str = "leaks") -> dict[tuple[str, str], tuple[bool, bool]]:
    frame = notes.judgements.in_force(finding)
    return {(row_id, answer): (holds, disputed) for row_id, answer, holds, disputed, *_ in frame.iter_rows()}


def test_every_finding_has_a_name_that_a_log_can_have() -> None:
    assert max(len(check.name) for check in CATALOGUE.checks) <= 32


def test_an_answer_holds_for_the_same_row_of_every_dataset(notes: Annotations) -> None:
    assert answers(notes) == {} and notes.judgements.revisions() == {}
    batch = notes.judgements.judge(FIRST, "leaks", ["r1", "r2"], "real", "Ann")
    assert batch.rows == 2
    assert answers(notes) == {("r1", "real"): (True, False), ("r2", "real"): (True, False)}
    assert answers(notes, "secrets") == {}
    assert notes.judgements.revisions() == {"leaks": batch.id}
    assert notes.judgements.in_force("leaks")["dataset"].to_list() == [FIRST, FIRST]


def test_real_and_false_alarm_exclude_each_other_and_accepted_is_another_question(notes: Annotations) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r"], "real", "Ann")
    notes.judgements.judge(FIRST, "leaks", ["r"], "accepted", "Ann", why="on purpose")
    notes.judgements.judge(FIRST, "leaks", ["r"], "false alarm", "Ann")
    assert answers(notes) == {("r", "accepted"): (True, False), ("r", "false alarm"): (True, False)}
    reasons = {row[1]: (row[4], row[6]) for row in notes.judgements.in_force("leaks").iter_rows()}
    assert reasons["accepted"] == ("Ann", "on purpose")


def test_two_people_who_differ_are_a_dispute_and_the_last_one_counts(notes: Annotations) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r"], "real", "Ann")
    notes.judgements.judge(SECOND, "leaks", ["r"], "false alarm", "Bo")
    assert answers(notes) == {("r", "false alarm"): (True, True), ("r", "real"): (False, True)}
    assert notes.judgements.judge(SECOND, "leaks", ["r"], "false alarm", "Bo").id is None
    notes.judgements.judge(FIRST, "leaks", ["r"], "real", "Ann")
    assert answers(notes) == {("r", "false alarm"): (False, True), ("r", "real"): (True, True)}
    notes.judgements.undo(FIRST, "leaks", "Ann")
    assert answers(notes) == {("r", "false alarm"): (True, True), ("r", "real"): (False, True)}


def test_a_person_who_changes_their_mind_in_another_version_is_no_dispute(notes: Annotations) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r"], "accepted", "Ann")
    notes.judgements.judge(SECOND, "leaks", ["r"], "accepted", "Ann", is_on=False)
    assert answers(notes) == {}
    notes.judgements.undo(SECOND, "leaks", "Ann")
    assert answers(notes) == {("r", "accepted"): (True, False)}


def test_undo_reverses_the_latest_batch_of_the_person_in_the_dataset_at_hand(notes: Annotations) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r"], "real", "Ann")
    notes.judgements.judge(SECOND, "leaks", ["s"], "real", "Ann")
    assert notes.judgements.undo(FIRST, "leaks", "Bo") is None
    assert notes.judgements.undo(FIRST, "secrets", "Ann") is None
    undone = notes.judgements.undo(FIRST, "leaks", "Ann")
    assert undone is not None and undone.rows == 1
    assert answers(notes) == {("s", "real"): (True, False)}
    redone = notes.judgements.redo(FIRST, "leaks", "Ann")
    assert redone is not None and set(answers(notes)) == {("r", "real"), ("s", "real")}
    assert notes.judgements.revisions()["leaks"] == redone.id


@pytest.mark.parametrize("name", ["", "x" * 33])
def test_a_finding_whose_name_does_not_fit_is_refused(notes: Annotations, name: str) -> None:
    with pytest.raises(AnnotationError, match="write 1 to 32"):
        notes.judgements.judge(FIRST, name, ["r"], "real", "Ann")


def test_answers_are_no_tags(notes: Annotations) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r"], "real", "Ann")
    assert notes.tags.standing(FIRST).is_empty() and notes.tags.revision(FIRST) == 0


def test_what_another_program_answers_is_seen(notes: Annotations, tmp_path: Path) -> None:
    notes.judgements.judge(FIRST, "leaks", ["r", "s"], "real", "Ann")
    assert set(answers(notes)) == {("r", "real"), ("s", "real")}
    with open_annotations(tmp_path) as others:
        others.judgements.judge(SECOND, "leaks", ["s"], "false alarm", "Bo")
        assert answers(notes) == answers(others)
        assert answers(notes)["s", "false alarm"] == (True, True)
        others.judgements.undo(SECOND, "leaks", "Bo")
    assert answers(notes) == {("r", "real"): (True, False), ("s", "real"): (True, False)}
    notes.judgements.undo(FIRST, "leaks", "Ann")
    assert answers(notes) == {}


def test_many_rows_are_one_batch(notes: Annotations) -> None:
    ids = sorted(uuid.uuid4().hex[:16] for _ in range(12_000))
    assert notes.judgements.judge(FIRST, "leaks", ids, "accepted", "Ann", why="known").rows == 12_000
    assert len(answers(notes)) == 12_000
    notes.judgements.judge(FIRST, "leaks", ids[:1], "accepted", "Bo", is_on=False)
    assert len(answers(notes)) == 12_000 and answers(notes)[ids[0], "accepted"] == (False, True)
    assert notes.judgements.undo(FIRST, "leaks", "Ann") is not None and answers(notes) == {}
