"""The loader of lists of words that a person brings: a text file with a word in each line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from analysis.errors import ModelError


def word_list(path: str, digest: str = "") -> tuple[str, ...]:
    """The words of a file in lower case, sorted; a line may hold several words that belong together.

    With a `digest`, the file must still be the one that `word_list_digest` hashed. Raises ModelError where it is not,
    where it cannot be read, and where it has no word.
    """
    if digest and digest != word_list_digest(path):
        raise ModelError(f"The list of words {path} is no longer the file it was; choose it again.")
    words = {line.strip().lower() for line in _read(path).splitlines()} - {""}
    if not words:
        raise ModelError(f"The list of words {path} has no word; write one in each line.")
    return tuple(sorted(words))


def word_list_digest(path: str) -> str:
    """What identifies a list in a key: the first 16 digits of the SHA-256 of its text. Raises ModelError."""
    return hashlib.sha256(_read(path).encode()).hexdigest()[:16]


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise ModelError(
            f"The list of words {path} cannot be read ({error}); name a text file in UTF-8 with a word in each line."
        ) from None
