"""Which faults are in the roles, the order and the texts of the turns of a chat?"""

from __future__ import annotations

import polars as pl

from analysis.formats.messages import INSTRUCTING
from analysis.structure.thoughts import IN_PROMPT, thought_faults
from analysis.structure.turns import earlier, is_last, listed, previous

ROLES = ("system", "developer", "user", "assistant", "tool")
SHORTEST_REPEATED = {"assistant": 5, "user": 20}
"""Characters from which a repeated text counts: people say "Thanks!" twice, and answers are "Yes"."""


def order_faults(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `fault` for each fault of a chat; a fault may be there twice."""
    role = pl.col("role")
    spoken = ~role.is_in(INSTRUCTING)
    is_later = earlier(spoken) > 0
    core = _core_bytes(turns)
    turns = turns.with_columns(core=core, is_blank=(core == 0) & turns.select(_has_text_alone()).to_series())
    is_dialogue = role.is_in(["user", "assistant"])
    is_answer = is_last() & (role == "assistant")
    faults = {
        "first_not_user": spoken & ~is_later & (role != "user"),
        "last_not_assistant": is_last() & (role != "assistant"),
        "same_role_twice": is_dialogue & (previous("role") == role),
        "system_late": ~spoken & is_later,
        "several_systems": ~spoken & (earlier(~spoken) > 0),
        "empty_turn": pl.col("is_blank") & (role != "tool") & ~is_answer,
        "empty_last_answer": pl.col("is_blank") & is_answer,
        "unknown_role": ~role.is_in(ROLES) | is_foreign(),
        "thought_in_prompt": (role != "assistant") & ~is_nothing("reasoning"),
        "answer_missing_after_thought": (role == "assistant")
        & (pl.col("core") == 0)
        & ~is_nothing("reasoning")
        & is_nothing("tool_calls")
        & is_nothing("parts"),
        "edge_white_space": _has_edge() & (role != "tool"),
    }
    wide = turns.select("row", *(expression.fill_null(False).alias(fault) for fault, expression in faults.items()))
    in_prompt = thought_faults(
        turns.select(pl.when(role != "assistant", role != "tool").then("content")).to_series(), IN_PROMPT
    )
    without = _without(turns)
    return pl.concat([listed(wide), listed(turns.select("row").hstack(in_prompt)), without, _repeated(turns)])


def edge_faults(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `fault` for the texts that begin or end with white space."""
    return (
        turns.with_columns(core=_core_bytes(turns)).filter(_has_edge()).select("row", fault=pl.lit("edge_white_space"))
    )


def _core_bytes(turns: pl.DataFrame) -> pl.Series:
    """The length of each text without the white space around it; 0 for null."""
    return turns["content"].str.strip_chars().str.len_bytes().fill_null(0)


def _has_edge() -> pl.Expr:
    return (pl.col("core") > 0) & (pl.col("core") < pl.col("content").str.len_bytes())


def _has_text_alone() -> pl.Expr:
    """Whether a turn has nothing beside its text."""
    return pl.all_horizontal(is_nothing(field) for field in ("tool_calls", "parts", "reasoning"))


def is_nothing(field: str) -> pl.Expr:
    """Whether a field of a message is null, or nothing but white space."""
    return pl.col(field).is_null() | (pl.col(field).str.strip_chars() == "")


def is_foreign() -> pl.Expr:
    """Whether the source calls the role by a name that Winnow knows, and templates do not: "human", "gpt" …"""
    extra = pl.col("extra")
    return pl.when(extra.str.contains('"role":"', literal=True)).then(
        ~extra.str.json_path_match("$.role").str.starts_with("{")
    )


def _without(turns: pl.DataFrame) -> pl.DataFrame:
    """The chats without any turn of the user, or of the assistant."""
    roles = {"no_user": "user", "no_assistant": "assistant"}
    counts = turns.select(
        "row",
        *(
            (earlier(pl.col("role") == role) + (pl.col("role") == role).fill_null(False)).alias(f)
            for f, role in roles.items()
        ),
        is_last=is_last(),
    )
    return listed(counts.filter("is_last").select("row", *(pl.col(fault) == 0 for fault in roles)))


def _repeated(turns: pl.DataFrame) -> pl.DataFrame:
    """The chats in which the user, or the assistant, says a text again."""
    long = pl.any_horizontal(
        (pl.col("role") == role) & (pl.col("content").str.len_chars() >= least)
        for role, least in SHORTEST_REPEATED.items()
    )
    spoken_texts = turns.filter(long).select("row", "role", "content")
    # Nearly all texts occur once: numbers tell them apart, and texts are compared only where the numbers agree.
    number = pl.struct("row", pl.col("role") == "user", pl.col("content").hash()).hash()
    again = spoken_texts.filter(number.is_duplicated())
    again = again.filter(pl.struct("row", "role", "content").is_duplicated())
    return again.select("row", fault=pl.lit("repeated_turn"))
