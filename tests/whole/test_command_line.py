"""Does `python -m analysis` answer on standard output, say on standard error, and end as its exit code tells?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import typer

from analysis.__main__ import app, one_line_errors
from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.computing.progress import Progress
from analysis.errors import UsageError
from analysis.heuristics.heuristics_checks import SELF_INSTRUCT_CHECKS
from analysis.training.training_checks import TRAINER_CHECKS
from analysis.workspace import Workspace
from tests.support.commands import Run, Said, runner

ROOT = Path(__file__).resolve().parents[2]
RECORDS: list[dict[str, Any]] = [
    {"instruction": "Say hello.", "output": "Hello there!", "source": "a", "tags": "greeting"},
    {"instruction": "Say nothing.", "output": "", "source": "b", "tags": "silence"},
    {"instruction": "Say naïve 🦜.", "output": "naïve 🦜 twice", "source": "a", "tags": None},
    {"instruction": "SAY hello.", "output": "hello  there!", "source": "b", "tags": "greeting"},
]


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")
    return runner(capfd)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS))
    return path


def refused(said: Said, message: str) -> None:
    """Bad input ends with 2, this one line on standard error, and nothing on standard output."""
    assert (said.code, said.out, said.err) == (2, "", f"{message}\n")


# open


def test_open_says_what_the_files_are_in_their_own_names(run: Run, file: Path) -> None:
    with file.open("a") as more:
        more.write('{"instruction": "half\n')
    said = run("open", file, "--json")
    assert said.code == 0 and said.err == ""
    answer = said.json
    earlier = {"id", "fingerprint", "rows", "format", "roles", "columns", "unreadable", "problems", "notes"}
    assert set(answer) == earlier | {"layout", "layouts", "lost"}
    assert (answer["layout"], answer["layouts"], answer["lost"]) == ("instruction", {"instruction": 4}, {})
    assert (answer["rows"], answer["format"], answer["unreadable"]) == (4, "instruction", 1)
    assert answer["id"] == answer["fingerprint"][:16]
    assert answer["columns"] == ["instruction", "output", "source", "tags"]
    assert answer["roles"] == {"prompt": "instruction", "response": "output", "source": "source"}
    [problem] = answer["problems"]
    assert (problem["file"], problem["line"]) == ("rows.jsonl", 5) and problem["reason"]
    assert Workspace().dataset(answer["id"]).meta["columns"].keys() == {
        "instruction",
        "output",
        "source",
        "tags_original",
    }


def test_open_takes_roles_by_the_sources_names(run: Run, file: Path) -> None:
    answer = run("open", file, "--role", "label=tags", "--role", "response=source", "--json").json
    assert answer["roles"] == {"prompt": "instruction", "response": "source", "source": "source", "label": "tags"}
    assert run("open", file, "--role", "source=", "--json").json["roles"] == {
        "prompt": "instruction",
        "response": "output",
    }


def test_a_chats_messages_keep_their_name(run: Run, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    (tmp_path / "chat.jsonl").write_text(json.dumps({"messages": turns, "score": 4}) + "\n")
    answer = run("open", tmp_path / "chat.jsonl", "--json").json
    assert answer["columns"] == ["messages", "score"]
    assert answer["roles"] == {"messages": "messages", "score": "score"}


def test_open_speaks_to_people_in_a_sentence(run: Run, file: Path) -> None:
    said = run("open", file)
    id = run("open", file, "--json").json["id"]
    assert said.code == 0 and said.out.splitlines()[0] == f"{id}: 4 rows, instruction, 0 unreadable"


def test_open_names_the_layouts_and_what_is_lost(run: Run, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    pair = {"input": {"messages": turns[:1]}, "preferred_output": turns[1:], "non_preferred_output": turns[1:]}
    lines = [json.dumps(pair)] * 3 + [json.dumps({"prompt": "p", "response": "r\ufffd"}), '{"prompt":"a","prompt":"b"}']
    (tmp_path / "mixed.jsonl").write_text("\n".join([*lines, json.dumps({"note": "neither"})]))
    answer = run("open", tmp_path / "mixed.jsonl", "--json").json
    assert answer["layout"] == "openai_preference"
    assert answer["layouts"] == {"openai_preference": 3, "instruction": 2, "unread": 1}
    assert answer["lost"] == {"*": 1, "prompt": 1}
    out = run("open", tmp_path / "mixed.jsonl").out
    assert "Layout openai_preference (3 rows): OpenAI preference pairs, recognised by: " in out
    assert "Layout instruction (2 rows): Prompt and response, recognised by: prompt as prompt" in out
    by_columns = run("open", tmp_path / "mixed.jsonl", "--layout", "columns", "--json").json
    assert "openai_preference" not in by_columns["layouts"] and by_columns["id"] != answer["id"]
    unknown = run("open", tmp_path / "mixed.jsonl", "--layout", "x")
    assert unknown.code == 2 and unknown.err.startswith("There is no layout 'x'; the layouts are columns, ")


def test_open_takes_encoding_types_and_a_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text,n\nza\xbf\xf3\xb3\xe6,01\n".encode("latin-1"))
    id = run("open", tmp_path / "a.csv", "--encoding", "cp1250", "--type", "n=text", "--json").json["id"]
    [row] = run("table", id, "--columns", "text,n").out.splitlines()
    assert json.loads(row) == {"text": "zażółć", "n": "01"}
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "README.md").write_text(
        "---\nconfigs:\n- config_name: a\n  data_files: a.csv\n- config_name: b\n  data_files: b.csv\n---\n"
    )
    (folder / "b.csv").write_text("prompt,response\np,r\n")
    assert run("open", folder, "--config", "b", "--json").json["rows"] == 1
    refused(run("open", folder), f"{folder} has 2 configurations (a, b); choose one with --config NAME.")


def test_open_several_files_and_patterns(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder, name in (("x", "b"), ("x", "a"), ("y", "c")):
        (data / folder).mkdir(exist_ok=True, parents=True)
        (data / folder / f"{name}.jsonl").write_text(json.dumps({"prompt": name, "response": "ok"}) + "\n")
    by_name = run("open", data / "x/a.jsonl", data / "x/b.jsonl", "--json").json
    assert by_name["rows"] == 2
    assert run("open", data / "x/*.jsonl", "--json").json == by_name
    assert run("open", f"{data}/?/*.jsonl", "--json").json["rows"] == 3
    id = run("open", f"{data}/**/*.jsonl", "--json").json["id"]
    rows = run("table", id, "--columns", "prompt,source_file").rows
    assert rows == [{"prompt": n, "source_file": f"{n}.jsonl"} for n in "abc"]


def test_a_file_with_a_pattern_in_its_name_is_that_file(run: Run, tmp_path: Path) -> None:
    for name in ("data[1].jsonl", "data1.jsonl"):
        (tmp_path / name).write_text(json.dumps({"prompt": name, "response": "ok"}) + "\n")
    id = run("open", tmp_path / "data[1].jsonl", "--json").json["id"]
    assert run("table", id, "--columns", "prompt").rows == [{"prompt": "data[1].jsonl"}]


def test_open_csv_as_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("question;answer\nWhat, now?;This.\n")
    assert run("open", tmp_path / "a.csv", "--separator", ";", "--json").json["columns"] == ["question", "answer"]
    assert run("open", tmp_path / "a.csv", "--separator", ";", "--no-header", "--json").json["rows"] == 2


def test_open_writes_its_progress(run: Run, file: Path, tmp_path: Path) -> None:
    run("open", file, "--progress", tmp_path / "p.json")
    found = Progress.read(tmp_path / "p.json")
    assert found and (found.stage, found.share) == ("reading", 1.0)


# compute


def test_compute_makes_columns(run: Run, file: Path) -> None:
    said = run("compute", file, "lengths", "exact_duplicates", "--json")
    dataset = Workspace().dataset(str(file))
    assert said.code == 0 and said.err == "lengths: 4 rows\nexact_duplicates: 4 rows\n"
    made = said.json["signals"]
    for one, name in zip(made, ("lengths", "exact_duplicates"), strict=True):
        keys = {"name", "key", "rows", "looked_at", "seconds", "path", "failed_rows", "failures"}
        assert one.keys() == keys and (one["failed_rows"], one["failures"]) == (0, [])
        assert (one["name"], one["key"], one["rows"]) == (name, dataset.signal(name).key, 4)
        assert Path(one["path"]) == dataset.path(dataset.signal(name)) and Path(one["path"]).exists()


def test_compute_without_names_makes_what_is_quick(run: Run, file: Path) -> None:
    said = run("compute", file, "--json")
    assert {one["name"] for one in said.json["signals"]} >= {"lengths", "exact_duplicates"}


def test_a_trial_makes_nothing(run: Run, file: Path) -> None:
    said = run("compute", file, "tokens", "--trial", "--json")
    [one] = said.json["signals"]
    assert one.keys() == {"name", "key", "rows", "seconds"} and one["seconds"] >= 0
    dataset = Workspace().dataset(str(file))
    assert not dataset.has(dataset.signal("tokens"))


def test_a_parameter_is_kept_with_the_dataset(run: Run, file: Path) -> None:
    before = run("compute", file, "exact_duplicates", "--json").json["signals"][0]["key"]
    changed = run("compute", file, "exact_duplicates", "--set", "over=prompt", "--json").json["signals"][0]["key"]
    assert before != changed == run("compute", file, "exact_duplicates", "--json").json["signals"][0]["key"]
    rows = run("table", file, "--columns", "duplicate_group").rows
    assert rows == [
        {"duplicate_group": 0},
        {"duplicate_group": None},
        {"duplicate_group": None},
        {"duplicate_group": 0},
    ]


def test_compute_on_a_named_engine(run: Run, file: Path) -> None:
    assert run("compute", file, "lengths", "--on", "here").code == 0


# table


def test_table_writes_json_lines(run: Run, file: Path) -> None:
    said = run("table", file, "--columns", "prompt, response,source,tags_original,tags,score")
    assert said.code == 0 and said.err.startswith("No row of rows.jsonl has a score.")
    assert said.rows == [
        {
            "prompt": r["instruction"],
            "response": r["output"],
            "source": r["source"],
            "tags_original": r["tags"],
            "tags": [],
            "score": None,
        }
        for r in RECORDS
    ]
    assert "naïve 🦜" in said.out


def test_table_of_a_view(run: Run, file: Path) -> None:
    assert run("table", file, "--columns", "source_line", "--where", "source~eq~a").rows == [
        {"source_line": 1},
        {"source_line": 3},
    ]
    both = run("table", file, "--columns", "source_line", "--where", "source~eq~b", "--where", "response~blank")
    assert both.rows == [{"source_line": 2}]
    assert run("table", file, "--columns", "source_line", "--limit", "1").rows == [{"source_line": 1}]
    nothing = run("table", file, "--columns", "source_line", "--limit", "0")
    assert (nothing.code, nothing.out) == (0, "")
    assert run("table", file, "--columns", "source_line", "--where", "source~eq~c").out == ""


def test_table_knows_tags(run: Run, file: Path) -> None:
    dataset = Workspace().open([file])
    notes = open_annotations(Workspace().home)
    notes.tags.tag_rows(dataset.fingerprint, dataset.column("row_id").gather([2]).to_list(), "keep", "Ann")
    assert run("table", file, "--columns", "source_line,tags", "--where", "tags~has~keep").rows == [
        {"source_line": 3, "tags": ["keep"]}
    ]


def test_table_computes_first_what_it_needs_and_says_so(run: Run, file: Path) -> None:
    said = run("table", file, "--columns", "prompt_chars", "--where", "response_words~ge~2")
    assert said.err == "Computing lengths first.\n"
    assert said.rows == [{"prompt_chars": 10}, {"prompt_chars": 12}, {"prompt_chars": 10}]
    again = run("table", file, "--columns", "prompt_chars,prompt_chars", "--where", "response_words~ge~2")
    assert (again.err, again.out) == ("", said.out)


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_table_into_a_file(run: Run, file: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out{ending}"
    said = run("table", file, "--columns", "response,source_line", "--where", "source~eq~a", "--out", out)
    assert (said.code, said.out, said.err) == (0, "", "")
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        ".jsonl": pl.read_ndjson,
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
    }
    assert readers[ending](out).rows() == [("Hello there!", 1), ("naïve 🦜 twice", 3)]
    empty = run("table", file, "--columns", "response", "--where", "source~eq~c", "--out", out)
    assert empty.code == 0 and out.exists()


def test_table_of_times_and_bytes(run: Run, tmp_path: Path) -> None:
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    frame = pl.DataFrame(
        {
            "prompt": ["a"],
            "response": ["b"],
            "day": [date(2024, 5, 31)],
            "at": [datetime(2024, 5, 31, 12)],
            "took": [timedelta(seconds=90)],
            "price": [Decimal("1.50")],
            "raw": [b"\xff"],
            "vector": [[1.0, 0.5]],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    said = run("table", tmp_path / "t.parquet", "--columns", "day,at,took,price,raw,vector")
    assert said.code == 0
    [row] = said.rows
    assert (row["day"], row["at"], row["price"], row["vector"]) == (
        "2024-05-31",
        "2024-05-31T12:00:00",
        "1.50",
        [1.0, 0.5],
    )
    assert run("table", tmp_path / "t.parquet", "--columns", "day", "--where", "at~ge~2024-05-31").rows == [
        {"day": "2024-05-31"}
    ]


# findings


def test_findings_for_people_and_for_machines(run: Run, file: Path) -> None:
    said = run("findings", file)
    assert said.code == 0
    computed = [line.split()[1] for line in said.err.splitlines()]
    assert {"tokens", "formatting", "near_groups", "personal_data"} <= set(computed)
    assert not set(computed) & CATALOGUE.on_request
    assert said.out.splitlines()[:2] == [
        "1 row has no response, or a blank one.  [empty_response]",
        "1 row repeats an earlier row.  [exact_duplicates]",
    ]
    undone = [line.split(".")[0] for line in said.out.splitlines() if line.startswith("Not run")]
    assert undone == [
        f"Not run: {', '.join(check.name for check in SELF_INSTRUCT_CHECKS)}",
        "Not run: names",
        "Not run: meaning_duplicates",
        "Not run: meaning_conflicts",
        f"Not run: {', '.join(check.name for check in TRAINER_CHECKS)}",
    ]
    machine = run("findings", file, "--json")
    assert machine.err == ""
    assert (machine.json["looked_at"], machine.json["not_looked_at"]) == (4, None)
    done = [check for check in machine.json["checks"] if check["state"] == "done"]
    assert len(machine.json["checks"]) == len(CATALOGUE.checks)
    assert machine.json["checks_done"] == len(done) and all(check["looked_at"] > 0 for check in done)
    assert f"{len(done)} of {machine.json['checks_that_apply']} checks done" in said.out
    found = machine.json["findings"]
    assert [(one["name"], one["rows"], one["where"], one["sample"]) for one in found] == [
        ("empty_response", 1, ["answer_kind~notin~text~tool_call~reasoning~parts~unanswered~raw_text"], False),
        ("exact_duplicates", 1, ["is_duplicate_extra~eq~true"], False),
        ("emoji", 1, ["emoji_count~gt~0"], False),
    ]
    keys = {"name", "characteristic", "severity", "sentence", "rows", "share", "tokens", "where", "sample"}
    keys |= {"state", "owner", "accepted", "precision"}
    assert [(one["state"], one["owner"], one["precision"]) for one in found] == [("open", None, None)] * 3
    assert all(one.keys() == keys for one in found)


def test_fail_on_ends_with_1(run: Run, file: Path) -> None:
    failed = run("findings", file, "--json", "--fail-on", "empty_response", "--fail-on", "long_row")
    assert failed.code == 1 and len(failed.json["findings"]) == 3
    assert run("findings", file, "--fail-on", "long_row").code == 0
    names = ", ".join(check.name for check in CATALOGUE.checks)
    refused(run("findings", file, "--fail-on", "empty"), f"No finding is called empty; known: {names}.")


def test_fail_on_a_check_that_was_not_run_ends_with_2(run: Run, file: Path) -> None:
    unchecked = run("findings", file, "--fail-on", "long_row", "--fail-on", "empty_rejected")
    assert unchecked.code == 2
    assert "empty_rejected: No column has the role rejected." in unchecked.err.splitlines()[-1]


def test_nothing_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fine.jsonl").write_text('{"prompt": "Ask.", "response": "An answer."}\n')
    assert run("findings", tmp_path / "fine.jsonl").out.startswith("Nothing found in 1 rows.\n")
    assert run("findings", tmp_path / "fine.jsonl", "--json").json["findings"] == []


# Bad input

COMMANDS = [
    ("open",),
    ("compute", "lengths"),
    ("table", "--columns", "prompt"),
    ("findings",),
    ("export", "--to", "parquet", "--out", "out"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_file_that_is_not_there(run: Run, home: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    path = str(tmp_path / "gone.jsonl")
    neither = f"{path!r} is neither a file nor the id of an opened dataset; opened: none yet."
    missing = f"There is no file {path!r}; check its name and its folder."
    refused(run(command[0], path, *command[1:]), missing if command[0] == "open" else neither)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    refused(
        run(command[0], tmp_path, *command[1:]),
        f"The folder {tmp_path} holds no file of data (jsonl, ndjson, json, csv, tsv, txt, parquet, arrow, feather, ipc); "
        "name a file, or another folder.",
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"", b"%PDF-1.7\n"], ids=["png", "empty", "pdf"])
def test_a_file_of_another_sort(run: Run, tmp_path: Path, command: tuple[str, ...], content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    said = run(command[0], path, *command[1:])
    assert (said.code, said.out) == (2, "")
    assert re.fullmatch(r"picture\.png [^\n]+[.?]\n", said.err), said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("table", "--columns", "colour"), "rows.jsonl has no column colour; it has: "),
        (("table", "--columns", "row_tokens,colour"), "rows.jsonl has no column colour; it has: "),
        (("table", "--columns", " ,"), "--columns names no column; write some such as prompt,response."),
        (("table", "--columns", "prompt", "--where", "colour~eq~red"), "rows.jsonl has no column 'colour'; it has: "),
        (
            ("table", "--columns", "prompt", "--where", "colour"),
            "Cannot read the filter 'colour'; expected column~operator~value",
        ),
        (
            ("table", "--columns", "prompt", "--where", "source~is~a"),
            "Unknown operator 'is' in a filter on 'source'; known: eq, ",
        ),
        (("table", "--columns", "prompt", "--where", "row_tokens~ge~many"), "row_tokens is a number, 'many' is not; "),
        (
            ("table", "--columns", "prompt", "--where", "response~re~(a\nb"),
            "Cannot read the regular expression '(a\\nb': unclosed group;",
        ),
        (
            ("table", "--columns", "prompt", "--out", "out.xlsx"),
            "Cannot tell the format of 'out.xlsx'; known endings: .jsonl, .csv, .parquet.",
        ),
        (
            ("table", "--columns", "prompt,tags", "--out", "out.csv"),
            "A CSV file cannot hold the lists in tags; write .jsonl or .parquet.",
        ),
        (
            ("table", "--columns", "prompt", "--out", "no/such/folder/out.csv"),
            "A file cannot be read or written (No such file or directory",
        ),
        (("compute", "length"), "No signal is called 'length'; known: lengths, tokens, "),
        (("compute", "lengths", "length"), "No signal is called 'length'; known: lengths, tokens, "),
        (("compute", "lengths", "--on", "spark"), "No engine is called 'spark'; known: here, processes, ray."),
        (("compute", "lengths", "--set", "a=1"), "lengths has no parameters a; it has: none."),
        (("compute", "lengths", "--set", "a"), "Cannot read the parameter 'a'; expected parameter=value."),
        (
            ("compute", "--set", "over=prompt"),
            "--set over=prompt needs a signal; name one of: lengths, ",
        ),
        (
            ("compute", "embedding", "--set", "may_send=maybe"),
            "may_send of embedding cannot be 'maybe'; write true or false.",
        ),
        (
            ("compute", "embedding", "--set", "max_tokens=many"),
            "max_tokens of embedding cannot be 'many'; write a number such as ",
        ),
        (("compute", "exact_duplicates", "--set", "over=answer"), "Duplicates cannot be sought over 'answer'; known: "),
        (
            ("compute", "tokens", "--set", "tokenizer=Qwen/Qwen3-8B"),
            "No tokenizer 'Qwen/Qwen3-8B' here: known are tekken-240911",
        ),
        (("open", "--role", "response"), "Cannot read the role 'response'; expected role=value."),
        (("open", "--role", "author=source"), "There is no role 'author'; the roles are "),
        (
            ("open", "--role", "response=colour"),
            "There is no column 'colour'; the columns are instruction, output, source, tags.",
        ),
        (("open", "--separator", "ab"), "The separator 'ab' is not one character; "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.delenv("WINNOW_ONLINE", raising=False)
    monkeypatch.chdir(tmp_path)
    said = run(arguments[0], file, *arguments[1:])
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(message) and said.err.count("\n") == 1 and said.err.endswith(".\n"), said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("compute", "--set", "over=prompt"),
        ("compute", "lengths", "--set", "a"),
        ("compute", "embedding", "--set", "max_tokens=many"),
        ("duplicates", "--kind", "alike"),
        ("duplicates", "--keep", "best"),
        ("duplicates", "--kind", "repetition", "--pairs", "pairs.csv"),
        ("findings", "--fail-on", "nothing"),
        ("open", "--role", "response"),
        ("pii", "--spans", "spans.txt"),
        ("sample", "--size", "1", "--out", "out.csv", "--by", "luck"),
        ("sample", "--size", "1", "--out", "out.csv", "--nested"),
        ("slices", "--by", "source,source"),
        ("table", "--columns", ","),
        ("table", "--columns", "prompt", "--out", "out.xlsx"),
    ],
)
def test_a_bad_option_is_an_error_of_usage(home: Path, file: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        app([arguments[0], str(file), *arguments[1:]])


def test_a_fault_of_the_program_is_not_shown_as_bad_input() -> None:
    with pytest.raises(ValueError, match="broadcast"), one_line_errors():
        np.zeros(2) + np.zeros(3)


def test_a_pattern_that_matches_nothing(run: Run, tmp_path: Path) -> None:
    pattern = str(tmp_path / "*.jsonl")
    refused(run("open", pattern), f"No file matches {pattern!r}; check the folder and the pattern.")


def test_an_unknown_option_and_a_missing_one(run: Run, file: Path) -> None:
    for arguments in (
        ("open", file, "--colour"),
        ("table", file),
        ("table", file, "--columns", "prompt", "--limit", "-1"),
        ("paint",),
    ):
        said = run(*arguments)
        assert (said.code, said.out) == (2, "") and "Usage: python -m analysis" in said.err


# As a program


def python_m_analysis(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error::DeprecationWarning:analysis", "-m", "analysis", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_it_runs_as_a_module(home: Path, file: Path) -> None:
    said = python_m_analysis("table", file, "--columns", "source_line", "--limit", "2")
    assert (said.returncode, said.stdout, said.stderr) == (0, '{"source_line":1}\n{"source_line":2}\n', "")
    bad = python_m_analysis("table", file, "--columns", "colour")
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (2, "", 1)


def test_a_reader_that_goes_away_is_no_fault(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"prompt": "p" * 1000, "response": str(i)}) + "\n" for i in range(2000)))
    read, write = os.pipe()
    command = [sys.executable, "-m", "analysis", "table", str(path), "--columns", "prompt"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert os.read(read, 10) == b'{"prompt":'
    os.close(read)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


COMMANDS_BY_NAME: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
NAMES = sorted(COMMANDS_BY_NAME)


def test_every_promised_command_is_there() -> None:
    assert {"open", "compute", "table", "findings", "export", "replay"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_each_option_does(run: Run, name: str) -> None:
    said = run(name, "--help")
    assert said.code == 0 and said.err == ""
    command = COMMANDS_BY_NAME[name]
    assert command.help.split("\n")[0].rstrip(".") in said.out
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            assert not any(option in said.out for option in parameter.opts)
            continue
        assert all(option in said.out for option in parameter.opts if option.startswith("-")), parameter.name
        if parameter.param_type_name == "option":
            assert parameter.help, f"{parameter.name} has no help"


def test_the_help_lists_every_command(run: Run) -> None:
    said = run("--help")
    assert said.code == 0 and all(re.search(rf"\b{name}\b", said.out) for name in NAMES)
