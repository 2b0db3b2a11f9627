"""What an export did about personal data, in sentences: what was replaced, what is left, what was not looked for."""

from __future__ import annotations

from analysis.counted import count
from analysis.export.receipt import PersonalData
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES, described

NOTHING_DONE = "Personal data was not taken out."


def outcome(personal: PersonalData | None) -> str:
    """The sentences for the page, standard error, card and receipt; personal data that is left would end the export."""
    if personal is None or not personal.redact:
        return NOTHING_DONE
    types = [one.type for one in personal.taken_out]
    values, rows = sum(one.values for one in personal.taken_out), personal.changed_rows
    replaced = f"{count(values, 'value')} in {count(rows)} replaced"
    again = "; scanned again: 0 left" if any(type_ not in ENTITY_TYPES for type_ in types) else ""
    return f"{replaced}{again}. {_names(types)}.{_others(types)}"


def _names(types: list[str]) -> str:
    if not any(type_ in ENTITY_TYPES for type_ in types):
        return "Names were not looked for"
    return "Names are those that a language pipeline had found, and it misses some"


def _others(types: list[str]) -> str:
    """The types of the default that the export did not look for, while it looked for some."""
    left_out = [described(type_).title for type_ in DEFAULT_TYPES if type_ not in types]
    return f" Also not looked for: {', '.join(left_out)}." if left_out else ""
