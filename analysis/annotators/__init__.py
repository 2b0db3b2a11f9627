"""Judgements of several people on the same items: how far do they agree, what is the consensus, and who differs?"""

from analysis.annotators.agreement import Agreement, agreement, by_slice
from analysis.annotators.bootstrap import Coefficient
from analysis.annotators.consensus import (
    Votes,
    accuracy,
    agreement_with_others,
    gold_of,
    label_accuracy,
    per_annotator,
    votes_of,
)
from analysis.annotators.dawid_skene import DawidSkene, dawid_skene
from analysis.annotators.labels import LEVELS, Labels, labels_of, level_of
from analysis.annotators.pairs import cohen, self_agreement
from analysis.errors import LabelsError

__all__ = [
    "LEVELS",
    "Agreement",
    "Coefficient",
    "DawidSkene",
    "Labels",
    "LabelsError",
    "Votes",
    "accuracy",
    "agreement",
    "agreement_with_others",
    "blind_samples",
    "by_slice",
    "cohen",
    "dawid_skene",
    "differences",
    "fatigue",
    "gold_of",
    "label_accuracy",
    "labels_of",
    "level_of",
    "per_annotator",
    "profiles",
    "self_agreement",
    "shapes",
    "votes_of",
]
