"""Several rated answers of one prompt: UltraFeedback, StackExchange preferences, ranked answers. Best against worst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Record
from analysis.formats.layouts.pairs import Compared, pair_and_tie
from analysis.formats.layouts.values import as_list, first_filled, number_in, objects_in, opened

PROMPTS = ("instruction", "prompt", "question", "input", "query")
ANSWERS = ("completions", "answers", "responses", "generations", "candidates")
RATINGS = ("ratings", "rating", "scores", "pm_scores", "rewards")
TEXTS = ("response", "text", "answer", "completion", "content", "output", "generation")
SCORES = ("overall_score", "fine-grained_score", "pm_score", "score", "rating", "reward", "overall_rating")


def _compared(record: Record) -> Compared:
    prompt = opened(first_filled(record, PROMPTS))
    answers, is_ranked = _rated(record)
    if prompt is None or not answers:
        raise FormatError("no answers")
    rated = [(score, text) for text, score in answers if score is not None]
    best = max(rated, key=lambda pair: pair[0], default=(None, None))
    worst = min(reversed(rated), key=lambda pair: pair[0], default=(None, None))
    is_pair = len(rated) > 1 and best[0] != worst[0]
    scores = (None, None) if is_ranked else (best[0], worst[0])
    return Compared(prompt, (best[1], worst[1]), 0 if is_pair else None, scores)


def _rated(record: Record) -> tuple[list[tuple[Any, float | None]], bool]:
    """The answers with their scores, the higher the better; and whether these were made of ranks."""
    name = next(name for name in ANSWERS if isinstance(opened(record.get(name)), list))
    given = objects_in(record[name])
    if given and len(given) == len(as_list(record[name])):
        ranks = [number_in(answer.get("rank")) for answer in given]
        scores = [_score(answer) for answer in given]
        if is_ranked := all(score is None for score in scores):
            if all(rank is None for rank in ranks):
                raise FormatError("no ratings")
            scores = [None if rank is None else -rank for rank in ranks]
        texts = [first_filled(answer, TEXTS) for answer in given]
        if all(text is None for text in texts):
            raise FormatError("no texts")
        return list(zip(texts, scores, strict=True)), is_ranked
    ratings = next(as_list(record[key]) for key in RATINGS if isinstance(opened(record.get(key)), list))
    answers = as_list(record[name])
    if len(ratings) != len(answers) or not all(isinstance(answer, str) for answer in answers):
        raise FormatError("no rating for each answer")
    return list(zip(answers, map(number_in, ratings), strict=True)), False


def _score(answer: Mapping[str, Any]) -> float | None:
    """The score of an answer: its own, else the mean of its ratings by aspect."""
    overall = next((score for key in SCORES if (score := number_in(answer.get(key))) is not None), None)
    if overall is not None:
        return overall
    aspects = opened(answer.get("annotations")) or {}
    ratings = [number_in(_rating(of)) for of in aspects.values()] if isinstance(aspects, dict) else []
    given = [rating for rating in ratings if rating is not None]
    return sum(given) / len(given) if given else None


def _rating(aspect: Any) -> Any:
    """The rating of one aspect; several types of a fault have the one of the list that is about them."""
    if isinstance(aspect, list):
        aspect = aspect[0] if aspect else None
    if not isinstance(aspect, dict):
        return aspect
    value = first_filled(aspect, ("Rating", "rating", "score", "value"))
    return value[0] if isinstance(value, list) and value else value


RATED_ANSWERS = pair_and_tie(
    name="rated_answers",
    title="Rated answers, best against worst",
    sign="a prompt with a list of answers that have scores or ranks",
    compare=_compared,
    is_scored=True,
)
