"""A result as workflow commands of GitHub: each faulty row is marked in its file, at its line."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from analysis.contract.as_text import headline, sentence, tally
from analysis.contract.baseline import Compared
from analysis.contract.results import ContractResult, RuleResult
from analysis.contract.row_files import rows_of
from analysis.dataset import Dataset
from analysis.printable import printable

MOST_ROWS = 10
LEVELS = {"fail": "error", "unknown": "error", "warn": "warning"}


def as_github(result: ContractResult, dataset: Dataset, compared: Compared | None = None) -> str:
    """A command for each rule that does not pass, at its line of the contract, and for its first rows."""
    lines = [line for rule in result.rules for line in _commands(rule, result, dataset)]
    worse = compared.regressions if compared else []
    lines += [command("error", f"Worse than the baseline: {c.sentence}", title=c.name) for c in worse]
    lines += [command("notice", note, title=result.contract.name) for note in result.notes]
    plain = [printable(headline(result)), tally(result)]
    return "\n".join([*lines, *plain])


def command(level: str, message: str, **properties: object) -> str:
    """One workflow command, escaped as GitHub's documentation says.

    >>> command("error", "50% off\\nline 2", file="a,b.jsonl", line=3)
    '::error file=a%2Cb.jsonl,line=3::50%25 off%0Aline 2'
    """
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value not in ("", None))
    return f"::{level}{' ' if given else ''}{given}::{_data(message)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _commands(rule: RuleResult, result: ContractResult, dataset: Dataset) -> list[str]:
    if rule.status not in LEVELS:
        return []
    level = "warning" if rule.status == "unknown" and rule.rule.allow_unknown else LEVELS[rule.status]
    about = {"file": _relative(result.contract.path), "line": rule.rule.line, "title": rule.rule.name}
    text = " ".join([sentence(rule), *rule.notes, rule.to_do]).strip()
    return [command(level, text, **about), *_rows(rule, level, dataset)]


def _rows(rule: RuleResult, level: str, dataset: Dataset) -> list[str]:
    """The first rows that are not accepted; how many more there are."""
    if rule.faulty is None or rule.rule.limits.is_about_too_few:
        return []
    rows = rows_of(rule, dataset, MOST_ROWS + rule.accepted).filter(~pl.col("is_accepted"))
    lines = [
        command(level, f"Row {row}: {rule.rule.name}", file=_file(name, dataset), line=line, title=rule.rule.name)
        for row, name, line in rows.select("row_id", "source_file", "source_line").head(MOST_ROWS).iter_rows()
    ]
    more = rule.counted - len(lines)
    text = f"{more:,} more rows of this rule are not shown; --rows writes all of them."
    return lines + ([command("notice", text, title=rule.rule.name)] if more > 0 else [])


def _file(name: str | None, dataset: Dataset) -> str:
    """The path of a source file, relative to the current folder where it is below it."""
    paths = {file["name"]: file["path"] for file in dataset.meta["files"]}
    return _relative(Path(paths[name])) if name in paths else str(name or "")


def _relative(path: Path) -> str:
    whole = os.path.abspath(path)
    here = os.getcwd()
    return os.path.relpath(whole, here) if Path(whole).is_relative_to(here) else path.name
