"""Text of the dataset, escaped for the few places that read Markdown or HTML."""

from __future__ import annotations

import re

from analysis.counted import count as count

MARKDOWN = set(r"\`*_[]()!<>$:~#|{}&@+-.=^\"'/")
# Streamlit replaces addresses, arrows and its logo after it has read the escapes; a zero-width joiner prevents it.
SEEN_LATE = re.compile(r"(?i)https?:(?=//)|www(?=\.)|@(?=\w)|:(?=streamlit:)|[<>~-](?=[=-])|-(?=>)")
JOINER = "\u2060"
FORMAT = re.compile(r"(?i)\.(jsonl?|ndjson|csv|tsv|txt|parquet|arrow|feather|ipc)(\.(gz|zst))?$")

JOINERS = "\u200c\u200d"  # emoji and several scripts are drawn wrongly without them


def md(text: str, limit: int = 80) -> str:
    """`text` escaped so that Markdown shows every character as it is, on one line, cut at `limit` characters.

    For labels, which Streamlit always reads as Markdown; use st.text, a table cell or a component everywhere else.
    """
    shown = SEEN_LATE.sub(lambda match: match[0] + JOINER, cut(text, limit).strip())
    return "".join(f"\\{c}" if c in MARKDOWN else c for c in shown)


def told_apart(label: str, of: str) -> str:
    """The label of a button that is on the page several times: its name for a screen reader says of what, too.

    The second part is not drawn: a style of all pages hides coloured words in buttons. `label` is Markdown, `of` is any
    text.

    >>> told_apart("Show", "empty responses")
    'Show :gray[empty responses]'
    """
    return f"{label} :gray[{md(of, 60)}]"


def cut(text: str, limit: int = 80) -> str:
    """One line of at most `limit` characters, with a blank for each invisible character."""
    line = "".join(c if c.isprintable() or c in JOINERS else " " for c in text[: limit + 1])
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def name_of_file(name: str, limit: int = 40) -> str:
    """The name of a file without what says its format, on one line.

    >>> name_of_file("dpo_en_demo.json"), name_of_file("train.v2.jsonl.gz"), name_of_file("notes")
    ('dpo_en_demo', 'train.v2', 'notes')
    """
    return cut(FORMAT.sub("", name) or name, limit)


def plotly_text(text: str, limit: int = 40) -> str:
    """`text` escaped so that Plotly draws no HTML tag or link from it."""
    return cut(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def duration(seconds: float) -> str:
    """Seconds in words, rounded: `a second`, `12 seconds`, `3 minutes`, `1.5 hours`."""
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
