"""Which word can be the verb of a sentence? Known answers, whatever a parser says of the sentence."""

from __future__ import annotations

import functools

import pytest
import spacy
from spacy.tokens import Doc

from analysis.verbs.syntax.requests import requests
from analysis.verbs.syntax.tree import Lexicon
from analysis.verbs.syntax.words_as_verbs import base_form, may_be_verb

LEXICON = Lexicon(
    verbs=frozenset(("keep", "league", "peach", "write", "simplify", "excel", "sell")),
    nouns=frozenset(("strawberry", "league", "peach", "pie", "slice", "showcase", "side")),
    adjectives=frozenset(("ripe", "beaten")),
    every_verb=frozenset(("keep", "league", "peach", "write", "simplify", "excel", "sell", "seem", "last")),
)
vocabulary = functools.cache(lambda: spacy.blank("en").vocab)


def parsed(*tokens: tuple[str, str, str], heads: list[int] | None = None, relations: list[str] | None = None) -> Doc:
    """A sentence of (word, part of speech, tag); without heads, all words hang on the first one."""
    words, parts, tags = zip(*tokens, strict=True)
    return Doc(
        vocabulary(),
        words=list(words),
        pos=list(parts),
        tags=list(tags),
        lemmas=[word.lower() for word in words],
        heads=heads or [0] * len(words),
        deps=relations or ["ROOT", *["dep"] * (len(words) - 1)],
        sent_starts=[True, *[False] * (len(words) - 1)],
    )


@pytest.mark.parametrize(
    ("tokens", "is_one"),
    [
        ([("Keep", "VERB", "VB")], True),
        ([("seem", "VERB", "VBP")], True),  # a function word that is a verb
        ([("Tokenize", "VERB", "VB"), ("text", "NOUN", "NN")], True),  # no list has it
        ([("Showcase", "VERB", "VB"), ("your", "PRON", "PRP$")], True),  # a noun only, with an object
        ([("Showcase", "VERB", "VB"), ("rooms", "NOUN", "NNS")], False),
        ([("strawberry", "VERB", "VBP"), ("pie", "NOUN", "NN")], False),
        ([("ripe", "VERB", "VB")], False),
        ([("beaten", "VERB", "VBN")], True),  # an adjective by the list, a participle here
        ([("3", "VERB", "VB")], False),
        ([("x^2", "VERB", "VB")], False),
        ([("async.run", "VERB", "VB")], False),
        ([("🌍", "VERB", "VB")], False),
        ([("-Keep", "VERB", "VB")], True),
        ([("Rochdale", "PROPN", "NNP")], False),
        ([("league", "NOUN", "NN")], True),  # a request without its capital, tagged as a noun
    ],
)
def test_the_first_word(tokens: list[tuple[str, str, str]], is_one: bool) -> None:
    assert may_be_verb(parsed(*tokens)[0], LEXICON) == is_one
    assert may_be_verb(parsed(*tokens)[0], Lexicon())  # without lists the pipeline is believed


def test_a_name_inside_a_sentence_is_no_verb() -> None:
    said = parsed(("Then", "ADV", "RB"), ("Sanchez", "VERB", "VBP"), ("sanchez", "VERB", "VBP"))
    assert [may_be_verb(token, LEXICON) for token in said][1:] == [False, True]


def test_a_joined_noun_is_no_verb() -> None:
    pies = parsed(
        ("sells", "VERB", "VBZ"), ("pie", "NOUN", "NN"), ("peach", "NOUN", "NN"), ("slices", "NOUN", "NNS"),
        heads=[0, 0, 0, 2], relations=["ROOT", "obj", "conj", "obj"],
    )  # fmt: skip
    assert not may_be_verb(pies[2], LEXICON)
    assert [request.verb for request in requests(pies, LEXICON)] == ["sells"]


def test_the_subject_of_a_verb_beside_it_is_no_verb() -> None:
    league = parsed(
        ("league", "NOUN", "NN"), ("side", "NOUN", "NN"), ("have", "AUX", "VBP"), ("signed", "VERB", "VBN"),
        heads=[0, 0, 3, 0], relations=["ROOT", "obj", "aux", "advcl"],
    )  # fmt: skip
    assert not may_be_verb(league[0], LEXICON)


@pytest.mark.parametrize(
    ("lemma", "base"),
    [("simplifie", "simplify"), ("excele", "excel"), ("-keep", "keep"), ("'write", "write"), ("tokenize", "tokenize")],
)
def test_base_forms(lemma: str, base: str) -> None:
    doc = parsed(("word", "VERB", "VBD"))
    doc[0].lemma_ = lemma
    assert base_form(doc[0], LEXICON) == base


def test_a_sentence_of_punctuation_with_a_verb_is_read() -> None:
    marks = parsed(("!", "VERB", "VB"), ("?", "PUNCT", "."), relations=["ROOT", "punct"])
    assert [request.verb for request in requests(marks, Lexicon())] == ["!"]
