"""The text of a filter on its chip: its sentence, with the name of a hidden value or a cluster if it has one."""

from __future__ import annotations

from analysis.dataset import Dataset
from analysis.view import Filter
from ui.personal_data import chips as values
from ui.rows import cluster_names as clusters


def words(dataset: Dataset, asked: Filter) -> str:
    return values.words(dataset, asked) or clusters.words(dataset, asked) or dataset.words_of(asked)
