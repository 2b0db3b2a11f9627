"""Is personal data looked for in every text column, and does every answer say where it was looked for?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.personal_data.masked_rows import lines_of, marks_in, masked_frame
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.personal_data.pieces import without_escapes
from analysis.personal_data.tables import spans_in, value_at
from analysis.reading.payload import payload
from analysis.signal import ROW_ID
from analysis.workspace import Workspace

MAIL, WORKER, NUMBER = "ada.tibbs@kestrel-lane.org", "ines.tamm@northdale.net", "415-882-3391"
ROWS = [
    {
        "full_text": f"Write to {MAIL} now",
        "annotator": WORKER,
        "meta": {"note": f"line\n{NUMBER} rang", "who": ["x"]},
        "labels_given": ["a", "by odile@pellworm.de"],
        "n": 3,
    },
    {"full_text": "nothing here", "annotator": WORKER, "meta": {"note": "q"}, "labels_given": [], "n": 4},
]
HELD = [
    (0, "full_text", MAIL),
    (0, "annotator", WORKER),
    (0, "meta", NUMBER),
    (0, "labels_given", "odile@pellworm.de"),
    (1, "annotator", WORKER),
]


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    dataset = Workspace().open([jsonl(tmp_path / "rows.jsonl", ROWS)])
    compute(dataset, dataset.signal("personal_data"))
    return dataset


def values(dataset: Dataset) -> list[tuple[int, str, str]]:
    """Row, field and value of every hit."""
    places = spans_in(dataset).select("row", "field", "message", "start", "end").rows()
    return [(place[0], place[1], value_at(dataset, *place)) for place in places]


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*arguments])
    assert (2 if isinstance(done.exception, WinnowError) else done.exit_code) == code, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout or str(done.exception)


def test_every_text_column_is_scanned_under_its_own_name(opened: Dataset) -> None:
    assert values(opened) == HELD
    assert opened.column("pii_count").to_list() == [4, 1]
    assert opened.private_columns == {"full_text", "annotator", "meta", "labels_given"}


def test_the_answer_names_the_columns(opened: Dataset) -> None:
    told = run("pii", opened.id)
    assert told.splitlines()[0] == "2 of 2 rows hold personal data; 0 could not be read to the end."
    assert "Scanned: full_text, annotator, meta, labels_given. Not scanned, since they hold no text: n." in told
    assert "Names of people, places and organisations were not looked for" in told
    answer = run("pii", opened.id, "--json")
    assert answer["columns_scanned"] == ["full_text", "annotator", "meta", "labels_given"]
    assert answer["columns_without_text"] == ["n"]
    assert (answer["looked_at"], answer["rows_scanned"], answer["rows_with_pii"]) == (2, 2, 2)


def test_nothing_to_look_at_is_not_zero(opened: Dataset, tmp_path: Path) -> None:
    numbers = str(jsonl(tmp_path / "numbers.jsonl", [{"a": 1, "b": 2.5}]))
    assert run("pii", numbers, code=2).startswith("Not looked at: no column of this dataset holds texts")
    answer = run("pii", numbers, "--json", code=2)
    assert (answer["looked_at"], answer["rows_scanned"], answer["columns_without_text"]) == (0, 0, ["a", "b"])
    assert "no row is in view" in run("pii", opened.id, "--where", "n~gt~9", code=2)
    empty = str(jsonl(tmp_path / "empty.jsonl", [{"prompt": "a", "response": "b"}, {"prompt": None, "response": None}]))
    assert "hold no text in prompt, response" in run("pii", empty, "--where", "prompt~null", code=2)


def test_a_name_that_no_pipeline_finds_is_refused(opened: Dataset) -> None:
    done = CliRunner().invoke(app, ["pii", opened.id, "--types", "NRP"])
    assert "cannot find NRP; it finds PERSON, LOCATION, ORGANIZATION" in str(done.exception)


def test_names_of_files_and_columns_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    file = jsonl(tmp_path / f"from_{MAIL}.jsonl", [{"prompt": "a", "response": "b", WORKER: "good"}])
    answer = run("pii", str(file), "--json")
    assert answer["names_of_files_and_columns"] == [
        {"what": "file", "number": 1, "types": ["EMAIL_ADDRESS"]},
        {"what": "column", "number": 3, "types": ["EMAIL_ADDRESS"]},
    ]
    assert "The name of column 3 holds personal data (E-mail address)" in run("pii", str(file))


def test_scans_of_other_columns_are_not_mixed(opened: Dataset) -> None:
    signal = opened.signal("personal_data")
    assert isinstance(signal, PersonalData)
    assert signal.columns == "full_text~annotator~meta~labels_given"
    assert signal.key != PersonalData(key_id=signal.key_id).key


def test_the_cells_of_every_column_are_masked(opened: Dataset) -> None:
    rows = pl.Series([0, 1], dtype=pl.UInt32)
    frame = opened.frame(["full_text", "annotator", "meta", "labels_given", "n", "source_record"], rows)
    shown = masked_frame(opened, frame, rows)
    text = str(shown.rows())
    assert not [value for *_, value in HELD if value in text]
    assert shown["annotator"].to_list() == ["i••@n••.net"] * 2
    assert shown["labels_given"].to_list()[0] == ["a", "by o••@p••.de"]
    assert shown["n"].to_list() == [3, 4]


TEXTS_OF: dict[str, dict[str, Any]] = {
    "preference": {"prompt": "Name a river.", "chosen": "The Ems.", "rejected": "The Alps."},
    "kto": {"prompt": "Name a river.", "completion": "The Ems.", "label": True},
}
"""The texts of rows that these formats can hold; all others take instructions."""


@pytest.mark.parametrize(
    "to", ["csv", "parquet", "input", "messages", "sharegpt", "alpaca", "prompt_completion", "preference", "kto"]
)
def test_no_export_holds_a_value_of_any_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    texts = TEXTS_OF.get(to, {"instruction": "Name a river.", "output": "The Ems."})
    rows = [{**texts, **row} for row in ROWS]
    file, out = jsonl(tmp_path / "rows.jsonl", rows), tmp_path / "out"
    plan = "EMAIL_ADDRESS=replace,PHONE_NUMBER=replace"
    run("export", str(file), "--to", to, "--out", str(out), "--redact", plan)
    for written in out.iterdir():
        text = str(pl.read_parquet(written).rows()) if written.suffix == ".parquet" else written.read_text()
        assert not [value for *_, value in HELD if value in text], written.name
    receipt = json.loads((out / "receipt.json").read_text())
    assert receipt["rows_out"] == len(rows)
    assert any("Names were not looked for" in note for note in receipt["notes"])
    if to in ("csv", "parquet", "input"):
        taken = {one["type"]: one["values"] for one in receipt["personal_data"]["taken_out"]}
        assert taken == {"EMAIL_ADDRESS": 4, "PHONE_NUMBER": 1}


def test_a_source_counts_only_for_what_the_canonical_texts_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    rows = [
        {"instruction": f"Write to {MAIL}", "input": f"or {WORKER}", "output": "Done."},
        {"instruction": f"Call {NUMBER}", "input": "", "output": "Done."},
    ]
    dataset = Workspace().open([jsonl(tmp_path / "rows.jsonl", rows)])
    compute(dataset, dataset.signal("personal_data"))
    assert values(dataset) == [(0, "prompt", MAIL), (0, "prompt", WORKER), (1, "prompt", NUMBER)]
    sides = [
        [{"role": "user", "content": q}, {"role": "assistant", "content": a}] for q, a in (("x", "y"), (MAIL, "z"))
    ]
    pair = Workspace().open([jsonl(tmp_path / "pair.jsonl", [{"chosen": sides[0], "rejected": sides[1]}])])
    compute(pair, pair.signal("personal_data"))
    assert [value for *_, value in values(pair)] == [MAIL]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (r'{"a": "b\nada@x.de"}', r'{"a": "b  ada@x.de"}'),
        (r'{"a": "{\"b\": \"c\\nd\"}"}', r'{"a": "{ "b ":  "c   d "}"}'),
        (r'["\u003cada@x.de\u003e", "\u00fc"]', r'["      ada@x.de      ", "\u00fc"]'),
        (r"no JSON \n here", r"no JSON \n here"),
    ],
)
def test_escapes_are_blanks_of_the_same_length(text: str, form: str) -> None:
    [scanned] = without_escapes(pl.Series([text]))
    assert scanned == form and len(scanned) == len(text)


def leaves(value: Any) -> Any:
    """JSON of any shape, with an address in each text."""
    texts = st.sampled_from(["{}", "see {}", "two\n{}\nlines", 'a "{}" b', "\\{}", "<{}>", "ü {}"])
    return st.recursive(
        texts.map(lambda text: text.format(value)),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1)
        ),
        max_leaves=3,
    )


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["note", "text", "messages", "x"]), leaves(MAIL), min_size=1),
        min_size=1,
        max_size=3,
    )
)
def test_no_text_of_any_record_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    dataset = Workspace(folder / "home").open([jsonl(folder / "rows.jsonl", records)])
    signal = dataset.signal("personal_data")
    found = signal(dataset.canonical_frame([ROW_ID, *signal.inputs]))
    assert 0 not in found["pii_count"].fill_null(0).to_list(), records


def test_every_field_of_a_message_is_scanned_and_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    call = {"id": "c1", "type": "function", "function": {"name": "mail", "arguments": json.dumps({"to": f"x\n{MAIL}"})}}
    messages = [
        {"role": "user", "content": "Hi", "name": "ada.one@kestrel-lane.org"},
        {"role": "assistant", "content": "Yes.", "reasoning_content": "Think of ada.two@kestrel-lane.org."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": [{"type": "text", "text": "ada.three@kestrel-lane.org"}], "tool_call_id": "c1"},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": "https://x.de/?m=ada.four@kestrel-lane.org"}}],
        },
        {"role": "assistant", "content": "Bye.", "note": "ada.five@kestrel-lane.org", "weight": 1},
    ]
    tools = [{"type": "function", "function": {"name": "mail", "description": "asks ada.six@kestrel-lane.org"}}]
    file = jsonl(tmp_path / "chats.jsonl", [{"messages": messages, "tools": tools}])
    dataset = Workspace().open([file])
    compute(dataset, dataset.signal("personal_data"))
    mails = {MAIL, *(f"ada.{n}@kestrel-lane.org" for n in ("one", "two", "three", "four", "five", "six"))}
    held = values(dataset)
    assert {value for *_, value in held} == mails
    assert len(held) == len(mails)
    rows = pl.Series([0], dtype=pl.UInt32)
    frame = dataset.frame(list(dict.fromkeys((*dataset.canonical, *dataset.originals, "source_record"))), rows)
    shown = str(masked_frame(dataset, frame, rows).to_dicts())
    assert not [mail for mail in mails if mail in shown]
    for to in ("messages", "sharegpt", "input", "parquet"):
        run("export", dataset.id, "--to", to, "--out", str(tmp_path / to), "--redact", "EMAIL_ADDRESS=replace")
        for written in (tmp_path / to).iterdir():
            text = str(pl.read_parquet(written).to_dicts()) if written.suffix == ".parquet" else written.read_text()
            assert not [mail for mail in mails if mail in text], written.name


def test_tool_results_in_parts_are_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": f"Ask {MAIL}"}]}
    row = {
        "system": [{"type": "text", "text": "You are a clerk."}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Tide?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": f"Or {WORKER}", "signature": "abc"},
                    {"type": "tool_use", "id": "t1", "name": "tide", "input": {"port": "P1"}},
                ],
            },
            {"role": "user", "content": [result]},
        ],
    }
    dataset = Workspace().open([jsonl(tmp_path / "rows.jsonl", [row])])
    compute(dataset, dataset.signal("personal_data"))
    assert {(field, value) for _, field, value in values(dataset)} == {("tool", MAIL), ("reasoning", WORKER)}


def test_a_column_that_is_called_like_a_canonical_one_is_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    row = {"instruction": "Name a river.", "output": "The Ems.", "text": f"by {MAIL}", "system_id": "x"}
    dataset = Workspace().open([jsonl(tmp_path / "rows.jsonl", [row])])
    compute(dataset, dataset.signal("personal_data"))
    assert values(dataset) == [(0, "text", MAIL)]
    assert "text" in dataset.private_columns
    rows = pl.Series([0], dtype=pl.UInt32)
    assert masked_frame(dataset, dataset.frame(["text"], rows), rows)["text"].to_list() == ["by a••@k••.org"]


def test_the_reader_masks_every_field_of_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    image = {"type": "image_url", "image_url": {"url": f"https://x.de/{'p' * 176}/{MAIL}"}}  # cut within the address
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, image], "name": WORKER},
        {"role": "assistant", "content": "Yes.", "reasoning_content": f"Think of {NUMBER}."},
    ]
    row = {"messages": messages, "note": f"{'n' * 490} {WORKER} {'n' * 90}"}
    dataset = Workspace().open([jsonl(tmp_path / "chats.jsonl", [row])])
    compute(dataset, dataset.signal("personal_data"))
    rows = pl.Series([0], dtype=pl.UInt32)
    names = list(dict.fromkeys((ROW_ID, *dataset.canonical, *dataset.originals, "source_record")))
    [held] = dataset.frame(names, rows).to_dicts()
    marks = marks_in(held, lines_of(dataset, rows)[0], is_masked=True)
    shown = payload(held, fields=["note"], hits=marks.hits, hidden=marks.hidden)
    text = json.dumps(shown, ensure_ascii=False)
    assert not [part for part in (MAIL, WORKER, NUMBER, "ada.ti", "ines.ta") if part in text]
    assert shown["raw"] == {"text": "", "note": "The raw record is hidden while personal data is masked."}
    [reasoning] = [section for section in shown["sections"] if "reasoning" in section["title"]]
    assert reasoning["text"] == "Think of ••••••••••••." and reasoning["spans"]


def test_a_system_text_beside_the_messages_is_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    messages = [{"role": "user", "content": f"Write to {WORKER}"}, {"role": "assistant", "content": "Done."}]
    file = jsonl(tmp_path / "rows.jsonl", [{"system": f"You are the desk of {MAIL}.", "messages": messages}])
    dataset = Workspace().open([file])
    compute(dataset, dataset.signal("personal_data"))
    assert sorted(values(dataset)) == [(0, "prompt", WORKER), (0, "system", MAIL)]
