"""Does every answer say how many rows were compared, in which columns, and is nothing compared never a zero?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from analysis.__main__ import app
from analysis.computing import compute
from analysis.duplicates.identical_duplicates_signal import IdenticalDuplicates
from analysis.errors import NotLookedAtError
from analysis.workspace import Workspace
from tests.support.app_page import open_page

TABLE = [
    ("Ada", "Oslo", 3, None),
    ("ada", " oslo", 3, None),
    ("Ada", "Oslo", 3, None),
    (None, "Rome", 4, "x"),
    (None, "Rome", 4, "x"),
    (None, None, None, None),
    ("Bo", None, 4, ""),
]


@pytest.fixture
def people(home: Path, tmp_path: Path) -> Path:
    """Seven records without a text; two are equal byte for byte, one more but for case and white space."""
    names = ("name", "town", "score_", "note")
    records = [dict(zip(names, line, strict=True)) for line in TABLE]
    (tmp_path / "people.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return tmp_path / "people.jsonl"


def asked(file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    ran = CliRunner().invoke(app, ["duplicates", str(file), *options, "--json"])
    return code_of(ran), json.loads(ran.stdout)


def code_of(ran: Result) -> int:
    """The exit code of the command line, where nothing that was looked at is one line and code 2."""
    return 2 if isinstance(ran.exception, NotLookedAtError) else ran.exit_code


def test_a_table_is_compared_whole(people: Path) -> None:
    code, equal = asked(people, "--kind", "bytes")
    assert (code, equal["groups"], equal["rows_to_drop"], equal["looked_at"], equal["rows"]) == (0, 2, 2, 6, 7)
    assert equal["columns"] == ["name", "town", "score_", "note"]
    code, evened = asked(people, "--kind", "exact")
    assert (code, evened["groups"], evened["rows_to_drop"]) == (0, 2, 3)
    assert evened["not_compared"] == {"without a text": 1} and evened["tokens_to_drop"] is None


def test_nested_cells_are_compared_too() -> None:
    cells: list[dict[str, Any]] = [
        {"a": [1, 2], "b": {"c": 1}},
        {"a": [2, 1], "b": {"c": 1}},
        {"a": [1, 2], "b": {"c": 1}},
        {"a": None, "b": {"c": None}},
    ]
    frame = pl.DataFrame({"row_id": list("abcd"), "a": [c["a"] for c in cells], "b": [c["b"] for c in cells]})
    texts = [pl.lit(None, pl.String).alias(name) for name in ("system", "prompt", "response", "rejected", "text")]
    empty = pl.lit(None, pl.List(pl.Struct({"role": pl.String, "content": pl.String, "tool_calls": pl.String})))
    rows = frame.with_columns(*texts, empty.alias("messages"))
    rows = rows.with_columns(pl.lit(None).alias(name) for name in IdenticalDuplicates.reads if name not in rows.columns)
    columns = IdenticalDuplicates(whole="a~b")(rows)
    assert columns["identical_group"].to_list() == [0, None, 0, None]


def test_rows_with_an_empty_cell_are_compared_or_counted(people: Path) -> None:
    options = ("--kind", "fields", "--over", "name~town", "--threshold", "1")
    code, equal = asked(people, *options)
    assert (code, equal["rows_to_drop"], equal["looked_at"], equal["not_compared"]) == (0, 3, 7, {})
    code, left_out = asked(people, *options, "--empty-cells", "left_out")
    assert (code, left_out["rows_to_drop"], left_out["looked_at"]) == (0, 2, 3)
    assert left_out["not_compared"] == {"with an empty cell": 4}
    words = CliRunner().invoke(app, ["duplicates", str(people), *options, "--empty-cells", "left_out"]).stdout
    assert words.splitlines()[1] == "Compared: 3 of 7 rows, in name, town. Not compared: 4 with an empty cell."


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--kind", "near"), "no column has the role of a prompt, a response, messages or text"),
        (("--kind", "normalised"), "no column has the role of a prompt"),
        (("--kind", "spans"), "no column has the role of a prompt"),
        (("--kind", "repetition"), "no column has the role of a prompt"),
        (("--kind", "fields"), "no column is chosen"),
        (("--kind", "leaks"), "no column has the role split"),
        (("--kind", "exact", "--where", "name~eq~Zoe"), "none of the 7 rows passes the filters"),
        (("--kind", "near", "--over", "note", "--where", "name~eq~Ada"), "2 are without a text"),
    ],
)
def test_nothing_compared_is_not_zero(people: Path, options: tuple[str, ...], why: str) -> None:
    code, answer = asked(people, *options)
    assert code == 2 and answer["looked_at"] == 0 and answer["rows_to_drop"] is None
    assert answer["not_looked_at"].startswith("Not looked at: ") and why in answer["not_looked_at"]
    ran = CliRunner().invoke(app, ["duplicates", str(people), *options])
    assert (code_of(ran), ran.stdout, str(ran.exception)) == (2, "", answer["not_looked_at"])


def test_a_column_of_a_table_can_be_compared(people: Path) -> None:
    code, answer = asked(people, "--kind", "normalised", "--over", "town")
    assert (code, answer["looked_at"], answer["columns"], answer["rows_to_drop"]) == (0, 5, ["town"], 3)
    assert answer["not_compared"] == {"without a text": 2}


def test_the_page_says_what_was_compared(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["app.py"])
    dataset = Workspace().open([people])
    for signal in ("exact_duplicates", "identical_duplicates"):
        compute(dataset, dataset.signal(signal))
    page = open_page("duplicates", dataset, kind="exact")
    texts = [text.value for text in page.text]
    assert "Compared: 6 of 7 rows, in name, town, score_, note. Not compared: 1 without a text." in texts
    counted = {line["kind"]: line["compared"] for line in page.dataframe[0].value.to_dict("records")}
    assert counted == {"Byte for byte": 6, "But for case and spaces": 6}
