"""Which sentences of a text can hold its request? Cheap tests on the text itself, so that few need a parser."""

from __future__ import annotations

import re
from collections.abc import Collection

from analysis.syntax.words import LEADING

LONGEST_WORD = 30
_UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffc\ufffd]+")
_NOT_PROSE = re.compile(
    r"(?P<fence>```|~~~).*?(?:(?P=fence)|\Z)"  # fenced code
    r"|<\|[^|<>\s]{1,40}\|>|<</?SYS>>|\[/?INST\]|</?s>"  # tokens of chat templates
    r"|</?[a-zA-Z][^<>\n]{0,200}>",  # tags
    re.DOTALL,
)
_EMPHASIS = re.compile(r"\*{1,3}|__+|`+")
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:@\w+$|#include|import \S+$|from \S+ import |(?:def|function|func|fn) \w+\s*\(|class \w+\s*[(:{]"
    r"|(?:public|private|static|const|let|var|int|void|String) \w+\s*[=(]|(?:if|for|while|elif) .*[:{]$|return\b.*[();]"
    r"|\s+return\b"
    r"|(?:SELECT\b.*\bFROM|INSERT INTO|CREATE TABLE|DELETE FROM|UPDATE \w+ SET)\b|[$>]{1,3} ?\w+ -|\w+(?:\.\w+)* = "
    r"|[\w.]+\([^)]*\)$)"
)
_MARGIN = re.compile(
    r"^\s*(?:[#>|•–—*+-]+\s+|\(?(?:\d{1,3}|[a-zA-Z])[.)]\s+)*"  # headings, bullets, numbers
    r"(?:(?:(?:(?:your|the|my)\s+)?(?:new\s+)?(?:task|instruction|question|query|prompt|request|problem|objective|goal"
    r"|exercise|assignment|mission)s?|user|human|q)\s*\d*\s*:\s+)?",  # "Task 2: "
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«]((?:[^\s\"“”„«»]+\s+){4,}[^\s\"“”„«»]+)\s*[\"”“»]")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[:;])\s+")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|ca|approx|no|fig|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|[A-Z])\.$")
_MAIL = re.compile(r"\be-(?=mails?\b)", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_OPENING = re.compile(
    r"(?:please|kindly|can|could|would|will|might|let|let's|help|i(?:'d| would| want| need| am looking| was wondering)"
    r"|we (?:want|need)|you (?:must|should|are to|have to|need to|will)|(?:your|the|my) (?:task|job|goal|role)"
    r"|what|what's|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|has|have)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text's prose that have a letter: no code, tags, list marks or labels such as "Task:".

    A quotation of five words or more is not asked for but worked upon, so that "it" stands in its place.
    """
    prose = _EMPHASIS.sub("", _NOT_PROSE.sub("\n", _UNPRINTED.sub(" ", text)))
    found = []
    for line in prose.splitlines():
        if not line or _CODE.search(line):
            continue
        said = _MAIL.sub("e", _QUOTED.sub('"it"', _MARGIN.sub("", line, count=1)))
        found += [part for part in _split(said) if _LETTER.search(part)]
    return found


def _split(line: str) -> list[str]:
    """The line's sentences; a full stop behind an abbreviation ends none."""
    parts, start = [], 0
    for end in _END.finditer(line):
        if not _ABBREVIATION.search(line, start, end.start()):
            parts.append(line[start : end.end()].strip())
            start = end.end()
    return [*parts, line[start:].strip()]


def candidates(found: list[str], limit: int, verbs: Collection[str]) -> list[str]:
    """At most `limit` sentences: the first, those that open like a request, and always the last of these.

    With no `verbs` to know a request by, simply the first ones.
    """
    if len(found) <= 1:
        return found[:limit]
    opening = [sentence for sentence in found[1:] if not verbs or opens_like_a_request(sentence, verbs)]
    if len(opening) > limit - 1 and verbs:
        opening = [*opening[: max(limit - 2, 0)], opening[-1]]
    return [found[0], *opening][:limit]


def opens_like_a_request(sentence: str, verbs: Collection[str]) -> bool:
    """Whether it asks, or begins with a verb: at once, behind "now" or "then", or behind a phrase and a comma."""
    if sentence.endswith("?") or _OPENING.match(sentence):
        return True
    begins = [_WORDS.findall(sentence[:60])[:2], _WORDS.findall(sentence.partition(", ")[2][:60])[:1]]
    words = [[word.lower() for word in words] for words in begins]
    if words[0] and words[0][0] in LEADING:
        words[0].pop(0)
    return any(part[0] in verbs for part in words if part)


def shortened(sentence: str, words: int) -> str:
    """Its first `words` words, `LONGEST_WORD` characters of each at most on average."""
    return " ".join(sentence[: words * LONGEST_WORD].split()[:words])
