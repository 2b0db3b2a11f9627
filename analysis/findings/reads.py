"""What does a check read: which rows show it, which columns does it need, and which signals add them?"""

from __future__ import annotations

from functools import cache

from analysis.check import Check
from analysis.signal import Catalogue
from analysis.view import View


@cache
def view_of(check: Check) -> View:
    """The rows that show what the check looks for."""
    return View.from_params(check.where)


def columns_of(check: Check) -> set[str]:
    """The columns that a check reads, without those of a role."""
    return view_of(check).columns() | {name for name in check.reads.split("|") if name and not name.startswith("@")}


def signals_of(check: Check, catalogue: Catalogue) -> list[str]:
    """The names of the signals that add a column it reads."""
    return catalogue.writers_of(columns_of(check))
