"""Which rows contradict each other, or themselves?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analysis.conflicts.asked import asked_and_answered, rejected_answer
from analysis.conflicts.conflict_checks import CONFLICT_CHECKS
from analysis.conflicts.cycles import cycles
from analysis.conflicts.differences import features, kinds_of, sorts_of
from analysis.same_text import evened, normalised
from analysis.signal import Signal

CHUNK_ROWS = 50_000
QUOTED_CHARS = 20  # a response may begin with a shorter prompt, such as "Hi", by chance
CONTINUES = r"\A(?:[\p{L}\p{N}]|[.,:/\u{2212}-]\p{N})"  # the rest of a text that is cut inside a word or a number


@dataclass(frozen=True)
class Conflicts(
    Signal,
    name="conflicts",
    version=3,
    reads=("system", "prompt", "response", "rejected", "messages", "messages_rejected", "text", "score"),
    roles=("label", "item", "score_chosen", "score_rejected"),
    adds={
        "prompt_conflict_group": pl.UInt32,
        "prompt_conflict_kind": pl.String,
        "response_conflict_group": pl.UInt32,
        "response_conflict_kind": pl.String,
        "label_conflict_group": pl.UInt32,
        "score_conflict_group": pl.UInt32,
        "score_conflict_range": pl.Float64,
        "preference_cycle_group": pl.UInt32,
        "preference_cycle_answers": pl.UInt32,
        "is_prompt_echo": pl.Boolean,
        "has_repeated_answer": pl.Boolean,
        "is_pair_degenerate": pl.Boolean,
        "pair_degenerate_kind": pl.String,
        "chosen_extra_chars": pl.Int64,
        "is_chosen_longer": pl.Boolean,
        "chosen_score_margin": pl.Float64,
    },
    scope="dataset",
    cheap=True,
    finds=CONFLICT_CHECKS,
):
    """Texts are compared after normalisation (NFC, lower case, white space), by a hash of 128 bits.

    The question of a row is everything before the answer: system and prompt, or the messages of a chat before the last
    one of the assistant. An answer that calls tools is its text and its calls. The number of a group is the position of
    its first row, null for a row in no group.

    `prompt_conflict_group`: the same question, different answers; `prompt_conflict_kind` says how they differ, see
    `analysis.conflicts.differences.kinds_of`. A missing answer counts as an empty one. `response_conflict_group`: the
    same answer to different questions, of different items where there are items; `response_conflict_kind` is refusal,
    boilerplate, short or other. `label_conflict_group`, `score_conflict_group`: equal texts (equal items, where a row
    has no text) with different labels or scores; `score_conflict_range` is the highest minus the lowest score of the
    group. `preference_cycle_group`: choices on one prompt that form a cycle of `preference_cycle_answers` answers.

    `is_prompt_echo`: the response equals the prompt or begins with all of it (with a prompt of fewer than 20
    characters, twice in a row). `has_repeated_answer`: a chat gives one answer to two different questions; null where
    there is no answer in a chat. `is_pair_degenerate`: chosen and rejected are `equal`, differ in `white_space` only,
    or one is the beginning of the other (`chosen_is_prefix`, `rejected_is_prefix`), as `pair_degenerate_kind` says.
    `chosen_extra_chars`: characters of chosen minus those of rejected. All three are null where either text is missing
    or blank. `is_chosen_longer`: whether chosen has more characters; null also where both have as many.
    `chosen_score_margin`: the score of chosen minus that of rejected, below 0 where the scores contradict the
    choice.
    """

    label: str = ""
    item: str = ""
    score_chosen: str = ""
    score_rejected: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        rows = rows.with_row_index("row")
        keys = pl.concat([_keys(chunk) for chunk in rows.iter_slices(CHUNK_ROWS)] or [_keys(rows)])
        margin = [pl.col(role).cast(pl.Float64, strict=False).fill_nan(None) for role in self.roles[2:]]
        keys = keys.with_columns(
            rows.select(
                chosen_score_margin=margin[0] - margin[1],
                label=normalised(rows["label"].cast(pl.String)).replace("", None),
                score=pl.col("score").fill_nan(None),
                item=pl.when(pl.col("item").is_not_null()).then(pl.col("item").cast(pl.String).hash()),
            )
        )
        for part in (_prompts(keys, rows), _responses(keys, rows), *_judged(keys), _cycles(keys)):
            keys = keys.join(part, on="row", how="left", maintain_order="left")
        return keys.select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Hashes of the texts of a row, and the columns that need no other row. A hash is null where its text is blank."""
    texts = asked_and_answered(rows).hstack(rows.select(rejected_answer(), "text"))
    chosen, rejected = evened(texts["answer"]).replace("", None), evened(texts["rejected"]).replace("", None)
    texts = texts.with_columns(
        chosen.alias("a"),
        rejected.alias("b"),
        chosen.str.to_lowercase().alias("said"),
        rejected.str.to_lowercase().alias("worse"),
        normalised(texts["text"]).replace("", None).alias("text"),
        normalised(texts["asked"]).replace("", None).alias("asked"),
    )
    chars = [pl.col(name).str.len_chars().cast(pl.Int64) for name in ("answer", "rejected")]
    pair = pl.col("said").is_not_null() & pl.col("worse").is_not_null()
    return texts.with_columns(pair_degenerate_kind=_degenerate()).select(
        "row",
        prompt=_hash("context"),
        better=_hash("said"),
        worse=_hash("worse"),
        text=_hash("text"),
        exact=pl.col("answer").hash(),
        has_repeated_answer="repeats",
        is_prompt_echo=_is_echo(),
        pair_degenerate_kind=pl.when(pair).then("pair_degenerate_kind"),
        is_pair_degenerate=pl.when(pair).then(pl.col("pair_degenerate_kind").is_not_null()),
        chosen_extra_chars=pl.when(pair).then(chars[0] - chars[1]),
        is_chosen_longer=pl.when(pair, chars[0] != chars[1]).then(chars[0] > chars[1]),
    )


def _hash(column: str) -> pl.Expr:
    text = pl.col(column)
    return pl.when(text.is_not_null()).then(pl.struct(a=text.hash(seed=0), b=text.hash(seed=1)))


def _continues(longer: pl.Expr, shorter: pl.Expr) -> pl.Expr:
    """Whether the longer text continues the last word of the shorter one."""
    return longer.str.slice(shorter.str.len_chars(), 2).str.contains(CONTINUES)


def _is_echo() -> pl.Expr:
    asked, answer = pl.col("asked"), pl.col("said")
    rest = answer.str.slice(asked.str.len_chars()).str.strip_chars_start(" ")
    twice = (asked.str.len_chars() >= QUOTED_CHARS) | rest.str.starts_with(asked)
    return (answer == asked) | (answer.str.starts_with(asked) & ~_continues(answer, asked) & twice)


def _degenerate() -> pl.Expr:
    """How two answers are the same, case-sensitive; a prefix ends where a word ends, or has at least 20 characters."""
    a, b = pl.col("a"), pl.col("b")

    def begins(longer: pl.Expr, shorter: pl.Expr) -> pl.Expr:
        whole = ~_continues(longer, shorter) | (shorter.str.len_chars() >= QUOTED_CHARS)
        return longer.str.starts_with(shorter) & whole

    return (
        pl.when(pl.col("answer") == pl.col("rejected"))
        .then(pl.lit("equal"))
        .when(a == b)
        .then(pl.lit("white_space"))
        .when(begins(b, a))
        .then(pl.lit("chosen_is_prefix"))
        .when(begins(a, b))
        .then(pl.lit("rejected_is_prefix"))
    )


def _prompts(keys: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the same question and different answers: group and kind."""
    exact = pl.col("exact").fill_null(0)
    groups = (
        _repeated(keys.drop_nulls("prompt"), "prompt")
        .lazy()
        .group_by("prompt")
        .agg("row", "better", group=pl.col("row").min(), differ=exact.min() != exact.max())
        .filter("differ")
        .explode("row", "better")
        .select("row", "group", "better")
        .collect()
    )
    distinct = groups.unique(["group", "better"], keep="any").sort("row")
    parts = [
        pl.concat([part.select("group"), features(_answers(rows, part))], how="horizontal")
        for part in _slices(distinct)
    ]
    kinds = kinds_of(pl.concat(parts))
    return groups.join(kinds, on="group", how="left").select(
        "row", prompt_conflict_group="group", prompt_conflict_kind="kind"
    )


def _repeated(keys: pl.DataFrame, *of: str) -> pl.DataFrame:
    """Only rows that may be in a group: it takes seconds to group a million rows that share nothing."""
    return keys.filter(pl.struct(of).hash().is_duplicated())


def _slices(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The table in parts, at least one."""
    yield from table.iter_slices(CHUNK_ROWS) if table.height else (table,)


def _answers(rows: pl.DataFrame, of: pl.DataFrame) -> pl.Series:
    return asked_and_answered(rows[of["row"]])["answer"]


def _responses(keys: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the same answer to different questions: group and kind."""
    asked = pl.col("prompt").struct.field("a")
    whose = pl.coalesce("item", asked)
    groups = (
        _repeated(keys.drop_nulls(["prompt", "better"]), "better")
        .lazy()
        .group_by("better")
        .agg("row", group=pl.col("row").min(), differ=(asked.min() != asked.max()) & (whose.min() != whose.max()))
        .filter("differ")
        .explode("row")
        .select("row", "group")
        .collect()
    )
    first = groups.filter(pl.col("row") == pl.col("group")).sort("row")
    kinds = [sorts_of(_answers(rows, part)) for part in _slices(first)]
    kinds_by_group = first.select("group", response_conflict_kind=pl.concat(kinds))
    return groups.join(kinds_by_group, on="group", how="left").rename({"group": "response_conflict_group"})


def _judged(keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows of equal texts, or of one item where there are no texts, with different labels or scores."""
    read = ["prompt", "better", "worse", "text"]
    has_text = pl.any_horizontal(pl.col(c).is_not_null() for c in read)
    for judgement in ("label", "score"):
        group, span = f"{judgement}_conflict_group", pl.col(judgement)
        some = keys.filter(span.is_not_null(), has_text | pl.col("item").is_not_null())
        some = some.with_columns(item=pl.when(~has_text).then("item"))
        groups = _repeated(some, *read, "item").lazy().group_by(*read, "item")
        conflicts = groups.agg("row", pl.col("row").min().alias(group), low=span.min(), high=span.max())
        conflicts = conflicts.filter(pl.col("low") != pl.col("high"))
        if judgement == "score":
            conflicts = conflicts.with_columns(score_conflict_range=pl.col("high") - pl.col("low"))
        yield conflicts.explode("row").drop(*read, "item", "low", "high").collect()


def _cycles(keys: pl.DataFrame) -> pl.DataFrame:
    choices = cycles(keys.select("row", "prompt", "better", "worse").drop_nulls())
    return choices.rename({"group": "preference_cycle_group", "answers": "preference_cycle_answers"})
