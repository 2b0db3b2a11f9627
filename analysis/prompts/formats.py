"""What is the format of prompts, such as `{input} -->`, and how does a prompt differ from it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from analysis.errors import SignalError

KINDS: dict[str, str] = {
    "edge_space": "white space around the input, or around the prompt, that the format does not have",
    "case": "the same words with other capital letters",
    "extra_prefix": "something before what the format begins with, or a label such as “Item:” that the format has not",
    "missing_suffix": "the end is missing",
    "missing_prefix": "the beginning is missing",
    "other": "neither the beginning nor the end is there",
}
"""How a prompt can be off its format; the first that fits."""
INPUT = "{input}"
LEAST_SHARE = 0.5
KEPT_SHARE = 0.9
PLAIN_SHARE = 0.8
LEAST_PROMPTS = 3
SHORTEST = 2
LONGEST = 4096
SAMPLE = 20_000
LABEL = r"\A\s*\p{L}[\p{L}\p{N} _-]{0,30}[:=]\s"
LABELS, LABEL_SHARE = 3, 0.01
_EDGE = {"suffix": r"\A[\p{L}\p{N}\p{M}]+", "prefix": r"[\p{L}\p{N}\p{M}]+\z"}
_SIGN = r"[^\p{L}\p{N}\p{M}\p{Zs}.,!?'’]"


@dataclass(frozen=True)
class Format:
    """The texts before and after the input of a prompt; `is_labelled`: whether inputs begin with labels of their own,
    so that one is no sign of another format."""

    prefix: str
    suffix: str
    is_labelled: bool = False

    def __str__(self) -> str:
        return f"{self.prefix}{INPUT}{self.suffix}"

    def seen_in(self, prompts: pl.Series) -> Format:
        """The same; it is labelled where the prompts that have it begin with 3 different labels or more, and more than
        one in a hundred begins with one."""
        has = prompts.to_frame("prompt").filter(self._has(pl.col("prompt"), self.prefix, self.suffix))["prompt"]
        labels = has.str.extract(f"({LABEL})").drop_nulls()
        return replace(self, is_labelled=labels.n_unique() >= LABELS and len(labels) > LABEL_SHARE * len(has))

    def kind_off(self, prompt: pl.Expr) -> pl.Expr:
        """How a prompt is off the format, one of KINDS; null for a prompt that is on it, and for null."""
        bare = self._bare(prompt)
        lowered = self._has(prompt.str.to_lowercase(), self.prefix.lower(), self.suffix.lower())
        starts, ends = prompt.str.starts_with(self.prefix), prompt.str.ends_with(self.suffix)
        later = prompt.str.contains(self.prefix, literal=True) & ends if self.prefix else pl.lit(False)
        labelled = self._labelled(prompt)
        is_on = self._has(prompt, self.prefix, self.suffix)
        return (
            pl.when(prompt.is_null() | (is_on & ~self._has_edge(prompt) & ~labelled))
            .then(None)
            .when(is_on & self._has_edge(prompt) | (~is_on & bare))
            .then(pl.lit("edge_space"))
            .when(~is_on & lowered)
            .then(pl.lit("case"))
            .when(labelled | (~starts & later))
            .then(pl.lit("extra_prefix"))
            .when(starts if self.suffix else pl.lit(False))
            .then(pl.lit("missing_suffix"))
            .when(ends if self.prefix else pl.lit(False))
            .then(pl.lit("missing_prefix"))
            .otherwise(pl.lit("other"))
        )

    @staticmethod
    def _has(prompt: pl.Expr, prefix: str, suffix: str) -> pl.Expr:
        long_enough = prompt.str.len_bytes() >= len(prefix.encode()) + len(suffix.encode())
        return prompt.str.starts_with(prefix) & prompt.str.ends_with(suffix) & long_enough

    def _bare(self, prompt: pl.Expr) -> pl.Expr:
        """Whether the prompt has the format but for white space at the edges of the prompt."""
        return self._has(prompt.str.strip_chars(), self.prefix.lstrip(), self.suffix.rstrip())

    def _has_edge(self, prompt: pl.Expr) -> pl.Expr:
        """Whether the input of a prompt that has the format begins or ends with white space."""
        size = len(self.prefix) + len(self.suffix)
        inside = prompt.str.slice(len(self.prefix), (prompt.str.len_chars().cast(pl.Int64) - size).clip(0))
        return inside.str.contains(r"\A\s|\s\z")

    def _labelled(self, prompt: pl.Expr) -> pl.Expr:
        """Whether a prompt that has the format begins with a label that it should not have."""
        if self.prefix or self.is_labelled:
            return pl.lit(False)
        return self._has(prompt, self.prefix, self.suffix) & prompt.str.contains(LABEL)


def format_written(text: str) -> Format:
    """The format of a text such as `Item: {input} -->`. Raises SignalError where it has not exactly one {input}."""
    prefix, gap, suffix = text.partition(INPUT)
    if not gap or INPUT in suffix or not prefix + suffix:
        raise SignalError(f"{text!r} is no format of prompts: it needs {INPUT} once, and a text around it.")
    return Format(prefix, suffix)


def format_of(prompts: pl.Series) -> Format | None:
    """The format that most of these prompts share: its beginning and end, each as long as possible.

    It is looked for in up to SAMPLE of them, spread evenly, each text once. An end of 2 characters or more counts where
    at least half of the prompts have it; it grows to the left while nine tenths of those keep it, and begins with a
    character that is no letter or digit. It also has another sign than spaces and full stops in it, or eight tenths of
    the prompts: half of all questions may begin with the same words. The same holds for a beginning, among the prompts
    with that end. None where there is neither, or fewer than 3 different prompts have it.
    """
    prompts = prompts.drop_nulls()
    step = max(1, -(-len(prompts) // SAMPLE))
    texts = prompts.gather_every(step).unique(maintain_order=True)
    texts = texts.filter(texts.str.contains(r"\S"))
    if len(texts) < LEAST_PROMPTS:
        return None
    suffix = _affix(texts, "suffix", len(texts))
    ending = texts.filter(texts.str.ends_with(suffix)) if suffix else texts
    rest = ending.str.slice(0, ending.str.len_chars().cast(pl.Int64) - len(suffix)) if suffix else ending
    prefix = _affix(rest, "prefix", len(texts))
    if not prefix + suffix:
        return None
    has = texts.str.starts_with(prefix) & texts.str.ends_with(suffix)
    if int(has.sum()) < max(LEAST_PROMPTS, LEAST_SHARE * len(texts)):
        return None
    return Format(prefix, suffix).seen_in(texts)


def _affix(texts: pl.Series, side: Literal["prefix", "suffix"], of: int) -> str:
    """The longest beginning or end that enough of the `of` texts share; "" where there is none."""
    least = max(LEAST_PROMPTS, LEAST_SHARE * of)
    most, rows = _most_common(texts, side, SHORTEST)
    if rows < least:
        return ""
    kept = max(least, KEPT_SHARE * rows)
    low, high = SHORTEST, LONGEST
    while low < high:  # the most common of a length is in no more texts than that of a shorter length
        middle = (low + high + 1) // 2
        longer, rows = _most_common(texts, side, middle)
        if rows >= kept:
            low, most = middle, longer
        else:
            high = middle - 1
    trimmed = pl.Series([most]).str.replace(_EDGE[side], "")[0]
    if len(trimmed) < SHORTEST:
        return ""
    count = int((texts.str.starts_with(trimmed) if side == "prefix" else texts.str.ends_with(trimmed)).sum())
    has_sign = bool(pl.Series([trimmed]).str.contains(_SIGN)[0])
    return trimmed if has_sign or count >= PLAIN_SHARE * of else ""


def _most_common(texts: pl.Series, side: Literal["prefix", "suffix"], size: int) -> tuple[str, int]:
    """The most common beginning or end of this many characters, and how many texts have it."""
    long = texts.filter(texts.str.len_chars() >= size)
    if long.is_empty():
        return "", 0
    ends = long.str.head(size) if side == "prefix" else long.str.tail(size)
    counts = ends.alias("end").value_counts(name="rows").sort("rows", "end", descending=[True, False])
    return str(counts["end"][0]), int(counts["rows"][0])
