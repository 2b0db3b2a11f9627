"""Argilla: records with fields, suggestions and responses; nested, by question, or one column for each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.formats.layouts.judgements import judgement, of_tool
from analysis.formats.layouts.layout import Record, Row
from analysis.formats.layouts.values import as_list, first_filled, judged_text, one_label, opened

Judgement = tuple[str, Any, Any, Any]
"""The question, who answered, the answer, and when."""
IDS = ("id", "external_id", "_server_id", "record_id")
RESPONSES = ".responses"
DISCARDED = ("discarded", "Discarded")
STATES = ("pending", "draft", "completed", "submitted", "discarded")
OLD_STATES = ("Default", "Validated", "Edited", "Discarded")
OF_OLD = ("annotation", "annotation_agent", "prediction", "prediction_agent", "multi_label", "event_timestamp")
OF_PARTS = ("user_id", "value", "status")


def _rows(record: Record, fields: Mapping[str, Any], judgements: Iterator[Judgement]) -> list[Row]:
    text, item = judged_text(fields), first_filled(record, IDS)
    rows = [
        judgement(
            text, item, question=question, annotator=who, label=_label(value), spans=_spans(value), judged_at=when
        )
        for question, who, value, when in judgements
    ]
    return rows or [judgement(text, item)]


def _label(value: Any) -> Any:
    """An answer as a label: of a ranking its order, of spans their labels, of several choices all of them."""
    value = opened(value)
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        if all("rank" in each for each in value):
            ordered = sorted(value, key=lambda each: (each["rank"] is None, each["rank"] or 0))
            return " > ".join(str(each.get("value")) for each in ordered)
        return one_label([each.get("label", each) for each in value])
    if isinstance(value, list):
        return one_label(value)
    return value


def _spans(value: Any) -> Any:
    value = opened(value)
    has_spans = isinstance(value, list) and any(isinstance(each, dict) and "start" in each for each in value)
    return value if has_spans else None


def _fits_nested(record: Record) -> bool:
    fields = opened(record["fields"])
    responses = opened(record.get("responses", record.get("suggestions")))
    return isinstance(fields, dict) and (isinstance(responses, list | dict) or "_server_id" in record)


def _read_nested(record: Record) -> list[Row]:
    return _rows(record, opened(record["fields"]), _nested(opened(record.get("responses"))))


def _nested(responses: Any) -> Iterator[Judgement]:
    """The judgements of a list by annotator, or of an object by question."""
    if isinstance(responses, dict):
        for question, given in responses.items():
            for each in map(opened, as_list(given)):
                if isinstance(each, dict):
                    yield question, each.get("user_id"), _kept(each, each.get("value")), each.get("inserted_at")
        return
    for each in map(opened, responses or ()):
        values = each.get("values")
        if isinstance(values, dict):
            for question, value in values.items():
                inner = value.get("value") if isinstance(value, dict) else value
                yield question, each.get("user_id"), _kept(each, inner), each.get("inserted_at")
        elif "question_name" in each:
            yield each["question_name"], each.get("user_id"), _kept(each, each.get("value")), each.get("inserted_at")


def _kept(response: Mapping[str, Any], value: Any) -> Any:
    """The answer; null where it was discarded."""
    return None if response.get("status") in DISCARDED else value


def _fits_flat(record: Record) -> bool:
    is_answered = any(name.endswith(RESPONSES) and f"{name}.users" in record for name in record)
    return is_answered or ("_server_id" in record and record.get("status") in STATES and "fields" not in record)


def _read_flat(record: Record) -> list[Row]:
    questions = [name.removesuffix(RESPONSES) for name in record if f"{name}.users" in record]
    fields = {
        name: value
        for name, value in record.items()
        if isinstance(value, str | list | dict) and name not in IDS and name.split(".")[0] not in questions
    }
    return _rows(record, {n: v for n, v in fields.items() if n not in ("status", "metadata")}, _flat(record, questions))


def _flat(record: Record, questions: list[str]) -> Iterator[Judgement]:
    for question in questions:
        values = as_list(record[question + RESPONSES])
        users = as_list(record.get(f"{question}{RESPONSES}.users"))
        states = as_list(record.get(f"{question}{RESPONSES}.status"))
        for number, value in enumerate(values):
            is_discarded = number < len(states) and states[number] in DISCARDED
            who = users[number] if number < len(users) else None
            yield question, who, None if is_discarded else value, None


def _asked(record: Record) -> dict[str, list[dict[str, Any]]]:
    """The answers by question of the columns that hold them, each with user_id, value and status."""
    questions: dict[str, list[dict[str, Any]]] = {}
    for name, value in record.items():
        given = opened(value)
        if isinstance(given, dict) and set(OF_PARTS) <= given.keys():
            parts = zip(*(as_list(given[part]) for part in OF_PARTS), strict=True)
            questions[name] = [dict(zip(OF_PARTS, part, strict=True)) for part in parts]
        elif (
            isinstance(given, list)
            and given
            and all(isinstance(e, dict) and {"value", "status"} <= e.keys() for e in given)
        ):
            questions[name] = given
    return questions


def _fits_columns(record: Record) -> bool:
    return bool(_asked(record)) or any(name.endswith("-suggestion-metadata") for name in record)


def _read_columns(record: Record) -> list[Row]:
    questions = _asked(record)
    fields = {
        name: value
        for name, value in record.items()
        if isinstance(value, str) and name not in (*IDS, "metadata") and not name.split("-suggestion")[1:]
    }
    given = (
        (question, each.get("user_id"), _kept(each, each["value"]), None)
        for question, answers in questions.items()
        for each in answers
    )
    return _rows(record, fields, given)


def _fits_old(record: Record) -> bool:
    has_text = isinstance(record.get("text"), str) or isinstance(opened(record["inputs"]), dict | str)
    return has_text and record["status"] in OLD_STATES and any(name in record for name in OF_OLD)


def _read_old(record: Record) -> list[Row]:
    fields = {"text": record["text"]} if record.get("text") else opened(record["inputs"])
    given = record.get("annotation")
    label = None if record["status"] in DISCARDED else given
    who, when = record.get("annotation_agent"), record.get("event_timestamp")
    return _rows(record, fields, iter([("annotation", who, label, when)] if given is not None else []))


ARGILLA = of_tool(
    name="argilla",
    title="Argilla records",
    sign="fields with responses or suggestions",
    fits=_fits_nested,
    read=_read_nested,
)
ARGILLA_FLAT = of_tool(
    name="argilla_flat",
    title="Argilla records, a column for each part",
    sign="QUESTION.responses and QUESTION.responses.users",
    fits=_fits_flat,
    read=_read_flat,
)
ARGILLA_COLUMNS = of_tool(
    name="argilla_columns",
    title="Argilla feedback, a column for each question",
    sign="columns with user_id, value and status",
    fits=_fits_columns,
    read=_read_columns,
)
ARGILLA_OLD = of_tool(
    name="argilla_old",
    title="Argilla records of version 1",
    sign="annotation, annotation_agent and status",
    fits=_fits_old,
    read=_read_old,
)
