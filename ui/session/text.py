"""Text of the dataset made harmless for the few places that read Markdown or HTML entities."""

from __future__ import annotations

import re

MARKDOWN = set(r"\`*_[]()!<>$:~#|{}&@+-.=^\"'/")
# Streamlit looks for addresses, arrows and its logo once more after reading escapes; a joiner without width hides them.
SEEN_LATE = re.compile(r"(?i)https?:(?=//)|www(?=\.)|@(?=\w)|:(?=streamlit:)|[<>~-](?=[=-])|-(?=>)")
JOINER = "\u2060"


JOINERS = "\u200c\u200d"  # emoji and several scripts are misspelt without them


def md(text: str, limit: int = 80) -> str:
    """`text` so that Markdown shows it letter by letter, on one line, cut at `limit` characters.

    For labels that nothing but Markdown can draw; everywhere else use st.text, a table cell or a component.
    """
    shown = SEEN_LATE.sub(lambda found: found[0] + JOINER, cut(text, limit).strip())
    return "".join(f"\\{c}" if c in MARKDOWN else c for c in shown)


def cut(text: str, limit: int = 80) -> str:
    """One line of at most `limit` characters; what cannot be seen is shown as a blank."""
    line = "".join(c if c.isprintable() or c in JOINERS else " " for c in text[: limit + 1])
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def plotly_text(text: str, limit: int = 40) -> str:
    """`text` so that Plotly draws no tag or link from it."""
    return cut(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def count(rows: int, noun: str = "row") -> str:
    """`1 row`, `1,234 rows`."""
    return f"{rows:,} {noun}" if rows == 1 else f"{rows:,} {noun}s"


def duration(seconds: float) -> str:
    """Seconds in words, rounded as one would say it."""
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
