"""Batch files of OpenAI and Anthropic: one request a line, and one response or result a line."""

from __future__ import annotations

from analysis.formats.layouts.api_calls import answers_of, model_of, request_of
from analysis.formats.layouts.layout import Layout, Record, Row

FAILED = ("errored", "canceled", "expired")


def _requests(name: str, title: str, body: str) -> Layout:
    """The layout of a file of requests. `body`: the key of what is sent."""

    def fits(record: Record) -> bool:
        return "custom_id" in record and isinstance(record[body], dict)

    def read(record: Record) -> Row:
        return {**request_of(record[body]), "columns": {"model": model_of(record[body])}}

    return Layout(
        name=name,
        title=title,
        sign=f"custom_id and {body} with messages",
        format="chat",
        fits=fits,
        read=read,
        gives=("messages", "system", "tools"),
        adds=("model",),
    )


def _fits_response(record: Record) -> bool:
    response, error = record.get("response"), record.get("error")
    if "custom_id" not in record:
        return False
    return error is not None if response is None else "status_code" in response and isinstance(response["body"], dict)


def _read_response(record: Record) -> list[Row]:
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


def _fits_result(record: Record) -> bool:
    return "custom_id" in record and record["result"]["type"] in ("succeeded", *FAILED)


def _read_result(record: Record) -> Row:
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


OPENAI_BATCH_INPUT = _requests("openai_batch_input", "OpenAI batch requests", "body")
OPENAI_BATCH_OUTPUT = Layout(
    name="openai_batch_output",
    title="OpenAI batch responses",
    sign="custom_id and response.body with choices",
    format="chat",
    fits=_fits_response,
    read=_read_response,
    gives=("messages",),
    adds=("finish_reason", "model", "choice"),
    is_many=True,
    cannot_keep=("A response does not repeat its request: there is no prompt.",),
)
ANTHROPIC_BATCH_INPUT = _requests("anthropic_batch_input", "Anthropic batch requests", "params")
ANTHROPIC_BATCH_OUTPUT = Layout(
    name="anthropic_batch_output",
    title="Anthropic batch results",
    sign="custom_id and result with a type",
    format="chat",
    fits=_fits_result,
    read=_read_result,
    gives=("messages",),
    adds=("result_type", "finish_reason", "model"),
    cannot_keep=("A result does not repeat its request: there is no prompt.",),
)
