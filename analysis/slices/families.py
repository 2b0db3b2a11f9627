"""Measures that say nearly the same thing as one family: lengths, repetition inside a text, language and so on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.dataset import Dataset
from analysis.slices.apart import Apart
from analysis.slices.measures import EMPTY, UNITS, Measure

LENGTHS = "length"
WORDS = {
    "lengths": LENGTHS,
    "tokens": LENGTHS,
    "trainer": "tokens in training",
    "repetition": "repeats itself",
    "exact_duplicates": "repeats other rows",
    "identical_duplicates": "repeats other rows",
    "normalised_duplicates": "repeats other rows",
    "near_pairs": "repeats other rows",
    "near_groups": "repeats other rows",
    "field_pairs": "repeats other rows",
    "meaning_pairs": "repeats other rows",
    "shared_spans": "repeats other rows",
    "leaks": "leaks into another split",
    "verb_noun": "verbs",
    "language": "language",
    "formatting": "format",
    "gopher": "Gopher rules",
    "c4": "C4 rules",
    "self_instruct": "Self-Instruct rules",
    "prompt_format": "prompt format",
    "personal_data": "personal data",
    "named_entities": "names",
    "consensus": "agreement",
    "people": "annotators",
    "sessions": "sessions",
    "neighbours": "place among similar rows",
    "clusters": "cluster",
}
SAYS_MOST = ("repetition_share",)  # of a family, what is shown if it differs, although others may differ more


def _says_less(each: Apart) -> int:
    """0 for a measure that is shown before the others of its family; of lengths, those in tokens, else in words."""
    name, unit = each.measure.name, each.measure.name.rpartition("_")[2]
    if name in SAYS_MOST:
        return 0
    return 1 + UNITS.index(unit) if unit in UNITS else 1 + len(UNITS)


class Family(NamedTuple):
    """Measures of one family that differ: its name, the one that says most, and how many others differ too."""

    name: str
    lead: Apart
    others: int


def family_of(dataset: Dataset, of: Measure) -> str:
    """The family of a measure, by the signal that computes its column; each column of the source is a family."""
    column = of.column
    if of.name.startswith(EMPTY):
        return "empty texts"
    if column == "n_turns":
        return LENGTHS
    if column in dataset.originals:
        return dataset.called(column).replace("_", " ")
    for signal in dataset.signals():
        if column in signal.adds:
            return WORDS.get(signal.name, signal.name.replace("_", " "))
    return column.replace("_", " ")


def by_family(dataset: Dataset, contrasts: Sequence[Apart]) -> list[Family]:
    """One line per family with a measure that differs, lengths first, then the largest surprise first.

    `contrasts` are as `compare` returns them, largest surprise first. A family without a clear difference is left out.
    """
    members: dict[str, list[Apart]] = {}
    for each in contrasts:
        if each.verdict == "telling":
            members.setdefault(family_of(dataset, each.measure), []).append(each)
    families = [Family(name, min(differing, key=_says_less), len(differing) - 1) for name, differing in members.items()]
    return sorted(families, key=lambda family: family.name != LENGTHS)
