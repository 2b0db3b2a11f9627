"""Which personal data and secrets does each row hold? E-mail addresses, phone and card numbers, keys and the like."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.errors import SignalError
from analysis.keys import key_of
from analysis.personal_data.personal_data_checks import PATTERN_CHECKS
from analysis.personal_data.pieces import READ, pieces_of, rest_of, without_escapes
from analysis.personal_data.scanning import PARTLY, scanner
from analysis.personal_data.spans import SPAN, found_spans, rows_with_spans
from analysis.personal_data.types import DEFAULT_COUNTRIES, DEFAULT_THRESHOLD
from analysis.signal import Signal


@dataclass(frozen=True)
class PersonalData(
    Signal,
    name="personal_data",
    version=3,
    reads=READ,
    adds={
        "pii_types": pl.List(pl.String),
        "pii_count": pl.UInt32,
        "pii_score": pl.Float32,
        "pii_values": pl.List(pl.String),
        "pii_status": pl.String,
    },
    tables={"spans": SPAN},
    private="spans",
    secret=("pii_values",),
    rest=True,
    finds=PATTERN_CHECKS,
):
    """What Presidio's recognisers find with a score of at least `threshold`; words around a hit can raise its score.

    `pii_types`: the types in the row in alphabetical order, `pii_count`: how many spans, `pii_score`: the highest score
    (null where there is none). Placeholders (example.com, test cards, private addresses) are marked in `spans` and not
    counted in these columns. `pii_values`: the `value_hash` of each value in the row, placeholders too. `pii_status` is
    "scanned", or "partly scanned: " and the limits that were reached: hits, length, time. All are null where the row
    has no text.

    `spans` has a line per hit; overlaps are resolved. `field` and `message` are those of
    `personal_data.pieces.pieces_of`, offsets are code points, `value_hash` is equal for equal values and keyed by the
    workspace's secret, whose id is `key_id`. `columns`, `sources`, `conversations`, `renamed`: the other columns,
    as in `Dataset.rest`. `also` names further types to look for ("URL,US_PASSPORT", or "noisy" for all). `countries`:
    their phone numbers need no country code, and "noisy" includes their identity numbers.
    """

    also: str = ""
    countries: str = ",".join(DEFAULT_COUNTRIES)
    threshold: float = DEFAULT_THRESHOLD
    key_id: str = ""
    columns: str = ""
    sources: str = ""
    conversations: str = ""
    renamed: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise SignalError(f"A score is above 0 and at most 1; the threshold cannot be {self.threshold}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        pieces = pieces_of(rows, rest_of(self))
        texts = pieces["text"].unique(maintain_order=True)
        pieces = pieces.join(texts.to_frame().with_row_index("id"), on="text", maintain_order="left").drop("text")
        scans = scanner(self.also, self.countries, self.threshold).scan(without_escapes(texts))
        spans = found_spans(texts.gather(list(scans)).to_list(), scans, scans, key_of(self.key_id))
        partly = {id: scan.status.removeprefix(PARTLY) for id, scan in scans.items() if scan.status.startswith(PARTLY)}
        result = rows_with_spans(rows.height, pieces, spans, partly)
        return result.select(
            pii_types="types",
            pii_count="count",
            pii_score="score",
            pii_values="values",
            pii_status="status",
            spans="spans",
        )
