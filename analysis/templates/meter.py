"""How much a template may use: its time, its output, and the size of each value that it makes.

A template is a stranger's code. It runs in this process, where nothing outside can end it: so each step that repeats
or that makes a large value asks the meter first. `environment.py` and `guards.py` put those questions.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TypeVar

from jinja2.utils import Namespace

MAX_PARTS = 200_000
"""How many values a list or an object that a template makes may hold, those inside others included."""
LARGE = 100_000  # characters from which a text counts towards what all texts together may take
Held = TypeVar("Held")


@dataclass(frozen=True)
class Limits:
    """The limits of one rendering.

    `seconds`: of processor time. `characters`: of its output, and of each text that it makes.
    """

    seconds: float = 2.0
    characters: int = 50_000_000


class _StoppedError(Exception):
    """The end of a rendering that used too much; no filter of a template catches it."""


class Meter:
    """What one rendering has used; `start` begins the next one."""

    stopped = _StoppedError

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.too_long = f"makes a text of more than {limits.characters:,} characters"
        self.start()

    def start(self) -> None:
        self.began = -1.0
        self.ends = time.perf_counter() + self.limits.seconds / 2
        self.last = self.ends + 5 * self.limits.seconds
        self.left = self.limits.characters
        self.template_left = 5 * self.limits.characters
        self.large_left = 5 * self.limits.characters

    def tick(self, characters: int = 0) -> bool:
        """One more round of a loop, or one more call, that may write so many characters of the template's own text."""
        if time.perf_counter() > self.ends:
            self._end()
        self.template_left -= characters
        if self.template_left < 0:
            raise _StoppedError(self.too_long)
        return True

    def _end(self) -> None:
        """Stops a rendering that used its time.

        Half of it is real time, which costs nothing to ask for. The other half is processor time, so that a rendering
        goes on that waited for the processor of a busy machine, but not for more than five times its limit.
        """
        half = self.limits.seconds / 2
        if self.began < 0:
            self.began = time.thread_time()
        left = half - (time.thread_time() - self.began)
        if left <= 0 or time.perf_counter() > self.last:
            raise _StoppedError(f"takes longer than {self.limits.seconds:g} seconds")
        self.ends = time.perf_counter() + left

    def written(self, value: object) -> object:
        """A value on its way to the output."""
        if type(value) is str:
            self.left -= len(value)
            if self.left < 0:
                raise _StoppedError(self.too_long)
        else:
            self.held(value)
        return value

    def sized(self, size: int) -> None:
        """A text of this length is about to be made, or was."""
        if size > LARGE:
            self.large_left -= size
            if size > self.limits.characters or self.large_left < 0:
                raise _StoppedError(self.too_long)

    def parts(self, count: int) -> None:
        """A list of this length is about to be made."""
        if count > MAX_PARTS:
            raise _StoppedError(f"makes a list of more than {MAX_PARTS:,} values")

    def refuse(self, what: str) -> None:
        """The end, for a step that no template needs; `what` goes after "The template …"."""
        raise _StoppedError(what)

    def held(self, value: Held) -> Held:
        """A value that was made: a list is refused where it holds too much, since lists in lists grow fast."""
        if isinstance(value, str | int | float | None):
            return value
        left, characters = MAX_PARTS, self.limits.characters
        todo: list[object] = [value]
        while todo:
            part = todo.pop()
            if isinstance(part, str):
                characters -= len(part)
                if characters < 0:
                    raise _StoppedError(self.too_long)
                continue
            inside = _inside(part)
            left -= len(inside)
            if left < 0:
                self.parts(MAX_PARTS + 1)
            todo += inside
        return value


def _inside(part: object) -> list[object]:
    """The values that the text of a value would repeat."""
    if isinstance(part, dict):
        return [*part, *part.values()]
    if isinstance(part, list | tuple | set | frozenset | type({}.items()) | type({}.values()) | type({}.keys())):
        return list(part)
    if isinstance(part, Namespace):
        return list(object.__getattribute__(part, "_Namespace__attrs").values())
    return []
