"""Every signal this tool offers. To add one: write its file, add its line here."""

from __future__ import annotations

from analysis.signal import Catalogue
from analysis.signals.clusters import Clusters
from analysis.signals.conflicts import Conflicts
from analysis.signals.consensus import Consensus
from analysis.signals.embedding import Embedding
from analysis.signals.exact_duplicates import ExactDuplicates
from analysis.signals.field_pairs import FieldPairs
from analysis.signals.formatting import Formatting
from analysis.signals.language import Language
from analysis.signals.leaks import Leaks
from analysis.signals.lengths import Lengths
from analysis.signals.map import Map
from analysis.signals.meaning_conflicts import MeaningConflicts
from analysis.signals.meaning_pairs import MeaningPairs
from analysis.signals.named_entities import NamedEntities
from analysis.signals.near_groups import NearGroups
from analysis.signals.near_pairs import NearPairs
from analysis.signals.neighbours import Neighbours
from analysis.signals.normalised_duplicates import NormalisedDuplicates
from analysis.signals.personal_data import PersonalData
from analysis.signals.repetition import Repetition
from analysis.signals.sessions import Sessions
from analysis.signals.shared_spans import SharedSpans
from analysis.signals.times import Times
from analysis.signals.tokens import Tokens
from analysis.signals.verb_noun import VerbNoun

CATALOGUE = Catalogue(
    (
        Lengths(),
        Tokens(),
        ExactDuplicates(),
        NormalisedDuplicates(),
        Conflicts(),
        Consensus(),
        Times(),
        Sessions(),
        VerbNoun(),
        Language(),
        Formatting(),
        NearPairs(),
        NearGroups(),
        Leaks(),
        SharedSpans(),
        Repetition(),
        FieldPairs(),
        PersonalData(),
        NamedEntities(),
        Embedding(),
        Neighbours(),
        MeaningPairs(),
        MeaningConflicts(),
        Map(),
        Clusters(),
    ),
    # Guesses that nobody should meet unasked, and vectors and what is made of them, whose libraries take long to start.
    on_request=(
        NamedEntities.name, Embedding.name, Neighbours.name, MeaningPairs.name, MeaningConflicts.name, Map.name,
        Clusters.name,
    ),
)  # fmt: skip
