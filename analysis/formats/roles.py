"""Which column plays which role: by its name, whatever its case, and by what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.formats.judged import judged_roles, prose_column
from analysis.formats.role_names import (
    ANSWERED,
    ANSWERS,
    INPUTS,
    MESSAGES,
    NAMED,
    PAIRS,
    PROMPTS,
    RESPONSES,
    SYSTEMS,
    plain_name,
)
from analysis.formats.role_values import (
    are_answers,
    are_blocks,
    are_conversations,
    are_texts,
    has_answer,
    holds,
    is_number,
    is_vector,
    repeats,
)
from analysis.formats.split_names import is_split


def find_roles(columns: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Role -> column, for columns given as sampled values."""
    by_name: dict[str, str] = {}
    columns = {column: values for column, values in columns.items() if column.strip()}  # no name tells no role
    for column in columns:
        by_name.setdefault(plain_name(column), column)
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
            "response", [n for n in ANSWERS if n in by_name and are_answers(filled[by_name[n]])], by_name, roles
        )
    if any(role in roles for role in ("prompt", "messages")) and "system" not in roles:
        for name in SYSTEMS:
            if name in by_name and (are_texts(filled[by_name[name]]) or are_blocks(filled[by_name[name]])):
                roles.setdefault("system", by_name[name])
    for role in NAMED:
        if role == "text" and ("prompt" in roles or "messages" in roles or "rejected" in roles):
            continue
        for name in NAMED[role]:
            column = by_name.get(name, "")
            if column in filled and column not in roles.values() and holds(role, filled[column]):
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
        ids = [c for n, c in by_name.items() if n.endswith("id") and c not in roles.values() and repeats(filled[c])]
        roles |= {"item": ids[0]} if ids else {}
    for column, values in filled.items():
        if values and all(is_vector(v) for v in values):
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
    is_map = set(filled) == {"key", "value"} and are_texts(filled["value"], or_empty=False)
    return {"text": "value"} if is_map else {}


def _conversation(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """A column of conversations: by its name, or with any name where its values have role and content. Beside a prompt
    with its answer, it is no column whose conversations all lack an answer."""
    answered = {name for pair in ANSWERED if by_name.keys() >= set(pair) for name in pair}
    named = [(name, False) for name in MESSAGES if name in by_name]
    beside = {*RESPONSES, *(name for pair in PAIRS for name in pair)}
    for name, strict in [*named, *((name, True) for name in by_name if name not in beside)]:
        values = filled[by_name[name]]
        if are_conversations(values, strict=strict) and (
            not answered or name in answered or any(map(has_answer, values))
        ):
            return {"messages": by_name[name]}
    return {}


def _pair(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    for chosen, rejected in PAIRS:
        if chosen in by_name and rejected in by_name:
            columns = by_name[chosen], by_name[rejected]
            if all(any(isinstance(v, str | list | dict) and not is_number(v) for v in filled[c]) for c in columns):
                return {"response": columns[0], "rejected": columns[1]}
    return {}


def _question(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """Prompt, response and input, where at least a column with an unmistakable name of a prompt exists."""
    prompts = [n for n in PROMPTS if n in by_name and are_texts(filled[by_name[n]], or_empty=n != "input")]
    answers = [n for n in RESPONSES if n in by_name]
    if not prompts or (not answers and prompts[0] not in ("instruction", "instructions", "prompt")):
        return {}
    if answers and not are_texts(filled[by_name[answers[0]]]) and (pair := _answered(by_name, filled)):
        return pair
    roles = {"prompt": by_name[prompts[0]]}
    roles |= _first("response", answers, by_name, roles)
    if prompts[0] in ("instruction", "instructions", "question", "query", "problem"):
        roles |= _first("input", INPUTS, by_name, roles)
    return roles


def _answered(by_name: Mapping[str, str], filled: Mapping[str, list[Any]]) -> dict[str, str]:
    """A prompt and its answer as training formats call them, where both are texts."""
    for names in ANSWERED:
        if all(name in by_name and are_texts(filled[by_name[name]], or_empty=False) for name in names):
            return {role: by_name[name] for role, name in zip(("prompt", "response"), names, strict=True)}
    return {}


def _first(role: str, names: Sequence[str], by_name: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    columns = [by_name[n] for n in names if n in by_name and by_name[n] not in taken.values()]
    return {role: columns[0]} if columns else {}
