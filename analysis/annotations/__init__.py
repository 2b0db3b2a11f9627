"""What people record about rows: tags, notes, proposed texts, views, rules, blind checks, cluster names, answers."""

from analysis.annotations.annotations import Annotations, open_annotations

__all__ = [
    "Annotations",
    "batches",
    "blind_checks",
    "cluster_names",
    "finding_counts",
    "finding_states",
    "in_place",
    "judgements",
    "last_changes",
    "open_annotations",
    "personal_rules",
    "proposals",
    "tags",
]
