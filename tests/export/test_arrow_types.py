"""Do the rows of an Arrow file come out with its types, also with types of which Arrow takes no rows?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from analysis.errors import ExportError
from analysis.export import ExportRequest, export
from analysis.export.taken_rows import taken_rows
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_proposed_texts import propose

VIEW = pa.string_view()
LONG = "a text of more than the twelve bytes that a view holds itself"
TYPES: list[tuple[Any, list[Any]]] = [
    (VIEW, ["short", None, LONG]),
    (pa.binary_view(), [b"short", None, LONG.encode()]),
    (pa.list_(VIEW), [["a"], None, [LONG, None]]),
    (pa.large_list(VIEW), [[], None, [LONG]]),
    (pa.list_view(pa.int64()), [[1], None, [2, 3]]),
    (pa.large_list_view(VIEW), [["a"], None, [LONG]]),
    (pa.list_(VIEW, 1), [["a"], None, [LONG]]),
    (pa.map_(pa.string(), VIEW), [[("k", "a")], None, [("k", LONG)]]),
    (pa.struct([("x", VIEW), ("y", pa.list_view(VIEW))]), [{"x": "a", "y": ["b"]}, None, {"x": LONG, "y": []}]),
    (pa.list_(pa.struct([("role", VIEW), ("content", VIEW)])), [[], None, [{"role": "user", "content": LONG}]]),
    (pa.run_end_encoded(pa.int32(), pa.string()), ["a", "a", LONG]),
]


@pytest.mark.parametrize(("kind", "values"), TYPES, ids=lambda value: str(value)[:40])
def test_rows_of_every_type_are_taken(kind: Any, values: list[Any]) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(values, type=kind)], names=["c"])
    taken = taken_rows(batch, pa.array([0, 2]), "rows.arrow")
    assert taken.schema == batch.schema and taken.column("c").to_pylist() == [values[0], values[2]]
    taken.validate(full=True)


def test_a_type_of_which_no_rows_are_taken_is_said_in_one_line() -> None:
    runs = pa.RunEndEncodedArray.from_arrays([1, 2], ["a", "b"])
    batch = pa.RecordBatch.from_arrays([pa.StructArray.from_arrays([runs], ["x"])], names=["c"])
    with pytest.raises(
        ExportError, match=r"^The rows of the column c of rows.arrow cannot be copied.*export to parquet"
    ):
        taken_rows(batch, pa.array([1]), "rows.arrow")


@pytest.mark.parametrize("stream", [False, True])
def test_a_file_as_polars_writes_it_comes_out_with_its_types(tmp_path: Path, stream: bool) -> None:
    frame = pl.DataFrame(
        {
            "prompt": ["One?", "Two?", "Three?"],
            "response": ["1", LONG, "3"],
            "labels": [["a"], [LONG], None],
            "raw": [b"\x00", b"\x01", None],
        }
    )
    path = tmp_path / "rows.arrow"
    if stream:
        frame.write_ipc_stream(path)
    else:
        frame.write_ipc(path)
    assert pa.types.is_string_view(frame.to_arrow(compat_level=pl.CompatLevel.newest()).schema.field("prompt").type)
    dataset = Workspace(tmp_path / "home").open([path])
    request = ExportRequest(view=View.from_params(["prompt~ne~One?"]), to="input")
    result = export(dataset, request, tmp_path / "out")
    out = tmp_path / "out" / result.receipt.files[0].path
    read = pa.ipc.open_stream if stream else pa.ipc.open_file
    with out.open("rb") as written, path.open("rb") as source:
        assert read(written).schema == read(source).schema
    rows = pl.read_ipc_stream(out) if stream else pl.read_ipc(out)
    assert rows.equals(frame[1:])
    propose(dataset, {dataset.column("row_id")[1]: {"response": "two"}})
    result = export(dataset, request, tmp_path / "new")
    new = tmp_path / "new" / result.receipt.files[0].path
    rows = pl.read_ipc_stream(new) if stream else pl.read_ipc(new)
    assert result.receipt.lost == {} and rows["response"].to_list() == ["two", "3"]
    assert rows.drop("response").equals(frame[1:].drop("response"))
