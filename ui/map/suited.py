"""Which kinds of vectors can a dataset's map be made of, and which of them suits it on this machine?"""

from __future__ import annotations

import polars as pl

from analysis.dataset import Dataset
from analysis.embedding import endpoint, weights
from analysis.map.chosen import SLOW_TEXTS, TIERS


def vector_columns(dataset: Dataset) -> list[str]:
    """Columns of the source that hold lists of numbers, that of the role embedding first."""
    role = dataset.role("embedding")
    lists = [
        name
        for name, dtype in dataset.originals.items()
        if isinstance(dtype, pl.List | pl.Array) and pl.Series([], dtype=dtype.inner).dtype.is_numeric()
    ]
    return list(dict.fromkeys([*([role] if role else []), *lists]))


def text_columns(dataset: Dataset) -> list[str]:
    return [name for name, dtype in dataset.originals.items() if dtype == pl.String]


def tiers(dataset: Dataset) -> list[str]:
    """The tiers shown in the form; those whose needs are not met say so there."""
    many = dataset.height > SLOW_TEXTS
    fitting = {"bridge": many, "column": bool(vector_columns(dataset)), "endpoint": bool(endpoint.url())}
    return [tier for tier in TIERS if fitting.get(tier, True)]


def is_chosen(dataset: Dataset) -> bool:
    """Whether a person chose vectors for this dataset."""
    return "embedding" in dataset.meta.get("parameters", {})


def natural(dataset: Dataset) -> str:
    """The tier that suits this dataset on this machine."""
    if vector_columns(dataset):
        return "column"
    if not weights.is_installed():
        return "coarse"
    return "bridge" if dataset.height > SLOW_TEXTS else "semantic"


def can_be_made(dataset: Dataset) -> bool:
    return bool(dataset.height) and (dataset.has_examples or bool(text_columns(dataset) or vector_columns(dataset)))
