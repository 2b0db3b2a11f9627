"""Prompts for reinforcement learning as verl takes them: the answer to check is in `reward_model`."""

from __future__ import annotations

from analysis.formats.layouts.layout import Layout, Record, Row


def _fits(record: Record) -> bool:
    checks = record["reward_model"]
    is_prompt = isinstance(record["prompt"], list) and isinstance(checks, dict)
    return is_prompt and ("ground_truth" in checks or "style" in checks)


def _read(record: Record) -> Row:
    return {
        "messages": record["prompt"],
        "tools": record.get("tools"),
        "columns": {"ground_truth": record["reward_model"].get("ground_truth")},
    }


VERL = Layout(
    name="verl",
    title="verl prompts",
    sign="prompt as messages, and reward_model.ground_truth",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "tools"),
    adds=("ground_truth",),
)
