"""Is what would be dropped, kept apart or left out on export just what the policy, the person and the reason say?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analysis.annotations import Annotations, open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates import decisions, kinds, side_by_side, verdicts
from analysis.duplicates.decisions import Choice, Decision
from analysis.duplicates.field_pairs_signal import FieldPairs
from analysis.duplicates.fields import field_columns, widest_within
from analysis.duplicates.groups import pairs_of
from analysis.duplicates.splits import OTHERS, leaving, near_splits, splits_of
from analysis.errors import DuplicatesError, ExportError, ReceiptError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.export.waterfall import choose
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = ("lengths", "tokens", "times", "exact_duplicates", "normalised_duplicates", "near_pairs", "near_groups")
LONG = "The quick brown fox jumps over the lazy dog while seven grey geese watch it from the far bank of the river"
Open = Callable[..., Dataset]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """A dataset of these records with the signals of duplicates computed."""

    def open_it(
        records: Sequence[dict[str, Any]], name: str = "rows.jsonl", signals: Sequence[str] = SIGNALS
    ) -> Dataset:
        file = tmp_path / name
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        dataset = Workspace(tmp_path / "home").open([file])
        for signal in signals:
            compute(dataset, dataset.signal(signal))
        return dataset

    return open_it


@pytest.fixture
def notes(tmp_path: Path) -> Annotations:
    return open_annotations(tmp_path / "notes")


def rows(*texts: str, **columns: Sequence[Any]) -> list[dict[str, Any]]:
    named = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)] or [{}] * len(
        texts
    )
    return [
        {"instruction": f"Say it, please, number {len(text)}", "output": text, **more}
        for text, more in zip(texts, named, strict=True)
    ]


def decided(
    dataset: Dataset,
    kind: str = "exact",
    among: Sequence[int] | None = None,
    chosen: Sequence[int] = (),
    refused: Sequence[tuple[int, int]] = (),
    **more: Any,
) -> Decision:
    choice = Choice(kind, **{"threshold": 0.7 if kind == "near" else 1.0, **more})
    found = None
    if kind in decisions.NEIGHBOURS_OF:
        neighbours = dataset.column(decisions.NEIGHBOURS_OF[kind])
        found = decisions.pairs(dataset, kind, verdicts.links_to_cut(neighbours, refused))
    mask = None if among is None else np.isin(np.arange(dataset.height), among)
    return decisions.decide(dataset, choice, decisions.preference(dataset, choice), found, mask, chosen, refused)


def kept(decision: Decision) -> list[int]:
    return np.flatnonzero(~decision.drop).tolist()


# Policies


@pytest.mark.parametrize(
    ("keep", "stays"),
    [("first", 0), ("score", 2), ("newest", 3), ("longest", 0), ("most_complete", 2), ("source", 1)],
)
@pytest.mark.parametrize("kind", ["exact", "normalised", "near"])
def test_each_policy_keeps_its_row(opened: Open, kind: str, keep: Any, stays: int) -> None:
    dataset = opened(
        rows(
            LONG,
            LONG,
            LONG,
            LONG,
            score=[1, 2, 5, None],
            source=[None, "book", "web", None],
            created_at=["2024-01-01", None, "2024-01-02", "2024-01-03"],
        )
    )
    decision = decided(dataset, kind, keep=keep, sources=("book", "web") if keep == "source" else ())
    assert kept(decision) == [stays]
    assert decision.kept.tolist() == [stays] * 4
    assert decision.similarity.tolist() == [1] * 4


def test_ties_go_to_the_first_and_missing_values_last(opened: Open) -> None:
    dataset = opened(rows(LONG, LONG, LONG, score=[None, 3, 3]))
    assert kept(decided(dataset, keep="score")) == [1]
    assert kept(decided(dataset, keep="source", sources=("x",))) == [0]
    assert kept(decided(dataset, keep="newest")) == [0]


def test_the_longest_of_near_rows_stays(opened: Open) -> None:
    dataset = opened(rows(LONG, f"{LONG} again", f"{LONG} again and"))
    decision = decided(dataset, "near", keep="longest")
    assert kept(decision) == [2]
    assert all(decision.similarity >= 0.7) and decision.similarity[0] < 1


def test_only_rows_among_those_asked_are_dropped_and_kept(opened: Open) -> None:
    dataset = opened(rows(LONG, LONG, LONG, f"{LONG} again"))
    for kind in ("exact", "normalised", "near"):
        decision = decided(dataset, kind, among=[1, 2, 3])
        assert not decision.drop[0] and decision.drop[2]
        assert decision.kept[decision.drop].tolist() == [1] * int(decision.drop.sum())
    assert kept(decided(dataset, "near", among=[3])) == [0, 1, 2, 3]


def test_policies_are_offered_where_there_is_something_to_go_by(opened: Open) -> None:
    assert decisions.offered(opened(rows(LONG))) == ["first", "longest", "most_complete"]
    full = opened(rows(LONG, score=[1], source=["a"], created_at=["2024-01-01"]), "full.jsonl")
    assert decisions.offered(full) == list(decisions.POLICIES)
    bare = opened(rows(LONG, LONG), "bare.jsonl", signals=())
    assert decisions.missing_for(bare, "longest") == ["lengths"] and decisions.missing_for(bare, "first") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "semantic"}, "no kind 'semantic'"),
        ({"keep": "best"}, "kept by 'best'"),
        ({"threshold": 0.2}, "not 0.2"),
    ],
)
def test_a_choice_that_is_none_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DuplicatesError, match=said):
        Choice(**given)


# What comes of it


def test_groups_and_numbers_of_a_decision(opened: Open) -> None:
    other = "An entirely different sentence about the price of apples and the colour of the evening sky"
    dataset = opened(rows(LONG, other, LONG, other, LONG, "Alone, this one has no second anywhere in the file"))
    decision = decided(dataset)
    tokens = decisions.tokens_of_rows(dataset)
    assert tokens is not None
    table = decisions.group_table(decision, tokens)
    assert table.select("group", "rows").rows() == [(0, 3), (1, 2)]
    found = decisions.summary(decision, table, tokens, 1.0)
    assert found[:3] == (2, 5, 3) and found.largest == 3 and found.below_share == 0
    assert found.tokens_to_drop == tokens[2] + tokens[3] + tokens[4]
    assert decisions.summary(decision, decisions.group_table(decision, None), None, 1.0).tokens_to_drop is None


def test_a_reason_names_the_kept_row_the_similarity_and_the_kind(opened: Open) -> None:
    dataset = opened(rows(LONG, f"{LONG} again", LONG))
    ids = dataset.column(ROW_ID)
    said = dict(decisions.reasons(dataset, Choice("near"), decided(dataset, "near")).iter_rows())
    assert said[ids[2]] == f"duplicate of row {ids[0]} at 1.00 (near, whole row)"
    similarity = decided(dataset, "near").similarity[1]
    assert 0.7 <= similarity < 1 and set(said) == {ids[1], ids[2]}
    assert said[ids[1]] == f"duplicate of row {ids[0]} at {int(similarity * 100) / 100:.2f} (near, whole row)"
    assert decisions.why(dataset, "exact") == "duplicate (exact, whole row)"


# Exceptions by hand


def test_another_row_is_kept_instead(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(LONG, LONG, LONG))
    ids = dataset.column(ROW_ID)
    verdicts.choose(notes, dataset, ids[2], ids[0], "Ann")
    said = verdicts.verdicts(notes, dataset)
    assert said.chosen == [2]
    for kind in ("exact", "near"):
        assert kept(decided(dataset, kind, chosen=said.chosen)) == [2]
    verdicts.choose(notes, dataset, ids[1], ids[2], "Ann")
    assert verdicts.verdicts(notes, dataset).chosen == [1]
    notes.pairs.undo(dataset.fingerprint, "Ann")
    assert verdicts.verdicts(notes, dataset).chosen == [2]


@pytest.mark.parametrize("kind", ["exact", "normalised", "near"])
@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (0, 2)])
def test_both_rows_of_a_refused_pair_stay_unless_a_third_is_there(
    opened: Open, kind: str, pair: tuple[int, int]
) -> None:
    two = opened(rows(LONG, LONG), "two.jsonl")
    assert kept(decided(two, kind, refused=[(0, 1)])) == [0, 1]
    three = opened(rows(LONG, LONG, LONG), "three.jsonl")
    decision = decided(three, kind, refused=[pair])
    assert len(kept(decision)) == 2
    assert not any(set(pair) == {row, int(decision.kept[row])} and decision.drop[row] for row in range(3))


def test_a_refused_pair_of_near_rows_is_kept_apart(opened: Open) -> None:
    dataset = opened(rows(LONG, f"{LONG} again", f"{LONG} again"))
    assert kept(decided(dataset, "near")) == [0]
    assert kept(decided(dataset, "near", refused=[(0, 1)])) == [0, 1]
    assert kept(decided(dataset, "near", refused=[(0, 2)])) == [0, 2]  # the second stays in the group of the first


def test_answers_are_kept_by_person_undone_and_counted(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(LONG, f"{LONG} again", f"{LONG} at last"))
    ids = dataset.column(ROW_ID)
    verdicts.say(notes, dataset, ids[0], ids[1], True, "Ann")
    verdicts.say(notes, dataset, ids[2], ids[0], False, "Bo")
    said = verdicts.verdicts(notes, dataset)
    assert said.judged.rows() == [(0, 1, "Ann", True), (0, 2, "Bo", False)]
    assert said.refused == [(0, 2)]
    assert notes.tags.standing(dataset.fingerprint).is_empty(), "an answer is no tag"
    verdicts.say(notes, dataset, ids[0], ids[2], True, "Ann")
    assert verdicts.verdicts(notes, dataset).refused == [], "who speaks last holds"
    notes.pairs.undo(dataset.fingerprint, "Ann")
    assert verdicts.verdicts(notes, dataset).refused == [(0, 2)]


def test_precision_is_the_share_of_the_same_with_wilsons_interval() -> None:
    judged = pl.DataFrame({"is_same": [True] * 9 + [False]})
    found = verdicts.precision(judged)
    assert (found.judged, found.same, found.share) == (10, 9, 0.9)
    assert (round(found.low, 3), round(found.high, 3)) == (0.596, 0.982)
    assert verdicts.precision(judged.head(0)) == (0, 0, None, 0.0, 1.0)


def test_the_pairs_nearest_to_the_threshold_are_asked_first() -> None:
    table = pl.DataFrame(
        {"a": [0, 1, 2, 3, 4], "b": [5, 6, 7, 8, 9], "similarity": [0.9, 0.7, 0.71, 0.69, 0.5]},
        schema={"a": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float32},
    )
    nobody = pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "is_same": pl.Boolean})
    accepted, rejected = verdicts.borderline(table, 0.7, nobody, 2)
    assert (accepted["a"].to_list(), rejected["a"].to_list()) == ([1, 2], [3, 4])
    judged = pl.DataFrame({"a": [1, 3], "b": [6, 8], "is_same": [True, True]})
    accepted, rejected = verdicts.borderline(table, 0.7, judged, 2)
    assert (accepted["a"].to_list(), rejected["a"].to_list()) == ([2, 0], [4])
    assert verdicts.judged_pairs(table, judged)["similarity"].cast(pl.Float64).round(2).to_list() == [0.7, 0.69]


# Tags with reasons, and what leaves


def tagged(
    dataset: Dataset, notes: Annotations, kind: str = "near", tag: str = "drop", among: Sequence[int] | None = None
) -> Decision:
    decision = decided(dataset, kind, among)
    reasons = dict(decisions.reasons(dataset, Choice(kind), decision).iter_rows())
    notes.tags.tag_for_reasons(
        dataset.fingerprint, dict.fromkeys(reasons, True), tag, "Ann", decisions.why(dataset, kind), reasons
    )
    dataset.set_tags(notes.tags.standing(dataset.fingerprint), notes.tags.revision(dataset.fingerprint))
    return decision


def test_a_reason_lasts_as_long_as_its_tag(notes: Annotations) -> None:
    data = "d" * 64
    notes.tags.tag_for_reasons(
        data, {"a": True, "b": True}, "drop", "Ann", "duplicate (near)", {"a": "of b", "b": "of c"}
    )
    said = notes.tags.reasons(data)
    assert said.rows() == [("a", "drop", "duplicate (near)", "of b"), ("b", "drop", "duplicate (near)", "of c")]
    assert notes.tags.history(data, "a")[0].reason == "of b"
    notes.tags.tag_rows(data, ["a"], "drop", "Bo", is_on=False)
    assert notes.tags.reasons(data)["row_id"].to_list() == ["b"], "the tag stands no longer"
    notes.tags.undo(data, "Bo")
    assert notes.tags.reasons(data)["row_id"].to_list() == ["a", "b"]
    notes.tags.undo(data, "Ann")
    assert notes.tags.reasons(data).is_empty() and notes.tags.standing(data).is_empty()
    notes.tags.redo(data, "Ann")
    assert notes.tags.reasons(data).rows() == said.rows()
    notes.tags.tag_rows(data, ["z"], "drop", "Ann")
    assert notes.tags.reasons(data)["row_id"].to_list() == ["a", "b"], "who simply tags gives no reason"


def test_waterfall_receipt_and_replay_say_the_reasons(opened: Open, notes: Annotations, tmp_path: Path) -> None:
    other = "An entirely different sentence about the price of apples and the colour of the evening sky"
    dataset = opened(rows(LONG, LONG, f"{LONG} again", other))
    ids = dataset.column(ROW_ID)
    tagged(dataset, notes)
    notes.tags.tag_rows(dataset.fingerprint, [ids[3]], "drop", "Ann")
    dataset.set_tags(notes.tags.standing(dataset.fingerprint), notes.tags.revision(dataset.fingerprint))
    reasons = notes.tags.reasons(dataset.fingerprint)
    request = ExportRequest(to="messages", without_tags=("drop",))
    steps = [(step.reason, step.rows, step.dropped_rows) for step in choose(dataset, request, reasons).steps]
    assert steps[1:] == [("tagged drop: duplicate (near, whole row)", 2, 2), ("tagged drop", 1, 1)]
    result = export(dataset, request, tmp_path / "out", reasons=reasons)
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text())
    said = receipt["tags"]["reasons"]["drop"]["duplicate (near, whole row)"]
    assert said[ids[1]] == f"duplicate of row {ids[0]} at 1.00 (near, whole row)" and set(said) == {
        ids[1],
        ids[2],
    }
    file = tmp_path / "rows.jsonl"
    again = replay(tmp_path / "out" / "receipt.json", [file], tmp_path / "again", Workspace(tmp_path / "elsewhere"))
    assert again.receipt.as_dict()["files"] == result.receipt.as_dict()["files"]
    for name in ("receipt.json", "README.md", result.receipt.as_dict()["files"][0]["path"]):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    receipt["tags"]["reasons"] = {"drop": ["no text"]}
    (tmp_path / "bad.json").write_text(json.dumps(receipt))
    with pytest.raises(ReceiptError, match="tags.reasons.drop must be an object"):
        replay(tmp_path / "bad.json", [file], tmp_path / "never", Workspace(tmp_path / "elsewhere"))


def test_without_reasons_the_waterfall_is_as_before(opened: Open, notes: Annotations) -> None:
    dataset = opened(rows(LONG, LONG))
    tagged(dataset, notes, "exact")
    request = ExportRequest(without_tags=("drop",))
    assert [step.reason for step in choose(dataset, request).steps][1:] == ["tagged drop"]
    other = notes.tags.reasons(dataset.fingerprint).with_columns(tag=pl.lit("fix"))
    assert [step.reason for step in choose(dataset, request, other).steps][1:] == ["tagged drop"]


# Splits


def test_splits_are_numbered_by_their_rows() -> None:
    found = splits_of(pl.Series(["train", "train", "test", None, "a", "train"]))
    assert (found.names, found.of.tolist()) == (["a", "test", "train"], [2, 2, 1, -1, 0, 2])
    many = splits_of(pl.Series([str(n) for n in range(100)] + ["0"]))
    assert len(many.names) == 62 and OTHERS in many.names and many.of.max() == 61


def neighbours(*pairs: tuple[int, int, float], height: int) -> pl.Series:
    lists: list[list[dict[str, float]]] = [[] for _ in range(height)]
    for a, b, similarity in pairs:
        lists[a].append({"row": b, "similarity": similarity})
    return pl.Series(lists, dtype=pl.List(pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})))


def test_rows_of_larger_splits_leave_and_take_no_other_with_them() -> None:
    near = pairs_of(neighbours((0, 1, 0.9), (1, 2, 0.9), (3, 4, 0.6), (5, 6, 1.0), height=8))
    splits = np.array([0, 1, 2, 0, 2, 2, 0, -1])
    none = pl.Series([None] * 8, dtype=pl.UInt32)
    assert leaving(near, none, splits, 0.7).tolist() == [-1, 0, -1, -1, -1, 0, -1, -1], "2 stays, since 1 has left"
    assert leaving(near, none, splits, 0.6)[4] == 0
    group = [pl.Series([None, None, None, 7, 7, None, None, 7], dtype=pl.UInt32)]
    assert leaving(near, none, splits, 0.7, group)[4] == 0
    assert leaving(near, group[0], splits, 0.7)[4] == 0
    seen = near_splits(near, none, splits, 0.7)
    assert seen.tolist() == [0b011, 0b111, 0b110, 0b001, 0b100, 0b101, 0b101, 0]


def split_rows() -> list[dict[str, Any]]:
    apples = "An entirely different sentence about the price of apples and the colour of the evening sky"
    texts = [LONG, LONG, f"{LONG} again", apples, apples, "Hm", "Hm", "Nobody else says anything of this kind in here"]
    return rows(*texts, split=["train", "test", "train", "train", "train", "train", "test", "train"])


def test_a_split_safe_export_parts_no_group(opened: Open, tmp_path: Path) -> None:
    dataset = opened(split_rows())
    request = ExportRequest(to="messages", split_safe="split")
    steps = choose(dataset, request).steps
    assert steps[-1].reason == "split train: near or equal to a row of test" and steps[-1].dropped_rows == 3
    result = export(dataset, request, tmp_path / "out")
    assert result.receipt.as_dict()["split_safe"] == "split" and result.receipt.as_dict()["rows_out"] == 5
    named = {known["name"] for known in result.receipt.as_dict()["signals"]}
    assert {"near_pairs", "near_groups", "exact_duplicates"} <= named
    again = replay(
        tmp_path / "out" / "receipt.json", [tmp_path / "rows.jsonl"], tmp_path / "again", Workspace(tmp_path / "else")
    )
    assert again.receipt.as_dict()["files"] == result.receipt.as_dict()["files"]
    seen = choose(
        dataset, ExportRequest(view=View().where("split", "eq", "train"), to="messages", split_safe="split")
    ).steps
    assert seen[-1].reason == "no row is near or equal to one with another split" and seen[-1].dropped_rows == 0


@pytest.mark.parametrize(("column", "said"), [("fold", "no column 'fold'"), ("output", "80 values")])
def test_a_column_that_is_no_split_is_refused(opened: Open, column: str, said: str) -> None:
    dataset = opened(rows(*(f"Text number {n}" for n in range(80))))
    with pytest.raises(ExportError, match=said):
        choose(dataset, ExportRequest(split_safe=column))


def test_leaks_name_the_other_splits(opened: Open) -> None:
    dataset = opened(split_rows())
    compute(dataset, dataset.signal("leaks"))
    found = dataset.frame(["leaks_with", "is_leak"])
    assert found["leaks_with"].to_list() == [["test"], ["train"], ["test"], [], [], ["test"], ["train"], []]
    assert found["is_leak"].to_list() == [True, True, True, False, False, True, True, False]
    everything = dataset.rows_of(View())
    crossed = kinds.leaks(dataset, decisions.pairs(dataset, "near"), everything)
    assert crossed.crossed.rows() == [("train", "test", 3), ("test", "train", 2)]
    assert kinds.leak_count(dataset, crossed)[:3] == (1, 5, 3)
    assert [kind.name for kind in kinds.kinds_of(dataset)][-1] == "leaks"


def test_without_splits_there_are_no_leaks_to_ask_for(opened: Open) -> None:
    dataset = opened(rows(LONG, LONG), signals=(*SIGNALS, "leaks"))
    assert dataset.column("leaks_with").to_list() == [None, None]
    assert "leaks" not in [kind.name for kind in kinds.kinds_of(dataset)]


# Fields


def fields(
    *values: str | None, blocks: Sequence[str | None] = (), scorer: Any = "letters", empty_cells: Any = "equal"
) -> pl.DataFrame:
    within = pl.Series(blocks or [None] * len(values), dtype=pl.String)
    return field_columns(pl.Series(values, dtype=pl.String), within, scorer, empty_cells)


def near(frame: pl.DataFrame) -> dict[tuple[int, int], float]:
    lists = frame["field_neighbours"].to_list()
    return {(a, pair["row"]): round(pair["similarity"], 3) for a, pairs in enumerate(lists) for pair in pairs or ()}


def test_fields_are_compared_letter_by_letter() -> None:
    found = fields("Ann Miller", "ANN  miller", "Anne Miller", None, "", "Bob")
    assert near(found) == {(0, 1): 1.0, (0, 2): 0.952}  # 2 * 10 / 21
    assert found["field_status"].to_list() == ["compared", "repeats", "compared", None, "empty", "compared"]
    assert found["field_neighbours"].is_null().to_list() == [False, False, False, True, False, False]


def test_the_least_alike_field_decides_within_its_block() -> None:
    two = ["Ann Miller\x1f12 High Street", "Ann Miller\x1f12 High Streeet", "Ann Miller\x1f99 Low Road"]
    assert near(fields(*two)) == {(0, 1): 0.966}
    assert near(fields(*two, blocks=["a", "b", "a"])) == {}
    some = ["a", "b", None]
    assert fields(*two, blocks=some)["field_status"].to_list() == ["compared"] * 3
    left_out = fields(*two, blocks=some, empty_cells="left_out")
    assert left_out["field_status"].to_list() == ["compared", "compared", None]


def test_an_empty_cell_equals_an_empty_cell() -> None:
    cells = {"name": ["Ann", "Ann", None, None, "Bo", None], "town": [None, None, "Oslo", "Oslo", "Rome", None]}
    frame = pl.DataFrame({"row_id": list("abcdef"), **cells})
    equal = FieldPairs("name~town")(frame)
    assert near(equal) == {(0, 1): 1.0, (2, 3): 1.0}
    assert equal["field_status"].to_list() == ["compared", "repeats", "compared", "repeats", "compared", "empty"]
    assert equal["is_field_extra"].to_list() == [False, True, False, True, False, False]
    left_out = FieldPairs("name~town", empty_cells="left_out")(frame)
    assert left_out["field_status"].to_list() == [None, None, None, None, "compared", None]


def test_rows_without_a_letter_are_copies_only_where_they_are_equal() -> None:
    found = fields("!!", "!!", "?!", "\x1f", "\x1f")
    assert near(found) == {(0, 1): 1.0, (3, 4): 1.0}
    assert found["field_status"].to_list() == ["empty", "repeats", "empty", "empty", "repeats"]
    assert near(fields("!!", "!!", empty_cells="left_out")) == {}


@pytest.mark.parametrize(
    ("scorer", "similarity"), [("letters", None), ("words", 1.0), ("edits", None), ("names", None)]
)
def test_words_may_come_in_any_order(scorer: str, similarity: float | None) -> None:
    found = near(fields("Miller, Ann Sophie", "Ann Sophie Miller", scorer=scorer))
    assert found.get((0, 1)) == similarity or similarity is None


def test_wide_blocks_are_compared_in_part_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert widest_within(np.array([20_000]), 1) == 20_000
    assert widest_within(np.array([100_000, 300]), 1) == 20_000
    monkeypatch.setattr("analysis.duplicates.fields.WIDTHS", (3,))
    found = fields(*(f"name {n:04}" for n in range(200)))
    assert set(found["field_status"]) == {"capped"}
    assert all(similarity >= 0.7 for similarity in near(found).values()) and len(near(found)) > 200


# Sample data


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    dataset = Workspace(tmp_path_factory.mktemp("home")).open([ROOT / "sample_data" / "instructions.jsonl"])
    for name in SIGNALS:
        compute(dataset, dataset.signal(name))
    return dataset


@pytest.mark.parametrize(
    ("planted", "kind", "threshold", "share"),
    [
        ("exact_duplicates", "exact", 1.0, 1.0),
        ("normalised_duplicates", "normalised", 1.0, 1.0),
        ("exact_duplicates", "near", 0.7, 1.0),
        ("normalised_duplicates", "near", 0.7, 1.0),
        ("near_duplicates", "near", 0.5, 1.0),
    ],
)
def test_planted_groups_are_found(sample: Dataset, planted: str, kind: str, threshold: float, share: float) -> None:
    truth = json.loads((ROOT / "sample_data" / "TRUTH.json").read_text())[planted]["groups"]
    at = {line: row for row, line in enumerate(sample.column("source_line").to_list())}
    decision = decided(sample, kind, threshold=threshold)
    found = [len({int(decision.kept[at[line]]) for line in group}) == 1 for group in truth]
    assert len(truth) >= 10 and sum(found) / len(found) >= share
    assert (decision.similarity[decision.drop] >= np.float32(threshold)).all()
    assert (decision.kept[decision.kept] == decision.kept).all()


def test_every_group_lies_side_by_side(sample: Dataset) -> None:
    decision = decided(sample, "near")
    table = decisions.group_table(decision, None)
    for group in table["group"].head(20):
        others = np.flatnonzero(decision.drop & (decision.kept == group))
        shown = side_by_side.group(
            sample, "near", group, [(int(row), float(decision.similarity[row])) for row in others[:4]], 9
        )
        cards = shown.as_dict()["cards"]
        assert cards[0]["title"] == f"Kept: row {group + 1:,}" and len(cards) == 1 + len(others[:4])
        assert "instruction" not in cards[1]["about"], "the texts are compared word by word, not as columns"
        assert [word for _, word in cards[1]["acts"]] == ["Keep this one instead", "Keep both"]
