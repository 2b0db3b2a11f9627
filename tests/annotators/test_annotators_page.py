"""Does the page Annotators open on any data and make filters of what one picks, and is a blind check blind?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.formats import ReadOptions
from analysis.workspace import Workspace
from tests.support.app_page import open_page as run
from tests.support.app_page import well
from tests.support.browser import ROOT
from ui import figures
from ui.annotators.figures import kappas
from ui.annotators.figures import shapes as draw_shapes
from ui.session import files

PAGE, READ = ROOT / "pages" / "annotators.py", ROOT / "pages" / "reading.py"
PARTS = ("People", "Scores", "Pairs", "Consensus", "Fatigue", "By slice")
PEOPLE = "abcd"
DEADLINE = 60.0


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def judgement(i: int, **more: Any) -> dict[str, Any]:
    who = PEOPLE[i % 4]
    label = ("good", "bad")[(i // 4) % 2 if who != "d" else 0]
    return {
        "prompt": f"Question {i // 4}?",
        "response": f"Answer {i // 4}.",
        "item": f"i{i // 4}",
        "annotator": who,
        "label": label,
        "comment": f"{who} says {label}",
        "created_at": f"2024-01-01T10:{i % 60:02}:00Z",
        **more,
    }


FILES = {
    "judged": lines(*(judgement(i) for i in range(120))),
    "scored": lines(
        *({k: v for k, v in judgement(i, score=1 + (i * 7) % 5).items() if k != "label"} for i in range(200))
    ),
    "alone": lines(*(judgement(4 * i) for i in range(30))),
    "same": lines(*(judgement(i, label="good") for i in range(40))),
    "apart": lines(*(judgement(i, item=f"own{i}") for i in range(40))),
    "mixed": lines(*(judgement(i, label=(1, "good", 2.5, None, "", True)[i % 6]) for i in range(60))),
    "no_label": lines(*({k: v for k, v in judgement(i).items() if k != "label"} for i in range(40))),
    "no_item": lines(*({k: v for k, v in judgement(i).items() if k != "item"} for i in range(40))),
    "plain": lines(*({"prompt": f"Q{i}", "response": f"A{i}"} for i in range(20))),
    "one": lines(judgement(0)),
    "timeless": lines(*(judgement(i, created_at="soon") for i in range(40))),
    "crowd": lines(*(judgement(i, annotator=f"worker {i // 2}", item=f"i{i % 300}", score=i % 5) for i in range(1200))),
}
SAMPLES = ("instructions", "hostile", "chats", "preferences")
RUN_AGAIN = ("judged", "scored", "plain")  # with labels, with scores, without annotators


@pytest.fixture(scope="module", autouse=True)
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    found = {}
    for name, text in FILES.items():
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        roles = (
            (("item", "item"),) if name in ("alone", "apart") else ()
        )  # ids that never repeat are not taken for items
        found[name] = Workspace().open([folder / f"{name}.jsonl"], ReadOptions(roles=roles))
    for sample in SAMPLES:
        found[sample] = Workspace().open([ROOT / "sample_data" / f"{sample}.jsonl"])
    for dataset in found.values():
        for signal in ("lengths", "times", "sessions", "consensus"):
            compute(dataset, dataset.signal(signal))
    return found


def texts(at: AppTest) -> str:
    return "\n".join(text.value for text in at.text)


def metric(at: AppTest, label: str) -> str:
    return next(metric.value for metric in at.metric if metric.label == label)


# The page


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", [*FILES, *SAMPLES])
def test_every_part_opens_on(name: str, part: str, data: dict[str, Dataset]) -> None:
    at = run(PAGE, data[name], part=part)
    assert not at.warning
    if name in RUN_AGAIN:
        well(at.run())


def test_what_is_lacking_is_named_with_what_it_costs(data: dict[str, Dataset]) -> None:
    assert "annotator (who judged" in texts(run(PAGE, data["plain"]))
    without_label = run(PAGE, data["no_label"])
    assert "label or score (the judgement" in texts(without_label) and not without_label.metric
    assert "item (what several people judged" in texts(run(PAGE, data["no_item"]))
    assert "No column is chosen" not in texts(run(PAGE, data["judged"]))


def test_a_coefficient_without_a_value_says_why(data: dict[str, Dataset]) -> None:
    for name, why in (
        ("alone", "Only a judged here"),
        ("apart", "No item was judged by two people"),
        ("same", "Alpha is undefined"),
    ):
        at = run(PAGE, data[name])
        assert metric(at, "Krippendorff's alpha") == "undefined"
        assert why in texts(at), name


def test_three_who_agree_and_one_who_never_says_bad(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["judged"])
    assert metric(at, "Raw agreement") == "75%"  # half the items whole, of the others three pairs in six
    people = at.dataframe[0].value
    assert (people["annotator"][0], people["stands out by"][0]) == ("d", "more often good")
    assert set(people["stands out by"][1:]) == {""}
    assert "120 judgements of 30 items by 4 annotators; 30 of them were judged by two or more." in texts(at)


def test_the_table_begins_with_the_person_of_the_headline(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["instructions"])
    assert any(text.value.startswith("dario scores 1.40 points higher than others") for text in at.text)
    people = at.dataframe[0].value
    assert list(zip(people["annotator"], people["stands out by"], strict=True))[:2] == [
        ("dario", "scores higher, repeats one score"),
        ("goran", "tires"),  # has more rows, and does not differ in the mean
    ]


def test_who_differs_most_is_said_first(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["judged"])
    assert "d gives “good” more often than others on the same items: 100% against 50% (95% of the difference:" in texts(
        at
    )
    assert at.button(key="see_person_0").label == "See the 30 rows"
    well(at.button(key="leave_out_0").click().run())
    assert at.query_params["f"] in ("annotator~notin~d", ["annotator~notin~d"])
    assert at.button(key="leave_out_0").label == "Left out: take back"
    well(at.button(key="leave_out_0").click().run())
    assert "f" not in at.query_params or not at.query_params["f"]


def test_a_difference_of_scores_has_two_decimals_and_its_interval(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["instructions"])
    assert "dario scores 1.40 points higher than others on the same items (95%: 1.15 to 1.65, 20 items)" in texts(at)
    assert at.button(key="see_person_0").label == "See the 125 rows"
    figures = [metric.value for metric in at.metric]
    assert figures[:2] == ["0.52", "0.14"]
    people = at.dataframe[0].value
    dario = people[people["annotator"] == "dario"]
    assert dario["95% range"].to_list() == ["1.15 to 1.65"]


def test_who_does_not_differ_is_not_named(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["same"])
    assert "None of the 4 annotators compared differs from the others beyond chance." in texts(at)
    assert "leave_out_0" not in [button.key for button in at.button]


def test_pairs_are_never_an_empty_page_where_people_share_fewer_items(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["judged"], part="Pairs", least="100")
    assert "No two people share 100 items. Shown are pairs that share 30 or more." in texts(at)
    shown = at.dataframe[0].value
    assert len(shown) == 6 and set(shown["items"]) == {30}
    assert "the most that two share is 0" in texts(run(PAGE, data["apart"], part="Pairs"))


def test_filters_on_the_annotator_leave_the_others_to_compare_with(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["judged"], "annotator~in~d", "item~in~i0~i1")
    assert "8 judgements of 2 items by 4 annotators" in texts(at)
    assert "not applied on this page" in at.caption[0].value


def test_words_that_mean_no_label_are_named_and_filled_in_on_the_page_open(
    data: dict[str, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stand_ins.jsonl"
    file.write_text(lines(*(judgement(i, label=("good", "NULL", "n/a")[i % 3]) for i in range(9))))
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(tmp_path))
    monkeypatch.setattr("streamlit.switch_page", lambda page: None)
    files.listed.clear()
    at = run(PAGE, Workspace().open([file], ReadOptions(missing=("unsure",))))
    assert "6 judgements with the label “NULL”, “n/a”, which may mean that none was given." in texts(at)
    well(at.button(key="missing_words").click().run())
    assert at.session_state["missing"] == "unsure, NULL, n/a"
    assert at.session_state["picked"] == [str(file)]
    assert "none was given" not in texts(run(PAGE, data["judged"]))


def test_columns_chosen_here_are_kept_with_the_dataset(data: dict[str, Dataset]) -> None:
    at = run(PAGE, data["no_item"])
    chosen = next(m for m in at.multiselect if m.label.startswith("Item"))
    well(chosen.set_value(["prompt", "comment"]).run()) if "prompt" in chosen.options else well(
        chosen.set_value(["comment"]).run()
    )
    changed = Dataset(data["no_item"].folder, CATALOGUE)
    assert "comment" in str(changed.signal("consensus").parameters["item"])
    assert "item (what" not in texts(run(PAGE, changed))


def test_the_disputed_are_read_in_their_order_with_all_votes(data: dict[str, Dataset]) -> None:
    dataset = data["judged"]
    at = run(PAGE, dataset, part="Consensus")
    assert (metric(at, "In dispute"), metric(at, "Without a majority")) == ("15", "0")
    reading = run(READ, dataset, "is_disputed~eq~true", "is_item_repeat~eq~false", order="disputed")
    assert "Order" in [box.label for box in reading.selectbox]


def test_a_selection_on_a_figure_names_its_person() -> None:
    table = pl.DataFrame(
        {
            "annotator": ["a", "a", "<b>"],
            "label": ["1", "2", "1"],
            "share": [0.5, 0.5, 1.0],
            "rest_share": [1.0, None, 0.5],
        }
    )
    shapes = draw_shapes(table, ["a", "<b>"], ["a"], figures.LIGHT)
    assert [point[0] for point in shapes.data[1].customdata] == ["a", "a", "<b>"]
    assert shapes.data[1].customdata[2][1] == "&lt;b&gt;"
    pairs = pl.DataFrame({"a": ["x"], "b": ["y"], "items": [30], "kappa": [0.5], "low": [0.1], "high": [0.8]})
    heat = kappas(pairs, ["x", "y"], figures.DARK).data[0]
    assert (heat.z[0][1], heat.z[1][0], heat.z[0][0]) == (0.5, 0.5, None)
