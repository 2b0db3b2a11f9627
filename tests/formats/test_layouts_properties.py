"""Whatever the texts of a record of a layout are: is each in the canonical columns, and does the record come back?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.formats.layouts import LAYOUTS
from analysis.workspace import Workspace
from tests.formats.leaf_texts import Opened, missing_texts

Next = Callable[[], str]
TEXT = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=9).map(lambda text: f"~{text}~")


def message(role: str, text: Next, key: str = "content") -> dict[str, Any]:
    return {"role": role, key: text()}


def call(text: Next) -> dict[str, Any]:
    return {"id": text(), "type": "function", "function": {"name": text(), "arguments": json.dumps({"a": text()})}}


def blocks(text: Next) -> dict[str, Any]:
    thought = {"type": "thinking", "thinking": text(), "signature": text()}
    return {"role": "assistant", "content": [thought, {"type": "text", "text": text()}]}


def parts(role: str, text: Next) -> dict[str, Any]:
    return {"role": role, "parts": [{"text": text()}, {"inlineData": {"data": text()}}]}


RECORDS: dict[str, Callable[[Next], dict[str, Any]]] = {
    "openai_preference": lambda text: {
        "input": {"messages": [message("user", text)], "tools": [{"name": text()}]},
        "preferred_output": [{"role": "assistant", "content": None, "tool_calls": [call(text)]}],
        "non_preferred_output": [message("assistant", text)],
    },
    "openai_batch_input": lambda text: {
        "custom_id": "",
        "body": {"messages": [message("system", text), message("user", text)], "tools": [{"name": text()}]},
    },
    "openai_batch_output": lambda text: {
        "custom_id": "",
        "response": {
            "status_code": 200,
            "body": {"choices": [{"message": {**message("assistant", text), "tool_calls": [call(text)]}}]},
        },
    },
    "anthropic_batch_input": lambda text: {
        "custom_id": "",
        "params": {"system": [{"type": "text", "text": text()}], "messages": [message("user", text), blocks(text)]},
    },
    "anthropic_batch_output": lambda text: {
        "custom_id": "",
        "result": {"type": "succeeded", "message": blocks(text)},
    },
    "gemini_preference": lambda text: {
        "contents": [parts("user", text)],
        "completions": [{"score": n, "completion": parts("model", text)} for n in range(2)],
        "systemInstruction": {"parts": [{"text": text()}]},
    },
    "vertex_chat": lambda text: {
        "context": text(),
        "examples": [{"input": {"content": text()}, "output": {"content": text()}}],
        "messages": [{"author": "user", "content": text()}, {"author": "bot", "content": text()}],
    },
    "call_logs": lambda text: {
        "request": {"contents": [parts("user", text)], "tools": [{"functionDeclarations": [{"name": text()}]}]},
        "response": {"candidates": [{"content": parts("model", text)}]},
    },
    "cohere_chat": lambda text: {
        "preamble": text(),
        "chat_history": [message("USER", text, "message"), message("CHATBOT", text, "message")],
        "message": text(),
        "response": text(),
    },
    "swift_preference": lambda text: {
        "messages": [message("user", text), message("assistant", text)],
        "rejected_response": text(),
    },
    "alpaca_history": lambda text: {
        "instruction": text(),
        "input": text(),
        "output": text(),
        "system": text(),
        "history": [[text(), text()]],
    },
    "alpaca_history_kto": lambda text: {
        "instruction": text(),
        "output": text(),
        "history": [[text(), text()]],
        "kto_tag": True,
    },
    "alpaca_preference": lambda text: {
        "instruction": text(),
        "chosen": text(),
        "rejected": text(),
        "history": [[text(), text()]],
    },
    "alpaca_ranking": lambda text: {"instruction": text(), "input": text(), "output": [text(), text()]},
    "xlam": lambda text: {
        "query": text(),
        "answers": json.dumps([{"name": text(), "arguments": {"a": text()}}]),
        "tools": json.dumps([{"name": text()}]),
    },
    "glaive_v2": lambda text: {
        "system": f"SYSTEM: {text()}\n" + json.dumps({"name": text()}),
        "chat": f"USER: {text()}\n\n\nASSISTANT: {text()} <|endoftext|>\n\n\nFUNCTION RESPONSE: {text()}",
    },
    "glaive_v1": lambda text: {"sample": f"SYSTEM: {text()}\nUSER: {text()}\nASSISTANT: {text()} <|endoftext|>"},
    "segments": lambda text: {"segments": [{"label": True, "text": text()}, {"label": False, "text": text()}]},
    "verl": lambda text: {"prompt": [message("user", text)], "reward_model": {"ground_truth": "", "style": ""}},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts")


def comes_back(dataset: Dataset, folder: Path) -> Iterator[Any]:
    """The records that an export in the form of the input writes."""
    result = export(dataset, ExportRequest(), folder / uuid.uuid4().hex)
    [written] = [file for file in result.folder.iterdir() if file.suffix == ".jsonl"]
    return map(json.loads, written.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.lists(TEXT, min_size=12, max_size=12, unique=True))
def test_every_text_is_in_the_canonical_columns_and_the_record_comes_back(
    folder: Path, name: str, drawn: list[str]
) -> None:
    texts = iter(drawn)
    used: list[str] = []

    def following() -> str:
        used.append(next(texts))
        return used[-1]

    record = RECORDS[name](following)
    path = folder / f"{uuid.uuid4().hex}.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    dataset = Workspace(folder / "home").open([path])
    assert [layout["layout"] for layout in dataset.meta["layouts"]] == [name]
    opened = Opened(path, folder / uuid.uuid4().hex)
    assert not missing_texts({"texts": used}, opened, 0, only_canonical=True)
    assert [json.loads(json.dumps(back)) for back in comes_back(dataset, folder)] == [record]


def test_each_layout_of_calls_and_trainers_has_a_record_here() -> None:
    assert RECORDS.keys() <= {layout.name for layout in LAYOUTS}
