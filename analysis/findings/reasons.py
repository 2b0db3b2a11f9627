"""Why is a check not done in a dataset, and what can a person do about that?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.check import Check
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.findings.reads import columns_of, signals_of, view_of
from analysis.training.keeping import is_chosen, is_serving_chosen
from analysis.view import View

TEXTS = ("system", "prompt", "response", "rejected", "text", "messages", "messages_rejected")


class Reason(NamedTuple):
    """`why` a check is not done, and what `to_do` about it: sentences."""

    why: str
    to_do: str


NO_TEMPLATE = Reason(
    "No template is chosen.",
    "Choose the chat template of the trainer on the page Training, or with: winnow trainer DATASET --template NAME.",
)
NO_SERVING = Reason(
    "No template of serving is chosen.",
    "Choose the one that the model is served with on the page Training, or with: winnow trainer DATASET --serve NAME.",
)
TEXT_TO_SET = "If a column holds texts, give it the role text on the page Open, or open the file with --role."
NO_ROLE_MISSING = "No role is missing, so there is nothing to set."


def absence(dataset: Dataset, check: Check) -> Reason | None:
    """Why the check does not apply, by the columns of the dataset; None where it does. It names the missing roles."""
    needs = _needed(dataset, check)
    if why := lacking(dataset, needs):
        return Reason(why, _roles_to_set(_without_role(dataset, needs)))
    absent = sorted(view_of(check).columns() & set(CANONICAL) - _present(dataset))
    if not absent or "response|messages" in check.needs:
        return None
    return Reason(f"No row has a {absent[0]}.", _roles_to_set(absent[:1]))


def lacking(dataset: Dataset, needs: Sequence[str]) -> str:
    """Which role no column of the dataset has, of those that are needed: a sentence, or "" where none is lacking."""
    for need in _without_role(dataset, needs):
        return f"No column has the role {_in_words(need)}" + (", and there is one file." if "files" in need else ".")
    return ""


def unchosen(dataset: Dataset, check: Check) -> Reason | None:
    """Why the check cannot be run before something is chosen for the dataset; None where it can."""
    if check.choice and not is_chosen(dataset):
        return NO_TEMPLATE
    return NO_SERVING if check.choice == "serve" and not is_serving_chosen(dataset) else None


def hidden(dataset: Dataset, check: Check) -> Reason | None:
    """Why a column of the file hides one that the check reads; None where none does."""
    catalogue = dataset.catalogue
    added = {column for name in signals_of(check, catalogue) for column in catalogue[name].adds}
    if not (names := sorted(columns_of(check) & set(dataset.originals) & added)):
        return None
    why = f"The file has a column called {names[0]}, which is the name of a column that this check reads."
    return Reason(why, "Rename the column in the file and open it again.")


def not_computed(dataset: Dataset, missing: Sequence[str]) -> Reason:
    """That the signals of these names are missing, and the command that computes them."""
    on_request = any(name in dataset.catalogue.on_request for name in missing)
    named, are = " and ".join(missing), "is" if len(missing) == 1 else "are"
    why = f"{named} {are} not computed yet."
    why = f"It runs only on request: {why}" if on_request else f"{why[0].upper()}{why[1:]}"
    return Reason(why, f"Compute {named}: winnow compute DATASET {' '.join(missing)}")


def nothing(dataset: Dataset, check: Check, within: View) -> Reason:
    """Why no row was looked at although everything is there: no row has what the check is about."""
    if not dataset.height:
        return Reason("The dataset has no rows.", "Open a file with rows.")
    if within.active:
        return Reason(f"No row in view has {check.subject or 'a value'}.", "Remove or change a filter.")
    to_do = NO_ROLE_MISSING if _present(dataset) & set(TEXTS) else TEXT_TO_SET
    return Reason(f"No row has {check.subject or 'a value'}.", to_do)


def _needed(dataset: Dataset, check: Check) -> list[str]:
    """What the check needs, and the role whose text a signal of it judges, where that is a parameter of the signal."""
    signals = [dataset.signal(name) for name in signals_of(check, dataset.catalogue)]
    judged = [str(signal.parameters["role"]) for signal in signals if "role" in signal.parameters]
    return list(dict.fromkeys((*check.needs, *judged)))


def _without_role(dataset: Dataset, needs: Sequence[str]) -> list[str]:
    """Those of the needs of which no column has a role."""
    present = _present(dataset)
    return [need for need in needs if not present & set(need.split("|"))]


def _in_words(need: str) -> str:
    return " or ".join(role for role in need.split("|") if role != "files")


def _present(dataset: Dataset) -> set[str]:
    """The roles and texts that a dataset has; "files" where it has several."""
    present = {*dataset.canonical, *dataset.roles}
    present |= {"prompt", "response"} if "messages" in dataset.roles else set()
    return present | ({"files"} if len(dataset.meta["files"]) > 1 else set())


def _roles_to_set(needs: Sequence[str]) -> str:
    """What to do where no column has the roles of these needs."""
    roles = " and ".join(map(_in_words, needs))
    if len(needs) == 1:
        return f"If a column holds it, give it the role {roles} on the page Open, or with --role."
    return f"If columns hold them, give them the roles {roles} on the page Open, or with --role."
