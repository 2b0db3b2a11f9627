"""Are the marks of a thought, such as <think> and </think>, complete, and is there something inside and after them?

Reasoning models write their thought between two marks at the start of an answer. A model that is trained on answers
with broken marks learns to break them.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_NAMES = "think|thinking|thought|begin_of_thought|end_of_thought"
OPENED = r"(?i)<(?:think|thinking|thought)>|\[think\]|<\|begin_of_thought\|>"
CLOSED = r"(?i)</(?:think|thinking|thought)>|\[/think\]|<\|end_of_thought\|>"
_HINT = rf"(?i)(?:</?|\[/?|<\|)(?:{_NAMES})(?:>|\]|\|>)"
_CODE = r"(?s)```.*?(?:```|\z)|`[^`\n]*`"  # a mark that is quoted as code is none
_OPEN, _CLOSE = "\ue000", "\ue001"
FAULTS = {
    "thought_not_opened": rf"\A[^{_OPEN}]*{_CLOSE}",
    "thought_not_closed": rf"{_OPEN}[^{_CLOSE}]*\z",
    "thought_empty": rf"{_OPEN}\s*{_CLOSE}",
    "several_thoughts": rf"(?s){_OPEN}.*{_OPEN}",
    "answer_missing_after_thought": rf"{_CLOSE}\s*\z",
}
"""Each fault of an answer: a pattern of the text in which one private-use character replaces each mark."""
IN_PROMPT = {"thought_in_prompt": rf"\A\s*{_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE}|{_OPEN}\s*\z"}
"""A prompt that begins with a whole thought, or ends with the mark that begins one. Marks elsewhere may be the words of
a person who says how to think."""


def thought_faults(texts: pl.Series, faults: Mapping[str, str] = FAULTS) -> pl.DataFrame:
    """A Boolean column per fault: whether the text has it; false for a null text, and without a mark."""
    marked = texts.str.contains(_HINT).fill_null(False)
    some = (
        texts.filter(marked)
        .to_frame("text")
        .select(
            pl.col("text")
            .str.replace_all(rf"[{_OPEN}{_CLOSE}]", "")
            .str.replace_all(_CODE, "")
            .str.replace_all(OPENED, _OPEN)
            .str.replace_all(CLOSED, _CLOSE)
        )
    )
    judged = some.select(pl.col("text").str.contains(pattern).alias(fault) for fault, pattern in faults.items())
    places = marked.arg_true()
    none = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    return pl.DataFrame([none.scatter(places, judged[fault]).alias(fault) for fault in faults])
