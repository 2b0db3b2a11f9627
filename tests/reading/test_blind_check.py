"""Does the reader get all votes of an item, and is a blind check blind, kept, undoable and compared rightly?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analysis.annotations import Annotations
from analysis.annotators.blind_samples import compare, draw, labels_to_offer, open_view, telling_columns
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import AnnotationError, BlindError
from analysis.reading.judged_items import rows_of_same_items, votes_beside
from analysis.reading.payload import payload
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.annotators.test_annotators_page import FILES, PEOPLE, READ, texts
from tests.support.app_page import DEADLINE, well
from tests.support.app_page import open_page as run
from ui.reading.blind import words_of


@pytest.fixture(scope="module", autouse=True)
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    found = {}
    for name in ("judged", "apart", "plain", "crowd"):
        (folder / f"{name}.jsonl").write_text(FILES[name], encoding="utf-8")
        found[name] = Workspace().open([folder / f"{name}.jsonl"])
        compute(found[name], found[name].signal("consensus"))
    return found


# All votes of an item


def test_the_reader_gets_every_judgement_of_the_item(data: dict[str, Dataset]) -> None:
    votes = votes_beside(data["judged"], pl.Series([6, 0], dtype=pl.UInt32))
    assert votes[6].columns == ["annotator", "label", "created_at", "comment"]
    assert [line[0] for line in votes[6].lines] == list(PEOPLE)
    assert (votes[6].own, votes[6].rows, votes[0].own) == (2, 4, 0)
    shown = payload({"row_id": "x"}, fields=[], votes=votes[6])["votes"]
    assert shown["lines"][3][1] == "good" and shown["own"] == 2


def test_an_item_of_one_row_has_no_votes_beside_it(data: dict[str, Dataset]) -> None:
    assert votes_beside(data["apart"], pl.Series([0, 1], dtype=pl.UInt32)) == {}
    assert votes_beside(data["plain"], pl.Series([0], dtype=pl.UInt32)) == {}
    alone = rows_of_same_items(data["plain"], pl.Series([3, 4], dtype=pl.UInt32))
    assert alone.rows() == [(3, 3), (4, 4)]


# The blind check


def test_a_sample_is_one_row_per_item_and_grows_with_its_seed(data: dict[str, Dataset]) -> None:
    dataset = data["judged"]
    few, more = (draw(dataset, View(), "label", size, 7).to_list() for size in (5, 12))
    assert more[:5] == few
    items = dataset.frame(["item"], pl.Series(more, dtype=pl.UInt32))["item"]
    assert items.n_unique() == len(items) == 12
    assert draw(dataset, View(), "label", 5, 8).to_list() != few
    assert len(draw(dataset, View(), "label", 500, 0)) == 30


def test_what_gives_the_label_away_is_hidden_and_not_filtered_by(data: dict[str, Dataset]) -> None:
    dataset = data["judged"]
    rows = draw(dataset, View(), "label", 5, 0)
    assert telling_columns(dataset, "label", rows) == (["annotator", "label", "created_at"], ["comment"])
    view = View()
    for column, op, value in (
        ("label", "eq", "bad"),
        ("annotator", "in", "a"),
        ("is_disputed", "eq", "true"),
        ("tags", "has", "x"),
        ("session_position", "gt", "3"),
        ("item", "in", "i1~i2"),
    ):
        view = view.where(column, op, value)
    assert [f.column for f in open_view(dataset, view, "label")] == ["item"]


def test_labels_are_offered_in_order_or_refused_with_a_sentence(data: dict[str, Dataset]) -> None:
    assert labels_to_offer(data["judged"], "label") == ("bad", "good")
    with pytest.raises(BlindError, match="comment|different values"):
        labels_to_offer(data["crowd"], "annotator")
    assert words_of(["a", "\u200b", "x" * 80, "a"]) == ["a", "label 2", "x" * 49 + "…", "a (4)"]


def test_a_check_is_kept_for_its_person_and_is_no_tag(notes: Annotations) -> None:
    with pytest.raises(AnnotationError, match="one of them is missing"):
        notes.checks.start("f" * 64, "Ann", "label", 1, [], ["x"], [])
    check = notes.checks.start("f" * 64, "Ann", "label", 1, ["r1", "r2"], ["good", "bad"], ["label"])
    answers = notes.checks.answers(check)
    answers.apply("f" * 64, {"r1": {"good": True}}, "Ann")
    answers.apply("f" * 64, {"r1": {"good": False, "bad": True}}, "Ann")
    assert answers.standing("f" * 64)["tags"].to_list() == [["bad"]]
    answers.undo("f" * 64, "Ann")
    assert answers.standing("f" * 64)["tags"].to_list() == [["good"]]
    assert notes.tags.standing("f" * 64).is_empty()
    assert [c.id for c in notes.checks.listed("f" * 64, "Ann")] == [check.id] and not notes.checks.listed(
        "f" * 64, "Bo"
    )
    notes.checks.end(check.id)
    assert notes.checks.check(check.id).ended is not None
    notes.checks.drop(check.id)
    assert not notes.checks.listed("f" * 64, "Ann")
    with pytest.raises(AnnotationError, match="start a new one"):
        notes.checks.check(check.id)


def test_one_s_labels_beside_everyone_s(data: dict[str, Dataset]) -> None:
    dataset = data["judged"]
    rows = pl.Series(range(0, 80, 4), dtype=pl.UInt32)  # the first row of twenty items, labelled as a did but for two
    ids = dataset.frame([ROW_ID, "label"], rows)
    mine = {row_id: label if n > 1 else "good" for n, (row_id, label) in enumerate(ids.iter_rows())}
    found = compare(dataset, "label", mine, "a")  # a name that an annotator has as well
    people = {line["annotator"]: line for line in found.people.to_dicts()}
    assert list(people) == ["majority of all annotators", *PEOPLE]
    assert people["a"]["items"] == 20 and people["a"]["agreement"] == pytest.approx(0.95)
    assert people["a"]["kappa"] == pytest.approx(0.9)
    assert people["d"]["agreement"] == pytest.approx(11 / 20)
    assert people["a"]["agreement_low"] < 0.95 < people["a"]["agreement_high"] <= 1
    assert found.rows == 80
    assert (
        found.differing.height == 3 + 9
    )  # three of the changed item say bad, d says good of the nine others that are bad
    assert compare(dataset, "label", {}, "me").people.is_empty()


def test_in_a_check_the_page_shows_no_label_and_the_results_only_after(data: dict[str, Dataset]) -> None:
    dataset = data["judged"]
    at = AppTest.from_function(_begin, kwargs={"id": dataset.id}, default_timeout=DEADLINE).run()
    assert not at.exception
    check, said = at.session_state["made"], json.dumps(at.session_state["blind_shown"])
    assert said.count("good") == 1 and '"tags": ["good"]' in said  # one's own word, and no other
    assert "says" not in said and "annotator" not in said and "hidden in a blind check" in said
    at = run(READ, dataset, "label~eq~bad", check=check)
    assert "Blind check of label: 5 rows drawn at random with seed 3. Filters do not apply here." in texts(at)
    assert "End and compare" in [button.label for button in at.button]
    assert not at.dataframe
    at.button(key="check_show").click().run()
    well(at)
    assert "compared with" in texts(at) and at.dataframe
    at = run(READ, dataset, check="unknown")
    assert "There is no blind check" in texts(at)


def _begin(id: str) -> None:
    import streamlit

    from analysis.annotators.blind_samples import draw, labels_to_offer, telling_columns
    from analysis.view import View
    from ui.reading import blind
    from ui.session import session
    from ui.session.login import person

    dataset = session.load(id)
    rows = draw(dataset, View(), "label", 5, 3)
    certain, perhaps = telling_columns(dataset, "label", rows)
    ids = dataset.frame(["row_id"], rows)["row_id"].to_list()
    labels = labels_to_offer(dataset, "label")
    check = session.notes().checks.start(dataset.fingerprint, person(), "label", 3, ids, labels, [*certain, *perhaps])
    session.notes().checks.answers(check).apply(dataset.fingerprint, {ids[0]: {"good": True}}, person())
    streamlit.session_state["made"] = check.id
    streamlit.session_state["blind_shown"] = blind.shown_rows(dataset, check, rows)
