"""Is what a format cannot hold counted per field, and told before the click, on standard error and in the receipt?"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.__main__ import app, one_line_errors
from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.export.losses import losses, sentences
from analysis.export.waterfall import choose
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_export import jsonl
from tests.support.app_page import open_page, well

ASKED = {"role": "user", "content": "Tide?"}
CHATS: list[dict[str, Any]] = [
    {
        "messages": [
            ASKED,
            {"role": "assistant", "content": "No.", "weight": 0},
            ASKED,
            {"role": "assistant", "content": "A"},
        ]
    },
    {"messages": [ASKED, {"role": "assistant", "content": "Yes.", "weight": 1, "reasoning_content": "Hm."}]},
    {"messages": [ASKED, {"role": "assistant", "content": "Yes.", "name": "bo", "refusal": "no"}]},
    {"messages": [ASKED, {"role": "assistant", "content": None, "tool_calls": [{"name": "tide", "arguments": {}}]}]},
    {"messages": [ASKED, {"role": "assistant", "content": "Plain."}]},
]
LOST = {"weight": 2, "name": 1, "other keys of a message": 1, "reasoning_content": 1}
SENTENCE = (
    "The format alpaca cannot hold as in the source: weight in 2 rows, name in 1 row, other keys of a message in 1 row, "
    "reasoning_content in 1 row."
)


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    return Workspace(home).open([jsonl(tmp_path / "a.jsonl", CHATS)])


def lost(dataset: Dataset, to: str, **request: Any) -> dict[str, int]:
    return losses(choose(dataset, ExportRequest(to=to, **request)))


def test_only_rows_that_are_exported_lose_anything(dataset: Dataset) -> None:
    assert lost(dataset, "alpaca") == LOST
    assert lost(dataset, "alpaca", view=View().where("response", "eq", "Yes.")) == {**LOST, "weight": 1}
    assert lost(dataset, "alpaca", view=View().where("response", "eq", "Plain.")) == {}
    assert [lost(dataset, to) for to in ("messages", "sharegpt", "prompt_completion", "parquet", "input")] == [{}] * 5
    assert lost(dataset, "csv") == {"messages (as text)": 5}


def test_losses_are_told_before_and_kept_after(
    home: Path, dataset: Dataset, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert sentences("alpaca", LOST) == [SENTENCE]
    with pytest.raises(SystemExit) as ended, one_line_errors():
        app(["export", dataset.id, "--to", "alpaca", "--out", str(tmp_path / "out"), "--json"])
    assert not ended.value.code
    out, error = capfd.readouterr()
    assert SENTENCE in error.splitlines()
    assert json.loads(out)["lost"] == LOST
    assert json.loads((tmp_path / "out" / "receipt.json").read_bytes())["lost"] == LOST
    assert "weight in 2 rows" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    at = open_page("export", dataset)
    assert SENTENCE not in "\n".join(text.value for text in at.text)
    well(at.selectbox(key="to").set_value("alpaca").run())
    assert SENTENCE in "\n".join(text.value for text in at.text)


def test_a_rejected_answer_is_lost_where_there_is_no_place_for_it(home: Path, tmp_path: Path) -> None:
    pairs = [{"prompt": f"Q{i}", "chosen": "A", "rejected": "B" if i else None} for i in range(3)]
    dataset = Workspace(home).open([jsonl(tmp_path / "p.jsonl", pairs)])
    assert [lost(dataset, to) for to in ("messages", "alpaca", "preference", "kto")] == [{"rejected": 2}] * 2 + [{}] * 2


def test_characters_that_could_not_be_read_do_not_go_out_in_silence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_bytes(
        "".join(
            json.dumps({"prompt": q, "response": "b"}, ensure_ascii=False) + "\n" for q in ("café", "a", "é")
        ).encode("latin-1")
    )
    dataset = Workspace(home).open([tmp_path / "l.jsonl"])
    held = sum("\ufffd" in text for text in dataset.column("prompt"))
    for to in ("input", "messages", "csv", "parquet"):
        assert lost(dataset, to) == ({"U+FFFD": held} if held else {}), to
    assert sentences("csv", {"U+FFFD": 2}) == [
        "2 rows go out with U+FFFD, which stands for characters that could not be read."
    ]


def test_what_json_has_no_values_for_is_told(home: Path, tmp_path: Path) -> None:
    table = pa.table(
        {
            "prompt": ["a", "b", "c"],
            "response": ["x", "y", "z"],
            "when": pa.array([datetime.date(2026, 1, 2), None, None]),
            "raw": pa.array([b"\x00", b"a", None]),
            "size": pa.array([float("inf"), 1.0, None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    dataset = Workspace(home).open([tmp_path / "a.parquet"])
    assert lost(dataset, "messages") == {"raw (as text)": 2, "size": 1, "when (as text)": 1}
    assert lost(dataset, "csv") == {"raw (as text)": 2}
    assert lost(dataset, "parquet") == {}


def test_a_text_in_another_column_is_lost_where_the_messages_hold_another(home: Path, tmp_path: Path) -> None:
    chats = [
        {
            "system": "Be dry.",
            "messages": [{"role": "system", "content": text}, ASKED, {"role": "assistant", "content": "A"}],
        }
        for text in ("Be dry.", "Be long.", "Be dry.")
    ]
    dataset = Workspace(home).open([jsonl(tmp_path / "s.jsonl", chats)])
    assert [lost(dataset, to) for to in ("messages", "sharegpt", "alpaca")] == [{"system": 1}] * 3


def test_a_replay_counts_the_same_losses(home: Path, dataset: Dataset, tmp_path: Path) -> None:
    from analysis.export.replay import replay

    export(dataset, ExportRequest(to="alpaca"), tmp_path / "out")
    again = replay(tmp_path / "out" / "receipt.json", tmp_path / "a.jsonl", tmp_path / "again", Workspace(home))
    assert dict(again.receipt.lost) == LOST


RANKED: dict[str, Any] = {"instruction": "Best?", "input": "", "output": ["This.", "That.", "None."]}


def test_what_goes_out_in_a_column_beside_is_not_lost(home: Path, tmp_path: Path) -> None:
    cat: dict[str, Any] = {
        "examples": [{"input": {"content": "Name?"}, "output": {"content": "Tom."}}],
        "messages": [{"author": "user", "content": "Hi"}, {"author": "bot", "content": "Meow"}],
    }
    glaive: dict[str, Any] = {"sample": "SYSTEM: Be kind.\nUSER: Hi\nASSISTANT: Hello. <|endoftext|>"}
    for n, (record, to) in enumerate(((RANKED, "messages"), (cat, "alpaca"), (glaive, "alpaca"))):
        opened = Workspace(home).open([jsonl(tmp_path / f"{n}.jsonl", [record] * 2)])
        assert lost(opened, to) == {}
        export(opened, ExportRequest(to=to), tmp_path / f"{n}")
        line = json.loads((tmp_path / f"{n}" / f"{n}-{to}.jsonl").read_text().splitlines()[0])
        assert all(value in line.values() for value in record.values())


def test_a_text_of_several_records_has_no_column_beside_it(home: Path, tmp_path: Path) -> None:
    rows = [
        {"message_id": "a", "parent_id": None, "role": "prompter", "text": "How?", "lang": "en"},
        {"message_id": "b", "parent_id": "a", "role": "assistant", "text": "So.", "lang": "en"},
    ]
    opened = Workspace(home).open([jsonl(tmp_path / "a.jsonl", rows)])
    assert lost(opened, "alpaca") == {"other keys of a message": 1}


def test_the_columns_of_one_layout_stand_beside_in_its_rows_alone(home: Path, tmp_path: Path) -> None:
    plain = {"instruction": "Name one.", "input": "", "output": "Blue."}
    opened = Workspace(home).open([jsonl(tmp_path / "a.jsonl", [plain, RANKED])])
    export(opened, ExportRequest(to="messages"), tmp_path / "out")
    first, second = map(json.loads, (tmp_path / "out" / "a-messages.jsonl").read_text().splitlines())
    assert (first["instruction"], first["output"]) == (None, None)
    assert second["instruction"] == "Best?" and "That." in second["output"]
    assert lost(opened, "messages") == {"output (as text)": 1}
