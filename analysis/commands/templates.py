"""The command `templates`: which chat templates are known by name, and what does one do with each shape of a chat?"""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from analysis.commands.shared import Json, answer, say
from analysis.errors import UsageError
from analysis.templates import (
    KnownTemplate,
    Renderer,
    Template,
    Verdict,
    find_template,
    known_templates,
    missing_packages,
    support_matrix,
    training_twin,
)

SHOWN_ALIASES = 3


def templates_command(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help="Only templates with this word in a name, in any case.")
    ] = "",
    check: Annotated[
        str | None,
        typer.Option(
            metavar="PATH|NAME",
            help="Try this template on each shape of a chat: a .jinja file, a model's folder, a .gguf file, or a name.",
        ),
    ] = None,
    named: Annotated[str, typer.Option(help="With --check: which of a model's templates, such as tool_use.")] = "",
    as_json: Json = False,
) -> None:
    """The chat templates that are known by name; with --check, what one of them does with each shape of a chat."""
    if check is not None:
        if word:
            raise UsageError(f"--check tries one template, so the word {word!r} has no use; leave one of them out.")
        _check(find_template(check, named=named), as_json)
        return
    if named:
        raise UsageError("--named chooses one of a model's templates; it needs --check.")
    listed = [template for template in known_templates() if _fits(template, word.casefold())]
    if word and not listed:
        raise UsageError(f"No template has {word!r} in a name or an alias; leave the word out to see all.")
    answer([_as_json(template) for template in listed], as_json, _list(listed))
    if why := missing_packages():
        say(why)


def _fits(template: KnownTemplate, word: str) -> bool:
    return any(word in name.casefold() for name in (template.name, *template.aliases))


def _as_json(template: KnownTemplate) -> dict[str, object]:
    return {
        "name": template.name,
        "aliases": list(template.aliases),
        "sha256": template.sha256,
        "has_generation_markers": template.has_markers,
    }


def _list(listed: list[KnownTemplate]) -> str:
    lines = [f"{len(listed):,} templates; `templates --check NAME` tries one."]
    for template in listed:
        more = len(template.aliases) - SHOWN_ALIASES
        names = ", ".join(template.aliases[:SHOWN_ALIASES]) + (f" and {more:,} more" if more > 0 else "")
        marks = ", marks what is trained" if template.has_markers else ""
        lines.append(f"{template.name}  ({template.origin}{marks}){f': {names}' if names else ''}")
    return "\n".join(lines)


def _check(template: Template, as_json: bool) -> None:
    verdicts = support_matrix(Renderer(template))
    known_as = [each.name for each in known_templates() if each.sha256 == template.sha256]
    twin = None if missing_packages() else training_twin(template)
    result = {
        "name": template.name,
        "origin": template.origin,
        "sha256": template.sha256,
        "known_as": known_as,
        "has_generation_markers": template.has_markers,
        "training_twin": twin.name if twin else None,
        "specials": dict(template.specials),
        "shapes": [dataclasses.asdict(verdict) for verdict in verdicts],
    }
    answer(result, as_json, _in_words(template, known_as, twin, verdicts))


def _in_words(template: Template, known_as: list[str], twin: Template | None, verdicts: list[Verdict]) -> str:
    names = f"the same text as {', '.join(known_as)}" if known_as else "not among the known templates"
    marks = "marks what is trained" if template.has_markers else "does not mark what is trained"
    size = f"{len(template.text):,} characters, SHA-256 {template.sha256[:12]}"
    lines = [
        f"{template.name} ({template.origin}, {size}): {names}.",
        f"It {marks}{f'; its training twin is {twin.name}' if twin else ''}.",
        f"It renders {sum(verdict.refused is None for verdict in verdicts)} of {len(verdicts)} shapes.",
    ]
    width = max(len(verdict.shape) for verdict in verdicts)
    return "\n".join([*lines, *(f"  {verdict.shape:<{width}}  {_verdict(verdict)}" for verdict in verdicts)])


def _verdict(verdict: Verdict) -> str:
    if verdict.refused is not None:
        return f"refused: {verdict.refused}"
    faults = []
    if verdict.dropped is None:
        faults.append("what it drops cannot be seen")
    elif verdict.dropped:
        faults.append(f"drops {', '.join(verdict.dropped)}")
    if verdict.has_python_repr:
        faults.append("writes Python in the place of JSON")
    return "; ".join(["rendered", *faults])
