"""Which prompts are few-shot prompts, and which examples do they hold?

Such a prompt repeats blocks of two lines, `A: x` and `B: y`, and ends with `A: …` and `B:`, which the model completes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import polars as pl

FEWEST = 2
LARGEST = 200_000
"""Characters of a prompt; longer ones are not looked at."""
LAST_LABEL = r"(\n[^\n:]{1,40}:)[ \t\n]*\z"
"""The line at the end of such a prompt."""
_END = re.compile(r"(?:\A|\n)([^\n:]{1,40}):([^\n]*)\n([^\n:]{1,40}):[ \t]*\Z")
GAP = re.compile(r"\s*(?:\{[^{}\n]{0,40}\}|<[^<>\n]{0,40}>|\[[^\[\]\n]{0,40}\]|…|\.\.\.|_{2,})?\s*")
"""What stands for an input that is still to be filled in, or nothing."""


class Shots(NamedTuple):
    """The examples of a few-shot prompt: `pairs` of input and answer, in order. `asked`: the input at its end, None
    where there is a gap such as `{…}`; `head`: the text before the first example."""

    pairs: list[tuple[str, str]]
    asked: str | None
    head: str


def shots_of(prompt: str) -> Shots | None:
    """The examples of a prompt; None where it is no few-shot prompt with at least 2 of them.

    An answer may have several lines, up to the next line that begins with the first label. An example without an answer
    ends the search: then it is no few-shot prompt.
    """
    if len(prompt) > LARGEST or (end := _END.search(prompt.rstrip("\n"))) is None:
        return None
    first, asked, second = end.group(1), end.group(2), end.group(3)
    if first.strip() == second.strip():
        return None
    head, *blocks = re.split(rf"(?:\A|(?<=\n)){re.escape(first)}:", prompt[: end.start()] + "\n")
    pairs = []
    for block in blocks:
        given, label, answer = block.partition(f"\n{second}:")
        if not label or not given.strip() or not answer.strip() or "\n" in given.strip():
            return None
        pairs.append((given.strip(), answer.strip()))
    if len(pairs) < FEWEST:
        return None
    return Shots(pairs, None if GAP.fullmatch(asked) else asked.strip(), head.strip())


def count_shots(prompts: pl.Series) -> pl.Series:
    """How many examples each prompt holds; 0 for a prompt that is no few-shot prompt, null for null."""
    ending = prompts.filter(prompts.str.strip_chars_end().str.ends_with(":").fill_null(False)).unique()
    labels = ending.str.extract(LAST_LABEL)
    # Few prompts end with a label that is in them before: only these are worth a look in Python.
    often = pl.DataFrame({"prompt": ending, "label": labels}).drop_nulls("label")
    occurrences = pl.col("prompt").str.count_matches(pl.col("label"), literal=True)
    texts = often.filter((occurrences > FEWEST) & (pl.col("prompt").str.len_chars() <= LARGEST))["prompt"]
    counts = {text: len(shots.pairs) for text in texts.to_list() if (shots := shots_of(text))}
    zero = pl.select(pl.when(prompts.is_not_null()).then(pl.lit(0, pl.UInt32))).to_series()
    if not counts:
        return zero
    counted = prompts.replace_strict(list(counts), list(counts.values()), default=None, return_dtype=pl.UInt32)
    return pl.select(pl.coalesce(counted, zero)).to_series()
