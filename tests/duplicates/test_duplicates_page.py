"""Does the page Duplicates show what the tables say, and is tagging one click that can be taken back?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates import verdicts
from analysis.duplicates.kinds import KINDS
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from tests.support.browser import ROOT, Server
from tests.support.screen import settled

PAGE = ROOT / "pages" / "duplicates.py"
SIGNALS = (
    "lengths",
    "tokens",
    "times",
    "exact_duplicates",
    "identical_duplicates",
    "normalised_duplicates",
    "near_pairs",
    "near_groups",
    "shared_spans",
    "repetition",
    "leaks",
    "field_pairs",
    "meaning_pairs",
)
LONG = "The quick brown fox jumps over the lazy dog while seven grey geese watch it from the far bank of the river"
CASE = "But for case and spaces"
HOSTILE = "<img src=x onerror=window.__x=1>![a](http://evil.test/1) :red[x] `b` **c** $x^2$"


def records() -> list[dict[str, Any]]:
    """Four equal rows, one that is near to them, two that loop, one hostile pair, in two splits."""
    texts = [
        LONG,
        LONG,
        LONG,
        LONG,
        f"{LONG} again",
        "and on " * 30,
        "and on " * 30,
        f"{HOSTILE} {LONG[:60]}",
        f"{HOSTILE} {LONG[:60]}.",
    ]
    return [
        {
            "instruction": "Tell me of foxes.",
            "output": text,
            "score": number % 4,
            "source": HOSTILE if number % 2 else "web",
            "split": "test" if number in (3, 8) else "train",
        }
        for number, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def opened(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "small.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records()))
    (folder / "twenty.csv").write_text("name,town\n" + "".join(f"Person {n // 2},Town {n % 3}\n" for n in range(20)))
    files = [folder / "small.jsonl", folder / "twenty.csv"]
    files += [ROOT / "sample_data" / f"{name}.jsonl" for name in ("instructions", "chats", "preferences", "hostile")]
    found = {file.stem: Workspace().open([file]) for file in files}
    for dataset in found.values():
        for name in SIGNALS:
            compute(dataset, dataset.signal(name))
    return found


@pytest.fixture(autouse=True)
def untouched(app_home: Path, opened: dict[str, Dataset]) -> Iterator[None]:
    """Each test begins without tags and answers."""
    yield
    with open_annotations(app_home) as notes:
        for dataset in opened.values():
            for log in (notes.tags, notes.pairs):
                for person in notes.people.names():
                    while log.undo(dataset.fingerprint, person):
                        pass


def run(dataset: Dataset, kind: str = "near", *filters: str) -> AppTest:
    return open_page("duplicates", dataset, *filters, kind=kind)


def said(at: AppTest) -> str:
    return "\n".join([*(text.value for text in at.text), *(caption.value for caption in at.caption)])


def metrics(at: AppTest) -> list[str]:
    return [metric.value for metric in at.metric]


def table(at: AppTest) -> dict[str, dict[str, Any]]:
    return {line["kind"]: line for line in at.dataframe[0].value.to_dict("records")}


def filters(at: AppTest) -> list[str]:
    given = at.query_params.get("f", [])
    return [given] if isinstance(given, str) else given


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["small", "instructions", "chats", "preferences", "hostile", "twenty"])
def test_every_kind_opens_on(name: str, kind: str, opened: dict[str, Dataset]) -> None:
    at = run(opened[name], kind)
    assert at.title[0].value == "Duplicates"
    if name == "twenty" and kind == "fields":
        assert "Choose the columns whose values are compared" in said(at)


def test_the_kinds_are_counted(opened: dict[str, Dataset]) -> None:
    counted = table(run(opened["small"]))
    assert [counted[kind]["rows to drop"] for kind in (CASE, "Same words", "Similar")] == [4, 5, 6]
    assert counted[CASE]["groups"] == 2 and counted[CASE]["compared"] == 9 and counted["Similar"]["groups"] == 3
    assert counted["Repetition"]["rows"] == 2
    assert counted["Across splits"]["rows to drop"] == 5
    seen = table(run(opened["small"], "near", "split~eq~train"))
    assert seen[CASE]["rows to drop"] == 3 and seen["Across splits"]["rows to drop"] == 0


def test_the_threshold_moves_counts_and_says_what_it_finds(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"])
    assert metrics(at)[:3] == ["3", "9", "6"] and "one word in 11" in said(at)
    at.slider[0].set_value(1.0)
    assert metrics(well(at.run()))[:3] == ["3", "8", "5"]
    assert table(at)["Similar"]["rows to drop"] == 5, "the table follows in the same rerun"
    assert "Filters, findings and exports still use other settings." in said(at)
    assert at.button(key="follow").label == "Use this threshold for filters too"
    assert at.query_params["similar"] == "near~1"
    at.slider[0].set_value(0.7)
    assert "use other settings" not in said(well(at.run()))


def test_the_page_warns_where_many_rows_would_go(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"])
    assert "66.7% of the rows would go. Text that many rows share at their beginning or end is not compared." in said(
        at
    )
    assert at.button(key="tag_duplicates").proto.type == "secondary"
    assert at.button(key="responses_only").label == "Compare responses only"
    few = run(opened["instructions"])
    assert "of the rows would go" not in said(few) and few.button(key="tag_duplicates").proto.type == "primary"


def test_shared_text_can_be_ignored_where_it_makes_rows_similar(app_home: Path, tmp_path: Path) -> None:
    template = "You are given a question from a long list of questions that people asked. Answer it in one word, please, and nothing else:"
    rows = [{"instruction": f"{template} {n}", "output": f"word{n}"} for n in range(40)]
    (tmp_path / "template.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dataset = Workspace().open([tmp_path / "template.jsonl"])
    parameters = {**dataset.signal("near_pairs").parameters, "boilerplate": "kept"}
    dataset = Workspace().describe(dataset, parameters={"near_pairs": parameters})
    for name in ("near_pairs", "shared_spans"):
        compute(dataset, dataset.signal(name))
    at = run(dataset)
    assert "of the rows would go. Most of the likeness may be text that 40 rows share." in said(at)
    assert at.button(key="ignore_shared").label == "Ignore shared text (40 rows)"
    at.button(key="ignore_shared").click()
    well(at.run())
    changed = Workspace().dataset(dataset.id)
    assert changed.signal("near_pairs").parameters["boilerplate"] == "aside"


def test_judgements_of_one_item_lead_to_the_annotators(opened: dict[str, Dataset]) -> None:
    at = run(opened["instructions"], "exact")
    assert "1 to 3 people judged each item." in said(at)
    assert "Annotators" in [link.proto.label for link in at.get("page_link")]


def test_a_policy_decides_which_row_is_shown_as_kept(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"], "exact")
    assert at.dataframe[1].value["kept row"].to_list()[0] == 1
    at.selectbox(key="keep").set_value("score")
    assert well(at.run()).dataframe[1].value["kept row"].to_list()[0] == 4
    at.selectbox(key="keep").set_value("source")
    at = well(at.run())
    at.multiselect(key="sources").set_value([HOSTILE])
    assert well(at.run()).dataframe[1].value["kept row"].to_list()[0] == 2


def test_tagging_is_one_click_with_reasons_and_can_be_taken_back(opened: dict[str, Dataset], app_home: Path) -> None:
    dataset = opened["small"]
    at = run(dataset)
    assert "6 rows would get the tag “drop”, each with its reason. Nothing is deleted." in said(at)
    at.button(key="tag_duplicates").click()
    at = well(at.run())
    assert "6 rows changed" in said(at) and at.button(key="tag_duplicates").disabled
    with open_annotations(app_home) as notes:
        reasons = notes.tags.reasons(dataset.fingerprint)
        assert set(reasons["why"]) == {"duplicate (near, whole row)"} and reasons.height == 6
        ids = dataset.column(ROW_ID)
        assert (
            dict(reasons.select("row_id", "reason").iter_rows())[ids[1]]
            == f"duplicate of row {ids[0]} at 1.00 (near, whole row)"
        )
        at.selectbox(key="keep").set_value("score")
        at = well(at.run())
        assert "2 rows would get the tag “drop”, each with its reason; 2 rows kept now would lose it." in said(at)
        at.button(key="tag_duplicates").click()
        at = well(at.run())
        now = set(notes.tags.reasons(dataset.fingerprint)["row_id"])
        assert len(now) == 6 and ids[3] not in now and ids[0] in now
        at.button(key="undo_change").click()
        at = well(at.run())
        at.button(key="undo_change").click()
        assert "Undone: tags of 6 rows." in said(well(at.run()))
        assert notes.tags.standing(dataset.fingerprint).is_empty()


def test_two_kinds_never_drop_all_copies(opened: dict[str, Dataset], app_home: Path) -> None:
    dataset = opened["small"]
    at = run(dataset, "exact")
    at.button(key="tag_duplicates").click()
    well(at.run())
    at = run(dataset, "near")
    at.selectbox(key="keep").set_value("score")
    at = well(at.run())
    at.button(key="tag_duplicates").click()
    well(at.run())
    with open_annotations(app_home) as notes:
        dropped = set(notes.tags.standing(dataset.fingerprint)["row_id"])
    texts = [record["output"] for record in records()]
    left = {text for text, row in zip(texts, dataset.column(ROW_ID), strict=True) if row not in dropped}
    assert left & {LONG, f"{LONG} again"} and len(left) == 3


def test_groups_are_searched_and_become_filters(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"], "exact")
    at.text_input(key="sought_duplicates").set_value("fox jumps")
    assert len(well(at.run()).dataframe[1].value) == 1
    at.button(key="only_group").click()
    assert filters(well(at.run())) == ["duplicate_group~eq~0"]
    assert len(opened["small"].rows_of(View.from_params(filters(at)))) == 4
    at = run(opened["small"], "near")
    at.button(key="extras").click()
    assert filters(well(at.run())) == ["is_near_extra~eq~true"]
    at = run(opened["small"], "exact")
    at.text_input(key="sought_duplicates").set_value("nothing like it")
    assert "No group holds this text." in said(well(at.run()))


def test_answers_give_a_precision(opened: dict[str, Dataset], app_home: Path) -> None:
    dataset = opened["small"]
    ids = dataset.column(ROW_ID)
    with open_annotations(app_home) as notes:
        verdicts.say(notes, dataset, ids[0], ids[4], True, "Ann")
        verdicts.say(notes, dataset, ids[0], ids[1], False, "Ann")
    at = run(dataset)
    assert "Precision at 0.70: 50% of 2 judged pairs are duplicates (95% interval 9.5% to 90.5%, Wilson)" in said(at)
    assert metrics(at)[2] == "5", "the refused pair is kept apart"


def test_repetition_and_leaks_are_one_click_away(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"], "repetition")
    at.button(key="loops").click()
    assert filters(well(at.run())) == ["is_endless_loop~eq~true"]
    at = run(opened["small"], "leaks")
    assert "A split-safe export would leave out 5 rows" in said(at)
    at.button(key="leaking").click()
    assert filters(well(at.run())) == ["is_leak~eq~true"]


def test_of_several_files_those_are_kept_apart(app_home: Path, tmp_path: Path) -> None:
    for name, height in (("one", 1), ("two", 3)):
        lines = [json.dumps({key: r[key] for key in ("instruction", "output")}) for r in records()[:height]]
        (tmp_path / f"{name}.jsonl").write_text("\n".join([*lines, json.dumps({"instruction": name, "output": name})]))
    dataset = Workspace().open([tmp_path / "one.jsonl", tmp_path / "two.jsonl"])
    for name in SIGNALS:
        compute(dataset, dataset.signal(name))
    run(dataset, "leaks")
    changed = Workspace().dataset(dataset.id)
    assert changed.signal("leaks").parameters["split"] == "source_file"
    compute(changed, changed.signal("leaks"))
    said_ = said(run(changed, "leaks"))
    assert "Split column source_file, near from 0.70. A split-safe export would leave out 3 rows" in said_


def test_what_is_not_computed_is_offered(app_home: Path, tmp_path: Path) -> None:
    (tmp_path / "bare.jsonl").write_text(json.dumps({"instruction": "a", "output": "b"}) + "\n")
    dataset = Workspace().open([tmp_path / "bare.jsonl"])
    for kind in ("exact", "near", "spans", "repetition"):
        at = run(dataset, kind)
        assert any(button.label.startswith("Compute") for button in at.button)
    compute(dataset, dataset.signal("near_pairs"))
    assert "No row in view has a duplicate of this kind." in said(run(dataset, "near"))


def test_export_is_split_safe_and_says_why_rows_were_dropped(opened: dict[str, Dataset]) -> None:
    at = run(opened["small"])
    at.button(key="tag_duplicates").click()
    well(at.run())
    at = AppTest.from_file(ROOT / "pages" / "export.py", default_timeout=60)
    at.query_params["d"] = opened["small"].id
    steps = well(at.run()).dataframe[0].value["step"].to_list()
    assert "Left out: tagged drop: duplicate (near, whole row)" in steps
    at.multiselect(key="without").set_value([])
    at.selectbox(key="split_safe").set_value("split")
    steps = well(at.run()).dataframe[0].value
    assert (
        dict(zip(steps["step"], steps["rows left out"], strict=True))[
            "Left out: split train: near or equal to a row of test"
        ]
        == 5
    )


# The command


def command(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["duplicates", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_command_counts_and_writes_files(opened: dict[str, Dataset], tmp_path: Path) -> None:
    dataset, pairs, groups = opened["small"], tmp_path / "pairs.csv", tmp_path / "groups.csv"
    found = command(dataset.id, "--pairs", str(pairs), "--groups", str(groups))
    assert list(found) == [
        "kind",
        "threshold",
        "groups",
        "rows_in_groups",
        "rows_to_drop",
        "tokens_to_drop",
        "largest",
        "pairs",
        "rows",
        "columns",
        "not_compared",
        "boilerplate",
        "judgements",
        "seconds",
        "looked_at",
        "not_looked_at",
    ]
    assert (found["kind"], found["threshold"], found["groups"], found["rows_to_drop"], found["largest"]) == (
        "near",
        0.7,
        3,
        6,
        5,
    )
    assert pairs.read_text().splitlines()[0] == "row_id_a,row_id_b,similarity"
    assert len(pairs.read_text().splitlines()) == found["pairs"] + 1
    lines = groups.read_text().splitlines()
    assert lines[0] == "row_id,group,kept_row_id,similarity" and len(lines) == found["rows_in_groups"] + 1
    ids = dataset.column(ROW_ID)
    assert lines[1] == f"{ids[0]},0,{ids[0]},1.0"


def test_the_command_takes_its_options(opened: dict[str, Dataset]) -> None:
    small = opened["small"]
    assert command(small.id, "--kind", "exact")["threshold"] is None
    assert command(small.id, "--threshold", "1")["rows_to_drop"] == 5
    assert command(small.id, "--over", "prompt")["rows_to_drop"] == 8
    assert small.signal("near_pairs").parameters["over"] == "row", "asked for once, not kept"
    assert command(small.id, "--where", "split~eq~test")["rows_to_drop"] == 0
    assert command(small.id, "--kind", "leaks")["rows_to_drop"] == 5
    assert command(small.id, "--kind", "repetition")["rows_in_groups"] == 2
    assert command(small.id, "--kind", "spans")["kind"] == "spans"
    assert (
        command(opened["twenty"].id, "--kind", "fields", "--over", "name~town", "--threshold", "1")["rows_to_drop"] == 0
    )


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--kind", "semantic"), "There is no kind 'semantic' of duplicates"),
        (("--keep", "best"), "Rows cannot be kept by 'best'"),
        (("--kind", "repetition", "--pairs", "x.csv"), "repetition has no pairs"),
        (("--over", "nonsense"), "cannot be 'nonsense'"),
    ],
)
def test_bad_input_is_one_sentence(opened: dict[str, Dataset], arguments: tuple[str, ...], wrong: str) -> None:
    result = CliRunner().invoke(app, ["duplicates", opened["chats"].id, *arguments])
    assert isinstance(result.exception, ValueError) and wrong in str(result.exception)


# In a browser


@pytest.mark.browser
def test_both_rows_are_kept_at_a_click_and_hostile_text_stays_text(
    opened: dict[str, Dataset], app_home: Path, server: Callable[..., Server], page: Page
) -> None:
    running = server(home=app_home)
    page.goto(f"{running.url}/duplicates?d={opened['small'].id}&kind=near")
    settled(page, "Duplicates")
    expect(page.get_by_text("Similarity 0.", exact=False).first).to_be_visible()
    dropped = page.get_by_test_id("stMetric").nth(2)
    expect(dropped).to_contain_text("6")
    page.get_by_role("button", name="Keep both").first.click()
    expect(dropped).to_contain_text("5")
    page.get_by_role("button", name="Undo my latest answer").first.click()
    expect(dropped).to_contain_text("6")
    assert page.evaluate("window.__x") is None
    page.get_by_role("button", name="Read").first.click()
    expect(page).to_have_url(re.compile("/read"))
