"""A model in the layout of sentence-transformers that holds an ONNX graph: where its files lie and what they say.

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
    """Its files, how it makes a text's vector of the tokens', how many tokens it reads, what it says before each text.

    `beyond`: what makes a text's vector that is not known here; it matters only where the graph does not do it itself.
    `digest`, the first 16 digits of the SHA-256 of all files that have a say: other weights are another model, wherever
    they lie.
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
        """The model, loaded. Raises ModelError where its graph is none, or asks for or gives what is not known."""
        made = Encoder(self.graph, self.tokenizer, self.max_tokens, pooling=self.pooling)
        if self.beyond and made.output not in POOLED_INSIDE:
            raise ModelError(
                f"The graph {self.graph} ends with tokens, and the model makes a text of them by {self.beyond}; known: "
                f"{', '.join((*MODULES, *POOLINGS))}. Export it with its output sentence_embedding."
            )
        return made

    def read(self, text: str) -> str:
        """A text as the model wants it."""
        said = self.prompt + text
        return said.lower() if self.is_lower else said


def find(name: str) -> Repository:
    """The repository of that path or hub id. Raises ModelError where something of it is missing."""
    folder, graph = _places(name)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise ModelError(f"{folder} has no tokenizer.json; a model needs one beside its graph.")
    modules = [str(module.get("type", "")).rpartition(".")[2] for module in _said(folder / "modules.json", [])]
    pooling, own = folder / "1_Pooling" / "config.json", folder / "sentence_bert_config.json"
    of_texts, prompts = folder / "tokenizer_config.json", folder / "config_sentence_transformers.json"
    read, asked = _said(own, {}), _said(prompts, {})
    limits = (read.get("max_seq_length"), _said(of_texts, {}).get("model_max_length"))
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
        _digest(file for file in (*weights, tokenizer, pooling, own, of_texts, prompts) if file.is_file()),
    )


def _places(name: str) -> tuple[Path, Path]:
    """The folder of a repository, and its graph: the one named, the plain one, a smaller one, or any."""
    path = Path(name).expanduser()
    if path.is_file() and path.suffix == ".onnx":
        return (path.parent if (path.parent / "tokenizer.json").is_file() else path.parent.parent), path
    if not path.is_dir():
        if path.exists() or not HUB_ID.fullmatch(name):
            raise ModelError(f"{name or 'Nothing'} is no folder; name one with tokenizer.json and onnx/model.onnx.")
        path = hub_folder(name, FETCHED)
    known = [path / graph for graph in GRAPHS]
    graphs = [
        graph for graph in (*known, *sorted(path.glob("onnx/*.onnx")), *sorted(path.glob("*.onnx"))) if graph.is_file()
    ]
    if not graphs:
        raise ModelError(f"{path} holds no ONNX graph; known places: {', '.join(GRAPHS)}. Export the model to ONNX.")
    return path, graphs[0]


def _said(path: Path, otherwise: Any) -> Any:
    """What a JSON file of the repository says; where it is not there, what is usual."""
    if not path.is_file():
        return otherwise
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON ({error}); fetch the model afresh.") from None
    if type(said) is not type(otherwise):
        raise ModelError(f"{path} holds no {type(otherwise).__name__}; fetch the model afresh.")
    return said


def _modes(path: Path) -> list[str]:
    """What the pooling is called; the mean where nothing is said, as sentence-transformers has it."""
    said = _said(path, {"pooling_mode": "mean"})
    if isinstance(said.get("pooling_mode"), str):
        return [said["pooling_mode"]]
    prefix = "pooling_mode_"
    return [key.removeprefix(prefix) for key, is_on in said.items() if key.startswith(prefix) and is_on is True]


def _digest(files: Iterator[Path]) -> str:
    hashed = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            hashed.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return hashed.hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def opened(name: str, digest: str) -> tuple[Repository, Encoder]:
    """The model of that name, loaded once a process. Raises ModelError where it is no longer the one of this digest."""
    found = find(name)
    if found.digest != digest:
        raise ModelError(f"The model {name} is no longer the one it was; choose it again.")
    return found, found.encoder()
