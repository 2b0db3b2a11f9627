"""Which verb is the request, where others carry (introduce) it? "help me write", "your task is to write"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.verbs.syntax.asking import is_setting
from analysis.verbs.syntax.tree import (
    CLAUSE,
    COMPLEMENT,
    OBJECT,
    PASSIVE,
    SUBJECT,
    child,
    has_object,
    is_bare,
    is_gerund,
    is_ready,
    is_verb,
    lemma,
    subject,
    word,
)
from analysis.verbs.syntax.words import CARRIERS, ME, SETTINGS, STRONG, TASKS, WHETHER_YOU, YOU, I

if TYPE_CHECKING:
    from spacy.tokens import Token

DEPTH = 5  # carriers within carriers: "could you help me try to write"


def carried(token: Token, depth: int) -> Token | None:
    """The verb that `token` carries, or itself where it is a verb that carries none; None where there is no verb."""
    inner = _below(token) if depth < DEPTH else None
    verb = carried(inner, depth + 1) if inner is not None else None
    return verb or (token if is_verb(token) else None)


def _below(token: Token) -> Token | None:
    """The clause with the request, or the adjective before it, where `token` only carries the request."""
    clauses = [c for c in token.children if c.dep_ in CLAUSE and (is_verb(c) or is_ready(c))]
    speaker, passive = subject(token), child(token, PASSIVE)
    if passive is None and token.dep_ == "conj" and token.tag_ in ("VBN", "VBD"):
        passive = child(token.head, PASSIVE)  # "you are given a text and asked to sort it"
    if is_ready(token):
        is_yours = word(child(token, {"nsubj"})) in ("", "it", "that", "this", *YOU, *I)  # not "why are camels able to"
        return next((c for c in clauses if subject(c) in (None, *YOU)), None) if is_yours else None
    if (ready := next((c for c in token.children if c.dep_ == "xcomp" and is_ready(c)), None)) is not None:
        return ready  # "feel free to", "make sure to"
    if lemma(token) in TASKS or (lemma(token) == "be" and lemma(child(token, SUBJECT)) in TASKS):
        return next((c for c in clauses if child(c, SUBJECT) is None), None)
    if passive is not None:  # "you are asked to invent", "you are tasked with creating"
        return next((c for c in clauses if subject(c) is None and passive.lower_ in YOU), None)
    if not is_verb(token) or lemma(token) not in CARRIERS or (lemma(token) in SETTINGS and speaker is None):
        return None
    aid = next((c for c in token.children if c.dep_ in OBJECT and lemma(c) == "help"), None)
    if aid is not None:  # "I need help writing a letter"
        return next((c for c in (*aid.children, *clauses) if c.dep_ in CLAUSE and is_verb(c)), None)
    if lemma(token) == "go" and not has_object(token):  # "go ahead and delete"
        return next((c for c in token.children if c.dep_ == "conj" and is_verb(c)), None) or _infinitive(token, clauses)
    if lemma(token) in WHETHER_YOU and speaker is not None:
        return next((c for c in clauses if subject(c) in YOU or lemma(token) == "mind"), None)
    if lemma(token) in ("help", "assist"):
        return _helped(token, clauses)
    if lemma(token) in STRONG | WHETHER_YOU and speaker is None:
        return None  # "tell me what", "use this to write": these are requests themselves
    return _infinitive(token, clauses)


def _helped(token: Token, clauses: list[Token]) -> Token | None:
    """The clause after "help me" or "help us"; any other person is the object of "help"."""
    helped = child(token, OBJECT | {"iobj", "dative"})
    if helped is not None and helped.lower_ not in ME:
        return None
    return next((c for c in clauses if c.dep_ != "acl" and subject(c) in (None, *ME)), None)


def _infinitive(token: Token, clauses: list[Token]) -> Token | None:
    clause = next((c for c in clauses if c.dep_ in COMPLEMENT and subject(c) in (None, *YOU, *I, *ME)), None)
    if clause is None or (is_gerund(clause) and child(clause, {"mark"}) is None):
        return None
    before = token.doc[token.sent.start : token.i]
    asks = any(
        t.pos_ == "NOUN" and any(c.lower_ in ("what", "which", "many", "much") for c in t.children) for t in before
    )
    if (
        asks
        and lemma(token) in ("need", "require")
        and any(c.dep_ in OBJECT and c.i > clause.i for c in clause.children)
    ):
        return None  # "what papers do I need to open an account"
    between = [c for c in token.children if c.dep_ in OBJECT and c.i < clause.i and c.lower_ not in {*YOU, *ME}]
    return None if between and lemma(token) != "let" else clause


def verb_beside(root: Token) -> Token | None:
    """A request that the parser attached to a sentence's first words: "Hello there, write …"."""
    return next((c for c in root.children if c.dep_ in ("conj", "parataxis") and is_verb(c) and is_bare(c)), None)


def conjuncts(verb: Token) -> Iterator[Token]:
    """The conjuncts of this verb that are requests too, in order."""
    near = [*verb.children]
    if is_setting(verb):  # "pretend you are a pirate and read": "read" is the request, wherever the parser attached it
        near += [c for clause in verb.children if clause.dep_ in CLAUSE for c in clause.children]
    for c in sorted(near, key=lambda token: token.i):
        if c.dep_ in ("conj", "parataxis") and is_verb(c) and subject(c) in (None, *YOU):
            yield carried(c, 0) or c
            yield from conjuncts(c)
