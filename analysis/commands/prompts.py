"""The command `prompts`: the format that prompts share, the rows that are off it, and few-shot prompts."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer_about,
    compute_missing,
    load,
    no_rows,
    set_roles,
)
from analysis.errors import NotLookedAtError
from analysis.prompts.formats import KINDS
from analysis.prompts.prompt_format_signal import PromptFormat
from analysis.prompts.tables import OnFormat, against, on_format
from analysis.workspace import Workspace

ESCAPES = {r"\n": "\n", r"\t": "\t"}


def prompts_command(
    name: DatasetArgument,
    expect: Annotated[
        str, typer.Option(metavar="FORMAT", help="The format to expect, such as '{input} -->'; \\n is a line break.")
    ] = "",
    against_file: Annotated[
        str, typer.Option("--against", metavar="FILE", help="Prompts of inference to hold against the same format.")
    ] = "",
    where: Where = None,
    as_json: Json = False,
) -> None:
    """The format that the prompts share, how many rows are on it, and how the others are off it."""
    dataset, view = load(name, where)
    signal = dataset.signal("prompt_format")
    assert isinstance(signal, PromptFormat)
    if expect:
        signal = dataclasses.replace(signal, expect=_unescaped(expect))
    compute_missing(dataset, signal)
    shared = on_format(dataset, view, signal)
    result: dict[str, Any] = {"format": shared.format, "rows_on_format": shared.on, "off": shared.off}
    result |= {"few_shot_prompts": shared.packed, "against": None}
    lines = _lines(shared, "rows")
    if shared.packed:
        lines.append(f"{shared.packed:,} rows are few-shot prompts: they hold solved examples.")
    if against_file:
        if shared.format is None:
            raise NotLookedAtError("Not looked at: there is no format to hold prompts against; give one with --expect.")
        other = against(dataset, Workspace().dataset(against_file), shared.format)
        if not other.read:
            raise NotLookedAtError(f"Not looked at: no row of {against_file} has a prompt or text outside of messages.")
        result["against"] = {"rows": other.read, "rows_on_format": other.on, "off": other.off}
        lines += ["", f"{against_file}:", *_lines(other, "prompts")]
    why = no_rows(dataset, view) or f"no row in view has a prompt outside of messages. {set_roles(dataset, 'prompt')}"
    answer_about(shared.read, why, result, as_json, "\n".join(lines))


def _lines(shared: OnFormat, what: str) -> list[str]:
    if shared.format is None:
        return [f"No format is shared by half of {shared.read:,} {what}; give one with --expect '{{input}} -->'."]
    lines = [f"{shared.on:,} of {shared.read:,} {what} are on the format {shared.format!r}."]
    return lines + [f"{rows:>9,}  {kind}: {KINDS[kind]}" for kind, rows in shared.off.items()]


def _unescaped(text: str) -> str:
    for written, meant in ESCAPES.items():
        text = text.replace(written, meant)
    return text
