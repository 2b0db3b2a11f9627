"""Keeps rows apart: a text is admitted when no admitted text shares half of its three-word shingles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W_\u3040-\u30ff\u4e00-\u9fff]+")


def shingles(text: str) -> set[tuple[str, ...]]:
    """The three-word shingles of a text in small letters; a text of fewer words is one shingle; each CJK character is a word."""
    words = WORD.findall(text.lower())
    return {tuple(words[n : n + 3]) for n in range(max(1, len(words) - 2))}


class Distinct:
    """The texts admitted so far, by shingle."""

    def __init__(self, limit: float = 0.45) -> None:
        self.limit = limit
        self.sizes: list[int] = []
        self.holders: dict[tuple[str, ...], list[int]] = defaultdict(list)

    def nearest(self, text: str) -> tuple[float, int | None]:
        """The highest Jaccard similarity to an admitted text, 0..1, and that text's number (null when nothing is shared)."""
        mine = shingles(text)
        shared: Counter[int] = Counter()
        for shingle in mine:
            shared.update(self.holders.get(shingle, ()))
        return max(((n / (len(mine) + self.sizes[k] - n), k) for k, n in shared.items()), default=(0.0, None))

    def admit(self, text: str) -> bool:
        """Adds the text unless it is too near to one admitted before; says whether it was added."""
        if self.nearest(text)[0] >= self.limit:
            return False
        self.add(text)
        return True

    def add(self, text: str) -> None:
        """Adds the text whatever it resembles."""
        mine = shingles(text)
        for shingle in mine:
            self.holders[shingle].append(len(self.sizes))
        self.sizes.append(len(mine))
