"""MT-bench: questions whose turns are all the user's, and answers of models with one list of turns for each choice."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.values import as_list, objects_in, opened

OF_QUESTIONS = ("question_id", "prompt_id", "category", "reference")


def _texts(value: Any) -> list[str]:
    texts = opened(value)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise FormatError("no list of texts")
    return texts


def _asked(record: Record) -> list[str]:
    return _texts(record["turns"] if "turns" in record else record["prompt"])


def _fits_question(record: Record) -> bool:
    return bool(_asked(record)) and any(key in record for key in OF_QUESTIONS) and "choices" not in record


def _read_question(record: Record) -> Row:
    return {"messages": [{"role": "user", "content": text} for text in _asked(record)]}


def _fits_answers(record: Record) -> bool:
    choices = objects_in(record["choices"])
    return bool(choices) and all(_texts(choice["turns"]) for choice in choices)


def _read_answers(record: Record) -> list[Row]:
    asked = as_list(record["turns"]) if "turns" in record else []
    return [
        {"messages": _turns(asked, choice["turns"]), "columns": {"choice": choice.get("index", number)}}
        for number, choice in enumerate(objects_in(record["choices"]))
    ]


def _turns(asked: list[Any], answers: Any) -> list[dict[str, Any]]:
    """The questions, where the record has them, and the answers in turn."""
    pairs = zip_longest(asked, _texts(answers))
    turns = [turn for question, answer in pairs for turn in (("user", question), ("assistant", answer))]
    return [{"role": role, "content": text} for role, text in turns if text is not None]


BENCH_QUESTIONS = Layout(
    name="bench_questions",
    title="MT-bench questions",
    sign="turns, a list of texts of the user, with a question_id, category or reference",
    format="chat",
    fits=_fits_question,
    read=_read_question,
    gives=("messages",),
)
BENCH_ANSWERS = Layout(
    name="bench_answers",
    title="MT-bench answers",
    sign="choices with turns",
    format="chat",
    fits=_fits_answers,
    read=_read_answers,
    gives=("messages",),
    roles={"group": "model_id"},
    adds=("choice",),
    is_many=True,
)
