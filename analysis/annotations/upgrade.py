"""How does a database of an earlier version become one of this version?

Version 1 has no table `annotation_schema`. There, a log other than the tags (values shown, answers on hits, on pairs
and in blind checks) is a row among the datasets, with a name such as `shown/` and the first 50 characters of the
dataset's fingerprint. Version 2 has a column `log` for the name and a column for the whole fingerprint. Version 3 has
tables for proposed texts, for what people make of findings and for how often each was counted. `metadata.create_all`
makes them after the upgrade. Version 2 would export rows without the proposals and not say so, so it must not open the
database any more.

The upgrade is one transaction: a program that is killed leaves version 1, and a second program that opens the database
waits and then has nothing to do. A program that supports only version 1 reads `annotated_dataset.fingerprint`. That
column is now called `whole_fingerprint`, so that the program stops with an error and changes nothing.
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 3

_CUT_LOGS = ("shown", "pii-review", "pairs")
_CHECKS = "blind-check"


def version_of(connection: sa.Connection) -> int:
    """The version of the database's tables; 0 where there are none."""
    tables = sa.inspect(connection)
    if tables.has_table("annotation_schema"):
        return int(connection.exec_driver_sql("SELECT max(version) FROM annotation_schema").scalar_one())
    return 1 if tables.has_table("annotated_dataset") else 0


def upgrade(connection: sa.Connection, version: int) -> None:
    """Upgrades the tables of an earlier version in the transaction of the connection, which holds the database's lock.

    Tables that came later are not made here.
    """
    if version > 1:
        return
    _add_reasons(connection)
    if connection.dialect.name == "sqlite":
        _make_dataset_table_again(connection)
    else:
        _change_dataset_table(connection)
    _name_logs(connection)


def _add_reasons(connection: sa.Connection) -> None:
    """The columns that the first databases of version 1 lack."""
    for table, column in (("tag_batch", "why"), ("tag_event", "reason")):
        inspector = sa.inspect(connection)
        if inspector.has_table(table) and column not in {one["name"] for one in inspector.get_columns(table)}:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")


def _make_dataset_table_again(connection: sa.Connection) -> None:
    """SQLite cannot drop a unique constraint of a table, so the table is copied. It is small; its row numbers stay."""
    for statement in (
        "CREATE TABLE annotated_dataset_2 (number INTEGER NOT NULL PRIMARY KEY, "
        "whole_fingerprint VARCHAR(64) NOT NULL, log VARCHAR(40) NOT NULL, vocabulary JSON, "
        "UNIQUE (whole_fingerprint, log))",
        "INSERT INTO annotated_dataset_2 SELECT number, fingerprint, '', vocabulary FROM annotated_dataset",
        "DROP TABLE annotated_dataset",
        "ALTER TABLE annotated_dataset_2 RENAME TO annotated_dataset",
    ):
        connection.exec_driver_sql(statement)


def _change_dataset_table(connection: sa.Connection) -> None:
    unique = sa.inspect(connection).get_unique_constraints("annotated_dataset")
    for statement in (
        *(f'ALTER TABLE annotated_dataset DROP CONSTRAINT "{rule["name"]}"' for rule in unique),
        "ALTER TABLE annotated_dataset RENAME COLUMN fingerprint TO whole_fingerprint",
        "ALTER TABLE annotated_dataset ADD COLUMN log VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE annotated_dataset ALTER COLUMN log DROP DEFAULT",
        "ALTER TABLE annotated_dataset ADD UNIQUE (whole_fingerprint, log)",
    ):
        connection.exec_driver_sql(statement)


def _name_logs(connection: sa.Connection) -> None:
    """Splits names such as `shown/<fingerprint>`.

    A cut fingerprint becomes that of the only dataset in the database that begins with it. Where the dataset has no
    other annotations there is none: then it stays cut until the next event in that log, see `database.of_dataset`.
    """
    table = sa.table("annotated_dataset", sa.column("number"), sa.column("whole_fingerprint"), sa.column("log"))
    names = connection.execute(sa.select(table.c.number, table.c.whole_fingerprint)).all()
    fingerprints = [name for _, name in names if "/" not in name]
    checks = _datasets_of_checks(connection)
    for number, name in names:
        log, _, rest = name.partition("/")
        if log in _CUT_LOGS:
            whole = [fingerprint for fingerprint in fingerprints if fingerprint.startswith(rest)]
            values = {"log": log, "whole_fingerprint": whole[0] if len(whole) == 1 else rest}
        elif log == _CHECKS and rest in checks:
            values = {"log": name, "whole_fingerprint": checks[rest]}
        else:
            continue
        connection.execute(sa.update(table).where(table.c.number == number).values(values))


def _datasets_of_checks(connection: sa.Connection) -> dict[str, str]:
    """The fingerprint of the dataset of each blind check, by the check's id."""
    if not sa.inspect(connection).has_table("blind_check"):
        return {}
    checks = "SELECT c.id, d.whole_fingerprint FROM blind_check c JOIN annotated_dataset d ON d.number = c.dataset"
    return {id: fingerprint for id, fingerprint in connection.exec_driver_sql(checks)}
