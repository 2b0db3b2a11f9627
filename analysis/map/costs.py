"""How long does it take to make a map, vectors included?"""

from __future__ import annotations

import os

from analysis.dataset import Dataset
from analysis.embedding.coarse import MAX_CHARS
from analysis.joined_values import split_values

# Measured on two cores; a rough estimate: "seconds" or "an hour", not more exact.
CHARS_OF_TOKEN, MODEL_TOKENS_A_SECOND = 4.3, 8_000  # of one core
COARSE_CHARS_A_SECOND, COLUMN_ROWS_A_SECOND, ENDPOINT_TEXTS_A_SECOND = 2_000_000, 100_000, 50
STARTING_S = 12.0  # libraries, and what is compiled in each new process
FITTED_MS, PLACED_MS = 0.7, 0.3  # a row: neighbours, places and clusters
SEPARATOR_CHARS = 1


def seconds(
    dataset: Dataset, tier: str, over: str, texts: str = "", max_tokens: int = 128, sample: int = 20_000
) -> float:
    """About how many seconds vectors of this tier, neighbours, places and clusters take; less where texts are equal."""
    chars = mean_chars(dataset, over, texts)
    tokens = min(chars / CHARS_OF_TOKEN + 2, max_tokens)
    model = tokens / MODEL_TOKENS_A_SECOND / (os.cpu_count() or 1)
    coarse = dataset.height * min(chars, MAX_CHARS) / COARSE_CHARS_A_SECOND
    vectors = {
        "coarse": coarse,
        "semantic": dataset.height * model,
        "model": dataset.height * model,
        "bridge": 2 * coarse + min(sample, dataset.height) * model,
        "column": dataset.height / COLUMN_ROWS_A_SECOND,
        "endpoint": dataset.height / ENDPOINT_TEXTS_A_SECOND,
    }[tier]
    fitted = min(dataset.height, 100_000)
    return STARTING_S + vectors + (fitted * FITTED_MS + (dataset.height - fitted) * PLACED_MS) / 1000


def mean_chars(dataset: Dataset, over: str, texts: str = "") -> float:
    """The mean length of the embedded texts in characters, from the means stored on opening."""
    names = split_values(texts) if over == "columns" and texts else over.split("+")
    if "prompt" in names and "prompt" not in dataset.canonical:
        names = ["text" if name == "prompt" else name for name in names]
    mean_by_name: dict[str, float] = dataset.meta["mean_chars"]
    return sum(mean_by_name.get(dataset.meta["canonical"].get(name) or name, 0.0) + SEPARATOR_CHARS for name in names)
