"""Which texts are control tokens: the marks of turns that a template writes and a tokenizer reads as one token each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.loaders.tokenizers import Tokenizer
from analysis.templates import Template

SHAPES = re.compile(
    r"<\|[^|<>\n]{1,50}\|?>|<[^|<>\n]{1,50}\|>|<｜[^｜<>\n]{1,50}｜>|\[\|[^|\[\]\n]{1,30}\|\]|\[/?[A-Z][A-Z_]{2,30}\]"
    r"|<(?:start|end)_of_turn>|</?s>|<(?:bos|eos|pad|unk)>|</?(?:think|tool_call|tool_response)>"
)
"""How control tokens look in the published templates."""
THOUGHTS_AND_CALLS = frozenset(
    ("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
)
"""Control tokens that an assistant writes on purpose."""


def controls_of(template: Template) -> frozenset[str]:
    """The control tokens in a template's text, and the special tokens that it names."""
    named = {token for name, token in template.specials.items() if token and name in template.text}
    return frozenset({*SHAPES.findall(template.text), *named})


def missing_controls(template: Template, tokenizer: Tokenizer) -> list[str]:
    """The template's control tokens that this tokenizer reads as several tokens of plain text, in alphabetical order.

    Where there are some, the tokenizer is of another family than the template and the counts are estimates.
    """
    return sorted(controls_of(template) - tokenizer.controls.keys() - THOUGHTS_AND_CALLS)


def estimated(template: Template, tokenizer: Tokenizer, name: str) -> str:
    """Why the counts are estimates, as a sentence; "" where the tokenizer knows all control tokens of the template."""
    missing = missing_controls(template, tokenizer)
    if not missing:
        return ""
    some = ", ".join(missing[:3]) + (" and others" if len(missing) > 3 else "")
    return (
        f"The counts are estimates: the tokenizer {name} is of another family than the template {template.name}, "
        f"whose {some} it does not know as one token."
    )


def guessed_ends(template: Template) -> str:
    """That the tokens at the beginning and the end of a text are guessed, as a sentence; "" where a tokenizer states
    them, or the template writes neither by its name."""
    written = [name for name in ("bos_token", "eos_token") if name in template.text]
    if not template.are_guessed or not written:
        return ""
    tokens = " and ".join(f"{name} = {template.specials.get(name, '') or 'nothing'}" for name in written)
    return (
        f"No tokenizer states the special tokens of the template {template.name}; by its text they are taken as "
        f"{tokens}. A model folder with tokenizer_config.json states them."
    )


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of these tokens, the longest first; null where there is none."""
    tokens = sorted(filter(None, names), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, tokens))) if tokens else None


def in_texts(messages: Iterable[Mapping[str, object]], pattern: re.Pattern[str] | None) -> list[str]:
    """The control tokens in the texts of a chat's messages, each once, in alphabetical order.

    Marks of thoughts and calls count only where another than the assistant writes them.
    """
    tokens: set[str] = set()
    if pattern is None:
        return []
    for message in messages:
        for field in ("content", "reasoning_content"):
            text = message.get(field)
            if isinstance(text, str) and ("<" in text or "[" in text):
                names = set(pattern.findall(text))
                tokens |= names - THOUGHTS_AND_CALLS if message.get("role") == "assistant" else names
    return sorted(tokens)
