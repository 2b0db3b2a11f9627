"""Is the last change undone and made again, whatever it was about?"""

from __future__ import annotations

from analysis.annotations import Annotations
from analysis.annotations.last_changes import LastChange, redo_last, undo_last

DATA = "f" * 64


def test_tags_texts_and_answers_are_one_row_of_changes(notes: Annotations) -> None:
    notes.tags.tag_rows(DATA, ["a", "b"], "drop", "ann")
    notes.proposals.propose(DATA, {"a": {"response": "New."}}, "ann")
    notes.judgements.judge(DATA, "near_duplicates", ["a", "b", "c"], "accepted", "ann")
    notes.tags.tag_rows(DATA, ["c"], "keep", "ben")
    changes = [LastChange("answers", 3), LastChange("texts", 1), LastChange("tags", 2)]
    assert [undo_last(notes, DATA, "ann") for _ in range(4)] == [*changes, None]
    assert notes.tags.counts(DATA) == {"keep": 1} and notes.proposals.standing(DATA).is_empty()
    assert [redo_last(notes, DATA, "ann") for _ in range(4)] == [*changes[::-1], None]
    assert notes.tags.counts(DATA) == {"drop": 2, "keep": 1}
    assert notes.proposals.standing(DATA)["text"].to_list() == ["New."]
    assert notes.judgements.in_force("near_duplicates")["holds"].to_list() == [True] * 3


def test_a_new_change_of_another_kind_leaves_nothing_to_redo(notes: Annotations) -> None:
    notes.tags.tag_rows(DATA, ["a"], "drop", "ann")
    assert undo_last(notes, DATA, "ann") == LastChange("tags", 1)
    notes.proposals.propose(DATA, {"a": {"response": "New."}}, "ann")
    assert redo_last(notes, DATA, "ann") is None and notes.tags.counts(DATA) == {}
    assert undo_last(notes, DATA, "ann") == LastChange("texts", 1)


def test_nothing_is_undone_for_other_people_and_other_data(notes: Annotations) -> None:
    assert undo_last(notes, DATA, "ann") is None and redo_last(notes, DATA, "ann") is None
    notes.tags.tag_rows(DATA, ["a"], "drop", "ann")
    assert undo_last(notes, DATA, "ben") is None and undo_last(notes, "e" * 64, "ann") is None
    assert notes.tags.counts(DATA) == {"drop": 1}


def test_what_a_session_stored_without_a_name_is_undone_under_the_name_given_later(notes: Annotations) -> None:
    own = notes.tags.tag_rows(DATA, ["a"], "drop", "root")
    notes.tags.tag_rows(DATA, ["b"], "drop", "root")  # another session on the same server
    assert own.id is not None
    assert undo_last(notes, DATA, "ann", [own.id]) == LastChange("tags", 1)
    assert notes.tags.standing(DATA)["row_id"].to_list() == ["b"], "the later change of the other session stays"
    assert undo_last(notes, DATA, "ann", [own.id]) is None, "no change is undone twice"
    assert redo_last(notes, DATA, "ann", [own.id]) == LastChange("tags", 1)
    assert notes.tags.standing(DATA)["row_id"].to_list() == ["a", "b"]
    assert notes.tags.givers(DATA, ["a"]) == {"a": {"drop": ("root", own.id)}}


def test_only_changes_of_one_kind_are_undone_where_that_is_asked(notes: Annotations) -> None:
    notes.tags.tag_rows(DATA, ["a"], "drop", "ann")
    notes.row_notes.write(DATA, {"a": "odd"}, "ann")
    assert undo_last(notes, DATA, "ann", of="tags") == LastChange("tags", 1)
    assert undo_last(notes, DATA, "ann", of="tags") is None
    assert notes.row_notes.standing(DATA)["text"].to_list() == ["odd"]
