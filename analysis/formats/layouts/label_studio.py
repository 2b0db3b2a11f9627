"""Label Studio: tasks with their annotations (JSON), and one annotation a record (JSON_MIN)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.layouts.judgements import judgement, of_tool
from analysis.formats.layouts.layout import Record, Row
from analysis.formats.layouts.values import as_list, first_filled, is_object, judged_text, objects_in, one_label, opened

OF_MIN = ("annotation_id", "lead_time", "annotator")
OF_TIME = ("lead_time", "created_at", "updated_at")
NOT_LABELS = frozenset(
    (*OF_MIN, "id", "created_at", "updated_at", "agreement", "predictions", "meta", "draft_created_at", "sentiment_id")
)
LISTS = (
    "choices",
    "labels",
    "hypertextlabels",
    "paragraphlabels",
    "rectanglelabels",
    "polygonlabels",
    "ellipselabels",
    "keypointlabels",
    "brushlabels",
    "timeserieslabels",
    "timelinelabels",
    "videolabels",
    "taxonomy",
    "pairwise",
    "ranker",
)
PLAIN = ("rating", "number", "datetime", "selected", "choice")


def _fits(record: Record) -> bool:
    given = opened(record["annotations"] if "annotations" in record else record["completions"])
    is_list = isinstance(given, list) and all(isinstance(each, dict) and "result" in each for each in given)
    return is_object(record["data"]) and is_list


def _read(record: Record) -> list[Row]:
    data = opened(record["data"])
    text, item = judged_text(data), record.get("id", data.get("id"))
    rows = [
        judgement(text, item, **columns)
        for annotation in objects_in(record.get("annotations", record.get("completions")))
        for columns in _of_annotation(annotation)
    ]
    return rows or [judgement(text, item)]


def _of_annotation(annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A judgement for each control that was used; what was typed into a text area is the comment of all of them."""
    about = {
        "annotator": _who(annotation.get("completed_by")),
        "annotator_email": _address(annotation.get("completed_by")),
        "judged_at": first_filled(annotation, ("created_at", "updated_at")),
    }
    results = [each for each in objects_in(annotation.get("result")) if isinstance(each.get("value"), dict)]
    typed = [text for each in results if each.get("type") == "textarea" for text in _typed(each["value"])]
    about["comment"] = "\n".join(typed) or None
    controls: dict[Any, list[dict[str, Any]]] = {}
    for each in results:
        if each.get("type") != "textarea":
            controls.setdefault(each.get("from_name"), []).append(each["value"])
    return [
        {**about, "question": control, "label": _label(values), "spans": _spans(values)}
        for control, values in controls.items()
    ] or [about]


def _who(given: Any) -> Any:
    """The annotator: the id, since some tasks of a file name no more; the address has a column of its own."""
    given = opened(given)
    if isinstance(given, dict):
        return first_filled(given, ("id", "email", "username"))
    return given


def _address(given: Any) -> Any:
    given = opened(given)
    return given.get("email") if isinstance(given, dict) else None


def _typed(value: Mapping[str, Any]) -> list[str]:
    text = value.get("text")
    return [text] if isinstance(text, str) else [each for each in text or () if isinstance(each, str)]


def _label(values: list[dict[str, Any]]) -> Any:
    """The label of all results of one control, such as several labelled spans."""
    for name in PLAIN:
        if name in values[0]:
            return values[0][name]
    for name in LISTS:
        if name in values[0]:
            given = [each for value in values for each in as_list(value.get(name))]
            return one_label([" / ".join(map(str, each)) if isinstance(each, list) else each for each in given])
    return one_label([value for value in values])


def _spans(values: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return [value for value in values if "start" in value or "x" in value] or None


def _fits_min(record: Record) -> bool:
    is_min = "annotation_id" in record and "annotator" in record and any(name in record for name in OF_TIME)
    return is_min and bool(_controls(record))


def _controls(record: Record) -> dict[str, Any]:
    """The controls of a record by name: what is not known and is no long text is a judgement."""
    text = judged_text(_fields(record))
    return {
        name: value
        for name, value in _fields(record).items()
        if value is not None and value != text and _is_judgement(opened(value))
    }


def _fields(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name.lower() not in NOT_LABELS}


def _is_judgement(value: Any) -> bool:
    if isinstance(value, dict):
        return any(name in value for name in (*LISTS, *PLAIN))
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= 60)


def _read_min(record: Record) -> list[Row]:
    text = judged_text(_fields(record))
    about = {"annotator": _who(record["annotator"]), "judged_at": record.get("created_at")}
    return [
        judgement(text, record.get("id"), **about, question=name, **_of_control(opened(value)))
        for name, value in _controls(record).items()
    ]


def _of_control(value: Any) -> dict[str, Any]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in values):
        return {"label": value}
    return {"label": _label(values), "spans": _spans(values)}


LABEL_STUDIO = of_tool(
    name="label_studio",
    title="Label Studio (JSON)",
    sign="data, and annotations with a result",
    fits=_fits,
    read=_read,
    adds=("annotator_email",),
)
LABEL_STUDIO_MIN = of_tool(
    name="label_studio_min",
    title="Label Studio (JSON_MIN)",
    sign="annotator, annotation_id and lead_time",
    fits=_fits_min,
    read=_read_min,
)
