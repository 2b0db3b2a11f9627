"""Writes canonical rows as records of the training formats, in JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analysis.export.outfiles import OutFile, Written
from analysis.export.training_formats import KEYS, OPTIONAL, SourceColumns, labels_of
from analysis.formats.chats import INSTRUCTING
from analysis.formats.kinds import as_text, plain

Record = dict[str, Any]
Turn = dict[str, Any]

FEW_ROWS = 1_000  # with more Python objects at a time the garbage collector is slow
SHAREGPT_NAMES = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def write_training(to: str, source: SourceColumns, frames: Iterable[pl.DataFrame], path: Path) -> Written:
    """Writes the rows of `frames`, which must fit the format, as JSON lines; in KTO a pair gives two records."""
    written = Written()
    others = source.others(to)
    copies = 2 if to == "kto" and source.is_pairs else 1
    with OutFile(path) as file:
        for frame in (few for batch in frames for few in batch.iter_slices(FEW_ROWS)):
            rest = (more for more in _others(source, frame, others) for _ in range(copies))
            records = _counted(RECORDS[to](source, frame), OPTIONAL.get(to, ()), written.missing)
            lines = [
                orjson.dumps({**record, **more}, option=orjson.OPT_APPEND_NEWLINE, default=plain)
                for record, more in zip(records, rest, strict=True)
            ]
            file.write(b"".join(lines))
            file.rows += len(lines)
            written.count_missing(frame, others)
    keys = {k: kind for k, kind in KEYS[to].items() if written.missing[k] < max(file.rows, 1)}
    if to == "preference" and "prompt" not in source.canonical:
        del keys["prompt"]
    written.columns = keys | {name: source.in_words(column) for column, name in others.items()}
    missing = {others[column]: written.missing[column] * copies for column in others}
    written.missing = Counter({key: written.missing[key] for key in keys} | missing)
    written.files.append(file.described())
    written.notes += _notes(to, source, others)
    return written


def _counted(records: Iterable[Record], keys: Sequence[str], missing: Counter[str]) -> Iterator[Record]:
    """The same records; for each of `keys`, counts in `missing` the records without it."""
    for record in records:
        for key in keys:
            missing[key] += key not in record
        yield record


def _notes(to: str, source: SourceColumns, others: Mapping[str, str]) -> list[str]:
    notes = []
    if others:
        notes.append("The source's other columns stand beside the format's own keys, under their own names.")
    if "messages" in source.canonical:
        notes.append("Of a message its role, text and tool calls are kept; only the format input keeps all else.")
    if source.is_pairs and to not in ("preference", "kto"):
        notes.append("Of a preference pair the chosen answer is kept; the rejected one is left out.")
    if source.is_pairs and to == "kto":
        notes.append("Each preference pair gives two records: the chosen answer as true, the rejected one as false.")
    return notes


def _others(source: SourceColumns, frame: pl.DataFrame, others: Mapping[str, str]) -> Iterator[Record]:
    """The other original columns of each row; JSON text is written as JSON."""
    if not others:
        yield from ({} for _ in range(frame.height))
        return
    nested = [name for column, name in others.items() if column in source.json_columns]
    for row in frame.select(pl.col(column).alias(name) for column, name in others.items()).iter_rows(named=True):
        for name in nested:
            if row[name] is not None:
                row[name] = orjson.Fragment(row[name])
        yield row


def _values(frame: pl.DataFrame, name: str) -> Sequence[Any]:
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def turns_of(source: SourceColumns, frame: pl.DataFrame) -> Iterator[list[Turn]]:
    """Each row as messages in the form of the OpenAI API: its chat, or messages made of system, prompt and response."""
    singles = (_values(frame, name) for name in ("system", "prompt", "response"))
    if "messages" not in source.canonical:
        yield from (_single(*row) for row in zip(*singles, strict=True))
        return
    for chat, row in zip(frame["messages"].to_list(), zip(*singles, strict=True), strict=True):
        yield _chat(chat, row[0]) if chat else _single(*row)


def _single(system: str | None, prompt: str | None, response: str | None) -> list[Turn]:
    turns = [] if system is None else [{"role": "system", "content": system}]
    if prompt is not None:
        turns.append({"role": "user", "content": prompt})
    if response is not None:
        turns.append({"role": "assistant", "content": response})
    return turns


def _chat(messages: list[Turn], system: str | None) -> list[Turn]:
    """A chat; a system message from a separate column comes first."""
    turns = [_turn(message) for message in messages]
    if system is not None and all(turn["role"] not in INSTRUCTING for turn in turns):
        turns.insert(0, {"role": "system", "content": system})
    return turns


def _turn(message: Turn) -> Turn:
    if message["tool_calls"] is None:
        return {"role": message["role"], "content": message["content"]}
    return {"role": message["role"], "content": message["content"], "tool_calls": _calls(message["tool_calls"])}


def _calls(text: str) -> Any:
    """Tool calls as a list of {"type": "function", "function": ...}; text that is not JSON stays text."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return [_call(call) for call in (value if isinstance(value, list) else [value])]


def _call(call: Any) -> Any:
    is_bare = isinstance(call, dict) and "name" in call and "type" not in call
    return {"type": "function", "function": call} if is_bare else call


def _sharegpt(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    return ({"conversations": [_sharegpt_turn(turn) for turn in turns]} for turns in turns_of(source, frame))


def _sharegpt_turn(turn: Turn) -> Turn:
    calls = turn.get("tool_calls")
    if calls is None:
        return {"from": SHAREGPT_NAMES.get(turn["role"], turn["role"]), "value": turn["content"]}
    if isinstance(calls, list):
        calls = [call["function"] if isinstance(call, dict) and "function" in call else call for call in calls]
        calls = orjson.dumps(calls[0] if len(calls) == 1 else calls).decode()
    return {"from": "function_call", "value": calls}


def _alpaca(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    records = map(_instruction, turns_of(source, frame))
    if not source.splits_input:
        yield from records
        return
    apart = (_values(frame, source.roles[role]) for role in ("prompt", "input"))
    for record, instruction, given in zip(records, *apart, strict=True):
        yield {**record, "instruction": as_text(instruction) or "", "input": as_text(given) or ""}


def _instruction(turns: list[Turn]) -> Record:
    contents = [turn["content"] for turn in turns if turn["role"] != "system"]
    record: Record = {"instruction": contents[-2], "input": "", "output": contents[-1]}
    if system := [turn["content"] for turn in turns if turn["role"] == "system"]:
        record["system"] = "\n\n".join(system)
    if len(contents) > 2:
        record["history"] = [contents[position : position + 2] for position in range(0, len(contents) - 2, 2)]
    return record


def _prompt_and_answer(source: SourceColumns, frame: pl.DataFrame) -> Iterator[tuple[Any, Any]]:
    """Prompt and answer as texts, or in conversational form as lists: the messages before the last, and the last."""
    if source.is_conversational:
        yield from ((turns[:-1], turns[-1:]) for turns in turns_of(source, frame))
    else:
        yield from zip(_values(frame, "prompt"), _values(frame, "response"), strict=True)


def _pairs(source: SourceColumns, frame: pl.DataFrame) -> Iterator[tuple[Any, Any, Any]]:
    """Prompt, chosen and rejected answer."""
    for (prompt, chosen), text in zip(_prompt_and_answer(source, frame), _values(frame, "rejected"), strict=True):
        yield prompt, chosen, [{"role": "assistant", "content": text}] if source.is_conversational else text


def _preference(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    for prompt, chosen, rejected in _pairs(source, frame):
        answers = {"chosen": chosen, "rejected": rejected}
        yield {"prompt": prompt, **answers} if "prompt" in source.canonical else answers


def _kto(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    if source.is_pairs:
        for prompt, chosen, rejected in _pairs(source, frame):
            yield {"prompt": prompt, "completion": chosen, "label": True}
            yield {"prompt": prompt, "completion": rejected, "label": False}
        return
    labels = frame.select(labels_of(source).alias("label"))["label"]
    for (prompt, answer), label in zip(_prompt_and_answer(source, frame), labels, strict=True):
        yield {"prompt": prompt, "completion": answer, "label": label}


RECORDS: dict[str, Callable[[SourceColumns, pl.DataFrame], Iterator[Record]]] = {
    "messages": lambda source, frame: ({"messages": turns} for turns in turns_of(source, frame)),
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "prompt_completion": lambda source, frame: (
        {"prompt": prompt, "completion": answer} for prompt, answer in _prompt_and_answer(source, frame)
    ),
    "preference": _preference,
    "kto": _kto,
}
