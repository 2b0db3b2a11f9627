"""Which nouns does a verb act on? Objects, passive subjects, gerunds, and nouns after the verb's preposition."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.verbs.syntax.phrases import (
    BEFORE_PLURALS,
    NOMINAL,
    behind_preposition_by_place,
    object_by_place,
    phrase_head,
    singular,
)
from analysis.verbs.syntax.tree import (
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
from analysis.verbs.syntax.words import PARTS, PERSONS, PHRASAL, QUESTION_WORDS, TAKES, TWO_OBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

WORD = re.compile(r"(?!(?:\D*\d){7}|(?=\S*\d)\S{16})[^\W_][\w.+#'’& -]*")
"""The form of a noun: no brackets, no code, no address, no long number, no key."""
Noun = tuple[str, str | None]  # a noun, and the preposition before it


def nouns(verb: Token, lexicon: Lexicon) -> list[Noun]:
    """The nouns that the verb acts on, in order, with conjuncts."""
    objects = _by_place(verb, _objects(verb), lexicon)
    named = [name for token in objects for name in names(token)]
    if named or any(token.lower_ not in PERSONS for token in objects):
        return [(name, None) for name in named]
    return [] if has_clause(verb) else _behind_a_preposition(verb, lexicon)


def _objects(verb: Token) -> list[Token]:
    objects = [c for c in verb.children if c.dep_ in OBJECT and c.i > verb.i and not _is_glued(c) and not is_clause(c)]
    described = next((c for c in verb.children if c.dep_ == "ccomp" and c.tag_ == "VBN" and is_reduced(c)), None)
    if not objects and described is not None:  # "the dream described below", parsed as a clause
        return [token for token in described.children if token.dep_ in SUBJECT | PASSIVE]
    gerunds = [c for c in verb.children if c.dep_ == "xcomp" and is_gerund(c) and child(c, SUBJECT) is None]
    if not objects and (gerunds or has_clause(verb)):
        return gerunds
    objects = objects or [c for c in verb.children if c.dep_ in OBJECT and not _is_glued(c)]
    if len(objects) > 1:
        spoken_of = [c for c in objects if c.pos_ != "PRON"]
        is_second = len(spoken_of) > 1 and spoken_of[1].left_edge.i == spoken_of[0].i + 1 and lemma(verb) in TWO_OBJECTS
        objects = spoken_of[1:2] if is_second else spoken_of[:1]
    if objects:
        return objects
    if (passive := child(verb, PASSIVE)) is not None:
        return [passive]
    if is_passive(
        verb
    ):  # "how are diamonds formed", and "the files need to be renamed", whose subject is that of the verb above
        acted_on = child(verb, SUBJECT) or (child(verb.head, SUBJECT) if verb.dep_ == "xcomp" else None)
        return [] if acted_on is None else [acted_on]
    loose = [c for c in verb.children if c.dep_ in ("parataxis", "appos", "dep") and c.i > verb.i and _is_noun(c)]
    return loose[:1]  # "write, in verse, an account"


def _by_place(verb: Token, objects: list[Token], lexicon: Lexicon) -> list[Token]:
    """The objects, the first replaced by the noun phrase after the verb where the tree is wrong."""
    first = objects[0] if objects else None
    if first is not None and (first.i < verb.i or _is_plainly_next(verb, first)):
        return objects
    placed = object_by_place(verb, lexicon)
    if placed is None or (first is not None and (first.i <= verb.i or first.i == placed.i)):
        return objects
    if first is None:
        return [placed]
    is_longer = first.i == placed.i + 1 and first.tag_ in ("VBZ", "JJ")  # "states" in "list the US states"
    is_named = placed in first.subtree and (placed.dep_.startswith("flat") or placed.tag_ == "FW")
    is_described = first.i < placed.i and any(
        c.dep_ in ("acl", "acl:relcl") and placed in c.subtree for c in first.children
    )
    return objects if is_longer or is_named or is_described else [placed]


def _is_plainly_next(verb: Token, noun: Token) -> bool:
    """Whether only determiners, adjectives and nouns are between a verb and its object, and the phrase ends there."""
    tags = [token.tag_ for token in noun.doc[verb.i + 1 : min(noun.i + 2, verb.sent.end)]]
    after = tags.pop() if len(tags) > noun.i - verb.i else ""
    if noun.tag_ not in ("NN", "NNS") or after not in ("IN", "TO", "WDT", "CC", ".", ",", ""):
        return False
    is_word = noun.is_alpha and not noun.lower_.endswith("wards")
    return is_word and all(tag in ("DT", "PRP$", "JJ", "CD", "NN", "NNS") for tag in tags) and "NNS" not in tags[:-1]


def _is_noun(token: Token) -> bool:
    return token.pos_ in ("NOUN", "PROPN") and not is_verb(token) and child(token, {"cop"}) is None


def _is_glued(token: Token) -> bool:
    """Whether it is only the first part of a hyphenated word, or not a word."""
    return not token.text[0].isalnum() or (
        not token.whitespace_ and token.i + 1 < len(token.doc) and token.doc[token.i + 1].text == "-"
    )


def _behind_a_preposition(verb: Token, lexicon: Lexicon) -> list[Noun]:
    verb_particles = particles(verb)
    for token, preposition in _each_prepositional(verb, lexicon):
        if (lemma(verb), preposition) in PHRASAL:
            return [(name, None) for name in names(token)]
        if (lemma(verb), preposition) in TAKES or (verb_particles and preposition in ("with", "for", "to", "on")):
            return [(name, preposition) for name in names(token)]
    return []


def _each_prepositional(verb: Token, lexicon: Lexicon) -> Iterator[tuple[Token, str]]:
    """The prepositional nouns of the tree, and last that of the phrase after the word that follows the verb."""
    yield from _prepositional(verb)
    if (placed := behind_preposition_by_place(verb, lexicon)) is not None:
        yield placed


def _prepositional(verb: Token) -> Iterator[tuple[Token, str]]:
    for c in verb.children:
        if c.i < verb.i:
            continue
        if c.dep_ in ("obl", "obl:arg", "nmod") or (c.dep_ == "advcl" and is_gerund(c)):
            case = child(c, {"case", "mark"})
            yield c, word(case) if case is not None else _word_before(c.left_edge)
        if c.dep_ == "prep" and (inner := child(c, {"pobj", "pcomp"})) is not None:
            yield inner, c.lower_


def names(token: Token) -> Iterator[str]:
    """The noun of a noun phrase and of its conjuncts; for "some of the books" it is "book"."""
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
    """A common noun's lemma, a proper noun in full, a gerund unchanged; None for a word that is no noun."""
    if token.pos_ == "PROPN" and not token.is_lower:
        parts = [
            c
            for c in token.children
            if c.dep_ in ("compound", "flat", "flat:name", "nmod") and c.pos_ == "PROPN" and not c.is_lower
        ]
        whole = sorted((p for p in (token, *parts) if abs(p.i - token.i) <= len(parts)), key=lambda part: part.i)
        return " ".join(part.lower_ for part in whole)
    if token.pos_ == "PROPN" and token.lemma_ == token.text:
        return singular(token.lower_)
    if token.pos_ in ("NOUN", "PROPN"):
        if token.tag_ == "NNS" and token.is_title and child(token, OF_A_NOUN) is None:
            titles = [t for t in token.sent if t.is_title and t.i > token.sent.start]
            if titles == [token]:
                return token.lower_  # "who directed Jaws"
        base = lemma(token)
        return singular(base) if base == token.lower_ and _word_before(token) in BEFORE_PLURALS else base
    if NOMINAL.search(token.lower_):
        return token.lower_
    if token.tag_ == "VB" and token.dep_ in OBJECT and not any(c.dep_ in OBJECT | SUBJECT for c in token.children):
        return singular(token.lower_)  # "use emojis"
    if token.pos_ == "ADJ" and token.dep_ == "amod" and token.head.i == token.i + 1 and not token.head.is_alpha:
        return token.lower_
    is_noun = token.pos_ in ("VERB", "ADJ", "X") and child(token, OF_A_NOUN) is not None  # "a thank-you note"
    if (
        token.tag_ in ("VBZ", "JJ")
        and token.lower_.endswith("s")
        and (
            is_noun
            or _word_before(token) in BEFORE_PLURALS
            or (token.tag_ == "VBZ" and token.i > 0 and token.nbor(-1).tag_ == "NN")
        )
    ):
        return singular(token.lower_)
    is_noun = is_noun or (
        token.pos_ == "ADJ" and token.lower_.endswith("ing")
    )  # "recommend cycling", tagged as an adjective
    return token.lower_ if is_gerund(token) or (is_noun and token.dep_ in OBJECT) else None


def _word_before(token: Token) -> str:
    return token.nbor(-1).lower_ if token.i > 0 else ""


def asked_what(sentence: Span, lexicon: Lexicon) -> str | None:
    """The noun of a question with "be": the phrase before it ("which river is"), else after it, else by the tree."""
    asker = next((token for token in sentence if token.lower_ in QUESTION_WORDS), None)
    first = sentence.start if asker is None else asker.i
    be = next((token for token in sentence if token.i >= first and lemma(token) == "be"), None)
    placed = None if be is None else _named_before(asker, be, lexicon) or _named_after(be, lexicon)
    if placed is not None and word(asker) in ("", "why") and placed.lower_ in lexicon.adjectives:
        before = placed.nbor(-1)  # "why is the sky blue", where "blue" was parsed as the noun
        placed = before if before.pos_ in ("NOUN", "PROPN") else placed
    root = sentence.root
    if (
        placed is not None
        and (name := next(names(placed), placed.lower_)) not in QUESTION_WORDS
        and WORD.fullmatch(name)
    ):
        return name
    every = [token for token in (child(root, SUBJECT), root, child(root, {"attr"})) if token is not None]
    return next((name for token in every if token.lower_ not in QUESTION_WORDS for name in names(token)), None)


def _named_before(asker: Token | None, be: Token, lexicon: Lexicon) -> Token | None:
    """The noun between a question word and "be": "which river is", "how many moons are"."""
    if asker is None or asker.i + 1 >= be.i or asker.lower_ not in ("which", "what", "whose", "how"):
        return None
    skipped = 1 if asker.lower_ != "how" and asker.nbor(1).lower_ != "of" else 2
    if asker.lower_ == "how" and asker.nbor(1).lower_ not in ("many", "much"):
        return None
    head = phrase_head(asker.nbor(skipped), lexicon) if asker.i + skipped < be.i else None
    return head if head is not None and head.i < be.i else None


def _named_after(be: Token, lexicon: Lexicon) -> Token | None:
    after = [t for t in be.doc[be.i + 1 : be.sent.end] if t.lower_ not in ("there", "not", "n't", "it")]
    if not after:
        return None
    is_compared = len(after) > 1 and after[1].tag_ in ("JJR", "RBR") and after[0].lower_ in lexicon.nouns
    return phrase_head(after[0], lexicon) or (after[0] if is_compared else None)  # "is gold heavier", an adjective too


def fronted(verb: Token, lexicon: Lexicon) -> str | None:
    """What a question puts before its verb: "books" in "which books did she write", "how many books"."""
    sentence = verb.sent
    for token in sentence[: verb.i - sentence.start]:
        is_counted = token.lower_ in ("many", "much") and token.i > sentence.start and token.nbor(-1).lower_ == "how"
        if is_counted or (token.lower_ in ("which", "what", "whose") and not _is_within(token)):
            head = phrase_head(token.nbor(1), lexicon)
            return None if head is None or head.i >= verb.i else next(names(head), None)
    return None


def _is_within(asker: Token) -> bool:
    """Whether a preposition precedes the question word: "in what ways"."""
    return asker.i > asker.sent.start and asker.nbor(-1).pos_ == "ADP"


def is_how_many(sentence: Span) -> bool:
    """Whether it asks how many or how much."""
    words = [token.lower_ for token in sentence]
    return any(pair in (("how", "many"), ("how", "much")) for pair in itertools.pairwise(words))
