"""Is every turn found where it stands in the rendered text?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import TemplateError
from analysis.templates import Chat, Renderer, Template, find_template, known_templates, training_twin
from analysis.training.turns import TurnFinder, common_prefix, common_suffix, turn_spans
from tests.training.conftest import Vendor

OWN = (
    "chatml",
    "zephyr",
    "vicuna",
    "alpaca",
    "llama2",
    "llama3",
    "mistral_v1",
    "mistral_v3",
    "mistral_tekken",
    "gemma",
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"), max_size=12)


def chat(*turns: tuple[str, str]) -> Chat:
    return Chat([{"role": role, "content": content} for role, content in turns])


def texts(renderer: Renderer, of: Chat) -> list[str | None]:
    text = renderer.render(of.messages, of.tools).text
    return [text[s.start : s.end] if s.end >= 0 else None for s in turn_spans(renderer, of)]


@pytest.mark.parametrize("name", OWN)
def test_the_text_of_each_turn(name: str) -> None:
    of = chat(("user", "Where?"), ("assistant", "There."), ("user", "Why?"), ("assistant", "Because."))
    spans = turn_spans(Renderer(find_template(name)), of)
    assert texts(Renderer(find_template(name)), of) == ["Where?", "There.", "Why?", "Because."]
    assert all(span.is_sure for span in spans)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(OWN), st.lists(TEXTS, min_size=2, max_size=6).filter(lambda texts: len(texts) % 2 == 0))
def test_a_turn_is_its_text_whatever_it_is(name: str, contents: list[str]) -> None:
    renderer = RENDERERS.setdefault(name, Renderer(find_template(name)))
    of = Chat([{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(contents)])
    found = texts(renderer, of)
    for content, own in zip(contents, found, strict=True):
        assert own is None or own in (content, content.strip(), content.rstrip(), content.lstrip())


RENDERERS: dict[str, Renderer] = {}


def test_both_ways_find_the_same(vendor: Vendor) -> None:
    """The frame of a chat and two renderings for each turn agree, for templates of all families."""
    chats = [
        chat(("system", "Be kind."), ("user", "Where is it?"), ("assistant", "There.\nLook."), ("user", "Why?"), ("assistant", "So.")),
        chat(("user", " blanks around "), ("assistant", "\nlines around\n"), ("user", "x"), ("assistant", "<think>\nhm\n</think>\n\nyes")),
    ]  # fmt: skip
    vendor("qwen3")
    asked = 0
    for known in known_templates()[::24]:
        renderer = _renderer(find_template(known.name))
        for of in chats if renderer else ():
            assert renderer is not None
            finder = TurnFinder(renderer)
            try:
                text = renderer.render(of.messages).text
            except TemplateError:
                continue
            for span in finder.find(of, text)[0]:
                if span.role == "assistant":
                    assert span[2:4] == finder.by_two(of, span.turn, text)[2:4], known.name
                    asked += 1
    assert asked > 60


def _renderer(template: Template) -> Renderer | None:
    try:
        return Renderer(template)
    except TemplateError:
        return None


def test_every_answer_is_inside_the_marks_of_the_twin(vendor: Vendor) -> None:
    """Of each training twin that takes texts: the text of an answer lies in what the template marks."""
    of = chat(("user", "Where is it?"), ("assistant", "Over there."), ("user", "Why so?"), ("assistant", "Because."))
    vendor("qwen3")
    seen = 0
    for known in known_templates()[:80]:
        twin = training_twin(find_template(known.name))
        if twin is None:
            continue
        renderer = Renderer(twin)
        try:
            rendered = renderer.render(of.messages)
        except TemplateError:
            continue
        for span in turn_spans(renderer, of):
            if span.role == "assistant" and span.end >= 0:
                assert any(a <= span.start and span.end <= b for a, b in rendered.marked), twin.name
                seen += 1
    assert seen > 40


def test_reasoning_and_calls_belong_to_the_turn(vendor: Vendor) -> None:
    call = {"type": "function", "function": {"name": "add", "arguments": {"a": 1}}}
    of = Chat(
        [
            {"role": "user", "content": "2+2?"},
            {"role": "assistant", "content": "", "reasoning_content": "I add them.", "tool_calls": [call]},
            {"role": "tool", "content": "4"},
            {"role": "assistant", "content": "It is 4."},
        ]
    )
    renderer = Renderer(vendor("qwen3"))
    own = texts(renderer, of)
    assert own[1] is not None and own[1].startswith("<think>\nI add them.\n</think>") and '"name": "add"' in own[1]
    assert own[1].endswith("</tool_call>")
    assert own[3] == "It is 4."


def test_a_turn_that_the_template_leaves_out() -> None:
    template = Template(
        "{% for m in messages %}{% if m.role != 'tool' %}[{{ m.content }}]{% endif %}{% endfor %}", "t", "file"
    )
    spans = turn_spans(Renderer(template), chat(("user", "a b"), ("tool", "gone"), ("assistant", "c d")))
    assert [(span.start, span.end) for span in spans] == [(1, 4), (-1, -1), (6, 9)]


def test_a_turn_that_stands_twice_is_unsure() -> None:
    template = Template("{% for m in messages %}[{{ m.content }}|{{ m.content }}]{% endfor %}", "t", "file")
    spans = turn_spans(Renderer(template), chat(("user", "ab"), ("assistant", "cd")))
    assert [span.is_sure for span in spans] == [False, False]


def test_an_empty_turn_has_a_place() -> None:
    spans = turn_spans(Renderer(find_template("chatml")), chat(("user", "a"), ("assistant", "")))
    text = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n"
    assert (spans[1].start, spans[1].end) == (text.rindex("<|im_end|>"),) * 2


def test_a_chat_of_5000_turns_ends_soon() -> None:
    """Also one in which every turn is blank: then some are not looked for, and they are unsure."""
    renderer = Renderer(find_template("chatml"))
    for content, is_sure in (("x", True), ("", False)):
        of = Chat([{"role": ("user", "assistant")[n % 2], "content": content} for n in range(5_000)])
        started = time.process_time()
        spans = turn_spans(renderer, of)
        assert time.process_time() - started < 10
        assert len(spans) == 5_000 and all(span.is_sure for span in spans) == is_sure


def test_a_message_of_a_megabyte() -> None:
    of = chat(("user", "a " * 500_000), ("assistant", "b\n" * 500_000))
    assert [len(text or "") for text in texts(Renderer(find_template("chatml")), of)] == [1_000_000, 1_000_000]


@given(st.text("ab", max_size=9), st.text("ab", max_size=9))
def test_what_two_texts_share(one: str, other: str) -> None:
    longest = max(n for n in range(min(len(one), len(other)) + 1) if one[:n] == other[:n])
    assert common_prefix(one, other) == longest
    assert common_suffix(one[::-1], other[::-1]) == longest
