"""What does a template do with each shape of a chat?"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import RefusedError, TemplateError
from analysis.templates.faults import dropped_parts, has_python_repr
from analysis.templates.renderer import Renderer
from analysis.templates.shapes import SHAPES, Shape


@dataclass(frozen=True)
class Verdict:
    """What a template does with a shape. `refused`: its message, null where it renders.

    `dropped`: the parts that it leaves out without a word; null where that cannot be seen, since the chat is refused.
    `has_python_repr`: whether it writes a value as Python does; null where it is refused.
    """

    shape: str
    refused: str | None
    dropped: list[str] | None
    has_python_repr: bool | None


def support_matrix(renderer: Renderer) -> list[Verdict]:
    """The verdict for each shape. Raises TemplateError where the template runs out of time or of output."""
    return [_verdict(renderer, shape) for shape in SHAPES]


def _verdict(renderer: Renderer, shape: Shape) -> Verdict:
    chat = shape.chat
    try:
        rendered = renderer.render(chat.messages, chat.tools, add_generation_prompt=shape.is_prompt)
    except RefusedError as error:
        return Verdict(shape.name, str(error), None, None)
    try:
        dropped = dropped_parts(renderer, chat)
    except TemplateError:
        dropped = None
    return Verdict(shape.name, None, dropped, has_python_repr(renderer, chat, rendered))
