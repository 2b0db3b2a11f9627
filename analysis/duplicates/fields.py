"""Which rows have nearly the same values in some columns? Short texts, compared letter by letter within blocks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Scorer = Literal["letters", "words", "edits", "names"]
EmptyCells = Literal["equal", "left_out"]
SEPARATOR = "\x1f"
LEAST_SIMILARITY = 0.7
WIDTHS = (20_000, 10_000, 5_000, 2_000, 1_000, 200)  # largest block with all pairs compared: the first in EFFORT
EFFORT = 200_000_000  # comparisons of two values at most
WINDOW, LEAST_WINDOW = 50, 5  # neighbours compared in larger blocks, ordered by text and by reversed text
WINDOW_PAIRS = 10_000_000  # at most, per larger block and direction
MOST_PAIRS = 64  # kept per value, the most similar ones
ROWS_AT_ONCE = 256

COMPARED, REPEATS, CAPPED, EMPTY = "compared", "repeats", "capped", "empty"
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


def values_of(cells: pl.Series, empty_cells: EmptyCells) -> pl.Series:
    """The cells of a row, given as a struct, as one text, separated by U+001F. An empty or blank cell is an empty text;
    with "left_out" the whole is null where one is missing."""
    texts = [pl.col(name).cast(pl.String).str.strip_chars() for name in cells.struct.fields]
    if empty_cells == "equal":
        texts = [text.fill_null("") for text in texts]
    return cells.struct.unnest().select(value=pl.concat_str(texts, separator=SEPARATOR)).to_series()


def field_columns(
    values: pl.Series, blocks: pl.Series, scorer: Scorer, empty_cells: EmptyCells = "equal"
) -> pl.DataFrame:
    """`field_neighbours` and `field_status`, as the signal field_pairs describes them.

    `values` are those of `values_of`. Only rows of the same block are compared; if all `blocks` are null, all rows are.
    """
    frame = pl.DataFrame({"value": _evened(values, scorer), "block": blocks.cast(pl.String)}).with_row_index("row")
    present = frame.filter(pl.col("value").is_not_null())
    if blocks.null_count() < len(blocks):
        is_block = pl.col("block").is_not_null()
        present = (
            present.with_columns(pl.col("block").fill_null("")) if empty_cells == "equal" else present.filter(is_block)
        )
    has_letter = pl.col("value").str.contains(r"[\p{L}\p{N}]")
    lettered = present.filter(has_letter)
    first = (present if empty_cells == "equal" else lettered).with_columns(
        first=pl.col("row").min().over("block", "value")
    )
    distinct = first.filter(has_letter & (pl.col("row") == pl.col("first"))).sort("block", "value", "row")
    a, b, similarity, capped = _compared(distinct, scorer)
    again = first.filter(pl.col("row") != pl.col("first"))
    pairs = (
        pl.concat(
            [
                pl.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "similarity": similarity}),
                again.select(pl.col("first", "row").cast(pl.Int64), pl.lit(1.0, pl.Float32).alias("similarity")).rename(
                    {"first": "a", "row": "b"}
                ),
            ]
        )
        .unique(["a", "b"])
        .sort("a", "b")
    )
    lists = pairs.group_by("a", maintain_order=True).agg(
        field_neighbours=pl.struct(row=pl.col("b").cast(pl.UInt32), similarity="similarity")
    )
    status = present.select("row", field_status=pl.lit(EMPTY)).update(
        lettered.select("row", field_status=pl.lit(COMPARED)), on="row"
    )
    status = status.update(
        pl.DataFrame({"row": capped}, {"row": pl.UInt32}).with_columns(field_status=pl.lit(CAPPED)), on="row"
    )
    status = status.update(again.select("row", field_status=pl.lit(REPEATS)), on="row")
    whole = frame.select("row").join(status, on="row", how="left", maintain_order="left")
    whole = whole.join(
        lists.select(row=pl.col("a").cast(pl.UInt32), field_neighbours="field_neighbours"),
        on="row",
        how="left",
        maintain_order="left",
    )
    none = pl.lit([], dtype=pl.List(pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})))
    return whole.select(
        pl.when(pl.col("field_status").is_not_null())
        .then(pl.coalesce("field_neighbours", none))
        .alias("field_neighbours"),
        "field_status",
    )


def _evened(values: pl.Series, scorer: Scorer) -> pl.Series:
    """NFC, lower case, white space normalised; for the scorer words, the words of each field in alphabetical order."""
    text = pl.col("value").cast(pl.String).str.normalize("NFC").str.to_lowercase().str.replace_all(r"[^\S\x1f]+", " ")
    if scorer == "words":
        ordered = pl.element().str.extract_all(r"[\p{L}\p{M}\p{N}]+").list.sort().list.join(" ")
        text = text.str.split(SEPARATOR).list.eval(ordered).list.join(SEPARATOR)
    return values.alias("value").to_frame().select(text.str.strip_chars(" ")).to_series()


def _compared(
    distinct: pl.DataFrame, scorer: Scorer
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], list[int]]:
    """Pairs of distinct values, and the rows compared with only some others or with more pairs than are kept."""
    sizes = distinct.group_by("block", maintain_order=True).len()["len"].to_numpy()
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    texts, rows = distinct["value"].to_list(), distinct["row"].to_numpy().astype(np.int64)
    fields = [text.split(SEPARATOR) for text in texts]
    count = max(map(len, fields), default=1)
    columns = [[field[position] if position < len(field) else "" for field in fields] for position in range(count)]
    widest = widest_within(sizes, count)
    parts: list[Found] = []
    capped: set[int] = set()
    for low, high in itertools.pairwise(starts):
        inside = [column[low:high] for column in columns]
        if high - low <= widest:
            matches = list(_whole(inside, scorer, capped, int(low)))
        else:
            capped.update(range(low, high))
            matches = list(_in_windows(inside, scorer))
        parts += [(a + low, b + low, similarity) for a, b, similarity in matches]
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), []
    a, b, similarity = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows[a], rows[b], np.minimum(similarity, np.float32(1 - 1e-6)), rows[sorted(capped)].tolist()


def widest_within(sizes: NDArray[np.int64], fields: int) -> int:
    """The largest size of block in which all pairs are compared, so that all comparisons stay within EFFORT."""
    for widest in WIDTHS:
        whole = sizes[sizes <= widest].astype(np.float64)
        rest = sizes[sizes > widest]
        if fields * ((whole * (whole - 1) / 2).sum() + 2 * WINDOW * rest.sum()) <= EFFORT:
            return widest
    return WIDTHS[-1]


def _scored(scorer: Scorer) -> Callable[..., float]:
    from rapidfuzz.distance import Indel, JaroWinkler, Levenshtein

    metrics: dict[Scorer, Any] = {"letters": Indel, "words": Indel, "edits": Levenshtein, "names": JaroWinkler}
    scored: Callable[..., float] = metrics[scorer].normalized_similarity
    return scored


def _least(
    compare: Callable[..., Any], sides: Iterable[tuple[Sequence[str], Sequence[str]]], score: Callable[..., float]
) -> NDArray[np.float32]:
    """The similarity of each pair in its least similar field; 0 below LEAST_SIMILARITY."""
    scores = (
        compare(*pair, scorer=score, score_cutoff=LEAST_SIMILARITY, dtype=np.float32, workers=-1) for pair in sides
    )
    return functools.reduce(np.minimum, scores)


def _whole(columns: Sequence[Sequence[str]], scorer: Scorer, capped: set[int], base: int) -> Iterator[Found]:
    """Every pair of one block, by its least similar field."""
    from rapidfuzz.process import cdist

    size, score = len(columns[0]), _scored(scorer)
    for low in range(0, size - 1, ROWS_AT_ONCE):
        high = min(low + ROWS_AT_ONCE, size)
        least = _least(cdist, ((column[low:high], column[low:]) for column in columns), score)
        least[np.tri(high - low, size - low, dtype=bool)] = 0
        for line in np.flatnonzero((least > 0).sum(axis=1) > MOST_PAIRS):
            capped.add(base + low + int(line))
            keep = np.argpartition(least[line], -MOST_PAIRS)[-MOST_PAIRS:]
            others = np.ones(size - low, bool)
            others[keep] = False
            least[line, others] = 0
        a, b = np.nonzero(least)
        yield a + low, b + low, least[a, b]


def _in_windows(columns: Sequence[Sequence[str]], scorer: Scorer) -> Iterator[Found]:
    """Pairs that are close in alphabetical order of the text or of the reversed text."""
    from rapidfuzz.process import cpdist

    size, score = len(columns[0]), _scored(scorer)
    backwards = sorted(range(size), key=lambda position: [column[position][::-1] for column in columns])
    for places in (list(range(size)), backwards):
        order, shown = np.array(places), [[column[position] for position in places] for column in columns]
        for step in range(1, min(max(WINDOW_PAIRS // size, LEAST_WINDOW), WINDOW, size - 1) + 1):
            least = _least(cpdist, ((column[:-step], column[step:]) for column in shown), score)
            near = np.flatnonzero(least)
            yield order[near], order[near + step], least[near]
