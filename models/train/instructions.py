"""Synthetic instructions with complete annotation, to be trained on beside a treebank of ordinary text.

UD_English-EWT has few imperatives, and hardly those that instruction data begin with, so that a parser trained on it
alone takes "Convert", "Design" or "Identify" at the start of an instruction for a name. Twenty forms with fixed odds.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from models.train.grammar import IMPERATIVE, INFINITIVE, PARTICIPLE, SINGLE_VERBS, THIRD_PERSON, Sentence, Word

ATTRIBUTES = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"]
PLURAL_BE = "Mood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin"
SECOND_BE = "Mood=Ind|Number=Sing|Person=2|Tense=Pres|VerbForm=Fin"
FIRST_PERSON = "Mood=Ind|Number=Sing|Person=1|Tense=Pres|VerbForm=Fin"
INTERROGATIVE = "PronType=Int"


def you(s: Sentence, features: str = "Case=Nom|Person=2|PronType=Prs") -> Word:
    return s.add("you", "you", "PRON", "PRP", features)


def i(s: Sentence) -> Word:
    return s.add("I", "I", "PRON", "PRP", "Case=Nom|Number=Sing|Person=1|PronType=Prs")


def me(s: Sentence) -> Word:
    return s.add("me", "I", "PRON", "PRP", "Case=Acc|Number=Sing|Person=1|PronType=Prs")


def us(s: Sentence) -> Word:
    return s.add("us", "we", "PRON", "PRP", "Case=Acc|Number=Plur|Person=1|PronType=Prs")


def plain(s: Sentence) -> Word:
    """Write a story."""
    return s.verb_phrase()


def to_me(s: Sentence) -> Word:
    """Give me a list."""
    verb, _, _ = s.verb(
        pool=["give", "tell", "write", "show", "send", "offer", "make", "find", "teach", "provide", "give", "give"]
    )
    s.draws.choice([me, me, us])(s).under(verb, "iobj")
    s.noun_phrase().under(verb, "obj")
    return verb


def please(s: Sentence) -> Word:
    """Please write a story."""
    word = s.add("please", "please", "INTJ", "UH")
    return word.under(s.verb_phrase(), "discourse").head or word


def conjoined(s: Sentence) -> Word:
    """Compare and contrast two poems."""
    verb, _, _ = s.verb(pool=[*SINGLE_VERBS, *["compare"] * 40])
    and_ = s.add("and", "and", "CCONJ", "CC")
    second, _, _ = s.verb(pool=[*SINGLE_VERBS, *["contrast"] * 40])
    and_.under(second.under(verb, "conj"), "cc")
    s.noun_phrase().under(verb, "obj")
    return verb


def two_clauses(s: Sentence) -> Word:
    """Read the text, and answer the question."""
    verb = s.verb_phrase()
    comma = s.punctuation(",") if s.draws.random() < 0.4 else None
    and_ = s.add("and", "and", "CCONJ", "CC")
    if s.draws.random() < 0.4:
        second, _, _ = s.verb(pool=SINGLE_VERBS)
        s.add("it", "it", "PRON", "PRP", "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs").under(second, "obj")
    else:
        second = s.verb_phrase()
    and_.under(second.under(verb, "conj"), "cc")
    if comma:
        comma.under(second, "punct")
    return verb


def given(s: Sentence) -> Word:
    """Given a list, write a story."""
    return _after_noun(s, [s.add("given", "give", "VERB", "VBN", PARTICIPLE)])


def based_on(s: Sentence) -> Word:
    """Based on the text, write a story."""
    return _after_noun(s, [s.add("based", "base", "VERB", "VBN", PARTICIPLE), s.preposition("on")])


def _after_noun(s: Sentence, opening: list[Word]) -> Word:
    noun = s.noun_phrase(1)
    for word in opening:
        word.under(noun, "case")
    comma = s.punctuation(",").under(noun, "punct")
    noun.under(s.verb_phrase(), "obl")
    return noun.head or comma


def using(s: Sentence) -> Word:
    """Using the data, write a story."""
    form = s.one_of(["in", "for", "from", "with", "using"])
    first, noun, comma = s.preposition(form), s.noun_phrase(1), s.punctuation(",")
    verb = s.verb_phrase()
    if form == "using":
        noun.under(first.under(verb, "advcl"), "obj")
        comma.under(first, "punct")
    else:
        first.under(noun.under(verb, "obl"), "case")
        comma.under(noun, "punct")
    return verb


def explain_why(s: Sentence) -> Word:
    """Explain why the test works."""
    kind = s.one_of(["why", "how", "howto", "howto", "if", "whether", "what", "when"])
    usual = (
        "explain describe discuss outline show tell illustrate demonstrate summarize write find_out analyze consider"
    )
    pools = {
        "if": "determine check verify decide detect predict tell state find_out identify",
        "whether": "determine decide evaluate state indicate identify classify",
    }
    verb, _, entry = s.verb(pool=pools.get(kind, usual).split())
    if entry in ("tell", "show") and s.draws.random() < 0.7:
        me(s).under(verb, "iobj")
    s.clause(kind).under(verb, "ccomp")
    return verb


def name_three(s: Sentence) -> Word:
    """Come up with three ideas."""
    pool = "name list identify name list give suggest mention state provide propose write think_of come_up_with find describe generate"
    verb, case, _ = s.verb(pool=pool.split())
    noun = s.noun_phrase(determiner="num")
    noun.under(verb, "obl" if case else "obj")
    if case:
        case.under(noun, "case")
    return verb


def can_you(s: Sentence) -> Word:
    """Could you please write a story?"""
    modal = s.one_of(["can", "could", "would", "will", "can"])
    auxiliary, subject = s.add(modal, modal, "AUX", "MD", "VerbForm=Fin"), you(s)
    polite = s.add("please", "please", "INTJ", "UH") if s.draws.random() < 0.35 else None
    verb = s.verb_phrase(INFINITIVE)
    auxiliary.under(verb, "aux")
    subject.under(verb, "nsubj")
    if polite:
        polite.under(verb, "discourse")
    return verb


def how_would_you(s: Sentence) -> Word:
    """How would you solve the problem?"""
    how = s.add("how", "how", "ADV", "WRB", INTERROGATIVE)
    modal = s.one_of(["would", "can", "do", "could", "should"])
    auxiliary = s.add(modal, modal, "AUX", "VBP" if modal == "do" else "MD", "VerbForm=Fin")
    subject = s.draws.choice([you, i])(s)
    verb = s.verb_phrase(INFINITIVE)
    how.under(verb, "advmod")
    auxiliary.under(verb, "aux")
    subject.under(verb, "nsubj")
    return verb


def what_is(s: Sentence) -> Word:
    """What is the answer?"""
    what = s.add("what", "what", "PRON", "WP", INTERROGATIVE)
    plural = s.draws.random() < 0.5
    be = s.add("are", "be", "AUX", "VBP", PLURAL_BE) if plural else s.add("is", "be", "AUX", "VBZ", THIRD_PERSON)
    determiner = s.one_of(["some", "the"]) if plural else "the"
    s.noun_phrase(plural=plural, determiner=determiner).under(what, "nsubj")
    be.under(what, "cop")
    return what


def use_to(s: Sentence) -> Word:
    """Use the data to write a story."""
    verb, _, _ = s.verb(pool="use apply take use consider read analyze review examine".split())
    s.noun_phrase(1).under(verb, "obj")
    to = s.add("to", "to", "PART", "TO")
    to.under(s.verb_phrase(INFINITIVE).under(verb, "advcl"), "mark")
    return verb


def i_want_you_to(s: Sentence) -> Word:
    """I would like you to write a story."""
    subject, modal = i(s), None
    if s.draws.random() < 0.4:
        modal = s.add("would", "would", "AUX", "MD", "VerbForm=Fin")
        verb = s.add("like", "like", "VERB", "VB", INFINITIVE)
    else:
        form = s.one_of(["want", "need"])
        verb = s.add(form, form, "VERB", "VBP", FIRST_PERSON)
    subject.under(verb, "nsubj")
    if modal:
        modal.under(verb, "aux")
    if s.draws.random() < 0.7:
        you(s, "Case=Acc|Person=2|PronType=Prs").under(verb, "obj")
    to = s.add("to", "to", "PART", "TO")
    to.under(s.verb_phrase(INFINITIVE).under(verb, "xcomp"), "mark")
    return verb


def imagine_you_are(s: Sentence) -> Word:
    """Imagine that you are a teacher."""
    verb, _, _ = s.verb(pool="imagine pretend assume suppose imagine".split())
    mark = s.add("that", "that", "SCONJ", "IN") if s.draws.random() < 0.4 else None
    noun = you_are(s).under(verb, "ccomp")
    if mark:
        mark.under(noun, "mark")
    return verb


def you_are(s: Sentence) -> Word:
    """You are a teacher."""
    subject, be = you(s), s.add("are", "be", "AUX", "VBP", SECOND_BE)
    noun = s.noun_phrase(1, plural=False, determiner="a")
    subject.under(noun, "nsubj")
    be.under(noun, "cop")
    return noun


def you_are_given(s: Sentence) -> Word:
    """You are given a list."""
    subject, be = you(s), s.add("are", "be", "AUX", "VBP", SECOND_BE)
    verb = s.add("given", "give", "VERB", "VBN", PARTICIPLE)
    subject.under(verb, "nsubj:pass")
    be.under(verb, "aux:pass")
    s.noun_phrase(1).under(verb, "obj")
    return verb


def do_not(s: Sentence) -> Word:
    """Do not repeat the word."""
    do, not_ = s.add("do", "do", "AUX", "VB", IMPERATIVE), s.add("not", "not", "PART", "RB", "Polarity=Neg")
    verb = s.verb_phrase(INFINITIVE)
    do.under(verb, "aux")
    not_.under(verb, "advmod")
    return verb


def adverb_first(s: Sentence) -> Word:
    """Briefly describe the plot."""
    form = s.one_of("briefly carefully clearly first now then next quickly randomly accurately".split())
    adverb = s.add(form, form, "ADV", "RB")
    return adverb.under(s.verb_phrase(), "advmod").head or adverb


FORMS: dict[Callable[[Sentence], Word], int] = {
    plain: 34,
    to_me: 6,
    please: 4,
    conjoined: 5,
    two_clauses: 6,
    given: 5,
    based_on: 3,
    using: 4,
    explain_why: 7,
    name_three: 5,
    can_you: 5,
    how_would_you: 3,
    what_is: 3,
    use_to: 4,
    i_want_you_to: 3,
    imagine_you_are: 3,
    you_are: 3,
    you_are_given: 2,
    do_not: 2,
    adverb_first: 2,
}


def instruction(draws: random.Random) -> Sentence:
    """One instruction of a random form; 15 % without a capital, 20 % without an end mark."""
    s = Sentence(draws)
    form = draws.choices(list(FORMS), list(FORMS.values()))[0]
    end = draws.choices([".", "", ":", "!"], [68, 20, 9, 3])[0]
    root = form(s)
    if form is can_you:
        end = draws.choices(["?", ".", ""], [8, 1, 1])[0]
    elif form in (how_would_you, what_is):
        end = "?"
    if end:
        s.punctuation(end).under(root, "punct")
    root.under(root, "ROOT")
    if draws.random() < 0.85:
        s.words[0].form = s.words[0].form[0].upper() + s.words[0].form[1:]
    return s


def annotated(sentence: Sentence, vocab: spacy.vocab.Vocab) -> Doc:
    words = sentence.words
    place = {id(word): at for at, word in enumerate(words)}
    followers = [word.form for word in words[1:]] + [""]
    return Doc(
        vocab,
        words=[w.form for w in words],
        spaces=[not f or f not in ".,:?!" for f in followers],
        tags=[w.tag for w in words],
        pos=[w.pos for w in words],
        morphs=[w.features for w in words],
        lemmas=[w.lemma for w in words],
        heads=[place[id(w.head)] for w in words],
        deps=[w.relation for w in words],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help=".spacy file to write")
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    vocab, draws = spacy.blank("en").vocab, random.Random(args.seed)
    docs = [annotated(instruction(draws), vocab) for _ in range(args.sentences)]
    DocBin(docs=docs, attrs=ATTRIBUTES).to_disk(args.out)
    print(f"{len(docs)} sentences, {sum(map(len, docs))} tokens in {args.out}")


if __name__ == "__main__":
    main()
