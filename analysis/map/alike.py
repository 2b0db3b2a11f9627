"""Which rows mean nearly the same as a row, as a sentence, or as each other?"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.embedding import endpoint, minilm, repository
from analysis.embedding.coarse import CoarseModel
from analysis.embedding.vectors import Floats
from analysis.errors import MapError
from analysis.map.chosen import own_column
from analysis.map.pairs import LOWEST_COSINE, READS, pairs_of
from analysis.signal import ROW_ID

BLOCK_ROWS = 50_000


def similar_to_row(dataset: Dataset, row: int, limit: int = 20, rows: pl.Series | None = None) -> pl.DataFrame:
    """`row` (position), `row_id`, `cosine` of the rows nearest to the one at this position, nearest first.

    Among the rows at the positions `rows`, or all; without the row itself. Raises MapError where it has no vector.
    """
    vector = own_column(dataset, "unit_vector").slice(row, 1)
    if vector.null_count():
        raise MapError("This row has no vector, so no row is near it; choose a row with text.")
    return _nearest(dataset, vector.to_numpy()[0].astype(np.float32), limit, rows, row)


def similar_to_text(dataset: Dataset, text: str, limit: int = 20, rows: pl.Series | None = None) -> pl.DataFrame:
    """The same for a sentence, embedded as the dataset's rows are; an endpoint receives the sentence."""
    return _nearest(dataset, vector_of(dataset, text), limit, rows, None)


def position_of(dataset: Dataset, row_id: str) -> int | None:
    """The position of the row with this id, or None."""
    positions = (dataset.column(ROW_ID) == row_id).arg_true()
    return int(positions[0]) if len(positions) else None


def vector_of(dataset: Dataset, text: str) -> Floats:
    """A sentence as a unit vector of the dataset's space. Raises MapError where it cannot be embedded."""
    signal = dataset.signal("embedding")
    tier, of = signal.parameters["tier"], signal.parameters
    if not text.strip():
        raise MapError("There is no text to search by; write a sentence.")
    if tier == "column":
        raise MapError(
            f"Vectors of the column {of['embedding']} cannot be made for a sentence; name a row's id instead."
        )
    if tier == "endpoint":
        vectors = endpoint.embed([text], str(of["model"]), str(of["address"]), int(str(of["width"])))
    elif tier == "model":
        checkpoint, encoder = repository.opened(str(of["model"]), str(of["digest"]))
        vectors = encoder.encode([checkpoint.read(text)]).vectors
    elif tier == "coarse":
        vectors = _coarse_model(dataset.table_path(signal, "model")).vectors([text])
    else:
        vectors = minilm.encoder(int(str(of["max_tokens"]))).encode([text]).vectors
    if not vectors.any():
        raise MapError(f"No row shares a word with {text[:100]!r}; write it in other words.")
    vector: Floats = vectors[0]
    return vector


@functools.lru_cache(maxsize=2)
def _coarse_model(path: Path) -> CoarseModel:
    if not path.exists():
        raise MapError("The vectors are not computed yet; compute embedding first.")
    table = pl.read_parquet(path)
    weights = table["weights"].to_numpy().astype(np.float32)
    return CoarseModel(table["feature"].to_numpy().astype(np.int32), weights)


def _nearest(dataset: Dataset, vector: Floats, limit: int, rows: pl.Series | None, without: int | None) -> pl.DataFrame:
    cosine = cosines(dataset, vector)
    if rows is not None:
        outside = np.ones(len(cosine), np.bool_)
        outside[rows.to_numpy()] = False
        cosine[outside] = np.nan
    if without is not None:
        cosine[without] = np.nan
    ranked = np.argsort(-cosine, kind="stable")[: min(limit, int(np.isfinite(cosine).sum()))]
    positions = pl.Series("row", ranked, dtype=pl.UInt32)
    return pl.DataFrame([positions, dataset.column(ROW_ID).gather(positions), pl.Series("cosine", cosine[ranked])])


def cosines(dataset: Dataset, vector: Floats) -> Floats:
    """The cosine of every row with a unit vector, float32; NaN where a row has no vector."""
    column = own_column(dataset, "unit_vector")
    if isinstance(column.dtype, pl.Array) and column.dtype.size != len(vector):
        raise MapError(f"The rows' vectors have {column.dtype.size} numbers, this one {len(vector)}; embed them again.")
    result = np.full(len(column), np.nan, np.float32)
    for start in range(0, len(column), BLOCK_ROWS):
        some = column.slice(start, BLOCK_ROWS)
        has_vector = some.is_not_null().to_numpy()
        result[start : start + BLOCK_ROWS][has_vector] = some.drop_nulls().to_numpy().astype(np.float32) @ vector
    return result


def near_pairs(dataset: Dataset, least: float = LOWEST_COSINE) -> pl.DataFrame:
    """Pairs of rows with different vectors, of cosine `least` or more: `a` < `b` (positions), `cosine`; nearest first.

    Only the nearest rows that `neighbours` keeps are used; of rows with equal vectors only the first.
    """
    return pairs_of(pl.DataFrame([own_column(dataset, name) for name in READS]), least)
