"""Public entity sets as .spacy files with PER, LOC and ORG, and the training and development sets made of them.

SOURCES holds wikigold.conll.txt; wnut17train.conll, emerging.dev.conll, emerging.test.annotated; a, b, e, f, g and
h.conll (Broad Twitter Corpus); en_pud-ud-test.iob2 (UNER PUD); gum/dep, gum/tsv and gum/xml of GUM's genres academic,
bio, court, interview, news and voyage: the others are non-commercial and must stay out. EWT's entities come from
CORPUS/dev.spacy and test.spacy: four fifths of the development documents are trained on, one fifth is the development
set, the test set is left alone. WNUT's corporation and group count as ORG; products, works and @names are no entities.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from models.train.gum import names_of

VOCAB = spacy.blank("en").vocab
PLAIN = {label: label for label in ("PER", "LOC", "ORG")}
WNUT = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}
NO_SPACE_BEFORE = frozenset(". , ! ? ; : ) ] } % ' '' ’ ” ... … n't 's 'm 're 've 'll 'd ’s n’t".split())
NO_SPACE_AFTER = frozenset("( [ { $ # “ ‘ `` £ €".split())
ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"]


def spaces_of(words: list[str]) -> list[bool]:
    """Where a text would have spaces that a column format has lost."""
    spaces, is_open = [True] * len(words), False
    for at, word in enumerate(words):
        if at and (word in NO_SPACE_BEFORE or word.lower() in NO_SPACE_BEFORE or (word == '"' and is_open)):
            spaces[at - 1] = False
        if word in NO_SPACE_AFTER or (word == '"' and not is_open):
            spaces[at] = False
        is_open ^= word == '"'
    return spaces


def tagged(words: list[str], tags: list[str], spaces: list[bool] | None = None) -> Doc:
    """A document with entities; an I- tag that continues nothing begins one."""
    mended, before = [], "O"
    for tag in tags:
        if tag.startswith("I-") and before[2:] != tag[2:]:
            tag = f"B-{tag[2:]}"
        mended.append(tag)
        before = tag
    return Doc(VOCAB, words=words, spaces=spaces or spaces_of(words), ents=mended)


def blocks(path: Path) -> Iterator[list[str]]:
    """Runs of lines between blank ones."""
    lines: list[str] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield lines
            lines = []


def conll(path: Path, separator: str | None, labels: Mapping[str, str]) -> Iterator[Doc]:
    """A word and its tag per line."""
    for lines in blocks(path):
        words: list[str] = []
        tags: list[str] = []
        for cells in (line.split(separator) for line in lines):
            word, label = cells[0].strip().replace(" ", ""), labels.get(cells[-1].strip()[2:])
            if len(cells) < 2 or not word or word == "-DOCSTART-":
                continue
            is_handle = (word.startswith("@") and len(word) > 1) or (words and words[-1] == "@")
            tags.append("O" if is_handle or label is None else f"{cells[-1].strip()[:2]}{label}")
            words.append(word)
        if words:
            yield tagged(words, tags)


def iob2(path: Path) -> Iterator[Doc]:
    """UNER: comments with the text, then number, word, tag."""
    for lines in blocks(path):
        text = next((line.split("=", 1)[1].strip() for line in lines if line.startswith("# text")), "")
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        words = [row[1] for row in rows]
        yield tagged(words, [row[2] if row[2][2:] in PLAIN else "O" for row in rows], spaces_in(text, words))


def spaces_in(text: str, words: list[str]) -> list[bool] | None:
    """Which words a space follows in the text; None where they do not make it up."""
    spaces, at = [], 0
    for word in words:
        if not text.startswith(word, at):
            return None
        at += len(word)
        spaces.append(text.startswith(" ", at))
        at += spaces[-1]
    return spaces


def with_entities(path: Path) -> list[Doc]:
    return [doc for doc in DocBin().from_disk(path).get_docs(VOCAB) if doc.has_annotation("ENT_IOB")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, help="folder with the entity sets")
    parser.add_argument("corpus", type=Path, help="folder with dev.spacy and test.spacy; the results go here too")
    args = parser.parse_args()
    draws = random.Random(0)
    sources: Path = args.sources
    wnut = ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated")
    of_gum = [names_of(sources / "gum", path.stem) for path in sorted((sources / "gum" / "dep").glob("*.conllu"))]
    print("GUM documents whose layers do not line up:", of_gum.count(None))
    dev = with_entities(args.corpus / "dev.spacy")
    draws.shuffle(dev)
    held = len(dev) // 5
    sets = {
        "wikigold": list(conll(sources / "wikigold.conll.txt", None, PLAIN)),
        "wnut": [doc for name in wnut for doc in conll(sources / name, "\t", WNUT)],
        "btc": [doc for name in "abefgh" for doc in conll(sources / f"{name}.conll", "\t", PLAIN)],
        "pud": list(iob2(sources / "en_pud-ud-test.iob2")),
        "gum": [tagged(*sentence) for sentences in of_gum for sentence in sentences or ()],
        "ewt_dev": dev[held:],
    }

    def save(name: str, docs: Iterable[Doc]) -> None:
        DocBin(docs=docs, attrs=ATTRIBUTES).to_disk(args.corpus / f"{name}.spacy")

    save("entities_dev", dev[:held])
    save("entities_test", with_entities(args.corpus / "test.spacy"))
    for name, docs in sets.items():
        save(f"entities_{name}", docs)
        print(f"{name}: {len(docs)} documents, {Counter(e.label_ for doc in docs for e in doc.ents)}")
    every = [doc for docs in sets.values() for doc in docs]
    draws.shuffle(every)
    save("entities_train", every)


if __name__ == "__main__":
    main()
