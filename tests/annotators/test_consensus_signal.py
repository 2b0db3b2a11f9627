"""Does every row of an item carry what all who judged it say, and is nothing said where nobody did?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotators.consensus_signal import Consensus
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError, SignalError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.signal import ROW_ID
from analysis.workspace import Workspace

ROLES = {"item": "item", "annotator": "who", "label": "said"}


def judged(*rows: tuple[Any, Any, Any], **parameters: str) -> pl.DataFrame:
    """The signal's columns for rows of (item, annotator, label)."""
    columns = dict(zip(ROLES.values(), zip(*rows, strict=True), strict=True))
    frame = pl.DataFrame({ROW_ID: [f"{n:016x}" for n in range(len(rows))], **columns}, strict=False)
    return Consensus(**{**ROLES, **parameters})(frame).drop(ROW_ID)


def test_the_label_with_most_votes_on_every_row_of_the_item() -> None:
    found = judged(
        ("a", "x", "yes"), ("b", "x", "no"), ("a", "y", "yes"), ("a", "z", "no"), ("b", "y", "no"), ("c", "x", "no")
    )
    assert found["consensus_label"].to_list() == ["yes", "no", "yes", "yes", "no", "no"]
    assert found["consensus_confidence"].to_list() == pytest.approx([2 / 3, 1, 2 / 3, 2 / 3, 1, 1])
    assert found["is_disputed"].to_list() == [True, False, True, True, False, False]
    assert found["dispute_share"].to_list() == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3, 0, 0])
    assert found["vote_count"].to_list() == [3, 2, 3, 3, 2, 1]
    assert found["is_item_repeat"].to_list() == [False, False, True, True, True, False]
    assert found["vote_spread"].null_count() == 6


def test_a_tie_has_no_majority_and_scores_have_a_spread() -> None:
    found = judged(("a", "x", 1), ("a", "y", 5), ("b", "x", 3), ("b", "y", 3))
    assert found["consensus_label"].to_list() == [None, None, "3", "3"]
    assert found["is_consensus_tie"].to_list() == [True, True, False, False]
    assert found["vote_spread"].to_list() == [2, 2, 0, 0]


def test_nothing_is_said_without_an_item_and_a_row_without_a_label_learns_its_item_s() -> None:
    found = judged(
        ("a", "x", "yes"), (None, "x", "yes"), ("a", "y", None), ("a", None, "no"), (" ", "x", "no"), ("z", "x", None)
    )
    assert found["consensus_label"].to_list() == ["yes", None, "yes", "yes", None, None]
    assert found["vote_count"].to_list() == [1, None, 1, 1, None, None]
    assert found.row(1) == found.row(4) == found.row(5) == (None,) * found.width


def test_the_last_judgement_of_one_person_is_the_vote() -> None:
    assert judged(("a", "x", "yes"), ("a", "x", "no"))["consensus_label"].to_list() == ["no", "no"]


def test_an_item_may_be_several_columns_and_the_score_stands_in_for_a_label() -> None:
    frame = pl.DataFrame(
        {
            ROW_ID: list("abcd"),
            "doc": [1, 1, 1, 1],
            "model": ["m", "m", "n", "n"],
            "who": ["x", "y", "x", "y"],
            "points": [4.0, 4.0, 1.0, 2.0],
        }
    )
    found = Consensus(item="doc~model", annotator="who", score="points")(frame)
    assert found["consensus_label"].to_list() == ["4", "4", None, None]
    assert found["is_disputed"].to_list() == [False, False, True, True]


def test_the_model_trusts_those_who_agree_with_each_other() -> None:
    rows = [
        (str(i), who, "p" if (i % 2 == 0) != (who in "de" and i % 5 == 0) else "q")
        for i in range(40)
        for who in "abcde"
    ]
    found = judged(*rows, method="dawid_skene")
    assert found["consensus_label"].to_list() == ["p" if int(item) % 2 == 0 else "q" for item, _, _ in rows]
    assert found["consensus_confidence"].is_between(0.5, 1).all()


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(SignalError, match="majority, dawid_skene"):
        Consensus(method="mean")


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from("xyz"), st.sampled_from(["1", "2", "3", None])),
        min_size=1,
    )
)
def test_rows_of_one_item_say_the_same_whatever_their_order(rows: list[tuple[str | None, str, str | None]]) -> None:
    once = list({(item, who): (item, who, said) for item, who, said in rows}.values())
    found = judged(*once).drop("is_item_repeat").with_columns(item=pl.Series([r[0] for r in once], dtype=pl.String))
    assert found.unique().height == found["item"].n_unique()
    again = judged(*once[::-1]).drop("is_item_repeat")
    assert again.reverse().equals(found.drop("item"))


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    lines = [
        {"prompt": f"Q{i // 2}", "response": "A", "item": f"i{i // 2}", "annotator": "ab"[i % 2], "score": 1 + (i % 3)}
        for i in range(12)
    ]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = Workspace().open([tmp_path / "s.jsonl"])
    compute(found, found.signal("consensus"))
    return found


def test_the_consensus_goes_out_as_a_column_and_comes_back_by_its_receipt(dataset: Dataset, tmp_path: Path) -> None:
    request = ExportRequest(to="parquet", add=("consensus_label", "is_disputed"))
    export(dataset, request, tmp_path / "out")
    table = pl.read_parquet(next((tmp_path / "out").glob("*.parquet")))
    assert table["consensus_label"].to_list() == dataset.column("consensus_label").to_list()
    assert table.columns[-2:] == ["consensus_label", "is_disputed"]
    replay(tmp_path / "out" / "receipt.json", [tmp_path / "s.jsonl"], tmp_path / "again", Workspace())
    assert pl.read_parquet(next((tmp_path / "again").glob("*.parquet"))).equals(table)


def test_training_formats_have_no_place_for_it_and_unknown_columns_are_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="parquet or csv"):
        ExportRequest(to="messages", add=("consensus_label",))
    with pytest.raises(ExportError, match="'nothing'"):
        export(dataset, ExportRequest(to="csv", add=("nothing",)), tmp_path / "out")


# The command


def told(*arguments: str | Path) -> Any:
    """What `python -m analysis annotators … --json` answers."""
    result = CliRunner().invoke(app, ["annotators", *map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)


@pytest.fixture
def table(home: Path, tmp_path: Path) -> Path:
    """Three people on four items of two columns; c errs once, and the last item is judged by two who differ."""
    said = {("1", "m"): "ppp", ("1", "n"): "qqq", ("2", "m"): "ppq", ("2", "n"): "pq"}
    right = {("1", "m"): "p", ("1", "n"): "q", ("2", "m"): "p", ("2", "n"): "p"}
    lines = [
        f"{doc},{system},{who},{label},{right[doc, system]}"
        for (doc, system), labels in said.items()
        for who, label in zip("abc", labels, strict=False)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["doc,system,worker_id,label,truth", *lines]) + "\n")
    return tmp_path / "t.csv"


def test_the_command_counts_agreement_consensus_and_each_annotator(table: Path) -> None:
    answer = told(
        table, "--item", "doc,system", "--gold", "truth"
    )  # the file's own name of a column that had to be renamed
    assert (answer["labels"], answer["items"], answer["level"]) == (11, 4, "nominal")
    assert (answer["disputed"], answer["ties"]) == (2, 1)
    assert answer["raw_agreement"] == pytest.approx((3 + 3 + 1 + 0) / 10)
    assert answer["majority_accuracy"] == pytest.approx((3 + 0.5) / 4)
    assert [(p["annotator"], p["labels"]) for p in answer["annotators"]] == [("a", 4), ("b", 4), ("c", 3)]
    assert [p["accuracy"] for p in answer["annotators"]] == pytest.approx([1, 3 / 4, 2 / 3])
    assert answer["annotators"][2]["agreement"] == pytest.approx(2 / 3)
    assert answer["intervals"]["self_agreement"]["why"] == "Nobody judged an item twice."
    assert answer["intervals"]["alpha"]["value"] == answer["alpha"] is not None


def test_the_command_takes_a_view_and_says_why_nothing_is_defined(table: Path) -> None:
    answer = told(table, "--item", "doc,system", "--where", "worker_id~eq~a")
    assert answer["alpha"] is answer["fleiss_kappa"] is answer["majority_accuracy"] is None
    assert answer["intervals"]["alpha"]["why"].startswith("Only a judged here")


def test_the_command_names_what_it_lacks(table: Path) -> None:
    for arguments, words in (
        (["--item", "nowhere"], "nowhere"),
        (["--item", "doc", "--level", "odd"], "nominal, ordinal"),
    ):
        with pytest.raises(ValueError, match=words):
            told(table, *arguments)
