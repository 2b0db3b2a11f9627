"""Is an answer cut off, and is it a refusal?"""

from __future__ import annotations

import polars as pl

from analysis.noise.kind import FENCE, Kind

REFUSAL_CHARS = 1_000  # a longer text says more than no
ANSWER_ROLES = ("response", "rejected", "text")

_NOT = r"(?:cannot|can['’]?t|can not|could not|couldn['’]t|am unable to|['’]m unable to|am not able to|['’]m not able to|"
_NOT += r"won['’]t|will not|must decline to|have to decline to|decline to|do not feel comfortable|don['’]t feel comfortable|"
_NOT += r"am not comfortable|['’]m not comfortable|would rather not|['’]d rather not|am not allowed to|['’]m not allowed to|"
_NOT += r"am not permitted to)"
_DO = (
    r"(?:help(?:ing)?(?: you)?(?: with| in| on|[.!,;]|$)|assist|do (?:that|this|it|so)\b|"
    r"(?:answer|answering|provide|providing|fulfil|fulfill|fulfilling|comply|complying|create|creating|generate|generating|"
    r"write|writing|support|respond|responding|discuss|discussing|engage|engaging|offer|offering|share|sharing|give|giving|"
    r"continue|complete|completing|process|participate|participating|accommodate|carry out|perform|produce|suggest|"
    r"recommend|speak|talk|go into|satisfy|proceed|promote|condone)\b[^.!?\n]{0,60}"
    r"\b(?:this|that|your|you|such|these|those|any|it|information|advice|content|instructions|request|question|topic)\b|"
    r"(?:comply|proceed|continue)\b)"
)
_SORRY = (
    r"(?:(?:i['’]?m|i am|i|we['’]?re|we are|we|my|our)?\s*(?:very |so |really |truly |deeply |sincerely )?"
    r"(?:sorry|afraid|apologi[sz]e|apologies|unfortunately|regret(?:fully)?|regrettably)\b[^.!?\n]{0,60}?[,.!:]?\s*(?:but|that|as)?\s*)?"
)
_REFUSAL = (
    rf"(?i)\A[\s\W]*{_SORRY}(?:as an? [^,.\n]{{1,60}},\s*)?(?:I|we)\s*{_NOT}\s+(?:in good conscience |really |actually )?{_DO}"
    rf"|\A[\s\W]*{_SORRY}(?:as an? [^,.\n]{{1,60}},\s*)?(?:I|we)\s*(?:do not|don['’]t) feel comfortable\b"
    rf"|\A[\s\W]*{_SORRY}(?:I|we) (?:must|have to|need to|respectfully) (?:respectfully )?(?:decline|refuse)\b"
    r"|\A[\s\W]*(?:it (?:would|is) (?:not be|not|n['’]t be) (?:appropriate|ethical|right)|it['’]s not appropriate) (?:for me )?to\b"
    r"|\A[\s\W]*(?:(?:this|that|your|the) (?:request|question|prompt) (?:violates|goes against|is against|conflicts with))\b"
    r"|\A[\s\W]*(?:es tut mir leid|tut mir leid|leider kann ich)[^.!?\n]{0,80}\b(?:nicht|keine)\b"
    r"|\A[\s\W]*(?:je suis désolée?|désolée?)[^.!?\n]{0,80}\bne (?:peux|puis)\b|\A[\s\W]*lo siento[^.!?\n]{0,60}\bno puedo\b"
    r"|\A[\s\W]*(?:извините|к сожалению|простите)[^.!?\n]{0,60}\bне мо(?:гу|жем)\b|\A[\s\W]*(?:抱歉|对不起|很抱歉)[^。!?\n]{0,30}(?:不能|无法)"
    r"|\A[\s\W]*(?:申し訳|すみません|恐れ入ります)[^。\n]{0,60}(?:できません|できかねます)"
)

_TRIMMED = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f"
_NO_PROSE = r"^\s*(?:[-*+•>#|$]\s|[0-9]{1,3}[.)]\s|\|)|[|{};=<>\\]|//"
_LEFT_OPEN = (
    r"(?:[,(\[{:\u2013\u2014]|[\p{L}]-|\S+\s+\S+\s+\S+\s+(?:and|or|the|of|to|a|an|with|because|which|und|oder|der|die|das|et|ou|y|el|los|las|et))\z"
)
_OPEN_BRACKET = r"[(\[][^()\[\]\n]{0,200}[\p{L}0-9]\z"
_AFTER_A_SENTENCE = (
    r"[.!?]['\")*_”’]*\s+['\"(*_“‘]*[\p{Lu}\p{Lo}][^.!?\n]*\s\p{Ll}+\z"
    r"|[。!?][^。!?\n]{4,}[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]\z"
)
_ONE_SENTENCE = (
    r"(?s)\A\s*\p{Lu}[^\n|]*\b(?:is|are|was|were|has|have|it|they|he|she|you|we|this|that|these|ist|sind|hat|est|sont|es|son)\b"
    r"[^\n|]*\s\p{Ll}+\z"
)
_FEW_WORDS = r"\A\s*\S+(?:\s+\S+){0,1}\s*\z"


def _truncated(texts: pl.Series) -> pl.Series:
    """1 for a text that stops in the middle."""
    table = texts.rename("text").to_frame().with_columns(end=pl.col("text").str.strip_chars_end(_TRIMMED))
    fences = sum((pl.col("text").str.count_matches(rf"(?m)^[ \t]*{mark}") % 2 for mark in ("```", "~~~")), pl.lit(0))
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
    Kind("truncated", "Truncated answers", hint=rf"[\p{{L}}\p{{N}},(\[{{:\u2013\u2014-][{_TRIMMED}]*\z|(?m){FENCE}",
         count=_truncated, whole=True, roles=ANSWER_ROLES),
    Kind("refusals", "Refusals", count=_refusals, whole=True, roles=("response", "rejected"), steps=((r"(?s)\A.*\z", ""),),
         hint=r"(?i)\A[\s\W]*(?:i|we|my|our|sorry|unfortunately|apolog|regret|afraid|as an?|it|this|that|your|the|es tut|tut|leider|je|désol|lo siento|извините|к сожалению|простите|很?抱歉|对不起|申し訳|すみません|恐れ入)"),
)  # fmt: skip
