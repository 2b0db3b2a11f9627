"""What does a template write around a question and its answer? It is read off one rendering of a made-up chat."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import TemplateError
from analysis.templates import Chat, Renderer
from analysis.training.controls import SHAPES
from analysis.training.turns import TurnFinder, common_prefix

MADE_UP = ("user", "assistant", "user", "assistant")
WITHIN = 3  # characters that are not white space between an answer and its end token; axolotl allows three tokens


@dataclass(frozen=True)
class Surroundings:
    """`tail`: what ends an answer, such as `<|im_end|>` and a line break. `instruction`: what is written before a
    question, after the tail of the answer before it. `response`: what is between a question and its answer, without the
    tail of the question. `ends`: the control tokens that may end an answer. Each is empty where there is none."""

    tail: str = ""
    instruction: str = ""
    response: str = ""
    ends: tuple[str, ...] = ()

    def tail_at(self, text: str, end: int) -> int:
        """Where the tail ends of an answer that ends at `end`; at least the end token counts as its tail."""
        if self.tail and text.startswith(self.tail, end):
            return end + len(self.tail)
        return max(end, self.end_token(text, end)[1])

    def end_token(self, text: str, end: int) -> tuple[int, int]:
        """The end token of an answer that ends at `end`: from where to where; nothing at `end` where there is none."""
        for match in SHAPES.finditer(text, end, min(end + 120, len(text))):
            between = text[end : match.start()]
            if len(between.strip()) > WITHIN:
                break
            if match[0] in self.ends:
                return match.start(), match.end()
        return end, end


def surroundings_of(renderer: Renderer) -> Surroundings:
    """What the renderer's template writes around questions and answers; empty where it refuses such a chat."""
    eos = renderer.template.specials.get("eos_token", "")
    messages = [{"role": role, "content": "x"} for role in MADE_UP]
    frame = TurnFinder(renderer).frame_of(Chat(messages))
    if frame is None or frame.order != (0, 1, 2, 3):
        return Surroundings(ends=(eos,) if eos else ())
    _, after_question, after_answer, after_second, last = frame.literals
    tail = _shared(after_answer, last)
    match = SHAPES.search(after_answer)
    if (
        not tail
        and match
        and (match[0] == eos or not after_answer[: match.start()].strip())
        and _is_end(match[0], last)
    ):
        tail = after_answer[: match.end()]
    of_question = _shared(after_question, tail)
    response = _shared(after_question[len(of_question) :], after_second[len(of_question) :])
    ends = dict.fromkeys([*SHAPES.findall(tail), *([eos] if eos else [])])
    return Surroundings(tail, after_answer[len(tail) :], response, tuple(ends))


def _shared(one: str, other: str) -> str:
    """What both texts begin with."""
    return one[: common_prefix(one, other)]


def _is_end(token: str, last: str) -> bool:
    """Whether a control token behind an answer ends it, where nothing is behind the last answer."""
    return not last and not any(word in token.casefold() for word in ("user", "inst]", "start", "turn>"))


def completion_start(renderer: Renderer, chat: Chat, text: str) -> tuple[int, bool] | None:
    """Where the last answer begins for a trainer that puts prompt and answer together, and whether the prompt with the
    mark of an answer is what the text begins with. Null where the chat does not end with an answer, or where the
    template refuses the prompt. Source: TRL 1.16 `common_prefix_length`."""
    if not chat.messages or chat.messages[-1].get("role") != "assistant":
        return None
    try:
        prompt = renderer.render(chat.messages[:-1], chat.tools, add_generation_prompt=True).text
    except TemplateError:
        return None
    if text.startswith(prompt):
        return len(prompt), True
    return common_prefix(prompt, text), False
