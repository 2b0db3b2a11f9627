"""The words around a hit, by which Presidio raises its score: tokens and their lemmas, without a model."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
else:
    NlpEngine = object  # the class itself takes seconds to import, and this one has all of its methods

WORDS_BEFORE, WORDS_BEHIND = 5, 1
TOKEN = re.compile(r"\d(?:[\d .()/\-]*\d)?|[^\W\d_]+")
"""A word of letters; or a number with all its groups, so that the word after a number is the next token."""
WORD_START = re.compile(r"(?<=[\W\d_])[^\W\d_]")
NEAR_CHARS = 200
STOP_WORDS = frozenset(
    "a an the this that these those my your his her its our their me you him it us them i we he she they is are was "
    "were am been being do does did has have had will would shall should can could may might must and or but if so as "
    "at by for from in into of off on onto out over to under up with then than there here just also only not no yes "
    "please very".split()
)


class Words(NamedTuple):
    """The tokens of a text, where each begins and ends in code points, and their lemmas."""

    tokens: list[str]
    starts: list[int]
    ends: list[int]
    lemmas: list[str]


def lemma(word: str) -> str:
    """A word in lower case without the s of its plural; always a prefix of the lower-case word."""
    low = word.lower()
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")) else low


def context_words(words: Iterable[str]) -> list[str]:
    """The lemmas of context words; a phrase of several words is never one token and is left out."""
    return sorted({lemma(word.strip()) for word in words if word.strip() and not re.search(r"[\W\d_]", word.strip())})


def words_of(text: str) -> Words:
    """The words and numbers of a text."""
    return _words(TOKEN.finditer(text))


def _words(matches: Iterable[re.Match[str]]) -> Words:
    kept = list(matches)
    tokens = [match[0] for match in kept]
    return Words(tokens, [m.start() for m in kept], [m.end() for m in kept], [lemma(token) for token in tokens])


class WordEngine(NlpEngine):
    """A text's words as Presidio's `NlpEngine` gives them. Without lemmas Presidio ignores all context."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        return self.artifacts(words_of(text))

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        yield from ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return word in STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]

    def artifacts(self, words: Words) -> NlpArtifacts:
        from presidio_analyzer.nlp_engine import NlpArtifacts

        tokens: Any = words.tokens
        return NlpArtifacts([], tokens, words.starts, words.lemmas, self, "en")

    def around(self, text: str, start: int) -> NlpArtifacts:
        """Only the words that can affect a hit that begins at `start`; the result is that of all words, and fast."""
        reach = NEAR_CHARS
        while True:
            low = _word_start(text, start - reach)
            words = _words(_until(TOKEN.finditer(text, low), start))
            first_behind = first = bisect_right(words.ends, start)
            seen = 0
            while first > 0 and seen <= WORDS_BEFORE + 1:
                first -= 1
                seen += words.lemmas[first] not in STOP_WORDS
            if seen > WORDS_BEFORE + 1 or low == 0:
                break
            reach *= 8
        first = first if first_behind < len(words.ends) else 0
        return self.artifacts(
            Words(words.tokens[first:], words.starts[first:], words.ends[first:], words.lemmas[first:])
        )


def _word_start(text: str, offset: int) -> int:
    """The start of the first word at `offset` or after it, or 0; from there the tokens are those of the whole text."""
    match = WORD_START.search(text, offset) if offset > 0 else None
    return match.start() if match else 0


def _until(matches: Iterator[re.Match[str]], start: int) -> Iterator[re.Match[str]]:
    """The tokens before `start`, and after it as many as can affect a hit there."""
    seen = 0
    for match in matches:
        yield match
        seen += match.end() > start and lemma(match[0]) not in STOP_WORDS
        if seen > WORDS_BEHIND + 1:
            return


def enhancer() -> LemmaContextAwareEnhancer:
    """Compares whole words, five before and one after a hit: "lic" does not match "public"."""
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    return LemmaContextAwareEnhancer(
        context_matching_mode="whole_word",
        context_prefix_count=WORDS_BEFORE,
        context_suffix_count=WORDS_BEHIND,
    )
