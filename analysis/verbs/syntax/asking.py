"""How is something asked: as an imperative, a request, a question, in the passive, or not at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.verbs.syntax.tree import (
    CLAUSE,
    PASSIVE,
    PASSIVE_AUXILIARY,
    SUBJECT,
    child,
    is_bare,
    is_verb,
    lemma,
    subject,
    word,
)
from analysis.verbs.syntax.words import ASKING, GIVEN, HAVING, MUST, QUESTION_WORDS, SETTINGS, TASKS, YOU, I

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


CLOSING = frozenset("\"'”’) ")


def how_asked(verb: Token, root: Token, is_question: bool) -> str:
    """The `how` of a Request: by the verb's form and subject, and by the root above it."""
    if child(verb, PASSIVE | PASSIVE_AUXILIARY) is not None and not is_question:
        must = verb.dep_ == "xcomp" or any(c.dep_ == "aux" and lemma(c) in MUST for c in verb.children)
        return "passive" if must and subject(verb) not in YOU else "statement"
    speaker = subject(verb)
    if speaker is None and verb.dep_ == "conj" and not is_bare(verb) and is_verb(verb.head):
        return how_asked(verb.head, root, is_question)  # "a train leaves at nine and travels for an hour"
    is_carried = verb is not root and verb.dep_ not in ("conj", "parataxis")
    if is_question:
        modal = is_carried or any(c.lower_ in ASKING for c in verb.children if c.dep_ == "aux")
        to_you = speaker in YOU or (is_carried and (subject(root) or "you") in {*YOU, "it", *I})
        asks = _asks_itself(root) or _first_word(root.sent).lower_ in QUESTION_WORDS
        return "request" if modal and to_you and not asks else "question"
    if is_carried:
        is_task = (subject(root) or "you") in {*YOU, *I, "it"} or lemma(child(root, SUBJECT)) in TASKS
        return "statement" if is_verb(root) and root is not verb.head and not is_task else "request"
    if speaker is None:
        if verb is root and not is_bare(verb):
            return "statement"
        return "imperative" if is_bare(verb) or verb is not root else "statement"
    if speaker in I and lemma(verb) in ("need", "want", "like", "look", "seek"):
        return "request"
    if speaker in YOU and child(verb, {"aux"}) is None and (verb.tag_ == "VBD" or lemma(verb) in HAVING):
        return "statement"
    return "request" if speaker in YOU or lemma(child(verb, SUBJECT)) in TASKS else "statement"


def asks_question(sentence: Span) -> bool:
    """Whether it is a question: it has a question mark, a question word first, or an auxiliary before the subject."""
    root = sentence.root
    first = _first_word(sentence)
    last = next((token for token in reversed(sentence) if token.text not in CLOSING), root)
    if last.text.endswith("?"):
        return first is not root or root.tag_ != "VB"  # "Determine which is better?" asks only for that
    if first.lower_ in QUESTION_WORDS:
        return _asks_itself(root)
    subject_token = child(root, SUBJECT | PASSIVE)
    return first.pos_ == "AUX" and subject_token is not None and subject_token.i > first.i


def _first_word(sentence: Span) -> Token:
    """The first word that is no punctuation; the root where a sentence is only punctuation, such as "?!"."""
    return next((token for token in sentence if not token.is_punct), sentence.root)


def _asks_itself(root: Token) -> bool:
    """Whether the clause itself has a question word: not "when you are done, print", with "when" in another clause."""
    near = [root, *root.children, *(g for c in root.children if c.dep_ not in CLAUSE for g in c.children)]
    return any(token.lower_ in QUESTION_WORDS for token in near)


def is_setting(verb: Token) -> bool:
    """Whether it only prepares for a request: "imagine", "you are given"."""
    return lemma(verb) in SETTINGS or (lemma(verb) in GIVEN and word(child(verb, PASSIVE)) in YOU)


def may_be_asked(verb: Token, sentence: Span) -> bool:
    """Whether a question can have this verb: after "are" only a participle or an infinitive."""
    first = _first_word(sentence)
    if lemma(first) == "be" and first.i != verb.i:
        is_helped = first.head.i == verb.i and first.dep_ == "aux"  # "are you ChatGPT"
        return verb.tag_ in ("VBN", "VBG") or (verb.tag_ in ("VB", "VBD") and not is_helped)
    return verb.pos_ in ("VERB", "AUX") or verb.tag_ == "VB"


def first_asked(sentence: Span) -> Token | None:
    """The first verb of a question whose root is not a verb; None for "what about the noise it makes"."""
    words = [token for token in sentence if not token.is_punct]
    if any(token.lower_ in ("about", "if") for token in words[1:2]):
        return None
    return next((token for token in words if token.pos_ == "VERB" and token.tag_ != "VBG"), None)


def asks_how_it_is(sentence: Span) -> bool:
    """Whether it begins like "how old is"."""
    words = [token for token in sentence if not token.is_punct][:3]
    return (
        len(words) == 3
        and words[0].lower_ == "how"
        and words[1].tag_ == "JJ"
        and words[2].lemma_.lower() == "be"
        and (words[1].lower_ not in ("many", "much"))
    )
