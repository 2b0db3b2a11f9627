"""What is found by the rules of Gopher, C4 and Self-Instruct."""

from __future__ import annotations

from analysis.check import Check

GOPHER_CHECKS = (
    Check(
        "gopher_quality",
        "relevant",
        "warn",
        "1 text breaks a rule of Gopher about its words or lines.",
        "{rows} texts break a rule of Gopher about their words or lines.",
        (
            "gopher_faults~in~few_words~many_words~short_words~long_words~many_hashes~many_ellipses~bullet_lines"
            "~ellipsis_lines~few_letters~few_common_words",
        ),
        "Read some of them: texts that are no English prose, such as menus, tables and code, break these rules.",
        reads="gopher_faults",
        subject="a text of the role that is judged",
    ),
    Check(
        "gopher_repetition",
        "unique",
        "warn",
        "1 text repeats more of itself than Gopher's rules accept.",
        "{rows} texts repeat more of themselves than Gopher's rules accept.",
        (
            "gopher_faults~in~repeated_lines~repeated_paragraphs~characters_of_repeated_lines"
            "~characters_of_repeated_paragraphs~frequent_2_words~frequent_3_words~frequent_4_words~repeated_5_words"
            "~repeated_6_words~repeated_7_words~repeated_8_words~repeated_9_words~repeated_10_words",
        ),
        "Read some of them: lists, poems and short texts repeat themselves for good reasons.",
        reads="gopher_faults",
        subject="a text of the role that is judged",
    ),
)

C4_CHECKS = (
    Check(
        "c4_rules",
        "relevant",
        "warn",
        "1 text would be left out of C4.",
        "{rows} texts would be left out of C4.",
        ("c4_faults~in~lorem_ipsum~curly_bracket~few_sentences",),
        "Read some of them: code has curly brackets, and a short text has fewer than 5 sentences.",
        reads="c4_faults",
        subject="a text of the role that is judged",
    ),
    Check(
        "c4_bad_words",
        "compliant",
        "warn",
        "1 text has a word of the list of bad words.",
        "{rows} texts have a word of the list of bad words.",
        ("has_bad_word~eq~true",),
        "Read some of them: many such words have a harmless meaning too.",
        reads="has_bad_word",
        subject="a text that was compared with a list of bad words (bring one: --set bad_words=FILE)",
    ),
)

SELF_INSTRUCT_CHECKS = (
    Check(
        "self_instruct_form",
        "relevant",
        "warn",
        "1 instruction is too short, too long, or asks for what a text cannot be.",
        "{rows} instructions are too short, too long, begin with no English letter, or ask for what a text cannot be.",
        ("self_instruct_faults~in~few_words~many_words~beyond_text~punctuation_first~no_ascii_letter_first",),
        "Read some of them: a model that only writes text cannot draw or open a file.",
        reads="self_instruct_faults",
        subject="an instruction",
    ),
    Check(
        "self_instruct_like_earlier",
        "unique",
        "warn",
        "1 instruction is like an earlier one (ROUGE-L of 0.7 or more).",
        "{rows} instructions are like earlier ones (ROUGE-L of 0.7 or more).",
        ("self_instruct_faults~in~like_earlier",),
        "Keep one of them, or write the others anew: many forms of one task teach little.",
        reads="self_instruct_faults",
        subject="an instruction",
    ),
    Check(
        "self_instruct_outputs",
        "consistent",
        "warn",
        "1 output is its input, or differs from another output to the same input.",
        "{rows} outputs are their inputs, or differ from other outputs to the same input.",
        ("self_instruct_faults~in~output_is_input~several_outputs",),
        "Find the right output, and leave the others out.",
        reads="self_instruct_faults",
        subject="an instruction",
    ),
    Check(
        "self_instruct_not_compared",
        "unique",
        "info",
        "1 instruction was not compared with all earlier ones that share words with it.",
        "{rows} instructions were not compared with all earlier ones that share words with them.",
        ("self_instruct_passed~gt~0",),
        "Compute it again with a higher effort: winnow compute DATASET self_instruct --set effort=200000.",
        reads="self_instruct_faults",
        subject="an instruction",
    ),
)
