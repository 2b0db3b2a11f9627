"""The loader of tokenizers, and of model files of the hub. Offline unless `WINNOW_ONLINE=1` is set.

A tokenizer is named by `tekken-240911` (shipped in a wheel, the default), by the path of a `tokenizer.json`, or, where
`WINNOW_ONLINE=1` allows the network, by a hub id such as `Qwen/Qwen3-8B`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from analysis.errors import ModelError

if TYPE_CHECKING:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer
    from tokenizers import Tokenizer as HubTokenizer

DEFAULT_TOKENIZER = "tekken-240911"
PIECE_CHARS = 100_000  # a longer text is encoded in pieces of this size; each cut may move the count by one


class Tokenizer(Protocol):
    """Text to tokens as a family of models does it; names of special tokens inside a text count as plain text."""

    special_tokens: list[str]

    def encode(self, text: str) -> list[int]:
        """The token ids, without any beginning or end token."""

    def piece(self, token: int) -> str:
        """What one token stands for, as text."""


class _Tekken:
    """Mistral's Tekken, read from the wheel of mistral-common."""

    def __init__(self, model: Tekkenizer) -> None:
        self._model = model
        named = (model.id_to_piece(i) for i in range(model.num_special_tokens))
        self.special_tokens = [piece for piece in named if not piece.startswith("<SPECIAL_")]

    def encode(self, text: str) -> list[int]:
        return self._model.encode(text, bos=False, eos=False)

    def piece(self, token: int) -> str:
        return self._model.id_to_piece(token)


class _FromJson:
    """Any tokenizer of the `tokenizers` library."""

    def __init__(self, model: HubTokenizer) -> None:
        self._model = model
        model.no_padding()
        model.no_truncation()
        self.special_tokens = [t.content for t in model.get_added_tokens_decoder().values() if t.special]

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._model.encode(text, add_special_tokens=False).ids
        return ids

    def piece(self, token: int) -> str:
        return str(self._model.decode([token], skip_special_tokens=False))


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """Tokens of each text."""
    return [
        len(tokenizer.encode(text))
        if len(text) <= PIECE_CHARS
        else sum(len(tokenizer.encode(text[i : i + PIECE_CHARS])) for i in range(0, len(text), PIECE_CHARS))
        for text in texts
    ]


def is_online() -> bool:
    """Whether the network may be used at all: only where `WINNOW_ONLINE=1` is set."""
    return os.environ.get("WINNOW_ONLINE") == "1"


@functools.lru_cache(maxsize=2)
def tokenizer(name: str, digest: str = "") -> Tokenizer:
    """The tokenizer of that name, loaded once per process.

    With a `digest`, the file must still be the one that `tokenizer_digest` hashed. Raises ModelError where it is not.
    """
    if digest and digest != tokenizer_digest(name):
        raise ModelError(f"The tokenizer {name!r} is no longer the file it was; choose it again.")
    if name == DEFAULT_TOKENIZER:
        import mistral_common
        from mistral_common.tokens.tokenizers.tekken import Tekkenizer

        shipped = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
        return _Tekken(Tekkenizer.from_file(shipped))
    return _from_file(_file_of(name))


def _file_of(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        raise ModelError(f"{name or '.'} is a folder; name the tokenizer.json in it.")
    return path if path.exists() else _from_hub(name)


def _from_file(path: Path) -> Tokenizer:
    return _FromJson(tokenizer_file(path))


def tokenizer_file(path: Path) -> HubTokenizer:
    """A tokenizer.json as the library reads it, with its own padding and cutting. Raises ModelError where it cannot."""
    from tokenizers import Tokenizer as HubTokenizer

    try:
        text = path.read_text(encoding="utf-8")
        model = json.loads(text).get("model")
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, AttributeError) as error:
        raise ModelError(f"{path} cannot be read as a tokenizer.json ({error}).") from None
    if not isinstance(model, dict) or not isinstance(model.get("vocab"), dict | list):
        raise ModelError(f"{path} is JSON but no tokenizer.json: it has no model with a vocabulary.")
    return HubTokenizer.from_str(text)


def _from_hub(name: str) -> Path:
    """The tokenizer.json of a hub id, fetched only where the network may be used."""
    if not is_online():
        raise ModelError(
            f"No tokenizer {name!r} here: known are {DEFAULT_TOKENIZER!r} and the path of a tokenizer.json. "
            "A hub id needs the network; set WINNOW_ONLINE=1 to allow it."
        )
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return Path(hf_hub_download(name, "tokenizer.json"))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise ModelError(f"The hub gave no tokenizer.json for {name!r} ({error}).") from None


def hub_folder(name: str, patterns: Sequence[str]) -> Path:
    """The folder of a hub id's files of these patterns: from the local cache, or fetched where the network may be used.

    Raises ModelError where neither gives them.
    """
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError:
        raise ModelError(
            f"There is no folder {name}, and hub ids need huggingface_hub; `pip install huggingface_hub` adds it."
        ) from None
    try:
        return Path(snapshot_download(name, allow_patterns=list(patterns), local_files_only=not is_online()))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        reason = "set WINNOW_ONLINE=1 to allow the network" if not is_online() else str(error)[:200]
        raise ModelError(f"There is no folder {name}, and no such model of the hub is kept here ({reason}).") from None


def tokenizer_digest(name: str) -> str:
    """What identifies a tokenizer in a key: the first 16 digits of its file's SHA-256; empty for the shipped one.

    Two files of one name are two tokenizers, so with the name alone old counts would be reused.
    """
    if name == DEFAULT_TOKENIZER:
        return ""
    path = _file_of(name)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
