"""Pseudonyms: invented values of the same form, clearly not of a real person, the same for the same value.

A digest of the value, keyed by the workspace's secret, is the seed of the draw: without the secret one cannot test
which value gives which pseudonym. Two values may get the same pseudonym, mostly for types with few reserved examples.
A pseudonym fits into any cell or JSON text: it has no comma, semicolon, quotation mark, backslash, tab or line end.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.personal_data.masking import DOTS, masked_value
from analysis.personal_data.placeholders import canonical_value

if TYPE_CHECKING:
    from faker import Faker

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CARD_GROUPS = re.compile(r"\d+|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5}")
NATIONS = ("Ruritanian", "Freedonian", "Syldavian", "Bordurian", "Zubrowkan", "Genovian", "Elbonian", "Latverian")


def digest(key: bytes, purpose: str, scope: str, type_: str, value: str) -> bytes:
    """A keyed digest of 32 bytes for a value of a type; values that differ only in their writing have the same one."""
    text = "\0".join((purpose, scope, type_, canonical_value(type_, value)))
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def pseudonym(key: bytes, scope: str, type_: str, value: str, draw: int = 0) -> str:
    """The invented value for a value of this type; `scope` is the row within which it stays the same, "" for all rows.

    `draw`: how often it was drawn again because of the words around it, 0 for the first draw. Each word of a person's
    name has its own pseudonym, so that a first name has the same pseudonym alone and in the full name.
    """
    purpose = f"pseudonym {draw}" if draw else "pseudonym"
    if type_ == "PERSON":
        words = re.findall(r"\w+", value)
        drawn = (random.Random(digest(key, purpose, scope, type_, word)) for word in words)
        return " ".join(_faked("first_name", source) for source in drawn) or "Somebody"
    return FORMS[type_](value, random.Random(digest(key, purpose, scope, type_, value)))


def hashed(key: bytes, scope: str, type_: str, value: str) -> str:
    """`<TYPE letters>`: sixteen letters, since digits could look like a real number."""
    head = digest(key, "hash", scope, type_, value)[:8]
    return f"<{type_} {''.join(LETTERS[byte >> 4] + LETTERS[byte & 15] for byte in head)}>"


@functools.cache
def _faker() -> Faker:
    from faker import Faker

    return Faker("en_US")


def _faked(what: str, draw: random.Random) -> str:
    faker = _faker()
    faker.seed_instance(draw.getrandbits(64))
    faked = str(getattr(faker, what)())
    return re.sub(r"[,;\"\\\t\r\n]", "", faked)


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def _grouped(value: str, digits: str) -> str:
    """`digits` grouped with the blanks and dashes of `value`."""
    left = iter(digits)
    return "".join(next(left, "") if character.isalnum() else character for character in value)


def _email(value: str, draw: random.Random) -> str:
    return f"{_faked('user_name', draw)}{_digits(draw, 3)}@example.{draw.choice(('com', 'org', 'net'))}"


def _phone(value: str, draw: random.Random) -> str:
    """Numbers reserved for fiction in North America: 555-0100 to 555-0199."""
    area, last = draw.randint(201, 989), f"01{_digits(draw, 2)}"
    if value.startswith(("+", "00")):
        return f"+1 {area} 555 {last}"
    return f"({area}) 555-{last}" if value.startswith("(") else f"{area}-555-{last}"


def _card(value: str, draw: random.Random) -> str:
    """A number with a valid check digit that begins with 9, as no card does; then zeros, so that no later group of its
    digits begins a card or a phone number. Its groups are those of `value` if cards have such groups, else one."""
    drawn = (
        f"{draw.randint(1, 9)}{_digits(draw, 6)}"  # two zeros after a blank would begin an international phone number
    )
    number = "9" + drawn.zfill(sum(map(str.isdigit, value)) - 2)
    number += luhn_digit(number)
    return _grouped(value, number) if CARD_GROUPS.fullmatch(value) else number


def luhn_digit(digits: str) -> str:
    """The check digit of a number by Luhn's algorithm (ISO/IEC 7812-1)."""
    doubled = [int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(reversed(digits))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _iban(value: str, draw: random.Random) -> str:
    """Valid check digits (ISO 13616) with ZZ, which is no country (ISO 3166 leaves it to users); the account has only
    letters, as in some countries, so that no part of it looks like a real number."""
    account = "".join(draw.choice(LETTERS) for _ in range(sum(map(str.isalnum, value)) - 4)).upper()
    check = 98 - int("".join(str(int(letter, 36)) for letter in f"{account}ZZ") + "00") % 97
    return _grouped(value, f"ZZ{check:02}{account}")


def _wallet(value: str, draw: random.Random) -> str:
    if value.startswith("bc1"):
        return "bc1qexample" + "".join(draw.choice("023456789acdefghjklmnpqrstuvwxyz") for _ in range(31))
    return value[0] + "EXAMPLE" + "".join(draw.choice(BASE58) for _ in range(26))


def _ssn(value: str, draw: random.Random) -> str:
    return _grouped(value, f"000{draw.randint(1, 99):02}{draw.randint(1, 9999):04}")


def _itin(value: str, draw: random.Random) -> str:
    return _grouped(value, f"9{_digits(draw, 2)}00{draw.randint(1, 9999):04}")


def _ip(value: str, draw: random.Random) -> str:
    """Addresses reserved for benchmarks (RFC 2544) and for documentation (RFC 3849)."""
    if ":" in value:
        return f"2001:db8::{draw.getrandbits(16):x}:{draw.getrandbits(16):x}"
    return f"198.{draw.randint(18, 19)}.{draw.randint(0, 255)}.{draw.randint(1, 254)}"


def _mac(value: str, draw: random.Random) -> str:
    """Addresses reserved for documentation (RFC 7042)."""
    return _grouped(value, f"00005E0053{draw.getrandbits(8):02X}")


def _secret(value: str, draw: random.Random) -> str:
    drawn = "".join(draw.choice(LETTERS) for _ in range(16))
    if "://" in value:
        return f"{value.partition('://')[0]}://user:EXAMPLE{drawn}@host.example.com"
    if value.startswith("-----"):
        return f"-----BEGIN EXAMPLE KEY----- {drawn} -----END EXAMPLE KEY-----"
    return f"{masked_value('SECRET', value).removesuffix(DOTS)}EXAMPLE{drawn}"


FORMS: dict[str, Callable[[str, random.Random], str]] = {
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "CREDIT_CARD": _card,
    "IBAN_CODE": _iban,
    "CRYPTO": _wallet,
    "US_SSN": _ssn,
    "US_ITIN": _itin,
    "MEDICAL_LICENSE": lambda value, draw: f"ZZ{_digits(draw, 7)}",
    "IP_ADDRESS": _ip,
    "MAC_ADDRESS": _mac,
    "SECRET": _secret,
    "URL": lambda value, draw: f"https://example.com/{''.join(draw.choice(LETTERS) for _ in range(8))}",
    "UUID": lambda value, draw: f"00000000-0000-4000-8000-{draw.getrandbits(48):012x}",
    "LOCATION": lambda value, draw: _faked("city", draw),
    "ORGANIZATION": lambda value, draw: f"{_faked('last_name', draw)} Ltd",
    "NRP": lambda value, draw: draw.choice(NATIONS),
}
"""Type -> a function of the value and a random source, seeded by its digest, that gives the pseudonym."""
