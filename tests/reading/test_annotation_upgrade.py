"""Does a database that an earlier version made become one of this version, whole, whatever happens meanwhile?

The earlier database is that of `tests/whole/earlier_workspace.tar.gz`. `WINNOW_TEST_DATABASE_URL` names a PostgreSQL
server: then its tables are copied into a schema there, and all but the tests of the SQLite file run on the server.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url

from analysis.annotations import Annotations
from analysis.annotations.database import Database
from analysis.errors import AnnotationError

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = ROOT / "tests" / "whole" / "earlier_workspace.tar.gz"
TEST_URL = os.environ.get("WINNOW_TEST_DATABASE_URL")
only_sqlite = pytest.mark.skipif(TEST_URL is not None, reason="about the SQLite file")

FINGERPRINT = "e853153d4cf3895c1de0a707e08bb2583c94cb10672e6e6ad8b8527358e83edf"
CHATS = "9eb8b8b0cdb03c82fdc9e73db24ddd142606605e3b22a36135d6fa7824ff032e"
UPGRADED = [
    (1, FINGERPRINT, ""),
    (2, CHATS, ""),
    (3, FINGERPRINT, "shown"),
    (4, FINGERPRINT, "pii-review"),
    (5, FINGERPRINT, "blind-check/made005"),
    (6, FINGERPRINT, "pairs"),
]


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[URL]:
    """A database of version 1, for this test alone."""
    with tarfile.open(ARCHIVE) as archive:
        member = archive.extractfile("home/annotations.db")
        assert member is not None
        (tmp_path / "annotations.db").write_bytes(member.read())
    file = URL.create("sqlite", database=str(tmp_path / "annotations.db"))
    if TEST_URL is None:
        yield file
        return
    server, schema = make_url(TEST_URL), f"earlier_{uuid.uuid4().hex}"
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    copy = server.update_query_dict({"options": f"-csearch_path={schema}"})
    copy_tables(file, copy)
    yield copy
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


def copy_tables(file: URL, server: URL) -> None:
    """The tables of the file with their rows, on another server; the next numbers are those that follow."""
    tables, source, target = sa.MetaData(), sa.create_engine(file), sa.create_engine(server)

    @event.listens_for(tables, "column_reflect")
    def _as_on_any_server(_inspector: object, _table: object, column: dict[str, Any]) -> None:
        column["type"] = column["type"].as_generic()

    tables.reflect(source)
    with source.connect() as read, target.begin() as written:
        tables.create_all(written)
        for table in tables.sorted_tables:
            rows = [dict(row) for row in read.execute(sa.select(table)).mappings()]
            if rows:
                written.execute(sa.insert(table), rows)
            for column in table.primary_key.columns:
                if isinstance(column.type, sa.Integer) and not column.foreign_keys and table.name != "tag_current":
                    last = sa.select(sa.func.max(column)).scalar_subquery()
                    written.execute(sa.select(sa.func.setval(f"{table.name}_{column.name}_seq", last)))
    source.dispose()
    target.dispose()


def opened(url: URL) -> Annotations:
    return Annotations(Database(url))


def asked(url: URL, statement: str) -> list[Any]:
    """What the database itself answers."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(statement)]
    engine.dispose()
    return rows


def changed(url: URL, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def datasets(url: URL) -> list[Any]:
    return asked(url, "SELECT number, whole_fingerprint, log FROM annotated_dataset ORDER BY number")


def answers(notes: Annotations, dataset: str) -> dict[str, Any]:
    """What people said of a dataset, subject by subject."""
    checks = notes.checks.listed(dataset, "Bo")
    return {
        "tags": notes.tags.standing(dataset).rows(),
        "revision": notes.tags.revision(dataset),
        "vocabulary": notes.vocabulary.tags(dataset),
        "looks": [row[1:] for row in notes.looks.latest(dataset).rows()],
        "reviews": notes.reviews.standing(dataset).rows(),
        "pairs": sorted(notes.pairs.last_words(dataset).rows()),
        "checks": {check.id: notes.checks.answers(check).standing(dataset).rows() for check in checks},
        "rules": len(notes.rules.in_force(dataset)),
        "views": [view.name for view in notes.views.listed(dataset)],
    }


EXPECTED = {
    "tags": [
        ("1125bb291ccff060", ["drop"], []),
        ("136bf1f79de45076", [], ["keep"]),
        ("3bd611e4a40d4d46", ["fix", "pii"], []),
        ("4d4315bff55639c1", ["check again"], []),
        ("7879b5b2a453c2cc", ["keep"], []),
        ("8aeecccdf1001439", ["drop"], []),
        ("c4dbb4396d1dedff", ["keep"], []),
        ("f478369eda9ae8d2", ["fix"], []),
    ],
    "revision": 9,
    "vocabulary": ["keep", "drop", "fix", "pii", "check again"],
    "looks": [
        ("Ada", "EMAIL_ADDRESS", "3bd611e4a40d4d46"),
        ("Bo", "EMAIL_ADDRESS", "3bd611e4a40d4d46"),
        ("Bo", "CREDIT_CARD", "5c4862cb8e6ef8b8"),
    ],
    "reviews": [("3bd611e4a40d4d46.r.9", ["yes"], []), ("c62ce24a4450e70f.r.21", ["no"], [])],
    "pairs": [
        ("1125bb291ccff060", "c4dbb4396d1dedff", True, "Bo"),
        ("1125bb291ccff060", "keep", True, "Bo"),
        ("136bf1f79de45076", "7879b5b2a453c2cc", False, "Ada"),
        ("c4dbb4396d1dedff", "keep", False, "Bo"),
    ],
    "checks": {"made006": [], "made005": [("7879b5b2a453c2cc", ["1"], []), ("c4dbb4396d1dedff", ["5"], [])]},
    "rules": 3,
    "views": ["Two of the quiz", "Kept and long"],
}


def test_every_log_gets_its_name_and_the_whole_fingerprint(earlier: URL) -> None:
    for _ in range(2):
        with opened(earlier) as notes:
            assert answers(notes, FINGERPRINT) == EXPECTED
        assert datasets(earlier) == UPGRADED
        assert asked(earlier, "SELECT version FROM annotation_schema") == [(3,)]


def test_an_upgraded_database_takes_what_a_new_one_takes(earlier: URL) -> None:
    with opened(earlier) as notes:
        assert [log.undo(FINGERPRINT, "Ada").rows for log in (notes.tags, notes.pairs, notes.reviews)] == [2, 1, 2]  # type: ignore[union-attr]
        assert notes.tags.redo(FINGERPRINT, "Ada") is not None
        notes.pairs.apply(CHATS, {"a": {"b": True}}, "Cyd")
        notes.looks.add(CHATS, [("a", "EMAIL_ADDRESS")], "Cyd")
        new = "f" * 64
        notes.tags.tag_rows(new, ["a"], "keep", "Cyd")
        assert notes.tags.standing(new).rows() == [("a", ["keep"], [])]
        assert notes.tags.standing(FINGERPRINT).rows() == EXPECTED["tags"]
    assert datasets(earlier)[6:] == [(7, CHATS, "pairs"), (8, CHATS, "shown"), (9, "f" * 64, "")]


def test_upgraded_tables_are_those_of_a_new_database(earlier: URL, tmp_path: Path) -> None:
    with opened(earlier):
        pass
    engine = sa.create_engine(earlier)
    tables = sa.inspect(engine)
    columns = [(c["name"], str(c["type"]), c["nullable"]) for c in tables.get_columns("annotated_dataset")]
    assert sorted(columns) == [
        ("log", "VARCHAR(40)", False),
        ("number", "INTEGER", False),
        ("vocabulary", "JSON", True),
        ("whole_fingerprint", "VARCHAR(64)", False),
    ]
    unique = [rule["column_names"] for rule in tables.get_unique_constraints("annotated_dataset")]
    assert unique == [["whole_fingerprint", "log"]]
    for table in ("tag_batch", "tag_current", "saved_view", "blind_check", "not_personal", "cluster_name"):
        assert "annotated_dataset" in {key["referred_table"] for key in tables.get_foreign_keys(table)}
    engine.dispose()


def test_a_log_of_a_dataset_of_which_nothing_else_is_known_stays_readable(earlier: URL) -> None:
    """People only looked at values and judged pairs: the whole fingerprint is nowhere in the database."""
    alone = "ab12" * 16
    changed(
        earlier,
        f"INSERT INTO annotated_dataset (number, fingerprint) VALUES (21, 'shown/{alone[:50]}')",
        f"INSERT INTO annotated_dataset (number, fingerprint) VALUES (22, 'pairs/{alone[:58]}')",
        "UPDATE tag_batch SET dataset = 21 WHERE dataset = 3",
        "UPDATE tag_current SET dataset = 21 WHERE dataset = 3",
        "UPDATE tag_batch SET dataset = 22 WHERE dataset = 6",
        "UPDATE tag_current SET dataset = 22 WHERE dataset = 6",
    )
    with opened(earlier) as notes:
        assert datasets(earlier)[6:] == [(21, alone[:50], "shown"), (22, alone[:58], "pairs")]
        assert [row[1:] for row in notes.looks.latest(alone).rows()] == EXPECTED["looks"]
        assert sorted(notes.pairs.last_words(alone).rows()) == EXPECTED["pairs"]
        assert notes.tags.standing(alone).is_empty() and notes.reviews.standing(alone).is_empty()
        assert notes.looks.latest("ab12" * 12 + "ffff" * 4).is_empty(), "another dataset that begins alike"
        notes.looks.add(alone, [("a", "EMAIL_ADDRESS")], "Cyd")
        assert notes.looks.latest(alone).height == 4
        assert notes.pairs.undo(alone, "Bo") is not None
    assert datasets(earlier)[6:] == [(21, alone, "shown"), (22, alone, "pairs")], "the next word makes it whole"


def test_the_first_databases_had_no_reasons(earlier: URL) -> None:
    changed(earlier, "ALTER TABLE tag_event DROP COLUMN reason", "ALTER TABLE tag_batch DROP COLUMN why")
    with opened(earlier) as notes:
        assert notes.tags.standing(FINGERPRINT).rows() == EXPECTED["tags"]
        assert notes.tags.reasons(FINGERPRINT).is_empty()
        notes.tags.tag_for_reasons(FINGERPRINT, {"b": True}, "drop", "Ann", "duplicate", {"b": "of a"})
        assert notes.tags.reasons(FINGERPRINT).rows() == [("b", "drop", "duplicate", "of a")]


def test_tables_that_came_later_are_made(earlier: URL) -> None:
    changed(earlier, "DROP TABLE blind_check", "DROP TABLE not_personal", "DROP TABLE cluster_name")
    with opened(earlier) as notes:
        assert notes.tags.standing(FINGERPRINT).rows() == EXPECTED["tags"]
        assert (notes.checks.listed(FINGERPRINT, "Bo"), notes.rules.in_force(FINGERPRINT)) == ([], [])
    assert (5, "blind-check/made005", "") in datasets(earlier), "answers of a check that is not there are kept"


def test_version_2_gets_tables_for_proposed_texts(earlier: URL) -> None:
    """Version 2 has all tables but these; its rows stay, and the texts can be kept then."""
    with opened(earlier):
        pass
    changed(
        earlier,
        "DROP TABLE proposed_current",
        "DROP TABLE proposed_text",
        "UPDATE annotation_schema SET version = 2",
    )
    for _ in range(2):
        with opened(earlier) as notes:
            assert answers(notes, FINGERPRINT) == EXPECTED
            assert notes.proposals.standing(FINGERPRINT).is_empty()
    assert asked(earlier, "SELECT version FROM annotation_schema ORDER BY version") == [(2,), (3,)]
    with opened(earlier) as notes:
        notes.proposals.propose(FINGERPRINT, {"7879b5b2a453c2cc": {"response": "Better."}}, "Ada")
        assert notes.proposals.standing(FINGERPRINT)["text"].to_list() == ["Better."]
        assert answers(notes, FINGERPRINT) == EXPECTED, "no log sees another"
    assert datasets(earlier) == [*UPGRADED, (7, FINGERPRINT, "proposals")]


def test_a_database_of_a_later_version_is_refused_and_left_alone(earlier: URL) -> None:
    with opened(earlier):
        pass
    changed(earlier, "UPDATE annotation_schema SET version = 4")
    for _ in range(2):
        with pytest.raises(AnnotationError, match="later version of Winnow .* version 4, this program knows 3"):
            opened(earlier)
    assert datasets(earlier) == UPGRADED


def test_a_program_of_the_earlier_version_is_stopped(earlier: URL) -> None:
    """The first thing it asks of a dataset; on a file it says: another version of Winnow made it."""
    question = "SELECT number FROM annotated_dataset WHERE annotated_dataset.fingerprint = 'x'"
    assert asked(earlier, question) == []
    with opened(earlier):
        pass
    with pytest.raises(sa.exc.DBAPIError, match=r"no such column|fingerprint does not exist"):
        asked(earlier, question)


# Programs that are killed, and several at once

KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from analysis.annotations import annotations, database

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, parameters, context, executemany):
    if statement.startswith("INSERT INTO annotation_schema"):
        os.kill(os.getpid(), signal.SIGKILL)

database.Database(make_url(sys.argv[1]))
"""


def test_a_program_killed_before_the_end_leaves_the_earlier_database(earlier: URL) -> None:
    before = asked(earlier, "SELECT number, fingerprint FROM annotated_dataset ORDER BY number")
    url = earlier.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert asked(earlier, "SELECT number, fingerprint FROM annotated_dataset ORDER BY number") == before
    with opened(earlier) as notes:
        assert answers(notes, FINGERPRINT) == EXPECTED
    assert datasets(earlier) == UPGRADED


@only_sqlite
def test_the_files_of_any_moment_of_the_upgrade_open(earlier: URL, tmp_path: Path) -> None:
    """What lies on the disk before each statement is what a program killed there leaves behind."""
    moments: list[Path] = []

    def keep(*_: object) -> None:
        moments.append(tmp_path / f"moment {len(moments)}")
        moments[-1].mkdir()
        for file in tmp_path.glob("annotations.db*"):
            shutil.copy(file, moments[-1])

    event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        opened(earlier).close()
    finally:
        event.remove(sa.Engine, "before_cursor_execute", keep)
    assert len(moments) > 15
    for moment in moments:
        url = URL.create("sqlite", database=str(moment / "annotations.db"))
        with opened(url) as notes:
            assert answers(notes, FINGERPRINT) == EXPECTED
        assert datasets(url) == UPGRADED


OPENER = """
import sys
from sqlalchemy.engine import make_url
from analysis.annotations import annotations, database

print("ready", flush=True)
sys.stdin.readline()
with annotations.Annotations(database.Database(make_url(sys.argv[1]))) as notes:
    assert notes.looks.latest(sys.argv[2]).height >= 3
    notes.looks.add(sys.argv[2], [("a", "EMAIL_ADDRESS")], "P" + sys.argv[3])
"""


def test_several_programs_open_it_at_once(earlier: URL) -> None:
    pipe, url = subprocess.PIPE, earlier.render_as_string(hide_password=False)
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, url, FINGERPRINT, str(number)],
            cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    for program in programs:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    for program in programs:
        _, errors = program.communicate(timeout=120)
        assert (program.returncode, errors) == (0, "")
    with opened(earlier) as notes:
        people = {row[1] for row in notes.looks.latest(FINGERPRINT).rows()}
        assert people == {"Ada", "Bo", "P0", "P1", "P2", "P3"}
    assert datasets(earlier) == UPGRADED
    assert asked(earlier, "SELECT version FROM annotation_schema") == [(3,)]


@only_sqlite
def test_an_earlier_file_that_cannot_be_written_is_named(earlier: URL) -> None:
    assert earlier.database is not None
    url = make_url(f"sqlite:///file:{earlier.database}?mode=ro&uri=true")
    with pytest.raises(AnnotationError, match="read-only"):
        opened(url)
    with sqlite3.connect(earlier.database) as raw:
        assert raw.execute("SELECT count(fingerprint) FROM annotated_dataset").fetchone() == (6,)
    raw.close()


def test_notes_are_written_in_an_earlier_database(earlier: URL) -> None:
    with opened(earlier) as notes:
        before = answers(notes, FINGERPRINT)
        assert notes.row_notes.standing(FINGERPRINT).is_empty()
        notes.row_notes.write(FINGERPRINT, {"a": "odd"}, "Ann")
        assert notes.row_notes.standing(FINGERPRINT)["text"].to_list() == ["odd"]
        assert answers(notes, FINGERPRINT) == before, "a note changes nothing else"
