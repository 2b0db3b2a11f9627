"""What is a kind of noise: what counts as one occurrence, and what replaces it?

Patterns are those of Rust's regex crate, which Polars applies to whole columns in time linear in the text, for every
text. All functions take a Series of texts without nulls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Protected = Literal["nothing", "fences", "code"]
Texts = Callable[[pl.Series], pl.Series]

FENCE = r"^[ \t]*(?:`{3,}|~{3,})"
_FENCED = rf"{FENCE}[^`\n]*$.*?(?:{FENCE}[ \t]*\r?$|\Z)"
_FENCES = re.compile(rf"(?ms){_FENCED}")
_CODE = re.compile(rf"(?ms){_FENCED}|`[^`\n]+`")


@dataclass(frozen=True)
class Kind:
    """Each match of `marks` is one occurrence; only texts that match `hint`, a faster pattern, are searched.

    `steps` are replacements (pattern, replacement), done in order on texts with an occurrence, repeated until nothing
    changes; `count` and `clean` replace patterns where these are not enough. `protects` is what is not searched:
    fenced blocks, or these and code between backticks. `form`: it concerns form only, so that its tokens count in
    `formatting_token_share`. `whole`: it describes a whole text, and its cost is the whole text. `roles`: the roles
    that are searched; empty means all.
    """

    name: str
    title: str
    marks: str = ""
    becomes: str = ""
    hint: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    count: Texts | None = field(default=None, compare=False)
    clean: Texts | None = field(default=None, compare=False)
    protects: Protected = "nothing"
    form: bool = False
    whole: bool = False
    roles: tuple[str, ...] = ()

    def counts(self, texts: pl.Series) -> pl.Series:
        """The number of occurrences in each text, UInt32.

        >>> Kind("hash", "Hash signs", marks="#").counts(pl.Series(["a", "# b #"])).to_list()
        [0, 2]
        """
        counts = pl.repeat(0, len(texts), dtype=pl.UInt32, eager=True)
        candidates = texts.str.contains(self.hint).arg_true() if self.hint else counts.arg_sort()
        if candidates.is_empty():
            return counts
        seen = texts.gather(candidates)
        if self.protects != "nothing":
            seen = pl.Series(texts.name, [hide_code(text, self.protects)[0] for text in seen], dtype=pl.String)
        number = self.count(seen) if self.count else seen.str.count_matches(self.marks)
        return counts.scatter(candidates, number.cast(pl.UInt32))

    @property
    def can_be_cleaned(self) -> bool:
        """Whether a text can be cleaned of it; a truncated answer stays truncated."""
        return bool(self.clean or self.steps or self.marks) and not (self.whole and not self.steps)


def hide_code(text: str, protects: Protected) -> tuple[str, list[str], str, str]:
    """The text with a number between two unused characters for each piece of code, the pieces, the two characters."""
    if "`" not in text and "~~~" not in text:
        return text, [], "", ""
    pieces: list[str] = []
    before, after = unused(text)

    def hide(match: re.Match[str]) -> str:
        pieces.append(match[0])
        return f"{before}{len(pieces) - 1}{after}"

    return (_CODE if protects == "code" else _FENCES).sub(hide, text), pieces, before, after


def show_code(text: str, pieces: list[str], before: str, after: str) -> str:
    """The text with its pieces of code put back."""
    if not pieces:
        return text
    return re.sub(f"{before}([0-9]+){after}", lambda match: pieces[int(match[1])], text)


def unused(text: str) -> tuple[str, str]:
    """Two private-use characters that the text does not contain."""
    held = set(text)
    free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in held)
    return next(free), next(free)
