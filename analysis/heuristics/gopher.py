"""The rules of Gopher: how many words, which words, which lines, and how much repeats itself.

Rae et al. 2021, Scaling Language Models: Methods, Analysis & Insights from Training Gopher, arXiv 2112.11446, appendix
A.1.1 and table A1, as datatrove 0.10.1 carries them out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.heuristics.names import names_of
from analysis.heuristics.words import COMMON_WORDS, Words, words_of

LEAST_WORDS, MOST_WORDS = 50, 100_000
SHORTEST_MEAN, LONGEST_MEAN = 3, 10
MOST_MARKS, MOST_BULLETS, MOST_OPEN_LINES, LEAST_LETTERS, LEAST_COMMON = 0.1, 0.9, 0.3, 0.8, 2
REPETITION = {
    "repeated_lines": 0.30,
    "repeated_paragraphs": 0.30,
    "characters_of_repeated_lines": 0.20,
    "characters_of_repeated_paragraphs": 0.20,
    "frequent_2_words": 0.20,
    "frequent_3_words": 0.18,
    "frequent_4_words": 0.16,
    "repeated_5_words": 0.15,
    "repeated_6_words": 0.14,
    "repeated_7_words": 0.13,
    "repeated_8_words": 0.12,
    "repeated_9_words": 0.11,
    "repeated_10_words": 0.10,
}
"""The highest share of the text's lines, paragraphs or characters that a rule accepts."""


class Rule(NamedTuple):
    """A text that has a word breaks the rule where `breaks` holds. `meaning` says it in words."""

    breaks: pl.Expr
    meaning: str


QUALITY = {
    "few_words": Rule(pl.col("gopher_words") < LEAST_WORDS, "fewer than 50 words"),
    "many_words": Rule(pl.col("gopher_words") > MOST_WORDS, "more than 100,000 words"),
    "short_words": Rule(pl.col("gopher_word_chars") < SHORTEST_MEAN, "a word has fewer than 3 characters on average"),
    "long_words": Rule(pl.col("gopher_word_chars") > LONGEST_MEAN, "a word has more than 10 characters on average"),
    "many_hashes": Rule(pl.col("gopher_hashes_per_word") > MOST_MARKS, "more than one # in 10 words"),
    "many_ellipses": Rule(pl.col("gopher_ellipses_per_word") > MOST_MARKS, "more than one … or ... in 10 words"),
    "bullet_lines": Rule(pl.col("gopher_bullet_line_share") > MOST_BULLETS, "over 90 % of the lines begin with • or -"),
    "ellipsis_lines": Rule(
        pl.col("gopher_ellipsis_line_share") > MOST_OPEN_LINES, "over 30 % of the lines end with … or ..."
    ),
    "few_letters": Rule(pl.col("gopher_letter_word_share") < LEAST_LETTERS, "under 80 % of the words have a letter"),
    "few_common_words": Rule(
        pl.col("gopher_common_words") < LEAST_COMMON, "fewer than 2 of: the, be, to, of, and, that, have, with"
    ),
}
"""The rules of quality by name. A word of punctuation alone counts in the shares, and not in the number of words."""
NUMBERS: dict[str, type[pl.DataType]] = {
    "gopher_words": pl.UInt32,
    "gopher_word_chars": pl.Float32,
    "gopher_hashes_per_word": pl.Float32,
    "gopher_ellipses_per_word": pl.Float32,
    "gopher_bullet_line_share": pl.Float32,
    "gopher_ellipsis_line_share": pl.Float32,
    "gopher_letter_word_share": pl.Float32,
    "gopher_common_words": pl.UInt8,
    "gopher_repetition_of_limit": pl.Float32,
}


def gopher_columns(texts: pl.Series) -> pl.DataFrame:
    """`gopher_faults` and NUMBERS, as the signal describes them, for texts of which some are null."""
    rows = texts.is_not_null().arg_true()
    judged = _judged(words_of(texts.gather(rows)))
    columns = judged.with_columns(rows.alias("row")).select(
        "row", "gopher_faults", *(pl.col(name).cast(kind) for name, kind in NUMBERS.items())
    )
    every = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True)})
    return every.join(columns, on="row", how="left", maintain_order="left").drop("row")


def _judged(words: Words) -> pl.DataFrame:
    numbers, shares = _counts(words)
    frame = pl.DataFrame(numbers)
    frame = frame.with_columns(pl.Series(name, shares[:, n]) for n, name in enumerate(REPETITION))
    has_word = pl.col("all_words") > 0
    frame = frame.with_columns(
        gopher_word_chars=pl.when(pl.col("gopher_words") > 0).then(pl.col("chars") / pl.col("gopher_words")),
        gopher_hashes_per_word=pl.when(has_word).then(pl.col("hashes") / pl.col("all_words")),
        gopher_ellipses_per_word=pl.when(has_word).then(pl.col("ellipses") / pl.col("all_words")),
        gopher_letter_word_share=pl.when(has_word).then(pl.col("letter_words") / pl.col("all_words")),
        gopher_bullet_line_share=pl.when(pl.col("lines") > 0).then(pl.col("bullets") / pl.col("lines")),
        gopher_ellipsis_line_share=pl.when(pl.col("lines") > 0).then(pl.col("open_lines") / pl.col("lines")),
        gopher_repetition_of_limit=pl.max_horizontal(pl.col(name) / limit for name, limit in REPETITION.items()),
    )
    broken = {name: rule.breaks for name, rule in QUALITY.items()}
    broken |= {name: pl.col(name) > limit for name, limit in REPETITION.items()}
    return frame.with_columns(gopher_faults=names_of(broken))


def _counts(words: Words) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    """Per text the numbers that the rules of quality judge, and the shares of repetition."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.heuristics import gopher_loops

    texts, vocabulary = words.texts, words.vocabulary
    count = len(texts.starts)
    counted, shares = np.zeros((count, 6), np.int64), np.zeros((count, len(REPETITION)), np.float64)
    source = (texts.data, texts.starts, texts.ends, words.place, words.numbers, vocabulary.first)
    of_words = (vocabulary.hashes, vocabulary.powers, vocabulary.sizes)
    in_threads(count, lambda low, high: gopher_loops.shares_of(*source, *of_words, low, high, counted, shares))
    weights = {
        "all_words": np.ones(len(vocabulary.sizes), np.int64),
        "gopher_words": ~vocabulary.is_symbol,
        "chars": np.where(vocabulary.is_symbol, 0, vocabulary.sizes),
        "letter_words": vocabulary.has_letter,
    }
    summed = {name: words.sums(weight) for name, weight in weights.items()}
    names = ("characters", "hashes", "ellipses", "lines", "bullets", "open_lines")
    common = np.sum([words.sums(vocabulary.common == 1 << n) > 0 for n in range(len(COMMON_WORDS))], axis=0)
    return {**dict(zip(names, counted.T, strict=True)), **summed, "gopher_common_words": common}, shares
