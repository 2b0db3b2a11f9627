"""What the parts of a dataset are called, such as train, validation and test."""

from __future__ import annotations

SPLITS = frozenset("train training validation valid val dev eval evaluation test testing holdout".split())
"""What the parts of a dataset are called, in lower case."""
CALLED = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
"""Words in the names of files and folders -> the split that `datasets` takes them for."""
assert set(CALLED) < SPLITS


def is_split(name: str) -> bool:
    """Whether this is what a part of a dataset is called, such as train, test or dev."""
    return name.strip().lower() in SPLITS or name.strip().lower().rpartition("_")[0] in SPLITS
