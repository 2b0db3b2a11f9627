"""The text of a filter on its chip: in the words of a finding where one shows these rows, else its own sentence."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from analysis.catalogue import CATALOGUE
from analysis.check import Check
from analysis.dataset import Dataset
from analysis.view import Filter
from ui.personal_data import chips as values
from ui.rows import cluster_names as clusters

# Where the sentence of a finding, cut to a chip, is longer than what people call it.
SHORT = {
    "ai_boilerplate": "says “as an AI”",
    "contradictions": "contradicts another answer to its prompt",
    "meaning_conflicts": "contradicts an answer to a prompt of the same meaning",
    "personal_data": "holds personal data",
    "shared_answers": "has the answer of another prompt",
}
AREAS = {"within": "drawn on the map", "outside": "not in the area drawn on the map"}
MAP = "map_place"
ABOUT_ROW = re.compile(r"^(in 1 (row|chat|pair) |1 row |1 )", re.I)


def words(dataset: Dataset, asked: Filter) -> str:
    """What a chip says of the rows that pass its filter."""
    named = values.words(dataset, asked) or clusters.words(dataset, asked)
    if named or asked.column in dataset.originals:
        return named or dataset.words_of(asked)
    if asked.column == MAP and asked.op in AREAS:
        return AREAS[asked.op]
    return _of_finding(asked) or dataset.words_of(asked)


def _of_finding(asked: Filter) -> str | None:
    """The words of the finding whose rows pass exactly this filter, or fail it; None if there is no such finding."""
    plain = replace(asked, enabled=True)
    if check := _by_filter().get(str(plain)):
        return of_check(check)
    if (opposite := plain.opposite) and (check := _by_filter().get(str(opposite))):
        return f"not: {of_check(check)}"
    return None


@functools.cache
def _by_filter() -> dict[str, Check]:
    """The checks that one filter selects, by that filter."""
    return {str(Filter.parse(check.where[0])): check for check in CATALOGUE.checks if len(check.where) == 1}


def of_check(check: Check) -> str:
    """What a finding says of one row, without its number.

    >>> of_check(Check("a", "unique", "info", "1 row repeats an earlier row.", "", (), ""))
    'repeats an earlier row'
    >>> of_check(Check("a", "unique", "info", "In 1 chat a tool call has no result.", "", (), ""))
    'a tool call has no result'
    >>> of_check(Check("a", "unique", "info", "1 response is a single word.", "", (), ""))
    'response is a single word'
    """
    return SHORT.get(check.name) or ABOUT_ROW.sub("", check.one).removesuffix(".")
