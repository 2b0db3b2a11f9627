"""Lemma tables for spaCy's rule lemmatizer: general English rules, plus exceptions learnt from a treebank.

The base are lemma_rules, lemma_index and lemma_exc of the package spacy-lookups-data (MIT, derived from WordNet), which
is needed for training only. Added: for every small-letter form and part of speech of the training treebank the lemma of
at least 60 % of its occurrences; plurals in -oes; irregular verbs behind a prefix ("rewrote", "overrun").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import spacy
from spacy.lookups import Lookups, load_lookups
from spacy.tokens import DocBin

OPEN = ("noun", "verb", "adj", "adv")
SKIPPED = ("punct", "num", "sym", "x", "propn")
LEAST_SHARE = 0.6
PREFIXES = ("re", "over", "under", "un", "mis", "out", "fore")
NO_NOUNS = {"us"}  # in WordNet's index, where it spoils the lemma of "uses"


def build(train: Path) -> Lookups:
    """The three tables the rule lemmatizer reads; `train` is a .spacy file."""
    base = load_lookups("en", ["lemma_rules", "lemma_exc", "lemma_index"])
    rules = {part: list(pairs) for part, pairs in base.get_table("lemma_rules").items()}
    index = {part: list(words) for part, words in base.get_table("lemma_index").items()}
    exceptions = {part: dict(words) for part, words in base.get_table("lemma_exc").items()}
    rules["noun"].append(["oes", "o"])
    index["noun"] = [word for word in index["noun"] if word not in NO_NOUNS]
    learn(exceptions, train)
    exceptions["verb"] = {**behind_prefixes(exceptions["verb"], set(index["verb"])), **exceptions["verb"]}
    lookups = Lookups()
    for name, table in (("lemma_rules", rules), ("lemma_index", index), ("lemma_exc", exceptions)):
        lookups.add_table(name, table)
    return lookups


def learn(exceptions: dict[str, dict[str, list[str]]], train: Path) -> None:
    """Adds what the treebank says to the exceptions."""
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for doc in DocBin().from_disk(train).get_docs(spacy.blank("en").vocab):
        for token in doc:
            is_kept = token.pos_ == "PROPN" or token.lemma_ == "I"
            seen[token.lower_, token.pos_.lower()][token.lemma_ if is_kept else token.lemma_.lower()] += 1
    for (form, part), counts in seen.items():
        (lemma, count), total = counts.most_common(1)[0], sum(counts.values())
        if part in SKIPPED or count / total < LEAST_SHARE:
            continue
        of_part = exceptions.setdefault(part, {})
        if part not in OPEN:
            if lemma != form or form not in of_part:
                of_part[form] = [lemma]
        elif total > 1 or (form[:1] == lemma[:1] and (lemma != form or form in of_part)):
            of_part[form] = [lemma]  # a single odd pair is more often a slip than a rule


def behind_prefixes(irregular: dict[str, list[str]], verbs: set[str]) -> dict[str, list[str]]:
    """Forms of verbs such as "rewrite" made from those of "write"."""
    found = {}
    for form, lemmas in irregular.items():
        for prefix in PREFIXES:
            known = [
                f"{prefix}{lemma}" for lemma in lemmas if f"{prefix}{lemma}" in verbs and not lemma.startswith(prefix)
            ]
            if known and f"{prefix}{form}" not in verbs:
                found[f"{prefix}{form}"] = known
    return found
