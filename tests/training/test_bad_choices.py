"""Does each bad template, tokenizer, option or dataset end in one line or in a count, and never in an all-clear?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.training.choice import choose
from analysis.training.keeping import chosen, is_chosen, with_choice
from analysis.workspace import Workspace
from tests.support.commands import Run, runner

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
REFUSES = "{{ raise_exception('no \x1b[31mred,\u202eno\x07bell') }}"
PLAIN = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


def chat(user: object, answer: object, **more: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": user}, {"role": "assistant", "content": answer, **more}]}


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Writes a template or rows, and gives the path."""

    def write_it(name: str, *content: object) -> str:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        texts = [text if isinstance(text, str) else json.dumps(text) + "\n" for text in content]
        path.write_text("".join(texts))
        return str(path)

    return write_it


@pytest.mark.parametrize("option", ["--template", "--serve"])
def test_an_endless_template_is_one_line_and_not_kept(run: Run, write: Callable[..., str], option: str) -> None:
    file = write("chats.jsonl", *(chat(f"Hi {n}", "Hello.") for n in range(2)))
    code, out, err = run("trainer", file, option, write("endless.jinja", ENDLESS))
    assert (code, out) == (2, "")
    assert err == "The template chosen for this dataset takes longer than 2 seconds; it was stopped.\n"
    assert not is_chosen(Workspace().dataset(file))


def test_a_refusal_does_not_command_the_terminal(run: Run, write: Callable[..., str]) -> None:
    file, template = write("chats.jsonl", chat("Hi", "Hello.")), write("refuses.jinja", REFUSES)
    code, out, _ = run("trainer", file, "--template", template, "--json")
    answer = json.loads(out)
    message = r"no \x1b[31mred,\u202eno\x07bell"
    assert code == 0 and answer["refused_by"] == {message: 1}
    assert answer["packing"] == {"way": "bfd", "sequences": 0, "efficiency": None}
    code, out, _ = run("trainer", file)
    assert f"Refused, 1 row: {message}\n" in out and "Nothing is packed" in out
    row = Workspace().dataset(file).column("row_id")[0]
    assert run("trainer", file, "--row", row)[1] == f"The template refuses the row: {message}\n"
    assert message in run("templates", "--check", template)[1]
    assert run("export", file, "--to", "tokens", "--out", str(Path(file).parent / "out"))[1].startswith("0 of 1 rows")


def test_rejected_answers_are_said_to_be_not_looked_at(run: Run, write: Callable[..., str]) -> None:
    pair = {"prompt": "Why?", "chosen": "So.", "rejected": "No <|im_end|>"}
    file = write("pairs.jsonl", pair, {**pair, "prompt": "How?"}, {**pair, "prompt": "Who?", "rejected": None})
    code, out, _ = run("trainer", file, "--template", "chatml", "--json")
    answer = json.loads(out)
    assert code == 0 and (answer["rows"], answer["rejected_not_rendered"]) == (3, 2)
    assert answer["faults"]["special_tokens_in_text"] == 0
    _, out, _ = run("trainer", file)
    assert "Not looked at: the rejected answers of 2 rows; the chosen ones are rendered." in out


def test_compute_says_that_no_template_is_chosen(run: Run, write: Callable[..., str]) -> None:
    file = write("chats.jsonl", chat("Hi", "Hello."))
    for arguments in (("compute", file, "trainer"), ("trainer", file)):
        code, _, err = run(*arguments)
        assert code == 0 and "No template is chosen; Winnow's own ChatML is taken." in err
    assert "No template is chosen" not in run("trainer", file, "--template", "chatml")[2]
    assert "No template is chosen" not in run("compute", file, "trainer")[2]


@pytest.mark.parametrize("pair", ["template=chatml", "max_length=-5", "rule=all"])
def test_compute_keeps_no_choice_past_the_command_of_the_trainer(
    run: Run, write: Callable[..., str], pair: str
) -> None:
    file = write("chats.jsonl", chat("Hi", "Hello."))
    code, out, err = run("compute", file, "trainer", "--set", pair)
    assert (code, out) == (2, "") and err.startswith("What the trainer does is chosen on the page Training")
    assert "trainer" not in Workspace().dataset(file).meta.get("parameters", {})


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--template", ""), "--template has no name"),
        (("--max-length", "-5"), "A maximum length of -5 is not possible"),
        (("--variable", "messages=3"), "The template gets messages from each row"),
    ],
)
def test_an_option_that_cannot_be(run: Run, write: Callable[..., str], options: tuple[str, ...], error: str) -> None:
    file = write("chats.jsonl", chat("Hi", "Hello."))
    code, out, err = run("trainer", file, *options)
    assert (code, out, err.count("\n")) == (2, "", 1) and error in err
    assert not is_chosen(Workspace().dataset(file))


def test_the_tokenizer_of_a_models_folder_comes_with_its_template(run: Run, write: Callable[..., str]) -> None:
    file, template = write("chats.jsonl", chat("Hi", "Hello.")), write("model/chat_template.jinja", PLAIN)
    tokenizer = write("model/tokenizer.json", {"model": {"vocab": 3}})
    code, out, err = run("trainer", file, "--template", str(Path(template).parent))
    assert (code, out) == (2, "") and err.startswith(f"{tokenizer} is JSON but no tokenizer.json")
    from tokenizers import Tokenizer, models

    vocabulary = {letter: number for number, letter in enumerate("HieloHmstrua.<|_>nd\n", 1)} | {"?": 0}
    Tokenizer(models.BPE(vocabulary, [], unk_token="?")).save(tokenizer)
    code, out, _ = run("trainer", file, "--template", str(Path(template).parent), "--json")
    answer = json.loads(out)
    assert (code, answer["tokenizer"]) == (0, tokenizer)
    assert "is of another family than the template chosen for this dataset" in answer["estimated"]


def test_the_same_template_for_serving_drifts_nowhere(run: Run, write: Callable[..., str]) -> None:
    file = write("chats.jsonl", chat("Hi", "Hello."), {"messages": [{"role": "user", "content": "Hi"}]})
    _, out, _ = run("trainer", file, "--template", "chatml", "--serve", "chatml", "--json")
    assert json.loads(out)["drift"] == {"same": 1}


def test_odd_chats_are_counted(run: Run, write: Callable[..., str]) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "find", "arguments": "{not json"}}
    turns = [{"role": ("user", "assistant")[n % 2], "content": f"turn {n}"} for n in range(5_000)]
    picture = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": "a.png"}}]
    file = write(
        "odd.jsonl",
        chat("Find it", None, tool_calls=[call]),
        {"messages": turns},
        chat("x" * 1_000_000, "word " * 10_000),
        chat(picture, "A cat."),
    )
    code, out, _ = run("trainer", file, "--template", "llama3", "--max-length", "0", "--json")
    answer = json.loads(out)
    assert (code, answer["rows"], answer["looked_at"], answer["refused"]) == (0, 4, 4, 1)
    assert answer["lost_tokens"] == 0 and answer["trained_tokens"] > 10_000
    assert sum(answer["mask_status"].values()) == 3


def test_what_is_no_text_of_utf_8_is_one_line(run: Run, write: Callable[..., str], tmp_path: Path) -> None:
    file = write("chats.jsonl", chat("Hi", "Hello."))
    for name in ("latin.jinja", "tokenizer_config.json", "model.gguf"):
        (tmp_path / name).write_bytes(b'{"chat_template": "\xe9 {{ messages }}"}')
        for arguments in (("trainer", file, "--template"), ("templates", "--check")):
            code, out, err = run(*arguments, str(tmp_path / name))
            assert (code, out, err.count("\n")) == (2, "", 1), name


def test_the_default_stays_a_stand_in_beside_other_parameters(home: Path, write: Callable[..., str]) -> None:
    dataset = Workspace().dataset(write("chats.jsonl", chat("Hi", "Hello.")))
    longer = choose(max_length=9)
    kept = Workspace().describe(dataset, parameters=with_choice(dataset, longer, has_template=False))
    assert not is_chosen(kept) and chosen(kept) == longer
    assert is_chosen(Workspace().describe(kept, parameters=with_choice(kept, longer)))
