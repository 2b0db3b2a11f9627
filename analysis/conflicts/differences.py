"""How do the answers of one group differ, and what sort of answer do its rows share?"""

from __future__ import annotations

import polars as pl

from analysis.noise import KINDS
from analysis.same_text import normalised

SHORT_WORDS = 3  # an answer of at most so many words is a label or a fact, which is often right for several prompts
SENTENCE_WORDS = 12  # in an answer of so many words at most, one changed word is a changed label, otherwise an edit

_NUMBER = r"[-\u{2212}]?[0-9]+(?:[.,\u{202f}\u{a0}][0-9]+)*(?:/[0-9]+)?"
_LAST_NUMBER = rf"({_NUMBER})[^\p{{L}}0-9]*(?:[\s\d]*\p{{L}}+[^\p{{L}}0-9]*){{0,2}}\z"
_VERDICT = r"(?i)\A[\s\W]*(yes|no|true|false)\b"


def final_number(text: pl.Expr) -> pl.Expr:
    """The number at the end of an answer, with at most two words (a unit) after it; null where there is none.

    Thousands separators and trailing zeros do not count: 1,000 equals 1000.0.
    """
    number = text.str.extract(_LAST_NUMBER).str.replace_all("\u2212", "-", literal=True)
    plain = number.str.replace_all(r"[,\u{202f}\u{a0}]([0-9]{3})", "${1}")
    return pl.coalesce(plain.cast(pl.Float64, strict=False).cast(pl.String), plain)


def sorts_of(texts: pl.Series) -> pl.Series:
    """The sort of each text: "refusal", "boilerplate" (a text about being a model), "short" or "other"; no nulls."""
    words = texts.str.count_matches(r"\S+")
    return pl.select(
        pl.when(KINDS["refusals"].counts(texts) > 0)
        .then(pl.lit("refusal"))
        .when(KINDS["ai_boilerplate"].counts(texts) > 0)
        .then(pl.lit("boilerplate"))
        .when(words <= SHORT_WORDS)
        .then(pl.lit("short"))
        .otherwise(pl.lit("other"))
    ).to_series()


def features(answers: pl.Series) -> pl.DataFrame:
    """The features by which answers are compared: blank or a refusal, final number, verdict (yes or no), words.

    `masked` is a hash of the normalised text in which every number is replaced by 0.
    """
    table = answers.fill_null("").rename("text").to_frame()
    table = table.with_columns(normalised(table["text"]).alias("normal"))
    blank = pl.col("normal") == ""
    tokens = pl.col("normal").str.strip_chars(" .!?\"'`*").str.split(" ")
    n_words = tokens.list.len()
    return table.with_columns(refused=KINDS["refusals"].counts(table["text"]) > 0).select(
        declined=blank | pl.col("refused"),
        number=final_number(pl.col("normal")),
        masked=pl.col("normal").str.replace_all(_NUMBER, "0").hash(),
        verdict=pl.col("normal").str.extract(_VERDICT),
        short=(n_words <= SHORT_WORDS) & ~pl.col("normal").str.contains("[0-9]"),
        n_words=n_words,
        words=pl.when(n_words <= SENTENCE_WORDS).then(tokens),
    )


def kinds_of(answers: pl.DataFrame) -> pl.DataFrame:
    """How the answers of each group differ: `group`, `kind`.

    `answers` has a line per group and distinct normalised answer: `group`, and the columns of `features`. The kind is
    the first that applies: "normalised" (equal except for case, white space or Unicode form), "empty_or_refusal" (one
    is blank or a refusal), "number" (all end with a number, and the numbers differ; or only numbers differ), "label"
    (all have at most three words; or one word of a short sentence differs; or some say yes and others no), "other".
    """
    named = pl.col("number").is_not_null().all() & (pl.col("number").n_unique() > 1)
    verdicts = pl.col("verdict").is_not_null().all() & (pl.col("verdict").n_unique() > 1)
    groups = answers.group_by("group").agg(
        single=pl.len() == 1,
        declined=pl.col("declined").any(),
        number=named | (pl.col("masked").n_unique() == 1),
        label=verdicts | pl.col("short").all(),
        even=(pl.col("n_words").n_unique() == 1) & pl.col("words").is_not_null().all(),
    )
    kind = (
        pl.when("single")
        .then(pl.lit("normalised"))
        .when("declined")
        .then(pl.lit("empty_or_refusal"))
        .when("number")
        .then(pl.lit("number"))
        .when(pl.col("label") | pl.col("flips"))
        .then(pl.lit("label"))
        .otherwise(pl.lit("other"))
    )
    return groups.join(_one_word(answers, groups), on="group", how="left").select("group", kind=kind)


def _one_word(answers: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Groups of short sentences of the same number of words: `group`, `flips` (whether exactly one word differs)."""
    even = groups.filter("even", ~pl.col("single")).select("group")
    words = answers.join(even, on="group").select("group", "words", pl.int_ranges("n_words").alias("at"))
    by_place = words.explode("words", "at").group_by("group", "at").agg(differs=pl.col("words").n_unique() > 1)
    return by_place.group_by("group").agg(flips=pl.col("differs").sum() == 1)
