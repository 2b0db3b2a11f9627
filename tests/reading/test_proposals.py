"""Do proposed texts keep what people proposed: the last word counts, undo, withdrawal, and nothing that cannot be kept?

`WINNOW_TEST_DATABASE_URL` runs these tests on another database than a fresh SQLite file.
"""

from __future__ import annotations

import uuid

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.annotations import Annotations
from analysis.annotations.proposals import LONGEST_TEXT
from analysis.errors import AnnotationError

pytestmark = pytest.mark.usefixtures("own_database")


def texts(notes: Annotations, data: str) -> dict[tuple[str, str], str]:
    return {(row_id, field): text for row_id, field, text, *_ in notes.proposals.standing(data).iter_rows()}


def test_a_text_is_kept_with_who_when_and_why(notes: Annotations, data: str) -> None:
    batch = notes.proposals.propose(data, {"a": {"response": "B", "prompt": "A"}, "b": {"text": "C"}}, "Ann", " typo ")
    assert (batch.rows, notes.proposals.revision(data)) == (2, batch.id)
    frame = notes.proposals.standing(data)
    assert frame.select("row_id", "field", "text", "person", "why").rows() == [
        ("a", "prompt", "A", "Ann", "typo"),
        ("a", "response", "B", "Ann", "typo"),
        ("b", "text", "C", "Ann", "typo"),
    ]
    assert frame.schema["at"] == pl.Datetime("us") and frame["at"].null_count() == 0
    assert notes.proposals.standing("?" * 64).schema == frame.schema


def test_the_last_person_wins_and_history_shows_all(notes: Annotations, data: str) -> None:
    notes.proposals.propose(data, {"a": {"response": "of Ann"}}, "Ann")
    notes.proposals.propose(data, {"a": {"response": "of Bo"}}, "Bo", "shorter")
    assert texts(notes, data) == {("a", "response"): "of Bo"}
    again = notes.proposals.propose(data, {"a": {"response": "of Ann"}}, "Ann")
    assert again.rows == 1, "the same word again counts where another overruled it"
    assert texts(notes, data) == {("a", "response"): "of Ann"}
    assert notes.proposals.propose(data, {"a": {"response": "of Ann"}}, "Ann").id is None
    history = [(e.person, e.field, e.text, e.kind, e.why) for e in notes.proposals.history(data, "a")]
    assert history == [
        ("Ann", "response", "of Ann", "tag", None),
        ("Bo", "response", "of Bo", "tag", "shorter"),
        ("Ann", "response", "of Ann", "tag", None),
    ]


def test_undo_and_redo(notes: Annotations, data: str) -> None:
    notes.proposals.propose(data, {"a": {"response": "1"}}, "Ann")
    notes.proposals.propose(data, {"a": {"response": "2"}, "b": {"prompt": "p"}}, "Ann")
    undone = notes.proposals.undo(data, "Ann")
    assert undone is not None and undone.rows == 2
    assert texts(notes, data) == {("a", "response"): "1"}
    assert notes.proposals.history(data, "a")[-1].text == "1", "an undo shows what it restores"
    assert notes.proposals.redo(data, "Ann") is not None
    assert texts(notes, data) == {("a", "response"): "2", ("b", "prompt"): "p"}
    for _ in range(2):
        assert notes.proposals.undo(data, "Ann") is not None
    assert texts(notes, data) == {}
    assert notes.proposals.undo(data, "Ann") is None
    assert notes.proposals.undo(data, "Bo") is None
    notes.proposals.propose(data, {"c": {"text": "t"}}, "Ann")
    assert notes.proposals.redo(data, "Ann") is None, "a new batch leaves nothing to redo"


def test_undo_leaves_later_words_of_others(notes: Annotations, data: str) -> None:
    notes.proposals.propose(data, {"a": {"response": "of Ann"}}, "Ann")
    notes.proposals.propose(data, {"a": {"response": "of Bo"}}, "Bo")
    notes.proposals.undo(data, "Ann")
    assert texts(notes, data) == {("a", "response"): "of Bo"}
    notes.proposals.undo(data, "Bo")
    assert texts(notes, data) == {}
    notes.proposals.redo(data, "Ann")
    assert texts(notes, data) == {("a", "response"): "of Ann"}


def test_withdrawing_takes_every_text_of_a_row_whoever_proposed_it(notes: Annotations, data: str) -> None:
    notes.proposals.propose(data, {"a": {"response": "r"}, "b": {"response": "kept"}}, "Ann")
    notes.proposals.propose(data, {"a": {"prompt": "p"}}, "Bo")
    assert notes.proposals.withdraw(data, ["a", "a", "gone"], "Cyd").rows == 1
    assert texts(notes, data) == {("b", "response"): "kept"}
    assert notes.proposals.withdraw(data, ["a"], "Cyd").id is None
    notes.proposals.undo(data, "Cyd")
    assert texts(notes, data) == {("a", "prompt"): "p", ("a", "response"): "r", ("b", "response"): "kept"}
    assert notes.proposals.propose(data, {"a": {"prompt": None}}, "Ann").rows == 1
    assert ("a", "prompt") not in texts(notes, data)
    assert notes.proposals.propose(data, {"x": {"prompt": None}}, "Ann").id is None, "nothing to withdraw"


def test_datasets_and_tags_do_not_see_each_other(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "fix", "Ann")
    notes.proposals.propose(data, {"a": {"response": "r"}}, "Ann")
    assert notes.proposals.undo(data[::-1], "Ann") is None
    revision = notes.tags.revision(data)
    notes.proposals.undo(data, "Ann")
    assert notes.tags.standing(data).rows() == [("a", ["fix"], [])]
    assert notes.tags.revision(data) == revision


@pytest.mark.parametrize(
    "text", ["", "\n\n", "\u202e\u0007", "😀\u0301", "'; DROP TABLE proposed_text; --", "{%}", "\ufeff"]
)
def test_any_text_a_file_can_hold_comes_back_as_it_is(notes: Annotations, data: str, text: str) -> None:
    notes.proposals.propose(data, {"a": {"response": text}}, "Ann")
    assert texts(notes, data) == {("a", "response"): text}


def test_what_cannot_be_kept_is_refused_and_nothing_of_the_batch_is_kept(notes: Annotations, data: str) -> None:
    for text, words in [
        ("a\0b", r"holds the character U\+0000 at position 2; write it without"),
        ("ab\ud800", r"holds U\+D800 at position 3, half of a character"),
        ("x" * (LONGEST_TEXT + 1), "has 1,000,001 characters; propose at most 1,000,000"),
    ]:
        with pytest.raises(AnnotationError, match=words):
            notes.proposals.propose(data, {"good": {"response": "fine"}, "bad": {"response": text}}, "Ann")
    for field in ("", "f" * 81):
        with pytest.raises(AnnotationError, match="is no name of a text"):
            notes.proposals.propose(data, {"a": {field: "x"}}, "Ann")
    for why in ("w" * 1_001, "w\0"):
        with pytest.raises(AnnotationError, match="reason"):
            notes.proposals.propose(data, {"a": {"text": "x"}}, "Ann", why)
    with pytest.raises(AnnotationError, match="person"):
        notes.proposals.propose(data, {"a": {"text": "x"}}, " ")
    assert texts(notes, data) == {} and notes.proposals.revision(data) == 0


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bo"]),
        st.one_of(
            st.dictionaries(
                st.sampled_from(["a", "b"]),
                st.dictionaries(st.sampled_from(["prompt", "text"]), st.sampled_from(["1", "2", None]), min_size=1),
                min_size=1,
            ),
            st.sampled_from(["undo", "redo"]),
        ),
    ),
    max_size=14,
)


Words = dict[str, dict[str, str | None]]


def in_force(batches: list[tuple[int, str, Words]]) -> dict[tuple[str, str], str | None]:
    """The last word on each text."""
    return {
        (row_id, f): text for _, _, words in batches for row_id, fields in words.items() for f, text in fields.items()
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS)
def test_the_texts_are_those_of_the_batches_in_force(notes: Annotations, words: list[tuple[str, object]]) -> None:
    """Against a model: the list of batches that are not undone, in order; each person's undo takes their last one."""
    data = uuid.uuid4().hex * 2
    batches: list[tuple[int, str, Words]] = []
    undone: dict[str, list[tuple[int, str, Words]]] = {"Ann": [], "Bo": []}
    for number, (person, word) in enumerate(words):
        if word == "undo":
            mine = [batch for batch in batches if batch[1] == person]
            assert (notes.proposals.undo(data, person) is not None) == bool(mine)
            if mine:
                batches.remove(mine[-1])
                undone[person].append(mine[-1])
        elif word == "redo":
            assert (notes.proposals.redo(data, person) is not None) == bool(undone[person])
            if undone[person]:
                batches = sorted([*batches, undone[person].pop()], key=lambda batch: batch[0])
        else:
            assert isinstance(word, dict)
            everyone, mine_only = in_force(batches), in_force([batch for batch in batches if batch[1] == person])
            news = {
                row_id: {
                    f: t for f, t in fields.items() if (mine_only.get((row_id, f)), everyone.get((row_id, f))) != (t, t)
                }
                for row_id, fields in word.items()
            }
            is_new = any(news.values())
            assert (notes.proposals.propose(data, word, person).id is not None) == is_new
            if is_new:
                batches.append((number, person, news))
                undone[person] = []
        expected = in_force(batches)
        assert texts(notes, data) == {key: text for key, text in expected.items() if text is not None}
