"""Instructions with earlier turns in `history`, as LLaMA-Factory and ms-swift take and Winnow's alpaca writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.formats.layouts.alpaca import OUTPUTS, earlier_turns, is_chat, name_of, question_of
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

LABELS = ("kto_tag", "label")


def _fits(record: Record) -> bool:
    if not record["history"] or is_chat(record):
        return False
    return bool(earlier_turns(record)) and isinstance(_answer(record), str)


def _fits_labelled(record: Record) -> bool:
    return _fits(record) and any(_is_truth(record.get(name)) for name in LABELS)


def _is_truth(value: Any) -> bool:
    """Whether a value is true or false, also as a cell of a table writes it."""
    return isinstance(value, bool) or (isinstance(value, str) and value.strip().lower() in ("true", "false"))


def _answer(record: Record) -> str:
    answer: str = record[name_of(record, OUTPUTS)]
    return answer


def _read(record: Record) -> Row:
    last = [Message("user", question_of(record)), Message("assistant", _answer(record))]
    return {
        "messages": earlier_turns(record) + last,
        "system": record.get("system") or None,
        "tools": record.get("tools") or None,
    }


ALPACA_HISTORY = Layout(
    name="alpaca_history",
    title="Alpaca with earlier turns",
    sign="an instruction, its output, and history as a list of pairs",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system", "tools"),
    takes_training=True,
    whole=("instruction", "input", "output", "history", "system"),
)
ALPACA_HISTORY_KTO = replace(
    ALPACA_HISTORY,
    name="alpaca_history_kto",
    title="Alpaca with earlier turns, marked as desirable or not",
    sign="an instruction, its output, history as a list of pairs, and kto_tag or label",
    format="kto",
    fits=_fits_labelled,
)
