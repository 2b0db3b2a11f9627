"""Are judged answers, trees, traces and the exports of annotation tools read as what they are?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import FormatError
from analysis.export import ExportRequest, export
from analysis.formats import ReadOptions, grouping
from analysis.formats.options import AS_FOUND
from analysis.workspace import Workspace
from tests.formats.leaf_texts import RENAMED, Opened, missing_texts, write

Read = dict[str, Any]
Import = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Import:
    def do(records: list[dict[str, Any]], container: str = "jsonl", reading: ReadOptions | None = None) -> Read:
        opened = Opened(write(records, tmp_path / f"x.{container}"), tmp_path / "d", reading or AS_FOUND)
        assert missing_texts(records, opened) <= RENAMED
        info, rows = opened.info, pl.read_parquet(tmp_path / "d" / "rows")
        named = {c: rows[info["canonical"][c] or c].to_list() for c in info["canonical"]}
        return {**info, **{c: rows[c].to_list() for c in info["columns"]}, **named, "rows_of": rows.height}

    return do


def names(data: Read) -> dict[str, int]:
    return {layout["layout"]: layout["rows"] for layout in data["layouts"]}


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(message["role"], message["content"]) for message in messages]


def turns(*texts: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def battle(n: int, winner: str | None) -> dict[str, Any]:
    return {
        "question_id": f"q{n}",
        "winner": winner,
        "judge": f"j{n % 2}",
        "conversation_a": turns(f"Ask {n}", f"A{n}"),
        "conversation_b": turns(f"Ask {n}", f"B{n}"),
    }


# Judged answers


@pytest.mark.parametrize("container", ["jsonl", "json", "csv", "parquet"])
def test_a_battle_is_a_pair_by_its_winner_and_a_tie_has_no_good_answer(read: Import, container: str) -> None:
    winners = ["model_b", "tie", "tie (bothbad)", "model_a"]
    data = read([battle(n, winner) for n, winner in enumerate(winners)], container)
    assert names(data) == {"arena": 2, "arena_tie": 2} and data["format"] == "preference"
    assert data["prompt"] == ["Ask 0", "Ask 1", "Ask 2", "Ask 3"]
    assert data["response"] == ["B0", None, None, "A3"] and data["rejected"] == ["A0", None, None, "B3"]
    assert data["won_by"] == ["b", "tie", "tie", "a"] and data["roles"]["label"] == "won_by"


OF_TRAINING = ("messages", "conversations", "instruction", "input", "output", "prompt", "completion")


def test_no_answer_of_a_tie_leaves_as_a_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    records = [battle(n, w) for n, w in enumerate(["model_b", "tie", "both_bad", None, "model_a"])]
    dataset = Workspace().open([write(records, tmp_path / "x.jsonl")])
    for to in ("messages", "alpaca", "sharegpt", "prompt_completion"):
        export(dataset, ExportRequest(to=to), tmp_path / to)
        (path,) = (tmp_path / to).glob("*.jsonl")
        text = json.dumps([{k: v for k, v in json.loads(line).items() if k in OF_TRAINING} for line in path.open()])
        assert "B0" in text and "A4" in text
        assert not any(answer in text for answer in ("A0", "A1", "B1", "A2", "B2", "A3", "B3", "B4")), to


def test_battles_as_lists_of_answers(read: Import) -> None:
    def row(a: int, b: int, tie: int) -> dict[str, Any]:
        return {
            "prompt": '["Hi","And?"]',
            "response_a": '["a1","a2"]',
            "response_b": '["b1","b2"]',
            "winner_model_a": a,
            "winner_model_b": b,
            "winner_tie": tie,
        }

    for container in ("jsonl", "csv"):
        data = read([row(0, 1, 0), row(0, 0, 1), row(1, 0, 0)], container)
        assert data["response"] == ["b2", None, "a2"] and data["rejected"] == ["a2", None, "b2"]
        assert said(data["messages"][0]) == [("user", "Hi"), ("assistant", "b1"), ("user", "And?"), ("assistant", "b2")]
    one = read([{"prompt": "Hi", "response_a": "x", "response_b": "y", "winner": "model_b"}])
    assert (one["prompt"], one["response"], one["rejected"]) == (["Hi"], ["y"], ["x"])


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        ("safe_rlhf", {"prompt": "p", "response_0": "x", "response_1": "y", "better_response_id": 1}, ("p", "y", "x")),
        ("safe_rlhf", {"response_1": "y", "response_0": "x", "better_response_id": 0, "prompt": "p"}, ("p", "x", "y")),
        (
            "human_preferences",
            {"history": "p", "human_ref_A": "x", "human_ref_B": "y", "labels": 0, "score_A": 2, "score_B": 9},
            ("p", "y", "x"),
        ),
        (
            "human_preferences_tie",
            {"history": "p", "human_ref_A": "x", "human_ref_B": "y", "labels": "none"},
            ("p", None, None),
        ),
        (
            "web_comparisons",
            {
                "question": {"full_text": "p", "id": "i"},
                "answer_0": "x",
                "answer_1": "y",
                "score_0": 0.5,
                "score_1": -0.5,
            },
            ("p", "x", "y"),
        ),
        (
            "web_comparisons_tie",
            {"question": {"full_text": "p"}, "answer_0": "x", "answer_1": "y", "score_0": 0.0, "score_1": 0.0},
            ("p", None, None),
        ),
        (
            "preference_strength",
            {"prompt": "p", "response_1": "x", "response_2": "y", "preference_strength": -2},
            ("p", "x", "y"),
        ),
        (
            "preference_strength_tie",
            {"prompt": "p", "response_1": "x", "response_2": "y", "preference_strength": 0},
            ("p", None, None),
        ),
        (
            "rated_answers",
            {"qid": 1, "question": "p", "answers": [{"text": "x", "pm_score": 1}, {"text": "y", "pm_score": 4}]},
            ("p", "y", "x"),
        ),
        (
            "rated_answers",
            {
                "prompt": "p",
                "answers": [{"answer": "x", "rank": 1}, {"answer": "z", "rank": 2}, {"answer": "y", "rank": 3}],
            },
            ("p", "x", "y"),
        ),
        ("rated_answers", {"input": "p", "generations": ["x", "y"], "ratings": [1.0, 4.5]}, ("p", "y", "x")),
        (
            "rated_answers_tie",
            {
                "instruction": "p",
                "completions": [{"response": "x", "overall_score": 3}, {"response": "y", "overall_score": 3}],
            },
            ("p", None, None),
        ),
    ],
)
def test_two_or_more_answers(read: Import, name: str, record: dict[str, Any], expected: tuple[str, ...]) -> None:
    for container in ("jsonl", "parquet", "csv"):
        data = read([record, {**record, "extra_column": "kept"}], container)
        assert names(data) == {name: 2}, container
        columns = data["prompt"][0], (data["response"] or [None])[0] if "response" in data else None
        assert columns == expected[:2] and data.get("rejected", [None])[0] == expected[2], container


def test_ultrafeedback_by_its_ratings(read: Import) -> None:
    def answer(text: str, *ratings: str) -> dict[str, Any]:
        aspects = zip(("helpfulness", "honesty"), ratings, strict=True)
        return {
            "response": text,
            "model": f"of {text}",
            "annotations": {a: {"Rating": r, "Rationale": "w"} for a, r in aspects},
        }

    data = read(
        [
            {
                "source": "s",
                "instruction": "Do.",
                "completions": [answer("bad", "1", "2"), answer("mid", "3", "3"), answer("good", "5", "4")],
            }
        ]
    )
    assert (data["response"], data["rejected"]) == (["good"], ["bad"])
    assert (data["score_chosen"], data["score_rejected"]) == ([4.5], [1.5])
    assert "mid" in data["completions"][0]


# Trees and sessions


def message(own: str, parent: str | None, role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"message_id": own, "parent_id": parent, "role": role, "text": text, "lang": "en", **more}


ROWS = [
    message("a", None, "prompter", "How?"),
    message("x", None, "prompter", "Why?", user_id="someone"),
    message("b", "a", "assistant", "So.", rank=0),
    message("c", "a", "assistant", "Or so.", rank=1),
    message("y", "x", "assistant", "Because.", rank=0),
    message("d", "b", "prompter", "And then?"),
]
PATHS = {
    (("user", "How?"), ("assistant", "So."), ("user", "And then?")),
    (("user", "How?"), ("assistant", "Or so.")),
    (("user", "Why?"), ("assistant", "Because.")),
}


@pytest.mark.parametrize("container", ["jsonl", "json", "csv", "parquet"])
@pytest.mark.parametrize("has_tree_id", [True, False])
def test_rows_with_parents_are_conversations_by_path(read: Import, container: str, has_tree_id: bool) -> None:
    trees = {"a": "T1", "b": "T1", "c": "T1", "d": "T1", "x": "T2", "y": "T2"}
    rows = [{**r, **({"message_tree_id": trees[r["message_id"]]} if has_tree_id else {})} for r in ROWS]
    data = read(rows, container)
    assert data["rows_of"] == 3 and {tuple(said(m)) for m in data["messages"]} == PATHS
    by_answer = dict(zip(data["answer_id"], zip(data["rank"], data["answer_count"], strict=True), strict=True))
    assert by_answer == {"d": (None, 1), "c": (1, 2), "y": (0, 1)}
    assert set(data["tree_id"]) == ({"T1", "T2"} if has_tree_id else {"a", "x"})


def test_circles_orphans_and_repeated_ids_are_kept(read: Import) -> None:
    rows = [
        message("a", "b", "prompter", "one"),
        message("b", "a", "assistant", "two"),
        message("c", "gone", "prompter", "three"),
        message("c", "gone", "prompter", "four"),
    ]
    data = read([{**row, "message_tree_id": "t"} for row in rows])
    assert {m["content"] for messages in data["messages"] for m in messages} == {"one", "two", "three", "four"}


def test_a_nested_tree(read: Import) -> None:
    prompt = {**ROWS[0], "replies": [{**ROWS[2], "replies": [{**ROWS[5], "replies": []}]}, {**ROWS[3], "replies": []}]}
    tree = {"message_tree_id": "T1", "tree_state": "ready", "prompt": prompt}
    for container in ("jsonl", "json"):
        data = read([tree], container)
        assert [said(m) for m in data["messages"]] == [list(p) for p in sorted(PATHS, key=len, reverse=True)[:1]] + [
            [("user", "How?"), ("assistant", "Or so.")]
        ]
        assert json.loads(data["messages"][0][0]["extra"])["message_id"] == "a"


@pytest.mark.parametrize("container", ["jsonl", "csv", "parquet"])
def test_an_export_in_the_format_of_the_source_has_each_record_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, container: str
) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    path = write([{**row, "message_tree_id": row["message_id"] in "xy"} for row in ROWS], tmp_path / f"x.{container}")
    dataset = Workspace().open([path])
    result = export(dataset, ExportRequest(to="input"), tmp_path / "out")
    (written,) = [p for p in result.folder.iterdir() if p.name not in ("receipt.json", "README.md")]
    readers: dict[str, Callable[..., pl.DataFrame]] = {
        "jsonl": pl.read_ndjson,
        "csv": pl.read_csv,
        "parquet": pl.read_parquet,
    }
    before, after = readers[container](path), readers[container](written)
    assert after.sort("message_id").equals(before.sort("message_id"))
    notes = json.loads((result.folder / "receipt.json").read_text())["notes"]
    assert "3 rows come from 2 records; each record is written once." in notes


def test_trees_that_lie_too_far_apart_are_refused(read: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MAX_OPEN_BYTES", 200)
    with pytest.raises(FormatError, match="sort it by tree or session first"):
        read([{**row, "message_tree_id": row["message_id"] in "xy"} for row in ROWS])


def test_a_session_of_an_agent(read: Import) -> None:
    def event(n: int, kind: str, content: Any, **more: Any) -> dict[str, Any]:
        message = {"role": kind, "content": content, **more.pop("of_message", {})}
        return {
            "type": kind,
            "uuid": f"u{n}",
            "sessionId": "s1",
            "timestamp": f"2025-01-01T00:00:0{n}Z",
            "message": message,
            **more,
        }

    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
    records: list[dict[str, Any]] = [
        {"type": "summary", "summary": "List the files", "leafUuid": "u4"},
        event(1, "user", "List files.", isSidechain=False, cwd="/somewhere"),
        event(2, "assistant", [{"type": "thinking", "thinking": "Use ls."}], of_message={"id": "m1", "model": "big"}),
        event(3, "assistant", [call], of_message={"id": "m1", "model": "big"}),
        event(4, "user", [{"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}]),
        event(5, "user", "Look deeper.", isSidechain=True, parentUuid=None),
        event(6, "assistant", [{"type": "text", "text": "Nothing."}], isSidechain=True, parentUuid="u5"),
        event(7, "assistant", [{"type": "text", "text": "One file."}], of_message={"id": "m2"}),
    ]
    data = read(records)
    assert names(data) == {"agent_session": 2} and data["is_subagent"] == [False, True]
    assert said(data["messages"][0]) == [
        ("user", "List files."),
        ("assistant", None),
        ("tool", "a.txt"),
        ("assistant", "One file."),
    ]
    assert data["messages"][0][1]["reasoning"] == "Use ls." and "ls" in data["messages"][0][1]["tool_calls"]
    assert said(data["messages"][1]) == [("user", "Look deeper."), ("assistant", "Nothing.")]
    assert data["title"] == ["List the files", None] and data["session_id"] == ["s1", "s1"]


def test_trajectories(read: Import) -> None:
    history = [
        {"role": "system", "content": "Mend."},
        {"role": "user", "content": "Bug."},
        {"role": "assistant", "content": "Done."},
    ]
    steps = [{"action": "ls", "observation": "a.py", "response": "I look.\nls", "thought": "I look."}]
    data = read([{"trajectory": steps, "history": history, "info": {"exit_status": "submitted", "submission": "diff"}}])
    assert said(data["messages"][0]) == [("system", "Mend."), ("user", "Bug."), ("assistant", "Done.")]
    assert (data["ended_by"], data["patch"]) == (["submitted"], ["diff"])
    data = read([{"instance_id": "i", "trajectory": steps, "exit_status": "early"}], "json")
    assert said(data["messages"][0]) == [("assistant", "I look.\nls"), ("tool", "a.py")]
    roles = [
        {"role": "system", "system_prompt": "Mend."},
        {"role": "user", "text": "Bug."},
        {"role": "ai", "text": "Done."},
    ]
    data = read([{"trajectory": roles, "generated_patch": "diff"}])
    assert said(data["messages"][0]) == [("system", "Mend."), ("user", "Bug."), ("assistant", "Done.")]


def test_bench(read: Import) -> None:
    data = read([{"question_id": 81, "category": "writing", "turns": ["Write.", "Again."], "reference": ["r1", "r2"]}])
    assert said(data["messages"][0]) == [("user", "Write."), ("user", "Again.")] and data.get("response") is None
    data = read([{"prompt": ["Write.", "Again."], "prompt_id": 3, "category": "c"}], "parquet")
    assert said(data["messages"][0]) == [("user", "Write."), ("user", "Again.")]
    choices = [{"index": 0, "turns": ["w", "a"]}, {"index": 1, "turns": ["w2", "a2"]}]
    data = read([{"question_id": 81, "model_id": "m", "choices": choices}])
    assert [said(m) for m in data["messages"]] == [
        [("assistant", "w"), ("assistant", "a")],
        [("assistant", "w2"), ("assistant", "a2")],
    ]
    assert read([{"turns": ["hi", "hello"]}])["response"] == ["hello"]


# Traces

ASKED = [{"role": "system", "content": "Short."}, {"role": "user", "content": "Where?"}]
CHAT = [("system", "Short."), ("user", "Where?"), ("assistant", "Left.")]


@pytest.mark.parametrize(
    "record",
    [
        {"id": "o", "input": ASKED, "output": {"role": "assistant", "content": "Left."}, "latency": 1.2},
        {"id": "o", "traceId": "t", "type": "GENERATION", "input": {"messages": ASKED}, "output": "Left."},
        {"input": {"args": [], "kwargs": {"messages": ASKED}}, "output": {"choices": [{"message": {"role": "assistant", "content": "Left."}}]}, "startTime": "2024-05-01"},
        {"id": "t", "input": None, "output": "Left.", "observations": [{"type": "GENERATION", "input": ASKED, "output": {"role": "assistant", "content": "Left."}}], "timestamp": "x"},
        {"inputs": {"messages": ASKED}, "outputs": {"output": {"role": "assistant", "content": "Left."}}},
        {"inputs": {"messages": [[{"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", f"{kind}Message"], "kwargs": {"content": text, "type": kind.lower()}} for kind, text in (("System", "Short."), ("Human", "Where?"))]]}, "outputs": {"generations": [[{"text": "Left.", "message": {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"], "kwargs": {"content": "Left."}}}]]}},
        {"run_type": "llm", "inputs": {"messages": [{"type": "system", "data": {"content": "Short."}}, {"type": "human", "data": {"content": "Where?"}}]}, "outputs": {"messages": [{"type": "ai", "content": "Left."}]}},
        {"attributes": {"llm": {"input_messages": [{"message": m} for m in ASKED], "output_messages": [{"message": {"role": "assistant", "content": "Left."}}], "model_name": "m"}}, "span_kind": "LLM"},
        {"attributes.llm.input_messages": [{f"message.{k}": v for k, v in m.items()} for m in ASKED], "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": "Left."}]},
        {**{f"llm.input_messages.{n}.message.{k}": v for n, m in enumerate(ASKED) for k, v in m.items()}, "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "Left."},
    ],
)  # fmt: skip
def test_a_trace_is_what_went_in_and_what_came_out(read: Import, record: dict[str, Any]) -> None:
    for container in ("jsonl", "json", "csv"):
        data = read([record, record], container)
        assert said(data["messages"][0]) == CHAT and data["response"] == ["Left."] * 2 and data["format"] == "chat"


# Annotation tools


def task(n: int, *judged: tuple[Any, str]) -> dict[str, Any]:
    results = [
        {"id": 10 * n + i, "completed_by": who, "created_at": f"2024-03-0{i + 1}T00:00:00Z", "result": [{"value": {"choices": [label]}, "from_name": "quality", "to_name": "text", "type": "choices"}]}
        for i, (who, label) in enumerate(judged)
    ]  # fmt: skip
    return {"id": n, "annotations": results, "data": {"text": f"Answer {n}.", "prompt": f"Ask {n}."}}


def test_label_studio_gives_a_row_for_each_judgement(read: Import) -> None:
    one, two = {"id": 1, "email": "one@example.org"}, {"id": 2, "email": "two@example.org"}
    tasks = [task(n, (one if n % 2 else 1, "good"), (two if n % 2 else 2, "bad")) for n in range(6)]
    for container in ("json", "jsonl", "parquet"):
        if container == "parquet":
            tasks = [task(n, (1, "good"), (2, "bad")) for n in range(6)]
        data = read(tasks, container)
        assert data["rows_of"] == 12 and data["text"][:2] == ["Answer 0.", "Answer 0."]
        assert set(data["annotator"]) == {1, 2} and len(set(data["item"])) == 6
        assert data["label"] == ["good", "bad"] * 6
        assert {r: data["roles"][r] for r in ("item", "label", "annotator", "created_at")} == {
            "item": "item",
            "label": "label",
            "annotator": "annotator",
            "created_at": "judged_at",
        }


def test_controls_of_label_studio(read: Import) -> None:
    span = {"value": {"start": 0, "end": 3, "text": "Ans", "labels": ["NAME"]}, "from_name": "ner", "type": "labels"}
    results = [
        span,
        {"value": {"rating": 4}, "from_name": "stars", "type": "rating"},
        {"value": {"text": ["Too short."]}, "from_name": "why", "type": "textarea"},
    ]
    data = read([{"id": 1, "data": {"content": "Answer."}, "annotations": [{"result": results, "completed_by": 7}]}])
    assert (data["question"], data["label"]) == (["ner", "stars"], ["NAME", "4"])
    assert data["comment"] == ["Too short."] * 2 and data["text"] == ["Answer."] * 2


def test_label_studio_min(read: Import) -> None:
    def row(n: int, quality: Any) -> dict[str, Any]:
        return {
            "text": f"Answer {n} on tides.",
            "id": n,
            "quality": quality,
            "annotator": n % 2,
            "annotation_id": n,
            "created_at": f"2024-03-0{n + 1}T09:00:00Z",
            "lead_time": 3.2,
        }

    for container in ("json", "csv"):
        data = read(
            [row(0, "good"), row(1, {"choices": ["good", "bad"]}), row(2, {"choices": ["bad", "good"]})], container
        )
        assert data["label"] == ["good", "bad, good", "bad, good"] and data["text"][2] == "Answer 2 on tides."
        assert list(map(str, data["annotator"])) == ["0", "1", "0"] and data["judged_at"][0] == "2024-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("argilla", {"id": "r", "fields": {"text": "Hello."}, "responses": {"sure": [{"value": "yes", "user_id": "u1"}, {"value": "no", "user_id": "u2"}]}, "suggestions": {}}),
        ("argilla", {"id": "r", "fields": {"text": "Hello."}, "responses": [{"values": {"sure": {"value": "yes"}}, "user_id": "u1", "status": "submitted"}, {"values": {"sure": {"value": "no"}}, "user_id": "u2", "status": "submitted"}]}),
        ("argilla_flat", {"id": "r", "text": "Hello.", "sure.responses": ["yes", "no"], "sure.responses.users": ["u1", "u2"], "sure.responses.status": ["submitted", "submitted"], "sure.suggestion": "yes"}),
        ("argilla_columns", {"external_id": "r", "text": "Hello.", "sure": [{"user_id": "u1", "value": "yes", "status": "submitted"}, {"user_id": "u2", "value": "no", "status": "submitted"}], "sure-suggestion": "yes"}),
        ("argilla_columns", {"external_id": "r", "text": "Hello.", "sure": {"user_id": ["u1", "u2"], "value": ["yes", "no"], "status": ["submitted", "submitted"]}}),
        ("doccano", {"id": "r", "text": "Hello.", "annotations": [{"label": "yes", "user": "u1", "start_offset": 0, "end_offset": 2}, {"label": "no", "user": "u2", "start_offset": 0, "end_offset": 2}], "meta": {}}),
    ],
)  # fmt: skip
def test_two_people_judge_one_record(read: Import, name: str, record: dict[str, Any]) -> None:
    for container in ("jsonl", "json", "csv"):
        data = read([record, {**record, "more": "kept"}], container)
        assert names(data) == {name: 4}
        assert data["label"] == ["yes", "no"] * 2 and data["annotator"] == ["u1", "u2"] * 2
        assert data["item"] == ["r"] * 4 and data["text"] == ["Hello."] * 4


def test_a_discarded_answer_is_no_label(read: Import) -> None:
    given = [{"value": "yes", "user_id": "u", "status": "discarded"}]
    assert read([{"fields": {"text": "t"}, "responses": {"q": given}}])["label"] == [None]


def test_prodigy(read: Import) -> None:
    def done(answer: str, **more: Any) -> dict[str, Any]:
        return {"text": "Hello.", "_input_hash": 5, "_task_hash": 6, "_session_id": "db-anna", "answer": answer, **more}

    data = read(
        [
            done("accept", accept=["B", "A"]),
            done("reject", label="SPAM"),
            done("ignore", label="SPAM"),
            done("accept", spans=[{"start": 0, "end": 5, "label": "NAME"}]),
        ]
    )
    assert data["label"] == ["A, B", "SPAM: reject", None, "NAME"] and set(data["annotator"]) == {"db-anna"}
    assert data["text"] == ["Hello."] * 4 and data["item"] == [5] * 4


def test_doccano(read: Import) -> None:
    names_of = read(
        [
            {"id": 1, "text": "Hello.", "label": ["b", "a"], "Comments": ["Nice."]},
            {"id": 2, "text": "Bye.", "label": [], "Comments": []},
        ]
    )
    assert names_of["label"] == ["a, b", None] and names_of["comment"] == ["Nice.", None]
    spans = read([{"id": 1, "text": "Hello Ann.", "label": [[6, 9, "NAME"], [0, 5, "WORD"]]}])
    assert spans["label"] == ["NAME, WORD"] and spans["text"] == ["Hello Ann."]


# Roles


def test_the_item_is_as_many_columns_as_make_labels_comparable(read: Import) -> None:
    rows = [
        {
            "doc_id": n,
            "system_name": s,
            "summary": f"{s} {n}",
            "is_factual": ("yes", "no")[(n + i) % 2],
            "worker_id": f"w{i}",
        }
        for n in range(12)
        for s in ("A", "B", "C")
        for i in range(3)
    ]
    data = read(rows)
    assert data["roles"]["item"] == "doc_id" and data["items"] in (["doc_id", "system_name"], ["doc_id", "summary"])
    alone = read([row for row in rows if row["system_name"] == "A"])
    assert alone["roles"]["item"] == "doc_id" and "items" not in alone
    told = read(rows, reading=ReadOptions(roles={"item": "doc_id+summary"}))
    assert told["items"] == ["doc_id", "summary"] and told["roles"]["item"] == "doc_id"


def test_an_annotation_set_is_known_by_what_it_holds(read: Import) -> None:
    rows = [
        {
            "!amt_annotation_ids": f"a{n}{i}",
            "!amt_worker_ids": f"w{i}",
            "orig_id": n,
            "response": (n + i) % 2,
            "gold": n % 2,
        }
        for n in range(9)
        for i in range(3)
    ]
    roles = read(rows, "csv")["roles"]
    assert roles == {"annotator": "!amt_worker_ids", "item": "orig_id", "label": "response_original"}
    rows = [
        {
            "instance_id": n,
            "user_id": i,
            "offensive": 1 + (n * i) % 4,
            "post": f"This is the long text of the post with number {n}.",
        }
        for n in range(9)
        for i in range(4)
    ]
    data = read(rows)
    assert data["roles"] == {"annotator": "user_id", "item": "instance_id", "label": "offensive", "text": "post"}
    assert data["format"] == "text"


def test_prose_is_a_text_whatever_it_is_called(read: Import) -> None:
    prose = "A long sentence that goes on for some time, and then stops, as sentences do."
    data = read([{"full_text": f"{prose} {n}", "code": f"X-{n}"} for n in range(5)])
    assert data["format"] == "text" and data["roles"] == {"text": "full_text"}
    assert read([{"name": "Ann", "city": "New York City"}] * 3)["format"] == "table"
    assert "" not in read([{"": n, "text": "t", "label": "a"} for n in range(4)])["roles"].values()


def test_a_word_for_no_value(read: Import) -> None:
    rows = [
        {"text": "NULL", "label": ("yes", "no", "NULL")[n % 3], "score": ("1", "2", "NULL")[n % 3]} for n in range(6)
    ]
    for container in ("jsonl", "csv", "parquet"):
        data = read_with_loss(read, rows, container)
        assert data["label"] == ["yes", "no", None] * 2 and data["text"] == ["NULL"] * 6
        notes = [(n["kind"], n["column"], n["rows"]) for n in data["notes"] if n["kind"] == "read_as_missing"]
        assert notes == [("read_as_missing", "label", 2), ("read_as_missing", "score", 2)]


def read_with_loss(read: Import, rows: list[dict[str, Any]], container: str) -> Read:
    return read(rows, container, ReadOptions(missing=("NULL",)))
