"""How does a dataset get its annotations: tags, proposed texts, and the rules on values that are not personal?"""

from __future__ import annotations

from pathlib import Path

from analysis.annotations.annotations import Annotations, open_annotations
from analysis.dataset import Dataset
from analysis.personal_data.not_personal import ruled
from analysis.personal_data.tables import TABLES


def take_annotations(dataset: Dataset, home: Path) -> None:
    """Sets the latest tags, notes, proposed texts and rules of the workspace on the dataset. Raises AnnotationError."""
    with open_annotations(home) as notes:
        take_tags(dataset, notes)
        take_rules(dataset, notes)


def take_tags(dataset: Dataset, notes: Annotations) -> None:
    """Sets the latest tags, notes and proposed texts, unless the dataset has them already."""
    revision = notes.tags.revision(dataset.fingerprint)
    if revision != dataset.tag_revision:
        dataset.set_tags(notes.tags.standing(dataset.fingerprint), revision)
    revision = notes.proposals.revision(dataset.fingerprint)
    if revision != dataset.proposal_revision:
        dataset.set_proposals(notes.proposals.standing(dataset.fingerprint), revision)
    revision = notes.row_notes.revision(dataset.fingerprint)
    if revision != dataset.note_revision:
        dataset.set_notes(notes.row_notes.standing(dataset.fingerprint), revision)


def take_rules(dataset: Dataset, notes: Annotations) -> None:
    """Sets the values marked as not personal in the computed signals, unless the dataset has them already."""
    revision = notes.rules.revision(dataset.fingerprint)
    if not revision:
        return
    computed = (signal.key for signal in map(dataset.signal, TABLES) if dataset.has(signal))
    if (revision := " ".join((revision, *computed))) != dataset.rulings.revision:
        rules = [kept.rule for kept in notes.rules.in_force(dataset.fingerprint)]
        dataset.set_rulings(ruled(dataset, rules, revision))
