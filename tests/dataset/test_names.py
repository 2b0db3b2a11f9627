"""The names of columns on pages and in answers."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.dataset.names import name_among_all, name_in_file
from analysis.workspace import Workspace

DESCRIPTION = {"renamed": {"prompt_original": "prompt", "rank_original": "rank"}, "added": ["rank"]}


def test_a_stored_name_becomes_that_of_the_file() -> None:
    assert [name_in_file(DESCRIPTION, c) for c in ("prompt_original", "prompt", "score")] == [
        "prompt",
        "prompt",
        "score",
    ]
    assert [name_among_all(DESCRIPTION, c) for c in ("prompt_original", "prompt")] == ["prompt (in the file)", "prompt"]


def test_a_column_that_a_layout_adds_keeps_its_name_alone() -> None:
    assert [name_in_file(DESCRIPTION, column) for column in ("rank_original", "rank")] == ["rank_original", "rank"]


def test_a_column_that_has_its_own_name_back_needs_no_other(home: Path, tmp_path: Path) -> None:
    """`text` is stored as `text_original`, and no column of Winnow is called so here; its layouts say `text` too."""
    rows = [{"prompt": "q", "response": "a", "text": "x"}, {"text": "raw words"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dataset = Workspace().open([tmp_path / "rows.jsonl"])
    named = {*dataset.originals, *dataset.roles.values()}
    named |= {column for layout in dataset.meta["layouts"] for column in layout["roles"].values()}
    assert named <= {*dataset.meta["columns"]}
    assert [dataset.called(column) for column in ("prompt", "row_id", "*")] == ["prompt", "row_id", "*"]
