"""What people record about rows: tags, saved views, rules, blind checks, names of clusters."""

from analysis.annotations.annotations import Annotations, open_annotations

__all__ = ["Annotations", "blind_checks", "cluster_names", "in_place", "open_annotations", "personal_rules", "tags"]
