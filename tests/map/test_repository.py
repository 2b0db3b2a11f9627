"""Does a model of one's own say what its files say, and is it refused in a sentence where they do not fit?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analysis.dataset import Dataset
from analysis.embedding import repository
from analysis.embedding.embedding_signal import Embedding
from analysis.embedding.vectors import matrix_of
from analysis.errors import MapError, ModelError, SignalError
from analysis.loaders.tokenizers import hub_folder
from analysis.map.alike import similar_to_text
from analysis.map.chosen import choose_vectors, tier_in_words
from analysis.view import View
from analysis.workspace import Workspace
from tests.map.test_embedding import embedded, rows_of

WORDS = ["[PAD]", "[CLS]", "[UNK]", "cat", "dog", "sea", "ship", "sail"]
TOKENS = np.array([[9, 9, 9], [1, 0, 0], [0, 0, 1], [3, 1, 0], [3, 2, 0], [0, 1, 4], [0, 2, 4], [1, 2, 5]], np.float32)
MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}


def planted(
    folder: Path,
    pooling: dict[str, Any] | None = None,
    *,
    tokens: int = 8,
    kind: str = "tokens",
    extra: str = "",
    scale: float = 1.0,
) -> Path:
    """A repository whose graph looks each token up in TOKENS; `kind`: by token, pooled inside, or of no known shape."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    inputs = ["input_ids", "attention_mask", "token_type_ids", *([extra] if extra else [])]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["looked_up"]),
        helper.make_node("Gather", ["kinds", "token_type_ids"], ["of_kind"]),
        helper.make_node("Add", ["looked_up", "of_kind"], ["last_hidden_state"]),
        helper.make_node("ReduceMax", ["last_hidden_state", "axis"], ["sentence_embedding"], keepdims=0),
        helper.make_node("ReduceMax", ["sentence_embedding", "axis"], ["score"], keepdims=0),
    ]
    shapes: dict[str, list[str | int]] = {
        "last_hidden_state": ["b", "s", 3],
        "sentence_embedding": ["b", 3],
        "score": ["b"],
    }
    outputs = {
        "tokens": ["last_hidden_state"],
        "pooled": ["last_hidden_state", "sentence_embedding"],
        "score": ["score"],
    }[kind]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "s"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [
            numpy_helper.from_array(TOKENS * np.float32(scale), "table"),
            numpy_helper.from_array(np.array([[0, 0, 0], [7, 7, 7]], np.float32), "kinds"),
            numpy_helper.from_array(np.array([1]), "axis"),
        ],
    )
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10),
        folder / "onnx" / "model.onnx",
    )
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    made.enable_padding(length=64)
    made.enable_truncation(64)
    made.save(str(folder / "tokenizer.json"))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": tokens, "do_lower_case": True}))
    if pooling is not None:
        (folder / "modules.json").write_text(
            json.dumps(
                [{"type": f"sentence_transformers.models.{name}"} for name in ("Transformer", "Pooling", "Normalize")]
            )
        )
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 3, **pooling}))
    return folder


def signal_of(folder: Path) -> Embedding:
    found = repository.find(str(folder))
    return Embedding(tier="model", model=str(folder), digest=found.digest, width=3)


def by_hand(*tokens: int, pooling: str = "mean") -> np.ndarray[Any, Any]:
    seen = TOKENS[[1, *tokens]]
    made = {"mean": seen.mean(0), "cls": seen[0], "max": seen.max(0)}[pooling]
    return np.asarray(made / np.linalg.norm(made))


@pytest.mark.parametrize(
    ("said", "kind", "pooling"),
    [
        (MEAN, "tokens", "mean"),
        (None, "tokens", "mean"),
        ({"pooling_mode": "cls"}, "tokens", "cls"),
        (MEAN, "pooled", "max"),
        ({"pooling_mode_max_tokens": True}, "pooled", "max"),
    ],
)
def test_vectors_are_those_worked_out_by_hand(
    tmp_path: Path, said: dict[str, Any] | None, kind: str, pooling: str
) -> None:
    signal = signal_of(planted(tmp_path, said, kind=kind))
    vectors, status = embedded(signal, rows_of("Cat dog", "sea", "", None, "the ship", "cat dog"))
    assert status == ["embedded", "embedded", "empty", None, "embedded", "embedded"]
    assert signal.adds["unit_vector"] == pl.Array(pl.Float16, 3) and signal.scope == "row"
    if kind == "tokens":
        wanted = [by_hand(3, 4, pooling=pooling), by_hand(5, pooling=pooling), by_hand(2, 6, pooling=pooling)]
        assert np.allclose(vectors[[0, 1, 4]], wanted, atol=1e-3), "padding and its tokens must not count"
    assert np.allclose(vectors[0], by_hand(3, 4, pooling=pooling), atol=1e-3)
    assert (vectors[0] == vectors[5]).all()


def test_a_text_is_cut_where_the_model_ends(tmp_path: Path) -> None:
    vectors, status = embedded(signal_of(planted(tmp_path, MEAN, tokens=3)), rows_of("cat dog sea ship", "cat dog"))
    assert status == ["cut", "embedded"]
    assert np.allclose(vectors[0], by_hand(3, 4), atol=1e-3)


def test_a_prompt_of_the_model_stands_before_each_text(tmp_path: Path) -> None:
    planted(tmp_path, MEAN)
    (tmp_path / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"passage": "Sail "}, "default_prompt_name": "passage"})
    )
    assert np.allclose(embedded(signal_of(tmp_path), rows_of("cat"))[0], [by_hand(7, 3)], atol=1e-3)


def test_other_weights_are_another_key_and_the_same_elsewhere_are_the_same_digest(tmp_path: Path) -> None:
    one, same = planted(tmp_path / "a", MEAN), planted(tmp_path / "b", MEAN)
    before = signal_of(one)
    assert before.digest == signal_of(same).digest
    planted(one, MEAN, scale=2.0)
    assert signal_of(one).digest != before.digest and signal_of(one).key != before.key
    repository.opened.cache_clear()
    with pytest.raises(ModelError, match=r"^The files of the model .* have changed; choose it again\.$"):
        before(rows_of("cat"))
    planted(same, {"pooling_mode_cls_token": True})
    assert signal_of(same).digest != before.digest, "pooled otherwise is another model"


def test_a_graph_is_found_where_it_usually_lies(tmp_path: Path) -> None:
    planted(tmp_path, MEAN)
    small = (tmp_path / "onnx" / "model.onnx").rename(tmp_path / "onnx" / "model_qint8_arm64.onnx")
    assert repository.find(str(tmp_path)).graph == repository.find(str(small)).graph == small
    flat = small.rename(tmp_path / "model.onnx")
    assert repository.find(str(tmp_path)).graph == repository.find(str(flat)).graph == flat


def test_what_is_no_model_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(match: str) -> None:
        with pytest.raises(ModelError, match=match):
            repository.find(str(tmp_path)).encoder().encode(["cat"])

    with pytest.raises(ModelError, match=r"nope is no folder; name one with tokenizer\.json and onnx/model\.onnx\.$"):
        repository.find(str(tmp_path / "nope"))
    refused("holds no ONNX graph; known places: onnx/model.onnx, model.onnx")
    planted(tmp_path, MEAN)
    (tmp_path / "tokenizer.json").rename(tmp_path / "kept.json")
    refused(r"has no tokenizer\.json; a model needs one beside its graph")
    (tmp_path / "tokenizer.json").write_text("{}")
    refused(r"tokenizer\.json is JSON but no tokenizer\.json")
    planted(tmp_path, MEAN, kind="score")
    refused(r"gives score of 1 dimensions; known are graphs with sentence_embedding")
    planted(tmp_path, MEAN, extra="position_ids")
    refused("asks for position_ids; known is input_ids, attention_mask, token_type_ids")
    planted(tmp_path, {"pooling_mode_lasttoken": True})
    refused(r"makes a text of them by lasttoken; known: Transformer, .*Export it with its output sentence_embedding")
    planted(tmp_path, MEAN, scale=float("nan"))
    refused("gave no vectors")
    planted(tmp_path, MEAN)
    (tmp_path / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Dense"}]))
    refused("makes a text of them by Dense")
    (tmp_path / "modules.json").write_text("{")
    refused(r"modules\.json cannot be read as JSON")
    (tmp_path / "modules.json").write_text("{}")
    refused(r"modules\.json holds no list")
    (tmp_path / "modules.json").unlink()
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"no graph")
    refused("is no graph that ONNX Runtime can run")


def test_a_hub_id_is_looked_for_in_the_cache_and_nothing_is_fetched_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.delenv("WINNOW_ONLINE", raising=False)
    with pytest.raises(
        ModelError,
        match=r"^There is no folder nobody/such-a-model, and no such model of the hub is kept here \(set WINNOW_ONLINE=1",
    ):
        repository.find("nobody/such-a-model")
    asked: list[dict[str, Any]] = []

    def downloaded(name: str, **more: Any) -> str:
        asked.append({"name": name, **more})
        return str(planted(tmp_path, MEAN))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", downloaded)
    assert repository.find("some/model").graph == tmp_path / "onnx" / "model.onnx"
    assert (asked[0]["name"], asked[0]["local_files_only"]) == ("some/model", True)
    monkeypatch.setenv("WINNOW_ONLINE", "1")
    assert hub_folder("some/model", ["*.json"]) == tmp_path and asked[1]["local_files_only"] is False


def test_wrong_widths_and_missing_digests_are_said(tmp_path: Path) -> None:
    signal = signal_of(planted(tmp_path, MEAN))
    with pytest.raises(SignalError, match=r"gives vectors of 3 numbers, expected 6; choose it again\.$"):
        Embedding(tier="model", model=signal.model, digest=signal.digest, width=6)(rows_of("cat", "dog"))
    with pytest.raises(SignalError, match="needs the digest of its files"):
        Embedding(tier="model", model=signal.model, width=3)
    with pytest.raises(SignalError, match="needs its width"):
        Embedding(tier="model", model=signal.model, digest=signal.digest)
    assert signal(rows_of())["unit_vector"].len() == 0


def test_a_dataset_is_embedded_by_a_repository(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "pets.jsonl"
    file.write_text(
        "".join(
            json.dumps({"prompt": text, "response": "yes"}) + "\n"
            for text in ("cat dog", "sea ship", "sail ship", "cat")
        )
    )
    folder = planted(tmp_path / "pets-model", MEAN)
    workspace = Workspace()
    dataset = workspace.dataset(str(file))
    chosen = choose_vectors(dataset, workspace.describe, tier=f"model:{folder}")
    again = choose_vectors(dataset, workspace.describe, tier="model", model=str(folder))
    assert chosen.signal("embedding").key == again.signal("embedding").key != dataset.signal("embedding").key
    assert tier_in_words(chosen) == "a model of yours (pets-model) of the prompt"
    from analysis.computing import compute

    compute(chosen, chosen.signal("embedding"))
    _similar(chosen)
    assert chosen.rows_of(View()).len() == 4
    back = choose_vectors(chosen, workspace.describe, tier="coarse")
    assert back.signal("embedding").key == dataset.signal("embedding").key
    with pytest.raises(MapError, match="needs a repository"):
        choose_vectors(dataset, workspace.describe, tier="model")
    with pytest.raises(ModelError, match="is no folder"):
        choose_vectors(dataset, workspace.describe, tier="model:/nowhere/at/all")


def _similar(dataset: Dataset) -> None:
    vectors, _ = matrix_of(dataset.column("unit_vector"))
    assert vectors.shape == (4, 3)
    found = similar_to_text(dataset, "a sail on a SHIP", 2)
    assert set(found["row"]) == {1, 2}
