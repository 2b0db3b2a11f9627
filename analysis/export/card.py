"""A dataset card: what the exported files are, in the form the Hugging Face Hub reads.

Names and sentences come from the data and can be hostile: each is in a code span, in which Markdown, HTML and
addresses have no effect, and characters that do not print are escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import polars as pl

from analysis.counted import count
from analysis.export.losses import sentences
from analysis.export.outfiles import Written
from analysis.export.receipt import PersonalData, Receipt, SignalUsed
from analysis.export.redaction.outcome import outcome
from analysis.export.steps import Step

# The Hub's size categories, by powers of ten from 1,000 on.
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B")
FORMATS_IN_WORDS = {
    "input": "the format of the source, each record as it stood there",
    "messages": "JSON lines of messages with role and content",
    "sharegpt": "JSON lines in the ShareGPT form",
    "alpaca": "JSON lines in the Alpaca form",
    "prompt_completion": "JSON lines of prompt and completion",
    "preference": "JSON lines of prompt, chosen and rejected answer",
    "kto": "JSON lines of prompt, completion and a label that says whether it is desirable",
    "tokens": "JSON lines of rendered text, token ids, attention mask and labels",
    "tokens_parquet": "Parquet: rendered text, token ids, attention mask and labels",
    "parquet": "Parquet: canonical columns, the source's own and tags",
    "csv": "CSV: canonical columns, the source's own and tags",
}
MAX_SHOWN_CHARS = 400


def visible(text: str) -> str:
    """`text` on one line; characters that do not print are escaped, and a long text is cut."""
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return plain if len(plain) <= MAX_SHOWN_CHARS else f"{plain[:MAX_SHOWN_CHARS]}…"


def code(text: str) -> str:
    """`text` as a Markdown code span that no character in it can end."""
    shown = visible(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") or (shown.strip() and shown != shown.strip()) else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown.strip() else "(blank)"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; its cells are Markdown, and a bar inside a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def card(receipt: Receipt, written: Written, lengths: pl.Series | None) -> str:
    """The card of an export from its receipt. `lengths`: tokens of each exported row, None where not counted."""
    source = receipt.source
    parts = [
        front_matter(receipt),
        f"# {code(source.name)}",
        f"{receipt.rows_out:,} of {receipt.rows_in:,} rows, in {FORMATS_IN_WORDS[receipt.to]}. "
        f"Made with Winnow {receipt.winnow}; `receipt.json` beside this file says how to make the same bytes again.",
        "## Files",
        table(
            ("file", "records", "bytes", "SHA-256"),
            (_file(file.path, file.rows, file.bytes, file.sha256) for file in receipt.files),
        ),
        "## Source",
        table(("file", "bytes", "SHA-256"), (_file(file.name, file.bytes, file.sha256) for file in source.files)),
        f"Read as {code(source.format)}: {source.rows:,} rows, {_unreadable(source.unreadable)}. "
        f"Fingerprint {code(source.fingerprint)}.",
        _list(source.notes),
        "## Rows",
        f"In view: {code(receipt.sentence)}.",
        _waterfall(receipt.steps),
        "## Columns",
        table(("column", "type", "missing"), _columns(written)),
        *_tokens(lengths),
        *_signals(receipt.signals),
        *_personal_data(receipt.personal_data),
        *_changes(receipt),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def front_matter(receipt: Receipt) -> str:
    """The metadata for the Hub; every text is a JSON string, which is also YAML."""
    records = sum(file.rows for file in receipt.files)
    size = SIZES[min(max(len(str(records)) - 3, 0), len(SIZES) - 1)]
    lines = [
        "---",
        "license: unknown",
        f"pretty_name: {json.dumps(visible(receipt.source.name), ensure_ascii=False)}",
        "size_categories:",
        f"- {size}",
        "tags:",
        "- winnow",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path:",
        *(f"    - {json.dumps(file.path)}" for file in receipt.files),
        "---",
    ]
    return "\n".join(lines)


def _file(name: str, *counts_and_sha256: int | str) -> list[str]:
    *counts, sha256 = counts_and_sha256
    return [code(name), *(f"{number:,}" for number in counts), code(str(sha256))]


def _unreadable(records: int) -> str:
    return f"{count(records, 'record')} could not be read" if records else "every record could be read"


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {code(sentence)}" for sentence in sentences)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _waterfall(steps: Sequence[Step]) -> str:
    """The steps as a table; what they add has columns of its own where any adds or changes rows."""
    names = ["reason", "rows left", "rows dropped", "tokens left", "tokens dropped"]
    has_added = any(step.added_rows or step.changed_rows for step in steps)
    added = ["rows added", "rows with other texts", "tokens added"] if has_added else []
    return table([*names, *added], (_step(step)[: len(names) + len(added)] for step in steps))


def _step(step: Step) -> list[str]:
    left = (step.rows, step.dropped_rows, step.tokens, step.dropped_tokens)
    return [code(step.reason), *map(_number, (*left, step.added_rows, step.changed_rows, step.added_tokens))]


def _columns(written: Written) -> list[list[str]]:
    return [[code(name), code(kind), f"{written.missing[name]:,}"] for name, kind in written.columns.items()]


def _tokens(lengths: pl.Series | None) -> list[str]:
    if lengths is None or not len(lengths.drop_nulls()):
        return []
    statistics = [lengths.min(), lengths.median(), lengths.quantile(0.95, "nearest"), lengths.max(), lengths.sum()]
    cells = [f"{float(str(value)):,.10g}" for value in statistics]
    return ["## Tokens per row", table(("shortest", "median", "95th percentile", "longest", "all rows"), [cells])]


def _signals(signals: Iterable[SignalUsed]) -> list[str]:
    rows = [[code(used.name), str(used.version), code(json.dumps(used.parameters))] for used in signals]
    return ["## Signals", table(("signal", "version", "parameters"), rows)] if rows else []


def _personal_data(personal: PersonalData | None) -> list[str]:
    """What was removed, and how many rules mark values as not personal."""
    if not personal or not personal.redact:
        return ["## Personal data", outcome(personal)]
    lines = [[code(one.type), one.how, f"{one.rows:,}", f"{one.values:,}"] for one in personal.taken_out]
    rules = len(personal.not_personal)
    sentence = f"{count(rules, 'rule')} of people that say what is not personal, in the receipt."
    return ["## Personal data taken out", table(("type", "how", "rows", "values"), lines), sentence if rules else ""]


def _changes(receipt: Receipt) -> list[str]:
    notes = [*sentences(receipt.to, receipt.lost), *receipt.notes]
    if (cells := receipt.neutralised_cells) is not None:
        notes.append(
            f"{cells:,} cells begin with = + - @, a tab or a carriage return and are no numbers; "
            "an apostrophe in front keeps spreadsheets from running them."
        )
    return ["## What is not as in the source", _list(notes)] if notes else []
