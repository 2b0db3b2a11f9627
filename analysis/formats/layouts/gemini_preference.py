"""Preference pairs as Gemini takes them: `contents`, and scored `completions` of which the best is chosen."""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.contents import text_of
from analysis.formats.kinds import as_number
from analysis.formats.layouts.layout import Layout, Record, Row


def _scored(record: Record) -> list[tuple[float, Any]]:
    """Scores and answers, the best first; equal scores keep their order."""
    pairs = [(as_number(one["score"]), one["completion"]) for one in record["completions"]]
    if len(pairs) < 2 or any(score is None for score, _ in pairs):
        raise FormatError("The completions have no two scores.")
    return sorted(((score or 0.0, answer) for score, answer in pairs), key=lambda pair: -pair[0])


def _fits(record: Record) -> bool:
    return isinstance(record["contents"], list) and len(record["completions"]) > 1


def _read(record: Record) -> Row:
    ordered = _scored(record)
    (best, chosen), (worst, rejected) = ordered[0], ordered[-1]
    if best == worst:
        raise FormatError("No completion has a better score than another.")
    system = record.get("systemInstruction") or record.get("system_instruction")
    return {
        "prompt": record["contents"],
        "response": [{"role": "model", **chosen}],
        "rejected": [{"role": "model", **rejected}],
        "system": None if system is None else text_of(system),
        "tools": record.get("tools"),
        "columns": {"score_chosen": best, "score_rejected": worst},
    }


GEMINI_PREFERENCE = Layout(
    name="gemini_preference",
    title="Gemini preference pairs",
    sign="contents, and completions with a score",
    format="preference",
    fits=_fits,
    read=_read,
    gives=("prompt", "response", "rejected", "system", "tools"),
    roles={"score_chosen": "score_chosen", "score_rejected": "score_rejected"},
    adds=("score_chosen", "score_rejected"),
    cannot_keep=(
        "Of more than two completions the best and the worst make the pair; the others stay in their column.",
    ),
)
