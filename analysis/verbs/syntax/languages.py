"""Is a sentence in the language of the pipeline? Decided by its script and its function words, offline."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from runpy import run_path

LANGUAGES = (
    "af",
    "ca",
    "cs",
    "da",
    "de",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "hr",
    "hu",
    "id",
    "it",
    "lt",
    "lv",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "sk",
    "sl",
    "sq",
    "sv",
    "tl",
    "tr",
)
LETTERS_SEEN = 200  # of a sentence; far fewer are enough to identify its script
SYMBOLS = frozenset("bcdfghjklmnpqrstvwxz")  # letters of formulas; each is a word in some language
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def verdict(sentence: str, language: str) -> bool | None:
    """True where the sentence is in `language`, False where in another, None where it is too short to decide.

    It is in another language when most of its letters are of a script that the language does not use, or when it has
    more function words of another language: at least two, or one and a letter outside ASCII.
    """
    if not sentence.isascii() and _is_in_another_script(sentence, language):
        return False
    words = {word.lower() for word in WORD.findall(sentence)} - SYMBOLS
    words_of_language, others = _function_words(language)
    ours = sum(word in words_of_language for word in words)
    counts = Counter(name for word in words for name in others.get(word, ()))
    theirs = max(counts.values(), default=0)
    is_marked = theirs > 0 and any(not word.isascii() for word in words)
    if theirs > ours and (theirs > 1 or is_marked):
        return False
    return True if ours else None


def _is_in_another_script(sentence: str, language: str) -> bool:
    letters = [character for character in sentence[: 5 * LETTERS_SEEN] if character.isalpha()][:LETTERS_SEEN]
    scripts = _scripts(language)
    return sum(_script(letter) not in scripts for letter in letters) * 2 > len(letters)


@functools.lru_cache(maxsize=10_000)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "unknown").split()[0]


@functools.lru_cache(maxsize=8)
def _scripts(language: str) -> frozenset[str]:
    """The scripts a language's function words are written in; Latin where spaCy has no words of it."""
    letters = "".join(_stop_words(language))
    return frozenset({_script(letter) for letter in letters if letter.isalpha()} or {"LATIN"})


@functools.lru_cache(maxsize=8)
def _function_words(language: str) -> tuple[frozenset[str], Mapping[str, tuple[str, ...]]]:
    """The function words of the language; and for each other function word the languages that have it."""
    words_of_language = _stop_words(language)
    others: dict[str, tuple[str, ...]] = {}
    for name in LANGUAGES:
        if name != language:
            for word in _stop_words(name) - words_of_language:
                others[word] = (*others.get(word, ()), name)
    return words_of_language, others


@functools.lru_cache(maxsize=64)
def _stop_words(language: str) -> frozenset[str]:
    """spaCy's list, in lower case; empty where it has none. The file alone: some languages take a second to import."""
    import spacy

    path = Path(spacy.__file__).parent / "lang" / language / "stop_words.py"
    if not language.isalpha() or not path.exists():
        return frozenset()
    return frozenset(word.lower() for word in run_path(str(path))["STOP_WORDS"])
