"""All that people say of rows in one object: an attribute for each subject, all on one database."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from analysis.annotations.blind_checks import BlindChecks
from analysis.annotations.cluster_names import ClusterNames
from analysis.annotations.database import Database, database_url
from analysis.annotations.looks import Looks
from analysis.annotations.people import People
from analysis.annotations.personal_rules import PersonalRules
from analysis.annotations.saved_views import SavedViews
from analysis.annotations.tags import Tags
from analysis.annotations.vocabularies import Vocabularies


def open_annotations(home: Path) -> Annotations:
    """The annotations of a workspace, or those at WINNOW_DATABASE_URL, made if missing. Raises AnnotationError."""
    return Annotations(Database(database_url(home)))


class Annotations:
    """The subjects, each by its own methods. `pairs` and `reviews` are logs of the same form as `tags`.

    `pairs`: are two rows the same, and which row stays (`analysis.duplicates.verdicts`)? `reviews`: is a hit personal
    data, "yes" or "no", by the hit's id.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tags = Tags(database)
        self.vocabulary = Vocabularies(database)
        self.pairs = Tags(database, "pairs")
        self.reviews = Tags(database, "pii-review")
        self.looks = Looks(database)
        self.rules = PersonalRules(database)
        self.views = SavedViews(database)
        self.checks = BlindChecks(database)
        self.names = ClusterNames(database)
        self.people = People(database)

    def close(self) -> None:
        """Closes every connection. The object may be used again, and then connects anew."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
