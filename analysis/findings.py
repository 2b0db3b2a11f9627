"""What to look at first: each finding is a sentence, a View and a count.

To add one, add a line to FINDINGS: its name, its sentence, the filters that select its rows. A finding is left out
where the dataset lacks a column or the signal that adds it is not computed, and where no row shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.dataset import CANONICAL, Dataset
from analysis.signals.catalogue import writer_of
from analysis.view import View, join_values

STAND_INS = (
    "N/A",
    "n/a",
    "NA",
    "NULL",
    "null",
    "None",
    "none",
    "nan",
    "NaN",
    "-",
    "<noinput>",
    "No input",
    "TODO",
    "TBD",
)
LONG_ROW_TOKENS = 8192


@dataclass(frozen=True)
class Finding:
    """`rows` rows of the whole dataset answer `view`; `tokens` is theirs in all, None before tokens are counted."""

    name: str
    sentence: str
    view: View
    rows: int
    tokens: int | None
    sample: bool = False

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name, "sentence": self.sentence, "rows": self.rows, "tokens": self.tokens,
            "where": self.view.to_params(), "sample": self.sample,
        }  # fmt: skip


# name, sentence with {rows}, filters
FINDINGS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("empty_response", "{rows} rows have no response, or a blank one.", (("response", "blank", ""),)),
    ("empty_prompt", "{rows} rows have no prompt, or a blank one.", (("prompt", "blank", ""),)),
    ("empty_rejected", "{rows} pairs have no rejected answer, or a blank one.", (("rejected", "blank", ""),)),
    ("empty_text", "{rows} rows have no text, or a blank one.", (("text", "blank", ""),)),
    ("exact_duplicates", "{rows} rows repeat an earlier row's prompt and response.", (("is_duplicate_extra", "eq", "true"),)),
    ("prompts_differ", "{rows} pairs answer two different prompts.", (("prompts_differ", "eq", "true"),)),
    ("stand_in_response", "{rows} responses are a stand-in such as “N/A” or “NULL”.",
     (("response", "in", join_values(STAND_INS)),)),
    ("one_word_response", "{rows} responses are a single word.", (("response_words", "eq", "1"),)),
    ("long_row", f"{{rows}} rows are longer than {LONG_ROW_TOKENS:,} tokens.", (("row_tokens", "gt", str(LONG_ROW_TOKENS)),)),
)  # fmt: skip


def findings(dataset: Dataset) -> list[Finding]:
    """The findings that some row shows, those with most tokens first, else those with most rows."""
    found = []
    for name, sentence, filters in FINDINGS:
        view = View()
        for f in filters:
            view = view.where(*f)
        if not _answerable(dataset, view):
            continue
        rows = dataset.rows_of(view)
        if len(rows):
            found.append(
                Finding(name, sentence.format(rows=f"{len(rows):,}"), view, len(rows), tokens_of(dataset, view))
            )
    return sorted(found, key=lambda f: (f.tokens or 0, f.rows), reverse=True)


def _answerable(dataset: Dataset, view: View) -> bool:
    for column in view.columns():
        writer = writer_of(column)
        if writer and not dataset.has(dataset.signal(writer)):
            return False
        if not writer and column in CANONICAL and column not in dataset.canonical:
            return False
    return True


def tokens_of(dataset: Dataset, view: View) -> int | None:
    """Tokens of all rows in view; None before the tokens are counted."""
    if not dataset.has(dataset.signal("tokens")):
        return None
    tokens = dataset.column("row_tokens")
    return int((tokens.gather(dataset.rows_of(view)) if view.active else tokens).sum() or 0)
