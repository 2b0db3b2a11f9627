"""What each check came to in a dataset: done, with the rows it looked at; running; not run; or it does not apply."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.findings.checks import CHECKS, Check
from analysis.view import Filter, View

State = Literal["done", "running", "not run", "does not apply"]
EVERY_ROW = View()


@dataclass(frozen=True)
class Finding:
    """`rows` is how many rows pass `view`; `tokens` is the sum of their tokens, None before tokens are counted."""

    name: str
    sentence: str
    view: View
    rows: int
    tokens: int | None
    sample: bool = False

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "sentence": self.sentence,
            "rows": self.rows,
            "tokens": self.tokens,
            "where": self.view.to_params(),
            "sample": self.sample,
        }


@dataclass(frozen=True)
class Outcome:
    """`looked_at` is the number of rows the check looked at, above 0 where it is done, None where it is not.

    `why` and `to_do` are sentences: why the check is not done, and what a person can do. `missing` names the signals
    that are not computed. `finding` is None where no row shows it.
    """

    check: Check
    state: State
    looked_at: int | None = None
    finding: Finding | None = None
    why: str = ""
    to_do: str = ""
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        rows = self.finding.rows if self.finding else 0
        return {
            "name": self.check.name,
            "state": self.state,
            "looked_at": self.looked_at,
            "rows": rows if self.state == "done" else None,
            "why": self.why,
            "to_do": self.to_do,
        }

    def while_running(self, signals: Collection[str]) -> Outcome:
        """The same, running where its missing signals are among those that are being computed or wait for it."""
        if self.state != "not run" or not self.missing or not set(self.missing) <= set(signals):
            return self
        return dataclasses.replace(self, state="running", why="It is being computed.", to_do="")


def outcomes(dataset: Dataset, within: View = EVERY_ROW) -> list[Outcome]:
    """What every check came to among the rows of a view, in the order of CHECKS; no state is "running" yet."""
    inside = _mask(dataset, within)
    return [_outcome(dataset, check, within, inside) for check in CHECKS]


def findings(dataset: Dataset, within: View = EVERY_ROW) -> list[Finding]:
    """The findings that some row of `within` shows: most tokens first, then most rows."""
    return findings_in(outcomes(dataset, within))


def findings_in(those: Sequence[Outcome]) -> list[Finding]:
    """The findings of these outcomes: most tokens first, then most rows."""
    shown = [outcome.finding for outcome in those if outcome.finding]
    return sorted(shown, key=lambda f: (f.tokens or 0, f.rows), reverse=True)


def tally(those: Sequence[Outcome]) -> str:
    """How many checks are done, of those that apply, and the state of the others, as a phrase."""
    counts = {state: sum(o.state == state for o in those) for state in ("done", "running", "not run", "does not apply")}
    applying = len(those) - counts["does not apply"]
    if not applying:
        return f"None of the {len(those)} checks applies to these data"
    parts = [f"{counts['done']} of {applying} checks done"]
    parts += [f"{counts[state]} {state}" for state in ("running", "not run") if counts[state]]
    if without := counts["does not apply"]:
        parts.append(f"{without} {'do' if without > 1 else 'does'} not apply to these data")
    return ", ".join(parts)


def _outcome(dataset: Dataset, check: Check, within: View, inside: pl.Series | None) -> Outcome:
    if why := _absence(dataset, check):
        return Outcome(check, "does not apply", why=why, to_do=_roles_to_set(check))
    computed = check.signals(dataset.catalogue)
    if hidden := sorted(check.columns() & set(dataset.originals) & _added(dataset, computed)):
        why = f"The file has a column called {hidden[0]}, which is the name of a column that this check reads."
        return Outcome(check, "not run", why=why, to_do="Rename the column in the file and open it again.")
    if missing := tuple(name for name in computed if not dataset.has(dataset.signal(name))):
        return Outcome(check, "not run", why=_reason(dataset, missing), to_do=_command(missing), missing=missing)
    looked_at = _and(_looked_at(dataset, check), inside)
    if not (rows := _count(dataset, looked_at)):
        return Outcome(check, "does not apply", why=_nothing(dataset, check, within), to_do=_roles_to_set(check))
    return Outcome(check, "done", rows, _finding(dataset, check, within, inside))


def _finding(dataset: Dataset, check: Check, within: View, inside: pl.Series | None) -> Finding | None:
    mask = _and(_mask(dataset, check.view), inside)
    rows = _count(dataset, mask)
    if not rows:
        return None
    view = View((*within.filters, *check.filters))
    return Finding(check.name, check.sentence(rows), view, rows, _tokens(dataset, mask))


# Which rows


def _mask(dataset: Dataset, view: View) -> pl.Series | None:
    """Which rows pass the view; None for all."""
    return reduce(lambda a, b: a & b, map(dataset.mask, view.active)) if view.active else None


def _and(first: pl.Series | None, second: pl.Series | None) -> pl.Series | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _count(dataset: Dataset, mask: pl.Series | None) -> int:
    return dataset.height if mask is None else int(mask.sum())


def _looked_at(dataset: Dataset, check: Check) -> pl.Series | None:
    """Which rows the check looked at; None for all."""
    column = dataset.roles[check.reads[1:]] if check.reads.startswith("@") else check.reads
    return dataset.mask(Filter(column, "notnull")) if column else None


def tokens_of(dataset: Dataset, view: View) -> int | None:
    """Tokens of all rows in view; None before the tokens are counted."""
    return _tokens(dataset, _mask(dataset, view))


def _tokens(dataset: Dataset, mask: pl.Series | None) -> int | None:
    if "row_tokens" in dataset.originals or not dataset.has(dataset.signal("tokens")):
        return None
    tokens = dataset.column("row_tokens")
    return int((tokens if mask is None else tokens.filter(mask)).sum() or 0)


# Why not


def _absence(dataset: Dataset, check: Check) -> str:
    """Why the check does not apply, by the columns of the dataset: a sentence, or "" where it does."""
    present = {*dataset.canonical, *dataset.roles}
    present |= {"prompt", "response"} if "messages" in dataset.roles else set()
    present |= {"files"} if len(dataset.meta["files"]) > 1 else set()
    for need in check.needs:
        roles = need.split("|")
        if not present & set(roles):
            named = " or ".join(role for role in roles if role != "files")
            return f"No column has the role {named}" + (", and there is one file." if "files" in roles else ".")
    absent = sorted(check.view.columns() & set(CANONICAL) - present)
    return f"No row has a {absent[0]}." if absent and "response|messages" not in check.needs else ""


def _nothing(dataset: Dataset, check: Check, within: View) -> str:
    if not dataset.height:
        return "The dataset has no rows."
    rows = "row in view" if within.active else "row"
    return f"No {rows} has {check.subject or 'a value'}."


def _roles_to_set(check: Check) -> str:
    roles = [need.split("|")[0] for need in check.needs]
    if not roles:
        return "If a column holds texts, give it the role text on the page Open, or open the file with --role."
    return f"If a column is the {' or the '.join(roles)}, give it that role on the page Open, or with --role."


def _reason(dataset: Dataset, missing: Sequence[str]) -> str:
    on_request = any(name in dataset.catalogue.on_request for name in missing)
    are = "is" if len(missing) == 1 else "are"
    sentence = f"{' and '.join(missing)} {are} not computed yet."
    return f"It runs only on request: {sentence}" if on_request else f"{sentence[0].upper()}{sentence[1:]}"


def _command(missing: Sequence[str]) -> str:
    return f"Compute {' and '.join(missing)}: winnow compute DATASET {' '.join(missing)}"


def _added(dataset: Dataset, signals: Sequence[str]) -> set[str]:
    return {column for name in signals for column in dataset.catalogue[name].adds}
