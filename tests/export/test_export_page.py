"""Does the page Export keep what was chosen, ask before it replaces, and tell what goes out as it is?"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.export.choices import kept_choice
from analysis.export.exposure import exposure
from analysis.export.first_record import first_record
from analysis.export.still_in import StillIn, still_in
from analysis.export.waterfall import choose, tokens_of_proposed
from analysis.export.writable import unwritable
from analysis.personal_data.types import DEFAULT_TYPES
from analysis.proposals import propose_texts
from analysis.view import View
from analysis.workspace import Workspace
from tests.export.test_export import jsonl
from tests.export.test_folders import MAIL, ROWS
from tests.export.test_unpacked_shots import MUSHROOM
from tests.support.app_page import open_page, well
from ui.export import past


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    opened = Workspace(home).open([jsonl(tmp_path / "a.jsonl", ROWS)])
    compute(opened, opened.signal("personal_data"))
    return opened


def opened(dataset: Dataset, *filters: str, to: str = "") -> AppTest:
    """The page in a new session, with this format chosen."""
    at = open_page("export", dataset, *filters)
    return well(at.selectbox(key="to").set_value(to).run()) if to else at


def exported(at: AppTest) -> None:
    """Clicks Export; the job that it starts does not run here."""
    at.button(key="go_export").click().run()


def words(at: AppTest) -> str:
    return "\n".join(text.value for text in at.text)


def folder_of(line: tuple[str, ...]) -> Path:
    return Path(line[line.index("--out") + 1])


def test_a_reload_does_not_forget_the_redaction(home: Path, dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    at = opened(dataset, to="messages")
    assert "3 rows hold personal data, and it goes out as it is. Names were not looked for." in words(at)
    at.multiselect(key="redact").set_value(["EMAIL_ADDRESS", "PHONE_NUMBER"]).run()
    at.selectbox(key="redact_PHONE_NUMBER").set_value("mask").run()
    at.number_input(key="redact_n_PHONE_NUMBER").set_value(2).run()
    well(at.multiselect(key="clean").set_value(["html_tags"]).run())
    plan = ("EMAIL_ADDRESS=replace", "PHONE_NUMBER=mask:2")
    assert kept_choice(home, dataset.fingerprint).redact == plan
    again = opened(dataset)  # another session, by an address that names no format
    assert again.selectbox(key="to").value == "messages"
    assert again.multiselect(key="clean").value == ["html_tags"]
    assert again.multiselect(key="redact").value == ["EMAIL_ADDRESS", "PHONE_NUMBER"]
    assert "3 rows hold personal data, and it is replaced. Names were not looked for." in words(again)
    exported(again)
    assert {"--redact=EMAIL_ADDRESS=replace", "--redact=PHONE_NUMBER=mask:2", "--clean=html_tags"} <= set(started[-1])
    assert again.selectbox(key="to").value == "messages"


def test_each_dataset_has_its_own_choice(
    home: Path, dataset: Dataset, started: list[tuple[str, ...]], tmp_path: Path
) -> None:
    other = Workspace(home).open([jsonl(tmp_path / "b.jsonl", ROWS[:2])])
    at = opened(dataset, to="messages")
    well(at.multiselect(key="redact").set_value(["EMAIL_ADDRESS"]).run())
    at.query_params["d"] = other.id
    at.query_params.pop("f", None)
    well(at.run())
    assert at.multiselect(key="redact").value == []
    assert "Personal data was not looked for." in words(at)
    at.query_params["d"] = dataset.id
    well(at.run())
    assert at.multiselect(key="redact").value == ["EMAIL_ADDRESS"]
    assert kept_choice(home, other.fingerprint).redact == ()
    assert kept_choice(home, dataset.fingerprint).redact == ("EMAIL_ADDRESS=replace",)


def test_a_type_that_no_row_in_view_has_stays_chosen(
    home: Path, dataset: Dataset, started: list[tuple[str, ...]]
) -> None:
    at = opened(dataset, to="messages")
    well(at.multiselect(key="redact").set_value(["EMAIL_ADDRESS"]).run())
    few = opened(dataset, "prompt~has~colour")
    assert few.multiselect(key="redact").value == ["EMAIL_ADDRESS"]
    assert "None of the 1 row looked at holds personal data." in words(few)


def test_every_export_gets_a_folder_of_its_own(home: Path, dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    for number in range(2):
        at = opened(dataset, to="messages")
        exported(at)
        assert "--replace" not in started[-1]
        folder_of(started[-1]).mkdir(parents=True)
        assert folder_of(started[-1]).name.startswith("a-messages-4-rows-20"), number
    first, second = map(folder_of, started)
    assert first != second and first.parent == second.parent == home / "exports"


def test_the_page_asks_before_it_replaces(home: Path, dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    out = home / "exports" / "mine"
    export(dataset, ExportRequest(to="csv"), out)
    at = opened(dataset, to="messages")
    well(at.text_input(key="folder").set_value("../mine").run())
    assert "The folder mine holds an export of 4 rows of a.jsonl as csv, written " in words(at)
    assert at.button(key="go_export").disabled and not started
    (agree,) = at.checkbox
    assert agree.label == "Replace these 4 rows" and not agree.value
    at = well(agree.check().run())
    exported(at)
    assert folder_of(started[-1]) == out and "--replace" in started[-1]
    (out / "thesis.txt").write_text("mine")
    at = well(opened(dataset).text_input(key="folder").set_value("mine").run())
    assert "holds more than an earlier export, such as thesis.txt" in words(at)
    assert not at.checkbox


def test_the_tokens_of_proposed_texts_are_counted_once(
    home: Path, dataset: Dataset, started: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is chosen on the page; again only after another text is proposed."""
    compute(dataset, dataset.signal("tokens"))
    counted: list[int] = []

    def count(of: Dataset) -> pl.DataFrame | None:
        counted.append(of.proposal_revision)
        return tokens_of_proposed(of)

    monkeypatch.setattr("ui.export.page.tokens_of_proposed", count)
    row_id = dataset.column("row_id")[0]
    with open_annotations(home) as notes:
        propose_texts(dataset, notes, {row_id: {"response": "one two three"}}, "Ann")
    at = opened(dataset, to="messages")
    shown = at.subheader[0].value
    for to in ("alpaca", "csv", "messages"):
        well(at.selectbox(key="to").set_value(to).run())
    assert len(counted) == 1 and at.subheader[0].value == shown
    with open_annotations(home) as notes:
        propose_texts(dataset, notes, {row_id: {"response": "one two three four"}}, "Ann")
    well(at.run())
    assert len(counted) == 2 and counted[0] < counted[1]
    assert at.subheader[0].value != shown


def test_one_button_takes_personal_data_out(home: Path, dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    at = opened(dataset, to="messages")
    well(at.button(key="take_it_out").click().run())
    assert "3 rows hold personal data, and it is replaced." in words(at)
    assert sorted(at.multiselect(key="redact").value) == ["EMAIL_ADDRESS", "PHONE_NUMBER"]
    assert "take_it_out" not in [button.key for button in at.button]
    exported(at)
    assert {"--redact=EMAIL_ADDRESS=replace", "--redact=PHONE_NUMBER=replace"} <= set(started[-1])


def test_what_is_taken_out_stays_and_the_rest_is_added(
    home: Path, dataset: Dataset, started: list[tuple[str, ...]]
) -> None:
    at = opened(dataset, to="messages")
    at.multiselect(key="redact").set_value(["EMAIL_ADDRESS"]).run()
    well(at.selectbox(key="redact_EMAIL_ADDRESS").set_value("hash").run())
    rest = at.button(key="take_it_out")
    assert rest.label == "Take out the rest too"
    well(rest.click().run())
    assert "3 rows hold personal data, and it is replaced." in words(at)
    assert kept_choice(home, dataset.fingerprint).redact == ("EMAIL_ADDRESS=hash", "PHONE_NUMBER=replace")


def test_what_was_not_looked_for_can_be_taken_out(home: Path, tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    at = opened(Workspace(home).open([jsonl(tmp_path / "b.jsonl", ROWS)]), to="messages")
    assert "Personal data was not looked for. What there is goes out as it is." in words(at)
    well(at.button(key="take_it_out").click().run())
    assert set(DEFAULT_TYPES) <= set(at.multiselect(key="redact").value)
    assert "it is; " not in words(at) and "take_it_out" not in [button.key for button in at.button]


def test_earlier_exports_are_listed_the_latest_first(home: Path, dataset: Dataset, tmp_path: Path) -> None:
    exports = home / "exports"
    assert past.exports_of(dataset, exports) == []
    assert "Earlier exports of this dataset" not in [s.value for s in opened(dataset).subheader]
    other = Workspace(home).open([jsonl(tmp_path / "b.jsonl", ROWS[:2])])
    view = View().where("prompt", "has", "Call")
    export(dataset, ExportRequest(to="csv"), exports / "first")
    export(other, ExportRequest(to="csv"), exports / "of_another")
    export(dataset, ExportRequest(view=view, to="messages", redact=("EMAIL_ADDRESS=replace",)), exports / "second")
    for n, name in enumerate(("first", "second")):
        os.utime(exports / name / "receipt.json", (1_800_000_000 + n, 1_800_000_000 + n))
    (exports / "broken").mkdir()
    (exports / "broken" / "receipt.json").write_text("{}")
    listed = past.exports_of(dataset, exports)
    assert [(path.name, earlier.rows, earlier.to) for path, earlier in listed] == [
        ("second", 2, "messages"),
        ("first", 4, "csv"),
    ]
    at = opened(dataset)
    assert "Earlier exports of this dataset" in [s.value for s in at.subheader]
    assert "2 rows · messages · taken out: E-mail address\nRows: prompt contains “Call”\nFolder: second" in words(at)
    assert "4 rows · csv · personal data as it was\nFolder: first" in words(at)
    labels = [button.proto.label for button in at.get("download_button")]
    assert len(labels) == 2 and all(re.fullmatch(r"Download \(\d+ kB\)", label) for label in labels)


def test_a_format_that_holds_none_of_the_rows_is_named_with_its_reason(
    home: Path, dataset: Dataset, tmp_path: Path
) -> None:
    assert unwritable(dataset, dataset.rows_of(View())) == {
        "preference": "no rejected answer",
        "kto": "no label of true or false",
        "tokens": "no chat template is chosen on the page Training",
        "tokens_parquet": "no chat template is chosen on the page Training",
    }
    assert captions(opened(dataset)) >= {
        "Not possible for these rows: preference (no rejected answer); KTO (no label of true or false); tokens "
        "(no chat template is chosen on the page Training)."
    }
    rows = [{"prompt": "a", "chosen": "b", "rejected": "c" if n == 600 else None} for n in range(700)]
    pairs = Workspace(home).open([jsonl(tmp_path / "pairs.jsonl", rows)])
    assert "preference" not in unwritable(pairs, pairs.rows_of(View()))
    assert unwritable(pairs, pairs.rows_of(View()).head(600))["preference"] == "no rejected answer"
    shots = [{"prompt": MUSHROOM, "completion": None}, {"prompt": MUSHROOM, "completion": None}]
    solved = Workspace(home).open([jsonl(tmp_path / "shots.jsonl", shots)])
    every = solved.rows_of(View())
    assert unwritable(solved, every)["prompt_completion"] == "no response"
    assert "prompt_completion" not in unwritable(solved, every, unpack_shots=True)


def test_the_first_record_is_shown_as_it_will_be_written(home: Path, dataset: Dataset) -> None:
    at = opened(dataset, to="prompt_completion")
    first = json.loads(at.code[0].value)
    assert first["prompt"].startswith("Write to ") and MAIL not in at.code[0].value  # masked on the screen
    well(at.multiselect(key="redact").set_value(["EMAIL_ADDRESS"]).run())
    assert json.loads(at.code[0].value)["completion"] == "Written to <EMAIL_ADDRESS> and <EMAIL_ADDRESS>."
    few = opened(dataset, "prompt~has~colour", to="messages")
    assert json.loads(few.code[0].value)["messages"] == [
        {"role": "user", "content": "Name a colour."},
        {"role": "assistant", "content": "Blue."},
    ]


@pytest.mark.parametrize("to", ["input", "messages", "sharegpt", "alpaca", "prompt_completion", "parquet", "csv"])
def test_the_first_record_is_that_of_the_export(dataset: Dataset, tmp_path: Path, to: str) -> None:
    request = ExportRequest(
        view=View().where("prompt", "has", "all"), to=to, redact=("PHONE_NUMBER=replace",) * (to != "input")
    )
    found = first_record(choose(dataset, request))
    assert found and found[0] == 1
    record = found[1]
    export(dataset, request, tmp_path / to)
    written = next(path for path in (tmp_path / to).iterdir() if path.name not in ("README.md", "receipt.json"))
    if to == "csv":
        header, line = record.splitlines()
        assert (header, line) == tuple(written.read_text(encoding="utf-8").splitlines()[:2])
    elif to == "parquet":
        assert record["response"] == pl.read_parquet(written)["response"][0]
    else:
        assert record == json.loads(written.read_text(encoding="utf-8").splitlines()[0])


def test_copies_and_personal_data_that_are_still_in_are_named(home: Path, tmp_path: Path) -> None:
    rows = [*ROWS, ROWS[0], {**ROWS[0], "output": ROWS[0]["output"].upper()}]
    several = Workspace(home).open([jsonl(tmp_path / "c.jsonl", rows)])
    at = opened(several, to="messages")
    assert {"Not looked for:"} <= set(words(at).splitlines()) and "Still in:" not in words(at)
    compute(several, several.signal("exact_duplicates"))
    compute(several, several.signal("personal_data"))
    at = opened(several, to="messages")
    assert "Still in:" in words(at)
    labels = [button.label for button in at.button if str(button.key).startswith("see_")]
    assert labels[:3] == ["2 exact duplicates", "5 rows with personal data", "near duplicates"]
    chosen = choose(several, ExportRequest(view=View().where("prompt", "has", "Call")))
    assert still_in(chosen, exposure(chosen)) == StillIn(exact=0, near=None, personal=2)
    assert "Not in: exact duplicates" in words(opened(several, "prompt~has~Call"))


def test_each_step_says_what_it_does(home: Path, dataset: Dataset) -> None:
    ids = dataset.column("row_id")
    with open_annotations(home) as notes:
        notes.tags.tag_rows(dataset.fingerprint, [ids[3]], "drop", "Ann")
    at = open_page("export", dataset, "prompt~nothas~Mail")
    assert at.subheader[0].value == "2 of 4 rows will be exported"
    steps = at.dataframe[0].value
    assert steps["step"].to_list() == ["In the file", "Filter: prompt does not contain “Mail”", "Left out: tagged drop"]
    assert steps["rows left out"].to_list() == [0, 1, 1]


def captions(at: AppTest) -> set[str]:
    return {caption.value for caption in at.caption}
