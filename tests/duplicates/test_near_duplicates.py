"""Is every stored pair as near as Python's sets say, no member far from the row kept for it, and nothing capped in silence?"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates.groups import THRESHOLDS, Pairs, curve, groups, pair_table, pairs_among, pairs_of
from analysis.duplicates.minhash import HUBS, permutations, widest_within
from analysis.duplicates.near_groups_signal import NearGroups
from analysis.duplicates.near_pairs_signal import NearPairs, near_columns
from analysis.duplicates.normalised_duplicates_signal import NormalisedDuplicates
from analysis.duplicates.policies import in_order
from analysis.errors import DuplicatesError, SignalError
from analysis.view.operators import kind_of
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
PLAIN = "the quick brown fox jumps over the lazy dog"


def sets_of(text: str, n: int = 2, *, characters: bool = False) -> set[tuple[str, ...]]:
    """Shingles by Python's own means, for texts in which a word is what `\\w` matches."""
    words = re.findall(r"[^\W_]+", text.lower())
    units = list(" ".join(words)) if characters else words
    return {tuple(units[at : at + n]) for at in range(max(1, len(units) - n + 1))} if units else set()


def jaccard(one: set[Any], other: set[Any]) -> float:
    return len(one & other) / len(one | other)


def near(texts: Sequence[str | None], **more: Any) -> tuple[dict[tuple[int, int], float], list[str | None]]:
    """The stored pairs and the status of each row."""
    signal = NearPairs(over="prompt", **more)
    found = signal(rows_of(*({"prompt": text} for text in texts)))
    pairs = {(a, b): s for a, b, s in pair_table(found["near_neighbours"]).iter_rows()}
    return pairs, found["near_status"].to_list()


def grouped(height: int, pairs: dict[tuple[int, int], float], **more: Any) -> tuple[list[int], list[float]]:
    found = groups(made(height, pairs), **more)
    return found.kept.tolist(), [round(float(s), 4) for s in found.similarity]


def made(height: int, pairs: dict[tuple[int, int], float]) -> Pairs:
    ordered = sorted(pairs)
    a, b = (np.array([p[side] for p in ordered], np.uint32) for side in (0, 1))
    return pairs_among(height, a, b, np.array([pairs[p] for p in ordered], np.float32))


# Pairs


def test_literal_similarities() -> None:
    """8 shingles of two words each; the last word differs: 7 shared of 9; the middle word differs: 6 of 10."""
    pairs, status = near(
        [PLAIN, PLAIN.replace("dog", "cat"), PLAIN.replace("jumps", "leaps"), "something else altogether"]
    )
    assert pairs == pytest.approx({(0, 1): 7 / 9, (0, 2): 6 / 10})
    assert status == ["compared"] * 4


def test_case_white_space_and_punctuation_do_not_count() -> None:
    pairs, status = near(
        [PLAIN, f"  {PLAIN.upper()}!!\n", PLAIN.replace(" ", ",\u00a0"), f"{PLAIN[:5]}\u200b{PLAIN[5:]}"]
    )
    assert pairs == {(0, 1): 1.0, (0, 2): 1.0, (0, 3): 1.0}
    assert status == ["compared", "repeats", "repeats", "repeats"]


def test_unicode_is_folded_and_composed() -> None:
    assert near(["Ein CAFÉ in Köln für ÄRZTE", "ein cafe\u0301 in ko\u0308ln fu\u0308r ärzte"])[0] == {(0, 1): 1.0}
    assert near(["ΟΔΟΣ ΚΑΙ ΛΟΓΟΣ", "οδος και λογος"])[0] == {(0, 1): 1.0}
    assert near(["हिन्दी में एक वाक्य", "हिन्दी मे एक वाक्य"])[0] == {}, "marks are letters: two of four words differ"


def test_empty_short_and_missing_texts_are_told_apart() -> None:
    pairs, status = near([None, "", " \n", "!?", "Yes", "yes.", "no", PLAIN])
    assert status == [None, "empty", "empty", "empty", "too_short", "repeats", "too_short", "compared"]
    assert pairs == {(4, 5): 1.0}
    found = NearPairs()(rows_of({}, {"prompt": ""}))["near_neighbours"].to_list()
    assert found == [None, []], "nothing to read, and nothing near"


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    one, other = "今日は天気がとてもいいですね。", "今日は天気がとてもよいですね。"
    pairs, _status = near([one, other, one.replace("。", "!")], characters=3)
    expected = jaccard(sets_of(one, 3, characters=True), sets_of(other, 3, characters=True))
    assert expected == 9 / 15
    assert pairs == pytest.approx({(0, 1): expected, (0, 2): 1.0})
    assert near(["ภาษาไทยไม่มีช่องว่าง", "ภาษาไทยไม่มีช่องว่าง "])[0] == {(0, 1): 1.0}
    assert near([one, other], unit="words", words=3)[0] == pytest.approx({(0, 1): expected}), (
        "each character is a word there"
    )


def test_characters_of_any_language() -> None:
    one, other = "The quick brown fox.", "the quick  brown fux"
    exact = jaccard(sets_of(one, 5, characters=True), sets_of(other, 5, characters=True))
    assert near([one, other], unit="characters")[0] == pytest.approx({(0, 1): exact} if exact >= 0.5 else {})
    assert near(["ab-cd", "ab cd", "abcd"], unit="characters", characters=2)[0] == {(0, 1): 1.0}


def test_a_row_is_compared_as_a_whole_or_by_one_side() -> None:
    rows = rows_of(
        {"prompt": PLAIN, "response": "No."},
        {"prompt": PLAIN, "response": "Yes, of course it is."},
        {"messages": [said("user", PLAIN), said("assistant", "no")]},
        {"text": f"{PLAIN} no"},
    )
    both = pair_table(NearPairs()(rows)["near_neighbours"]).rows()
    assert [(a, b) for a, b, _ in both] == [(0, 1), (0, 2), (0, 3)] and [s for *_, s in both[1:]] == [1, 1]
    assert pair_table(NearPairs(over="prompt")(rows)["near_neighbours"]).rows() == [(0, 1, 1)]
    assert NearPairs(over="text")(rows)["near_status"].to_list() == [None, None, None, "compared"]


def test_any_column_can_be_compared() -> None:
    rows = rows_of({}, {}).with_columns(notes=pl.Series([PLAIN, PLAIN]))
    assert pair_table(NearPairs(over="column", column="notes")(rows)["near_neighbours"]).rows() == [(0, 1, 1)]


WORDS = st.lists(st.sampled_from("ab cd ef gh ij kl é ß 1".split()), max_size=14).map(" ".join)


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=12), st.integers(1, 3), st.booleans())
def test_every_stored_pair_is_as_near_as_pythons_sets_say(texts: list[str], n: int, characters: bool) -> None:
    unit = "characters" if characters else "words"
    pairs, status = near(texts, unit=unit, words=n, characters=n)
    sets = [sets_of(text, n, characters=characters) for text in texts]
    for (a, b), s in pairs.items():
        assert a < b and s == pytest.approx(jaccard(sets[a], sets[b])) and s >= 0.5
        assert (s == 1) == (sets[a] == sets[b])
    for b, of_b in enumerate(sets):
        first = next((a for a in range(b) if of_b and sets[a] == of_b), None)
        assert (first is not None) == (status[b] == "repeats")
        assert first is None or pairs[first, b] == 1


def test_nothing_above_the_threshold_is_missed_among_edited_copies() -> None:
    draws = random.Random(5)
    words = [f"word{n}" for n in range(3_000)]
    texts = [" ".join(draws.choices(words, k=60)) for _ in range(300)]
    for at in range(300):
        edited = texts[at].split()
        for place in draws.sample(range(60), 1 + at % 6):
            edited[place] = draws.choice(words)
        texts.append(" ".join(edited))
    pairs, _ = near(texts)
    exact = {at: jaccard(sets_of(texts[at]), sets_of(texts[300 + at])) for at in range(300)}
    sought = [at for at, s in exact.items() if s >= 0.6]
    assert len(sought) > 250
    assert sum((at, 300 + at) in pairs for at in sought) >= 0.99 * len(sought)


def test_the_order_of_rows_makes_no_difference() -> None:
    draws = random.Random(3)
    texts = [" ".join(draws.choices("a b c d e f g h".split(), k=6)) for _ in range(120)]
    shuffled = draws.sample(range(120), 120)
    before, after = near(texts)[0], near([texts[at] for at in shuffled])[0]
    by_text = {frozenset((texts[a], texts[b])): s for (a, b), s in before.items()}
    assert {frozenset((texts[shuffled[a]], texts[shuffled[b]])): s for (a, b), s in after.items()} == by_text


# What is too much is capped, and said


def test_equal_rows_cost_a_pair_each() -> None:
    pairs, status = near([PLAIN] * 3_000 + [PLAIN.replace("dog", "cat")])
    assert len(pairs) == 3_000 and status.count("repeats") == 2_999
    assert pairs[0, 3_000] == pytest.approx(7 / 9)
    assert grouped(3_001, pairs)[0] == [0] * 3_001


def test_a_crowd_is_compared_with_its_first_rows_and_says_so() -> None:
    head, tail = (" ".join(f"{side}{n}" for n in range(40)) for side in "ht")
    texts = [f"{head} name{n} {tail}" for n in range(5_000)]
    pairs, status = near(texts)
    assert status.count("capped") > 4_800
    of_rows = np.bincount([b for _, b in pairs], minlength=5_000)
    assert of_rows.max() <= 2 * HUBS, "every row has few pairs, though all are near each other"
    found = NearGroups(keep="longest")(
        rows_of(
            *(
                {"near_neighbours": lists, "near_status": s, "response_chars": n}
                for n, (lists, s) in enumerate(_lists(texts))
            )
        )
    )
    assert found["is_near_extra"].sum() == 4_999, "rows known to few others are kept last"


def _lists(texts: list[str]) -> list[tuple[Any, str]]:
    found = near_columns(pl.DataFrame({"prompt": texts}), "prompt", "auto", 2, 5)
    return list(zip(found["near_neighbours"].to_list(), found["near_status"].to_list(), strict=True))


def test_the_widest_bucket_is_as_wide_as_the_effort_allows() -> None:
    pairs, members = np.zeros(4_098, np.int64), np.zeros(4_098, np.int64)
    pairs[1_000], members[1_000] = 10_000_000, 10_000
    assert widest_within(pairs, members, 10_000_000) == 4_096
    assert widest_within(pairs, members, 9_999_999) == 512
    assert widest_within(pairs, members, 0) == 128


def test_the_hash_functions_are_the_same_everywhere() -> None:
    """The upper halves of SplitMix64's published first values from seed 1; the factors are made odd."""
    a, b = permutations(2)
    assert (a.tolist(), b.tolist()) == ([0x910A2DED, 0xF893A2EF], [0xBEEB8DA1, 0x71C18690])
    assert (permutations(64)[0] % 2 == 1).all()


# Boilerplate


def test_rows_that_share_only_boilerplate_are_not_near_when_it_is_set_aside() -> None:
    head = " ".join(f"rule{n}" for n in range(60))
    texts = [f"{head} question {' '.join(f'q{n}x{i}' for i in range(8))}" for n in range(30)]
    texts[29] = texts[28].replace("q28x7", "other")
    kept, aside = near(texts, boilerplate="kept")[0], near(texts, boilerplate="aside")[0]
    assert len(kept) == 30 * 29 // 2
    assert list(aside) == [(28, 29)] and aside[28, 29] == pytest.approx(6 / 8)


def test_a_row_of_nothing_but_boilerplate_is_compared_whole() -> None:
    head = " ".join(f"rule{n}" for n in range(60))
    assert len(near([head] * 40, boilerplate="aside")[0]) == 39


# Groups


def test_groups_do_not_chain() -> None:
    pairs = {(0, 1): 0.8, (1, 2): 0.8, (2, 3): 0.8}
    assert grouped(5, pairs) == ([0, 0, 2, 2, 4], [1, 0.8, 1, 0.8, 1])
    assert grouped(5, pairs, order=np.array([1, 0, 2, 3, 4])) == ([1, 1, 1, 3, 4], [0.8, 1, 0.8, 1, 1])


def test_a_member_joins_the_nearest_kept_row_and_ties_go_to_the_preferred() -> None:
    pairs = {(0, 2): 0.7, (1, 2): 0.9, (0, 3): 0.8, (1, 3): 0.8}
    assert grouped(4, pairs) == ([0, 1, 1, 0], [1, 1, 0.9, 0.8])
    assert grouped(4, pairs, order=np.array([1, 0, 2, 3]))[0] == [0, 1, 1, 1]


def test_the_threshold_itself_is_near_enough() -> None:
    assert grouped(2, {(0, 1): 0.7}, threshold=0.7)[0] == [0, 0]
    assert grouped(2, {(0, 1): 0.7}, threshold=0.71)[0] == [0, 1]


def test_equal_rows_share_their_neighbours_and_the_best_stands_for_all() -> None:
    """Row 1 repeats row 0, and only row 0 was compared with row 2."""
    pairs = {(0, 1): 1.0, (0, 2): 0.8}
    assert grouped(3, pairs, order=np.array([1, 2, 0])) == ([1, 1, 1], [1, 1, 0.8])
    assert grouped(3, pairs, order=np.array([2, 1, 0])) == ([2, 2, 2], [0.8, 0.8, 1])


PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda p: p[0] < p[1]),
    st.sampled_from([0.5, 0.6, 0.7, 0.75, 0.9]),
    max_size=40,
)


@given(PAIRS, st.permutations(range(15)), st.sampled_from([0.5, 0.7, 0.8, 1.0]))
def test_every_member_is_near_the_row_kept_for_it(
    pairs: dict[tuple[int, int], float], order: list[int], threshold: float
) -> None:
    found = groups(made(15, pairs), np.array(order), threshold)
    place = {row: at for at, row in enumerate(order)}
    for row, kept in enumerate(found.kept.tolist()):
        assert found.kept[kept] == kept, "a kept row is kept for itself"
        if row != kept:
            assert np.float32(pairs[min(row, kept), max(row, kept)]) == found.similarity[row] >= np.float32(threshold)
            assert place[kept] < place[row]
        else:
            others = [p for p in pairs if row in p and pairs[p] >= threshold]
            before = [o for p in others for o in p if o != row and place[o] < place[row]]
            assert all(found.kept[o] != o for o in before), "kept, though a preferred row that is kept was near"


@given(PAIRS)
def test_the_curve_counts_what_the_groups_drop(pairs: dict[tuple[int, int], float]) -> None:
    table = curve(made(15, pairs))
    assert table["threshold"].to_list() == list(THRESHOLDS) and (THRESHOLDS[0], THRESHOLDS[-1], len(THRESHOLDS)) == (
        0.5,
        1.0,
        51,
    )
    for threshold, dropped in table.gather_every(10).iter_rows():
        kept = groups(made(15, pairs), threshold=threshold).kept
        assert (kept != np.arange(15)).sum() == dropped


def test_pairs_that_a_person_refused_are_no_pairs() -> None:
    column = NearPairs(over="prompt")(
        rows_of({"prompt": PLAIN}, {"prompt": PLAIN}, {"prompt": PLAIN.replace("dog", "cat")})
    )["near_neighbours"]
    assert groups(pairs_of(column)).kept.tolist() == [0, 0, 0]
    assert groups(pairs_of(column, without=[(2, 0)])).kept.tolist() == [0, 0, 2]


def test_no_pairs_at_all() -> None:
    assert groups(made(3, {})).kept.tolist() == [0, 1, 2] and groups(made(0, {})).kept.tolist() == []
    assert curve(made(3, {}))["rows_to_drop"].sum() == 0


# Policies


POLICY_ROWS = pl.DataFrame(
    {
        "score": [1.0, None, float("nan"), 3.0, 3.0],
        "moment": pl.Series([3, 1, None, 2, 3]).cast(pl.Datetime("us", "UTC")),
        "system_chars": [None, 1, None, None, 0],
        "prompt_chars": [1, 1, 1, 1, 1],
        "response_chars": [5, 9, None, 9, 5],
        "rejected_chars": [None, None, None, None, None],
        "row_chars": [6, 10, 99, 11, 6],
        "source": ["web", "book", None, "web", "wiki"],
    }
)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("first", [0, 1, 2, 3, 4]),
        ("longest", [3, 1, 0, 4, 2]),
        ("score", [3, 4, 0, 1, 2]),
        ("newest", [0, 4, 3, 1, 2]),
        ("most_complete", [3, 1, 0, 4, 2]),
        ("source", [4, 0, 3, 1, 2]),
    ],
)
def test_who_is_preferred(keep: Any, expected: list[int]) -> None:
    assert in_order(POLICY_ROWS, keep, ["wiki", "web"]).tolist() == expected


def test_rows_compared_with_few_are_preferred_last() -> None:
    assert in_order(POLICY_ROWS, "score", last=pl.Series([False, False, False, True, False])).tolist() == [
        4,
        0,
        1,
        2,
        3,
    ]


def test_a_policy_decides_who_stays() -> None:
    rows = rows_of(
        {"near_neighbours": [{"row": 1, "similarity": 0.8}], "near_status": "compared", "score": 1.0},
        {"near_neighbours": [], "near_status": "compared", "score": 2.0},
        {"near_neighbours": [], "near_status": "compared"},
        {},
    )
    found = NearGroups(keep="score")(rows)
    assert found["near_group"].to_list() == [1, 1, None, None]
    assert found["near_similarity"].to_list() == pytest.approx([0.8, 1.0, None, None])
    assert found["is_near_extra"].to_list() == [True, False, False, None]
    assert NearGroups(threshold=0.9)(rows)["is_near_extra"].to_list() == [False, False, False, None]


# As signals of a dataset


def test_groups_of_a_dataset_follow_the_pairs_they_were_made_of(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    texts = [PLAIN, PLAIN.replace("dog", "cat"), "an unrelated question about bees"]
    path.write_text(
        "".join(json.dumps({"prompt": t, "response": f"Answer {n} is its own."}) + "\n" for n, t in enumerate(texts))
    )
    workspace = Workspace(home)
    dataset = workspace.open([path])
    before = dataset.signal("near_groups")
    compute(dataset, before)
    changed = workspace.describe(dataset, parameters={"near_pairs": NearPairs(over="prompt").parameters})
    after = changed.signal("near_groups")
    assert after.key != before.key and not changed.has(after)
    compute(changed, after)
    assert _extra(dataset) == [False, False, False] and _extra(changed) == [False, True, False]
    assert kind_of(dataset.schema["near_neighbours"]) == "other"


def test_what_is_planted_in_the_sample_data_is_found(home: Path) -> None:
    truth = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
    dataset = Workspace(home).open([SAMPLES / "instructions.jsonl"])
    at = {id: row for row, id in enumerate(dataset.column("id"))}
    for name in ("near_groups", "normalised_duplicates"):
        compute(dataset, dataset.signal(name))
    pairs = {(a, b): s for a, b, s in pair_table(dataset.column("near_neighbours")).iter_rows()}
    groups_of = {kind: dataset.column(f"{kind}_group").to_list() for kind in ("near", "normalised")}
    for ids in truth["normalised_duplicates"]["ids"]:
        assert len({groups_of["normalised"][at[id]] for id in ids} - {None}) == 1
    for ids in truth["near_duplicates"]["ids"]:
        a, b = sorted(at[id] for id in ids)
        assert pairs[a, b] > 0.65, "a tenth of the words of the response is replaced at most"
        assert pairs[a, b] < 0.7 or groups_of["near"][a] == groups_of["near"][b]


def _extra(dataset: Dataset) -> list[bool]:
    return dataset.column("is_near_extra").to_list()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: NearPairs(over="answer"),  # type: ignore[arg-type]
        lambda: NearPairs(unit="bytes"),  # type: ignore[arg-type]
        lambda: NearPairs(words=0),
        lambda: NearPairs(boilerplate="gone"),  # type: ignore[arg-type]
        lambda: NearPairs(over="column"),
        lambda: NearPairs(column="notes"),
        lambda: NearGroups(threshold=0.4),
        lambda: NearGroups(keep="best"),  # type: ignore[arg-type]
        lambda: NearGroups(keep="source"),
        lambda: NormalisedDuplicates(level="word"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises((SignalError, DuplicatesError)):
        wrong()


# Equal but for form


def equal(*texts: str | None, **more: Any) -> list[tuple[int | None, int | None, bool | None]]:
    found = NormalisedDuplicates(over="prompt", **more)(rows_of(*({"prompt": text} for text in texts)))
    return found.select("normalised_group", "normalised_group_size", "is_normalised_extra").rows()


def test_equal_but_for_case_white_space_and_punctuation() -> None:
    found = equal("Hello, World!", "hello\nworld", None, "?!", "hello world 2", "Hello World 3.")
    assert found == [(0, 2, False), (0, 2, True), (None,) * 3, (None,) * 3, (None, 1, False), (None, 1, False)]
    assert equal("Page 12, line 3", "page 45 line 6", digits="zero") == [(0, 2, False), (0, 2, True)]
    assert equal("Page 12", "page 4", digits="zero") == [(None, 1, False)] * 2, "as many digits"
    assert equal("cafe\u0301 noir", "CAFÉ NOIR") == [(0, 2, False), (0, 2, True)]


def test_lines_in_any_order() -> None:
    one, other = "- eggs\n- two pears\n", "* two pears\n* eggs"
    assert equal(one, other) == [(None, 1, False)] * 2
    assert equal(one, other, order="any") == [(0, 2, False), (0, 2, True)]
    assert equal("a b\nc", "a\nb c", order="any") == [(None, 1, False)] * 2


def test_paragraphs_and_sentences() -> None:
    rows = (
        "This is a paragraph of its own.\n\nShort one.",
        "Something else here.\n \nthis is a PARAGRAPH of its own",
        "This is a paragraph of its own. And it goes on and on! Yes?",
        "Short one.",
    )
    assert equal(*rows, level="paragraph") == [(0, 2, False), (0, 2, False), (None, 1, False), (None, 1, True)]
    assert equal(*rows, level="sentence") == [(0, 3, False), (0, 3, False), (0, 3, False), (None, 1, True)]
    assert equal("版本3.5很好用的。谢谢你们大家。", "谢谢你们大家!", level="sentence") == [(0, 2, False), (0, 2, True)]
    assert (
        equal("Version 3.5 is the better one here.", "Version 3. And 5 is the better one here.", level="sentence")[0][0]
        is None
    )


def test_sides_and_turns_are_not_run_together() -> None:
    rows = rows_of(
        {"prompt": "a b", "response": "c"}, {"prompt": "a", "response": "b c"}, {"prompt": "A. B", "response": "C"}
    )
    assert NormalisedDuplicates()(rows)["normalised_group"].to_list() == [0, None, 0]
