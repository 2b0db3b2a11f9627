"""Everything that people record about rows, in one object: one attribute per subject, all in one database."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from analysis.annotations.blind_checks import BlindChecks
from analysis.annotations.cluster_names import ClusterNames
from analysis.annotations.database import Database, database_url
from analysis.annotations.finding_counts import FindingCounts
from analysis.annotations.finding_states import FindingStates
from analysis.annotations.judgements import Judgements
from analysis.annotations.looks import Looks
from analysis.annotations.people import People
from analysis.annotations.personal_rules import PersonalRules
from analysis.annotations.proposals import Proposals
from analysis.annotations.reads import Reads
from analysis.annotations.row_notes import RowNotes
from analysis.annotations.saved_views import SavedViews
from analysis.annotations.tags import Tags
from analysis.annotations.versions import Versions
from analysis.annotations.vocabularies import Vocabularies


def open_annotations(home: Path) -> Annotations:
    """Opens the annotations of a workspace or of WINNOW_DATABASE_URL; creates missing ones. Raises AnnotationError."""
    return Annotations(Database(database_url(home)))


class Annotations:
    """One attribute per subject. `pairs` and `reviews` are logs of the same form as `tags`.

    `pairs`: are two rows the same, and which one is kept (`analysis.duplicates.verdicts`)? `reviews`: is a hit personal
    data, "yes" or "no", by the hit's id. `proposals`: texts in the place of the source's. `row_notes`: what people
    wrote on rows. `judgements`, `states` and `counts` are about findings: answers on their rows, their state and owner,
    and how many rows showed them. `reads`: which rows each person read. `versions`: which datasets are versions of the
    same data?
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tags = Tags(database)
        self.vocabulary = Vocabularies(database)
        self.pairs = Tags(database, "pairs")
        self.reviews = Tags(database, "pii-review")
        self.looks = Looks(database)
        self.reads = Reads(database)
        self.proposals = Proposals(database)
        self.row_notes = RowNotes(database)
        self.judgements = Judgements(database)
        self.states = FindingStates(database)
        self.counts = FindingCounts(database)
        self.versions = Versions(database)
        self.rules = PersonalRules(database)
        self.views = SavedViews(database)
        self.checks = BlindChecks(database)
        self.names = ClusterNames(database)
        self.people = People(database)

    def close(self) -> None:
        """Closes every connection. The next use of the object opens a new one."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
