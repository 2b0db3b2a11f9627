"""What to look at first: each finding is a sentence, a View and a count.

To add one, add a line to FINDINGS: its name, its sentence, the filters that select its rows. A finding is left out
where the dataset lacks a column, where the signal that adds the column is not computed, and where no row shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.joined_values import join_values
from analysis.view import Filter, View

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
COSTLY_FORM_SHARE = 0.25
EVERY_ROW = View()


@dataclass(frozen=True)
class Finding:
    """`rows` is how many rows pass `view`; `tokens` is the sum of their tokens, None before tokens are counted."""

    name: str
    sentence: str
    view: View
    rows: int
    tokens: int | None
    sample: bool = False

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "sentence": self.sentence,
            "rows": self.rows,
            "tokens": self.tokens,
            "where": self.view.to_params(),
            "sample": self.sample,
        }


# name, sentence about one row, sentence about {rows} rows, filters
FINDINGS: tuple[tuple[str, str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "empty_response",
        "1 row has no response, or a blank one.",
        "{rows} rows have no response, or a blank one.",
        (("response", "blank", ""),),
    ),
    (
        "empty_prompt",
        "1 row has no prompt, or a blank one.",
        "{rows} rows have no prompt, or a blank one.",
        (("prompt", "blank", ""),),
    ),
    (
        "empty_rejected",
        "1 pair has no rejected answer, or a blank one.",
        "{rows} pairs have no rejected answer, or a blank one.",
        (("rejected", "blank", ""),),
    ),
    (
        "empty_text",
        "1 row has no text, or a blank one.",
        "{rows} rows have no text, or a blank one.",
        (("text", "blank", ""),),
    ),
    (
        "exact_duplicates",
        "1 row repeats an earlier row.",
        "{rows} rows repeat an earlier row.",
        (("is_duplicate_extra", "eq", "true"),),
    ),
    (
        "near_duplicates",
        "1 row is a near duplicate of another row.",
        "{rows} rows are near duplicates of other rows.",
        (("is_near_extra", "eq", "true"), ("is_duplicate_extra", "ne", "true")),
    ),
    (
        "leaks",
        "1 row has a near duplicate in another split or file.",
        "{rows} rows have a near duplicate in another split or file.",
        (("is_leak", "eq", "true"),),
    ),
    (
        "endless_loops",
        "1 response ends in a loop.",
        "{rows} responses end in a loop.",
        (("is_endless_loop", "eq", "true"),),
    ),
    (
        "repetition",
        "1 row repeats itself more than it should.",
        "{rows} rows repeat themselves more than they should.",
        (("repetition_rule", "notnull", ""),),
    ),
    (
        "common_passages",
        "1 row begins or ends with a passage common to many rows.",
        "{rows} rows begin or end with a passage common to many rows.",
        (("has_boilerplate", "eq", "true"),),
    ),
    (
        "contradictions",
        "1 row answers its prompt with another number, label or refusal than another row does.",
        "{rows} rows answer one prompt with different numbers or labels, or refuse what others answer.",
        (("prompt_conflict_kind", "in", "number~label~empty_or_refusal"),),
    ),
    (
        "label_conflicts",
        "1 row has another label than a row of equal texts.",
        "{rows} rows of equal texts have different labels.",
        (("label_conflict_group", "notnull", ""),),
    ),
    (
        "score_conflicts",
        "1 row has another score than a row of equal texts.",
        "{rows} rows of equal texts have different scores.",
        (("score_conflict_group", "notnull", ""),),
    ),
    (
        "prompt_echo",
        "1 response repeats its prompt.",
        "{rows} responses repeat their prompts.",
        (("is_prompt_echo", "eq", "true"),),
    ),
    (
        "degenerate_pairs",
        "1 pair has equal answers, or one that is the beginning of the other.",
        "{rows} pairs have equal answers, or one that is the beginning of the other.",
        (("is_pair_degenerate", "eq", "true"),),
    ),
    (
        "preference_cycles",
        "1 choice contradicts other choices on its prompt.",
        "{rows} choices contradict other choices on their prompts: in both directions, or in a circle.",
        (("preference_cycle_group", "notnull", ""),),
    ),
    (
        "score_against_choice",
        "In 1 pair the rejected answer has the higher score.",
        "In {rows} pairs the rejected answer has the higher score.",
        (("chosen_score_margin", "lt", "0"),),
    ),
    (
        "prompts_differ",
        "1 pair answers two different prompts.",
        "{rows} pairs answer two different prompts.",
        (("prompts_differ", "eq", "true"),),
    ),
    (
        "stand_in_response",
        "1 response is a stand-in such as “N/A” or “NULL”.",
        "{rows} responses are a stand-in such as “N/A” or “NULL”.",
        (("response", "in", join_values(STAND_INS)),),
    ),
    (
        "one_word_response",
        "1 response is a single word.",
        "{rows} responses are a single word.",
        (("response_words", "eq", "1"),),
    ),
    (
        "secrets",
        "1 row holds a key, a token or a password.",
        "{rows} rows hold keys, tokens or passwords.",
        (("pii_types", "has", "SECRET"),),
    ),
    (
        "personal_data",
        "1 row holds personal data such as an address, a number or a secret.",
        "{rows} rows hold personal data such as addresses, numbers or secrets.",
        (("pii_count", "gt", "0"),),
    ),
    (
        "not_fully_scanned",
        "1 row could not be scanned for personal data to its end.",
        "{rows} rows could not be scanned for personal data to their end.",
        (("pii_status", "re", "^partly"),),
    ),
    (
        "long_row",
        f"1 row is longer than {LONG_ROW_TOKENS:,} tokens.",
        f"{{rows}} rows are longer than {LONG_ROW_TOKENS:,} tokens.",
        (("row_tokens", "gt", str(LONG_ROW_TOKENS)),),
    ),
    (
        "language_switch",
        "1 response is in another language than its prompt, which did not ask for it.",
        "{rows} responses are in another language than their prompts, which did not ask for it.",
        (("is_language_switch", "eq", "true"),),
    ),
    (
        "special_tokens",
        "1 row holds special tokens of a chat template as text.",
        "{rows} rows hold special tokens of a chat template as text.",
        (("special_token_leaks", "gt", "0"),),
    ),
    (
        "placeholders",
        "1 row holds a placeholder that is not filled in.",
        "{rows} rows hold placeholders that are not filled in.",
        (("placeholder_count", "gt", "0"),),
    ),
    (
        "merged_records",
        "In 1 row the text also holds a second record.",
        "In {rows} rows the text also holds a second record.",
        (("merged_record_count", "gt", "0"),),
    ),
    (
        "truncated",
        "1 response stops in the middle.",
        "{rows} responses stop in the middle.",
        (("is_truncated", "eq", "true"),),
    ),
    ("refusals", "1 response is a refusal.", "{rows} responses are refusals.", (("is_refusal", "eq", "true"),)),
    (
        "ai_boilerplate",
        "1 row speaks of itself as a language model.",
        "{rows} rows speak of themselves as a language model.",
        (("boilerplate_count", "gt", "0"),),
    ),
    (
        "stand_in_input",
        "1 row has a stand-in such as “No input” for its text or the end of its prompt.",
        "{rows} rows have a stand-in such as “No input” for their text or the end of their prompt.",
        (("stand_in_count", "gt", "0"),),
    ),
    (
        "mojibake",
        "1 row holds mojibake, text read in the wrong encoding.",
        "{rows} rows hold mojibake, text read in the wrong encoding.",
        (("mojibake_count", "gt", "0"),),
    ),
    (
        "html_tags",
        "1 row holds HTML tags outside code.",
        "{rows} rows hold HTML tags outside code.",
        (("html_tags", "gt", "0"),),
    ),
    (
        "html_entities",
        "1 row holds HTML entities outside code.",
        "{rows} rows hold HTML entities outside code.",
        (("html_entities", "gt", "0"),),
    ),
    (
        "invisible_characters",
        "1 row holds invisible or control characters.",
        "{rows} rows hold invisible or control characters.",
        (("invisible_characters", "gt", "0"),),
    ),
    (
        "mixed_numbers",
        "1 row writes numbers, dates or units in two ways.",
        "{rows} rows write numbers, dates or units in two ways.",
        (("has_mixed_numbers", "eq", "true"),),
    ),
    (
        "costly_form",
        "1 row spends a quarter of its tokens or more on Markdown, HTML and white space.",
        "{rows} rows spend a quarter of their tokens or more on Markdown, HTML and white space.",
        (("formatting_token_share", "ge", str(COSTLY_FORM_SHARE)),),
    ),
)


def findings(dataset: Dataset, within: View = EVERY_ROW) -> list[Finding]:
    """The findings that some row of `within` shows: most tokens first, then most rows."""
    shown = []
    for name, one, many, filters in FINDINGS:
        view = View(tuple(Filter(*f) for f in filters))
        if not _answerable(dataset, view):
            continue
        view = View((*within.filters, *view.filters))
        rows = len(dataset.rows_of(view))
        if rows:
            sentence = one if rows == 1 else many.format(rows=f"{rows:,}")
            shown.append(Finding(name, sentence, view, rows, tokens_of(dataset, view)))
    return sorted(shown, key=lambda f: (f.tokens or 0, f.rows), reverse=True)


def _answerable(dataset: Dataset, view: View) -> bool:
    """Whether the dataset has every column of the view. A column that has a role counts, even where no row fills it."""
    promised = {*dataset.canonical, *dataset.roles, *(("prompt", "response") if "messages" in dataset.roles else ())}
    for column in view.columns():
        writer = dataset.catalogue.writer_of(column)
        if writer and (column in dataset.originals or not dataset.has(dataset.signal(writer))):
            return False
        if column in CANONICAL and column not in promised:
            return False
    return True


def tokens_of(dataset: Dataset, view: View) -> int | None:
    """Tokens of all rows in view; None before the tokens are counted."""
    if "row_tokens" in dataset.originals or not dataset.has(dataset.signal("tokens")):
        return None
    tokens = dataset.column("row_tokens")
    return int((tokens.gather(dataset.rows_of(view)) if view.active else tokens).sum() or 0)
