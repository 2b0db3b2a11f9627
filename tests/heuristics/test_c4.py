"""C4's rules: known answers of lines and texts, and lists of bad words."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from analysis.computing import compute
from analysis.computing.choosing import with_parameters
from analysis.errors import ModelError
from analysis.heuristics.bad_words import has_bad_word
from analysis.heuristics.c4 import c4_columns
from analysis.loaders.word_lists import word_list, word_list_digest
from analysis.workspace import Workspace

GOOD = "This line is kept."


def judged(text: str) -> dict[str, object]:
    return c4_columns(pl.Series([text]), ()).row(0, named=True)


def test_five_sentences_in_kept_lines_are_enough() -> None:
    assert judged("\n".join([GOOD] * 5))["c4_faults"] == []
    assert judged("\n".join([GOOD] * 4))["c4_faults"] == ["few_sentences"]
    assert judged(" ".join([GOOD] * 5))["c4_sentences"] == 5
    assert judged("\n".join([GOOD] * 4 + ["No end"]))["c4_faults"] == ["few_sentences"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Three words here.", None),
        ("Two words.", "few_words"),
        ('He said "no"', None),
        ("It was his'", None),
        ("What is it?", None),
        ("It ends with dots...", "no_end_mark"),
        ("It ends with a dot …", "no_end_mark"),
        ("It ends with: a", "no_end_mark"),
        ("It has a source.[12]", None),
        ("It has a source. [edit]", "no_end_mark"),  # the blank before the citation stays
        (f"A {'w' * 1000} b.", None),
        (f"A {'w' * 1001} b.", "long_word"),
        ("Please turn on JavaScript now.", "javascript"),
        ("Read our Privacy Policy now.", "policy"),
        ("This site uses cookies here.", "policy"),
    ],
)
def test_a_line_is_left_out_for_one_reason(line: str, fault: str | None) -> None:
    row = judged(line)
    assert (row["c4_line_faults"], row["c4_lines"]) == ([fault] if fault else [], 1)
    assert row["c4_kept_lines"] == (0 if fault else 1)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("Lorem Ipsum is no text.", ["lorem_ipsum"]),
        ("Code is { here }.", ["curly_bracket"]),
        ("Code is { here }", []),  # a line that is left out anyway is not searched
        ("A list: { 1, 2.", ["curly_bracket"]),
        ("JavaScript has { in it.", []),
    ],
)
def test_a_text_is_left_out_for_what_a_line_holds(line: str, faults: list[str]) -> None:
    assert judged("\n".join([GOOD] * 5 + [line]))["c4_faults"] == faults


def test_a_text_without_lines_and_a_missing_text() -> None:
    table = c4_columns(pl.Series(["", " \r\n\x85 ", None], dtype=pl.String), ("bad",))
    assert table["c4_faults"].to_list() == [["few_sentences"], ["few_sentences"], None]
    assert table["has_bad_word"].to_list() == [False, False, None]


def test_bad_words_are_between_other_characters() -> None:
    texts = pl.Series(["Oh damn.", "damnation", "DAMN", "a b.c (d)", "ab c", "x_damn", "ein 坏话在这", None])
    words = ("damn", "b.c", "坏话")
    assert has_bad_word(texts, words).to_list() == [True, False, True, True, False, False, True, None]
    assert has_bad_word(texts, ()).to_list() == [None] * 8
    assert has_bad_word(pl.Series(["word 731"]), [f"word {n}" for n in range(2_000)]).to_list() == [True]


def test_a_list_is_read_once_more_where_its_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("Damn\n\n  two words \n", encoding="utf-8")
    digest = word_list_digest(str(path))
    assert word_list(str(path), digest) == ("damn", "two words")
    path.write_text("other\n", encoding="utf-8")
    with pytest.raises(ModelError, match="no longer the file it was"):
        word_list(str(path), digest)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(ModelError, match="has no word"):
        word_list(str(path), "")
    path.write_bytes(b"\xff\xfe\x00")
    for missing in (path, tmp_path / "none.txt", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            word_list_digest(str(missing))


def test_a_list_is_kept_with_its_digest(tmp_path: Path) -> None:
    rows, words = tmp_path / "rows.jsonl", tmp_path / "words.txt"
    rows.write_text('{"text": "This is damn bad."}\n{"text": "This is good."}\n', encoding="utf-8")
    words.write_text("damn\n", encoding="utf-8")
    workspace = Workspace(tmp_path / "home")
    dataset = workspace.open([rows])
    chosen = with_parameters(dataset, ["c4"], {"bad_words": str(words)})
    dataset = workspace.describe(dataset, parameters=chosen)
    compute(dataset, dataset.signal("c4"))
    assert dataset.column("has_bad_word").to_list() == [True, False]
    before = dataset.signal("c4").key
    words.write_text("good\n", encoding="utf-8")
    dataset = workspace.describe(dataset, parameters=with_parameters(dataset, ["c4"], {"bad_words": str(words)}))
    assert dataset.signal("c4").key != before
    compute(dataset, dataset.signal("c4"))
    assert dataset.column("has_bad_word").to_list() == [False, True]
