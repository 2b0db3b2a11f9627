"""Files of annotation tools: each with the judgements that it gives."""

from __future__ import annotations

import json

import pytest

from tests.formats.leaf_texts import missing_texts


def judgements(opened) -> list[tuple]:
    """Of each row the item as text, the annotator, the label and the text."""
    rows = zip(opened.rows, opened.canonical("text"), strict=True)
    return [(str(row.get("item")), row.get("annotator"), row.get("label"), text) for row, text in rows]


# Argilla, version 1


def old(number: int, annotation, status: str = "Validated", **more):
    record = {"text": None, "inputs": {"text": f"Text {number}."}, "prediction": [{"label": "guess", "score": 0.9}]}
    agents = {"prediction_agent": "model", "annotation_agent": None if annotation is None else "ann"}
    times = {"multi_label": False, "event_timestamp": "2023-05-01T00:00:00", "metrics": None, "id": f"r{number}"}
    return {**record, **agents, **times, "annotation": annotation, "status": status, **more}


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_old_argilla_classes(read_file, suffix):
    records = [old(0, "good"), old(1, "bad", text="Shown."), old(2, None, "Default"), old(3, "bad", "Discarded")]
    opened = read_file(records, suffix)
    assert opened.layouts == {"argilla_old": 4} and opened.info["roles"]["annotator"] == "annotator"
    assert judgements(opened) == [
        ("r0", "ann", "good", "Text 0."),
        ("r1", "ann", "bad", "Shown."),
        ("r2", None, None, "Text 2."),
        ("r3", "ann", None, "Text 3."),
    ]
    assert not missing_texts(records, opened)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_old_argilla_spans_and_several_labels(read_file, suffix):
    spans = [{"label": "PER", "start": 0, "end": 3}, {"label": "LOC", "start": 7, "end": 12}]
    entities = {"id": "t", "text": "Ann in Paris", "tokens": ["Ann", "in", "Paris"], "prediction": None}
    about = {"annotation": spans, "annotation_agent": "ann", "status": "Validated", "event_timestamp": None}
    opened = read_file([{**entities, **about}] * 2, suffix)
    assert opened.layouts == {"argilla_old": 2}
    assert judgements(opened) == [("t", "ann", "LOC, PER", "Ann in Paris")] * 2
    assert json.loads(opened.rows[0]["spans"]) == spans
    several = read_file([old(0, ["b", "a"], multi_label=True)] * 2, suffix)
    assert judgements(several) == [("r0", "ann", "a, b", "Text 0.")] * 2


def test_old_argilla_pairs_of_texts_beside_records_of_no_kind(read_file):
    records = [
        {"id": "p", "text": "Sum it.", "annotation": "A sum.", "annotation_agent": "ann", "status": "Validated"},
        {"id": "q", "text": "Sum it.", "annotation": 5, "annotation_agent": ["x"], "status": "Edited"},
        {"id": "s", "text": ["no text"], "annotation": "x", "status": "Validated"},
        {"id": "u", "text": "Plain.", "status": "open"},
    ]
    opened = read_file(records)
    assert opened.layouts["argilla_old"] == 2
    assert judgements(opened)[0] == ("p", "ann", "A sum.", "Sum it.")
    assert judgements(opened)[1][2] == "5" and not missing_texts(records, opened)


# Argilla, version 2


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_argilla_columns_of_which_some_have_no_answer(read_file, suffix):
    done = {
        "id": "a",
        "status": "completed",
        "_server_id": "s1",
        "text": "First.",
        "q.responses": ["yes", "no"],
        "q.responses.users": ["u1", "u2"],
        "q.responses.status": ["submitted", "discarded"],
        "q.suggestion": "yes",
    }
    names = dict.fromkeys(name for name in done if name.startswith("q."))
    waiting = {**names, "id": "b", "status": "pending", "_server_id": "s2", "text": "Second."}
    opened = read_file([done, waiting], suffix)
    assert opened.layouts == {"argilla_flat": 3}
    assert judgements(opened) == [
        ("a", "u1", "yes", "First."),
        ("a", "u2", None, "First."),
        ("b", None, None, "Second."),
    ]


def test_argilla_rankings_spans_and_chats(read_file):
    ranking = [{"value": "b", "rank": 2}, {"value": "a", "rank": 1}]
    fields = {"chat": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Yo."}]}
    records = [
        {"id": 1, "fields": fields, "responses": {"order": [{"value": ranking, "user_id": "u"}]}},
        {"id": 2, "fields": {"text": "T."}, "responses": [{"values": {"q": {"value": "x"}}, "user_id": None}]},
        {"id": 3, "fields": {"text": "T."}, "responses": [], "suggestions": []},
        {"id": 4, "fields": ["not", "fields"], "responses": 5},
    ]
    opened = read_file(records)
    assert opened.layouts["argilla"] == 3
    assert judgements(opened)[:3] == [
        ("1", "u", "a > b", "user: Hi.\nassistant: Yo."),
        ("2", None, "x", "T."),
        ("3", None, None, "T."),
    ]
    assert not missing_texts(records, opened)


# Label Studio


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_label_studio_of_older_and_newer_versions(read_file, suffix):
    def result(label: str):
        return [{"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]

    older = [{"id": n, "data": {"text": f"T{n}."}, "completions": [{"id": n, "result": result("a")}]} for n in range(2)]
    opened = read_file(older, suffix)
    assert judgements(opened) == [("0", None, "a", "T0."), ("1", None, "a", "T1.")]
    done = {"completed_by": 7, "result": result("b"), "created_at": "2026-01-01"}
    newer = [{"id": 5, "data": {"question": "Q?", "answer": "A."}, "annotations": [done], "predictions": []}] * 2
    opened = read_file(newer, suffix)
    assert opened.layouts == {"label_studio": 2} and judgements(opened) == [("5", 7, "b", "A.")] * 2


def test_label_studio_hostile_results(read_file):
    records = [
        {"id": 1, "data": {"text": "T."}, "annotations": [{"completed_by": 3, "result": []}]},
        {"id": 2, "data": {"text": "T."}, "annotations": []},
        {"id": 3, "data": {"text": "T."}, "annotations": [{"completed_by": {"id": 4}, "result": [None, {"value": 5}]}]},
        {"id": 4, "data": None, "annotations": [{"result": "none"}], "note": "odd"},
    ]
    opened = read_file(records)
    assert opened.layouts == {"label_studio": 3}
    assert judgements(opened)[:3] == [("1", 3, None, "T."), ("2", None, None, "T."), ("3", 4, None, "T.")]
    assert [note["rows"] for note in opened.info["notes"] if note["kind"] == "unread"] == [1]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_label_studio_min_with_two_controls_and_without_a_time(read_file, suffix):
    text = "This text is judged by two controls, and it is longer than any label."
    record = {"id": 4, "review": text, "tone": "calm", "stars": 3, "annotator": "ann@example.org", "annotation_id": 9}
    times = {"lead_time": None, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"}
    opened = read_file([{**record, **times}] * 2, suffix)
    assert opened.layouts == {"label_studio_min": 4}
    assert [(row["question"], row["label"]) for row in opened.rows] == [("tone", "calm"), ("stars", "3")] * 2
    assert opened.canonical("text") == [text] * 4 and opened.rows[0]["annotator"] == "ann@example.org"


# Prodigy and doccano


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_prodigy_choices_and_spans(read_file, suffix):
    hashes = {"_input_hash": 11, "_task_hash": 12, "_annotator_id": "ann", "_timestamp": 1_700_000_000}
    options = [{"id": "A", "text": "Alpha"}, {"id": "B", "text": "Beta"}]
    choice = {"text": "T.", "options": options, "accept": ["B"], "answer": "accept", "_view_id": "choice", **hashes}
    spans = [{"start": 0, "end": 1, "label": "X"}]
    manual = {"text": "U.", "spans": spans, "answer": "accept", "_view_id": "ner_manual", **hashes}
    rejected = {"text": "V.", "label": "SPAM", "answer": "reject", **hashes}
    opened = read_file([choice, manual, rejected], suffix)
    assert opened.layouts == {"prodigy": 3}
    assert judgements(opened) == [
        ("11", "ann", "B", "T."),
        ("11", "ann", "X", "U."),
        ("11", "ann", "SPAM: reject", "V."),
    ]
    assert not missing_texts([choice, manual, rejected], opened)


def test_prodigy_hostile_values(read_file):
    hashes = {"_input_hash": 1, "_task_hash": 2}
    records = [
        {"text": ["T."], "answer": {"odd": "x"}, "spans": "none", **hashes},
        {"text": None, "html": "<b>H</b>", "answer": "accept", "accept": [], **hashes},
    ]
    opened = read_file(records)
    assert opened.layouts == {"prodigy": 2} and opened.rows[1]["html"] == "<b>H</b>"
    assert opened.canonical("text")[1] == "<b>H</b>" and not missing_texts(records, opened)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv"])
def test_doccano_of_other_versions(read_file, suffix):
    spans = [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 3}]
    entities = {"id": 3, "text": "Ann in Paris", "entities": spans, "relations": [], "Comments": []}
    old_spans = {"id": 4, "data": "Ann in Paris", "label": [[0, 3, "PER"], [7, 12, "LOC"]]}
    approved = {"id": 5, "text": "Good.", "label": ["pos"], "annotation_approver": "boss", "meta": {"n": "m"}}
    opened = read_file([entities, old_spans, approved], suffix)
    assert opened.layouts == {"doccano": 3}
    assert judgements(opened) == [
        ("3", None, "PER", "Ann in Paris"),
        ("4", None, "LOC, PER", "Ann in Paris"),
        ("5", "boss", "pos", "Good."),
    ]
