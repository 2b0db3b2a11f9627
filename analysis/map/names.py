"""What distinguishes a cluster: the words that its rows hold and others do not, and its most central rows."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from analysis.embedding.vectors import Floats, Whole, unit
from analysis.loaders.language_id import identify_languages

NAMED_CHARS = 600  # of each row's text are read
NAMING_ROWS = 2_000  # of each cluster, spread over it
WORDS_IN_NAME, WORDS_KEPT, LEAST_ROWS = 3, 10, 3
LANGUAGE_SAMPLE, LANGUAGE_SHARE = 1_000, 0.02
SHORTEST_WORD = 3
SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}"  # scripts without blanks between words: two characters count as a word


def stop_words(texts: Sequence[str]) -> set[str]:
    """The function words of the languages that at least one text in fifty is in, by spaCy's lists."""
    step = max(len(texts) // LANGUAGE_SAMPLE, 1)
    lines = [" ".join(text[:NAMED_CHARS].split()) for text in texts[::step]]
    languages, _ = identify_languages([line for line in lines if line])
    counted = (
        pl.Series(languages, dtype=pl.String).value_counts().filter(pl.col("count") >= LANGUAGE_SHARE * len(lines))
    )
    words: set[str] = set()
    for language in counted.to_series():
        try:
            words |= importlib.import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
        except ModuleNotFoundError:  # a language that spaCy has no list of keeps its function words
            continue
    return {word.replace("’", "'").rpartition("'")[2] for word in words} | words


def word_weights(texts: pl.Series, cluster: Whole, left_out: set[str]) -> pl.DataFrame:
    """The words of each cluster by class-based TF-IDF (Grootendorst 2022): `cluster`, `word`, `rows`, `weight`.

    In Chinese and Japanese two neighbouring characters count as a word. Rows that hold a word are counted, not its
    occurrences. Heaviest first, at most ten a cluster; words in fewer than three of its rows are left out.
    """
    picked = _spread(cluster)
    table = (
        pl.DataFrame({"cluster": cluster[picked], "text": texts.gather(picked).str.head(NAMED_CHARS)})
        .lazy()
        .select("cluster", word=_words(pl.col("text").str.to_lowercase()))
        .explode("word")
        .drop_nulls()
        .filter(~pl.col("word").is_in(list(left_out)))
        .group_by("cluster", "word")
        .agg(rows=pl.len())
        .with_columns(inside=pl.col("rows").sum().over("cluster"), everywhere=pl.col("rows").sum().over("word"))
        .filter(pl.col("rows") >= LEAST_ROWS)
    )
    each = pl.col("rows").sum() / pl.col("cluster").n_unique()
    weight = pl.col("rows") / pl.col("inside") * (1 + each / pl.col("everywhere")).log()
    return (
        table.with_columns(weight=weight)
        .sort("cluster", "weight", "word", descending=[False, True, False])
        .group_by("cluster", maintain_order=True)
        .head(WORDS_KEPT)
        .select("cluster", "word", "rows", "weight")
        .collect()
    )


def _words(text: pl.Expr) -> pl.Expr:
    """The distinct words of each text; in scripts without blanks every two neighbouring characters."""
    spaced = text.str.extract_all(rf"[\p{{L}}\p{{M}}--[{SPACELESS}]]{{{SHORTEST_WORD},}}")
    from_second = text.str.replace_all(rf"[{SPACELESS}]([{SPACELESS}]*)", "$1 ")
    pairs = [of.str.extract_all(rf"[{SPACELESS}]{{2}}") for of in (text, from_second)]
    return pl.concat_list(spaced, *pairs).list.unique()


def _spread(cluster: Whole) -> Whole:
    """The rows that are read for naming: of a large cluster some, spread over it; the same for unclustered rows."""
    table = pl.DataFrame({"cluster": cluster}).with_row_index("row")
    nth = pl.int_range(pl.len()).over("cluster")
    step = (pl.len().over("cluster") / NAMING_ROWS).ceil().cast(pl.Int64)
    return table.filter(nth % step == 0)["row"].to_numpy().astype(np.int64)


def names(words: pl.DataFrame, clusters: Sequence[int]) -> dict[int, str]:
    """A name for each cluster: its heaviest words, more of them where two clusters would have the same name."""
    of = {key[0]: table["word"].to_list() for key, table in words.partition_by("cluster", as_dict=True).items()}
    named: dict[int, str] = {}
    for cluster in clusters:
        heaviest = _without_forms(of.get(cluster, []))
        count = WORDS_IN_NAME
        while (name := ", ".join(heaviest[:count])) in named.values() and count < len(heaviest):
            count += 1
        named[cluster] = f"{name} ({cluster})" if name in named.values() else name or f"cluster {cluster}"
    return named


def _without_forms(words: Sequence[str]) -> list[str]:
    """The words without those that begin like an earlier one: one of "poem" and "poems" is enough."""
    kept: list[str] = []
    for word in words:
        if not any(word.startswith(k) or k.startswith(word) for k in kept):
            kept.append(word)
    return kept


def representatives(vectors: Floats, cluster: Whole, count: int = 3) -> dict[int, list[int]]:
    """Of each cluster the rows nearest to the mean of its vectors, distinct ones, as numbers of rows; nearest first."""
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.arange(cluster.max(initial=-1) + 2))
    nearest_rows: dict[int, list[int]] = {}
    for number in range(len(bounds) - 1):
        rows = order[bounds[number] : bounds[number + 1]]
        mean: Any = unit(vectors[rows].mean(0, keepdims=True))[0]
        cosine = (vectors[rows] @ mean).round(5)
        _, first = np.unique(-cosine, return_index=True)  # equal vectors have equal cosines
        nearest_rows[number] = [int(rows[i]) for i in first[:count]]
    return nearest_rows
