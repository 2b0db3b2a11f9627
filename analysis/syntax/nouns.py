"""Which nouns does a verb act upon? Objects, passive subjects, gerunds, and nouns behind the verb's own preposition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.syntax.tree import (
    OBJECT,
    OF_A_NOUN,
    PASSIVE,
    SUBJECT,
    Lexicon,
    child,
    has_clause,
    is_clause,
    is_gerund,
    is_passive,
    is_reduced,
    is_verb,
    lemma,
    particles,
    word,
)
from analysis.syntax.words import ME, PARTS, PHRASAL, QUESTION_WORDS, TAKES, TWO_OBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Token

WORD = re.compile(r"[^\W_][\w.+#'’& -]*")  # what a noun looks like: no brackets, no code
Noun = tuple[str, str | None]  # a noun, and the preposition before it


def nouns(verb: Token) -> list[Noun]:
    """The nouns the verb acts upon, in their order, conjuncts too."""
    objects = _objects(verb)
    named = [name for token in objects for name in names(token)]
    if named or any(token.lower_ not in ME for token in objects):
        return [(name, None) for name in named]
    return [] if has_clause(verb) else _behind_a_preposition(verb)


def _objects(verb: Token) -> list[Token]:
    found = [c for c in verb.children if c.dep_ in OBJECT and c.i > verb.i and not _is_glued(c) and not is_clause(c)]
    described = next((c for c in verb.children if c.dep_ == "ccomp" and c.tag_ == "VBN" and is_reduced(c)), None)
    if not found and described is not None:  # "the dream described below", taken for a clause
        return [token for token in described.children if token.dep_ in SUBJECT | PASSIVE]
    gerunds = [c for c in verb.children if c.dep_ == "xcomp" and is_gerund(c) and child(c, SUBJECT) is None]
    if not found and (gerunds or has_clause(verb)):
        return gerunds
    found = found or [c for c in verb.children if c.dep_ in OBJECT and not _is_glued(c)]
    if len(found) > 1:
        spoken_of = [c for c in found if c.pos_ != "PRON"]
        is_second = len(spoken_of) > 1 and spoken_of[1].left_edge.i == spoken_of[0].i + 1 and lemma(verb) in TWO_OBJECTS
        found = spoken_of[1:2] if is_second else spoken_of[:1]
    if found:
        return found
    if (passive := child(verb, PASSIVE)) is not None:
        return [passive]
    if is_passive(verb):  # "how are diamonds formed", and "the files need to be renamed", whose subject stands above
        acted_on = child(verb, SUBJECT) or (child(verb.head, SUBJECT) if verb.dep_ == "xcomp" else None)
        return [] if acted_on is None else [acted_on]
    loose = [c for c in verb.children if c.dep_ in ("parataxis", "appos", "dep") and c.i > verb.i and _is_noun(c)]
    return loose[:1]  # "write, in verse, an account"


def _is_noun(token: Token) -> bool:
    return token.pos_ in ("NOUN", "PROPN") and not is_verb(token) and child(token, {"cop"}) is None


def _is_glued(token: Token) -> bool:
    """Whether it is but the first part of a hyphenated word, or no word at all."""
    return not token.text[0].isalnum() or (
        not token.whitespace_ and token.i + 1 < len(token.doc) and token.doc[token.i + 1].text == "-"
    )


def _behind_a_preposition(verb: Token) -> list[Noun]:
    own = particles(verb)
    for token, preposition in _prepositional(verb):
        if (lemma(verb), preposition) in PHRASAL:
            return [(name, None) for name in names(token)]
        if (lemma(verb), preposition) in TAKES or (own and preposition in ("with", "for", "to", "on")):
            return [(name, preposition) for name in names(token)]
    return []


def _prepositional(verb: Token) -> Iterator[tuple[Token, str]]:
    for c in verb.children:
        if c.i < verb.i:
            continue
        if c.dep_ in ("obl", "obl:arg", "nmod") or (c.dep_ == "advcl" and is_gerund(c)):
            case = child(c, {"case", "mark"})
            yield c, word(case if case is not None else c.doc[c.left_edge.i - 1])
        if c.dep_ == "prep" and (inner := child(c, {"pobj", "pcomp"})) is not None:
            yield inner, c.lower_


def names(token: Token) -> Iterator[str]:
    """The noun of a noun phrase and of those conjoined to it; of "some of the books" the books."""
    name = _name(token)
    if name is None or name in PARTS:
        inner = next((c for c in token.children if c.dep_ == "nmod" and word(child(c, {"case"})) == "of"), None)
        if inner is None and (prep := child(token, {"prep"})) is not None and prep.lower_ == "of":
            inner = child(prep, {"pobj"})
        name = (_name(inner) if inner is not None else None) or name
    if name is not None and WORD.fullmatch(name):
        yield name
    for c in token.children:
        if c.dep_ == "conj" and (_is_noun(c) or is_gerund(c)):
            yield from names(c)


def _name(token: Token) -> str | None:
    """A common noun's lemma, a proper noun in full, a gerund as it stands; None for a word that is no noun."""
    if token.pos_ == "PROPN" and not token.is_lower:
        parts = [
            c for c in token.children
            if c.dep_ in ("compound", "flat", "flat:name", "nmod") and c.pos_ == "PROPN" and not c.is_lower
        ]  # fmt: skip
        whole = sorted((p for p in (token, *parts) if abs(p.i - token.i) <= len(parts)), key=lambda part: part.i)
        return " ".join(part.lower_ for part in whole)
    if token.pos_ in ("NOUN", "PROPN"):
        return lemma(token)
    is_noun = token.pos_ in ("VERB", "ADJ", "X") and child(token, OF_A_NOUN) is not None  # "a thank-you note"
    return token.lower_ if is_gerund(token) or (is_noun and token.dep_ in OBJECT) else None


def asked_what(root: Token, lexicon: Lexicon) -> str | None:
    """The noun of a question with "be": its subject, or else its predicate."""
    found = child(root, SUBJECT)
    if found is not None and root.lower_ == "why" and found.lower_ in lexicon.adjectives:
        found = child(found, {"compound"}) or found  # "why is the sky blue", where "blue" was taken for the noun
    both = [token for token in (found, root, child(root, {"attr"})) if token is not None]
    return next((name for token in both if token.lower_ not in QUESTION_WORDS for name in names(token)), None)


def fronted(verb: Token) -> str | None:
    """What a question puts before its verb: "books" in "which books did she write"."""
    sentence = verb.sent
    for token in sentence[: verb.i - sentence.start]:
        asks = any(c.lower_ in QUESTION_WORDS or (c.lower_ in ("many", "much")) for c in token.children)
        if token.pos_ in ("NOUN", "PROPN") and asks and token.dep_ not in ("obl", "nmod"):
            return next(names(token), None)
        if token.pos_ == "AUX":
            return None
    return None
