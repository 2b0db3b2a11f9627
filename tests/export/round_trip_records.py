"""A few small records of each layout of the registry, by its name, and of vendors that are read by their columns."""

from __future__ import annotations

import json
from typing import Any

Record = dict[str, Any]

TIDE_CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"port":"P1"}'}}
SAID = {"role": "assistant", "content": "At 04:10."}
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Tide?"}]
THOUGHT = {
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "I should call.", "signature": "abc"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": "P1"}},
    ],
}
GEMINI: Record = {
    "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Tide?"}, {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/1"}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "tide", "args": {"port": "P1"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "tide", "response": {"high": "04:10"}}}]},
        {"role": "model", "parts": [{"text": "I look.", "thought": True}, {"text": "At 04:10."}]},
    ],
    "tools": [{"functionDeclarations": [{"name": "tide"}]}],
}
BEDROCK: Record = {
    "schemaVersion": "bedrock-conversation-2024",
    "system": [{"text": "Be brief."}],
    "messages": [
        {"role": "user", "content": [{"text": "Tide?"}, {"image": {"format": "png", "source": {"bytes": "aGk="}}}]},
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "I call.", "signature": "sig"}}},
                {"toolUse": {"toolUseId": "t1", "name": "tide", "input": {"port": "P1"}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"json": {"high": "04:10"}}], "status": "success"}}
            ],
        },
        {"role": "assistant", "content": [{"text": "At 04:10."}]},
    ],
    "toolConfig": {"tools": [{"toolSpec": {"name": "tide"}}]},
}


def talk(*texts: str) -> list[Record]:
    """Messages of user and assistant in turn."""
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def model(text: str) -> Record:
    return {"role": "model", "parts": [{"text": text}]}


def exported_turn(role: str, content: str | None, **more: Any) -> Record:
    """A message in a table that Winnow exported."""
    names = ("reasoning", "tool_calls", "tool_call_id", "name", "trains", "parts", "extra")
    return {"role": role, "content": content, **dict.fromkeys(names), **more}


def choice(message: Record) -> Record:
    return {"status_code": 200, "body": {"model": "m", "choices": [{"message": message, "finish_reason": "stop"}]}}


def battle(winner: str) -> Record:
    sides = {"conversation_a": talk("Ask", "A"), "conversation_b": talk("Ask", "B", "More", "C")}
    return {"question_id": f"q {winner}", "winner": winner, "judge": "j1", **sides}


def leaf(own: str, parent: str | None, role: str, text: str, **more: Any) -> Record:
    return {"message_id": own, "parent_id": parent, "message_tree_id": "a", "role": role, "text": text, **more}


def event(n: int, role: str, content: Any, **more: Any) -> Record:
    message = {"role": role, "content": content}
    return {"type": role, "uuid": f"u{n}", "sessionId": "s1", "timestamp": f"2025-01-0{n}", "message": message, **more}


def judged(n: int, who: Any, label: str) -> Record:
    result = [{"value": {"choices": [label]}, "from_name": "quality", "to_name": "text", "type": "choices"}]
    return {"id": n, "completed_by": who, "created_at": "2024-03-01T00:00:00Z", "result": result}


def asked_of_bench(n: int) -> Record:
    return {"question_id": n, "category": "writing", "turns": ["Write.", "Again."], "reference": ["r1", "r2"]}


GLAIVE_HEAD = 'SYSTEM: Use these functions -\n{"name": "tide", "parameters": {}}\n'
GLAIVE_CHAT = (
    'USER: Tide?\n\n\nASSISTANT: <functioncall> {"name": "tide", "arguments": \'{"port": "P1"}\'} <|endoftext|>\n\n\n'
    'FUNCTION RESPONSE: {"high": "04:10"}\n\n\nASSISTANT: At 04:10. <|endoftext|>'
)
OF_FUNCTIONS: dict[str, list[Record]] = {
    "xlam": [
        {
            "id": n,
            "query": f"Tide {n}?",
            "answers": json.dumps([{"name": "tide", "arguments": {"port": f"P{n}"}}] * (n + 1)),
            "tools": json.dumps([{"name": "tide", "parameters": {}}]),
        }
        for n in range(2)
    ],
    "glaive_v2": [
        {"system": GLAIVE_HEAD, "chat": GLAIVE_CHAT},
        {"system": "SYSTEM: Be kind.", "chat": "USER: Hi\n\n\nASSISTANT: Hello. <|endoftext|>"},
    ],
    "glaive_v1": [
        {"sample": f"{GLAIVE_HEAD}\n{GLAIVE_CHAT}"},
        {"sample": "SYSTEM: Be kind.\nUSER: Hi\nASSISTANT: Hello. <|endoftext|>"},
    ],
    "call_logs": [
        {"request": GEMINI, "response": {"candidates": [{"content": model("Now."), "finishReason": "STOP"}]}},
        {
            "recordId": "R1",
            "modelInput": {"messages": talk("Tide?"), "anthropic_version": "v"},
            "modelOutput": {"role": "assistant", "content": [{"type": "text", "text": "Now."}]},
        },
    ],
}
OF_VENDORS: dict[str, list[Record]] = {
    "openai_preference": [
        {
            "input": {"messages": ASKED, "tools": [{"name": "tide"}], "parallel_tool_calls": True},
            "preferred_output": [{"role": "assistant", "content": None, "tool_calls": [TIDE_CALL]}],
            "non_preferred_output": [{"role": "assistant", "content": "No."}],
        },
        {
            "input": {"messages": talk("A?", "B.", "C?")},
            "preferred_output": [SAID],
            "non_preferred_output": [{"role": "assistant", "content": "No."}],
        },
    ],
    "openai_batch_input": [
        {
            "custom_id": f"r{n}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "m", "messages": [*ASKED, *extra], "tools": [{"name": "tide"}]},
        }
        for n, extra in enumerate(([], [SAID]))
    ],
    "openai_batch_output": [
        {"custom_id": "r0", "response": choice(SAID), "error": None},
        {"custom_id": "r1", "response": choice({**SAID, "tool_calls": [TIDE_CALL], "refusal": None}), "error": None},
        {"custom_id": "r2", "response": {"status_code": 429, "body": {"error": {"message": "Later."}}}, "error": None},
    ],
    "anthropic_batch_input": [
        {"custom_id": "a0", "params": {"model": "m", "system": "Be a clerk.", "messages": [*talk("Tide?"), THOUGHT]}},
        {"custom_id": "a1", "params": {"model": "m", "messages": talk("Hi", "Hello")}},
    ],
    "anthropic_batch_output": [
        {"custom_id": "a0", "result": {"type": "succeeded", "message": {**THOUGHT, "model": "m"}}},
        {"custom_id": "a1", "result": {"type": "errored", "error": {"message": "Overloaded."}}},
    ],
    "gemini_preference": [
        {
            "contents": [{"role": "user", "parts": [{"text": f"Where {n}?"}]}],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "completions": [
                {"score": score, "completion": model(text)}
                for score, text in ((0.4, "Perhaps."), (1.0, "Left."), (0.0, "No."))
            ],
        }
        for n in range(2)
    ],
    "vertex_chat": [
        {
            "context": "You are a cat.",
            "examples": [{"input": {"content": "Name?"}, "output": {"content": "Tom."}}],
            "messages": [{"author": "user", "content": "Hi"}, {"author": "bot", "content": "Meow"}],
        },
        {"context": "You are a dog.", "messages": [{"author": "user", "content": "Hi"}]},
    ],
    "cohere_chat": [
        {
            "preamble": "Be brief.",
            "chat_history": [
                {"role": "USER", "message": "Tide?"},
                {"role": "CHATBOT", "message": "I.", "tool_calls": [{"name": "tide", "parameters": {"port": "P1"}}]},
                {"role": "TOOL", "tool_results": [{"call": {"name": "tide"}, "outputs": [{"high": "04:10"}]}]},
                {"role": "CHATBOT", "message": "At 04:10."},
            ],
            "message": "Thanks.",
            "response": "Welcome.",
        },
        {"message": "Hi", "chat_history": [], "text": "Yo"},
    ],
    "gemini by columns": [GEMINI, {**GEMINI, "contents": GEMINI["contents"][:1]}],
    "bedrock by columns": [BEDROCK, {**BEDROCK, "messages": [BEDROCK["messages"][0], BEDROCK["messages"][3]]}],
}
OF_TRAINERS: dict[str, list[Record]] = {
    "winnow_chats": [
        {
            "row_id": f"{n:016x}",
            "tags": [],
            "messages": [
                exported_turn("user", "Hi", extra='{"a":1}'),
                exported_turn("assistant", "Yo", trains=False, reasoning="Hm."),
            ],
        }
        for n in range(2)
    ],
    "winnow_pairs": [
        {
            "row_id": f"{n:016x}",
            "tags": [],
            "messages": [exported_turn("user", "Hi"), exported_turn("assistant", "Yo", reasoning="Hm.")],
            "messages_rejected": [exported_turn("assistant", "No.", trains=False)],
            "prompt_turns": 1,
        }
        for n in range(2)
    ],
    "winnow_text_pairs": [
        {
            "row_id": f"{n:016x}",
            "prompt": "Hi",
            "response": "Yo",
            "rejected": "No.",
            "n_turns": 2,
            "output": ["Yo", "No."],
            "tags": [],
        }
        for n in range(2)
    ],
    "winnow_texts": [{"row_id": f"{n:016x}", "text": f"T{n}", "prompt": "Q", "tags": []} for n in range(2)],
    "swift_preference": [
        {"messages": [*ASKED, SAID], "rejected_response": "No."},
        {"messages": talk("A?", "B.", "C?", "D."), "rejected_response": "E."},
    ],
    "alpaca_history": [
        {"instruction": "And now?", "input": "Then.", "output": "Rain.", "system": "Be dry.", "history": [["A?", "B."]]}
    ],
    "alpaca_history_kto": [
        {"instruction": "And now?", "input": "", "output": f"Rain {n}.", "history": [["A?", "B."]], "kto_tag": n == 0}
        for n in range(2)
    ],
    "alpaca_preference": [
        {"instruction": "Now?", "input": "", "chosen": f"R{n}.", "rejected": "S.", "history": [["A?", "B."]]}
        for n in range(2)
    ],
    "alpaca_ranking": [
        {"instruction": "Best?", "input": "Of all.", "output": ["This.", "That.", "None."], "source": "x"},
        {"instruction": "Worst?", "input": "", "output": ["One.", "Two."], "source": "y"},
    ],
    "segments": [
        {"segments": [{"label": False, "text": "Q: "}, {"label": True, "text": "A"}, {"label": True, "text": "B"}]},
        {"segments": [{"label": False, "text": "Q2: "}, {"label": True, "text": "A2"}]},
    ],
    "verl": [
        {
            "data_source": "x/y",
            "prompt": [{"role": "user", "content": f"1 + {n}?"}],
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": str(n + 1)},
            "extra_info": {"split": "train", "index": n},
        }
        for n in range(2)
    ],
}
OF_JUDGES: dict[str, list[Record]] = {
    "arena": [battle("model_b"), battle("model_a")],
    "arena_tie": [battle("tie"), battle("tie (bothbad)")],
    "safe_rlhf": [
        {"prompt": f"p{n}", "response_0": "x", "response_1": "y", "better_response_id": n, "safer_response_id": 1}
        for n in range(2)
    ],
    "safe_rlhf_tie": [{"prompt": "p", "response_0": "x", "response_1": "y", "better_response_id": -1}] * 2,
    "human_preferences": [
        {"history": f"p{n}", "human_ref_A": "x", "human_ref_B": "y", "labels": n, "score_A": 2, "score_B": 9}
        for n in range(2)
    ],
    "human_preferences_tie": [{"history": "p", "human_ref_A": "x", "human_ref_B": "y", "labels": "none"}],
    "web_comparisons": [
        {"question": {"full_text": "p"}, "answer_0": "x", "answer_1": "y", "score_0": 0.5, "score_1": -0.5}
    ],
    "web_comparisons_tie": [
        {"question": {"full_text": "p"}, "answer_0": "x", "answer_1": "y", "score_0": 0.0, "score_1": 0.0}
    ],
    "preference_strength": [
        {"prompt": "p", "response_1": "x", "response_2": "y", "preference_strength": strength} for strength in (-2, 1)
    ],
    "preference_strength_tie": [
        {"prompt": "p", "response_1": "x", "response_2": "y", "preference_strength": 0} for _ in range(2)
    ],
    "rated_answers": [
        {"qid": n, "question": "p", "answers": [{"text": "x", "pm_score": 1}, {"text": "y", "pm_score": 4 * n}]}
        for n in (1, 2)
    ],
    "rated_answers_tie": [
        {
            "instruction": "p",
            "completions": [{"response": "x", "overall_score": 3}, {"response": "y", "overall_score": 3}],
        }
    ],
    "bench_questions": [asked_of_bench(81), asked_of_bench(82)],
    "bench_answers": [
        {
            "question_id": 81,
            "model_id": "m",
            "choices": [{"index": n, "turns": [f"w{n}", f"a{n}"]} for n in range(2)],
        }
    ],
}
TREE = {
    **leaf("a", None, "prompter", "How?"),
    "replies": [{**leaf("b", "a", "assistant", f"So {n}."), "replies": [], "rank": n} for n in range(2)],
}
OF_AGENTS: dict[str, list[Record]] = {
    "message_tree": [{"message_tree_id": "a", "tree_state": "ready", "prompt": TREE}],
    "message_rows": [
        leaf("a", None, "prompter", "How?"),
        leaf("b", "a", "assistant", "So.", rank=0),
        leaf("c", "a", "assistant", "Or so.", rank=1),
        leaf("d", "b", "prompter", "And then?"),
    ],
    "agent_session": [
        {"type": "summary", "summary": "List the files", "leafUuid": "u4"},
        event(1, "user", "List files.", cwd="/somewhere"),
        event(2, "assistant", [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}]),
        event(3, "user", [{"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}]),
        event(4, "assistant", [{"type": "text", "text": "One file."}]),
        event(5, "user", "Look deeper.", isSidechain=True, parentUuid=None),
        event(6, "assistant", [{"type": "text", "text": "Nothing."}], isSidechain=True, parentUuid="u5"),
    ],
    "trajectory": [
        {
            "instance_id": f"i{n}",
            "trajectory": [{"action": "ls", "observation": "a.py", "response": "I look.\nls", "thought": "I look."}],
            "info": {"exit_status": "submitted", "submission": "diff"},
            **({"history": [*ASKED, SAID]} if n else {}),
        }
        for n in range(2)
    ],
    "openinference": [
        {
            "attributes": {
                "llm": {
                    "input_messages": [{"message": message} for message in ASKED],
                    "output_messages": [{"message": SAID}],
                    "model_name": "m",
                }
            },
            "span_kind": "LLM",
        }
    ]
    * 2,
    "langsmith": [{"run_type": "llm", "inputs": {"messages": ASKED}, "outputs": {"output": SAID}}] * 2,
    "langfuse": [{"id": f"o{n}", "input": ASKED, "output": SAID, "latency": 1.2 + n} for n in range(2)],
}
HELLO: Record = {"id": "r", "text": "Hello."}
GIVEN = [{"user_id": f"u{n}", "value": value, "status": "submitted"} for n, value in enumerate(("yes", "no"))]
OF_ANNOTATORS: dict[str, list[Record]] = {
    "label_studio": [
        {
            "id": n,
            "annotations": [judged(10 * n, 1, "good"), judged(10 * n + 1, 2, "bad")],
            "data": {"text": f"Answer {n}.", "prompt": f"Ask {n}."},
        }
        for n in range(3)
    ],
    "label_studio_min": [
        {
            "text": f"Answer {n} on tides.",
            "id": n,
            "quality": quality,
            "annotator": n % 2,
            "annotation_id": n,
            "created_at": f"2024-03-0{n + 1}T09:00:00Z",
            "lead_time": 3.2,
        }
        for n, quality in enumerate(("good", {"choices": ["good", "bad"]}, "bad"))
    ],
    "argilla": [{"id": "r", "fields": {"text": "Hello."}, "responses": {"sure": GIVEN}, "suggestions": {}}],
    "argilla_flat": [
        {
            **HELLO,
            "sure.responses": ["yes", "no"],
            "sure.responses.users": ["u1", "u2"],
            "sure.responses.status": ["submitted", "submitted"],
            "sure.suggestion": "yes",
        }
    ],
    "argilla_columns": [{"external_id": "r", "text": "Hello.", "sure": GIVEN, "sure-suggestion": "yes"}],
    "argilla_old": [
        {**HELLO, "annotation": label, "annotation_agent": "u1", "status": "Validated", "metadata": {}}
        for label in ("yes", "no")
    ],
    "prodigy": [
        {"text": "Hello.", "_input_hash": 5, "_task_hash": 6, "_session_id": "db-anna", "answer": "accept", **more}
        for more in ({"accept": ["B", "A"]}, {"label": "SPAM"})
    ],
    "doccano": [
        {"id": 1, "text": "Hello Ann.", "label": [[6, 9, "NAME"], [0, 5, "WORD"]], "Comments": ["Nice."]},
        {"id": 2, "text": "Bye.", "label": [], "Comments": []},
    ],
}
RECORDS = {**OF_FUNCTIONS, **OF_VENDORS, **OF_TRAINERS, **OF_JUDGES, **OF_AGENTS, **OF_ANNOTATORS}
"""Layout -> its records."""
