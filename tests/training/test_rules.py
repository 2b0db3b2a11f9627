"""Does each mask rule train what its trainer trains, and nothing that must not be trained?"""

from __future__ import annotations

from itertools import pairwise

import pytest

from analysis.errors import TrainingError
from analysis.loaders.tokenizers import Tokenizer, tokens_of
from analysis.templates import Chat, Renderer, Template, find_template, training_twin
from analysis.training.rules import RULES, Mask, Masker, merged, spans
from tests.training.conftest import Vendor

# Trained tokens of 36, measured with the trainers themselves and Qwen2.5's tokenizer.
KNOWN = {
    "template": (9, "marked"),
    "axolotl": (5, "content"),
    "content": (5, "content"),
    "torchtune": (5, "content"),
    "llamafactory": (7, "content"),
    "unsloth": (7, "content"),
    "llamafactory_mask_history": (3, "content"),
    "completion": (3, "content"),
    "last": (3, "content"),
    "trl": (36, "content"),
    "all": (36, "content"),
    "torchtune_all": (12, "content"),
    "torchtune_last": (2, "content"),
}
AGAIN = [("user", "hi"), ("assistant", "bad"), ("user", "again"), ("assistant", "good")]


def chat(*turns: tuple[str, str]) -> Chat:
    return Chat([{"role": role, "content": content} for role, content in turns])


def masked(template: Template, of: Chat, rule: str, trains: tuple[bool | None, ...] = ()) -> tuple[str, Mask]:
    renderer = Renderer(template)
    rendered = renderer.render(of.messages, of.tools)
    return rendered.text, spans(renderer, of, rendered, rule, trains)


def trained(template: Template, of: Chat, rule: str, trains: tuple[bool | None, ...] = ()) -> list[str]:
    text, mask = masked(template, of, rule, trains)
    return [text[start:end] for start, end in mask.spans]


def test_every_rule_has_a_known_answer() -> None:
    assert KNOWN.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_the_known_answers(rule: str, vendor: Vendor, qwen: Tokenizer, brief: Chat) -> None:
    template = vendor("Qwen/Qwen2.5-7B-Instruct")
    if rule == "template":
        twin = training_twin(template)
        assert twin is not None
        template = twin
    text, mask = masked(template, brief, rule)
    starts = tokens_of(qwen, text).starts.tolist()
    inside = [any(start <= place < end for start, end in mask.spans) for place in starts]
    assert (len(starts), sum(inside), mask.status) == (36, *KNOWN[rule])


def test_what_the_marks_hold(vendor: Vendor, brief: Chat) -> None:
    twin = training_twin(vendor("Qwen/Qwen2.5-7B-Instruct"))
    assert twin is not None
    assert trained(twin, brief, "template") == ["\nHello!<|im_end|>\n", "\n4<|im_end|>\n"]


def test_without_marks_the_rule_trains_nothing(vendor: Vendor, brief: Chat) -> None:
    """No other rule takes its place."""
    assert masked(vendor("Qwen/Qwen2.5-7B-Instruct"), brief, "template")[1] == Mask([], "none")


@pytest.mark.parametrize("rule", RULES)
def test_a_turn_that_must_not_be_trained_never_is(rule: str) -> None:
    """The same with a row that says so of the first answer, of all turns, and of none."""
    template, said = find_template("chatml"), (False, False, None, True)
    with_all, without = trained(template, chat(*AGAIN), rule), trained(template, chat(*AGAIN), rule, said)
    assert not any("bad" in part for part in without)
    assert any("good" in part for part in without)
    if rule not in ("last", "completion", "llamafactory_mask_history", "torchtune_last"):
        assert any("bad" in part for part in with_all)
    text, mask = masked(template, chat(*AGAIN), rule, (False, False, False, False))
    kept = "".join(text[start:end] for start, end in mask.spans)
    assert not any(word in kept for word in ("hi", "bad", "again", "good"))


def test_only_what_weighs_something_is_trained() -> None:
    """OpenAI's weight: 0 on the first answer and its question, 1 on the second answer."""
    parts = trained(find_template("chatml"), chat(*AGAIN), "content", (False, False, None, True))
    assert [part.removesuffix("<|im_end|>") for part in parts] == ["good"]


def test_axolotl_trains_a_question_that_says_so() -> None:
    template = find_template("chatml")
    assert trained(template, chat(*AGAIN), "axolotl", (True, None, None, False)) == ["hi<|im_end|>", "bad<|im_end|>"]
    assert trained(template, chat(*AGAIN), "content", (True, None, None, False)) == ["bad<|im_end|>"]


def test_axolotl_knows_only_the_end_token_of_the_tokenizer(vendor: Vendor) -> None:
    """Gemma ends a turn with <end_of_turn>, but its tokenizer says <eos>: axolotl needs eot_tokens for it."""
    gemma = vendor("gemma3")
    assert gemma.specials["eos_token"] == "<eos>"
    asked = chat(("user", "Hi"), ("assistant", "Hello"))
    assert trained(gemma, asked, "axolotl") == ["Hello"]
    assert trained(gemma, asked, "content") == ["Hello<end_of_turn>"]
    assert trained(gemma, asked, "llamafactory") == ["Hello<end_of_turn>\n"]


def test_torchtune_leaves_out_blanks_at_the_end() -> None:
    text, mask = masked(find_template("chatml"), chat(("user", "Hi"), ("assistant", "Hello  ")), "torchtune")
    assert [text[a:b] for a, b in mask.spans] == ["Hello", "<|im_end|>"]
    assert mask.status == "unsure"


def test_a_completion_whose_prompt_is_no_prefix_is_unsure(vendor: Vendor) -> None:
    """Qwen3 writes an empty thought into the answer; R1's mark of an answer opens a thought that the answer has not."""
    of = chat(("user", "Hi"), ("assistant", "Hello"))
    text, mask = masked(vendor("qwen3"), of, "completion")
    assert (text[mask.spans[0][0] :], mask.status) == ("<think>\n\n</think>\n\nHello<|im_end|>\n", "content")
    text, mask = masked(vendor("deepseek_r1_distill"), of, "completion")
    assert mask.status == "unsure"


@pytest.mark.parametrize("rule", RULES)
def test_a_chat_without_an_answer(rule: str) -> None:
    mask = masked(find_template("chatml"), chat(("user", "Hi")), rule)[1]
    assert (mask.status == "none") == (not mask.spans)
    assert bool(mask.spans) == (rule in ("all", "trl", "torchtune_all"))


def test_three_transitions_of_two_answers(brief: Chat) -> None:
    """TRL at f2cd57710: the mask of a chat with two answers changes three times, or four where the text goes on."""
    for template in ("chatml", "llama3", "zephyr"):
        text, mask = masked(find_template(template), brief, "llamafactory")
        flags = [any(start <= place < end for start, end in mask.spans) for place in range(len(text))]
        assert sum(a != b for a, b in pairwise(flags)) == 3


def test_an_unknown_rule() -> None:
    with pytest.raises(TrainingError, match="no mask rule 'everything'; known: template, content"):
        Masker(Renderer(find_template("chatml")), "everything")


def test_spans_that_touch_are_one() -> None:
    assert merged([(5, 7), (0, 2), (2, 3), (4, 4), (6, 9)]) == [(0, 3), (5, 9)]
