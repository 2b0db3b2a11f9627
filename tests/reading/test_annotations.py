"""Do tags, undo, saved views and names keep what people said, whoever says it at the same time?

`WINNOW_TEST_DATABASE_URL` runs these tests on another database than a fresh SQLite file.
"""

from __future__ import annotations

import os
import pickle
import random
import sqlite3
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.annotations import Annotations, open_annotations
from analysis.annotations.batches import Batch
from analysis.annotations.people import clean_person
from analysis.annotations.tags import clean_tag
from analysis.errors import AnnotationError

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("own_database")
only_sqlite = pytest.mark.skipif("WINNOW_TEST_DATABASE_URL" in os.environ, reason="about the SQLite file")


def as_dict(frame: pl.DataFrame) -> dict[str, tuple[list[str], list[str]]]:
    return {row_id: (tags, disputed) for row_id, tags, disputed in frame.iter_rows()}


def test_tags_are_listed_sorted_and_counted(notes: Annotations, data: str) -> None:
    assert notes.tags.revision(data) == 0
    first = notes.tags.tag_rows(data, ["b", "a", "b"], "keep", "Ann")
    second = notes.tags.apply(data, {"a": {"fix": True, "drop": True}, "c": {"fix": False}}, "Ann")
    assert (first.rows, second.rows) == (2, 2)
    assert as_dict(notes.tags.standing(data)) == {"a": (["drop", "fix", "keep"], []), "b": (["keep"], [])}
    assert notes.tags.standing(data)["row_id"].to_list() == ["a", "b"]
    assert list(notes.tags.counts(data).items()) == [("keep", 2), ("drop", 1), ("fix", 1)]
    assert notes.tags.votes(data, "c") == {"fix": {"Ann": False}}
    assert notes.tags.revision(data) == second.id


def test_a_dataset_without_tags_has_the_same_columns(notes: Annotations, data: str) -> None:
    empty = notes.tags.standing(data)
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    assert empty.height == 0
    assert empty.schema == notes.tags.standing(data).schema
    assert empty.schema == {"row_id": pl.String, "tags": pl.List(pl.String), "disputed_tags": pl.List(pl.String)}
    assert (notes.tags.counts("?"), notes.tags.history("?", "a"), notes.tags.votes("?", "a")) == ({}, [], {})


def test_datasets_do_not_see_each_other(notes: Annotations, data: str) -> None:
    other = uuid.uuid4().hex
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    revision = notes.tags.revision(data)
    notes.tags.tag_rows(other, ["a"], "drop", "Ann")
    assert (notes.tags.revision(data), as_dict(notes.tags.standing(data))) == (revision, {"a": (["keep"], [])})
    assert notes.tags.undo(data, "Ann") is not None
    assert (notes.tags.standing(data).height, as_dict(notes.tags.standing(other))) == (0, {"a": (["drop"], [])})


def test_saying_nothing_new_keeps_nothing(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    revision = notes.tags.revision(data)
    assert notes.tags.tag_rows(data, ["a"], "keep", "Ann") == Batch(id=None, rows=0)
    assert notes.tags.tag_rows(data, [], "keep", "Ann") == notes.tags.apply(data, {}, "Ann") == Batch(id=None, rows=0)
    assert notes.tags.revision(data) == revision
    assert notes.tags.tag_rows(data, ["a", "b"], "keep", "Ann").rows == 1


def test_the_last_speaker_decides_and_differing_words_are_disputed(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    notes.tags.tag_rows(data, ["a"], "keep", "Bo", is_on=False)
    assert as_dict(notes.tags.standing(data)) == {"a": ([], ["keep"])}
    assert notes.tags.votes(data, "a") == {"keep": {"Ann": True, "Bo": False}}
    assert notes.tags.counts(data) == {}
    # Ann insists: her word is the same, but now she is the one who spoke last.
    assert notes.tags.tag_rows(data, ["a"], "keep", "Ann").rows == 1
    assert as_dict(notes.tags.standing(data)) == {"a": (["keep"], ["keep"])}
    assert list(notes.tags.votes(data, "a")["keep"]) == ["Bo", "Ann"]
    notes.tags.tag_rows(data, ["a"], "keep", "Bo")
    assert as_dict(notes.tags.standing(data)) == {"a": (["keep"], [])}


def test_undo_and_redo_walk_through_ones_own_batches(notes: Annotations, data: str) -> None:
    first = notes.tags.tag_rows(data, ["a", "b"], "keep", "Ann")
    second = notes.tags.apply(data, {"a": {"keep": False, "fix": True}}, "Ann")
    both = as_dict(notes.tags.standing(data))
    undo_second = notes.tags.undo(data, "Ann")
    assert undo_second is not None and (undo_second.undoes, undo_second.rows) == (second.id, 1)
    assert as_dict(notes.tags.standing(data)) == {"a": (["keep"], []), "b": (["keep"], [])}
    undo_first = notes.tags.undo(data, "Ann")
    assert undo_first is not None and (undo_first.undoes, undo_first.rows) == (first.id, 2)
    assert notes.tags.standing(data).height == 0
    assert notes.tags.undo(data, "Ann") is None
    redo_first, redo_second = notes.tags.redo(data, "Ann"), notes.tags.redo(data, "Ann")
    assert redo_first is not None and redo_second is not None
    assert (redo_first.undoes, redo_second.undoes) == (undo_first.id, undo_second.id)
    assert as_dict(notes.tags.standing(data)) == both
    assert notes.tags.redo(data, "Ann") is None
    again = notes.tags.undo(data, "Ann")
    assert again is not None and again.undoes == redo_second.id
    assert [(event.is_on, event.kind) for event in notes.tags.history(data, "a") if event.tag == "keep"] == [
        (True, "tag"),
        (False, "tag"),
        (True, "undo"),
        (None, "undo"),
        (True, "redo"),
        (False, "redo"),
        (True, "undo"),
    ]


def test_something_new_ends_redo(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    notes.tags.undo(data, "Ann")
    notes.tags.tag_rows(data, ["a"], "fix", "Ann")
    assert notes.tags.redo(data, "Ann") is None
    notes.tags.undo(data, "Ann")
    assert notes.tags.undo(data, "Ann") is None
    assert notes.tags.redo(data, "Ann") is not None
    assert as_dict(notes.tags.standing(data)) == {"a": (["fix"], [])}
    assert notes.tags.redo(data, "Ann") is None


def test_undo_leaves_the_tags_as_if_the_batch_had_never_been(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    notes.tags.tag_rows(data, ["a"], "keep", "Bo", is_on=False)
    before = as_dict(notes.tags.standing(data))
    for is_on in (True, False):
        notes.tags.tag_rows(data, ["a"], "keep", "Ann", is_on=is_on)
        assert as_dict(notes.tags.standing(data)) != before
        notes.tags.undo(data, "Ann")
        assert as_dict(notes.tags.standing(data)) == before == {"a": ([], ["keep"])}, "Bo's word is the later one again"
    notes.tags.undo(data, "Ann")
    assert notes.tags.votes(data, "a") == {"keep": {"Bo": False}}
    assert notes.tags.undo(data, "Ann") is None
    assert notes.tags.undo(data, "Cy") is None
    notes.tags.undo(data, "Bo")
    assert notes.tags.votes(data, "a") == {}


def test_history_names_person_time_and_word(notes: Annotations, data: str) -> None:
    notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    notes.tags.tag_rows(data, ["a", "b"], "keep", "Bo", is_on=False)
    events = notes.tags.history(data, "a")
    assert [(event.person, event.tag, event.is_on, event.undoes) for event in events] == [
        ("Ann", "keep", True, None),
        ("Bo", "keep", False, None),
    ]
    assert all(timedelta(0) <= datetime.now(UTC) - event.at < timedelta(minutes=5) for event in events)
    assert events[0].batch < events[1].batch == notes.tags.revision(data)


MOVES = st.one_of(
    st.tuples(
        st.just("apply"),
        st.sampled_from("AB"),
        st.dictionaries(st.sampled_from("rs"), st.dictionaries(st.sampled_from("xy"), st.booleans())),
    ),
    st.tuples(st.sampled_from(["undo", "redo"]), st.sampled_from("AB"), st.none()),
)
Word = tuple[str, str, str, bool]  # person, row_id, tag, is_on


class Replay:
    """The model: the state is what one gets by saying the batches in force again, in their first order."""

    def __init__(self) -> None:
        self.said: list[list[Word]] = []
        self.in_force: dict[str, list[int]] = {"A": [], "B": []}
        self.undone: dict[str, list[int]] = {"A": [], "B": []}

    def votes(self) -> dict[tuple[str, str], dict[str, bool]]:
        votes: dict[tuple[str, str], dict[str, bool]] = {}
        for number in sorted(self.in_force["A"] + self.in_force["B"]):
            for person, row_id, tag, is_on in self.said[number]:
                words = votes.setdefault((row_id, tag), {})
                words.pop(person, None)
                words[person] = is_on
        return votes

    def apply(self, person: str, changes: dict[str, dict[str, bool]]) -> int:
        votes = self.votes()
        batch = []
        for row_id, words in changes.items():
            for tag, is_on in words.items():
                now = votes.get((row_id, tag), {})
                if not (person in now and now[person] == is_on == list(now.values())[-1]):
                    batch.append((person, row_id, tag, is_on))
        if batch:
            self.in_force[person].append(len(self.said))
            self.undone[person] = []
            self.said.append(batch)
        return len({word[1] for word in batch})

    def move(self, person: str, source: dict[str, list[int]], target: dict[str, list[int]]) -> int | None:
        if not source[person]:
            return None
        target[person].append(source[person].pop())
        return len({word[1] for word in self.said[target[person][-1]]})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, max_size=14))
def test_any_sequence_equals_saying_the_batches_in_force_again(notes: Annotations, moves: list) -> None:
    data, model = uuid.uuid4().hex, Replay()
    for kind, person, changes in moves:
        if kind == "apply":
            assert notes.tags.apply(data, changes, person).rows == model.apply(person, changes)
        else:
            batch = notes.tags.undo(data, person) if kind == "undo" else notes.tags.redo(data, person)
            stacks = (model.in_force, model.undone) if kind == "undo" else (model.undone, model.in_force)
            assert (batch and batch.rows) == model.move(person, *stacks)
        votes = model.votes()
        expected: dict[str, tuple[list[str], list[str]]] = {}
        for row_id in "rs":
            words = {tag: list(votes[row, tag].items()) for row, tag in sorted(votes) if row == row_id}
            assert {tag: list(now.items()) for tag, now in notes.tags.votes(data, row_id).items()} == words
            tags = [tag for tag, now in words.items() if now[-1][1]]
            disputed = [tag for tag, now in words.items() if len({is_on for _, is_on in now}) > 1]
            if tags or disputed:
                expected[row_id] = (tags, disputed)
        assert as_dict(notes.tags.standing(data)) == expected
        counted = [tag for tags, _ in expected.values() for tag in tags]
        assert notes.tags.counts(data) == {tag: counted.count(tag) for tag in set(counted)}


def test_fifty_thousand_rows_are_one_batch(notes: Annotations, data: str) -> None:
    rows = [f"{random.Random(number).getrandbits(64):016x}" for number in range(50_000)]
    notes.tags.tag_rows(data, rows[:10], "keep", "Ann")
    assert notes.tags.tag_rows(data, rows, "keep", "Ann").rows == 49_990
    assert notes.tags.counts(data) == {"keep": 50_000}
    assert set(notes.tags.standing(data)["row_id"]) == set(rows)
    undone = notes.tags.undo(data, "Ann")
    assert undone is not None and undone.rows == 49_990
    assert set(notes.tags.standing(data)["row_id"]) == set(rows[:10])


WRITER = """
import sys
from pathlib import Path
from analysis.annotations import open_annotations
home, dataset, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with open_annotations(home) as annotations:
    for change in range(25):
        annotations.tags.apply(dataset, {"shared": {f"tag {change}": True}, f"{number}-{change}": {"own": True}}, f"P{number}")
"""


def test_twenty_processes_lose_nothing(tmp_path: Path, data: str) -> None:
    """Each makes the database if it is the first, then says 25 things at the same time as all the others."""
    pipe = subprocess.PIPE
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), data, str(number)],
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        for number in range(20)
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        _, said = writer.communicate(timeout=60)
        assert (writer.returncode, said) == (0, "")
    with open_annotations(tmp_path) as notes:
        assert notes.tags.counts(data) == {"own": 500} | {f"tag {change}": 1 for change in range(25)}
        history = notes.tags.history(data, "shared")
        assert len(history) == 500
        assert len({event.batch for event in history}) == 500
        everyone = {f"P{number}" for number in range(20)}
        assert all(set(words) == everyone for words in notes.tags.votes(data, "shared").values())
        assert everyone <= set(notes.people.names())


def test_threads_share_one_object(notes: Annotations, data: str) -> None:
    failures: list[AnnotationError] = []

    def write(number: int) -> None:
        try:
            for change in range(10):
                notes.tags.tag_rows(data, [f"{number}-{change}"], "keep", f"P{number}")
                notes.tags.standing(data)
        except AnnotationError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert notes.tags.counts(data) == {"keep": 80}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("  keep ", "keep"),
        ("e\u0301gal", "\u00e9gal"),
        ("x" * 60, "x" * 60),
        ("'; DROP TABLE tag_event; --", "'; DROP TABLE tag_event; --"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("a,b~c&d=e%20", "a,b~c&d=e%20"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_names_are_cleaned_and_come_back_as_they_are(notes: Annotations, data: str, name: str, cleaned: str) -> None:
    assert clean_tag(name) == clean_person(name) == cleaned
    notes.tags.tag_rows(data, ["a"], name, name)
    assert as_dict(notes.tags.standing(data)) == {"a": ([cleaned], [])}
    assert notes.tags.votes(data, "a") == {cleaned: {cleaned: True}}
    assert notes.tags.undo(data, cleaned) is not None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "x" * 61,
        "a\x00b",
        "a\nb",
        "a\tb",
        "a\x7fb",
        "\ud800",
        "a\u202eb",
        "a\u2028b",
        "\u200b",
        "\u200d",
        "\ufeffa",
    ],
)
def test_names_nobody_could_read_are_refused(notes: Annotations, data: str, name: str) -> None:
    with pytest.raises(AnnotationError, match="tag name") as refused:
        notes.tags.tag_rows(data, ["a"], name, "Ann")
    assert str(refused.value).isprintable(), "the message must not do what the name does"
    with pytest.raises(AnnotationError):
        notes.tags.tag_rows(data, ["a"], "keep", name)
    with pytest.raises(AnnotationError):
        notes.views.save(data, name, [], "Ann")
    with pytest.raises(AnnotationError):
        notes.people.add(name)
    assert (notes.tags.standing(data).height, notes.views.listed(data)) == (0, [])


@given(st.text())
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    try:
        cleaned = clean_tag(name)
    except AnnotationError as error:
        assert str(error).isprintable()
        return
    assert clean_tag(cleaned) == cleaned
    assert 1 <= len(cleaned) <= 60


def test_a_failing_batch_changes_nothing(notes: Annotations, data: str) -> None:
    with pytest.raises(AnnotationError):
        notes.tags.apply(data, {"a": {"keep": True}, "b": {"": True}}, "Ann")
    assert (notes.tags.revision(data), notes.tags.standing(data).height) == (0, 0)


def test_the_vocabulary_is_ordered_and_belongs_to_the_dataset(notes: Annotations, data: str) -> None:
    assert notes.vocabulary.tags(data) == ["keep", "drop", "fix", "pii"]
    assert notes.vocabulary.choose(data, ["toxic", " keep", "toxic", "wrong"]) == ["toxic", "keep", "wrong"]
    assert notes.vocabulary.tags(data) == ["toxic", "keep", "wrong"]
    assert notes.vocabulary.tags(uuid.uuid4().hex) == ["keep", "drop", "fix", "pii"]
    with pytest.raises(AnnotationError, match="tag name"):
        notes.vocabulary.choose(data, ["a", ""])
    assert notes.vocabulary.choose(data, []) == notes.vocabulary.tags(data) == ["keep", "drop", "fix", "pii"]


def test_people_are_remembered_once_and_by_what_they_do(notes: Annotations, data: str) -> None:
    mine = {name: f"{name} {data[:8]}" for name in ("zoe", "Ann", "Bo", "Émile")}
    assert notes.people.add(f" {mine['zoe']} ") == notes.people.add(mine["zoe"]) == mine["zoe"]
    notes.tags.tag_rows(data, ["a"], "keep", mine["Ann"])
    notes.views.save(data, "long", [], mine["Bo"])
    notes.people.add(mine["Émile"])
    assert [name for name in notes.people.names() if name in mine.values()] == [
        mine[n] for n in ("Ann", "Bo", "zoe", "Émile")
    ]


def test_a_saved_view_never_changes_but_its_name_may(notes: Annotations, data: str) -> None:
    filters = ["response_tokens~ge~2048", "prompt~has~a~b, \u00e9 \U0001f600 '"]
    first = notes.views.save(data, "long", filters, "Ann")
    second = notes.views.save(data, "long", ["n_turns~ge~4"], "Bo")
    short = notes.views.save(data, "short", [], "Ann")
    assert [len(view_id) for view_id in (first, second, short)] == [7, 7, 7]
    assert [(view.id, view.name) for view in notes.views.listed(data)] == [(short, "short"), (second, "long")]
    old = notes.views.view(first)
    assert (old.dataset, old.name, old.filters, old.person) == (data, "long", tuple(filters), "Ann")
    assert timedelta(0) <= datetime.now(UTC) - old.at < timedelta(minutes=5)
    notes.views.rename(second, "very long")
    assert [(view.id, view.name) for view in notes.views.listed(data)] == [(short, "short"), (second, "very long")]
    assert (notes.views.view(first).name, notes.views.view(first).filters) == ("very long", tuple(filters))
    assert notes.views.listed(uuid.uuid4().hex) == []


def test_a_name_is_not_taken_from_another_view(notes: Annotations, data: str) -> None:
    long, short = notes.views.save(data, "long", [], "Ann"), notes.views.save(data, "short", [], "Ann")
    with pytest.raises(AnnotationError, match="Another view of this dataset is called 'short'"):
        notes.views.rename(long, "short")
    notes.views.rename(long, "long")
    notes.views.rename(notes.views.save(uuid.uuid4().hex, "other", [], "Ann"), "short")
    notes.views.delete(short)
    notes.views.rename(long, "short")
    assert [(view.id, view.name) for view in notes.views.listed(data)] == [(long, "short")]


def test_a_deleted_view_leaves_the_list_and_its_links_work(notes: Annotations, data: str) -> None:
    first, second = (notes.views.save(data, "long", [text], "Ann") for text in ("a", "b"))
    notes.views.delete(second)
    assert notes.views.listed(data) == []
    assert [notes.views.view(view_id).filters for view_id in (first, second)] == [("a",), ("b",)]
    third = notes.views.save(data, "long", ["c"], "Ann")
    for refused in (lambda: notes.views.delete(first), lambda: notes.views.rename(first, "x")):
        with pytest.raises(AnnotationError, match="There is no saved view"):
            refused()
    assert [view.id for view in notes.views.listed(data)] == [third]
    with pytest.raises(AnnotationError, match="There is no saved view 'nowhere'"):
        notes.views.view("nowhere")


@only_sqlite
def test_closing_keeps_everything_in_one_file(tmp_path: Path, data: str) -> None:
    home = tmp_path / "not yet" / "a #?% name"
    with open_annotations(home) as notes:
        notes.tags.tag_rows(data, ["a"], "keep", "Ann")
        view_id = notes.views.save(data, "long", ["x"], "Ann")
    assert [path.name for path in home.iterdir()] == ["annotations.db"]
    with sqlite3.connect(home / "annotations.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
    with open_annotations(home) as notes:
        assert as_dict(notes.tags.standing(data)) == {"a": (["keep"], [])}
        assert notes.views.view(view_id).filters == ("x",)


@only_sqlite
@pytest.mark.parametrize("content", [b"this is no database, " * 400, pickle.dumps({}) * 900])
def test_a_corrupt_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "annotations.db"
    file.write_bytes(content)
    with pytest.raises(AnnotationError) as refused:
        open_annotations(tmp_path)
    assert str(file) in str(refused.value) and "move it away" in str(refused.value)
    assert file.read_bytes() == content


@only_sqlite
def test_damage_inside_the_file_is_named(tmp_path: Path, data: str) -> None:
    file = tmp_path / "annotations.db"
    with open_annotations(tmp_path) as notes:
        notes.tags.tag_rows(data, [str(number) for number in range(5_000)], "keep", "Ann")
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * len(content[8192:])
    file.write_bytes(content)
    with (
        pytest.raises(AnnotationError, match="is damaged .*; restore it from a copy"),
        open_annotations(tmp_path) as notes,
    ):
        notes.tags.standing(data)


@only_sqlite
def test_a_read_only_database_is_read_and_not_written(
    tmp_path: Path, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_annotations(tmp_path) as notes:
        notes.tags.tag_rows(data, ["a"], "keep", "Ann")
    monkeypatch.setenv("WINNOW_DATABASE_URL", f"sqlite:///file:{tmp_path}/annotations.db?mode=ro&uri=true")
    with open_annotations(tmp_path) as notes:
        assert notes.tags.counts(data) == {"keep": 1}
        with pytest.raises(AnnotationError, match="could not be written, because it is read-only"):
            notes.tags.tag_rows(data, ["b"], "keep", "Ann")
        with pytest.raises(AnnotationError, match="read-only"):
            notes.views.save(data, "long", [], "Ann")
        assert notes.tags.counts(data) == {"keep": 1}


@only_sqlite
def test_a_locked_database_can_be_read_and_says_who_is_in_the_way(
    tmp_path: Path, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_DATABASE_URL", f"sqlite:///{tmp_path}/annotations.db?timeout=0.1")
    with open_annotations(tmp_path) as notes:
        notes.tags.tag_rows(data, ["a"], "keep", "Ann")
        other = sqlite3.connect(tmp_path / "annotations.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AnnotationError, match="another program is writing to it .*; try again in a moment"):
            notes.tags.tag_rows(data, ["b"], "keep", "Ann")
        assert notes.tags.counts(data) == {"keep": 1}
        other.execute("ROLLBACK")
        other.close()
        notes.tags.tag_rows(data, ["b"], "keep", "Ann")
        assert notes.tags.counts(data) == {"keep": 2}


@only_sqlite
def test_a_first_start_waits_for_another_first_start(tmp_path: Path, data: str) -> None:
    other = sqlite3.connect(tmp_path / "annotations.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.3, other.execute, ["COMMIT"])
    end.start()
    with open_annotations(tmp_path) as notes:
        notes.tags.tag_rows(data, ["a"], "keep", "Ann")
        assert notes.tags.counts(data) == {"keep": 1}
    end.join()
    other.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no url", "is not a database URL"),
        ("nosuch://x:secret@y/z", "names nosuch, which cannot be used here"),
        ("sqlite:////no/such/folder/x.db", "the file cannot be opened"),
    ],
)
def test_a_wrong_database_url_is_explained_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("WINNOW_DATABASE_URL", url)
    with pytest.raises(AnnotationError, match=said) as refused:
        open_annotations(tmp_path)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@only_sqlite
def test_a_home_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AnnotationError, match="cannot be made .*; set WINNOW_HOME"):
        open_annotations(tmp_path / "file" / "home")


@only_sqlite
def test_a_database_of_another_version_is_explained(tmp_path: Path, data: str) -> None:
    with open_annotations(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "annotations.db") as raw:
        raw.execute("ALTER TABLE tag_current RENAME COLUMN said TO spoken")
    raw.close()
    with open_annotations(tmp_path) as notes, pytest.raises(AnnotationError, match="another version of Winnow made it"):
        notes.tags.standing(data)


@only_sqlite
def test_a_database_that_is_moved_while_it_is_used_is_said_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    """SQLite would store into the moved file, which nobody opens again."""
    with open_annotations(tmp_path) as notes:
        notes.tags.apply("d", {"row": {"keep": True}}, "ana")
        path = tmp_path / "annotations.db"
        for state in ("has been moved or deleted", "is another file now"):
            path.rename(tmp_path / "moved")
            if state == "is another file now":
                path.write_bytes((tmp_path / "moved").read_bytes())
            with pytest.raises(AnnotationError, match=f"{state} while Winnow runs, so nothing is stored; put it back"):
                notes.tags.apply("d", {"row": {"drop": True}}, "ana")
            with pytest.raises(AnnotationError, match=state):
                notes.tags.standing("d")
            (tmp_path / "moved").replace(path)
        notes.tags.apply("d", {"row": {"fix": True}}, "ana")
        assert notes.tags.counts("d") == {"keep": 1, "fix": 1}
