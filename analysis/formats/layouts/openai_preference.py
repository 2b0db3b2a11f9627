"""Preference pairs as OpenAI and Together take them: one input, a preferred and a non-preferred output."""

from __future__ import annotations

from analysis.formats.layouts.layout import Layout, Record, Row


def _fits(record: Record) -> bool:
    return (
        isinstance(record["input"], dict)
        and isinstance(record["input"]["messages"], list)
        and isinstance(record["preferred_output"], list)
        and isinstance(record["non_preferred_output"], list)
    )


def _read(record: Record) -> Row:
    given = record["input"]
    return {
        "prompt": given["messages"],
        "response": record["preferred_output"],
        "rejected": record["non_preferred_output"],
        "tools": given.get("tools") or None,
    }


OPENAI_PREFERENCE = Layout(
    name="openai_preference",
    title="OpenAI preference pairs",
    sign="input.messages, preferred_output and non_preferred_output",
    format="preference",
    fits=_fits,
    read=_read,
    gives=("prompt", "response", "rejected", "tools"),
    whole=("preferred_output", "non_preferred_output"),
)
