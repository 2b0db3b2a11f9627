"""Every check for findings: its sentence, the rows that show it, and the rows it looks at.

To add a check, add it to CHECKS. Its state in a dataset is the matter of `analysis.findings.outcomes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.joined_values import join_values
from analysis.signal import Catalogue
from analysis.structure.answers import ANSWERS
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
SHORT_FORMS = {"ai": "AI", "html": "HTML"}


@dataclass(frozen=True)
class Check:
    """`filters` select the rows that show the finding; `one` and `many` are its sentence about 1 row and {rows} rows.

    A row is looked at if the column `reads` has a value in it; every row is, if `reads` is "". A name that begins with
    @ is that of a role: the column that plays it. `subject` is what such a row has. `needs`: the roles without which
    the check does not apply; of roles joined by | one is enough.
    """

    name: str
    one: str
    many: str
    filters: tuple[Filter, ...]
    reads: str = ""
    subject: str = ""
    needs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name in words.

        >>> CHECKS[0].title
        'Empty response'
        """
        words = [SHORT_FORMS.get(word, word) for word in self.name.split("_")]
        return " ".join(words)[0].upper() + " ".join(words)[1:]

    @property
    def view(self) -> View:
        """The rows that show the finding."""
        return View(self.filters)

    def columns(self) -> set[str]:
        """The columns it reads, without those of a role."""
        return self.view.columns() | ({self.reads} if self.reads and not self.reads.startswith("@") else set())

    def signals(self, catalogue: Catalogue) -> list[str]:
        """The names of the signals that add a column it reads."""
        return catalogue.writers_of(self.columns())

    def sentence(self, rows: int) -> str:
        return self.one if rows == 1 else self.many.format(rows=f"{rows:,}")


def _structure(name: str, one: str, many: str, fault: str, need: str = "") -> Check:
    """A check for a fault of the signal `structure`; with a `need`, of rows of that role alone."""
    return Check(
        name,
        one,
        many,
        (Filter("structure_faults", "has", fault),),
        reads=need or "structure_faults",
        subject="a chat" if need else "an answer",
        needs=(need,) if need else ("response|messages",),
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "empty_response",
        "1 row has no response, or a blank one.",
        "{rows} rows have no response, or a blank one.",
        (Filter("answer_kind", "notin", join_values([*ANSWERS, "unanswered", "raw_text"])),),
        needs=("response|messages",),
    ),
    _structure(
        "unanswered",
        "1 chat has answers, and ends with another turn than an answer.",
        "{rows} chats have answers, and end with another turn than an answer.",
        "last_not_assistant",
        "messages",
    ),
    Check(
        "empty_prompt",
        "1 row has no prompt, or a blank one.",
        "{rows} rows have no prompt, or a blank one.",
        (Filter("prompt", "blank"),),
        needs=("prompt",),
    ),
    Check(
        "empty_rejected",
        "1 pair has no rejected answer, or a blank one.",
        "{rows} pairs have no rejected answer, or a blank one.",
        (Filter("rejected_kind", "notin", join_values(ANSWERS)),),
        needs=("rejected",),
    ),
    Check(
        "empty_text",
        "1 row has no text, or a blank one.",
        "{rows} rows have no text, or a blank one.",
        (Filter("text", "blank"),),
        needs=("text",),
    ),
    Check(
        "exact_duplicates",
        "1 row repeats an earlier row.",
        "{rows} rows repeat an earlier row.",
        (Filter("is_duplicate_extra", "eq", "true"),),
        reads="is_duplicate_extra",
        subject="a text to compare",
    ),
    Check(
        "near_duplicates",
        "1 row is a near duplicate of another row.",
        "{rows} rows are near duplicates of other rows.",
        (
            Filter("is_near_extra", "eq", "true"),
            Filter("is_duplicate_extra", "ne", "true"),
        ),
        reads="is_near_extra",
        subject="a text to compare",
    ),
    Check(
        "meaning_duplicates",
        "1 row says in other words what another row says.",
        "{rows} rows say in other words what other rows say.",
        (Filter("is_meaning_extra", "eq", "true"),),
        reads="is_meaning_extra",
        subject="a vector",
    ),
    Check(
        "leaks",
        "1 row has a near duplicate in another split or file.",
        "{rows} rows have a near duplicate in another split or file.",
        (Filter("is_leak", "eq", "true"),),
        reads="is_leak",
        subject="a split",
        needs=("split|files",),
    ),
    Check(
        "endless_loops",
        "1 response ends in a loop.",
        "{rows} responses end in a loop.",
        (Filter("is_endless_loop", "eq", "true"),),
        reads="is_endless_loop",
        subject="a response or a text with words",
    ),
    Check(
        "repetition",
        "1 row repeats itself more than it should.",
        "{rows} rows repeat themselves more than they should.",
        (Filter("repetition_rule", "notnull"),),
        reads="repetition_share",
        subject="a response or a text with words",
    ),
    Check(
        "common_passages",
        "1 row begins or ends with a passage common to many rows.",
        "{rows} rows begin or end with a passage common to many rows.",
        (Filter("has_boilerplate", "eq", "true"),),
        reads="has_boilerplate",
        subject="a text",
    ),
    Check(
        "contradictions",
        "1 row answers its prompt with another number, label or refusal than another row does.",
        "{rows} rows answer one prompt with different numbers or labels, or refuse what others answer.",
        (Filter("prompt_conflict_kind", "in", "number~label~empty_or_refusal"),),
        reads="prompt",
        subject="a prompt",
        needs=(
            "prompt",
            "response",
        ),
    ),
    Check(
        "meaning_conflicts",
        "1 row answers a prompt of the same meaning with another number, label or refusal than another row does.",
        "{rows} rows answer prompts of the same meaning with different numbers or labels, or with a refusal.",
        (Filter("meaning_conflict_kind", "in", "number~label~empty_or_refusal"),),
        reads="outlier_score",
        subject="a vector of its prompt",
        needs=("prompt", "response"),
    ),
    Check(
        "label_conflicts",
        "1 row has another label than a row of equal texts.",
        "{rows} rows of equal texts have different labels.",
        (Filter("label_conflict_group", "notnull"),),
        reads="@label",
        subject="a label",
        needs=("label",),
    ),
    Check(
        "score_conflicts",
        "1 row has another score than a row of equal texts.",
        "{rows} rows of equal texts have different scores.",
        (Filter("score_conflict_group", "notnull"),),
        reads="score",
        subject="a score",
        needs=("score",),
    ),
    Check(
        "prompt_echo",
        "1 response repeats its prompt.",
        "{rows} responses repeat their prompts.",
        (Filter("is_prompt_echo", "eq", "true"),),
        reads="is_prompt_echo",
        subject="a prompt and a response",
        needs=(
            "prompt",
            "response",
        ),
    ),
    Check(
        "degenerate_pairs",
        "1 pair has equal answers, or one that is the beginning of the other.",
        "{rows} pairs have equal answers, or one that is the beginning of the other.",
        (Filter("is_pair_degenerate", "eq", "true"),),
        reads="is_pair_degenerate",
        subject="two answers",
        needs=("rejected",),
    ),
    Check(
        "preference_cycles",
        "1 choice contradicts other choices on its prompt.",
        "{rows} choices contradict other choices on their prompts: in both directions, or in a circle.",
        (Filter("preference_cycle_group", "notnull"),),
        reads="is_pair_degenerate",
        subject="two answers",
        needs=("rejected",),
    ),
    Check(
        "score_against_choice",
        "In 1 pair the rejected answer has the higher score.",
        "In {rows} pairs the rejected answer has the higher score.",
        (Filter("chosen_score_margin", "lt", "0"),),
        reads="chosen_score_margin",
        subject="a score of each answer",
        needs=(
            "rejected",
            "score_chosen",
            "score_rejected",
        ),
    ),
    Check(
        "prompts_differ",
        "1 pair answers two different prompts.",
        "{rows} pairs answer two different prompts.",
        (Filter("prompts_differ", "eq", "true"),),
        reads="prompts_differ",
        subject="a prompt on each side",
        needs=("rejected",),
    ),
    _structure(
        "first_not_user",
        "1 chat begins with another turn than the user's.",
        "{rows} chats begin with another turn than the user's.",
        "first_not_user",
        "messages",
    ),
    _structure(
        "same_role_twice",
        "In 1 chat two turns of the user, or of the assistant, follow each other.",
        "In {rows} chats two turns of the user, or of the assistant, follow each other.",
        "same_role_twice",
        "messages",
    ),
    _structure(
        "system_late",
        "1 chat has instructions of the system after its first turn.",
        "{rows} chats have instructions of the system after their first turns.",
        "system_late",
        "messages",
    ),
    _structure(
        "call_without_result",
        "In 1 chat the assistant goes on after a tool call without its result.",
        "In {rows} chats the assistant goes on after a tool call without its result.",
        "call_without_result",
        "messages",
    ),
    _structure(
        "null_argument",
        "1 row calls a tool with an argument that is null.",
        "{rows} rows call a tool with an argument that is null.",
        "null_argument",
        "messages",
    ),
    _structure(
        "thought_not_opened",
        "1 row has a thought whose end is marked, such as by </think>, and not its beginning.",
        "{rows} rows have a thought whose end is marked, such as by </think>, and not its beginning.",
        "thought_not_opened",
    ),
    _structure(
        "thought_not_closed",
        "1 row has a thought that never ends: its beginning is marked, such as by <think>, and not its end.",
        "{rows} rows have a thought that never ends: its beginning is marked, such as by <think>, and not its end.",
        "thought_not_closed",
    ),
    _structure(
        "thought_empty",
        "1 row has the marks of a thought and nothing between them.",
        "{rows} rows have the marks of a thought and nothing between them.",
        "thought_empty",
    ),
    _structure(
        "several_thoughts",
        "1 row has several thoughts in one answer.",
        "{rows} rows have several thoughts in one answer.",
        "several_thoughts",
    ),
    _structure(
        "nothing_after_thought",
        "1 row has an answer that ends with its thought.",
        "{rows} rows have an answer that ends with its thought.",
        "nothing_after_thought",
    ),
    Check(
        "stand_in_response",
        "1 response is a stand-in such as “N/A” or “NULL”.",
        "{rows} responses are a stand-in such as “N/A” or “NULL”.",
        (Filter("response", "in", join_values(STAND_INS)),),
        reads="response",
        subject="a response",
        needs=("response",),
    ),
    Check(
        "one_word_response",
        "1 response is a single word.",
        "{rows} responses are a single word.",
        (Filter("response_words", "eq", "1"),),
        reads="response_words",
        subject="a response",
        needs=("response",),
    ),
    Check(
        "secrets",
        "1 row holds a key, a token or a password.",
        "{rows} rows hold keys, tokens or passwords.",
        (Filter("pii_types", "has", "SECRET"),),
        reads="pii_count",
        subject="a text to scan",
    ),
    Check(
        "personal_data",
        "1 row holds personal data such as an address, a number or a secret.",
        "{rows} rows hold personal data such as addresses, numbers or secrets.",
        (Filter("pii_count", "gt", "0"),),
        reads="pii_count",
        subject="a text to scan",
    ),
    Check(
        "names",
        "1 row seems to name a person.",
        "{rows} rows seem to name people.",
        (Filter("entity_types", "has", "PERSON"),),
        reads="entity_count",
        subject="a text to scan",
    ),
    Check(
        "not_fully_scanned",
        "1 row could not be scanned for personal data to its end.",
        "{rows} rows could not be scanned for personal data to their end.",
        (Filter("pii_status", "re", "^partly"),),
        reads="pii_status",
        subject="a text to scan",
    ),
    Check(
        "long_row",
        f"1 row is longer than {LONG_ROW_TOKENS:,} tokens.",
        f"{{rows}} rows are longer than {LONG_ROW_TOKENS:,} tokens.",
        (Filter("row_tokens", "gt", str(LONG_ROW_TOKENS)),),
        reads="row_tokens",
        subject="a text to count",
    ),
    Check(
        "language_switch",
        "1 response is in another language than its prompt, which did not ask for it.",
        "{rows} responses are in another language than their prompts, which did not ask for it.",
        (Filter("is_language_switch", "eq", "true"),),
        reads="is_language_switch",
        subject="a prompt and a response",
        needs=(
            "prompt",
            "response",
        ),
    ),
    Check(
        "special_tokens",
        "1 row holds special tokens of a chat template as text.",
        "{rows} rows hold special tokens of a chat template as text.",
        (Filter("special_token_leaks", "gt", "0"),),
        reads="special_token_leaks",
        subject="a text",
    ),
    Check(
        "placeholders",
        "1 row holds a placeholder that is not filled in.",
        "{rows} rows hold placeholders that are not filled in.",
        (Filter("placeholder_count", "gt", "0"),),
        reads="placeholder_count",
        subject="a text",
    ),
    Check(
        "merged_records",
        "In 1 row the text also holds a second record.",
        "In {rows} rows the text also holds a second record.",
        (Filter("merged_record_count", "gt", "0"),),
        reads="merged_record_count",
        subject="a text",
    ),
    Check(
        "truncated",
        "1 response stops in the middle.",
        "{rows} responses stop in the middle.",
        (Filter("is_truncated", "eq", "true"),),
        reads="is_truncated",
        subject="a response or a text",
    ),
    Check(
        "refusals",
        "1 response is a refusal.",
        "{rows} responses are refusals.",
        (Filter("is_refusal", "eq", "true"),),
        reads="is_refusal",
        subject="a response",
        needs=("response",),
    ),
    Check(
        "ai_boilerplate",
        "1 row speaks of itself as a language model.",
        "{rows} rows speak of themselves as a language model.",
        (Filter("boilerplate_count", "gt", "0"),),
        reads="boilerplate_count",
        subject="a text",
    ),
    Check(
        "stand_in_input",
        "1 row has a stand-in such as “No input” for its text or the end of its prompt.",
        "{rows} rows have a stand-in such as “No input” for their text or the end of their prompt.",
        (Filter("stand_in_count", "gt", "0"),),
        reads="stand_in_count",
        subject="a text",
    ),
    Check(
        "mojibake",
        "1 row holds mojibake, text read in the wrong encoding.",
        "{rows} rows hold mojibake, text read in the wrong encoding.",
        (Filter("mojibake_count", "gt", "0"),),
        reads="mojibake_count",
        subject="a text",
    ),
    Check(
        "html_tags",
        "1 row holds HTML tags outside code.",
        "{rows} rows hold HTML tags outside code.",
        (Filter("html_tags", "gt", "0"),),
        reads="html_tags",
        subject="a text",
    ),
    Check(
        "html_entities",
        "1 row holds HTML entities outside code.",
        "{rows} rows hold HTML entities outside code.",
        (Filter("html_entities", "gt", "0"),),
        reads="html_entities",
        subject="a text",
    ),
    Check(
        "invisible_characters",
        "1 row holds invisible or control characters.",
        "{rows} rows hold invisible or control characters.",
        (Filter("invisible_characters", "gt", "0"),),
        reads="invisible_characters",
        subject="a text",
    ),
    Check(
        "mixed_numbers",
        "1 row writes numbers, dates or units in two ways.",
        "{rows} rows write numbers, dates or units in two ways.",
        (Filter("has_mixed_numbers", "eq", "true"),),
        reads="has_mixed_numbers",
        subject="a text",
    ),
    Check(
        "costly_form",
        "1 row spends a quarter of its tokens or more on Markdown, HTML and white space.",
        "{rows} rows spend a quarter of their tokens or more on Markdown, HTML and white space.",
        (Filter("formatting_token_share", "ge", str(COSTLY_FORM_SHARE)),),
        reads="formatting_token_share",
        subject="a text",
    ),
)
