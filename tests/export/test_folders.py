"""Does no export replace another in silence, and is what was chosen about personal data kept and shown?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export import ExportRequest, export
from analysis.export.choices import NOTHING, ExportChoice, keep_choice, kept_choice
from analysis.export.exposure import exposure
from analysis.export.folder import earlier_export
from analysis.export.folder_names import new_name, plain_name
from analysis.export.redaction.outcome import outcome
from analysis.export.waterfall import choose
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_export import everything, jsonl
from tests.support.commands import Run, runner

MAIL, PHONE = "ann.marsh@gravel-works.co", "+33 1 42 68 53 00"
ROWS = [
    {"instruction": f"Write to {MAIL}.", "output": f"Written to {MAIL} and bo.quist@other-mill.de."},
    {"instruction": "Call me.", "output": f"On {PHONE}."},
    {"instruction": f"Mail {MAIL} or call {PHONE}.", "output": "Yes."},
    {"instruction": "Name a colour.", "output": "Blue."},
]
NOON = datetime(2026, 11, 30, 14, 2)
MAILS_OUT = ("EMAIL_ADDRESS=replace",)


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    return Workspace(home).open([jsonl(tmp_path / "a.jsonl", ROWS)])


def sentences(dataset: Dataset, **request: Any) -> list[str]:
    return exposure(choose(dataset, ExportRequest(to="messages", **request))).sentences


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


# The folder


def test_the_name_of_a_new_folder_tells_what_it_holds(tmp_path: Path) -> None:
    request = ExportRequest(to="prompt_completion", clean=("html_tags",), redact=MAILS_OUT)
    first = "my-chats-prompt-completion-971-rows-cleaned-redacted-2026-11-30-1402"
    for name in (first, f"{first}-2", f"{first}-3"):
        assert new_name("my chats.jsonl", request, 971, NOON, tmp_path) == name
        (tmp_path / name).mkdir()
    assert new_name("☃.csv", ExportRequest(), 1, NOON, tmp_path) == "dataset-input-1-row-2026-11-30-1402"


@given(st.text())
def test_a_name_of_a_folder_stays_in_its_folder(text: str) -> None:
    assert re.fullmatch(r"([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?)?", plain_name(text))


def test_what_a_folder_holds_is_known(dataset: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert earlier_export(out) is None
    export(dataset, ExportRequest(to="messages", redact=MAILS_OUT), out)
    earlier = earlier_export(out)
    assert earlier and (earlier.rows, earlier.to, earlier.redact) == (4, "messages", MAILS_OUT)
    assert re.fullmatch(
        r"an export of 4 rows of a\.jsonl as messages, written \d{4}-\d\d-\d\d \d\d:\d\d, "
        r"personal data taken out \(EMAIL_ADDRESS=replace\)",
        earlier.sentence,
    )


def test_the_command_refuses_and_replaces_only_where_asked(command: Run, dataset: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("export", dataset.id, "--to", "messages", "--out", out)
    assert command(*asked, "--redact", MAILS_OUT[0])[0] == 0
    before = everything(out)
    code, printed, error = command(*asked, "--where", "prompt~has~Call")
    assert (code, printed) == (2, "")
    assert "holds an export of 4 rows of a.jsonl as messages" in error and "taken out (EMAIL_ADDRESS=replace)" in error
    assert "--replace" in error and everything(out) == before
    assert command(*asked, "--where", "prompt~has~Call", "--replace")[0] == 0
    assert json.loads((out / "receipt.json").read_bytes())["rows_out"] == 2
    replayed = ("replay", out / "receipt.json", tmp_path / "a.jsonl", "--out", out)
    assert command(*replayed)[0] == 2
    assert command(*replayed, "--replace")[0] == 0


def test_an_export_that_comes_second_does_not_replace_the_first(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(stage: str, done: int, total: int) -> None:
        if stage == "choosing":
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "first.txt").write_text("first")

    with pytest.raises(ExportError, match="cannot be written"):
        export(dataset, ExportRequest(), tmp_path / "out", report=first)
    assert everything(tmp_path / "out") == {"first.txt": b"first"}


# What is kept


def test_a_choice_is_kept_for_the_bytes_of_a_source(home: Path, dataset: Dataset) -> None:
    print_ = dataset.fingerprint
    assert kept_choice(home, print_) == NOTHING
    choice = ExportChoice("sharegpt", ("html_tags",), ("EMAIL_ADDRESS=mask:2", "PERSON=pseudonym:dataset"))
    keep_choice(home, print_, choice)
    assert kept_choice(home, print_) == choice
    assert kept_choice(home, "0" * 64) == NOTHING
    Workspace(home).forget(dataset)
    assert kept_choice(home, print_) == choice


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"to": "", "clean": [], "redact": ["X=replace"]}', '{"redact": 3}'])
def test_a_redaction_that_cannot_be_read_is_not_taken_for_none(home: Path, text: str) -> None:
    keep_choice(home, "print", NOTHING)
    (home / "export_choices" / "print.json").write_text(text)
    with pytest.raises(ExportError, match="cannot be read from .*; choose again"):
        kept_choice(home, "print")


# What is told before and after


def test_what_was_not_looked_for_is_not_called_zero(dataset: Dataset) -> None:
    assert sentences(dataset) == [
        "Personal data was not looked for. What there is goes out as it is.",
        "Names were not looked for.",
    ]
    assert sentences(dataset, redact=MAILS_OUT)[0] == (
        "Personal data was not looked for yet. The export looks for EMAIL_ADDRESS and replaces it; other types go out "
        "as they are."
    )


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ({}, "3 rows hold personal data, and it goes out as it is."),
        ({"redact": ("EMAIL_ADDRESS=hash", "PHONE_NUMBER=replace")}, "3 rows hold personal data, and it is replaced."),
        (
            {"redact": MAILS_OUT},
            "3 rows hold personal data: in 2 rows it is replaced, in 2 rows it goes out as it is (Phone number 2).",
        ),
        ({"redact": ("EMAIL_ADDRESS=drop",)}, "1 row holds personal data, and it goes out as it is."),
        (
            {"view": View().where("prompt", "has", "colour")},
            "None of the 1 row looked at holds personal data.",
        ),
    ],
)
def test_what_goes_out_is_counted_in_the_rows_to_export(
    dataset: Dataset, request_: dict[str, Any], wanted: str
) -> None:
    compute(dataset, dataset.signal("personal_data"))
    assert sentences(dataset, **request_) == [wanted, "Names were not looked for."]


def test_rows_that_were_not_read_to_their_end_are_told(home: Path, tmp_path: Path) -> None:
    dataset = Workspace(home).open([jsonl(tmp_path / "b.jsonl", [*ROWS, {"instruction": None, "output": None}])])
    compute(dataset, dataset.signal("personal_data"))
    request = ExportRequest(to="parquet")
    assert exposure(choose(dataset, request)).sentences[1:] == [
        "1 row of 5 was not looked at.",
        "Names were not looked for.",
    ]


@pytest.mark.parametrize(
    ("redact", "wanted"),
    [
        (
            ("EMAIL_ADDRESS=replace", "PHONE_NUMBER=mask:2"),
            "5 values in 3 rows replaced; scanned again: 0 left. Names were not looked for. Also not looked for: Key",
        ),
        (MAILS_OUT, "3 values in 2 rows replaced; scanned again: 0 left. Names were not looked for. Also"),
        ((), "Personal data was not taken out."),
    ],
)
def test_what_was_done_is_in_the_receipt_on_the_card_and_on_standard_error(
    command: Run, dataset: Dataset, tmp_path: Path, redact: Sequence[str], wanted: str
) -> None:
    out = tmp_path / "out"
    asked = [f"--redact={rule}" for rule in redact]
    code, printed, error = command("export", dataset.id, "--to", "messages", "--out", out, *asked, "--json")
    assert code == 0 and error.splitlines()[-1].startswith(wanted)
    assert error.startswith("Personal data was not looked for")
    assert json.loads(printed)["personal_data"] == error.splitlines()[-1]
    assert wanted in (out / "README.md").read_text(encoding="utf-8")
    assert any(note.startswith(wanted) for note in json.loads((out / "receipt.json").read_bytes())["notes"]) == bool(
        redact
    )


def test_names_that_a_pipeline_found_are_not_called_all() -> None:
    from analysis.export.receipt import PersonalData, TakenOut

    taken = (TakenOut("PERSON", "replace", 1, 2),)
    personal = PersonalData((), "", redact=("PERSON=replace",), taken_out=taken, changed_rows=1)
    assert outcome(personal).startswith(
        "2 values in 1 row replaced. Names are those that a language pipeline had found, and it misses some."
    )
