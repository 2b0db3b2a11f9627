"""Which people, places and organisations does each row name? A language pipeline guesses, without a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analysis.errors import SignalError
from analysis.keys import key_of, value_hash
from analysis.loaders.pipelines import DEFAULT_PIPELINE, DEFAULT_PIPELINE_VERSION, labels_of, parsed, pipeline
from analysis.personal_data.personal_data_checks import NAME_CHECKS
from analysis.personal_data.pieces import READ, pieces_of, rest_of, without_escapes
from analysis.personal_data.placeholders import canonical_value
from analysis.personal_data.spans import FOUND, SPAN, rows_with_spans
from analysis.personal_data.types import ENTITY_TYPES
from analysis.signal import Signal

if TYPE_CHECKING:
    from spacy.language import Language

LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "LOC": "LOCATION",
    "GPE": "LOCATION",
    "FAC": "LOCATION",
    "LOCATION": "LOCATION",
    "ORG": "ORGANIZATION",
    "ORGANIZATION": "ORGANIZATION",
    "NORP": "NRP",
    "NRP": "NRP",
}
"""Label of a pipeline -> type. Other labels (dates, amounts) are not personal data."""
UNUSED = ("tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler", "senter")
MOST_CHARS = 100_000  # the rest of a longer text is not read
SHARES = 10_000


@dataclass(frozen=True)
class NamedEntities(
    Signal,
    name="named_entities",
    version=3,
    reads=READ,
    adds={
        "entity_types": pl.List(pl.String),
        "entity_count": pl.UInt32,
        "entity_values": pl.List(pl.String),
        "entity_status": pl.String,
    },
    tables={"entities": SPAN},
    private="entities",
    secret=("entity_values",),
    rest=True,
    finds=NAME_CHECKS,
):
    """Names in the texts of a row: PERSON, LOCATION, ORGANIZATION and, where the pipeline has it, NRP.

    Columns and `entities` are like those of the signal `personal_data`, but `score` is null: the pipeline gives none,
    and it is often wrong. With a `share` below 1 only that share of the rows is read, chosen by a hash of their
    texts: equal rows are all read or all left out, on every machine; rows that are left out are null. `entity_status`
    is "partly scanned: length" where a text is longer than 100,000 characters.
    """

    pipeline: str = DEFAULT_PIPELINE
    pipeline_version: str = DEFAULT_PIPELINE_VERSION
    share: float = 1.0
    key_id: str = ""
    columns: str = ""
    sources: str = ""
    conversations: str = ""
    renamed: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SignalError(f"A share of the rows is above 0 and at most 1, not {self.share}.")

    @property
    def types(self) -> tuple[str, ...]:
        """The types that the pipeline can find."""
        given = {LABELS.get(label) for label in labels_of(self.pipeline)}
        return tuple(type_ for type_ in ENTITY_TYPES if type_ in given)

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        pieces = pieces_of(rows, rest_of(self))
        if self.share < 1:
            pieces = pieces.filter(_is_in(pieces, self.share))
        texts = pieces["text"].unique(maintain_order=True)
        pieces = pieces.join(texts.to_frame().with_row_index("id"), on="text", maintain_order="left").drop("text")
        long = (texts.str.len_chars() > MOST_CHARS).arg_true().to_list()
        spans = (
            self._spans(without_escapes(texts.str.head(MOST_CHARS)).to_list())
            if len(texts)
            else pl.DataFrame(schema=FOUND)
        )
        result = rows_with_spans(rows.height, pieces, spans, dict.fromkeys(long, "length"))
        return result.select(
            entity_types="types", entity_count="count", entity_values="values", entity_status="status", entities="spans"
        )

    def _spans(self, texts: list[str]) -> pl.DataFrame:
        model = _model(self.pipeline, self.pipeline_version)
        key = key_of(self.key_id)
        lines = [
            (
                id,
                entity.start_char,
                entity.end_char,
                type_,
                None,
                self.pipeline,
                False,
                value_hash(key, type_, canonical_value(type_, entity.text)),
            )
            for id, doc in enumerate(parsed(model, texts))
            for entity in doc.ents
            if (type_ := LABELS.get(entity.label_))
        ]
        return pl.DataFrame(lines, schema=FOUND, orient="row")


def _model(name: str, version: str) -> Language:
    model = pipeline(name, version, UNUSED)
    if "ner" not in model.pipe_names and "entity_ruler" not in model.pipe_names:
        raise SignalError(
            f"The pipeline {name} finds no entities (it has: {', '.join(model.pipe_names)}); choose another."
        )
    return model


def _is_in(pieces: pl.DataFrame, share: float) -> pl.Series:
    """Whether a piece's row is in the sample, by a hash of all the row's texts."""
    from xxhash import xxh3_64_intdigest

    whole = pieces.group_by("row", maintain_order=True).agg(pl.col("text").str.join("\x1f"))
    kept = [xxh3_64_intdigest(t.encode("utf-8", "surrogatepass")) % SHARES < share * SHARES for t in whole["text"]]
    return pieces["row"].is_in(whole["row"].filter(pl.Series(kept, dtype=pl.Boolean)).implode())
