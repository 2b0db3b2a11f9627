"""More training text for the entity recogniser: gold sentences with other names, templates, and text without names.

Every gold sentence with entities of PUD, EWT dev, wikigold and GUM, COPIES times, 80 % of its names exchanged (Faker
names of 13 locales, names of the corpora); template sentences; 2,000 synthetic instructions, nearly free of names;
TECHNICAL instructions whose capitalised words (Bash, JSON, Celsius) are no names: without these, code instructions gave
96 texts with a false name in 1,000, with them 21. `--gold` also writes the gold sentences, those of PUD and EWT dev twice.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

import spacy
from faker import Faker
from spacy.tokens import Doc, DocBin

from models.train.entity_sets import ATTRIBUTES
from models.train.templates import TECHNICAL_WORDS, WITH_NAMES, WITH_TECHNICAL_WORDS

NLP = spacy.blank("en")
LOCALES = (
    "en_US",
    "en_GB",
    "en_IN",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "pl_PL",
    "nl_NL",
    "tr_TR",
    "en_AU",
    "pt_BR",
    "sv_SE",
)
EXCHANGED = ("pud", "ewt_dev", "wikigold", "gum")
INSTRUCTIONS = 2000
NAMES_OF_THE_GRAMMAR = {
    **dict.fromkeys(("Paris", "Japan", "London", "Germany", "Africa"), "LOC"),
    **dict.fromkeys(("Google", "Amazon", "Microsoft"), "ORG"),
    **dict.fromkeys(("Einstein", "Shakespeare", "Alice", "Bob", "Maria"), "PER"),
}
Part = tuple[list[str], str, bool]  # words, their label or "", and whether a space follows


class Names:
    """Draws names: words of a person, a place or an organisation."""

    def __init__(self, draws: random.Random, seen: dict[str, list[list[str]]]) -> None:
        self.draws, self.seen = draws, seen
        self.fakers = {locale: Faker(locale) for locale in LOCALES}
        self.american = self.fakers["en_US"]

    def of(self, label: str, words: int | None = None) -> list[str]:
        if label == "PER":
            return self.person(words)
        return self.place() if label == "LOC" else self.organisation()

    def person(self, words: int | None = None) -> list[str]:
        faker = self._faker()
        count = words or self.draws.choices([1, 2, 3], [0.4, 0.52, 0.08])[0]
        if count == 1:
            return _words(faker.first_name() if self.draws.random() < 0.6 else faker.last_name())
        initial = f"{self.draws.choice('ABCDEFGHJKLMNPRSTW')}."
        middle = [self.draws.choice([faker.first_name(), initial])] if count > 2 else []
        return _words(" ".join([faker.first_name(), *middle, faker.last_name()]))

    def place(self) -> list[str]:
        drawn = self.draws.random()
        if drawn < 0.35:
            return self.draws.choice(self.seen["LOC"])
        if drawn < 0.6:
            name = self._faker().city()
        elif drawn < 0.8:
            name = self.american.country()
        elif drawn < 0.93:
            name = self.american.state()
        else:
            kind = self.draws.choice(["River", "Island", "Valley", "Airport", "Street", "County"])
            name = f"{self.american.city()} {kind}"
        return _words(re.sub(r"\s*\(.*?\)", "", name))

    def organisation(self) -> list[str]:
        drawn, draw = self.draws.random(), self.draws.choice
        if drawn < 0.55:
            return draw(self.seen["ORG"])
        if drawn < 0.75:
            name = self.american.company()
        elif drawn < 0.85:
            name = "".join(draw("ABCDEFGHIJKLMNOPRSTUVW") for _ in range(draw([2, 3, 3, 4])))
        elif drawn < 0.93:
            kind = draw(["University", "College", "Hospital", "Bank", "Group", "Foundation", "Institute"])
            of_city = self.draws.random() < 0.5
            name = f"University of {self.american.city()}" if of_city else f"{self.american.last_name()} {kind}"
        else:
            name = f"{self.american.last_name()} {draw(['Inc.', 'Ltd', 'LLC', '& Co.', 'Corp.'])}"
        return _words(name.replace("-", " "))

    def _faker(self) -> Faker:
        return self.american if self.draws.random() < 0.45 else self.fakers[self.draws.choice(LOCALES)]


def _words(text: str) -> list[str]:
    return [token.text for token in NLP.make_doc(text)]


def joined(parts: list[Part]) -> Doc:
    words: list[str] = []
    tags: list[str] = []
    spaces: list[bool] = []
    for of_part, label, has_space in parts:
        words += of_part
        inside = [f"B-{label}", *[f"I-{label}"] * (len(of_part) - 1)][: len(of_part)]
        tags += inside if label else ["O"] * len(of_part)
        spaces += [True] * (len(of_part) - 1) + [has_space]
    for at in range(1, len(words)):  # what the tokenizer split off a name has no space before it
        if words[at] in (",", ".", "'s", ")") and tags[at] != "O":
            spaces[at - 1] = False
    return Doc(NLP.vocab, words=words, spaces=spaces, ents=tags)


def exchanged(doc: Doc, names: Names) -> Doc:
    """The document with four of five names exchanged, equal ones alike."""
    parts: list[Part] = []
    chosen: dict[str, list[str]] = {}
    entities = {entity.start: entity for entity in doc.ents}
    at = 0
    while at < len(doc):
        entity = entities.get(at)
        if entity is None:
            parts.append(([doc[at].text], "", bool(doc[at].whitespace_)))
            at += 1
            continue
        words = [token.text for token in entity]
        if names.draws.random() < 0.8:
            words = chosen.setdefault(entity.text, names.of(entity.label_, min(3, len(entity))))
        parts.append((words, entity.label_, bool(doc[entity.end - 1].whitespace_)))
        at = entity.end
    return joined(parts)


def filled(template: str, names: Names) -> Doc:
    """A template with names in its gaps."""
    gaps = {"{P}": "PER", "{P1}": "PER", "{L}": "LOC", "{O}": "ORG", "{p}": "PER", "{l}": "LOC"}
    parts: list[Part] = []
    for word in template.split():
        if word in gaps:
            name = names.of(gaps[word], 1 if word == "{P1}" else None)
            parts.append(([part.lower() for part in name] if word.islower() else name, gaps[word], True))
        elif word in ("I'm", "i'm"):
            parts += [([word[0]], "", False), (["'m"], "", True)]
        else:
            if word in (".", ",", "?", ")") and parts:
                parts[-1] = (*parts[-1][:2], False)
            parts.append(([word], "", word != "("))
    return joined(parts)


def technical(draws: random.Random) -> Doc:
    template = draws.choice(WITH_TECHNICAL_WORDS).split()
    words = [draws.choice(TECHNICAL_WORDS) if word == "{T}" else word for word in template]
    spaces = [following not in (".", "?", ":") for following in [*words[1:], "."]]
    return Doc(NLP.vocab, words=words, spaces=spaces, ents=["O"] * len(words))


def of_the_grammar(doc: Doc) -> Doc:
    names = [NAMES_OF_THE_GRAMMAR.get(token.text) for token in doc]
    return Doc(
        NLP.vocab,
        words=[t.text for t in doc],
        spaces=[bool(t.whitespace_) for t in doc],
        ents=[f"B-{name}" if name else "O" for name in names],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder with the files of entity_sets.py")
    parser.add_argument("synthetic", type=Path, help=".spacy file of instructions.py")
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--seed", type=int, default=77, help="also names the file")
    parser.add_argument("--copies", type=int, default=2, help="exchanged copies of each gold sentence")
    parser.add_argument("--templates", type=int, default=2500, help="template sentences")
    parser.add_argument("--technical", type=int, default=1500, help="instructions with technical words")
    parser.add_argument("--gold", action="store_true", help="also write gold.spacy")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    draws = random.Random(args.seed)
    Faker.seed(args.seed)

    def load(path: Path) -> list[Doc]:
        return list(DocBin().from_disk(path).get_docs(NLP.vocab))

    def save(docs: list[Doc], name: str) -> None:
        draws.shuffle(docs)
        DocBin(docs=docs, attrs=ATTRIBUTES).to_disk(args.out / f"{name}.spacy")

    sets = {name: load(args.corpus / f"entities_{name}.spacy") for name in EXCHANGED}
    seen: dict[str, list[list[str]]] = {"PER": [], "LOC": [], "ORG": []}
    for doc in (doc for docs in sets.values() for doc in docs):
        for entity in doc.ents:
            seen[entity.label_].append([token.text for token in entity])
    names = Names(draws, seen)
    made = [exchanged(doc, names) for docs in sets.values() for doc in docs * args.copies if doc.ents]
    made += [filled(draws.choice(WITH_NAMES), names) for _ in range(args.templates)]
    made += [of_the_grammar(doc) for doc in load(args.synthetic)[:INSTRUCTIONS]]
    made += [technical(draws) for _ in range(args.technical)]
    save(made, f"variants_{args.seed}")
    print(f"{len(made)} documents, {sum(map(len, made))} words")
    if args.gold:
        save(load(args.corpus / "entities_train.spacy") + sets["pud"] + sets["ewt_dev"], "gold")


if __name__ == "__main__":
    main()
