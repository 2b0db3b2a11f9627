"""The rules of C4: which lines are kept, how many sentences they have, and what a text must not hold.

Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, arXiv 1910.10683,
section 2.2, as datatrove 0.10.1 carries them out.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.heuristics.bad_words import has_bad_word
from analysis.heuristics.names import names_of
from analysis.heuristics.words import words_of

LEAST_LINE_WORDS, LONGEST_WORD, LEAST_SENTENCES = 3, 1000, 5
WHITE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""White space of Python, as a class of a pattern."""
LINE = r"[^\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+"
WORD = f"[^{WHITE}]+"
EDGES = f"^[{WHITE}]+|[{WHITE}]+$"
CITATION = r"\[\d*\]|\[edit\]|\[citation needed\]"
END = r"""[.?!"']$"""
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
LINE_RULES = {
    "long_word": "a word of more than 1,000 characters",
    "no_end_mark": "no . ? ! \" or ' at the end, or ... there",
    "few_words": "fewer than 3 words",
    "javascript": "the word javascript",
    "policy": "terms of use, a privacy or a cookie policy",
}
"""Why a line is left out, in the order in which it is judged."""
RULES = {
    "lorem_ipsum": "the words lorem ipsum",
    "curly_bracket": "a {",
    "few_sentences": "fewer than 5 sentences in the lines that are kept",
    "bad_word": "a word of the list of bad words",
}
"""Why a text is left out. The first two are looked for in the lines that no earlier rule leaves out."""


def c4_columns(texts: pl.Series, bad_words: Sequence[str]) -> pl.DataFrame:
    """The columns of the signal for texts of which some are null; without `bad_words` that rule is not judged."""
    lines = _judged_lines(texts)
    by_text = lines.group_by("row").agg(
        c4_lines=pl.len(),
        c4_kept_lines=(pl.col("fault") == "").sum(),
        c4_sentences=pl.col("sentences").sum(),
        c4_line_faults=pl.col("fault").filter(pl.col("fault").is_in(list(LINE_RULES))).unique().sort(),
        lorem_ipsum=(pl.col("fault") == "lorem_ipsum").any(),
        curly_bracket=(pl.col("fault") == "curly_bracket").any(),
    )
    rows = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
    judged = rows.join(by_text, on="row", how="left", maintain_order="left").with_columns(
        pl.col("c4_lines", "c4_kept_lines", "c4_sentences").fill_null(0).cast(pl.UInt32),
        pl.col("c4_line_faults").fill_null([]),
        has_bad_word=has_bad_word(texts, bad_words),
    )
    broken = {
        "lorem_ipsum": pl.col("lorem_ipsum"),
        "curly_bracket": pl.col("curly_bracket"),
        "few_sentences": pl.col("c4_sentences") < LEAST_SENTENCES,
        "bad_word": pl.col("has_bad_word"),
    }
    judged = judged.with_columns(c4_faults=names_of(broken))
    names = ("c4_faults", "c4_line_faults", "c4_lines", "c4_kept_lines", "c4_sentences", "has_bad_word")
    return judged.select(pl.when(pl.col("text").is_not_null()).then(name).alias(name) for name in names)


def _judged_lines(texts: pl.Series) -> pl.DataFrame:
    """`row`, `fault` and `sentences` of each line that is not blank; the fault is "" where the line is kept."""
    lines = (
        pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "line": texts})
        .with_columns(pl.col("line").str.extract_all(LINE))
        .explode("line", empty_as_null=False)
        .with_columns(pl.col("line").str.replace_all(EDGES, ""))
        .filter(pl.col("line") != "")
    )
    cited = pl.when(pl.col("line").str.contains("[", literal=True))
    lines = lines.with_columns(
        words=pl.col("line").str.count_matches(WORD),
        longest=_longest_word(lines["line"]),
        line=cited.then(pl.col("line").str.replace_all(CITATION, "")).otherwise("line"),
    ).with_columns(low=pl.col("line").str.to_lowercase())
    ends = pl.col("line").str.contains(END) & ~pl.col("line").str.ends_with("...")
    fault = (
        pl.when(pl.col("longest") > LONGEST_WORD).then(pl.lit("long_word"))
        .when(~ends).then(pl.lit("no_end_mark"))
        .when(pl.col("words") < LEAST_LINE_WORDS).then(pl.lit("few_words"))
        .when(pl.col("low").str.contains("lorem ipsum", literal=True)).then(pl.lit("lorem_ipsum"))
        .when(pl.col("low").str.contains("javascript", literal=True)).then(pl.lit("javascript"))
        .when(pl.col("line").str.contains("{", literal=True)).then(pl.lit("curly_bracket"))
        .when(pl.col("low").str.contains_any(list(POLICIES))).then(pl.lit("policy"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    lines = lines.select("row", "line", fault=fault)
    kept = (lines["fault"] == "").arg_true()
    sentences = pl.zeros(lines.height, dtype=pl.Int64, eager=True).scatter(kept, _sentences(lines["line"].gather(kept)))
    return lines.select("row", "fault", sentences=sentences)


def _longest_word(lines: pl.Series) -> pl.Series:
    """Characters of the longest word of each line; of a line that is short enough, of the whole line."""
    sizes = lines.str.len_chars()
    long = (sizes > LONGEST_WORD).arg_true()
    longest = lines.gather(long).str.extract_all(WORD).list.eval(pl.element().str.len_chars()).list.max()
    return sizes.scatter(long, longest.fill_null(0)) if len(long) else sizes


def _sentences(lines: pl.Series) -> pl.Series:
    """How many sentences each line has."""
    words = words_of(lines)
    return pl.Series(words.sentences())
