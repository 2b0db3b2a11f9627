"""Files that the vendors of models take and give: is each record the row that it says, and is no text missing?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.formats.leaf_texts import missing_texts, turn

TOOL = {"type": "function", "function": {"name": "tide", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"port":"P1"}'}}
CALL_TEXT = '[{"id":"c1","type":"function","function":{"name":"tide","arguments":"{\\"port\\":\\"P1\\"}"}}]'
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Tide?"}]


# OpenAI


def batch_output(number: int, *answers: dict[str, Any], **body: Any) -> dict[str, Any]:
    choices = [{"index": n, "message": answer, "finish_reason": "stop"} for n, answer in enumerate(answers)]
    whole = {"id": f"chatcmpl-{number}", "model": "model-a", "choices": choices, **body}
    response = {"status_code": 200, "request_id": f"r{number}", "body": whole}
    return {"id": f"batch_{number}", "custom_id": f"task-{number}", "response": response, "error": None}


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
def test_openai_batch_output(read_file, suffix):
    records = [batch_output(n, {"role": "assistant", "content": f"Label: {n}"}) for n in range(3)]
    records[2]["response"]["body"]["choices"][0]["finish_reason"] = "length"
    opened = read_file(records, suffix)
    if suffix == ".csv":  # an object in a cell is text: it stays in its column
        assert not missing_texts(records[0], opened, 0)
        return
    assert opened.layouts == {"openai_batch_output": 3} and opened.info["format"] == "chat"
    assert opened.canonical("response") == ["Label: 0", "Label: 1", "Label: 2"]
    assert [row["finish_reason"] for row in opened.rows] == ["stop", "stop", "length"]
    assert [row["custom_id"] for row in opened.rows] == ["task-0", "task-1", "task-2"]
    assert [row["model"] for row in opened.rows] == ["model-a"] * 3
    assert not missing_texts(records[0], opened, 0)
    assert missing_texts(records[0], opened, 0, only_canonical=True) == {
        "batch_0",
        "task-0",
        "r0",
        "chatcmpl-0",
        "model-a",
        "stop",
    }


def test_openai_batch_output_with_several_choices_failed_requests_and_calls(read_file):
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    failed = {"id": "b", "custom_id": "t", "response": None, "error": {"code": "expired", "message": "Too late."}}
    refused = batch_output(3)
    refused["response"] = {"status_code": 400, "body": {"error": {"message": "No such model."}}}
    records = [
        batch_output(0, {"role": "assistant", "content": "One"}, {"role": "assistant", "content": "Two"}),
        batch_output(1, called),
        failed,
        refused,
    ]
    opened = read_file(records)
    assert opened.layouts == {"openai_batch_output": 5}
    assert opened.canonical("response") == ["One", "Two", None, None, None]
    assert [row.get("choice") for row in opened.rows] == [0, 1, 0, None, None]
    assert [row["source_row"] for row in opened.rows] == [0, 1, 0, 0, 0]
    assert opened.turns()[2] == [turn("assistant", tool_calls=CALL_TEXT)]
    assert opened.turns()[3:] == [None, None]
    assert not missing_texts(failed, opened, 3) and not missing_texts(refused, opened, 4)


def test_openai_batch_output_of_the_responses_api(read_file):
    output = [
        {"type": "reasoning", "id": "rs1", "summary": [{"type": "summary_text", "text": "I call."}]},
        {"type": "function_call", "call_id": "c1", "name": "tide", "arguments": '{"port":"P1"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "04:10"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "At 04:10."}]},
    ]
    record = batch_output(0)
    record["response"]["body"] = {"model": "m", "status": "completed", "error": None, "output": output}
    opened = read_file([record])
    assert opened.turns() == [
        [
            turn("assistant", reasoning="I call.", tool_calls=CALL_TEXT),
            turn("tool", "04:10", tool_call_id="c1"),
            turn("assistant", "At 04:10.", parts='[{"type":"output_text"}]'),
        ]
    ]
    assert opened.canonical("response") == ["At 04:10."] and opened.rows[0]["finish_reason"] == "completed"


def test_openai_batch_input(read_file):
    body = {"model": "model-a", "messages": ASKED, "tools": [TOOL], "max_tokens": 5}
    request = {"custom_id": "task-1", "method": "POST", "url": "/v1/chat/completions", "body": body}
    items = [{"role": "user", "content": [{"type": "input_text", "text": "Tide?"}]}]
    other = {"custom_id": "task-2", "url": "/v1/responses", "body": {"instructions": "Be brief.", "input": items}}
    plain = {"custom_id": "task-3", "url": "/v1/responses", "body": {"input": "Tide?"}}
    opened = read_file([request, other, plain])
    assert opened.layouts == {"openai_batch_input": 3}
    assert opened.canonical("system") == ["Be brief.", "Be brief.", None]
    assert opened.canonical("prompt") == ["Tide?"] * 3 and opened.canonical("response") == [None] * 3
    assert opened.canonical("tools") == [
        '[{"type":"function","function":{"name":"tide","parameters":{"type":"object"}}}]',
        None,
        None,
    ]
    assert [row.get("model") for row in opened.rows] == ["model-a", None, None]
    assert [row["custom_id"] for row in opened.rows] == ["task-1", "task-2", "task-3"]


def test_a_batch_of_embeddings_is_a_table(read_file):
    record = batch_output(0)
    record["response"]["body"] = {"object": "list", "data": [{"embedding": [0.1, 0.2]}]}
    opened = read_file([record])
    assert opened.layouts == {"table": 1} and not missing_texts(record, opened, 0)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet"])
def test_openai_preference(read_file, suffix):
    records = [
        {
            "input": {"messages": [{"role": "user", "content": f"Where is gate {n}?"}], "tools": [TOOL]},
            "preferred_output": [{"role": "assistant", "content": f"Gate {n} is left."}],
            "non_preferred_output": [{"role": "assistant", "content": "Dunno."}],
        }
        for n in range(2)
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"openai_preference": 2} and opened.info["format"] == "preference"
    assert opened.canonical("prompt") == ["Where is gate 0?", "Where is gate 1?"]
    assert opened.canonical("response") == ["Gate 0 is left.", "Gate 1 is left."]
    assert opened.canonical("rejected") == ["Dunno."] * 2
    assert opened.canonical("prompts_differ") == [False] * 2
    assert not missing_texts(records[0], opened, 0, only_canonical=True)


def test_openai_preference_with_a_system_message_and_calls(read_file):
    record = {
        "non_preferred_output": [{"role": "assistant", "content": "No.", "weight": 0}],
        "preferred_output": [{"role": "assistant", "tool_calls": [CALL]}],
        "input": {"messages": ASKED, "parallel_tool_calls": False},
        "id": 7,
    }
    opened = read_file([record])
    assert opened.canonical("system") == ["Be brief."] and opened.canonical("response") == [None]
    assert opened.turns()[0][-1] == turn("assistant", tool_calls=CALL_TEXT)
    assert opened.turns("messages_rejected") == [[turn("assistant", "No.", trains=False)]]
    assert opened.rows[0]["id"] == 7


# Anthropic

ANTHROPIC = {
    "system": [{"type": "text", "text": "You are a harbour clerk."}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Tide?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I should call.", "signature": "abc"},
                {"type": "text", "text": "Let me look."},
                {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": "P1"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "04:10"}]},
                {"type": "text", "text": "Well?"},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "At 04:10."}]},
    ],
    "tools": [{"name": "tide", "input_schema": {"type": "object"}}],
}
ANTHROPIC_TURNS = [
    turn("user", "Tide?", parts='[{"type":"text"}]'),
    turn(
        "assistant",
        "Let me look.",
        reasoning="I should call.",
        tool_calls='[{"type":"tool_use","id":"t1","name":"tide","input":{"port":"P1"}}]',
        parts='[{"type":"thinking","signature":"abc"},{"type":"text"},{"type":"tool_use"}]',
    ),
    turn("tool", "04:10", tool_call_id="t1", parts='[{"type":"text"}]'),
    turn("user", "Well?", parts='[{"type":"text"}]'),
    turn("assistant", "At 04:10.", parts='[{"type":"text"}]'),
]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv"])
def test_anthropic_messages(read_file, suffix):
    opened = read_file([ANTHROPIC, ANTHROPIC], suffix)
    assert opened.layouts == {"chat": 2}
    assert opened.turns() == [ANTHROPIC_TURNS] * 2
    assert opened.canonical("prompt") == ["Tide?"] * 2 and opened.canonical("response") == ["At 04:10."] * 2
    if suffix != ".csv":
        assert opened.canonical("system") == ["You are a harbour clerk."] * 2
        assert missing_texts({**ANTHROPIC, "system": ""}, opened, 0, only_canonical=True) == {"tool_result"}


def test_anthropic_batch_requests_and_results(read_file):
    request = {"custom_id": "a-1", "params": {"model": "model-b", "max_tokens": 9, **ANTHROPIC}}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "model-b", "stop_reason": "tool_use"}
    content = ANTHROPIC["messages"][1]["content"]
    done = {"custom_id": "a-2", "result": {"type": "succeeded", "message": {**message, "content": content}}}
    failed = {"custom_id": "a-3", "result": {"type": "errored", "error": {"message": "Overloaded."}}}
    late = {"custom_id": "a-4", "result": {"type": "expired"}}
    requests = read_file([request])
    assert requests.layouts == {"anthropic_batch_input": 1} and requests.turns() == [ANTHROPIC_TURNS]
    assert requests.canonical("system") == ["You are a harbour clerk."] and requests.rows[0]["model"] == "model-b"
    results = read_file([done, failed, late])
    assert results.layouts == {"anthropic_batch_output": 3}
    assert results.turns() == [[ANTHROPIC_TURNS[1]], None, None]
    assert results.canonical("response") == ["Let me look.", None, None]
    assert [row.get("finish_reason") for row in results.rows] == ["tool_use", None, None]
    assert [row["result_type"] for row in results.rows] == ["succeeded", "errored", "expired"]
    assert not missing_texts(failed, results, 1)


# Gemini and Vertex AI

GEMINI = {
    "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Tide?"}, {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/1"}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "tide", "args": {"port": "P1"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "tide", "response": {"high": "04:10"}}}]},
        {"role": "model", "parts": [{"text": "I look.", "thought": True}, {"text": "At 04:10."}]},
    ],
    "tools": [{"functionDeclarations": [{"name": "tide"}]}],
}


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
@pytest.mark.parametrize("key", ["systemInstruction", "system_instruction"])
def test_gemini(read_file, suffix, key):
    record = {key if name == "systemInstruction" else name: value for name, value in GEMINI.items()}
    opened = read_file([record] * 2, suffix)
    assert opened.layouts == {"chat": 2} and opened.canonical("system") == ["Be brief."] * 2
    assert opened.turns()[0] == [
        turn("user", "Tide?", parts='[{"key":"text"},{"fileData":{"mimeType":"image/png","fileUri":"gs://b/1"}}]'),
        turn(
            "assistant",
            tool_calls='[{"functionCall":{"name":"tide","args":{"port":"P1"}}}]',
            parts='[{"type":"functionCall"}]',
        ),
        turn("tool", '{"high":"04:10"}', name="tide"),
        turn("assistant", "At 04:10.", reasoning="I look.", parts='[{"type":"thinking"},{"key":"text"}]'),
    ]
    assert missing_texts({"contents": GEMINI["contents"]}, opened, 0, only_canonical=True) == {"model"}


@pytest.mark.parametrize(
    ("names", "suffix"),
    [
        (("input_text", "output_text"), ".jsonl"),
        (("input_text", "output_text"), ".csv"),
        (("text_input", "output"), ".json"),
        (("text_input", "text_output"), ".parquet"),
    ],
)
def test_texts_of_the_first_models_of_vertex(read_file, names, suffix):
    opened = read_file([{names[0]: f"Classify: {n}.", names[1]: f"pos {n}"} for n in range(3)], suffix)
    assert opened.layouts == {"instruction": 3}
    assert opened.canonical("prompt") == ["Classify: 0.", "Classify: 1.", "Classify: 2."]
    assert opened.canonical("response") == ["pos 0", "pos 1", "pos 2"]


def test_chats_of_the_first_models_of_vertex(read_file):
    turns = [{"author": "user", "content": "Hi"}, {"author": "assistant", "content": "Meow"}]
    examples = [{"input": {"content": "Name?"}, "output": {"content": "Tom."}}]
    opened = read_file(
        [{"context": "You are a cat.", "messages": turns}, {"examples": examples, "messages": turns}], ".json"
    )
    assert opened.layouts == {"vertex_chat": 2} and opened.canonical("system") == ["You are a cat.", None]
    assert opened.turns() == [
        [turn("user", "Hi"), turn("assistant", "Meow")],
        [
            turn("user", "Name?", trains=False),
            turn("assistant", "Tom.", trains=False),
            turn("user", "Hi"),
            turn("assistant", "Meow"),
        ],
    ]
    assert read_file([{"messages": turns}] * 2).turns() == [[turn("user", "Hi"), turn("assistant", "Meow")]] * 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_gemini_preference_takes_the_best_and_the_worst(read_file, order):
    scored = [(1.0, "Left."), (0.4, "Perhaps left."), (0.0, "Dunno.")]
    completions = [
        {"score": score, "completion": {"role": "model", "parts": [{"text": text}]}}
        for score, text in (scored[n] for n in order)
    ]
    record = {"contents": [{"role": "user", "parts": [{"text": "Where?"}]}], "completions": completions}
    opened = read_file([record])
    assert opened.layouts == {"gemini_preference": 1}
    assert (opened.canonical("prompt"), opened.canonical("response")) == (["Where?"], ["Left."])
    assert opened.canonical("rejected") == ["Dunno."] and opened.rows[0]["score_chosen"] == 1.0
    assert opened.info["roles"]["score_rejected"] == "score_rejected" and opened.rows[0]["score_rejected"] == 0.0
    assert not missing_texts(record, opened, 0)
    assert missing_texts(record, opened, 0, only_canonical=True) == {"Perhaps left.", "model"}


def test_completions_of_equal_score_are_no_pair(read_file):
    completion = {"score": 0.5, "completion": {"role": "model", "parts": [{"text": "Left."}]}}
    record = {"contents": [{"role": "user", "parts": [{"text": "Where?"}]}], "completions": [completion] * 2}
    opened = read_file([record])
    assert opened.layouts == {"chat": 1} and opened.canonical("rejected") == [None]


def test_a_record_that_is_ready_for_training_keeps_its_messages(read_file):
    chat = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "edited"}]
    done = batch_output(0, {"role": "assistant", "content": "first"})
    opened = read_file([{**done, "messages": chat}, {"custom_id": "a", "params": ANTHROPIC, "messages": chat}])
    assert opened.layouts == {"chat": 2} and opened.canonical("response") == ["edited"] * 2


def test_logged_calls(read_file):
    candidate = {"content": {"role": "model", "parts": [{"text": "At 04:10."}]}, "finishReason": "STOP"}
    gemini = {"request": GEMINI, "response": {"candidates": [candidate], "modelVersion": "g-1"}, "status": ""}
    asked = {"messages": [{"role": "user", "content": "Tide?"}], "anthropic_version": "v"}
    answered = {"role": "assistant", "content": [{"type": "text", "text": "Now."}], "stop_reason": "end_turn"}
    bedrock = {"recordId": "R1", "modelInput": asked, "modelOutput": answered}
    failed = {"request": GEMINI, "response": {"error": {"message": "No quota."}}}
    opened = read_file([gemini, bedrock, failed])
    assert opened.layouts == {"call_logs": 3}
    assert opened.canonical("response") == ["At 04:10.", "Now.", "At 04:10."]
    assert opened.turns()[0][-1] == turn("assistant", "At 04:10.", parts='[{"key":"text"}]')
    assert [len(turns) for turns in opened.turns()] == [5, 2, 4]
    assert opened.canonical("system") == ["Be brief.", None, "Be brief."]
    assert [row.get("finish_reason") for row in opened.rows] == ["STOP", "end_turn", None]
    assert opened.rows[0]["model"] == "g-1" and not missing_texts(failed, opened, 2)


# Bedrock

BEDROCK = {
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


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_bedrock_conversation(read_file, suffix):
    opened = read_file([BEDROCK] * 2, suffix)
    assert opened.layouts == {"chat": 2} and opened.canonical("system") == ["Be brief."] * 2
    assert opened.canonical("tools")[0] == '{"tools":[{"toolSpec":{"name":"tide"}}]}'
    assert opened.turns()[0] == [
        turn("user", "Tide?", parts='[{"key":"text"},{"image":{"format":"png","source":{"bytes":"aGk="}}}]'),
        turn(
            "assistant",
            reasoning="I call.",
            tool_calls='[{"toolUse":{"toolUseId":"t1","name":"tide","input":{"port":"P1"}}}]',
            parts='[{"type":"thinking","signature":"sig"},{"type":"toolUse"}]',
        ),
        turn("tool", '{"high":"04:10"}', tool_call_id="t1", extra='{"status":"success"}'),
        turn("assistant", "At 04:10.", parts='[{"key":"text"}]'),
    ]
    assert missing_texts(BEDROCK, opened, 0, only_canonical=True) == {"bedrock-conversation-2024"}


@pytest.mark.parametrize(("record", "key"), [(GEMINI, "contents"), (BEDROCK, "messages"), (ANTHROPIC, "messages")])
def test_vendors_in_typed_tables_where_every_part_has_every_key(read_file, record, key):
    opened = read_file([record] * 2, ".parquet")
    assert opened.layouts == {"chat": 2} and opened.info["roles"]["messages"].startswith(key)
    assert opened.canonical("response") == ["At 04:10."] * 2 and opened.canonical("prompt") == ["Tide?"] * 2
    tools = [message for message in opened.turns()[0] if message["role"] == "tool"]
    assert len(tools) == 1 and "04:10" in tools[0]["content"]
    calls = [message["tool_calls"] for message in opened.turns()[0] if "tool_calls" in message]
    assert len(calls) == 1 and '"tide"' in calls[0] and '"P1"' in calls[0]
    assert [message["reasoning"] for message in opened.turns()[0] if "reasoning" in message] in (
        ["I look."],
        ["I call."],
        ["I should call."],
    )


def test_bedrock_without_a_schema_and_prompt_completion(read_file):
    chat = {"messages": [{"role": "user", "content": [{"text": "One"}, {"text": "two"}]}], "modelId": "m"}
    assert read_file([chat] * 2).canonical("prompt") == ["One\ntwo"] * 2
    pairs = read_file([{"prompt": "a", "completion": "b", "system": "S"}] * 2)
    assert pairs.canonical("response") == ["b"] * 2 and pairs.canonical("system") == ["S"] * 2


# Cohere, Mistral, Together


def test_cohere_messages(read_file):
    roles = [("System", "Be brief."), ("User", "Hi"), ("Chatbot", "Yo"), ("USER", "Bye"), ("CHATBOT", "Bye.")]
    opened = read_file([{"messages": [{"role": role, "content": text} for role, text in roles]}] * 2)
    assert [message["role"] for message in opened.turns()[0]] == ["system", "user", "assistant", "user", "assistant"]
    assert opened.canonical("response") == ["Bye."] * 2 and opened.canonical("system") == ["Be brief."] * 2


def test_cohere_chat_history(read_file):
    history = [
        {"role": "USER", "message": "Tide?"},
        {"role": "CHATBOT", "message": "I look.", "tool_calls": [{"name": "tide", "parameters": {"port": "P1"}}]},
        {"role": "TOOL", "tool_results": [{"call": {"name": "tide"}, "outputs": [{"high": "04:10"}]}]},
        {"role": "CHATBOT", "message": "At 04:10."},
    ]
    records = [
        {"preamble": "Be brief.", "chat_history": history, "message": "Thanks.", "response": "Welcome."},
        {"message": "Hi", "chat_history": [], "text": "Yo"},
        {"message": "Hi", "chat_history": None, "preamble": "S"},
    ]
    opened = read_file(records)
    assert opened.layouts == {"cohere_chat": 3}
    assert opened.turns()[0] == [
        turn("user", "Tide?"),
        turn("assistant", "I look.", tool_calls='[{"name":"tide","parameters":{"port":"P1"}}]'),
        turn("tool", '[{"call":{"name":"tide"},"outputs":[{"high":"04:10"}]}]'),
        turn("assistant", "At 04:10."),
        turn("user", "Thanks."),
        turn("assistant", "Welcome."),
    ]
    assert opened.canonical("system") == ["Be brief.", None, "S"]
    assert opened.canonical("response") == ["Welcome.", "Yo", None]
    assert missing_texts(records[0], opened, 0, only_canonical=True) == {"USER", "CHATBOT", "TOOL"}


def test_mistral(read_file):
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}, {"type": "text", "text": "Yes."}]}
    chat = [
        {"role": "user", "content": "Tide?"},
        {"role": "assistant", "content": "", "tool_calls": [CALL], "weight": 0},
        {"role": "tool", "name": "tide", "content": "04:10", "tool_call_id": "c1"},
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "At 04:10."}], "prefix": True},
    ]
    opened = read_file([{"messages": chat, "tools": [TOOL]}] * 2)
    assert opened.turns()[0] == [
        turn("user", "Tide?"),
        turn("assistant", "", tool_calls=CALL_TEXT, trains=False),
        turn("tool", "04:10", tool_call_id="c1", name="tide"),
        turn(
            "assistant",
            "At 04:10.",
            reasoning="Hm.\nYes.",
            parts='[{"type":"thinking"},{"type":"text"}]',
            extra='{"prefix":true}',
        ),
    ]


def test_together(read_file):
    weighted = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "weight": 0}]
    assert read_file([{"messages": weighted}] * 2).turns()[0] == [
        turn("user", "Q"),
        turn("assistant", "A", trains=False),
    ]
    pair = read_file([{"prompt": "Q", "completion": "A"}] * 2)
    assert (pair.layouts, pair.canonical("response")) == ({"instruction": 2}, ["A", "A"])


def test_a_message_that_only_refuses_does_not_end_the_reading_of_its_chat(read_file):
    chat = [{"role": "user", "content": "Q"}, {"role": "assistant", "refusal": "I cannot."}]
    opened = read_file([{"messages": chat}] * 2)
    assert opened.turns()[0] == [turn("user", "Q"), turn("assistant", extra='{"refusal":"I cannot."}')]
