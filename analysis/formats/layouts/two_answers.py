"""Two answers in two columns with a judgement: PKU-SafeRLHF, SHP, WebGPT comparisons, HelpSteer2."""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Record
from analysis.formats.layouts.pairs import Compared, pair_and_tie
from analysis.formats.layouts.values import first_filled, number_in, opened

PROMPTS = ("prompt", "question", "instruction", "query", "history")

OF_SAFE = ("better_response_id", "safer_response_id", "is_response_0_safe")
OF_STRENGTH = ("preference_strength", "preference_statement", "preference_elaboration", "all_preferences_unprocessed")


def _prompt(record: Record) -> Any:
    asked = opened(first_filled(record, PROMPTS))
    if isinstance(asked, dict):
        return first_filled(asked, ("full_text", "text", "question", "content"))
    return asked


def _answers(record: Record, first: str, second: str) -> tuple[Any, Any]:
    if record.get(first) is None and record.get(second) is None:
        raise FormatError("no answer")
    return record.get(first), record.get(second)


def _safe(record: Record) -> Compared:
    if not any(name in record for name in OF_SAFE):
        raise FormatError("no judgement")
    better = number_in(record.get("better_response_id"))
    return Compared(_prompt(record), _answers(record, "response_0", "response_1"), _place(better))


def _place(number: float | None) -> int | None:
    return int(number) if number in (0, 1) else None


def _human(record: Record) -> Compared:
    first = number_in(record.get("labels"))
    scores = number_in(record.get("score_A")), number_in(record.get("score_B"))
    answers = _answers(record, "human_ref_A", "human_ref_B")
    better = _place(None if first is None else 1 - first)
    return Compared(record["history"], answers, better, scores)


def _scored(record: Record) -> Compared:
    if "score_0" not in record and "score_1" not in record:
        raise FormatError("no scores")
    scores = number_in(record.get("score_0")), number_in(record.get("score_1"))
    return Compared(_prompt(record), _answers(record, "answer_0", "answer_1"), _higher(*scores), scores)


def _higher(first: float | None, second: float | None) -> int | None:
    if first is None or second is None or first == second:
        return None
    return int(second > first)


def _strength(record: Record) -> Compared:
    if not any(name in record for name in OF_STRENGTH):
        raise FormatError("no judgement")
    strength = number_in(record.get("preference_strength"))
    better = None if not strength else int(strength > 0)
    return Compared(_prompt(record), _answers(record, "response_1", "response_2"), better)


SAFE_RLHF = pair_and_tie(
    name="safe_rlhf",
    title="PKU-SafeRLHF",
    sign="response_0, response_1 and better_response_id",
    compare=_safe,
)
HUMAN_PREFERENCES = pair_and_tie(
    name="human_preferences",
    title="Stanford Human Preferences (SHP)",
    sign="history, human_ref_A, human_ref_B and labels",
    compare=_human,
    is_scored=True,
)
WEB_COMPARISONS = pair_and_tie(
    name="web_comparisons",
    title="WebGPT comparisons",
    sign="answer_0, answer_1, score_0 and score_1",
    compare=_scored,
    is_scored=True,
)
PREFERENCE_STRENGTH = pair_and_tie(
    name="preference_strength",
    title="HelpSteer2 preferences",
    sign="response_1, response_2 and preference_strength",
    compare=_strength,
)
TWO_ANSWERS = (*SAFE_RLHF, *HUMAN_PREFERENCES, *WEB_COMPARISONS, *PREFERENCE_STRENGTH)
