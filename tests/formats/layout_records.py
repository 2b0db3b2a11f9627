"""Records of every layout, whatever their texts are: one example of each, and the texts that it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Next = Callable[[], str]
Records = list[dict[str, Any]]
TEXTS = 24
"""No example holds more texts."""


def message(role: str, text: Next, key: str = "content") -> dict[str, Any]:
    return {"role": role, key: text()}


def call(text: Next) -> dict[str, Any]:
    return {"id": text(), "type": "function", "function": {"name": text(), "arguments": json.dumps({"a": text()})}}


def blocks(text: Next) -> dict[str, Any]:
    thought = {"type": "thinking", "thinking": text(), "signature": text()}
    return {"role": "assistant", "content": [thought, {"type": "text", "text": text()}]}


def parts(role: str, text: Next) -> dict[str, Any]:
    return {"role": role, "parts": [{"text": text()}, {"inlineData": {"data": text()}}]}


def chat(text: Next) -> list[dict[str, Any]]:
    return [message("user", text), message("assistant", text)]


CALLS_AND_TRAINERS: dict[str, Callable[[Next], dict[str, Any]]] = {
    "openai_preference": lambda text: {
        "input": {"messages": [message("user", text)], "tools": [{"name": text()}]},
        "preferred_output": [{"role": "assistant", "content": None, "tool_calls": [call(text)]}],
        "non_preferred_output": [message("assistant", text)],
    },
    "openai_batch_input": lambda text: {
        "custom_id": "task-1",
        "body": {"messages": [message("system", text), message("user", text)], "tools": [{"name": text()}]},
    },
    "openai_batch_output": lambda text: {
        "custom_id": "task-1",
        "response": {
            "status_code": 200,
            "body": {"choices": [{"message": {**message("assistant", text), "tool_calls": [call(text)]}}]},
        },
    },
    "anthropic_batch_input": lambda text: {
        "custom_id": "task-1",
        "params": {"system": [{"type": "text", "text": text()}], "messages": [message("user", text), blocks(text)]},
    },
    "anthropic_batch_output": lambda text: {
        "custom_id": "task-1",
        "result": {"type": "succeeded", "message": blocks(text)},
    },
    "gemini_preference": lambda text: {
        "contents": [parts("user", text)],
        "completions": [{"score": n, "completion": parts("model", text)} for n in range(2)],
        "systemInstruction": {"parts": [{"text": text()}]},
    },
    "vertex_chat": lambda text: {
        "context": text(),
        "examples": [{"input": {"content": text()}, "output": {"content": text()}}],
        "messages": [{"author": "user", "content": text()}, {"author": "bot", "content": text()}],
    },
    "call_logs": lambda text: {
        "request": {"contents": [parts("user", text)], "tools": [{"functionDeclarations": [{"name": text()}]}]},
        "response": {"candidates": [{"content": parts("model", text)}]},
    },
    "cohere_chat": lambda text: {
        "preamble": text(),
        "chat_history": [message("USER", text, "message"), message("CHATBOT", text, "message")],
        "message": text(),
        "response": text(),
    },
    "swift_preference": lambda text: {"messages": chat(text), "rejected_response": text()},
    "alpaca_history": lambda text: {
        "instruction": text(),
        "input": text(),
        "output": text(),
        "system": text(),
        "history": [[text(), text()]],
    },
    "alpaca_history_kto": lambda text: {
        "instruction": text(),
        "output": text(),
        "history": [[text(), text()]],
        "kto_tag": True,
    },
    "alpaca_preference": lambda text: {
        "instruction": text(),
        "chosen": text(),
        "rejected": text(),
        "history": [[text(), text()]],
    },
    "alpaca_ranking": lambda text: {"instruction": text(), "input": text(), "output": [text(), text()]},
    "xlam": lambda text: {
        "query": text(),
        "answers": json.dumps([{"name": text(), "arguments": {"a": text()}}]),
        "tools": json.dumps([{"name": text()}]),
    },
    "glaive_v2": lambda text: {
        "system": f"SYSTEM: {text()}\n" + json.dumps({"name": text()}),
        "chat": f"USER: {text()}\n\n\nASSISTANT: {text()} <|endoftext|>\n\n\nFUNCTION RESPONSE: {text()}",
    },
    "glaive_v1": lambda text: {"sample": f"SYSTEM: {text()}\nUSER: {text()}\nASSISTANT: {text()} <|endoftext|>"},
    "segments": lambda text: {"segments": [{"label": True, "text": text()}, {"label": False, "text": text()}]},
    "verl": lambda text: {"prompt": [message("user", text)], "reward_model": {"ground_truth": "", "style": ""}},
}
"""Layouts that keep every text in the canonical columns."""


def judged(text: Next, **judgement: Any) -> dict[str, Any]:
    return {"id": text(), "prompt": text(), **judgement}


def trace(text: Next) -> dict[str, Any]:
    return {"traceId": text(), "input": [message("user", text)], "output": message("assistant", text), "model": text()}


def event(text: Next, role: str, number: int, **more: Any) -> dict[str, Any]:
    about = {"type": role, "uuid": f"u{number}", "sessionId": "s", "cwd": text()}
    return {**about, "message": message(role, text), **more}


def row_of_tree(text: Next, number: int, parent: str | None, role: str) -> dict[str, Any]:
    return {"message_id": f"m{number}", "parent_id": parent, "message_tree_id": "t", "role": role, "text": text()}


def winnow_turn(role: str, text: Next) -> dict[str, Any]:
    return {"role": role, "content": text(), "reasoning": text(), "trains": role == "assistant", "extra": text()}


OTHERS: dict[str, Callable[[Next], dict[str, Any] | Records]] = {
    "winnow_chats": lambda text: {
        "row_id": "0123456789abcdef",
        "system": text(),
        "messages": [winnow_turn("user", text), winnow_turn("assistant", text)],
        "tags": text(),
    },
    "winnow_pairs": lambda text: {
        "row_id": "0123456789abcdef",
        "messages": [winnow_turn("user", text), winnow_turn("assistant", text)],
        "messages_rejected": [winnow_turn("assistant", text)],
        "prompt_turns": 1,
        "tags": text(),
    },
    "winnow_text_pairs": lambda text: {
        "row_id": "0123456789abcdef",
        "prompt": text(),
        "response": text(),
        "rejected": text(),
        "n_turns": 2,
        "tags": text(),
    },
    "winnow_texts": lambda text: {"row_id": "0123456789abcdef", "text": text(), "tags": text()},
    "arena": lambda text: {
        "winner": "model_b",
        "judge": text(),
        "conversation_a": chat(text),
        "conversation_b": chat(text),
    },
    "arena_tie": lambda text: {
        "winner": "tie",
        "model_a": text(),
        "prompt": text(),
        "response_a": text(),
        "response_b": text(),
    },
    "safe_rlhf": lambda text: judged(text, response_0=text(), response_1=text(), better_response_id=1),
    "safe_rlhf_tie": lambda text: judged(text, response_0=text(), response_1=text(), better_response_id=-1),
    "human_preferences": lambda text: {
        "history": text(),
        "human_ref_A": text(),
        "human_ref_B": text(),
        "labels": 1,
        "domain": text(),
    },
    "human_preferences_tie": lambda text: {
        "history": text(),
        "human_ref_A": text(),
        "human_ref_B": text(),
        "labels": None,
    },
    "web_comparisons": lambda text: {
        "question": {"full_text": text(), "id": text()},
        "answer_0": text(),
        "answer_1": text(),
        "score_0": 1.0,
        "score_1": -1.0,
        "quotes_0": {"title": [text()], "extract": [text()]},
    },
    "web_comparisons_tie": lambda text: {
        "question": {"full_text": text()},
        "answer_0": text(),
        "answer_1": text(),
        "score_0": 0.0,
        "score_1": 0.0,
    },
    "preference_strength": lambda text: judged(
        text, response_1=text(), response_2=text(), preference_strength=2, preference_elaboration=text()
    ),
    "preference_strength_tie": lambda text: judged(text, response_1=text(), response_2=text(), preference_strength=0),
    "rated_answers": lambda text: {
        "instruction": text(),
        "completions": [{"response": text(), "overall_score": n, "critique": text()} for n in range(3)],
    },
    "rated_answers_tie": lambda text: {"prompt": text(), "responses": [text(), text()], "scores": [2, 2]},
    "message_tree": lambda text: {
        "message_tree_id": text(),
        "prompt": {
            "message_id": text(),
            "role": "prompter",
            "text": text(),
            "replies": [
                {"role": "assistant", "text": text(), "replies": [], "labels": {"name": [text()]}} for _ in range(2)
            ],
        },
    },
    "message_rows": lambda text: [
        row_of_tree(text, 0, None, "user"),
        row_of_tree(text, 1, "m0", "assistant"),
        {**row_of_tree(text, 2, "m0", "assistant"), "lang": text()},
    ],
    "agent_session": lambda text: [
        {"type": "summary", "summary": text(), "sessionId": "s"},
        event(text, "user", 1),
        event(text, "assistant", 2, version=text()),
        event(text, "user", 3, isSidechain=True),
        event(text, "assistant", 4, isSidechain=True, parentUuid="u3"),
    ],
    "trajectory": lambda text: {
        "instance_id": text(),
        "trajectory": [
            {"response": text(), "thought": text(), "action": text(), "observation": text(), "state": text()}
        ],
        "info": {"exit_status": text(), "submission": text()},
    },
    "label_studio": lambda text: {
        "id": 1,
        "data": {"text": text(), "title": text()},
        "annotations": [
            {
                "completed_by": {"id": n, "email": text()},
                "result": [
                    {"from_name": text(), "type": "choices", "value": {"choices": [text()]}},
                    {"from_name": "why", "type": "textarea", "value": {"text": [text()]}},
                ],
            }
            for n in range(2)
        ],
        "meta": {"note": text()},
    },
    "label_studio_min": lambda text: {
        "id": 1,
        "text": f"{text()} with many words, so that it is the text and no label of the item",
        "kind": text(),
        "annotator": 4,
        "annotation_id": 5,
        "lead_time": 1.5,
        "created_at": text(),
    },
    "argilla": lambda text: {
        "id": text(),
        "fields": {"text": text(), "context": text()},
        "responses": {text(): [{"value": text(), "user_id": text()}, {"value": text(), "user_id": text()}]},
        "suggestions": {"q": {"value": text(), "agent": text()}},
        "metadata": {"source": text()},
    },
    "argilla_flat": lambda text: {
        "id": text(),
        "text": text(),
        "q.responses": [text(), text()],
        "q.responses.users": [text(), text()],
        "q.responses.status": ["submitted", "submitted"],
        "q.suggestion": text(),
    },
    "argilla_columns": lambda text: {
        "external_id": text(),
        "text": text(),
        "q": [{"user_id": text(), "value": text(), "status": "submitted"}],
        "q-suggestion": text(),
        "metadata": "{}",
    },
    "argilla_old": lambda text: {
        "id": text(),
        "text": text(),
        "inputs": {"text": text()},
        "prediction": [{"label": text(), "score": 0.5}],
        "prediction_agent": text(),
        "annotation": text(),
        "annotation_agent": text(),
        "status": "Validated",
        "metadata": {"topic": text()},
    },
    "prodigy": lambda text: {
        "text": text(),
        "_input_hash": 5,
        "_task_hash": 6,
        "_session_id": text(),
        "answer": "accept",
        "options": [{"id": text(), "text": text()}],
        "accept": [text()],
        "meta": {"source": text()},
    },
    "doccano": lambda text: {
        "id": 1,
        "text": text(),
        "label": [[0, 2, text()], [2, 3, text()]],
        "Comments": [text()],
        "topic": text(),
    },
    "openinference": lambda text: {
        "name": text(),
        "attributes.llm.input_messages": [{"message.role": "user", "message.content": text()}],
        "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": text()}],
        "attributes.llm.invocation_parameters": json.dumps({"stop": text()}),
        "attributes.llm.model_name": text(),
    },
    "langsmith": lambda text: {
        "id": text(),
        "run_type": "llm",
        "inputs": {"messages": [message("system", text), message("user", text)]},
        "outputs": {"output": message("assistant", text)},
        "extra": {"metadata": {"user": text()}},
    },
    "langfuse": trace,
    "bench_questions": lambda text: {
        "question_id": 81,
        "category": text(),
        "turns": [text(), text()],
        "reference": [text()],
    },
    "bench_answers": lambda text: {
        "question_id": 81,
        "answer_id": text(),
        "model_id": text(),
        "choices": [{"index": n, "turns": [text(), text()]} for n in range(2)],
    },
}
"""Layouts that leave some texts in the columns of the source."""

EXAMPLES: dict[str, Callable[[Next], dict[str, Any] | Records]] = {**CALLS_AND_TRAINERS, **OTHERS}


def example(name: str, texts: Iterator[str]) -> Records:
    """The records of the example of a layout, with these texts."""
    records = EXAMPLES[name](lambda: next(texts))
    return records if isinstance(records, list) else [records]
