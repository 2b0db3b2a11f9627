"""Where are annotations stored, and what does a failure mean? A SQLite file in the workspace, or a team's server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from analysis.annotations.upgrade import VERSION, upgrade, version_of
from analysis.errors import AnnotationError
from analysis.home import make_home

BUSY_SECONDS = 30  # SQLite has no queue of writers: among many, one can wait far longer than the others

_MAKING_TABLES = 0x57494E4E4F57  # "WINNOW": any number that no other program on the server locks

metadata = sa.MetaData()
version_table = sa.Table(
    "annotation_schema", metadata, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
)

# The long tables hold a number for a log of a dataset; fingerprints would be most of the file. `log` is empty for
# tags, views, rules and names; else `shown` (who looked at values), `pii-review` (answers on hits), `pairs` (answers on
# pairs), `proposals` (proposed texts), `notes` (notes on rows), `read` (who read rows), or
# `blind-check/` and the check's id.
dataset_table = sa.Table(
    "annotated_dataset",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("whole_fingerprint", sa.String(64), nullable=False),
    sa.Column("log", sa.String(40), nullable=False),
    sa.Column("vocabulary", sa.JSON(none_as_null=True)),
    sa.UniqueConstraint("whole_fingerprint", "log"),
)

_CUT = (50, 58)  # characters of the fingerprint in a log's name in version 1

# Words of the driver's message, what they mean, and what a person can do; the first match counts.
_ADVICE = (
    ("locked", "another program is writing to it", "try again in a moment, or close the program that holds it"),
    ("readonly", "it is read-only", "make the file and its folder writable, or set WINNOW_HOME to a folder that is"),
    ("read-only", "it is read-only", "ask for the right to write, or set WINNOW_DATABASE_URL to another database"),
    (
        "not a database",
        "the file is no SQLite database",
        "restore it from a copy, or move it away to start with an empty one",
    ),
    ("malformed", "the file is damaged", "restore it from a copy, or move it away to start with an empty one"),
    ("unable to open", "the file cannot be opened", "check that its folder exists and may be read and written"),
    ("is full", "the disk is full", "free some space and try again"),
    ("no such column", "another version of Winnow made it", "use that version, or set WINNOW_HOME to a new folder"),
    ("has no column", "another version of Winnow made it", "use that version, or set WINNOW_HOME to a new folder"),
)


def utc_now() -> datetime:
    """The current time in UTC, without a time zone: every database stores this form in the same way."""
    return datetime.now(UTC).replace(tzinfo=None)


def database_url(home: Path) -> URL:
    """WINNOW_DATABASE_URL where it is set, else `annotations.db` in the workspace folder, which is created if missing.

    Raises AnnotationError where the URL cannot be parsed or the folder cannot be created.
    """
    named = os.environ.get("WINNOW_DATABASE_URL", "").strip()
    if named:
        try:
            return make_url(named)
        except (ArgumentError, ValueError) as error:
            raise AnnotationError(
                "WINNOW_DATABASE_URL is not a database URL; write postgresql://user:password@host/name, or unset it."
            ) from error
    try:
        make_home(home)
    except OSError as error:
        raise AnnotationError(
            f"The workspace {home} cannot be made ({error.strerror}); set WINNOW_HOME to a folder that can be written."
        ) from error
    return URL.create("sqlite", database=str(home / "annotations.db"))


def of_dataset(fingerprint: str, log: str = "") -> sa.ColumnElement[bool]:
    """Whether a row of `dataset_table` is this log of this dataset; the upgrade may have left its fingerprint cut."""
    c = dataset_table.c
    cut = [fingerprint[:length] for length in _CUT if log and length < len(fingerprint)]
    return (c.log == log) & c.whole_fingerprint.in_([fingerprint, *cut])


class Database:
    """Transactions on the annotations: a reader sees one state, writers to a dataset wait for each other.

    Threads may share one object; each process opens another. SQLite runs in WAL mode, so that readers never wait.
    """

    def __init__(self, url: URL) -> None:
        """Connects, creates the tables of a new database, and upgrades those of an earlier version.

        Raises AnnotationError where the database refuses it or has a later version, which is not changed.
        """
        self._where = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string()
        self._file = self._kept = None
        self._engine = self._connect(url)
        self._writing_engine = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        try:
            self._prepare()
        except AnnotationError:
            self.close()
            raise
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            self._file = Path(str(url.database))
            self._kept = _identity(self._file)

    def close(self) -> None:
        """Closes every connection. The next use of the object opens a new one."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self, url: URL) -> sa.Engine:
        is_sqlite = url.get_backend_name() == "sqlite"
        if is_sqlite and "timeout" not in url.query:
            url = url.update_query_dict({"timeout": str(BUSY_SECONDS)})
        try:
            engine = sa.create_engine(url, pool_pre_ping=not is_sqlite)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise AnnotationError(
                f"WINNOW_DATABASE_URL names {url.drivername}, which cannot be used here ({_first_line(error)}); "
                "install its driver (for postgresql: psycopg), or unset it to use a file of your own."
            ) from error
        if is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _prepare(self) -> None:
        with self.reading() as connection:
            if self._version(connection) == VERSION:
                return
        if self._engine.dialect.name == "sqlite":
            self._switch_to_wal()
        with self.writing() as connection:
            if (
                connection.dialect.name == "postgresql"
            ):  # where, unlike on SQLite, two transactions may create one table
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING_TABLES)))
            version = self._version(connection)  # another program may have done it meanwhile
            if version == VERSION:
                return
            if version:
                upgrade(connection, version)
            metadata.create_all(connection)
            connection.execute(sa.insert(version_table).values(version=VERSION))

    def _version(self, connection: sa.Connection) -> int:
        version = version_of(connection)
        if version > VERSION:
            raise AnnotationError(
                f"The annotations in {self._where} were made by a later version of Winnow (their tables have version "
                f"{version}, this program knows {VERSION}); use that version, or set WINNOW_HOME to a new folder."
            )
        return version

    def _switch_to_wal(self) -> None:
        # SQLite ignores the timeout for this lock, so programs that create the database at the same time must retry.
        deadline = time.monotonic() + BUSY_SECONDS
        with self._explained("made"):
            while True:
                try:
                    with self._engine.connect().execution_options(begin="") as connection:
                        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    return
                except OperationalError as error:
                    if "locked" not in str(error.orig) or time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection for reading only. Raises AnnotationError where the database refuses it."""
        self._check_place()
        with self._explained("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection in one transaction. Raises AnnotationError where the database refuses it."""
        self._check_place()
        with self._explained("written"), self._writing_engine.begin() as connection:
            yield connection

    def _check_place(self) -> None:
        """Raises AnnotationError where the file is not the one that was opened: SQLite would go on writing into a
        file that is not looked at again."""
        if self._file is not None and (now := _identity(self._file)) != self._kept:
            what = "has been moved or deleted" if now is None else "is another file now"
            raise AnnotationError(
                f"The file of the annotations, {self._file}, {what} while Winnow runs, so nothing is stored; "
                "put it back, or start Winnow again."
            )

    def dataset_number(self, connection: sa.Connection, fingerprint: str, log: str = "") -> int:
        """The number of a log of a dataset, created if it is new; other writers to the log wait until this transaction
        ends.

        Because they wait, batch numbers of a log become visible in order, on a server and on SQLite.
        """
        c = dataset_table.c
        row = sa.select(c.number, c.whole_fingerprint).where(of_dataset(fingerprint, log)).with_for_update()
        if connection.execute(row).first() is None:
            insert_once(connection, dataset_table, whole_fingerprint=fingerprint, log=log)
        number, kept = connection.execute(row).one()
        if kept != fingerprint:  # cut by version 1
            whole = sa.update(dataset_table).where(c.number == number)
            connection.execute(whole.values(whole_fingerprint=fingerprint))
        return int(number)

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, PoolTimeoutError) as error:
            message = _first_line(getattr(error, "orig", None) or error)
            advice = [(why, do) for words, why, do in _ADVICE if words in message.lower()]
            why, do = advice[0] if advice else ("the database refused", "check that it is there and may be used")
            raise AnnotationError(
                f"The annotations in {self._where} could not be {done}, because {why} ({message}); {do}."
            ) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at the path, by disk and number; null if none does."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def insert_once(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Inserts a row, unless another writer has just inserted the same one."""
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(sa.insert(table).values(values))


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver sends BEGIN too late to protect reads before the first write
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)
