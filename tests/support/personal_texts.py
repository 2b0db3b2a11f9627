"""Texts of our own making for the tests and measurements of personal data: with known spans, believable, and hostile."""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sample_data.maker.personal import iban, luhn
from sample_data.maker.words import NOUNS, VERBS

FIRST = (
    "rosalind tunde ines marlon gesine elwood coralie delphine ottoline henrik wiebke odile joaquim yara piotr".split()
)
LAST = (
    "achterberg okonkwo valadares tibbs tamm prentiss bessonnet arceneaux brackenbury solheim lohse marchetti".split()
)
HOSTS = "brightwell-mills pellworm savannah-optics harrowgate kestrel-lane northdale quillfeather umber4".split()
ENDINGS = "com net org co.uk de fr io pt edu com.br museum".split()
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
ALNUM = string.ascii_letters + string.digits
ALL_COUNTRIES = "US,GB,CA,FR,IN,IL,BR,AU,SG,ZA,KR,DE,ES,IT,PL,FI,SE,TH,TR,NG,PH"
Draw = random.Random


class Labelled(NamedTuple):
    """A text and where it holds what; a near miss has no spans."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    kind: str


def digits(r: Draw, n: int) -> str:
    return "".join(r.choices(string.digits, k=n))


def token(r: Draw, n: int, alphabet: str = ALNUM) -> str:
    """Random characters with at least a letter and two digits, as keys have."""
    return (
        "".join(r.choices(alphabet, k=n - 4)) + r.choice("bdfa") + r.choice("2345") + r.choice("6789") + r.choice("ace")
    )


def email(r: Draw) -> str:
    first, last, host, end = r.choice(FIRST), r.choice(LAST), r.choice(HOSTS), r.choice(ENDINGS)
    local = r.choice(
        (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}_{last}{digits(r, 2)}",
            f"{first}+{last[:3]}",
            last,
            f"{first}-{last}",
            f"{first[0]}.{last}+news",
            f"{last}.{digits(r, 4)}",
            f"d'{last}",
        )
    )
    made = f"{local}@{r.choice(('', '', 'mail.', 'post.'))}{host}.{end}"
    return r.choice(
        (made, made, made, made.upper(), made.title(), made.replace(host, "müller-bräu"), made.replace("@", "＠"))
    )


def north_american(r: Draw) -> tuple[str, str, str]:
    exchange = f"{r.choice('2346789')}{r.choice('234678')}{r.choice('2346789')}"
    return r.choice(("212", "415", "617", "303", "512", "206", "312", "404")), exchange, digits(r, 4)


def phone(r: Draw) -> str:
    a, b, c = north_american(r)
    d = digits(r, 8)
    return r.choice(
        (
            f"({a}) {b}-{c}",
            f"{a}-{b}-{c}",
            f"{a}.{b}.{c}",
            f"{a} {b} {c}",
            f"+1 {a} {b} {c}",
            f"+1-{a}-{b}-{c}",
            f"+1{a}{b}{c}",
            f"1-{a}-{b}-{c}",
            f"({a}){b}-{c}",
            f"+1 ({a}) {b}-{c}",
            f"{a}-{b}-{c} ext. {d[:3]}",
            f"+44 20 7{d[:3]} {d[3:7]}",
            f"020 7{d[:3]} {d[3:7]}",
            f"+44 (0)20 7{d[:3]} {d[3:7]}",
            f"+44 77{d[0]}1 {d[1:7]}",
            f"077{d[0]}1 {d[1:7]}",
            f"06 {d[:2]} {d[2:4]} {d[4:6]} {d[6:]}",
            f"+33 6 {d[:2]} {d[2:4]} {d[4:6]} {d[6:]}",
            f"+49 30 {d[:3]}2 {d[3:6]}",
            f"+49 (0)89 4{d[:6]}",
            f"0049 171 2{d[:6]}",
            f"+91 98{d[:3]} {d[3:]}",
            f"+55 11 9{d[:4]}-{d[4:]}",
            f"(11) 9{d[:4]}-{d[4:]}",
            f"+61 2 9{d[:3]} {d[3:7]}",
            f"+81 3 5{d[:3]} {d[3:7]}",
            f"06.{d[:2]}.{d[2:4]}.{d[4:6]}.{d[6:]}",
            f"+44\u00a020\u00a07{d[:3]}\u00a0{d[3:7]}",
            f"{a}\u2011{b}\u2011{c}",
        )
    )


def bare_phone(r: Draw) -> str:
    """Formats that only a word such as "call" tells from other numbers."""
    a, b, c = north_american(r)
    d = digits(r, 8)
    return r.choice(
        (
            f"{a}{b}{c}",
            f"{b}-{c}",
            f"030 4{d[:6]}",
            f"0{r.choice('23')}{d[:2]}-{d[2:8]}",
            f"98{d[:3]} {d[3:]}",
            f"04{d[:2]} {d[2:5]} {d[5:]}",
        )
    )


def grouped(r: Draw, number: str, sizes: tuple[int, ...] = (4, 4, 4, 4)) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return r.choice((" ", "-", "", "\u00a0")).join(filter(None, [*parts, number[at:]]))


def card(r: Draw) -> str:
    kind = r.choice(("4", "4", "5", "2", "amex", "6011", "diners"))
    if kind == "amex":
        return grouped(r, luhn(r.choice(("34", "37")) + digits(r, 12)), (4, 6, 5))
    if kind == "diners":
        return luhn("36" + digits(r, 11))
    start = {"5": f"5{r.choice('12345')}", "2": f"22{r.choice('34567')}"}.get(kind, kind)
    return grouped(r, luhn(start + digits(r, 15 - len(start))))


def maestro(r: Draw) -> str:
    return r.choice((luhn("6304" + digits(r, 8)), luhn("6759" + digits(r, 14)), luhn("4" + digits(r, 17))))


def bank_account(r: Draw) -> str:
    made = r.choice(
        (
            iban("DE", digits(r, 18)),
            iban("GB", "NWBK" + digits(r, 14)),
            iban("FR", digits(r, 23)),
            iban("NL", "ABNA" + digits(r, 10)),
            iban("ES", digits(r, 20)),
            iban("CH", digits(r, 17)),
            iban("PL", digits(r, 24)),
            iban("PT", digits(r, 21)),
        )
    )
    return r.choice((made, " ".join(made[k : k + 4] for k in range(0, len(made), 4))))


def ip(r: Draw) -> str:
    if r.random() < 0.7:
        return f"{r.choice((23, 46, 84, 91, 151, 185, 203 - 20, 212))}.{r.randint(1, 250)}.{r.randint(0, 255)}.{r.randint(1, 254)}"
    groups = [f"{r.randint(1, 65535):x}" for _ in range(6)]
    return r.choice(
        (
            f"2a02:8109:{':'.join(groups)}",
            f"2a01:4f8:{groups[0]}:{groups[1]}::{r.randint(1, 9)}",
            f"2A0B:{':'.join(groups[:3])}::{groups[4]}".upper(),
        )
    )


def ssn(r: Draw) -> str:
    area, group, serial = r.choice([n for n in range(101, 899) if n != 666]), r.randint(11, 99), r.randint(1001, 9999)
    sep = r.choice("---- .")
    return f"{area}{sep}{group}{sep}{serial}"


def itin(r: Draw) -> str:
    return f"9{digits(r, 2)}-{r.choice((70, 73, 81, 88, 92, 94))}-{r.randint(1001, 9999)}"


def base58(raw: bytes) -> str:
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if (top >> i) & 1 else 0
    return check


def bitcoin(r: Draw) -> str:
    if r.random() < 0.6:
        return base58(r.choice((b"\0", b"\5")) + r.randbytes(20))
    data = [0, *(r.randrange(32) for _ in range(32))]
    check = polymod([3, 3, 0, 2, 3, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    return "bc1" + "".join(BECH32[v] for v in [*data, *(check >> 5 * (5 - i) & 31 for i in range(6))])


def dea(r: Draw) -> str:
    d = [int(x) for x in digits(r, 6)]
    check = (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10
    return f"{r.choice('ABCDEFGHJKLMPRSTUX')}{r.choice(string.ascii_uppercase)}{''.join(map(str, d))}{check}"


def mac(r: Draw) -> str:
    pairs = [f"{r.randrange(2, 254):02x}" for _ in range(6)]
    return r.choice(
        (
            ":".join(pairs),
            "-".join(pairs).upper(),
            ".".join(a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True)),
        )
    )


def secret(r: Draw) -> str:
    upper = string.ascii_uppercase + string.digits
    return r.choice(
        (
            "AKIA" + token(r, 20, upper)[:12].upper() + "Q7Z2",
            "ghp_" + token(r, 36),
            "github_pat_" + token(r, 40),
            "glpat-" + token(r, 20),
            "xoxb-" + digits(r, 11) + "-" + token(r, 24),
            "AIza" + token(r, 35),
            "sk-" + token(r, 48),
            "sk-proj-" + token(r, 48),
            "sk-ant-api03-" + token(r, 60),
            "sk_live_" + token(r, 24),
            "hf_" + token(r, 34),
            "npm_" + token(r, 36),
            "SG." + token(r, 22) + "." + token(r, 43),
            "eyJhbGciOiJIUzI1NiJ9.eyJ" + token(r, 40) + "." + token(r, 43),
            "SK" + token(r, 32, "0123456789abcdef"),
            f"postgres://{r.choice(FIRST)}:{token(r, 12)}@db.{r.choice(HOSTS)}.net:5432/books",
            f"https://{r.choice(FIRST)}:{token(r, 10)}@{r.choice(HOSTS)}.org/x",
            f"mongodb+srv://{r.choice(LAST)}:{token(r, 14)}@cluster0.{r.choice(HOSTS)}.net",
            f"redis://:{token(r, 16)}@{r.choice(HOSTS)}.io:6379/0",
            "-----BEGIN RSA PRIVATE KEY-----\n"
            + "\n".join(token(r, 64) for _ in range(4))
            + "\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n" + token(r, 70) + "\n-----END OPENSSH PRIVATE KEY-----",
            digits(r, 9) + ":AA" + token(r, 33),
        )
    )


def called_secret(r: Draw) -> str:
    return r.choice((token(r, 32), token(r, 40, "0123456789abcdef"), token(r, 24)))


PLAIN = (
    "{v}",
    "Details: {v}.",
    "The note says {v} and nothing else.",
    "Name: Odile Marchetti; {v}; since 09/27",
    '"{v}"',
    "<{v}>",
    "({v})",
    "See {v}, as agreed.",
    '{{"contact": "{v}"}}',
    "| Tibbs | {v} | yes |",
    "- {v}\n- none",
    "x = '{v}'",
    "Please forward this to {v} as well!",
    "Die Nachricht von {v} kam spät – leider…",
)
CALLS = (
    "Call {v} after six.",
    "My phone number is {v}.",
    "tel: {v}",
    "Fax {v}",
    "Text or whatsapp {v} please",
    "mobile {v}, evenings",
    "Ring me: {v}",
    "Phone: {v}",
)
CARDS = ("Charge my card {v}, please.", "Maestro {v}", "The debit card {v} was declined.", "card number: {v}")
DOCTORS = ("DEA {v}", "Her medical licence is {v}.", "prescriber {v}", "DEA certificate: {v}")
HELD = (
    'api_key = "{v}"',
    "API_KEY={v}",
    "client_secret: {v}",
    "Authorization: Bearer {v}",
    "access_token='{v}'",
    '"auth_token": "{v}"',
)
ACCOUNTS = ("SSN {v}", "Social security: {v}", *PLAIN)
KINDS: dict[str, tuple[str, Callable[[Draw], str], tuple[str, ...]]] = {
    "e-mail": ("EMAIL_ADDRESS", email, (*PLAIN, "mailto:{v}", "EMAIL='{v}'")),
    "phone, shape alone": ("PHONE_NUMBER", phone, PLAIN),
    "phone with a word": ("PHONE_NUMBER", phone, CALLS),
    "bare phone with a word": ("PHONE_NUMBER", bare_phone, CALLS),
    "card": ("CREDIT_CARD", card, (*PLAIN, *CARDS)),
    "rare card with a word": ("CREDIT_CARD", maestro, CARDS),
    "IBAN": ("IBAN_CODE", bank_account, (*PLAIN, "IBAN: {v}", "Please transfer the sum to {v}.")),
    "IP": ("IP_ADDRESS", ip, (*PLAIN, "Failed login for root from {v} port 52214", "http://{v}:8080/x")),
    "SSN": ("US_SSN", ssn, ACCOUNTS),
    "ITIN": ("US_ITIN", itin, ("ITIN {v}", "taxpayer number {v}", *PLAIN)),
    "Bitcoin": ("CRYPTO", bitcoin, (*PLAIN, "btc wallet {v}")),
    "DEA with a word": ("MEDICAL_LICENSE", dea, DOCTORS),
    "MAC": ("MAC_ADDRESS", mac, (*PLAIN, "ether {v} txqueuelen 1000")),
    "secret by shape": ("SECRET", secret, PLAIN[:9]),
    "secret by its name": ("SECRET", called_secret, HELD),
}


def written(r: Draw) -> Iterator[tuple[str, str]]:
    """Type and value: one of each kind, then values as people write them otherwise."""
    yield from ((type_, make(r)) for type_, make, _ in KINDS.values())
    d, pairs, groups = (
        digits(r, 9),
        [f"{r.randrange(256):02X}" for _ in range(6)],
        [f"{r.randint(0, 65535):x}" for _ in range(8)],
    )
    yield from (("US_SSN", sep.join((d[:3], d[3:5], d[5:]))) for sep in (" ", "-", ".", " - ", ""))
    yield "US_ITIN", f"9{d[:2]} 7{d[2]} {d[3:7]}"
    yield "MAC_ADDRESS", ".".join(a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True))
    yield "IP_ADDRESS", ":".join(groups)
    yield from (("IP_ADDRESS", one) for one in (f"fe80::{groups[0]}%eth0", "::ffff:84.172.39.206", "84.172.39.206/24"))
    account = bank_account(r).replace(" ", "")
    yield "IBAN_CODE", "-".join(account[k : k + 4] for k in range(0, len(account), 4))
    yield "IBAN_CODE", account.lower()
    for start in ("30", "36", "5018", "6304", "6759", "62", "4"):
        for size in (12, 13, 14, 16, 18, 19):
            number = luhn(start + digits(r, size - 1 - len(start)))
            yield "CREDIT_CARD", number
            sizes = ((4, 4, 4, 4), (4, 6, 5), (5, 5, 5, 4), (6, 13), (3, 3, 3, 3, 3, 4))
            yield from (("CREDIT_CARD", grouped(r, number, several)) for several in sizes)
    yield "URL", f"https://{r.choice(HOSTS)}.de/{token(r, 8)}"
    yield "UUID", "-".join(f"{r.getrandbits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12))


def near_miss(r: Draw) -> str:
    """What looks like personal data and is none."""
    n, d = r.randint(2, 99), digits(r, 16)
    bad_card = luhn("4556" + digits(r, 11))
    return r.choice(
        (
            f"Release {n}.{d[0]}.{d[1:3]}.{d[3]} fixes it",
            f"version 8.{n}.{d[:2]}.{d[2]}",
            f"v2.{n}.0.1",
            f"the OID 1.3.6.1.4.1.{d[:5]}",
            f"ISBN 978-{d[0]}-{d[:3]}-{d[3:8]}-{d[9]}",
            f"ISBN-10 {d[0]}-{d[1:4]}-{d[4:9]}-X",
            f"{d[:4]} - {d[4:8]} + {d[8:12]} = {d[12:]}",
            f"{d[:3]} * {d[3:7]} / {d[7:10]} - {d[10:13]}",
            f"between 19{n:02}-20{n:02}",
            f"order number 555-123-9{d[:5]}",
            f"invoice {d[:4]}-{d[4:9]}",
            f"pi = 3.{d}",
            f"at 52.{d[:4]}, 13.{d[4:8]}",
            f"from 2024-0{d[0] if d[0] != '0' else 1}-1{d[1]} to 31.12.1999",
            f"{hashlib.md5(d.encode()).hexdigest()}",
            f"sha256:{hashlib.sha256(d.encode()).hexdigest()}",
            f"commit {hashlib.sha1(d.encode()).hexdigest()}",
            "std::vector<int> a; b::c = d::e;",
            "rows[1::2] + cols[::-1] + deck[::3]",
            "print(list[::2])",
            "W @ x.T + b",
            "image@2x.png and icon@3x.png",
            "@app.route('/users')",
            "@larkfield_choir and @tiles",
            f"${d[:1]},{d[1:4]},{d[4:7]}.00",
            f"1 {d[1:4]} {d[4:7]} people",
            f"range(0, {d[:7]}, 7)",
            f"x = [{', '.join(d)}]",
            f"{' '.join(d)}",
            f"timeout={d[:5]}ms; retries=3",
            f"bad card {bad_card[:-1]}{(int(bad_card[-1]) + 3) % 10}",
            f"DE00{d}{d[:2]} is no account",
            f"12:{n % 60:02}:{n % 60:02}",
            f"score 3-2, 118', {n}:{n}",
            f"chapter {n % 9}.{n % 7}.{n % 5}.{n % 3}",
            f"{d[:3]}-{d[3:5]}-{d[5:7]}-{d[7:9]}",
            f"size {d[:4]}x{d[4:8]}",
            f"{n}% of {d[:6]} rows",
            f"uuid 3f2504e0-4f89-41d3-9a0c-0305e82c{d[:4]}",
            f"token = tokenizer.encode(text_{d[:3]})",
            "password = get_password_from_keyring()",
            "api_key = os.environ['SERVICE_API_KEY']",
            "secret: the_name_of_a_secret_thing",
            "key = sorted_dictionary_by_value",
            f"build {d[:8]}",
            f"SKU {d[:4]} {d[4:8]}",
            f"at line {d[:4]}:{d[4:6]}",
            f"tracking 1Z{d[:8]}",
            f"{d[:4]}-{d[4:7]}-{d[7:10]}",
            f"lottery {n} {n + 1} {n + 2} {n + 3} {n + 4} {n + 5}",
            f"0x{d[:8]} and 0b1010",
            f"f({d[:3]}, {d[3:6]}, {d[6:10]})",
            f"1e{n} + 2.5e-{n}",
            f"{d[:3]}/{d[3:6]}/{d[6:10]}",
            f"IMEI-like 35-{d[:6]}-{d[6:12]}-{d[12]}",
        )
    )


def sentence(r: Draw, words: int) -> str:
    return (
        " ".join(
            r.choice((r.choice(VERBS), r.choice(NOUNS), "the", "of", "and", "a")) for _ in range(words)
        ).capitalize()
        + "."
    )


def labelled(rounds: int, seed: int = 20250101) -> Iterator[Labelled]:
    """`rounds` texts of each kind, each with one span among prose, and twice as many near misses as kinds."""
    r = Draw(seed)
    for _ in range(rounds):
        for kind, (type_, make, frames) in KINDS.items():
            value, frame = make(r), r.choice(frames)
            if "//{v}" in frame and ":" in value:
                frame = frame.replace("{v}", "[{v}]")
            before, after = (
                r.choice(("", sentence(r, 9) + " ", sentence(r, 5) + "\n")),
                r.choice(("", " " + sentence(r, 8), "\n\n" + near_miss(r))),
            )
            head, _, tail = frame.replace("{{", "{").replace("}}", "}").partition("{v}")
            start = len(before) + len(head)
            yield Labelled(before + head + value + tail + after, ((start, start + len(value), type_),), kind)
        for _ in range(2 * len(KINDS)):
            yield Labelled(f"{sentence(r, 6)} {near_miss(r)} {sentence(r, 4)}", (), "near miss")


CODE = (
    "def f_{n}(x, y={n}):\n    return x[{n}::2] + y * {m} - {n} / {m}\n",
    "for (int i = 0; i < {m}; ++i) {{ std::cout << a[i] << '\\n'; }}\n",
    "SELECT id, total FROM orders WHERE total > {m}.50 LIMIT {n};\n",
    '<div class="col-{n}" style="width: {m}px">text</div>\n',
    "import numpy as np\nW = np.zeros(({n}, {m})) @ V.T\n",
    '{{"id": {m}, "ok": true, "ratio": 0.{n}}}\n',
)


def believable(rows: int, seed: int = 7, share: float = 0.02) -> Iterator[str]:
    """Instructions with their responses, about 0.9 kB each; `share` of them hold personal data, many hold numbers."""
    r = Draw(seed)
    kinds = list(KINDS.values())
    for _ in range(rows):
        parts = [sentence(r, r.randint(6, 18)) for _ in range(r.randint(8, 18))]
        for _ in range(r.randint(0, 4)):
            parts[r.randrange(len(parts))] += (
                f" {r.choice(('In 1', 'About ', 'Step ', 'Over ', 'Page '))}{digits(r, r.randint(1, 3))} {r.choice(NOUNS)}, {r.randint(2, 9)}.5 of them."
            )
        if r.random() < 0.25:
            parts.insert(r.randrange(len(parts)), "\n" + r.choice(CODE).format(n=r.randint(1, 99), m=r.randint(1, 999)))
        if r.random() < 0.1:
            parts.insert(r.randrange(len(parts)), near_miss(r))
        if r.random() < 0.3:
            parts.append(r.choice(("It’s “done” – at last…", "Voilà, le résumé.", "Fertig! 🎉", "価格は別です。")))
        if r.random() < share:
            _, make, frames = r.choice(kinds)
            parts.insert(r.randrange(len(parts)), r.choice(frames).replace("{v}", make(r)))
        yield " ".join(parts)


SOUP = (
    string.digits * 3
    + "+-() ./xX:;,#@%$€£=_ \n\tabehDE٣é\u2013\u00a0ıİſ\u212aext"
    + "＠。４２１²½ﬁ가\u0301\u200d😀\x1c\x85"
)


def hostile(texts: int, seed: int = 11) -> Iterator[str]:
    """Known values damaged, joined and set into soups of digits, signs and letters of many scripts."""
    r = Draw(seed)
    words = "phone call card ssn social security iban bank wallet ip tax medical email number the of and passport account license".split()
    source = labelled(10**9, seed)
    for _ in range(texts):
        kind = r.random()
        if kind < 0.5:
            text = list(next(source).text)
            for _ in range(r.randint(1, 6)):
                at, change = r.randrange(len(text)), r.random()
                if change < 0.5:
                    text[at] = r.choice(SOUP)
                elif change < 0.75:
                    text.insert(at, r.choice(SOUP))
                elif len(text) > 1:
                    del text[at]
            yield "".join(text)
        elif kind < 0.65:
            yield "".join(r.choices(SOUP, k=r.randint(1, 80)))
        elif kind < 0.75:
            yield f"{r.choice(words)} {''.join(r.choices(string.digits * 2 + ' -().+/x:,', k=r.randint(5, 60)))} {r.choice(words)}"
        elif kind < 0.9:
            values = [make(r) for _, make, _ in r.choices(list(KINDS.values()), k=r.randint(2, 5))]
            yield r.choice(("", " ", ":", "/", "@", "-", ".", ",")).join(values)
        else:
            yield " ".join(
                r.choice((r.choice(words), near_miss(r), digits(r, r.randint(1, 19)), r.choice(SOUP)))
                for _ in range(r.randint(1, 25))
            )
