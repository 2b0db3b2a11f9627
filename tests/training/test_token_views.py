"""Are the tokens of a row what the trainer reads, with personal data covered until a person asks to see it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.reading.row_tokens import MAX_TOKENS
from analysis.training.choice import choose
from analysis.training.keeping import with_choice
from analysis.workspace import Workspace
from ui.components.tokens import Side, token_view
from ui.reading.as_tokens import Tokens, tokens_of

MAIL = "ann.marsh@gravel-works.co"
CALL = {"type": "function", "function": {"name": "send", "arguments": json.dumps({"to": MAIL})}}
CHATS = [
    [{"role": "user", "content": f"Mail {MAIL}"}, {"role": "assistant", "content": f"Sent to {MAIL}."}],
    [
        {"role": "user", "content": "Mail her"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": f"sent to {MAIL}"},
        {"role": "assistant", "content": "Done."},
    ],
    [{"role": "system", "content": f"You are {MAIL}"}, {"role": "user", "content": "Hi"}],
    [{"role": "user", "content": "word " * 9_000}, {"role": "assistant", "content": "no"}],
    [{"role": "user", "content": "other " * 9_000}, {"role": "assistant", "content": "no"}],
]


@pytest.fixture(scope="module")
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("data") / "chats.jsonl"
    path.write_text("".join(json.dumps({"messages": chat}) + "\n" for chat in CHATS))
    dataset = Workspace().open([path])
    compute(dataset, dataset.signal("personal_data"))
    return dataset


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.session_state.clear()


def chosen(dataset: Dataset, template: str) -> Dataset:
    return Workspace().describe(dataset, parameters=with_choice(dataset, choose(template)))


def view(dataset: Dataset, row: int, *others: Any) -> dict[str, Any]:
    rows = pl.Series([row], dtype=pl.UInt32)
    payloads = [{"id": "x"}]
    tokens_of(dataset, others).add(payloads, rows, 0, None)
    return payloads[0]["tokens"]  # type: ignore[return-value]


def text(side: dict[str, Any]) -> str:
    return "".join(side["tokens"]["pieces"])


def test_the_pieces_are_the_rendered_text_and_hide_the_address(data: Dataset) -> None:
    [side] = view(chosen(data, "chatml"), 0)["sides"]
    dots = "•" * len(MAIL)
    assert text(side) == (
        f"<|im_start|>user\nMail {dots}<|im_end|>\n<|im_start|>assistant\nSent to {dots}.<|im_end|>\n"
    )
    covered = [
        number for number, piece in zip(side["tokens"]["ids"], side["tokens"]["pieces"], strict=True) if "•" in piece
    ]
    assert covered and set(covered) == {-1}
    assert [part[0] for part in side["tokens"]["parts"]] == ["user", "assistant"]


@pytest.mark.usefixtures("qwen")
def test_a_turn_ends_with_its_own_mark_where_control_tokens_are_known(tmp_path: Path, app_home: Path) -> None:
    path = tmp_path / "talk.jsonl"
    turns = [("user", "Hi"), ("assistant", "Hello"), ("user", "Again"), ("assistant", "Yes")]
    path.write_text(json.dumps({"messages": [{"role": role, "content": said} for role, said in turns]}) + "\n")
    dataset = Workspace().open([path])
    dataset = Workspace().describe(dataset, parameters=with_choice(dataset, choose("chatml", "qwen2.5")))
    tokens = view(dataset, 0)["sides"][0]["tokens"]
    written = ["".join(tokens["pieces"][first:end]) for _, first, end, *_ in tokens["parts"]]
    assert written == [f"<|im_start|>{role}\n{said}<|im_end|>\n" for role, said in turns]
    assert [part[3] for part in tokens["parts"]] == [0, 2, 0, 2]  # the answer and its end are trained


def test_a_switched_off_mask_shows_it_and_is_recorded(data: Dataset) -> None:
    st.session_state["masks_personal_data"] = False
    [side] = view(chosen(data, "chatml"), 0)["sides"]
    assert MAIL in text(side) and -1 not in side["tokens"]["ids"]


def test_an_address_in_the_json_of_a_call_is_hidden_too(data: Dataset) -> None:
    for template in ("chatml", "Qwen/Qwen3-8B"):
        for side in view(chosen(data, template), 1)["sides"]:
            assert MAIL not in text(side) and MAIL.split("@")[0] not in text(side)


def test_a_refused_row_has_the_message_and_no_tokens(data: Dataset) -> None:
    [side] = view(chosen(data, "gemma"), 2)["sides"]
    assert side["tokens"] is None and "system" in side["error"].lower()


def test_a_long_row_sends_a_window_from_where_it_is_asked(data: Dataset) -> None:
    dataset = chosen(data, "chatml")
    [side] = view(dataset, 3)["sides"]
    assert len(side["tokens"]["pieces"]) == MAX_TOKENS and side["tokens"]["total"] > 9_000
    payloads = [{"id": "x"}]
    tokens_of(dataset).add(payloads, pl.Series([3], dtype=pl.UInt32), 0, {"tokens": {"id": "x", "from": 4_000}})
    shown: Any = payloads[0]["tokens"]
    assert shown["sides"][0]["tokens"]["begin"] == 4_000
    assert len(json.dumps(shown)) < 100_000


def test_neighbours_come_along_while_they_are_short(data: Dataset) -> None:
    payloads: list[dict[str, Any]] = [{"id": str(n)} for n in range(5)]
    tokens_of(chosen(data, "chatml")).add(payloads, pl.Series(range(5), dtype=pl.UInt32), 3, None)
    assert ["tokens" in payload for payload in payloads] == [False, False, True, True, False]


def test_two_sides_share_what_is_sent_and_say_where_they_differ(data: Dataset) -> None:
    dataset = chosen(data, "chatml")
    sides = view(dataset, 0, ("Every token", choose("chatml", rule="all")))["sides"]
    assert [side["title"].split(" · ")[0] for side in sides] == ["As chosen, rule content", "Every token"]
    assert sides[0]["difference"] == sides[1]["difference"] == {"token": 0, "kind": "trained"}
    long = view(dataset, 3, ("Every token", choose("chatml", rule="all")))["sides"]
    assert sum(len(side["tokens"]["pieces"]) for side in long) <= MAX_TOKENS


def test_without_a_choice_it_says_what_to_do(data: Dataset) -> None:
    dataset = Workspace().describe(data, parameters={})
    offered = tokens_of(dataset).offered(None)
    assert not offered["possible"] and "page Training" in offered["why"]


def test_a_note_of_all_sides_is_told_once() -> None:
    shown = token_view([Side("a", None, notes=["x", "y"]), Side("b", None, notes=["y"])])
    assert shown["notes"] == ["y"] and [side["notes"] for side in shown["sides"]] == [["x"], []]


def test_the_reader_begins_as_the_address_says() -> None:
    plain = Tokens(lambda rows: [])
    assert plain.offered(None)["on"] is False
    assert plain.offered({"tokens": {"on": True}})["on"] is True
    assert Tokens(lambda rows: [], is_usual=True).offered(None)["on"] is True
