"""Are rows copies only where all that makes them is equal, and are judgements of one item no copies of each other?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates.exact_duplicates_signal import ExactDuplicates
from analysis.duplicates.identical_duplicates_signal import IdenticalDuplicates
from analysis.duplicates.judgements import judgement_numbers
from analysis.duplicates.near_pairs_signal import NearPairs
from analysis.duplicates.normalised_duplicates_signal import NormalisedDuplicates
from analysis.signal import Signal
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "sample_data" / "TRUTH.json").read_text())
LONG = "the quick brown fox jumps over the lazy dog while seven grey geese watch"
SIGNALS = (IdenticalDuplicates(), ExactDuplicates(), NormalisedDuplicates(), NearPairs())
GROUPS = {"identical_duplicates": "identical_group", "exact_duplicates": "duplicate_group"}
GROUPS |= {"normalised_duplicates": "normalised_group"}


def is_copy(signal: Signal, *records: dict[str, Any]) -> bool:
    """Whether the second record is a copy of the first by this signal."""
    columns = signal(rows_of(*records))
    if signal.name == "near_pairs":
        return any(one["similarity"] >= 0.7 for one in columns["near_neighbours"].to_list()[0] or ())
    return columns[GROUPS[signal.name]].to_list()[:2] == [0, 0]


PAIR = {"prompt": f"Name a river, {LONG}.", "response": f"The Danube, {LONG}.", "rejected": f"A lake, {LONG}."}
CHAT = {"messages": [said("user", LONG), said("assistant", f"So {LONG}.")]}
OTHER = " ".join(f"word{n}" for n in range(40))


@pytest.mark.parametrize("signal", SIGNALS, ids=[signal.name for signal in SIGNALS])
@pytest.mark.parametrize(
    ("record", "change"),
    [
        (PAIR, {"rejected": OTHER}),
        (PAIR, {"response": OTHER}),
        (PAIR, {"system": OTHER}),
        (CHAT, {"rejected": OTHER}),
        (CHAT, {"system": OTHER}),
        (CHAT, {"messages": [said("user", LONG), said("assistant", None, json.dumps([{"name": OTHER}]))]}),
        (CHAT, {"messages": [said("user", LONG), {**said("assistant", f"So {LONG}."), "reasoning": OTHER}]}),
        (CHAT, {"messages_rejected": [said("assistant", OTHER)]}),
        (CHAT, {"tools": json.dumps([{"name": OTHER}])}),
        ({"text": LONG}, {"text": OTHER}),
    ],
)
def test_every_role_that_makes_the_row_is_compared(
    signal: Signal, record: dict[str, Any], change: dict[str, Any]
) -> None:
    assert is_copy(signal, record, dict(record))
    assert not is_copy(signal, record, {**record, **change})


def test_one_chosen_answer_against_three_rejected_is_three_rows() -> None:
    rejected = ["Mont Blanc is a high one.", "I like cheese a lot.", "Rivers are wet, people say."]
    chosen = {"prompt": "Name a river in Europe please.", "response": "The Danube is one of the longest rivers."}
    rows = rows_of(*({**chosen, "rejected": text} for text in rejected))
    assert ExactDuplicates()(rows)["duplicate_group_size"].to_list() == [1, 1, 1]
    assert (
        NearPairs()(rows)["near_neighbours"]
        .list.eval(pl.element().struct.field("similarity") >= 0.7)
        .list.any()
        .to_list()
        == [False] * 3
    )
    assert ExactDuplicates("prompt+response")(rows)["duplicate_group"].to_list() == [0, 0, 0], "as one may still ask"


def test_byte_for_byte_and_after_normalising() -> None:
    texts = ["Say hello.", "say  hello. ", "Say hello.", "Say, hello", "Cafe\u0301 noir", "Caf\u00e9 noir"]
    rows = rows_of(*({"prompt": text} for text in texts))
    assert IdenticalDuplicates()(rows)["identical_group"].to_list() == [0, None, 0, None, None, None]
    assert ExactDuplicates()(rows)["duplicate_group"].to_list() == [0, 0, 0, None, 4, 4]
    assert NormalisedDuplicates()(rows)["normalised_group"].to_list() == [0, 0, 0, 0, 4, 4]


def test_a_system_prompt_beside_a_chat_is_the_one_inside_it() -> None:
    inside = {"messages": [said("system", "Be brief."), *CHAT["messages"]]}
    assert is_copy(ExactDuplicates(), {**inside, "system": "Be brief."}, inside)


# Judgements


def numbers(*judged: tuple[str, str | None, str | None]) -> list[int]:
    """The numbers of rows of (text, item, annotator)."""
    texts, items, people = zip(*judged, strict=True)
    rows = pl.DataFrame({"item": items, "annotator": people}, {"item": pl.String, "annotator": pl.String})
    return judgement_numbers(pl.DataFrame({"text": texts}), rows).to_list()


def test_the_annotators_of_an_item_are_numbered() -> None:
    assert numbers(("t", "1", "a"), ("t", "1", "b"), ("t", "1", "a"), ("t", "1", "c")) == [0, 1, 0, 2]
    assert numbers(("t", "1", "a"), ("t", "1", "b"), ("t", "2", "c"), ("t", "2", "a")) == [0, 1, 0, 1]
    assert numbers(("t", "1", "a"), ("u", "1", "b"), ("t", "2", "b")) == [0, 0, 0]
    assert numbers(("t", "1", None), ("t", "1", None), ("t", "1", "a")) == [0, 0, 1]
    assert numbers(("t", None, "a"), ("t", None, "b")) == [0, 1]


RECORDS = [
    {"item_id": "i1", "annotator": "ada", "prompt": "Which city?", "response": "Oslo.", "label": "good"},
    {"item_id": "i1", "annotator": "bo", "prompt": "Which city?", "response": "Oslo.", "label": "bad"},
    {"item_id": "i1", "annotator": "bo", "prompt": "Which city?", "response": "Oslo.", "label": "bad"},
    {"item_id": "i2", "annotator": "cyd", "prompt": "Which city?", "response": "Oslo.", "label": "good"},
    {"item_id": "i3", "annotator": "cyd", "prompt": "Which sea?", "response": "The Baltic.", "label": "good"},
]


def opened(tmp_path: Path, records: list[dict[str, Any]]) -> Dataset:
    (tmp_path / "judged.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return Workspace().open([tmp_path / "judged.jsonl"])


@pytest.mark.parametrize("signal", ["exact_duplicates", "identical_duplicates", "normalised_duplicates"])
def test_the_same_text_by_several_annotators_is_no_copy(home: Path, tmp_path: Path, signal: str) -> None:
    dataset = opened(tmp_path, RECORDS)
    compute(dataset, dataset.signal(signal))
    group = {**GROUPS}[signal]
    assert dataset.column(group).to_list() == [0, 1, 1, 0, None]
    kept = Workspace().describe(dataset, parameters={signal: {"judgements": "copies"}})
    compute(kept, kept.signal(signal))
    assert kept.column(group).to_list() == [0, 0, 0, 0, None]


def test_near_copies_are_sought_among_first_judgements_then_among_second_ones(home: Path, tmp_path: Path) -> None:
    longer = [
        {**r, "prompt": f"{LONG} {r['prompt']}", "response": r["response"] + " Yes." * (n == 3)}
        for n, r in enumerate(RECORDS)
    ]
    dataset = opened(tmp_path, longer)
    compute(dataset, dataset.signal("near_pairs"))
    listed = [[one["row"] for one in near] for near in dataset.column("near_neighbours").to_list()]
    assert listed[:4] == [[3, 4], [2], [], [4]]
    assert dataset.column("is_near_judgement").to_list() == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("left_out", "roles"),
    [
        ((), {"item": "item_id", "annotator": "annotator"}),
        (("item_id",), {"annotator": "annotator", "label": "label"}),
        (("item_id", "label"), None),
        (("annotator",), None),
    ],
)
def test_the_command_says_by_which_roles(
    home: Path, tmp_path: Path, left_out: tuple[str, ...], roles: dict[str, str] | None
) -> None:
    dataset = opened(tmp_path, [{k: v for k, v in r.items() if k not in left_out} for r in RECORDS * 3])
    answer = json.loads(CliRunner().invoke(app, ["duplicates", dataset.id, "--kind", "exact", "--json"]).stdout)
    if roles is None:
        assert answer["judgements"] is None and answer["rows_to_drop"] == 13
        return
    assert answer["judgements"]["roles"] == roles and not answer["judgements"]["are_copies"]
    assert answer["judgements"]["rows"] == (6 if "item" in roles else 9)
    text = CliRunner().invoke(app, ["duplicates", dataset.id, "--kind", "exact"]).stdout.splitlines()[-1]
    assert text.startswith("Rows of one text and item by different annotators are judgements, no copies: ")
    options = ["duplicates", dataset.id, "--kind", "exact", "--judgements", "copies", "--json"]
    assert json.loads(CliRunner().invoke(app, options).stdout)["rows_to_drop"] == 13


def test_a_judgement_in_another_split_is_a_leak_all_the_same(home: Path, tmp_path: Path) -> None:
    split = ["train", "test", "train", "train", "train"]
    dataset = opened(tmp_path, [{**r, "split": s} for r, s in zip(RECORDS, split, strict=True)])
    compute(dataset, dataset.signal("leaks"))
    assert dataset.column("leaks_with").to_list() == [["test"], ["train"], ["test"], ["test"], []]


@pytest.mark.parametrize(
    ("file", "signal", "kinds"),
    [
        ("instructions", "identical_duplicates", ("exact_duplicates", "identical_records")),
        ("instructions", "exact_duplicates", ("exact_duplicates", "identical_records", "normalised_duplicates")),
        ("chats", "exact_duplicates", ("chat_exact_duplicates",)),
        ("preferences", "exact_duplicates", ("preference_exact_duplicates",)),
    ],
)
def test_the_groups_of_the_sample_data_are_just_those(
    home: Path, file: str, signal: str, kinds: tuple[str, ...]
) -> None:
    dataset = Workspace().open([ROOT / "sample_data" / f"{file}.jsonl"])
    compute(dataset, dataset.signal(signal))
    lines = dataset.column("source_line")
    grouped = (
        pl.DataFrame({"line": lines, "group": dataset.column(GROUPS[signal])})
        .drop_nulls()
        .group_by("group")
        .agg("line")
    )
    assert {frozenset(group) for group in grouped["line"].to_list()} == {
        frozenset(group) for kind in kinds for group in TRUTH[kind]["groups"]
    }
