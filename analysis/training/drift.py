"""Does a served model get the prompt that it was trained on?

For each trained answer two texts are compared: all before its first trained token, and what the other template
writes for the same messages with the mark of an answer, or a prompt of a log. The first difference and its kind are
named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from analysis.errors import TemplateError
from analysis.templates import Chat, Renderer
from analysis.training.controls import controls_of, pattern_of
from analysis.training.reading import SeenRow
from analysis.training.turns import common_prefix

KINDS = {
    "same": "both are equal",
    "bos": "one has another beginning token",
    "white_space": "they differ in white space only",
    "empty_think_block": "one has an empty thought",
    "special_token": "they differ in control tokens only",
    "earlier_reasoning": "one has the reasoning of an earlier answer",
    "tools": "the tools are written in another way, or are missing",
    "default_system": "one has instructions that the chat has not",
    "system_moved": "the instructions are at another place",
    "other": "another difference",
}
EMPTY_THOUGHT = re.compile(r"<think>\s*</think>|\[THINK\]\s*\[/THINK\]")
THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
SYSTEM = ("system", "developer")


class Drift(NamedTuple):
    """`kind`: a key of KINDS. `token`: the first trained row's token that differs; null where none does. `training`,
    `serving`: up to 80 characters of both from the first difference on."""

    turn: int
    kind: str
    token: int | None = None
    training: str = ""
    serving: str = ""


class Serving:
    """The template that a model is served with, beside the one that it is trained with."""

    def __init__(self, serving: Renderer, training: Renderer) -> None:
        self._renderer = serving
        specials = (serving.template.specials, training.template.specials)
        self._begins = {token for named in specials if (token := named.get("bos_token"))}
        self._controls = controls_of(serving.template) | controls_of(training.template)

    def drifts(self, seen: SeenRow) -> list[Drift]:
        """The drift of each answer with trained tokens, in the order of the chat."""
        hits = []
        for turn in seen.turns:
            if turn.role != "assistant" or turn.first_trained is None:
                continue
            before = seen.chat.messages[: turn.turn]
            try:
                served = self._renderer.render(before, seen.chat.tools, add_generation_prompt=True).text
            except TemplateError as error:
                hits.append(Drift(turn.turn, "other", None, "", str(error)[:80]))
                continue
            hits.append(self.compare(seen, turn.turn, turn.first_trained, served))
        return hits

    def compare(self, seen: SeenRow, turn: int, first_trained: int, served: str) -> Drift:
        """The drift of one answer, whose first trained token is known, against a prompt."""
        text = seen.rendered.text
        end = int(seen.tokens.starts[first_trained])
        if len(served) >= end and text.startswith(served):
            return Drift(turn, "same")
        trained = text[:end]
        kind = kind_of(trained, served, seen.chat, turn, self._begins, self._controls)
        offset = common_prefix(trained, served)
        token = int(np.searchsorted(seen.tokens.starts, offset, side="right")) - 1
        return Drift(turn, kind, max(token, 0), trained[offset : offset + 80], served[offset : offset + 80])


def row_kind(drifts: Sequence[Drift]) -> str | None:
    """The kind of the first answer that drifts; "same" where none does, null where there is no trained answer."""
    return next((drift.kind for drift in drifts if drift.kind != "same"), "same" if drifts else None)


def kind_of(
    trained: str, served: str, chat: Chat, turn: int, begins: Collection[str], controls: Collection[str]
) -> str:
    """In what two prompts for the same turn of a chat differ: the first of KINDS that explains all of it."""
    if trained == served:
        return "same"
    one, other = (_without_begin(text, begins) for text in (trained, served))
    if _squeezed(one) == _squeezed(other):
        return "white_space" if _squeezed(trained) == _squeezed(served) else "bos"
    if _squeezed(EMPTY_THOUGHT.sub("", one)) == _squeezed(EMPTY_THOUGHT.sub("", other)):
        return "empty_think_block"
    pattern = pattern_of(controls)
    bare, bare_other = (_squeezed(pattern.sub("", text) if pattern else text) for text in (one, other))
    if bare == bare_other:
        return "special_token"
    before = chat.messages[:turn]
    if any((thought in one) != (thought in other) for thought in _thoughts(before)):
        return "earlier_reasoning"
    if chat.tools and _differ_in_tools(one, other, chat.tools):
        return "tools"
    return _kind_of_system(one, other, bare, bare_other, before)


def _kind_of_system(one: str, other: str, bare: str, bare_other: str, before: Sequence[Mapping[str, Any]]) -> str:
    instructions = [str(m["content"]) for m in before if m.get("role") in SYSTEM and m.get("content")]
    if not instructions:
        first = next((str(m["content"]).strip() for m in before if m.get("content")), "")
        places = (one.find(first), other.find(first))
        if not first or min(places) < 0 or _squeezed(one[places[0] :]) != _squeezed(other[places[1] :]):
            return "other"
        shorter, longer = sorted((_squeezed(one[: places[0]]), _squeezed(other[: places[1]])), key=len)
        return "default_system" if longer.startswith(shorter) or longer.endswith(shorter) else "other"
    for text in instructions:
        bare, bare_other = (side.replace(_squeezed(text), "", 1) for side in (bare, bare_other))
    return "system_moved" if bare == bare_other else "other"


def _differ_in_tools(one: str, other: str, tools: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the difference holds the name of a tool, or one side only names the tools."""
    names = [str(tool.get("function", tool).get("name", "")) for tool in tools]
    offset = common_prefix(one, other)
    return any(name and ((name in one) != (name in other) or name in one[offset:]) for name in names)


def _thoughts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    hits = [str(m["reasoning_content"]).strip() for m in messages if m.get("reasoning_content")]
    texts = [m["content"] for m in messages if m.get("role") == "assistant" and isinstance(m.get("content"), str)]
    return [thought for thought in [*hits, *(t.strip() for text in texts for t in THOUGHT.findall(text))] if thought]


def _without_begin(text: str, begins: Collection[str]) -> str:
    for token in sorted(begins, key=len, reverse=True):
        while text.startswith(token):
            text = text[len(token) :]
    return text


def _squeezed(text: str) -> str:
    return "".join(text.split())


def matched_prompts(prompts: Sequence[str], last_messages: Sequence[str]) -> list[int | None]:
    """For each prompt of a log the position of the message that it ends with; null where it holds none of them.

    `last_messages`: the message before an answer, for each answer that may be asked for; those of less than 8
    characters are left out, since they are in prompts by chance. Of several the one that ends last in the prompt is
    taken, then the longest, then the first.
    """
    asked = pl.Series(last_messages, dtype=pl.String).str.strip_chars()
    names = asked.filter(asked.str.len_chars() >= 8).unique(maintain_order=True)
    if names.is_empty() or not prompts:
        return [None] * len(prompts)
    place = {text: offset for offset, text in reversed(list(enumerate(asked.to_list())))}
    hits = pl.Series(list(prompts), dtype=pl.String).str.extract_many(names.to_list(), overlapping=True).to_list()
    chosen: list[int | None] = []
    for prompt, texts in zip(prompts, hits, strict=True):
        best = max(texts or (), key=lambda text: (prompt.rfind(text) + len(text), len(text)), default=None)
        chosen.append(None if best is None else place[best])
    return chosen
