"""UD_English-EWT in CoNLL-U, with UNER_English-EWT's entities where given, as .spacy files: train, dev, test.

The train split is rebuilt from `not-to-release/sources` by `not-to-release/file-lists/files.train`, which gives the
released split exactly (12,544 sentences, 204,577 words), so that a copy of the repository without its one large file is
enough. A document is a paragraph of at most 8 sentences. Relations are the universal ones; the subtypes in KEPT stay.
Entities are set only on documents whose every sentence has them; UNER's OTH and unmarked tokens become O.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

SENTENCES_PER_DOCUMENT = 8
KEPT = {"nsubj:pass", "aux:pass", "acl:relcl", "compound:prt"}
ATTRIBUTES = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START"]
LABELS = ("PER", "LOC", "ORG")
FORM, LEMMA, UPOS, XPOS, FEATURES, HEAD, RELATION, MISC = 1, 2, 3, 4, 5, 6, 7, 9


@dataclass
class Sentence:
    """`rows` of ten columns; `joined`: first id of a multiword token -> its last id, form, and whether a space follows."""

    comments: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    joined: dict[int, tuple[int, str, bool]] = field(default_factory=dict)

    @property
    def opens_a_paragraph(self) -> bool:
        return "newpar id" in self.comments or "newdoc id" in self.comments

    def surface(self) -> tuple[list[str], list[bool]]:
        """Words and spaces that make the raw text; a multiword token is cut as its characters allow."""
        words: list[str] = []
        spaces: list[bool] = []
        at = 0
        while at < len(self.rows):
            number = int(self.rows[at][0])
            last, form, has_space = self.joined.get(
                number, (number, self.rows[at][FORM], "SpaceAfter=No" not in self.rows[at][MISC])
            )
            parts = _cut(form, [row[FORM] for row in self.rows[at : at + last - number + 1]])
            words += parts
            spaces += [False] * (len(parts) - 1) + [has_space]
            at += len(parts)
        return words, spaces


def _cut(form: str, parts: list[str]) -> list[str]:
    """The form in pieces of the parts' lengths, where it is not simply their sum."""
    if "".join(parts) == form:
        return parts
    pieces, start = [], 0
    for number, part in enumerate(parts):
        left = len(parts) - 1 - number
        end = len(form) if not left else min(start + len(part), len(form) - left)
        pieces.append(form[start:end])
        start = end
    return pieces if all(pieces) else parts


def sentences(text: str) -> Iterator[Sentence]:
    for block in re.split(r"\n\n+", text.strip("\n")):
        sentence = Sentence()
        for line in block.split("\n"):
            cells = line.split("\t")
            if line.startswith("#"):
                name, _, value = line[1:].partition("=")
                sentence.comments[name.strip()] = value.strip()
            elif len(cells) == 10 and "-" in cells[0]:
                first, last = map(int, cells[0].split("-"))
                sentence.joined[first] = (last, cells[FORM], "SpaceAfter=No" not in cells[MISC])
            elif len(cells) == 10 and "." not in cells[0]:
                sentence.rows.append(cells)
        if sentence.rows:
            yield sentence


def uner_entities(path: Path | None) -> dict[str, list[tuple[str, str]]]:
    """Per sentence id the words and their tags; empty without a file."""
    found: dict[str, list[tuple[str, str]]] = {}
    words: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8").split("\n") if path and path.exists() else ():
        if line.startswith("# sent_id"):
            words = found[line.split("=")[1].strip()] = []
        elif line and not line.startswith("#"):
            words.append((line.split("\t")[1], line.split("\t")[2]))
    return found


def entity_tags(sentence: Sentence, entities: dict[str, list[tuple[str, str]]]) -> list[str] | None:
    """IOB tags of PER, LOC and ORG; None where the sentence is not marked word by word."""
    marked = entities.get(sentence.comments.get("sent_id", ""), [])
    if [word for word, _ in marked] != [row[FORM] for row in sentence.rows]:
        return None
    tags, before = [], "O"
    for _, tag in marked:
        tag = "O" if tag.endswith("-OTH") or tag in ("-", "_") else tag
        if tag.startswith("I-") and before[2:] != tag[2:]:
            tag = f"B-{tag[2:]}"
        tags.append(tag)
        before = tag
    return tags


def document(vocab: spacy.vocab.Vocab, paragraph: list[tuple[Sentence, list[str] | None]]) -> Doc:
    words: list[str] = []
    spaces: list[bool] = []
    heads: list[int] = []
    rows: list[list[str]] = []
    for sentence, _ in paragraph:
        start = len(words)
        surface = sentence.surface()
        words += surface[0]
        spaces += surface[1]
        heads += [start + (n if row[HEAD] == "0" else int(row[HEAD]) - 1) for n, row in enumerate(sentence.rows)]
        rows += sentence.rows
    tags = [tags for _, tags in paragraph]
    return Doc(
        vocab,
        words=words,
        spaces=spaces,
        heads=heads,
        tags=[row[XPOS] for row in rows],
        pos=[row[UPOS] for row in rows],
        morphs=["" if row[FEATURES] == "_" else row[FEATURES] for row in rows],
        lemmas=[row[LEMMA] if row[LEMMA] != "_" else word for row, word in zip(rows, words, strict=True)],
        deps=[relation(row[RELATION]) for row in rows],
        ents=None if None in tags else [tag for of_sentence in tags for tag in of_sentence or ()],
    )


def relation(name: str) -> str:
    if name == "root":
        return "ROOT"
    return name if name in KEPT else name.split(":")[0]


def documents(text: str, entities: dict[str, list[tuple[str, str]]]) -> Iterator[Doc]:
    vocab = spacy.blank("en").vocab
    paragraph: list[tuple[Sentence, list[str] | None]] = []
    for sentence in sentences(text):
        if paragraph and (sentence.opens_a_paragraph or len(paragraph) >= SENTENCES_PER_DOCUMENT):
            yield document(vocab, paragraph)
            paragraph = []
        paragraph.append((sentence, entity_tags(sentence, entities)))
    if paragraph:
        yield document(vocab, paragraph)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ewt", type=Path, help="checkout of UD_English-EWT")
    parser.add_argument("out", type=Path, help="folder for train.spacy, dev.spacy, test.spacy")
    parser.add_argument("--uner", type=Path, help="folder with en_ewt-ud-dev.iob2 and en_ewt-ud-test.iob2")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    hidden = args.ewt / "not-to-release"
    listed = (hidden / "file-lists" / "files.train").read_text(encoding="utf-8").split()
    parts = [(hidden / "sources" / name).read_text(encoding="utf-8").strip("\n") for name in listed]
    texts = {"train": "\n\n".join(parts)}
    for split in ("dev", "test"):
        texts[split] = (args.ewt / f"en_ewt-ud-{split}.conllu").read_text(encoding="utf-8")
    for split, text in texts.items():
        entities = uner_entities(args.uner / f"en_ewt-ud-{split}.iob2" if args.uner else None)
        docs = list(documents(text, entities))
        DocBin(docs=docs, attrs=ATTRIBUTES).to_disk(args.out / f"{split}.spacy")
        found = {label: sum(e.label_ == label for doc in docs for e in doc.ents) for label in LABELS}
        print(f"{split}: {len(docs)} documents, {sum(map(len, docs))} words, entities {found}")


if __name__ == "__main__":
    main()
