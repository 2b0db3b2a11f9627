"""The page Open: reading options, layouts and folders, without a browser."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from ui.open import picking
from ui.session import files, jobs, session


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configured folder of data, and a workspace of its own."""
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(tmp_path / "data"))
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["app.py"])
    (tmp_path / "data").mkdir()
    files.listed.clear()
    return tmp_path / "data"


def lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def picked(path: Path) -> object:
    """The page with this file or folder chosen."""
    at = open_page("open", None)
    return well(at.multiselect(key="picked").set_value([str(path)]).run())


def texts(at: object) -> list[str]:
    return [one.value for one in at.text]  # type: ignore[attr-defined]


def found(at: object) -> str:
    """The heading over the first rows, without the signs that keep Markdown from reading it."""
    return re.sub(r"[\\\u2060]", "", at.subheader[0].value)  # type: ignore[attr-defined]


def button_of(at: object) -> str:
    return at.button(key="go").label  # type: ignore[attr-defined]


def test_what_was_found_is_said_with_the_first_rows_by_role(folder: Path) -> None:
    file = folder / "pairs.jsonl"
    file.write_text(
        lines(
            *({"id": n, "instruction": f"do {n}", "output": f"done {n}", "who": "ann"} for n in range(7)),
        )
        + "no record\n"
    )
    at = picked(file)
    assert found(at) == "Read as instructions (prompt = instruction, response = output), 7 rows"
    assert button_of(at) == "Open 7 rows"
    shown = at.dataframe[0].value  # type: ignore[attr-defined]
    assert list(shown.columns) == [
        ("prompt", "instruction"),
        ("response", "output"),
        ("no role", "id"),
        ("no role", "who"),
    ]
    assert shown["response", "output"].to_list() == [f"done {n}" for n in range(5)]
    assert "Could not be read: 1 record:" in texts(at)
    assert any(text.startswith("pairs.jsonl, line 8: ") for text in texts(at))
    assert "Sample data with known faults" not in [one.value for one in at.subheader]  # type: ignore[attr-defined]


def test_a_conversation_is_shown_turn_by_turn(folder: Path) -> None:
    turns = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Yes."}]
    (folder / "chats.jsonl").write_text(lines({"messages": turns}))
    at = picked(folder / "chats.jsonl")
    assert at.dataframe[0].value["messages", "messages"].to_list() == ["user: Hi?   assistant: Yes."]  # type: ignore[attr-defined]


def test_only_roles_that_are_set_are_shown_and_another_is_added(folder: Path) -> None:
    (folder / "a.jsonl").write_text(
        lines({"prompt": "p 1", "response": "r 1", "who": "x"}, {"prompt": "p", "who": "y"})
    )
    at = picked(folder / "a.jsonl")
    chosen = [one.key for one in at.selectbox if str(one.key).startswith("new_")]  # type: ignore[attr-defined]
    assert chosen == ["new_prompt", "new_response"] and {"p 1", "r 1"} <= set(texts(at))
    well(at.multiselect(key="new_add").set_value(["annotator"]).run())  # type: ignore[attr-defined]
    well(at.selectbox(key="new_annotator").set_value("who").run())  # type: ignore[attr-defined]
    assert at.dataframe[0].value["annotator", "who"].to_list() == ["x", "y"]  # type: ignore[attr-defined]


def test_where_no_text_was_found_the_main_ones_are_offered(folder: Path) -> None:
    (folder / "a.jsonl").write_text(lines({"ask": "p", "said": "r"}))
    at = picked(folder / "a.jsonl")
    assert found(at) == "Read as a plain table, without texts to train on, 1 row"
    well(at.selectbox(key="new_prompt").set_value("ask").run())  # type: ignore[attr-defined]
    well(at.selectbox(key="new_response").set_value("said").run())  # type: ignore[attr-defined]
    assert found(at) == "Read as instructions (prompt = ask, response = said), 1 row"


def test_the_badge_of_a_column_changes_its_role(folder: Path) -> None:
    file = folder / "pairs.jsonl"
    file.write_text(lines({"ask": "do", "output": "done", "who": "ann"}, {"ask": "say", "output": "said", "who": "bo"}))
    at: Any = picked(file)
    for column, role in (("ask", "prompt"), ("who", "annotator")):
        at.selectbox(key=f"role_of_new_{column}").set_value(role)
        at = well(at.run())
    assert at.selectbox(key="new_prompt").value == "ask" and at.selectbox(key="new_annotator").value == "who"
    shown = list(at.dataframe[0].value.columns)
    assert ("prompt", "ask") in shown and ("annotator", "who") in shown
    at.selectbox(key="role_of_new_ask").set_value("input")
    at = well(at.run())
    assert at.selectbox(key="new_prompt").value == "" and at.selectbox(key="role_of_new_ask").value == "input"
    at.selectbox(key="role_of_new_ask").set_value("")
    at = well(at.run())
    assert ("no role", "ask") in list(at.dataframe[0].value.columns)


def test_personal_data_is_masked_before_a_file_is_opened_and_in_the_examples(folder: Path) -> None:
    mail = "odile.marchetti@laposte.net"
    path = folder / "a.jsonl"
    path.write_text(lines({"prompt": f"Who has {mail}?", "response": "r", "owner": mail, "label": "x"}))
    at = open_page("open", None)
    at.multiselect(key="picked").set_value([str(path)])
    at = well(at.run())
    drawn = str(at.dataframe[0].value.to_dict()) + "".join(text.value for text in at.text)
    assert "Who has o••@l••.net?" in drawn and mail not in drawn
    assert "names are not looked for yet" in at.caption[0].value
    opened = Workspace().open([path])
    at = open_page("open", opened)
    drawn = "".join(text.value for text in at.text)
    assert "Who has o••@l••.net?" in drawn and mail not in drawn  # beside its role, before its scan


def test_the_first_rows_follow_a_changed_role(folder: Path) -> None:
    (folder / "a.jsonl").write_text(lines({"prompt": "p", "response": "r", "second": "s"}))
    at = picked(folder / "a.jsonl")
    well(at.selectbox(key="new_response").set_value("second").run())  # type: ignore[attr-defined]
    assert found(at) == "Read as instructions (prompt, response = second), 1 row"
    assert at.dataframe[0].value["response", "second"].to_list() == ["s"]  # type: ignore[attr-defined]


def test_the_rows_of_a_long_file_are_estimated(folder: Path) -> None:
    line = json.dumps({"prompt": "p" * 4000, "response": "r"}) + "\n"
    (folder / "long.jsonl").write_text(line * 3000)
    at = picked(folder / "long.jsonl")
    assert found(at) == "Read as instructions (prompt, response), about 3,000 rows"
    assert button_of(at) == "Open about 3,000 rows"


def test_a_path_may_be_typed_whole_or_from_the_folder_on(folder: Path) -> None:
    (folder / "sub").mkdir()
    file = folder / "sub" / "a.dat.jsonl"
    file.write_text(lines({"prompt": "p", "response": "r"}))
    for typed in (str(file), "sub/a.dat.jsonl", f'"{file}"', f"file://{file}"):
        assert files.given_path(typed) == file.resolve()
        at = open_page("open", None)
        well(at.multiselect(key="picked").set_value([typed]).run())
        assert found(at) == "Read as instructions (prompt, response), 1 row"


def test_a_path_outside_the_folders_is_refused_with_the_reason(folder: Path) -> None:
    secret = folder.parent / "secret.jsonl"
    secret.write_text(lines({"prompt": "p", "response": "r"}))
    (folder / "link.jsonl").symlink_to(secret)
    for typed in (str(secret), "../secret.jsonl", "link.jsonl"):
        at = open_page("open", None)
        well(at.multiselect(key="picked").set_value([typed]).run())
        assert [one.value for one in at.warning] == ["One of these paths cannot be opened."]
        assert any("is outside the folders opened for data" in text for text in texts(at))
        assert "go" not in [one.key for one in at.button]


def test_files_of_several_kinds_are_warned_of(folder: Path) -> None:
    for name in ("a.jsonl", "b.json.gz", "c.csv"):
        (folder / name).write_text("")
    assert picking.mixture([str(folder / name) for name in ("a.jsonl", "b.json.gz")]) == ""
    assert picking.mixture([str(folder / n) for n in ("a.jsonl", "b.json.gz", "c.csv")]) == "2 JSON files, 1 CSV file"
    (folder / "a.jsonl").write_text(lines({"prompt": "p", "response": "r"}))
    (folder / "c.csv").write_text("prompt,response\np,r\n")
    at = open_page("open", None)
    well(at.multiselect(key="picked").set_value([str(folder / "a.jsonl"), str(folder / "c.csv")]).run())
    assert at.warning[0].value.startswith("Files of several kinds are chosen.")
    assert "1 JSON file, 1 CSV file. Take out those that do not belong here." in texts(at)


def test_a_dataset_opened_before_leads_to_the_overview(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.jsonl").write_text(lines({"prompt": "p", "response": "r"}))
    dataset = Workspace().open([folder / "a.jsonl"])
    went: list[object] = []
    monkeypatch.setattr("streamlit.switch_page", went.append)
    at = open_page("open", None)
    well(at.button(key=f"choose_{dataset.id}").click().run())
    assert at.session_state["dataset"] == dataset.id and len(went) == 1


def test_the_layout_is_named_with_its_sign_and_another_can_be_chosen(folder: Path) -> None:
    pair: dict[str, object] = {
        "input": {"messages": [{"role": "user", "content": "q"}]},
        "preferred_output": [{"role": "assistant", "content": "a"}],
    }
    pair["non_preferred_output"] = [{"role": "assistant", "content": "b"}]
    (folder / "pairs.jsonl").write_text(lines(pair, pair))
    at = picked(folder / "pairs.jsonl")
    shown = next(text for text in texts(at) if text.startswith("Layout openai_preference"))
    assert "recognised by" in shown
    well(at.selectbox(key="layout").set_value("columns").run())  # type: ignore[attr-defined]
    assert not any("openai_preference" in text for text in texts(at))


def test_a_folder_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.jsonl").write_text(lines({"prompt": "a", "response": "b"}))
    assert not any(text.startswith("Not read") for text in texts(open_page("open", None)))
    gone = folder / "gone"
    monkeypatch.setenv("WINNOW_DATA_DIRS", os.pathsep.join(map(str, (folder, gone))))
    files.listed.clear()
    at = open_page("open", None)
    assert f"Not read, so that their files are not offered: {gone} (No such file or directory)." in texts(at)
    assert at.multiselect(key="picked").options == ["a.jsonl"]


def test_an_encoding_can_be_chosen(folder: Path) -> None:
    (folder / "a.csv").write_bytes("text,label\nza\xbf\xf3\xb3\xe6,x\nja,y\n".encode("latin-1"))
    at = picked(folder / "a.csv")
    well(at.selectbox(key="encoding").set_value("cp1250").run())  # type: ignore[attr-defined]
    assert "a.csv is read as Windows-1250 (Central European), as chosen." in texts(at)
    assert at.dataframe[0].value["text", "text"].to_list() == ["zażółć", "ja"]  # type: ignore[attr-defined]


def test_the_type_of_a_column_can_be_set(folder: Path) -> None:
    (folder / "a.csv").write_text("name;price\na;3,5\nb;1,25\n")
    at = picked(folder / "a.csv")
    assert any("decimal comma in 2 rows" in text for text in texts(at))
    well(at.multiselect(key="typed_columns").set_value(["price"]).run())  # type: ignore[attr-defined]
    well(at.selectbox(key="type_price").set_value("number").run())  # type: ignore[attr-defined]
    assert at.dataframe[0].value["no role", "price"].to_list() == ["3.5", "1.25"]  # type: ignore[attr-defined]


def test_a_folder_with_configurations_is_offered_and_one_is_chosen(folder: Path) -> None:
    repository = folder / "repository"
    (repository / "b").mkdir(parents=True)
    card = (
        "---\nconfigs:\n- config_name: one\n  data_files: a.jsonl\n- config_name: two\n  data_files: b/*.jsonl\n---\n"
    )
    (repository / "README.md").write_text(card)
    (repository / "a.jsonl").write_text(lines({"prompt": "p", "response": "r"}))
    (repository / "b" / "x.jsonl").write_text(lines({"text": "only text"}))
    assert "repository/" in [files.shown_path(path) for path in files.data_files()]
    at = picked(repository)
    assert found(at) == "Read as instructions (prompt, response), 1 row"
    well(at.selectbox(key="config").set_value("two").run())  # type: ignore[attr-defined]
    assert found(at) == "Read as raw text (text), 1 row"


def test_a_folder_with_splits_is_opened_as_one_of_them(folder: Path) -> None:
    data = folder / "all" / "data"
    data.mkdir(parents=True)
    for split in ("train", "test"):
        (data / f"{split}-00000-of-00001.jsonl").write_text(lines({"prompt": split, "response": "r"}))
    at = picked(folder / "all")
    assert at.selectbox(key="split").options == ["train", "test"]  # type: ignore[attr-defined]
    assert at.dataframe[0].value["prompt", "prompt"].to_list() == ["train", "test"]  # type: ignore[attr-defined]
    well(at.selectbox(key="split").set_value("test").run())  # type: ignore[attr-defined]
    assert at.dataframe[0].value["prompt", "prompt"].to_list() == ["test"]  # type: ignore[attr-defined]
    well(at.selectbox(key="split").set_value(None).run())  # type: ignore[attr-defined]
    assert at.dataframe[0].value["prompt", "prompt"].to_list() == ["train", "test"]  # type: ignore[attr-defined]


def test_a_column_is_offered_by_the_name_that_the_source_gives_it(folder: Path) -> None:
    (folder / "a.csv").write_text("text,tags\nsome words,01\nmore words,02\n")
    at = picked(folder / "a.csv")
    well(at.multiselect(key="typed_columns").set_value(["tags"]).run())  # type: ignore[attr-defined]
    well(at.selectbox(key="type_tags").set_value("number").run())  # type: ignore[attr-defined]
    assert at.dataframe[0].value["no role", "tags"].to_list() == ["1.0", "2.0"]  # type: ignore[attr-defined]


def test_roles_name_columns_as_the_file_does(folder: Path) -> None:
    file = folder / "pairs.jsonl"
    file.write_text(
        lines({"prompt": "q", "chosen": "a", "rejected": "b"}, {"prompt": "r", "chosen": "c", "rejected": "d"})
    )
    at = picked(file)
    offered = at.selectbox(key="new_prompt")  # type: ignore[attr-defined]
    assert (offered.value, offered.options) == ("prompt_original", ["–", "prompt", "chosen", "rejected"])
    assert list(at.dataframe[0].value.columns) == [  # type: ignore[attr-defined]
        ("prompt", "prompt"),
        ("response", "chosen"),
        ("rejected", "rejected"),
    ]
    dataset = Workspace().open([file])
    at = open_page("open", dataset)
    offered = at.selectbox(key=f"now_{dataset.id}_rejected")
    assert (offered.value, offered.options) == ("rejected_original", ["–", "prompt", "chosen", "rejected"])


def test_the_configuration_of_the_command_line_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["app.py", "--config=two", "--split=test", str(folder)])
    assert (session.files_given(), session.config_given(), session.split_given()) == ([str(folder)], "two", "test")
    assert jobs.arguments_of([str(folder)], config="two", split="test", types=(("n", "text"),)) == [
        *("open", "--config", "two", "--split", "test", "--type", "n=text", "--", str(folder))
    ]


def test_pasted_rows_are_shown_as_a_file_would_be(folder: Path) -> None:
    at = open_page("open", None)
    at.text_area(key="pasted").set_value('{"prompt": "q", "response": "a"}\n{"prompt": "r", "response": "b"}')
    at = well(at.button(key="use_pasted").click().run())
    assert at.dataframe[0].value["response", "response"].to_list() == ["a", "b"]
    at.text_area(key="pasted").set_value("one line\nanother line")
    at.selectbox(key="pasted_kind").set_value("plain text, one row per line")
    at = well(at.button(key="use_pasted").click().run())
    assert at.dataframe[0].value["text", "text"].to_list() == ["one line", "another line"]
    well(at.multiselect(key="brought_chosen").set_value([]).run())
    assert "go" not in [button.key for button in at.button]


def test_a_folder_of_this_computer_is_one_dataset_with_its_splits(folder: Path) -> None:
    at = open_page("open", None)
    row = lines({"prompt": "p", "response": "r"}).encode()
    at.file_uploader(key="brought_folder").set_value(
        [(f"mine/{split}/a.jsonl", row, "application/json") for split in ("train", "test")]
    )
    at = well(at.run())
    at = well(at.button(key="use_folder").click().run())
    assert at.selectbox(key="split").options == ["train", "test"]
