"""The rules of Self-Instruct for an instruction, its input and its output.

Wang et al. 2022, Self-Instruct: Aligning Language Models with Self-Generated Instructions, arXiv 2212.10560,
section 2.2. The words for what a language model cannot do are those of the paper's script and of Stanford Alpaca.
"""

from __future__ import annotations

import string

import polars as pl

from analysis.heuristics.names import names_of
from analysis.heuristics.rouge import earlier_like

LEAST_WORDS, MOST_WORDS = 3, 150
BEYOND_TEXT = (
    "image", "images", "graph", "graphs", "picture", "pictures", "file", "files", "map", "maps", "draw", "plot",
    "go to", "video", "audio", "music", "flowchart", "diagram",
)  # fmt: skip
RULES = {
    "few_words": "fewer than 3 words",
    "many_words": "more than 150 words",
    "beyond_text": "asks for what a text cannot be, such as an image or a file",
    "punctuation_first": "begins with punctuation",
    "no_ascii_letter_first": "does not begin with a letter of the English alphabet",
    "like_earlier": "a ROUGE-L of 0.7 or more with an earlier instruction",
    "output_is_input": "the output is the input",
    "several_outputs": "another row gives another output to the same input",
}
"""Why a row is left out."""


def self_instruct_columns(texts: pl.DataFrame, effort: int) -> pl.DataFrame:
    """The columns of the signal for `instruction`, `input`, `asked` (both together) and `output`, of which each may be
    null."""
    instruction = pl.col("instruction").str.strip_chars()
    earlier = earlier_like(texts["instruction"], effort)
    rows = texts.with_columns(instruction=instruction, output=pl.col("output").str.strip_chars()).hstack(earlier)
    words = pl.col("instruction").str.count_matches(r"\S+")
    pattern = r"(?i)\b(?:" + "|".join(BEYOND_TEXT) + r")\b"
    first = pl.col("instruction").str.slice(0, 1)
    broken = {
        "few_words": words < LEAST_WORDS,
        "many_words": words > MOST_WORDS,
        "beyond_text": pl.col("instruction").str.contains(pattern),
        "punctuation_first": first.is_in(list(string.punctuation)),
        "no_ascii_letter_first": (first != "") & ~first.is_in(list(string.ascii_letters)),
        "like_earlier": pl.col("rouge_l").is_not_null(),
        "output_is_input": (pl.col("output") != "") & (pl.col("output") == _given()),
        "several_outputs": pl.col("output").is_not_null() & (pl.col("output").n_unique().over(_asked()) > 1),
    }
    judged = rows.select(
        self_instruct_faults=names_of(broken),
        self_instruct_rouge_l=pl.col("rouge_l").cast(pl.Float32),
        self_instruct_like_row=pl.col("like").cast(pl.UInt32),
        self_instruct_passed=pl.col("passed").cast(pl.UInt32),
    )
    is_there = texts["instruction"].is_not_null()
    return judged.select(pl.when(is_there).then(name).alias(name) for name in judged.columns)


def _given() -> pl.Expr:
    """The input; where there is none, what was asked."""
    given = pl.col("input").str.strip_chars()
    return pl.when(given.fill_null("") != "").then(given).otherwise(pl.col("asked").str.strip_chars())


def _asked() -> pl.Expr:
    """What was asked; a row that asks nothing, or has no output, is alone."""
    asked = pl.col("asked").str.strip_chars()
    alone = pl.format("\x00{}", pl.int_range(pl.len()))
    return pl.when((asked.fill_null("") != "") & pl.col("output").is_not_null()).then(asked).otherwise(alone)
