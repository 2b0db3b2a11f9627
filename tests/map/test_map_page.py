"""Does the page Map show what the signals say, is every cluster and area one act from its rows, and are names kept?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotations import open_annotations
from analysis.annotations.cluster_names import renamed
from analysis.dataset import Dataset
from analysis.embedding.embedding_signal import FIGURE, WEIGHT
from analysis.errors import AnnotationError
from analysis.map import costs
from analysis.map.cards import cluster_cards, counts, names_of
from analysis.map.chosen import choose_vectors, to_be_sent
from analysis.map.clusters_signal import NAME
from analysis.map.drawing import Bounds, drawn
from analysis.slices.dimensions import choices
from analysis.slices.measures import measures
from analysis.view import Filter, View
from analysis.workspace import Workspace
from tests.support.app_page import grid_of, open_page, well
from ui.figures import DARK, LIGHT
from ui.frame import chips
from ui.map import colours, hover, picture, state, suited
from ui.map.cards import without_cluster
from ui.map.figures import Drawn, Hue, Paper, Scale, map_of_rows, traces_of
from ui.rows import cluster_names
from ui.session.text import told_apart

ROOT = Path(__file__).resolve().parents[2]
ROWS, CLUSTERS = 130, 3
MIDDLES = ((0.0, 0.0), (10.0, 0.0), (0.0, 10.0))


def plant(dataset: Dataset) -> None:
    """Forty rows in each of three clusters, the first two in one group; five rows apart, and five without a vector."""
    at = np.arange(dataset.height)
    cluster = [*(i // 40 for i in range(120)), *[-1] * 5, *[None] * (dataset.height - 125)]
    spread = np.random.default_rng(0).uniform(-1, 1, (len(at), 2))
    middles = {-1: (5.0, 5.0), **dict(enumerate(MIDDLES))}
    places = [None if c is None else np.array(middles[c]) + d for c, d in zip(cluster, spread, strict=True)]
    x, y = ([None if p is None else float(p[axis]) for p in places] for axis in (0, 1))
    ids = dataset.column("row_id")
    here = pl.DataFrame({"x": x, "y": y}, schema={"x": pl.Float32, "y": pl.Float32})
    there = here["x"].is_not_null()
    lines = [
        {
            "row_id": ids[c * 40],
            "level": level,
            "cluster": c,
            "name": f"{word} {level}",
            "words": [word, "also"],
            "group": int(c == 2 or (level != "cluster" and c == 1)),
            "representatives": [c * 40, c * 40 + 1],
            "x": MIDDLES[c][0],
            "y": MIDDLES[c][1],
        }
        for level, words in (("cluster", ("apple", "bread", "chess")), ("cluster_group", ("food", "games")))
        for c, word in enumerate(words)
    ]
    made: dict[str, dict[str, Any]] = {
        "embedding": {
            "unit_vector": pl.Series(
                [[1.0] + [0.0] * 127 if c is not None else None for c in cluster], dtype=pl.Array(pl.Float16, 128)
            ),
            "embedding_status": pl.Series(["empty" if c is None else "embedded" for c in cluster]),
        },
        "map": {
            "map_x": here["x"],
            "map_y": here["y"],
            "map_place": pl.select(pl.when(there).then(here.to_struct())).to_series(),
            "is_placed": pl.Series([None if c is None else i % 10 == 0 for i, c in enumerate(cluster)]),
        },
        "clusters": {
            "cluster": pl.Series(cluster, dtype=pl.Int32),
            "cluster_confidence": pl.Series([0.5] * len(at), dtype=pl.Float32),
            "cluster_group": pl.Series(
                [None if c is None else {0: 0, 1: 0, 2: 1, -1: -1}[int(c)] for c in cluster], dtype=pl.Int32
            ),
        },
    }
    tables = {
        "figures": pl.DataFrame(schema={"row_id": pl.String, **dict(FIGURE)}),
        "model": pl.DataFrame(schema={"row_id": pl.String, **dict(WEIGHT)}),
        "names": pl.DataFrame(lines, schema={"row_id": pl.String, **dict(NAME)}),
    }
    for name, columns in made.items():
        signal = dataset.signal(name)
        for table in signal.tables:
            tables[table].write_parquet(dataset.table_path(signal, table))
        ids.to_frame().hstack(pl.DataFrame(columns)).write_parquet(dataset.path(signal))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("WINNOW_HOME", str(folder))
        patch.setattr("sys.argv", ["app.py"])
        yield folder


def opened(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> Dataset:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Workspace().open([file])


@pytest.fixture(scope="module")
def dataset(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    rows = [
        {
            "prompt": "" if i >= 125 else f"<b>Question</b> {i}?",
            "response": "An answer.",
            "source": "ab"[i % 2],
            "score": i % 5,
            "kind": f"k{i % 11}",
        }
        for i in range(ROWS)
    ]
    found = opened(tmp_path_factory.mktemp("data"), rows)
    plant(found)
    return found


def run(dataset: Dataset, **params: str | list[str]) -> AppTest:
    return open_page("map", dataset, **params)


def said(at: AppTest) -> str:
    """All that stands on the page, as it reads once Markdown has taken the escapes away."""
    shown = "\n".join([*(t.value for t in at.text), *(c.value for c in at.caption), *(m.value for m in at.markdown)])
    return shown.replace("\\", "")


def filters(at: AppTest) -> list[str]:
    found = at.query_params.get("f", [])
    return [found] if isinstance(found, str) else found


# The page


def test_the_page_says_what_made_it_and_counts_what_it_cannot_place(dataset: Dataset) -> None:
    at = run(dataset)
    assert "Made of words and letters" in said(at) and "of the prompt" in said(at)
    assert "All 125 rows of the view as points" in said(at)
    labels = [button.label for button in at.button]
    assert {"13 rows placed afterwards", "5 rows not in a cluster", "5 rows not on the map"} <= set(labels)
    assert "3 clusters, most rows in view first." in said(at)
    assert "40 rows, 32% of those in view on the map · mean score 2" in said(at)
    assert "Typical words: apple, also" in said(at)


@pytest.mark.parametrize(
    ("name", "kept", "rows"),
    [("afterwards", "is_placed~eq~true", 13), ("apart", "cluster~eq~-1", 5), ("nowhere", "map_place~null", 5)],
)
def test_what_has_no_place_is_one_click_away(dataset: Dataset, name: str, kept: str, rows: int) -> None:
    at = run(dataset)
    at.button(key=f"left_{name}").click()
    at = well(at.run())
    assert filters(at) == [kept] and len(dataset.rows_of(View.from_params([kept]))) == rows
    if name == "nowhere":
        assert "None of the 5 rows in view is on the map made of" in said(at) and "5 empty" in said(at)


def test_a_card_keeps_its_rows_and_the_others_stay_in_sight(dataset: Dataset) -> None:
    at = run(dataset)
    at.button(key="keep_cluster_1").click()
    at = well(at.run())
    assert filters(at) == ["cluster~eq~1"]
    assert "3 clusters" in said(at) and "The filter on clusters is left out here" in said(at)
    assert at.button(key="keep_cluster_1").label == told_apart("Show all again", "cluster 1")
    at.button(key="keep_cluster_2").click()
    assert filters(well(at.run())) == ["cluster~eq~2"]
    at.button(key="keep_cluster_2").click()
    assert filters(well(at.run())) == []
    for number in (0, 1):
        at.button(key=f"exclude_cluster_{number}").click()
        at = well(at.run())
    assert filters(at) == ["cluster~ne~0", "cluster~ne~1"]
    assert len(dataset.rows_of(View.from_params(filters(at)))) == ROWS - 80  # those apart and without a place stay


def test_the_two_levels_and_the_colour_are_in_the_address(dataset: Dataset) -> None:
    at = run(dataset, level="Groups of clusters", colour="source")
    assert "2 groups, most rows in view first." in said(at)
    assert at.selectbox(key="colour").value == "source"
    at.button(key="keep_cluster_group_0").click()
    assert filters(well(at.run())) == ["cluster_group~eq~0"]
    assert "percentile of score" in said(run(dataset, colour="score"))
    assert at.segmented_control(key="section").options == ["Clusters", "Find similar", "Samples"]


@pytest.mark.parametrize(
    "params", [{"colour": "nonsense"}, {"level": "nonsense"}, {"section": "nonsense"}, {"f": ["map_place~within~1,2"]}]
)
def test_a_link_that_cannot_be_read_does_no_harm(dataset: Dataset, params: dict[str, Any]) -> None:
    assert "Made of" in said(run(dataset, **params))


def test_clusters_are_searched_by_name_and_word(dataset: Dataset) -> None:
    at = run(dataset)
    at.text_input(key="cluster_search").set_value("BREAD")
    at = well(at.run())
    keys = [button.key for button in at.button if button.key and button.key.startswith("keep_")]
    assert keys == ["keep_cluster_1"]
    at.text_input(key="cluster_search").set_value("nowhere to be found")
    assert "No cluster has this text" in said(well(at.run()))


def test_a_name_is_kept_shown_everywhere_and_given_back(dataset: Dataset, home: Path) -> None:
    at = run(dataset)
    at.session_state["rename_cluster_0"] = True
    at = well(at.run())
    assert "Generated name: apple cluster" in said(at)
    at.text_input(key="name_cluster_0").set_value("Our *own* name")
    at.button(key="save_name_cluster_0").click()
    at = well(at.run())
    assert r"**Our \*own\* name**" in [m.value for m in at.markdown]
    assert chips.words(dataset, Filter("cluster", "eq", "0")) == "cluster is 0 (Our *own* name)"
    printed = json.loads(CliRunner().invoke(app, ["map", dataset.id, "--json"]).stdout.splitlines()[-1])
    assert [c["name"] for c in printed["clusters"]] == ["Our *own* name", "bread cluster", "chess cluster"]
    at.session_state["rename_cluster_0"] = True
    at = well(at.run())
    at.button(key="clear_name_cluster_0").click()
    assert "**apple cluster**" in said(well(at.run()))
    with open_annotations(home) as notes:
        assert notes.names.given(dataset.fingerprint, dataset.signal("clusters").key) == {}


def test_slices_by_cluster_carry_its_name_and_places_are_nothing_to_cut_by(dataset: Dataset) -> None:
    at = open_page("slices", dataset, by="cluster")
    assert {"0 (apple cluster)", "2 (chess cluster)", "-1 (not in a cluster)"} <= set(at.dataframe[0].value["slice "])
    offered = {str(by) for by in choices(dataset)} | {of.name for of in measures(dataset)}
    assert {"cluster", "cluster_group", "cluster_confidence"} <= offered and not {
        "map_x",
        "map_y",
        "is_placed",
    } & offered


def test_nothing_computed_yet_says_what_it_does_what_it_costs_and_why(
    home: Path, tmp_path: Path, started: list[tuple[str, ...]]
) -> None:
    found = opened(tmp_path, [{"prompt": f"Question {i}", "response": "x"} for i in range(20)])
    at = run(found)
    assert "No map of these rows is made yet" in [s.value for s in at.subheader]
    assert "finds clusters in the 20 rows" in said(at) and "Suggested: " in said(at)
    assert any("seconds, places and clusters included" in c for c in at.radio[0].proto.captions)
    at.radio[0].set_value("coarse")
    at = well(at.run())
    at.button(key="make_map").click()
    well(at.run())
    assert started == [("compute", "--", found.id, "embedding", "neighbours", "map", "clusters")]


def test_a_plain_table_maps_its_text_columns_and_numbers_alone_have_no_map(home: Path, tmp_path: Path) -> None:
    table, numbers = tmp_path / "table.csv", tmp_path / "numbers.csv"
    table.write_text("size,shade\n" + "".join(f"{i},{'red blue'.split()[i % 2]}\n" for i in range(20)))
    numbers.write_text("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20)))
    at = run(Workspace().open([table]))
    over = next(box for box in at.selectbox if box.label == "What is compared")
    assert over.options == ["chosen columns"] and not at.button(key="make_map").disabled
    assert "A map needs a column of texts or vectors" in said(run(Workspace().open([numbers])))


@pytest.mark.parametrize("count", [1, 2, 15])
def test_few_rows_and_equal_rows_have_a_page(home: Path, tmp_path: Path, count: int) -> None:
    found = opened(tmp_path, [{"prompt": "the same", "response": str(count)}] * count)
    ids = found.column("row_id").to_frame()
    zero = pl.repeat(0.0, count, dtype=pl.Float32, eager=True)
    place = pl.DataFrame({"x": zero, "y": zero}).to_struct()
    ids.with_columns(
        unit_vector=pl.lit(None, pl.Array(pl.Float16, 128)), embedding_status=pl.lit("embedded")
    ).write_parquet(found.path(found.signal("embedding")))
    ids.with_columns(map_x=zero, map_y=zero, map_place=place, is_placed=pl.lit(False)).write_parquet(
        found.path(found.signal("map"))
    )
    ids.with_columns(
        cluster=pl.lit(-1, pl.Int32), cluster_confidence=pl.lit(0, pl.Float32), cluster_group=pl.lit(-1, pl.Int32)
    ).write_parquet(found.path(found.signal("clusters")))
    pl.DataFrame(schema={"row_id": pl.String, **dict(NAME)}).write_parquet(
        found.table_path(found.signal("clusters"), "names")
    )
    at = run(found)
    assert ("A cluster has at least 15 rows" if count < 15 else "No 15 rows are close enough") in said(at)
    assert ("at one place" in said(at)) == (count > 1)


# What is drawn


def test_points_are_drawn_by_lot_and_those_outside_the_view_stay_as_context(dataset: Dataset) -> None:
    view = View().where("cluster", "eq", "1")
    found = state.points(dataset, view)
    assert set(found.inside) == set(range(40, 80))
    assert set(found.outside) == set(range(125)) - set(range(40, 80))
    few, more = (set(drawn(dataset, dataset.rows_of(View()), most)) for most in (10, 30))
    assert len(few) == 10 and few < more and not more & set(range(125, 130))


def test_places_survive_being_sent_as_steps(dataset: Dataset) -> None:
    paper = Paper.of(Bounds(-3.0, 2.0, 17.0, 12.0))
    x, y = pl.Series([-3.0, 5.5, 17.0]), pl.Series([2.0, 7.25, 12.0])
    back = [paper.place(float(a), float(b)) for a, b in zip(*paper.steps(x, y), strict=True)]
    assert np.allclose(back, list(zip(x, y, strict=True)), atol=20 / 65_535)


def test_a_box_and_a_lasso_become_filters_over_all_rows(dataset: Dataset) -> None:
    paper = Paper.of(state.bounds(dataset))
    (_x0, _x1), (_y0, _y1) = (paper.steps(pl.Series(ends), pl.Series(ends)) for ends in ([8.0, 12.0], [-2.0, 2.0]))
    across, up = paper.steps(pl.Series([8.0, 12.0]), pl.Series([-2.0, 2.0]))
    box = picture.corners_of({"box": [{"x": across.tolist(), "y": up.tolist()}], "lasso": []}, paper)
    lasso = picture.corners_of(
        {"lasso": [{"x": [*across.tolist(), int(across[0])], "y": [int(up[0]), int(up[0]), int(up[1])]}]}, paper
    )
    for corners in (box, lasso):
        assert corners
    rows = dataset.rows_of(View().where("map_place", "within", box))
    assert set(rows) == set(range(40, 80))
    assert 0 < len(dataset.rows_of(View().where("map_place", "within", lasso))) < 40
    assert picture.corners_of({"lasso": [], "box": [], "points": [{"x": 1}]}, paper) is None
    assert picture.corners_of({"lasso": [{"x": [1, 1], "y": [2, 2]}]}, paper) is None


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize(
    "colour", ["cluster", "cluster_group", "nothing", "source", "score", "kind", "tags", "is_placed"]
)
def test_every_point_is_drawn_once_whatever_colours_it(dataset: Dataset, colour: str, palette: Any) -> None:
    found = picture.drawn(dataset, View(), "cluster", colour)
    rows = pl.concat(traces_of(found))
    assert sorted(rows) == list(range(125))
    figure = map_of_rows(found, palette)
    points = [trace for trace in figure.data if trace.type == "scattergl"]
    assert [len(trace.x) for trace in points] == [len(rows) for rows in traces_of(found)]
    assert figure.layout.yaxis.scaleanchor == "x" and not figure.layout.xaxis.showticklabels
    assert [note.text for note in figure.layout.annotations] == ["apple cluster", "bread cluster", "chess cluster"]
    assert all(trace.x.dtype == np.uint16 and trace.customdata is None and trace.text is None for trace in points)


def test_colours_are_the_eight_commonest_values_the_others_and_the_missing(dataset: Dataset) -> None:
    rows = pl.Series(range(125), dtype=pl.UInt32)
    kinds = colours.of_points(dataset, "kind", rows, {})
    assert not isinstance(kinds, Scale)
    assert [hue.name for hue in kinds][8:] == ["(other 3)"] and [hue.number for hue in kinds] == [*range(8), None]
    assert all(set(dataset.column("kind").gather(hue.rows)) == {hue.name} for hue in kinds[:8])
    clusters = colours.of_points(dataset, "cluster", rows, cluster_names.of_level(dataset, "cluster"))
    assert [(hue.name, len(hue.rows)) for hue in clusters] == [  # type: ignore[union-attr]
        ("apple cluster", 40),
        ("bread cluster", 40),
        ("chess cluster", 40),
        ("not in a cluster", 5),
    ]
    tags = colours.of_points(dataset, "tags", rows, {})
    assert isinstance(tags, list) and [(hue.name, hue.is_missing) for hue in tags] == [("(missing)", True)]


def test_a_scale_is_not_bent_by_one_extreme_value(home: Path, tmp_path: Path) -> None:
    values = [*range(100), 10_000_000, float("nan"), None]
    found = opened(
        tmp_path, [{"prompt": str(i), "size": None if v is None or v != v else v} for i, v in enumerate(values)]
    )
    scale = colours.of_points(found, "size", pl.Series(range(103), dtype=pl.UInt32), {})
    assert isinstance(scale, Scale)
    assert scale.ends[2].startswith("≥ ") and len(scale.without) == 2
    assert scale.shades[0] == 0 and 110 < scale.shades[50] < 145 and scale.shades[-1] == 254


def test_missing_and_others_lie_below_the_named() -> None:
    rows = pl.Series([1], dtype=pl.UInt32)
    hues = [Hue("b", 1, rows), Hue("other", None, rows), Hue("a", 0, rows), Hue("missing", None, rows, True)]
    empty = pl.Series([], dtype=pl.UInt32)
    cells = np.zeros((2, 2), np.uint32)
    labels = pl.DataFrame(schema={"name": pl.String, "x": pl.Float32, "y": pl.Float32})
    found = Drawn(Bounds(0, 0, 1, 1), pl.Series([0.0, 0.5]), pl.Series([0.0, 0.5]), cells, None, hues, empty, labels)
    cluster_names = [trace.name for trace in map_of_rows(found, LIGHT).data if trace.type == "scattergl"]
    assert cluster_names == ["outside the view", "missing", "other", "a", "b"]


def test_hover_answers_only_for_what_is_drawn(dataset: Dataset) -> None:
    traces = [pl.Series([], dtype=pl.UInt32), pl.Series([3, 44], dtype=pl.UInt32)]
    assert hover.row_at({"drawn": "k", "trace": 1, "point": 1}, "k", traces) == 44
    for asked in (
        None,
        "x",
        {"drawn": "old", "trace": 1, "point": 1},
        {"drawn": "k", "trace": 2, "point": 0},
        {"drawn": "k", "trace": 1, "point": 2},
        {"drawn": "k", "trace": -1, "point": 0},
        {"drawn": "k", "trace": "1", "point": None},
    ):
        assert hover.row_at(asked, "k", traces) is None
    called = cluster_names.of_level(dataset, "cluster")
    assert hover.lines(dataset, 44, "source", called) == [
        "<b>Question</b> 44?",
        "cluster 1: bread cluster",
        "source: a",
        "row 45",
    ]
    assert hover.lines(dataset, 121, "cluster", called)[1] == "not in a cluster"


# Cards, tree, names, costs


def test_the_rows_in_view_are_listed_below_the_map(dataset: Dataset) -> None:
    def grids(at: AppTest) -> int:
        return sum(one.proto.component_name.endswith("winnow_grid") for one in at.get("bidi_component"))

    assert grids(run(dataset)) == 0
    kept = View().where("cluster", "eq", 1)
    rows = dataset.rows_of(kept)
    ids = dataset.frame(["row_id"], rows)["row_id"].to_list()
    at = run(dataset, f=kept.to_params())
    given = grid_of(at)
    assert [row["id"] for row in given["rows"]] == ids
    assert given["title"] == f"Rows 1 to {len(rows)} of {len(rows)} in view"
    opened = run(dataset, f=kept.to_params(), row=ids[2])
    assert grid_of(opened)["opened"] == ids[2] and opened.button(key="close_row")


def test_the_table_of_the_map_lists_the_clusters_and_a_line_filters(dataset: Dataset) -> None:
    cards = state.cards(dataset, View(), "cluster")
    table = picture.clusters_table(cards, "cluster")
    assert table.select("number", "rows").rows() == [
        (f"cluster {n}", rows) for n, rows in cards["cluster", "rows"].rows()
    ]
    at = run(dataset)
    at.session_state["table_map"] = True
    listed = [box for box in well(at.run()).selectbox if str(box.key).startswith("choose_lines_map")]
    assert [str(one).split(" · ")[1] for one in listed[0].options] == table["number"].to_list()
    well(listed[0].select_index(1).run())
    number = table["cluster"][1]
    assert at.query_params["f"] in (f"cluster~eq~{number}", [f"cluster~eq~{number}"])


def test_no_group_has_the_name_of_a_cluster(dataset: Dataset) -> None:
    names = names_of(dataset)
    by_level = {str(level): set(of["name"]) for (level,), of in names.partition_by("level", as_dict=True).items()}
    assert len(by_level) == 2 and not by_level["cluster"] & by_level["cluster_group"]
    stored = dataset.table(dataset.signal("clusters"), "names")
    assert stored.filter(pl.col("level") == "cluster")["name"].to_list() == [
        name for level, name in names.select("level", "name").iter_rows() if level == "cluster"
    ]


def test_points_are_coloured_by_cluster_at_first(dataset: Dataset) -> None:
    assert run(dataset).selectbox(key="colour").value == "cluster"


def test_counts_of_a_view_are_those_of_its_cards(dataset: Dataset) -> None:
    rows = dataset.rows_of(View().where("source", "eq", "a").where("cluster", "ne", "2"))
    counted = counts(dataset, rows)
    assert counted["rows"].to_list() == [20, 20] and counted["share"].to_list() == [20 / 43, 20 / 43]
    plain = pl.DataFrame({"cluster": dataset.column("cluster"), "score": dataset.column("score")})[rows]
    assert (
        counted["mean_score"].to_list()
        == plain.filter(pl.col("cluster") >= 0)
        .group_by("cluster", maintain_order=True)
        .agg(pl.col("score").mean())["score"]
        .to_list()
    )
    assert cluster_cards(dataset, rows).select("cluster", "rows").rows() == [(0, 20), (1, 20)]
    assert counts(dataset, rows.clear()).is_empty()


def test_leaving_out_a_cluster_takes_back_the_one_kept_alone() -> None:
    view = View().where("cluster", "ne", "1").where("cluster", "eq", "2").where("source", "eq", "a")
    assert without_cluster(view, "cluster", 3).to_params() == ["cluster~ne~1", "source~eq~a", "cluster~ne~3"]


def test_names_are_kept_by_key_and_level_and_the_latest_holds(home: Path) -> None:
    with open_annotations(home) as notes:
        notes.names.give("f" * 64, "clusters-v1-a", "cluster", 3, "  First  ", "ann")
        notes.names.give("f" * 64, "clusters-v1-a", "cluster", 3, "Second", "ben")
        notes.names.give("f" * 64, "clusters-v1-a", "cluster_group", 3, "Group", "ben")
        kept = notes.names.given("f" * 64, "clusters-v1-a")
        assert {of: (name.name, name.person) for of, name in kept.items()} == {
            ("cluster", 3): ("Second", "ben"),
            ("cluster_group", 3): ("Group", "ben"),
        }
        assert notes.names.given("f" * 64, "clusters-v1-b") == notes.names.given("e" * 64, "clusters-v1-a") == {}
        notes.names.give("f" * 64, "clusters-v1-a", "cluster", 3, "   ", "ann")
        assert list(notes.names.given("f" * 64, "clusters-v1-a")) == [("cluster_group", 3)]
        for bad in ("a\nb", "x" * 61, "\u202eevil"):
            with pytest.raises(AnnotationError):
                notes.names.give("f" * 64, "clusters-v1-a", "cluster", 3, bad, "ann")
        cards = pl.DataFrame({"cluster": [3, 4], "name": ["c", "d"], "group": [3, 0], "group_name": ["g", "h"]})
        shown = renamed(cards, "cluster", kept)
        assert shown["name"].to_list() == ["Second", "d"] and shown["group_name"].to_list() == ["Group", "h"]
        assert shown["found_name"].to_list() == ["c", "d"]
        assert renamed(cards, "cluster", {})["name"].to_list() == ["c", "d"]


def test_a_choice_offers_what_the_dataset_and_the_machine_have(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = opened(tmp_path, [{"prompt": f"q {i}", "response": "a"} for i in range(20)])
    monkeypatch.delenv("WINNOW_EMBEDDINGS_URL", raising=False)
    monkeypatch.setattr("analysis.embedding.weights.is_installed", lambda: False)
    assert suited.tiers(plain) == ["coarse", "semantic", "model"] and suited.natural(plain) == "coarse"
    monkeypatch.setattr("analysis.embedding.weights.is_installed", lambda: True)
    assert suited.natural(plain) == "semantic"
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", "http://127.0.0.1:9/v1")
    assert "endpoint" in suited.tiers(plain)
    own = opened(tmp_path, [{"prompt": f"q {i}", "response": "a", "vector": [1.0, i]} for i in range(20)], "own.jsonl")
    assert suited.vector_columns(own) == ["vector"] and suited.natural(own) == "column"
    assert "column" in suited.tiers(own) and "bridge" not in suited.tiers(own)


def test_names_are_asked_of_a_chat_endpoint_only_where_one_is_configured_and_somebody_agrees(
    dataset: Dataset, started: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINNOW_CHAT_URL", raising=False)
    at = run(dataset)
    at.session_state["ask_names"] = True
    assert "would leave this machine" not in said(well(at.run()))
    monkeypatch.setenv("WINNOW_CHAT_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("WINNOW_CHAT_MODEL", "small")
    at = run(dataset)
    at.session_state["ask_names"] = True
    at = well(at.run())
    assert (
        "6 texts in 3 questions of 232 characters" in said(at)
        and "would leave this machine for small" in said(at)
        and not started
    )
    at.button(key="send_names").click()
    at.run()
    assert started == [("map", "--ask-names", "--send", "--", dataset.id)]


def test_an_endpoint_is_asked_only_after_a_person_agreed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", "http://127.0.0.1:9/v1")
    found = opened(tmp_path, [{"prompt": f"question {i % 2}", "response": "a"} for i in range(20)])
    at = run(found)
    at.radio[0].set_value("endpoint")
    at = well(at.run())
    assert "2 texts of 20 characters would leave this machine for http://127.0.0.1:9/v1" in said(at)
    assert at.button(key="make_map").disabled
    next(t for t in at.text_input if t.key and t.key.startswith("map_model")).set_value("small")
    at = well(at.run())
    assert at.button(key="make_map").disabled
    at.checkbox[0].check()
    assert not well(at.run()).button(key="make_map").disabled
    assert to_be_sent(found, "columns:prompt,response")[0] == 2


def test_another_choice_keeps_the_map_that_was_there(dataset: Dataset, home: Path) -> None:
    other = choose_vectors(dataset, Workspace().describe, over="response")
    assert not other.has(other.signal("map")) and "No map of these rows" in run(other).subheader[0].value
    back = choose_vectors(other, Workspace().describe, over="prompt")
    assert back.has(back.signal("map")) and "Made of" in said(run(back))


def test_costs_grow_with_rows_and_with_the_model(dataset: Dataset) -> None:
    assert costs.seconds(dataset, "semantic", "prompt") > costs.seconds(dataset, "coarse", "prompt") > costs.STARTING_S
    assert costs.mean_chars(dataset, "prompt+response") > costs.mean_chars(dataset, "response") > 0
    assert costs.mean_chars(dataset, "columns", "source") == pytest.approx(1 + costs.SEPARATOR_CHARS)
