"""The README of the sample data, with the counts as planted."""

from __future__ import annotations

from typing import Any

FILES = {
    "instructions.jsonl": "instruction, input, output; eight annotators in sessions, scores 1 to 5, items judged by three people",
    "chats.jsonl": "conversations of several turns; system turns, tool calls, content as a string or as a list of parts",
    "preferences.jsonl": "prompt, chosen and rejected answer with a score for each",
    "hostile.jsonl": "an instruction dataset whose values, column names, annotators and sources attack the screen that shows them",
}
HEAD = """# Sample data

Four small datasets of our own making, with faults planted on purpose and listed, so that a finding can be checked against the truth.
Everything is invented: people, firms, postal and mail addresses, account numbers and keys; telephone numbers come from ranges set aside for
fiction. The facts in the answers are common knowledge.
The licence is that of the project, Apache-2.0.

| file | rows | what it holds |
|---|---:|---|
"""
MIDDLE = """
`python sample_data/make.py` writes all of them, this page included, byte for byte; it needs only the standard library.
The knowledge behind the answers is in `maker/knowledge/`, one record per line.

Rows without a planted fault are kept apart: no two share half of their three-word shingles (prompt and response together).
`hostile.jsonl` holds no working exploit, only text that must stay text; its addresses end in
`evil.test`, which never resolves, and a script that runs would set `window.__x`.

## The truth

`TRUTH.json` maps each kind of fault to `{"description", "file", "count", ...}` and

* `lines`: 1-based line numbers, with `ids` (the rows' `id`) and, where there is more to say, `details`, in the same order; or
* `groups`: lists of line numbers that belong together, with `ids` and `details` likewise. `count` then counts groups.

A row may be listed under several kinds: the annotator kinds describe who judged it, the others what is in it.
A row of `boilerplate_head` has no other fault of text. An item of `multiply_annotated` stands three times with the same text and is
no exact duplicate in the sense of `exact_duplicates`; `identical_records` are whole lines that stand twice.

| kind | file | count | what it is |
|---|---|---:|---|
"""


def text(truth: dict[str, Any], rows: dict[str, int]) -> str:
    """The whole page."""
    files = "".join(f"| `{name}` | {rows[name]:,} | {held} |\n" for name, held in FILES.items())
    kinds = "".join(
        f"| `{kind}` | `{entry['file']}` | {entry['count']}{' groups' if 'groups' in entry else ''} | {entry['description']} |\n"
        for kind, entry in truth.items()
    )
    return HEAD + files + MIDDLE + kinds
