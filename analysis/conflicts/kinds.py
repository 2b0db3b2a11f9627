"""Every kind of conflict: its title, its sentence and its rows. To add a kind, add its line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.joined_values import join_values
from analysis.view import Filter

Shape = Literal["answers", "asked", "prompts", "judgements", "circle", "pair", "echo", "chat"]


@dataclass(frozen=True)
class Kind:
    """`group`: the column with the number of the group, "" where the kind has no groups.

    `sentence` has the gaps {groups} and {rows}. `shape`: what is shown side by side. `needs`: the roles it needs; of
    roles joined by | one is enough. `signal`: the signal whose columns it reads. `reads`: the column that has a
    value in the rows that are looked at; a name that begins with @ is that of a role, whose column is meant.
    `subject`: what such a row has.
    """

    name: str
    theme: str
    title: str
    sentence: str
    filter: Filter
    shape: Shape
    group: str = ""
    needs: tuple[str, ...] = ()
    signal: str = "conflicts"
    reads: str = "prompt"
    subject: str = "a prompt"


def _prompt(name: str, title: str, sentence: str) -> Kind:
    return Kind(
        f"same_prompt_{name}",
        "Same prompt, different responses",
        title,
        f"In {{groups}} of one prompt ({{rows}}) {sentence}",
        Filter("prompt_conflict_kind", "eq", name),
        "answers",
        "prompt_conflict_group",
        ("prompt|messages", "response|messages"),
    )


def _meaning(name: str, title: str, sentence: str) -> Kind:
    return Kind(
        f"same_meaning_{name}",
        MEANING,
        title,
        f"In {{groups}} of prompts that mean the same ({{rows}}) {sentence}",
        Filter("meaning_conflict_kind", "eq", name),
        "asked",
        "meaning_conflict_group",
        ("prompt|messages", "response|messages"),
        "meaning_conflicts",
        "outlier_score",
        "a vector of its prompt",
    )


def _judged(name: str, title: str) -> Kind:
    return Kind(
        f"meaning_{name}",
        MEANING,
        title,
        f"In {{groups}} of one meaning and one answer, if any ({{rows}}) the {name}s differ.",
        Filter(f"meaning_{name}_group", "notnull"),
        "asked",
        f"meaning_{name}_group",
        (name,),
        "meaning_conflicts",
        "outlier_score",
        "a vector of its prompt",
    )


def _response(name: str, title: str, sentence: str, *sorts: str) -> Kind:
    return Kind(
        f"same_response_{name}",
        "Same response, different prompts",
        title,
        sentence,
        Filter("response_conflict_kind", "in", join_values(sorts)),
        "prompts",
        "response_conflict_group",
        ("prompt|messages", "response|messages"),
        reads="response",
        subject="a response",
    )


def _pair(name: str, title: str, sentence: str, *ways: str) -> Kind:
    return Kind(
        f"pair_{name}",
        "Pairs that teach nothing",
        title,
        sentence,
        Filter("pair_degenerate_kind", "in", join_values(ways)),
        "pair",
        needs=("rejected",),
        reads="is_pair_degenerate",
        subject="two answers",
    )


JUDGED, CHOICES, ITSELF = (
    "Same text or item, different judgements",
    "Choices that contradict each other",
    "Repeated in one row",
)
MEANING = "Prompts of the same meaning, answered differently"
OPINIONS = "People may see it differently."

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _prompt("number", "A number differs", "the answers end with different numbers, or only numbers differ."),
        _prompt("label", "A label flips", "short answers differ, or one word of them, or one says yes and another no."),
        _prompt("empty_or_refusal", "Empty or refused", "one response is empty or a refusal."),
        _prompt(
            "normalised",
            "Equal after normalisation",
            "the responses are equal except for case, white space or Unicode form.",
        ),
        _prompt("other", "Other", "the responses differ in another way. That may be intended."),
        _response(
            "refusal",
            "Refusals and boilerplate",
            "In {groups} ({rows}) different prompts get the same refusal, or the same text about being a model.",
            "refusal",
            "boilerplate",
        ),
        _response(
            "short",
            "Short answers",
            "In {groups} ({rows}) different prompts share a label or another short answer. That may be intended.",
            "short",
        ),
        _response(
            "other", "Longer answers", "In {groups} ({rows}) different prompts get the same longer text.", "other"
        ),
        Kind(
            "label",
            JUDGED,
            "Labels",
            f"In {{groups}} of one text or item ({{rows}}) the labels differ. {OPINIONS}",
            Filter("label_conflict_group", "notnull"),
            "judgements",
            "label_conflict_group",
            ("label",),
            reads="@label",
            subject="a label",
        ),
        Kind(
            "score",
            JUDGED,
            "Scores",
            f"In {{groups}} of one text or item ({{rows}}) the scores differ. {OPINIONS}",
            Filter("score_conflict_group", "notnull"),
            "judgements",
            "score_conflict_group",
            ("score",),
            reads="score",
            subject="a score",
        ),
        _meaning("number", "A number differs", "the answers end with different numbers, or only numbers differ."),
        _meaning(
            "label", "A label flips", "short answers differ, or one word of them, or one says yes and another no."
        ),
        _meaning("empty_or_refusal", "Empty or refused", "one response is empty or a refusal."),
        _meaning("other", "Other", "the responses differ in another way. That may be intended."),
        _judged("label", "Labels differ"),
        _judged("score", "Scores differ"),
        Kind(
            "prompt_echo",
            ITSELF,
            "Prompt repeated",
            "In {rows} the response repeats the prompt.",
            Filter("is_prompt_echo", "eq", "true"),
            "echo",
            needs=("prompt|messages", "response|messages"),
            reads="is_prompt_echo",
            subject="a prompt and a response",
        ),
        Kind(
            "repeated_answer",
            ITSELF,
            "Answer repeated",
            "In {rows} a chat gives one answer to two different questions.",
            Filter("has_repeated_answer", "eq", "true"),
            "chat",
            needs=("messages",),
            reads="has_repeated_answer",
            subject="a chat with an answer",
        ),
        _pair("equal", "Chosen equals rejected", "In {rows} chosen and rejected are equal.", "equal"),
        _pair(
            "white_space",
            "Equal except for white space",
            "In {rows} chosen and rejected differ in white space only.",
            "white_space",
        ),
        _pair(
            "prefix",
            "One begins with the other",
            "In {rows} one of chosen and rejected is the beginning of the other.",
            "chosen_is_prefix",
            "rejected_is_prefix",
        ),
        Kind(
            "preference_reversed",
            CHOICES,
            "Decided both ways",
            "In {groups} ({rows}) each of the same two answers is preferred to the other.",
            Filter("preference_cycle_answers", "eq", "2"),
            "circle",
            "preference_cycle_group",
            ("rejected",),
            reads="is_pair_degenerate",
            subject="two answers",
        ),
        Kind(
            "preference_cycle",
            CHOICES,
            "In a cycle",
            "In {groups} ({rows}) the choices form a cycle: A over B, B over C, C over A.",
            Filter("preference_cycle_answers", "gt", "2"),
            "circle",
            "preference_cycle_group",
            ("rejected",),
            reads="is_pair_degenerate",
            subject="two answers",
        ),
        Kind(
            "score_against_choice",
            CHOICES,
            "Score against choice",
            "In {rows} rejected has the higher score.",
            Filter("chosen_score_margin", "lt", "0"),
            "pair",
            needs=("rejected", "score_chosen", "score_rejected"),
            reads="chosen_score_margin",
            subject="a score of each answer",
        ),
        Kind(
            "score_tie",
            CHOICES,
            "Equal scores",
            "In {rows} chosen and rejected have the same score.",
            Filter("chosen_score_margin", "eq", "0"),
            "pair",
            needs=("rejected", "score_chosen", "score_rejected"),
            reads="chosen_score_margin",
            subject="a score of each answer",
        ),
    )
}


def missing_roles(roles: dict[str, str]) -> dict[str, list[str]]:
    """For each role that is not set, the titles of the kinds that need it."""
    titles_by_role: dict[str, list[str]] = {}
    for kind in KINDS.values():
        for need in kind.needs:
            if not any(role in roles for role in need.split("|")):
                titles_by_role.setdefault(need.split("|")[0], []).append(kind.title)
    return titles_by_role


def is_askable(kind: Kind, roles: dict[str, str]) -> bool:
    """Whether the dataset has every role the kind needs."""
    return all(any(role in roles for role in need.split("|")) for need in kind.needs)
