"""Does Slices take over the second side that was chosen on another page, and compare each slice with it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ViewError
from analysis.slices.dimensions import Dimension
from analysis.slices.splits import applied, split
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well


def written(folder: Path, name: str, rows: list[dict[str, object]]) -> Dataset:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    opened = Workspace().open([file])
    compute(opened, opened.signal("lengths"))
    return opened


def rows_of(model: str, kinds: dict[str, int], words: int) -> list[dict[str, object]]:
    return [
        {"prompt": f"{kind} {i} for {model}", "response": "word " * (words + i % 3), "source": model, "kind": kind}
        for kind, many in kinds.items()
        for i in range(many)
    ]


@pytest.fixture(scope="module")
def models(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two models: `a` has 30 riddles and 30 poems, `b` has 10 riddles and 30 poems with longer answers."""
    rows = rows_of("a", {"poem": 30, "riddle": 30}, 5) + rows_of("b", {"poem": 30, "riddle": 10}, 20)
    return written(tmp_path_factory.mktemp("models"), "models.jsonl", rows)


@pytest.fixture(scope="module")
def third(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Another file: 24 poems and six songs, a kind that the first file does not have."""
    rows = rows_of("c", {"poem": 24, "song": 6}, 40)
    return written(tmp_path_factory.mktemp("third"), "third.jsonl", rows)


SIDES: dict[str, str | list[str]] = {"f": ["source~in~a"], "b": "source~in~b", "bf": "1", "by": "kind"}


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def counted(at: AppTest) -> dict[str, tuple[int, int]]:
    shown = at.dataframe[0].value
    return {line["slice "]: (line["rows"], line["other_rows"]) for line in shown.to_dict("records")}


def test_the_side_of_a_link_is_beside_each_slice(models: Dataset) -> None:
    at = open_page("slices", models, **SIDES)
    assert counted(at) == {"poem": (30, 30), "riddle": (30, 10)}
    assert any(text.endswith("30 rows (50%) of a, 30 rows (75%) of b") for text in texts(at))
    assert any(text.startswith("responses are 15 words shorter on average") for text in texts(at)), texts(at)
    assert (at.query_params["b"], at.query_params["bf"]) in (("source~in~b", "1"), (["source~in~b"], ["1"]))


def test_the_side_chosen_on_compare_is_kept_on_slices(models: Dataset) -> None:
    at = open_page("slices", models, "source~in~a", by="kind")
    assert "other_rows" not in at.dataframe[0].value
    well(at.selectbox(key="side_b").set_value("source: b").run())
    assert counted(at) == {"poem": (30, 30), "riddle": (30, 10)}
    assert at.session_state["other_side"].filters == ("source~in~b",)  # which Compare and Verbs read
    well(at.selectbox(key="side_b").set_value(None).run())
    assert "other_rows" not in at.dataframe[0].value and "b" not in at.query_params


def test_another_dataset_is_cut_in_the_same_way(models: Dataset, third: Dataset) -> None:
    at = open_page("slices", models, by="kind", b="", bd=third.id)
    assert counted(at) == {"poem": (60, 24), "riddle": (40, 0)}
    shares = at.dataframe[0].value.set_index("slice ")["other_share"].round(1).to_dict()
    assert shares == {"poem": 80, "riddle": 0}


def test_sides_chosen_by_the_cut_column_cannot_differ_by_it(models: Dataset) -> None:
    at = open_page("slices", models, **{**SIDES, "by": "source"})
    assert "other_rows" not in at.dataframe[0].value
    assert any(text.startswith("Both sides are the same rows once they are cut by source.") for text in texts(at))


def test_all_other_rows_are_cut_too(models: Dataset) -> None:
    at = open_page("slices", models, "source~in~a", b="~rest", by="kind")
    assert counted(at) == {"poem": (30, 30), "riddle": (30, 10)}


def test_slices_are_applied_to_other_rows_by_their_filters(models: Dataset, third: Dataset) -> None:
    by_kind = applied(split(models, Dimension("kind")), third)
    assert (by_kind.names, by_kind.lines.to_list()) == (("poem", "riddle"), [0] * 24)
    assert by_kind.entries is not None and by_kind.entries.to_list() == list(range(24))  # songs are in no slice
    ranges = split(models, Dimension("response_words", "quantile4"))
    again = applied(ranges, models)
    assert again.entries is not None and again.entries.to_list() == list(range(models.height))
    assert again.lines.to_list() == ranges.lines.to_list()
    assert len(applied(ranges, third).lines) == third.height


def test_a_column_that_is_not_there_is_named(models: Dataset, tmp_path: Path) -> None:
    bare = written(tmp_path, "bare.jsonl", [{"prompt": f"{i}", "response": "x"} for i in range(30)])
    with pytest.raises(ViewError, match="kind"):
        applied(split(models, Dimension("kind")), bare)
    at = open_page("slices", models, by="kind", b="", bd=bare.id)
    assert any(text.startswith("bare.jsonl cannot be cut in this way.") for text in texts(at))
