"""Is the majority counted, are ties and disputes said, and does Dawid and Skene's model find what crowd-kit finds?"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotators import (
    Labels,
    accuracy,
    agreement_with_others,
    dawid_skene,
    gold_of,
    label_accuracy,
    labels_of,
    per_annotator,
    votes_of,
)
from analysis.errors import LabelsError


def judged(lines: list[tuple[Any, Any, Any]]) -> Labels:
    return labels_of(*pl.DataFrame(lines, schema=["item", "who", "label"], orient="row", infer_schema_length=None))


VOTES = judged(
    [
        ("i", "a", "x"),
        ("i", "b", "x"),
        ("i", "c", "y"),
        ("j", "a", "x"),
        ("j", "b", "y"),
        ("k", "a", "y"),
        ("k", "b", "y"),
        ("l", "c", "x"),
        ("m", "a", "x"),
        ("m", "b", "x"),
        ("m", "c", "y"),
        ("m", "d", "y"),
        ("m", "e", "z"),
    ]
)


def planted(
    seed: int = 7, items: int = 120, people: int = 9, values: int = 3, on_each: int = 5
) -> tuple[Labels, np.ndarray]:
    """People from 0.35 to 0.95 right, and guessing otherwise; with each item's true label."""
    draws = np.random.default_rng(seed)
    truth = draws.integers(0, values, items)
    skill = np.linspace(0.35, 0.95, people)
    who = np.concatenate([draws.permutation(people)[:on_each] for _ in range(items)])
    item = np.repeat(np.arange(items), on_each)
    right = draws.random(len(item)) < skill[who]
    label = np.where(right, truth[item], draws.integers(0, values, len(item)))
    return labels_of(pl.Series(item), pl.Series(who), pl.Series(label)), truth


# Majority


def test_the_majority_and_its_ties() -> None:
    found = votes_of(VOTES).table()
    assert found["label"].to_list() == ["x", None, "y", "x", None]
    assert found["votes"].to_list() == [3, 2, 2, 1, 5]
    assert found["label_share"].to_list() == pytest.approx([2 / 3, 0.5, 1, 1, 0.4])
    assert found["is_tie"].to_list() == [False, True, False, False, True]
    assert found["is_disputed"].to_list() == [True, True, False, False, True]
    assert found["entropy_bits"].to_list() == pytest.approx([0.918296, 1, 0, 0, 1.521928], abs=1e-6)
    assert found["row"].to_list() == [0, 3, 5, 7, 8]
    assert found["spread"].to_list() == [None] * 5


def test_the_most_disputed_come_first() -> None:
    assert votes_of(VOTES).disputed()["row"].to_list() == [8, 3, 0]
    grades = judged([("i", "a", 4), ("i", "b", 5), ("j", "a", 1), ("j", "b", 5), ("k", "a", 3), ("k", "b", 3)])
    found = votes_of(grades).disputed()
    assert found.select("row", "spread").rows() == [(2, 2.0), (0, 0.5)], "1 and 5 lie farther apart than 4 and 5"


def test_each_person_has_one_vote() -> None:
    found = votes_of(judged([("i", "a", "x"), ("i", "b", "y"), ("i", "a", "y")])).table()
    assert found.select("votes", "label").rows() == [(2, "y")]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_votes_and_the_agreement_with_the_others_are_what_counting_gives(lines: list[tuple[int, int, int]]) -> None:
    last = {(item, who): label for item, who, label in lines}
    votes = votes_of(judged(lines))
    labels = votes.labels
    names = [int(labels.values[code]) for code in labels.label]
    people = [int(labels.annotators[code]) for code in labels.annotator]
    for place, credit in enumerate(agreement_with_others(votes)):
        item = lines[labels.item_rows[labels.item[place]]][0]
        assert last[item, people[place]] == names[place]
        others = Counter(label for (i, who), label in last.items() if i == item and who != people[place])
        top = [label for label, n in others.items() if n == max(others.values())]
        expected = np.nan if not others else (names[place] in top) / len(top)
        assert credit == pytest.approx(expected, nan_ok=True)
        whole = others + Counter([names[place]])
        assert votes.top[labels.item[place]] == max(whole.values())
        assert votes.tied[labels.item[place]] == sum(n == max(whole.values()) for n in whole.values())


def test_a_line_per_annotator() -> None:
    found = per_annotator(
        votes_of(VOTES), gold_of(VOTES, pl.Series(["x"] * 3 + [None] * 2 + ["w"] * 2 + [None] + ["y"] * 5))
    )
    assert found["annotator"].to_list() == ["a", "b", "c", "d", "e"]
    assert found["labels"].to_list() == [4, 4, 3, 1, 1] and found["compared"].to_list() == [4, 4, 2, 1, 1]
    # a on i: x and y tie among the others; on j: against y; on k: y; on m: y leads without it, and so for b.
    assert found["agreement"].to_list() == pytest.approx([(1 / 2 + 0 + 1 + 0) / 4, (1 / 2 + 0 + 1 + 0) / 4, 0, 0, 0])
    assert found["with_gold"].to_list() == [3, 3, 2, 1, 1]
    assert found["accuracy"].to_list() == pytest.approx([1 / 3, 1 / 3, 1 / 2, 1, 0])
    low, high = found["accuracy_low"].to_list(), found["accuracy_high"].to_list()
    assert all(a < b < c or b in (0, 1) for a, b, c in zip(low, found["accuracy"], high, strict=True))
    without = per_annotator(votes_of(VOTES))
    assert without["accuracy"].null_count() == 5 and without["with_gold"].sum() == 0


# Gold


def test_gold_is_one_label_per_item() -> None:
    labels = judged([("i", "a", 1), ("i", "b", 2), ("j", "a", 1), ("j", "b", 1), ("k", "a", 2), ("l", "a", 2)])
    assert gold_of(labels, pl.Series(["1.0", None, "1", "2", None, "9"])).tolist() == [0, -2, -2, -1]
    assert accuracy(votes_of(labels), gold_of(labels, pl.Series([1, 1, 1, 1, 9, None]))) == (pytest.approx(1.5 / 3), 3)
    assert accuracy(votes_of(labels), gold_of(labels, pl.Series([None] * 6))) == (None, 0)
    assert label_accuracy(np.array([0, 0, 0, 0]), np.array([0, 1, -1, -2])) == (pytest.approx(1 / 3), 3)
    assert label_accuracy(np.array([0]), np.array([-2])) == (None, 0)


# Dawid and Skene

CROWD_KIT = {
    0: [2.204865858869755e-06, 1e-10, 0.9999977951340342],
    3: [3.486278754831623e-05, 0.0025445218071378354, 0.9974206154053139],
    5: [0.17666057533556004, 0.023201422582501942, 0.8001380020819381],
    17: [1.963636509931466e-06, 1e-10, 0.9999980363634865],
    64: [1e-10, 1e-10, 0.9999999999996041],
    119: [1e-10, 0.9999999999816145, 1e-10],
}
CROWD_KIT_ERRORS = {
    "0": [
        [0.573497537792884, 0.2572663417821695, 0.06456013446577812],
        [0.42650246220126986, 0.4607728349645115, 0.4707415034204526],
        [5.8461988025345525e-12, 0.28196082325331895, 0.46469836211376925],
    ],
    "8": [
        [0.83023058875589, 4.355240161307658e-12, 3.923622292291238e-11],
        [0.08627371775947146, 0.9999999999912896, 5.0014236078073805e-12],
        [0.0834956934846385, 4.355240161307658e-12, 0.9999999999557624],
    ],
}
CROWD_KIT_LABELS = "212212210002201002012010202111111222211210212100100121222111011020002220211012101022012221021002211221110011100011111211"


def test_the_model_is_that_of_crowd_kit() -> None:
    """`crowdkit.aggregation.DawidSkene().fit(…)` of crowd-kit 1.4.2 on `planted()`: its probas_, priors_, errors_ and the
    length of loss_history_, sorted by task and label. It clips probabilities at 1e-10 in the end, which is not done here.
    """
    labels, truth = planted()
    assert (int(labels.label.sum()), int(labels.annotator.sum())) == (614, 2359), "the generator draws as it did"
    found = dawid_skene(labels)
    assert found.rounds == 31 and found.is_settled
    for item, row in CROWD_KIT.items():
        assert found.posterior[item] == pytest.approx(row, abs=1e-9)
    assert found.prior == pytest.approx([0.2766175722870828, 0.3947191722953221, 0.3286632554175951], abs=1e-9)
    assert found.confidence_share.sum() == pytest.approx(116.82039152054264, abs=1e-7)
    for who, errors in CROWD_KIT_ERRORS.items():
        assert pytest.approx(np.array(errors), abs=1e-9) == found.confusion(who)["share"].to_numpy().reshape(3, 3).T
    assert "".join(map(str, found.label)) == CROWD_KIT_LABELS
    assert label_accuracy(found.label, truth) == (pytest.approx(0.9583333333333334), 120)
    assert accuracy(votes_of(labels), truth)[0] == pytest.approx(0.95, abs=0.02)


def test_the_model_knows_who_errs() -> None:
    labels, truth = planted(items=2000)
    found = dawid_skene(labels)
    assert label_accuracy(found.label, truth)[0] > accuracy(votes_of(labels), truth)[0]  # type: ignore[operator]
    expected = found.per_annotator()
    assert expected["annotator"].to_list() == [str(n) for n in range(9)]
    by_truth = [float((truth[labels.item] == labels.label)[labels.annotator == n].mean()) for n in range(9)]
    assert expected["expected_accuracy"].to_list() == pytest.approx(by_truth, abs=0.04)
    for who in labels.annotators:
        shares = found.confusion(who).group_by("true").agg(pl.col("share").sum())["share"]
        assert shares.to_list() == pytest.approx([1, 1, 1])
    with pytest.raises(LabelsError, match="no annotator 'zoe'; the first by name are 0, 1"):
        found.confusion("zoe")


def test_a_person_who_swaps_two_labels_helps() -> None:
    """Votes cannot use them; a confusion matrix can."""
    draws = np.random.default_rng(2)
    truth = draws.integers(0, 2, 500)
    right = draws.random((4, 500)) < np.array([0.8, 0.8, 0.8, 0.05])[:, None]
    given = np.where(right, truth, 1 - truth)
    labels = judged([(item, who, int(given[who, item])) for item in range(500) for who in range(4)])
    assert label_accuracy(dawid_skene(labels).label, truth)[0] > accuracy(votes_of(labels), truth)[0] + 0.05  # type: ignore[operator]


def test_people_and_lines_in_another_order_change_nothing() -> None:
    labels, _ = planted()
    draws = np.random.default_rng(1)
    lines, renamed = draws.permutation(len(labels)), draws.permutation(9)
    other = labels_of(
        pl.Series(labels.item[lines]), pl.Series(renamed[labels.annotator[lines]]), pl.Series(labels.label[lines])
    )
    back = np.empty(120, int)
    back[labels.item[lines][other.item_rows]] = np.arange(120)
    assert dawid_skene(other).posterior[back] == pytest.approx(dawid_skene(labels).posterior, abs=1e-9)
    assert (votes_of(other).top[back] == votes_of(labels).top).all()


# Bad input


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [("i", "a", "x")],
        [("i", "a", "x"), ("j", "b", "y"), ("k", "c", "z")],
        [("i", who, "x") for who in "abc"],
        [("i", who, "x") for who in "abc"] * 3,
        [("i", "a", "3"), ("i", "b", "good"), ("j", "a", "3.0"), ("j", "b", None)],
        [(None, "a", "x"), ("i", None, "x")],
    ],
)
def test_poor_judgements_have_a_consensus_all_the_same(lines: list[tuple[Any, Any, Any]]) -> None:
    frame = pl.DataFrame(lines, schema=dict.fromkeys(("item", "who", "label"), pl.String), orient="row")
    labels = labels_of(*frame)
    votes, model = votes_of(labels), dawid_skene(labels, pooled=1)
    assert len(dawid_skene(labels).label) == labels.items
    assert votes.table().height == len(model.label) == len(model.confidence_share) == labels.items
    assert (model.label == votes.label).all()
    assert (model.posterior.sum(axis=1) if len(lines) else np.ones(1)) == pytest.approx(1)
    assert votes.disputed().height == votes.is_disputed.sum()
    assert per_annotator(votes)["labels"].sum() == len(labels.once()) == model.per_annotator().height or len(lines) > 3
    assert len(agreement_with_others(votes)) == len(votes.labels)


def test_measurements_are_too_many_labels_for_the_model() -> None:
    many = pl.Series(np.arange(6000) / 7)
    labels = labels_of(many, pl.Series(["a"] * 6000), many)
    with pytest.raises(LabelsError, match="36,000,000 numbers for 6,000 different labels; it holds at most 30,000,000"):
        dawid_skene(labels)
    assert votes_of(labels).table().height == 6000


def test_fifty_thousand_annotators() -> None:
    draws = np.random.default_rng(1)
    item, who = np.repeat(np.arange(40_000), 5), draws.integers(0, 50_000, 200_000)
    truth = draws.integers(0, 5, 40_000)
    label = np.where(draws.random(200_000) < 0.7, truth[item], draws.integers(0, 5, 200_000))
    started = time.perf_counter()
    labels = labels_of(pl.Series(item), pl.Series(who), pl.Series(label))
    votes, pooled = votes_of(labels), dawid_skene(labels, pooled=10)
    assert per_annotator(votes, truth).height == pooled.per_annotator().height == len(labels.annotators)
    assert time.perf_counter() - started < 20
    models = [dawid_skene(labels), pooled]
    figures = [accuracy(votes, truth), *(label_accuracy(model.label, truth) for model in models)]
    majority, alone, together = (share or 0.0 for share, _ in figures)
    assert alone < 0.8 < 0.9 < majority < together + 0.003, (
        "four judgements each are too few for the model as published"
    )
