"""Is every usual way of writing a time read as the same moment, and is none guessed?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from analysis.computing import compute
from analysis.slices.times_signal import Times, moments
from analysis.view import View
from analysis.workspace import Workspace

NOON = datetime(2024, 3, 6, 13, 48, 40, tzinfo=UTC)
DAY = datetime(2024, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-06T13:48:40Z", NOON),
        ("2024-03-06T15:48:40+02:00", NOON),
        ("2024-03-06 08:48:40-0500", NOON),
        ("2024-03-06 13:48:40", NOON),
        (" 2024/03/06 13:48:40 ", NOON),
        ("2024-03-06T13:48:40.250Z", NOON + timedelta(milliseconds=250)),
        ("2024-03-06 13:48", NOON.replace(second=0)),
        ("Wed, 06 Mar 2024 13:48:40 +0000", NOON),
        ("Wed Mar 06 13:48:40 2024", NOON),
        ("1709732920", NOON),
        ("1709732920000", NOON),
        ("2024-03-06", DAY),
        ("2024.03.06", DAY),
        ("6 Mar 2024", DAY),
        ("Mar 6, 2024", DAY),
        ("03/04/2024", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("2024-13-45", None),
    ],
)
def test_a_written_time(text: str, moment: datetime | None) -> None:
    assert moments(pl.Series("t", [text, None, "2020-01-01"])).to_list() == [
        moment,
        None,
        datetime(2020, 1, 1, tzinfo=UTC),
    ]


def test_times_that_are_no_texts() -> None:
    assert moments(pl.Series([date(2024, 3, 6)])).to_list() == [DAY]
    assert moments(pl.Series([NOON.replace(tzinfo=None)])).to_list() == [NOON]
    assert moments(
        pl.Series([NOON.astimezone(timezone(timedelta(hours=9)))]).dt.convert_time_zone("Asia/Tokyo")
    ).to_list() == [NOON]
    for unit in (1, 10**3, 10**6, 10**9):
        assert moments(pl.Series([1709732920 * unit, None])).to_list() == [NOON, None]
    assert moments(pl.Series([float("nan"), float("inf"), 1e300, -5.0])).to_list() == [
        None,
        None,
        None,
        datetime(1969, 12, 31, 23, 59, 55, tzinfo=UTC),
    ]
    assert moments(pl.Series([True])).to_list() == [None]


def test_a_dataset_without_times_has_no_moments(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    file.write_text('{"prompt": "a", "response": "b"}\n')
    dataset = Workspace(tmp_path / "home").open([file])
    signal = dataset.signal("times")
    compute(dataset, signal)
    assert dataset.column("moment").to_list() == [None]
    assert "moment" not in dataset.shown_columns


def test_the_role_is_part_of_the_key_and_follows_its_change(tmp_path: Path) -> None:
    file = tmp_path / "timed.jsonl"
    rows = [
        {"prompt": "a", "response": "b", "created_at": f"2024-03-0{day}", "begun": "2023-01-01"} for day in (1, 2, 3)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    workspace = Workspace(tmp_path / "home")
    dataset = workspace.open([file])
    assert dataset.signal("times") == Times(created_at="created_at")
    compute(dataset, dataset.signal("times"))
    assert "moment" in dataset.shown_columns
    assert dataset.rows_of(View().where("moment", "ge", "2024-03-02")).to_list() == [1, 2]
    other = workspace.reread(dataset, {"created_at": "begun"})
    assert other.signal("times").key != dataset.signal("times").key
    compute(other, other.signal("times"))
    assert other.column("moment").unique().to_list() == [datetime(2023, 1, 1, tzinfo=UTC)]


def test_a_role_may_be_played_by_several_columns_together() -> None:
    rows = pl.DataFrame({"row_id": ["a", "b"], "on": ["2024-03-06", None], "at~": [1, 2]})
    together = Times(created_at="on~at%7E")
    assert together.inputs == ("on", "at~")
    assert together(rows)["moment"].to_list() == [None, None]
