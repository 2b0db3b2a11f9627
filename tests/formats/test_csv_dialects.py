"""CSV as spreadsheets and databases write it: a line `sep=`, backslashes, repeated names, decimal commas, types by hand."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import FormatError
from analysis.formats import rebuild
from analysis.formats.column_types import column_of, settled
from analysis.formats.options import ReadOptions
from tests.formats.opened_files import Opened


@pytest.mark.parametrize("separator", [";", "|", "\t", ","])
@pytest.mark.parametrize("first", ["sep={}\n", "SEP={}\r\n", '"sep={}"\n'])
def test_a_line_that_names_the_separator_is_no_data(separator: str, first: str, tmp_path: Path) -> None:
    rows = [["id", "prompt", "response"], ["1", "a b", "c d"], ["2", "e f", "g h"]]
    text = first.format(separator) + "".join(separator.join(row) + "\n" for row in rows)
    data = Opened(tmp_path, ("a.csv", text))
    assert list(data.info["columns"]) == ["id", "prompt", "response"]
    assert (data["prompt"], data["response"], data["source_line"]) == (["a b", "e f"], ["c d", "g h"], [3, 4])


def test_backslashes_before_quotation_marks(tmp_path: Path) -> None:
    text = 'id,text,label\n1,"He said \\"hi\\", ok",x\n2,"two\nlines \\"q\\", yes",y\n3,"C:\\new ""q""",z\n'
    data = Opened(tmp_path / "a", ("a.csv", text))
    assert data["text"] == ['He said "hi", ok', 'two\nlines "q", yes', 'C:\\new "q"'] and data["label"] == [
        "x",
        "y",
        "z",
    ]
    assert "written with a backslash" in data.sentences
    assert data["source_record"][0] == '1,"He said \\"hi\\", ok",x'
    data = Opened(tmp_path / "b", ("a.csv", 'id,text\n1,"a \\"b\\", c\\\\"\n2,"d\\\\e"\n'))
    assert data["text"] == ['a "b", c\\', "d\\e"]


def test_a_backslash_in_plain_csv_is_a_character(tmp_path: Path) -> None:
    text = 'id,text\n1,"{""a"": ""x\\""y""}"\n2,"C:\\"\n3,\\frac{1}{2}\n'
    data = Opened(tmp_path, ("a.csv", text))
    assert data["text"] == ['{"a": "x\\"y"}', "C:\\", "\\frac{1}{2}"] and data.info["notes"] == []


@pytest.mark.parametrize("header", ["Frage,Antwort,Antwort", "a,a,b", "Kommentar,Note,Note"])
def test_a_repeated_name_keeps_the_header(header: str, tmp_path: Path) -> None:
    data = Opened(tmp_path, ("a.csv", header + "\nwas,ja,nein\nwer,du,ich\n"))
    names = header.split(",")
    assert list(data.info["columns"]) == [n if n not in names[:i] else f"{n}_2" for i, n in enumerate(names)]
    assert data.info["rows"] == 2 and "(written " in data.sentences


def test_rows_of_equal_cells_are_no_header(tmp_path: Path) -> None:
    data = Opened(tmp_path, ("a.csv", "yes,yes,no\nno,yes,no\nyes,no,yes\n"))
    assert data.info["rows"] == 3 and list(data.info["columns"]) == ["column_1", "column_2", "column_3"]


def test_decimal_commas_are_told_and_read_on_request(tmp_path: Path) -> None:
    text = "name;price;other\na;3,5;x\nb;4;x\nc;1.234,25;x\nd;;x\n"
    data = Opened(tmp_path / "a", ("a.csv", text))
    assert data["price"] == ["3,5", "4", "1.234,25", None]
    assert "Column price holds numbers with a decimal comma in 2 rows" in data.sentences
    data = Opened(tmp_path / "b", ("a.csv", text), types={"price": "number"})
    assert data["price"] == [3.5, 4.0, 1234.25, None] and data.info["notes"] == []


def test_types_set_by_hand(tmp_path: Path) -> None:
    text = "name,when,ok,n,zip,score\na,2026-03-01T10:00:00+02:00,yes,00,01234,7\nb,31.12.2025,no,7,99999,8\nc,never,?,x,1,9\n"
    types = {"when": "date", "ok": "truth", "n": "integer", "zip": "text", "score": "text"}
    data = Opened(tmp_path, ("a.csv", text), types=types)
    assert data["when"] == [datetime(2026, 3, 1, 8), datetime(2025, 12, 31), None]
    assert (data["ok"], data["n"], data["zip"]) == ([True, False, None], [0, 7, None], ["01234", "99999", "1"])
    assert data.rows.schema[data.info["canonical"].get("score") or "score"] in (pl.String, pl.Float64)
    lost = {note["column"]: (note["kind"], note["rows"]) for note in data.info["notes"]}
    assert lost == {"when": ("not_date", 1), "ok": ("not_truth", 1), "n": ("not_integer", 1)}


def test_types_hold_in_every_container_and_after_other_roles(tmp_path: Path) -> None:
    table = io.BytesIO()
    pl.DataFrame({"text": ["a", "b"], "day": ["01/02/2026", "25/12/2025"]}).write_parquet(table)
    lines = '{"text":"a","day":"01/02/2026"}\n{"text":"b","day":"25/12/2025"}\n'
    for name, content in (("a.parquet", table.getvalue()), ("a.jsonl", lines)):
        types = {"day": "date:%d/%m/%Y"}
        data = Opened(tmp_path / name, (name, content), types=types)
        assert data["day"] == [datetime(2026, 2, 1), datetime(2025, 12, 25)]
        (tmp_path / name / "again").mkdir()
        info = rebuild(tmp_path / name / "imported", tmp_path / name / "again", data.info, ReadOptions(types=types))
        assert info["columns"] == data.info["columns"] and info["notes"] == []


def test_a_type_or_column_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    for types, message in (
        ({"n": "float"}, "no type 'float' for the column n; the types are text, number"),
        ({"n": "date:%Q"}, "no format of a date"),
        ({"x": "number"}, "no column 'x'.*columns are text, n"),
    ):
        with pytest.raises(FormatError, match=message):
            Opened(tmp_path, ("a.csv", "text,n\na,1\n"), types=types)


@pytest.mark.parametrize(
    ("values", "type_", "read"),
    [
        (["1,234", "1,234,567.5", "12"], "number", [1234.0, 1234567.5, 12.0]),
        (["1 234,5", "1.234,5", "7"], "number:,", [1234.5, 1234.5, 7.0]),
        (["1e3", "-.5", "nan", "inf", "0x1"], "number", [1000.0, -0.5, None, None, None]),
        (["9007199254740993", "1.0", "1.5", str(2**63)], "integer", [9007199254740993, 1, None, None]),
        (["1700000000", "1700000000000", "17"], "date", [datetime(2023, 11, 14, 22, 13, 20)] * 2 + [None]),
        (["T", "0", "Yes", "maybe"], "truth", [True, False, True, None]),
        ([1, None, [1], "a"], "text", ["1", None, "[1]", "a"]),
    ],
)
def test_values_of_each_type(values: list[Any], type_: str, read: list[Any]) -> None:
    column, failed = column_of("x", values, type_)
    assert column.to_list() == read
    assert failed == sum(v is not None for v in values) - sum(v is not None for v in read)


def test_a_comma_groups_digits_where_all_numbers_are_written_so() -> None:
    assert settled("number", ["1,234", "12,345"]) == "number"
    assert settled("number", ["1,2", "12,345"]) == "number:,"
    assert settled("text", ["1,2"]) == "text"


def test_a_long_path_is_a_name_of_a_column(tmp_path):
    path = "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments"
    opened = Opened(tmp_path, ("x.csv", f"kind,{path}\nLLM,a\nLLM,b\n"))
    assert opened[path] == ["a", "b"]
