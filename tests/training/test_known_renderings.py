"""Are the texts those that axolotl's snapshots state, and are the rows refused that are known to be?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import RefusedError
from analysis.templates import Renderer, Template
from tests.training.conftest import Vendor

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "chats.jsonl"


def turns(*turns: tuple[str, object]) -> list[dict[str, Any]]:
    return [{"role": role, "content": content} for role, content in turns]


def part(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


IMAGE = [{"type": "image"}]
BYE = turns(("system", "sys"), ("user", "Hi"), ("assistant", "Hello"), ("user", "Bye"))
CALL = {"type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
# Facts of axolotl's test_chat_templates_snapshot.py at 067b021c, with a template that is known here. Of its 14 cases
# deepseek_v3_null_close is left out: it is axolotl's own change of the template, for an answer without content.
SNAPSHOTS: dict[str, tuple[str, list[dict[str, Any]], str]] = {
    "deepseek_v3_basic": (
        "deepseekv3",
        turns(("system", "You are helpful."), ("user", "Hi"), ("assistant", "Hello!")),
        "<s>You are helpful.<｜User｜>Hi<｜Assistant｜>Hello!<｜end▁of▁sentence｜>",
    ),
    "deepseek_v3_tool_flow": (
        "deepseekv3",
        [
            *turns(("user", "Weather in Paris?")),
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            *turns(("tool", "sunny"), ("assistant", "It's sunny in Paris.")),
        ],
        "<s><｜User｜>Weather in Paris?<｜Assistant｜><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>"
        'get_weather\n```json\n{"city": "Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>'
        "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>sunny<｜tool▁output▁end｜><｜tool▁outputs▁end｜>"
        "It's sunny in Paris.<｜end▁of▁sentence｜>",
    ),
    "qwen3_basic": (
        "qwen3",
        turns(("system", "sys"), ("user", "Hi"), ("assistant", "Hello!")),
        "<|im_start|>system\nsys<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\nHello!<|im_end|>\n",
    ),
    "qwen3_null_toolcall": (
        "qwen3",
        [
            *turns(("user", "q")),
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]},
        ],
        "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
        '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call><|im_end|>\n',
    ),
    "qwen3_multimodal_user": (
        "JetBrains-Mellum2-12B-A2.5B-Thinking",
        turns(("user", [*part("Describe"), *IMAGE]), ("assistant", "An image.")),
        "<|im_start|>user\nDescribe<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nAn image.<|im_end|>\n",
    ),
    "mistral_v1_sys": ("mistral_v1", BYE, "<s> [INST] sys\n\nHi [/INST] Hello</s> [INST] Bye [/INST]"),
    "mistral_v2v3_sys": ("mistral_v3", BYE, "<s>[INST] Hi[/INST] Hello</s>[INST] sys\n\nBye[/INST]"),
    "mistral_v3_tekken_sys": ("mistral_tekken", BYE, "<s>[INST]Hi[/INST]Hello</s>[INST]sys\n\nBye[/INST]"),
    "exaone4_sys": (
        "LGAI-EXAONE-EXAONE-4.0-32B",
        BYE[:3],
        "[|system|]\nsys[|endofturn|]\n[|user|]\nHi[|endofturn|]\n"
        "[|assistant|]\n<think>\n\n</think>\n\nHello[|endofturn|]\n",
    ),
    "falcon_h1_basic": (
        "lfm2",
        BYE[1:3],
        "<s><|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n",
    ),
    "pixtral_multimodal": (
        "DarkArtsForge-Zepar-24B-v1",
        turns(("user", [*part("What is this?"), *IMAGE]), ("assistant", "A cat.")),
        "<s>[INST]What is this?[IMG][/INST]A cat.</s>",
    ),
    "llama3_multimodal": (
        "sophosympatheia-StrawberryLemonade-L3-70B-v1.0",
        turns(("user", [*part("Hi"), *IMAGE]), ("assistant", "Hello")),
        "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>",
    ),
    "gemma3_sys_list": (
        "gemma3",
        turns(("system", part("sys")), ("user", part("Hi")), ("assistant", part("Hello"))),
        "<s><start_of_turn>user\nsys\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n",
    ),
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_snapshots_of_axolotl(name: str, vendor: Vendor) -> None:
    known, messages, text = SNAPSHOTS[name]
    found = vendor(known)
    specials = {"bos_token": "<s>", "eos_token": "</s>"}
    assert Renderer(Template(found.text, found.name, found.origin, specials)).render(messages).text == text


def test_the_snapshot_that_needs_axolotls_own_template_is_refused_by_the_published_one(vendor: Vendor) -> None:
    with pytest.raises(RefusedError, match="can only concatenate str"):
        Renderer(vendor("deepseekv3")).render(turns(("user", "q"), ("tool", "TOUT"), ("assistant", None)))


# Rows of system, user and assistant in which no text is blank: the first 150 of the sample.
REFUSED = {
    "google-gemma-2-2b-it": 57,
    "gemma": 57,
    "gemma3": 3,
    "cohere": 3,
    "cohere2": 2,
    "qwen3_5_think": 1,
    "qwen3_6": 1,
    "qwen3_8": 1,
    "llama3": 0,
    "Qwen/Qwen2.5-7B-Instruct": 0,
    "phi3": 0,
}


@pytest.fixture(scope="module")
def plain() -> list[list[dict[str, str]]]:
    rows = [json.loads(line)["messages"] for line in SAMPLE.read_text().splitlines()]
    roles = {"system", "user", "assistant"}
    return [
        messages
        for messages in rows
        if all(m["role"] in roles and isinstance(m["content"], str) and m["content"].strip() for m in messages)
    ][:150]


@pytest.mark.parametrize("name", REFUSED)
def test_the_rows_that_are_refused(name: str, vendor: Vendor, plain: list[list[dict[str, str]]]) -> None:
    renderer = Renderer(vendor(name))
    messages = []
    for row in plain:
        try:
            renderer.render(row)
        except RefusedError as error:
            messages.append(str(error))
    assert len(messages) == REFUSED[name]
    if "gemma-2" in name:
        assert messages.count("System role not supported") == 56
