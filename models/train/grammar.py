"""Random English phrases with complete Universal Dependencies annotation, written down as they are made.

Grammatical, not sensible. The order in which random numbers are drawn is part of the result: a seed gives the same
sentences for ever, so that a training can be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from models.train.vocabulary import (
    ADJECTIVES,
    COMPOUNDS,
    MASS_NOUNS,
    NAMES,
    NOUNS,
    PREPOSITIONS,
    PREPOSITIONS_OF,
    VERBS,
)

IMPERATIVE, INFINITIVE = "Mood=Imp|VerbForm=Fin", "VerbForm=Inf"
THIRD_PERSON = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
PARTICIPLE = "Tense=Past|VerbForm=Part|Voice=Pass"
DETERMINERS = {
    "the": ("the", "DET", "DT", "Definite=Def|PronType=Art", "det"),
    "this": ("this", "DET", "DT", "Number=Sing|PronType=Dem", "det"),
    "these": ("this", "DET", "DT", "Number=Plur|PronType=Dem", "det"),
    "some": ("some", "DET", "DT", "PronType=Ind", "det"),
    "any": ("any", "DET", "DT", "PronType=Ind", "det"),
    "each": ("each", "DET", "DT", "PronType=Tot", "det"),
    "your": ("your", "PRON", "PRP$", "Case=Gen|Person=2|Poss=Yes|PronType=Prs", "nmod"),
    "my": ("my", "PRON", "PRP$", "Case=Gen|Number=Sing|Person=1|Poss=Yes|PronType=Prs", "nmod"),
}
SINGLE_VERBS = [verb for verb in VERBS if "_" not in verb]
PARTICIPLES = {"given": "give", "provided": "provide", "following": "follow", "missing": "miss"}
PLAIN_ADJECTIVES = [word for word in ADJECTIVES if word not in PARTICIPLES]


@dataclass(eq=False)
class Word:
    """One token as in a treebank; `head` is another Word, itself for the root."""

    form: str
    lemma: str
    pos: str
    tag: str
    features: str = ""
    head: Word | None = None
    relation: str = ""

    def under(self, head: Word, relation: str) -> Word:
        self.head, self.relation = head, relation
        return self


class Sentence:
    """Words in their order, and the random numbers they come from."""

    def __init__(self, draws: random.Random) -> None:
        self.words: list[Word] = []
        self.draws = draws

    def add(self, form: str, lemma: str, pos: str, tag: str, features: str = "") -> Word:
        self.words.append(Word(form, lemma, pos, tag, features))
        return self.words[-1]

    def punctuation(self, form: str) -> Word:
        return self.add(form, form, "PUNCT", form if form in ",:" else ".")

    def one_of(self, words: Sequence[str]) -> str:
        return self.draws.choice(words)

    def preposition(self, form: str) -> Word:
        """A preposition; "using" is a verb form."""
        if form == "using":
            return self.add("using", "use", "VERB", "VBG", "VerbForm=Ger")
        return self.add(form, form, "ADP", "IN")

    # Noun phrases

    def noun_phrase(self, depth: int = 0, plural: bool | None = None, determiner: str | None = None) -> Word:
        """Its head; `depth` 2 keeps it short."""
        draws = self.draws
        if draws.random() < 0.04:
            name = self.one_of(NAMES)
            return self.add(name, name, "PROPN", "NNP", "Number=Sing")
        noun = self.one_of(NOUNS)
        plural = draws.random() < 0.35 if plural is None else plural
        compound = None
        if "_" in noun:
            compound, noun = noun.split("_")
        elif draws.random() < 0.18:
            compound = self.one_of(COMPOUNDS)
        if noun in MASS_NOUNS:
            plural = False
        adjectives = [self.one_of(ADJECTIVES) for _ in range(draws.choices([0, 1, 2], [0.5, 0.4, 0.1])[0])]
        if draws.random() < 0.14:
            adjectives = [self.one_of(["following", "given", "following", "provided"]), *adjectives[:1]]
        determiner, plural = self._determiner(determiner, noun, adjectives, plural)
        before = self._before(determiner, [*adjectives, *([compound] if compound else []), noun][0])
        if before and before[-1].form == "one":
            plural = False
        before += [adjective(word) for word in adjectives]
        if compound:
            before.append(Word(compound, compound, "NOUN", "NN", "Number=Sing", relation="compound"))
        head = Word(
            plural_of(noun) if plural else noun,
            noun,
            "NOUN",
            "NNS" if plural else "NN",
            "Number=Plur" if plural or noun == "people" else "Number=Sing",
        )
        if head.form == "people":
            head.tag, head.features = "NNS", "Number=Plur"
        self.words += [word.under(head, word.relation) for word in before]
        self.words.append(head)
        if depth < 2:
            self._after(head, depth)
        return head

    def _determiner(self, given: str | None, noun: str, adjectives: list[str], plural: bool) -> tuple[str, bool]:
        kinds = ["the", "a", "this", "some", "num", "your", "", "my", "each", "these", "any"]
        kind = given or self.draws.choices(kinds, [30, 28, 6, 5, 9, 4, 12, 2, 2, 4, 2])[0]
        if adjectives and adjectives[0] in ("following", "given", "provided"):
            kind = self.draws.choices(["the", "a", "this"], [85, 10, 5])[0]
        if kind in ("num", "these"):
            plural = noun not in MASS_NOUNS
        if kind in ("a", "this", "each"):
            plural = False
        if kind == "" and noun not in MASS_NOUNS:
            plural = True
        return kind, plural

    def _before(self, determiner: str, following: str) -> list[Word]:
        if determiner == "a":
            article = "an" if following[0].lower() in "aeiou" else "a"
            return [Word(article, "a", "DET", "DT", "Definite=Ind|PronType=Art", relation="det")]
        if determiner in DETERMINERS:
            lemma, pos, tag, features, relation = DETERMINERS[determiner]
            return [Word(determiner, lemma, pos, tag, features, relation=relation)]
        if determiner != "num":
            return []
        number = self.one_of("one two three four five six seven eight ten 3 5 10 20 2 4 7 100".split())
        the = [Word("the", *DETERMINERS["the"][:4], relation="det")] if self.draws.random() < 0.15 else []
        kind = "Word" if number.isalpha() else "Digit"
        return [*the, Word(number, number, "NUM", "CD", f"NumForm={kind}|NumType=Card", relation="nummod")]

    def _after(self, head: Word, depth: int) -> None:
        """Now and then a prepositional phrase, a relative clause, an infinitive, a conjunct or a participle."""
        drawn = self.draws.random()
        if drawn < 0.27:
            case = self.preposition(
                self.draws.choices(PREPOSITIONS, [14, 30, 12, 9, 6, 5, 6, 3, 3, 4, 2, 2, 1, 1, 1, 1])[0]
            )
            case.under(self.noun_phrase(depth + 1).under(head, "nmod"), "case")
        elif drawn < 0.32:
            that = self.add("that", "that", "PRON", "WDT", "PronType=Rel")
            verb = self._third_person(self.one_of(SINGLE_VERBS))
            that.under(verb, "nsubj")
            self.noun_phrase(2).under(verb, "obj")
            verb.under(head, "acl:relcl")
        elif drawn < 0.36:
            to = self.add("to", "to", "PART", "TO")
            infinitive = self.one_of(SINGLE_VERBS)
            verb = self.add(infinitive, infinitive, "VERB", "VB", INFINITIVE)
            to.under(verb, "mark")
            self.noun_phrase(2).under(verb, "obj")
            verb.under(head, "acl")
        elif drawn < 0.41:
            and_ = self.add("and", "and", "CCONJ", "CC")
            and_.under(self.noun_phrase(2).under(head, "conj"), "cc")
        elif drawn < 0.44:
            form, lemma = self.draws.choice(
                [
                    ("used", "use"),
                    ("written", "write"),
                    ("found", "find"),
                    ("made", "make"),
                    ("provided", "provide"),
                    ("based", "base"),
                ]
            )
            verb = self.add(form, lemma, "VERB", "VBN", PARTICIPLE).under(head, "acl")
            case = self.preposition(self.one_of(["in", "by", "for", "on"]))
            case.under(self.noun_phrase(2).under(verb, "obl"), "case")

    def _third_person(self, verb: str) -> Word:
        return self.add(third_person_of(verb), verb, "VERB", "VBZ", THIRD_PERSON)

    # Verb phrases and clauses

    def verb(self, features: str = IMPERATIVE, pool: Sequence[str] = VERBS) -> tuple[Word, Word | None, str]:
        """The verb, the preposition its object needs ("come up with"), and its entry."""
        entry = self.one_of(pool)
        form, *rest = entry.split("_")
        verb, case = self.add(form, form, "VERB", "VB", features), None
        if rest:
            particle = self.add(rest[0], rest[0], "ADP", "RP").under(verb, "compound:prt")
            if entry == "think_of":
                particle.tag, particle.relation, case = "IN", "case", particle
            if len(rest) > 1:
                case = self.preposition(rest[1])
        return verb, case, entry

    def verb_phrase(self, features: str = IMPERATIVE, pool: Sequence[str] = VERBS) -> Word:
        """A verb with its object, at times with a prepositional phrase; its head."""
        verb, case, entry = self.verb(features, pool)
        head = self.noun_phrase()
        if case is not None:
            case.under(head.under(verb, "obl"), "case")
        else:
            head.under(verb, "obj")
        if entry in PREPOSITIONS_OF and self.draws.random() < 0.5:
            own = self.preposition(self.one_of(PREPOSITIONS_OF[entry]))
            own.under(self.noun_phrase(2).under(verb, "obl"), "case")
        elif self.draws.random() < 0.12:
            self.adjunct(verb, ["in", "for", "with", "using", "from", "as", "by"], 2)
        return verb

    def adjunct(self, verb: Word, prepositions: Sequence[str], depth: int) -> tuple[Word, Word]:
        """A prepositional phrase under `verb`: its first word and its head."""
        form = self.one_of(prepositions)
        first = self.preposition(form)
        head = self.noun_phrase(depth)
        if form == "using":
            head.under(first.under(verb, "advcl"), "obj")
        else:
            first.under(head.under(verb, "obl"), "case")
        return first, head

    def clause(self, kind: str) -> Word:
        """An indirect question ("why …", "how to …", "if …"); its head."""
        if kind in ("if", "whether"):
            return self._if_clause(kind)
        if kind == "howto":
            how = self.add("how", "how", "ADV", "WRB", "PronType=Int")
            to = self.add("to", "to", "PART", "TO")
            verb = self.verb_phrase(INFINITIVE)
            how.under(verb, "advmod")
            to.under(verb, "mark")
            return verb
        if kind == "what":
            what = self.add("what", "what", "PRON", "WP", "PronType=Int")
            subject = self.noun_phrase(2, plural=False)
            verb = self._third_person(self.one_of(["mean", "represent", "do", "contain", "need", "require"]))
            what.under(verb, "obj")
            subject.under(verb, "nsubj")
            return verb
        adverb = self.add(kind, kind, "ADV", "WRB", "PronType=Int")
        subject = self.noun_phrase(2, plural=False)
        usual = ["work", "happen", "matter", "change", "help", "affect", "influence", "cause"] * 6
        entry = self.one_of(SINGLE_VERBS + usual)
        verb = self._third_person(entry)
        adverb.under(verb, "advmod")
        subject.under(verb, "nsubj")
        if entry not in ("work", "happen", "matter"):
            self.noun_phrase(2).under(verb, "obj")
        return verb

    def _if_clause(self, kind: str) -> Word:
        mark = self.add(kind, kind, "SCONJ", "IN")
        subject = self.noun_phrase(2, plural=False)
        copula = self.add("is", "be", "AUX", "VBZ", THIRD_PERSON)
        head = adjective(self.one_of(PLAIN_ADJECTIVES))
        self.words.append(head)
        mark.under(head, "mark")
        subject.under(head, "nsubj")
        copula.under(head, "cop")
        if self.draws.random() < 0.4:
            or_ = self.add("or", "or", "CCONJ", "CC")
            other = adjective(self.one_of(PLAIN_ADJECTIVES)).under(head, "conj")
            self.words.append(other)
            or_.under(other, "cc")
        return head


def adjective(form: str) -> Word:
    """An adjective, or a participle in its place, before a noun."""
    if form in ("given", "provided"):
        return Word(form, PARTICIPLES[form], "VERB", "VBN", PARTICIPLE, relation="amod")
    if form in PARTICIPLES:
        return Word(form, PARTICIPLES[form], "VERB", "VBG", "VerbForm=Ger", relation="amod")
    return Word(form, form, "ADJ", "JJ", "Degree=Pos", relation="amod")


def plural_of(noun: str) -> str:
    irregular = {"person": "people", "child": "children", "people": "people"}
    if noun in irregular:
        return irregular[noun]
    if _changes_y(noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def third_person_of(verb: str) -> str:
    if _changes_y(verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "x", "ch", "sh", "z", "o")) else f"{verb}s"


def _changes_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in "aeiou"
