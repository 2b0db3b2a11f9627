"""In which forms are numbers, dates and units written? A model learns to mix forms from a dataset that mixes them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_SHORT = r"(?:kms?|kg|cm|mm|ml|mg|hrs?|mins?|lbs?|oz|ft|mph|km/h|[KMGT]B|k?Hz|k?W|°[CF])"
_MEASURES = {  # what is measured: its symbols, its words
    "distances": ("kms?|cm|mm|ft", "kilomet(?:er|re)s?|centimet(?:er|re)s?|met(?:er|re)s?|miles?|feet"),
    "weights": ("kg|mg|lbs?|oz", "kilograms?|grams?|pounds?|ounces?"),
    "volumes": ("ml", "millilit(?:er|re)s?|lit(?:er|re)s?"),
    "durations": ("hrs?|mins?", "hours?|minutes?"),
    "temperatures": ("°[CF]", "degrees? (?:Celsius|Fahrenheit)"),
}
_EXAMPLES = {
    "distances": ("5 km", "5 kilometres"),
    "weights": ("5 kg", "5 kilograms"),
    "volumes": ("5 ml", "5 millilitres"),
    "durations": ("5 min", "5 minutes"),
    "temperatures": ("5 °C", "5 degrees Celsius"),
}


@dataclass(frozen=True)
class NumberForm:
    """One way of writing a number of `group`; `example` shows it."""

    group: str
    form: str
    example: str
    pattern: str


NUMBER_FORMS = (
    NumberForm("thousands", "comma", "1,000", r"\b[0-9]{1,3}(?:,[0-9]{3})+\b"),
    NumberForm(
        "thousands", "point", "1.250,50", r"\b[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+\b|\b[0-9]{1,3}(?:\.[0-9]{3}){2,}\b"
    ),
    NumberForm("thousands", "space", "1 000", "\\b[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+\\b"),
    NumberForm("thousands", "plain", "1000", r"\b(?:[1-9][0-9]{4,8}|[3-9][0-9]{3}|1[0-4][0-9]{2}|2[1-9][0-9]{2})\b"),
    NumberForm("decimals", "point", "0.5", r"\b[0-9]+\.[0-9]{1,2}\b"),
    NumberForm("decimals", "comma", "0,5", r"(?:^|[\s(])[0-9.]{1,9},[0-9]{1,2}(?:[\s.)%€]|$)"),
    NumberForm("dates", "ISO", "2021-04-03", r"\b[12][0-9]{3}-[01][0-9]-[0-3][0-9]\b"),
    NumberForm("dates", "slashes", "3/4/2021", r"\b[0-3]?[0-9]/[0-3]?[0-9]/(?:[12][0-9]{3}|[0-9]{2})\b"),
    NumberForm("dates", "points", "3.4.2021", r"\b[0-3]?[0-9]\.[01]?[0-9]\.[12][0-9]{3}\b"),
    NumberForm(
        "dates",
        "words",
        "April 3",
        rf"\b{_MONTHS} [0-3]?[0-9](?:st|nd|rd|th)?\b|\b[0-3]?[0-9](?:st|nd|rd|th)? {_MONTHS}",
    ),
    NumberForm("percent", "sign", "40%", r"[0-9][ \u{a0}\u{202f}]?%"),
    NumberForm("percent", "words", "40 per cent", r"(?i)\b(?:per ?cent)\b"),
    NumberForm("units", "glued", "5km", rf"[0-9]{_SHORT}\b"),
    NumberForm("units", "spaced", "5 km", rf"[0-9][ \u{{a0}}]{_SHORT}\b"),
    *(
        NumberForm(measured, form, example, rf"[0-9][ \u{{a0}}-]?(?:{names})(?:[^\w/]|$)")
        for measured, both in _MEASURES.items()
        for form, example, names in zip(("symbols", "words"), _EXAMPLES[measured], both, strict=True)
    ),
)
_HINT = r"[0-9]"


def number_forms(texts: pl.Series) -> pl.DataFrame:
    """`at` (position in `texts`, which has no null), `group`, `form`, `occurrences`: a line per form in a text."""
    candidates = texts.str.contains(_HINT).arg_true()
    seen = texts.gather(candidates)
    parts = [pl.DataFrame(schema={"at": pl.UInt32, "group": pl.String, "form": pl.String, "occurrences": pl.UInt32})]
    for form in NUMBER_FORMS if len(seen) else ():
        counts = seen.str.count_matches(form.pattern)
        parts.append(
            pl.DataFrame({"at": candidates, "occurrences": counts})
            .filter(pl.col("occurrences") > 0)
            .select("at", group=pl.lit(form.group), form=pl.lit(form.form), occurrences="occurrences")
        )
    return pl.concat(parts)
