"""What is found about the people who judged: who scores differently from the others, and whose care falls."""

from __future__ import annotations

from analysis.check import Check

PEOPLE_CHECKS = (
    Check(
        "annotator_far_off",
        "consistent",
        "warn",
        "1 row is by an annotator who judges differently from the others.",
        "{rows} rows are by annotators who judge differently from the others.",
        ("is_annotator_far~eq~true",),
        "Compare them on the page Annotators; correct what they gave, or leave their rows out.",
        reads="is_annotator_far",
        subject="an annotator who can be compared with others",
        needs=("annotator", "label|score"),
    ),
    Check(
        "annotator_tired",
        "consistent",
        "info",
        "1 row is by an annotator whose care falls in the course of a session.",
        "{rows} rows are by annotators whose care falls in the course of a session.",
        ("is_annotator_tired~eq~true",),
        "See on the page Annotators from which row of a session on; read the rows after it.",
        reads="is_annotator_tired",
        subject="an annotator with 30 rows or more in sessions",
        needs=("annotator", "label|score"),
    ),
)
