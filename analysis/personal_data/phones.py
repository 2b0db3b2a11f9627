"""The shapes of phone numbers: certain ones, those beside a label such as "Fax:", and loose groups that need a word."""

from __future__ import annotations

import functools
import re

CONTEXT = (
    "phone telephone tel cell cellphone mobile call calling fax contact whatsapp sms dial hotline ring landline "
    "voicemail ph mob handy telefon telefono tlf helpline callback"
).split()
OTHER_NUMBERS = (
    r"(?i:invoice|order|isbn(?:-1[03])?|sku|ticket|version|build|page|case|ref|reference|tracking|serial|part|model|zip"
    r"|item|batch|lot|article|chapter|section|uuid|id)"
)
COUNTED = rf"(?<!\b{OTHER_NUMBERS}s?(?i: (?:number|no\.?|id|code))?(?i: (?:is|was))?[\s:#]{{0,3}})"
COUNTED_BEHIND = rf"(?! (?i:is|was) (?i:an?|the|our|your|my) {OTHER_NUMBERS}\b)"
"""Not after a word for another kind of number, such as "order", nor before "is the order"."""
MEASURED = (
    r"(?<!(?i:\b(?:latenc(?:y|ies)|timings?|times?|durations?|delays?|values?|scores?|counts?|sizes?|lengths?|weights?"
    r"|widths?|heights?|distances?|prices?|costs?|amounts?|totals?|samples?|steps?|rows?|pixels?|bytes|batches|runs?)"
    r"(?: (?:were|are|was|is|of|took|in|at))?[\s:=]{1,3}))"
)
"""Not after a word for measurements, of which three in a row look like a number in groups."""
UNIT = (
    r"(?! ?(?i:[mµun]?s|secs?|seconds?|min(?:ute)?s?|h|hours?|days?|[kcmµn]?m|km/h|miles?|feet|ft"
    r"|inch(?:es)?|[kmµ]?g|lbs?|[kmgt]i?b|bytes?|bits?|px|pixels?|[km]?hz|ghz|rpm|fps|[km]?w|v|tokens?|steps?|rows?|points?"
    r"|users?|customers?|subscribers?|usd|eur|gbp|dollars?"
    r"|euros?|times|items?|units?|people|requests?)\b)"
)
"""Not before a unit."""
WHOSE = r"(?i:office|fax|mobile|cell|home|work|tel|phone|direct|desk)"
LABEL_BEHIND = rf"(?:-{WHOSE}\b| {WHOSE}[ \t]*(?:[\r\n\\]|\Z))"
START = r"(?=[0-9(+])(?:(?<=\\,)|(?<![\w+=*/$€£#%^.,@\-]|[0-9]:))(?<![\w)] ?[=*/+] ?)" + COUNTED
"""Not in the middle of a word, a number or an address, and not after an operator; vCards write `\\,` for a comma."""
END = (
    r"(?:\s?(?:x|ext\.?|extension)\s?[0-9]{1,5})?"
    rf"(?:(?={LABEL_BEHIND})|(?![\w@%°$€£]|[.,:/\-][0-9A-Z]|\s?[=*^]|\s[+/\-] ?[0-9]))" + COUNTED_BEHIND
)
AREA = r"(?:[ .\-/]?\(0?[0-9]{0,4}\)[0-9]{0,12})?"
PAIR = r"0[1-9]([ .\-])[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[0-9]{2}"
SURE: dict[str, tuple[str, str, float]] = {
    "international": (
        r"\(?\+",
        r"(?:\(\+[1-9][0-9]{0,2}\)|\+[1-9][0-9]{0,14})" + AREA + r"(?:[ .\-/]{1,2}[0-9]{1,12}){0,7}",
        0.6,
    ),
    "dialled abroad": ("0[01]", r"(?:00|011) ?[1-9][0-9]{0,2}" + AREA + r"(?:[ .\-/][0-9]{2,10}){1,6}", 0.5),
    "area in brackets": (r"1|\(", r"(?:1[ .\-]?)?\([0-9]{2,5}\)[ .\-/]?[0-9]{2,8}(?:[ .\-][0-9]{2,8}){0,3}", 0.5),
    "three groups": ("[1-9]", r"(?:1[ .\-])?[2-9][0-9]{2}([.\-])[2-9][0-9]{2}\1[0-9]{4}", 0.5),
    "area and slash": ("[2-9]", "[2-9][0-9]{2}/[2-9][0-9]{2}-[0-9]{4}", 0.5),
    "three groups with blanks": (
        "[1-9]",
        MEASURED + r"(?<![0-9] )(?:1 )?[2-9][0-9]{2} [2-9][0-9]{2} [0-9]{4}(?! [0-9])" + UNIT,
        0.5,
    ),
    "pairs": ("0", PAIR, 0.5),
    "trunk zero": ("0", r"0[1-9][0-9]{0,4}[ .\-/][0-9]{3,8}(?:[ .\-][0-9]{3,8}){0,2}", 0.5),
    "trunk zero, one group": ("0[1-9][0-9]{8}", "0[1-9][0-9]{8,9}", 0.3),
    "fictional": ("555", r"555[ \-]01[0-9]{2}", 0.5),
}
LOOSE: dict[str, tuple[str, str, float]] = {
    "groups": ("", r"\(?\+?[0-9]{1,15}\)?(?:[ .\-/][ \-]?\(?[0-9]{1,8}\)?|(?<=\))[0-9]{1,8}){0,7}", 0.1),
    "spaced groups": ("0", r"0[1-9][0-9]{1,4} [/\-] [0-9]{2,8}(?: [0-9]{2,8}){0,3}", 0.1),
}
"""Name -> the first characters, by which most positions are rejected at once; the pattern; the score of a match."""
SURE_SHAPES, LOOSE_SHAPES = (
    {name: (f"(?={first})" + START + pattern + END, score) for name, (first, pattern, score) in shapes.items()}
    for shapes in (SURE, LOOSE)
)
DENSE = r"(?:^|\\,|[^0-9A-Za-z_+=*/$#%^.,@\-])[+(]{0,2}[0-9](?:[ .\-/()]{0,4}[0-9]){6}"
"""What every hit has, for the search: seven digits with little between them, after no character `START` rejects."""
LABEL = (
    r"(?i:\b(?:(?:tele)?phone|tel|telefono?|telefon|mobile|mob|cell(?:phone)?|fax|whatsapp|landline|hotline|handy|ph"
    r"|desk|office|direct(?: line)?)(?: (?:number|no|nr))?(?: is)?\.?[ \t]?[:#][ \t\r\n]{0,2}"
    r"|\b(?:call|phone|ring|dial|reach|text|fax|sms)(?: (?:me|us|him|her|them))? (?:at|on|under) "
    r"|\b(?:answering|reachable|available) (?:at|on|under) |\b(?:can|please|just|to|or) (?:call|dial|ring) "
    r"|\b(?:messages|texts|sms|calls) to |\b(?:phone|mobile|fax|tel|cell|whatsapp)(?: (?:number|no\.?))?(?: is)? )"
)
"""Words right before a number by which a person calls it a phone number."""
BARE = r"[0-9](?:[ .\-/()]{0,3}[0-9]){5,14}"
WHOLE = r"(?![ .\-/]{0,3}[0-9])"
LABELLED_SHAPES = {
    "after a label": (r"(?=[0-9(+])(?<=" + LABEL + r")[(+]{0,2}" + BARE + WHOLE + END + UNIT, 0.55),
    "before a label": (START + r"[(+]{0,2}" + BARE + f"(?={LABEL_BEHIND})", 0.55),
}
LABELLED_SEARCHES = {
    "after a label": LABEL.replace(r"\b", "") + r"[(+]{0,2}" + BARE.replace("{5,14}", "{5}"),
    "before a label": BARE.replace("{5,14}", "{5}") + LABEL_BEHIND.replace(r"\b", "").replace(r"\Z", "$"),
}
DATE = re.compile(
    r"(?:1[89]|20)[0-9]{2}[-. /](?:0?[1-9]|1[0-2])[-. /](?:0?[1-9]|[12][0-9]|3[01])(?:\D.*)?"
    r"|(?:0?[1-9]|[12][0-9]|3[01])[-. /](?:0?[1-9]|1[0-2])[-. /](?:1[89]|20)[0-9]{2}(?:\D.*)?"
)
NO_NUMBER = re.compile(
    r"[0-9]+\.[0-9]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[1-9](?:[0-9]{0,4}\.){4,}[0-9]+"
    r"|(?!0[1-9])(?:[0-9]{1,2}[ .\-/]){4,}[0-9]{0,2}|[0-9]{4}[-/ ][0-9]{4}"
    r"|[0-9]{1,3}(?:[ .][0-9]{3})+|[0-9]{3}[-. ][0-9]{2}[-. ][0-9]{4}"
    r"|97[89][- ]?[0-9]{1,5}[- ][0-9]+[- ][0-9]+[- ][0-9]|(?:[0-9]{4}[ -]){3}[0-9]{1,7}"
)
"""Decimals, IP addresses, lists, ranges of years, thousands, social security numbers, ISBNs, cards."""
NO_LABELLED = re.compile(
    r"[0-9]+\.[0-9]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:(?:1[89]|20)[0-9]{2}[-/ ]?){2,}|(?:[0-9][ .\-/]){4,}[0-9]"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{1,3}(?:[ .][0-9]{3})*[ .]000"
)
"""Decimals, IP addresses, years, counting, dates, round thousands."""
PAIRS = re.compile(PAIR)
BRACKETED = re.compile(r"\([2-9][0-9]{2}\) ?[0-9]{3}-[0-9]{4}|\(0[1-9][0-9]{1,3}\) ?[0-9]{3}[ \-]?[0-9]{3,4}")
"""Forms in which only phone numbers are written, also numbers that are not given to anyone yet."""
ROUND = re.compile(r"(?:[0-9]+0[ ]){2}[0-9]+0")
REPEATED_ZERO = re.compile(r"\(0\)")


def is_no_phone(value: str, regions: tuple[str, ...]) -> bool:
    """Whether a match is not a phone number: too few digits, a date, a decimal, or not valid in any of the regions.

    A number that begins with + must be valid by itself, any other number in one of the regions.
    """
    bare = re.split(r"\s?(?:x|ext)", value)[0]
    if bare.startswith("(+"):
        bare = "+" + bare[2:].replace(")", "", 1)
    digits = sum(map(str.isdigit, bare))
    if bare.startswith("555") and digits == 7:
        return False
    if not 7 <= digits <= 20 or (bare[0] != "+" and (DATE.fullmatch(bare) or NO_NUMBER.fullmatch(bare))):
        return True
    if bare.count("(") != bare.count(")") or ROUND.fullmatch(bare):
        return True
    if bare[0] == "+":
        return not _is_valid(bare, None) and not _is_possible(bare)
    if BRACKETED.fullmatch(bare):
        return False
    if re.match(r"00|011 ?[1-9]", bare):
        return not _is_valid("+" + re.sub(r"^(?:00|011)", "", bare).strip(), None)
    if "FR" in regions and PAIRS.fullmatch(bare):  # only France writes pairs; numbers reserved for films count too
        pairs = re.findall("[0-9]{2}", bare)
        return pairs == sorted(pairs)
    return not any(_is_valid(bare, region) for region in regions if region != "FR" or bare.isdigit())


def is_no_loose_phone(value: str, regions: tuple[str, ...]) -> bool:
    """As `is_no_phone`, after a word such as "call": 9 to 15 digits in groups need not be valid in any region."""
    value = re.split(r"\s?(?:x|ext)", value)[0]
    digits = sum(map(str.isdigit, value))
    bare = value.strip("()")
    if not 7 <= digits <= 15 or DATE.fullmatch(bare) or NO_NUMBER.fullmatch(bare) or (bare.isdigit() and digits < 9):
        return True
    if value.count("(") != value.count(")") or value.count("/") > 1:
        return True
    return digits < 9 and not re.fullmatch(r"[2-9][0-9]{2}[-. ][0-9]{4}", value) and is_no_phone(value, regions)


def is_no_labelled_phone(value: str) -> bool:
    """As `is_no_phone`, beside a label such as "Fax:": 6 to 15 digits, which need not be valid; no date or address."""
    bare = re.split(r"\s?(?:x|ext)", value)[0]
    digits = sum(map(str.isdigit, bare))
    if not 6 <= digits <= 15 or bare.count("(") != bare.count(")") or (bare.isdigit() and digits < 7):
        return True
    return bool(DATE.fullmatch(bare) or NO_LABELLED.fullmatch(bare)) or len(set(filter(str.isdigit, bare))) < 2


@functools.lru_cache(maxsize=20_000)
def _is_valid(value: str, region: str | None) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(REPEATED_ZERO.sub("", value), region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


def _is_possible(value: str) -> bool:
    """Whether an international number has a country's code and as many digits as numbers of that country have."""
    import phonenumbers

    digits = re.sub(r"[^0-9]", "", value)
    if len(digits) < 10 or len(set(digits)) < 4:
        return False
    try:
        parsed = phonenumbers.parse(REPEATED_ZERO.sub("", value), None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)
