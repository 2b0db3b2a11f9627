"""A result for people, as plain lines."""

from __future__ import annotations

from analysis.contract.baseline import METHOD, Compared
from analysis.contract.results import WORST_FIRST, ContractResult, RuleResult
from analysis.counted import count
from analysis.printable import printable

SHOWN_SLICES = 12


def as_text(result: ContractResult, compared: Compared | None = None) -> str:
    """The verdict, a line for each rule, and what else must be known."""
    lines = [headline(result)]
    for rule in result.rules:
        lines += ["", *_lines(rule)] if rule is result.rules[0] else _lines(rule)
    lines += ["", tally(result)] if result.rules else []
    lines += list(result.notes)
    lines += _baseline(compared) if compared else []
    return "\n".join(printable(line) for line in lines)


def headline(result: ContractResult) -> str:
    """The verdict, of which contract, on what."""
    return f"{result.verdict.upper()}: contract {result.contract.name!r} on {result.dataset}, {count(result.height)}."


def tally(result: ContractResult) -> str:
    """How many rules have which status."""
    counts = [f"{result.count(status)} {status}" for status in reversed(WORST_FIRST) if result.count(status)]
    return f"{count(len(result.rules), 'rule')}: {', '.join(counts)}."


def sentence(rule: RuleResult) -> str:
    """What was seen, and what the limit is."""
    if rule.status == "unknown":
        allowed = " The rule allows that." if rule.rule.allow_unknown else ""
        seen = f" Seen: {_seen(rule)}." if rule.of and rule.rows is not None else ""
        return f"{rule.why}{seen}{allowed}"
    accepted = f", {rule.accepted:,} of them accepted" if rule.accepted else ""
    return f"{_seen(rule)}{accepted}; {rule.rule.limits.words}."


def _seen(rule: RuleResult) -> str:
    if rule.rows is not None:
        between = f", {rule.interval[0]:.2%} to {rule.interval[1]:.2%}" if rule.interval else ""
        return f"{rule.rows:,} of {count(rule.of or 0)} ({rule.share or 0:.2%}{between})"
    if rule.slices:
        return f"{rule.rule.measure} by {rule.rule.by}: {_slices(rule)}"
    return f"{rule.rule.measure} is {rule.value:.6g}, of {count(rule.of or 0)}"


def _slices(rule: RuleResult) -> str:
    numbers = [(each.name, "unknown" if each.value is None else f"{each.value:.4g}") for each in rule.slices]
    more = len(numbers) - SHOWN_SLICES
    shown = ", ".join(f"{name} {number}" for name, number in numbers[:SHOWN_SLICES])
    return shown + (f" and {more:,} more" if more > 0 else "")


def _lines(rule: RuleResult) -> list[str]:
    owner = f", owner {rule.rule.owner}" if rule.rule.owner and rule.status not in ("pass", "accepted") else ""
    lines = [f"{rule.status:<9}{rule.rule.name}  [{rule.rule.characteristic}{owner}]", f"         {sentence(rule)}"]
    extra = [*rule.notes, *([rule.to_do] if rule.to_do else [])]
    return lines + [f"         {text}" for text in extra]


def _baseline(compared: Compared) -> list[str]:
    """What became worse since the baseline, and how that is judged."""
    lines = ["", f"Against the baseline: {count(len(compared.changes), 'rate')} compared; {METHOD}."]
    lines += [f"Worse: {change.sentence}" for change in compared.regressions] or ["No rate is worse."]
    return lines + [f"Not compared: {why}" for why in compared.not_compared]
