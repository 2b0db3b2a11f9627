"""The types of personal data: their names, titles and categories, and which are looked for by default."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_TYPES = (
    "SECRET",
    "IBAN_CODE",
    "CREDIT_CARD",
    "CRYPTO",
    "US_ITIN",
    "US_SSN",
    "MEDICAL_LICENSE",
    "MAC_ADDRESS",
    "IP_ADDRESS",
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
)
"""Looked for in every row. Where two types match the same characters with the same score, the earlier one counts."""
NOISY_TYPES = ("URL", "DATE_TIME", "UUID")
"""Off by default, like the identity numbers of single countries: most hits are not personal."""
ENTITY_TYPES = ("PERSON", "LOCATION", "ORGANIZATION", "NRP")
"""Found by a language pipeline; NRP is a nationality, a religion or a political group."""
DEFAULT_COUNTRIES = ("US", "GB", "CA", "FR", "IN", "IL", "BR")
DEFAULT_THRESHOLD = 0.4
NOISY = "noisy"


class Described(NamedTuple):
    """The name of a type on screen, and its category."""

    title: str
    category: str


DESCRIBED = {
    "EMAIL_ADDRESS": Described("E-mail address", "contact"),
    "PHONE_NUMBER": Described("Phone number", "contact"),
    "CREDIT_CARD": Described("Card number", "finance"),
    "IBAN_CODE": Described("Bank account (IBAN)", "finance"),
    "CRYPTO": Described("Bitcoin address", "finance"),
    "US_SSN": Described("Social security number (US)", "identity"),
    "US_ITIN": Described("Taxpayer number (US)", "identity"),
    "MEDICAL_LICENSE": Described("Medical licence (US)", "identity"),
    "IP_ADDRESS": Described("IP address", "network"),
    "MAC_ADDRESS": Described("Hardware address (MAC)", "network"),
    "SECRET": Described("Key, token or password", "secret"),
    "URL": Described("Link", "network"),
    "DATE_TIME": Described("Date or time", "date"),
    "UUID": Described("UUID", "network"),
    "PERSON": Described("Person", "name"),
    "LOCATION": Described("Place", "name"),
    "ORGANIZATION": Described("Organisation", "name"),
    "NRP": Described("Nationality, religion or politics", "name"),
}


def described(type_: str) -> Described:
    """Title and category; a number of a single country has the category identity.

    >>> described("EMAIL_ADDRESS").title, described("EMAIL_ADDRESS").category
    ('E-mail address', 'contact')
    """
    return DESCRIBED.get(type_) or Described(type_.replace("_", " ").capitalize(), "identity")


def names(text: str) -> tuple[str, ...]:
    """The names of a list such as "US, GB"."""
    return tuple(name for part in text.split(",") if (name := part.strip()))
