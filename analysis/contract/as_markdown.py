"""A result as Markdown, for the summary of a run on a build server."""

from __future__ import annotations

import re

from analysis.contract.as_text import sentence, tally
from analysis.contract.baseline import METHOD, Compared
from analysis.contract.results import ContractResult, RuleResult
from analysis.counted import count
from analysis.printable import printable

MARKS = {"pass": "✅", "accepted": "☑️", "warn": "⚠️", "fail": "❌", "unknown": "❓"}
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+!|~@:])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def as_markdown(result: ContractResult, compared: Compared | None = None) -> str:
    """A headline, a table of rules, and what else must be known."""
    lines = [f"## {MARKS[result.verdict]} {escaped(result.contract.name)}: {result.verdict}", ""]
    lines += [
        f"{escaped(result.dataset)}, {count(result.height)}. {tally(result) if result.rules else ''}".rstrip(),
        "",
    ]
    if result.rules:
        lines += ["| | rule | characteristic | seen | owner |", "|---|---|---|---|---|"]
        lines += [_line(rule) for rule in result.rules]
        lines.append("")
    lines += [f"* {escaped(note)}" for note in [*result.notes, *_notes(result)]]
    lines += _baseline(compared) if compared else []
    return "\n".join(lines).rstrip("\n")


def escaped(text: str) -> str:
    """A text in which nothing has a meaning to Markdown or HTML, on one line."""
    return _ACTIVE.sub(r"\\\1", printable(text)).translate(_ENTITIES)


def _line(rule: RuleResult) -> str:
    cells = (
        f"{MARKS[rule.status]} {rule.status}",
        rule.rule.name,
        rule.rule.characteristic,
        sentence(rule),
        rule.rule.owner,
    )
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _notes(result: ContractResult) -> list[str]:
    return [f"{rule.rule.name}: {note}" for rule in result.rules for note in rule.notes]


def _baseline(compared: Compared) -> list[str]:
    worse = [f"* Worse: {escaped(change.sentence)}" for change in compared.regressions] or ["* No rate is worse."]
    lines = [
        "",
        "### Against the baseline",
        "",
        f"{count(len(compared.changes), 'rate')} compared; {METHOD}.",
        "",
        *worse,
    ]
    return lines + [f"* Not compared: {escaped(why)}" for why in compared.not_compared]
