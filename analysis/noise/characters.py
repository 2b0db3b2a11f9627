"""Which characters cost tokens without content? White space, invisible and broken ones; and emoji and URLs."""

from __future__ import annotations

import polars as pl

from analysis.noise.kind import Kind

FIXED_CHARS = 200_000  # a longer text is not repaired: the time grows fast with its length

_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    "(?:[\U0001f000-\U0001f1e5\U0001f200-\U0001faff\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615"
    "\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd"
    "\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
    "|[\u00a9\u00ae\u203c-\u3299]\ufe0f)"
    "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\u2190-\u3299\U0001f000-\U0001faff])*"
)
_BROKEN = "[ÂÃÄÅÆÇÈÉÊÎÏÐÑÒÓÔÕÖ×ØÙàáâãäåæçèéïðñ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_URL = r"""(?i)(?:https?://|\bwww\.)[^\s<>"`|\x00-\x1f]*[^\s<>"`|.,;:!?'()\[\]{}*_\x00-\x1f]"""


def _repaired(text: str) -> str:
    from ftfy import fix_encoding

    return fix_encoding(text) if len(text) <= FIXED_CHARS else text


def _mojibake(texts: pl.Series) -> pl.Series:
    """The number of broken pairs in texts that can be repaired, at least 1; 0 in other texts."""
    pairs = texts.str.count_matches(_BROKEN)
    counts = [max(n, 1) if _repaired(text) != text else 0 for text, n in zip(texts, pairs, strict=True)]
    return pl.Series(counts, dtype=pl.UInt32)


def _without_mojibake(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, [_repaired(text) for text in texts], dtype=pl.String)


def _not_composed(texts: pl.Series) -> pl.Series:
    """How many characters composition (NFC) saves, at least 1 where it changes the text."""
    composed = texts.str.normalize("NFC")
    saved = (texts.str.len_chars().cast(pl.Int64) - composed.str.len_chars()).clip(1)
    return (texts != composed).cast(pl.Int64) * saved


def _mixed_ends(texts: pl.Series) -> pl.Series:
    """Line ends with a carriage return, in texts with other line ends too or with a carriage return alone."""
    returns, pairs = texts.str.count_matches("\r\n?"), texts.str.count_matches("\r\n")
    lone = returns > pairs
    mixed = texts.str.count_matches("\n") > pairs
    return returns * (lone | mixed).cast(pl.UInt32)


_INVISIBLE = "[\u200b-\u200d\u2060\ufeff\u00ad\u180e\U000e0000-\U000e007f]"
_CONTROLS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]"

BROKEN = (
    Kind("mojibake", "Mojibake", _BROKEN, hint=_BROKEN, count=_mojibake, clean=_without_mojibake),
    Kind("line_ends", "Mixed line ends", "\r\n?", "\n", hint="\r", count=_mixed_ends, form=True),
    Kind(
        "zero_width",
        "Invisible characters",
        "([\x00-\u05ff]|^)[\u200c\u200d\U000e0000-\U000e007f]+|[\u200b\u2060\ufeff\u00ad\u180e]",
        "${1}",
        hint=_INVISIBLE,
        form=True,
    ),
    Kind("control_characters", "Control characters", _CONTROLS, hint=_CONTROLS, form=True),
    Kind(
        "unicode_form",
        "Characters not composed (NFC)",
        hint="[^\x00-\u02ff]",
        count=_not_composed,
        clean=lambda texts: texts.str.normalize("NFC"),
        form=True,
    ),
)
SIGNS = (
    Kind("no_break_spaces", "No-break spaces", "[\u00a0\u2007\u202f]", " ", hint="[\u00a0\u2007\u202f]", form=True),
    Kind("replacement_characters", "Replacement characters", "\ufffd", hint="\ufffd"),
    Kind("emoji", "Emoji", _EMOJI, hint="[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]|\u20e3"),
    Kind("urls", "URLs", _URL, hint=r"(?i)https?://|www\."),
)
SPACES = (
    Kind("tabs", "Tabs", "\t", " ", hint="\t", form=True, protects="fences"),
    Kind(
        "trailing_spaces",
        "White space at line ends",
        r"[ \t]+(\r?\n)|[ \t\r\n]+\z",
        "${1}",
        hint=r"[ \t]\r?\n|[ \t\r\n]\z",
        form=True,
    ),
    Kind(
        "blank_lines",
        "Repeated blank lines",
        r"(\n[ \t]*\r?\n)(?:[ \t]*\r?\n)+",
        "${1}",
        hint=r"\n[ \t]*\r?\n[ \t]*\r?\n",
        form=True,
        protects="fences",
    ),
)
