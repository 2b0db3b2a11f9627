"""What do the rules read in a parsed sentence? Children by relation, subjects, verbs and their particles.

Relations have the names of Universal Dependencies or of ClearNLP ("obj", "dobj"); every set here holds both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from analysis.verbs.syntax.words import ENDING_IN_IE, PARTICLES, PHRASAL, QUESTION_WORDS, READY

if TYPE_CHECKING:
    from spacy.tokens import Token

DOUBLED = re.compile(r"([bdgmnprt])\1e$")
OBJECT = frozenset(("obj", "dobj"))
SUBJECT = frozenset(("nsubj", "nsubj:outer", "csubj"))
PASSIVE = frozenset(("nsubj:pass", "nsubjpass", "csubj:pass", "csubjpass"))
PASSIVE_AUXILIARY = frozenset(("aux:pass", "auxpass"))
COMPLEMENT = frozenset(("xcomp", "ccomp"))
CLAUSE = COMPLEMENT | {"advcl", "acl", "csubj"}
AUXILIARY = PASSIVE_AUXILIARY | {"aux", "cop"}
OF_A_NOUN = frozenset(("det", "nmod", "nmod:poss", "poss", "compound", "amod", "nummod"))


class Lexicon(NamedTuple):
    """Words by part of speech, in lower case, from the pipeline's lemmatizer; empty where it has none.

    `verbs` lacks the function words that are verbs too ("seem", "last"), which `every_verb` has.
    """

    verbs: Collection[str] = frozenset()
    nouns: Collection[str] = frozenset()
    adjectives: Collection[str] = frozenset()
    every_verb: Collection[str] = frozenset()


def child(token: Token, relations: Collection[str]) -> Token | None:
    """The first child in one of these relations."""
    return next((c for c in token.children if c.dep_ in relations), None)


def word(token: Token | None) -> str:
    """The word in lower case; empty for None."""
    return "" if token is None else token.lower_


def lemma(token: Token | None) -> str:
    """The lemma in lower case; the word itself where it is a base form or has no lemma, empty for None."""
    if token is not None and token.lower_ in ENDING_IN_IE:
        return token.lower_.removesuffix("s")
    if token is None:
        return ""
    base = (token.text if token.tag_ == "VB" else token.lemma_ or token.text).lower()
    is_doubled = token.tag_ in ("VBG", "VBD", "VBN") and DOUBLED.search(base) is not None
    return base[:-2] if is_doubled else base  # "debugge", of "debugging"


def subject(token: Token) -> str | None:
    """The subject of the clause as a word in lower case; None where it has none, such as an imperative."""
    subject_token = child(token, SUBJECT | PASSIVE)
    return None if subject_token is None else subject_token.lower_


def is_verb(token: Token) -> bool:
    """Whether it is the head of a clause: a verb, an auxiliary alone, or a word that can only be a verb in this place.

    Objects and "to"-phrases depend on verbs, so that a root with one of these is a verb whatever its tag.
    """
    if token.pos_ in ("VERB", "AUX"):
        return token.pos_ == "VERB" or token.dep_ not in AUXILIARY
    if token.dep_ not in ("ROOT", "conj", "parataxis") or child(token, {"cop", "det"}) is not None:
        return False
    if any(c.dep_ in OF_A_NOUN and c.i < token.i for c in token.children):
        return False
    return token.tag_ == "VB" or (
        token.pos_ in ("NOUN", "PROPN") and any(c.dep_ in OBJECT | {"obl"} and c.i > token.i for c in token.children)
    )


def is_bare(token: Token) -> bool:
    """Whether it has the form of a request: imperative, infinitive, or a form that the pipeline does not give."""
    if token.pos_ not in ("VERB", "AUX"):
        return is_verb(token)
    form = token.morph.get("VerbForm", [])
    return "Imp" in token.morph.get("Mood", []) or "Inf" in form or (not form and token.tag_ in ("VB", ""))


def is_gerund(token: Token) -> bool:
    """Whether it is an -ing form."""
    return token.tag_ == "VBG" or "Ger" in token.morph.get("VerbForm", [])


def is_ready(token: Token) -> bool:
    """Whether it is an adjective that carries a request: "be sure to", "it would be great if"."""
    return token.pos_ == "ADJ" and lemma(token) in READY


def has_object(verb: Token) -> bool:
    """Whether the verb has an object, or a clause instead."""
    return child(verb, OBJECT | COMPLEMENT) is not None


def is_passive(verb: Token) -> bool:
    """Whether it is a participle after a form of "be", whichever of the two is the head."""
    if child(verb, PASSIVE_AUXILIARY) is not None:
        return True
    before = verb.doc[verb.sent.start : verb.i]
    return verb.tag_ == "VBN" and any(lemma(token) == "be" and token.head in (verb, verb.left_edge) for token in before)


def is_reduced(participle: Token) -> bool:
    """Whether it has no auxiliary and no word that begins a clause: "the dream described below"."""
    return child(participle, AUXILIARY | {"mark"}) is None and not is_clause(participle)


def is_clause(token: Token) -> bool:
    """Whether an object is an indirect question, whose verb is tagged as a noun: "why ice floats"."""
    first = token.left_edge
    return first.i < token.i and first.lower_ in QUESTION_WORDS | {"whether", "if"} and first.lower_ != "whose"


def has_clause(verb: Token) -> bool:
    """Whether the verb has a clause as its object."""
    return any(c.dep_ in COMPLEMENT or (c.dep_ in OBJECT and c.i > verb.i and is_clause(c)) for c in verb.children)


def particles(verb: Token) -> list[str]:
    """The particle of a phrasal verb, at most one: "up" in "look up the word"."""
    particle_words = [c.lower_ for c in verb.children if c.dep_ in ("compound:prt", "prt") and c.lower_ in PARTICLES]
    if particle_words:
        return particle_words[:1]
    after = [c for c in verb.children if c.i > verb.i]
    loose = [c for c in after if c.dep_ in ("advmod", "case", "mark") and c.lower_ in PARTICLES]
    if child(verb, OBJECT) is None:  # "fill in the blanks", where "in" is tagged as a preposition
        loose += [case for c in after if c.dep_ == "obl" for case in c.children if case.dep_ == "case"]
    return [c.lower_ for c in loose if (lemma(verb), c.lower_) in PHRASAL][:1]
