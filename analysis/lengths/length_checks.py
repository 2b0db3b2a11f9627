"""What is found by counting words and tokens, and by the language of texts."""

from __future__ import annotations

from analysis.check import Check

LONG_ROW_TOKENS = 8192

WORD_CHECKS = (
    Check(
        "one_word_response",
        "aligned",
        "info",
        "1 response is a single word.",
        "{rows} responses are a single word.",
        ("response_words~eq~1",),
        "Read some of them: a single word suits labels and choices, and is too little elsewhere.",
        reads="response_words",
        subject="a response",
        needs=("response",),
    ),
)

TOKEN_CHECKS = (
    Check(
        "long_row",
        "formatted",
        "info",
        f"1 row is longer than {LONG_ROW_TOKENS:,} tokens.",
        f"{{rows}} rows are longer than {LONG_ROW_TOKENS:,} tokens.",
        (f"row_tokens~gt~{LONG_ROW_TOKENS}",),
        "Compare with the maximum length of your trainer, on the page Training.",
        reads="row_tokens",
        subject="a text to count",
    ),
)

LANGUAGE_CHECKS = (
    Check(
        "language_switch",
        "aligned",
        "warn",
        "1 response is in another language than its prompt, which did not ask for it.",
        "{rows} responses are in another language than their prompts, which did not ask for it.",
        ("is_language_switch~eq~true",),
        "Read some of them: translations are meant so, other answers should be in the language of the prompt.",
        reads="is_language_switch",
        subject="a prompt and a response",
        needs=(
            "prompt",
            "response",
        ),
    ),
)
