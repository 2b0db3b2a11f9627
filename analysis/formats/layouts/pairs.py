"""Two answers of which one is better, or neither: a pair and a tie are two layouts of the same records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Layout, Record, Row

SCORES = {"score_chosen": "score_chosen", "score_rejected": "score_rejected"}


class Compared(NamedTuple):
    """Two answers to one prompt. `better`: 0 or 1; None for a tie, or without a judgement. `scores`: of both."""

    prompt: Any
    answers: tuple[Any, Any]
    better: int | None
    scores: tuple[float | None, float | None] = (None, None)


def pair_and_tie(
    name: str,
    title: str,
    sign: str,
    compare: Callable[[Record], Compared],
    roles: Mapping[str, str] | None = None,
    adds: Sequence[str] = (),
    columns: Callable[[Record], dict[str, Any]] = lambda record: {},
    is_scored: bool = False,
) -> tuple[Layout, Layout]:
    """The layout of the pairs, and that of the ties: of these only the prompt has a role, and both answers stay in
    their columns, so that none of them is taken for a good one. `columns`: what is added, with the names `adds`.
    `is_scored`: both answers have scores."""
    of_scores = SCORES if is_scored else {}

    def read_pair(record: Record) -> Row:
        compared = compare(record)
        if compared.better is None:
            raise FormatError("a tie")
        scores = compared.scores if compared.better == 0 else compared.scores[::-1]
        return {
            "prompt": compared.prompt,
            "response": compared.answers[compared.better],
            "rejected": compared.answers[1 - compared.better],
            "columns": {**columns(record), **(dict(zip(SCORES, scores, strict=True)) if is_scored else {})},
        }

    def read_tie(record: Record) -> Row:
        return {"prompt": compare(record).prompt, "columns": columns(record)}

    pair = Layout(
        name=name,
        title=title,
        sign=sign,
        format="preference",
        fits=lambda record: compare(record).better is not None,
        read=read_pair,
        gives=("prompt", "response", "rejected"),
        roles={**(roles or {}), **of_scores},
        adds=(*adds, *of_scores),
    )
    tie = Layout(
        name=f"{name}_tie",
        title=f"{title}: no answer is better",
        sign=f"{sign}, with a tie or without a judgement",
        format="preference",
        fits=lambda record: compare(record).better is None,
        read=read_tie,
        gives=("prompt",),
        roles=roles or {},
        adds=tuple(adds),
        cannot_keep=("No answer of a tie is taken as the better one: both stay in their columns.",),
    )
    return pair, tie
