"""The forms in which a result is written."""

from __future__ import annotations

import json
from typing import Any

from analysis.contract.as_github import as_github
from analysis.contract.as_junit import as_junit
from analysis.contract.as_markdown import as_markdown
from analysis.contract.as_text import as_text
from analysis.contract.baseline import Compared
from analysis.contract.results import ContractResult
from analysis.dataset import Dataset
from analysis.errors import UsageError

FORMATS = {
    "text": "lines for people",
    "json": "for programs",
    "junit": "XML for build servers",
    "markdown": "for the summary of a run",
    "github": "marks at the lines of the files",
}


def check_format(form: str) -> None:
    """Raises UsageError where there is no such form."""
    if form not in FORMATS:
        raise UsageError(f"There is no format {form[:80]!r}; known: {', '.join(FORMATS)}.")


def as_dict(result: ContractResult, compared: Compared | None = None) -> dict[str, Any]:
    """The result for JSON, with what the baseline says."""
    return {**result.as_dict(), **({"baseline": compared.as_dict()} if compared else {})}


def written(result: ContractResult, form: str, dataset: Dataset, compared: Compared | None = None) -> str:
    """The result in a form of `FORMATS`; never with text of a row."""
    if form == "json":
        return json.dumps(as_dict(result, compared), ensure_ascii=False)
    if form == "github":
        return as_github(result, dataset, compared)
    writers = {"text": as_text, "junit": as_junit, "markdown": as_markdown}
    return writers[form](result, compared)
