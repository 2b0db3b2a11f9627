"""What is found by scanning texts: secrets, personal data and names."""

from __future__ import annotations

from analysis.check import Check

PATTERN_CHECKS = (
    Check(
        "secrets",
        "compliant",
        "error",
        "1 row holds a key, a token or a password.",
        "{rows} rows hold keys, tokens or passwords.",
        ("pii_types~has~SECRET",),
        "Replace them on export, and make the keys useless where they come from.",
        reads="pii_count",
        subject="a text to scan",
    ),
    Check(
        "personal_data",
        "compliant",
        "error",
        "1 row holds personal data such as a mail address, a phone number or a key.",
        "{rows} rows hold personal data such as mail addresses, phone numbers or keys.",
        ("pii_count~gt~0",),
        "Read them on the page Personal data, and replace them on export.",
        reads="pii_count",
        subject="a text to scan",
    ),
    Check(
        "not_fully_scanned",
        "compliant",
        "warn",
        "1 row could not be scanned for personal data to its end.",
        "{rows} rows could not be scanned for personal data to their end.",
        ("pii_status~re~^partly",),
        "Split or shorten these texts, so that they can be scanned whole.",
        reads="pii_status",
        subject="a text to scan",
    ),
)

NAME_CHECKS = (
    Check(
        "names",
        "compliant",
        "info",
        "1 row seems to name a person.",
        "{rows} rows seem to name people.",
        ("entity_types~has~PERSON",),
        "Read some of them on the page Personal data: names of known people may stay.",
        reads="entity_count",
        subject="a text to scan",
    ),
)
