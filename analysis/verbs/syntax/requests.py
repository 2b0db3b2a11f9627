"""What does a parsed sentence ask for? Verbs and their nouns.

The rules go from the verb that carries a request ("help me", "I want you to", "your task is to") down to the verb of
the request, and take its nouns and those of its conjuncts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.verbs.syntax.asking import asks_how_it_is, asks_question, first_asked, how_asked, is_setting, may_be_asked
from analysis.verbs.syntax.carriers import carried, conjuncts, verb_beside
from analysis.verbs.syntax.mistagged import first_verb, passive_of_question, verb_of_question
from analysis.verbs.syntax.nouns import Noun, asked_what, fronted, is_how_many, names, nouns
from analysis.verbs.syntax.tree import (
    OBJECT,
    PASSIVE,
    SUBJECT,
    Lexicon,
    child,
    has_clause,
    has_object,
    lemma,
    particles,
    subject,
)
from analysis.verbs.syntax.words import PHRASAL, TAKES, TIMES, I
from analysis.verbs.syntax.words_as_verbs import base_form, may_be_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


@dataclass(frozen=True)
class Request:
    """`verb` with its particle, and the `noun` it acts on, lemmas in lower case; None where there is no such noun.

    `how`: "imperative", "request" ("can you", "I want", "your task is"), "question", "passive" ("… should be
    translated") or "statement"; `preposition`: the one before the noun ("listen to the song"). A setting ("imagine …",
    "you are given …") only prepares for a request; a complete request needs no noun, since it is a question or has a
    clause instead ("explain why …").
    """

    verb: str
    noun: str | None
    how: str
    preposition: str | None = None
    is_setting: bool = False
    is_complete: bool = False


def requests(doc: Doc, lexicon: Lexicon) -> list[Request]:
    """What the sentences of a parsed text ask for, in order; several where verbs or objects are conjoined."""
    return [request for sentence in doc.sents for request in _of_sentence(sentence, lexicon)]


def _of_sentence(sentence: Span, lexicon: Lexicon) -> Iterator[Request]:
    root, is_question = sentence.root, asks_question(sentence)
    if is_question and (mended := verb_of_question(sentence, lexicon) or passive_of_question(sentence, lexicon)):
        yield _request(mended[0], (mended[1], None), "question", lexicon)
        return
    verb = None if _is_but_a_noun(root, lexicon) or asks_how_it_is(sentence) else carried(root, 0)
    if verb is not None and not may_be_verb(verb, lexicon):
        verb = None  # "Minecraft, a game, is about to open"
    if is_question and verb is not None and not may_be_asked(verb, sentence):
        verb = None  # "are dolphins mammals", whose first noun is tagged as a verb
    if verb is None or lemma(verb) == "be":
        if is_question:
            if any(lemma(token) == "be" for token in sentence):
                yield Request("be", asked_what(sentence, lexicon), "question", is_complete=True)
            elif (asked := first_asked(sentence)) is not None:
                yield from _of_verbs([asked], root, is_question, lexicon)  # "which singer released", tagged as a noun
        elif verb is None and (mended := first_verb(sentence, lexicon)):
            yield _request(mended[0], (mended[1], None), "imperative", lexicon)
        elif verb is None and (later := verb_beside(root)) is not None:
            yield from _of_verbs([later, *conjuncts(later)], root, is_question, lexicon)
        return
    if (wanted := _wanted(verb)) is not None:
        yield wanted
        return
    yield from _of_verbs([verb, *conjuncts(verb)], root, is_question, lexicon)


def _wanted(verb: Token) -> Request | None:
    """What "I want you to be my guide" and "I need this letter translated" ask for."""
    if lemma(verb) not in ("want", "need", "like", "have") or subject(verb) not in I:
        return None
    role = child(verb, {"xcomp"})
    if role is not None and lemma(child(role, {"cop"})) == "be" and (name := next(names(role), None)):
        return Request("be", name, "request", is_setting=True)
    thing = child(verb, OBJECT)
    done = None if thing is None else next((c for c in (*thing.children, *verb.children) if c.tag_ == "VBN"), None)
    if thing is None or done is None or done.i < thing.i or done.dep_ not in ("acl", "xcomp", "ccomp"):
        return None
    is_known = any(c.lower_ in ("this", "these", "that", "the", "my") for c in thing.children)
    name = next(names(thing), None)
    return Request(lemma(done), name, "request") if is_known and name else None


def _is_but_a_noun(root: Token, lexicon: Lexicon) -> bool:
    """Whether a word parsed as an imperative is only a noun: "recipe for lentil soup"."""
    is_base = root.tag_ in ("VB", "NN", "NNP") and child(root, SUBJECT | PASSIVE | {"aux"}) is None
    if not is_base or root.lower_ not in lexicon.nouns:
        return False
    following = root.nbor(1) if root.i + 1 < root.sent.end else root
    is_headline = root.i == root.sent.start and following.lower_ in ("to", "for", "of")
    takes = (lemma(root), following.lower_) in TAKES | PHRASAL
    return root.lower_ not in lexicon.verbs or (
        is_headline and not takes and not has_object(root) and not nouns(root, lexicon)
    )


def _of_verbs(verbs: list[Token], root: Token, is_question: bool, lexicon: Lexicon) -> Iterator[Request]:
    """The requests of conjoined verbs; one without an object has its neighbour's: "compare and contrast two poems"."""
    verbs = [verb for verb in verbs if may_be_verb(verb, lexicon)]
    nouns_of_verbs = [nouns(verb, lexicon) for verb in verbs]
    for i, verb in enumerate(verbs):
        how, acted_on = how_asked(verb, root, is_question), nouns_of_verbs[i]
        if how == "question" and lemma(verb) == "take" and subject(verb) == "it":
            acted_on = []  # "how long does it take Ann to paint the wall"
        elif not acted_on and not has_object(verb):
            acted_on = next((near for near in (*nouns_of_verbs[i + 1 :], *reversed(nouns_of_verbs[:i])) if near), [])
        if how == "question" and verb.dep_ != "conj" and (name := _asked_before(verb, acted_on, lexicon)):
            acted_on = [(name, None)]
        if not acted_on:
            yield _request(verb, (None, None), how, lexicon)
        for noun in acted_on:
            yield _request(verb, noun, how, lexicon)


def _asked_before(verb: Token, nouns_of_verb: list[Noun], lexicon: Lexicon) -> str | None:
    """The noun before a question's verb, where none after it is its object: "how many emails did he reply to"."""
    is_object = any(preposition is None and noun not in TIMES for noun, preposition in nouns_of_verb)
    if is_object or (nouns_of_verb and nouns_of_verb[0][1] and not is_how_many(verb.sent)):
        return None
    return fronted(verb, lexicon)


def _request(verb: Token, noun: tuple[str | None, str | None], how: str, lexicon: Lexicon) -> Request:
    return Request(
        " ".join([base_form(verb, lexicon), *particles(verb)]),
        noun[0],
        how,
        noun[1],
        is_setting=is_setting(verb),
        is_complete=how == "question" or has_clause(verb),
    )
