"""Which column plays which role: by its name, whatever its case, and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.formats.chats import CELL_STARTS, CONTENT_KEYS, ROLE_KEYS, ROLES, TURN_STARTS, Message, messages_of
from analysis.formats.jsonfiles import is_split
from analysis.formats.judged import judged_roles, prose_column

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
MAX_LABELS = 30
MIN_DIMENSIONS = 16
REPEATING_SHARE = 0.95
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{10}(\d{3})?(\.\d+)?|\w{3},? \w{3} \d"
)


def _plain_name(column: str) -> str:
    return re.sub(r"[\W_]+", "_", column.strip().lower()).strip("_")


def items_named(columns: Iterable[str], taken: Iterable[str]) -> list[str]:
    """The columns that by their names may hold the ids of items, the most likely first, without those `taken`."""
    by_name = {_plain_name(column): column for column in columns if column not in set(taken)}
    return [by_name[name] for name in NAMED["item"] if name in by_name]


def find_roles(columns: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Role -> column, for columns given as sampled values."""
    by_name: dict[str, str] = {}
    columns = {column: values for column, values in columns.items() if column.strip()}  # no name tells no role
    for column in columns:
        by_name.setdefault(_plain_name(column), column)
    filled = {column: [v for v in values if v is not None and v != ""] for column, values in columns.items()}
    roles = _conversation(by_name, filled)
    roles |= _pair(by_name, filled)
    if "rejected" in roles:
        roles |= _first("prompt", [n for n in PROMPTS if n in by_name], by_name, roles)
        if "messages" not in roles and "prompt" in roles:
            roles |= _first("input", INPUTS, by_name, roles)
    elif "messages" not in roles:
        roles |= _question(by_name, filled)
    elif by_name.get("prompt") == roles["messages"]:
        roles |= _first(
            "response", [n for n in ANSWERS if n in by_name and _is_answer(filled[by_name[n]])], by_name, roles
        )
    if any(role in roles for role in ("prompt", "messages")) and "system" not in roles:
        for name in SYSTEMS:
            if name in by_name and (_is_text(filled[by_name[name]]) or _are_blocks(filled[by_name[name]])):
                roles.setdefault("system", by_name[name])
    for role in NAMED:
        if role == "text" and ("prompt" in roles or "messages" in roles or "rejected" in roles):
            continue
        for name in NAMED[role]:
            column = by_name.get(name, "")
            if column in filled and column not in roles.values() and _holds(role, filled[column]):
                roles[role] = column
                break
    roles |= _of_key(roles, filled)
    roles = _of_judgements(by_name, columns, roles)
    if not roles.keys() & {"prompt", "messages", "rejected", "response", "text"}:
        apart = [column for role, column in roles.items() if role != "label"]
        apart += [by_name[name] for name in SYSTEMS if name in by_name]
        prose = prose_column(columns, apart)
        roles |= {"text": prose} if prose else {}
    if "annotator" in roles and "item" not in roles:
        ids = [c for n, c in by_name.items() if n.endswith("id") and c not in roles.values() and _repeats(filled[c])]
        roles |= {"item": ids[0]} if ids else {}
    for column, values in filled.items():
        if values and all(_is_vector(v) for v in values):
            roles.setdefault("embedding", column)
    return roles


def _of_judgements(
    by_name: Mapping[str, str], columns: Mapping[str, Sequence[Any]], roles: dict[str, str]
) -> dict[str, str]:
    """The roles with those of an annotation set. There a response of few values is the label, and a prompt the text."""
    if "messages" in roles or "rejected" in roles:
        return roles
    read = {role: column for role, column in roles.items() if role not in ("prompt", "response", "input")}
    judged = judged_roles(by_name, columns, read)
    if not judged:
        return roles
    if judged["label"] != roles.get("response"):
        return {**{r: c for r, c in roles.items() if c not in judged.values()}, **_without_scores(judged, roles)}
    read = {role: column for role, column in read.items() if column not in judged.values()}
    text = {"text": roles["prompt"]} if "prompt" in roles and "text" not in read else {}
    return {**read, **judged, **text}


def _without_scores(judged: dict[str, str], roles: Mapping[str, str]) -> dict[str, str]:
    """The roles of an annotation set; a score stays a score."""
    is_score = judged["label"] == roles.get("score")
    kept = {role: column for role, column in judged.items() if role != "label" or not is_score}
    return {**kept, **({"score": roles["score"]} if is_score else {})}


def _of_key(roles: dict[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """The keys of a JSON object are splits where all are called so; the values beside other keys are texts."""
    column = roles.get("key", "")
    if column and "split" not in roles and all(map(is_split, map(str, filled[column]))):
        del roles["key"]
        return {"split": column}
    is_map = set(filled) == {"key", "value"} and _is_text(filled["value"], or_empty=False)
    return {"text": "value"} if is_map else {}


def _conversation(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """A column of conversations: by its name, or with any name where its values have role and content. Beside a prompt
    with its answer, it is no column whose conversations all lack an answer."""
    answered = {name for pair in ANSWERED if by_name.keys() >= set(pair) for name in pair}
    named = [(name, False) for name in MESSAGES if name in by_name]
    beside = {*RESPONSES, *(name for pair in PAIRS for name in pair)}
    for name, strict in [*named, *((name, True) for name in by_name if name not in beside)]:
        values = filled[by_name[name]]
        if _are_conversations(values, strict=strict) and (
            not answered or name in answered or any(map(_has_answer, values))
        ):
            return {"messages": by_name[name]}
    return {}


def _has_answer(conversation: Any) -> bool:
    """Whether a conversation ends with the assistant's message."""
    messages = messages_of(conversation) or ()
    return len(messages) > 0 and messages[-1].role == "assistant"


def _are_conversations(values: Sequence[Any], *, strict: bool) -> bool:
    """Whether nearly all values are lists of messages (or JSON of them; or, unless `strict`, alternating strings)."""
    if not values:
        return False
    good = 0
    for value in values:
        if isinstance(value, str) and not value.lstrip().startswith(TURN_STARTS if strict else CELL_STARTS):
            continue
        if isinstance(value, list) and value and isinstance(value[0], str) and (strict or len(value) < 2):
            continue
        if isinstance(value, list | str) and (messages := messages_of(value)) is not None:
            good += not strict or _has_roles(value, messages)
    return good > 0.8 * len(values)


def _has_roles(value: Any, messages: Sequence[Message]) -> bool:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        named = any(k in value[0] for k in ROLE_KEYS) and any(k in value[0] for k in CONTENT_KEYS)
        return named and all(m.role in ROLES.values() for m in messages)
    return bool(messages) and all(m.role in ROLES.values() for m in messages)


def _pair(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    for chosen, rejected in PAIRS:
        if chosen in by_name and rejected in by_name:
            columns = by_name[chosen], by_name[rejected]
            if all(any(isinstance(v, str | list | dict) and not _is_number(v) for v in filled[c]) for c in columns):
                return {"response": columns[0], "rejected": columns[1]}
    return {}


def _question(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """Prompt, response and input, where at least a column with an unmistakable name of a prompt exists."""
    prompts = [n for n in PROMPTS if n in by_name and _is_text(filled[by_name[n]], or_empty=n != "input")]
    answers = [n for n in RESPONSES if n in by_name]
    if not prompts or (not answers and prompts[0] not in ("instruction", "instructions", "prompt")):
        return {}
    if answers and not _is_text(filled[by_name[answers[0]]]) and (pair := _answered(by_name, filled)):
        return pair
    roles = {"prompt": by_name[prompts[0]]}
    roles |= _first("response", answers, by_name, roles)
    if prompts[0] in ("instruction", "instructions", "question", "query", "problem"):
        roles |= _first("input", INPUTS, by_name, roles)
    return roles


def _answered(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """A prompt and its answer as training formats call them, where both are texts."""
    for names in ANSWERED:
        if all(name in by_name and _is_text(filled[by_name[name]], or_empty=False) for name in names):
            return {role: by_name[name] for role, name in zip(("prompt", "response"), names, strict=True)}
    return {}


def _first(role: str, names: Sequence[str], by_name: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    columns = [by_name[n] for n in names if n in by_name and by_name[n] not in taken.values()]
    return {role: columns[0]} if columns else {}


def _holds(role: str, values: Sequence[Any]) -> bool:
    """Whether a column of the right name also holds what this role means."""
    if not values:
        return False
    scalars = all(isinstance(v, str | int | float) or hasattr(v, "isoformat") for v in values)
    distinct = len(set(map(str, values)))
    if role == "text":
        return _is_text(values)
    if role == "tools":
        return all(isinstance(v, list | dict) or (isinstance(v, str) and v.lstrip()[:1] in ("[", "{")) for v in values)
    if role == "created_at":
        return all(hasattr(v, "isoformat") or DATE.match(str(v).strip()) for v in values)
    if role in ("score", "score_chosen", "score_rejected"):
        return scalars and all(_is_number(v) for v in values)
    if role == "label":
        return scalars and distinct <= MAX_LABELS and (distinct < len(values) or len(values) < 10)
    if role == "item":
        return scalars and _repeats(values)
    if role == "group":
        return scalars and distinct <= max(2, len(values) // 2) and not any(" " in str(v).strip() for v in values)
    if role in ("source", "language", "split", "annotator", "session"):
        short = all(len(str(v)) <= 200 for v in values)
        return scalars and short and (role != "source" or distinct <= max(MAX_LABELS, len(values) // 2))
    return scalars


def _is_answer(values: Sequence[Any]) -> bool:
    """Whether all values are texts or messages."""
    return all(isinstance(v, str) or messages_of(v) is not None for v in values)


def _is_text(values: Sequence[Any], *, or_empty: bool = True) -> bool:
    if not values:
        return or_empty
    return sum(isinstance(v, str) for v in values) > 0.8 * len(values)


def _are_blocks(values: Sequence[Any]) -> bool:
    """Whether all values are lists of objects with a text, or hold one, as a system message may be written."""
    lists = [v.get("parts", [v]) if isinstance(v, dict) else v for v in values]
    return all(isinstance(v, list) and v and all(isinstance(b, dict) and "text" in b for b in v) for v in lists)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str) and bool(re.fullmatch(r"[-+.\deE]+", value))


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= MIN_DIMENSIONS and all(type(v) in (int, float) for v in value)


def _repeats(values: Sequence[Any]) -> bool:
    return repeat(len(values), len(set(map(str, values))))


def repeat(values: int, distinct: int) -> bool:
    """Whether ids repeat so often that they are ids of items that are judged several times."""
    return values > 1 and distinct < REPEATING_SHARE * values
