"""Do the scripts that train the shipped pipeline turn their sources into what they say?"""

from __future__ import annotations

import functools
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from models.train.entity_sets import conll, iob2, spaces_of
from models.train.gum import names_of
from models.train.instructions import FORMS, annotated, instruction
from models.train.lemma_tables import behind_prefixes
from models.train.treebank import documents, uner_entities

ROOT = Path(__file__).resolve().parents[2]
vocabulary = functools.cache(lambda: spacy.blank("en").vocab)
CONLLU = """# newdoc id = a
# sent_id = a-1
# text = John can't go.
1\tJohn\tJohn\tPROPN\tNNP\tNumber=Sing\t4\tnsubj\t_\t_
2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\t_
2\tca\tcan\tAUX\tMD\tVerbForm=Fin\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\tPolarity=Neg\t4\tadvmod:neg\t_\t_
4\tgo\tgo\tVERB\tVB\tVerbForm=Inf\t0\troot\t_\tSpaceAfter=No
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# sent_id = a-2
# text = Stop!
1\tStop\tstop\tVERB\tVB\tMood=Imp\t0\troot\t_\tSpaceAfter=No
2\t!\t!\tPUNCT\t.\t_\t1\tpunct\t_\t_
"""
UNER = "# sent_id = a-1\n1\tJohn\tB-PER\n2\tca\tO\n3\tn't\tO\n4\tgo\tO\n5\t.\tO\n\n# sent_id = a-2\n1\tStop\tI-OTH\n2\t!\tO\n"


def test_a_treebank_becomes_documents(tmp_path: Path) -> None:
    (tmp_path / "uner.iob2").write_text(UNER)
    (doc,) = documents(CONLLU, uner_entities(tmp_path / "uner.iob2"))
    assert doc.text.strip() == "John can't go. Stop!"
    assert [(t.text, t.lemma_, t.dep_, t.head.text) for t in doc][:4] == [
        ("John", "John", "nsubj", "go"),
        ("ca", "can", "aux", "go"),
        ("n't", "not", "advmod", "go"),
        ("go", "go", "ROOT", "go"),
    ]
    assert [s.text for s in doc.sents] == ["John can't go.", "Stop!"]
    assert [(e.text, e.label_) for e in doc.ents] == [("John", "PER")]
    assert not next(documents(CONLLU, {})).ents


def test_synthetic_instructions_are_whole_trees_and_the_same_for_a_seed() -> None:
    made = [annotated(instruction(random.Random(seed)), vocabulary()) for seed in range(300)]
    assert [doc.text for doc in made] == [
        annotated(instruction(random.Random(seed)), vocabulary()).text for seed in range(300)
    ]
    assert all(sum(token.dep_ == "ROOT" for token in doc) == 1 and all(token.dep_ for token in doc) for doc in made)
    assert len({doc.text for doc in made}) > 290
    assert len(FORMS) == 20
    assert (
        annotated(instruction(random.Random(1)), vocabulary()).text.strip()
        == "Substitute the following informal volume"
    )


def test_column_formats_become_entities(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(
        "Hi\tO\n@ann\tB-person\nAnn\tB-person\nLee\tI-person\n,\tO\nAcme\tB-corporation\n\n"
    )
    (doc,) = conll(tmp_path / "a.conll", "\t", {"person": "PER", "corporation": "ORG"})
    assert [(e.text, e.label_) for e in doc.ents] == [("Ann Lee", "PER"), ("Acme", "ORG")]
    assert doc.text.strip() == "Hi @ann Ann Lee, Acme"
    (tmp_path / "b.iob2").write_text("# text = In Rome.\n1\tIn\tO\n2\tRome\tB-LOC\n3\t.\tO\n\n")
    (doc,) = iob2(tmp_path / "b.iob2")
    assert (doc.text, [(e.text, e.label_) for e in doc.ents]) == ("In Rome.", [("Rome", "LOC")])
    assert spaces_of(["(", "a", ")", '"', "b", '"', "."]) == [False, False, True, False, False, False, True]


@pytest.mark.parametrize(("spans", "names"), [("person[1]", ["O", "B-PER", "I-PER", "O"]), ("_", ["O"] * 4)])
def test_names_in_gum_are_the_proper_nouns_around_a_head(tmp_path: Path, spans: str, names: list[str]) -> None:
    for layer in ("dep", "tsv", "xml"):
        (tmp_path / layer).mkdir()
    words = [("Dr.", "NP", "2"), ("Ann", "NP", "4"), ("Lee", "NP", "2"), ("left", "VVD", "0")]
    (tmp_path / "xml" / "d.xml").write_text("<s>\n" + "".join(f"{w}\t{tag}\n" for w, tag, _ in words) + "</s>\n")
    (tmp_path / "dep" / "d.conllu").write_text(
        "".join(f"{n}\t{w}\t_\t_\t_\t_\t{head}\tx\t_\t_\n" for n, (w, _, head) in enumerate(words, 1))
    )
    (tmp_path / "tsv" / "d.tsv").write_text(
        "".join(f"1-{n}\t0-1\t{w}\t{spans if n < 4 else '_'}\n" for n, (w, _, _) in enumerate(words, 1))
    )
    found = names_of(tmp_path, "d")
    assert found is not None
    assert found[0][1] == names
    (tmp_path / "xml" / "d.xml").write_text("<s>\nDr.\tNP\n</s>\n")
    assert names_of(tmp_path, "d") is None


def test_irregular_verbs_behind_a_prefix() -> None:
    found = behind_prefixes({"wrote": ["write"], "ran": ["run"]}, {"write", "run", "rewrite", "overrun"})
    assert found == {"rewrote": ["rewrite"], "overran": ["overrun"]}


def test_evaluation_of_the_shipped_pipeline_on_its_own_kind(tmp_path: Path) -> None:
    docs = [annotated(instruction(random.Random(seed)), vocabulary()) for seed in range(1000, 1040)]
    DocBin(docs=docs, attrs=["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"]).to_disk(
        tmp_path / "gold.spacy"
    )
    command = [sys.executable, "-m", "models.train.evaluate", "models/en_winnow_sm", str(tmp_path / "gold.spacy")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    scores = json.loads(done.stdout)["gold_tokens"]
    assert scores["words"] == sum(map(len, docs))
    assert scores["las"] > 0.85 and scores["obj_recall"] > 0.85
