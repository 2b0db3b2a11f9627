"""The recognisers of each type: Presidio's where they are right, with tuned patterns where they are not."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from analysis.errors import PersonalDataError
from analysis.personal_data import phones, secret_shapes
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES, NOISY, NOISY_TYPES, names
from analysis.personal_data.words import context_words

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

RESERVED_ENDINGS = ("example", "test", "invalid", "localhost", "local", "internal")
EMAIL = (
    r"(?=\w)(?<![\w.%+\-])(?:[A-Za-z]')?\w[\w.%+\-]{0,63}@"
    r"(?:\w(?:[\w\-]{0,61}\w)?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9\-]{2,59})(?![\w@])(?!:[\w~/])"
)
URL = r"(?<![\w/])(?:https?://|www\.)[^\s()<>\"'`\]]{3,2000}"
CARD = (
    r"(?=[1-6][0-9])(?<![\w.\-+/=])(?:[3-6][0-9]{3}|2[2-7][0-9]{2}|2131|1800)(?:[ \-]?[0-9]){8,15}(?![\w=]|[.\-][0-9])"
)
CARD_SHAPE = re.compile(
    r"(?:4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}|35[0-9]{14}|62[0-9]{14})"
)
CARD_GROUPS = re.compile(r"[0-9]+|[0-9]{4}([ \-])[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|[0-9]{4}([ \-])[0-9]{6}\2[0-9]{4,5}")
NO_VERSION = (
    r"(?=[0-9a-fA-F:])(?<![\d.~^@]|~>\s?|[=<>!~]=\s?)"
    r"(?<!(?i:(?:\b|_)(?:v|ver|version|release|build|firmware|driver|section|chapter|clause|oid|kernel)_{0,2}"
    r"[\"']?\.?\s?[:=]?\s?[\"']?))"
)
"""Not in the middle of a longer row of numbers, and not after a word or a sign for a version."""
MEDICAL_WORDS = (
    "medical",
    "certificate",
    "dea",
    "licence",
    "license",
    "prescriber",
    "physician",
    "registration",
    "doctor",
)


@functools.cache
def national_types() -> dict[str, str]:
    """Presidio's types of single countries -> the country's code; without the default types."""
    return {type_: country for type_, (country, _) in sorted(_national().items())}


@functools.cache
def chosen_types(also: str, countries: str) -> tuple[str, ...]:
    """The default types and those of `also` ("URL,US_PASSPORT"; "noisy": all of `countries`), in fixed order.

    Raises PersonalDataError where a type is unknown.
    """
    wanted = set(names(also))
    national = national_types()
    selectable = (*DEFAULT_TYPES, *NOISY_TYPES, *national)
    if unknown := sorted(wanted - {NOISY, *selectable}):
        raise PersonalDataError(
            f"No type of personal data is called {', '.join(unknown)}; known: "
            f"{', '.join((*DEFAULT_TYPES, *NOISY_TYPES))}, {len(national)} of single countries such as US_PASSPORT and "
            f"UK_NHS, names such as {ENTITY_TYPES[0]} (by the signal named_entities), and {NOISY} for all that are off."
        )
    if NOISY in wanted:
        here = set(names(countries))
        wanted |= {*NOISY_TYPES, *(type_ for type_, country in national.items() if country in here)}
    return tuple(type_ for type_ in selectable if type_ in DEFAULT_TYPES or type_ in wanted)


@functools.cache
def _national() -> dict[str, tuple[str, type]]:
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    classes: dict[str, tuple[str, type]] = {}
    for name in predefined_recognizers.__all__:
        kind = getattr(predefined_recognizers, name)
        has_country = isinstance(kind, type) and issubclass(kind, PatternRecognizer) and kind.COUNTRY_CODE
        if has_country and kind.analyze is PatternRecognizer.analyze:
            recogniser = kind()
            if recogniser.supported_entities[0] not in DEFAULT_TYPES:
                country = {"uk": "GB"}.get(kind.COUNTRY_CODE, kind.COUNTRY_CODE.upper())
                classes[recogniser.supported_entities[0]] = (country, kind)
    return classes


def recognisers_of(types: tuple[str, ...], countries: str) -> dict[str, list[PatternRecognizer]]:
    """The recognisers of each type, in the order of `types`. Raises PersonalDataError where a country is unknown."""
    import phonenumbers
    from presidio_analyzer import predefined_recognizers

    regions = names(countries)
    if unknown := sorted(set(regions) - set(phonenumbers.SUPPORTED_REGIONS)):
        raise PersonalDataError(
            f"No country has the code {', '.join(unknown)}; write two letters such as US, GB or DE."
        )
    builders: dict[str, Callable[[], list[PatternRecognizer]]] = {
        "SECRET": _secret,
        "CREDIT_CARD": _card,
        "EMAIL_ADDRESS": _email,
        "IP_ADDRESS": _ip,
        "MEDICAL_LICENSE": _medical,
        "PHONE_NUMBER": lambda: _phone(regions),
        "URL": _url,
        "IBAN_CODE": lambda: [predefined_recognizers.IbanRecognizer()],
        "CRYPTO": lambda: [predefined_recognizers.CryptoRecognizer()],
        "US_ITIN": lambda: [predefined_recognizers.UsItinRecognizer()],
        "US_SSN": lambda: [predefined_recognizers.UsSsnRecognizer()],
        "MAC_ADDRESS": lambda: [predefined_recognizers.MacAddressRecognizer()],
        "DATE_TIME": lambda: [predefined_recognizers.DateRecognizer()],
        "UUID": lambda: [predefined_recognizers.UuidRecognizer()],
    }
    national = _national()
    recognisers = {t: builders[t]() if t in builders else [national[t][1](supported_language="en")] for t in types}
    for recogniser in (one for several in recognisers.values() for one in several):
        recogniser.context = context_words(recogniser.context or ())
    return recognisers


def _checked(
    type_: str,
    name: str,
    shapes: dict[str, tuple[str, float]],
    context: Iterable[str] = (),
    *,
    refuses: Callable[[str], bool] = lambda value: False,
    flags: int = re.I | re.S | re.M,
    searches: Mapping[str, str] | None = None,
) -> PatternRecognizer:
    """A recogniser of Presidio with these patterns and their scores; `refuses` rejects a match that is wrong.

    `searches`: name of a shape -> a Rust pattern that matches wherever a hit of that shape is not rejected. For other
    shapes it is derived from the shape alone.
    """
    from presidio_analyzer import Pattern, PatternRecognizer

    class Checked(PatternRecognizer):
        searched = searches or {}

        def invalidate_result(self, pattern_text: str) -> bool:
            return refuses(pattern_text)

    patterns = [Pattern(shape_name, shape, score) for shape_name, (shape, score) in shapes.items()]
    return Checked(type_, name=name, patterns=patterns, context=list(context), global_regex_flags=flags)


def _secret() -> list[PatternRecognizer]:
    def refuses(value: str) -> bool:
        return "://" not in value and not value.startswith("-----") and secret_shapes.is_no_secret(value)

    return [
        _checked(
            "SECRET", "Secrets", secret_shapes.SHAPES, refuses=refuses, flags=re.S | re.M, searches=secret_shapes.CUES
        )
    ]


def _phone(regions: tuple[str, ...]) -> list[PatternRecognizer]:
    dense = dict.fromkeys([*phones.SURE_SHAPES, *phones.LOOSE_SHAPES], phones.DENSE)
    return [
        _checked(
            "PHONE_NUMBER",
            "Phones",
            phones.SURE_SHAPES,
            phones.CONTEXT,
            searches=dense,
            refuses=lambda v: phones.is_no_phone(v, regions),
        ),
        _checked(
            "PHONE_NUMBER",
            "LoosePhones",
            phones.LOOSE_SHAPES,
            phones.CONTEXT,
            searches=dense,
            refuses=lambda v: phones.is_no_loose_phone(v, regions),
        ),
        _checked(
            "PHONE_NUMBER",
            "LabelledPhones",
            phones.LABELLED_SHAPES,
            phones.CONTEXT,
            searches=phones.LABELLED_SEARCHES,
            refuses=phones.is_no_labelled_phone,
        ),
    ]


def _email() -> list[PatternRecognizer]:
    import tldextract

    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list in the package; never a download

    def refuses(value: str) -> bool:
        local, _, domain = value.rpartition("@")
        if ".." in local or local.endswith("."):
            return True
        ending = domain.rpartition(".")[2].lower()
        return ending not in RESERVED_ENDINGS and not suffixes.extract_str(domain).suffix

    return [_checked("EMAIL_ADDRESS", "Emails", {"address": (EMAIL, 0.9)}, ("email", "mail"), refuses=refuses)]


def _card() -> list[PatternRecognizer]:
    """A number of a known issuer and length; Maestro and others only near a word for a card."""
    words = (*own_context("CreditCardRecognizer"), "cc", "debit", "charge", "payment")

    def is_no_card(value: str) -> bool:
        digits = re.sub(r"[ \-]", "", value)
        return not CARD_GROUPS.fullmatch(value) or not CARD_SHAPE.fullmatch(digits) or not luhn(digits)

    def is_no_number(value: str) -> bool:
        digits = re.sub(r"[ \-]", "", value)
        return not luhn(digits) or len(set(digits)) < 2

    return [
        _checked("CREDIT_CARD", "Cards", {"issuer and length": (CARD, 0.6)}, words, refuses=is_no_card),
        _checked("CREDIT_CARD", "LooseCards", {"any grouping": (CARD, 0.3)}, words, refuses=is_no_number),
    ]


def _ip() -> list[PatternRecognizer]:
    from presidio_analyzer.predefined_recognizers import IpRecognizer

    def refuses(value: str) -> bool:
        if ":" in value and (
            sum(c in "0123456789abcdefABCDEF" for c in value.partition("/")[0]) < 6 or value.count(":") < 3
        ):
            return True  # slices such as 1::2 and names such as abc::def look like addresses
        try:
            ipaddress.ip_interface(value)
        except ValueError:
            return True
        return False

    shapes = {
        p.name: (NO_VERSION + p.regex + r"(?!\.?\d)(?![\w])", p.score)
        for p in IpRecognizer.PATTERNS
        if p.name != "IPv6_unspecified"
    }
    colons = {name: r":[0-9a-fA-F]{0,4}:[0-9a-fA-F]{0,4}:" for name in shapes if name != "IPv4"}
    return [_checked("IP_ADDRESS", "IpAddresses", shapes, IpRecognizer.CONTEXT, refuses=refuses, searches=colons)]


def _medical() -> list[PatternRecognizer]:
    """DEA numbers: two letters and seven digits need a word beside them: one in ten passes the check by chance."""
    from presidio_analyzer.predefined_recognizers import MedicalLicenseRecognizer

    dea = MedicalLicenseRecognizer()
    shapes = {p.name: (rf"(?<![\w\-])(?:{p.regex})(?![\w\-])", 0.3) for p in MedicalLicenseRecognizer.PATTERNS}
    return [
        _checked(
            "MEDICAL_LICENSE", "MedicalLicences", shapes, MEDICAL_WORDS, refuses=lambda v: not dea.validate_result(v)
        )
    ]


def _url() -> list[PatternRecognizer]:
    """Only links that begin with http or www: Presidio's shapes match code too and are slow on texts with many dots."""
    return [_checked("URL", "Links", {"link": (URL, 0.6)})]


def own_context(name: str) -> tuple[str, ...]:
    """The context words of one of Presidio's recognisers."""
    from presidio_analyzer import predefined_recognizers

    return tuple(getattr(predefined_recognizers, name).CONTEXT)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
