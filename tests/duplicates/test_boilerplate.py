"""Is a passage that many different rows share set aside where it is found, stated with its extent, and masked?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.duplicates.groups import pair_table
from analysis.duplicates.kernels.ends import words_away
from analysis.duplicates.kernels.words import tables, words_into
from analysis.duplicates.near_pairs_signal import NearPairs
from tests.dataset.test_signals import rows_of, said

HEAD = " ".join(f"rule{n}" for n in range(60))
TAIL = " ".join(f"end{n}" for n in range(25))


def question(n: int) -> str:
    return " ".join(f"q{n}x{i}" for i in range(8))


def near(records: Sequence[dict[str, Any]], **more: Any) -> pl.DataFrame:
    return NearPairs(**more)(rows_of(*records))


def pairs(columns: pl.DataFrame) -> list[tuple[int, int]]:
    return list(pair_table(columns["near_neighbours"]).select("a", "b").iter_rows())


def test_rows_that_share_a_head_are_no_copies_by_default() -> None:
    records = [{"prompt": f"{HEAD} {question(n)}", "response": f"answer {n} of mine"} for n in range(30)]
    records.append({"prompt": f"{HEAD} {question(7)}", "response": "answer 7 of mine, at last"})
    by_default = near(records)
    assert pairs(by_default) == [(7, 30)]
    assert by_default["near_aside_words"].to_list() == [60] * 31
    kept = near(records, boilerplate="kept")
    assert len(pairs(kept)) == 31 * 30 // 2 and kept["near_aside_words"].to_list() == [0] * 31


def test_heads_tails_and_their_extents_are_listed() -> None:
    records = [{"prompt": f"  {HEAD}: é{question(n)}. {TAIL}!"} for n in range(25)]
    records += [{"prompt": f"{question(n)} and nothing else"} for n in range(50, 60)]
    columns = near(records)
    assert columns["near_aside_words"].to_list() == [85] * 25 + [0] * 10
    listed = {line["words"]: line for line in columns["aside"][0]}
    assert columns["aside"].drop_nulls().len() == 1 and set(listed) == {60, 25}
    text = records[0]["prompt"]
    assert text[listed[60]["start"] : listed[60]["end"]].strip() == f"{HEAD}:"
    assert text[listed[25]["start"] : listed[25]["end"]].strip(" .!") == TAIL
    assert {line["rows"] for line in listed.values()} == {25}


def test_a_head_with_a_few_common_words_more_counts_as_one_passage() -> None:
    records = [{"prompt": f"{HEAD} {'The' if n % 2 else 'A'} {question(n)}"} for n in range(60)]
    columns = near(records)
    assert [(line["words"], line["rows"]) for line in columns["aside"][0]] == [(61, 30)]
    records += [{"prompt": f"{HEAD} {question(n)}"} for n in range(60, 90)]
    [line] = near(records)["aside"].drop_nulls().explode().to_list()
    assert (line["words"], line["rows"]) == (60, 90)


@pytest.mark.parametrize(("copies", "aside"), [(19, 0), (20, 60)])
def test_twenty_different_rows_make_a_passage_common(copies: int, aside: int) -> None:
    columns = near([{"prompt": f"{HEAD} {question(n)}"} for n in range(copies)])
    assert set(columns["near_aside_words"]) == {aside}


def test_a_text_that_was_copied_often_is_no_boilerplate() -> None:
    """Thirty equal rows count as one, so that a row with other words in the middle is still their near copy."""
    text = f"{HEAD} {question(1)} {TAIL}"
    columns = near([{"prompt": text}] * 30 + [{"prompt": text.replace("q1x3", "other")}])
    assert set(columns["near_aside_words"]) == {0}
    assert (0, 30) in pairs(columns)
    anywhere = near([{"prompt": text}] * 30 + [{"prompt": text.replace("q1x3", "other")}], boilerplate="anywhere")
    assert anywhere["near_aside_words"].to_list()[30] == 60 + 25 + 7, "as the first version counted"


def test_a_row_with_less_than_a_shingle_left_is_compared_whole() -> None:
    records = [{"prompt": f"{HEAD} w{n}"} for n in range(40)]
    columns = near(records)
    assert set(columns["near_aside_words"]) == {0} and len(pairs(columns)) == 40 * 39 // 2
    two = near([{"prompt": f"{HEAD} w{n} v{n}"} for n in range(40)])
    assert set(two["near_aside_words"]) == {60} and pairs(two) == []


def test_a_short_system_prompt_of_many_rows_is_set_aside_whole() -> None:
    system = "You answer in one short sentence."
    chats = [
        {"messages": [said("system", system), said("user", question(n)), said("assistant", f"So be it {n}.")]}
        for n in range(25)
    ]
    columns = near([*chats, {"system": system, "prompt": question(3), "response": "So be it 3."}])
    assert columns["near_aside_words"].to_list() == [6] * 26
    assert pairs(columns) == [(3, 25)]
    few = near(chats[:10])
    assert set(few["near_aside_words"]) == {0}


def test_nothing_to_read_is_null() -> None:
    columns = near([{}, {"prompt": ""}])
    assert columns["near_aside_words"].to_list() == [None, 0]
    assert columns["near_status"].to_list() == [None, "empty"]


@given(st.text(alphabet="ab \u200b.-\u4eca\u65e5\u00e9\n", max_size=30), st.integers(1, 4))
def test_the_first_and_last_words_end_where_the_words_do(text: str, n: int) -> None:
    kind, fold = tables()
    data = np.frombuffer(text.encode() or b"\x00", np.uint8)
    size = len(text.encode())

    def words(first: int, end: int) -> list[int]:
        out = np.zeros(size + 1, np.uint64)
        return out[: words_into(data, first, end, kind, fold, out, 0)].tolist()

    every = words(0, size)
    assert words(0, words_away(data, 0, size, kind, n, False)) == every[:n]
    assert words(words_away(data, 0, size, kind, n, True), size) == every[-n:]


@pytest.fixture
def headed(home: Path, tmp_path: Path) -> Path:
    """120 different questions under one head that holds an address, and ten near copies of them."""
    head = f"Ask ines.tamm@brightwell-mills.com before you answer, {HEAD}"
    records = [{"prompt": f"{head}\n\n{question(n)}", "response": f"Number {n} it is."} for n in range(120)]
    records += [{**record, "response": f"{record['response']} Yes."} for record in records[:10]]
    file = tmp_path / "headed.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def test_the_command_says_what_is_aside_and_masks_it(headed: Path) -> None:
    ran = CliRunner().invoke(app, ["duplicates", str(headed)])
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("near at 0.7 or more: 10 groups with 20 of 130 rows; 10 could be dropped")
    assert lines[1] == "Compared: 130 of 130 rows, in prompt, response."
    assert lines[2].startswith(
        "Boilerplate is not compared: 130 of 130 rows begin or end with passages, up to 69 words,"
    )
    assert lines[2].endswith("--boilerplate kept compares them.")
    assert lines[3].startswith("  130 rows, 69 words: Ask i••@b••.com before you answer, rule0 rule1")
    assert "ines.tamm" not in ran.stdout
    answer = json.loads(CliRunner().invoke(app, ["duplicates", str(headed), "--json"]).stdout)
    [passage] = answer["boilerplate"]["passages"]
    assert (answer["rows_to_drop"], answer["boilerplate"]["rows"], answer["boilerplate"]["words"]) == (10, 130, 69)
    assert (passage["rows"], passage["words"]) == (130, 69) and passage["text"].startswith("Ask i••@b••.com")


def test_the_other_choice_is_one_option(headed: Path) -> None:
    options = ["duplicates", str(headed), "--boilerplate", "kept", "--json"]
    kept = json.loads(CliRunner().invoke(app, options).stdout)
    assert (kept["rows_to_drop"], kept["boilerplate"]) == (129, None)
    again = json.loads(CliRunner().invoke(app, ["duplicates", str(headed), "--json"]).stdout)
    assert again["rows_to_drop"] == 10, "asked for once, not kept"
