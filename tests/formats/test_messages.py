"""Does a message keep every field that a trainer reads, and does its content come back as the source wrote it?"""

from __future__ import annotations

from typing import Any

import pytest

from analysis.formats.chats import messages_of
from analysis.formats.contents import source_content
from analysis.formats.message_columns import messages_series
from analysis.formats.messages import Message
from analysis.formats.outlines import outline_of


def message(turn: dict[str, Any]) -> Message:
    messages = messages_of([turn])
    assert messages is not None and len(messages) == 1
    return messages[0]


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_beside_the_text(key: str) -> None:
    assert message({"role": "assistant", "content": "4", key: "2 + 2"}) == Message("assistant", "4", "2 + 2")


def test_a_thought_in_the_text_stays_there() -> None:
    text = "<think>2 + 2</think>4"
    assert message({"role": "assistant", "content": text}) == Message("assistant", text)


@pytest.mark.parametrize(
    ("keys", "trains", "extra"),
    [
        ({"weight": 0}, False, None),
        ({"weight": 1}, True, None),
        ({"weight": 0.5}, True, '{"weight":0.5}'),
        ({"weight": None}, None, None),
        ({"train": False}, False, '{"train":false}'),
        ({"training": True}, True, '{"training":true}'),
        ({"trainable": "false"}, False, '{"trainable":"false"}'),
        ({"loss": 1}, True, '{"loss":1}'),
        ({"loss_mask": [0, 0]}, False, '{"loss_mask":[0,0]}'),
        ({"loss_weight": 0.0}, False, '{"loss_weight":0.0}'),
        ({"weight": "heavy"}, None, '{"weight":"heavy"}'),
        ({}, None, None),
    ],
)
def test_whether_a_turn_is_trained_on(keys: dict[str, Any], trains: bool | None, extra: str | None) -> None:
    assert message({"role": "assistant", "content": "x", **keys}) == Message(
        "assistant", "x", trains=trains, extra=extra
    )


def test_tool_calls_and_results() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"port": 1}'}}
    assert messages_of(
        [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "name": "tide", "content": "04:10"},
        ]
    ) == [
        Message(
            "assistant",
            tool_calls='[{"id":"c1","type":"function","function":{"name":"tide","arguments":"{\\"port\\": 1}"}}]',
        ),
        Message("tool", "04:10", tool_call_id="c1", name="tide"),
    ]


def test_blocks_of_anthropic() -> None:
    blocks = [
        {"type": "thinking", "thinking": "I call it.", "signature": "abc"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": 1}},
    ]
    answer = message({"role": "assistant", "content": blocks})
    assert answer[:4] == (
        "assistant",
        "Let me look.",
        "I call it.",
        '[{"type":"tool_use","id":"t1","name":"tide","input":{"port":1}}]',
    )
    result = {
        "type": "tool_result",
        "tool_use_id": "t1",
        "content": [{"type": "text", "text": "04:10"}],
        "is_error": False,
    }
    messages = messages_of([{"role": "user", "content": [result, {"type": "text", "text": "Thanks."}]}])
    assert messages is not None and [(m.role, m.content, m.tool_call_id, m.extra) for m in messages] == [
        ("tool", "04:10", "t1", '{"is_error":false}'),
        ("user", "Thanks.", None, None),
    ]


def test_parts_of_gemini_and_bedrock() -> None:
    gemini = {
        "role": "model",
        "parts": [{"text": "hm", "thought": True}, {"text": "Hi."}, {"functionCall": {"name": "f"}}],
    }
    assert message(gemini)[:4] == ("assistant", "Hi.", "hm", '[{"functionCall":{"name":"f"}}]')
    bedrock = {"role": "user", "content": [{"toolResult": {"toolUseId": "u1", "content": [{"text": "ok"}]}}]}
    assert message(bedrock)[:5] == ("tool", "ok", None, None, "u1")


def test_a_developer_is_no_system_and_other_roles_stay() -> None:
    assert [message({"role": r, "content": "x"}).role for r in ("developer", "human", "Chatbot", "narrator")] == [
        "developer",
        "user",
        "assistant",
        "narrator",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "plain",
        None,
        ["only"],
        [{"text": "only"}],
        [{"type": "text", "text": "only"}],
        [{"type": "text", "text": "only", "cache_control": {"type": "ephemeral"}}],
        [{"type": "text", "value": "only"}],
        [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        [{"type": "image_url", "image_url": {"url": "u"}}, {"type": "text", "text": "What is this?"}],
        [{"type": "image_url", "image_url": {"url": "u"}}],
        [],
    ],
)
def test_content_comes_back_as_it_was(content: Any) -> None:
    read = message({"role": "user", "content": content})
    assert source_content(read.content, read.parts) == (content if content != [] else "")


def test_an_image_is_no_text() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "u"}}, {"type": "text", "text": "What?"}]
    read = message({"role": "user", "content": parts})
    assert read.content == "What?" and read.parts == '[{"type":"image_url","image_url":{"url":"u"}},{"type":"text"}]'


def test_a_changed_text_goes_back_between_the_other_parts() -> None:
    one = message({"role": "user", "content": [{"type": "text", "text": "a@b.org"}, {"type": "file", "file": "f"}]})
    assert source_content("<EMAIL>", one.parts) == [{"type": "text", "text": "<EMAIL>"}, {"type": "file", "file": "f"}]
    two = message({"role": "user", "content": ["a@b.org", {"type": "file", "file": "f"}, "b"]})
    assert source_content("<EMAIL>\nb", two.parts) == [
        {"type": "text", "text": "<EMAIL>\nb"},
        {"type": "file", "file": "f"},
    ]


@pytest.mark.parametrize(
    ("roles", "outline"),
    [
        ("ua", (None, "1", "2", 2)),
        ("sua", ("1", "2", "3", 2)),
        ("dsua", ("1\n\n2", "3", "4", 2)),
        ("uau", (None, "1", None, 3)),
        ("uata", (None, "1", "4", 4)),
        ("uat", (None, "1", "2", 3)),
        ("a", (None, None, "1", 1)),
        ("s", ("1", None, None, 0)),
        ("", (None, None, None, 0)),
    ],
)
def test_the_answer_is_the_last_one_unless_the_user_speaks_after_it(roles: str, outline: tuple[Any, ...]) -> None:
    names = {"u": "user", "a": "assistant", "s": "system", "d": "developer", "t": "tool"}
    messages = [Message(names[role], str(n)) for n, role in enumerate(roles, 1)]
    assert tuple(outline_of(messages)) == outline


def test_a_column_of_conversations() -> None:
    chats = [
        [Message("user", "a"), Message("assistant", "b", trains=False)],
        None,
        [],
        [Message("tool", None, extra="{}")],
    ]
    column = messages_series("messages", chats)
    expected = [None if chat is None else [m._asdict() for m in chat] for chat in chats]
    assert column.to_list() == expected and messages_series("m", [None, []]).to_list() == [None, []]


def test_calls_among_the_parts_of_a_message_that_names_its_calls_stay_parts() -> None:
    part = {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": 1}}
    call = {"id": "t2", "function": {"name": "weather"}}
    assert message({"role": "assistant", "content": [part], "tool_calls": [call]}) == Message(
        "assistant",
        None,
        tool_calls='[{"id":"t2","function":{"name":"weather"}}]',
        parts='[{"type":"tool_use","id":"t1","name":"tide","input":{"port":1}}]',
    )
