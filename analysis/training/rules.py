"""Which parts of a rendered text does a trainer train? The mask rules, by name.

A rule gives spans of characters; a token is trained where its first character is in one. A turn that says `trains:
false` is never trained, whatever the rule. Where a rule needs what a template has not, nothing is trained and the
status is "none": no rule falls back to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from analysis.errors import TrainingError
from analysis.templates import Chat, Rendered, Renderer
from analysis.training.surroundings import Surroundings, completion_start, surroundings_of
from analysis.training.turns import TurnFinder, TurnSpan

Span = tuple[int, int]
Status = Literal["marked", "content", "unsure", "none"]


@dataclass(frozen=True)
class Mask:
    """`spans`: what is trained, from where to before where, in order and without overlap.

    `status`: "marked", the template marks it; "content", found by the texts of the turns; "unsure", a turn could not be
    separated from what the template writes around it, or the prompt is not what the text begins with; "none", nothing.
    """

    spans: list[Span]
    status: Status


class Case(NamedTuple):
    """All that a rule looks at. `trains` says for each message whether it may be trained; null: not stated."""

    renderer: Renderer
    chat: Chat
    rendered: Rendered
    turns: Sequence[TurnSpan]
    around: Surroundings
    trains: Sequence[bool | None]
    is_chat: bool

    def answers(self) -> list[TurnSpan]:
        """The assistant's turns that the text holds and that may be trained."""
        return [t for t in self.turns if t.role == "assistant" and t.end >= 0 and self.trains[t.turn] is not False]


def _template(case: Case) -> Mask:
    marked = [span for span in case.rendered.marked if span[1] > span[0]]
    return Mask(_without_untrained(case, marked, whole=True), "marked")


def _content(case: Case, turns: Sequence[TurnSpan], ends: tuple[str, ...] | None = None) -> Mask:
    """The text of these turns, each with the end token that follows it."""
    around = case.around if ends is None else Surroundings(case.around.tail, ends=ends)
    spans: list[Span] = []
    for turn in turns:
        spans += [(turn.start, turn.end), around.end_token(case.rendered.text, turn.end)]
    return Mask(spans, _status(turns))


def _axolotl(case: Case) -> Mask:
    chosen = [
        turn
        for turn in case.turns
        if turn.end >= 0 and (case.trains[turn.turn] or (turn.role == "assistant" and case.trains[turn.turn] is None))
    ]
    eos = case.renderer.template.specials.get("eos_token", "")
    return _content(case, chosen, (eos,) if eos else ())


def _unsloth(case: Case) -> Mask:
    text, around = case.rendered.text, case.around
    if not around.response or not around.instruction:
        return Mask([], "none")
    spans: list[Span] = []
    offset = 0
    while (mark := text.find(around.response, offset)) >= 0:
        start = mark + len(around.response)
        end = text.find(around.instruction, start)
        end = len(text) if end < 0 else end
        spans.append((start, end))
        offset = end
    return Mask(_without_untrained(case, spans), "content")


def _last(case: Case) -> Mask:
    mask = _unsloth(case)
    return Mask(mask.spans[-1:], mask.status)


def _llamafactory(case: Case, turns: Sequence[TurnSpan] | None = None) -> Mask:
    turns = case.answers() if turns is None else turns
    text = case.rendered.text
    return Mask([(turn.start, case.around.tail_at(text, turn.end)) for turn in turns], _status(turns))


def _llamafactory_mask_history(case: Case) -> Mask:
    last = [turn for turn in case.turns if turn.role == "assistant" and turn.end >= 0][-1:]
    return _llamafactory(case, [turn for turn in last if case.trains[turn.turn] is not False])


def _torchtune(case: Case, turns: Sequence[TurnSpan]) -> Mask:
    text = case.rendered.text
    stripped = [t._replace(end=t.start + len(text[t.start : t.end].rstrip(" "))) for t in turns]
    spans: list[Span] = []
    for before, turn in zip(turns, stripped, strict=True):
        spans += [(turn.start, turn.end), case.around.end_token(text, before.end)]
    return Mask(spans, _status(turns) if list(turns) == stripped else "unsure")


def _torchtune_all(case: Case) -> Mask:
    spoken = [t for t in case.turns if t.role != "system" and t.end >= 0 and case.trains[t.turn] is not False]
    return _torchtune(case, spoken)


def _torchtune_last(case: Case) -> Mask:
    last = [turn for turn in case.turns if turn.role == "assistant" and turn.end >= 0][-1:]
    return _torchtune(case, [turn for turn in last if case.trains[turn.turn] is not False])


def _completion(case: Case) -> Mask:
    text = case.rendered.text
    beginning = completion_start(case.renderer, case.chat, text)
    if beginning is None:
        return Mask([], "none")
    start, is_prefix = beginning
    return Mask(_without_untrained(case, [(start, len(text))]), "content" if is_prefix else "unsure")


def _all(case: Case) -> Mask:
    return Mask(_without_untrained(case, [(0, len(case.rendered.text))]), "content")


def _trl(case: Case) -> Mask:
    return _all(case) if case.is_chat else _completion(case)


class Rule(NamedTuple):
    """`says`: what is trained, in a few words. `source`: where that is defined."""

    says: str
    source: str
    mask: Callable[[Case], Mask]


RULES: dict[str, Rule] = {
    "template": Rule(
        "what the template marks with {% generation %}",
        "transformers return_assistant_tokens_mask; TRL assistant_only_loss",
        _template,
    ),
    "content": Rule(
        "the text of each answer and its end token",
        "axolotl roles_to_train: [assistant], train_on_eos: turn, with the end token that the template writes",
        lambda case: _content(case, case.answers()),
    ),
    "last": Rule("the last answer, up to where a question would follow", "unsloth-zoo last_response_only", _last),
    "completion": Rule(
        "all that follows the prompt with the mark of an answer",
        "TRL 1.16, rows with prompt and completion",
        _completion,
    ),
    "all": Rule("every token", "language modelling", _all),
    "trl": Rule(
        "every token of a chat; of a row with prompt and response the completion", "TRL 1.16 SFTTrainer, default", _trl
    ),
    "axolotl": Rule(
        "the text of each answer, and the tokenizer's end token where it follows",
        "axolotl chat_template.py, roles_to_train: [assistant], train_on_eos: turn",
        _axolotl,
    ),
    "unsloth": Rule(
        "from each mark of an answer to the next mark of a question",
        "unsloth-zoo ce232d6c train_on_responses_only",
        _unsloth,
    ),
    "llamafactory": Rule(
        "the text of each answer and all that the template ends it with",
        "LLaMA-Factory SupervisedDatasetProcessor",
        _llamafactory,
    ),
    "llamafactory_mask_history": Rule(
        "the same of the last answer", "LLaMA-Factory mask_history", _llamafactory_mask_history
    ),
    "torchtune": Rule(
        "the text of each answer without blanks at its end, and its end token",
        "torchtune train_on_assistant",
        lambda case: _torchtune(case, case.answers()),
    ),
    "torchtune_all": Rule(
        "the text of every turn but the system's, and its end token", "torchtune train_on_all", _torchtune_all
    ),
    "torchtune_last": Rule(
        "the text of the last answer, and its end token", "torchtune train_on_last", _torchtune_last
    ),
}
DEFAULT_RULE = "content"


def known_rule(name: str) -> Rule:
    """The rule of that name. Raises TrainingError where there is none."""
    if name not in RULES:
        raise TrainingError(f"There is no mask rule {name!r}; known: {', '.join(RULES)}.")
    return RULES[name]


class Masker:
    """A mask rule for one renderer; what the template writes around turns is found once."""

    def __init__(self, renderer: Renderer, rule: str = DEFAULT_RULE) -> None:
        self.renderer, self.rule = renderer, known_rule(rule)
        self.finder = TurnFinder(renderer)
        self.around = surroundings_of(renderer)

    def mask(
        self,
        chat: Chat,
        rendered: Rendered,
        turns: Sequence[TurnSpan],
        trains: Sequence[bool | None] = (),
        *,
        is_chat: bool = True,
    ) -> Mask:
        """What is trained of a rendered chat whose turns are known."""
        stated = [*trains, *[None] * (len(turns) - len(trains))]
        mask = self.rule.mask(Case(self.renderer, chat, rendered, turns, self.around, stated, is_chat))
        spans = merged(mask.spans)
        if not spans:
            return Mask([], "none")
        missed = any(turn.role == "assistant" and turn.end < 0 and not turn.is_sure for turn in turns)
        return Mask(spans, "unsure" if missed and mask.status == "content" else mask.status)


def spans(
    renderer: Renderer, chat: Chat, rendered: Rendered, rule: str = DEFAULT_RULE, trains: Sequence[bool | None] = ()
) -> Mask:
    """What a rule trains of one rendered chat. Raises TrainingError where the rule is unknown."""
    masker = Masker(renderer, rule)
    return masker.mask(chat, rendered, masker.finder.find(chat, rendered.text)[0], trains)


def merged(parts: Sequence[Span]) -> list[Span]:
    """The spans in order; those that touch or overlap are one, and empty ones are left out."""
    joined: list[Span] = []
    for start, end in sorted(parts):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _status(turns: Sequence[TurnSpan]) -> Status:
    return "content" if all(turn.is_sure for turn in turns) else "unsure"


def _without_untrained(case: Case, parts: Sequence[Span], *, whole: bool = False) -> list[Span]:
    """The spans without the turns that must not be trained, each with its tail; with `whole` a span that holds such a
    turn is left out as a whole."""
    kept = list(parts)
    for turn in case.turns:
        if case.trains[turn.turn] is not False or turn.end < 0:
            continue
        start, end = turn.start, case.around.tail_at(case.rendered.text, turn.end)
        if whole:
            kept = [(a, b) for a, b in kept if b <= start or a >= end]
        else:
            kept = [piece for a, b in kept for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return kept
