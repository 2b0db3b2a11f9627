"""Names in GUM, which marks mentions: a name is the run of proper nouns around its mention's head."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import Path

LABELS = {"person": "PER", "place": "LOC", "organization": "ORG"}
BETWEEN_BEFORE = ("of", "the", "&", "de", "-", "van", "von")
BETWEEN_AFTER = ("of", "&", "de", "-", "van", "von")
TITLES = ("Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Dr")
Tagged = tuple[list[str], list[str]]  # the words of a sentence and their IOB tags


class Layers:
    """The words of one document in the three layers that are needed; `line_up` says whether they agree."""

    def __init__(self, folder: Path, name: str) -> None:
        xml = (folder / "xml" / f"{name}.xml").read_text(encoding="utf-8").split("\n")
        self.tags = [line.split("\t")[1] for line in xml if "\t" in line and not line.startswith("<")]
        trees = (folder / "dep" / f"{name}.conllu").read_text(encoding="utf-8").strip().split("\n\n")
        self.sentences = [[line.split("\t") for line in tree.split("\n") if re.match(r"\d+\t", line)] for tree in trees]
        spans = (folder / "tsv" / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
        self.spans = [line.split("\t") for line in spans if re.match(r"\d+-\d+\t", line)]
        self.forms: list[str] = []
        self.heads: list[int] = []
        for sentence in self.sentences:
            start = len(self.forms)
            self.forms += [row[1] for row in sentence]
            self.heads += [-1 if row[6] == "0" else start + int(row[6]) - 1 for row in sentence]

    @property
    def line_up(self) -> bool:
        return len(self.forms) == len(self.tags) == len(self.spans)

    def mentions(self) -> dict[tuple[str, str], list[int]]:
        """Word positions per mention: its kind and its number, or its place where it has none."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, row in enumerate(self.spans):
            for entry in row[3].split("|") if row[3] != "_" else ():
                if match := re.match(r"(\w+)(?:\[(\d+)\])?$", entry):
                    found[match[1], match[2] or f"s{at}"].append(at)
        return found

    def name_in(self, mention: Collection[int], kind: str) -> range | None:
        """The name's words; None where the mention's head is no proper noun."""

        def is_proper(at: int) -> bool:
            return at in mention and self.tags[at] in ("NP", "NPS", "NNP", "NNPS")

        heads = [at for at in mention if self.heads[at] not in mention]
        if len(heads) != 1 or not is_proper(heads[0]):
            return None
        first = last = heads[0]
        while step := self._step(first, -1, BETWEEN_BEFORE, is_proper):
            first -= step
        while step := self._step(last, 1, BETWEEN_AFTER, is_proper):
            last += step
        if kind == "person" and self.forms[first] in TITLES and last > first:
            first += 1
        return range(first, last + 1)

    def _step(self, at: int, way: int, between: Collection[str], is_proper: Callable[[int], bool]) -> int:
        """How far the next proper noun of the same name lies; 0 where there is none."""
        word = [self.forms[at + way * n].lower() if 0 <= at + way * n < len(self.forms) else "" for n in range(3)]
        if is_proper(at + way):
            return 1
        if is_proper(at + 2 * way) and word[1] in between:
            return 2
        of_the = (word[2], word[1]) if way < 0 else (word[1], word[2])
        return 3 if is_proper(at + 3 * way) and of_the == ("of", "the") else 0


def names_of(folder: Path, name: str) -> list[Tagged] | None:
    """The sentences of one document; None where its layers do not line up."""
    layers = Layers(folder, name)
    if not layers.line_up:
        return None
    tags = ["O"] * len(layers.forms)
    for (kind, _), mention in sorted(layers.mentions().items(), key=lambda item: len(item[1])):
        found = layers.name_in(mention, kind) if kind in LABELS else None
        for at in found or ():
            tags[at] = f"{'B' if found and at == found.start else 'I'}-{LABELS[kind]}"
    sentences, start = [], 0
    for sentence in layers.sentences:
        end = start + len(sentence)
        sentences.append((layers.forms[start:end], tags[start:end]))
        start = end
    return sentences
