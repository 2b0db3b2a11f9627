"""Does each fault of a row's structure get its name, and only then?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.reading.payload import payload
from analysis.structure.faults import FAULTS
from analysis.structure.tables import turns_in
from analysis.view import View
from analysis.workspace import Workspace

Turns = tuple[str, str | None] | dict[str, Any]
Open = Callable[..., Dataset]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "tide",
            "parameters": {
                "type": "object",
                "properties": {"port": {"type": "string"}, "day": {"type": "integer"}},
                "required": ["port"],
            },
        },
    }
]
U, A = ("user", "Tide?"), ("assistant", "At ten.")


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    def open_it(*records: dict[str, Any]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        dataset = Workspace().open([path])
        compute(dataset, dataset.signal("structure"))
        return dataset

    return open_it


def chat(*turns: Turns, **more: Any) -> dict[str, Any]:
    written = [turn if isinstance(turn, dict) else {"role": turn[0], "content": turn[1]} for turn in turns]
    return {"messages": written, **more}


def call(*named: tuple[str | None, str, Any], role: str = "assistant") -> dict[str, Any]:
    calls = [
        {**({"id": called} if called else {}), "type": "function", "function": {"name": name, "arguments": arguments}}
        for called, name, arguments in named
    ]
    return {"role": role, "content": None, "tool_calls": calls}


def result(called: str | None = None, content: str = "4:10") -> dict[str, Any]:
    return {"role": "tool", "content": content, **({"tool_call_id": called} if called else {})}


PORT = '{"port": "P"}'
ONE = call(("a", "tide", PORT))
TWO = call(("a", "tide", PORT), ("b", "tide", PORT))
CHATS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a plain chat": (chat(U, A), []),
    "instructions, two rounds": (chat(("system", "Be brief."), U, A, ("user", "And then?"), ("assistant", "At four.")), []),
    "nobody asks": (chat(("system", "Be brief."), A), ["first_not_user", "no_user"]),
    "nobody answers": (chat(U), ["last_not_assistant", "no_assistant"]),
    "no turns": ({"messages": []}, ["no_assistant", "no_user"]),
    "the user has the last word": (chat(U, A, ("user", "Thanks.")), ["last_not_assistant"]),
    "two of the user": (chat(U, ("user", "Well?"), A), ["same_role_twice"]),
    "two results of tools": (chat(U, TWO, result("a"), result("b"), A), []),
    "two systems": (chat(("system", "A"), ("system", "B"), U, A), ["several_systems"]),
    "a system and a developer": (chat(("system", "A"), ("developer", "B"), U, A), ["several_systems"]),
    "a late system": (chat(U, ("system", "B"), A), ["system_late"]),
    "a late second system": (chat(("system", "A"), U, ("system", "B"), A), ["several_systems", "system_late"]),
    "an empty turn": (chat(U, ("assistant", " \n"), ("user", "Well?"), A), ["empty_turn"]),
    "an empty system": (chat(("system", ""), U, A), ["empty_turn"]),
    "an empty last answer": (chat(U, ("assistant", None)), ["empty_last_answer"]),
    "an empty result of a tool": (chat(U, ONE, result("a", ""), A), []),
    "an image is no empty turn": (
        chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}]}, A),
        [],
    ),
    "an unknown role": (chat(U, ("referee", "Stop."), A), ["unknown_role"]),
    "foreign names": (chat(("human", "Hi"), ("gpt", "Hello.")), ["unknown_role"]),
    "foreign case": (chat(("User", "Hi"), ("Assistant", "Hello.")), ["unknown_role"]),
    "ShareGPT's own names": ({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello."}]}, []),
    "an open call": (chat(U, ONE), []),
    "no result": (chat(U, ONE, A), ["call_without_result", "same_role_twice"]),
    "no result, the user goes on": (chat(U, ONE, ("user", "Well?"), A), ["call_without_result"]),
    "one result of two": (chat(U, TWO, result("a"), A), ["call_without_result"]),
    "one result of two, then the end": (chat(U, TWO, result("a")), ["call_without_result", "last_not_assistant"]),
    "one result without an id for two calls": (chat(U, TWO, result(), A), []),
    "no ids at all": (chat(U, call((None, "tide", PORT)), result(), A), []),
    "a result after the user": (chat(U, result(), A), ["result_without_call"]),
    "a second result later": (chat(U, ONE, result("a"), A, U, result("z"), ("assistant", "So.")), ["result_without_call"]),
    "a result that comes late": (chat(U, ONE, ("user", "Well?"), result("a"), A), ["call_without_result"]),
    "a call in the text": (chat(U, ("assistant", '<tool_call>{"name": "tide"}</tool_call>'), result("x"), A), []),
    "an id of another call": (
        chat(U, ONE, result("zzz"), A),
        ["call_id_unknown", "call_without_result"],
    ),
    "an id of an earlier call": (chat(U, ONE, result("a"), call(("b", "tide", PORT)), result("a"), A), ["call_without_result"]),
    "a call by the user": (chat(call(("a", "tide", PORT), role="user"), A), ["call_by_user"]),
    "no JSON": (chat(U, call(("a", "tide", "{bad json")), result("a"), A), ["arguments_not_json"]),
    "a list of arguments": (chat(U, call(("a", "tide", "[1]")), result("a"), A), ["arguments_not_json"]),
    "an empty text of arguments": (chat(U, call(("a", "tide", "")), result("a"), A), ["arguments_not_json"]),
    "arguments as an object": (chat(U, call(("a", "tide", {"port": "P"})), result("a"), A), []),
    "no arguments": (chat(U, call(("a", "tide", None)), result("a"), A), []),
    "declared and fitting": (chat(U, ONE, result("a"), A, tools=TOOLS), []),
    "not declared": (chat(U, call(("a", "moon", "{}")), result("a"), A, tools=TOOLS), ["tool_not_declared"]),
    "not in the schema": (
        chat(U, call(("a", "tide", '{"port": 7}')), result("a"), A, tools=TOOLS),
        ["arguments_not_in_schema"],
    ),
    "one missing": (chat(U, call(("a", "tide", '{"day": 1}')), result("a"), A, tools=TOOLS), ["arguments_not_in_schema"]),
    "null stands for nothing": (
        chat(U, call(("a", "tide", '{"port": "P", "day": null}')), result("a"), A, tools=TOOLS),
        ["null_argument"],
    ),
    "a thought in the prompt": (chat(("user", "<think>Hm.</think> Tide?"), A), ["thought_in_prompt"]),
    "a prompt that begins a thought": (chat(("user", "Tide?\n<think>"), A), ["thought_in_prompt"]),
    "how to think is no thought": (
        chat(("system", "Think between <think> and </think>, then answer: <think>…</think>7"), U, A),
        [],
    ),
    "reasoning of the user": (chat({"role": "user", "content": "Tide?", "reasoning_content": "Hm."}, A), ["thought_in_prompt"]),
    "reasoning alone": (
        chat(U, {"role": "assistant", "content": "", "reasoning_content": "Ten."}),
        ["answer_missing_after_thought"],
    ),
    "reasoning, then a call": (chat(U, {**ONE, "reasoning_content": "I ask."}), []),
    "a thought alone": (chat(U, ("assistant", "<think>Ten.</think>")), ["answer_missing_after_thought"]),
    "an answer again": (chat(U, A, ("user", "Sure?"), A), ["repeated_turn"]),
    "a short answer again": (chat(U, ("assistant", "Yes."), ("user", "Sure?"), ("assistant", "Yes.")), []),
    "thanks again": (chat(U, A, ("user", "Thanks!"), ("assistant", "So?"), ("user", "Thanks!"), ("assistant", "Well.")), []),
    "a text of both": (chat(("user", "At ten."), A), []),
    "a space at the end": (chat(("user", "Tide? "), A), ["edge_white_space"]),
    "a line break before": (chat(U, ("assistant", "\nAt ten.")), ["edge_white_space"]),
    "the output of a tool": (chat(U, ONE, result("a", "4:10\n"), A), []),
}  # fmt: skip


def test_the_faults_of_chats(opened: Open) -> None:
    like_messages = {name: of for name, of in CHATS.items() if of[0].keys() <= {"messages", "tools"}}
    dataset = opened(*(record for record, _ in like_messages.values()))
    faults = dict(zip(like_messages, dataset.column("structure_faults").to_list(), strict=True))
    assert faults == {name: expected for name, (_, expected) in like_messages.items()}
    for name in CHATS.keys() - like_messages.keys():
        record, expected = CHATS[name]
        assert opened(record).column("structure_faults").to_list() == [expected], name


def test_every_fault_has_an_example() -> None:
    elsewhere = {"thought_not_opened", "thought_not_closed", "thought_empty", "several_thoughts"}
    assert {fault for _, faults in CHATS.values() for fault in faults} | elsewhere == {fault.name for fault in FAULTS}


def test_rows_without_messages(opened: Open) -> None:
    rows: dict[str, tuple[dict[str, Any], list[str]]] = {
        "fine": ({"prompt": "Tide?", "response": "At ten."}, []),
        "blank": ({"prompt": "Tide?", "response": " "}, ["empty_last_answer"]),
        "null": ({"prompt": "Tide?", "response": None}, ["empty_last_answer"]),
        "edge": ({"prompt": "Tide?\n", "response": "At ten."}, ["edge_white_space"]),
        "edge of the answer": ({"prompt": "Tide?", "response": " At ten."}, ["edge_white_space"]),
        "thought": ({"prompt": "Tide?", "response": "<think>Ten."}, ["thought_not_closed"]),
        "thought in the prompt": ({"prompt": "Tide?<think>", "response": "Ten."}, ["thought_in_prompt"]),
    }
    dataset = opened(*(record for record, _ in rows.values()))
    assert dataset.column("structure_faults").to_list() == [faults for _, faults in rows.values()]
    assert dataset.column("n_calls").to_list() == [None] * len(rows)


def test_the_rejected_side_of_a_pair_too(opened: Open) -> None:
    pair = {"prompt": "Tide?", "chosen": "At ten.", "rejected": "At four. "}
    turns = [{"role": "user", "content": "Tide?"}]
    chats = [*turns, {"role": "assistant", "content": "At ten."}], [*turns, {"role": "assistant", "content": "\nNo."}]
    assert opened(pair).column("structure_faults").to_list() == [["edge_white_space"]]
    assert opened({"chosen": chats[0], "rejected": chats[1]}).column("structure_faults").to_list() == [
        ["edge_white_space"]
    ]


def test_the_numbers_of_a_row(opened: Open) -> None:
    dataset = opened(
        chat(("system", "S"), U, TWO, result("a"), result("b"), ONE, tools=TOOLS),
        chat(U, A),
        chat(U, A, tools=[]),
    )
    assert dataset.column("n_calls").to_list() == [3, 0, 0]
    assert dataset.column("n_tools").to_list() == [1, None, 0]
    assert dataset.column("n_roles").to_list() == [4, 2, 2]


def test_the_four_lines(opened: Open) -> None:
    bad = call(("a", "add", "{bad json"))
    dataset = opened(
        chat(
            ("user", "2+2?"),
            {"role": "assistant", "content": "4", "reasoning_content": "two plus two is four"},
            tools=[{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}],
        ),
        chat(("user", "2+3?"), ("assistant", "<think>2+3</think>5")),
        chat(
            {"role": "user", "content": "hi", "weight": 0},
            {"role": "assistant", "content": "bad", "weight": 0},
            ("user", "again"),
            {"role": "assistant", "content": "good", "weight": 1},
        ),
        chat(("developer", "be kind"), ("user", "hi"), bad, {"role": "tool", "tool_call_id": "zzz", "content": "1"}),
    )
    last = ["arguments_not_json", "call_id_unknown", "call_without_result", "last_not_assistant"]
    assert dataset.column("structure_faults").to_list() == [[], [], [], last]
    assert dataset.column("n_tools").to_list() == [1, None, None, None]
    assert dataset.column("messages").to_list()[3][0]["role"] == "developer"


def test_every_fault_is_a_finding_with_its_rows(opened: Open) -> None:
    records = [record for record, _ in CHATS.values() if record.keys() <= {"messages", "tools"}]
    dataset = opened(*records)
    found = {finding.name: finding for finding in findings(dataset)}
    faults = dataset.column("structure_faults").to_list()
    for fault in FAULTS:
        rows = [row for row, of in enumerate(faults) if fault.name in of]
        if rows and not fault.said_by:
            assert dataset.rows_of(found[fault.name].view).to_list() == rows
        elif rows:
            assert set(rows) <= set(dataset.rows_of(found[fault.said_by].view))
    said = {row for row, of in enumerate(faults) if {"no_assistant", "empty_last_answer"} & set(of)}
    assert set(dataset.rows_of(found["empty_response"].view)) == said


def test_sentences_and_advice() -> None:
    named = {check.name: check for check in CATALOGUE.checks}
    for fault in FAULTS:
        check = named[fault.said_by or fault.name]
        assert fault.to_do.endswith(".") and fault.one.endswith(".") and "{rows}" in fault.many
        assert fault.said_by or check.to_do == fault.to_do
    assert named["no_user"].sentence(1) == "1 chat has no turn of the user."
    assert named["no_user"].sentence(1200) == "1,200 chats have no turn of the user."


def test_the_turns_by_role_and_the_tools_by_name(opened: Open) -> None:
    dataset = opened(
        chat(("system", "Be brief."), U, TWO, result("a"), result("b"), A, tools=TOOLS),
        chat(U, ONE, result("a"), A, tools=TOOLS),
        chat(U, A),
    )
    found = turns_in(dataset, View())
    assert (found.looked_at, found.chats) == (3, 3)
    by_role = found.by_role.select("role", "chats", "turns", "turns_per_chat")
    assert by_role.rows() == [
        ("assistant", 3, 5, 5 / 3),
        ("tool", 2, 3, 1.5),
        ("user", 3, 3, 1.0),
        ("system", 1, 1, 1.0),
    ]
    assert found.by_role["tokens"].sum() > 30 and found.by_role.filter(role="user")["characters"].to_list() == [15]
    assert found.by_tool.rows() == [("tide", 3, 2, 2, 0)]
    assert found.by_role["row"].to_list() == [0, 0, 0, 0]
    later = turns_in(dataset, View().listing("rows", dataset.column("row_id")[1:]))
    assert later.by_tool.rows() == [("tide", 1, 1, 1, 1)] and later.by_role["row"].to_list() == [1, 1, 1]
    assert turns_in(dataset, View(), most=2).looked_at == 2


def test_only_so_many_characters_of_turns_are_counted(opened: Open) -> None:
    """100 chats of 10 characters: 25 and a half are begun, and the 26th is counted whole; always the same."""
    dataset = opened(*(chat(("user", f"{n:05}"), ("assistant", f"{n:05}")) for n in range(100)))
    found = turns_in(dataset, View(), characters=255)
    assert (found.looked_at, found.chats) == (26, 100)
    assert found.by_role["characters"].to_list() == [130, 130]
    again, every = (turns_in(dataset, View(), characters=budget) for budget in (255, 1_000))
    assert again.by_role.equals(found.by_role)
    assert found.by_role["row"][0] < 50 and every.looked_at == 100
    assert turns_in(dataset, View(), characters=0).looked_at == 0


def test_without_chats_there_are_no_turns(opened: Open) -> None:
    found = turns_in(opened({"prompt": "Tide?", "response": "At ten."}), View())
    assert (found.looked_at, found.chats, found.by_role.height, found.by_tool.height) == (0, 0, 0, 0)


def test_the_reader_says_the_faults_of_a_row() -> None:
    row = {"prompt": "Tide? ", "response": "Ten.", "structure_faults": ["edge_white_space", "thought_in_prompt"]}
    named = [["edge_white_space", "edge white space"], ["thought_in_prompt", "thought in prompt"]]
    assert payload(row, fields=[])["faults"] == named
    assert payload(row, fields=[], originals=["structure_faults"])["faults"] == []
    assert payload(row | {"structure_faults": None}, fields=[])["faults"] == []
