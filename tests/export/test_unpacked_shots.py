"""Does a few-shot prompt become one record per solved example, each once, and can anyone make the same again?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError, RedactionError, WinnowError
from analysis.export import ExportRequest, export
from analysis.export.choices import kept_choice
from analysis.export.folder import RECEIPT
from analysis.export.redaction.redacting import Redacting
from analysis.export.replay import replay
from analysis.export.request import FORMATS, UNPACKABLE
from analysis.export.unpacked_rows import UnpackedShots
from analysis.export.unpacking import outlook
from analysis.export.waterfall import choose
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_export import CHATS, PAIRS, everything, jsonl, lines
from tests.support.app_page import open_page, well

FOOD = "Item: burger\nCategory: edible\n\nItem: car\nCategory: inedible\n\nItem: {}\nCategory:"
MUSHROOM = FOOD.format("mushroom")
ANSWERED = [("burger", "edible"), ("car", "inedible"), ("mushroom", "edible")]
MAIL, OTHER = "ann.marsh@gravel-works.co", "bo.quist@other-mill.de"


def opened(home: Path, tmp_path: Path, records: list[Any]) -> Dataset:
    return Workspace(home).open([jsonl(tmp_path / "shots.jsonl", records)])


def rows(*pairs: tuple[str, str | None], **more: Any) -> list[dict[str, Any]]:
    return [{"prompt": prompt, "completion": response, **more} for prompt, response in pairs]


def unpacked(dataset: Dataset, out: Path, to: str = "prompt_completion", **request: Any) -> list[Any]:
    """The records of an unpacked export, which a replay makes again byte by byte."""
    result = export(dataset, ExportRequest(to=to, unpack_shots=True, **request), out)
    again = out.with_name(f"{out.name}_again")
    (name,) = (file.name for file in result.receipt.source.files)
    replay(out / RECEIPT, out.parent / name, again, Workspace())
    assert everything(again) == everything(out)
    (file,) = result.receipt.files
    records = lines(out / file.path)
    assert file.rows == len(records)
    return records


def pairs(records: list[Any]) -> list[tuple[str, str]]:
    return [(record["prompt"], record["completion"]) for record in records]


def shots(out: Path) -> dict[str, int]:
    return dict(json.loads((out / RECEIPT).read_bytes())["unpacked_shots"])


@pytest.mark.parametrize(
    ("to", "record"),
    [
        ("messages", {"messages": [{"role": "user", "content": "{}"}, {"role": "assistant", "content": "{}"}]}),
        ("sharegpt", {"conversations": [{"from": "human", "value": "{}"}, {"from": "gpt", "value": "{}"}]}),
        ("alpaca", {"instruction": "{}", "input": "", "output": "{}"}),
        ("prompt_completion", {"prompt": "{}", "completion": "{}"}),
    ],
)
def test_the_worked_example(home: Path, tmp_path: Path, to: str, record: dict[str, Any]) -> None:
    dataset = opened(home, tmp_path, rows((MUSHROOM, " edible"), source="a"))
    blank = json.dumps(record)
    expected = [
        {**json.loads(blank.replace('"{}"', f'"{x}"', 1).replace('"{}"', f'"{y}"')), "source": "a"} for x, y in ANSWERED
    ]
    assert unpacked(dataset, tmp_path / "out", to) == expected
    assert shots(tmp_path / "out")["rows"] == 1
    assert shots(tmp_path / "out")["records"] == 3


@pytest.mark.parametrize(
    ("prompt", "response", "expected", "said"),
    [
        (MUSHROOM, None, ANSWERED[:2], "In 1 row the input at the end has no response and is left out."),
        (MUSHROOM, " \n", ANSWERED[:2], "In 1 row the input at the end has no response and is left out."),
        (FOOD.format("{…}"), None, ANSWERED[:2], ""),
        (FOOD.format("{…}"), "edible", ANSWERED[:2], "In 1 row the response has no input and is left out."),
        (f"Can you eat it?\n\n{MUSHROOM}", "edible", ANSWERED, "In 1 row the text before the examples is left out."),
    ],
)
def test_what_is_in_no_record_is_said(
    home: Path, tmp_path: Path, prompt: str, response: str | None, expected: list[tuple[str, str]], said: str
) -> None:
    dataset = opened(home, tmp_path, rows((prompt, response), ("Name a colour.", "Blue.")))
    request = ExportRequest(to="prompt_completion", unpack_shots=True)
    before = outlook(choose(dataset, request))
    assert before == [
        f"1 row with solved examples becomes {len(expected)} records, of which equal ones are written once.",
        *([said] if said else []),
    ]
    assert pairs(unpacked(dataset, tmp_path / "out")) == [*expected, ("Name a colour.", "Blue.")]
    receipt = json.loads((tmp_path / "out" / RECEIPT).read_bytes())
    assert [note for note in receipt["notes"] if note.startswith("In 1 row")] == ([said] if said else [])
    assert receipt["rows_out"] == 2  # the waterfall counts rows
    assert [step["rows"] for step in receipt["steps"]] == [2]


def test_prompts_without_any_response_are_examples_too(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, [{"prompt": MUSHROOM}, {"prompt": "No example."}])
    assert pairs(unpacked(dataset, tmp_path / "out")) == ANSWERED[:2]
    receipt = json.loads((tmp_path / "out" / RECEIPT).read_bytes())
    assert receipt["steps"][-1]["reason"] == "prompt_completion cannot hold it: no response"
    assert receipt["steps"][-1]["dropped_rows"] == 1


def test_equal_records_of_several_rows_are_written_once(home: Path, tmp_path: Path) -> None:
    """Two prompts share their examples; a plain row is never left out, and another source is another record."""
    held = [
        *rows((MUSHROOM, "edible"), (FOOD.format("stone"), "inedible"), ("burger", "edible"), source="a"),
        *rows(("burger", "edible"), source="a"),
        *rows((FOOD.format("stone"), "inedible"), source="b"),
    ]
    records = unpacked(opened(home, tmp_path, held), tmp_path / "out")
    assert [(*pair, record["source"]) for pair, record in zip(pairs(records), records, strict=True)] == [
        *((x, y, "a") for x, y in ANSWERED),
        ("stone", "inedible", "a"),
        ("burger", "edible", "a"),
        ("burger", "edible", "a"),
        *((x, y, "b") for x, y in [*ANSWERED[:2], ("stone", "inedible")]),
    ]
    assert shots(tmp_path / "out") == {"rows": 3, "records": 7, "equal": 2, "heads": 0, "unanswered": 0, "unasked": 0}
    receipt = json.loads((tmp_path / "out" / RECEIPT).read_bytes())
    said = "3 rows with solved examples became 7 records; 2 more are left out, each equal to one of these."
    assert said in receipt["notes"]


@pytest.mark.parametrize("to", UNPACKABLE)
def test_chats_and_plain_rows_are_untouched(home: Path, tmp_path: Path, to: str) -> None:
    """Also a chat whose turn looks like a few-shot prompt."""
    chat = {"messages": [{"role": "user", "content": MUSHROOM}, {"role": "assistant", "content": "edible"}], "id": 9}
    for name, records in (("chats", [*CHATS, chat]), ("pairs", PAIRS)):
        (tmp_path / name).mkdir()
        dataset = opened(home, tmp_path / name, records)
        export(dataset, ExportRequest(to=to), tmp_path / name / "off")
        (file,) = json.loads((tmp_path / name / "off" / RECEIPT).read_bytes())["files"]
        unpacked(dataset, tmp_path / name / "on", to)
        data = (tmp_path / name / "on" / file["path"]).read_bytes()
        assert data == (tmp_path / name / "off" / file["path"]).read_bytes()
        assert shots(tmp_path / name / "on")["rows"] == 0
        receipt = json.loads((tmp_path / name / "on" / RECEIPT).read_bytes())
        assert "No row holds solved examples to unpack." in receipt["notes"]


def test_an_instruction_and_its_input_stay_apart_in_other_rows(home: Path, tmp_path: Path) -> None:
    held = [
        {"instruction": "Sort it.", "input": MUSHROOM, "output": "edible"},
        {"instruction": "Translate.", "input": "chat", "output": "cat"},
    ]
    assert unpacked(opened(home, tmp_path, held), tmp_path / "out", "alpaca") == [
        *({"instruction": x, "input": "", "output": y} for x, y in ANSWERED),
        {"instruction": "Translate.", "input": "chat", "output": "cat"},
    ]


def test_without_the_option_receipt_and_records_are_as_before(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, rows((MUSHROOM, "edible")))
    result = export(dataset, ExportRequest(to="prompt_completion"), tmp_path / "out")
    assert "unpacked_shots" not in result.receipt.as_dict()
    assert "unpacked_shots" not in result.as_dict()
    assert pairs(lines(tmp_path / "out" / result.receipt.files[0].path)) == [(MUSHROOM, "edible")]


@pytest.mark.parametrize("to", [to for to in FORMATS if to not in UNPACKABLE])
def test_other_formats_are_refused_in_one_sentence(to: str) -> None:
    with pytest.raises(ExportError, match=rf"^The format {to} cannot hold solved examples one by one; choose [^.]*\.$"):
        ExportRequest(to=to, unpack_shots=True)


# Cleaning and redaction


def test_examples_are_cleaned_and_rows_are_counted_not_records(home: Path, tmp_path: Path) -> None:
    prompt = (
        "Item: <b>burger</b>\nCategory: <i>edible</i>\n\nItem: car\nCategory: inedible\n\nItem: <p>mushroom\nCategory:"
    )
    dataset = opened(home, tmp_path, rows((prompt, "edible"), (MUSHROOM, "edible")))
    assert pairs(unpacked(dataset, tmp_path / "out", clean=("html_tags",))) == ANSWERED  # cleaned, they are equal
    receipt = json.loads((tmp_path / "out" / RECEIPT).read_bytes())
    assert "1 row was cleaned of html_tags; tokens are counted before cleaning." in receipt["notes"]
    assert receipt["unpacked_shots"]["equal"] == 3


CONTACTS = "Name: Ann\nMail: {}\n\nName: Bo\nMail: {}\n\nName: {}\nMail:"


@pytest.mark.parametrize("how", ["replace", "pseudonym", "pseudonym:dataset", "mask:2", "hash"])
def test_personal_data_is_taken_out_of_every_record(home: Path, tmp_path: Path, how: str) -> None:
    held = rows(
        ("Say hello.", f"Hello {OTHER}."),
        (CONTACTS.format(MAIL, OTHER, "Cy"), "cy@third-mill.de"),
        (CONTACTS.format(MAIL, OTHER, MAIL), "unknown"),
    )
    records = unpacked(opened(home, tmp_path, held), tmp_path / "out", redact=(f"EMAIL_ADDRESS={how}",))
    text = "\n".join(map(repr, records))
    assert not any(mail in text for mail in (MAIL, OTHER, "cy@third-mill.de"))
    names = [prompt for prompt, _ in pairs(records)]
    assert names[0] == "Say hello."
    assert names[1:4] == ["Ann", "Bo", "Cy"]
    if how == "replace":
        assert pairs(records)[1:] == [
            ("Ann", "<EMAIL_ADDRESS>"),
            ("Bo", "<EMAIL_ADDRESS>"),
            ("Cy", "<EMAIL_ADDRESS>"),
            ("<EMAIL_ADDRESS>", "unknown"),
        ]
    receipt = json.loads((tmp_path / "out" / RECEIPT).read_bytes())
    (taken,) = receipt["personal_data"]["taken_out"]
    assert (taken["rows"], taken["values"]) == (3, 6)  # rows, not records; each value of a row once


def test_the_scan_of_the_files_names_the_row_of_a_record(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the redaction misses something, the third record of the second row is named, not its neighbour."""
    held = rows((MUSHROOM, "edible"), (CONTACTS.format("none", "none", "Cy"), MAIL), ("Last.", "Row."))
    dataset = opened(home, tmp_path, held)
    monkeypatch.setattr(Redacting, "__call__", lambda self, frame: frame)
    request = ExportRequest(to="prompt_completion", unpack_shots=True, redact=("EMAIL_ADDRESS=replace",))
    with pytest.raises(RedactionError) as error:
        export(dataset, request, tmp_path / "out")
    assert f"EMAIL_ADDRESS in row {dataset.column('row_id')[1]}, shots-prompt-completion.jsonl record 6" in str(
        error.value
    )


def test_a_receipt_with_another_number_is_refused(home: Path, tmp_path: Path) -> None:
    unpacked(opened(home, tmp_path, rows((MUSHROOM, "edible"))), tmp_path / "out")
    path = tmp_path / "out" / RECEIPT
    path.write_text(path.read_text().replace('"records": 3', '"records": 4'))
    with pytest.raises(WinnowError, match="other values of unpacked_shots"):
        replay(path, tmp_path / "shots.jsonl", tmp_path / "third", Workspace(home))


def test_the_rows_in_view_are_unpacked(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, [*rows((MUSHROOM, "edible"), source="a"), *rows((MUSHROOM, "none"), source="b")])
    records = unpacked(dataset, tmp_path / "out", view=View.from_params(["source~eq~b"]))
    assert pairs(records) == [*ANSWERED[:2], ("mushroom", "none")]


# The page


def page(dataset: Dataset, to: str, *filters: str) -> AppTest:
    """The page in a new session, with this format chosen."""
    return well(open_page("export", dataset, *filters).selectbox(key="to").set_value(to).run())


def test_the_page_asks_and_says_the_numbers_before_the_click(
    home: Path, tmp_path: Path, started: list[tuple[str, ...]]
) -> None:
    dataset = opened(home, tmp_path, rows((MUSHROOM, "edible"), ("Name a colour.", "Blue.")))
    assert not page(dataset, "messages").checkbox  # not looked for yet
    compute(dataset, dataset.signal("prompt_format"))
    at = page(dataset, "messages")
    (box,) = at.checkbox
    assert box.label == "One record per solved example: 1 row in view holds some"
    assert not box.value
    box.check()
    well(at.run())
    said = "1 row with solved examples becomes 3 records, of which equal ones are written once."
    assert said in [text.value for text in at.text]
    at.button(key="go_export").click().run()
    assert "--unpack-shots" in started[-1]
    assert kept_choice(home, dataset.fingerprint).unpack_shots
    again = open_page("export", dataset)  # another session
    assert again.checkbox(key="unpack_shots").value
    well(again.selectbox(key="to").set_value("parquet").run())
    assert not again.checkbox
    well(again.selectbox(key="to").set_value("alpaca").run())
    assert again.checkbox(key="unpack_shots").value


def test_the_page_does_not_ask_where_nothing_is_packed(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, [*rows((MUSHROOM, "edible"), source="a"), *rows(("Hi", "Hello"), source="b")])
    compute(dataset, dataset.signal("prompt_format"))
    assert page(dataset, "messages", "source~eq~a").checkbox
    assert not page(dataset, "messages", "source~eq~b").checkbox


def test_no_row_is_not_called_unpacked() -> None:
    assert UnpackedShots().sentences == ["No row holds solved examples to unpack."]
