"""What text does a chat become under a template?"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2

from analysis.errors import RefusedError, TemplateError
from analysis.printable import printable
from analysis.templates.environment import Sandbox
from analysis.templates.meter import Limits, Meter
from analysis.templates.template import Template

DATE = datetime.date(2025, 1, 1)
"""The day on which a template renders where no other is chosen: a text that depends on today cannot be made again."""
REASONING = ("reasoning_content", "thinking", "reasoning")
FAILURES = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, AssertionError)
MAX_CHARACTERS = 128 << 10  # of a template, which takes up to three seconds to compile; published ones have 45,602
MAX_MESSAGE = 300  # characters of a template's message


@dataclass(frozen=True)
class Rendered:
    """`text`: what a chat becomes. `marked`: the spans of characters inside `{% generation %}`; none where there are
    no markers."""

    text: str
    marked: list[tuple[int, int]]


class Renderer:
    """A template, ready to render chats one after the other; threads take turns.

    `variables`: more variables that the template sees, such as `enable_thinking`. `date`: the day that `strftime_now`
    gives. Raises TemplateError where the template cannot be compiled.
    """

    def __init__(
        self,
        template: Template,
        *,
        variables: Mapping[str, object] | None = None,
        date: datetime.date = DATE,
        limits: Limits | None = None,
    ) -> None:
        self.template = template
        self._meter = Meter(limits or Limits())
        self._sandbox = Sandbox(self._meter, datetime.datetime.combine(date, datetime.time()))
        self._lock = threading.Lock()
        self._is_marked = template.has_markers
        if len(template.text) > MAX_CHARACTERS:
            raise _broken(template, f"it has {len(template.text):,} characters, more than {MAX_CHARACTERS:,}")
        self._variables = {**template.specials, **(variables or {})}
        try:
            self._compiled = self._sandbox.from_string(template.text)
        except jinja2.TemplateSyntaxError as error:
            raise _broken(template, f"line {error.lineno}: {error.message}") from None
        except (jinja2.TemplateError, SyntaxError, Meter.stopped, *FAILURES) as error:
            raise _broken(template, one_line(str(error)) or type(error).__name__) from None

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Mapping[str, Any]] | None = None,
        *,
        add_generation_prompt: bool = False,
    ) -> Rendered:
        """The text of a chat, as transformers' `apply_chat_template` gives it with `tokenize=False`.

        Raises RefusedError, TemplateError where the template takes too long or writes too much.
        """
        given = {
            "messages": [_with_reasoning(message) for message in messages],
            "tools": tools,
            "documents": None,
            "add_generation_prompt": add_generation_prompt,
            **self._variables,
        }
        with self._lock:
            try:
                return self._rendered(given)
            except Meter.stopped as stop:
                raise TemplateError(f"The template {self.template.name} {stop}; it was stopped.") from None
            except jinja2.TemplateError as error:
                raise RefusedError(one_line(str(error)) or type(error).__name__) from None
            except ValueError as error:
                raise RefusedError(one_line(f"{type(error).__name__}: {error}")) from None
            except FAILURES as error:
                raise RefusedError(one_line(f"{type(error).__name__}: {error}")) from None

    def _rendered(self, given: dict[str, object]) -> Rendered:
        self._meter.start()
        context = self._compiled.new_context(given)
        if not self._is_marked:
            return Rendered("".join(self._compiled.root_render_func(context)), [])
        sandbox, blocks = self._sandbox, []
        sandbox.marked, sandbox.length = [], 0
        for block in self._compiled.root_render_func(context):
            blocks.append(block)
            sandbox.length += len(block)
        return Rendered("".join(blocks), sandbox.marked)


def _broken(template: Template, why: str) -> TemplateError:
    return TemplateError(f"The template {template.name} cannot be compiled: {one_line(why).rstrip('.')}.")


def one_line(text: str) -> str:
    """A stranger's message as one line of at most 300 characters, without any that commands a terminal."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= MAX_MESSAGE else f"{line[: MAX_MESSAGE - 1]}…"


def _with_reasoning(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message whose reasoning has both names that templates read, as transformers passes it."""
    for name in REASONING:
        if (reasoning := message.get(name)) is not None:
            return {"thinking": reasoning, **message, "reasoning_content": reasoning}
    return message
