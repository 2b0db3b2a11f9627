"""The words of a text: those of spaCy's English tokenizer, cut piece by piece."""

from __future__ import annotations

import functools

import polars as pl
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.heuristics.words import words_of

english = functools.cache(lambda: spacy.blank("en"))


def cut(text: str) -> list[str]:
    """The words of one text."""
    words = words_of(pl.Series([text], dtype=pl.String))
    first, sizes = words.vocabulary.first, words.vocabulary.sizes
    written = "".join(text.split())
    some, place = [], 0
    for number in words.numbers[words.numbers > 0]:
        for word in range(first[number], first[number + 1]):
            some.append(written[place : place + sizes[word]])
            place += sizes[word]
    return some


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\n", []),
        (
            "Don't go to the U.S.A., it's 5km...",
            ["Do", "n't", "go", "to", "the", "U.S.A.", ",", "it", "'s", "5", "km", "..."],
        ),
        ("well-known e.g. http://a.com/b#c", ["well", "-", "known", "e.g.", "http://a.com/b#c"]),
        ("a\x1cb\u3000c\x00d", ["a", "b", "c\x00d"]),
        ("中文。", ["中文", "。"]),
        ("x" * 500 + "-y", ["x" * 500, "-", "y"]),  # a long piece: runs of letters and digits
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert cut(text) == words


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.sampled_from("abDIs0159.,'-’!?…#/%&éß中🙂\u200b"), min_size=1, max_size=12), max_size=8))
def test_each_piece_is_cut_as_spacy_cuts_it_alone(pieces: list[str]) -> None:
    pieces = [piece for piece in pieces if piece.strip()]
    assert cut(" ".join(pieces)) == [token.text for piece in pieces for token in english()(piece)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", 3),
        ("No end", 1),
        ('He said "yes." Then he left.', 2),
        ("Wait... what?!", 1),
        ("Dr. Smith", 1),
        ("Two.  \n  )", 2),  # white space of its own is a word, and a sentence begins with it
        ("Two. )", 1),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    model = spacy.blank("en")
    model.add_pipe("sentencizer")
    words = words_of(pl.Series([text]))
    assert (int(words.sentences()[0]), len(list(model(text).sents))) == (sentences, sentences)
