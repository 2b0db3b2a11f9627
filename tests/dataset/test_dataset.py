"""Does a dataset give the same columns, rows and answers, however it lies on disk and whatever fits in memory?"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal, assert_series_equal

import analysis.workspace
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.dataset.columns import memory_budget
from analysis.dataset.folder import BY_PEOPLE, CANONICAL, MESSAGES, PLACE, TAGS
from analysis.errors import DatasetError, ViewError
from analysis.formats import import_files
from analysis.view import View
from analysis.workspace import Workspace

Open = Callable[..., Dataset]

INSTRUCTIONS: list[dict[str, Any]] = [
    {
        "instruction": f"Add {i} and {i}. " + "Please. " * (i % 7),
        "output": {3: "", 4: None}.get(i % 10, f"It is {2 * i}." + (" Sorry!" if i % 5 == 0 else "")),
        "source": "abc"[i % 3],
        "rating": None if i % 4 == 0 else i % 6,
    }
    for i in range(100)
]
CHATS: list[dict[str, Any]] = [
    {
        "messages": [
            {"role": "user", "content": f"Question {i}"},
            {"role": "assistant", "content": f"Draft {i}"},
            {"role": "user", "content": "Shorter"},
            {"role": "assistant", "content": f"Answer {i}"},
        ],
        "lang": "en",
    }
    for i in range(40)
]


def lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def opened(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens these records as one or more JSONL files, read in blocks of so many bytes."""

    def open_it(*files: list[dict[str, Any]], block_bytes: int = 8 << 20) -> Dataset:
        monkeypatch.setattr(
            analysis.workspace, "import_files", functools.partial(import_files, _block_bytes=block_bytes)
        )
        folder = tmp_path / f"files{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        paths = [folder / f"{number}.jsonl" for number in range(len(files))]
        for path, records in zip(paths, files, strict=True):
            path.write_text(lines(records))
        return Workspace().open(paths)

    return open_it


@pytest.fixture
def in_parts(opened: Open) -> Dataset:
    """The hundred instructions in four files and many parts."""
    found = opened(*(INSTRUCTIONS[at : at + 25] for at in range(0, 100, 25)), block_bytes=600)
    assert len(found.meta["part_rows"]) > 10
    return found


# Columns


def test_original_and_canonical_columns(opened: Open) -> None:
    found = opened(INSTRUCTIONS)
    assert (found.height, found.format, found.name) == (100, "instruction", "0.jsonl")
    assert found.originals == {"instruction": pl.String, "output": pl.String, "source": pl.String, "rating": pl.Int64}
    assert set(found.canonical) >= {"prompt", "response", "n_turns"}
    assert found.column("prompt").to_list() == [r["instruction"] for r in INSTRUCTIONS]
    assert found.column("response").to_list() == [r["output"] for r in INSTRUCTIONS]
    assert found.column("response").name == "response"
    assert found.column("source_line").to_list() == list(range(1, 101))
    assert json.loads(found.column("source_record")[7]) == INSTRUCTIONS[7]
    assert found.column("row_id").n_unique() == 100
    assert found.role("source") == "source" and found.role("language") is None


def test_a_canonical_column_that_is_not_there_is_null(in_parts: Dataset) -> None:
    for name in ("system", "rejected", "messages", "text", "prompts_differ"):
        column = in_parts.column(name)
        assert (column.dtype, column.null_count(), len(column)) == (CANONICAL[name], 100, 100)
        assert name not in in_parts.shown_columns
    assert in_parts.frame(["messages", "prompt"], pl.Series([3, 1])).schema["messages"] == MESSAGES


def test_chats(opened: Open) -> None:
    found = opened(CHATS, block_bytes=700)
    assert len(found.meta["part_rows"]) > 3
    assert found.column("prompt")[5] == "Question 5"
    assert found.column("response")[5] == "Answer 5"
    assert [m["content"] for m in found.column("messages")[5]] == ["Question 5", "Draft 5", "Shorter", "Answer 5"]
    assert json.loads(found.column("messages_original")[5]) == CHATS[5]["messages"]
    assert found.column("n_turns").to_list() == [4] * 40
    assert found.rows_of(View().where("messages", "has", "draft 7")).to_list() == [7]


def test_the_schema_names_every_column_with_its_type(in_parts: Dataset) -> None:
    schema = in_parts.schema
    assert list(schema) == ["row_id", *CANONICAL, *in_parts.originals, *PLACE, *BY_PEOPLE]
    compute(in_parts, in_parts.signal("lengths"))
    assert in_parts.schema["prompt_chars"] == pl.UInt32
    for name, dtype in in_parts.schema.items():
        assert in_parts.column(name).dtype == dtype, name


def test_shown_columns_hide_what_says_nothing(opened: Open, in_parts: Dataset) -> None:
    assert "source_file" in in_parts.shown_columns
    assert "source_file" not in opened(INSTRUCTIONS).shown_columns
    assert {"row_id", "prompt", "instruction", "tags"} <= set(in_parts.shown_columns)


def test_what_is_prose_and_what_is_a_category(in_parts: Dataset) -> None:
    assert in_parts.is_long("prompt") and in_parts.is_long("source_record") and not in_parts.is_long("source")
    categories = in_parts.categories
    assert categories[0] == "source" and "source_file" in categories and "instruction" not in categories


def test_an_original_column_goes_before_a_signals_column_of_its_name(opened: Open) -> None:
    found = opened(
        [
            {"instruction": "a", "output": "b", "row_chars": "many"},
            {"instruction": "c", "output": "d", "row_chars": "few"},
        ]
    )
    view = View().where("row_chars", "eq", "few")
    assert found.needs(view) == []
    compute(found, found.signal("lengths"))
    assert found.schema["row_chars"] == pl.String
    assert found.column("row_chars").to_list() == ["many", "few"]
    assert found.rows_of(view).to_list() == [1]
    assert found.column("prompt_chars").to_list() == [1, 1]


# The same however it lies on disk

NAMES = ["row_id", "prompt", "response", "messages", "rating", "source_line", "source_record", "tags", "prompt_chars"]


def test_parts_and_files_make_no_difference(opened: Open, in_parts: Dataset) -> None:
    whole = opened(INSTRUCTIONS)
    for found in (whole, in_parts):
        compute(found, found.signal("lengths"))
    assert len(whole.meta["part_rows"]) == 1
    names = [name for name in NAMES if name != "source_line"]
    assert_frame_equal(in_parts.frame(names), whole.frame(names))
    assert in_parts.column("source_line").to_list() == list(range(1, 26)) * 4
    assert in_parts.column("source_file").to_list() == [f"{i // 25}.jsonl" for i in range(100)]


@pytest.mark.parametrize(
    ("offset", "length"), [(0, None), (0, 0), (0, 1), (7, 1), (24, 2), (90, 50), (100, 5), (3, 61)]
)
def test_batches_are_slices_of_the_columns(in_parts: Dataset, offset: int, length: int | None) -> None:
    compute(in_parts, in_parts.signal("lengths"))
    expected = in_parts.frame(NAMES).slice(offset, length)
    batches = list(in_parts.batches(NAMES, offset, length))
    assert sum(batch.height for batch in batches) == expected.height
    if batches:
        assert_frame_equal(pl.concat(batches), expected)


@pytest.mark.parametrize("rows", [[], [0], [99, 0, 50], [3, 3, 3], list(range(99, -1, -1)), list(range(0, 100, 7))])
def test_rows_come_in_the_order_asked(in_parts: Dataset, rows: list[int]) -> None:
    positions = pl.Series(rows, dtype=pl.UInt32)
    names = [name for name in NAMES if name != "prompt_chars"]
    assert_frame_equal(in_parts.frame(names, positions), in_parts.frame(names)[positions])


VIEWS = [
    View(),
    View().where("prompt", "has", "add 7"),
    View().where("response", "blank"),
    View().where("rating", "ge", 3).where("source", "in", "a~b"),
    View().where("*", "re", r"Add \d 0?"),
    View().where("*", "nothas", "sorry"),
    View().where("source_record", "has", '"rating": 5'),
    View().where("prompt_chars", "gt", 40),
    View().where("source_file", "eq", "2.jsonl"),
]


def test_little_memory_gives_the_same_answers(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    padded = [{**record, "instruction": record["instruction"] + "x" * 15_000} for record in INSTRUCTIONS]
    rich = opened(*(padded[at : at + 25] for at in range(0, 100, 25)))
    compute(rich, rich.signal("lengths"))
    monkeypatch.setenv("WINNOW_MEMORY_MB", "1")
    poor = Dataset(rich.folder, CATALOGUE)
    assert not poor._fits("prompt") and poor._fits("response") and rich._fits("prompt")
    for view in VIEWS:
        assert poor.rows_of(view).to_list() == rich.rows_of(view).to_list(), view.sentence
    rows = pl.Series([99, 0, 50, 0, 51])
    names = ["prompt", "response", "row_id", "prompt_chars", "source_record"]
    assert_frame_equal(poor.frame(names, rows), rich.frame(names, rows))
    assert_series_equal(poor.column("prompt"), rich.column("prompt"))
    for name in names:
        poor.column(name)
    assert "prompt" not in poor._columns or sum(c.estimated_size() for c in poor._columns.values()) <= 2 << 20


def test_long_chats_stay_on_disk(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    long = [
        {"messages": [{"role": "user", "content": f"{i} " + "x" * 9_000}, {"role": "assistant", "content": "ok"}]}
        for i in range(50)
    ]
    rich = opened(long)
    monkeypatch.setenv("WINNOW_MEMORY_MB", "1")
    poor = Dataset(rich.folder, CATALOGUE)
    assert rich._fits("messages") and not poor._fits("messages")
    view = View().where("messages", "has", "7 x")
    assert poor.rows_of(view).to_list() == rich.rows_of(view).to_list() == [7, 17, 27, 37, 47]


@pytest.mark.parametrize("given", ["much", "-5", "1.5"])
def test_a_budget_that_is_no_number_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_MEMORY_MB", given)
    with pytest.raises(DatasetError) as error:
        memory_budget()
    assert str(error.value) == f"WINNOW_MEMORY_MB is {given!r}, which is no number of megabytes; set one such as 2000."


def test_the_budget_is_a_share_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_MEMORY_MB", "3")
    assert memory_budget() == 3 * 1024 * 1024
    monkeypatch.delenv("WINNOW_MEMORY_MB")
    assert memory_budget() > 100 << 20


def test_threads_get_the_same_answers(in_parts: Dataset) -> None:
    compute(in_parts, in_parts.signal("lengths"))
    expected = [Dataset(in_parts.folder, CATALOGUE).rows_of(view).to_list() for view in VIEWS]
    tags = pl.DataFrame(
        {"row_id": in_parts.column("row_id").head(3), "tags": [["a"]] * 3, "disputed_tags": [[]] * 3},
        schema_overrides=TAGS,
    )

    def ask(number: int) -> tuple[int, list[int]]:
        which = number % len(VIEWS)
        if number % 20 == 0:
            shared.set_tags(tags, number)
        assert shared.frame(["prompt", "tags"], pl.Series([1, 99]))["prompt"].to_list() == [
            INSTRUCTIONS[1]["instruction"],
            INSTRUCTIONS[99]["instruction"],
        ]
        return which, shared.rows_of(VIEWS[which]).to_list()

    shared = Dataset(in_parts.folder, CATALOGUE)
    with ThreadPoolExecutor(8) as pool:
        for which, rows in pool.map(ask, range(200)):
            assert rows == expected[which]


# Rows of a view


def test_rows_of_a_view(in_parts: Dataset) -> None:
    def rows(view: View) -> list[int]:
        found = in_parts.rows_of(view)
        assert found.dtype == pl.UInt32
        return found.to_list()

    assert rows(View()) == list(range(100))
    blank = [i for i in range(100) if i % 10 in (3, 4)]
    assert rows(View().where("response", "blank")) == blank
    assert rows(View().where("response", "blank").toggled(0)) == list(range(100))
    assert rows(View().where("response", "blank").where("source", "eq", "a")) == [i for i in blank if i % 3 == 0]
    assert rows(View().where("response", "null").where("response", "notnull")) == []
    assert rows(View().where("row_id", "in", "~".join(in_parts.column("row_id").gather([8, 2])))) == [2, 8]


def test_a_view_is_not_taken_for_another_whose_link_looks_alike(opened: Open) -> None:
    found = opened([{"instruction": "x&output?output~eq~y", "output": "z"}, {"instruction": "x", "output": "y"}])
    one = View().where("instruction", "eq", "x&output?output~eq~y")
    two = View().where("instruction", "eq", "x").where("output", "eq", "y")
    assert (found.rows_of(one).to_list(), found.rows_of(two).to_list()) == ([0], [1])


def test_any_text_is_searched_in_every_text(opened: Open) -> None:
    found = opened(
        [
            {"system": "be KIND", "instruction": "one", "output": "two"},
            {"system": None, "instruction": "kind", "output": None},
            {"system": "", "instruction": "mankind", "output": "x"},
            {"system": "a", "instruction": None, "output": "Be kind!"},
        ]
    )
    assert found.texts() == ["system", "prompt", "response"]
    assert found.rows_of(View().where("*", "has", "kind")).to_list() == [0, 1, 2, 3]
    assert found.rows_of(View().where("*", "word", "kind")).to_list() == [0, 1, 3]
    assert found.rows_of(View().where("*", "re", "^one$|^x$")).to_list() == [0, 2]
    assert found.rows_of(View().where("*", "nothas", "be")).to_list() == [1, 2]


def test_any_text_of_a_table(opened: Open) -> None:
    found = opened([{"colour": "red", "n": 1}, {"colour": "blue", "n": 2}])
    assert (found.format, found.texts()) == ("table", ["colour"])
    assert found.rows_of(View().where("*", "has", "red")).to_list() == [0]
    numbers = opened([{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    assert numbers.texts() == []
    assert numbers.rows_of(View().where("*", "has", "1")).to_list() == []
    assert numbers.rows_of(View().where("*", "nothas", "1")).to_list() == [0, 1]


# Tags


def tagged(found: Dataset, tags: dict[int, list[str]], disputed: dict[int, list[str]] | None = None) -> pl.DataFrame:
    rows = sorted({*tags, *(disputed or {})})
    ids = found.column("row_id").gather(rows)
    return pl.DataFrame(
        {
            "row_id": ids,
            "tags": [tags.get(r, []) for r in rows],
            "disputed_tags": [(disputed or {}).get(r, []) for r in rows],
        },
        schema_overrides=TAGS,
    )


def test_tags_are_columns_like_others(in_parts: Dataset) -> None:
    keep, disputed = View().where("tags", "has", "keep"), View().where("disputed_tags", "has", "keep")
    assert in_parts.column("tags").to_list() == [[]] * 100
    assert in_parts.rows_of(keep).to_list() == []
    in_parts.set_tags(tagged(in_parts, {5: ["keep"], 70: ["drop", "keep"]}, {70: ["keep"], 8: ["x"]}), 1)
    assert in_parts.tag_revision == 1
    assert in_parts.rows_of(keep).to_list() == [5, 70]
    assert in_parts.rows_of(disputed).to_list() == [70]
    assert in_parts.rows_of(View().where("tags", "blank")).len() == 98
    assert in_parts.frame(["tags"], pl.Series([70, 6]))["tags"].to_list() == [["drop", "keep"], []]
    in_parts.set_tags(tagged(in_parts, {6: ["keep"]}), 2)
    assert in_parts.rows_of(keep).to_list() == [6]
    assert in_parts.rows_of(disputed).to_list() == []


def test_tags_of_rows_that_are_not_here_are_left_out(in_parts: Dataset) -> None:
    elsewhere = pl.DataFrame({"row_id": ["f" * 16], "tags": [["keep"]], "disputed_tags": [[]]}, schema_overrides=TAGS)
    in_parts.set_tags(elsewhere, 1)
    assert in_parts.rows_of(View().where("tags", "notblank")).to_list() == []
    assert in_parts.column("tags").len() == 100


# What is missing is named


def test_an_unknown_column_is_named(in_parts: Dataset) -> None:
    known = ", ".join(in_parts.shown_columns)
    message = f"0.jsonl and 3 more has no column 'colour'; it has: {known}."
    asked: list[Callable[[], object]] = [
        lambda: in_parts.column("colour"),
        lambda: in_parts.frame(["prompt", "colour"]),
        lambda: in_parts.frame(["colour"], pl.Series([1])),
        lambda: in_parts.frame(["colour"], pl.Series([], dtype=pl.UInt32)),
        lambda: list(in_parts.batches(["colour"])),
        lambda: in_parts.rows_of(View().where("colour", "eq", "red")),
    ]
    for ask in asked:
        with pytest.raises(DatasetError) as error:
            ask()
        assert str(error.value) == message
    with pytest.raises(ViewError) as refused:
        in_parts.check(View().where("colour", "eq", "red"))
    assert str(refused.value) == message


def test_a_column_that_is_not_computed_names_its_signal(in_parts: Dataset) -> None:
    view = View().where("row_tokens", "gt", 10).where("prompt_chars", "gt", 10).where("prompt", "notnull")
    assert [signal.name for signal in in_parts.needs(view)] == ["lengths", "tokens"]
    in_parts.check(view)
    with pytest.raises(DatasetError) as error:
        in_parts.rows_of(view)
    assert (
        str(error.value) == "row_tokens comes from the signal tokens, which is not computed yet; compute tokens first."
    )
    compute(in_parts, in_parts.signal("lengths"))
    assert [signal.name for signal in in_parts.needs(view)] == ["tokens"]
    assert in_parts.needs(view.toggled(0)) == in_parts.needs(view), "a chip that is switched off is still shown"


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (View().where("rating", "has", "x"), "rating holds number values, which 'has' does not fit; fitting: "),
        (View().where("rating", "ge", "x").toggled(0), "rating is a number, 'x' is not; write a number such as 2048."),
        (View().where("row_tokens", "ge", "x"), "row_tokens is a number, 'x' is not; write a number such as 2048."),
        (View().where("*", "blank"), "'blank' does not fit a search of any text; fitting: has, nothas, word, re."),
        (View().where("*", "eq", "a"), "'eq' does not fit a search of any text; fitting: has, nothas, word, re."),
    ],
)
def test_a_view_that_does_not_fit_is_refused(in_parts: Dataset, view: View, message: str) -> None:
    with pytest.raises(ViewError) as error:
        in_parts.check(view)
    assert str(error.value).startswith(message)


# What is kept in memory tells old from new


def test_the_key_of_a_column_changes_with_its_content(in_parts: Dataset, home: Path) -> None:
    assert in_parts.key_of("prompt") == "prompt"
    assert in_parts.key_of("tags") == "tags@0"
    before = in_parts.key_of("duplicate_group")
    changed = Workspace().describe(in_parts, parameters={"exact_duplicates": {"over": "response"}})
    assert before != changed.key_of("duplicate_group")
    assert changed.signal("exact_duplicates").parameters["over"] == "response"
    in_parts.set_tags(tagged(in_parts, {}), 7)
    assert in_parts.key_of("tags") == "tags@7"


def test_a_row_with_a_proposed_text_is_seen_in_every_way_of_reading(in_parts: Dataset) -> None:
    assert in_parts.column("has_proposal").sum() == 0
    before = in_parts.key_of("has_proposal")
    ids = in_parts.column("row_id")
    texts = pl.DataFrame(
        {"row_id": [ids[5], ids[5], ids[70], "gone"], "field": ["prompt", "response", "response", "text"]}
    )
    in_parts.set_proposals(texts.with_columns(text=pl.lit("x"), person=pl.lit("Ann")), 3)
    assert in_parts.column("has_proposal").arg_true().to_list() == [5, 70]
    assert in_parts.rows_of(View().where("has_proposal", "eq", "true")).to_list() == [5, 70]
    assert pl.concat(in_parts.batches(["has_proposal"]))["has_proposal"].arg_true().to_list() == [5, 70]
    assert in_parts.frame(["has_proposal"], pl.Series([70, 0]))["has_proposal"].to_list() == [True, False]
    assert (before, in_parts.key_of("has_proposal")) == ("has_proposal@0", "has_proposal@3")
    assert "has_proposal" in in_parts.shown_columns
