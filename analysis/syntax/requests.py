"""What does a parsed sentence ask for? Verbs and their nouns.

The rules follow the verb that carries a request ("help me", "I want you to", "your task is to") down to the verb that
is asked for, and take its nouns and those of the verbs conjoined to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.syntax.mistagged import first_verb, passive_of_question, verb_of_question
from analysis.syntax.nouns import asked_what, fronted, nouns
from analysis.syntax.tree import (
    CLAUSE,
    COMPLEMENT,
    OBJECT,
    PASSIVE,
    PASSIVE_AUXILIARY,
    SUBJECT,
    Lexicon,
    child,
    has_clause,
    has_object,
    is_bare,
    is_gerund,
    is_ready,
    is_verb,
    lemma,
    particles,
    subject,
    word,
)
from analysis.syntax.words import (
    ASKING,
    CARRIERS,
    GIVEN,
    ME,
    MUST,
    QUESTION_WORDS,
    SETTINGS,
    STRONG,
    TASKS,
    WHETHER_YOU,
    YOU,
    I,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

DEPTH = 5  # carriers within carriers: "could you help me try to write"


@dataclass(frozen=True)
class Request:
    """`verb` with its particle, and the `noun` it acts upon, lemmas in lower case; None where there is no such noun.

    `how`: "imperative", "request" ("can you", "I want", "your task is"), "question", "passive" ("… should be
    translated") or "statement"; `preposition`: what stands before the noun ("listen to the song"). A setting ("imagine
    …", "you are given …") only prepares for a request; a complete one needs no noun, a clause or the question itself
    stands for it ("explain why …").
    """

    verb: str
    noun: str | None
    how: str
    preposition: str | None = None
    is_setting: bool = False
    is_complete: bool = False


def requests(doc: Doc, lexicon: Lexicon) -> list[Request]:
    """What the sentences of a parsed text ask for, in their order; several where verbs or objects are conjoined."""
    return [request for sentence in doc.sents for request in _of_sentence(sentence, lexicon)]


def _of_sentence(sentence: Span, lexicon: Lexicon) -> Iterator[Request]:
    root, is_question = sentence.root, _is_question(sentence)
    if is_question and (mended := verb_of_question(sentence, lexicon) or passive_of_question(root)):
        yield _request(mended[0], (mended[1], None), "question")
        return
    found = _carried(root, 0)
    if found is None or lemma(found) == "be":
        if is_question:
            if any(lemma(token) == "be" for token in sentence):
                yield Request("be", asked_what(root, lexicon), "question", is_complete=True)
        elif found is None and (mended := first_verb(sentence, lexicon)):
            yield _request(mended[0], (mended[1], None), "imperative")
        elif found is None and (later := _verb_beside(root)) is not None:
            yield from _of_verbs([later, *_conjuncts(later)], root, is_question)
        return
    yield from _of_verbs([found, *_conjuncts(found)], root, is_question)


def _of_verbs(verbs: list[Token], root: Token, is_question: bool) -> Iterator[Request]:
    """A conjunct without an object shares its neighbour's: "compare and contrast two poems"."""
    own = [nouns(verb) for verb in verbs]
    for at, verb in enumerate(verbs):
        how, found = _how(verb, root, is_question), own[at]
        if not found and not has_object(verb):
            found = next((near for near in (*own[at + 1 :], *reversed(own[:at])) if near), [])
            if how == "question" and not found and (name := fronted(verb)):
                found = [(name, None)]
        if not found:
            yield _request(verb, (None, None), how)
        for noun in found:
            yield _request(verb, noun, how)


def _request(verb: Token, noun: tuple[str | None, str | None], how: str) -> Request:
    return Request(
        " ".join([lemma(verb), *particles(verb)]), noun[0], how, noun[1],
        is_setting=_is_setting(verb), is_complete=how == "question" or has_clause(verb),
    )  # fmt: skip


# From the root to the verb that is asked for


def _carried(token: Token, depth: int) -> Token | None:
    """The verb that `token` carries, or itself where it is a verb that carries none; None where there is no verb."""
    inner = _below(token) if depth < DEPTH else None
    found = _carried(inner, depth + 1) if inner is not None else None
    return found or (token if is_verb(token) else None)


def _below(token: Token) -> Token | None:
    """The clause, or the adjective before the clause, that holds what is asked for, where `token` only carries it."""
    clauses = [c for c in token.children if c.dep_ in CLAUSE and (is_verb(c) or is_ready(c))]
    speaker, passive = subject(token), child(token, PASSIVE)
    if is_ready(token):
        return next((c for c in clauses if subject(c) in (None, *YOU)), None)
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
        return None  # "tell me what", "use this to write": these are asked for themselves
    return _infinitive(token, clauses)


def _helped(token: Token, clauses: list[Token]) -> Token | None:
    """What "help me" and "help us" are followed by; whoever else is helped is the object of the help."""
    helped = child(token, OBJECT | {"iobj", "dative"})
    if helped is not None and helped.lower_ not in ME:
        return None
    return next((c for c in clauses if c.dep_ != "acl" and subject(c) in (None, *ME)), None)


def _infinitive(token: Token, clauses: list[Token]) -> Token | None:
    clause = next((c for c in clauses if c.dep_ in COMPLEMENT and subject(c) in (None, *YOU, *I, *ME)), None)
    if clause is None or (is_gerund(clause) and child(clause, {"mark"}) is None):
        return None
    between = [c for c in token.children if c.dep_ in OBJECT and c.i < clause.i and c.lower_ not in {*YOU, *ME}]
    return None if between and lemma(token) != "let" else clause


def _verb_beside(root: Token) -> Token | None:
    """A request that the parser hung beside a sentence's first words: "Hello there, write …"."""
    return next((c for c in root.children if c.dep_ in ("conj", "parataxis") and is_verb(c) and is_bare(c)), None)


def _conjuncts(verb: Token) -> Iterator[Token]:
    """The verbs conjoined to this one that are asked for too, in their order."""
    near = [*verb.children]
    if _is_setting(verb):  # "pretend you are a pirate and read": the reading is asked for, wherever it hangs
        near += [c for clause in verb.children if clause.dep_ in CLAUSE for c in clause.children]
    for c in sorted(near, key=lambda token: token.i):
        if c.dep_ in ("conj", "parataxis") and is_verb(c) and subject(c) in (None, *YOU):
            yield _carried(c, 0) or c
            yield from _conjuncts(c)


# How it is asked


def _how(verb: Token, root: Token, is_question: bool) -> str:
    if child(verb, PASSIVE | PASSIVE_AUXILIARY) is not None and not is_question:
        must = verb.dep_ == "xcomp" or any(c.dep_ == "aux" and lemma(c) in MUST for c in verb.children)
        return "passive" if must and subject(verb) not in YOU else "statement"
    speaker = subject(verb)
    is_carried = verb is not root and verb.dep_ not in ("conj", "parataxis")
    if is_question:
        modal = is_carried or any(c.lower_ in ASKING for c in verb.children if c.dep_ == "aux")
        to_you = speaker in YOU or (is_carried and (subject(root) or "you") in {*YOU, "it", *I})
        return "request" if modal and to_you and not _asks_itself(root) else "question"
    if is_carried:
        return "request" if (subject(root) or "you") in {*YOU, *I, "it"} or lemma(child(root, SUBJECT)) in TASKS else (
            "statement" if is_verb(root) and root is not verb.head else "request"
        )
    if speaker is None:
        if verb is root and not is_bare(verb):
            return "statement"
        return "imperative" if is_bare(verb) or verb is not root else "statement"
    if speaker in I and lemma(verb) in ("need", "want", "like", "look", "seek"):
        return "request"
    return "request" if speaker in YOU or lemma(child(verb, SUBJECT)) in TASKS else "statement"


def _is_question(sentence: Span) -> bool:
    root = sentence.root
    first = next((token for token in sentence if not token.is_punct), root)
    if sentence.text.rstrip("\"'”’) ").endswith("?"):
        return first is not root or root.tag_ != "VB"  # "Determine which is better?" asks for nothing but that
    if first.lower_ in QUESTION_WORDS:
        return _asks_itself(root)
    found = child(root, SUBJECT | PASSIVE)
    return first.pos_ == "AUX" and found is not None and found.i > first.i


def _asks_itself(root: Token) -> bool:
    """Whether the clause itself has a question word: not "when you are done, print", whose "when" is another's."""
    near = [root, *root.children, *(g for c in root.children if c.dep_ not in CLAUSE for g in c.children)]
    return any(token.lower_ in QUESTION_WORDS for token in near)


def _is_setting(verb: Token) -> bool:
    return lemma(verb) in SETTINGS or (lemma(verb) in GIVEN and word(child(verb, PASSIVE)) in YOU)
