"""How well does a pipeline annotate a treebank and its entities? Prints JSON.

Two views: raw text (own tokens and sentences, spaCy's scorer, punctuation left out of the tree scores) and gold tokens
(one sentence per document, punctuation counted, relation subtypes ignored), which is what other parsers usually report.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

SHOWN = "token_f tag_acc pos_acc morph_acc lemma_acc dep_uas dep_las sents_f ents_p ents_r ents_f".split()


def on_raw_text(nlp: Language, gold: list[Doc]) -> dict[str, Any]:
    scores = nlp.evaluate([Example(nlp.make_doc(doc.text), doc) for doc in gold], batch_size=128)
    shown: dict[str, Any] = {name: round(scores[name], 4) for name in SHOWN if scores.get(name) is not None}
    if entities := scores.get("ents_per_type"):
        shown["entities"] = {label: {k: round(v, 3) for k, v in s.items()} for label, s in entities.items()}
    return shown


def on_gold_tokens(nlp: Language, gold: list[Doc]) -> dict[str, Any]:
    sentences = [sentence for doc in gold for sentence in doc.sents]
    docs = (Doc(nlp.vocab, words=[t.text for t in s], spaces=[bool(t.whitespace_) for t in s]) for s in sentences)
    right: Counter[str] = Counter()
    for made, sentence in zip(nlp.pipe(docs, batch_size=256), sentences, strict=True):
        for p, g in zip(made, sentence, strict=True):
            is_head = p.head.i == g.head.i - sentence.start
            relation, known = p.dep_.split(":")[0].lower(), g.dep_.split(":")[0].lower()
            is_content = g.pos_ in ("VERB", "NOUN")
            right.update(
                {
                    "words": 1,
                    "upos": p.pos_ == g.pos_,
                    "xpos": p.tag_ == g.tag_,
                    "lemma": p.lemma_ == g.lemma_,
                    "uas": is_head,
                    "las": is_head and relation == known,
                    "content": is_content,
                    "content_lemma": is_content and p.lemma_.lower() == g.lemma_.lower(),
                    "obj_made": relation == "obj",
                    "obj_known": known == "obj",
                    "obj_right": relation == known == "obj" and is_head,
                }
            )
    shares = {name: round(right[name] / max(right["words"], 1), 4) for name in ("upos", "xpos", "lemma", "uas", "las")}
    return {
        "words": right["words"],
        **shares,
        "lemma_verb_noun": round(right["content_lemma"] / max(right["content"], 1), 4),
        "obj_precision": round(right["obj_right"] / max(right["obj_made"], 1), 4),
        "obj_recall": round(right["obj_right"] / max(right["obj_known"], 1), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="spaCy pipeline directory")
    parser.add_argument("corpus", help=".spacy file with gold annotation (test.spacy of treebank.py)")
    args = parser.parse_args()
    nlp = spacy.load(args.model)
    gold = list(DocBin().from_disk(args.corpus).get_docs(nlp.vocab))
    print(json.dumps({"raw_text": on_raw_text(nlp, gold), "gold_tokens": on_gold_tokens(nlp, gold)}, indent=1))


if __name__ == "__main__":
    main()
