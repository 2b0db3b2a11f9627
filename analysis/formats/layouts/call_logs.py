"""Logged calls of a chat API: request and response in one record, as Gemini's and Bedrock's batch jobs write them."""

from __future__ import annotations

from analysis.formats.layouts.api_calls import answers_of, model_of, request_of
from analysis.formats.layouts.layout import Layout, Record, Row

PAIRS = (("request", "response"), ("modelInput", "modelOutput"), ("requestBody", "responseBody"))


def _pair(record: Record) -> tuple[str, str]:
    return next(pair for pair in PAIRS if pair[0] in record)


def _fits(record: Record) -> bool:
    names = [pair for pair in PAIRS if pair[0] in record]
    return bool(names) and isinstance(record[names[0][0]], dict)


def _read(record: Record) -> list[Row]:
    sent, received = _pair(record)
    request = request_of(record[sent])
    response = record.get(received)
    model = model_of(response, record[sent], record)
    if not isinstance(response, dict) or response.get("error") is not None:
        return [{**request, "columns": {"model": model}}]
    return [
        {
            **request,
            "messages": request["messages"] + answer.messages,
            "columns": {"finish_reason": answer.finish_reason, "model": model, "choice": number},
        }
        for number, answer in enumerate(answers_of(response))
    ]


CALL_LOGS = Layout(
    name="call_logs",
    title="Logged calls of a chat API",
    sign="request with messages or contents, and response",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system", "tools"),
    adds=("finish_reason", "model", "choice"),
    is_many=True,
)
