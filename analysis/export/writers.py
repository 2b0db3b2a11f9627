"""Writes canonical rows as records of the training formats, in JSON lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analysis.export.outfiles import OutFile, Written
from analysis.export.training_formats import KEYS, OPTIONAL, SourceColumns, labels_of
from analysis.export.turns import Turn, json_of, sides_of, turns_of, values_of
from analysis.formats.kinds import as_text, plain
from analysis.formats.messages import INSTRUCTING

Record = dict[str, Any]

FEW_ROWS = 1_000  # with more Python objects at a time the garbage collector is slow
SHAREGPT_NAMES = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def write_training(to: str, source: SourceColumns, frames: Iterable[pl.DataFrame], path: Path) -> Written:
    """Writes the rows of `frames`, which must fit the format, as JSON lines; in KTO a pair gives two records."""
    written = Written()
    others = source.others(to)
    copies = 2 if to == "kto" and source.is_pairs else 1
    with OutFile(path) as file:
        for frame in (few for batch in frames for few in batch.iter_slices(FEW_ROWS)):
            beside = source.beside(frame, others)
            rest = (more for more in _others(source, frame, beside, others) for _ in range(copies))
            records = _counted(RECORDS[to](source, frame), OPTIONAL.get(to, ()), written.missing)
            lines = [
                orjson.dumps({**record, **more}, option=orjson.OPT_APPEND_NEWLINE, default=plain)
                for record, more in zip(records, rest, strict=True)
            ]
            file.write(b"".join(lines))
            file.rows += len(lines)
            written.count_missing(beside, others)
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
    if "messages" in source.canonical and to != "alpaca":
        notes.append("Each message has the keys that it has in the source, under the names of the format.")
    if source.is_pairs and to == "kto":
        notes.append("Each preference pair gives two records: the chosen answer as true, the rejected one as false.")
    return notes


def _others(
    source: SourceColumns, frame: pl.DataFrame, beside: pl.DataFrame, others: Mapping[str, str]
) -> Iterator[Record]:
    """The other original columns of each row, and its tools; JSON text and long numbers are written as JSON."""
    tools = values_of(frame, "tools") if source.has_tools else [None] * frame.height
    rows = _own_columns(source, beside, others) if others else ({} for _ in range(frame.height))
    for row, text in zip(rows, tools, strict=True):
        if text is not None and row.get(others.get(source.roles.get("tools", ""), "tools")) is None:
            row["tools"] = _json_or_text(text)
        yield row


def _json_or_text(text: str) -> Any:
    try:
        return json_of(text)
    except (orjson.JSONDecodeError, json.JSONDecodeError):
        return text


def _own_columns(source: SourceColumns, beside: pl.DataFrame, others: Mapping[str, str]) -> Iterator[Record]:
    as_json = [name for column, name in others.items() if column in source.json_columns | source.number_columns]
    for row in beside.rename(dict(others)).iter_rows(named=True):
        for name in as_json:
            if row[name] is not None:
                row[name] = orjson.Fragment(row[name])
        yield row


def _sharegpt(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    return ({"conversations": [_sharegpt_turn(turn) for turn in turns]} for turns in turns_of(source, frame))


def _sharegpt_turn(turn: Turn) -> Turn:
    """`from` and `value`, beside all else that the message has."""
    rest = {key: value for key, value in turn.items() if key not in ("role", "content", "tool_calls")}
    calls = turn.get("tool_calls")
    if calls is None:
        return {**rest, "from": SHAREGPT_NAMES.get(turn["role"], turn["role"]), "value": turn["content"]}
    if isinstance(calls, list):
        bare = [_bare(call) for call in calls]
        calls = orjson.dumps(bare[0] if len(bare) == 1 else bare).decode()
    return {**rest, "from": "function_call", "value": calls}


def _bare(call: Any) -> Any:
    """A call of a function by name and arguments, with the call's id where there is one."""
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    return {**call["function"], **{key: value for key, value in call.items() if key not in ("type", "function")}}


def _alpaca(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    records = map(_instruction, turns_of(source, frame, only_texts=True))
    if not source.splits_input:
        yield from records
        return
    apart = (values_of(frame, source.roles[role]) for role in ("prompt", "input"))
    for record, instruction, given in zip(records, *apart, strict=True):
        if instruction is None and given is None:  # the prompt is one of several in these columns
            yield record
        else:
            yield {**record, "instruction": as_text(instruction) or "", "input": as_text(given) or ""}


def _instruction(turns: list[Turn]) -> Record:
    contents = [turn["content"] for turn in turns if turn["role"] not in INSTRUCTING]
    record: Record = {"instruction": contents[-2], "input": "", "output": contents[-1]}
    if system := [turn["content"] for turn in turns if turn["role"] in INSTRUCTING]:
        record["system"] = "\n\n".join(system)
    if len(contents) > 2:
        record["history"] = [contents[position : position + 2] for position in range(0, len(contents) - 2, 2)]
    return record


def _prompt_and_answer(source: SourceColumns, frame: pl.DataFrame) -> Iterator[tuple[Any, Any]]:
    """Prompt and answer as texts, or in conversational form as lists: the messages before the last, and the last."""
    if source.is_conversational:
        yield from ((turns[:-1], turns[-1:]) for turns in turns_of(source, frame))
    else:
        yield from zip(values_of(frame, "prompt"), values_of(frame, "response"), strict=True)


def _pairs(source: SourceColumns, frame: pl.DataFrame) -> Iterator[tuple[Any, Any, Any]]:
    """Prompt, chosen and rejected answer: as texts, or in conversational form as lists of messages."""
    if source.is_conversational:
        yield from sides_of(source, frame)
    else:
        yield from zip(*(values_of(frame, name) for name in ("prompt", "response", "rejected")), strict=True)


def _preference(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Record]:
    for prompt, chosen, rejected in _pairs(source, frame):
        if "prompt" in source.canonical:
            yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}
        elif source.is_conversational:
            yield {"chosen": prompt + chosen, "rejected": prompt + rejected}
        else:
            yield {"chosen": chosen, "rejected": rejected}


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
