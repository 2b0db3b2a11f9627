"""Is a receipt read as it was written, and refused in words wherever something else stands in it?"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.computing import compute
from analysis.errors import ReceiptError, WinnowError
from analysis.export import ExportRequest, export
from analysis.export.receipt import read_receipt
from analysis.export.replay import replay
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_export import everything, jsonl, tagged

ROWS = [
    {"instruction": "Write to ann@mill.de.", "output": "Done.", "split": "train"},
    {"instruction": "Name a colour.", "output": "Blue.", "split": "test"},
    {"instruction": "Sum 1+1.", "output": "2", "split": "train"},
]
Place = tuple[str | int, ...]


@functools.cache
def made(folder: Path) -> tuple[Workspace, Path, bytes]:
    """A workspace, a source file, and the receipt of an export of it that says all that a receipt can say."""
    workspace = Workspace(folder / "home")
    source = jsonl(folder / "a.jsonl", ROWS)
    dataset = tagged(workspace.open([source]), drop=[2])
    for name in ("lengths", "tokens", "exact_duplicates", "near_pairs", "near_groups"):
        compute(dataset, dataset.signal(name))
    dataset = tagged(workspace.open([source]), drop=[2])
    request = ExportRequest(
        View().where("response_words", "ge", 1),
        "csv",
        without_tags=("drop",),
        clean=("html_tags",),
        add=("response_chars",),
        split_safe="split",
        redact=("EMAIL_ADDRESS=pseudonym",),
    )
    export(dataset, request, folder / "out")
    return workspace, source, (folder / "out" / "receipt.json").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receipts")


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value."""
    yield here
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, one in value.items() if isinstance(value, dict) else ():
        yield from places(one, (*here, key))


def changed(receipt: Any, place: Place, value: Any) -> Any:
    """A copy with this value at the place; without the place where the value is `...`."""
    if not place:
        return value
    new = copy.deepcopy(receipt)
    holder = functools.reduce(lambda held, key: held[key], place[:-1], new)
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return new


def test_a_receipt_is_written_as_it_is_read(folder: Path) -> None:
    text = made(folder)[2]
    receipt, unknown = read_receipt(folder / "out" / "receipt.json")
    assert receipt.as_json() == text and unknown == []
    assert receipt.personal_data and receipt.personal_data.taken_out[0].values == 1
    assert list(json.loads(text)) == list(receipt.as_dict())


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [..., None, True, 3, -1.5, 10**30, "", "x", "1", [], [None], ["x"], {}, {"x": 1}, {"": []}]
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_receipt_of_other_types_is_read_or_refused_in_words(folder: Path, data: st.DataObject) -> None:
    whole = orjson.loads(made(folder)[2])
    place = data.draw(st.sampled_from(list(places(whole))))
    value = data.draw(VALUES)
    if value is ... and not place:
        return
    path = folder / "changed.json"
    path.write_text(json.dumps(changed(whole, place, value)), encoding="utf-8")
    try:
        receipt, unknown = read_receipt(path)
    except ReceiptError as error:
        assert "no receipt of Winnow" in str(error) or "is not JSON" in str(error)
    else:
        again = folder / "again.json"
        again.write_bytes(receipt.as_json())
        assert read_receipt(again) == (receipt, []), unknown


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_replay_of_other_types_makes_the_same_or_is_refused_in_words(folder: Path, data: st.DataObject) -> None:
    workspace, source, text = made(folder)
    whole = orjson.loads(text)
    readable = [place for place in places(whole) if place and place[0] not in ("winnow", "files", "steps")]
    place = data.draw(st.sampled_from(readable))
    path = folder / "changed.json"
    path.write_text(json.dumps(changed(whole, place, data.draw(VALUES))), encoding="utf-8")
    try:
        replay(path, source, folder / "again", workspace, replace=True)
    except WinnowError as error:
        assert str(error)
    else:
        agrees(folder, path)


def agrees(folder: Path, path: Path) -> None:
    """The data are those of the first export. A receipt that says otherwise what no byte depends on, such as a column
    of splits that plays no part, is made again as it says."""
    again, first = everything(folder / "again"), everything(folder / "out")
    assert {name: again[name] for name in again if name.endswith(".csv")} == {"a.csv": first["a.csv"]}
    if again != first:
        assert read_receipt(folder / "again" / "receipt.json")[0] == read_receipt(path)[0]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("source", "roles"), {}, "other values of source"),
        (("source", "roles", "prompt"), ..., "other values of source"),
        (("source", "roles", "response"), ..., "other values of source"),
        (("source", "roles", "response"), "instruction", "other values of source"),
        (("source", "roles", "rejected"), "output", "other values of source"),
        (("source", "reading", "layout"), "x", "There is no layout 'x'; the layouts are columns, "),
    ],
)
def test_a_receipt_of_another_reading_is_refused(folder: Path, place: Place, value: Any, said: str) -> None:
    workspace, source, text = made(folder)
    path = folder / "changed.json"
    path.write_bytes(orjson.dumps(changed(orjson.loads(text), place, value)))
    with pytest.raises(WinnowError, match=said):
        replay(path, source, folder / "again", workspace, replace=True)


def test_a_receipt_without_a_role_that_describes_is_made_again_as_it_says(folder: Path) -> None:
    workspace, source, text = made(folder)
    path = folder / "changed.json"
    path.write_bytes(orjson.dumps(changed(orjson.loads(text), ("source", "roles", "split"), ...)))
    result = replay(path, source, folder / "again", workspace, replace=True)
    assert dict(result.receipt.source.roles) == {"prompt": "instruction", "response": "output"}
    agrees(folder, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff", "is not JSON"),
        (b'{"winnow": NaN}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[" * 900 + b"]" * 900, "no receipt of Winnow"),
        (b"3", "the whole must be an object, it is 3"),
        (b"{}", r"winnow is missing \(and 9 more\); name the receipt.json of an export"),
    ],
)
def test_a_file_that_is_no_receipt_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "receipt.json").write_bytes(text)
    with pytest.raises(ReceiptError, match=said):
        read_receipt(tmp_path / "receipt.json")
    with pytest.raises(ReceiptError, match="cannot be read"):
        read_receipt(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("source", "files", 0, "bytes"), "many", "source.files.0.bytes must be a whole number, it is 'many'"),
        (("rows_out",), True, "rows_out must be a whole number, it is True"),
        (("tags", "rows", "drop"), "x", "tags.rows.drop must be a list, it is 'x'"),
        (("source", "reading", "header"), "no", "source.reading.header must be true or false, it is 'no'"),
        (("source", "reading", "format"), "poem", "source.reading cannot be read .*There is no format 'poem'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder: Path, place: Place, value: Any, said: str) -> None:
    path = folder / "changed.json"
    path.write_bytes(orjson.dumps(changed(orjson.loads(made(folder)[2]), place, value)))
    with pytest.raises(ReceiptError, match=said):
        read_receipt(path)


def test_a_parameter_of_another_kind_and_a_file_too_many_are_refused(folder: Path) -> None:
    workspace, source, text = made(folder)
    whole = orjson.loads(text)
    path = folder / "changed.json"
    number = [used["name"] for used in whole["signals"]].index("near_groups")
    for place, value, said in (
        (("signals", number, "parameters", "threshold"), "high", "near_groups the parameter threshold as 'high'"),
        (("source", "files"), whole["source"]["files"] * 2, "that of 1 files, and it names 2"),
        (("source", "roles", "poet"), "output", "a role 'poet'"),
        (("personal_data", "not_personal"), [{"kind": "mood", "type": "PERSON", "what": "x", "column": ""}], "'mood'"),
    ):
        path.write_bytes(orjson.dumps(changed(whole, place, value)))
        with pytest.raises(ReceiptError, match=said):
            replay(path, source, folder / "again", workspace)


def test_keys_of_a_newer_receipt_are_reported(folder: Path) -> None:
    workspace, source, text = made(folder)
    newer = changed(changed(orjson.loads(text), ("shuffle",), 7), ("tags", "weights"), {"drop": 2})
    path = folder / "newer.json"
    path.write_bytes(orjson.dumps({**newer, "winnow": "99.0"}))
    assert read_receipt(path)[1] == ["tags.weights", "shuffle"]
    result = replay(path, source, folder / "newer", workspace, replace=True).as_dict()
    assert result["unknown"] == ["tags.weights", "shuffle"]
    path.write_bytes(orjson.dumps({**newer, "winnow": "99.0", "add": []}))
    with pytest.raises(ReceiptError, match="also has tags.weights, shuffle, which this version does not know"):
        replay(path, source, folder / "again", workspace, replace=True)
    path.write_bytes(orjson.dumps(newer))
    with pytest.raises(ReceiptError, match="was changed: the same export has other values of tags.weights, shuffle"):
        replay(path, source, folder / "again", workspace, replace=True)
