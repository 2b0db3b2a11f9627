"""Which hits in a rewritten text are still personal data?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from analysis.keys import value_hash
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.not_personal import Verdicts
from analysis.personal_data.placeholders import canonical_value, is_placeholder
from analysis.personal_data.scanning import Hit, Scanner

BOX = "\u25a1"


class Left(NamedTuple):
    """The hits that are personal data, and their text, in which boxes may replace stand-ins."""

    text: str
    hits: list[Hit]


class Leftovers:
    """Judges the hits of a scan in texts whose values have stand-ins. `types`: the types to remove."""

    def __init__(self, scanner: Scanner, types: Collection[str], key: bytes, verdicts: Verdicts) -> None:
        self.scanner, self.types, self.key, self.verdicts = scanner, types, key, verdicts

    def in_row(self, text: str, hits: Iterable[Hit], stand_ins: Collection[str], place: Mapping[str, Any]) -> Left:
        """What is left in a text of a row. A hit may hold a stand-in and words beside it: where a hit is personal data,
        the text is scanned again with a box for each of the row's stand-ins, and that scan counts.

        `place` holds the row's values of the columns that rules name.
        """
        left = self.personal_hits(text, hits, stand_ins, place)
        if not left:
            return Left(text, left)
        bare = without(text, stand_ins)
        return Left(bare, self.personal_hits(bare, self.scanner.scan_text(bare).hits, stand_ins, place))

    def personal_hits(
        self, text: str, hits: Iterable[Hit], stand_ins: Collection[str], place: Mapping[str, Any]
    ) -> list[Hit]:
        """The hits of the chosen types, without stand-ins, placeholders and what a rule marks as not personal."""
        return [hit for hit in hits if hit.type in self.types and self._is_personal(text, hit, stand_ins, place)]

    def _is_personal(self, text: str, hit: Hit, stand_ins: Collection[str], place: Mapping[str, Any]) -> bool:
        value = text[hit.start : hit.end]
        if value in stand_ins or is_placeholder(hit.type, value):
            return False
        hash_ = value_hash(self.key, hit.type, canonical_value(hit.type, value))
        return not self.verdicts.is_not_personal(hit.type, value, hash_, dict(place))


def without(text: str, stand_ins: Collection[str]) -> str:
    """The text with a box in place of each stand-in that is a whole word."""
    return KnownValues(dict.fromkeys(stand_ins, BOX), inside_from=None)(text)
