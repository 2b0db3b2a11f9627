"""How many of the rows to export hold personal data, and does it go out as it is?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from analysis.counted import count
from analysis.dataset import Dataset
from analysis.export.waterfall import Chosen
from analysis.personal_data.scanning import SCANNED
from analysis.personal_data.tables import STATUS
from analysis.personal_data.types import ENTITY_TYPES, described

TYPES = {"personal_data": "pii_types", "named_entities": "entity_types"}


@dataclass(frozen=True)
class Looked:
    """What one signal tells of the rows to export.

    `rows`: how many there are; `read`: how many were scanned, of which `partly` not to their end; `holding`: how many
    hold anything; `replaced`, `as_it_is`: how many hold a type that is replaced, and one that is not; `types`: rows by
    type that is not replaced. Placeholders and what people marked as not personal do not count.
    """

    rows: int
    read: int
    partly: int
    holding: int
    replaced: int
    as_it_is: int
    types: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Exposure:
    """Personal data and names in the rows to export; None where no row was looked at. `replaces`: the types that the
    export looks for and replaces."""

    personal_data: Looked | None
    names: Looked | None
    replaces: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """What goes out as it is and what is replaced, for people; what was not looked at is never called zero."""
        return [*self._of_personal_data(), *self._of_names()]

    def _of_personal_data(self) -> list[str]:
        looked = self.personal_data
        if looked is None and not self.replaces:
            return ["Personal data was not looked for. What there is goes out as it is."]
        if looked is None:
            return [
                f"Personal data was not looked for yet. The export looks for {', '.join(self.replaces)} and replaces "
                "it; other types go out as they are."
            ]
        return [_sentence(looked, "hold", "holds", "personal data"), *_unread(looked)]

    def _of_names(self) -> list[str]:
        if self.names is None:
            return ["Names were not looked for."]
        return [_sentence(self.names, "name", "names", "a person, a place or an organisation"), *_unread(self.names)]


def exposure(chosen: Chosen) -> Exposure:
    """What the computed signals tell of the rows that are exported; the rows of dropped types are out already."""
    looked = {name: _looked(chosen, name) for name in TYPES}
    replaces = tuple(type_ for type_ in chosen.request.plan if type_ not in ENTITY_TYPES)
    return Exposure(looked["personal_data"], looked["named_entities"], replaces)


def _looked(chosen: Chosen, signal: str) -> Looked | None:
    dataset: Dataset = chosen.dataset
    if not dataset.has(dataset.signal(signal)):
        return None
    columns = {"status": dataset.column(STATUS[signal]), "types": dataset.column(TYPES[signal])}
    rows = pl.DataFrame(columns).filter(chosen.mask)
    read = rows.filter(pl.col("status").is_not_null())
    if read.is_empty():
        return None
    plan = list(chosen.request.plan)
    held = read.filter(pl.col("types").list.len() > 0)["types"]
    kept = held.list.set_difference(plan) if plan else held
    counts = (
        kept.explode().drop_nulls().value_counts(sort=True, name="rows").sort("rows", "types", descending=[True, False])
    )
    return Looked(
        rows.height,
        read.height,
        read.filter(pl.col("status") != SCANNED).height,
        len(held),
        int((held.list.len() > kept.list.len()).sum()),
        int((kept.list.len() > 0).sum()),
        dict(counts.iter_rows()),
    )


def _sentence(looked: Looked, hold: str, holds: str, what: str) -> str:
    if not looked.holding:
        return f"None of the {count(looked.read)} looked at {holds} {what}."
    start = f"{count(looked.holding)} {hold if looked.holding != 1 else holds} {what}"
    if not looked.as_it_is:
        return f"{start}, and it is replaced."
    if not looked.replaced:
        return f"{start}, and it goes out as it is."
    types = ", ".join(f"{described(type_).title} {rows:,}" for type_, rows in looked.types.items())
    replaced, as_it_is = count(looked.replaced), count(looked.as_it_is)
    return f"{start}: in {replaced} it is replaced, in {as_it_is} it goes out as it is ({types})."


def _unread(looked: Looked) -> list[str]:
    sentences = []
    if unread := looked.rows - looked.read:
        sentences.append(f"{count(unread)} of {looked.rows:,} {'was' if unread == 1 else 'were'} not looked at.")
    if looked.partly:
        sentences.append(f"{count(looked.partly)} {'was' if looked.partly == 1 else 'were'} not looked at to the end.")
    return sentences
