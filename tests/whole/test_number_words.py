"""Has a number the same form wherever it is shown?"""

from __future__ import annotations

import pytest

from ui.session.number_words import count, number, numbers, share, shares


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (0.0, "0%"),
        (0.0004, "under 0.1%"),
        (0.0005, "0.1%"),
        (0.0042, "0.4%"),
        (0.005, "0.5%"),
        (0.028, "2.8%"),
        (0.1249, "12.5%"),
        (0.58, "58%"),
        (0.5799, "58%"),
        (0.9994, "99.9%"),
        (0.99999, "over 99.9%"),
        (1.0, "100%"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_a_share_is_percent_with_at_most_one_decimal(part: float | None, words: str) -> None:
    assert share(part) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (34566, "34,566"),
        (408990, "408,990"),
        (3845.0, "3,845"),
        (234.123, "234"),
        (99.96, "100"),
        (57.46, "57.5"),
        (9.996, "10.0"),
        (1.4, "1.40"),
        (0.7, "0.70"),
        (0.125, "0.12"),
        (0.0476, "0.05"),
        (0.004922, "0.0049"),
        (0.00012345, "0.00012"),
        (4.9e-8, "4.9e-08"),
        (-0.0, "0"),
        (-2.5, "-2.50"),
        (-1234.4, "-1,234"),
        (3.0, "3"),
        (True, "1"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (float("-inf"), "-∞"),
        (1e15, "1.0e+15"),
    ],
)
def test_a_number_has_thousands_separated_and_two_decimals(value: float | None, words: str) -> None:
    assert number(value) == words


def test_counts_and_intervals_have_the_same_form() -> None:
    assert [count(1), count(2016), count(12345, "token")] == ["1 row", "2,016 rows", "12,345 tokens"]
    assert [numbers(1.15, 1.648), numbers(None, 2.0)] == ["1.15 to 1.65", "–"]
    assert [shares(0.028, 0.05), shares(0.1, None)] == ["2.8% to 5%", "–"]
