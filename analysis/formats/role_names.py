"""What columns of a role are called, in lower case with underscores."""

from __future__ import annotations

import re
from collections.abc import Iterable

MESSAGES = (
    "messages",
    "conversations",
    "conversation",
    "dialog",
    "dialogue",
    "dialogues",
    "chat",
    "turns",
    "thread",
    "contents",
    "data",
)
PAIRS = (
    ("chosen", "rejected"),
    ("chosen_response", "rejected_response"),
    ("response_chosen", "response_rejected"),
    ("preferred", "dispreferred"),
    ("accepted", "rejected"),
    ("winner", "loser"),
    ("positive", "negative"),
)
PROMPTS = (
    "instruction",
    "instructions",
    "prompt",
    "question",
    "query",
    "problem",
    "input",
    "user",
    "human",
    "input_text",
    "text_input",
    "message_1",
    "article",
)
RESPONSES = (
    "output",
    "completion",
    "response",
    "answer",
    "answers",
    "solution",
    "canonical_solution",
    "target",
    "targets",
    "reply",
    "generation",
    "assistant",
    "output_text",
    "text_output",
    "message_2",
    "summary",
    "revision",
    "explanation",
)
ANSWERED = (("instruction", "output"), ("prompt", "completion"))
"""A prompt and its answer, as training formats call them."""
ANSWERS = ("completion", "response", "output", "generation", "assistant")
"""The columns that continue a prompt which is a list of messages; an `answer` there is what is checked."""
INPUTS = ("input", "inputs", "context", "article")
SYSTEMS = ("system", "system_prompt", "system_message", "systeminstruction", "system_instruction")
NAMED: dict[str, tuple[str, ...]] = {
    "text": ("text", "content"),
    "annotator": (
        "annotator",
        "annotator_id",
        "worker",
        "worker_id",
        "workerid",
        "rater",
        "rater_id",
        "labeler",
        "labeler_id",
        "labeller",
        "labeller_id",
        "judge",
        "reviewer",
    ),
    "source": ("source", "dataset", "data_source", "source_dataset", "origin", "subset", "domain", "category"),
    "item": (
        "item",
        "item_id",
        "example_id",
        "question_id",
        "prompt_id",
        "doc_id",
        "document_id",
        "sample_id",
        "bbcid",
        "task_id",
        "record_id",
    ),
    "created_at": ("created_at", "created", "created_date", "timestamp", "date", "time", "datetime", "created_utc"),
    "session": ("session", "session_id", "conversation_id", "conv_id", "dialog_id", "dialogue_id", "chat_id"),
    "language": ("language", "lang", "locale"),
    "score": ("score", "rating", "reward", "quality", "quality_score", "reward_score"),
    "score_chosen": (
        "score_chosen",
        "chosen_score",
        "chosen_rating",
        "rating_chosen",
        "chosen_reward",
        "reward_chosen",
    ),
    "score_rejected": (
        "score_rejected",
        "rejected_score",
        "rejected_rating",
        "rating_rejected",
        "rejected_reward",
        "reward_rejected",
    ),
    "label": (
        "label",
        "labels",
        "class",
        "is_factual",
        "verdict",
        "judgement",
        "judgment",
        "kto_tag",
        "is_desirable",
        "desirable",
        "thumbs_up",
        "rating",
        "annotation",
    ),
    "group": ("group", "model", "model_name", "generator", "system"),
    "split": ("split", "set", "fold", "partition"),
    "key": ("key",),
    "tools": ("tools", "functions", "available_tools", "tool_definitions", "toolconfig", "tool_config"),
}


def plain_name(column: str) -> str:
    """The name of a column in lower case, its words with underscores between them."""
    return re.sub(r"[\W_]+", "_", column.strip().lower()).strip("_")


def items_named(columns: Iterable[str], taken: Iterable[str]) -> list[str]:
    """The columns that by their names may hold the ids of items, the most likely first, without those `taken`."""
    by_name = {plain_name(column): column for column in columns if column not in set(taken)}
    return [by_name[name] for name in NAMED["item"] if name in by_name]
