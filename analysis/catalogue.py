"""Every signal this tool offers. To add one: write its file, add its line here."""

from __future__ import annotations

from analysis.annotators.consensus_signal import Consensus
from analysis.annotators.people_signal import People
from analysis.annotators.sessions_signal import Sessions
from analysis.conflicts.conflicts_signal import Conflicts
from analysis.conflicts.meaning_conflicts_signal import MeaningConflicts
from analysis.duplicates.exact_duplicates_signal import ExactDuplicates
from analysis.duplicates.field_pairs_signal import FieldPairs
from analysis.duplicates.identical_duplicates_signal import IdenticalDuplicates
from analysis.duplicates.leaks_signal import Leaks
from analysis.duplicates.meaning_pairs_signal import MeaningPairs
from analysis.duplicates.near_groups_signal import NearGroups
from analysis.duplicates.near_pairs_signal import NearPairs
from analysis.duplicates.normalised_duplicates_signal import NormalisedDuplicates
from analysis.duplicates.repetition_signal import Repetition
from analysis.duplicates.shared_spans_signal import SharedSpans
from analysis.embedding.embedding_signal import Embedding
from analysis.embedding.neighbours_signal import Neighbours
from analysis.heuristics.c4_signal import C4
from analysis.heuristics.gopher_signal import Gopher
from analysis.heuristics.self_instruct_signal import SelfInstruct
from analysis.lengths.language_signal import Language
from analysis.lengths.lengths_signal import Lengths
from analysis.lengths.tokens_signal import Tokens
from analysis.map.clusters_signal import Clusters
from analysis.map.map_signal import Map
from analysis.noise.formatting_signal import Formatting
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.prompts.prompt_format_signal import PromptFormat
from analysis.signal import Catalogue
from analysis.slices.times_signal import Times
from analysis.structure.structure_signal import Structure
from analysis.training.trainer_signal import Trainer
from analysis.verbs.verb_noun_signal import VerbNoun

CATALOGUE = Catalogue(
    (
        Lengths(),
        Tokens(),
        Structure(),
        PromptFormat(),
        ExactDuplicates(),
        IdenticalDuplicates(),
        NormalisedDuplicates(),
        Conflicts(),
        Consensus(),
        Times(),
        Sessions(),
        People(),
        VerbNoun(),
        Language(),
        Formatting(),
        NearPairs(),
        NearGroups(),
        Leaks(),
        SharedSpans(),
        Repetition(),
        FieldPairs(),
        Gopher(),
        C4(),
        SelfInstruct(),
        PersonalData(),
        NamedEntities(),
        Embedding(),
        Neighbours(),
        MeaningPairs(),
        MeaningConflicts(),
        Map(),
        Clusters(),
        Trainer(),
    ),
    # Guesses, and rules that others made for their data, which should not appear unless requested; and vectors and what
    # needs them, whose libraries start slowly.
    on_request=(
        NamedEntities.name,
        Gopher.name,
        C4.name,
        SelfInstruct.name,
        Embedding.name,
        Neighbours.name,
        MeaningPairs.name,
        MeaningConflicts.name,
        Map.name,
        Clusters.name,
        Trainer.name,
    ),
)
