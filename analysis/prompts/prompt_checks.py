"""What is found in prompts: those off the format of the others, and those with solved examples in them."""

from __future__ import annotations

from analysis.check import Check

PROMPT_CHECKS = (
    Check(
        "off_format",
        "relevant",
        "info",
        "1 prompt does not have the format that most prompts have.",
        "{rows} prompts do not have the format that most prompts have.",
        ("is_off_format~eq~true",),
        "Bring them into the format that you use for inference; winnow prompts DATASET names it.",
        reads="is_off_format",
        subject="a prompt of a format that most prompts share",
        needs=("prompt",),
    ),
    Check(
        "few_shot_prompts",
        "relevant",
        "warn",
        "1 prompt holds solved examples.",
        "{rows} prompts hold solved examples.",
        ("packed_shots~gt~0",),
        "Make each example a row of its own: finetuning needs no examples in the prompt.",
        reads="packed_shots",
        subject="a prompt outside of messages",
        needs=("prompt",),
    ),
)
