"""Files of agents and of traces: benches, sessions, trajectories, spans; each with the rows that it gives."""

from __future__ import annotations

import json

import pytest

from tests.formats.leaf_texts import RENAMED, missing_texts


def spoken(opened) -> list[list[tuple[str, str | None]] | None]:
    """The roles and texts of each row's messages."""
    return [None if chat is None else [(t["role"], t.get("content")) for t in chat] for chat in opened.turns()]


# MT-bench


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_bench_answers_of_several_models(read_file, suffix):
    def answer(model: str, *choices: list[str]):
        of = [{"index": n, "turns": turns} for n, turns in enumerate(choices)]
        return {"question_id": 81, "answer_id": f"id-{model}", "model_id": model, "choices": of, "tstamp": 1.5}

    records = [answer("m1", ["One.", "Two."]), answer("m2", ["Uno.", "Dos."], ["Eins.", "Zwei."])]
    opened = read_file(records, suffix)
    assert opened.layouts == {"bench_answers": 3} and opened.info["roles"]["group"] == "model_id"
    assert spoken(opened) == [
        [("assistant", "One."), ("assistant", "Two.")],
        [("assistant", "Uno."), ("assistant", "Dos.")],
        [("assistant", "Eins."), ("assistant", "Zwei.")],
    ]
    assert [row["choice"] for row in opened.rows] == [0, 0, 1]
    assert [row["model_id"] for row in opened.rows] == ["m1", "m2", "m2"]


def test_bench_answers_beside_their_questions_and_hostile_ones(read_file):
    records = [
        {"turns": ["Write.", "Again."], "question_id": 1, "choices": [{"turns": ["Done.", "Done again."]}]},
        {"question_id": 2, "turns": ["Count.", "Stop."], "category": "maths"},
        {"question_id": 3, "choices": [{"index": 0, "turns": ["Yes.", None]}], "model_id": "m"},
        {"question_id": 4, "choices": "none", "model_id": "m"},
    ]
    opened = read_file(records)
    assert opened.layouts == {"bench_answers": 1, "bench_questions": 1}
    assert spoken(opened) == [
        [("user", "Write."), ("assistant", "Done."), ("user", "Again."), ("assistant", "Done again.")],
        [("user", "Count."), ("user", "Stop.")],
        None,
        None,
    ]
    assert [note["rows"] for note in opened.info["notes"] if note["kind"] == "unread"] == [2]
    assert not missing_texts(records, opened)


# Sessions


def event(number: int, role: str, content, session: str = "s1", **more):
    about = {"type": role, "uuid": f"u{number}", "sessionId": session, "timestamp": f"2026-01-01T00:00:{number:02}Z"}
    return {**about, "message": {"role": role, "content": content}, **more}


def result_of(call: str, content):
    return [{"type": "tool_result", "tool_use_id": call, "content": content}]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_two_sessions_in_one_file_whose_events_alternate(read_file, suffix):
    records = [
        event(1, "user", "First?", "s1"),
        event(2, "user", "Second?", "s2"),
        event(3, "assistant", "One.", "s1"),
        event(4, "assistant", "Two.", "s2", gitBranch="main"),
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"agent_session": 2}
    assert spoken(opened) == [
        [("user", "First?"), ("assistant", "One.")],
        [("user", "Second?"), ("assistant", "Two.")],
    ]
    assert [row["session_id"] for row in opened.rows] == ["s1", "s2"]
    assert not missing_texts(records, opened) - RENAMED


def test_two_sub_agents_and_results_of_tools(read_file):
    call = [{"type": "tool_use", "id": "t1", "name": "Task", "input": {"prompt": "Look."}}]
    records = [
        event(1, "user", "Start."),
        event(2, "assistant", call),
        event(3, "user", "Look.", isSidechain=True, agentId="a1"),
        event(4, "user", "Count.", isSidechain=True, agentId="a2"),
        event(5, "assistant", [{"type": "text", "text": "Seen."}], isSidechain=True, agentId="a1"),
        event(6, "assistant", "Three.", isSidechain=True, agentId="a2"),
        event(7, "user", result_of("t1", [{"type": "text", "text": "Seen and three."}])),
        {"type": "file-history-snapshot", "sessionId": "s1", "snapshot": {"file": "notes.txt"}},
        event(8, "assistant", "All done."),
    ]
    opened = read_file(records)
    assert opened.layouts == {"agent_session": 3}
    assert spoken(opened) == [
        [("user", "Start."), ("assistant", None), ("tool", "Seen and three."), ("assistant", "All done.")],
        [("user", "Look."), ("assistant", "Seen.")],
        [("user", "Count."), ("assistant", "Three.")],
    ]
    assert [row.get("agent_id") for row in opened.rows] == [None, "a1", "a2"]
    assert "notes.txt" in opened.rows[0]["other_events"]
    assert not missing_texts(records, opened) - RENAMED


def test_a_session_in_which_nothing_is_spoken_is_counted_and_kept(read_file):
    records = [
        event(1, "user", "Hi."),
        event(2, "assistant", "Yo."),
        {"type": "summary", "summary": "Lonely", "sessionId": "s2"},
        {"type": "user", "uuid": ["odd"], "sessionId": {"id": 3}, "message": {"role": None, "content": None}},
    ]
    opened = read_file(records)
    assert spoken(opened)[0] == [("user", "Hi."), ("assistant", "Yo.")]
    assert json.loads(opened.rows[1]["unread_records"]) == [records[2]]
    assert [note["rows"] for note in opened.info["notes"] if note["kind"] == "unread"] == [1]
    assert not missing_texts(records, opened)


# Trajectories

STEPS = [
    {"response": "I look.\n```\nls\n```", "thought": "I look.", "action": "ls\n", "observation": "a.py", "state": "{}"},
    {"response": "I end.", "thought": "I end.", "action": "submit", "observation": "", "query": [{"role": "user"}]},
]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_trajectories_of_steps(read_file, suffix):
    records = [{"environment": "swe", "trajectory": STEPS, "info": {"exit_status": s}} for s in ("submitted", "early")]
    opened = read_file(records, suffix)
    assert opened.layouts == {"trajectory": 2}
    turns = [("assistant", STEPS[0]["response"]), ("tool", "a.py"), ("assistant", "I end.")]
    assert spoken(opened) == [turns, turns]
    assert [row["ended_by"] for row in opened.rows] == ["submitted", "early"]
    assert opened.info["roles"]["group"] == "ended_by" and not missing_texts(records, opened) - RENAMED


def test_trajectories_under_other_names_and_hostile_ones(read_file):
    records = [
        {"trajectories": [{"from": "human", "value": "Mend it."}, {"from": "gpt", "value": "Mended."}], "id": "t1"},
        {"trajectory": json.dumps(STEPS[:1]), "exit_status": "cost", "generated_patch": "diff"},
        {"trajectory": [{"action": "ls", "result": "b.py"}]},
        {"trajectory": [{"x": 1.5, "y": 2.5}], "name": "a path on a map"},
    ]
    opened = read_file(records)
    assert opened.layouts == {"trajectory": 3}
    assert spoken(opened) == [
        [("user", "Mend it."), ("assistant", "Mended.")],
        [("assistant", STEPS[0]["response"]), ("tool", "a.py")],
        [("assistant", "ls"), ("tool", "b.py")],
        None,
    ]
    assert opened.rows[1]["patch"] == "diff" and not missing_texts(records, opened) - RENAMED


# Spans of OpenInference

FLAT = {
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "Tide?",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "tide",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"port.name":"P1","day":null}',
    "llm.tools.0.tool.json_schema": '{"name":"tide"}',
    "llm.model_name": "model-a",
    "openinference.span.kind": "LLM",
    "session.id": "s1",
}


@pytest.mark.parametrize("prefix", ["", "attributes."])
@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_flat_spans_with_calls_keep_the_arguments_as_they_are(read_file, prefix, suffix):
    record = {f"{prefix}{key}": value for key, value in FLAT.items()}
    opened = read_file([record, record], suffix)
    assert opened.layouts == {"openinference": 2}
    assert spoken(opened) == [[("system", "Be brief."), ("user", "Tide?"), ("assistant", None)]] * 2
    [call] = json.loads(opened.turns()[0][2]["tool_calls"])
    assert json.loads(call["function"]["arguments"]) == {"port.name": "P1", "day": None}
    assert json.loads(opened.canonical("tools")[0]) == [{"name": "tide"}]
    about = opened.rows[0]
    assert (about["model"], about["kind"], about["session_id"]) == ("model-a", "LLM", "s1")
    assert not missing_texts(record, opened, 0)


@pytest.mark.parametrize("answer", ['{"a.b": null, "c": 1}', "[1, 2]", "plain"])
def test_an_answer_of_a_span_that_is_json_stays_as_it_is_written(read_file, answer):
    flat = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Give JSON.",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": answer,
    }
    nested = {
        "attributes": {
            "llm": {
                "input_messages": [{"message": {"role": "user", "content": "Give JSON."}}],
                "output_messages": [{"message": {"role": "assistant", "content": answer}}],
            }
        }
    }
    typed = {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in flat.items()]}
    for record in (flat, nested, typed):
        opened = read_file([record])
        assert opened.layouts == {"openinference": 1}
        assert spoken(opened) == [[("user", "Give JSON."), ("assistant", answer)]]


def test_spans_without_messages_and_hostile_ones(read_file):
    records = [
        {"attributes.input.value": "Where?", "attributes.output.value": "Left.", "span_kind": "CHAIN"},
        {"attributes.input.value": '{"question": "Where?"}', "attributes.output.value": '{"answer": "Left."}'},
        {"attributes.llm.input_messages": "none", "attributes.llm.model_name": 5, "name": "odd"},
    ]
    opened = read_file(records)
    assert spoken(opened)[:2] == [[("user", "Where?"), ("assistant", "Left.")]] * 2
    assert not missing_texts(records, opened)


# Null arguments in typed tables


@pytest.mark.parametrize(
    ("record", "holder"),
    [
        (
            {
                "custom_id": "r1",
                "params": {
                    "messages": [
                        {"role": "user", "content": [{"type": "text", "text": "Tide?"}]},
                        {
                            "role": "assistant",
                            "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1, "b": None}}],
                        },
                    ]
                },
            },
            "input",
        ),
        (
            {
                "input": {"messages": [{"role": "user", "content": "Tide?"}]},
                "preferred_output": [
                    {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1, "b": None}}}]}
                ],
                "non_preferred_output": [{"role": "assistant", "content": "No."}],
            },
            "arguments",
        ),
        (
            {
                "query": "Tide?",
                "answers": [{"name": "f", "parameters": {"a": 1, "b": None}}],
                "tools": [{"name": "f", "description": "d", "parameters": {"type": "object"}}],
            },
            "parameters",
        ),
    ],
)
def test_a_null_argument_of_a_call_stays_in_a_typed_table(read_file, record, holder):
    for suffix in (".jsonl", ".parquet"):
        opened = read_file([record, record], suffix)
        assert "chat" not in opened.layouts and len(opened.layouts) == 1
        [call] = json.loads(next(t["tool_calls"] for t in opened.turns()[0] if "tool_calls" in t))
        call = call.get("function", call)
        assert call[holder] == {"a": 1, "b": None}
