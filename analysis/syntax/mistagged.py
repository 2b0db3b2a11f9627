"""Where a parser took the verb of a request for another word, which verb was it?

Small parsers know few imperatives and few questions; "Install Ubuntu" and "Do bees sleep?" become noun phrases. Both
forms have one place for the verb, so that a list of the language's verbs finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.syntax.nouns import fronted, names
from analysis.syntax.tree import OBJECT, Lexicon, child, lemma
from analysis.syntax.words import AUXILIARIES, LEADING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

NOMINAL = ("NOUN", "PROPN", "PRON", "ADJ", "NUM", "X", "VERB")


def first_verb(sentence: Span, lexicon: Lexicon) -> tuple[Token, str | None] | None:
    """The verb that opens a sentence without one, and its noun: no noun itself, or before a determiner."""
    words = [token for token in sentence if not token.is_punct and token.lower_ not in LEADING]
    if len(words) < 2:
        return None
    verb, following = words[0], words[1]
    if verb.pos_ not in ("NOUN", "PROPN", "ADJ", "ADV", "X", "VERB") or verb.lower_ not in lexicon.verbs:
        return None
    if verb.lower_ in lexicon.nouns and following.pos_ != "DET" and following.tag_ not in ("PRP$", "PRP", "WRB"):
        return None
    head = child(verb, OBJECT) or (verb.head if verb.head.i > verb.i else None)
    return verb, None if head is None else next(names(head), None)


def verb_of_question(sentence: Span, lexicon: Lexicon) -> tuple[Token, str | None] | None:
    """The verb of a question with "do" or a modal, which stands behind the subject, and its noun."""
    helpers = [token for token in sentence[:12] if token.lower_ in AUXILIARIES]
    if not helpers or lemma(child(helpers[0].head, {"cop"})) == "be":
        return None
    if helpers[0].dep_ == "aux" and helpers[0].head.pos_ == "VERB":
        return None
    after = sentence[helpers[0].i - sentence.start + 1 :]
    subject = next((at for at, token in enumerate(after) if token.pos_ in ("NOUN", "PROPN", "PRON")), len(after))
    possible = [t for t in after[subject + 1 :] if t.lower_ in lexicon.verbs and t.pos_ in NOMINAL]
    if not possible:
        return None
    verb = next((token for token in possible if token.lower_ not in lexicon.nouns), possible[0])
    head = verb.head if verb.head.i > verb.i else child(verb, OBJECT)
    own = next(names(head), None) if head is not None else None
    return verb, own or fronted(helpers[0])


def passive_of_question(root: Token) -> tuple[Token, str | None] | None:
    """The participle of "where are the reports stored", where it was taken for an attribute of the question word."""
    subject = child(root, {"nsubj"})
    if subject is None or root.lower_ not in ("where", "when", "how", "why", "whom"):
        return None  # "what are the languages spoken in Spain" does ask what they are
    near = [*root.children, *subject.children]
    participle = next((c for c in near if c.dep_ == "acl" and c.tag_ == "VBN" and c.i > subject.i), None)
    return None if participle is None else (participle, next(names(subject), None))
