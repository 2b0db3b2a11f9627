"""Do rows of one meaning find each other: by a sentence, by a row, as duplicates, as conflicts, in a sample?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.conflicts import tables
from analysis.conflicts.meaning_conflicts_signal import MeaningConflicts
from analysis.dataset import Dataset
from analysis.duplicates import decisions
from analysis.duplicates.decisions import Choice
from analysis.duplicates.meaning import in_other_words, same_numbers, shared_words
from analysis.duplicates.meaning_pairs_signal import MeaningPairs
from analysis.errors import ViewError
from analysis.map.chosen import choose_vectors
from analysis.signal import ROW_ID
from analysis.view import MAX_VIEW_CHARS, Filter, View
from analysis.workspace import Workspace
from tests.support.app_page import grid_of, well
from tests.support.app_page import open_page as run
from tests.support.browser import ROOT, Server
from tests.support.screen import PRESS, chips, counted, read_row, settled, view_of

PARTS = ROOT / "tests" / "support" / "apps" / "alike_app.py"
SIGNALS = (
    "lengths",
    "tokens",
    "conflicts",
    "embedding",
    "neighbours",
    "map",
    "clusters",
    "meaning_pairs",
    "meaning_conflicts",
)
HOSTILE = "<img src=x onerror=window.__x=1>![a](http://evil.test/1) :red[x]"
ROWS: list[tuple[str, str, int, list[float] | None]] = [
    ("Is raw chicken safe to eat?", "No.", 3, [1, 0, 0]),
    ("Can one have poultry uncooked?", "Yes.", 3, [0.99, 0.1, 0]),
    ("Is raw chicken safe to eat?", "No.", 3, [1, 0, 0]),
    ("Is raw chicken safe to eat, please?", "No.", 3, [0.995, 0.05, 0]),
    ("Add 2 and 2.", "4", 3, [0, 1, 0]),
    ("Add 2 and 3.", "5", 3, [0, 0.999, 0.02]),
    ("Name the capital of France.", "Paris", 1, [0, 0, 1]),
    ("Which city is the seat of the French government?", "Paris", 5, [0, 0.05, 0.99]),
    (HOSTILE, HOSTILE, 3, [0.5, -0.5, 0.5]),
    ("Nobody knows where this lies.", "Indeed.", 3, None),
]


def opened(path: Path, rows: list[tuple[str, str, int, list[float] | None]]) -> Dataset:
    lines = [{"instruction": p, "output": r, "score": s, "vector": v} for p, r, s, v in rows]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return Workspace().open([path])


@pytest.fixture(scope="module")
def dataset(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    found = opened(tmp_path_factory.mktemp("data") / "ten.jsonl", ROWS)
    found = choose_vectors(found, Workspace().describe, tier="column:vector")
    for name in SIGNALS:
        compute(found, found.signal(name))
    return found


@pytest.fixture(scope="module")
def coarse(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Eighty rows by coarse vectors, which a sentence can be compared with."""
    rows = [
        (f"Tell me of the {animal} number {n}.", f"It {n % 3} sleeps.", n % 5, None)
        for n in range(20)
        for animal in ("fox in the wood", "boat on the sea", "star in the sky", "bread in the oven")
    ]
    found = opened(tmp_path_factory.mktemp("data") / "eighty.jsonl", rows)  # type: ignore[arg-type]
    for name in ("lengths", "tokens", "embedding", "neighbours", "map", "clusters"):
        compute(found, found.signal(name))
    return found


@pytest.fixture(scope="module")
def bare(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    found = opened(tmp_path_factory.mktemp("data") / "bare.jsonl", ROWS[:3])
    compute(found, found.signal("conflicts"))
    return found


@pytest.fixture(autouse=True)
def untagged(app_home: Path, dataset: Dataset, coarse: Dataset) -> Iterator[None]:
    yield
    with open_annotations(app_home) as notes:
        for one in (dataset, coarse):
            for person in notes.people.names():
                while notes.tags.undo(one.fingerprint, person):
                    pass


def said(at: AppTest) -> str:
    return "\n".join([*(text.value for text in at.text), *(caption.value for caption in at.caption)])


def view(at: AppTest) -> View:
    given = at.query_params.get("f", [])
    return View.from_params([given] if isinstance(given, str) else given)


# A list of rows as a filter


def test_a_list_keeps_its_rows_its_order_and_its_title(dataset: Dataset) -> None:
    ids = dataset.column(ROW_ID).to_list()
    shown = View().where("score", "ge", 3).listing("most like row ~%", [ids[3], ids[0], ids[6]])
    again = View.from_params(shown.to_params())
    assert again == shown and again.listed == [ids[3], ids[0], ids[6]]
    assert dataset.rows_of(again).to_list() == [0, 3]
    assert again.sentence == "score is at least 3 and row_id is among the 3 rows most like row ~%"
    assert View().listing("nearest to “x”", ids[:1]).sentence == "row_id is among the 1 row nearest to “x”"
    other = again.listing("of a sample", [ids[1]])
    assert other.listed == [ids[1]] and len(other.filters) == 2, "a new list takes the place of the one before"
    assert other.toggled(1).listed == []


def test_a_list_without_rows_keeps_none(dataset: Dataset) -> None:
    for text in ("row_id~listed~", "row_id~listed~title", "row_id~listed~a~b"):
        assert len(dataset.rows_of(View.from_params([text]))) == 0
    with pytest.raises(ViewError):
        Filter("score", "listed", "a~b").expr(dataset.schema["score"])


def test_a_list_too_long_for_a_link_says_so() -> None:
    assert View().listing("t", ["x" * 16] * 5_000).is_short_enough
    assert not View().listing("t", ["x" * 16] * (MAX_VIEW_CHARS // 17 + 1)).is_short_enough


# Pairs of one meaning


def pairs_of(signal: pl.Series) -> dict[tuple[int, int], tuple[float, float]]:
    table = signal.rename("near").to_frame().with_row_index("a").filter(pl.col("near").list.len() > 0).explode("near")
    lines = table.unnest("near").iter_rows()
    return {(a, b): (round(cosine, 3), round(share, 2)) for a, b, cosine, share in lines}


def test_pairs_of_one_meaning_know_what_they_share_in_words(dataset: Dataset) -> None:
    found = pairs_of(dataset.column("meaning_neighbours"))
    assert set(found) == {(0, 1), (0, 2), (0, 3), (1, 3), (6, 7)}, "rows 4 and 5 name other numbers"
    assert found[0, 2] == (1.0, 1.0)
    assert found[0, 3] == (0.999, 0.83) and found[0, 1] == (0.995, 0.0)
    assert set(pairs_of(in_other_words(dataset.column("meaning_neighbours")))) == {(0, 1), (1, 3), (6, 7)}
    assert dataset.column("meaning_status").to_list() == ["compared", "compared", "repeats", *["compared"] * 6, None]


def test_groups_of_one_meaning_do_not_chain(dataset: Dataset) -> None:
    assert dataset.column("meaning_group").to_list() == [0, 0, None, None, None, None, 6, 6, None, None]
    assert dataset.column("is_meaning_extra").to_list() == [False, True, *[False] * 5, True, False, None]
    rows = dataset.frame(
        [ROW_ID, "prompt", "response", "text", "neighbour_rows", "neighbour_cosines", "first_equal_row"]
    )
    every = MeaningPairs(words="any")(rows.with_columns(texts=pl.lit("")))
    assert every["meaning_group"].to_list() == [0, 0, 0, 0, None, None, 6, 6, None, None]
    strict = MeaningPairs(words="any", threshold=0.999)(rows.with_columns(texts=pl.lit("")))
    assert strict["meaning_similarity"].min() >= 0.999  # type: ignore[operator]


def test_words_shared_and_numbers_named() -> None:
    texts = pl.Series(
        ["one two three", "One, two three!", "one two four", None, "x", "x", "Add 12 to 3", "add 3 to 12", "Add 3"]
    )
    a, b = [0, 0, 0, 4, 6, 6], [1, 2, 3, 5, 7, 8]
    share = shared_words(texts, np.array(a, np.uint32), np.array(b, np.uint32))
    assert share[:4].tolist() == pytest.approx([1.0, 1 / 3, 0.0, 1.0])
    assert same_numbers(texts, pl.Series(a), pl.Series(b)).to_list() == [True, True, True, True, True, False]


def test_reasons_name_the_vectors(dataset: Dataset, coarse: Dataset) -> None:
    choice = Choice("meaning", 0.9)
    found = decisions.pairs(dataset, "meaning")
    decision = decisions.decide(dataset, choice, decisions.preference(dataset, choice), found)
    ids = dataset.column(ROW_ID)
    assert dict(decisions.reasons(dataset, choice, decision).iter_rows()) == {
        ids[1]: f"duplicate of row {ids[0]} at 0.99 (meaning, vector)",
        ids[7]: f"duplicate of row {ids[6]} at 0.99 (meaning, vector)",
    }
    assert decisions.why(coarse, "meaning") == "duplicate (meaning, prompt)"


def test_other_vectors_and_other_texts_give_other_pairs(dataset: Dataset) -> None:
    before = dataset.signal("meaning_pairs")
    changed = choose_vectors(dataset, Workspace().describe, tier="coarse", over="prompt+response")
    after = changed.signal("meaning_pairs")
    assert after.parameters["over"] == "prompt+response" and after.key != before.key
    assert (
        choose_vectors(changed, Workspace().describe, tier="column:vector", over="prompt").signal("meaning_pairs").key
        == before.key
    )


# Conflicts


def test_one_meaning_answered_differently(dataset: Dataset) -> None:
    assert dataset.column("meaning_conflict_group").to_list() == [0, 0, 0, 0, *[None] * 6]
    assert set(dataset.column("meaning_conflict_kind").drop_nulls()) == {"label"}
    assert dataset.column("meaning_score_group").to_list() == [*[None] * 6, 6, 6, None, None], "one answer, two scores"
    assert dataset.column("meaning_label_group").null_count() == 10
    shown = {one.kind.name: (one.groups, one.rows) for one in tables.found(dataset) if one.rows}
    assert shown["same_meaning_label"] == (1, 4) and shown["meaning_score"] == (1, 2)


def test_what_is_not_compared(dataset: Dataset) -> None:
    rows = dataset.frame(
        [
            ROW_ID,
            "system",
            "prompt",
            "response",
            "rejected",
            "messages",
            "text",
            "score",
            "neighbour_rows",
            "neighbour_cosines",
            "first_equal_row",
        ]
    )
    rows = rows.with_columns(system=pl.Series(["Be brief.", *[None] * 9]))
    kept = MeaningConflicts()(rows.with_columns(label=pl.lit(None, pl.String)))
    assert kept["meaning_conflict_group"].to_list()[0] is None, "another system prompt"
    same = rows.with_columns(pl.lit("Is it?").alias("prompt"), pl.lit("").alias("system"))
    assert MeaningConflicts()(same)["meaning_conflict_group"].null_count() == 10, "one wording is a conflict of its own"
    labels = rows.with_columns(system=pl.lit(None, pl.String), label=pl.Series(["a", "b", "a", "b", *["a"] * 6]))
    judged = MeaningConflicts(label="label")(labels)
    assert judged["meaning_label_group"].to_list()[:4] == [0, None, 0, 0], "rows 0, 2 and 3 share their answer"


def test_the_command_says_what_it_needs(dataset: Dataset, bare: Dataset) -> None:
    given = json.loads(CliRunner().invoke(app, ["conflicts", bare.id, "--json"]).stdout)
    assert given["not_looked_for"][0]["theme"] == "Prompts of the same meaning, answered differently"
    assert "compute embedding first" in given["not_looked_for"][0]["needs"]
    found = json.loads(CliRunner().invoke(app, ["conflicts", dataset.id, "--json"]).stdout)
    kinds = {one["kind"]: one for one in found["kinds"]}
    assert found["not_looked_for"] == []
    assert kinds["same_meaning_label"]["rows"] == 4 and kinds["same_meaning_label"]["where"] == [
        "meaning_conflict_kind~eq~label"
    ]


def test_the_page_lays_them_side_by_side(dataset: Dataset, bare: Dataset) -> None:
    at = run("conflicts", dataset, conflict="same_meaning_label")
    assert "In 1 group of prompts that mean the same (4 rows)" in said(at)
    assert "the same meaning from a cosine of 0.9" in said(at)
    at.button(key="filter_same_meaning_label").click()
    assert view(well(at.run())).to_params() == ["meaning_conflict_kind~eq~label"]
    assert "It needs a vector of each prompt" in said(run("conflicts", bare))


# Duplicates


def test_the_kind_meaning_on_the_page(dataset: Dataset, app_home: Path) -> None:
    at = run("duplicates", dataset, kind="meaning")
    assert [metric.value for metric in at.metric][:3] == ["2", "4", "2"]
    assert "1 row without a vector" in said(at)
    at.toggle(key=f"words_{dataset.id}").set_value(False)
    at = well(at.run())
    assert [metric.value for metric in at.metric][:3] == ["2", "6", "4"]
    assert "still use other settings" in said(at)
    at.toggle(key=f"words_{dataset.id}").set_value(True)
    at = well(at.run())
    at.button(key="tag_duplicates").click()
    assert "2 rows changed" in said(well(at.run()))
    with open_annotations(app_home) as notes:
        assert set(notes.tags.reasons(dataset.fingerprint)["why"]) == {"duplicate (meaning, vector)"}


def test_the_command_of_duplicates(dataset: Dataset, tmp_path: Path) -> None:
    def command(*more: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["duplicates", dataset.id, "--kind", "meaning", *more, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    found = command("--pairs", str(tmp_path / "pairs.csv"))
    assert (found["threshold"], found["groups"], found["rows_to_drop"], found["pairs"]) == (0.9, 2, 2, 3)
    assert command("--any-words")["rows_to_drop"] == 4
    assert command("--threshold", "0.996")["rows_to_drop"] == 2, "rows 1 and 3, rows 6 and 7"


# Search and picks


def test_a_sentence_finds_the_nearest_rows_and_these_become_a_view(coarse: Dataset) -> None:
    at = run(PARTS, coarse)
    at.text_input(key="sought_meaning").set_value("a boat at sea")
    at.number_input(key="sought_rows").set_value(10)
    at = well(at.run())
    listed = grid_of(at)
    titles = [column["title"] for column in listed["columns"]]
    cells = [dict(zip(titles, row["cells"], strict=True)) for row in listed["rows"]]
    assert all("boat on the sea" in row["prompt"] for row in cells) and len(cells) == 10
    assert [float(row["cosine"]) for row in cells] == sorted((float(row["cosine"]) for row in cells), reverse=True)
    assert listed["title"] == "Rows 1 to 10 of 10 nearest in meaning"
    assert "words and letters (coarse, no model) of the prompt" in said(at).replace("\\", "")
    at.button(key="keep_similar").click()
    at = well(at.run())
    shown = view(at)
    assert shown.sentence == "row_id is among the 10 rows nearest to “a boat at sea”"
    assert shown.listed == [row["id"] for row in listed["rows"]] and len(coarse.rows_of(shown)) == 10
    given = grid_of(run("overview", coarse, *shown.to_params()))
    prompt = [column["name"] for column in given["columns"]].index("prompt")
    assert [row["cells"][prompt] for row in given["rows"]] == [row["prompt"] for row in cells]


def test_what_cannot_be_searched_says_why(dataset: Dataset, bare: Dataset) -> None:
    at = run(PARTS, dataset)
    at.text_input(key="sought_meaning").set_value("a boat")
    assert "cannot be made for a sentence" in said(well(at.run()))
    at = run(PARTS, bare)
    assert "needs a vector for each row" in said(at)
    assert [button.label for button in at.button if button.label.startswith("Compute")]


def picked(at: AppTest) -> AppTest:
    at.button(key="pick_go").click()
    at = well(at.run())
    for _ in range(240):
        if "pick_job" not in at.session_state:
            return well(at.run())
        time.sleep(0.25)
        at = well(at.run())
    raise AssertionError("the pick did not end")


def test_a_diverse_sample_becomes_a_view_and_a_tag_that_can_be_taken_back(coarse: Dataset, app_home: Path) -> None:
    at = run(PARTS, coarse)
    at.number_input(key="pick_size_80").set_value(8)
    at = picked(well(at.run()))
    assert "8 rows, " in said(at) and " tokens." in said(at)
    at.button(key="pick_tag_100").click()
    at = well(at.run())
    assert "8 rows changed" in said(at) and at.button(key="pick_tag_100").disabled
    with open_annotations(app_home) as notes:
        assert notes.tags.counts(coarse.fingerprint) == {"diverse-sample": 8}
        whys = set(notes.tags.reasons(coarse.fingerprint)["why"])
        assert whys == {"diverse sample of 8, seed 0, by words and letters (coarse, no model) of the prompt"}
    at.button(key="undo_change").click()
    assert "Undone: tags of 8 rows." in said(well(at.run()))
    at.button(key="pick_view_100").click()
    shown = view(well(at.run()))
    assert shown.sentence == "row_id is among the 8 rows of a diverse sample (seed 0)"
    prompts = coarse.frame(["prompt"], coarse.rows_of(shown))["prompt"]
    assert {prompt.split(" the ")[1].split(" ")[0] for prompt in prompts} == {"fox", "boat", "star", "bread"}


def test_nested_samples_lie_in_each_other(coarse: Dataset) -> None:
    at = run(PARTS, coarse, "score~lt~4")
    at.selectbox(key="pick_kind").set_value("nested")
    at = well(at.run())
    at.number_input(key="pick_size_64").set_value(40)
    at = picked(well(at.run()))
    found: dict[int, list[str]] = at.session_state["picked"][2]
    assert {share: len(ids) for share, ids in found.items()} == {25: 10, 50: 20, 100: 40}
    assert set(found[25]) < set(found[50]) < set(found[100])
    assert set(found[100]) <= set(coarse.frame([ROW_ID], coarse.rows_of(View().where("score", "lt", 4)))[ROW_ID])
    at.button(key="pick_view_50").click()
    assert view(well(at.run())).sentence == (
        "score is under 4 and row_id is among the 20 rows of a proportional sample (seed 0, 50% of it)"
    )


# More like this


def test_more_like_this_without_vectors_offers_to_make_them(bare: Dataset) -> None:
    at = run("reading", bare)
    at.session_state["like_row"] = bare.column(ROW_ID)[0]
    at = well(at.run())
    assert "needs a vector for each row" in said(at)
    at.button(key="like_not").click()
    assert "needs a vector for each row" not in said(well(at.run()))


@pytest.mark.browser
def test_a_key_leads_to_rows_like_the_one_read(
    dataset: Dataset, app_home: Path, server: Callable[..., Server], page: Page
) -> None:
    ids = dataset.column(ROW_ID).to_list()
    page.goto(f"{server(home=app_home).url}/read?d={dataset.id}&row={ids[6]}")
    settled(page, "Read")
    assert read_row(page, 6) == ids[6]
    page.evaluate(PRESS, ["m"])
    counted(page, 9)
    expect(chips(page)).to_contain_text(f"row_id is among the 9 rows most like row {ids[6]}")
    assert view_of(page).listed[:2] == [ids[6], ids[7]]
    assert read_row(page, 0) == ids[6]
    page.evaluate(PRESS, ["j"])
    assert read_row(page, 1) == ids[7], "in order of similarity"
    assert page.evaluate("window.__x") is None
    page.get_by_role("button", name="Undo the last change of the view").click()
    counted(page, 10)
