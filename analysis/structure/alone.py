"""Which faults are in texts outside of messages: a prompt and its response, or the two sides of a pair?"""

from __future__ import annotations

import polars as pl

from analysis.structure.answers import is_blank
from analysis.structure.thoughts import IN_PROMPT, thought_faults
from analysis.structure.turns import listed

ASKED, ANSWERED = ("system", "prompt"), ("response", "rejected")


def faults_alone(rows: pl.DataFrame) -> pl.DataFrame:
    """`row`, `fault` for each fault of the texts outside of messages; `row` counts from 0."""
    is_chat = {"rejected": "messages_rejected"}
    texts = rows.with_row_index("row").select(
        "row",
        *(pl.when(pl.col(is_chat.get(name, "messages")).is_null()).then(name) for name in (*ASKED, *ANSWERED)),
        is_raw=pl.col("text").is_not_null() & pl.all_horizontal(pl.col("prompt", "response").is_null()),
        is_alone=pl.col("messages").is_null(),
    )
    asked = pl.any_horizontal(pl.col("prompt", "response", "rejected").is_not_null())
    edge = [pl.col(text).str.strip_chars() for text in (*ASKED, *ANSWERED)]
    wide = texts.select(
        "row",
        empty_last_answer=pl.col("is_alone") & ~pl.col("is_raw") & asked & is_blank(pl.col("response")),
        edge_white_space=pl.any_horizontal(
            ((core != "") & (core != pl.col(text))).fill_null(False)
            for core, text in zip(edge, (*ASKED, *ANSWERED), strict=True)
        ),
    )
    faults = [listed(wide)]
    for names, kinds in ((ASKED, IN_PROMPT), (ANSWERED, None)):
        for name in names:
            judged = thought_faults(texts[name], kinds) if kinds else thought_faults(texts[name])
            faults.append(listed(texts.select("row").hstack(judged)))
    return pl.concat(faults)
