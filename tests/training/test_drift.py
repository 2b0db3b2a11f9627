"""Is the difference between what is trained and what serving sends found, and named by its kind?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.templates import Renderer, Template, find_template
from analysis.training.choice import Choice, choose
from analysis.training.drift import KINDS, Serving, matched_prompts, row_kind
from analysis.training.log_drift import drift_of_log
from analysis.training.reading import Reader
from analysis.workspace import Workspace
from tests.training.conftest import Vendor

CHATML = find_template("chatml").text
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}


def row(*turns: tuple[str, str], reasoning: str | None = None, tools: str | None = None) -> dict[str, Any]:
    messages = [{"role": role, "content": content, "trains": None} for role, content in turns]
    if reasoning:
        messages[1]["reasoning"] = reasoning  # type: ignore[assignment]
    return {"messages": messages, "tools": tools}


PLAIN = row(("user", "Hello there"), ("assistant", "Hi!"))
TWO = row(("user", "Hello there"), ("assistant", "Hi!"), ("user", "And now to this"), ("assistant", "Yes."))
THOUGHT = row(*[(m["role"], m["content"]) for m in TWO["messages"]], reasoning="secret thought")
WITH_SYSTEM = row(("system", "You answer briefly."), ("user", "Hello there"), ("assistant", "Hi!"))


def drifts(of: dict[str, Any], training: str, serving: str, specials: dict[str, str] | None = None) -> Any:
    choice = Choice(template=training, serve=serving, serve_specials=json.dumps(specials or {}))
    reader, served = Reader(choice), choice.serving()
    seen = reader.see(of)
    assert served is not None and seen is not None
    return Serving(served, reader.renderer).drifts(seen), seen


SYSTEM_IN_USER = (
    "{% for m in messages %}{% if m.role == 'user' %}<|im_start|>user\n{% if messages[0].role == 'system' %}"
    "{{ m.content }}\n{{ messages[0].content }}{% else %}{{ m.content }}{% endif %}<|im_end|>\n"
    "{% elif m.role == 'assistant' %}<|im_start|>assistant\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WITH_REASONING = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.reasoning_content %}({{ m.reasoning_content }})"
    "{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "same": (TWO, CHATML, CHATML),
    "bos": (PLAIN, CHATML, "<s>" + CHATML),
    "white_space": (PLAIN, CHATML, CHATML.replace("assistant\\n", "assistant ")),
    "empty_think_block": (PLAIN, CHATML, CHATML.replace("'<|im_start|>assistant\\n'", "'<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n'")),
    "special_token": (PLAIN, CHATML, CHATML.replace("<|im_start|>", "<|start|>")),
    "earlier_reasoning": (THOUGHT, WITH_REASONING, CHATML),
    "tools": ({**PLAIN, "tools": json.dumps([TOOL])}, CHATML, "{{ tools[0].function.name }}\n" + CHATML),
    "default_system": (PLAIN, CHATML, "<|im_start|>system\nBe good.<|im_end|>\n" + CHATML),
    "system_moved": (WITH_SYSTEM, "{{ messages[0].content }}\n" + SYSTEM_IN_USER.replace("\n{{ messages[0].content }}", ""), SYSTEM_IN_USER),
    "other": (PLAIN, CHATML, CHATML.replace("message.role + ", "'the ' + message.role + ")),
}  # fmt: skip


def test_every_kind_has_a_case() -> None:
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", CASES)
def test_the_kinds(kind: str) -> None:
    found, _ = drifts(*CASES[kind], specials={"bos_token": "<s>"})
    assert row_kind(found) == kind


def test_the_first_token_that_differs() -> None:
    found, seen = drifts(PLAIN, CHATML, CHATML.replace("<|im_start|>", "<|start|>"))
    starts = [*seen.tokens.starts.tolist(), len(seen.rendered.text)]
    assert starts[found[0].token] <= len("<|") < starts[found[0].token + 1]
    assert (found[0].training[:10], found[0].serving[:8]) == ("im_start|>", "start|>u")


def test_without_a_trained_answer_there_is_no_kind() -> None:
    assert row_kind(drifts(row(("user", "Hi")), CHATML, CHATML)[0]) is None


def test_serving_that_refuses_is_another_difference() -> None:
    found, _ = drifts(PLAIN, CHATML, "{{ raise_exception('no') }}")
    assert (found[0].kind, found[0].serving) == ("other", "no")


def test_a_training_twin_of_qwen3_keeps_reasoning(vendor: Vendor) -> None:
    """The stock template takes the reasoning of earlier answers away, the twin keeps it."""
    vendor("qwen3")
    choice = choose("qwen3", rule="template", serve="qwen3")
    reader = Reader(choice)
    seen, served = reader.see(THOUGHT), choice.serving()
    assert served is not None and seen is not None
    kinds = [drift.kind for drift in Serving(served, reader.renderer).drifts(seen)]
    assert kinds == ["same", "earlier_reasoning"]


def test_prompts_of_a_log_are_matched_by_the_message_that_they_end_with() -> None:
    messages = ["Name a town in France", "Name a town in France, please", "Hi", "What is 2+2?"]
    prompts = [
        "user: Name a town in France, please\nassistant:",
        "user: What is 2+2?\nassistant: 4\nuser: Name a town in France\nassistant:",
        "user: Hi\nassistant:",
        "nothing known",
    ]
    assert matched_prompts(prompts, messages) == [1, 0, None, None]
    assert matched_prompts([], messages) == [] and matched_prompts(["x"], []) == [None]


def test_prompts_of_a_log_are_compared_with_the_answers_that_they_ask_for(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "chats.jsonl"
    untrained = {
        "messages": [{"role": "user", "content": "Say something"}, {"role": "assistant", "content": "No", "weight": 0}]
    }
    source.write_text("".join(json.dumps(row) + "\n" for row in (PLAIN, TWO, untrained)))
    dataset = Workspace(home).open([source])
    prompt = "<|im_start|>user\nHello there<|im_end|>\n<|im_start|>assistant\nHi!<|im_end|>\n<|im_start|>user\nAnd now to this"
    prompts = [
        f"{prompt}<|im_end|>\n<|im_start|>assistant\n",
        f"{prompt} <|im_end|>\n<|im_start|>assistant\n",
        "<|im_start|>user\nSay something<|im_end|>\n<|im_start|>assistant\n",
        "Bye",
    ]
    found = drift_of_log(dataset, pl.Series([0, 1, 2]), Choice(), prompts)
    assert (found.prompts, found.matched, found.not_trained) == (4, 3, 1)
    assert found.kinds == {"same": 1, "white_space": 1}
    assert [(example.turn, example.kind) for example in found.examples] == [(3, "white_space")]
    assert drift_of_log(dataset, pl.Series([2]), Choice(), prompts)[:3] == (4, 1, 1)


def test_a_renderer_of_a_template_with_the_same_text() -> None:
    assert Renderer(Template(CHATML, "t", "file")).render(PLAIN["messages"]).text.startswith("<|im_start|>user")
