"""Do our own templates write the published formats?"""

from __future__ import annotations

import pytest

from analysis.errors import RefusedError
from analysis.templates import Renderer
from analysis.templates.own_templates import ALIASES, FOLDER, SPECIALS, own_template

CHAT = [
    {"role": "system", "content": "sys"},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Bye"},
]
WRITTEN = {
    "alpaca": "sys\n\n### Instruction:\nHi\n\n### Response:\n[Hello</s>]\n\n### Instruction:\nBye\n\n",
    "chatml": "<|im_start|>system\nsys<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n[Hello<|im_end|>]\n"
    "<|im_start|>user\nBye<|im_end|>\n",
    "llama2": "<s>[INST] <<SYS>>\nsys\n<</SYS>>\n\nHi [/INST][ Hello </s>]<s>[INST] Bye [/INST]",
    "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nsys<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n[Hello<|eot_id|>]"
    "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>",
    "mistral_tekken": "<s>[INST]Hi[/INST][Hello</s>][INST]sys\n\nBye[/INST]",
    "mistral_v1": "<s> [INST] sys\n\nHi [/INST][ Hello</s>] [INST] Bye [/INST]",
    "mistral_v3": "<s>[INST] Hi[/INST][ Hello</s>][INST] sys\n\nBye[/INST]",
    "phi3": "<|system|>\nsys<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\n[Hello<|end|>]\n<|user|>\nBye<|end|>\n",
    "vicuna": "<s>sys USER: Hi ASSISTANT: [Hello</s>]USER: Bye ",
    "zephyr": "<|system|>\nsys</s>\n<|user|>\nHi</s>\n<|assistant|>\n[Hello</s>]\n<|user|>\nBye</s>\n",
}
GEMMA = (
    "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n[Hello<end_of_turn>]\n"
    "<start_of_turn>user\nBye<end_of_turn>\n"
)
PROMPTS = {
    "alpaca": "### Response:\n",
    "chatml": "<|im_start|>assistant\n",
    "gemma": "<start_of_turn>model\n",
    "llama3": "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "phi3": "<|assistant|>\n",
    "vicuna": "ASSISTANT:",
    "zephyr": "<|assistant|>\n",
}


def shown(name: str, messages: list[dict[str, str]]) -> str:
    """The text with brackets around what is trained."""
    rendered = Renderer(own_template(name)).render(messages)
    text, added = rendered.text, 0
    for start, end in rendered.marked:
        text = f"{text[: start + added]}[{text[start + added : end + added]}]{text[end + added :]}"
        added += 2
    return text


@pytest.mark.parametrize("name", WRITTEN)
def test_a_chat_is_written_in_the_published_format(name: str) -> None:
    assert shown(name, CHAT) == WRITTEN[name]


def test_gemma_has_no_system_role_and_alternates() -> None:
    assert shown("gemma", CHAT[1:]) == GEMMA
    with pytest.raises(RefusedError, match=r"^System role not supported$"):
        shown("gemma", CHAT)
    with pytest.raises(RefusedError, match="must alternate"):
        shown("gemma", CHAT[1:2] * 2)


def test_every_own_template_is_tested() -> None:
    assert {*WRITTEN, "gemma"} == set(SPECIALS) == {path.stem for path in FOLDER.glob("*.jinja")}
    assert set(ALIASES) <= set(SPECIALS)


@pytest.mark.parametrize("name", SPECIALS)
def test_a_prompt_ends_where_the_answer_begins(name: str) -> None:
    messages = CHAT[1:2]
    renderer = Renderer(own_template(name))
    text = renderer.render(messages).text
    assert renderer.render(messages, add_generation_prompt=True).text == text + PROMPTS.get(name, "")


@pytest.mark.parametrize("name", SPECIALS)
def test_an_own_template_is_short_and_marks_what_is_trained(name: str) -> None:
    template = own_template(name)
    assert len(template.text.splitlines()) <= 15
    assert template.has_markers and template.origin == "own"
    assert len(template.sha256) == 64


@pytest.mark.parametrize("name", ["vicuna", "alpaca", "llama2", "mistral_v1", "mistral_v3", "mistral_tekken"])
def test_a_role_without_a_place_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match="not tool"):
        shown(name, [*CHAT, {"role": "tool", "content": "4"}])


def test_tekken_is_what_mistral_writes() -> None:
    from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
    from mistral_common.protocol.instruct.request import ChatCompletionRequest
    from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    kinds = {"system": SystemMessage, "user": UserMessage, "assistant": AssistantMessage}
    messages = [kinds[turn["role"]](content=turn["content"]) for turn in CHAT]
    tokenizer = MistralTokenizer.v3(is_tekken=True)
    encoded = tokenizer.encode_chat_completion(ChatCompletionRequest(messages=messages))
    text = tokenizer.decode(encoded.tokens, special_token_policy=SpecialTokenPolicy.KEEP)
    assert text == Renderer(own_template("mistral_tekken")).render(CHAT).text
