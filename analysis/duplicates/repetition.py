"""How much of a text is repetition? The rules of Rae et al. 2021, and loops at the end.

Scaling Language Models: Methods, Analysis & Insights from Training Gopher, arXiv 2112.11446, appendix A.1.1, table A1.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.texts import texts_of

RULES = {
    "duplicate_line_share": 0.30,
    "duplicate_paragraph_share": 0.30,
    "duplicate_line_character_share": 0.20,
    "duplicate_paragraph_character_share": 0.20,
    "top_2_gram_share": 0.20,
    "top_3_gram_share": 0.18,
    "top_4_gram_share": 0.16,
    "duplicate_5_gram_share": 0.15,
    "duplicate_6_gram_share": 0.14,
    "duplicate_7_gram_share": 0.13,
    "duplicate_8_gram_share": 0.12,
    "duplicate_9_gram_share": 0.11,
    "duplicate_10_gram_share": 0.10,
}
"""The highest share that the paper accepts, per column."""
IN_CHARACTERS = ("duplicate_line_character_share", "duplicate_paragraph_character_share", "duplicate_5_gram_share")
JUDGED_WORDS = 50  # the paper judges no shorter document: in a few words some pair occurs twice by chance
LONGEST_PHRASE, LEAST_TIMES, LEAST_WORDS = 100, 4, 12


def repetition(text: pl.Series) -> pl.DataFrame:
    """The shares of RULES, `repetition_share`, `repetition_rule`, `is_endless_loop`, as the signal describes them."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.repeats import SHARES, repetition_of
    from analysis.duplicates.kernels.words import tables

    positions = text.is_not_null().arg_true()
    pieces = pl.DataFrame(
        {"row": positions, "text": text.gather(positions)}, schema={"row": pl.UInt32, "text": pl.String}
    )
    texts = texts_of(pieces, len(text), composed=False)
    kind, fold = tables()
    shares: NDArray[np.float32] = np.full((len(positions), SHARES), np.nan, np.float32)
    loops, words = np.zeros(len(positions), np.uint8), np.zeros(len(positions), np.int64)
    source = (texts.data, texts.starts, texts.ends, kind, fold, LONGEST_PHRASE, LEAST_TIMES, LEAST_WORDS)
    in_threads(len(positions), lambda low, high: repetition_of(*source, low, high, shares, loops, words))
    columns = pl.DataFrame(shares, schema=dict.fromkeys(RULES, pl.Float32)).fill_nan(None)
    is_judged = pl.Series(words) >= JUDGED_WORDS
    over = [
        pl.when(is_judged | pl.lit(not name.startswith("top_"))).then(pl.col(name) / pl.lit(limit, pl.Float32))
        for name, limit in RULES.items()
    ]
    worst = pl.concat_list(over)
    judged = columns.with_columns(
        repetition_share=pl.max_horizontal(IN_CHARACTERS),
        repetition_rule=pl.when(pl.max_horizontal(over) > 1).then(
            pl.lit(pl.Series(list(RULES))).implode().list.get(worst.list.arg_max())
        ),
        is_endless_loop=pl.when(pl.col("top_2_gram_share").is_not_null()).then(pl.Series(loops) > 0),
        row=positions,
    )
    rows = pl.DataFrame({"row": pl.int_range(len(text), dtype=pl.UInt32, eager=True)})
    return rows.join(judged, on="row", how="left", maintain_order="left").drop("row")
