"""Does what leaves Winnow say what came in, and can anyone make the same bytes again?"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import asdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError, ReceiptError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.export.request import FORMATS, TOKENIZED
from analysis.export.waterfall import choose
from analysis.training.choice import choose as choice_of
from analysis.training.keeping import with_choice
from analysis.view import View
from analysis.workspace import Workspace

PAIRS: list[dict[str, Any]] = [
    {"instruction": "Name a colour.", "input": "", "output": "Blue.", "source": "a", "score": 1},
    {"instruction": "Translate.", "input": "chat", "output": "猫 — кот", "source": "b", "score": 2},
    {"instruction": "Say nothing.", "input": "", "output": None, "source": "a", "score": 3},
    {"instruction": "Sum 1+1.", "input": "", "output": "=1+1", "source": "b", "score": -5},
]
CHATS: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "id": 1},
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "A?"},
            {"role": "assistant", "content": "B."},
            {"role": "user", "content": "C?"},
            {"role": "assistant", "content": "D."},
        ],
        "id": 2,
    },
    {
        "messages": [
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "rain"},
            {"role": "assistant", "content": "Rain."},
        ],
        "id": 3,
    },
    {"messages": [{"role": "user", "content": "Unanswered"}], "id": 4},
    {"messages": [], "id": 5},
]
CHOICES: list[dict[str, Any]] = [
    {"prompt": "Best?", "chosen": "This.", "rejected": "That.", "source": "x"},
    {"prompt": "Worst?", "chosen": "None.", "rejected": None, "source": "y"},
    {"prompt": "Which?", "chosen": "One.", "rejected": "Two.", "source": "x"},
]


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace(home)


def ready(workspace: Workspace, source: Path, to: str) -> Dataset:
    """The file, opened; for the formats of tokens with a template, and with what the trainer sees."""
    dataset = workspace.open([source])
    if to not in TOKENIZED:
        return dataset
    dataset = workspace.describe(dataset, parameters=with_choice(dataset, choice_of("chatml")))
    compute(dataset, dataset.signal("trainer"))
    return dataset


def jsonl(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def lines(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def made(dataset: Dataset, to: str, out: Path, **request: Any) -> Path:
    """The one data file of an export."""
    result = export(dataset, ExportRequest(to=to, **request), out).as_dict()
    (file,) = result["files"]
    return out / file["path"]


def texts(dataset: Dataset, *columns: str) -> list[tuple[Any, ...]]:
    return dataset.frame(columns).rows()


def everything(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


# The training formats, read back


@pytest.mark.parametrize("to", ["messages", "sharegpt", "alpaca", "prompt_completion", "csv", "parquet"])
def test_instructions_come_back(workspace: Workspace, tmp_path: Path, to: str) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)])
    again = workspace.open([made(dataset, to, tmp_path / "out")])
    held = [row for row in texts(dataset, "prompt", "response") if row[1] is not None or to in ("csv", "parquet")]
    if to == "csv":
        held[-1] = (held[-1][0], "'=1+1")
    assert texts(again, "prompt", "response") == held
    assert len(held) == 4 if to in ("csv", "parquet") else 3
    if to not in ("csv", "parquet"):
        assert [row[0] for row in texts(again, "source")] == ["a", "b", "b"]


def test_records_of_each_format_literally(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", [*PAIRS[1:2], {**PAIRS[0], "source": "c"}])])
    expected: dict[str, dict[str, Any]] = {
        "messages": {
            "messages": [
                {"role": "user", "content": "Translate.\n\nchat"},
                {"role": "assistant", "content": "猫 — кот"},
            ]
        },
        "sharegpt": {
            "conversations": [{"from": "human", "value": "Translate.\n\nchat"}, {"from": "gpt", "value": "猫 — кот"}]
        },
        "alpaca": {"instruction": "Translate.", "input": "chat", "output": "猫 — кот"},
        "prompt_completion": {"prompt": "Translate.\n\nchat", "completion": "猫 — кот"},
    }
    for to, record in expected.items():
        first = made(dataset, to, tmp_path / to).read_bytes().splitlines()[0]
        assert first == orjson.dumps({**record, "source": "b", "score": 2.0}), to  # scores are numbers of one kind


def test_chats_come_back_and_what_a_format_cannot_hold_is_counted(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "chat.jsonl", CHATS)])
    messages = dataset.column("messages").to_list()
    for to, kept in (("messages", [0, 1, 2, 3]), ("sharegpt", [0, 1, 2, 3]), ("prompt_completion", [0, 1, 2])):
        again = workspace.open([made(dataset, to, tmp_path / to)])
        said = [[(m["role"], m["content"]) for m in chat] for chat in again.column("messages")]
        assert said == [[(m["role"], m["content"]) for m in messages[i]] for i in kept], to
        assert again.column("id").to_list() == [i + 1 for i in kept]
    steps = choose(dataset, ExportRequest(to="alpaca")).steps
    assert {s.reason.partition(": ")[2]: s.dropped_rows for s in steps[1:]} == {
        "no turns": 1,
        "tool calls": 1,
        "turns that do not alternate from user to assistant": 1,
    }
    alpaca = lines(made(dataset, "alpaca", tmp_path / "alpaca"))
    assert alpaca == [
        {"instruction": "Hi", "input": "", "output": "Hello", "id": 1},
        {"instruction": "C?", "input": "", "output": "D.", "system": "Be brief.", "history": [["A?", "B."]], "id": 2},
    ]


def test_tool_calls_keep_their_standard_names(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "chat.jsonl", CHATS)])
    calls = CHATS[2]["messages"][1]["tool_calls"]
    assert lines(made(dataset, "messages", tmp_path / "m"))[2]["messages"][1]["tool_calls"] == calls
    turns = lines(made(dataset, "sharegpt", tmp_path / "s"))[2]["conversations"]
    assert [turn["from"] for turn in turns] == ["human", "function_call", "observation", "gpt"]
    assert orjson.loads(turns[1]["value"]) == {"name": "weather", "arguments": "{}"}


def test_a_system_message_in_a_column_of_its_own_stays_with_the_chat(workspace: Workspace, tmp_path: Path) -> None:
    chats = [
        {"system": f"Be {i}.", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}
        for i in range(3)
    ]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", chats)])
    first = lines(made(dataset, "messages", tmp_path / "out"))[0]["messages"]
    assert first[0] == {"role": "system", "content": "Be 0."}
    assert len(first) == 3


def test_preferences_come_back(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "p.jsonl", CHOICES)])
    steps = choose(dataset, ExportRequest(to="preference")).steps
    assert steps[-1].reason == "preference cannot hold it: no rejected answer"
    path = made(dataset, "preference", tmp_path / "out")
    assert lines(path)[0] == {"prompt": "Best?", "chosen": "This.", "rejected": "That.", "source": "x"}
    again = workspace.open([path])
    assert texts(again, "prompt", "response", "rejected") == [("Best?", "This.", "That."), ("Which?", "One.", "Two.")]


def test_preferences_of_chats_come_back_as_message_lists(workspace: Workspace, tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "A?"},
        {"role": "assistant", "content": "B."},
        {"role": "user", "content": "C?"},
    ]
    answer = [{"role": "assistant", "content": "D."}]
    pairs = [
        {"chosen": turns + answer, "rejected": [*turns, {"role": "assistant", "content": f"No {i}."}]} for i in range(3)
    ]
    pairs.append({"chosen": turns + answer, "rejected": [{"role": "user", "content": "Else?"}, *answer]})
    dataset = workspace.open([jsonl(tmp_path / "p.jsonl", pairs)])
    path = made(dataset, "preference", tmp_path / "out")
    assert lines(path)[1] == {
        "prompt": turns,
        "chosen": answer,
        "rejected": [{"role": "assistant", "content": "No 1."}],
    }
    again = workspace.open([path])
    names = ("messages", "response", "rejected")
    assert texts(again, *names) == texts(dataset, *names)[:3]
    assert choose(dataset, ExportRequest(to="preference")).steps[-1].reason.endswith("different prompts")


def test_kto_comes_back_and_a_pair_gives_two_records(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"prompt": f"Q{i}", "completion": f"A{i}", "label": i % 2 == 0} for i in range(4)]
    dataset = workspace.open([jsonl(tmp_path / "k.jsonl", rows)])
    path = made(dataset, "kto", tmp_path / "out")
    assert lines(path) == rows
    assert workspace.open([path]).format == "kto"
    pairs = workspace.open([jsonl(tmp_path / "p.jsonl", [{**row, "label": "gold"} for row in CHOICES])])
    result = export(pairs, ExportRequest(to="kto"), tmp_path / "pairs").as_dict()
    assert (result["rows_out"], result["files"][0]["rows"]) == (2, 4)
    found = [(r["prompt"], r["completion"], r["label"]) for r in lines(tmp_path / "pairs" / result["files"][0]["path"])]
    assert found == [
        ("Best?", "This.", True),
        ("Best?", "That.", False),
        ("Which?", "One.", True),
        ("Which?", "Two.", False),
    ]
    assert lines(tmp_path / "pairs" / "p-kto.jsonl")[3]["label_original"] == "gold"


def test_a_column_in_the_way_of_a_formats_key_gets_another_name(workspace: Workspace, tmp_path: Path) -> None:
    chats = [{"prompt": f"short {i}", "messages": CHATS[0]["messages"]} for i in range(3)]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", chats)])
    record = lines(made(dataset, "prompt_completion", tmp_path / "out"))[0]
    assert (record["prompt"], record["prompt_original"]) == ([{"role": "user", "content": "Hi"}], "short 0")


# The input's own schema, byte for byte

WEIRD = (
    '{"output": "b", "instruction":"a" , "n":1.0}\n{"instruction":"c","n":1,"output":"d","big":7.73E+016}\n'
    '{"instruction":"\\u00e9\\ud83d\\ude00","output":"lone \\ud800"}\n{"instruction":"é 😀","output":"","x":{"z":1,"a":[1, 2]}}\n'
)


def test_json_lines_are_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "weird.jsonl"
    source.write_text(WEIRD, encoding="utf-8")
    dataset = workspace.open([source])
    assert made(dataset, "input", tmp_path / "out").read_bytes() == source.read_bytes()
    second = made(dataset, "input", tmp_path / "two", view=View().where("n", "eq", "1"))
    assert second.read_text(encoding="utf-8") == "".join(WEIRD.splitlines(keepends=True)[:2])


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_compressed_source_comes_out_plain(workspace: Workspace, tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"weird.jsonl{ending}"
    packed = gzip.compress(WEIRD.encode()) if ending == ".gz" else pa.compress(WEIRD.encode(), "zstd", asbytes=True)
    source.write_bytes(packed)
    path = made(workspace.open([source]), "input", tmp_path / "out")
    assert (path.name, path.read_text(encoding="utf-8")) == ("weird-input.jsonl", WEIRD)
    assert "uncompressed" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


RECORDS = [
    '{"instruction": "a",\n "output": 1.0}',
    '{"output":7.73E+016,"instruction":"b"}',
    '{"instruction":"c", "output":"\\u00e9"}',
]


def test_a_json_array_comes_back_as_an_array(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(f"[{', '.join(RECORDS)}]")
    dataset = workspace.open([tmp_path / "a.json"])
    assert made(dataset, "input", tmp_path / "all").read_text() == "[\n" + ",\n".join(RECORDS) + "\n]\n"
    some = made(dataset, "input", tmp_path / "some", view=View().where("instruction", "in", "a~c"))
    assert some.read_text() == f"[\n{RECORDS[0]},\n{RECORDS[2]}\n]\n"
    none = made(dataset, "input", tmp_path / "none", view=View().where("instruction", "eq", "z"))
    assert none.read_text() == "[\n]\n"


def test_an_object_of_objects_comes_back_with_its_names(workspace: Workspace, tmp_path: Path) -> None:
    members = dict(zip(("x", 'q"é', "3"), RECORDS, strict=True))
    (tmp_path / "a.json").write_text("{" + ",".join(f"{json.dumps(k)}:{text}" for k, text in members.items()) + "}")
    dataset = workspace.open([tmp_path / "a.json"])
    path = made(dataset, "input", tmp_path / "out", view=View().where("key", "ne", "3"))
    assert json.loads(path.read_text(encoding="utf-8")) == {k: json.loads(members[k]) for k in ("x", 'q"é')}
    assert all(text in path.read_text(encoding="utf-8") for text in RECORDS[:2])


def test_an_object_of_lists_comes_back_with_its_lists(workspace: Workspace, tmp_path: Path) -> None:
    lists = {"train": [{"q": "a", "answer": "1"}, {"q": "b", "answer": "2"}], "test": [{"q": "c", "answer": "3"}]}
    (tmp_path / "a.json").write_text(json.dumps(lists))
    path = made(workspace.open([tmp_path / "a.json"]), "input", tmp_path / "out")
    assert json.loads(path.read_text()) == lists


def test_records_that_hide_their_own_names_become_an_array(workspace: Workspace, tmp_path: Path) -> None:
    records = {"x": {"key": "same", "text": "a"}, "y": {"key": "same", "text": "b"}}
    (tmp_path / "a.json").write_text(json.dumps(records))
    path = made(workspace.open([tmp_path / "a.json"]), "input", tmp_path / "out")
    assert json.loads(path.read_text()) == list(records.values())
    assert "one JSON list" in (tmp_path / "out" / "README.md").read_text()


def test_csv_records_are_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    text = 'instruction;output;n\n"two\nlines";"a ""b""";1\nplain;=1+1;2\n"x;y";;3\n'
    (tmp_path / "a.csv").write_text(text)
    dataset = workspace.open([tmp_path / "a.csv"])
    assert made(dataset, "input", tmp_path / "out").read_text() == text
    some = made(dataset, "input", tmp_path / "some", view=View().where("n", "ne", "2")).read_text()
    assert some == text.replace("plain;=1+1;2\n", "")


def test_parquet_rows_keep_every_type(workspace: Workspace, tmp_path: Path) -> None:
    table = pa.table(
        {
            "prompt": pa.array(["a", "b", "c", None], pa.large_string()),
            "response": ["x", "y", "z", "w"],
            "messages": pa.array(
                [[{"role": "user", "content": "q"}], None, [], [{"role": "user", "content": "r"}]],
                pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
            ),
            "nested": pa.array([[[1, None], []], None, [[2]], []], pa.list_(pa.list_(pa.int16()))),
            "fixed": pa.array([[1.5, 2.5]] * 4, pa.list_(pa.float32(), 2)),
            "kind": pa.array(["u", "v", "u", None]).dictionary_encode(),
            "money": pa.array([Decimal("1.50"), Decimal(2), None, Decimal(4)], pa.decimal128(9, 2)),
            "when": pa.array([0, 1, 2, None], pa.timestamp("ms", "Europe/Paris")),
            "raw": [b"\x00\xff", b"", None, b"a"],
            "tags": pa.array([1, 2, 3, 4], pa.int8()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    dataset = workspace.open([tmp_path / "a.parquet"])
    path = made(dataset, "input", tmp_path / "out", view=View().where("tags_original", "ne", 2))
    assert pq.read_table(path).equals(pq.read_table(tmp_path / "a.parquet").take([0, 2, 3]))
    (tmp_path / "a.parquet").write_bytes(b"other")
    with pytest.raises(ExportError, match="has changed since it was opened; put it back, or export to parquet"):
        made(dataset, "input", tmp_path / "again")


@pytest.mark.parametrize("new", [pa.ipc.new_file, pa.ipc.new_stream])
def test_arrow_rows_keep_every_type(workspace: Workspace, tmp_path: Path, new: Any) -> None:
    table = pa.table({"prompt": ["a", "b", "c"], "response": ["x", "y", "z"], "s": [{"a": 1}, None, {"a": 3}]})
    with new(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    path = made(
        workspace.open([tmp_path / "a.arrow"]), "input", tmp_path / "out", view=View().where("prompt", "ne", "b")
    )
    opened = pa.ipc.open_file if new is pa.ipc.new_file else pa.ipc.open_stream
    assert opened(path.read_bytes()).read_all().equals(table.take([0, 2]))


def test_several_files_give_a_file_each(workspace: Workspace, tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
    sources = [jsonl(tmp_path / folder / "a.jsonl", PAIRS[:2]) for folder in ("x", "y")]
    pq.write_table(pa.table({"instruction": ["q"], "output": ["a"]}), tmp_path / "b.parquet")
    dataset = workspace.open([*sources, tmp_path / "b.parquet"])
    result = export(dataset, ExportRequest(View().where("score", "ne", "2")), tmp_path / "out").as_dict()
    assert [(f["path"], f["rows"]) for f in result["files"]] == [
        ("a-input.jsonl", 1),
        ("a-input-2.jsonl", 1),
        ("b-input.parquet", 1),
    ]
    assert (tmp_path / "out" / "a-input-2.jsonl").read_bytes() == sources[1].read_bytes().splitlines(keepends=True)[0]


# Which rows, and why not the others


def tagged(dataset: Dataset, **tags: list[int]) -> Dataset:
    ids = dataset.column("row_id")
    rows = pl.DataFrame(
        [(ids[i], tag) for tag, at in tags.items() for i in at], schema=["row_id", "tags"], orient="row"
    )
    dataset.set_tags(
        rows.group_by("row_id").agg("tags").with_columns(disputed_tags=pl.lit([], dtype=pl.List(pl.String))), 7
    )
    return dataset


def test_the_waterfall_adds_up(workspace: Workspace, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", PAIRS)
    path.write_text(path.read_text(encoding="utf-8") + "no json\n", encoding="utf-8")
    dataset = tagged(workspace.open([path]), drop=[0], keep=[1, 2])
    request = ExportRequest(
        View().where("score", "ge", 1).where("source", "eq", "x").toggled(1), "sharegpt", ("keep",), ("drop",)
    )
    for counted in (False, True):
        if counted:
            compute(dataset, dataset.signal("tokens"))
        steps = choose(dataset, request).steps
        assert [(s.reason, s.rows, s.dropped_rows) for s in steps] == [
            ("all records of the source", 5, 0),
            ("could not be read", 4, 1),
            ("score is at least 1", 3, 1),
            ("tagged drop", 2, 1),
            ("not tagged keep", 2, 0),
            ("sharegpt cannot hold it: no response", 1, 1),
        ]
        assert all((s.tokens is not None) == counted for s in steps)
    assert [s.tokens for s in steps[1:]] == [(a.tokens or 0) - (b.dropped_tokens or 0) for a, b in pairwise(steps)]
    assert steps[-1].tokens == dataset.column("row_tokens")[1]
    result = export(dataset, request, tmp_path / "out").as_dict()
    written = [{k: v for k, v in asdict(s).items() if v or k.split("_")[0] not in ("added", "changed")} for s in steps]
    assert (result["rows_in"], result["rows_out"], result["waterfall"]) == (4, 1, written)
    assert lines(tmp_path / "out" / result["files"][0]["path"])[0]["conversations"][1]["value"] == "猫 — кот"


def test_any_of_the_wanted_tags_is_enough(workspace: Workspace, tmp_path: Path) -> None:
    dataset = tagged(workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)]), keep=[0], fix=[1])
    steps = choose(dataset, ExportRequest(only_tags=("keep", "fix"))).steps
    assert (steps[-1].reason, steps[-1].rows) == ("not tagged keep or fix", 2)


def test_given_tags_stand_in_and_leave_the_dataset_alone(workspace: Workspace, tmp_path: Path) -> None:
    dataset = tagged(workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)]), drop=[0, 1])
    nothing = dataset.frame(["row_id", "tags", "disputed_tags"]).clear()
    assert (
        export(dataset, ExportRequest(without_tags=("drop",)), tmp_path / "out", tags=nothing).as_dict()["rows_out"]
        == 4
    )
    assert dataset.tag_revision == 7
    assert choose(dataset, ExportRequest(without_tags=("drop",))).steps[-1].rows == 2


@pytest.mark.parametrize("to", FORMATS)
def test_an_empty_view_gives_empty_files(workspace: Workspace, tmp_path: Path, to: str) -> None:
    dataset = ready(workspace, jsonl(tmp_path / "a.jsonl", PAIRS), to)
    path = made(dataset, to, tmp_path / "out", view=View().where("source", "eq", "nowhere"))
    if to.endswith("parquet"):
        assert pq.read_table(path).num_rows == 0
    else:
        assert len(path.read_bytes().splitlines()) == (to == "csv")
    assert {"README.md", "receipt.json", path.name} == set(everything(tmp_path / "out"))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ExportError, match="no format 'xml' to export to; the formats are input, messages"):
        ExportRequest(to="xml")


# CSV and hostile names


def test_no_cell_is_a_formula(workspace: Workspace, tmp_path: Path) -> None:
    cells = ["=cmd()", "+1", "-5", "-x", "@a", "\tt", "\rr", "1e5", "+1.5e-3", "- a list", "fine", "'=x", "-"]
    rows = [{"=name": cell, "n": -i, "list": ["=1", cell]} for i, cell in enumerate(cells)]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", rows)])
    result = export(dataset, ExportRequest(to="csv"), tmp_path / "out").as_dict()
    table = pl.read_csv(tmp_path / "out" / result["files"][0]["path"], infer_schema=False, eol_char="\n")
    assert "'=name" in table.columns
    assert table["'=name"].to_list() == [
        "'=cmd()",
        "+1",
        "-5",
        "'-x",
        "'@a",
        "'\tt",
        "'\rr",
        "1e5",
        "+1.5e-3",
        "'- a list",
        "fine",
        "'=x",
        "'-",
    ]
    assert table["n"].to_list()[-1] == "-12"
    assert orjson.loads(table["list"][0]) == ["=1", "=cmd()"]
    assert result["neutralised_cells"] == 8
    assert "8 cells begin with" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


HOSTILE = '`|<img src=x onerror=alert(1)>](http://evil.example)\n---\n# "x": y \u202e'


@pytest.mark.parametrize("to", FORMATS)
def test_hostile_names_do_nothing(workspace: Workspace, tmp_path: Path, to: str) -> None:
    source = jsonl(
        tmp_path / "=a $(b) `c` | d ☃ \u202e.jsonl", [{HOSTILE: i, "instruction": "q", "output": "a"} for i in range(3)]
    )
    dataset = tagged(ready(workspace, source, to), **{HOSTILE: [0]})
    view = View().where(HOSTILE, "ge", 0).where("instruction", "nothas", HOSTILE)
    result = export(dataset, ExportRequest(view, to, without_tags=(HOSTILE,)), tmp_path / "out").as_dict()
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", file["path"]) for file in result["files"])
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    front, body = card.removeprefix("---\n").split("\n---\n", 1)
    texts = [json.loads(line[line.index('"') :]) for line in front.splitlines() if '"' in line]
    assert texts == ["=a $(b) `c` | d ☃ \\u202e.jsonl", *(file["path"] for file in result["files"])]
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", body)
    assert "<img" in body and "evil" in body
    assert not re.search(r"<|http|\u202e|onerror", outside)
    assert len(re.findall(r"^---$", card, re.M)) == 2
    rows = [line for line in card.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {4, 5, 6}


# The folder


def test_a_foreign_folder_is_refused_and_an_earlier_export_replaced_only_where_asked(
    workspace: Workspace, tmp_path: Path
) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)])
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="no export of Winnow, such as thesis.txt"):
        export(dataset, ExportRequest(), out)
    (out / "thesis.txt").unlink()
    export(dataset, ExportRequest(to="csv"), out)
    before = everything(out)
    with pytest.raises(
        ExportError, match=r"holds an export of 4 rows of a.jsonl as csv, written \d{4}-\d\d-\d\d \d\d:"
    ):
        export(dataset, ExportRequest(to="input"), out)
    assert everything(out) == before
    export(dataset, ExportRequest(to="input"), out, replace=True)
    assert set(everything(out)) == {"README.md", "receipt.json", "a-input.jsonl"}
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="more than an earlier export, such as thesis.txt"):
        export(dataset, ExportRequest(), out, replace=True)
    with pytest.raises(ExportError, match="is a file"):
        export(dataset, ExportRequest(), out / "thesis.txt")
    assert (out / "thesis.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_earlier_export_survives_a_failed_one(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)])
    export(dataset, ExportRequest(to="csv"), tmp_path / "out")
    before = everything(tmp_path / "out")
    rename = Path.rename

    def stubborn(self: Path, target: Path) -> Path:
        if target == tmp_path / "out" and not self.name.endswith("-old"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(
        "analysis.whole_files._exchange", lambda one, other: False
    )  # a disk that cannot exchange folders
    monkeypatch.setattr(Path, "rename", stubborn)
    with pytest.raises(ExportError, match="Input/output error"):
        export(dataset, ExportRequest(), tmp_path / "out", replace=True)
    assert everything(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_failed_export_leaves_no_trace(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", PAIRS)])

    def fail(stage: str, done: int, total: int) -> None:
        if stage == "writing":
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="cannot be written"):
        export(dataset, ExportRequest(), tmp_path / "new" / "out", report=fail)
    assert list((tmp_path / "new").iterdir()) == []


# The same bytes again


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_export_gives_the_same_bytes(workspace: Workspace, tmp_path: Path, to: str) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAIRS * 3)
    view = View().where("response_words", "notnull").where("duplicate_group_size", "ge", 1)
    outs = []
    for number, signals in enumerate(
        (("lengths", "exact_duplicates", "tokens"), ("tokens", "exact_duplicates", "lengths"))
    ):
        dataset = tagged(ready(Workspace(tmp_path / f"home{number}"), source, to), drop=[3])
        for name in signals:
            compute(dataset, dataset.signal(name))
        out = tmp_path / f"out{number}"
        export(dataset, ExportRequest(view, to, without_tags=("drop",)), out)
        outs.append(everything(out))
    assert outs[0] == outs[1]
    assert not any(str(tmp_path).encode() in content for content in outs[0].values())


@pytest.mark.parametrize("to", ["input", "messages", "csv", "parquet"])
def test_a_receipt_gives_the_same_bytes_elsewhere(workspace: Workspace, tmp_path: Path, to: str) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAIRS)
    dataset = tagged(workspace.open([source]), drop=[0], mine=[1])
    view = View().where("response_words", "ge", 1).where("tags", "nothas", "other")
    for name in ("lengths", "tokens"):
        compute(dataset, dataset.signal(name))
    export(dataset, ExportRequest(view, to, without_tags=("drop",)), tmp_path / "out")
    renamed = source.rename(tmp_path / "renamed.jsonl")
    elsewhere = Workspace(tmp_path / "elsewhere")
    result = replay(tmp_path / "out" / "receipt.json", renamed, tmp_path / "again", elsewhere)
    assert everything(tmp_path / "again") == everything(tmp_path / "out")
    assert result.as_dict()["rows_out"] == 2


def test_a_replay_knows_roles_and_parquet_sources(workspace: Workspace, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"prompt": ["a", "b"], "response": ["x", "y"], "good": [True, False]}), tmp_path / "a.parquet"
    )
    dataset = workspace.reread(
        workspace.open([tmp_path / "a.parquet"]), {"label": "good", "prompt": "response", "response": "prompt"}
    )
    for to in ("kto", "input"):
        export(dataset, ExportRequest(to=to), tmp_path / to)
        elsewhere = Workspace(tmp_path / "elsewhere")
        replay(tmp_path / to / "receipt.json", [tmp_path / "a.parquet"], tmp_path / f"{to}-again", elsewhere)
        assert everything(tmp_path / to) == everything(tmp_path / f"{to}-again")
    assert lines(tmp_path / "kto" / "a-kto.jsonl")[0] == {"prompt": "x", "completion": "a", "label": True}


def test_a_changed_source_is_noticed(workspace: Workspace, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAIRS)
    export(workspace.open([source]), ExportRequest(), tmp_path / "out")
    jsonl(source, PAIRS[:3])
    with pytest.raises(ReceiptError, match=r"other bytes \(a.jsonl\): expected the fingerprint \w{64}, seen \w{64}"):
        replay(tmp_path / "out" / "receipt.json", source, tmp_path / "again", workspace)
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"view": ["score~ge~2"]}, "a-messages.jsonl came out with other bytes"),
        ({"to": "alpaca"}, "only in the receipt|not in the receipt"),
        ({"rows_out": 99}, "has other values of rows_out"),
        ({"winnow": "9.9", "view": ["score~ge~2"]}, "receipt by Winnow 9.9"),
        ({"files": "none"}, "files must be a list, it is .none."),
        ({"view": [1]}, "view.0 must be a text, it is 1"),
        ({"source": {}}, "source.name is missing"),
    ],
)
def test_a_tampered_receipt_is_noticed(workspace: Workspace, tmp_path: Path, change: dict[str, Any], said: str) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAIRS)
    export(workspace.open([source]), ExportRequest(to="messages"), tmp_path / "out")
    receipt = tmp_path / "out" / "receipt.json"
    receipt.write_bytes(orjson.dumps({**orjson.loads(receipt.read_bytes()), **change}))
    with pytest.raises(ReceiptError, match=said):
        replay(receipt, source, tmp_path / "again", workspace)
    assert not (tmp_path / "again").exists()


def test_a_receipt_of_another_version_is_judged_by_its_bytes(workspace: Workspace, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", PAIRS)
    export(workspace.open([source]), ExportRequest(to="messages"), tmp_path / "out")
    receipt = tmp_path / "out" / "receipt.json"
    receipt.write_bytes(orjson.dumps({**orjson.loads(receipt.read_bytes()), "winnow": "9.9"}))
    assert replay(receipt, source, tmp_path / "again", workspace).as_dict()["rows_out"] == 3


# Size


@pytest.mark.parametrize("to", FORMATS)
def test_texts_are_never_held_whole(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    dataset = ready(workspace, jsonl(tmp_path / "a.jsonl", PAIRS), to)
    column = Dataset.column

    def numbers_only(self: Dataset, name: str) -> pl.Series:
        assert name in ("row_id", "tags", "disputed_tags", "row_tokens", "source_row"), f"{name} was read whole"
        return column(self, name)

    monkeypatch.setattr(Dataset, "column", numbers_only)
    assert export(dataset, ExportRequest(to=to), tmp_path / "out").as_dict()["rows_in"] == 4
