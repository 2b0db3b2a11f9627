"""Which sitting does a row belong to, and as the how-manieth?"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotators.sessions_signal import Sessions
from analysis.computing import compute
from analysis.errors import SignalError
from analysis.view import View
from analysis.workspace import Workspace

START = datetime(2024, 3, 6, 9, 0, 0, tzinfo=UTC)
NAMED, BY_TIME = Sessions(annotator="who", session="sitting"), Sessions(annotator="who")


def minute(minutes: float | None) -> datetime | None:
    return None if minutes is None else START + timedelta(minutes=minutes)


def rows(*judged: tuple[Any, Any, datetime | None]) -> pl.DataFrame:
    who, sitting, moment = zip(*judged, strict=True)
    types = {"moment": pl.Datetime("us", "UTC")}
    frame = pl.DataFrame({"who": who, "sitting": sitting, "moment": moment}, schema_overrides=types)
    return frame.with_columns(row_id=pl.int_range(pl.len()).cast(pl.String))


def answers(signal: Sessions, frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return signal(frame).drop("row_id").rows()


def test_rows_are_counted_in_order_of_time_within_the_named_session() -> None:
    frame = rows(
        ("a", "s1", minute(2)),
        ("a", "s1", minute(0)),
        ("b", "s1", minute(1)),
        ("a", "s2", minute(500)),
        ("a", "s1", minute(300)),
    )
    assert answers(NAMED, frame) == [
        (1, 2, 3, 120.0),
        (1, 1, 3, None),
        (2, 1, 1, None),
        (3, 1, 1, None),
        (1, 3, 3, 298 * 60.0),
    ]


def test_without_a_session_a_pause_ends_the_sitting() -> None:
    frame = rows(
        ("a", None, minute(0)),
        ("b", None, minute(1)),
        ("a", None, minute(30)),
        ("a", None, minute(60.1)),
        ("a", None, minute(61)),
    )
    expected = [(0, 1, 2, None), (1, 1, 1, None), (0, 2, 2, 1800.0), (3, 1, 2, None), (3, 2, 2, 54.0)]
    assert answers(BY_TIME, frame) == expected
    assert answers(NAMED, frame) == expected  # so too where the session of a row is missing
    longer = Sessions(annotator="who", gap_minutes=45)
    assert [place for _, place, _, _ in answers(longer, frame)] == [1, 1, 2, 3, 4]


def test_equal_times_keep_the_order_of_the_file() -> None:
    frame = rows(*[("a", "s", minute(1))] * 3)
    assert answers(NAMED, frame) == [(0, 1, 3, None), (0, 2, 3, 0.0), (0, 3, 3, 0.0)]


def test_a_named_session_without_times_is_counted_as_it_stands_in_the_file() -> None:
    frame = rows(("a", "s", None), ("a", "t", None), ("a", "s", None))
    assert answers(NAMED, frame) == [(0, 1, 2, None), (1, 1, 1, None), (0, 2, 2, None)]
    assert answers(BY_TIME, frame) == [(None,) * 4] * 3


def test_a_row_without_a_time_has_no_place_among_rows_with_one() -> None:
    frame = rows(("a", "s", minute(0)), ("a", "s", None), ("a", "s", minute(1)))
    assert answers(NAMED, frame) == [(0, 1, 2, None), (None,) * 4, (0, 2, 2, 60.0)]


@pytest.mark.parametrize("nobody", [None, "", " \n"])
def test_without_an_annotator_there_is_no_session(nobody: str | None) -> None:
    assert answers(NAMED, rows((nobody, "s", minute(0)), ("a", "s", minute(0)))) == [(None,) * 4, (1, 1, 1, None)]
    assert answers(Sessions(session="sitting"), rows(("a", "s", minute(0)))) == [(None,) * 4]


def test_a_day_is_no_time_of_day() -> None:
    day = datetime(2024, 3, 6, tzinfo=UTC)
    frame = rows(("a", "s", day), ("a", "s", day), ("a", "s", day + timedelta(days=1)), ("a", "s", minute(60 * 24)))
    assert [since for *_, since in answers(NAMED, frame)] == [None, None, None, 9 * 3600.0]


@pytest.mark.parametrize(
    "values", [[1, 1, 2], [["a"], ["a"], ["b"]], [{"n": 1}, {"n": 1}, {"n": 2}], [True, True, False], [0.5, 0.5, 1.5]]
)
def test_people_and_sessions_of_any_type(values: list[Any]) -> None:
    frame = rows(*((value, value, minute(at)) for at, value in enumerate(values)))
    assert [(place, of) for _, place, of, _ in answers(NAMED, frame)] == [(1, 2), (2, 2), (1, 1)]


@pytest.mark.parametrize("gap", [0, -1, float("nan"), float("inf")])
def test_a_gap_must_be_some_minutes(gap: float) -> None:
    with pytest.raises(SignalError, match="a session ends after some minutes without a row"):
        Sessions(gap_minutes=gap)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([None, "s", "t"]), st.one_of(st.none(), st.integers(0, 300))),
        max_size=40,
    ),
    st.randoms(),
)
def test_places_are_whole_and_do_not_depend_on_the_order_of_the_file(
    judged: list[tuple[str, str | None, int | None]], chance: random.Random
) -> None:
    distinct = [
        (who, sitting, minute(at + n / 1e4) if at is not None else None) for n, (who, sitting, at) in enumerate(judged)
    ]
    frame = rows(*distinct) if distinct else rows(("a", "s", None)).clear()
    found = NAMED(frame).hstack(frame.drop("row_id"))
    placed = found.drop_nulls("session_position")
    assert placed.filter(pl.col("session_position") == 1).height == placed["session_group"].n_unique()
    for _, session in placed.group_by("session_group"):
        assert (
            session["session_position"].sort().to_list()
            == list(range(1, session.height + 1))
            == [*range(1, session["session_rows"][0] + 1)]
        )
        assert session["who"].n_unique() == 1
    timed = found.filter(pl.col("moment").is_not_null())
    order = list(range(frame.height))
    chance.shuffle(order)
    again = NAMED(frame[order]).hstack(frame[order].drop("row_id")).filter(pl.col("moment").is_not_null())
    keys = ["who", "moment", "session_position", "session_rows", "seconds_since_previous"]
    assert sorted(timed.select(keys).rows(), key=str) == sorted(again.select(keys).rows(), key=str)


def test_rows_after_the_second_of_a_session_are_a_view(tmp_path: Path) -> None:
    file = tmp_path / "timed.jsonl"
    judged = [
        {"prompt": "a", "response": "b", "annotator": "a", "created_at": f"2024-03-06T09:{at:02}:00Z"}
        for at in (4, 0, 1, 50)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in judged))
    dataset = Workspace(tmp_path / "home").open([file])
    assert dataset.signal("sessions") == Sessions(annotator="annotator", of_times=dataset.signal("times").key)
    for name in ("times", "sessions"):
        compute(dataset, dataset.signal(name))
    assert dataset.rows_of(View().where("session_position", "gt", "2")).to_list() == [0]
    assert dataset.column("session_rows").to_list() == [3, 3, 3, 1]
