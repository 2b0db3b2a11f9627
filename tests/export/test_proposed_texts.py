"""Do proposed texts go out in every format in the place of the source's, or is each that does not counted?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.export.losses import losses
from analysis.export.proposed.taking import PROPOSED, called
from analysis.export.request import FORMATS, TOKENIZED
from analysis.export.waterfall import choose
from analysis.proposals import ProposedRows
from analysis.workspace import Workspace
from tests.export.round_trip_records import RECORDS
from tests.export.test_round_trips import LAYOUTS

WRITTEN = tuple(to for to in FORMATS if to not in TOKENIZED)
ALL = {**LAYOUTS, **RECORDS}
TEXTS = ("Quite another text.", 'Of "two" lines,\nwith \\ and 猫', '{"a": [1]}', "")


def opened(tmp_path: Path, records: list[dict[str, Any]], name: str = "rows.jsonl") -> Dataset:
    path = tmp_path / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return Workspace(tmp_path / "home").open([path])


def propose(dataset: Dataset, texts: dict[str, dict[str, str]]) -> None:
    """Sets proposed texts on the dataset, as the annotations do."""
    lines = [(row_id, field, text, "Ann") for row_id, fields in texts.items() for field, text in fields.items()]
    schema = dict.fromkeys(("row_id", "field", "text", "person"), pl.String)
    dataset.set_proposals(pl.DataFrame(lines, schema=schema, orient="row"), dataset.proposal_revision + 1)


def every_field(dataset: Dataset) -> Iterator[tuple[str, str, str | None]]:
    """Row id, field and text of every field of every row."""
    ids = dataset.column("row_id").to_list()
    propose(dataset, {row_id: {"text": "x", "prompt": "x"} for row_id in ids})
    for row_id, row in ProposedRows(dataset).by_row.items():
        for field, text in row.texts.items():
            yield row_id, field, text


Texts = dict[str, dict[str, str]]


def placed(dataset: Dataset) -> tuple[Texts, Texts]:
    """Another text for every field that has a certain place in the record of its row, and for those that have none."""
    fields = list(every_field(dataset))
    texts: tuple[Texts, Texts] = {}, {}
    for number, (row_id, field, _) in enumerate(fields):
        propose(dataset, {row_id: {field: f"Another text {number}."}})
        lost = losses(choose(dataset, ExportRequest(to="input")))
        texts[called(field) in lost].setdefault(row_id, {})[field] = f"Another text {number}."
    return texts


def content(path: Path) -> list[Any]:
    """The records of an exported file without the ids of rows, which are of their content."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).drop("row_id").to_dicts()
    if path.suffix == ".csv":
        return pl.read_csv(path, infer_schema=False).drop("row_id").to_dicts()
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check_formats(tmp_path: Path, layout: str, formats: Iterable[str]) -> None:
    """A layout goes out in these formats as if its source had the proposed texts."""
    dataset = opened(tmp_path, ALL[layout])
    texts, lost = placed(dataset)
    assert texts or lost or layout == "table"
    propose(dataset, lost)
    request = ExportRequest(to="input")
    kept = export(dataset, request, tmp_path / "lost").receipt
    propose(dataset, {})
    assert export(dataset, request, tmp_path / "before").receipt.files == kept.files, (
        "what has no place changes nothing"
    )
    propose(dataset, texts)
    source = export(dataset, ExportRequest(to="input"), tmp_path / "input").receipt
    assert not any(name.startswith(PROPOSED) for name in source.lost), "texts that have a place alone have it together"
    again = Workspace(tmp_path / "again").open([tmp_path / "input" / source.files[0].path])
    for to in formats:
        taken = export(dataset, ExportRequest(to=to), tmp_path / f"taken-{to}").receipt
        plain = export(again, ExportRequest(to=to), tmp_path / f"plain-{to}").receipt
        assert taken.rows_out == plain.rows_out, to
        files = [
            content(tmp_path / f"{name}-{to}" / r.files[0].path) for name, r in (("taken", taken), ("plain", plain))
        ]
        assert files[0] == files[1], to


@pytest.mark.parametrize("layout", ALL)
def test_a_format_is_as_if_the_source_had_the_proposed_texts(tmp_path: Path, layout: str) -> None:
    """Every layout in a few formats, so that every format has many layouts; what is not the format is asked of all."""
    at_place = list(ALL).index(layout)
    check_formats(tmp_path, layout, [WRITTEN[(at_place + step) % len(WRITTEN)] for step in range(0, len(WRITTEN), 3)])


@pytest.mark.slow
@pytest.mark.parametrize("layout", ALL)
def test_every_format_is_as_if_the_source_had_the_proposed_texts(tmp_path: Path, layout: str) -> None:
    check_formats(tmp_path, layout, WRITTEN)


# Containers


def row_ids(dataset: Dataset) -> list[str]:
    return dataset.column("row_id").to_list()


RECORD = [
    {"instruction": 'Add, "please".', "input": "1 2", "output": "three", "n": 1},
    {"instruction": "Say no.", "input": "", "output": "yes", "n": 2},
]


def written(tmp_path: Path, kind: str) -> Path:
    """The two records in a file of that kind."""
    path, frame = tmp_path / f"rows.{kind}", pl.DataFrame(RECORD)
    if kind == "csv":
        frame.write_csv(path)
    elif kind == "tsv":
        frame.write_csv(path, separator="\t")
    elif kind == "parquet":
        frame.write_parquet(path)
    elif kind == "arrow":
        frame.write_ipc(path, compat_level=pl.CompatLevel.oldest())
    elif kind == "json":
        path.write_text(json.dumps(RECORD))
    else:
        path.write_text("".join(json.dumps(record) + "\n" for record in RECORD))
    return path


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "arrow", "json", "jsonl"])
def test_in_every_container_only_the_proposed_text_changes(tmp_path: Path, kind: str, text: str) -> None:
    path = written(tmp_path, kind)
    dataset = Workspace(tmp_path / "home").open([path])
    propose(dataset, {row_ids(dataset)[1]: {"response": text}})
    receipt = export(dataset, ExportRequest(to="input"), tmp_path / "out").receipt
    assert receipt.lost == {}
    out = tmp_path / "out" / receipt.files[0].path
    again = Workspace(tmp_path / "again").open([out])
    columns = ["instruction", "input", "output", "n"]
    expected = [tuple(RECORD[0].values()), ("Say no.", "", text, 2)]
    assert [tuple(v or "" if v is None else v for v in row) for row in again.frame(columns).rows()] == expected
    if kind in ("jsonl", "csv", "tsv"):
        assert (
            out.read_bytes().splitlines()[: 1 + (kind != "jsonl")]
            == path.read_bytes().splitlines()[: 1 + (kind != "jsonl")]
        )


@pytest.mark.parametrize(
    ("new", "instruction", "given"),
    [
        ("Multiply.\n\n1 2", "Multiply.", "1 2"),
        ('Add, "please".\n\n3 4', 'Add, "please".', "3 4"),
        ("Quite new.", "Quite new.", ""),
        ("\n\n1 2", "\n\n1 2", ""),
        ('Add, "please".\n\n ', 'Add, "please".\n\n ', ""),
    ],
)
def test_a_prompt_of_two_columns(tmp_path: Path, new: str, instruction: str, given: str) -> None:
    dataset = opened(tmp_path, RECORD)
    propose(dataset, {row_ids(dataset)[0]: {"prompt": new}})
    for to in ("input", "alpaca"):
        receipt = export(dataset, ExportRequest(to=to), tmp_path / to).receipt
        assert receipt.lost == {}
        path = tmp_path / to / receipt.files[0].path
        record = json.loads(path.read_text().splitlines()[0])
        assert (record["instruction"], record["input"], record["output"]) == (instruction, given, "three")
        again = Workspace(tmp_path / f"again-{to}").open([path])
        assert again.column("prompt")[0] == new


def test_a_line_of_text(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("one\ntwo\nthree\n")
    dataset = Workspace(tmp_path / "home").open([path])
    first, second, _ = row_ids(dataset)
    propose(dataset, {first: {"text": "ONE"}, second: {"text": "a\nb"}})
    receipt = export(dataset, ExportRequest(to="input"), tmp_path / "out").receipt
    assert (tmp_path / "out" / receipt.files[0].path).read_text() == "ONE\ntwo\nthree\n"
    assert receipt.lost == {"proposed text": 1}, "a text of two lines would be two records"


def test_equal_texts_change_only_where_that_is_certain(tmp_path: Path) -> None:
    ok = [{"role": "user", "content": "ok"}, {"role": "assistant", "content": "ok"}]
    dataset = opened(
        tmp_path, [{"messages": ok, "label": "ok"}, {"messages": [*ok[:1], {"role": "assistant", "content": "user"}]}]
    )
    first, second = row_ids(dataset)
    propose(dataset, {first: {"messages.1.content": "better"}, second: {"messages.1.content": "an answer"}})
    receipt = export(dataset, ExportRequest(to="input"), tmp_path / "out").receipt
    records = [json.loads(line) for line in (tmp_path / "out" / receipt.files[0].path).read_text().splitlines()]
    assert receipt.lost == {}
    assert [turn["content"] for turn in records[0]["messages"]] == ["ok", "better"] and records[0]["label"] == "ok"
    assert [(turn["role"], turn["content"]) for turn in records[1]["messages"]] == [
        ("user", "ok"),
        ("assistant", "an answer"),
    ]
