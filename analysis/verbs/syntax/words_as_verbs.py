"""Is a word that the tree has as a verb one? By its tag, its form, and the words of the language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.verbs.syntax.tree import PASSIVE, SUBJECT, Lexicon, child, lemma

if TYPE_CHECKING:
    from spacy.tokens import Token

LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
INFLECTED = ("VBD", "VBN", "VBG")  # forms that lists of adjectives contain too: "beaten", "spent"
FINITE = ("VBP", "VBZ", "VBD", "MD")
OPENS_OBJECT = ("DT", "PRP$", "PRP", "WRB", "WP")


def may_be_verb(token: Token, lexicon: Lexicon) -> bool:
    """Whether a word that the rules take as a verb can be one: no name, no number, no code, no noun or adjective.

    A new verb counts where it is tagged as one; a word that the language has as a noun or an adjective only, where an
    object follows it: "showcase your work".
    """
    if not lexicon.verbs:
        return True
    if LETTERS.fullmatch(base_form(token, lexicon)) is None:
        return False
    if token.pos_ not in ("VERB", "AUX"):
        return lemma(token) in lexicon.verbs and not _is_joined(token) and not any(map(_lacks_subject, token.children))
    forms = {token.lower_, base_form(token, lexicon)}
    if token.tag_ in INFLECTED or token.pos_ == "AUX" or not forms.isdisjoint(lexicon.every_verb):
        return True
    if forms.isdisjoint(lexicon.nouns) and forms.isdisjoint(lexicon.adjectives):
        return token.i == token.sent.start or not token.is_title
    return token.i + 1 < token.sent.end and token.nbor(1).tag_ in OPENS_OBJECT


def _is_joined(token: Token) -> bool:
    """Whether a word tagged as a noun is joined to others: "apple pie and peach pie", "in Newry, County Down"."""
    return token.dep_ != "ROOT" and (token.tag_ != "VB" or token.pos_ == "PROPN")


def _lacks_subject(clause: Token) -> bool:
    """Whether a clause has an auxiliary, but no subject and no word that begins a clause.

    The word above it then is part of its subject: "league two side Rochdale have signed".
    """
    has_auxiliary = any(c.dep_ == "aux" and c.tag_ in FINITE for c in clause.children)
    return clause.dep_ == "advcl" and has_auxiliary and child(clause, SUBJECT | PASSIVE | {"mark"}) is None


def base_form(verb: Token, lexicon: Lexicon) -> str:
    """The lemma of a verb; where the language has no such verb, the one that it has beside: "simplifie", "-keep"."""
    base = lemma(verb).strip("-–—/*_'’")
    if base in lexicon.every_verb:
        return base
    near = (f"{base[:-2]}y" if base.endswith("ie") else "", base[:-1] if base.endswith("e") else "")
    return next((form for form in near if form in lexicon.every_verb), base)
