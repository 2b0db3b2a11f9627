"""In what do the prompts that were really sent differ from those that are trained?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import TemplateError
from analysis.templates import chat_of
from analysis.training.choice import Choice
from analysis.training.drift import Drift, Serving, matched_prompts
from analysis.training.reading import Reader
from analysis.training.trainer_signal import READS

EXAMPLES = 3


class LogDrift(NamedTuple):
    """Counts of the prompts of a log. `matched`: those that ask for an answer of the dataset; of them `kinds` counts
    each kind of `drift.KINDS`, and `not_trained` those whose answer the mask rule does not train or the template
    refuses. `examples`: the first differences, at most 3."""

    prompts: int
    matched: int
    not_trained: int
    kinds: dict[str, int]
    examples: list[Drift]


def drift_of_log(dataset: Dataset, rows: pl.Series, choice: Choice, prompts: Sequence[str]) -> LogDrift:
    """The prompts of a log, each against the answer that it asks for among the rows at these positions.

    Only the rows that a prompt belongs to are rendered. Raises TemplateError, ModelError, TrainingError.
    """
    places, texts = _asked(dataset, rows)
    reader = Reader(choice)
    serving = Serving(reader.renderer, reader.renderer)
    drifts = [
        _drift(dataset, reader, serving, places[match], prompt)
        for prompt, match in zip(prompts, matched_prompts(prompts, texts), strict=True)
        if match is not None
    ]
    compared = [drift for drift in drifts if drift is not None]
    kinds = Counter(drift.kind for drift in compared)
    examples = [drift for drift in compared if drift.kind != "same"][:EXAMPLES]
    return LogDrift(len(prompts), len(drifts), len(drifts) - len(compared), dict(kinds.most_common()), examples)


def _asked(dataset: Dataset, rows: pl.Series) -> tuple[list[tuple[int, int]], list[str]]:
    """The position and the turn of each answer, and the message before it."""
    places: list[tuple[int, int]] = []
    texts: list[str] = []
    for position, row in zip(rows, dataset.canonical_frame(READS, rows).iter_rows(named=True), strict=True):
        chat = chat_of(row)
        for turn, message in enumerate(chat.messages if chat else ()):
            if turn and chat and message["role"] == "assistant":
                places.append((position, turn))
                texts.append(str(chat.messages[turn - 1].get("content") or ""))
    return places, texts


def _drift(dataset: Dataset, reader: Reader, serving: Serving, place: tuple[int, int], prompt: str) -> Drift | None:
    """The drift of one answer; null where it is not trained, or the template refuses its row."""
    position, turn = place
    try:
        seen = reader.see(dataset.canonical_frame(READS, pl.Series([position])).row(0, named=True))
    except TemplateError:
        return None
    of_turn = next((each for each in seen.turns if each.turn == turn), None) if seen else None
    if seen is None or of_turn is None or of_turn.first_trained is None:
        return None
    return serving.compare(seen, turn, of_turn.first_trained, prompt)
