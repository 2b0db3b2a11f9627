"""What the layouts of annotation tools share: a row for each judgement, with its item, annotator, label and time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.values import as_list, opened

ADDS = ("item", "question", "label", "annotator", "judged_at", "comment", "spans")
ROLES = {"item": "item", "label": "label", "annotator": "annotator", "created_at": "judged_at"}


def judgement(text: Any, item: Any, **columns: Any) -> Row:
    """One row: the text that is judged, and the columns of the judgement."""
    return {"text": text, "columns": {"item": item, **columns}}


def of_tool(
    name: str,
    title: str,
    sign: str,
    fits: Callable[[Record], bool],
    read: Callable[[Record], list[Row]],
    adds: tuple[str, ...] = (),
) -> Layout:
    """The layout of what an annotation tool exports."""
    return Layout(
        name=name,
        title=title,
        sign=sign,
        format="text",
        fits=fits,
        read=read,
        gives=("text",),
        roles=ROLES,
        adds=(*ADDS, *adds),
        is_many=True,
        takes_training=True,
    )


def span_labels(spans: Any) -> list[Any]:
    """The names of labelled spans: of objects with a label, or of lists of start, end and label."""
    names = []
    for span in map(opened, as_list(spans)):
        if isinstance(span, dict):
            names.append(span.get("label", span.get("tag")))
        elif isinstance(span, list) and len(span) > 2:
            names.append(span[2])
    return [name for name in names if name is not None]
