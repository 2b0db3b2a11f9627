"""Reads what is done on export with each type of personal data, such as `EMAIL_ADDRESS=replace`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from analysis.errors import RedactionError
from analysis.personal_data.recognisers import national_types
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES, NOISY_TYPES

HOW = {
    "replace": "the name of the type",
    "pseudonym": "an invented value of the same form",
    "mask": "stars, but for the last characters",
    "hash": "letters that are the same for the same value",
    "drop": "leave the row out",
}
"""What can be done with a type -> what then replaces a value."""
MOST_SHOWN = 4
"""How many last characters a mask may show: as many as a shop's receipt shows of a card number."""
WITHOUT_PSEUDONYM = ("DATE_TIME",)
WHOLE = "dataset"


class Redaction(NamedTuple):
    """What is done with the values of a type. `how`: a key of HOW. `option`: for "mask" how many last characters stay;
    for "pseudonym" "dataset" where equal values have one pseudonym in all rows, not only within a row; else ""."""

    type: str
    how: str
    option: str = ""

    def __str__(self) -> str:
        return f"{self.type}={self.how}" + (f":{self.option}" if self.option else "")

    @property
    def shown(self) -> int:
        """How many last characters of a masked value stay."""
        return int(self.option or 0)


def read_plan(texts: Iterable[str]) -> dict[str, Redaction]:
    """Type -> what is done, from texts such as "EMAIL_ADDRESS=replace,CREDIT_CARD=mask:4". Raises RedactionError."""
    plan: dict[str, Redaction] = {}
    for text in (part.strip() for several in texts for part in several.split(",") if part.strip()):
        type_, equals, action = text.partition("=")
        how, _, option = action.partition(":")
        if not equals or how not in HOW:
            raise RedactionError(
                f"Cannot read {text!r} as what is done with a type; write it as EMAIL_ADDRESS=replace, with one of "
                f"{', '.join(HOW)} (or with an option: mask:4, pseudonym:dataset)."
            )
        _check(type_, how, option)
        if type_ in plan:
            raise RedactionError(f"{type_} is named twice, as {plan[type_]} and as {text}; name it once.")
        plan[type_] = Redaction(type_, how, option if option != "0" else "")
    return plan


def _check(type_: str, how: str, option: str) -> None:
    usual = (*DEFAULT_TYPES, *NOISY_TYPES, *ENTITY_TYPES)
    if type_ not in usual and type_ not in _national():
        raise RedactionError(f"No type of personal data is called {type_!r}; known: {', '.join(usual)}.")
    if how == "pseudonym" and (type_ in WITHOUT_PSEUDONYM or type_ not in usual):
        raise RedactionError(f"There is no pseudonym for {type_}; choose replace, mask, hash or drop.")
    fits = {"mask": [str(n) for n in range(MOST_SHOWN + 1)], "pseudonym": [WHOLE]}
    if option and option not in fits.get(how, ()):
        raise RedactionError(
            f"{how}:{option} is not known for {type_}; a mask leaves at most {MOST_SHOWN} characters (mask:4), and "
            f"pseudonym:{WHOLE} keeps one pseudonym per value in all rows."
        )


def _national() -> dict[str, str]:
    return dict(national_types())
