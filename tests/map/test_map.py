"""Does the map put like things together, name what they have in common, and answer what is asked of places?"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_mutual_info_score
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.dataset import Dataset
from analysis.embedding.embedding_signal import Embedding
from analysis.embedding.vectors import unit
from analysis.errors import MapError, SignalError, ViewError, WinnowError
from analysis.map import clusters as clustering
from analysis.map import layout as laying
from analysis.map.alike import cosines, near_pairs, position_of, similar_to_row, similar_to_text
from analysis.map.cards import apart, cluster_cards
from analysis.map.chosen import choose_vectors, tier_in_words
from analysis.map.clusters_signal import Clusters
from analysis.map.drawing import bounds, density, drawn, labels
from analysis.map.map_signal import Map
from analysis.map.names import names, stop_words, word_weights
from analysis.map.picks import diverse, nested, proportional, redundant
from analysis.signal import ROW_ID, Signal
from analysis.view import Filter, View
from analysis.view.areas import area, crossed, is_inside
from analysis.view.operators import corners_of
from analysis.workspace import Workspace
from benchmarks.planted_topics import TOPICS, planted_topics
from tests.map import test_asked_names

chat = test_asked_names.chat


def with_vectors(vectors: np.ndarray[Any, Any] | list[list[float] | None], width: int = 2) -> pl.DataFrame:
    made = pl.Series("unit_vector", vectors, dtype=pl.Array(pl.Float16, width))
    texts = pl.DataFrame({"prompt": [f"text {i}" for i in range(len(made))]}, schema={"prompt": pl.String})
    ids = pl.Series(ROW_ID, [f"{i:016x}" for i in range(len(made))], dtype=pl.String)
    return (
        pl.DataFrame([ids, made])
        .hstack(texts)
        .with_columns(response=pl.lit(None, pl.String), text=pl.lit(None, pl.String))
    )


def computed(rows: pl.DataFrame, *signals: Signal) -> pl.DataFrame:
    for signal in signals:
        rows = rows.hstack(signal(rows).drop(ROW_ID))
    return rows


@functools.cache
def planted(tier: str) -> pl.DataFrame:
    """The planted topics with everything computed, once per process."""
    texts = [made.text for made in planted_topics()]
    rows = with_vectors([None] * len(texts)).drop("unit_vector").with_columns(prompt=pl.Series(texts))
    return computed(rows, Embedding(tier=tier), Map(), Clusters())  # type: ignore[arg-type]


# Planted topics


@pytest.mark.parametrize("tier", ["coarse", "semantic"])
def test_planted_topics_are_found_again_and_called_by_their_own_word(tier: str, request: pytest.FixtureRequest) -> None:
    if tier == "semantic":
        request.getfixturevalue("model")
    rows = planted(tier)
    topics = [made.topic for made in planted_topics()]
    assert adjusted_mutual_info_score(topics, rows["cluster"].to_list()) >= 0.85
    lines = rows["names"].explode().drop_nulls().struct.unnest()
    called = lines.filter(pl.col("level") == "cluster")["name"].to_list()
    assert sum(any(topic in name.split(", ") for name in called) for topic in TOPICS) >= 18
    assert len(set(called)) == len(called)


def test_clusters_lie_whole_in_a_group_and_the_largest_is_0() -> None:
    rows = planted("coarse")
    inside = rows.filter(pl.col("cluster") >= 0)
    assert inside.group_by("cluster").agg(pl.col("cluster_group").n_unique())["cluster_group"].max() == 1
    for level in ("cluster", "cluster_group"):
        sizes = inside.group_by(level).len().sort(level)["len"].to_list()
        assert sizes == sorted(sizes, reverse=True) and len(sizes) > 1
    assert rows.filter(pl.col("cluster") == -1)["cluster_confidence"].fill_null(0).sum() == 0
    assert inside["cluster_confidence"].is_between(0, 1).all()
    line = rows["names"].explode().drop_nulls().struct.unnest().row(0, named=True)
    of = rows[line["representatives"]]
    assert set(of["cluster"]) == {line["cluster"]} and of["prompt"].n_unique() == 3


def test_the_same_vectors_and_seed_give_the_same_map() -> None:
    rows = planted("coarse").select(ROW_ID, "unit_vector")[:600]
    one, same, other = Map()(rows), Map()(rows), Map(seed=1)(rows)
    assert one.equals(same)
    assert not one.equals(other)
    assert Map(of_embedding="embedding-v1-x").key != Map().key


# Few rows, equal rows, no rows


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 40])
def test_a_map_of_few_rows_has_a_place_for_each(count: int) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(count, 5)).astype(np.float32)).astype(np.float16)
    rows = computed(with_vectors(vectors, 5) if count else with_vectors([], 5), Map(), Clusters())
    assert rows.height == count
    assert rows["map_x"].is_finite().all() and rows["map_y"].null_count() == 0
    assert rows["map_place"].struct.unnest().rows() == rows.select("map_x", "map_y").rows()
    assert rows["is_placed"].sum() == 0
    if count < 15:
        assert set(rows["cluster"]) <= {-1}


def test_two_rows_lie_apart_and_equal_rows_together() -> None:
    two = Map()(with_vectors([[1, 0], [0, 1]]))
    assert two["map_x"][0] != two["map_x"][1]
    rows = computed(with_vectors([[1.0, 0.0]] * 40), Map(), Clusters())
    assert rows["map_x"].n_unique() == rows["map_y"].n_unique() == 1
    assert rows["cluster"].to_list() == [0] * 40, "so many copies are a cluster of their own"


def test_a_row_without_a_vector_has_no_place_and_no_cluster() -> None:
    rows = computed(with_vectors([[1.0, 0.0], None, [0.0, 1.0]]), Map(), Clusters())
    assert (
        rows[1].select("map_x", "map_y", "map_place", "is_placed", "cluster", "cluster_confidence", "names").row(0)
        == (None,) * 7
    )


def test_many_copies_of_one_row_among_others() -> None:
    others = unit(np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32))
    vectors = np.concatenate([others, np.repeat(others[:1], 100_000, axis=0)]).astype(np.float16)
    rows = computed(with_vectors(vectors, 8), Map(), Clusters())
    assert rows["map_x"][300:].n_unique() == 1 and rows["map_x"].n_unique() >= 299
    assert rows["cluster"][300] == 0 and rows["cluster"][0] == 0


def test_rows_beyond_the_fitted_ones_are_placed_among_their_like() -> None:
    source = planted("coarse")
    rows = computed(
        source.select(ROW_ID, "unit_vector", "prompt", "response", "text"), Map(fitted_rows=2_000), Clusters()
    )
    placed = rows["is_placed"].to_numpy()
    assert 1_900 < placed.sum() <= 2_000, "texts of the same words in another order share a vector"
    topics, found = np.array([made.topic for made in planted_topics()]), rows["cluster"].to_numpy()
    fitted, among = (adjusted_mutual_info_score(topics[part], found[part]) for part in (~placed, placed))
    assert fitted >= 0.7 and among >= fitted - 0.1


def test_parameters_out_of_range_are_said() -> None:
    with pytest.raises(SignalError, match="neighbours from 2 to 200"):
        Map(neighbours=1)
    with pytest.raises(SignalError, match="detail of clusters is from"):
        Clusters(detail=0)


def test_trust_in_the_layout_is_near_that_of_the_plain_library() -> None:
    import umap
    from sklearn.manifold import trustworthiness

    vectors = planted("coarse")["unit_vector"][:1_500].to_numpy().astype(np.float32)
    ours = laying.layout(vectors, neighbours=15, min_dist=0.1, fitted=10_000, seed=0).places
    plain = umap.UMAP(random_state=0, n_jobs=1).fit_transform(vectors)
    assert trustworthiness(vectors, ours, n_neighbors=10) >= trustworthiness(vectors, plain, n_neighbors=10) - 0.01


# Names


def test_names_are_words_of_the_cluster_without_function_words() -> None:
    texts = ["What is the colour of a red apple?", "A red apple is in the tree", "the red apple and the tree"] * 2 + [
        "Wie ist das Wetter in Berlin?",
        "Das Wetter und der Wind",
        "Wie wird das Wetter?",
    ] * 2
    left_out = stop_words(texts)
    assert {"the", "is", "das", "und"} <= left_out
    words = word_weights(pl.Series(texts), np.array([0] * 6 + [1] * 6), left_out)
    called = names(words, [0, 1])
    assert {"red", "apple"} <= set(called[0].split(", "))
    assert called[1] == "wetter"
    assert names(words.clear(), [4]) == {4: "cluster 4"}
    twins = pl.concat([words, words.with_columns(cluster=pl.col("cluster") + 2)])
    assert len(set(names(twins, [0, 1, 2, 3]).values())) == 4


def test_a_cluster_of_chinese_is_named_by_what_its_sentences_share() -> None:
    texts = [
        "推荐三个适合周末的户外活动。",
        "户外活动有哪些?",
        "喜欢户外活动",
        "A poem on cats",
        "One poem, two cats",
        "Cats: poem",
    ]
    words = word_weights(pl.Series(texts), np.array([0] * 3 + [1] * 3), set())
    assert names(words, [0, 1]) == {0: "外活, 户外, 活动", 1: "cats, poem"}


def test_a_cluster_needs_rows_enough() -> None:
    assert [clustering.smallest_cluster(n, 1.0) for n in (100, 4_000, 50_000, 1_000_000)] == [15, 32, 112, 2_000]
    assert clustering.smallest_cluster(1_000_000, 4.0) == 500


# Areas


def test_a_place_lies_in_the_area_or_not() -> None:
    table = pl.DataFrame(
        {"p": pl.DataFrame({"x": [1.0, 3.0, 0.5, None, float("nan")], "y": [1.0, 1.0, 3.5, 1.0, 1.0]}).to_struct()}
    )
    square = Filter("p", "within", "0,0;2,0;2,4;0,4")
    assert table.select(square.expr(table.schema["p"])).to_series().to_list() == [True, False, True, False, False]
    outside = square.opposite
    assert outside is not None and outside.op == "apart"
    assert table.select(outside.expr(table.schema["p"])).to_series().to_list() == [False, True, False, True, True]
    assert square.sentence == "p lies in the drawn area (4 corners)"
    assert Filter.parse(str(square)) == square


@pytest.mark.parametrize("seed", range(12))
def test_the_grid_changes_no_answer(seed: int) -> None:
    draws = np.random.default_rng(seed)
    corners = draws.normal(0, 1, (int(draws.integers(3, 30)), 2)).round(0 if seed % 3 == 0 else 6)
    x, y = draws.normal(0, 1, (2, 5_000)).round(1 if seed % 2 else 6)
    assert (is_inside(x, y, corners) == crossed(x, y, corners)).all()


@pytest.mark.parametrize(
    "value", ["", "1,1", "0,0;1,1", "0,0;1,a;2,2", "0,0;nan,1;2,2", "0,0,0;1,1;2,2", "0,0;" * 1_001 + "1,1"]
)
def test_what_is_no_area_is_said(value: str) -> None:
    with pytest.raises(
        ViewError, match=r"^Cannot read the area .*; write from 3 to 1,000 corners such as 0,0;4,0;4,3\.$"
    ):
        corners_of(value)


def test_a_drawn_line_keeps_its_shape_in_few_corners() -> None:
    angle = np.linspace(0, 2 * np.pi, 700)
    circle = area(list(5 * np.cos(angle)), list(5 * np.sin(angle)))
    corners = np.array(corners_of(circle))
    assert 10 < len(corners) <= 64
    x, y = np.random.default_rng(0).uniform(-6, 6, (2, 20_000))
    assert np.mean(is_inside(x, y, corners) == (np.hypot(x, y) < 5)) > 0.99
    assert area([0, 2, 2, 0], [0, 0, 1, 1]) == "0,0;2,0;2,1;0,1"


# A dataset


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path, str]:
    """1,000 planted requests, ten copies of one, two empty ones; everything computed by the command."""
    folder = tmp_path_factory.mktemp("map")
    made = planted_topics()[:1_000]
    records = [{"prompt": p.text, "response": "Yes.", "topic": p.topic, "score": i % 5} for i, p in enumerate(made)]
    records += [records[0]] * 10 + [{"prompt": "", "response": "Yes.", "topic": "none", "score": 1}] * 2
    path = folder / "topics.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(folder / "home"))
        done = CliRunner().invoke(
            app, ["map", str(path), "--tier", "coarse", "--seed", "0", "--json"], catch_exceptions=False
        )
    return Workspace(folder / "home"), path, done.stdout


@pytest.fixture
def dataset(opened: tuple[Workspace, Path, str]) -> Dataset:
    return opened[0].dataset(str(opened[1]))


@pytest.fixture
def rows(dataset: Dataset) -> pl.Series:
    return dataset.rows_of(View())


def winnow(opened: tuple[Workspace, Path, str], *arguments: str) -> Any:
    done = CliRunner().invoke(
        app, [*arguments, "--json"], env={"WINNOW_HOME": str(opened[0].home)}, catch_exceptions=False
    )
    return json.loads(done.stdout)


def test_the_command_map_says_what_it_made(opened: tuple[Workspace, Path, str]) -> None:
    said = json.loads(opened[2])
    assert {"tier", "rows", "fitted", "clusters", "seconds"} <= said.keys()
    assert (said["tier"], said["rows"], said["fitted"], said["without_vector"]) == ("coarse", 1_012, 1_010, 2)
    assert said["clusters"][0].keys() == {"cluster", "name", "rows", "words"}
    assert sum(c["rows"] for c in said["clusters"]) + said["apart"] == 1_010


def test_cards_count_the_rows_in_view(dataset: Dataset, rows: pl.Series) -> None:
    cards = cluster_cards(dataset, rows)
    assert cards["rows"].sum() + apart(dataset, rows)[0] == 1_010
    assert cards["rows"].to_list() == sorted(cards["rows"], reverse=True)
    card = cards.row(0, named=True)
    of = dataset.rows_of(View().where("cluster", "eq", card["cluster"]))
    assert card["rows"] == len(of) and card["share"] == pytest.approx(len(of) / 1_010)
    assert card["mean_score"] == pytest.approx(dataset.column("score").gather(of).mean())
    narrow = cluster_cards(dataset, dataset.rows_of(View().where("topic", "eq", "dog")))
    assert narrow["rows"].sum() <= 60 and "dog" in narrow["name"][0]
    assert cluster_cards(dataset, rows.head(0)).height == 0
    assert set(cluster_cards(dataset, rows, "cluster_group")["cluster"]) == set(cards["group"])


def test_similar_rows_come_nearest_first(dataset: Dataset) -> None:
    found = similar_to_row(dataset, 0, 15)
    assert found["cosine"].to_list() == sorted(found["cosine"], reverse=True)
    assert set(found["row"][:10]) == set(range(1_000, 1_010)) and 0 not in found["row"]
    assert found["cosine"][0] == pytest.approx(1, abs=2e-3)
    by_text = similar_to_text(dataset, "barking puppy on a leash", 5)
    assert set(dataset.column("topic").gather(by_text["row"])) == {"dog"}
    among = dataset.rows_of(View().where("topic", "eq", "bread"))
    assert set(similar_to_text(dataset, "a dog", 3, among)["row"]) <= set(among)
    assert position_of(dataset, dataset.column(ROW_ID)[7]) == 7 and position_of(dataset, "a dog") is None
    with pytest.raises(MapError, match="no vector"):
        similar_to_row(dataset, 1_010)
    with pytest.raises(MapError, match="There is no text"):
        similar_to_text(dataset, " ")


def test_near_pairs_are_of_other_vectors(dataset: Dataset) -> None:
    pairs = near_pairs(dataset, 0.5)
    assert pairs.height and (pairs["a"] < pairs["b"]).all() and pairs.select("a", "b").is_unique().all()
    assert not set(pairs["b"]) & set(range(1_000, 1_010)), "copies stand behind their first row"
    vectors = dataset.column("unit_vector").gather(pairs["a"].append(pairs["b"])).to_numpy().astype(np.float32)
    assert np.allclose((vectors[: pairs.height] * vectors[pairs.height :]).sum(1), pairs["cosine"], atol=5e-3)


def test_picks(dataset: Dataset, rows: pl.Series) -> None:
    topic = dataset.column("topic")
    spread, chance = diverse(dataset, rows, 40), rows.sample(40, seed=0)
    assert len(set(spread)) == 40 and diverse(dataset, rows, 40).equals(spread)
    assert topic.gather(spread).n_unique() == 20 >= topic.gather(chance).n_unique()
    assert len(set(diverse(dataset, rows, 5_000))) == 1_010
    assert len(set(diverse(dataset, rows, 900)) & set(range(1_000, 1_010))) == 0, "copies are the last to be taken"
    like = proportional(dataset, rows, 200)
    shares = dataset.column("cluster").gather(like).value_counts().sort("cluster")
    whole = (
        dataset.column("cluster").value_counts().sort("cluster").with_columns(expected=pl.col("count") * 200 / 1_012)
    )
    both = whole.join(shares, on="cluster", nulls_equal=True, how="left").fill_null(0)
    assert ((both["expected"] - both["count_right"]).abs() <= 1).all()
    inside = nested(dataset, rows, 200)
    assert [len(picked) for picked in inside.values()] == [50, 100, 200]
    assert set(inside[0.25]) < set(inside[0.5]) < set(inside[1.0]) == set(like)
    assert set(range(1_000, 1_010)) <= set(redundant(dataset, rows, 30))
    with pytest.raises(MapError, match="above 0 and at most 1"):
        nested(dataset, rows, 10, [0, 1])


def test_what_is_drawn(dataset: Dataset, rows: pl.Series) -> None:
    everywhere, of = density(dataset), bounds(dataset)
    assert int(everywhere.rows.sum()) == 1_010
    few = drawn(dataset, rows, 100)
    assert len(few) == 100 and few.is_sorted()
    half = dataset.rows_of(View().where("score", "ge", 2))
    kept = set(few) & set(half)
    assert kept <= set(drawn(dataset, half, 100)), "a point that stays in view stays drawn"
    assert len(drawn(dataset, rows)) == 1_010
    cards = cluster_cards(dataset, rows)
    shown = labels(cards, of)
    assert 0 < shown.height <= cards.height and shown["name"][0] == cards["name"][0]


def test_a_lasso_is_a_filter_on_all_rows(dataset: Dataset) -> None:
    of = bounds(dataset)
    everything = area([of.left, of.right, of.right, of.left], [of.bottom, of.bottom, of.top, of.top])
    view = View().narrowed("map_place", "within", everything)
    assert len(dataset.rows_of(view)) == 1_010
    assert len(dataset.rows_of(View().narrowed("map_place", "apart", everything))) == 2
    assert dataset.needs(view) == []
    assert {"map_x", "cluster", "outlier_score"} <= set(dataset.shown_columns)
    assert not {"map_place", "unit_vector", "neighbour_rows"} & set(dataset.shown_columns)


def test_other_vectors_are_another_map(opened: tuple[Workspace, Path, str], dataset: Dataset) -> None:
    before = [dataset.signal(name).key for name in ("neighbours", "map", "clusters")]
    other = choose_vectors(dataset, opened[0].describe, tier="coarse", over="response")
    assert all(
        a != b for a, b in zip(before, (other.signal(n).key for n in ("neighbours", "map", "clusters")), strict=True)
    )
    assert not other.has(other.signal("map"))
    assert tier_in_words(other) == "words and letters (coarse, no model) of the response"
    back = choose_vectors(other, opened[0].describe, over="prompt")
    assert [back.signal(name).key for name in ("neighbours", "map", "clusters")] == before
    with pytest.raises(MapError, match=r"^The rows' vectors have 128 numbers, this one 384; embed them again\.$"):
        cosines(dataset, np.zeros(384, np.float32))
    for tier, said in {
        "fine": "No tier is called",
        "column": "role embedding",
        "column:nope": "no column nope",
        "endpoint": "WINNOW_EMBEDDINGS_URL",
    }.items():
        with pytest.raises(MapError, match=said):
            choose_vectors(dataset, opened[0].describe, tier=tier)


@pytest.mark.parametrize(
    ("records", "tier", "said"),
    [
        ([{"prompt": "alone"}], "coarse", "1  unclustered rows"),
        ([{"prompt": "one text"}, {"prompt": "two texts"}], "coarse", "2  unclustered rows"),
        ([{"prompt": f"text {i} {'abc'[i % 3] * 4}"} for i in range(15)], "coarse", "15  unclustered rows"),
        ([{"prompt": "all the same"}] * 40, "coarse", "40  cluster 0"),
        (
            [{"prompt": " ", "response": "x"}] * 3,
            "coarse",
            "has the text that was chosen, prompt. Choose another",
        ),
        ([{"a": i, "b": "c"} for i in range(5)], "coarse", "none of the 5 rows has a vector"),
        (
            [{"prompt": "x", "v": vector} for vector in ([1.0, 0.0], [0.0], [0.0, 0.0], None, [0.0, 1.0]) * 4],
            "column:v",
            "12  without a vector",
        ),
        (
            [{"prompt": "x", "v": vector} for vector in ("[NaN, 1]", "[1, 2]", "[inf, 1]") * 6],
            "column:v",
            "12  without a vector",
        ),
        ([{"prompt": "x", "v": None}] * 5, "column:v", "v holds no vectors; name a column of lists of numbers."),
    ],
)
def test_bad_input_is_answered_by_every_command(
    records: list[dict[str, Any]], tier: str, said: str, home: Path, tmp_path: Path
) -> None:
    path, out = tmp_path / "bad.jsonl", str(tmp_path / "out.jsonl")
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    first = str(Workspace(home).dataset(str(path)).column(ROW_ID)[0])

    def answered(*arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments), env={"WINNOW_HOME": str(home)})
        refused = done.exception
        assert refused is None or isinstance(refused, WinnowError), refused
        text = str(refused or done.stdout).strip()
        assert text
        return text

    assert said in answered("map", str(path), "--tier", tier)
    for to in (first, "another text"):
        answered("similar", str(path), "--to", to)
    for by in ("diverse", "proportional", "redundant"):
        answered("sample", str(path), "--size", "3", "--by", by, "--out", out)


@pytest.mark.usefixtures("model")
def test_a_bridge_that_is_refused_leaves_the_vectors_that_were_there(
    opened: tuple[Workspace, Path, str], tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"text {i}"}) + "\n" for i in range(20)))
    done = CliRunner().invoke(app, ["map", str(path), "--tier", "bridge"], env={"WINNOW_HOME": str(home)})
    assert isinstance(done.exception, SignalError) and "too few to measure a bridge" in str(done.exception)
    assert Workspace(home).dataset(str(path)).signal("embedding").parameters["tier"] == "coarse"


def test_names_are_asked_for_on_the_command_line_once_agreed(
    opened: tuple[Workspace, Path, str], chat: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(opened[1])
    environ = {"WINNOW_HOME": str(opened[0].home)}
    refused = CliRunner().invoke(app, ["map", path, "--ask-names"], env=environ).exception
    assert isinstance(refused, MapError) and "would leave this machine" in str(refused) and not chat
    monkeypatch.setattr(test_asked_names, "ANSWERS", {"": "Named by the model"})
    said = winnow(opened, "map", path, "--ask-names", "--send")
    names = [cluster["name"] for cluster in said["clusters"]]
    assert names.count("Named by the model") == len(said["asked_names"]) == 1 and len(chat) == len(names), (
        "one name is not given twice"
    )


def test_the_commands_similar_and_sample(opened: tuple[Workspace, Path, str], tmp_path: Path) -> None:
    path = str(opened[1])
    found = winnow(opened, "similar", path, "--to", "sourdough bread in the oven", "--limit", "3")
    assert len(found["rows"]) == 3 and not found["is_row"] and "bread" in found["rows"][0]["text"]
    again = winnow(
        opened, "similar", path, "--to", found["rows"][0][ROW_ID], "--limit", "2", "--where", "topic~eq~bread"
    )
    assert again["is_row"] and again["rows"][0][ROW_ID] != found["rows"][0][ROW_ID]
    out = tmp_path / "s.jsonl"
    assert winnow(opened, "sample", path, "--size", "30", "--by", "diverse", "--out", str(out))["files"] == [
        {"path": str(out), "rows": 30}
    ]
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert (
        lines[0].keys() == {ROW_ID, "prompt", "response", "topic", "score"}
        and len({line[ROW_ID] for line in lines}) == 30
    )
    files = winnow(
        opened, "sample", path, "--size", "40", "--by", "proportional", "--nested", "--out", str(tmp_path / "n.csv")
    )["files"]
    assert [(Path(f["path"]).name, f["rows"]) for f in files] == [("n-25.csv", 10), ("n-50.csv", 20), ("n-100.csv", 40)]
