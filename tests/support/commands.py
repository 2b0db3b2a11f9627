"""Runs a command of the command line in this process: what it says, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from analysis.__main__ import app, one_line_errors


class Said(NamedTuple):
    """The exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command as `python -m analysis` does."""

    def run(*arguments: str | Path) -> Said:
        capfd.readouterr()
        code: Any = 0
        try:
            with one_line_errors():
                app([str(argument) for argument in arguments], prog_name="python -m analysis")
        except SystemExit as ended:
            code = ended.code or 0
        return Said(code, *capfd.readouterr())

    return run
