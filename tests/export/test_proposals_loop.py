"""Is the usual loop of dataset work done by commands, seen in the waterfall, and made again byte for byte?

10,000 rows, 9,000 without those that are dropped, 6,000 without those to fix, 9,000 with answers written anew.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.errors import ExportError, ReceiptError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.export.waterfall import choose
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.commands import Said, runner

Run = Callable[..., Said]
ROWS = 10_000


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return runner(capfd)


def write_rows(path: Path, rows: int = ROWS) -> Path:
    lines = [{"id": f"r{n}", "prompt": f"Question {n}?", "completion": f"Old answer {n}."} for n in range(rows)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def tag(path: Path, tmp_path: Path, **ranges: range) -> Any:
    """The dataset of a file with tags on rows by their positions."""
    workspace = Workspace(tmp_path / "home")
    dataset = workspace.open([path])
    ids = dataset.column("row_id")
    with open_annotations(workspace.home) as notes:
        for name, rows in ranges.items():
            notes.tags.tag_rows(dataset.fingerprint, ids.gather(list(rows)).to_list(), name, "Ann")
    return dataset


def steps_of(receipt: Path) -> list[tuple[str, int, int, int, int]]:
    steps = json.loads(receipt.read_text())["steps"]
    return [
        (s["reason"], s["rows"], s["dropped_rows"], s.get("added_rows", 0), s.get("changed_rows", 0)) for s in steps
    ]


def adds_up(receipt: Path) -> bool:
    """Whether rows and tokens of each step are those before without what it drops and with what it adds."""
    steps = json.loads(receipt.read_text())["steps"]
    for before, step in pairwise(steps):
        assert step["rows"] == before["rows"] - step["dropped_rows"] + step.get("added_rows", 0)
        if step["tokens"] is not None:
            assert step["tokens"] == before["tokens"] - step["dropped_tokens"] + step.get("added_tokens", 0)
    return True


def test_the_loop(run: Run, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl")
    tag(path, tmp_path, drop=range(1_000), fix=range(500, 4_000))
    asked = ("--without-tag", "drop", "--until-proposed", "fix", "--to", "messages")
    before = run("export", path, *asked, "--out", "before")
    assert before.code == 0, before.err
    assert steps_of(tmp_path / "before" / "receipt.json") == [
        ("all records of the source", 10_000, 0, 0, 0),
        ("tagged drop", 9_000, 1_000, 0, 0),
        ("tagged fix", 6_000, 3_000, 0, 0),
        ("tagged fix, and back with a proposed text", 6_000, 0, 0, 0),
    ]
    rewrite = run("export", path, "--to", "input", "--out", "rewrite", "--tag", "fix", "--without-tag", "drop")
    assert rewrite.code == 0, rewrite.err
    records = [json.loads(line) for line in (tmp_path / "rewrite" / "rows-input.jsonl").read_text().splitlines()]
    assert len(records) == 3_000
    anew = tmp_path / "anew.jsonl"
    texts = [{**record, "completion": f"A new answer to {record['prompt']}"} for record in records]
    anew.write_text("".join(json.dumps(text) + "\n" for text in texts))
    trial = run("propose", path, "--from", anew, "--id", "id", "--person", "Bo", "--dry-run", "--json")
    assert (trial.json["matched"], trial.json["texts"], trial.json["unchanged"], trial.json["kept"]) == (
        3_000,
        3_000,
        3_000,
        False,
    )
    done = run("propose", path, "--from", anew, "--id", "id", "--person", "Bo", "--why", "written anew", "--json")
    assert done.code == 0, done.err
    assert {key: done.json[key] for key in ("records", "matched", "rows", "texts", "unchanged", "unknown", "ambiguous")} == {
        "records": 3_000, "matched": 3_000, "rows": 3_000, "texts": 3_000, "unchanged": 3_000, "unknown": 0, "ambiguous": 0,
    }  # fmt: skip
    after = run("export", path, *asked, "--out", "after")
    assert "9,000 of 10,000 rows" in after.out and "3,000 rows with proposed texts" in after.out
    assert "3,000 rows go out with proposed texts in the place of the source's." in after.err
    receipt = tmp_path / "after" / "receipt.json"
    assert steps_of(receipt) == [
        ("all records of the source", 10_000, 0, 0, 0),
        ("tagged drop", 9_000, 1_000, 0, 0),
        ("tagged fix", 6_000, 3_000, 0, 0),
        ("tagged fix, and back with a proposed text", 9_000, 0, 3_000, 0),
        ("a proposed text in the place of the source's", 9_000, 0, 0, 3_000),
    ]
    assert adds_up(receipt)
    written = [json.loads(line) for line in (tmp_path / "after" / "rows-messages.jsonl").read_text().splitlines()]
    answers = [row["messages"][1]["content"] for row in written]
    assert answers[0] == "A new answer to Question 1000?" and answers[-1] == "Old answer 9999."
    assert sum(answer.startswith("A new answer") for answer in answers) == 3_000
    kept = json.loads(receipt.read_text())["proposals"]
    assert (kept["rows"], kept["people"], kept["until"]) == (3_000, {"Bo": 3_000}, ["fix"])
    again = run("replay", receipt, path, "--out", "again")
    assert again.code == 0, again.err
    for name in ("rows-messages.jsonl", "README.md", "receipt.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "after" / name).read_bytes()
    ignored = run("export", path, "--without-tag", "drop", "--to", "messages", "--proposals", "ignore", "--out", "old")
    assert "3,000 rows with a proposed text: the source's text goes out, as was asked." in ignored.err
    assert "A new answer" not in (tmp_path / "old" / "rows-messages.jsonl").read_text()
    assert run("propose", path, "--undo", "--person", "Bo").code == 0
    assert steps_of(tmp_path / "before" / "receipt.json") and run("export", path, *asked, "--out", "undone").code == 0
    assert steps_of(tmp_path / "undone" / "receipt.json") == steps_of(tmp_path / "before" / "receipt.json")


def test_tokens_are_those_of_the_proposed_texts(tmp_path: Path) -> None:
    dataset = tag(write_rows(tmp_path / "rows.jsonl", 30), tmp_path, fix=range(10))
    compute(dataset, dataset.signal("tokens"))
    ids = dataset.column("row_id")
    texts = {ids[n]: {"response": "one two three four five six"} for n in (3, 20)}
    with open_annotations(tmp_path / "home") as notes:
        notes.proposals.propose(dataset.fingerprint, texts, "Ann")
        dataset.set_tags(notes.tags.standing(dataset.fingerprint), 1)
        dataset.set_proposals(notes.proposals.standing(dataset.fingerprint), 1)
    result = export(dataset, ExportRequest(to="messages", until_proposed=("fix",)), tmp_path / "out")
    assert adds_up(tmp_path / "out" / "receipt.json")
    steps = result.receipt.steps
    assert [step.rows for step in steps] == [30, 20, 21, 21]
    again = Workspace(tmp_path / "again").open([tmp_path / "out" / "rows-messages.jsonl"])
    compute(again, again.signal("tokens"))
    assert steps[-1].tokens == again.column("row_tokens").sum()
    assert steps[-1].changed_rows == 2 and steps[-1].added_tokens != steps[-1].dropped_tokens
    card = (tmp_path / "out" / "README.md").read_text()
    assert "rows with other texts" in card and "2 rows have proposed texts in the place of the source's" in card


def test_a_row_without_an_answer_fits_with_a_proposed_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "a", "completion": null}\n{"prompt": "b", "completion": "c"}\n')
    dataset = Workspace(tmp_path / "home").open([path])
    request = ExportRequest(to="prompt_completion")
    assert choose(dataset, request).rows == 1
    with open_annotations(tmp_path / "home") as notes:
        notes.proposals.propose(dataset.fingerprint, {dataset.column("row_id")[0]: {"response": "anew"}}, "Ann")
        dataset.set_proposals(notes.proposals.standing(dataset.fingerprint), 1)
    export(dataset, request, tmp_path / "out")
    written = (tmp_path / "out" / "rows-prompt-completion.jsonl").read_text().splitlines()
    assert json.loads(written[0]) == {"prompt": "a", "completion": "anew"}


# Personal data

EMAIL = "zoe.bright@mailbox-of-zoe.org"


def with_email(tmp_path: Path) -> Any:
    dataset = Workspace(tmp_path / "home").open([write_rows(tmp_path / "rows.jsonl", 20)])
    with open_annotations(tmp_path / "home") as notes:
        texts = {dataset.column("row_id")[4]: {"response": f"Write to {EMAIL}."}}
        notes.proposals.propose(dataset.fingerprint, texts, "Ann")
        dataset.set_proposals(notes.proposals.standing(dataset.fingerprint), 1)
    return dataset


@pytest.mark.parametrize("to", ["input", "messages", "csv", "parquet"])
def test_personal_data_in_a_proposed_text_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """The signal has read the source's texts only, in which there is none."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    dataset = with_email(tmp_path)
    compute(dataset, dataset.signal("personal_data"))
    assert dataset.column("pii_types").list.len().sum() == 0
    said: list[str] = []
    export(dataset, ExportRequest(to=to), tmp_path / "plain", tell=said.append)
    assert "Personal data was not looked for in proposed texts; what there is goes out as it is." in said
    result = export(dataset, ExportRequest(to=to, redact=("EMAIL_ADDRESS=replace",)), tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        assert EMAIL.encode() not in file.read_bytes(), file.name
    assert result.receipt.personal_data is not None and result.receipt.personal_data.changed_rows == 1
    assert result.receipt.proposals is not None and not result.receipt.proposals.texts
    (held,) = (tmp_path / "home" / "proposed_texts").iterdir()
    assert stat.S_IMODE(held.stat().st_mode) == 0o600 and EMAIL in held.read_text()
    assert held.stem == result.receipt.proposals.sha256
    source = tmp_path / "rows.jsonl"
    replay(tmp_path / "out" / "receipt.json", source, tmp_path / "again", Workspace(tmp_path / "home"))
    for file in (tmp_path / "out").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    held.write_text("{}")
    with pytest.raises(ReceiptError, match="proposed texts of the receipt were changed"):
        replay(tmp_path / "out" / "receipt.json", source, tmp_path / "third", Workspace(tmp_path / "home"))
    held.write_text("[")
    with pytest.raises(ReceiptError, match="is damaged"):
        replay(tmp_path / "out" / "receipt.json", source, tmp_path / "third", Workspace(tmp_path / "home"))
    held.unlink()
    with pytest.raises(ReceiptError, match="which is not there; put that file"):
        replay(tmp_path / "out" / "receipt.json", source, tmp_path / "third", Workspace(tmp_path / "home"))


def test_a_name_in_a_proposed_text_is_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    dataset = Workspace(tmp_path / "home").open([write_rows(tmp_path / "rows.jsonl", 5)])
    compute(dataset, dataset.signal("named_entities"))
    texts = {dataset.column("row_id")[1]: {"response": "My neighbour Angela Merkel lives in Berlin."}}
    with open_annotations(tmp_path / "home") as notes:
        notes.proposals.propose(dataset.fingerprint, texts, "Ann")
        dataset.set_proposals(notes.proposals.standing(dataset.fingerprint), 1)
    export(dataset, ExportRequest(to="messages", redact=("PERSON=replace",)), tmp_path / "out")
    assert "Angela Merkel" not in (tmp_path / "out" / "rows-messages.jsonl").read_text()
    assert "lives in" in (tmp_path / "out" / "rows-messages.jsonl").read_text()


# The receipt


@pytest.mark.parametrize("where", ["has_proposal~eq~true", "has_proposal~eq~false"])
@pytest.mark.parametrize("proposals", ["take", "ignore"])
def test_a_filter_on_proposals_is_replayed(tmp_path: Path, where: str, proposals: str) -> None:
    dataset = with_email(tmp_path)
    request = ExportRequest(view=View.from_params([where]), to="messages", proposals=proposals)
    result = export(dataset, request, tmp_path / "out")
    assert result.receipt.rows_out == (1 if where.endswith("true") else 19)
    replay(tmp_path / "out" / "receipt.json", tmp_path / "rows.jsonl", tmp_path / "again", Workspace(tmp_path / "else"))
    for file in (tmp_path / "out").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_a_changed_text_in_the_receipt_is_found(tmp_path: Path) -> None:
    dataset = with_email(tmp_path)
    export(dataset, ExportRequest(to="messages"), tmp_path / "out")
    receipt = tmp_path / "out" / "receipt.json"
    receipt.write_text(receipt.read_text().replace("Write to", "Do not write to"))
    with pytest.raises(ReceiptError, match="proposed texts of the receipt were changed: expected the SHA-256"):
        replay(receipt, tmp_path / "rows.jsonl", tmp_path / "again", Workspace(tmp_path / "home"))


def test_an_export_without_proposed_texts_says_nothing_of_them(tmp_path: Path) -> None:
    dataset = Workspace(tmp_path / "home").open([write_rows(tmp_path / "rows.jsonl", 5)])
    result = export(dataset, ExportRequest(to="messages"), tmp_path / "out")
    assert "propos" not in (tmp_path / "out" / "receipt.json").read_text()
    assert "proposed" not in result.as_dict()


def test_wrong_requests() -> None:
    with pytest.raises(ExportError, match="cannot be treated by 'all'; write one of take, ignore"):
        ExportRequest(proposals="all")
    with pytest.raises(ExportError, match="Rows tagged fix cannot come back"):
        ExportRequest(proposals="ignore", until_proposed=("fix",))


# The command


def test_what_a_file_says_wrongly_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", 5)
    row_id = Workspace(tmp_path / "home").open([path]).column("row_id")[0]
    cases = {
        '{"row_id": 1': r"line 1, is no JSON",
        "[1]": "line 1, is no JSON object",
        json.dumps({"row_id": row_id, "answer": "x"}): "'answer' is no text and no column of rows.jsonl; texts are",
        json.dumps({"row_id": row_id, "response": ["x"]}): "response is of the type list",
        json.dumps({"row_id": row_id, "messages.0.content": "x"}): "has no text 'messages.0.content'; it has: prompt",
        json.dumps({"row_id": row_id, "response": "a\0"}): "holds the character U+0000 at position 2",
        json.dumps({"row_id": "gone", "response": "x"}): "none of the 1 record of",
    }
    for line, words in cases.items():
        (tmp_path / "new.jsonl").write_text(line + "\n")
        done = run("propose", path, "--from", "new.jsonl", "--person", "Ann")
        assert done.code == 2 and words in done.err and "Traceback" not in done.err, (line, done.err)
    assert run("propose", path, "--from", "none.jsonl").code == 2
    assert run("propose", path, "--list", "--withdraw").code == 2
    assert "no column 'x'" in run("propose", path, "--from", "new.jsonl", "--id", "x").err
    assert run("propose", path, "--list", "--json").json["proposals"] == []


TWO_COLUMNS = {"id": 1, "instruction": "Add.", "input": "1 2", "output": "3"}


@pytest.mark.parametrize(
    ("new", "instruction", "given"),
    [
        ({"instruction": "Sum."}, "Sum.", "1 2"),
        ({"input": "4 5"}, "Add.", "4 5"),
        ({"instruction": "Sum.", "input": "4 5"}, "Sum.\n\n4 5", ""),  # a prompt that is new as a whole is one text
        ({"instruction": "Say 3.", "input": ""}, "Say 3.", ""),
        ({"instruction": "Sum.", "input": None}, "Sum.", "1 2"),
    ],
)
def test_one_column_of_a_prompt_in_two_leaves_the_other(
    run: Run, tmp_path: Path, new: dict[str, Any], instruction: str, given: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(TWO_COLUMNS) + "\n")
    (tmp_path / "new.jsonl").write_text(json.dumps({"id": 1, **new}) + "\n")
    done = run("propose", path, "--from", "new.jsonl", "--id", "id", "--person", "Ann", "--json")
    assert done.json["texts"] == 1
    assert run("export", path, "--to", "input", "--out", "out").code == 0
    [record] = [json.loads(line) for line in (tmp_path / "out" / "rows-input.jsonl").read_text().splitlines()]
    assert (record["instruction"], record["input"], record["output"]) == (instruction, given, "3")


def test_the_texts_that_can_be_proposed_are_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(TWO_COLUMNS) + "\n")
    (tmp_path / "new.jsonl").write_text(json.dumps({"id": 1, "answer": "x"}) + "\n")
    done = run("propose", path, "--from", "new.jsonl", "--id", "id", "--person", "Ann")
    assert "texts are prompt, response, output, instruction, input, or messages.1.content." in done.err


def test_what_is_not_taken_is_counted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"k": "a", "prompt": "p", "completion": "c"},
        {"k": "b", "prompt": "q", "completion": "d"},
        {"k": "b", "prompt": "r", "completion": "e"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = [
        {"k": "a", "completion": "new", "prompt": "p"},
        {"k": "b", "completion": "x"},
        {"k": "z", "completion": "x"},
        {"completion": "x"},
    ]
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("propose", path, "--from", "new.jsonl", "--id", "k", "--person", "Ann", "--json")
    counts = ("records", "matched", "rows", "texts", "unchanged", "unknown", "ambiguous", "without_id")
    assert [done.json[name] for name in counts] == [4, 1, 1, 1, 1, 1, 1, 1]
    assert (
        "no row has this id: z." in done.err and "several rows have this id" in done.err and "k is missing" in done.err
    )
    listed = run("propose", path, "--list")
    assert "1 proposed text in 1 row" in listed.out and "'new'" in listed.out
    assert run("propose", path, "--withdraw", "--where", "k~eq~b", "--person", "Bo", "--json").json["rows"] == 0
    assert run("propose", path, "--withdraw", "--person", "Bo", "--json").json["rows"] == 1
    assert run("propose", path, "--list", "--json").json["rows"] == 0


def test_a_list_of_messages_comes_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    path.write_text(json.dumps({"id": 7, "messages": chat}) + "\n")
    new = [chat[0], {"role": "assistant", "content": "Hello there."}]
    (tmp_path / "new.jsonl").write_text(json.dumps({"id": 7, "messages": new}) + "\n")
    done = run("propose", path, "--from", "new.jsonl", "--id", "id", "--person", "Ann", "--json")
    assert (done.json["texts"], done.json["unchanged"]) == (1, 1)
    assert run("export", path, "--to", "sharegpt", "--out", "out").code == 0
    assert "Hello there." in (tmp_path / "out" / "chats-sharegpt.jsonl").read_text()
    tables = run("table", path, "--columns", "row_id,response", "--where", "has_proposal~eq~true")
    assert json.loads(tables.out)["response"] == "Hello.", "columns are those of the source"
