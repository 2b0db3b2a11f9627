"""Which rows say nearly the same, and why: pairs, groups, shared passages, repetition.

The modules here take texts and give numbers; whatever is compiled lies in `kernels/` and is imported where it is used.
"""

__all__ = [
    "decisions",
    "exact_duplicates_signal",
    "field_pairs_signal",
    "fields",
    "groups",
    "kinds",
    "leaks_signal",
    "meaning",
    "meaning_pairs_signal",
    "near_groups_signal",
    "near_pairs_signal",
    "normalised_duplicates_signal",
    "passage_table",
    "policies",
    "repetition",
    "repetition_signal",
    "shared_spans_signal",
    "side_by_side",
    "splits",
    "verdicts",
]
