"""Texts in segments, each trained on or not, as axolotl's input_output takes them."""

from __future__ import annotations

from analysis.formats.layouts.layout import Layout, Record, Row


def _fits(record: Record) -> bool:
    segments = record["segments"]
    return bool(segments) and all(isinstance(s["text"], str) and isinstance(s["label"], bool) for s in segments)


def _read(record: Record) -> Row:
    return {"text": "".join(segment["text"] for segment in record["segments"])}


SEGMENTS = Layout(
    name="segments",
    title="axolotl segments",
    sign="segments with text and label",
    format="text",
    fits=_fits,
    read=_read,
    gives=("text",),
    cannot_keep=("Which segments are trained on stays in the column segments.",),
)
