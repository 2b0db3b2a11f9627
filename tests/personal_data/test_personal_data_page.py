"""Does the page Personal data count what was planted, mask every value, note who looks, and rule out what one says?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.keys import value_hash, workspace_key
from analysis.personal_data.masked_rows import lines_of, marks_in
from analysis.personal_data.not_personal import NotPersonal, ruled
from analysis.personal_data.tables import type_counts
from analysis.reading.payload import payload
from analysis.signal import ROW_ID
from analysis.view import Filter, View
from analysis.workspace import Workspace
from tests.support.app_page import open_page as opened
from tests.support.browser import ROOT
from ui.frame import chips
from ui.personal_data import found, review

PAGE, READ, EXPORT, OVERVIEW = (
    ROOT / "pages" / f"{name}.py" for name in ("personal_data", "reading", "export", "overview")
)
PARTS = ("Counts", "Values", "Review", "Names", "Not personal", "Who looked")
SAMPLES = ("instructions", "chats", "preferences", "hostile")
DEADLINE = 60.0
MAIL, OTHER, CARD = "ann.marsh@gravel-works.co", "bo.quist@other-mill.de", "4556739586201942"
ROWS: list[dict[str, Any]] = [
    {
        "instruction": f"Write to {MAIL} about <b>order</b> {i}, *now*.",
        "output": "Done.",
        "source": ("web", "forum")[i % 2],
        "annotator": "abc"[i % 3],
    }
    for i in range(12)
] + [
    {"instruction": f"The card {CARD} of {OTHER}.", "output": f"Mail {MAIL}.", "source": "forum", "annotator": "a"},
    {"instruction": "Mail user@example.com please.", "output": "Fine.", "source": "web", "annotator": "b"},
    {"instruction": "Plain words.", "output": "More of them.", "source": "web", "annotator": "c"},
]
CALL = {"function": {"name": "send", "arguments": json.dumps({"to": MAIL})}, "type": "function"}
CHATS = [
    {
        "messages": [
            {"role": "user", "content": f"Mail {MAIL}"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": f"sent to {MAIL}"},
            {"role": "assistant", "content": f"Sent: {MAIL}"},
        ]
    },
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
]
ASKED = {"role": "user", "content": "Whom?"}
PAIRS = [
    {
        "chosen": [ASKED, {"role": "assistant", "content": f"Ask {MAIL}."}],
        "rejected": [ASKED, {"role": "assistant", "content": f"Ask {OTHER}."}],
    },
    {
        "chosen": [ASKED, {"role": "assistant", "content": "Ann."}],
        "rejected": [ASKED, {"role": "assistant", "content": "Bo."}],
    },
]


@pytest.fixture(scope="module", autouse=True)
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    held: dict[str, Dataset] = {}
    files: dict[str, list[Any]] = {
        "own": ROWS,
        "talk": CHATS,
        "pairs": PAIRS,
        "again": [*ROWS, ROWS[0]],
        "third": ROWS[:13],
    }
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        held[name] = Workspace().open([folder / f"{name}.jsonl"])
    (folder / "table.csv").write_text("size,shade\n" + "".join(f"{i},{('red', 'blue')[i % 2]}\n" for i in range(9)))
    held["table"] = Workspace().open([folder / "table.csv"])
    for sample in SAMPLES:
        held[sample] = Workspace().open([ROOT / "sample_data" / f"{sample}.jsonl"])
    for name, dataset in held.items():
        if name != "table":
            compute(dataset, dataset.signal("personal_data"))
    return held


def said(app: AppTest) -> str:
    """All that a page says, tables and the data of components included."""
    words = [
        str(getattr(element, "value", ""))
        for kind in ("text", "caption", "markdown", "subheader", "code")
        for element in app.get(kind)
    ]
    tables = [str(frame.value.to_dict()) for frame in app.dataframe]
    return "\n".join([*words, *tables])


@pytest.mark.parametrize("name", [*SAMPLES, "own", "talk", "pairs"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_on_any_data_and_shows_no_value(data: dict[str, Dataset], name: str, part: str) -> None:
    app = opened(PAGE, data[name], pii_part=part)
    words = said(app)
    assert "scanned to the end" in words
    truth = json.loads((ROOT / "sample_data" / "TRUTH.json").read_text())["personal_data"]["details"]
    assert [value for value in (MAIL, OTHER, CARD) if value in words] == []
    assert [
        one["kind"]
        for one in truth
        if one["kind"] in ("email", "credit_card", "api_key", "ip_address") and one["value"] in words
    ] == []


def test_a_table_without_texts_and_a_dataset_not_scanned_say_what_to_do(
    data: dict[str, Dataset], tmp_path: Path
) -> None:
    (tmp_path / "numbers.jsonl").write_text('{"a": 1, "b": 2.5}\n')
    numbers = said(opened(PAGE, Workspace().open([tmp_path / "numbers.jsonl"])))
    assert "Not looked at: no column of this dataset holds texts, and numbers are not scanned." in numbers
    (tmp_path / "new.jsonl").write_text('{"prompt": "a", "response": "b"}\n')
    app = opened(PAGE, Workspace().open([tmp_path / "new.jsonl"]))
    assert "are not computed yet" in said(app)
    nothing = AppTest.from_file(str(PAGE), default_timeout=DEADLINE).run()
    assert not nothing.exception and "Continue: " in said(nothing)


def test_the_scan_is_named_in_words(data: dict[str, Dataset]) -> None:
    said = [caption.value for caption in opened("personal_data", data["own"]).caption]
    assert any(text.startswith("Scan for personal data, version ") and "countries US, GB" in text for text in said)
    assert not any("personal\\_data" in text or "personal_data" in text for text in said)


def test_planted_kinds_are_counted(data: dict[str, Dataset]) -> None:
    truth = json.loads((ROOT / "sample_data" / "TRUTH.json").read_text())["personal_data"]["details"]
    kinds = {
        "email": "EMAIL_ADDRESS",
        "credit_card": "CREDIT_CARD",
        "ip_address": "IP_ADDRESS",
        "social_security_number": "US_SSN",
    }
    table = opened(PAGE, data["instructions"]).dataframe[0].value
    shown = dict(zip(table["type"], table["times"], strict=True))
    for kind, type_ in kinds.items():
        assert shown[type_] >= len({one["value"] for one in truth if one["kind"] == kind}), kind
    assert (
        table["placeholders"].sum()
        >= sum(one["kind"].endswith(("placeholder", "reserved", "fictional")) for one in truth) - 1
    )


def test_counts_by_field_and_source_are_of_the_rows_in_view(data: dict[str, Dataset]) -> None:
    app = opened(PAGE, data["own"], by_personal_data="source", field_personal_data="true")
    assert "15 of 15 rows in view scanned to the end; 13 (86.7%) hold personal data that is counted." in said(app)
    assert "1 row with placeholders only" in said(app) and "Scan for personal data, version" in said(app)
    lines = {
        (line["type"], line["field"], line["source"]): (line["rows"], round(line["share of rows"], 1))
        for line in app.dataframe[0].value.to_dict("records")
    }
    assert lines["EMAIL_ADDRESS", "prompt", "web"] == (6, 75.0)
    assert lines["EMAIL_ADDRESS", "prompt", "forum"] == (7, 100.0)
    assert lines["EMAIL_ADDRESS", "response", "forum"] == (1, 14.3)
    assert lines["CREDIT_CARD", "prompt", "forum"] == (1, 14.3)
    whole = opened(PAGE, data["own"], "source~in~web").dataframe[0].value
    assert whole["rows"].tolist() == [6] and whole["share of rows"].round(2).tolist() == [75.0]


def test_the_value_of_most_rows_is_said_first(data: dict[str, Dataset]) -> None:
    assert "Most often: e-mail address a••@g••.co, one value in 13 rows." in said(
        opened(PAGE, data["own"], pii_part="Values")
    )


def test_a_value_in_any_number_of_rows_is_one_filter_and_its_chip_says_what_it_is(data: dict[str, Dataset]) -> None:
    dataset = Dataset(data["own"].folder, CATALOGUE)
    hash_ = value_hash(workspace_key(), "EMAIL_ADDRESS", MAIL)
    asked = Filter("pii_values", "has", hash_)
    assert len(dataset.rows_of(View((asked,)))) == 13
    assert chips.words(dataset, asked) == "personal data: an e-mail address found in 13 rows"
    assert chips.words(dataset, Filter("pii_values", "nothas", hash_)).startswith("personal data: without an e-mail")
    assert chips.words(dataset, Filter("pii_values", "has", "0" * 16)) == "personal data: a value that no row holds"
    assert chips.words(dataset, Filter("pii_types", "has", "SECRET")) == "holds a key, a token or a password"
    words = said(opened(PAGE, dataset, str(asked), pii_part="Values"))
    assert "one value in 13 rows" in words and "13 of 13 rows in view" in words
    dataset.set_rulings(ruled(dataset, [NotPersonal("value", "EMAIL_ADDRESS", hash_)], "1"))
    assert dataset.rows_of(View((asked,))).is_empty()
    assert chips.words(dataset, asked) == "personal data: a value that no row holds"


def test_rules_change_page_filters_and_findings_at_once_and_are_taken_back(data: dict[str, Dataset]) -> None:
    dataset = data["again"]
    notes = open_annotations(Workspace().home)
    hash_ = value_hash(workspace_key(), "EMAIL_ADDRESS", MAIL)
    number = notes.rules.add(dataset.fingerprint, NotPersonal("value", "EMAIL_ADDRESS", hash_), "ann")
    words = said(opened(PAGE, dataset))
    assert "1 (6.2%) hold personal data that is counted." in words
    assert "15 hits in 14 rows left out by rules that people made." in words or "14 hits in 14 rows left out" in words
    assert "1 of 16 rows" not in words
    app = opened(PAGE, dataset, "pii_types~has~EMAIL_ADDRESS", pii_part="Not personal")
    assert "one value, as e-mail address" in said(app) and "by ann" in said(app) and MAIL not in said(app)
    assert "1 of 1 row in view" in said(app)
    app.button(key=f"end_{number}").click().run()
    assert not app.exception and "Nothing is marked as not personal yet" in said(app)
    assert "14 (87.5%) hold personal data" in said(opened(PAGE, dataset))


def test_the_findings_follow_the_rules(data: dict[str, Dataset]) -> None:
    dataset = Dataset(data["own"].folder, CATALOGUE)
    assert {one.name: one.rows for one in findings(dataset)}["personal_data"] == 13
    rules = [NotPersonal("source", "EMAIL_ADDRESS", "web", "source")]
    dataset.set_rulings(ruled(dataset, rules, "1"))
    assert {one.name: one.rows for one in findings(dataset)}["personal_data"] == 7
    assert type_counts(dataset).filter(pl.col("type") == "EMAIL_ADDRESS")["rows"].to_list() == [7]


def test_what_is_answered_gives_a_precision_with_its_interval(data: dict[str, Dataset]) -> None:
    dataset = data["third"]
    notes = open_annotations(Workspace().home)
    hits = review.hit_ids(
        dataset.table_in(dataset.signal("personal_data"), "spans", dataset.rows_of(View())), dataset.column(ROW_ID)
    )
    mails = hits.filter(pl.col("type") == "EMAIL_ADDRESS")
    assert mails["hit_id"].n_unique() == mails.height == 14 and mails["hit_id"].str.len_chars().max() <= 40  # type: ignore[operator]
    for at, hit in enumerate(mails["hit_id"].head(10)):
        notes.reviews.apply(dataset.fingerprint, {hit: {"yes": at != 0, "no": at == 0}}, "ann")
    table = opened(PAGE, dataset, pii_part="Review").dataframe[-1].value
    (line,) = table.to_dict("records")
    assert (line["yes"], line["no"], line["precision"]) == (9, 1, 90.0)
    assert (round(line["lowest"], 2), round(line["highest"], 2)) == (59.58, 98.21)  # Wilson's for 9 of 10
    notes.reviews.undo(dataset.fingerprint, "ann")
    assert opened(PAGE, dataset, pii_part="Review").dataframe[-1].value["yes"].tolist() == [8]
    by = opened(PAGE, dataset, pii_part="Review", precision_by="source").dataframe[-1].value
    assert by["yes"].sum() + by["no"].sum() == 9 and set(by["source"]) == {"web", "forum"}
    assert notes.tags.standing(dataset.fingerprint).is_empty()


def test_a_look_at_sample_values_is_noted_and_a_longer_sample_begins_with_the_shorter(data: dict[str, Dataset]) -> None:
    dataset = data["own"]
    app = opened(PAGE, dataset, pii_part="Review")
    app.selectbox(key="review_of").set_value("CREDIT_CARD").run()
    app.toggle(key="review_open").set_value(True).run()
    assert not app.exception
    shown = open_annotations(Workspace().home).looks.latest(dataset.fingerprint)
    assert shown["type"].to_list() == ["CREDIT_CARD"] and shown["row_id"].to_list() == [dataset.column(ROW_ID)[12]]
    assert "CREDIT_CARD" in said(opened(PAGE, dataset, pii_part="Who looked"))
    spans = dataset.table_in(dataset.signal("personal_data"), "spans", dataset.rows_of(View()))
    few, many = (review.sample_of_hits(dataset, spans, n, 3)["hit_id"].to_list() for n in (4, 9))
    assert many[:4] == few


# Read, tables, Export


@pytest.mark.parametrize("name", ["own", "talk", "pairs"])
def test_the_reader_gets_no_value_unless_it_is_shown(data: dict[str, Dataset], name: str) -> None:
    dataset = data[name]
    rows = dataset.rows_of(View())
    lines = lines_of(dataset, rows)
    frame = dataset.frame([c for c in dataset.schema if c not in ("tags", "disputed_tags")], rows)
    for is_masked in (True, False):
        text = ""
        for at, row in zip(rows, frame.iter_rows(named=True), strict=True):
            marks = marks_in(row, lines.get(at, ()), is_masked)
            text += json.dumps(
                payload(
                    row,
                    fields=list(dataset.originals),
                    originals=list(dataset.originals),
                    hits=marks.hits,
                    hidden=marks.hidden,
                ),
                default=str,
            )
        values = {"own": (MAIL, OTHER, CARD), "talk": (MAIL,), "pairs": (MAIL, OTHER)}[name]
        assert [value in text for value in values] == [not is_masked] * len(values)
        assert '"pii"' in text and ("user@example.com" in text or name != "own")


def test_read_masks_by_default_and_notes_what_the_switch_shows(data: dict[str, Dataset]) -> None:
    dataset = data["pairs"]
    notes = open_annotations(Workspace().home)
    app = opened(READ, dataset)
    assert app.toggle(key="mask_switch").value is True
    assert notes.looks.latest(dataset.fingerprint).is_empty()
    app.toggle(key="mask_switch").set_value(False).run()
    assert not app.exception
    shown = notes.looks.latest(dataset.fingerprint)
    assert shown["row_id"].unique().to_list() == [dataset.column(ROW_ID)[0]] and set(shown["type"]) == {"EMAIL_ADDRESS"}
    app.run()
    assert notes.looks.latest(dataset.fingerprint).height == shown.height


def test_the_reader_s_wish_is_noted_each_time(data: dict[str, Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = data["talk"]
    notes = open_annotations(Workspace().home)
    app = AppTest.from_file(str(READ), default_timeout=DEADLINE)
    app.query_params["d"] = dataset.id
    row_id = dataset.column(ROW_ID)[0]
    app.session_state["shown_rows"] = {row_id}
    app.run()
    assert not app.exception
    assert notes.looks.latest(dataset.fingerprint)["row_id"].unique().to_list() == [row_id]


def test_tables_of_rows_are_masked(data: dict[str, Dataset]) -> None:
    for name in ("own", "talk"):
        words = said(opened(OVERVIEW, data[name]))
        assert MAIL not in words and CARD not in words and "a••@g••.co" in words


def test_export_offers_what_was_found_and_shows_before_and_after(data: dict[str, Dataset]) -> None:
    app = AppTest.from_file(str(EXPORT), default_timeout=DEADLINE)
    app.query_params["d"] = data["own"].id
    app.session_state["redact"] = ["EMAIL_ADDRESS", "CREDIT_CARD"]
    app.session_state["redact_CREDIT_CARD"] = "mask"
    app.session_state["redact_n_CREDIT_CARD"] = 4
    app.run()
    assert not app.exception, app.exception
    words = said(app)
    assert "Write to a••@g••.co" in words and "Write to <EMAIL_ADDRESS>" in words and "************1942" in words
    assert MAIL not in words and CARD not in words
    app.selectbox(key="redact_EMAIL_ADDRESS").set_value("drop").run()
    assert not app.exception and "(the row is left out)" in said(app) and "holds EMAIL_ADDRESS" in said(app)


def test_coverage_never_counts_a_row_as_clean_that_was_not_read_to_its_end(data: dict[str, Dataset]) -> None:
    dataset = Dataset(data["own"].folder, CATALOGUE)
    status = dataset.column("pii_status").to_list()
    status[14], status[13] = "partly scanned: length", None
    rulings = dataset.rulings._replace(columns={"pii_status": pl.Series("pii_status", status)}, revision="x")
    dataset.set_rulings(rulings)
    from analysis.personal_data.tables import coverage

    seen = coverage(dataset)
    assert (seen.rows, seen.scanned, seen.partly, seen.not_scanned) == (15, 13, 1, 1)
    assert len(dataset.rows_of(View().where("pii_status", "re", "^partly"))) == 1
    assert found.STATUS["personal_data"] == "pii_status"


def test_the_page_says_which_columns_were_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    line = {"prompt": "Name a river.", "response": "The Ems.", "annotator": "ines.tamm@northdale.net", "n": 3}
    (tmp_path / "rows.jsonl").write_text(json.dumps(line) + "\n")
    dataset = Workspace().open([tmp_path / "rows.jsonl"])
    compute(dataset, dataset.signal("personal_data"))
    told = said(opened(PAGE, dataset))
    assert "1 of 1 row in view scanned to the end; 1 (100%) hold personal data that is counted." in told
    assert "Scanned: prompt, response, annotator. Not scanned, since they hold no text: n." in told
    assert "Names of people, places and organisations were not looked for" in told
    names = said(opened(PAGE, dataset, pii_part="Names"))
    assert "looks for these names: person, place, organisation." in names
