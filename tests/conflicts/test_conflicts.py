"""Is each kind of conflict found where it is, and only there; and does all that is planted in the sample data come out?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.conflicts.conflicts_signal import Conflicts
from analysis.conflicts.cycles import cycles
from analysis.conflicts.differences import final_number
from analysis.conflicts.kinds import KINDS
from analysis.conflicts.side_by_side import MAX_CARDS, columns_of, side_by_side
from analysis.conflicts.tables import chosen_longer, chosen_longer_by, found, groups, rows_of_group
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.reading.side_by_side import Card, Group
from analysis.same_text import evened, normalised
from analysis.statistics.effects import wilson
from analysis.view import View
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said
from tests.support.app_page import open_page
from tests.support.browser import ROOT
from ui.conflicts import deciding

SAMPLES = ROOT / "sample_data"
TRUTH = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
PAGE = ROOT / "pages" / "conflicts.py"


def computed(*records: dict[str, Any], **roles: str) -> pl.DataFrame:
    """The signal's columns; keys of a record that are no canonical column are the dataset's own."""
    frame = rows_of(*records)
    own = {name: [record.get(name) for record in records] for name in roles.values()}
    return Conflicts(**roles)(frame.with_columns(pl.Series(name, values) for name, values in own.items()))


def answers(*responses: str | None) -> pl.DataFrame:
    return computed(*({"prompt": "What is it?", "response": response} for response in responses))


def kind(*responses: str | None) -> str | None:
    table = answers(*responses)
    assert table["prompt_conflict_kind"].n_unique() == 1
    return table["prompt_conflict_kind"][0]


# Same prompt, different responses


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        (("It is 4.", "It is 5."), "number"),
        (("41", "240 divided by 6 is 40."), "number"),
        (("There are 3 chances out of 7, that is 3/7.", "1"), "number"),
        (("The answer is 1,000 metres.", "1001 m"), "number"),
        (("#### 72", "So she has 72 left.", "#### 71"), "number"),
        (
            (
                "Born in 1921, he died in 1980 at home in the old house.",
                "Born in 1922, he died in 1980 at home in the old house.",
            ),
            "number",
        ),
        (("positive", "negative"), "label"),
        (("The sentiment is positive.", "The sentiment is mixed."), "label"),
        (("Yes, because bees need it to live.", "No. Bees do not need it at all."), "label"),
        (("holiday", "weather", "quality"), "label"),
        (("I'm sorry, but I can't help with that.", "Bees eat nectar and pollen."), "empty_or_refusal"),
        (("", "Bees eat nectar and pollen."), "empty_or_refusal"),
        ((None, "Bees eat nectar and pollen."), "empty_or_refusal"),
        (("Bees eat nectar.", "bees  eat\nNECTAR. "), "normalised"),
        (("caf\u00e9", "cafe\u0301"), "normalised"),
        (("Bees eat nectar and pollen, mostly.", "They live on what the flowers give them."), "other"),
        (("The answer is 1,000.", "That makes 1000 in all, I would say, and no more than that."), "other"),
    ],
)
def test_how_answers_to_one_prompt_differ(responses: tuple[str | None, ...], expected: str) -> None:
    assert kind(*responses) == expected
    assert kind(*reversed(responses)) == expected
    assert answers(*responses)["prompt_conflict_group"].to_list() == [0] * len(responses)


@pytest.mark.parametrize("responses", [("One.",), ("One.", "One."), (None, None), ("One.", "One.", "One."), ("", "")])
def test_equal_answers_are_no_conflict(responses: tuple[str | None, ...]) -> None:
    assert kind(*responses) is None
    assert answers(*responses)["prompt_conflict_group"].null_count() == len(responses)


def test_groups_are_named_by_their_first_row_and_prompts_are_compared_normalised() -> None:
    table = computed(
        {"prompt": "Alone?", "response": "yes"},
        {"prompt": "Twice  caf\u00e9?", "response": "a"},
        {"prompt": None, "response": "x"},
        {"prompt": "twice cafe\u0301?", "response": "b"},
        {"prompt": None, "response": "y"},
        {"prompt": " ", "response": "x"},
        {"prompt": "", "response": "y"},
        {"prompt": "Twice caf\u00e9?", "response": "b", "system": "Be kind."},
    )
    assert table["prompt_conflict_group"].to_list() == [None, 1, None, 1, None, None, None, None]


def test_a_chat_is_asked_all_that_stands_before_its_last_answer() -> None:
    first, other = said("user", "Hi"), said("user", "Bye")
    short = [first, said("assistant", "Hello.")]
    table = computed(
        {"prompt": "Hi", "response": "Hello.", "messages": short},
        {
            "prompt": "Hi",
            "response": "Good day to you, my friend.",
            "messages": [first, said("assistant", "Good day to you, my friend.")],
        },
        {"prompt": "Hi", "response": "See you.", "messages": [*short, other, said("assistant", "See you.")]},
        {"prompt": "Hi", "response": "Good bye.", "messages": [*short, other, said("assistant", "Good bye.")]},
        {
            "prompt": "Hi",
            "response": "Ciao.",
            "messages": [first, said("assistant", "Servus."), other, said("assistant", "Ciao.")],
        },
        {"prompt": "Hi", "response": None, "messages": [first]},
        {"messages": []},
    )
    assert table["prompt_conflict_group"].to_list() == [0, 0, 2, 2, None, 0, None]


def test_final_numbers() -> None:
    texts = [
        "so 3/7.",
        "1,000 km",
        "= \u22125",
        "**42**",
        "none",
        "",
        "in 1921 he was born there and lived",
        "1000.0",
        "x2 y",
        "3.14!",
    ]
    found_ = pl.DataFrame({"t": texts}).select(final_number(pl.col("t")))["t"].to_list()
    assert found_ == ["3/7", "1000.0", "-5.0", "42.0", None, None, None, "1000.0", "2.0", "3.14"]


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=8))
def test_evening_is_idempotent_and_keeps_null(texts: list[str | None]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    once = evened(series)
    assert evened(once).to_list() == once.to_list()
    assert once.is_null().to_list() == series.is_null().to_list()
    plain = series.str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars(" ")
    assert once.to_list() == plain.to_list() and normalised(series).to_list() == plain.str.to_lowercase().to_list()


# Same response, different prompts


def test_one_response_to_different_prompts() -> None:
    refusal, long = "I'm sorry, but I can't help with that.", "It depends on your needs and on your budget."
    table = computed(
        {"prompt": "a", "response": refusal},
        {"prompt": "b", "response": refusal.upper()},
        {"prompt": "c", "response": "Yes."},
        {"prompt": "d", "response": "yes."},
        {"prompt": "e", "response": long},
        {"prompt": "f", "response": long},
        {"prompt": "g", "response": "As an AI language model, I have no feelings about bees."},
        {"prompt": "h", "response": "As an AI language model, I have no feelings about bees."},
        {"prompt": "i", "response": ""},
        {"prompt": "j", "response": ""},
        {"prompt": None, "response": long},
        {"prompt": "k", "response": "Once."},
        {"prompt": "k", "response": "Once."},
    )
    assert table["response_conflict_group"].to_list() == [0, 0, 2, 2, 4, 4, 6, 6, None, None, None, None, None]
    kinds = ["refusal", "refusal", "short", "short", "other", "other", "boilerplate", "boilerplate"]
    assert table["response_conflict_kind"].to_list() == [*kinds, None, None, None, None, None]


def test_one_item_judged_by_several_people_is_no_response_conflict() -> None:
    rows = [
        {"prompt": "Judge this.", "response": "It is good.", "i": "7"},
        {"prompt": "Judge it.", "response": "It is good.", "i": "7"},
    ]
    assert computed(*rows, item="i")["response_conflict_group"].to_list() == [None, None]
    assert computed(*rows, {"prompt": "Judge!", "response": "It is good.", "i": "8"}, item="i")[
        "response_conflict_group"
    ].to_list() == [0, 0, 0]
    assert computed(*rows)["response_conflict_group"].to_list() == [0, 0]


# Judgements


def test_equal_texts_with_different_labels_or_scores() -> None:
    table = computed(
        {"prompt": "a", "response": "x", "score": 1.0, "l": "good"},
        {"prompt": "A", "response": "x ", "score": 4.0, "l": "bad"},
        {"prompt": "a", "response": "y", "score": 2.0, "l": "bad"},
        {"prompt": "b", "response": "x", "score": 2.0, "l": "Good "},
        {"prompt": "b", "response": "x", "score": 2.0, "l": "good"},
        {"prompt": "b", "response": "x", "score": None, "l": None},
        {"text": "raw", "score": float("nan"), "l": "1"},
        {"text": "raw", "score": 3.0, "l": "one"},
        {"score": 1.0, "l": "good"},
        {"score": 9.0, "l": "bad"},
        label="l",
    )
    assert table["label_conflict_group"].to_list() == [0, 0, None, None, None, None, 6, 6, None, None]
    assert table["score_conflict_group"].to_list() == [0, 0, *[None] * 8]
    assert table["score_conflict_range"].to_list() == [3.0, 3.0, *[None] * 8]


def test_rows_without_texts_are_compared_by_their_item() -> None:
    rows = (
        {"i": 1, "l": True},
        {"i": 1, "l": False},
        {"i": 2, "l": True},
        {"i": 2, "l": True},
        {"i": None, "l": False},
    )
    assert computed(*rows, item="i", label="l")["label_conflict_group"].to_list() == [0, 0, None, None, None]


# Within a row


@pytest.mark.parametrize(
    ("prompt", "response", "is_echo"),
    [
        ("Give me a recipe for fish pie.", "Give me a  recipe for FISH pie.", True),
        ("Give me a recipe for fish pie.", "Give me a recipe for fish pie.\n\nFirst, take a fish.", True),
        ("Say it", "Say it\n\nSay it", True),
        ("Hi", "Hi", True),
        ("Hi", "Hi there! How can I help?", False),
        ("Give me a recipe for fish pie", "Give me a recipe for fish pies", False),
        ("Give me a recipe for fish pie.", "Take a fish.", False),
        ("Hi", "", None),
        ("", "Hi", None),
        (None, "Hi", None),
    ],
)
def test_a_response_that_repeats_its_prompt(prompt: str | None, response: str, is_echo: bool | None) -> None:
    assert computed({"prompt": prompt, "response": response})["is_prompt_echo"].to_list() == [is_echo]


def test_a_chat_echoes_its_latest_question_and_may_repeat_an_answer() -> None:
    turns = [
        said("user", "Hi"),
        said("assistant", "Yes."),
        said("user", "Tell me all about honey bees."),
        said("assistant", "Tell me all about honey bees."),
    ]
    again = [said("user", "One?"), said("assistant", "Yes."), said("user", "Two?"), said("assistant", " yes.")]
    same = [said("user", "One?"), said("assistant", "Yes."), said("user", "One?"), said("assistant", "Yes.")]
    table = computed(
        *({"messages": m, "prompt": "Hi", "response": m[-1]["content"]} for m in (turns, again, same)),
        {"prompt": "a", "response": "b"},
    )
    assert table["is_prompt_echo"].to_list() == [True, False, False, False]
    assert table["has_repeated_answer"].to_list() == [False, True, False, None]


@pytest.mark.parametrize(
    ("chosen", "rejected", "expected"),
    [
        ("Bees.", "Bees.", "equal"),
        ("Bees fly.", " Bees\n fly.", "white_space"),
        ("caf\u00e9 au lait", "cafe\u0301 au  lait", "white_space"),
        ("Bees fly.", "Bees fly. And they sting.", "chosen_is_prefix"),
        ("Yes, of course.", "Yes", "rejected_is_prefix"),
        ("The bees in the garden are flyi", "The bees in the garden are flying home.", "chosen_is_prefix"),
        ("6", "64", None),
        ("1", "1.5", None),
        ("3", "3/7", None),
        ("Bees fly.", "bees fly.", None),
        ("Bees fly.", "Birds fly.", None),
    ],
)
def test_pairs_that_teach_nothing(chosen: str, rejected: str, expected: str | None) -> None:
    table = computed({"prompt": "What?", "response": chosen, "rejected": rejected})
    assert table["pair_degenerate_kind"].to_list() == [expected]
    assert table["is_pair_degenerate"].to_list() == [expected is not None]
    assert table["chosen_extra_chars"].to_list() == [len(chosen) - len(rejected)]


@pytest.mark.parametrize("rejected", [None, "", " \n"])
def test_a_pair_with_a_blank_side_is_not_compared(rejected: str | None) -> None:
    row = computed({"prompt": "What?", "response": "Bees.", "rejected": rejected}).row(0, named=True)
    assert (row["is_pair_degenerate"], row["pair_degenerate_kind"], row["chosen_extra_chars"]) == (None, None, None)


def test_scores_of_both_sides() -> None:
    pairs = [(2, "5"), (3, "3"), (4, "1.5"), (None, "1"), (1, "n/a")]
    table = computed(
        *({"prompt": "a", "response": "b", "rejected": "c", "c": a, "r": b} for a, b in pairs),
        score_chosen="c",
        score_rejected="r",
    )
    assert table["chosen_score_margin"].to_list() == [-3.0, 0.0, 2.5, None, None]


# Choices


def chosen(*pairs: tuple[str, str, str]) -> list[tuple[int | None, int | None]]:
    table = computed(*({"prompt": p, "response": a, "rejected": b} for p, a, b in pairs))
    return list(table.select("preference_cycle_group", "preference_cycle_answers").iter_rows())


def test_choices_in_a_circle() -> None:
    nothing = (None, None)
    assert chosen(("p", "a", "b"), ("p", "b", "c"), ("p", "C ", "a")) == [(0, 3)] * 3
    assert chosen(("p", "a", "b"), ("p", "b", "a")) == [(0, 2)] * 2
    assert chosen(("p", "a", "b"), ("q", "b", "a")) == [nothing] * 2, "two prompts"
    assert chosen(("p", "a", "b"), ("p", "b", "c"), ("p", "a", "c")) == [nothing] * 3, "an order"
    assert chosen(("p", "x", "a"), ("p", "a", "b"), ("p", "b", "a"), ("p", "b", "y")) == [
        nothing,
        (1, 2),
        (1, 2),
        nothing,
    ]
    assert chosen(("p", "a", "a"), ("p", "a", "a")) == [nothing] * 2, "an answer over itself"
    assert chosen(("", "a", "b"), ("", "b", "a")) == [nothing] * 2, "no prompt"


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 4)), max_size=14))
def test_a_choice_is_in_a_circle_where_a_way_leads_back(edges: list[tuple[int, int, int]]) -> None:
    schema = {"row": pl.UInt32, "prompt": pl.Int64, "better": pl.Int64, "worse": pl.Int64}
    table = pl.DataFrame([(i, *e) for i, e in enumerate(edges)], schema=schema, orient="row")

    def leads(prompt: int, start: int, end: int) -> bool:
        seen, todo = set(), [start]
        while todo:
            at = todo.pop()
            if at == end:
                return True
            seen.add(at)
            todo += [w for p, b, w in edges if p == prompt and b == at and w not in seen]
        return False

    expected = [i for i, (p, b, w) in enumerate(edges) if b != w and leads(p, w, b)]
    assert sorted(cycles(table)["row"].to_list()) == expected


# All rows at once


def test_one_row_no_row_and_rows_all_equal() -> None:
    assert computed({"prompt": "a", "response": "b"}).height == 1
    assert Conflicts()(rows_of()).height == 0
    row = {"prompt": "a", "response": "b", "rejected": "c", "score": 1.0}
    table = computed(*[row] * 50)
    assert all(table[c].null_count() == 50 for c in table.columns if c.endswith(("_group", "_range")))


# The sample data


@pytest.fixture(scope="module", autouse=True)
def opened(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "one.jsonl").write_text('{"prompt": "a", "response": "b"}\n')
    (folder / "judged.csv").write_text(
        "item_id,worker,label,summary\n"
        + "".join(f"{i // 3},w{i % 3},{'yn'[i % 7 == 0]},Text {i}\n" for i in range(30))
    )
    found_ = {
        name: Workspace().open([SAMPLES / f"{name}.jsonl"])
        for name in ("instructions", "chats", "preferences", "hostile")
    }
    found_ |= {path.stem: Workspace().open([path]) for path in folder.iterdir()}
    for dataset in found_.values():
        compute(dataset, dataset.signal("conflicts"))
    return found_


def lines(dataset: Dataset, column: str, *values: object) -> list[int]:
    return [at + 1 for at, value in enumerate(dataset.column(column)) if value in values]


def test_every_planted_conflict_is_found_as_what_it_is(opened: dict[str, Dataset]) -> None:
    dataset, names = (
        opened["instructions"],
        {"number differs": "number", "label flips": "label", "refusal and answer": "empty_or_refusal"},
    )
    rows = dataset.frame(["prompt_conflict_group", "prompt_conflict_kind"])
    for group, what in zip(TRUTH["conflicts"]["groups"], TRUTH["conflicts"]["details"], strict=True):
        seen = rows[[at - 1 for at in group]]
        assert seen["prompt_conflict_group"].to_list() == [group[0] - 1] * len(group)
        assert set(seen["prompt_conflict_kind"]) == {names[what]}, group
    planted = sorted(at for group in TRUTH["conflicts"]["groups"] for at in group)
    assert lines(dataset, "prompt_conflict_kind", *names.values()) == planted, "and no other row is one"


def test_planted_responses_and_echoes(opened: dict[str, Dataset]) -> None:
    dataset = opened["instructions"]
    column = dataset.column("response_conflict_group")
    for group in TRUTH["same_response"]["groups"]:
        assert {column[at - 1] for at in group} == {group[0] - 1}
    assert lines(dataset, "is_prompt_echo", True) == TRUTH["prompt_echoed"]["lines"]
    repeated = lines(opened["chats"], "has_repeated_answer", True)
    assert set(TRUTH["chat_repeated_answer"]["lines"]) <= set(repeated)
    assert set(repeated) - set(TRUTH["chat_repeated_answer"]["lines"]) == {153, 189}, "one sentence, two languages"


def test_planted_pairs(opened: dict[str, Dataset]) -> None:
    dataset = opened["preferences"]
    for name, way in (
        ("preference_chosen_equals_rejected", "equal"),
        ("preference_equal_up_to_white_space", "white_space"),
        ("preference_chosen_is_prefix", "chosen_is_prefix"),
    ):
        assert lines(dataset, "pair_degenerate_kind", way) == TRUTH[name]["lines"]
    margin = dataset.column("chosen_score_margin")
    assert [at + 1 for at in (margin < 0).arg_true()] == TRUTH["preference_score_against_choice"]["lines"]
    assert [at + 1 for at in (margin == 0).arg_true()] == TRUTH["preference_score_tie"]["lines"]


@pytest.mark.parametrize(
    ("name", "kind_"), [("preference_cycles", "preference_cycle"), ("preference_reversed", "preference_reversed")]
)
def test_planted_circles(name: str, kind_: str, opened: dict[str, Dataset]) -> None:
    dataset, of = opened["preferences"], KINDS[kind_]
    listed = groups(dataset, of)["group"]
    assert [[at + 1 for at in rows_of_group(dataset, of, group)] for group in listed] == sorted(TRUTH[name]["groups"])


# Tables


def test_chosen_longer(opened: dict[str, Dataset]) -> None:
    dataset = opened["preferences"]
    whole = chosen_longer(dataset)
    assert whole is not None
    assert whole[:4] == (395, 195, 157, 43) and whole.share == 195 / 395 and (whole.low, whole.high) == wilson(195, 395)
    first = chosen_longer_by(dataset, "source").row(0, named=True)
    assert (first["value"], first["pairs"], first["longer"]) == ("verbose_lab", 50, 50)
    lab = chosen_longer(dataset, View().where("source", "eq", "verbose_lab"))
    assert lab is not None and lab.sentence.endswith("A model may learn from it to write more.")
    assert chosen_longer(opened["instructions"]) is None


def test_counts_follow_the_view_and_groups_stay_whole(opened: dict[str, Dataset]) -> None:
    dataset = opened["instructions"]
    counted = {one.kind.name: (one.groups, one.rows) for one in found(dataset)}
    assert counted["same_prompt_number"] == (9, 18) and counted["prompt_echo"] == (7, 7)
    view = View().where("source", "eq", "tutor")
    for one in found(dataset, view):
        assert one.rows == len(dataset.rows_of(one.view(view))) <= counted[one.kind.name][1]
        listed = groups(dataset, one.kind, view)
        assert listed.height == one.groups
        assert listed["rows"].to_list() == [len(rows_of_group(dataset, one.kind, group)) for group in listed["group"]]
    sought = groups(dataset, KINDS["same_prompt_number"], containing="LEMONS")
    assert sought["group"].to_list() == [97]
    assert groups(dataset, KINDS["same_prompt_number"], containing="no such text").is_empty()


def test_a_kind_is_asked_only_where_its_roles_are_and_never_called_a_fault(opened: dict[str, Dataset]) -> None:
    names = {one.kind.name for one in found(opened["instructions"])}
    assert {"score", "same_prompt_other"} <= names and not {"label", "pair_equal", "score_tie"} & names
    assert {one.kind.name for one in found(opened["judged"])} == {"label"}
    assert all("may be intended" in KINDS[name].sentence for name in ("same_prompt_other", "same_response_short"))


def test_what_is_laid_side_by_side(opened: dict[str, Dataset]) -> None:
    dataset, of = opened["instructions"], KINDS["same_prompt_number"]
    rows = rows_of_group(dataset, of, 12)
    drawn = side_by_side(
        of, list(dataset.frame(columns_of(dataset), rows).iter_rows(named=True)), rows.to_list(), dataset.roles, 0
    )
    assert [card.text for card in drawn.shared] == ["Simplify 144/228 as far as possible."]
    marked = [[card.text[a:b] for a, b, *_ in card.spans] for card in drawn.cards if card.text]
    assert marked == [["12/19"], ["1"]]
    assert json.loads(json.dumps(drawn.as_dict()))["cards"][0]["about"].startswith("annotator farah")


def acting(name: str) -> None:
    """A page that does what a button of a group does, and the bar of actions below it."""
    import streamlit as st

    from ui.conflicts import deciding
    from ui.rows import undoing
    from ui.session import session

    dataset = session.dataset()
    assert dataset
    st.button("act", key="act", on_click=deciding.act, args=(dataset, name))
    st.button("undo", key="undo", on_click=undoing.undo, args=(dataset,))
    undoing.say_last(dataset)


def test_one_row_of_a_group_is_kept_and_the_others_are_dropped(opened: dict[str, Dataset]) -> None:
    dataset, of = opened["instructions"], KINDS["same_prompt_number"]
    rows = rows_of_group(dataset, of, 12)
    ids = dataset.column("row_id").gather(rows).to_list()
    drawn = Group("2 rows", (), [Card("Row", "a", row=id) for id in ids])
    acts = [card.acts for card in deciding.with_acts(dataset, of, 12, drawn).cards]
    assert acts == [[(f"keep~same_prompt_number~12~{id}", "Keep this, drop the others")] for id in ids]
    at = AppTest.from_function(acting, kwargs={"name": acts[1][0][0]})
    at.query_params["d"] = dataset.id
    at.run().button(key="act").click().run()
    assert not at.exception and "Tag “drop”: 1 row changed." in at.text[0].value
    with open_annotations(Workspace().home) as notes:
        reasons = notes.tags.reasons(dataset.fingerprint)
        assert reasons.select("row_id", "tag", "why", "reason").row(0) == (
            ids[0],
            "drop",
            "conflict (a number differs)",
            f"row {rows[1] + 1:,} of the same group is kept",
        )
        other = AppTest.from_function(acting, kwargs={"name": acts[0][0][0]})  # another mind: the first is kept instead
        other.query_params["d"] = dataset.id
        other.run().button(key="act").click().run()
        assert notes.tags.standing(dataset.fingerprint)["row_id"].to_list() == [ids[1]]
        for _ in range(2):
            other.button(key="undo").click().run()
        assert notes.tags.standing(dataset.fingerprint).is_empty()


def test_a_button_of_another_group_does_nothing(opened: dict[str, Dataset]) -> None:
    dataset = opened["instructions"]
    for name in ("keep~same_prompt_number~12~nothing", "keep~no_kind~1~x", "keep~same_prompt_number~x~y", ""):
        at = AppTest.from_function(acting, kwargs={"name": name})
        at.query_params["d"] = dataset.id
        at.run().button(key="act").click().run()
        assert not at.exception and not at.text


def test_the_letters_of_a_circle(opened: dict[str, Dataset]) -> None:
    dataset, of = opened["preferences"], KINDS["preference_cycle"]
    rows = rows_of_group(dataset, of, 5)
    drawn = side_by_side(
        of, list(dataset.frame(columns_of(dataset), rows).iter_rows(named=True)), rows.to_list(), dataset.roles, 0
    )
    assert [card.title for card in drawn.cards] == ["A", "B", "C"]
    assert [note[:8] for note in drawn.notes] == ["A over B", "C over A", "B over C"]


@pytest.mark.parametrize("name", ["instructions", "preferences", "chats", "hostile", "judged"])
def test_every_group_of_every_kind_can_be_drawn(name: str, opened: dict[str, Dataset]) -> None:
    dataset = opened[name]
    for one in found(dataset):
        for group in groups(dataset, one.kind)["group"]:
            members = rows_of_group(dataset, one.kind, group)
            rows = members.head(MAX_CARDS)
            left = len(members) - len(rows)
            drawn = side_by_side(
                one.kind,
                list(dataset.frame(columns_of(dataset), rows).iter_rows(named=True)),
                rows.to_list(),
                dataset.roles,
                left,
            )
            assert drawn.cards and drawn.left == left
            assert all(card["text"] or card["is_missing"] or card["text"] == "" for card in drawn.as_dict()["cards"])


# Findings, command, page


def test_findings(opened: dict[str, Dataset]) -> None:
    rows = {
        (name, f.name): f.rows for name in ("instructions", "preferences", "judged") for f in findings(opened[name])
    }
    assert [rows["instructions", name] for name in ("contradictions", "score_conflicts", "prompt_echo")] == [46, 201, 7]
    assert [
        rows["preferences", name] for name in ("degenerate_pairs", "preference_cycles", "score_against_choice")
    ] == [74, 34, 10]
    assert rows["judged", "label_conflicts"] == len(opened["judged"].column("label_conflict_group").drop_nulls())


def test_the_command(opened: dict[str, Dataset]) -> None:
    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["conflicts", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    whole = run(opened["preferences"].id)
    assert set(whole) == {
        *("rows", "kinds", "not_looked_for", "chosen_longer", "roles_not_set", "looked_at", "not_looked_at")
    }
    assert whole["rows"] == whole["looked_at"] == 400
    assert all(set(kind_) == {"kind", "sentence", "groups", "rows", "looked_at", "where"} for kind_ in whole["kinds"])
    by_name = {kind_["kind"]: kind_ for kind_ in whole["kinds"]}
    assert by_name["preference_cycle"]["groups"] == 6 and by_name["preference_cycle"]["rows"] == 18
    assert by_name["pair_equal"]["where"] == ["pair_degenerate_kind~in~equal"]
    assert whole["chosen_longer"]["longer"] == 195 and whole["chosen_longer"]["by_source"][0]["value"] == "verbose_lab"
    for kind_ in whole["kinds"]:
        assert len(opened["preferences"].rows_of(View.from_params(kind_["where"]))) == kind_["rows"]
    assert run(opened["preferences"].id, "--where", "source~eq~verbose_lab")["chosen_longer"]["share"] == 1
    assert run(opened["chats"].id)["chosen_longer"] is None


def page(dataset: Dataset, **params: str) -> AppTest:
    return open_page("conflicts", dataset, **params)


@pytest.mark.parametrize("name", ["instructions", "preferences", "chats", "hostile", "judged", "one"])
def test_the_page_shows_every_kind_of(name: str, opened: dict[str, Dataset]) -> None:
    dataset = opened[name]
    seen = [one for one in found(dataset) if one.rows]
    at = page(dataset)
    for one in seen:
        assert f"{one.kind.title}. {one.sentence}" in [text.value for text in at.text]
        at.button(key=f"compare_{one.kind.name}").click().run()
        assert not at.exception, at.exception[0].stack_trace
        assert at.selectbox(key="conflict").value == one.kind.name
    if not seen:
        assert "No conflict was found in the rows in view, of the kinds that were looked for." in [
            t.value for t in at.text
        ]


def test_a_kind_becomes_a_filter_and_stands_in_the_address(opened: dict[str, Dataset]) -> None:
    at = page(opened["preferences"], conflict="preference_cycle")
    assert at.selectbox(key="conflict").value == "preference_cycle"
    at.button(key="filter_score_against_choice").click().run()
    assert at.query_params["f"] in ("chosen_score_margin~lt~0", ["chosen_score_margin~lt~0"])
    assert not at.exception


def test_a_role_that_is_not_set_is_named(opened: dict[str, Dataset]) -> None:
    said_ = "\n".join(text.value for text in page(opened["instructions"]).text)
    assert (
        "label: needed for Labels, Labels differ." in said_
        and "score chosen: needed for Score against choice, Equal scores." in said_
    )


def test_every_kind_asks_for_columns_of_the_signal() -> None:
    for one in KINDS.values():
        assert {one.filter.column, one.group} - {""} <= set(CATALOGUE.signals[one.signal].adds)


def test_which_chosen_answer_is_longer() -> None:
    pairs = [
        ("A long answer.", "Short."),
        ("Short.", "A long answer."),
        ("Same.", "Even."),
        ("", "Short."),
        ("One.", None),
    ]
    table = computed(*({"prompt": "Why?", "response": chosen, "rejected": other} for chosen, other in pairs))
    assert table["is_chosen_longer"].to_list() == [True, False, None, None, None]
