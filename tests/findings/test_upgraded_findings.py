"""Does a database of version 2, which knows no answers on findings, take them and keep the rest?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from analysis.annotations import open_annotations

DATA = "a" * 64
NEW = ("finding_event", "finding_record", "dataset_sketch")


def test_a_database_of_version_2_gets_the_tables_and_keeps_its_tags(tmp_path: Path) -> None:
    with open_annotations(tmp_path) as notes:
        notes.tags.tag_rows(DATA, ["r"], "keep", "Ann")
    with sqlite3.connect(tmp_path / "annotations.db") as raw:
        for table in NEW:
            raw.execute(f"DROP TABLE {table}")
        raw.execute("UPDATE annotation_schema SET version = 2")
    for _ in range(2):
        with open_annotations(tmp_path) as notes:
            notes.states.set_state(DATA, "leaks", "being fixed", "Ann", 3)
            notes.judgements.judge(DATA, "leaks", ["r"], "real", "Ann")
            assert notes.tags.standing(DATA)["tags"].to_list() == [["keep"]]
            assert notes.states.in_force([DATA])[DATA, "leaks", "state"].value == "being fixed"
    with sqlite3.connect(tmp_path / "annotations.db") as raw:
        assert raw.execute("SELECT max(version) FROM annotation_schema").fetchone() == (3,)
