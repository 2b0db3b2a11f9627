"""What each check came to in a dataset: done, with the rows it looked at; running; not run; or it does not apply."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import polars as pl

from analysis.check import SEVERITIES, Characteristic, Check, Severity
from analysis.dataset import Dataset
from analysis.findings import reasons
from analysis.findings.reads import signals_of, view_of
from analysis.view import Filter, View

State = Literal["done", "running", "not run", "does not apply"]
EVERY_ROW = View()


@dataclass(frozen=True)
class Finding:
    """`rows` is how many rows pass `view`, of `looked_at`; `tokens` is the sum of their tokens, None before tokens are
    counted."""

    check: Check
    view: View
    rows: int
    looked_at: int
    tokens: int | None
    sample: bool = False

    @property
    def name(self) -> str:
        return self.check.name

    @property
    def severity(self) -> Severity:
        return self.check.severity

    @property
    def characteristic(self) -> Characteristic:
        return self.check.characteristic

    @property
    def sentence(self) -> str:
        return self.check.sentence(self.rows)

    @property
    def share(self) -> float:
        """The share of the rows that were looked at, above 0 and at most 1."""
        return self.rows / self.looked_at

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "characteristic": self.characteristic,
            "severity": self.severity,
            "sentence": self.sentence,
            "rows": self.rows,
            "share": round(self.share, 6),
            "tokens": self.tokens,
            "where": self.view.to_params(),
            "sample": self.sample,
        }


@dataclass(frozen=True)
class Outcome:
    """`looked_at` is the number of rows the check looked at, above 0 where it is done, None where it is not.

    `why` and `to_do` are sentences: why the check is not done, and what a person can do about that or about the
    finding. `missing` names the signals that are not computed. `finding` is None where no row shows it.
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
    """What every check came to among the rows of a view, in the order of the catalogue; no state is "running" yet."""
    inside = dataset.mask_of(within)
    return [_outcome(dataset, check, within, inside) for check in dataset.catalogue.checks]


def findings(dataset: Dataset, within: View = EVERY_ROW) -> list[Finding]:
    """The findings that some row of `within` shows: the most serious first, then most tokens."""
    return findings_in(outcomes(dataset, within))


def findings_in(those: Sequence[Outcome]) -> list[Finding]:
    """The findings of these outcomes: the most serious first, then those of most tokens, then of most rows."""
    order = list(SEVERITIES)
    shown = [outcome.finding for outcome in those if outcome.finding]
    return sorted(shown, key=lambda f: (order.index(f.severity), -(f.tokens or 0), -f.rows))


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


def obstacle(dataset: Dataset, check: Check) -> Outcome | None:
    """Why the check cannot be run on a dataset, whatever is computed; null where nothing is in the way."""
    if absent := reasons.absence(dataset, check):
        return Outcome(check, "does not apply", why=absent.why, to_do=absent.to_do)
    if hindered := reasons.unchosen(dataset, check) or reasons.hidden(dataset, check):
        return Outcome(check, "not run", why=hindered.why, to_do=hindered.to_do)
    return None


def _outcome(dataset: Dataset, check: Check, within: View, inside: pl.Series | None) -> Outcome:
    if (outcome := obstacle(dataset, check)) is not None:
        return outcome
    computed = signals_of(check, dataset.catalogue)
    if missing := tuple(name for name in computed if not dataset.has(dataset.signal(name))):
        why, to_do = reasons.not_computed(dataset, missing)
        return Outcome(check, "not run", why=why, to_do=to_do, missing=missing)
    looked_at = _and(_looked_at(dataset, check), inside)
    if not (rows := _count(dataset, looked_at)):
        why, to_do = reasons.nothing(dataset, check, within)
        return Outcome(check, "does not apply", why=why, to_do=to_do)
    finding = _finding(dataset, check, within, inside, rows)
    return Outcome(check, "done", rows, finding, to_do=check.to_do if finding else "")


def _finding(dataset: Dataset, check: Check, within: View, inside: pl.Series | None, looked_at: int) -> Finding | None:
    mask = _and(dataset.mask_of(view_of(check)), inside)
    rows = _count(dataset, mask)
    if not rows:
        return None
    view = View((*within.filters, *view_of(check).filters))
    return Finding(check, view, rows, looked_at, _tokens(dataset, mask))


# Which rows


def _and(first: pl.Series | None, second: pl.Series | None) -> pl.Series | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _count(dataset: Dataset, mask: pl.Series | None) -> int:
    return dataset.height if mask is None else int(mask.sum())


def _looked_at(dataset: Dataset, check: Check) -> pl.Series | None:
    """Which rows the check looked at; None for all."""
    masks = [dataset.mask(Filter(column, "notnull")) for column in check.looked_at_by(dataset.roles)]
    return reduce(lambda a, b: a | b, masks) if masks else None


def tokens_of(dataset: Dataset, view: View) -> int | None:
    """Tokens of all rows in view; None before the tokens are counted."""
    return _tokens(dataset, dataset.mask_of(view))


def _tokens(dataset: Dataset, mask: pl.Series | None) -> int | None:
    if "row_tokens" in dataset.originals or not dataset.has(dataset.signal("tokens")):
        return None
    tokens = dataset.column("row_tokens")
    return int((tokens if mask is None else tokens.filter(mask)).sum() or 0)
