"""doccano: a text with its labels, as names or as spans, and comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.layouts.judgements import judgement, of_tool, span_labels
from analysis.formats.layouts.layout import Record, Row
from analysis.formats.layouts.values import as_list, first_filled, objects_in, one_label, opened

SIGNS = ("Comments", "comments", "entities", "relations", "cats", "annotation_approver", "annotations")
LABELS = ("label", "labels", "cats", "entities", "annotations")


def _fits(record: Record) -> bool:
    if not isinstance(_text(record), str) or "id" not in record:
        return False
    labels = [opened(record[name]) for name in LABELS if name in record]
    is_list = bool(labels) and all(isinstance(each, list) for each in labels if each is not None)
    is_span = any(_is_span(each) for label in labels if isinstance(label, list) for each in label)
    return is_list and (is_span or any(name in record for name in SIGNS))


def _text(record: Record) -> Any:
    return record["text"] if record.get("text") is not None else record.get("data")


def _is_span(value: Any) -> bool:
    if isinstance(value, dict):
        return {"start_offset", "end_offset"} <= value.keys()
    return isinstance(value, list) and len(value) == 3 and type(value[0]) is type(value[1]) is int


def _read(record: Record) -> list[Row]:
    given = [each for name in LABELS for each in as_list(record.get(name))]
    by_person: dict[Any, list[Any]] = {}
    for each in given:
        by_person.setdefault(_who(each, record), []).append(each)
    about = {"comment": _comments(record), "judged_at": first_filled(record, ("created_at", "updated_at"))}
    rows = [
        judgement(_text(record), record["id"], annotator=who, label=_label(labels), spans=_spans(labels), **about)
        for who, labels in by_person.items()
    ]
    return rows or [judgement(_text(record), record["id"], annotator=_who(None, record), **about)]


def _who(label: Any, record: Record) -> Any:
    person = label.get("user") if isinstance(label, Mapping) else None
    return (
        person if person is not None else first_filled(record, ("annotator", "user", "username", "annotation_approver"))
    )


def _label(labels: list[Any]) -> Any:
    names = [each for each in labels if not isinstance(each, dict | list)]
    return one_label([*names, *span_labels([each for each in labels if isinstance(each, dict | list)])])


def _spans(labels: list[Any]) -> list[Any] | None:
    return [each for each in labels if _is_span(each)] or None


def _comments(record: Record) -> str | None:
    given = as_list(first_filled(record, ("Comments", "comments")))
    texts = [each if isinstance(each, str) else None for each in given]
    texts += [str(each["text"]) for each in objects_in(given) if each.get("text")]
    return "\n".join(filter(None, texts)) or None


DOCCANO = of_tool(
    name="doccano",
    title="doccano annotations",
    sign="id, text, and label as a list of names or of spans",
    fits=_fits,
    read=_read,
)
