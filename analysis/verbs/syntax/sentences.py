"""Which sentences of a text can be its request? Fast tests on the text, so that few sentences are parsed."""

from __future__ import annotations

import re
from collections.abc import Collection

from analysis.verbs.syntax.words import LEADING

LONGEST_WORD = 30
FAR = 400  # characters after a comma in which a question must end
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
_AS_SPOKEN = {
    "gimme": "give me",
    "lemme": "let me",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "wat": "what",
    "wht": "what",
    "pls": "please",
    "plz": "please",
    "cld": "could",
    "dont": "don't",
    "whats": "what's",
    "thx": "thanks",
    "ur": "your",
    "im": "I'm",
    "ive": "I've",
}
_SPOKEN = re.compile(rf"\b(?:{'|'.join(_AS_SPOKEN)})\b", re.IGNORECASE)
_REPEATED = re.compile(
    r",?\s{0,2}(?<![\w-])([a-z]{3,})[ -](?:by|for|after|to)[ -]\1(?![\w-])(?:,(?=\s))?", re.I
)  # "line by line"
_GREETING = re.compile(
    r"^(?:(?:(?:hey|hi|hello|hiya|yo|ok|okay|good (?:morning|evening|afternoon))(?: (?:there|guys|everyone|all|again))?"
    r"[,!]* |(?:thanks|thank you|sorry|great|well|so|wow|oh)[,!]+ ))+(?=[^\W\d_])",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"^(re)-(?=[a-z]{3})", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_OPENING = re.compile(
    r"(?:please|kindly|can|could|would|will|might|let|let's|help|i(?:'d| would| want| need| am looking| was wondering)"
    r"|we (?:want|need)|you (?:must|should|are to|have to|need to|will)|(?:your|the|my) (?:task|job|goal|role)"
    r"|what|what's|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|has|have)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text's prose with a letter: without code, tags, list marks and labels such as "Task:".

    A quotation of five words or more is the object of a request, not a request, so that "it" replaces it.
    """
    prose = _EMPHASIS.sub("", _NOT_PROSE.sub("\n", _UNPRINTED.sub(" ", text)))
    prose_sentences = []
    for line in prose.splitlines():
        if not line or _CODE.search(line):
            continue
        unmarked = _MAIL.sub("e", _QUOTED.sub('"it"', _MARGIN.sub("", line, count=1)))
        prose_sentences += [_plain(part) for part in _split(unmarked) if _LETTER.search(part)]
    return prose_sentences


def _plain(sentence: str) -> str:
    """The sentence without words that mislead a parser: "hello", "gimme", "re-write", "line by line"."""
    plain = _AGAIN.sub(r"\1", sentence)
    words = [word.strip(",.!?") for word in plain.lower().split()]
    if not _AS_SPOKEN.keys().isdisjoint(words):
        plain = _SPOKEN.sub(lambda match: _AS_SPOKEN[match.group().lower()], plain)
    is_repeated = "-" in plain or any(first == third for first, third in zip(words, words[2:], strict=False))
    for stripped in (_GREETING, _REPEATED) if is_repeated else (_GREETING,):
        left = stripped.sub("", plain)
        plain = left if len(left.split()) > 1 else plain
    return plain


def _split(line: str) -> list[str]:
    """The line's sentences; a full stop after an abbreviation does not end one."""
    parts, start = [], 0
    for end in _END.finditer(line):
        if not _ABBREVIATION.search(line, start, end.start()):
            parts.append(line[start : end.end()].strip())
            start = end.end()
    return [*parts, line[start:].strip()]


def candidates(prose: list[str], limit: int, verbs: Collection[str]) -> list[str]:
    """At most `limit` sentences: the first, those that begin like a request, and always the last of these.

    Without `verbs`, which identify a request, the first sentences.
    """
    if len(prose) <= 1:
        return prose[:limit]
    opening = [sentence for sentence in prose[1:] if not verbs or opens_like_a_request(sentence, verbs)]
    if len(opening) > limit - 1 and verbs:
        opening = [*opening[: max(limit - 2, 0)], opening[-1]]
    return [prose[0], *opening][:limit]


def opens_like_a_request(sentence: str, verbs: Collection[str]) -> bool:
    """Whether it is a question, or begins with a verb: at once, after "now" or "then", or after phrase and comma."""
    if sentence.endswith("?") or _OPENING.match(sentence):
        return True
    begins = [_WORDS.findall(sentence[:60])[:2], _WORDS.findall(sentence.partition(", ")[2][:60])[:1]]
    words = [[word.lower() for word in words] for words in begins]
    if words[0] and words[0][0] in LEADING:
        words[0].pop(0)
    return any(part[0] in verbs for part in words if part)


_CONTEXT = re.compile(
    r"(?:given|if|when|while|after|before|once|using|based|considering|assuming|suppose|supposing|imagine|pretend|since"
    r"|because|as|in|on|at|for|from|with|without|by|to|under|during|between|over|of|throughout|following|starting)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:please|kindly|(?:can|could|would|will) (?:you|u|i|we)|how (?:many|much)|help (?:me|us)"
    r"|(?:then )?(?:what|who|which|where|when|why|how)"
    r"(?:(?= \w.*\?)|'s(?= \w.*\?)| (?:is|are|was|were|do|does|did|can|could|should|would|will|has|have)))\b",
    re.IGNORECASE,
)
_ASKS_YOU = re.compile(r"(?:please|(?:can|could|would|will) you|help me)\b", re.IGNORECASE)
_OBJECT_FOLLOWS = frozenset(
    "a an the this that these those its their your my his her our all each every some any two three four five me us it "
    "them how why what whether if which one at only both".split()
)


def focused(sentence: str, verbs: Collection[str], words: int) -> str:
    """The part with the request, where a comma separates it from its context: "Given x, find y", "If …, how many …?"

    The context is removed where the sentence begins like one, or is longer than `words`; "how many" needs no comma.
    """
    is_long = len(sentence.split()) > words
    asks = sentence.endswith("?") and not _OPENING.match(sentence) and sentence.split()[0].lower() not in verbs
    has_context = is_long or asks or _CONTEXT.match(sentence) is not None
    if not has_context and opens_like_a_request(sentence, verbs):
        return sentence
    for comma in re.finditer(r"[,;–—-]\s+(?:and |then |so |but )?", sentence):
        rest = sentence[comma.end() : comma.end() + FAR]
        first, second = [*rest[:60].lower().split()[:2], "", ""][:2]
        is_verb = has_context and first in verbs and (second in _OBJECT_FOLLOWS or (is_long and second != ""))
        if is_verb or (has_context and _ASKS.match(rest)) or _ASKS_YOU.match(rest):
            return sentence[comma.end() :]
    counted = re.search(r" (?=how (?:many|much|long|far|fast|old)\b)", sentence) if asks else None
    return sentence[counted.end() :] if counted else sentence


def shortened(sentence: str, words: int) -> str:
    """The first `words` words; on average at most `LONGEST_WORD` characters per word."""
    return " ".join(sentence[: words * LONGEST_WORD].split()[:words])
