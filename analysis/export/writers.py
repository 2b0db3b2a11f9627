"""Canonical rows -> the records of the training formats, as JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analysis.export.outfiles import OutFile, Written
from analysis.export.training_formats import KEYS, OPTIONAL, Known, labels_of
from analysis.formats.kinds import as_text, plain

Record = dict[str, Any]
Turn = dict[str, Any]

FEW_ROWS = 1_000  # more Python objects alive at a time would keep the garbage collector busy
SHAREGPT_NAMES = {"user": "human", "assistant": "gpt", "system": "system", "tool": "observation"}


def write_training(to: str, known: Known, frames: Iterable[pl.DataFrame], path: Path) -> Written:
    """The rows of `frames`, which the format can hold, as JSON lines; a preference pair makes two records of KTO."""
    written = Written()
    others = known.others(to)
    copies = 2 if to == "kto" and known.is_pairs else 1
    with OutFile(path) as file:
        for frame in (few for batch in frames for few in batch.iter_slices(FEW_ROWS)):
            rest = (more for more in _others(known, frame, others) for _ in range(copies))
            made = _counted(RECORDS[to](known, frame), OPTIONAL.get(to, ()), written.missing)
            lines = [
                orjson.dumps({**record, **more}, option=orjson.OPT_APPEND_NEWLINE, default=plain)
                for record, more in zip(made, rest, strict=True)
            ]
            file.write(b"".join(lines))
            file.rows += len(lines)
            written.count_missing(frame, others)
    keys = {k: kind for k, kind in KEYS[to].items() if written.missing[k] < max(file.rows, 1)}
    if to == "preference" and "prompt" not in known.canonical:
        del keys["prompt"]
    written.columns = keys | {name: known.in_words(column) for column, name in others.items()}
    missing = {others[column]: written.missing[column] * copies for column in others}
    written.missing = Counter({key: written.missing[key] for key in keys} | missing)
    written.files.append(file.described())
    written.notes += _notes(to, known, others)
    return written


def _counted(records: Iterable[Record], keys: Sequence[str], missing: Counter[str]) -> Iterator[Record]:
    """The same records; those without one of `keys` are counted."""
    for record in records:
        for key in keys:
            missing[key] += key not in record
        yield record


def _notes(to: str, known: Known, others: Mapping[str, str]) -> list[str]:
    notes = []
    if others:
        notes.append("The source's other columns stand beside the format's own keys, under their own names.")
    if "messages" in known.canonical:
        notes.append("Of a message its role, text and tool calls are kept; only the format input keeps all else.")
    if known.is_pairs and to not in ("preference", "kto"):
        notes.append("Of a preference pair the chosen answer is kept; the rejected one is left out.")
    if known.is_pairs and to == "kto":
        notes.append("Each preference pair gives two records: the chosen answer as true, the rejected one as false.")
    return notes


def _others(known: Known, frame: pl.DataFrame, others: Mapping[str, str]) -> Iterator[Record]:
    """The other original columns of each row; JSON text as the JSON it is."""
    if not others:
        yield from ({} for _ in range(frame.height))
        return
    nested = [name for column, name in others.items() if column in known.json_columns]
    for row in frame.select(pl.col(column).alias(name) for column, name in others.items()).iter_rows(named=True):
        for name in nested:
            if row[name] is not None:
                row[name] = orjson.Fragment(row[name])
        yield row


def _values(frame: pl.DataFrame, name: str) -> Sequence[Any]:
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def turns_of(known: Known, frame: pl.DataFrame) -> Iterator[list[Turn]]:
    """Each row as messages in the form of the OpenAI API: its own, or made of system, prompt and response."""
    singles = (_values(frame, name) for name in ("system", "prompt", "response"))
    if "messages" not in known.canonical:
        yield from (_single(*row) for row in zip(*singles, strict=True))
        return
    has_own_system = "system" in known.roles
    for chat, row in zip(frame["messages"].to_list(), zip(*singles, strict=True), strict=True):
        system = row[0] if has_own_system else None
        yield _chat(chat, system) if chat else _single(*row)


def _single(system: str | None, prompt: str | None, response: str | None) -> list[Turn]:
    turns = [] if system is None else [{"role": "system", "content": system}]
    if prompt is not None:
        turns.append({"role": "user", "content": prompt})
    if response is not None:
        turns.append({"role": "assistant", "content": response})
    return turns


def _chat(messages: list[Turn], system: str | None) -> list[Turn]:
    """A chat whose system message stands in a column of its own gets it in front."""
    turns = [_turn(message) for message in messages]
    if system is not None and all(turn["role"] != "system" for turn in turns):
        turns.insert(0, {"role": "system", "content": system})
    return turns


def _turn(message: Turn) -> Turn:
    if message["tool_calls"] is None:
        return {"role": message["role"], "content": message["content"]}
    return {"role": message["role"], "content": message["content"], "tool_calls": _calls(message["tool_calls"])}


def _calls(text: str) -> Any:
    """Tool calls as a list of {"type": "function", "function": ...}; text that is no JSON stays text."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return [_call(call) for call in (value if isinstance(value, list) else [value])]


def _call(call: Any) -> Any:
    is_bare = isinstance(call, dict) and "name" in call and "type" not in call
    return {"type": "function", "function": call} if is_bare else call


def _sharegpt(known: Known, frame: pl.DataFrame) -> Iterator[Record]:
    return ({"conversations": [_said(turn) for turn in turns]} for turns in turns_of(known, frame))


def _said(turn: Turn) -> Turn:
    calls = turn.get("tool_calls")
    if calls is None:
        return {"from": SHAREGPT_NAMES.get(turn["role"], turn["role"]), "value": turn["content"]}
    if isinstance(calls, list):
        calls = [call["function"] if isinstance(call, dict) and "function" in call else call for call in calls]
        calls = orjson.dumps(calls[0] if len(calls) == 1 else calls).decode()
    return {"from": "function_call", "value": calls}


def _alpaca(known: Known, frame: pl.DataFrame) -> Iterator[Record]:
    records = map(_instruction, turns_of(known, frame))
    if not known.splits_input:
        yield from records
        return
    apart = (_values(frame, known.roles[role]) for role in ("prompt", "input"))
    for record, instruction, given in zip(records, *apart, strict=True):
        yield {**record, "instruction": as_text(instruction) or "", "input": as_text(given) or ""}


def _instruction(turns: list[Turn]) -> Record:
    said = [turn["content"] for turn in turns if turn["role"] != "system"]
    record: Record = {"instruction": said[-2], "input": "", "output": said[-1]}
    if system := [turn["content"] for turn in turns if turn["role"] == "system"]:
        record["system"] = "\n\n".join(system)
    if len(said) > 2:
        record["history"] = [said[at : at + 2] for at in range(0, len(said) - 2, 2)]
    return record


def _prompt_and_answer(known: Known, frame: pl.DataFrame) -> Iterator[tuple[Any, Any]]:
    """Texts, or in conversational form the messages before the last one and, in a list, the last one."""
    if known.is_conversational:
        yield from ((turns[:-1], turns[-1:]) for turns in turns_of(known, frame))
    else:
        yield from zip(_values(frame, "prompt"), _values(frame, "response"), strict=True)


def _pairs(known: Known, frame: pl.DataFrame) -> Iterator[tuple[Any, Any, Any]]:
    """Prompt, chosen and rejected answer."""
    for (prompt, chosen), text in zip(_prompt_and_answer(known, frame), _values(frame, "rejected"), strict=True):
        yield prompt, chosen, [{"role": "assistant", "content": text}] if known.is_conversational else text


def _preference(known: Known, frame: pl.DataFrame) -> Iterator[Record]:
    for prompt, chosen, rejected in _pairs(known, frame):
        answers = {"chosen": chosen, "rejected": rejected}
        yield {"prompt": prompt, **answers} if "prompt" in known.canonical else answers


def _kto(known: Known, frame: pl.DataFrame) -> Iterator[Record]:
    if known.is_pairs:
        for prompt, chosen, rejected in _pairs(known, frame):
            yield {"prompt": prompt, "completion": chosen, "label": True}
            yield {"prompt": prompt, "completion": rejected, "label": False}
        return
    labels = frame.select(labels_of(known).alias("label"))["label"]
    for (prompt, answer), label in zip(_prompt_and_answer(known, frame), labels, strict=True):
        yield {"prompt": prompt, "completion": answer, "label": label}


RECORDS: dict[str, Callable[[Known, pl.DataFrame], Iterator[Record]]] = {
    "messages": lambda known, frame: ({"messages": turns} for turns in turns_of(known, frame)),
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "prompt_completion": lambda known, frame: (
        {"prompt": prompt, "completion": answer} for prompt, answer in _prompt_and_answer(known, frame)
    ),
    "preference": _preference,
    "kto": _kto,
}
