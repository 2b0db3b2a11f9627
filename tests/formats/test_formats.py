"""Files of every shape -> rows: the containers, what cannot be read, types, ids and the promise that nothing is lost."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from analysis.errors import FormatError
from analysis.formats import ReadOptions, fingerprint, import_files, preview, rebuild


class Imported:
    """An imported dataset: its description, and its rows as one frame."""

    def __init__(self, folder: Path, info: dict[str, Any]) -> None:
        self.folder, self.info = folder, info
        parts = [pl.read_parquet(part) for part in sorted((folder / "rows").glob("*.parquet"))]
        assert [part.height for part in parts] == info["part_rows"]
        assert len({tuple(part.schema.items()) for part in parts}) == 1
        self.rows = pl.concat(parts)
        self.ids = pl.read_parquet(folder / "ids.parquet")["row_id"].to_list()
        assert self.rows.height == info["rows"] == len(self.ids) == len(set(self.ids))
        assert {name: str(self.rows.schema[name]) for name in info["columns"]} == info["columns"]
        self.problems = [json.loads(line) for line in (folder / "problems.jsonl").read_text("utf-8").splitlines()]
        assert len(self.problems) == info["unreadable"]

    def __getitem__(self, column: str) -> list[Any]:
        """A column by its canonical or its own name."""
        return self.rows[self.info["canonical"].get(column) or column].to_list()

    def sentences(self) -> str:
        return " ".join(note["sentence"] for note in self.info["notes"])


@pytest.fixture
def opened(tmp_path: Path):
    """Imports a file of these bytes or this text under this name."""
    count = 0

    def open_it(name: str, content: bytes | str, reading: ReadOptions = ReadOptions(), **options: Any) -> Imported:  # noqa: B008
        nonlocal count
        count += 1
        path = tmp_path / str(count) / name
        path.parent.mkdir()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        folder = tmp_path / f"imported{count}"
        return Imported(folder, import_files([path], folder, reading, **options))

    return open_it


def lines(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# JSON


def test_object_of_objects_is_one_row_per_member(opened):
    data = opened(
        "d.json",
        json.dumps({"a1": {"question": "q", "answer": "w"}, "a2": {"question": "r", "answer": "x", "key": "own"}}),
    )
    assert data["key"] == ["a1", "own"]
    assert data["prompt"] == ["q", "r"]
    assert data["source_record"] == [
        '{"question": "q", "answer": "w"}',
        '{"question": "r", "answer": "x", "key": "own"}',
    ]


def test_one_record_deep_in_an_array_has_a_further_key(opened):
    records: list[dict[str, Any]] = [{"instruction": f"Add {i}.", "output": str(i)} for i in range(5000)]
    records[4068]["extra"] = {"why": ["x"]}
    data = opened("a.json", json.dumps(records, indent=1), _block_bytes=20_000)
    assert data.info["rows"] == 5000 and len(data.info["part_rows"]) > 10
    assert data.rows.filter(pl.col("extra").is_not_null()).select("instruction", "extra").rows() == [
        ("Add 4068.", '{"why":["x"]}')
    ]
    assert data.info["json_columns"] == ["extra"]
    assert list(data.info["columns"]) == ["instruction", "output", "extra"]


def test_broken_blank_and_marked_lines(opened):
    text = '\ufeff{"text":"a"}\r\n\r\n{"text": oops}\r\n{"text":"b"}\r\n[1]\r\n{"text":"c"}'
    data = opened("b.jsonl", text)
    assert data["text"] == ["a", "b", "c"]
    assert data["source_line"] == [1, 4, 6]
    assert data["source_record"] == ['{"text":"a"}', '{"text":"b"}', '{"text":"c"}']
    assert data.problems == [
        {"file": "b.jsonl", "line": 3, "reason": "not JSON: Expecting value at character 10"},
        {"file": "b.jsonl", "line": 5, "reason": "the record is a list, not an object"},
    ]


@pytest.mark.parametrize("name", ["cut.jsonl", "cut.json"])
def test_a_cut_text_is_told_in_a_sentence(opened, name):
    whole = '{"text": "a"}'
    data = opened(name, f'[{whole}, {{"text": "b}}]' if name.endswith(".json") else f'{whole}\n{{"text": "b}}')
    reason = data.problems[0]["reason"]
    assert reason.startswith("not JSON: Unterminated string starting at character 10"), reason


def test_an_array_with_a_broken_element_and_a_trailing_comma(opened):
    text = '[\n{"text": "a"},\n{"text": "b" "c"},\n{"text": "d"},\n]'
    data = opened("t.json", text)
    assert data["text"] == ["a", "d"]
    assert data["source_line"] == [2, 4]
    assert [p["line"] for p in data.problems] == [3]
    assert data.problems[0]["reason"].startswith("not JSON: Expecting ',' delimiter")


def test_a_truncated_array_keeps_what_came_before(opened):
    data = opened("t.json", '[{"text": "a"}, {"text": "b')
    assert data["text"] == ["a"]
    assert "Unterminated string" in data.problems[0]["reason"]


def test_records_inside_an_object(opened):
    data = opened("s.json", json.dumps({"version": "1.1", "data": [{"text": "a"}, {"text": "b"}]}))
    assert data["text"] == ["a", "b"]
    assert "The records lie in the list 'data'" in data.sentences()
    assert "'version'" in data.sentences()


def test_pretty_printed_records_one_after_the_other(opened):
    text = "\n".join(
        json.dumps({"messages": [{"role": "user", "content": str(i)}], "n": i}, indent=2) for i in range(3)
    )
    data = opened("p.jsonl", text)
    assert data["n"] == [0, 1, 2] and data["prompt"] == ["0", "1", "2"]
    assert data["source_line"] == [1, 10, 19]


def test_a_table_written_column_by_column_is_refused_with_advice(opened):
    for content in (
        {"prompt": {"0": "a", "1": "b"}, "response": {"0": "c", "1": "d"}},
        {"a": ["x", "y"], "b": ["z", "w"]},
    ):
        with pytest.raises(FormatError, match="column by column.*orient='records'"):
            opened("c.json", json.dumps(content))


def test_what_json_alone_cannot_say(opened):
    text = (
        '{"text":"a","n":NaN,"id":123456789012345678901234567890}\n'
        '{"text":"half \\ud83d pair","n":1.5,"id":1}\n'
        '{"text":"tab\there","n":Infinity,"id":2}\n'
    )
    data = opened("n.jsonl", text)
    assert data["text"] == ["a", "half \ufffd pair", "tab\there"]
    assert data["n"] == [None, 1.5, float("inf")]
    assert data["id"] == ["123456789012345678901234567890", "1", "2"]
    assert (
        "Column n holds NaN in 1 row" in data.sentences()
        and "Half a surrogate pair stands in 1 text" in data.sentences()
    )


def test_an_integer_beyond_64_bits_keeps_its_digits_where_all_else_is_quick(opened):
    data = opened("n.jsonl", '{"id":1}\n{"id":18446744073709551617}\n')
    assert data["id"] == ["1", "18446744073709551617"]


def test_types_of_json_values(opened):
    data = opened(
        "t.jsonl",
        lines(
            {
                "i": 1,
                "f": 1,
                "b": True,
                "l": ["a"],
                "v": [1, 2.5],
                "m": 1,
                "o": {"x": 1},
                "none": None,
                "w": 2**60,
                "e": [],
            },
            {
                "i": None,
                "f": 2.5,
                "b": None,
                "l": [],
                "v": [3],
                "m": "two",
                "o": [],
                "none": None,
                "w": -(2**62),
                "e": [None],
            },
        ),
    )
    assert data.info["columns"] == {
        "i": "Int64",
        "f": "Float64",
        "b": "Boolean",
        "l": "List(String)",
        "v": "List(Float64)",
        "m": "String",
        "o": "String",
        "none": "String",
        "w": "Int64",
        "e": "List(String)",
    }
    assert data["m"] == ["1", "two"] and data["o"] == ['{"x":1}', "[]"] and data["w"] == [2**60, -(2**62)]
    assert data.info["json_columns"] == ["o"]
    assert "Column m mixes numbers and texts" in data.sentences()


def test_a_number_among_strings_stays_as_written_in_its_record(opened):
    data = opened("p.jsonl", '{"phone":"0171 5551234"}\n{"phone":7.73E+016}\n')
    assert data.info["columns"] == {"phone": "String"}
    assert data["phone"][0] == "0171 5551234" and float(data["phone"][1]) == 7.73e16
    assert data["source_record"][1] == '{"phone":7.73E+016}'


def test_ids_are_integers_although_some_are_missing(opened):
    data = opened("u.jsonl", lines({"user_id": 9007199254740993}, {"user_id": None}, {"text": "x"}))
    assert data["user_id"] == [9007199254740993, None, None]
    data = opened("u.csv", "user_id,text\n9007199254740993,a\n,b\n")
    assert data["user_id"] == [9007199254740993, None]


def test_bare_strings_are_texts(opened):
    data = opened("b.jsonl", '"one"\n"two"\n')
    assert data.info["format"] == "text" and data["text"] == ["one", "two"]


# CSV


def test_scientific_notation_among_telephone_numbers_stays_text(opened):
    data = opened("p.csv", "name,phone\na,7715550123\nb,7.73E+016\nc,7715550124\n")
    assert data["phone"] == ["7715550123", "7.73E+016", "7715550124"]


def test_a_column_that_few_cells_keep_from_being_numbers(opened):
    rows = "".join(f"x,{i}\n" for i in range(30))
    data = opened("n.csv", f'name,rank\n{rows}y,"1, 1"\n')
    assert data.info["columns"]["rank"] == "String" and data["rank"][-1] == "1, 1"
    assert (
        "Column rank would be numbers but for 1 of its 31 values, such as '1, 1'; it is kept as text."
        in data.sentences()
    )


def test_a_score_that_turns_out_not_to_be_a_number_after_all_is_kept(opened):
    records = [{"question": f"q{i}", "answer": "a", "score": i} for i in range(50)] + [
        {"question": "z", "answer": "a", "score": "1, 1"}
    ]
    small = opened("s.jsonl", lines(*records[:50]))
    assert (
        small["score"][:2] == [0.0, 1.0] and small.info["canonical"]["score"] == "score" and small.info["renamed"] == {}
    )
    # The first look takes in 4 MB; the odd score comes after it.
    filler = [{"question": "q" * 1000, "answer": "a", "score": 1} for _ in range(4400)]
    data = opened("s.jsonl", lines(*filler, *records), _block_bytes=1 << 20)
    assert data.info["renamed"] == {"score_original": "score"}
    assert data["score_original"][-2:] == ["49", "1, 1"] and data["score"][-2:] == [49.0, None]


def test_types_of_cells(opened):
    data = opened("t.csv", "name,zip,n,f,b,big\nx,01234,1,1.5,true,12345678901234567890\ny,1234,-2,2,FALSE,1\n")
    assert data.info["columns"] == {
        "name": "String",
        "zip": "String",
        "n": "Int64",
        "f": "Float64",
        "b": "Boolean",
        "big": "String",
    }
    assert data["b"] == [True, False] and data["zip"] == ["01234", "1234"] and data["f"] == [1.5, 2.0]


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_separators(opened, separator):
    rows = [["text", "label", "n"], ["a, b; c", "x", "1"], ["d\te|f", "y", "2"], ["plain", "x", "3"]]
    content = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    data = opened("s.csv", content)
    assert data.info["csv"] == {"separator": separator, "header": True}
    assert data["text"] == ["a, b; c", "d\te|f", "plain"] and data["n"] == [1, 2, 3]


def test_ragged_and_empty_rows(opened):
    data = opened("r.csv", "a;b;c\n;;\n1;x;y\n2;x\n\n3;x;y;more;and\n;;;;;;\n")
    assert data["a"] == [1, 2, 3] and data["c"] == ["y", None, "y"]
    assert data["surplus_cells"] == [None, None, '["more","and"]']
    assert data["source_line"] == [3, 4, 6]
    assert data.info["unreadable"] == 0
    kinds = {note["kind"]: note["rows"] for note in data.info["notes"]}
    assert kinds == {"empty_rows": 2, "missing_cells": 1, "surplus_cells": 1}


def test_quoted_line_breaks_and_quotation_marks(opened):
    data = opened("q.csv", 'text,label\r\n"one\r\ntwo ""quoted""",x\r\n"a, b",y\r\n')
    assert data["text"] == ['one\r\ntwo "quoted"', "a, b"]
    assert data["source_line"] == [2, 4]
    assert data["source_record"] == ['"one\r\ntwo ""quoted""",x', '"a, b",y']


def test_cells_that_end_with_a_line_break_keep_their_quotes(opened):
    data = opened("q.csv", "id,text\n" + "".join(f'{i},"def f{i}():\n    return 1\n"\n' for i in range(5)))
    assert data["text"] == [f"def f{i}():\n    return 1\n" for i in range(5)]
    assert data["id"] == [0, 1, 2, 3, 4]


def test_a_stray_quotation_mark_does_not_swallow_the_rows_after_it(opened):
    data = opened("q.tsv", 'text\tlabel\n"hello\tx\nworld\ty\n6" pipe\tz\nend\tx\n')
    assert data["text"] == ['"hello', "world", '6" pipe', "end"]
    assert data["label"] == ["x", "y", "z", "x"]
    proper = "".join(f'"a, {i}",x\n' for i in range(20))
    data = opened("q.csv", f'text,label\n{proper}"hello,x\nworld,y\n"6"" pipe",z\n"never closed,x\nend,y')
    assert data["text"][20:] == ['"hello', "world", '6" pipe', '"never closed', "end"]
    assert data["label"][20:] == ["x", "y", "z", "x", "y"] and data["source_line"][-1] == 26


def test_no_header(opened):
    text = "ham,Go until jurong point,1\nspam,Free entry in a comp,2\nham,Ok lar,3\nham,U dun say so,4\n"
    data = opened("h.csv", text)
    assert data["column_1"] == ["ham", "spam", "ham", "ham"] and data["column_3"] == [1, 2, 3, 4]
    assert data.info["csv"]["header"] is False and data.info["csv_header"] is None
    assert "column_1 to column_3" in data.sentences()
    data = opened("h.csv", text, ReadOptions(header=True))
    assert list(data.info["columns"]) == ["ham", "Go until jurong point", "1"] and data.info["rows"] == 3


def test_items_that_repeat_too_far_apart_for_a_sample(opened):
    """20,000 items judged twice each: among a thousand lines spread evenly hardly one item comes twice."""
    order = random.Random(0).sample(list(range(20_000)) * 2, 40_000)
    text = "item_id,worker,label\n" + "".join(f"i{i},w{n % 7},{'yn'[n % 3 == 0]}\n" for n, i in enumerate(order))
    data = opened("judged.csv", text)
    assert data.info["roles"]["item"] == "item_id"
    assert "item" not in opened("judged.csv", text, ReadOptions(roles=(("item", ""),))).info["roles"]
    single = "item_id,worker,label\n" + "".join(f"i{i},w{i % 7},{'yn'[i % 3 == 0]}\n" for i in range(4_000))
    assert "item" not in opened("judged.csv", single).info["roles"]


def test_blank_and_repeated_header_names(opened):
    data = opened("h.csv", ",name,name,\n1,a,b,x\n2,c,d,y\n")
    assert list(data.info["columns"]) == ["column_1", "name", "name_2", "column_4"]
    assert data.info["csv_header"] == ["", "name", "name", ""]
    assert "name_2 (written 'name')" in data.sentences()


def test_missing_words_are_kept_and_reported(opened):
    data = opened("m.csv", "text,score\na,NULL\nb,N/A\nc,3\nd,nan\n")
    assert data["score_original"] == ["NULL", "N/A", "3", "nan"]
    assert "Column score holds 'NULL' in 1 row; it is kept as text." in data.sentences().replace(
        "score_original", "score"
    )
    data = opened(
        "m.jsonl",
        lines({"question": "a", "answer": "N/A"}, {"question": "b", "answer": "N/A"}, {"question": "c", "answer": "d"}),
    )
    assert "Column answer holds 'N/A' in 2 rows; it is kept as text." in data.sentences()


def test_nul_bytes_inside(opened):
    assert opened("n.csv", "text,label\na\0b,x\nc,y\n")["text"] == ["a\0b", "c"]
    assert opened("n.jsonl", '{"text":"a\\u0000b"}\n{"text":"c\0d"}\n')["text"] == ["a\0b", "c\0d"]


def test_unusual_line_breaks(opened):
    assert opened("mac.csv", "text,label\ra,x\rb,y\r")["text"] == ["a", "b"]
    assert opened("u.csv", "text,label\na\u2028b,x\nc\x0cd,y\n")["text"] == ["a\u2028b", "c\x0cd"]
    assert opened("u.jsonl", '{"text":"a\u2028b"}\n{"text":"c\x85d"}\n')["text"] == ["a\u2028b", "c\x85d"]


def test_plain_text_lines(opened):
    data = opened("p.txt", "One line, with a comma.\n\nAnother.\n")
    assert data["text"] == ["One line, with a comma.", "Another."] and data["source_line"] == [1, 3]


# Bytes


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_compressed(opened, kind):
    text = lines({"text": "a"}, {"text": "ü"}).encode()
    packed = gzip.compress(text) if kind == "gz" else bytes(pa.compress(text, "zstd", asbytes=True))
    assert opened(f"c.jsonl.{kind}", packed)["text"] == ["a", "ü"]
    assert opened("hidden.jsonl", packed)["text"] == ["a", "ü"]
    with pytest.raises(FormatError, match="damaged or incomplete"):
        opened(f"c.jsonl.{kind}", packed[: len(packed) - 9])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_encodings_with_a_mark(opened, encoding):
    assert opened("u.csv", "text,label\nüber,x\n名前,y\n".encode(encoding))["text"] == ["über", "名前"]


def test_bytes_that_are_not_utf8(opened):
    data = opened("l.jsonl", b'{"text":"caf\xe9"}\n{"text":"\xc3\xa9t\xc3\xa9"}\n')
    assert data["text"] == ["caf\ufffd", "été"] and "not UTF-8 stand in 1 row" in data.sentences()
    data = opened("l.csv", "text,label\ncaf\x00é,x\nétéàè,y\n".encode().replace(b"\x00\xc3\xa9", b"\xe9"))
    assert data["text"] == ["caf\ufffd", "étéàè"] and "could not be decoded, is in 1 row" in data.sentences()


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("e.jsonl", b"", "e.jsonl is empty"),
        ("e.csv", b"\n \n", "is empty"),
        ("p.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "starts with the bytes of a PNG image.*JSONL, JSON, CSV"),
        ("r.jsonl", bytes(random.Random(1).randbytes(5000)), "is not text"),
        ("z.csv", b"\0\0\0\1\0\0\0\2" * 40, "looks like a binary file"),
        ("b.jsonl", b"{oops\n{again\n", "no record that can be read .line 1: not JSON"),
        ("n.jsonl", b"[1]\n3\n", "the record is a list"),
        ("h.csv", b"text,label\n", "holds no records"),
        ("q.parquet", b"PAR1 but no more", "not a readable Parquet file"),
    ],
)
def test_what_cannot_be_read_at_all(opened, name, content, message):
    with pytest.raises(FormatError, match=message):
        opened(name, content)


def test_folders_and_missing_files(tmp_path):
    with pytest.raises(FormatError, match="is a folder"):
        import_files([tmp_path], tmp_path / "x")
    with pytest.raises(FormatError, match="There is no file"):
        fingerprint([tmp_path / "none.jsonl"])
    with pytest.raises(FormatError, match="There is no file"):
        import_files([tmp_path / "none.jsonl"], tmp_path / "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text("{}")
    path.chmod(0)
    with pytest.raises(FormatError, match="permission"):
        import_files([path], tmp_path / "x")


def test_a_decompression_bomb_is_refused(opened, monkeypatch):
    monkeypatch.setenv("WINNOW_MAX_BYTES", "1000000")
    with pytest.raises(FormatError, match="more than 1,000,000 bytes once decompressed"):
        opened("b.jsonl.gz", gzip.compress(b'{"text":"' + b"a" * 3_000_000 + b'"}\n'))


def test_hostile_text_survives_in_every_container(opened, tmp_path):
    texts = ["x" * 1_000_000, "😀 👩‍👩‍👧", "مرحبا \u202eabc", "<script>alert(1)</script>", "=1+1", "a\nb\r\nc\td"]
    records = [{"text": text} for text in texts]
    assert opened("h.jsonl", lines(*records))["text"] == texts
    assert opened("h.json", json.dumps(records))["text"] == texts
    frame = pl.DataFrame(records)
    assert opened("h.csv", frame.write_csv())["text"] == texts
    frame.write_parquet(tmp_path / "h.parquet")
    assert opened("h.parquet", (tmp_path / "h.parquet").read_bytes())["text"] == texts


# Parquet and Arrow


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream", "gz"])
def test_typed_containers(opened, tmp_path, kind):
    frame = pl.DataFrame(
        {
            "messages": [[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}], None],
            "when": pl.Series(["2024-01-02", None]).str.to_date(),
            "n": pl.Series([1, 2], dtype=pl.Int32),
            "names": [["a"], ["b", "c"]],
        }
    )
    path = tmp_path / "t"
    if kind == "arrow":
        frame.write_ipc(path)
    elif kind == "stream":
        frame.write_ipc_stream(path)
    else:
        frame.write_parquet(path)
    content = path.read_bytes()
    data = opened("t.parquet", gzip.compress(content) if kind == "gz" else content)
    assert data.info["format"] == "chat" and data.info["container"] == (
        "parquet" if kind in ("parquet", "gz") else "arrow"
    )
    assert data.info["columns"] == {
        "messages_original": "String",
        "when": "Date",
        "n": "Int32",
        "names": "List(String)",
    }
    assert data["prompt"] == ["hi", None] and data["response"] == ["yo", None] and data["n_turns"] == [2, None]
    assert data["source_record"] == [None, None] and data["source_line"] == [1, 2]
    assert json.loads(data["messages_original"][0])[1] == {"role": "assistant", "content": "yo"}


def test_ids_agree_between_containers(opened, tmp_path):
    records = [{"instruction": "a", "output": "b", "n": 3}, {"instruction": "c", "output": None, "n": 4}]
    pl.DataFrame(records).write_parquet(tmp_path / "p")
    assert opened("a.jsonl", lines(*records)).ids == opened("a.parquet", (tmp_path / "p").read_bytes()).ids


# Several files


def test_several_files_of_several_kinds(tmp_path):
    (tmp_path / "a.jsonl").write_text(lines({"question": "q1", "answer": "a1", "n": 1}))
    (tmp_path / "b.csv").write_text("question,answer,n,extra\nq2,a2,2.5,x\n")
    pl.DataFrame({"question": ["q3"], "answer": ["a3"], "n": [3]}).write_parquet(tmp_path / "c.parquet")
    paths = [tmp_path / name for name in ("a.jsonl", "b.csv", "c.parquet")]
    data = Imported(tmp_path / "d", import_files(paths, tmp_path / "d"))
    assert data["source_file"] == ["a.jsonl", "b.csv", "c.parquet"]
    assert data["prompt"] == ["q1", "q2", "q3"] and data["extra"] == [None, "x", None]
    assert data["n"] == [1.0, 2.5, 3.0]
    assert data.info["container"] == "jsonl" and data.info["format"] == "instruction"


def test_files_of_one_name_are_told_apart_by_folder(tmp_path):
    for folder in ("train", "test"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_text(lines({"text": folder}))
    paths = [tmp_path / "train" / "x.jsonl", tmp_path / "test" / "x.jsonl"]
    assert Imported(tmp_path / "d", import_files(paths, tmp_path / "d"))["source_file"] == [
        "train/x.jsonl",
        "test/x.jsonl",
    ]
    with pytest.raises(FormatError, match="more than once"):
        import_files([paths[0], paths[0]], tmp_path / "e")


def test_fingerprint(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert fingerprint([tmp_path / "a"]) == a
    assert (
        fingerprint([tmp_path / "a", tmp_path / "b"])
        == "62af5c3cb8da3e4f25061e829ebeea5c7513c54949115b1acc225930a90154da"
    )


# Ids


def test_a_row_id_is_these_digits(opened):
    data = opened("i.jsonl", '{"b": 1, "a": "x", "c": null}\n{"a":"x","b":1}\n{"a":"y"}\n')
    assert data.ids == ["8fc25ddc3634e90d", "8fc25ddc3634e90d-2", "56ce645a144252cb"]


def test_ids_stay_when_the_file_is_shuffled(opened):
    records = [{"instruction": f"i{i % 40}", "output": "o"} for i in range(100)]
    first = opened("a.jsonl", lines(*records))
    random.Random(7).shuffle(records)
    second = opened("a.jsonl", lines(*records))
    assert first["instruction"] != second["instruction"]
    assert sorted(zip(first.ids, first["instruction"], strict=True)) == sorted(
        zip(second.ids, second["instruction"], strict=True)
    )


def mixed_records() -> list[dict[str, Any]]:
    rng = random.Random(3)
    records: list[dict[str, Any]] = []
    for i in range(300):
        record: dict[str, Any] = {"instruction": "w " * rng.randint(1, 40), "output": f'line\n"{i}", ok', "n": i}
        if i > 200:
            record["n"] = i + 0.5
        if i == 250:
            record["late"] = "x"
        if i % 7 == 0:
            record["output"] = None
        records.append(record)
    return records


@pytest.mark.parametrize("container", ["jsonl", "json", "csv"])
def test_neither_block_size_nor_workers_change_the_rows(opened, container, monkeypatch):
    records = mixed_records()
    content = {
        "jsonl": lines(*records),
        "json": json.dumps(records, indent=2),
        "csv": pl.DataFrame(records, infer_schema_length=None).write_csv(),
    }[container]
    whole = opened(f"a.{container}", content)
    assert whole.info["columns"]["n"] == "Float64" and whole.info["rows"] == 300
    for block in (64, 1000):
        small = opened(f"a.{container}", content, _block_bytes=block)
        assert len(small.info["part_rows"]) > 10
        assert small.rows.equals(whole.rows) and small.ids == whole.ids
        assert small.info | {"part_rows": 0} == whole.info | {"part_rows": 0}
    monkeypatch.setattr("analysis.formats.workers.SMALL_BYTES", 0)
    pooled = opened(f"a.{container}", content, _block_bytes=4000, workers=2)
    assert pooled.rows.equals(whole.rows) and pooled.ids == whole.ids
    assert "POLARS_MAX_THREADS" not in os.environ


@pytest.mark.parametrize("block", [50, 1 << 20])
def test_the_records_are_the_lines_of_the_file(opened, block):
    source = ['{"a": 1,  "b":"\\u00fc"}', '{ "a":2, "b" : "x" }', '{"b":"só","a":3}']
    assert opened("r.jsonl", "\n".join(source), _block_bytes=block)["source_record"] == source
    text = '"q""1",x\n2,"y\nz"\n3,w'
    assert "\n".join(opened("r.csv", f"text,label\n{text}", _block_bytes=block)["source_record"]) == text


def test_progress_ends_at_the_whole(opened):
    seen: list[tuple[int, int]] = []
    content = lines(*mixed_records())
    opened("p.jsonl", content, _block_bytes=1000, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(content.encode()), len(content.encode())) and len(seen) > 10
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


# Preview and rebuild


def test_preview_agrees_with_the_import(tmp_path, opened):
    content = lines(*mixed_records()) + "{broken\n"
    data = opened("p.jsonl", content)
    (tmp_path / "p.jsonl").write_text(content)
    seen = preview([tmp_path / "p.jsonl"])
    for name in ("format", "container", "columns", "roles", "canonical", "rows", "unreadable"):
        assert seen[name] == data.info[name]
    assert len(seen["records"]) == 20 and seen["records"][0]["instruction"] == data["instruction"][0]
    assert seen["problems"][0]["line"] == 301 and seen["is_whole"]
    assert (
        preview([tmp_path / "p.jsonl"], ReadOptions(roles={"prompt": "output"}))["canonical"].get("prompt")
        != "instruction"
    )


@pytest.mark.parametrize("container", ["jsonl", "json", "csv", "parquet"])
def test_rebuilding_equals_importing_with_the_new_roles(tmp_path, opened, container):
    records = [
        {"q": f"ask {i}", "a": f"say {i}", "chat": [{"role": "user", "content": "c"}], "n": i} for i in range(30)
    ]
    flat = pl.DataFrame([{k: v for k, v in r.items() if k != "chat"} for r in records])
    flat.write_parquet(tmp_path / "f.parquet")
    content = {
        "jsonl": lines(*records),
        "json": json.dumps({f"k{i}": r for i, r in enumerate(records)}),
        "csv": flat.write_csv(separator=";"),
        "parquet": (tmp_path / "f.parquet").read_bytes(),
    }[container]
    reading = ReadOptions(roles={"prompt": "q", "response": "a", "messages": ""})
    old = opened(f"x.{container}", content, _block_bytes=300)
    wanted = opened(f"x.{container}", content, reading, _block_bytes=300)
    assert wanted.info["format"] == "instruction" and old.info["format"] != "instruction"
    new = Imported(tmp_path / "new", rebuild(old.folder, tmp_path / "new", old.info, reading))
    assert new.rows.equals(wanted.rows) and new.ids == wanted.ids
    assert new.info == wanted.info


def test_json_text_in_quoted_cells_does_not_make_quotation_marks_ordinary(opened) -> None:
    chat = json.dumps([{"role": "user", "content": "Hi, you"}, {"role": "assistant", "content": "Hello, you"}])
    cell = '"' + chat.replace('"', '""') + '"'
    dataset = opened("a.csv", f'id,chat,answer\n1,{cell},a\n2,{cell},\n3,{cell},"b, c"\n')
    assert dataset.info["sources"]["a.csv"]["quoted"]
    assert list(dataset.info["columns"]) == ["id", "chat", "answer"]
    assert [json.loads(text) for text in dataset["chat"]] == [json.loads(chat)] * 3
    assert dataset["answer"][2] == "b, c"
