"""Is an answer cut off, and is it a refusal?"""

from __future__ import annotations

import polars as pl

from analysis.noise.kind import FENCE, Kind

REFUSAL_CHARS = 1_000  # a longer text is more than a refusal
ANSWER_ROLES = ("response", "rejected", "text")

_CANNOT = (
    r"(?:cannot|can['’]?t|can not|could not|couldn['’]t|won['’]t|will not|would rather not|['’]d rather not|"
    r"(?:am|['’]m) (?:unable|not able|not allowed|not permitted) to|(?:am|['’]m) not comfortable|"
    r"(?:must |have to )?decline to|(?:do not|don['’]t) feel comfortable)"
)
_VERBS = (
    r"(?:answer|provid|fulfil|creat|generat|writ|support|respond|discuss|engag|offer|shar|giv|complet|process|"
    r"participat|accommodat|carry out|perform|produc|speak|talk|go into|satisf|promot|condon)(?:l?e|y|l?ing)?"
)
_OBJECTS = (
    r"(?:this|that|your|you|such|these|those|any|it|information|advice|content|instructions|request|question|topic)"
)
_HELP = (
    r"(?:help(?:ing)?(?: you)?(?: with| in| on|[.!,;]|$)|assist|do (?:that|this|it|so)\b|(?:comply|proceed|continue)\b|"
    rf"{_VERBS}\b[^.!?\n]{{0,60}}\b{_OBJECTS}\b)"
)
_SORRY = (
    r"(?:(?:i['’]?m|i am|i|we['’]?re|we are|we|my|our)?\s*(?:very |so |really |truly |deeply |sincerely )?"
    r"(?:sorry|afraid|apologi[sz]e|apologies|unfortunately|regret(?:fully)?|regrettably)\b[^.!?\n]{0,60}?"
    r"[,.!:]?\s*(?:but|that|as)?\s*)?"
)
_SELF = r"(?:as an? [^,.\n]{1,60},\s*)?(?:I|we)\s*"
_REFUSAL = (
    r"(?i)\A[\s\W]*(?:"
    + "|".join(
        (
            rf"{_SORRY}{_SELF}{_CANNOT}\s+(?:in good conscience |really |actually )?{_HELP}",
            rf"{_SORRY}{_SELF}(?:do not|don['’]t) feel comfortable\b",
            rf"{_SORRY}(?:I|we) (?:must|have to|need to|respectfully) (?:respectfully )?(?:decline|refuse)\b",
            rf"{_SORRY}(?:this|that|it)(?:['’]s| is| falls| lies| goes) (?:outside|beyond) (?:of )?(?:the scope of )?"
            r"(?:what (?:I|we) (?:can|may|am|are|['’]m)\b|"
            r"(?:my|our) (?:scope|remit|guidelines|capabilities|abilities)\b)",
            r"it(?:['’]s| is| would) (?:not|not be|n['’]t be) (?:appropriate|ethical|right) (?:for me )?to\b",
            r"(?:this|that|your|the) (?:request|question|prompt) (?:violates|goes against|is against|conflicts with)\b",
            r"(?:es tut mir leid|tut mir leid|leider kann ich)[^.!?\n]{0,80}\b(?:nicht|keine)\b",
            r"(?:je suis désolée?|désolée?)[^.!?\n]{0,80}\bne (?:peux|puis)\b",
            r"lo siento[^.!?\n]{0,60}\bno puedo\b",
            r"(?:извините|к сожалению|простите)[^.!?\n]{0,60}\bне мо(?:гу|жем)\b",
            r"(?:很?抱歉|对不起)[^。!?\n]{0,30}(?:不能|无法)",
            r"(?:申し訳|すみません|恐れ入)[^。\n]{0,60}(?:できません|できかねます)",
        )
    )
    + ")"
)
_MAY_REFUSE = (
    r"(?i)\A[\s\W]*(?:i|we|my|our|sorry|unfortunately|apolog|regret|afraid|as an?|that|this|your|the|es tut|tut|leider|"
    r"je|désol|lo siento|извините|к сожалению|простите|很?抱歉|对不起|申し訳|すみません|恐れ入)"
)

_TRIMMED = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f"
_NO_PROSE = r"^\s*(?:[-*+•>#|$]\s|[0-9]{1,3}[.)]\s|\|)|[|{};=<>\\]|//"
_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_LEFT_OPEN = (
    r"(?:[,(\[{:\u2013\u2014]|[\p{L}]-|\S+\s+\S+\s+\S+\s+"
    r"(?:and|or|the|of|to|a|an|with|because|which|und|oder|der|die|das|et|ou|y|el|los|las))\z"
)
_OPEN_BRACKET = r"[(\[][^()\[\]\n]{0,200}[\p{L}0-9]\z"
_AFTER_A_SENTENCE = (
    r"[.!?]['\")*_”’]*\s+['\"(*_“‘]*[\p{Lu}\p{Lo}][^.!?\n]*\s\p{Ll}+\z"
    rf"|[。!?][^。!?\n]{{4,}}[{_CJK}]\z"
)
_ONE_SENTENCE = (
    r"(?s)\A\s*\p{Lu}[^\n|]*\b"
    r"(?:is|are|was|were|has|have|it|they|he|she|you|we|this|that|these|ist|sind|hat|est|sont|es|son)\b"
    r"[^\n|]*\s\p{Ll}+\z"
)
_FEW_WORDS = rf"\A\s*[^\s{_CJK}]+(?:\s+[^\s{_CJK}]+)?\s*\z"


def _truncated(texts: pl.Series) -> pl.Series:
    """1 for a text that ends in the middle of a sentence or a code block, else 0."""
    table = texts.rename("text").to_frame().with_columns(end=pl.col("text").str.strip_chars_end(_TRIMMED))
    lines = (rf"(?m)^[ \t]*{mark}[^`\n]*$" for mark in ("```", "~~~"))
    fences = sum((pl.col("text").str.count_matches(line) % 2 for line in lines), pl.lit(0))
    tail = pl.col("end").str.slice(-600)
    line = tail.str.extract(r"([^\n]*)\z")
    prose = ~line.str.contains(_NO_PROSE) & ~line.str.contains(_FEW_WORDS)
    stops = (
        tail.str.contains(_LEFT_OPEN)
        | tail.str.contains(_OPEN_BRACKET)
        | line.str.contains(_AFTER_A_SENTENCE)
        | ((pl.col("end").str.len_chars() < 600) & pl.col("end").str.contains(_ONE_SENTENCE))
    )
    open_end = pl.col("end").str.contains(r"[\p{L}\p{N},(\[{:\u2013\u2014-]\z")
    return table.select(((fences > 0) | (open_end & prose & stops)).cast(pl.UInt32)).to_series()


def _refusals(texts: pl.Series) -> pl.Series:
    return (texts.str.contains(_REFUSAL) & (texts.str.len_chars() <= REFUSAL_CHARS)).cast(pl.UInt32)


ANSWERS = (
    Kind(
        "truncated",
        "Truncated answers",
        hint=rf"[\p{{L}}\p{{N}},(\[{{:\u2013\u2014-][{_TRIMMED}]*\z|(?m){FENCE}",
        count=_truncated,
        whole=True,
        roles=ANSWER_ROLES,
    ),
    Kind(
        "refusals",
        "Refusals",
        hint=_MAY_REFUSE,
        count=_refusals,
        whole=True,
        roles=("response", "rejected"),
        steps=((r"(?s)\A.*\z", ""),),
    ),
)
