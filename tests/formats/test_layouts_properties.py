"""Whatever the texts of a record of a layout are: is each in a column, and does the record come back? And whatever the
record is: does a layout read it or leave it, without a crash, and leave plain records alone?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.formats.assigning import opened_cells
from analysis.formats.layouts import LAYOUTS
from analysis.workspace import Workspace
from tests.formats.layout_records import CALLS_AND_TRAINERS, EXAMPLES, TEXTS, Records, example
from tests.formats.leaf_texts import RENAMED, Opened, missing_texts, write

TEXT = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=9).map(lambda text: f"~{text}~")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts")


def comes_back(dataset: Dataset, folder: Path) -> Iterator[Any]:
    """The records that an export in the form of the input writes."""
    result = export(dataset, ExportRequest(), folder / uuid.uuid4().hex)
    [written] = [file for file in result.folder.iterdir() if file.suffix == ".jsonl"]
    return map(json.loads, written.read_text(encoding="utf-8").splitlines())


def test_each_layout_has_an_example() -> None:
    assert EXAMPLES.keys() == {layout.name for layout in LAYOUTS}


def check_texts(folder: Path, name: str, drawn: list[str]) -> None:
    """Each of the texts is in a column, and the record comes back."""
    texts = iter(drawn)
    records = example(name, texts)
    used = drawn[: TEXTS - len(list(texts))]
    path = write(records, folder / f"{uuid.uuid4().hex}.jsonl")
    dataset = Workspace(folder / "home").open([path])
    assert [layout["layout"] for layout in dataset.meta["layouts"]] == [name]
    opened = Opened(path, folder / uuid.uuid4().hex)
    assert not missing_texts(records, opened) - RENAMED
    if name in CALLS_AND_TRAINERS:
        assert not missing_texts(used, opened, only_canonical=True)
    assert list(comes_back(dataset, folder)) == records


DRAWN = st.lists(TEXT, min_size=TEXTS, max_size=TEXTS, unique=True)


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=2, deadline=None, suppress_health_check=SLOW)
@given(drawn=DRAWN)
def test_every_text_is_in_a_column_and_the_record_comes_back(folder: Path, name: str, drawn: list[str]) -> None:
    check_texts(folder, name, drawn)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(drawn=DRAWN)
def test_many_texts_are_in_a_column_and_come_back(folder: Path, name: str, drawn: list[str]) -> None:
    check_texts(folder, name, drawn)


# Whatever the record is


def plain_example(name: str) -> Records:
    """The example of a layout, with texts that are numbered."""
    return example(name, (f"~{number}~" for number in count()))


def keys_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys_in(item)}
    return {key for item in value for key in keys_in(item)} if isinstance(value, list) else set()


KEYS = st.sampled_from(sorted({key for name in EXAMPLES for key in keys_in(plain_example(name))}))
SCALAR = (
    TEXT
    | st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 2.5, 10**30, "", " ", "[]", "{}", "[[]]", '{"a": "b"}', '[{"role": 1}]', "null", "1"])
)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
RECORD = st.dictionaries(KEYS, VALUE, min_size=1, max_size=7)


def places_in(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value inside of this one."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    for key, item in inner.items() if isinstance(inner, dict) else ():
        yield (*place, key)
        yield from places_in(item, (*place, key))


@st.composite
def changed(draw: st.DrawFn, name: str) -> Records:
    """The example of a layout in which one value is another one, or is left out."""
    records = deepcopy(plain_example(name))
    place = draw(st.sampled_from([place for place in places_in(records) if len(place) > 1]))
    holder: Any = records
    for key in place[:-1]:
        holder = holder[key]
    if draw(st.booleans()):
        del holder[place[-1]]
    else:
        holder[place[-1]] = draw(VALUE)
    return records


@settings(max_examples=150, deadline=None)
@given(RECORD)
def test_no_layout_stops_at_any_record(record: dict[str, Any]) -> None:
    for layout in LAYOUTS:
        for form in (record, opened_cells(record)):
            rows = layout.rows_of(form)
            assert rows is None or (rows and all(isinstance(row, dict) for row in rows)), layout.name


def check_changed(folder: Path, name: str, data: st.DataObject) -> None:
    """Records of a layout beside some in which one value is another one, in a file: no text is lost."""
    hostile = data.draw(st.lists(changed(name), min_size=1, max_size=3))
    records = [*plain_example(name), *(record for records in hostile for record in records)]
    suffix = data.draw(st.sampled_from([".jsonl", ".json", ".csv"]))
    opened = Opened(write(records, folder / f"{uuid.uuid4().hex}{suffix}"), folder / uuid.uuid4().hex)
    assert not missing_texts(records, opened) - RENAMED
    assert not [problem for problem in opened.problems]
    read = sum(opened.layouts.values())
    unread = sum(note["rows"] for note in opened.info["notes"] if note["kind"] == "unread")
    assert read + unread == len(opened.rows)


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_one_value_of_another_type_loses_no_text(folder: Path, name: str, data: st.DataObject) -> None:
    check_changed(folder, name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_many_values_of_another_type_lose_no_text(folder: Path, name: str, data: st.DataObject) -> None:
    check_changed(folder, name, data)
