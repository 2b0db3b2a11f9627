"""What is found by comparing rows with each other: copies, leaks, repetition and common passages."""

from __future__ import annotations

from analysis.check import Check

EXACT_CHECKS = (
    Check(
        "exact_duplicates",
        "unique",
        "warn",
        "1 row repeats an earlier row.",
        "{rows} rows repeat an earlier row.",
        ("is_duplicate_extra~eq~true",),
        "Keep one row of each group, on the page Duplicates: the model is trained on the others again.",
        reads="is_duplicate_extra",
        subject="a text to compare",
    ),
)

NEAR_CHECKS = (
    Check(
        "near_duplicates",
        "unique",
        "warn",
        "1 row is a near duplicate of another row.",
        "{rows} rows are near duplicates of other rows.",
        (
            "is_near_extra~eq~true",
            "is_duplicate_extra~ne~true",
        ),
        "Read some groups on the page Duplicates, then keep one row of each.",
        reads="is_near_extra",
        subject="a text to compare",
    ),
)

MEANING_CHECKS = (
    Check(
        "meaning_duplicates",
        "unique",
        "info",
        "1 row says in other words what another row says.",
        "{rows} rows say in other words what other rows say.",
        ("is_meaning_extra~eq~true",),
        "Read some groups on the page Duplicates: other words for one meaning can also be wanted.",
        reads="is_meaning_extra",
        subject="a vector",
    ),
)

LEAK_CHECKS = (
    Check(
        "leaks",
        "unique",
        "error",
        "1 row has a near duplicate in another split or file.",
        "{rows} rows have a near duplicate in another split or file.",
        ("is_leak~eq~true",),
        "Export with --split-safe: what the model was trained on cannot measure it.",
        reads="is_leak",
        subject="a split",
        needs=("split|files",),
    ),
)

REPEATING_CHECKS = (
    Check(
        "endless_loops",
        "aligned",
        "error",
        "1 response ends in a loop.",
        "{rows} responses end in a loop.",
        ("is_endless_loop~eq~true",),
        "Cut the loops off or leave these rows out: the model would learn to go on for ever.",
        reads="is_endless_loop",
        subject="a response or a text with words",
        needs=("response|text",),
    ),
    Check(
        "repetition",
        "aligned",
        "warn",
        "1 row repeats lines or words more often than prose does.",
        "{rows} rows repeat lines or words more often than prose does.",
        ("repetition_rule~notnull",),
        "Read some of them: lists and code repeat themselves for good reasons, prose does not.",
        reads="repetition_share",
        subject="a response or a text with words",
        needs=("response|text",),
    ),
)

COMMON_CHECKS = (
    Check(
        "common_passages",
        "unique",
        "info",
        "1 row begins or ends with a passage common to many rows.",
        "{rows} rows begin or end with a passage common to many rows.",
        ("has_boilerplate~eq~true",),
        "Remove the passage where it is no part of the text, such as a header or a licence.",
        reads="has_boilerplate",
        subject="a text",
    ),
)
