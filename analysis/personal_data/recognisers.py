"""The recognisers of each type: Presidio's own where they are right, with tuned patterns where they are not."""

from __future__ import annotations

import functools
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from analysis.errors import PersonalDataError
from analysis.personal_data import phones, secret_shapes
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES, NOISY, NOISY_TYPES, names
from analysis.personal_data.words import context_words

if TYPE_CHECKING:
    from presidio_analyzer import PatternRecognizer

REGEX_TIMEOUT_S = 5  # one pattern on one window; what is cut off by it is marked as not fully scanned
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
"""Neither in the middle of a longer row of numbers, nor behind a word or a sign that says it is a version."""
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
    """The types that Presidio knows of single countries, with the country's code; none of the default ones."""
    return {type_: country for type_, (country, _) in sorted(_national().items())}


@functools.cache
def chosen_types(also: str, countries: str) -> tuple[str, ...]:
    """The default types, then those of `also` ("URL,US_PASSPORT"; "noisy": all that `countries` have), in fixed order.

    Raises PersonalDataError where a type is not known.
    """
    wanted = set(names(also))
    national = national_types()
    known = (*DEFAULT_TYPES, *NOISY_TYPES, *national)
    if unknown := sorted(wanted - {NOISY, *known}):
        raise PersonalDataError(
            f"No type of personal data is called {', '.join(unknown)}; known: "
            f"{', '.join((*DEFAULT_TYPES, *NOISY_TYPES))}, {len(national)} of single countries such as US_PASSPORT and "
            f"UK_NHS, {', '.join(ENTITY_TYPES)} (by the signal named_entities), and {NOISY} for all that are off."
        )
    if NOISY in wanted:
        here = set(names(countries))
        wanted |= {*NOISY_TYPES, *(type_ for type_, country in national.items() if country in here)}
    return tuple(type_ for type_ in known if type_ in DEFAULT_TYPES or type_ in wanted)


@functools.cache
def _national() -> dict[str, tuple[str, type]]:
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    found: dict[str, tuple[str, type]] = {}
    for name in predefined_recognizers.__all__:
        kind = getattr(predefined_recognizers, name)
        is_own = isinstance(kind, type) and issubclass(kind, PatternRecognizer) and kind.COUNTRY_CODE
        if is_own and kind.analyze is PatternRecognizer.analyze:
            made = kind()
            if made.supported_entities[0] not in DEFAULT_TYPES:
                country = {"uk": "GB"}.get(kind.COUNTRY_CODE, kind.COUNTRY_CODE.upper())
                found[made.supported_entities[0]] = (country, kind)
    return found


def recognisers_of(types: tuple[str, ...], countries: str) -> dict[str, list[PatternRecognizer]]:
    """The recognisers of each type, in the types' order. Raises PersonalDataError where a country is not known."""
    import phonenumbers
    from presidio_analyzer import predefined_recognizers as own

    regions = names(countries)
    if unknown := sorted(set(regions) - set(phonenumbers.SUPPORTED_REGIONS)):
        raise PersonalDataError(
            f"No country has the code {', '.join(unknown)}; write two letters such as US, GB or DE."
        )
    made: dict[str, Callable[[], list[PatternRecognizer]]] = {
        "SECRET": _secret,
        "CREDIT_CARD": _card,
        "EMAIL_ADDRESS": _email,
        "IP_ADDRESS": _ip,
        "MEDICAL_LICENSE": _medical,
        "PHONE_NUMBER": lambda: _phone(regions),
        "URL": _url,
        "IBAN_CODE": lambda: [own.IbanRecognizer()],
        "CRYPTO": lambda: [own.CryptoRecognizer()],
        "US_ITIN": lambda: [own.UsItinRecognizer()],
        "US_SSN": lambda: [own.UsSsnRecognizer()],
        "MAC_ADDRESS": lambda: [own.MacAddressRecognizer()],
        "DATE_TIME": lambda: [own.DateRecognizer()],
        "UUID": lambda: [own.UuidRecognizer()],
    }
    national = _national()
    found = {t: made[t]() if t in made else [national[t][1](supported_language="en")] for t in types}
    for recogniser in (one for several in found.values() for one in several):
        recogniser.context = context_words(recogniser.context or ())
    return found


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
    """Presidio's recogniser of patterns with their scores; `refuses` says what looks right and is not.

    `searches` gives, by the name of a shape, Rust's pattern that matches wherever a hit of that shape is not refused;
    for others it is derived from the shape alone.
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
    """A number of a known issuer and length; Maestro and others where a word says that it is a card."""
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
            return True  # slices such as 1::2 and names such as abc::def are written like addresses
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
    """DEA numbers: two letters and seven digits are too little without a word beside them, one in ten being "valid"."""
    from presidio_analyzer.predefined_recognizers import MedicalLicenseRecognizer

    known = MedicalLicenseRecognizer()
    shapes = {p.name: (rf"(?<![\w\-])(?:{p.regex})(?![\w\-])", 0.3) for p in MedicalLicenseRecognizer.PATTERNS}
    return [
        _checked(
            "MEDICAL_LICENSE", "MedicalLicences", shapes, MEDICAL_WORDS, refuses=lambda v: not known.validate_result(v)
        )
    ]


def _url() -> list[PatternRecognizer]:
    """Only what says that it is a link: Presidio's own shapes take code for links, and much time for dots."""
    return [_checked("URL", "Links", {"link": (URL, 0.6)})]


def own_context(name: str) -> tuple[str, ...]:
    """The context words of one of Presidio's recognisers."""
    from presidio_analyzer import predefined_recognizers

    return tuple(getattr(predefined_recognizers, name).CONTEXT)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812)."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


class Quiet(logging.Filter):
    """Lets nothing of Presidio's through, whose messages may hold values, and counts patterns that took too long."""

    timeouts = 0

    def filter(self, record: logging.LogRecord) -> bool:
        self.timeouts += "timed out" in str(record.msg)
        return False


@functools.cache
def quiet() -> Quiet:
    """The filter, in place from the first call on; a pattern is given up after REGEX_TIMEOUT_S."""
    from presidio_analyzer import pattern_recognizer
    from presidio_analyzer.predefined_recognizers.generic import iban_recognizer

    for module in (pattern_recognizer, iban_recognizer):
        vars(module)["REGEX_TIMEOUT_SECONDS"] = REGEX_TIMEOUT_S
    made = Quiet()
    for name in ("presidio-analyzer", "decision_process"):
        logging.getLogger(name).addFilter(made)
    return made
