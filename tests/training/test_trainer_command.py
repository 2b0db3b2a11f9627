"""Does the command answer in the agreed form, keep what is chosen, and end with the right code?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from analysis.training.keeping import chosen, is_chosen
from analysis.workspace import Workspace
from tests.support.commands import Run, runner


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(runner(capfd), "trainer")


@pytest.fixture
def file(tmp_path: Path) -> str:
    chats = [
        [("user", "Hi"), ("assistant", "Hello!")],
        [("user", "Hi there"), ("assistant", "Hello, and \x1b[31mwelcome")],
        [("user", "No answer")],
    ]
    path = tmp_path / "chats.jsonl"
    records = [{"messages": [{"role": r, "content": c} for r, c in turns]} for turns in chats]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def test_the_answer_as_json(run: Run, file: str) -> None:
    code, out, _ = run(file, "--template", "chatml", "--tokenizer", "qwen2.5", "--max-length", "12", "--json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["template"], answer["tokenizer"], answer["rule"], answer["max_length"]) == (
        "chatml",
        "qwen2.5",
        "content",
        12,
    )
    assert (answer["rows"], answer["refused"], answer["untrained"], answer["looked_at"]) == (3, 0, 1, 3)
    assert answer["mask_status"] == {"content": 2, "none": 1}
    assert answer["trained_tokens"] > answer["lost_trained_tokens"] > 0
    assert (answer["dropped_parts"], answer["drift"], answer["estimated"]) == ({}, {}, None)
    assert answer["packing"]["sequences"] == 3 and 0 < answer["packing"]["efficiency"] <= 1
    assert len(answer["template_sha256"]) == 64


AGREED = (
    "template template_sha256 tokenizer rule max_length rows refused untrained tokens trained_tokens "
    "lost_trained_tokens mask_status dropped_parts drift packing"
)
"""The keys that others build on; more may come."""


def test_the_agreed_keys_are_there(run: Run, file: str) -> None:
    answer = json.loads(run(file, "--template", "chatml", "--json")[1])
    assert set(AGREED.split()) <= answer.keys()
    assert {"sequences", "efficiency"} <= answer["packing"].keys()


def test_what_is_chosen_is_kept(run: Run, file: str) -> None:
    assert not is_chosen(Workspace().dataset(file))
    run(file, "--template", "llama3", "--rule", "llamafactory", "--max-length", "100")
    run(file, "--truncate", "drop", "--variable", "thinks=false", "--variable", "mood=kind")
    kept = chosen(Workspace().dataset(file))
    assert is_chosen(Workspace().dataset(file))
    assert (kept.rule, kept.max_length, kept.truncation) == ("llamafactory", 100, "drop")
    assert json.loads(kept.variables) == {"thinks": False, "mood": "kind"}
    assert "start_header_id" in kept.template
    _, out, _ = run(file)
    assert out.startswith("Template llama3, tokenizer tekken-240911, rule llamafactory, 100 tokens, drop.")
    assert "The counts are estimates: the tokenizer tekken-240911 is of another family than the template llama3" in out


def test_serving_and_exit_codes(run: Run, file: str) -> None:
    code, out, _ = run(file, "--serve", "llama3", "--json", "--fail-on", "drift")
    assert code == 1 and sum(json.loads(out)["drift"].values()) == 2
    code, out, _ = run(file, "--serve", "", "--json", "--fail-on", "drift", "--fail-on", "refused")
    assert code == 0 and json.loads(out)["drift"] == {}
    assert run(file, "--fail-on", "untrained")[0] == 1


def test_one_row_as_tokens(run: Run, file: str) -> None:
    dataset = Workspace().dataset(file)
    rows = dataset.column("row_id").to_list()
    _, out, _ = run(file, "--tokenizer", "qwen2.5", "--row", rows[0], "--json")
    answer = json.loads(out)
    assert "".join(token["text"] for token in answer["tokens"]) == answer["text"]
    assert [token["text"] for token in answer["tokens"] if token["trained"]] == ["Hello", "!", "<|im_end|>"]
    assert answer["tokens"][0] == {"text": "<|im_start|>", "id": 151644, "trained": False, "lost": False}
    _, out, _ = run(file, "--row", rows[1])
    assert "\x1b[31m" not in out and "\\x1b" in out, "a text of a row does not command the terminal"
    assert "<|im_start|>assistant\n⟦Hello, and \\x1b[31mwelcome<|im_end|>⟧\n" in out


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--rule", "none"), "There is no mask rule 'none'"),
        (("--truncate", "none"), "There is no truncation 'none'"),
        (("--pack", "tight"), "There is no packing 'tight'"),
        (("--template", "no-such-template"), "There is no template 'no-such-template'"),
        (("--tokenizer", "no/such"), "No tokenizer 'no/such' here"),
        (("--row", "abc"), "has no row 'abc'"),
        (("--fail-on", "abc"), "No fault is called abc"),
        (("--variable", "abc"), "expected variable=value"),
    ],
)
def test_one_line_for_bad_input(run: Run, file: str, options: tuple[str, ...], error: str) -> None:
    code, out, err = run(file, *options)
    assert (code, out) == (2, "") and error in err.splitlines()[-1]


def test_a_broken_template_is_not_kept(run: Run, file: str, tmp_path: Path) -> None:
    (tmp_path / "broken.jinja").write_text("{% for %}")
    code, _, err = run(file, "--template", str(tmp_path / "broken.jinja"))
    assert code == 2 and "cannot be compiled" in err
    assert not is_chosen(Workspace().dataset(file))


def test_raw_text_is_not_looked_at(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.jsonl").write_text('{"text": "Some words."}\n')
    code, out, _ = run(str(tmp_path / "text.jsonl"), "--json")
    assert code == 2 and json.loads(out)["not_looked_at"].startswith("Not looked at: no row in view is a chat")


def test_prompts_that_were_sent_are_held_against_what_is_trained(run: Run, file: str, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    sent = ["<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\n", "User: Hi there\nAssistant:", "What?"]
    log.write_text("".join(json.dumps({"text": prompt}) + "\n" for prompt in sent))
    code, out, _ = run(file, "--log", str(log), "--json")
    assert code == 0
    assert json.loads(out)["log"] == {"prompts": 3, "matched": 2, "not_trained": 0, "drift": {"same": 1, "other": 1}}
    code, out, _ = run(file, "--log", str(log))
    assert "2 of 3 prompts ask for an answer of these rows" in out and "other: another difference" in out


def test_a_log_of_no_prompts_was_not_looked_at(run: Run, file: str) -> None:
    code, out, err = run(file, "--log", file)
    assert (code, out) == (2, "") and "no row of" in err and "Traceback" not in err
