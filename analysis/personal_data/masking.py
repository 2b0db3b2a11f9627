"""What is shown instead of a value that is hidden: a short hint, or only the name of its type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

DOTS = "••"
SHOWN_END = {"CREDIT_CARD": 4, "PHONE_NUMBER": 2, "IBAN_CODE": 2, "US_SSN": 2, "US_ITIN": 2}


class Part(NamedTuple):
    """A piece of a text: unchanged where `type` is None, otherwise a hit, and `text` is its masked value."""

    text: str
    type: str | None = None
    is_placeholder: bool = False


def masked_value(type_: str, value: str) -> str:
    """A hint by which a person who knows the value recognises it: `b••@e••.com`, `••1942`; less than a third of it."""
    if type_ == "EMAIL_ADDRESS" and "@" in value:
        local, _, domain = value.rpartition("@")
        return f"{local[0]}{DOTS}@{domain[0]}{DOTS}.{domain.rpartition('.')[2]}"
    if type_ == "IP_ADDRESS":
        return f"{re.split('[.:]', value)[0]}{'.' if '.' in value else ':'}{DOTS}"
    if type_ == "SECRET":
        return f"{_kind_of_secret(value)}{DOTS}"
    shown = min(SHOWN_END.get(type_, 0), len(value) // 4)
    if shown:
        return f"{DOTS}{value[-shown:]}"
    return f"{value[:1] if len(value) > 3 else ''}{DOTS}"


def _kind_of_secret(value: str) -> str:
    """What the shape of a secret shows: the scheme of an address, the prefix of a key; else an empty text."""
    start = re.match(
        r"[A-Za-z][\w+.\-]*://|-----BEGIN [A-Z ]*PRIVATE KEY|(?:AKIA|ASIA|AIza|eyJ|SG\.|SK)|(?:[a-z]{2,6}[_\-]){1,2}",
        value,
    )
    return start[0] if start else ""


def parts_of(text: str, spans: Iterable[tuple[int, int, str, bool]]) -> list[Part]:
    """The text cut at its hits, in order: (start, end, type, is_placeholder) in code points, without overlaps."""
    out: list[Part] = []
    done = 0
    for start, end, type_, is_placeholder in sorted(spans):
        if start > done:
            out.append(Part(text[done:start]))
        out.append(Part(masked_value(type_, text[start:end]), type_, is_placeholder))
        done = end
    if done < len(text):
        out.append(Part(text[done:]))
    return out


def masked_text(text: str, spans: Iterable[tuple[int, int, str, bool]]) -> str:
    """The text with every hit masked; placeholders are not personal and stay."""
    kept = [span for span in spans if not span[3]]
    return "".join(part.text for part in parts_of(text, kept))
