"""What does a parsed sentence ask for? Verbs and their nouns, in Universal Dependencies and in ClearNLP labels.

The rules follow the verb that carries a request ("help me", "I want you to", "your task is to") down to the verb that
is asked for, and from there its objects, its subject in the passive and in a question with "be", and conjuncts of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.syntax.words import (
    ASKING,
    CARRIERS,
    GIVEN,
    ME,
    PARTICLES,
    PARTS,
    PHRASAL,
    QUESTION_WORDS,
    READY,
    SETTINGS,
    STRONG,
    TAKES,
    TASKS,
    TWO_OBJECTS,
    YOU,
    I,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

OBJECT = {"obj", "dobj"}
SUBJECT = {"nsubj", "nsubj:outer", "csubj"}
PASSIVE = {"nsubj:pass", "nsubjpass", "csubj:pass", "csubjpass"}
CLAUSE = {"xcomp", "ccomp"}
CLAUSES = {*CLAUSE, "advcl", "acl", "csubj"}
DEPTH = 5  # carriers within carriers: "could you help me try to write"


@dataclass(frozen=True)
class Request:
    """`verb` with its particle, and the `noun` it acts upon, lemmas in lower case; None where there is no such noun.

    `how`: "imperative", "request" ("can you", "I want", "your task is"), "question", "passive" or "statement";
    `preposition`: what stands before the noun ("listen to the song"). A setting ("imagine …", "you are given …")
    only prepares for a request; a complete one needs no noun, since a clause stands for it ("explain why …").
    """

    verb: str
    noun: str | None
    how: str
    preposition: str | None = None
    is_setting: bool = False
    is_complete: bool = False


def requests(doc: Doc) -> list[Request]:
    """What the sentences of a parsed text ask for, in their order; several where verbs or objects are conjoined."""
    return [request for sentence in doc.sents for request in _of_sentence(sentence)]


def _of_sentence(sentence: Span) -> Iterator[Request]:
    root, is_question = sentence.root, _is_question(sentence)
    found = _carried(root, 0)
    if found is None:
        found = _astray(sentence)
    if found is None or found.lemma_ == "be":
        if is_question:
            yield Request("be", _subject_noun(root), "question", is_complete=True)
        return
    shared: list[tuple[str, str | None]] = []
    verbs = [found, *_conjuncts(found)]
    for verb in verbs:
        how = _how(verb, root, is_question)
        nouns, is_passive = list(_nouns(verb)), bool(_child(verb, PASSIVE))
        if not nouns and verb is not found and not _has_object(verb):
            nouns = shared
        if not nouns and verb is found and not _has_object(verb):  # "translate and then simplify the contract"
            nouns = next((later for other in verbs[1:] if (later := list(_nouns(other)))), [])
        shared = nouns or shared
        if is_passive and how in ("statement", "imperative"):
            how = "passive"
        request = Request(
            _verb(verb), None, how,
            is_setting=_is_setting(verb), is_complete=how == "question" or bool(_child(verb, CLAUSE)),
        )  # fmt: skip
        if not nouns:
            yield request
        for noun, preposition in nouns:
            yield replace(request, noun=noun, preposition=preposition)


# From the root to the verb that is asked for


def _carried(token: Token, depth: int) -> Token | None:
    """The verb that `token` carries, or itself where it is a verb that carries none; None where there is no verb."""
    inner = _clause_below(token) if depth < DEPTH else None
    if inner is not None:
        return _carried(inner, depth + 1)
    return token if _is_verb(token) else None


def _clause_below(token: Token) -> Token | None:
    lemma = token.lemma_.lower()
    clauses = [child for child in token.children if child.dep_ in CLAUSES and (_is_verb(child) or _is_ready(child))]
    if _is_ready(token):
        return next((c for c in clauses if _subject(c) in (None, *YOU)), None)
    if lemma in TASKS or (lemma == "be" and _child_lemma(token, SUBJECT) in TASKS):
        return next((c for c in clauses if not _child(c, SUBJECT) and c.dep_ != "acl:relcl"), None)
    help_ = next((c for c in token.children if c.dep_ in OBJECT and c.lemma_.lower() == "help"), None)
    if help_ is not None:  # "I need help writing a letter"
        below = [c for c in (*help_.children, *clauses) if c.dep_ in CLAUSES and _is_verb(c)]
        return below[0] if below else None
    if not _is_verb(token) or lemma not in CARRIERS:
        return None
    if lemma == "go" and (following := _child(token, {"conj"})) is not None and not _has_object(token):
        return following if _is_verb(following) else None  # "go ahead and delete"
    if _child(token, PASSIVE) is not None:  # "you are asked to invent", "these files need to be renamed"
        return next((c for c in clauses if c.dep_ != "ccomp" or not _child(c, SUBJECT)), None)
    spoken_to = _subject(token)
    if lemma in ("wonder", "appreciate", "think", "believe", "suppose", "mind"):
        return next((c for c in clauses if _subject(c) in YOU or lemma == "mind"), None)
    if lemma in ("help", "assist"):
        helped = next((c for c in token.children if c.dep_ in {*OBJECT, "iobj", "dative"}), None)
        clause = next((c for c in clauses if c.dep_ in {*CLAUSE, "advcl"}), None)
        if helped is not None and helped.lower_ not in ME:
            return None
        return None if clause is None or _subject(clause) not in (None, *ME) else clause
    if lemma in STRONG and spoken_to is None and not (lemma in ("have", "start", "go", "continue") and _xcomp(token)):
        return None  # "tell me what", "use this to write", "plan how to go": these are asked for themselves
    below = [c for c in clauses if c.dep_ in CLAUSE and (_subject(c) in (None, *YOU, *I, *ME))]
    objects = [c for c in token.children if c.dep_ in OBJECT and c.lower_ not in {*YOU, *ME}]
    if not below or (objects and objects[0].i < below[0].i and lemma != "let"):
        return None
    return None if below[0].tag_ == "VBG" and lemma in ("like", "love", "try", "stop") else below[0]


def _xcomp(token: Token) -> bool:
    return any(child.dep_ == "xcomp" and _is_verb(child) for child in token.children)


def _astray(sentence: Span) -> Token | None:
    """The verb a sentence without a verbal root begins with, where the parser took another word for the root."""
    for token in sentence[:3]:
        if _is_verb(token) and token.dep_ in ("advcl", "parataxis", "csubj", "conj", "dep", "acl", "compound", "amod"):
            return token if token.tag_ in ("VB", "VBP", "") and not _child(token, SUBJECT) else None
    return next((c for c in sentence.root.children if c.dep_ in ("conj", "parataxis") and _is_bare(c)), None)


def _conjuncts(verb: Token) -> Iterator[Token]:
    """The verbs conjoined to this one that are asked for too, in their order."""
    near = [*verb.children]
    if _is_setting(verb):  # "pretend you are a pirate and read": the reading is asked for, wherever it hangs
        near += [grandchild for child in verb.children if child.dep_ in CLAUSES for grandchild in child.children]
    for child in sorted(near, key=lambda token: token.i):
        if child.dep_ in ("conj", "parataxis") and _is_verb(child) and _subject(child) in (None, *YOU):
            yield _carried(child, 0) or child
            yield from _conjuncts(child)


# How it is asked


def _how(verb: Token, root: Token, is_question: bool) -> str:
    speaker = _subject(root) or _subject(verb)
    if verb is not root and verb.dep_ not in ("conj", "parataxis") and speaker is not None:
        return "request" if not is_question or speaker in YOU or not _is_verb(root) else "question"
    modal = next((c.lemma_.lower() for c in verb.children if c.dep_ == "aux" and c.tag_ in ("MD", "")), "")
    if is_question:
        asks = _subject(verb) in YOU and modal in ASKING and not _question_word(root)
        return "request" if asks else "question"
    if _subject(verb) in YOU or (speaker in I and verb.lemma_.lower() in ("need", "want", "like", "look")):
        return "request"
    return "imperative" if _subject(verb) is None and _is_bare(verb) else "statement"


def _is_question(sentence: Span) -> bool:
    if sentence.text.rstrip("\"'”’) ").endswith("?"):
        return True
    root = sentence.root
    first = next((token for token in sentence if not token.is_punct), root)
    if first.lower_ in QUESTION_WORDS:
        return _question_word(root)
    subject = _child(root, {*SUBJECT, *PASSIVE})
    return first.pos_ == "AUX" and subject is not None and subject.i > first.i


def _question_word(root: Token) -> bool:
    """Whether the clause itself asks: not "when you are done, print", whose "when" belongs to another clause."""
    near = [root, *root.children, *(g for c in root.children if c.dep_ not in CLAUSES for g in c.children)]
    return any(token.lower_ in QUESTION_WORDS for token in near)


def _is_setting(verb: Token) -> bool:
    lemma = verb.lemma_.lower()
    return lemma in SETTINGS or (lemma in GIVEN and _child_lower(verb, PASSIVE) in YOU)


# What it is asked of


def _nouns(verb: Token) -> Iterator[tuple[str, str | None]]:
    """The nouns the verb acts upon, conjuncts after each other, with the preposition before them or None."""
    objects = [child for child in verb.children if child.dep_ in OBJECT]
    if len(objects) > 1:
        spoken_of = [child for child in objects if child.pos_ != "PRON"]
        objects = spoken_of[-1:] if verb.lemma_.lower() in TWO_OBJECTS else spoken_of[:1]
    if not objects and (passive := _child(verb, PASSIVE)) is not None:
        objects = [passive]
    if not objects:
        objects = [c for c in verb.children if c.dep_ == "xcomp" and c.tag_ == "VBG" and not _child(c, SUBJECT)]
    named = [name for token in objects for name in _names(token)]
    if named or (objects and objects[0].lower_ not in ME):
        yield from ((name, None) for name in named)
        return
    if _child(verb, CLAUSE) is not None:
        return
    particles = _particles(verb)
    for token, preposition in _behind_prepositions(verb):
        if (verb.lemma_.lower(), preposition) in TAKES or (particles and preposition in ("with", "for", "to", "on")):
            yield from ((name, preposition) for name in _names(token))
            return
        if (verb.lemma_.lower(), preposition) in PHRASAL:
            yield from ((name, None) for name in _names(token))
            return


def _behind_prepositions(verb: Token) -> Iterator[tuple[Token, str]]:
    for child in verb.children:
        if child.dep_ in ("obl", "obl:arg", "nmod") and (case := _child(child, {"case"})) is not None and child.i > verb.i:
            yield child, case.lower_
        if child.dep_ == "prep" and (inner := _child(child, {"pobj"})) is not None:
            yield inner, child.lower_
        if child.dep_ in ("advcl", "pcomp") and (mark := _child(child, {"mark", "case"})) is not None and child.tag_ == "VBG":
            yield child, mark.lower_


def _names(token: Token) -> Iterator[str]:
    """The noun of a noun phrase and of those conjoined to it; of "some of the books" the books."""
    name = _name(token)
    if name is None or name in PARTS:
        inner = next((c for c in token.children if c.dep_ == "nmod" and _child_lower(c, {"case"}) == "of"), None)
        if inner is None and (prep := _child(token, {"prep"})) is not None and prep.lower_ == "of":
            inner = _child(prep, {"pobj"})
        name = _name(inner) if inner is not None else name
    if name is not None:
        yield name
    for child in token.children:
        if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN") or child.dep_ == "conj" and child.tag_ == "VBG":
            yield from _names(child)


def _name(token: Token) -> str | None:
    """A common noun's lemma, a proper noun in full, a gerund as it stands; None for any other word."""
    if token.pos_ == "PROPN":
        parts = [c for c in token.children if c.dep_ in ("compound", "flat", "flat:name", "nmod") and c.pos_ == "PROPN"]
        whole = sorted((p for p in (token, *parts) if abs(p.i - token.i) <= len(parts)), key=lambda t: t.i)
        return " ".join(part.lower_ for part in whole)
    if token.pos_ == "NOUN":
        return (token.lemma_ or token.text).lower()
    return token.lower_ if token.tag_ == "VBG" or "VerbForm=Ger" in token.morph else None


def _subject_noun(root: Token) -> str | None:
    """Of a question with "be", what it is asked of: the subject, or else the predicate."""
    subject = _child(root, {*SUBJECT, "attr"})
    both = [token for token in (subject, root, _child(root, {"attr"})) if token is not None]
    return next((name for token in both if token.lower_ not in QUESTION_WORDS for name in _names(token)), None)


# Words


def _verb(verb: Token) -> str:
    return " ".join([(verb.lemma_ or verb.text).lower(), *_particles(verb)])


def _particles(verb: Token) -> list[str]:
    lemma = verb.lemma_.lower()
    found = [child.lower_ for child in verb.children if child.dep_ in ("compound:prt", "prt")]
    if not found:
        loose = [c for c in verb.children if c.dep_ in ("advmod", "case", "mark") and c.lower_ in PARTICLES and c.i > verb.i]
        cases = [case for child in verb.children if child.dep_ == "obl" for case in child.children if case.dep_ == "case"]
        found = [token.lower_ for token in (*loose, *cases) if (lemma, token.lower_) in PHRASAL][:1]
    return found


def _is_verb(token: Token) -> bool:
    return token.pos_ == "VERB" or (token.pos_ == "AUX" and token.dep_ not in ("aux", "aux:pass", "auxpass", "cop"))


def _is_ready(token: Token) -> bool:
    return token.pos_ == "ADJ" and token.lemma_.lower() in READY


def _is_bare(verb: Token) -> bool:
    """Whether it has the form of a request: an infinitive or imperative, where the pipeline says so."""
    form = verb.morph.get("VerbForm")
    mood = verb.morph.get("Mood")
    return _is_verb(verb) and ("Imp" in mood or "Inf" in form or (not form and verb.tag_ in ("VB", "")))


def _has_object(verb: Token) -> bool:
    return any(child.dep_ in {*OBJECT, *CLAUSE} for child in verb.children)


def _child(token: Token, relations: set[str]) -> Token | None:
    return next((child for child in token.children if child.dep_ in relations), None)


def _child_lower(token: Token, relations: set[str]) -> str:
    child = _child(token, relations)
    return "" if child is None else child.lower_


def _child_lemma(token: Token, relations: set[str]) -> str:
    child = _child(token, relations)
    return "" if child is None else child.lemma_.lower()


def _subject(token: Token) -> str | None:
    """The clause's subject as a word in small letters; None where it has none, as an imperative."""
    child = _child(token, {*SUBJECT, *PASSIVE})
    return None if child is None else child.lower_
