"""Files of judged answers under other names, in other orders and containers: each with the pairs that it gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.formats.leaf_texts import missing_texts, turn

ALL = [".jsonl", ".json", ".csv", ".parquet"]


def pairs(opened) -> list[tuple[Any, Any, Any]]:
    """Prompt, chosen and rejected answer of each row."""
    return list(zip(*(opened.canonical(name) for name in ("prompt", "response", "rejected")), strict=True))


@pytest.mark.parametrize("suffix", ALL)
def test_safe_answers_with_and_without_a_judgement(read_file, suffix):
    more = {"prompt_source": "web", "is_response_0_safe": True, "is_response_1_safe": False}
    records = [
        {"question": "Q0?", "response_1": "B0", "response_0": "A0", "better_response_id": 0, **more},
        {"question": "Q1?", "response_1": "B1", "response_0": "A1", "better_response_id": 1, **more},
        {"question": "Q2?", "response_1": "B2", "response_0": "A2", "better_response_id": None, **more},
        {"question": "Q3?", "response_1": "B3", "response_0": "A3", "better_response_id": -1, **more},
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"safe_rlhf": 2, "safe_rlhf_tie": 2}
    assert pairs(opened) == [("Q0?", "A0", "B0"), ("Q1?", "B1", "A1"), ("Q2?", None, None), ("Q3?", None, None)]
    assert not missing_texts(records, opened)


@pytest.mark.parametrize("suffix", ALL)
def test_human_preferences_with_scores(read_file, suffix):
    def record(n: int, labels: Any):
        answers = {"human_ref_B": f"B{n}", "human_ref_A": f"A{n}"}
        return {"domain": "cooking", **answers, "history": f"H{n}", "labels": labels, "score_A": 9, "score_B": 2}

    opened = read_file([record(0, 1), record(1, 0), record(2, None)], suffix)
    assert opened.layouts == {"human_preferences": 2, "human_preferences_tie": 1}
    assert pairs(opened) == [("H0", "A0", "B0"), ("H1", "B1", "A1"), ("H2", None, None)]
    assert [row.get("score_chosen") for row in opened.rows] == [9.0, 2.0, None]


@pytest.mark.parametrize("suffix", ALL)
def test_web_comparisons(read_file, suffix):
    def record(n: int, first: float | None, second: float | None):
        answers = {"answer_1": f"B{n} [1]", "answer_0": f"A{n} [1]", "score_1": second, "score_0": first}
        return {"question": {"dataset": "eli5", "full_text": f"Q{n}?"}, **answers, "tokens_0": {"prefix": [1, 2]}}

    opened = read_file([record(0, -0.5, 0.5), record(1, 1.0, -1.0), record(2, 0.0, 0.0), record(3, 0.5, None)], suffix)
    assert opened.layouts == {"web_comparisons": 2, "web_comparisons_tie": 2}
    assert pairs(opened) == [
        ("Q0?", "B0 [1]", "A0 [1]"),
        ("Q1?", "A1 [1]", "B1 [1]"),
        ("Q2?", None, None),
        ("Q3?", None, None),
    ]


@pytest.mark.parametrize("suffix", ALL)
def test_strengths_of_preference_with_conversations(read_file, suffix):
    chat = [
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Yo."},
        {"role": "user", "content": "Q?"},
    ]
    reasons = {"preference_statement": "better", "preference_elaboration": "It is short."}
    records = [
        {"preference_strength": 3, "prompt": chat, "response_1": "A", "response_2": "B", **reasons},
        {"preference_strength": -1, "prompt": chat, "response_1": "A", "response_2": "B", **reasons},
        {"preference_strength": None, "prompt": chat, "response_1": "A", "response_2": "B", **reasons},
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"preference_strength": 2, "preference_strength_tie": 1}
    assert pairs(opened)[:2] == [("Q?", "B", "A"), ("Q?", "A", "B")]
    assert opened.turns()[0] == [
        turn("user", "Hi."),
        turn("assistant", "Yo."),
        turn("user", "Q?"),
        turn("assistant", "B"),
    ]
    assert opened.canonical("response")[2] is None and not missing_texts(records, opened)


@pytest.mark.parametrize("suffix", ALL)
def test_rated_answers_under_other_names(read_file, suffix):
    def answers(*scores: Any):
        return [{"text": f"T{score}", "pm_score": score, "author": "ann"} for score in scores]

    records = [
        {"qid": 1, "question": "Q1?", "answers": answers(2, 5, 1)},
        {"qid": 2, "question": "Q2?", "answers": answers(3, 3)},
        {"qid": 3, "question": "Q3?", "answers": answers(None, 4)},
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"rated_answers": 1, "rated_answers_tie": 2}
    assert pairs(opened) == [("Q1?", "T5", "T1"), ("Q2?", None, None), ("Q3?", None, None)]
    assert not missing_texts(records, opened)


def test_hostile_judgements_are_no_pairs(read_file):
    records = [
        {"prompt": "Q?", "response_0": "A", "response_1": "B", "better_response_id": {"id": 1}},
        {"history": ["H"], "human_ref_A": {"x": "A"}, "human_ref_B": None, "labels": "first"},
        {"question": "Q?", "answer_0": "A", "answer_1": "B", "score_0": "high", "score_1": True},
        {"instruction": "Q?", "completions": [{"response": "A", "overall_score": "N/A"}, {"response": "B"}, None]},
        {"winner": ["model_a"], "prompt": "Q?", "response_a": "A", "response_b": "B"},
        {"winner": "model_a", "conversation_a": "none", "conversation_b": [5]},
    ]
    opened = read_file(records)
    assert opened.canonical("rejected") == [None] * 6 and opened.canonical("response") == [None] * 6
    assert not missing_texts(records, opened)


@pytest.mark.parametrize("suffix", ALL)
def test_arena_with_turns_of_sharegpt_and_more_than_one_question(read_file, suffix):
    def chat(*texts: str):
        return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]

    records = [
        {
            "conversation_b": chat("Q?", "B", "More?", "BB"),
            "conversation_a": chat("Q?", "A", "More?", "AA"),
            "winner": w,
        }
        for w in ("model_a", "b", "bothbad", None)
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"arena": 2, "arena_tie": 2}
    assert pairs(opened) == [("Q?", "AA", "BB"), ("Q?", "BB", "AA"), ("Q?", None, None), ("Q?", None, None)]
    assert [row["won_by"] for row in opened.rows] == ["a", "b", "tie", "tie"]


@pytest.mark.parametrize("suffix", ALL)
def test_alpaca_pairs_with_earlier_turns(read_file, suffix):
    records = [
        {
            "rejected": "Bad.",
            "chosen": "Good.",
            "history": [["A?", "a"]],
            "instruction": "B?",
            "input": "Now.",
            "system": s,
        }
        for s in ("S", None)
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"alpaca_preference": 2} and pairs(opened) == [("B?\n\nNow.", "Good.", "Bad.")] * 2
    assert opened.turns()[0][:2] == [turn("user", "A?"), turn("assistant", "a")]
    assert opened.canonical("system") == ["S", None]


@pytest.mark.parametrize("suffix", ALL)
def test_swift_pairs_with_messages_that_are_rejected(read_file, suffix):
    chat = [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "Good."}]
    turns = [{"role": "assistant", "content": "Bad."}]
    opened = read_file([{"rejected_messages": turns, "messages": chat, "system": "S"}] * 2, suffix)
    assert opened.layouts == {"swift_preference": 2} and pairs(opened) == [("Q?", "Good.", "Bad.")] * 2


@pytest.mark.parametrize("suffix", ALL)
def test_tables_that_winnow_wrote(read_file, suffix):
    messages = [
        {"role": "user", "content": "Q?"},
        {"role": "assistant", "content": "A.", "reasoning": "Hm.", "trains": True},
    ]
    bad = [{"role": "assistant", "content": "B.", "extra": '{"note":"x"}'}]
    chats = [{"row_id": "0123456789abcdef", "messages": messages, "system": "S", "tags": "good"}] * 2
    opened = read_file(chats, suffix)
    assert opened.layouts == {"winnow_chats": 2} and opened.canonical("system") == ["S", "S"]
    answer = turn("assistant", "A.", reasoning="Hm.", trains=True)
    assert opened.turns() == [[turn("user", "Q?"), answer]] * 2
    rows = [{**chats[0], "messages_rejected": bad, "prompt_turns": 1}, chats[0]]
    opened = read_file(rows, suffix)
    assert opened.layouts == {"winnow_pairs": 1, "winnow_chats": 1} and pairs(opened)[0] == ("Q?", "A.", "B.")
    assert opened.turns("messages_rejected")[0] == [turn("assistant", "B.", extra='{"note":"x"}')]


@pytest.mark.parametrize("suffix", ALL)
def test_a_nested_tree_with_ranks(read_file, suffix):
    def node(name: str, role: str, *replies: Any, **more: Any):
        return {"id": name, "role": role, "content": f"{name}.", "replies": list(replies), **more}

    last = node("d", "assistant")
    prompt = node("a", "prompter", node("b", "assistant", rank=1), node("c", "assistant", node("e", "prompter", last)))
    opened = read_file([{"tree_id": "t", "prompt": json.dumps(prompt), "origin": "web"}] * 2, suffix)
    assert opened.layouts == {"message_tree": 4}
    texts = [[message["content"] for message in chat] for chat in opened.turns()]
    assert texts == [["a.", "b."], ["a.", "c.", "e.", "d."]] * 2
    assert [(row.get("rank"), row["answer_count"]) for row in opened.rows[:2]] == [(1, 2), (None, 1)]
    assert opened.rows[0]["origin"] == "web"
