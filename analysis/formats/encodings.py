"""Which encoding turns a file's bytes into text: the one given, that of its mark, UTF-8, or one found by its bytes."""

from __future__ import annotations

import codecs
import contextlib
from dataclasses import dataclass

from analysis.errors import FormatError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
CODE_PAGES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 koi8_r iso8859_2 cp932 euc_jp gb18030 big5 cp949 mac_roman"
).split()
"""The encodings that are looked for, of equal ones the first."""
LATIN = frozenset(("cp1252", "cp1250", "cp1257", "iso8859_2", "mac_roman"))
NEAR_CHAOS, NEAR_COHERENCE = 0.1, 0.11
TITLES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "iso8859-1": "ISO 8859-1 (Latin-1)",
    "iso8859-2": "ISO 8859-2 (Central European)",
    "iso8859-15": "ISO 8859-15 (Latin-9)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "CP949 (Korean)",
    "mac-roman": "Mac Roman",
}
"""Python's name of an encoding -> what it is called on screen; these can be chosen on the page Open."""
SAMPLE_BYTES = 1 << 15
NOT_FOR_FILES = frozenset(("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"))
TEXT_CONTROLS = "\t\n\r\f\v\x1b"


@dataclass(frozen=True)
class Encoding:
    """`name`: Python's name of the codec. `mark`: the bytes to skip. `how`: "given", "mark", "found" or "plain", which
    is UTF-8 without a mark."""

    name: str
    mark: bytes = b""
    how: str = "plain"

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)


def checked(name: str) -> str:
    """Python's name of a text encoding. Raises FormatError where there is none of that name."""
    info = None
    with contextlib.suppress(LookupError):
        info = codecs.lookup(name.replace("\0", " "))
    if info is None or info.name in NOT_FOR_FILES or not getattr(info, "_is_text_encoding", True):
        raise FormatError(
            f"There is no encoding {name!r}; give one such as utf-8, utf-16, cp1252, cp1250, shift_jis or gb18030."
        )
    return info.name


def encoding_of(head: bytes, given: str | None, sample: bytes) -> Encoding:
    """The encoding of a file that begins with `head`. `sample`: bytes of the file that are not only ASCII, if any."""
    mark, marked = next((m for m in BYTE_ORDER_MARKS if head.startswith(m[0])), (b"", ""))
    if given:
        name = checked(given)
        if name in ("utf-16", "utf-32"):
            name = marked if marked.startswith(name) else _wide(head) or f"{name}-le"
        return Encoding(
            "utf-8" if name == "utf-8-sig" else name, mark if marked == name.removesuffix("-sig") else b"", "given"
        )
    if mark:
        return Encoding(marked, mark, "mark")
    if wide := _wide(head):
        return Encoding(wide, how="found")
    if _is_mostly_utf8(sample):
        return Encoding("utf-8")
    page = _code_page(sample)
    return Encoding(page, how="found") if page else Encoding("utf-8")


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: zero bytes are at the same place of each character of the Latin script."""
    sample = head[: 1 << 16]
    least = 0.3 if _is_whole_utf8(sample) else 0.02
    for name in WIDE:
        size = 4 if "32" in name else 2
        sample = sample[: len(sample) // size * size]
        zeros = [sample[place::size].count(0) / max(1, len(sample) // size) for place in range(size)]
        filled = 0 if name.endswith("le") else size - 1
        others = [share for place, share in enumerate(zeros) if place != filled]
        if min(others) > max(least, 20 * zeros[filled]) and _is_text(sample, name):
            return name
    return None


def _is_text(sample: bytes, name: str) -> bool:
    text = codecs.getincrementaldecoder(name)("replace").decode(sample)
    strange = sum(c == "\ufffd" or ("\0" < c < " " and c not in TEXT_CONTROLS) for c in text)
    return bool(text) and strange <= 0.01 * len(text)


def _is_whole_utf8(sample: bytes) -> bool:
    """Whether all bytes are valid UTF-8, but for a character that is cut at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether most of the characters beyond ASCII are valid UTF-8, so that the others are damage."""
    if _is_whole_utf8(sample):
        return True
    text = sample.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(not c.isascii() for c in text) - damaged > damaged


def _code_page(sample: bytes) -> str | None:
    """The code page that makes the most plausible text of a sample; of equal ones the most frequent, Windows-1252."""
    from charset_normalizer import from_bytes

    lines = b"\n".join(line for line in sample.split(b"\n") if not line.isascii())[:SAMPLE_BYTES]
    matches = from_bytes(lines, cp_isolation=CODE_PAGES)
    best = matches.best()
    if best is None:
        return None
    if not {best.encoding, *best.could_be_from_charset} & LATIN:
        return codecs.lookup(best.encoding).name
    pages = [(match, page) for match in matches for page in match.could_be_from_charset if page in LATIN]
    near = [
        (_signs_in_words(lines.decode(page, "replace")), CODE_PAGES.index(page), page)
        for match, page in pages
        if match.chaos <= best.chaos + NEAR_CHAOS and match.coherence >= best.coherence - NEAR_COHERENCE
    ]
    return codecs.lookup(min(near)[2]).name


def _signs_in_words(text: str) -> int:
    """How many characters beyond ASCII are no letters although letters are on both sides, as in "pi±tek"."""
    around = zip(text, text[1:], text[2:], strict=False)
    return sum(not b.isascii() and not b.isalpha() and a.isalpha() and c.isalpha() for a, b, c in around)
