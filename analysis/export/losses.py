"""What can a format not hold of the rows to export: field -> how many rows lose it, or have it in another form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson
import polars as pl

from analysis.counted import count
from analysis.export.as_tokens import read_for_tokens
from analysis.export.cleaning import Cleaner
from analysis.export.flat import flat_columns
from analysis.export.proposed.taking import PROPOSED
from analysis.export.replaced_characters import has_replaced
from analysis.export.request import TOKENIZED
from analysis.export.training_formats import KEYS, PAIRS, SourceColumns
from analysis.export.turns import loses_part
from analysis.export.waterfall import Chosen
from analysis.formats.layouts import BY_NAME
from analysis.formats.messages import INSTRUCTING
from analysis.templates import PARTS

UNREAD = "U+FFFD"
FIELDS = {
    "reasoning": "reasoning_content",
    "trains": "weight",
    "tool_call_id": "tool_call_id",
    "name": "name",
    "parts": "content parts",
    "extra": "other keys of a message",
}
"""Field of a message -> what it is called where a format without messages loses it."""
OF_SEVERAL = [layout.name for layout in BY_NAME.values() if layout.of_several]
"""The layouts whose records are made of several of the file, which are no columns of the row."""
SHAREGPT_KEYS = r'"(?:from|value)":'
RENAMED = r'^\{"role":"[^"]*"\}$'
"""Nothing but another name of a role, which every format writes by its own name."""
MIXED = ("mixed", "almost_numeric")
TEXTUAL = ("json", "jsonl")

Test = Callable[[pl.DataFrame], pl.Series]


class Loss(NamedTuple):
    """A field that rows may lose: the columns that the test reads, and the test, one Boolean per row of a frame."""

    field: str
    reads: Sequence[str]
    test: Test


def losses(chosen: Chosen) -> dict[str, int]:
    """Field -> rows that lose it, of the rows that are exported: most rows first, without fields that no row loses.

    A field is a key of a message, or a column. `U+FFFD` counts the rows in which this character goes out: it replaces
    bytes that could not be read. "proposed prompt" counts the rows whose proposed text is not written. The texts are
    those that are exported after cleaning.
    """
    possible = [*_of_format(chosen), _unread(chosen)]
    cleaner = Cleaner(chosen.dataset, chosen.request.clean)
    columns = list(dict.fromkeys(name for loss in possible for name in loss.reads))
    counts = dict.fromkeys((loss.field for loss in possible), 0)
    for frame in chosen.batches(columns):
        cleaned = cleaner(frame)
        for loss in possible:
            counts[loss.field] += int(loss.test(cleaned).sum())
    counts |= chosen.taking.losses(chosen.mask)
    return {name: rows for name, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if rows}


def sentences(to: str, lost: Mapping[str, int]) -> list[str]:
    """What is lost, for people."""
    proposed = [f"{name} in {count(rows)}" for name, rows in lost.items() if name.startswith(PROPOSED)]
    fields = [
        f"{name} in {count(rows)}" for name, rows in lost.items() if name != UNREAD and not name.startswith(PROPOSED)
    ]
    told = [f"The format {to} cannot hold as in the source: {', '.join(fields)}."] if fields else []
    if proposed:
        told.append(
            f"The format {to} has no certain place for some proposed texts, and the source's texts go out there: "
            f"{', '.join(proposed)}. Another format takes them, such as messages."
        )
    if unread := lost.get(UNREAD, 0):
        told.append(f"{count(unread)} go out with {UNREAD}, which stands for characters that could not be read.")
    return told


def _of_format(chosen: Chosen) -> Iterator[Loss]:
    to, source, dataset = chosen.request.to, chosen.source, chosen.dataset
    if to == "csv":
        for name in flat_columns(dataset, repeat=False):
            if name == "tags":
                yield _where("tags (as text)", [name], pl.col(name).list.len() > 0)
            elif dataset.schema[name].is_nested() or dataset.schema[name] == pl.Binary:
                yield _where(f"{name} (as text)", [name], pl.col(name).is_not_null())
    if to in TOKENIZED:
        yield from _of_tokens(chosen)
    if to not in KEYS:
        return
    yield from (_unless_beside(loss, source) for loss in _of_texts(to, source))
    for column, name in source.others(to).items():
        dtype = source.originals[column]
        if dtype.is_float():
            yield _where(name, [column], pl.col(column).is_infinite().fill_null(False))
        elif not _is_json(dtype):
            yield _where(f"{name} (as text)", [column], pl.col(column).is_not_null())
    yield from _of_mixed_columns(chosen)


def _of_tokens(chosen: Chosen) -> Iterator[Loss]:
    """What tokens do not hold: the parts that the template leaves out, a pair's other side, and all other columns."""
    source = chosen.source
    for part in PARTS:
        has_part = pl.col("dropped_parts").list.contains(part).fill_null(False)
        yield _where(f"{part} (left out by the template)", ["dropped_parts"], has_part)
    yield from _of_rejected("tokens", source)
    tools = (source.roles.get("tools", "tools"), "tools")
    for column, name in source.others("tokens").items():
        if column not in tools:
            yield _where(name, [column], pl.col(column).is_not_null())


def _of_texts(to: str, source: SourceColumns) -> Iterator[Loss]:
    yield from _of_rejected(to, source)
    if "messages" in source.canonical:
        yield from _of_messages(to)
        yield from _of_own_texts(source)


def _unless_beside(loss: Loss, source: SourceColumns) -> Loss:
    """The same loss without the rows whose source goes out whole, in columns beside the keys of the format: those of
    layouts that make a text of several columns."""
    columns = sorted(source.texts)
    of_several = pl.col("layout").cast(pl.String).is_in(OF_SEVERAL).fill_null(False)
    used = (pl.col(column).is_not_null() & ~source.is_partly_used(column) for column in columns)
    is_used = pl.any_horizontal(of_several, *used).alias("is_used")
    reads = [*loss.reads, *columns, "layout"]
    return Loss(loss.field, reads, lambda frame: loss.test(frame) & frame.select(is_used)["is_used"])


def _of_rejected(to: str, source: SourceColumns) -> Iterator[Loss]:
    if to in PAIRS or not source.is_pairs:
        return
    reads = [name for name in ("rejected", "messages_rejected") if name in source.canonical]
    tests = {
        "rejected": pl.col("rejected").is_not_null(),
        "messages_rejected": pl.col("messages_rejected").list.len() > 0,
    }
    yield _where("rejected", reads, pl.any_horizontal(tests[name].fill_null(False) for name in reads))


def _of_messages(to: str) -> Iterator[Loss]:
    """What a format loses of the messages of a row."""
    turn = pl.element().struct
    if to != "alpaca":
        yield Loss("signature of a thought", ["messages"], _signed)
        if to == "sharegpt":
            yield _any("other keys of a message", turn.field("extra").str.contains(SHAREGPT_KEYS))
        return
    for field, name in FIELDS.items():
        is_role = turn.field(field).str.contains(RENAMED) if field == "extra" else pl.lit(False)
        yield _any(name, turn.field(field).is_not_null() & ~is_role)
    yield _any("role developer", turn.field("role") == "developer")
    systems = pl.col("messages").list.eval(turn.field("role").is_in(INSTRUCTING)).list.sum()
    yield _where("several system messages", ["messages"], (systems > 1).fill_null(False))


def _of_own_texts(source: SourceColumns) -> Iterator[Loss]:
    """A system text or a prompt in a column of its own, where the messages hold another one in its place."""
    turn = pl.element().struct
    messages = pl.col("messages")
    if "system" in source.canonical:
        of_chat = messages.list.eval(turn.field("content").filter(turn.field("role").is_in(INSTRUCTING)))
        differs = (of_chat.list.len() > 0) & (of_chat.list.join("\n\n") != pl.col("system"))
        name = source.name_of("system") if "system" in source.roles else "system"
        yield _where(name, ["messages", "system"], differs.fill_null(False))
    prompt = source.roles.get("prompt")
    if prompt and "input" not in source.roles and source.is_text(prompt):
        contents = messages.list.eval(turn.field("content"))
        lost = (messages.list.len() > 0) & ~contents.list.contains(pl.col(prompt)) & pl.col(prompt).is_not_null()
        yield _where(source.name_of("prompt"), ["messages", prompt], lost.fill_null(False))


def _of_mixed_columns(chosen: Chosen) -> Iterator[Loss]:
    """Values that are text beside texts in the same column, and something else in the source: numbers, lists."""
    meta, source = chosen.dataset.meta, chosen.source
    if not all(described["container"] in TEXTUAL for described in meta["sources"].values()):
        return
    mixed = {note["column"] for note in meta["notes"] if note["kind"] in MIXED}
    for column, name in source.others(chosen.request.to).items():
        if (written := source.renamed.get(column, column)) in mixed and source.originals[column] == pl.String:
            yield Loss(f"{name} (as text)", ["source_record", column], _was_no_text(written))


def _was_no_text(column: str) -> Test:
    def test(frame: pl.DataFrame) -> pl.Series:
        records = map(orjson.loads, frame["source_record"])
        return pl.Series([not isinstance(record.get(column), str | None) for record in records], dtype=pl.Boolean)

    return test


def _unread(chosen: Chosen) -> Loss:
    """The rows in whose exported texts U+FFFD occurs."""
    to, dataset = chosen.request.to, chosen.dataset
    if to in KEYS:
        reads = chosen.source.reads(to)
    elif to in TOKENIZED:
        reads = read_for_tokens(dataset)[1:]
    elif to != "input":
        reads = flat_columns(dataset, repeat=to == "parquet")
    elif all(described["container"] in ("parquet", "arrow") for described in dataset.meta["sources"].values()):
        reads = list(dataset.originals)
    else:
        reads = ["source_record"]
    fields = ("content",) if to == "alpaca" else None
    return Loss(UNREAD, reads, lambda frame: has_replaced(frame.select(reads), fields))


def _signed(frame: pl.DataFrame) -> pl.Series:
    """Whether a message of a row has the signature of a thought; only rows with parts are looked at one by one."""
    parts = frame["messages"].list.eval(pl.element().struct.field("parts").drop_nulls())
    signed = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    rows = (parts.list.len() > 0).fill_null(False).arg_true()
    return signed.scatter(rows, [any(map(loses_part, texts)) for texts in parts.gather(rows).to_list()])


def _any(name: str, test: pl.Expr) -> Loss:
    """A loss in the rows of which any message passes the test."""
    return _where(name, ["messages"], pl.col("messages").list.eval(test.fill_null(False)).list.any().fill_null(False))


def _where(name: str, reads: Sequence[str], test: pl.Expr) -> Loss:
    return Loss(name, reads, lambda frame: frame.select(test.alias("lost"))["lost"])


def _is_json(dtype: pl.DataType) -> bool:
    """Whether JSON has values of this type."""
    if isinstance(dtype, pl.List | pl.Array):
        return isinstance(dtype.inner, pl.DataType) and _is_json(dtype.inner)
    if isinstance(dtype, pl.Struct):
        return all(isinstance(part.dtype, pl.DataType) and _is_json(part.dtype) for part in dtype.fields)
    return dtype.is_integer() or dtype.is_float() or dtype in (pl.String, pl.Boolean, pl.Null)
