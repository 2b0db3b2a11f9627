"""What is wrong with one rendered text: doubled marks, ends that are not trained, control tokens in a text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analysis.training.rules import Span


def has_double_begin(text: str, token: str, *, is_added: bool = False) -> bool:
    """Whether a text begins with two beginning tokens; `is_added`: the trainer puts one before the text."""
    return bool(token) and text.startswith(token if is_added else token + token)


def has_double_end(text: str, token: str) -> bool:
    """Whether two end tokens follow each other in a text."""
    return bool(token) and token + token in text


def is_stop_trained(text: str, spans: Sequence[Span], controls: Collection[str]) -> bool | None:
    """Whether each trained part ends with a control token, white space aside: only then a model learns to stop.

    Null where nothing is trained. Source: TRL `is_chat_template_stop_token_trained`.
    """
    if not spans:
        return None
    ends = tuple(controls)
    return all(text[start:end].rstrip().endswith(ends) for start, end in spans)
