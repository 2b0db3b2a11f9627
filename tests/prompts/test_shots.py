"""Which examples does a few-shot prompt hold, and is every other prompt none?"""

from __future__ import annotations

import time

import polars as pl
import pytest

from analysis.prompts.shots import Shots, count_shots, shots_of

THREE = "Item: burger\nLabel: edible\n\nItem: car\nLabel: inedible\n\nItem: mushroom\nLabel: edible\n\nItem: {}\nLabel:"
PAIRS = [("burger", "edible"), ("car", "inedible"), ("mushroom", "edible")]


@pytest.mark.parametrize("gap", ["{…}", "{input}", "", "[…]", "___", "…"])
def test_the_worked_example(gap: str) -> None:
    assert shots_of(THREE.replace("{}", gap)) == Shots(PAIRS, None, "")


def test_the_input_at_the_end_and_the_head() -> None:
    assert shots_of("Can you eat it?\n\n" + THREE.replace("{}", "stone")) == Shots(PAIRS, "stone", "Can you eat it?")


def test_answers_of_several_lines() -> None:
    prompt = "Q: one\nA: 1\nthat is I\nQ: two\nA: 2\nthat is II\nQ: three\nA: "
    assert shots_of(prompt) == Shots([("one", "1\nthat is I"), ("two", "2\nthat is II")], "three", "")


NONE = [
    "",
    "Item: burger\nLabel:",
    "Item: burger\nLabel: edible\n\nItem: car\nLabel:",
    "Item: burger\nLabel: edible\n\nItem: car\nLabel: inedible",
    "Item: burger\nLabel: edible\n\nItem: car\nKind: inedible\n\nItem: stone\nLabel:",
    "Item: burger\nLabel: edible\n\nItem: car\nLabel:\n\nItem: stone\nLabel:",
    "A: a\nA: b\nA: c\nA: d\nA: e\nA:",
    "Dear Ann,\n\nplease answer.\nName: Bo\nTown:",
]


@pytest.mark.parametrize("prompt", NONE)
def test_what_is_no_few_shot_prompt(prompt: str) -> None:
    assert shots_of(prompt) is None


def test_the_count() -> None:
    assert count_shots(pl.Series([THREE, None, "burger -->", "", *NONE])).to_list() == [3, None, 0, 0, *[0] * len(NONE)]


@pytest.mark.parametrize(
    "prompt",
    ["A:\n" * 60_000 + "B:", "A: b\nC: d\n" * 18_000 + "A: b\nC:", ":" * 100_000 + "\nB:", "A" * 190_000 + ":\nB:"],
)
def test_hostile_prompts_take_no_time(prompt: str) -> None:
    started = time.process_time()
    shots_of(prompt)
    assert time.process_time() - started < 5
