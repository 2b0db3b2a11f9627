"""Are the numbers of measures those of a hand count, for all rows and by slice?"""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from analysis.contract import MEASURES, RuleResult
from analysis.contract.measures import parts_of
from tests.contract.conftest import Checked, Opened

ROWS: list[dict[str, Any]] = [
    {"prompt": "a b", "response": "c", "n": n, "kind": kind, "ok": ok, "site": site}
    for n, kind, ok, site in [
        (1, "x", True, "p"),
        (2, "x", True, "p"),
        (3, "x", False, "p"),
        (4, "x", None, "q"),
        (10, "y", True, "q"),
        (None, "y", True, "q"),
        (7, "z", False, None),
        (7, None, True, "r"),
    ]
]
SHARES = (4 / 7, 2 / 7, 1 / 7)


def one(opened: Opened, checked: Checked, measure: str, more: str = "at_least = 0") -> RuleResult:
    text = f'[[rule]]\nname = "r"\ncharacteristic = "relevant"\nmeasure = "{measure}"\n{more}\n'
    (result,) = checked(opened(ROWS), text).rules
    return result


@pytest.mark.parametrize(
    ("measure", "value", "of"),
    [
        ("rows", 8, 8),
        ("mean(n)", 34 / 7, 7),
        ("median(n)", 4, 7),
        ("p10(n)", 1, 7),
        ("p99.9(n)", 10, 7),
        ("min(n)", 1, 7),
        ("max(n)", 10, 7),
        ("sum(n)", 34, 7),
        ("sd(n)", math.sqrt(sum((x - 34 / 7) ** 2 for x in (1, 2, 3, 4, 10, 7, 7)) / 6), 7),
        ("share(ok)", 5 / 7, 7),
        ("missing_share(ok)", 1 / 8, 8),
        ("missing_share(kind)", 1 / 8, 8),
        ("distinct(n)", 6, 7),
        ("distinct_share(n)", 6 / 7, 7),
        ("distinct(kind)", 3, 7),
        ("entropy(kind)", -sum(share * math.log2(share) for share in SHARES), 7),
        ("largest_share(kind)", 4 / 7, 7),
        (" mean ( n ) ", 34 / 7, 7),
        ("sum(prompt_words)", 16, 8),
    ],
)
def test_a_measure_is_the_number_that_a_hand_counts(
    opened: Opened, checked: Checked, measure: str, value: float, of: int
) -> None:
    result = one(opened, checked, measure)
    assert result.value == pytest.approx(value, abs=1e-12)
    assert (result.status, result.of, result.rows, result.share) == ("pass", of, None, None)


def test_tokens_are_those_of_all_rows(opened: Opened, checked: Checked) -> None:
    result = one(opened, checked, "tokens")
    assert result.value == opened(ROWS).column("row_tokens").sum() and (result.value or 0) > 16
    assert result.signals == (opened(ROWS).signal("tokens").key,)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("at_least = 4.5", "pass"),
        ("at_least = 5", "fail"),
        ("at_most = 4.5", "fail"),
        ("at_least = 4.5\nat_most = 5", "pass"),
        ('at_least = 5\nseverity = "warn"', "warn"),
    ],
)
def test_a_number_keeps_its_limit(opened: Opened, checked: Checked, more: str, status: str) -> None:
    assert one(opened, checked, "mean(n)", more).status == status


def test_a_share_of_no_rows_is_unknown_and_says_so(opened: Opened, checked: Checked) -> None:
    dataset = opened([{"prompt": "Why?", "response": "So."}])
    dataset.set_tags(pl.DataFrame({"row_id": dataset.column("row_id"), "tags": [["no"]], "disputed_tags": [[]]}), 1)
    text = 'characteristic = "formatted"\nmeasure = "missing_share(response)"\nat_most = 0\nignore_tags = ["no"]'
    [result] = checked(dataset, f'[[rule]]\nname = "gaps"\n{text}').rules
    assert (result.status, result.why) == ("unknown", "There is no row to look at.")


def test_every_slice_must_keep_the_limit_and_small_ones_are_named(opened: Opened, checked: Checked) -> None:
    result = one(opened, checked, "mean(n)", 'at_most = 6\nby = "site"\nmin_rows = 2')
    assert [(s.name, s.value, s.of, s.status) for s in result.slices] == [("p", 2.0, 3, "pass"), ("q", 7.0, 2, "fail")]
    assert (result.status, result.of, result.value) == ("fail", 5, None)
    assert result.notes == ("Not judged, under 2 rows: (missing), r.",)
    assert one(opened, checked, "mean(n)", 'at_most = 7\nby = "site"\nmin_rows = 2').status == "pass"
    every = one(opened, checked, "rows", 'at_least = 1\nby = "site"\nmin_rows = 1')
    assert [s.name for s in every.slices] == ["(missing)", "p", "q", "r"] and every.status == "pass"


def test_a_slice_that_cannot_be_measured_is_unknown(opened: Opened, checked: Checked) -> None:
    rows = [
        {"prompt": "a", "response": "b", "n": n if n < 40 else None, "site": "p" if n < 40 else "q"} for n in range(80)
    ]
    text = '[[rule]]\nname = "r"\ncharacteristic = "relevant"\nmeasure = "mean(n)"\nat_least = 1\nby = "site"\n'
    result = checked(opened(rows), text)
    assert [s.status for s in result.rules[0].slices] == ["pass", "unknown"]
    assert (result.rules[0].status, result.rules[0].why) == ("unknown", "q: No row has a value in n.")
    assert result.verdict == "fail"


def test_agreement_is_that_of_the_annotators(opened: Opened, checked: Checked) -> None:
    """Krippendorff (2011), the data of section C: alpha is 0.743 nominal."""
    table = {
        "a": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        "b": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        "c": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        "d": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    }
    rows = [
        {"prompt": f"p{item}", "response": "r", "item_id": item, "annotator": who, "verdict": f"v{label}"}
        for who, labels in table.items()
        for item, label in enumerate(labels)
        if label
    ]
    text = '[[rule]]\nname = "r"\ncharacteristic = "consistent"\nmeasure = "krippendorff_alpha(verdict)"\nat_least = 0.74\n'
    (result,) = checked(opened(rows), text).rules
    assert result.value == pytest.approx(0.743, abs=0.0005) and result.status == "pass"


def test_every_measure_is_explained() -> None:
    from tests.house.test_docs import names_in_first_cells, source

    section = source("docs/contract.md").partition("### Measures")[2].partition("\n### ")[0]
    named = {parts_of(name)[0] for name in names_in_first_cells(section)} - {"p95"}
    assert named == set(MEASURES)
