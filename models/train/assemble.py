"""One pipeline directory out of a trained syntax and trained entities.

The entity recogniser keeps its own tok2vec, so that it can be left out on loading at no cost to the rest. The
lemmatizer is spaCy's rule lemmatizer with the tables of lemma_tables.py inside the directory. `vocab/strings.json` is
cut to labels and features, since spaCy hashes words as they come; that the output stays the same is checked at once.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model

from models.train.lemma_tables import build

PROBES = [
    "Write a poem about the Eiffel Tower in Paris by John Smith.",
    "He's been running; the children weren't happier than Mary's better-known mice!",
    "Given the following text, detect if the sentiment is positive.",
]


def round_to_half(nlp: Language) -> None:
    """Rounds weights to half precision; they stay float32, in files that compress to about half."""
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        for node in model.walk() if isinstance(model, Model) else ():
            for name in node.param_names:
                weights: Any = node.get_param(name) if node.has_param(name) else None
                if weights is not None and weights.dtype == np.float32:
                    node.set_param(name, weights.astype(np.float16).astype(np.float32))


def needed_strings(nlp: Language) -> set[str]:
    """Labels, features and their parts."""
    needed: set[str] = set()
    for _, component in nlp.pipeline:
        for label in getattr(component, "labels", ()) or ():
            features = label.split("|")
            needed |= {label, *features, *(part for f in features for part in f.split("=")), *label.split("-", 1)}
        needed |= {str(key) for key in getattr(component, "cfg", None) or {}}
    return needed


def annotation(doc: Doc) -> list[tuple[Any, ...]]:
    return [(t.text, t.pos_, t.tag_, t.dep_, t.head.i, t.lemma_, str(t.morph), t.ent_type_) for t in doc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("syntax", type=Path, help="directory with tagger, morphologizer and parser (of syntax_4)")
    parser.add_argument("train", type=Path, help="train.spacy of treebank.py, for the lemma exceptions")
    parser.add_argument("out", type=Path, help="directory to write; replaced if there")
    parser.add_argument("--entities", type=Path, help="directory with ner (of entities_4)")
    parser.add_argument("--meta", type=Path, help="JSON merged into meta.json: name, version, description, license")
    args = parser.parse_args()
    nlp = spacy.load(args.syntax, exclude=["trainable_lemmatizer"])
    lemmatizer: Any = nlp.add_pipe("lemmatizer", config={"mode": "rule", "overwrite": True})
    lemmatizer.initialize(lookups=build(args.train))
    if args.entities:
        entities = spacy.load(args.entities)
        entities.replace_listeners("tok2vec", "ner", ["model.tok2vec"])
        nlp.add_pipe("ner", source=entities)
    nlp.meta.update(json.loads(args.meta.read_text(encoding="utf-8")) if args.meta else {})
    round_to_half(nlp)
    if args.out.exists():
        shutil.rmtree(args.out)
    nlp.to_disk(args.out)
    path = args.out / "vocab" / "strings.json"
    strings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(sorted(set(strings) & needed_strings(nlp))), encoding="utf-8")
    again = spacy.load(args.out)
    if [annotation(doc) for doc in nlp.pipe(PROBES)] != [annotation(doc) for doc in again.pipe(PROBES)]:
        raise SystemExit("The saved pipeline annotates the probes differently.")
    print(f"{args.out}: {', '.join(again.pipe_names)}; the same output as before saving")


if __name__ == "__main__":
    main()
