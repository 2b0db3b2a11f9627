"""Is the difference of two texts whole, small and quick, and which texts of a row can be edited?"""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.proposals import texts_of
from analysis.reading.differences import difference
from analysis.reading.payload import MAX_SECTION_CHARS, Hit, payload
from analysis.reading.proposed import ProposedText, field_of
from analysis.reading.row_texts import sections_of

texts = st.text(alphabet="ab \n\t,é日本\r\u202e👩", max_size=40) | st.text(max_size=30)


@given(texts, texts)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    parts = difference(before, after)
    assert "".join(text for kind, text in parts if kind != "add") == before
    assert "".join(text for kind, text in parts if kind != "del") == after
    assert all(text for _, text in parts)
    if before == after:
        assert [kind for kind, _ in parts] == ["same"] * bool(before)


def test_words_are_changed_and_not_letters() -> None:
    assert difference("The quick brown fox jumps.", "A slow brown fox jumps!") == [
        ("del", "The quick"),
        ("add", "A slow"),
        ("same", " brown fox jumps"),
        ("del", "."),
        ("add", "!"),
    ]


def test_white_space_alone_is_a_change() -> None:
    assert difference("a  b\n\n", "a b\n") == [
        ("same", "a"),
        ("del", "  "),
        ("add", " "),
        ("same", "b"),
        ("del", "\n\n"),
        ("add", "\n"),
    ]


def test_a_megabyte_takes_seconds_at_most() -> None:
    before = " ".join(str(number * 7919 % 5003) for number in range(180_000))
    after = before.replace(" 77 ", " 78  ")
    begin = time.process_time()
    parts = difference(before, after)
    assert time.process_time() - begin < 10
    assert "".join(text for kind, text in parts if kind != "del") == after


TURNS = [("user", "Who?"), ("assistant", "Me.")]


def messages(*turns: tuple[str, str]) -> list[dict[str, Any]]:
    empty = dict.fromkeys(("reasoning", "tool_calls", "parts", "name", "tool_call_id", "trains", "extra"))
    return [{**empty, "role": role, "content": content} for role, content in turns]


ROWS: dict[str, tuple[dict[str, Any], list[str | None]]] = {
    "instruction": ({"prompt": "Why?", "response": None}, ["prompt", "response"]),
    "raw text": ({"text": "Once."}, ["text"]),
    "chat": (
        {"messages": messages(*TURNS), "prompt": "Who?", "response": "Me."},
        ["messages.0.content", "messages.1.content"],
    ),
    "pair": ({"prompt": "Why?", "response": "So.", "rejected": "No."}, ["prompt", "response", "rejected"]),
    "pair of chats": (
        {
            "messages": messages(*TURNS),
            "messages_rejected": messages(("assistant", "You.")),
            "prompt_turns": 1,
            "prompt": "Who?",
            "response": "Me.",
            "rejected": "You.",
        },
        ["messages.0.content", "messages.1.content", "messages_rejected.0.content"],
    ),
    "tools": ({"tools": "[]", "prompt": "Why?", "response": "So."}, [None, "prompt", "response"]),
    "table": ({"note": "x" * 300}, [None]),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_text_that_can_be_edited_is_one_that_can_be_proposed(name: str) -> None:
    row, fields = ROWS[name]
    _, sections = sections_of(row, ["note"])
    own = texts_of(row)
    assert [field_of(section, row, own) for section in sections] == fields
    if name != "table":
        assert {field for field in fields if field} <= set(own)
    for section, field in zip(sections, fields, strict=True):
        assert field is None or own[field] == section.text


def test_only_texts_have_a_name() -> None:
    row = {"messages": messages(*TURNS), "score": 3}
    assert list(texts_of(row)) == ["messages.0.content", "messages.1.content"]


def shown(row: dict[str, Any], **options: Any) -> dict[str, Any]:
    return next(s for s in payload(row, fields=[], **options)["sections"] if s["field"] == "response")


def test_a_text_is_open_only_where_the_reader_has_it_whole_and_unmasked() -> None:
    row = {"row_id": "x", "prompt": "Who?", "response": "Ask jane@mail.co."}
    masked = [Hit("response", 4, 16, masked=True)]
    proposal = [ProposedText("response", "Ask jane@mail.co now.", "ann", "2026-12-01 12:00", "why")]
    assert shown(row)["is_open"] and not shown(row, hits=masked)["is_open"]
    hidden = shown(row, hits=masked, proposals=proposal)["proposal"]
    assert hidden == {"is_masked": True, "parts": [], "hidden": 0}
    seen = shown(row, proposals=proposal)["proposal"]
    assert seen["parts"] == [["same", "Ask jane@mail.co"], ["add", " now"], ["same", "."]]
    assert (seen["person"], seen["at"], seen["why"]) == ("ann", "2026-12-01 12:00", "why")
    long = {**row, "response": "x" * (MAX_SECTION_CHARS + 1)}
    assert not shown(long)["is_open"] and shown(long)["hidden"] == 1
    whole = shown(long, is_whole=True)
    assert whole["is_open"] and whole["text"] == long["response"] and whole["hidden"] == 0


def test_a_proposal_that_no_section_shows_is_named() -> None:
    row = {"row_id": "x", "prompt": "Who?", "response": "Me."}
    told = payload(row, fields=[], proposals=[ProposedText("text", "New.", "ann", "2026-12-01 12:00")])
    assert (
        told["notes"] == ["A text is proposed for text, which is not shown here by itself."] and told["proposed"] == 1
    )
