"""How many tokens does a model see? Per role and for the whole row."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, count_tokens, tokenizer
from analysis.signal import Signal

ROLES = ("system", "prompt", "response", "rejected")


@dataclass(frozen=True)
class Tokens(
    Signal,
    name="tokens",
    version=1,
    reads=(*ROLES, "messages", "text"),
    adds={f"{role}_tokens": pl.UInt32 for role in (*ROLES, "row")},
):
    """Tokens of each text by the tokenizer of a model; null where the role is missing.

    `row_tokens` counts the whole example once: the contents of a chat's messages, otherwise system, prompt and
    response, or the raw text; a preference pair's rejected answer is added. No template and no beginning or end
    tokens are counted. `tokenizer` is a name for `analysis.loaders.tokenizers.tokenizer`, `digest` is the hash of its
    file.
    """

    tokenizer: str = DEFAULT_TOKENIZER
    digest: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns = {f"{role}_tokens": self._count(rows[role]) for role in ROLES}
        contents = rows["messages"].list.eval(pl.element().struct.field("content"))
        counted = pl.DataFrame({"chat": contents}).with_row_index("row").explode("chat", empty_as_null=True)
        of_chat = (
            counted.with_columns(tokens=self._count(counted["chat"]))
            .group_by("row", maintain_order=True)
            .agg(pl.col("tokens").sum())["tokens"]
        )
        table = pl.DataFrame(columns).with_columns(
            chat=pl.when(rows["messages"].is_not_null()).then(of_chat), text=self._count(rows["text"])
        )
        roles = [pl.col(f"{role}_tokens") for role in ("system", "prompt", "response")]
        single = pl.when(pl.any_horizontal(r.is_not_null() for r in roles)).then(pl.sum_horizontal(roles))
        example = pl.coalesce("chat", single, "text")
        rejected = pl.col("rejected_tokens")
        whole = pl.when(example.is_null()).then(rejected).otherwise(example + rejected.fill_null(0))
        return table.with_columns(row_tokens=whole.cast(pl.UInt32)).select(*self.adds)

    def _count(self, texts: pl.Series) -> pl.Series:
        """Tokens per text; equal texts are encoded once."""
        distinct = texts.drop_nulls().unique()
        if distinct.is_empty():
            return pl.Series(texts.name, [None] * len(texts), dtype=pl.UInt32)
        counts = pl.Series(count_tokens(tokenizer(self.tokenizer, self.digest), distinct.to_list()), dtype=pl.UInt32)
        return texts.replace_strict(distinct, counts, default=None, return_dtype=pl.UInt32)
