"""Requests to chat APIs and their responses -> messages: OpenAI, Anthropic, Gemini, Bedrock, Cohere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from analysis.errors import FormatError
from analysis.formats.chats import messages_of
from analysis.formats.contents import text_of
from analysis.formats.kinds import as_json, as_text
from analysis.formats.messages import Message

Body = Mapping[str, Any]


class Answer(NamedTuple):
    """What a model answered, and why it ended."""

    messages: list[Message]
    finish_reason: str | None


def request_of(body: Body) -> dict[str, Any]:
    """The messages, system message and tools of a request. Raises FormatError where it holds no conversation."""
    messages = next((turns for read in REQUESTS if (turns := read(body))), None)
    if not messages:
        raise FormatError("The request holds no conversation.")
    system = _first(body, "system", "systemInstruction", "system_instruction", "instructions", "preamble")
    return {
        "messages": messages,
        "system": None if system is None else text_of(system),
        "tools": _first(body, "tools", "toolConfig", "functions"),
    }


def answers_of(body: Body) -> list[Answer]:
    """What the model answered, several where it was asked for several. Raises FormatError where it is no answer."""
    answers = next((answers for read in RESPONSES if (answers := read(body))), None)
    if not answers:
        raise FormatError("The response holds no answer.")
    return answers


def model_of(*bodies: Any) -> str | None:
    """The name of the model, from the first body that has one."""
    names = (_first(body, "model", "modelVersion", "modelId") for body in bodies if isinstance(body, dict))
    return next((str(name) for name in names if name is not None), None)


def cohere_turns(body: Body) -> list[Message] | None:
    """The earlier turns and the message of a request to Cohere's Chat API, as it was in version 1."""
    if not isinstance(body.get("message"), str):
        return None
    earlier = messages_of([_cohere_turn(turn) for turn in body.get("chat_history") or ()])
    return None if earlier is None else [*earlier, Message("user", body["message"])]


def _cohere_turn(turn: Any) -> Any:
    """A turn; of a tool's results their JSON is the text."""
    if not isinstance(turn, dict) or "tool_results" not in turn or turn.get("message"):
        return turn
    rest = {key: value for key, value in turn.items() if key not in ("tool_results", "message")}
    return {**rest, "content": as_json(turn["tool_results"])}


def _first(body: Body, *keys: str) -> Any:
    return next((body[key] for key in keys if body.get(key) is not None), None)


def _chat_request(body: Body) -> list[Message] | None:
    return messages_of(body["messages"]) if isinstance(body.get("messages"), list) else None


def _contents_request(body: Body) -> list[Message] | None:
    contents = body.get("contents")
    if isinstance(contents, str):
        return [Message("user", contents)]
    return messages_of(contents) if isinstance(contents, list | dict) else None


def _responses_request(body: Body) -> list[Message] | None:
    """`input` of OpenAI's Responses API: a text, or a list of items."""
    given = body.get("input")
    return [Message("user", given)] if isinstance(given, str) else _items(given)


def _text_request(body: Body) -> list[Message] | None:
    text = _first(body, "prompt", "inputText")
    return (messages_of(text) or [Message("user", text)]) if isinstance(text, str) else None


def _items(items: Any) -> list[Message] | None:
    """The items of OpenAI's Responses API: messages, calls of functions, their outputs, and reasoning."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    messages: list[Message] = []
    thought: str | None = None
    for item in items:
        kind = item.get("type")
        rest = {key: value for key, value in item.items() if key not in ("type", "summary", "content")}
        if kind == "reasoning":
            thought = _thought(item)
        elif kind == "function_call":
            messages.append(Message("assistant", None, thought, tool_calls=as_json([_function(item)])))
            thought = None
        elif kind == "function_call_output":
            messages.append(Message("tool", as_text(item["output"]), tool_call_id=item.get("call_id")))
        elif kind in ("message", None) and "role" in item:
            turns = messages_of([{**rest, "content": item.get("content")}]) or []
            messages += [turn._replace(reasoning=thought or turn.reasoning) for turn in turns]
            thought = None
        else:
            messages.append(Message("assistant", None, thought, extra=as_json(item)))
            thought = None
    return [*messages, Message("assistant", None, thought)] if thought else messages


def _thought(item: Body) -> str | None:
    """The texts of a reasoning item; None where it is encrypted."""
    parts = [*(item.get("summary") or ()), *(item.get("content") or ())]
    return "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str)) or None


def _function(item: Body) -> dict[str, Any]:
    """A call of a function in the form of the Chat API."""
    call = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {"id": item.get("call_id", item.get("id")), "type": "function", "function": call}


def _choices(body: Body) -> list[Answer] | None:
    """OpenAI's Chat API and those like it; of text completions the text."""
    choices = body.get("choices")
    if not isinstance(choices, list):
        return None
    return [_choice(choice) for choice in choices]


def _choice(choice: Body) -> Answer:
    message = choice.get("message")
    turns = [Message("assistant", choice["text"])] if message is None else messages_of([message])
    return Answer(turns or [], _first(choice, "finish_reason"))


def _responses_answer(body: Body) -> list[Answer] | None:
    messages = _items(body.get("output"))
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else body.get("status")
    return [Answer(messages, reason)] if messages else None


def _message_answer(body: Body) -> list[Answer] | None:
    """Anthropic's Messages API, and the second version of Cohere's."""
    message = body.get("message") if isinstance(body.get("message"), dict) else body
    if not isinstance(message, dict) or message.get("role") != "assistant":
        return None
    kept = ("role", "content", "tool_calls")
    turns = messages_of([{key: message[key] for key in kept if key in message}])
    reason = _first(body, "stop_reason", "finish_reason")
    return [Answer(turns, reason)] if turns else None


def _candidates(body: Body) -> list[Answer] | None:
    candidates = body.get("candidates")
    if not isinstance(candidates, list):
        return None
    return [_candidate(candidate) for candidate in candidates]


def _candidate(candidate: Body) -> Answer:
    content = candidate.get("content")
    content = {"role": "model", **content} if isinstance(content, dict) else {"role": "model", "parts": content}
    return Answer(messages_of([content]) or [], _first(candidate, "finishReason", "finish_reason"))


def _converse_answer(body: Body) -> list[Answer] | None:
    """Bedrock's Converse API."""
    output = body.get("output")
    turns = messages_of([output["message"]]) if isinstance(output, dict) and "message" in output else None
    return [Answer(turns, body.get("stopReason"))] if turns else None


def _text_answer(body: Body) -> list[Answer] | None:
    """Models that answer with one text under a name of their own."""
    results = body.get("results")
    one = results[0] if isinstance(results, list) and results and isinstance(results[0], dict) else body
    text = _first(one, "completion", "generation", "outputText", "text")
    reason = _first(one, "stop_reason", "completionReason", "finish_reason")
    return [Answer([Message("assistant", text)], reason)] if isinstance(text, str) else None


REQUESTS: tuple[Callable[[Body], list[Message] | None], ...] = (
    _chat_request,
    _contents_request,
    _responses_request,
    cohere_turns,
    _text_request,
)
RESPONSES: tuple[Callable[[Body], list[Answer] | None], ...] = (
    _choices,
    _candidates,
    _converse_answer,
    _responses_answer,
    _message_answer,
    _text_answer,
)
