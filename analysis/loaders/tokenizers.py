"""The loader of tokenizers, and of model files of the hub. Offline unless `WINNOW_ONLINE=1` is set.

A tokenizer is named by `tekken-240911` (shipped in a wheel, the default), by the path of a `tokenizer.json`, of a
`tekken.json` or of a model's folder that holds one, by a name such as `qwen2.5` where its wheel is installed
(`analysis.loaders.wheels`), or, where `WINNOW_ONLINE=1` allows the network, by a hub id such as `Qwen/Qwen3-8B`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from analysis.errors import ModelError
from analysis.loaders import wheels
from analysis.loaders.offsets import Tokens, composed, starts_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer as HubTokenizer

DEFAULT_TOKENIZER = "tekken-240911"
PIECE_CHARS = 100_000  # a longer text is encoded in pieces of this size; each cut may move the count by one


class Tokenizer(Protocol):
    """Text to tokens as a family of models does it.

    `special_tokens`: the names of its special tokens. `controls`: the id of each token that was added to the vocabulary
    by name, such as `<|im_end|>` or `<think>`, special or not. `adds_begin`: whether it puts a beginning token before a
    text by itself.
    """

    special_tokens: list[str]
    controls: dict[str, int]
    adds_begin: bool

    def encode(self, text: str) -> list[int]:
        """The token ids of what a person wrote, without any beginning or end token."""

    def tokens(self, text: str) -> Tokens:
        """The tokens of a rendered text with their positions: each control token in it is one token."""

    def piece(self, token: int) -> str:
        """What one token stands for, as text."""


class _Ranked:
    """A tokenizer of byte ranks: Mistral's Tekken, Qwen's tiktoken files. Names of control tokens are plain text to
    `encode`."""

    adds_begin = False

    def __init__(
        self,
        encode: Callable[[str], list[int]],
        bytes_of: Callable[[int], bytes],
        controls: dict[str, int],
        vocabulary: int,
        *,
        is_composed: bool = False,
    ) -> None:
        """`encode` reads plain text; `bytes_of` gives what an id stands for; `is_composed`: texts are read in NFC."""
        self._encode, self._bytes_of, self._is_composed = encode, bytes_of, is_composed
        self.controls = controls
        self.special_tokens = list(controls)
        named = sorted(controls, key=len, reverse=True)
        self._control = re.compile("(" + "|".join(map(re.escape, named)) + ")")
        self._names = {number: name for name, number in controls.items()}
        self._sizes = np.zeros(vocabulary, dtype=np.int64)  # bytes by id; 0 where not asked for yet
        for name, number in controls.items():
            self._sizes[number] = len(name.encode())

    def encode(self, text: str) -> list[int]:
        written = composed(text)[0] if self._is_composed else text
        return self._encode(written)

    def tokens(self, text: str) -> Tokens:
        written, places = composed(text) if self._is_composed else (text, None)
        ids: list[int] = []
        for place, piece in enumerate(self._control.split(written)):
            if place % 2:
                ids.append(self.controls[piece])
            elif piece:
                ids += self._encode(piece)
        numbers = np.array(ids, dtype=np.int64)
        sizes = self._sizes[numbers]
        if not sizes.all():
            for number in np.unique(numbers[sizes == 0]).tolist():
                self._sizes[number] = len(self._bytes_of(number))
            sizes = self._sizes[numbers]
        starts = starts_of(written, sizes)
        return Tokens(numbers, starts if places is None else places[starts])

    def piece(self, token: int) -> str:
        if token in self._names:
            return self._names[token]
        return self._bytes_of(token).decode("utf-8", "replace")


class _FromJson:
    """Any tokenizer of the `tokenizers` library."""

    def __init__(self, model: HubTokenizer) -> None:
        self._model = model
        model.no_padding()
        model.no_truncation()
        added = model.get_added_tokens_decoder()
        self.special_tokens = [t.content for t in added.values() if t.special]
        self.controls = {t.content: number for number, t in added.items()}
        self.adds_begin = bool(model.encode("").ids)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._model.encode(text, add_special_tokens=False).ids
        return ids

    def tokens(self, text: str) -> Tokens:
        encoded = self._model.encode(text, add_special_tokens=False)
        ids = np.array(encoded.ids, dtype=np.int64)
        return Tokens(ids, np.fromiter((start for start, _ in encoded.offsets), np.int64, len(ids)))

    def piece(self, token: int) -> str:
        return str(self._model.decode([token], skip_special_tokens=False))


def tokens_of(tokenizer: Tokenizer, text: str) -> Tokens:
    """The tokens of a rendered text with their positions; a very long text is encoded in pieces, cut at white space."""
    if len(text) <= PIECE_CHARS:
        return tokenizer.tokens(text)
    pieces, start = [], 0
    while start < len(text):
        end = min(start + PIECE_CHARS, len(text))
        if end < len(text):
            blank = max(text.rfind(" ", start + PIECE_CHARS // 2, end), text.rfind("\n", start + PIECE_CHARS // 2, end))
            end = blank if blank > start else end
        piece = tokenizer.tokens(text[start:end])
        pieces.append(Tokens(piece.ids, piece.starts + start))
        start = end
    return Tokens(np.concatenate([p.ids for p in pieces]), np.concatenate([p.starts for p in pieces]))


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

        return _tekken(Path(mistral_common.__file__).parent / "data" / "tekken_240911.json")
    shipped = wheels.SHIPPED.get(name)
    if shipped and shipped.words and not Path(name).exists():
        return _ranked(name, shipped)
    path = _file_of(name)
    return _tekken(path) if path.name.startswith("tekken") else _from_file(path)


def _tekken(path: Path) -> Tokenizer:
    """Mistral's Tekken. Raises ModelError where the file is none."""
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    try:
        model = Tekkenizer.from_file(path)
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise ModelError(f"{path} cannot be read as a tekken.json ({error}).") from None
    named = {model.id_to_piece(number): number for number in range(model.num_special_tokens)}
    controls = {name: number for name, number in named.items() if not name.startswith("<SPECIAL_")}
    encode = functools.partial(model.encode, bos=False, eos=False)
    return _Ranked(encode, model.id_to_byte_piece, controls, model.n_words)


def _ranked(name: str, shipped: wheels.Shipped) -> Tokenizer:
    """A tokenizer of a file of ranks in a wheel; its texts are read in Unicode's form NFC, as Qwen's are."""
    import tiktoken

    ranks = wheels.ranks_of(wheels.file_of(name))
    controls = {control: len(ranks) + n for n, control in enumerate(shipped.controls)}
    model = tiktoken.Encoding(name, pat_str=shipped.words, mergeable_ranks=ranks, special_tokens=controls)
    return _Ranked(model.encode_ordinary, model.decode_single_token_bytes, controls, model.n_vocab, is_composed=True)


def _file_of(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        inside = [path / file for file in ("tokenizer.json", "tekken.json") if (path / file).is_file()]
        if not inside:
            raise ModelError(f"{name or '.'} is a folder without a tokenizer.json; name the file, or a model's folder.")
        return inside[0]
    if path.exists():
        return path
    return wheels.file_of(name) if name in wheels.SHIPPED else _from_hub(name)


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
    with _OneLine(path):
        return HubTokenizer.from_str(text)


class _OneLine:
    """Makes one line of what the library raises: Exception itself. Raises ModelError where it refuses a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if kind is Exception:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(f"{self.path} cannot be read as a tokenizer.json ({reason}).") from None


def _from_hub(name: str) -> Path:
    """The tokenizer.json of a hub id, fetched only where the network may be used."""
    if not is_online():
        raise ModelError(
            f"No tokenizer {name!r} here: known are {', '.join([DEFAULT_TOKENIZER, *wheels.SHIPPED])}, the path of a "
            "tokenizer.json and a model's folder. "
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
