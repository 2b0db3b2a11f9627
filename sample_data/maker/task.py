"""One request and its true answer, before it becomes a row of a dataset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """What is asked, what it is asked about (`given`, may be empty) and the answer; `subject` groups tasks on one thing."""

    ask: str
    given: str
    answer: str
    topic: str
    subject: str
    language: str = "en"
    wrong: str = ""

    @property
    def text(self) -> str:
        """Request, given text and answer in one string, for comparing tasks."""
        return " ".join(part for part in (self.ask, self.given, self.answer) if part)
