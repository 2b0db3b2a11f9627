"""Do the rows of an annotator say whether this person is far from the others, or tires?"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from analysis.annotators.people_signal import People

COLUMNS = ("session_group", "session_position", "seconds_since_previous", "response_chars")
ROLES = {"item": "item", "annotator": "who", "label": "", "score": "score"}


def judged(lines: list[dict[str, Any]], **roles: str) -> pl.DataFrame:
    """The signal's columns for rows with `who`, `item`, `score` and, where they matter, a place in a session."""
    types = {
        "session_group": pl.UInt32,
        "session_position": pl.UInt32,
        "seconds_since_previous": pl.Float64,
        "response_chars": pl.UInt32,
    }
    given = {name: [line.get(name) for line in lines] for name in ("who", "item", "score", "label")}
    placed = {name: pl.Series(name, [line.get(name) for line in lines], dtype=types[name]) for name in COLUMNS}
    frame = pl.DataFrame({"row_id": [str(n) for n in range(len(lines))], **given, **placed}, strict=False)
    return People(**{**ROLES, **roles})(frame).select(*People.adds)


def on_each_item(scores: dict[str, Any], items: int = 40) -> list[dict[str, Any]]:
    """Everybody judges every item: `scores` by person, or a function of the item."""
    return [
        {"who": who, "item": item, "score": score(item) if callable(score) else score}
        for item in range(items)
        for who, score in scores.items()
    ]


def test_who_scores_higher_than_the_others_on_the_same_items() -> None:
    """Four people agree; Cem gives 2 more to each item."""
    alike = dict.fromkeys(("ann", "bob", "dan", "eve"), lambda i: i % 3)
    lines = on_each_item({**alike, "cem": lambda i: i % 3 + 2})
    table = judged(lines).with_columns(who=pl.Series([line["who"] for line in lines]))
    by_person = {who: rows.row(0) for (who,), rows in table.group_by("who")}
    assert by_person["cem"][:2] == (2.0, True)
    assert all(by_person[who][:2] == (0.0, False) for who in alike)
    assert all(rows.n_unique() == 1 for _, rows in table.group_by("who")), "every row of a person has the same values"


def test_labels_that_are_no_numbers_are_compared_by_their_shares() -> None:
    words = ("good", "bad")
    alike = dict.fromkeys(("ann", "bob", "dan", "eve"), lambda i: words[i % 2])
    lines = on_each_item({**alike, "cem": "good"})
    lines = [{**line, "label": line["score"], "score": None} for line in lines]
    table = judged(lines, label="label", score="").with_columns(who=pl.Series([line["who"] for line in lines]))
    assert table["annotator_difference"].null_count() == table.height
    assert {who: rows["is_annotator_far"].unique().to_list() for (who,), rows in table.group_by("who")} == {
        **{who: [False] for who in alike},
        "cem": [True],
    }


@pytest.mark.parametrize(
    "lines",
    [
        [{"who": "ann", "item": n, "score": n % 5} for n in range(60)],
        [{"who": who, "item": 0, "score": 3} for who in ("ann", "bob")],
        [],
    ],
)
def test_who_cannot_be_compared_is_null_and_not_false(lines: list[dict[str, Any]]) -> None:
    table = judged(lines)
    assert table.select("annotator_difference", "is_annotator_far", "is_annotator_tired").null_count().row(0) == (
        (len(lines),) * 3
    )


def test_a_row_without_an_annotator_has_no_value() -> None:
    lines = on_each_item({"ann": 1, "bob": lambda i: i % 2, " ": 5, None: 5})  # type: ignore[dict-item]
    table = judged(lines).with_columns(who=pl.Series([line["who"] for line in lines]))
    without = table.filter(pl.col("who").is_null() | (pl.col("who") == " "))
    assert without["is_annotator_far"].null_count() == without.height == 80


def test_who_writes_less_and_less_in_a_session_is_tired() -> None:
    """Ann's responses get shorter by the position in each of three sessions; Bob's only vary."""
    lines = [
        {
            "who": who,
            "item": f"{who} {session} {place}",
            "score": (7 * place + session) % 5,
            "session_group": session + 10 * (who == "bob"),
            "session_position": place,
            "response_chars": 900 - 15 * place + place % 4 if who == "ann" else 500 + 37 * place % 101,
        }
        for who in ("ann", "bob")
        for session in range(3)
        for place in range(1, 41)
    ]
    table = judged(lines)
    assert table["is_annotator_tired"].to_list() == [True] * 120 + [False] * 120
