"""Prodigy: a task a record, with its answer, chosen options, labelled spans and session."""

from __future__ import annotations

from typing import Any

from analysis.formats.layouts.judgements import judgement, of_tool, span_labels
from analysis.formats.layouts.layout import Record, Row
from analysis.formats.layouts.values import as_list, first_filled, judged_text, objects_in, one_label

HASHES = ("_input_hash", "_task_hash")
OF_ANSWER = ("answer", "label", "user_input", "comment")
ANSWERS = ("accept", "reject", "ignore")


def _fits(record: Record) -> bool:
    is_answered = record.get("answer") in ANSWERS
    return any(name in record for name in HASHES) or (is_answered and bool({"_session_id", "_view_id"} & record.keys()))


def _read(record: Record) -> list[Row]:
    about = {
        "annotator": first_filled(record, ("_annotator_id", "_session_id")),
        "judged_at": record.get("_timestamp"),
        "comment": first_filled(record, ("user_input", "comment")),
        "spans": objects_in(record.get("spans")) or None,
        "question": record.get("_view_id"),
    }
    fields = {n: v for n, v in record.items() if isinstance(v, str) and n[:1] != "_" and n not in OF_ANSWER}
    text = record.get("text") or judged_text(fields)
    item = first_filled(record, ("_input_hash", "id", "_task_hash"))
    return [judgement(text, item, label=_label(record), **about)]


def _label(record: Record) -> Any:
    """What was judged: the options that were taken, else the labels of the spans, else whether the label is right."""
    answer = record.get("answer")
    if answer == "ignore":
        return None
    if record.get("accept") is not None:
        return one_label(as_list(record["accept"])) if answer != "reject" else answer
    names = span_labels(record.get("spans"))
    if names and answer != "reject":
        return one_label(names)
    label = record.get("label")
    return f"{label}: {answer}" if isinstance(label, str) and answer else first_filled(record, ("answer", "label"))


PRODIGY = of_tool(
    name="prodigy",
    title="Prodigy annotations",
    sign="_input_hash and _task_hash, or an answer with its session",
    fits=_fits,
    read=_read,
)
