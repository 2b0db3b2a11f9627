"""Pairs in the manner of Alpaca, as LLaMA-Factory takes them: the answers as one list, best first, or with history."""

from __future__ import annotations

from analysis.formats.layouts.alpaca import earlier_turns, is_chat, name_of, question_of
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

RANKED = ("output", "response", "ranked_outputs", "ranked_responses")
PAIR = ("chosen", "rejected")


def _ranked(record: Record) -> list[str]:
    """The answers, the best first."""
    answers: list[str] = record[name_of(record, RANKED)]
    return answers


def _fits_ranked(record: Record) -> bool:
    name = name_of(record, RANKED)
    answers = record[name]
    if "completion" in record or "chosen" in record:
        return False
    if not isinstance(answers, list) or not ("instruction" in record or name.startswith("ranked")):
        return False
    is_ranking = len(answers) > 1 and all(isinstance(text, str) for text in answers)
    return is_ranking and bool(question_of(record)) and not is_chat(record)


def _read_ranked(record: Record) -> Row:
    answers = _ranked(record)
    return {**_asked(record), "response": answers[0], "rejected": answers[-1]}


def _fits_pair(record: Record) -> bool:
    return all(record[name] is not None for name in PAIR) and bool(earlier_turns(record)) and not is_chat(record)


def _read_pair(record: Record) -> Row:
    return {**_asked(record), "response": record["chosen"], "rejected": record["rejected"]}


def _asked(record: Record) -> Row:
    """The question with the turns before it; one text where there are none."""
    earlier = earlier_turns(record) if record.get("history") else []
    question = question_of(record)
    return {
        "prompt": [*earlier, Message("user", question)] if earlier else question,
        "system": record.get("system") or None,
        "tools": record.get("tools") or None,
    }


ALPACA_RANKING = Layout(
    name="alpaca_ranking",
    title="Alpaca with ranked answers",
    sign="an instruction, and its output as a list of answers, the best first",
    format="preference",
    fits=_fits_ranked,
    read=_read_ranked,
    gives=("prompt", "response", "rejected", "system", "tools"),
    takes_training=True,
    cannot_keep=("Of more than two answers the first and the last make the pair; the others stay in their column.",),
)
ALPACA_PREFERENCE = Layout(
    name="alpaca_preference",
    title="Alpaca pairs with earlier turns",
    sign="an instruction, chosen, rejected, and history as a list of pairs",
    format="preference",
    fits=_fits_pair,
    read=_read_pair,
    gives=("prompt", "response", "rejected", "system", "tools"),
    takes_training=True,
    whole=("instruction", "input", "history", "system", "chosen", "rejected"),
)
