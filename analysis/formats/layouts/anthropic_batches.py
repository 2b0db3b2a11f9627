"""Batch files of Anthropic: one request a line, and one result a line."""

from __future__ import annotations

from analysis.formats.layouts.api_calls import answers_of, model_of, request_of
from analysis.formats.layouts.layout import Layout, Record, Row

FAILED = ("errored", "canceled", "expired")


def _fits_input(record: Record) -> bool:
    return "custom_id" in record and isinstance(record["params"], dict)


def _read_input(record: Record) -> Row:
    return {**request_of(record["params"]), "columns": {"model": model_of(record["params"])}}


def _fits_output(record: Record) -> bool:
    return "custom_id" in record and record["result"]["type"] in ("succeeded", *FAILED)


def _read_output(record: Record) -> Row:
    result = record["result"]
    if result["type"] in FAILED:
        return {"columns": {"result_type": result["type"]}}
    (answer,) = answers_of(result["message"])
    return {
        "messages": answer.messages,
        "columns": {
            "result_type": result["type"],
            "finish_reason": answer.finish_reason,
            "model": model_of(result["message"]),
        },
    }


ANTHROPIC_BATCH_INPUT = Layout(
    name="anthropic_batch_input",
    title="Anthropic batch requests",
    sign="custom_id and params with messages",
    format="chat",
    fits=_fits_input,
    read=_read_input,
    gives=("messages", "system", "tools"),
    adds=("model",),
)
ANTHROPIC_BATCH_OUTPUT = Layout(
    name="anthropic_batch_output",
    title="Anthropic batch results",
    sign="custom_id and result with a type",
    format="chat",
    fits=_fits_output,
    read=_read_output,
    gives=("messages",),
    adds=("result_type", "finish_reason", "model"),
    cannot_keep=("A result does not repeat its request: there is no prompt.",),
)
