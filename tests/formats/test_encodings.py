"""Text in any encoding is read whole, the encoding is said, and what could not be decoded is counted."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from analysis.errors import FormatError
from analysis.formats import preview
from tests.formats.opened_files import Opened

GERMAN = "Können Sie mir bitte größere Tische zeigen? Die Straße ist schön."
FRENCH = "Où est la bibliothèque, s'il vous plaît ? Ça va être très bien, élève."
SPANISH = "Señor, ¿cómo está usted? Hasta mañana, el niño comió jamón."
POLISH = "Zażółć gęślą jaźń, proszę. Dziękuję bardzo, jak się masz?"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Děkuji, jak se máte?"
RUSSIAN = "Привет, как дела? Это проверка текста на русском языке."
JAPANESE = "こんにちは、元気ですか。今日は良い天気ですね。"
CHINESE = "你好，今天天气很好。我们去公园吧，然后吃饭。"


@pytest.mark.parametrize("container", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("text", "encoding", "title"),
    [
        (GERMAN, "latin-1", "Windows-1252"),
        (FRENCH, "cp1252", "Windows-1252"),
        (SPANISH, "cp1252", "Windows-1252"),
        ("He said “it’s fine” and left… for €5", "cp1252", "Windows-1252"),
        (POLISH, "cp1250", "Windows-1250"),
        (CZECH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859-2", "ISO 8859-2"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (JAPANESE, "cp932", "Shift JIS"),
        (CHINESE, "gb18030", "GB 18030"),
        (GERMAN, "utf-16-le", "UTF-16"),
        (CHINESE, "utf-16-be", "UTF-16"),
        (GERMAN, "utf-32-le", "UTF-32"),
    ],
)
def test_an_encoding_without_a_mark_is_recognised_and_said(
    text: str, encoding: str, title: str, container: str, tmp_path: Path
) -> None:
    record = json.dumps({"text": text, "n": 1}, ensure_ascii=False) if container == "jsonl" else f'"{text}",1'
    lines = [*(["text,n"] if container == "csv" else []), *[record] * 3]
    data = Opened(tmp_path, (f"a.{container}", ("\n".join(lines) + "\n").encode(encoding)))
    assert data["text"] == [text] * 3
    assert f"a.{container} is read as {title}" in data.sentences and "which its bytes suggest" in data.sentences
    assert data.info["sources"][f"a.{container}"]["encoding_by"] == "found"


def test_utf8_is_read_without_a_word(tmp_path: Path) -> None:
    data = Opened(tmp_path, ("a.jsonl", json.dumps({"text": FRENCH}, ensure_ascii=False)))
    assert data["text"] == [FRENCH] and data.info["notes"] == []
    assert data.info["sources"] == {"a.jsonl": {"container": "jsonl"}}


def test_letters_far_behind_the_beginning_tell_the_encoding(tmp_path: Path) -> None:
    plain = json.dumps({"text": "plain words " * 100}) + "\n"
    content = (plain * 1000).encode() + json.dumps({"text": SPANISH}, ensure_ascii=False).encode("latin-1") + b"\n"
    assert len(content) > 1 << 20
    data = Opened(tmp_path, ("a.jsonl", content))
    assert data["text"][-1] == SPANISH and data.info["rows"] == 1001


def test_an_encoding_that_is_given_wins(tmp_path: Path) -> None:
    content = "text\nza\xbf\xf3\xb3\xe6\n".encode("latin-1")
    assert Opened(tmp_path / "a", ("a.csv", content), encoding="windows-1250")["text"] == ["zażółć"]
    assert Opened(tmp_path / "b", ("a.csv", content), encoding="latin-1")["text"] == ["za¿ó³æ"]
    marked = Opened(tmp_path / "c", ("a.csv", "text\nü\n".encode("utf-16")), encoding="utf-16")
    assert marked["text"] == ["ü"] and "as chosen" in marked.sentences
    with pytest.raises(FormatError, match="no encoding 'utf-9'.*such as utf-8"):
        Opened(tmp_path / "d", ("a.csv", content), encoding="utf-9")
    with pytest.raises(FormatError, match="no encoding 'base64'"):
        Opened(tmp_path / "e", ("a.csv", content), encoding="base64")


def test_the_replacement_character_is_counted_wherever_it_is(tmp_path: Path) -> None:
    lines = ['{"text":"a\ufffd"}', '{"text":"b\\ufffd"}', '{"text":"c\\uFFFD","m":["\ufffd"]}', '{"text":"plain"}']
    data = Opened(tmp_path / "a", ("a.jsonl", "\n".join(lines)))
    note = next(note for note in data.info["notes"] if note["kind"] == "replacement_character")
    assert note["rows"] == 3
    frame = pl.DataFrame({"text": ["\ufffd", "b", None], "l": [["x"], ["y", "z\ufffd"], None], "o": [{"k": "v"}] * 3})
    (tmp_path / "b").mkdir()
    frame.write_parquet(tmp_path / "b" / "a.parquet")
    described = preview([tmp_path / "b" / "a.parquet"])
    assert [n["rows"] for n in described["notes"] if n["kind"] == "replacement_character"] == [2]


def test_a_few_damaged_bytes_in_utf8_stay_damage_and_are_counted(tmp_path: Path) -> None:
    good = json.dumps({"text": RUSSIAN}, ensure_ascii=False).encode()
    data = Opened(tmp_path, ("a.jsonl", b"\n".join([good, b'{"text":"caf\xe9"}', good])))
    assert data["text"] == [RUSSIAN, "caf\ufffd", RUSSIAN]
    assert [(n["kind"], n["rows"]) for n in data.info["notes"]] == [("invalid_utf8", 1)]


def test_notes_of_a_preview_count_each_row_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name;price\na;3,5\nb;1,25\n")
    assert [note["rows"] for note in preview([path])["notes"]] == [2]


def test_a_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"PK\x03\x04" + b"\0" * 26), ("b.bin", b"PK\x03\x04....xl/workbook.xml")):
        with pytest.raises(FormatError, match="workbook of a spreadsheet program.*CSV UTF-8.*read_excel"):
            Opened(tmp_path, (name, content + bytes(600)))
