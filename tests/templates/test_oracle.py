"""Is a chat rendered as transformers 5.23 renders it, in text, in error, and in what is marked as trained?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import ModuleType

import jinja2
import pytest

from analysis.errors import RefusedError
from analysis.templates import Renderer, Template, find_template, known_templates, wheels
from analysis.templates.own_templates import SPECIALS
from analysis.templates.renderer import one_line
from tests.templates.conversations import CONVERSATIONS

EVERY = 23  # of the vendors' templates, which of them the quick test renders


@pytest.fixture(scope="module")
def oracle() -> Iterator[ModuleType]:
    """transformers' functions, with a clock that stands still."""
    import transformers.utils.chat_template_utils as module

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls(2025, 1, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "datetime", Clock)
        yield module


def ours(renderer: Renderer, name: str, prompt: bool) -> str:
    messages, tools = CONVERSATIONS[name]
    try:
        return renderer.render(messages, tools, add_generation_prompt=prompt).text
    except RefusedError as error:
        return f"refused: {error}"


def theirs(oracle: ModuleType, template: Template, name: str, prompt: bool) -> str:
    """What transformers makes of a conversation. It may fail by any error, since a template is a stranger's code."""
    messages, tools = CONVERSATIONS[name]
    try:
        texts, _ = oracle.render_jinja_template(
            [messages], tools=tools, chat_template=template.text, add_generation_prompt=prompt, **template.specials
        )
    except jinja2.TemplateError as error:
        message = str(error).replace(oracle.__name__, "analysis.templates.environment")  # of the class of `dict`
        return f"refused: {one_line(message) or type(error).__name__}"
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return f"refused: {one_line(f'{type(error).__name__}: {error}')}"
    return str(texts[0])


def differences(oracle: ModuleType, names: list[str]) -> list[str]:
    found, compared = [], 0
    for name in names:
        template = find_template(name)
        renderer = Renderer(template)
        for conversation in CONVERSATIONS:
            for prompt in (False, True):
                compared += 1
                if ours(renderer, conversation, prompt) != theirs(oracle, template, conversation, prompt):
                    found.append(f"{name}: {conversation}, prompt {prompt}")
    assert compared == 2 * len(names) * len(CONVERSATIONS) > 0
    return found


def test_there_are_enough_conversations() -> None:
    assert len(CONVERSATIONS) >= 15


def test_our_own_templates_render_as_in_transformers(oracle: ModuleType) -> None:
    assert differences(oracle, list(SPECIALS)) == []


def test_a_sample_of_the_vendors_templates_renders_as_in_transformers(
    oracle: ModuleType, vendor_templates: None
) -> None:
    assert differences(oracle, [known.name for known in known_templates()][::EVERY]) == []


@pytest.mark.slow
def test_every_known_template_renders_as_in_transformers(oracle: ModuleType, vendor_templates: None) -> None:
    names = [known.name for known in known_templates()]
    assert len(names) == 11 + 72 + 786
    assert differences(oracle, names) == []


@pytest.mark.parametrize("name", wheels.original_names() if wheels.is_installed("trl") else [])
def test_what_is_marked_is_what_transformers_marks(oracle: ModuleType, name: str) -> None:
    template = wheels.trl_template(name)
    renderer = Renderer(template)
    compared = 0
    for conversation, (messages, tools) in CONVERSATIONS.items():
        if ours(renderer, conversation, False).startswith("refused: "):
            continue
        texts, spans = oracle.render_jinja_template(
            [messages],
            tools=tools,
            chat_template=template.text,
            return_assistant_tokens_mask=True,
            **template.specials,
        )
        rendered = renderer.render(messages, tools)
        assert (rendered.text, rendered.marked) == (texts[0], spans[0]), conversation
        compared += 1
    assert compared
