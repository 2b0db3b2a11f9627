"""Which rule names each kind of fault that is planted in the sample data, and what is missing or too much?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The rule that names a kind: one or more findings, of which one is enough, or filters that a row must all pass.

    `of`: the rows that it should name: "rows", those listed; "copies", of each group all but the first; "real", those
    whose values are not set aside for examples; "none", no listed row. `structural`: it must name exactly these.
    `why`: what is missing or too much, and why. `model`: it needs the model of meaning.
    """

    kind: str
    findings: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    of: str = "rows"
    structural: bool = False
    why: str = ""
    model: bool = False
    details: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """How the rule is written, for the table."""
        if self.findings:
            return " or ".join(f"finding `{name}`" for name in self.findings)
        return "where " + " and ".join("`" + text.replace("|", "\\|").replace("\n", "\\n") + "`" for text in self.where)

    @property
    def title(self) -> str:
        return f"{self.kind}: {', '.join(self.details)}" if self.details else self.kind


def _exact(kind: str, *findings: str, of: str = "rows", why: str = "") -> Rule:
    return Rule(kind, findings, of=of, structural=True, why=why)


def _where(kind: str, *where: str, of: str = "rows", why: str = "") -> Rule:
    return Rule(kind, where=where, of=of, structural=True, why=why)


RULES: tuple[Rule, ...] = (
    Rule(
        "personal_data",
        ("personal_data",),
        of="real",
        why="Values set aside for examples are not counted. A name with a postal address or an illness has no pattern: "
        "the signal `named_entities` marks names, among many others. One account number is a well-known example.",
    ),
    Rule("personal_data_near_misses", ("personal_data",), of="none", why="No row with such a value is named."),
    _exact("prompt_echoed", "prompt_echo"),
    Rule(
        "truncated",
        ("truncated",),
        why="Two answers are cut inside a word that is short or a word of its own. One loop stops in the middle too.",
    ),
    Rule("html_noise", ("html_tags",), why="One more row is asked for HTML and answers with it."),
    _exact("markdown_noise", "empty_markdown"),
    Rule("html_entities", ("html_entities",), why="Two rows of `html_noise` hold entities too."),
    _exact("mojibake", "mojibake"),
    Rule(
        "invisible_characters",
        ("invisible_characters", "no_break_spaces"),
        why="Eight more rows hold no-break spaces: five responses that are blank, and three copies.",
    ),
    _exact("mixed_line_ends", "mixed_line_ends"),
    _where(
        "repeated_blank_lines",
        r"response~re~\n{4}",
        why="The finding `repeated_blank_lines` begins at two blank lines, and names one row more.",
    ),
    _exact("emoji", "emoji"),
    Rule(
        "inconsistent_numbers",
        ("mixed_numbers",),
        why="Numbers in words, as in “ten to 12”, are not read. One more row shows an amount as text and in code.",
    ),
    _exact("unfilled_placeholders", "placeholders"),
    _exact("special_tokens", "special_tokens"),
    _exact("ai_boilerplate", "ai_boilerplate"),
    _where(
        "refusals",
        "is_refusal~eq~true",
        "prompt_conflict_group~null",
        why="The finding `refusals` also names the 7 refusals among `conflicts`.",
    ),
    _exact("endless_loops", "endless_loops"),
    Rule(
        "repetition_inside",
        where=("repetition_rule~notnull", "is_endless_loop~eq~false", "is_prompt_echo~eq~false"),
        why="The two rows of `length_outliers` repeat themselves too.",
    ),
    Rule(
        "language_mismatch", ("language_switch",), why="One more answer is an address in Portugal, as it was asked for."
    ),
    Rule(
        "wrong_answers",
        where=("score~le~2",),
        why="No rule reads whether an answer is right. A low score is a hint, and other faults have low scores too.",
    ),
    _exact("merged_records", "merged_records"),
    _exact("no_input_markers", "stand_in_input"),
    _where(
        "length_outliers",
        "row_tokens~gt~2000",
        why="The limit is that of these data: choose it on the page Lengths. `long_row` begins at 8,192 tokens.",
    ),
    _exact("boilerplate_head", "common_passages"),
    _exact("empty_responses", "empty_response"),
    _where("empty_slice", "response~blank", "source~eq~web_crawl", why="The page Slices names the source."),
    _where("exact_duplicates", "is_identical_extra~eq~true", "row_id~re~^[0-9a-f]+$", of="copies"),
    _where("normalised_duplicates", "is_duplicate_extra~eq~true", "is_identical_extra~eq~false", of="copies"),
    Rule(
        "near_duplicates",
        where=(
            "is_near_extra~eq~true",
            "is_duplicate_extra~ne~true",
            "prompt_conflict_kind~notin~number~label~empty_or_refusal",
        ),
        of="copies",
        why="In two copies so many words are replaced that the pair is below the threshold.",
    ),
    Rule(
        "semantic_duplicates",
        ("meaning_duplicates",),
        of="copies",
        model=True,
        why="The vectors of these pairs are too far apart (cosines of 0.39 to 0.87). With a threshold of 0.75 the finding "
        "names 3 of the 13, among 108 rows.",
    ),
    _exact("conflicts", "contradictions"),
    Rule(
        "same_response",
        ("shared_answers",),
        why="The other 35 rows share an answer too: refusals, answers in another language, one translation of two texts, one "
        "label of several texts. They are not planted; read them.",
    ),
    Rule(
        "items_answered_wrongly",
        where=("vote_count~ge~3", "consensus_label~in~1~2"),
        why="It follows what the annotators say, and they are not always right.",
    ),
    _where("multiply_annotated", "vote_count~ge~2"),
    Rule(
        "annotator_biased",
        ("annotator_far_off",),
        why="The listing leaves out one row of this annotator, the copy of a whole record.",
    ),
    _where(
        "annotator_tired",
        "is_annotator_tired~eq~true",
        "session_position~gt~40",
        why="The finding names all rows of the person; the page Annotators shows from which position the scores drift.",
    ),
    _where("identical_records", "row_id~re~-", of="copies", why="The id of a repeated record ends in -2, -3 …"),
    _where("chat_content_in_parts", "part_kinds~notblank"),
    _where("chat_tool_calls", "n_calls~gt~0", "structure_faults~nothas~call_without_result"),
    _where(
        "chat_last_turn_not_assistant",
        "structure_faults~has~last_not_assistant",
        "structure_faults~nothas~no_assistant",
        why="The finding `last_not_assistant` also names the 3 chats without any answer.",
    ),
    _where(
        "chat_two_user_turns",
        "structure_faults~has~same_role_twice",
        "structure_faults~nothas~call_without_result",
        why="The finding `same_role_twice` also names chats in which the result between two turns is missing.",
    ),
    _exact("chat_empty_assistant_turn", "empty_turn"),
    _exact("chat_special_tokens", "special_tokens"),
    _exact("chat_system_turn_in_the_middle", "system_late"),
    Rule(
        "chat_repeated_answer",
        ("repeated_turn",),
        why="In two more chats one sentence is the right translation of two sentences.",
    ),
    _exact("chat_no_assistant_turn", "empty_response"),
    _exact("chat_foreign_role_names", "unknown_role"),
    Rule(
        "chat_personal_data",
        ("personal_data",),
        of="real",
        why="Of the others one number is from a range set aside for films, one account number is a well-known example, "
        "and one is a name with a postal address, which has no pattern.",
    ),
    _exact("chat_tool_call_without_answer", "call_without_result"),
    Rule("chat_language_mismatch", ("language_switch",), why="One more answer is a list of Indian dishes."),
    _exact("chat_exact_duplicates", "exact_duplicates", of="copies"),
    _where(
        "preference_chosen_longer",
        "is_chosen_longer~eq~true",
        "source~eq~verbose_lab",
        why="The measure `share(is_chosen_longer)` by source names the source: 1.0, and at most 0.55 elsewhere.",
    ),
    _where("preference_chosen_equals_rejected", "pair_degenerate_kind~eq~equal"),
    _where("preference_equal_up_to_white_space", "pair_degenerate_kind~eq~white_space"),
    _where("preference_chosen_is_prefix", "pair_degenerate_kind~eq~chosen_is_prefix"),
    _exact("preference_score_against_choice", "score_against_choice"),
    _exact("preference_score_tie", "score_tie"),
    _exact("preference_empty_rejected", "empty_rejected"),
    _exact("preference_refusal_chosen", "refusals"),
    _where("preference_cycles", "preference_cycle_answers~ge~3"),
    _where("preference_reversed", "preference_cycle_answers~eq~2"),
    _exact("preference_exact_duplicates", "exact_duplicates", of="copies"),
    Rule(
        "hostile",
        ("html_tags",),
        details=("html_script", "html_img", "html_frame", "html_style", "html_form", "html_unclosed"),
        why="A tag that never ends is no tag. Two more rows hold tags: a link and a text in Arabic.",
    ),
    Rule("hostile", ("html_entities",), details=("html_entity",), structural=True),
    Rule(
        "hostile",
        ("invisible_characters",),
        details=("control", "bidi", "zero_width", "tag_characters", "replacement"),
        why="U+2028 and U+2029, which end a line, are not counted.",
    ),
    Rule(
        "hostile",
        ("placeholders",),
        details=("template",),
        why="One is a command of a shell. The other rows attack the screen and not the model: no rule names them, and the "
        "tests open each of them in a browser.",
    ),
)
