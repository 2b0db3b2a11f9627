"""Which label does each item truly have, if some people err more than others? Dawid and Skene's model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.annotators.labels import Codes, Labels, Numbers
from analysis.errors import LabelsError

ROUNDS = 100
TOLERANCE = 1e-5
MOST_CELLS = 30_000_000  # of one table of items, or of people's labels, by true labels: 240 MB
_LEAST = 1e-10  # a probability of 0 would stay 0 for ever


@dataclass(frozen=True, eq=False)
class DawidSkene:
    """The fitted model, with a line per item in `posterior` (items by labels, lines sum to 1).

    `prior` is the share of items that truly have each label. `errors` holds the confusion matrices of all people, for
    the labels they used: line i is how probable it is that the person `users[i]` gives the label `used[i]`, for each
    true label. `rounds` were run; `is_settled` is False where the limit of rounds ended the fit.
    """

    labels: Labels
    posterior: Numbers
    prior: Numbers
    errors: Numbers
    users: Codes
    used: Codes
    rounds: int
    is_settled: bool

    @property
    def label(self) -> Codes:
        """The code of the most probable label of each item."""
        return np.asarray(self.posterior.argmax(axis=1) if self.posterior.size else [], np.int64)

    @property
    def confidence_share(self) -> Numbers:
        """How probable the most probable label is, 0 to 1. With many votes it is near 1 for most items."""
        return np.asarray(self.posterior.max(axis=1, initial=0.0))

    def confusion(self, annotator: str) -> pl.DataFrame:
        """One person's confusion matrix: `true`, `given`, `share`; 0 for labels that person never used.

        For each true label the shares sum to 1; with pooled errors to less, since labels that only others use are
        missing.
        """
        if annotator not in self.labels.annotators:
            some = ", ".join(self.labels.annotators[:5])
            raise LabelsError(f"There is no annotator {annotator!r}; the first by name are {some}.")
        lines = self.users == self.labels.annotators.index(annotator)
        names = pl.Series(self.labels.values, dtype=pl.String)
        full = np.zeros((len(names), len(names)))
        full[self.used[lines]] = self.errors[lines]
        true, given = np.indices(full.shape).reshape(2, -1)
        pairs = {"true": names.gather(pl.Series(true)), "given": names.gather(pl.Series(given))}
        return pl.DataFrame({**pairs, "share": full.T.ravel()})

    def per_annotator(self) -> pl.DataFrame:
        """`annotator` and `expected_accuracy`: the mean probability of the labels given, of those who judged anything.

        A person's own judgements are among those the probabilities come from.
        """
        labels = self.labels
        people = len(labels.annotators)
        given = self.posterior[labels.item, labels.label]
        judged = np.bincount(labels.annotator, minlength=people)
        hits = np.bincount(labels.annotator, given, people)
        active = np.flatnonzero(judged)
        names = pl.Series(labels.annotators, dtype=pl.String).gather(pl.Series(active))
        return pl.DataFrame({"annotator": names, "expected_accuracy": hits[active] / judged[active]})


def dawid_skene(labels: Labels, pooled: float = 0.0, rounds: int = ROUNDS, tolerance: float = TOLERANCE) -> DawidSkene:
    """Fits the model by expectation and maximisation, beginning with the shares of the votes.

    The last judgement of each person on an item counts. The model: each item has one true label, and each person has a
    confusion matrix, the same for every item and independent of the other people. Dawid and Skene, "Maximum Likelihood
    Estimation of Observer Error-Rates Using the EM Algorithm" (1979). It ends when the objective, a mean over
    judgements, gains less than `tolerance`: expected log likelihood plus entropy of the posteriors, the prior taken
    once for each judgement, as in crowd-kit.

    As published, `pooled` is 0. With few judgements per person it then learns their chance errors and is worse than the
    majority: on planted labels, 4 per person, it had 0.75 of the items right against 0.92; at 100 per person it is
    better. A person with one judgement adds no information. `pooled` adds to each person so many judgements of each
    true label, with the errors of all people together; with 10 the model did better than the majority from 4 per person
    on.

    Raises LabelsError where labels are too many for the memory, as measurements are.
    """
    from scipy.sparse import csr_array

    once = labels.once()
    classes, people_labels = len(once.values), once.annotator * max(len(once.values), 1) + once.label
    pairs, line = np.unique(people_labels, return_inverse=True)
    if (cells := max(once.items, len(pairs)) * classes) > MOST_CELLS:
        raise LabelsError(
            f"The model of Dawid and Skene would hold {cells:,} numbers for {classes:,} different labels; "
            f"it holds at most {MOST_CELLS:,}. Group the labels, or take the majority."
        )
    gives: Any = csr_array((np.ones(len(once)), (line, once.item)), shape=(len(pairs), once.items))
    got = gives.T.tocsr()
    judged = np.bincount(once.item, minlength=once.items).astype(np.float64)
    users, used = pairs // max(classes, 1), pairs % max(classes, 1)
    posterior = np.zeros((once.items, classes))
    np.add.at(posterior, (once.item, once.label), 1 / judged[once.item])
    prior, errors, counted = _learn(gives, posterior, users, used, pooled)
    before, run, is_settled = -np.inf, 0, not once.items
    while run < rounds and not is_settled:
        run += 1
        posterior = _expect(got, prior, errors)
        prior, errors, counted = _learn(gives, posterior, users, used, pooled)
        now = _objective(posterior, prior, errors, counted, judged)
        is_settled, before = now - before < tolerance, now
    return DawidSkene(once, posterior, prior, errors, users, used, run, is_settled)


def _learn(
    gives: Any, posterior: Numbers, users: Codes, used: Codes, pooled: float
) -> tuple[Numbers, Numbers, Numbers]:
    """The prior, all confusion matrices, and the counts they come from, given how probable the true labels are."""
    counted = np.asarray(gives @ posterior)
    errors = np.maximum(counted, _LEAST)
    if len(users):
        starts = np.flatnonzero(np.diff(users, prepend=-1))
        totals = np.repeat(np.add.reduceat(errors, starts), np.diff(starts, append=len(users)), axis=0)
        if pooled:
            everyone = np.zeros((posterior.shape[1], posterior.shape[1]))
            np.add.at(everyone, used, errors)
            errors = (errors + pooled * (everyone / everyone.sum(axis=0))[used]) / (totals + pooled)
        else:
            errors /= totals
    prior = posterior.sum(axis=0) / max(len(posterior), 1)
    return np.maximum(prior, _LEAST), errors, counted


def _expect(got: Any, prior: Numbers, errors: Numbers) -> Numbers:
    """How probable each true label of each item is, given all confusion matrices."""
    likelihood = np.asarray(got @ np.log(errors), np.float64) + np.log(prior)
    likelihood -= likelihood.max(axis=1, keepdims=True)
    np.exp(likelihood, out=likelihood)
    return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))


def _objective(posterior: Numbers, prior: Numbers, errors: Numbers, counted: Numbers, judged: Numbers) -> float:
    clipped = np.maximum(posterior, _LEAST)
    expected = np.vdot(counted, np.log(errors)) + judged @ posterior @ np.log(prior)
    return float((expected - np.vdot(clipped, np.log(clipped))) / judged.sum())
