"""Are names asked of a chat endpoint only where a person agreed, and kept only where they are names?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import MapError, ModelError, SignalError
from analysis.map.asked_names import Questions, ask_names, questions, usable
from analysis.map.chosen import choose_vectors, to_be_sent
from analysis.workspace import Workspace

ANSWERS = {
    "sea": "Sea voyages",
    "bread": "Sure!\nHere is a name: Bread",
    "dog": '"Dogs & puppies."',
    "echo": "Sea voyages",
    "none": None,
}


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A chat endpoint on this machine that answers by the words it is given, and what it was sent."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append({**body, "key": self.headers.get("Authorization"), "path": self.path})
            asked = body["messages"][-1]["content"]
            answers = [answer for word, answer in ANSWERS.items() if word in asked]
            said = (
                {"choices": [{"message": {"role": "assistant", "content": answers[0]}}]}
                if answers
                else {"error": "what?"}
            )
            self.send_response(500 if "broken" in asked else 200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None: ...

    made = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    monkeypatch.setenv("WINNOW_CHAT_URL", f"http://127.0.0.1:{made.server_port}/v1/")
    monkeypatch.setenv("WINNOW_CHAT_MODEL", "small")
    monkeypatch.setenv("WINNOW_CHAT_KEY", "k")
    yield seen
    made.shutdown()
    made.server_close()


def cards_of(*words: str) -> tuple[pl.DataFrame, Questions]:
    cards = pl.DataFrame({"cluster": range(len(words)), "name": [f"found {i}" for i in range(len(words))]})
    return cards, Questions(
        {i: f"Words: {word}, water\n\nExample: x" for i, word in enumerate(words)}, len(words), 30 * len(words)
    )


def test_a_name_is_taken_and_nonsense_keeps_the_found_one(chat: list[dict[str, Any]]) -> None:
    assert ask_names(*cards_of("sea", "bread", "dog", "echo", "none"), may_send=True) == {
        0: "Sea voyages",
        2: "Dogs & puppies",
    }
    assert [(asked["model"], asked["key"], asked["path"]) for asked in chat] == [
        ("small", "Bearer k", "/v1/chat/completions")
    ] * 5
    assert chat[0]["messages"][-1] == {"role": "user", "content": "Words: sea, water\n\nExample: x"}


def test_nothing_is_asked_unless_a_person_agreed_and_an_endpoint_is_set(
    chat: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        MapError,
        match=r"^2 texts in 2 questions of 60 characters would leave this machine for http://127.*; agree by --send",
    ):
        ask_names(*cards_of("sea", "dog"))
    monkeypatch.setenv("WINNOW_CHAT_URL", "file:///etc/passwd")
    with pytest.raises(MapError, match="set both in the environment"):
        ask_names(*cards_of("sea"), may_send=True)
    monkeypatch.delenv("WINNOW_CHAT_URL")
    with pytest.raises(MapError, match="set both in the environment"):
        ask_names(*cards_of("sea"), may_send=True)
    assert chat == []


def test_an_endpoint_that_does_not_answer_is_said(chat: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="answered something else than a message; check WINNOW_CHAT_URL"):
        ask_names(*cards_of("other"), may_send=True)
    with pytest.raises(ModelError, match=r"refused \(500"):
        ask_names(*cards_of("broken"), may_send=True)
    monkeypatch.setenv("WINNOW_CHAT_URL", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match="gave no answer"):
        ask_names(*cards_of("sea"), may_send=True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Sea voyages", "Sea voyages"),
        (' "Sea voyages." ', "Sea voyages"),
        ("**Seefahrt**", "Seefahrt"),
        ("海の旅", "海の旅"),
        ("<think>They sail.\nSo:</think>\nSea voyages", "Sea voyages"),
        ("", ""),
        ("  ", ""),
        ("...", ""),
        ("a\nb", ""),
        ("a\u2028b", ""),
        ("x" * 61, ""),
        ("one two three four five six seven eight nine", ""),
        ("a\x1b[31m", ""),
    ],
)
def test_what_a_name_is(said: str, name: str) -> None:
    assert usable(said) == name


def test_a_question_holds_the_words_and_the_beginnings_of_three_texts(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(
        "".join(
            json.dumps({"prompt": f"prompt {i} " + "x" * 1_000, "response": f"answer {i}"}) + "\n" for i in range(5)
        )
    )
    dataset = Workspace().dataset(str(file))
    cards = pl.DataFrame({"cluster": [4], "name": ["a"], "words": [["sea", "ship"]], "representatives": [[3, 0, 1]]})
    asked = questions(dataset, cards)
    examples = "\n\n".join(f"Example: prompt {i} {'x' * 391}" for i in (3, 0, 1))
    assert asked == Questions({4: f"Words: sea, ship\n\n{examples}"}, 3, 16 + 3 * (2 + 9 + 400))


def test_what_would_be_sent_is_counted_by_what_is_embedded(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"prompt": "four", "response": "seven", "note": "a", "one, two": "x~"},
        {"prompt": "four", "response": "", "note": "b", "one, two": None},
        {"prompt": " ", "response": "seven", "note": None, "one, two": None},
    ]
    file = tmp_path / "some.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    workspace = Workspace()
    dataset = workspace.dataset(str(file))
    counted = {
        over: to_be_sent(dataset, over)
        for over in (
            "prompt",
            "response",
            "prompt+response",
            "columns:note",
            "columns:prompt,response",
            "columns:one, two",
            "columns:one, two~note",
        )
    }
    assert counted == {
        "prompt": (1, 4),
        "response": (1, 5),
        "prompt+response": (3, 10 + 5 + 7),
        "columns:note": (2, 2),
        "columns:prompt,response": (3, 10 + 5 + 7),
        "columns:one, two": (1, 2),
        "columns:one, two~note": (2, 2 + 2 + 1),
    }
    assert to_be_sent(dataset) == (1, 4)
    monkeypatch.setattr("analysis.map.chosen.CHUNK_ROWS", 1)
    assert to_be_sent(dataset, "prompt") == (2, 8), "rows that are embedded apart are sent apart"
    monkeypatch.setattr("analysis.map.chosen.CHUNK_ROWS", 10_000)
    monkeypatch.setenv("WINNOW_EMBEDDINGS_URL", "http://127.0.0.1:1/v1")
    with pytest.raises(
        MapError,
        match=r"^1 texts of 5 characters would leave this machine for http://127\.0\.0\.1:1/v1; agree by --send",
    ):
        choose_vectors(dataset, workspace.describe, tier="endpoint", model="m", over="response")
    agreed = choose_vectors(
        dataset, workspace.describe, tier="endpoint", model="m", over="response", width=2, may_send=True
    )
    assert agreed.signal("embedding").parameters["may_send"]
    with pytest.raises(MapError, match=r"^1 texts of 4 characters would leave"):
        choose_vectors(agreed, workspace.describe, over="prompt")  # agreed was to the responses
    with pytest.raises(MapError, match=r"^1 texts of 5 characters would leave"):
        choose_vectors(agreed, workspace.describe, seed=7)
    with pytest.raises(MapError, match="has no column 'nothing'"):
        to_be_sent(dataset, "columns:nothing")
    with pytest.raises(MapError, match="No column is named"):
        to_be_sent(dataset, "columns:")
    with pytest.raises(SignalError, match="'answer' cannot be embedded"):
        to_be_sent(dataset, "answer")
