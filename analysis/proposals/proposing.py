"""Proposes texts for rows of a dataset: which can be proposed, which change nothing, which rows are not there?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analysis.annotations import Annotations
from analysis.annotations.batches import Batch
from analysis.dataset import Dataset
from analysis.errors import UnfitTextError
from analysis.formats.named_texts import READ, aliases_in, derived_of, texts_of
from analysis.signal import ROW_ID

SHOWN_FIELDS = 12


@dataclass(frozen=True)
class Proposed:
    """What was proposed. `batch`: null where nothing was kept, as in a trial. `texts`: how many texts differ from the
    source's; `unchanged`: how many are the source's own, so that a proposal for them is withdrawn; `rows`: in how many
    rows anything changed; `unknown`: ids that no row has."""

    batch: Batch | None
    rows: int
    texts: int
    unchanged: int
    unknown: tuple[str, ...]


def propose_texts(
    dataset: Dataset,
    notes: Annotations,
    texts: Mapping[str, Mapping[str, str]],
    person: str,
    why: str = "",
    *,
    is_trial: bool = False,
) -> Proposed:
    """Proposes texts, {row_id: {field: text}}, as one batch; the source's own text withdraws a proposal.

    `is_trial`: nothing is kept. Raises UnfitTextError where a row does not have a field, or a text cannot be kept:
    then nothing of the batch is kept.
    """
    originals = _texts_by_row(dataset, texts)
    words: dict[str, dict[str, str | None]] = {}
    differing = unchanged = 0
    for row_id, fields in texts.items():
        if row_id not in originals:
            continue
        fields_of_row, aliases = originals[row_id]
        for field, text in fields.items():
            place = aliases.get(field, field)
            if place not in fields_of_row:
                raise _no_field(row_id, field, [*fields_of_row, *aliases])
            is_own = fields_of_row[place] == text
            differing, unchanged = differing + (not is_own), unchanged + is_own
            words.setdefault(row_id, {})[place] = None if is_own else text
    unknown = tuple(row_id for row_id in texts if row_id not in originals)
    if is_trial:
        return Proposed(None, len(words), differing, unchanged, unknown)
    batch = notes.proposals.propose(dataset.fingerprint, words, person, why)
    return Proposed(batch, batch.rows, differing, unchanged, unknown)


def _texts_by_row(
    dataset: Dataset, row_ids: Mapping[str, object]
) -> dict[str, tuple[dict[str, str | None], dict[str, str]]]:
    """Row id -> its fields with their texts, and other names of fields; without ids that no row has."""
    wanted = dataset.column(ROW_ID).is_in(pl.Series(list(row_ids), dtype=pl.String).implode())
    names = [name for name in READ if name in dataset.canonical]
    rows = wanted.arg_true().cast(pl.UInt32)
    by_row = {}
    for few in rows.to_frame("row").iter_slices(5_000):
        frame = dataset.canonical_frame([ROW_ID, *names], few["row"])
        for row in frame.iter_rows(named=True):
            derived = derived_of(row)
            by_row[row[ROW_ID]] = (texts_of(row, derived), aliases_in(derived))
    return by_row


def _no_field(row_id: str, field: str, fields: list[str]) -> UnfitTextError:
    if not fields:
        return UnfitTextError(
            f"Row {row_id} has no text of a prompt, a response, messages or raw text, so none can be proposed; give a "
            "column its role first: winnow open FILE --role prompt=COLUMN."
        )
    shown = ", ".join(dict.fromkeys(fields[:SHOWN_FIELDS])) + (" …" if len(fields) > SHOWN_FIELDS else "")
    return UnfitTextError(f"Row {row_id} has no text {field[:60]!a}; it has: {shown}.")
