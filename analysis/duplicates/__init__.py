"""Which rows say nearly the same, and why: pairs, groups, shared passages, repetition.

The modules here take texts and give numbers; whatever is compiled lies in `kernels/` and is imported where it is used.
"""

__all__ = [
    "decisions",
    "fields",
    "groups",
    "kinds",
    "meaning",
    "passage_table",
    "policies",
    "repetition",
    "side_by_side",
    "splits",
    "verdicts",
]
