"""Which values are placeholders: addresses reserved for examples, test cards, private networks, made-up digits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

EXAMPLE_DOMAINS = frozenset(
    "example.com example.org example.net example.edu domain.com yourdomain.com mydomain.com company.com "
    "yourcompany.com mycompany.com yoursite.com mysite.com website.com test.com foo.com bar.com foo.bar".split()
)
"""RFC 2606, and names that stand for "your own" in manuals."""
EXAMPLE_ENDINGS = (
    ".example",
    ".test",
    ".invalid",
    ".localhost",
    ".example.com",
    ".example.org",
    ".example.net",
)
EXAMPLE_LOCAL_PARTS = frozenset(
    "noreply no-reply donotreply do-not-reply git hg svn user username youremail your.email your-email "
    "your_email yourname your.name name email someone somebody".split()
)
TEST_CARDS = frozenset(
    "4111111111111111 4012888888881881 4242424242424242 4000056655665556 4222222222222 4000000000000002 "
    "5555555555554444 5105105105105100 5200828282828210 2223003122003222 2223000048400011 378282246310005 "
    "371449635398431 378734493671000 6011111111111117 6011000990139424 6011000000000004 30569309025904 "
    "38520000023237 36227206271667 3530111333300000 3566002020360505 6759649826438453 6304000000000000 "
    "4532015112830366 4916338506082832 5425233430109903 4263982640269299 374245455400126 6250941006528599".split()
)
EXAMPLE_IBANS = frozenset(
    "GB33BUKB20201555555555 GB29NWBK60161331926819 GB82WEST12345698765432 DE89370400440532013000 "
    "DE91100000000123456789 FR1420041010050500013M02606 FR7630006000011234567890189 NL91ABNA0417164300 "
    "BE68539007547034 BE71096123456769 ES9121000418450200051332 ES7921000813610123456789 "
    "IT60X0542811101000000123456 CH9300762011623852957 CH5604835012345678009 AT611904300234573201 "
    "IE29AIBK93115212345678 IE64IRCE92050112345678 PL61109010140000071219812874 PT50000201231234567890154 "
    "SE4550000000058398257466 NO9386011117947 DK5000400440116243 FI2112345600000785 LU280019400644750000 "
    "GR1601101250000000012300695 CY17002001280000001200527600".split()
)
"""The examples of the SWIFT registry and of national banks."""
EXAMPLE_WALLETS = frozenset(
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 "
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq "
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 1BoatSLRHtKNngkdXEeobR76b53LETtpyT "
    "1111111111111111111114oLvT2 3FZbgi29cpjq2GjdwV8eyHuJJnkLtktZc5".split()
)
WELL_KNOWN_ADDRESSES = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 1.2.3.4 4.4.4.4 2001:4860:4860::8888 2001:4860:4860::8844".split()
)
EXAMPLE_SSNS = frozenset("219099999 123456789 987654321 111223333 123121234 078051120".split())
FICTIONAL_PHONES = re.compile(
    r"(?:1?[2-9][0-9]{2})?555[0-9]{4}|(?:44|0)2079460[0-9]{3}|(?:44|0)1632960[0-9]{3}|(?:44|0)7700900[0-9]{3}"
)
"""555 in North America, and what Ofcom reserves for fiction: in London, in no area, and on mobiles."""
MADE_UP = re.compile(
    r"(?i)example|your|xxxx|x{8}|changeme|dummy|placeholder|redacted|\*{3}|1234567890abcdef|abcdefghij|0{8}|<|\.\.\."
)
COMMON_PASSWORDS = frozenset(
    "password pass passwd pwd secret user username mypassword changeme admin root postgres guest token "
    "test 123 1234 12345 123456 hunter2 pw foo bar".split()
)
EXAMPLE_MACS = frozenset(
    "001122334455 aabbccddeeff 0123456789ab 123456789abc 001a2b3c4d5e 010203040506 deadbeefcafe "
    "112233445566 0011223344ff abcdef123456 00155d000000".split()
)


def is_placeholder(type_: str, value: str) -> bool:
    """Whether a value of this type is a placeholder: it is marked and not counted."""
    check = CHECKS.get(type_)
    return check is not None and check(value)


def _email(value: str) -> bool:
    local, _, domain = value.lower().rpartition("@")
    return domain in EXAMPLE_DOMAINS or domain.endswith(EXAMPLE_ENDINGS) or local in EXAMPLE_LOCAL_PARTS


def _phone(value: str) -> bool:
    digits = _digits(re.split(r"\s?(?:x|ext)", value)[0])
    national = digits[1:] if digits[0] in "01" else digits
    return bool(FICTIONAL_PHONES.fullmatch(digits)) or _is_made_up(digits) or _is_made_up(national)


def _ip(value: str) -> bool:
    address = value.partition("/")[0].partition("%")[0]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not parsed.is_global or parsed.is_multicast or address.lower() in WELL_KNOWN_ADDRESSES


def _secret(value: str) -> bool:
    if match := re.match(r"[\w+.\-]+://([^:@/]*):([^@]*)@([^/:?#]*)", value):
        return match[2].lower() in COMMON_PASSWORDS or bool(MADE_UP.search(f"{match[2]}@{match[3]}"))
    return not value.startswith("-----") and (bool(MADE_UP.search(value)) or len(set(value)) < 6)


def _digits(value: str) -> str:
    return "".join(filter(str.isdigit, value))


def _is_made_up(digits: str) -> bool:
    """One digit repeated, or digits in ascending or descending order."""
    return len(set(digits)) < 2 or digits in "01234567890123456789" or digits in "98765432109876543210"


CHECKS: dict[str, Callable[[str], bool]] = {
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "IP_ADDRESS": _ip,
    "SECRET": _secret,
    "CREDIT_CARD": lambda value: _digits(value) in TEST_CARDS or len(set(_digits(value))) < 3,
    "IBAN_CODE": lambda value: re.sub(r"[ \-]", "", value).upper() in EXAMPLE_IBANS,
    "CRYPTO": lambda value: value in EXAMPLE_WALLETS,
    "US_SSN": lambda value: _digits(value) in EXAMPLE_SSNS,
    "MAC_ADDRESS": lambda value: re.sub(r"[:.\-]", "", value).lower() in EXAMPLE_MACS,
    "MEDICAL_LICENSE": lambda value: value.upper() in {"AB1234563", "FA1234567"},
}


def canonical_value(type_: str, value: str) -> str:
    """The form in which equal values are equal: by type, digits alone, no blanks, or lower case."""
    if type_ in ("PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "US_ITIN"):
        return _digits(value)
    if type_ in ("IBAN_CODE", "MAC_ADDRESS"):
        return re.sub(r"[ :.\-]", "", value).upper()
    return value if type_ in ("SECRET", "CRYPTO") else " ".join(value.lower().split())
