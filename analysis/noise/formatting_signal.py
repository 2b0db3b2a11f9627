"""How much noise of each kind is in each text of a row, and how many tokens does it cost?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from analysis.errors import SignalError
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, count_tokens, tokenizer
from analysis.noise.cleaning import cleaned_texts
from analysis.noise.kind import Kind
from analysis.noise.kinds import kinds_with
from analysis.noise.noise_checks import NOISE_CHECKS
from analysis.noise.numbers import number_forms
from analysis.signal import Signal

Costs = Literal["tokens", "none"]
ROLE_OF_SPEAKER = {
    "user": "prompt",
    "assistant": "response",
    "system": "system",
    "developer": "system",
    "tool": "tool",
}
COUNTED: dict[str, tuple[str, ...]] = {
    "html_tags": ("html_tags",),
    "html_entities": ("html_entities",),
    "markdown_marks": ("markdown_",),
    "empty_markdown_marks": ("empty_markdown",),
    "url_count": ("urls",),
    "emoji_count": ("emoji",),
    "white_space_faults": ("line_ends", "trailing_spaces", "blank_lines", "tabs", "no_break_spaces"),
    "mixed_line_ends": ("line_ends",),
    "repeated_blank_lines": ("blank_lines",),
    "no_break_spaces": ("no_break_spaces",),
    "invisible_characters": ("zero_width", "control_characters", "replacement_characters"),
    "mojibake_count": ("mojibake",),
    "special_token_leaks": ("special_tokens",),
    "placeholder_count": ("placeholders",),
    "merged_record_count": ("merged_records",),
    "stand_in_count": ("stand_ins",),
    "boilerplate_count": ("ai_boilerplate",),
}
"""Column: the kinds whose occurrences it sums; a name that ends in _ means all kinds that begin with it."""
ENTRY = pl.Struct({"role": pl.String, "kind": pl.String, "occurrences": pl.UInt32, "tokens": pl.UInt32})
NUMBER = pl.Struct({"role": pl.String, "group": pl.String, "form": pl.String, "occurrences": pl.UInt32})
NUMBERED = ("row", "role", "group", "form")
SEEN = {"id": pl.UInt32, "kind": pl.String, "occurrences": pl.UInt32, "tokens": pl.UInt32}


@dataclass(frozen=True)
class Formatting(
    Signal,
    name="formatting",
    version=4,
    reads=("system", "prompt", "response", "rejected", "messages", "text"),
    adds={
        **{column: pl.UInt32 for column in COUNTED},
        "markdown_tokens": pl.UInt32,
        "formatting_tokens": pl.UInt32,
        "formatting_token_share": pl.Float32,
        "is_truncated": pl.Boolean,
        "is_refusal": pl.Boolean,
        "has_mixed_numbers": pl.Boolean,
    },
    tables={"kinds": ENTRY, "numbers": NUMBER},
    finds=NOISE_CHECKS,
):
    """Counts of noise over all texts of the row: a chat's messages, otherwise system, prompt and response, or the raw
    text; and a pair's rejected answer. All columns are null where there is no text.

    `kinds` has a line per role and kind (`analysis.noise.KINDS`) that occurs. Its `tokens` are the tokens of the text
    minus those of the text cleaned of that kind, at least 0; for kinds of a whole text (truncated, refusals) all its
    tokens. `formatting_tokens` is what cleaning of all kinds of form together would save (HTML, Markdown, white space,
    invisible characters, Unicode form; neither emoji nor URLs), `formatting_token_share` is its share of the row's
    tokens, 0 to 1. `markdown_tokens` sums the kinds of Markdown. `costs="none"` leaves all tokens
    null, and is faster.

    `is_truncated`: a response, or the raw text, ends in the middle; the text before a tool call goes on with the call,
    so that it does not count. `is_refusal`: a response declines. Null where
    there is neither. `has_mixed_numbers`: one text writes numbers, dates or units of one group in two forms; `numbers`
    has a line per role and form. `mixed_line_ends`, `repeated_blank_lines` and `no_break_spaces` are three of the kinds
    that `white_space_faults` sums. `empty_markdown_marks`: Markdown that says nothing, such as an empty table head;
    `markdown_marks` counts its marks too.
    """

    tokenizer: str = DEFAULT_TOKENIZER
    digest: str = ""
    costs: Costs = "tokens"

    def __post_init__(self) -> None:
        if self.costs not in get_args(Costs):
            raise SignalError(f"Costs cannot be counted in {self.costs!r}; known: {', '.join(get_args(Costs))}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        pieces = pieces_of(rows)
        distinct = pieces.select("text").unique(maintain_order=True)
        pieces = pieces.join(distinct.with_row_index("id"), on="text", maintain_order="left").drop("text")
        texts = distinct["text"]
        kinds = kinds_with(tokenizer(self.tokenizer, self.digest).special_tokens if len(texts) else ())
        seen = self._seen(texts, pieces, kinds)
        occurrences = pieces.join(seen.select("id", "kind", "occurrences"), on="id").filter(_fits_role(kinds))
        occurrences = occurrences.filter((pl.col("kind") != "truncated") | ~pl.col("is_call"))
        saved = pl.DataFrame(schema={"id": pl.UInt32, "total": pl.UInt32, "saved": pl.UInt32})
        if self.costs == "tokens":
            seen, saved = self._with_costs(texts, pieces, seen, kinds)
        occurrences = occurrences.join(seen.select("id", "kind", "tokens"), on=["id", "kind"], how="left")
        entries = occurrences.group_by("row", "role", "kind").agg(
            pl.col("occurrences").sum(), pl.when(pl.col("tokens").count() > 0).then(pl.col("tokens").sum())
        )
        numbers = number_forms(texts).rename({"at": "id"})
        mixed = numbers.group_by("id", "group").len().filter(pl.col("len") > 1).select("id").unique()
        of_pieces = pieces.join(numbers, on="id").group_by(*NUMBERED).agg(pl.col("occurrences").sum())
        height = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
        parts = [
            self._counted(pieces, entries, kinds),
            self._shares(pieces, saved),
            pieces.group_by("row").agg(has_mixed_numbers=pl.col("id").is_in(mixed["id"].implode()).any()),
            entries.sort("row", "role", "kind").group_by("row").agg(kinds=pl.struct(*ENTRY.to_schema())),
            of_pieces.sort(NUMBERED).group_by("row").agg(numbers=pl.struct(*NUMBER.to_schema())),
        ]
        for part in parts:
            height = height.join(part, on="row", how="left", maintain_order="left")
        return height.select(
            *(pl.col(name).cast(dtype) for name, dtype in self.adds.items()),
            pl.col("kinds").cast(pl.List(ENTRY)),
            pl.col("numbers").cast(pl.List(NUMBER)),
        )

    def _seen(self, texts: pl.Series, pieces: pl.DataFrame, kinds: dict[str, Kind]) -> pl.DataFrame:
        """One line per distinct text and kind in it."""
        parts = [pl.DataFrame(schema=SEEN).drop("tokens")]
        for kind in kinds.values():
            ids = pieces.filter(pl.col("role").is_in(kind.roles))["id"].unique() if kind.roles else None
            counts = kind.counts(texts if ids is None else texts.gather(ids))
            having = (counts > 0).arg_true()
            where = having if ids is None else ids.gather(having)
            some = pl.DataFrame({"id": where, "occurrences": counts.gather(having)})
            parts.append(some.select("id", kind=pl.lit(kind.name), occurrences="occurrences"))
        return pl.concat(parts).with_columns(tokens=pl.lit(None, dtype=pl.UInt32))

    def _with_costs(
        self, texts: pl.Series, pieces: pl.DataFrame, seen: pl.DataFrame, kinds: dict[str, Kind]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`seen` with its tokens; and per text of a row with any kind of form, its tokens and what cleaning saves."""
        forms = [name for name, kind in kinds.items() if kind.form]
        formal = seen.filter(pl.col("kind").is_in(forms))
        rows = pieces.join(formal.select("id").unique(), on="id", how="semi")["row"].unique()
        counted = pl.concat([seen["id"], pieces.filter(pl.col("row").is_in(rows.implode()))["id"]]).unique().sort()
        totals = pl.DataFrame({"id": counted, "total": self._tokens(texts.gather(counted))})
        costed = [pl.DataFrame(schema=SEEN)]
        for (name,), some in seen.group_by("kind", maintain_order=True):
            totalled = some.drop("tokens").join(totals, on="id", maintain_order="left")
            if kinds[str(name)].whole:
                costed.append(totalled.rename({"total": "tokens"}).select(*SEEN))
                continue
            clean = self._tokens(cleaned_texts(texts.gather(totalled["id"]), [str(name)], kinds))
            costed.append(totalled.with_columns(tokens=_less(totalled["total"], clean)).select(*SEEN))
        costs = pl.concat(costed)
        per_text = costs.filter(pl.col("kind").is_in(forms)).group_by("id").agg(pl.len(), pl.col("tokens").sum())
        many = per_text.filter(pl.col("len") > 1)["id"].sort()
        together = pl.DataFrame({"id": many, "clean": self._tokens(cleaned_texts(texts.gather(many), forms, kinds))})
        saved = (
            totals.join(per_text, on="id", how="left")
            .join(together, on="id", how="left")
            .select(
                "id",
                "total",
                saved=pl.when(pl.col("clean").is_not_null())
                .then(pl.col("total") - pl.min_horizontal("clean", "total"))
                .otherwise(pl.col("tokens").fill_null(0)),
            )
        )
        return costs, saved

    def _tokens(self, texts: pl.Series) -> pl.Series:
        if texts.is_empty():
            return pl.Series("tokens", [], dtype=pl.UInt32)
        counts = count_tokens(tokenizer(self.tokenizer, self.digest), texts.to_list())
        return pl.Series("tokens", counts, dtype=pl.UInt32)

    def _counted(self, pieces: pl.DataFrame, entries: pl.DataFrame, kinds: dict[str, Kind]) -> pl.DataFrame:
        """Per row with a text: the columns of counts, the tokens of Markdown, `is_truncated` and `is_refusal`."""
        sums = [
            pl.col("occurrences").filter(pl.col("kind").is_in(_named(wanted, kinds))).sum().alias(column)
            for column, wanted in COUNTED.items()
        ]
        markdown = pl.col("tokens").filter(pl.col("kind").is_in(_named(("markdown_",), kinds))).sum()
        answer = pl.col("role").is_in(["response", "text"])
        per_row = entries.group_by("row").agg(
            *sums,
            markdown_tokens=markdown,
            is_truncated=((pl.col("kind") == "truncated") & answer).any(),
            is_refusal=((pl.col("kind") == "refusals") & answer).any(),
        )
        answers = pieces.group_by("row").agg(answered=answer.any(), responded=(pl.col("role") == "response").any())
        costs = self.costs == "tokens"
        return answers.join(per_row, on="row", how="left").select(
            "row",
            pl.col(*COUNTED).fill_null(0),
            markdown_tokens=pl.col("markdown_tokens").fill_null(0) if costs else pl.lit(None),
            is_truncated=pl.when("answered").then(pl.col("is_truncated").fill_null(False)),
            is_refusal=pl.when("responded").then(pl.col("is_refusal").fill_null(False)),
        )

    def _shares(self, pieces: pl.DataFrame, saved: pl.DataFrame) -> pl.DataFrame:
        """Per row with a text: the tokens of kinds of form, and their share; null where costs are not counted."""
        if self.costs == "none":
            nothing = pl.lit(None, dtype=pl.UInt32)
            return pieces.select(pl.col("row").unique()).with_columns(
                formatting_tokens=nothing, formatting_token_share=nothing
            )
        share = pl.when(pl.col("total") > 0).then(pl.col("saved") / pl.col("total")).otherwise(0.0)
        summed = pieces.join(saved, on="id", how="left").group_by("row").agg(pl.col("total", "saved").sum())
        return summed.select("row", formatting_tokens="saved", formatting_token_share=share)


def pieces_of(rows: pl.DataFrame) -> pl.DataFrame:
    """`row` (position), `role`, `text`, `is_call`: every text of the rows once; a user's message has the role prompt.

    `is_call`: the message also calls tools.
    """
    numbered = rows.with_row_index("row")
    role_of_turn = pl.col("messages").struct.field("role").replace_strict(ROLE_OF_SPEAKER, default="tool")
    chat = (
        numbered.select("row", "messages")
        .explode("messages", empty_as_null=True)
        .select(
            "row",
            role=role_of_turn,
            text=pl.col("messages").struct.field("content"),
            is_call=pl.col("messages").struct.field("tool_calls").is_not_null(),
        )
    )
    alone = numbered.filter(pl.col("messages").is_null())
    either = pl.any_horizontal(pl.col(role).is_not_null() for role in ("system", "prompt", "response"))
    singles = [alone.select("row", role=pl.lit(role), text=role) for role in ("system", "prompt", "response")]
    raw = alone.filter(~either).select("row", role=pl.lit("text"), text="text")
    rejected = numbered.select("row", role=pl.lit("rejected"), text="rejected")
    texts = pl.concat([*singles, raw, rejected]).with_columns(is_call=pl.lit(False))
    return pl.concat([chat, texts]).filter(pl.col("text").is_not_null())


def _fits_role(kinds: dict[str, Kind]) -> pl.Expr:
    """Whether a kind is counted in the role of its text: a distinct text may have several roles."""
    bound = [kind for kind in kinds.values() if kind.roles]
    fits = ((pl.col("kind") != kind.name) | pl.col("role").is_in(kind.roles) for kind in bound)
    return pl.all_horizontal(fits)


def _named(wanted: tuple[str, ...], kinds: dict[str, Kind]) -> list[str]:
    return [name for name in kinds if any(name == w or (w.endswith("_") and name.startswith(w)) for w in wanted)]


def _less(total: pl.Series, clean: pl.Series) -> pl.Series:
    return (total.cast(pl.Int64) - clean).clip(0).cast(pl.UInt32)
