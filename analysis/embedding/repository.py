"""A model in the layout of sentence-transformers that holds an ONNX graph: where its files are and what they say.

Reimers & Gurevych 2019. A repository is a folder, a graph in such a folder, or an id of the hub.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.embedding.encoder import POOLED_INSIDE, Encoder, Pooling
from analysis.errors import ModelError
from analysis.loaders.tokenizers import hub_folder

GRAPHS = ("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx")
FETCHED = ("*.json", "1_Pooling/*.json", *GRAPHS, *(f"{graph}_data" for graph in GRAPHS[:2]))
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
USUAL_TOKENS, LONGEST_TOKENS = 256, 8_192
MODULES = ("Transformer", "Pooling", "Normalize")
POOLINGS: dict[str, Pooling] = {"mean_tokens": "mean", "cls_token": "cls", "mean": "mean", "cls": "cls"}


@dataclass(frozen=True)
class Repository:
    """Its files, how it pools the tokens' vectors, how many tokens it reads, which prompt precedes each text.

    `beyond`: modules and poolings that are not known here; they matter only where the graph does not pool itself.
    `digest`: the first 16 hex digits of the SHA-256 of all files that change a vector: other weights are another model,
    whatever their folder.
    """

    graph: Path
    tokenizer: Path
    pooling: Pooling
    max_tokens: int
    is_lower: bool
    prompt: str
    beyond: str
    digest: str

    def encoder(self) -> Encoder:
        """The model, loaded. Raises ModelError where the graph cannot run, or its inputs or outputs are not known."""
        encoder = Encoder(self.graph, self.tokenizer, self.max_tokens, pooling=self.pooling)
        if self.beyond and encoder.output not in POOLED_INSIDE:
            raise ModelError(
                f"The graph {self.graph} ends with tokens, and the model makes a text of them by {self.beyond}; known: "
                f"{', '.join((*MODULES, *POOLINGS))}. Export it with its output sentence_embedding."
            )
        return encoder

    def read(self, text: str) -> str:
        """A text with the model's prompt, in lower case where the model needs it."""
        prompted = self.prompt + text
        return prompted.lower() if self.is_lower else prompted


def find(name: str) -> Repository:
    """The repository of that path or hub id. Raises ModelError where a file is missing."""
    folder, graph = _places(name)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise ModelError(f"{folder} has no tokenizer.json; a model needs one beside its graph.")
    modules = [str(module.get("type", "")).rpartition(".")[2] for module in _json_of(folder / "modules.json", [])]
    pooling, config = folder / "1_Pooling" / "config.json", folder / "sentence_bert_config.json"
    of_texts, prompts = folder / "tokenizer_config.json", folder / "config_sentence_transformers.json"
    read, asked = _json_of(config, {}), _json_of(prompts, {})
    limits = (read.get("max_seq_length"), _json_of(of_texts, {}).get("model_max_length"))
    tokens = next((int(n) for n in limits if isinstance(n, int | float) and 2 <= n <= 1_000_000), USUAL_TOKENS)
    modes = _modes(pooling)
    unknown = [module for module in modules if module not in MODULES]
    unknown += [] if len(modes) == 1 and modes[0] in POOLINGS else [" and ".join(modes) or "no pooling"]
    pooled_by: Pooling = "mean" if unknown else POOLINGS[modes[0]]
    weights = sorted([graph, *graph.parent.glob(f"{graph.name}*data")])
    return Repository(
        graph,
        tokenizer,
        pooled_by,
        min(tokens, LONGEST_TOKENS),
        bool(read.get("do_lower_case")),
        str((asked.get("prompts") or {}).get(asked.get("default_prompt_name"), "")),
        ", ".join(unknown),
        _digest(file for file in (*weights, tokenizer, pooling, config, of_texts, prompts) if file.is_file()),
    )


def _places(name: str) -> tuple[Path, Path]:
    """The folder of a repository, and its graph: the one named, else float32, else quantised, else any."""
    path = Path(name).expanduser()
    if path.is_file() and path.suffix == ".onnx":
        return (path.parent if (path.parent / "tokenizer.json").is_file() else path.parent.parent), path
    if not path.is_dir():
        if path.exists() or not HUB_ID.fullmatch(name):
            raise ModelError(f"{name or 'Nothing'} is no folder; name one with tokenizer.json and onnx/model.onnx.")
        path = hub_folder(name, FETCHED)
    usual = [path / graph for graph in GRAPHS]
    graphs = [
        graph for graph in (*usual, *sorted(path.glob("onnx/*.onnx")), *sorted(path.glob("*.onnx"))) if graph.is_file()
    ]
    if not graphs:
        raise ModelError(f"{path} holds no ONNX graph; known places: {', '.join(GRAPHS)}. Export the model to ONNX.")
    return path, graphs[0]


def _json_of(path: Path, otherwise: Any) -> Any:
    """The content of a JSON file of the repository; `otherwise` where there is no file."""
    if not path.is_file():
        return otherwise
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON ({error}); fetch the model afresh.") from None
    if type(content) is not type(otherwise):
        raise ModelError(f"{path} holds no {type(otherwise).__name__}; fetch the model afresh.")
    return content


def _modes(path: Path) -> list[str]:
    """The names of the pooling; the mean where none is given, as in sentence-transformers."""
    config = _json_of(path, {"pooling_mode": "mean"})
    if isinstance(config.get("pooling_mode"), str):
        return [config["pooling_mode"]]
    prefix = "pooling_mode_"
    return [key.removeprefix(prefix) for key, is_on in config.items() if key.startswith(prefix) and is_on is True]


def _digest(files: Iterator[Path]) -> str:
    hashed = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            hashed.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return hashed.hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def opened(name: str, digest: str) -> tuple[Repository, Encoder]:
    """The model of that name, loaded once per process. Raises ModelError where its digest has changed."""
    repository = find(name)
    if repository.digest != digest:
        raise ModelError(f"The files of the model {name} have changed; choose it again.")
    return repository, repository.encoder()
