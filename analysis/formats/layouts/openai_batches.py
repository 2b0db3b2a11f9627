"""Batch files of OpenAI: one request a line, and one response a line."""

from __future__ import annotations

from analysis.formats.layouts.api_calls import answers_of, model_of, request_of
from analysis.formats.layouts.layout import Layout, Record, Row


def _fits_input(record: Record) -> bool:
    return "custom_id" in record and isinstance(record["body"], dict)


def _read_input(record: Record) -> Row:
    return {**request_of(record["body"]), "columns": {"model": model_of(record["body"])}}


def _fits_output(record: Record) -> bool:
    response, error = record.get("response"), record.get("error")
    if "custom_id" not in record:
        return False
    return error is not None if response is None else "status_code" in response and isinstance(response["body"], dict)


def _read_output(record: Record) -> list[Row]:
    response = record.get("response")
    if response is None or response["body"].get("error") is not None:
        return [{}]
    body = response["body"]
    return [
        {
            "messages": answer.messages,
            "columns": {"finish_reason": answer.finish_reason, "model": model_of(body), "choice": number},
        }
        for number, answer in enumerate(answers_of(body))
    ]


OPENAI_BATCH_INPUT = Layout(
    name="openai_batch_input",
    title="OpenAI batch requests",
    sign="custom_id and body with messages",
    format="chat",
    fits=_fits_input,
    read=_read_input,
    gives=("messages", "system", "tools"),
    adds=("model",),
)
OPENAI_BATCH_OUTPUT = Layout(
    name="openai_batch_output",
    title="OpenAI batch responses",
    sign="custom_id and response.body with choices",
    format="chat",
    fits=_fits_output,
    read=_read_output,
    gives=("messages",),
    adds=("finish_reason", "model", "choice"),
    is_many=True,
    cannot_keep=("A response does not repeat its request: there is no prompt.",),
)
