"""Is each part that a template drops named, and each Python value that it writes, and nothing of the data?"""

from __future__ import annotations

import pytest

from analysis.errors import RefusedError
from analysis.templates import PARTS, Chat, Renderer, Template, dropped_parts, find_template, has_python_repr
from tests.templates.conversations import ASK, SYSTEM, WEATHER, call, result, turn

CALLING = turn("assistant", "I look.", tool_calls=[call({"city": "Oslo"})])
FULL = Chat(
    [
        SYSTEM,
        ASK,
        turn("assistant", "4 °C.", reasoning_content="It is winter."),
        turn("user", "And Rome?"),
        {**CALLING, "reasoning_content": "I must look."},
        result("18"),
        turn("assistant", "18 °C."),
    ],
    [WEATHER],
)
TEXTS = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
ALL = "{{ tools|tojson }}{% for m in messages %}{{ m.reasoning_content }}{{ m.content }}{{ m.tool_calls|tojson if m.tool_calls }}{% endfor %}"


def renderer(text: str) -> Renderer:
    return Renderer(Template(text, "test", "file"))


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        (ALL, []),
        (TEXTS, ["tools", "tool calls", "reasoning", "earlier reasoning"]),
        (ALL.replace("tools|tojson", "tools|map(attribute='function.name')|list"), []),
        (ALL.replace("{{ tools|tojson }}", ""), ["tools"]),
        (ALL.replace("in messages", "in messages if m.role != 'system'"), ["system"]),
        (ALL.replace("in messages", "in messages[1:]"), ["system"]),
        (ALL.replace("in messages", "in messages if m.role != 'tool'"), ["whole message"]),
        (ALL.replace("{{ m.reasoning_content }}", "{{ m.reasoning_content if loop.index > 4 }}"), ["earlier reasoning"]),
        (ALL.replace("{{ m.reasoning_content }}", ""), ["reasoning", "earlier reasoning"]),
        (ALL.replace("{{ m.content }}", "{{ m.content if not m.tool_calls }}"), ["text"]),
        (ALL.replace("m.tool_calls|tojson if", "m.tool_calls[0].function.name if"), ["tool calls"]),
        ("nothing", ["system", "tools", "whole message"]),
    ],
)  # fmt: skip
def test_what_is_dropped_is_named(text: str, dropped: list[str]) -> None:
    assert dropped_parts(renderer(text), FULL) == dropped
    assert set(dropped) <= set(PARTS)


def test_only_what_a_chat_has_can_be_dropped() -> None:
    assert dropped_parts(renderer("nothing"), Chat([])) == []
    assert dropped_parts(renderer("nothing"), Chat([turn("user", ""), turn("assistant", None)])) == []
    assert dropped_parts(renderer("nothing"), Chat([ASK])) == ["whole message"]


def test_a_thought_in_the_text_is_a_part() -> None:
    cut = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}{% endfor %}"
    thinking = turn("assistant", "<think>\nIt is winter.\n</think>\n\n4 °C.")
    assert dropped_parts(renderer(cut), Chat([ASK, thinking])) == ["reasoning"]
    assert dropped_parts(renderer(cut), Chat([ASK, thinking, ASK])) == ["earlier reasoning"]
    assert dropped_parts(renderer(TEXTS), Chat([ASK, thinking, ASK])) == []


def test_parts_of_a_content_and_arguments_as_text_are_looked_for() -> None:
    parts = Chat([turn("user", [{"type": "image"}, {"type": "text", "text": "What is it?"}])])
    assert dropped_parts(renderer("{{ messages[0].content[1].text }}"), parts) == []
    assert dropped_parts(renderer("{{ messages[0].content[0].text }}"), parts) == ["whole message"]
    several: list[object] = ['{"city": "Oslo"}', "{bad", '["Oslo"]', None, {}]
    for arguments in several:
        chat = Chat([ASK, turn("assistant", "I look.", tool_calls=[call(arguments)])])
        assert dropped_parts(renderer(ALL), chat) == []
        assert dropped_parts(renderer(TEXTS), chat) == ["tool calls"]


def test_the_words_are_not_in_the_chat_itself() -> None:
    assert dropped_parts(renderer("{{ messages[0].content }}"), Chat([turn("user", "qx0zk0w qx0zk1w"), ASK])) == [
        "whole message"
    ]


def test_a_refused_chat_is_refused_again() -> None:
    with pytest.raises(RefusedError, match="No"):
        dropped_parts(renderer("{{ raise_exception('No') }}"), FULL)


def test_the_chat_is_not_changed() -> None:
    before = repr(FULL)
    dropped_parts(renderer(ALL), FULL)
    assert repr(FULL) == before


def test_vendors_drop_what_they_are_known_to_drop(vendor_templates: None) -> None:
    assert dropped_parts(Renderer(find_template("Qwen/Qwen3-8B")), FULL) == ["earlier reasoning"]
    assert dropped_parts(Renderer(find_template("trl/qwen3_training")), FULL) == []
    assert dropped_parts(Renderer(find_template("trl/qwen2_5")), FULL) == ["reasoning", "earlier reasoning"]
    assert dropped_parts(Renderer(find_template("chatml")), FULL) == [
        "tools",
        "tool calls",
        "reasoning",
        "earlier reasoning",
    ]


@pytest.mark.parametrize(
    ("text", "data", "is_python"),
    [
        ("{{ messages[0].content }}", "a b", False),
        ("{{ messages[0].content }}", "Write None or True, or ['a', 'b'] and {'a': 1}.", False),
        ("{{ messages[0].content|tojson }}", 'He said "None".', False),
        ("{{ messages[0].content|trim }}!", " None ", False),
        ("{{ messages[0].name }}", "None", False),
        ("{{ tools }}", "a", True),
        ("{{ true }}", "It is True.", True),
        ("{{ messages }}", "a", True),
        ("{{ ['a'] }}", "a", True),
        ("{{ {'a': 1} }}", "a", True),
        ("{{ messages|map('upper') }}", "a", True),
        ("{{ messages[0].items }}", "a", True),
        ("{{ {'a': none}|tojson }}", "a", False),
        ("Nonesuch, Truely, falsehood, it's {a} and 'None'", "a", False),
    ],
)
def test_python_is_found_where_the_template_wrote_it(text: str, data: str, is_python: bool) -> None:
    chat = Chat([turn("user", data)])
    of = renderer(text)
    assert has_python_repr(of, chat, of.render(chat.messages, chat.tools)) is is_python
