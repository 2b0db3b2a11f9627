"""How a filter reads on its chip: its own sentence, or what the page it comes from knows of the value it names."""

from __future__ import annotations

from analysis.dataset import Dataset
from analysis.view import Filter
from ui.personal_data import chips as values
from ui.rows import cluster_names as clusters


def words(dataset: Dataset, asked: Filter) -> str:
    return values.words(dataset, asked) or clusters.words(dataset, asked) or asked.sentence
