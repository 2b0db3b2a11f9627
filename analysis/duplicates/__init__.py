"""Which rows are nearly the same, and why: pairs, groups, shared passages, repetition.

The modules here compute numbers from texts; compiled loops are in `kernels/` and are imported where they are used.
"""

__all__ = [
    "coverage",
    "decisions",
    "fields",
    "groups",
    "judgements",
    "kernels",
    "kinds",
    "meaning",
    "passage_table",
    "policies",
    "repetition",
    "seen",
    "side_by_side",
    "splits",
    "texts",
    "verdicts",
]
