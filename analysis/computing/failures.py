"""On how many rows did a signal fail, and why? Shown wherever its columns are, never with text of a row."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.computing.computing import missing_inputs
from analysis.dataset import Dataset
from analysis.signal import Signal


def failure_sentence(dataset: Dataset, signal: Signal, name: str = "") -> str:
    """One sentence about the rows on which a computed signal failed; empty where there are none."""
    failures = dataset.failures(signal)
    if failures.is_empty():
        return ""
    reasons = failures["failure"].value_counts(sort=True, name="rows").sort("rows", "failure", descending=[True, False])
    words = ", ".join(f"{reason} ({rows:,})" for reason, rows in reasons.head(3).iter_rows())
    more = f" and {reasons.height - 3:,} more reasons" if reasons.height > 3 else ""
    return (
        f"{name or signal.name}: {failures.height:,} of {dataset.height:,} rows could not be computed and have no "
        f"value there: {words}{more}."
    )


def failed_inputs(dataset: Dataset, signal: Signal, failed: Sequence[str]) -> list[str]:
    """Which of the signals in `failed` this one needs, itself or through the signals that it needs."""
    needed: list[str] = []
    for name in missing_inputs(dataset, signal):
        needed += [name] if name in failed else failed_inputs(dataset, dataset.signal(name), failed)
    return list(dict.fromkeys(needed))
