"""What an export will do with proposed texts, in sentences for people before it is made."""

from __future__ import annotations

from analysis.counted import count
from analysis.export.waterfall import Chosen


def proposed_outlook(chosen: Chosen) -> list[str]:
    """How many rows go out with a proposed text, and that it was not looked at for personal data; or that proposed
    texts are left out."""
    taking = chosen.taking
    if not chosen.request.takes_proposals:
        rows = int((chosen.mask & taking.rows.mask).sum())
        return [f"{count(rows)} with a proposed text: the source's text goes out, as was asked."] if rows else []
    rows = int(taking.mask(chosen.mask).sum())
    if not rows:
        return []
    goes = "goes" if rows == 1 else "go"
    sentences = [f"{count(rows)} {goes} out with proposed texts in the place of the source's."]
    if chosen.request.redact:
        return [*sentences, "The types of personal data to remove are looked for in proposed texts too."]
    return [*sentences, "Personal data was not looked for in proposed texts; what there is goes out as it is."]
