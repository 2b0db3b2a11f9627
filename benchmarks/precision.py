"""How exactly does a rule name each kind of planted fault? Writes docs/precision.md: `python -m benchmarks.precision`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.computing.choosing import with_parameters
from analysis.dataset import Dataset
from analysis.findings import columns_of, view_of
from analysis.view import View
from analysis.workspace import Workspace
from benchmarks.precision_rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_data"
PAGE = ROOT / "docs" / "precision.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
CHECKS = {check.name: check for check in CATALOGUE.checks}
SET_ASIDE = ("_placeholder", "_reserved", "_fictional")


@dataclass(frozen=True)
class Measured:
    """How many rows a rule names, how many it should, and how many are both."""

    rule: Rule
    named: int
    wanted: int
    both: int

    @property
    def precision(self) -> float | None:
        return self.both / self.named if self.named else None

    @property
    def recall(self) -> float | None:
        return self.both / self.wanted if self.wanted else None

    @property
    def line(self) -> str:
        cells = (f"`{self.rule.kind}`", self.rule.written, self._of(self.named), self._of(self.wanted), self.rule.why)
        details = f" ({', '.join(self.rule.details)})" if self.rule.details else ""
        return f"| {cells[0]}{details} | " + " | ".join(cells[1:]) + " |"

    def _of(self, of: int) -> str:
        return f"{self.both / of:.2f} ({self.both} of {of})" if of else "none of none"


def truth() -> dict[str, Any]:
    """The planted faults by kind."""
    return dict(json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8")))


def listed_rows(entry: dict[str, Any]) -> set[int]:
    """The lines of a kind, in groups or not."""
    return set(entry["lines"]) if "lines" in entry else {line for group in entry["groups"] for line in group}


def wanted_rows(rule: Rule, entry: dict[str, Any]) -> set[int]:
    """The lines that the rule should name."""
    if rule.of == "copies":
        return {line for group in entry["groups"] for line in sorted(group)[1:]}
    if rule.of == "real":
        kinds = [detail["kind"] for detail in entry["details"]]
        return {line for line, kind in zip(entry["lines"], kinds, strict=True) if not kind.endswith(SET_ASIDE)}
    if rule.details:
        return {line for line, kind in zip(entry["lines"], entry["details"], strict=True) if kind in rule.details}
    return listed_rows(entry)


def opened(workspace: Workspace, file: str, rules: Iterable[Rule]) -> Dataset:
    """The file of the sample data, with every column that these rules read."""
    dataset = workspace.open([SAMPLES / file])
    rules = list(rules)
    if any(rule.model for rule in rules):
        kept = with_parameters(dataset, ["embedding"], {"tier": "semantic"})
        dataset = workspace.describe(dataset, parameters=kept)
    columns = {column for rule in rules for column in _columns(dataset, rule)}
    for name in dataset.catalogue.writers_of(columns):
        compute(dataset, dataset.signal(name))
    return dataset


def named_rows(dataset: Dataset, rule: Rule) -> set[int]:
    """The lines that the rule names."""
    views = [view_of(CHECKS[name]) for name in rule.findings] or [View.from_params(rule.where)]
    return {int(row) + 1 for view in views for row in dataset.rows_of(view)}


def measured(workspace: Workspace, rules: Iterable[Rule] = RULES) -> list[Measured]:
    """Every rule, held against the planted rows, in the order of the rules."""
    kinds, rules = truth(), list(rules)
    files = {file: [rule for rule in rules if kinds[rule.kind]["file"] == file] for file in _files(kinds, rules)}
    datasets = {file: opened(workspace, file, of_file) for file, of_file in files.items()}
    return [_held(datasets[kinds[rule.kind]["file"]], rule, kinds[rule.kind]) for rule in rules]


def table_of(held: Iterable[Measured]) -> str:
    """The table of the page."""
    head = "| kind | rule | precision | recall | what is missing or too much |\n|---|---|---|---|---|"
    return "\n".join([head, *(each.line for each in held)])


def _held(dataset: Dataset, rule: Rule, entry: dict[str, Any]) -> Measured:
    named, wanted = named_rows(dataset, rule), wanted_rows(rule, entry)
    if rule.of == "none":
        named &= wanted
    if rule.of == "real":  # a value set aside is neither asked for nor an error
        named -= listed_rows(entry) - wanted
    return Measured(rule, len(named), len(wanted), len(named & wanted))


def _files(kinds: dict[str, Any], rules: Iterable[Rule]) -> list[str]:
    return list(dict.fromkeys(kinds[rule.kind]["file"] for rule in rules))


def _columns(dataset: Dataset, rule: Rule) -> set[str]:
    if rule.findings:
        return set().union(*(columns_of(CHECKS[name]) for name in rule.findings))
    return View.from_params(rule.where).columns()


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        table = table_of(measured(Workspace(Path(home))))
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
