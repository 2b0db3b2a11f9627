"""Removes personal data from exported rows; the dataset does not change.

A rewritten text is scanned again with the rules of the last check (`rescan.py`), since a hit can hide another: without
`02419 5783` in `63045 86540 02419 5783`, `63045 86540` is a phone number. A new hit beside the stand-ins is removed
too; a stand-in that is itself a hit, alone or with words beside it, is drawn again. Both depend only on the row, the
plan and the secret, so that every machine writes the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import RedactionError
from analysis.export.proposed.names import names_in
from analysis.export.proposed.taking import Taking
from analysis.export.redaction.leftovers import Leftovers
from analysis.export.redaction.plan import Redaction
from analysis.export.redaction.stand_ins import RowValues, instead_of, replaced, touches
from analysis.keys import value_hash, workspace_key
from analysis.personal_data.cells import TEXT, Kind, rewritten, texts_in
from analysis.personal_data.frames import holds_text, rewritten_rows
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.not_personal import Verdicts, values_of
from analysis.personal_data.pieces import READ
from analysis.personal_data.placeholders import canonical_value, is_placeholder
from analysis.personal_data.recognisers import chosen_types
from analysis.personal_data.scanning import PARTLY, Hit, Scan, scanner
from analysis.personal_data.types import ENTITY_TYPES, names
from analysis.signal import REST_FIELDS, ROW_ID

LEFT_ALONE = (ROW_ID, "source_file", "source_line", "tags", "disputed_tags")
MOST_ROUNDS = 20
"""How often the texts of a row are rewritten and scanned again; the last check rejects what is then left."""


class Redactor:
    """Rewrites frame by frame. `counts`: rows and values by type; `stand_ins`: everything that replaced a value;
    `partly`: rows with a text that could not be scanned to its end."""

    def __init__(self, dataset: Dataset, plan: Mapping[str, Redaction], taking: Taking | None = None) -> None:
        """`taking`: the proposed texts that go out, which the language pipeline reads now."""
        self.plan = dict(plan)
        self.counts: dict[str, Counter[str]] = {type_: Counter() for type_ in plan}
        self.stand_ins: set[str] = set()
        self.partly: list[str] = []
        self._values_by_row: dict[str, RowValues] = {}
        if not plan:
            return
        signal = dataset.signal("personal_data").parameters
        usual = chosen_types(str(signal["also"]), str(signal["countries"]))
        more = [type_ for type_ in plan if type_ not in usual and type_ not in ENTITY_TYPES]
        signal = {name: value for name, value in signal.items() if name not in REST_FIELDS}
        self.detector = {**signal, "also": ",".join([*names(str(signal["also"])), *more])}
        self.scanner = scanner(str(self.detector["also"]), str(signal["countries"]), float(str(signal["threshold"])))
        self.key = workspace_key()
        self.verdicts = Verdicts(dataset.rulings.rules)
        self.types = {type_ for type_ in plan if type_ not in ENTITY_TYPES}
        self.leftovers = Leftovers(self.scanner, self.types, self.key, self.verdicts)
        self._entities = _entities(dataset, [type_ for type_ in plan if type_ in ENTITY_TYPES], taking)
        self._places = [column for column in self.verdicts.columns if column in dataset.schema]
        self._read = [name for name in READ if name in dataset.canonical]

    @property
    def reads(self) -> list[str]:
        """The columns that a frame must have besides those that are written."""
        return [ROW_ID, *self._read, *self._places] if self.plan else []

    def __call__(self, frame: pl.DataFrame, kinds: Mapping[str, Kind]) -> pl.DataFrame:
        """The frame without the personal data to remove. `kinds`: column -> how its texts are written, if not plain."""
        if not self.plan or frame.is_empty():
            return frame
        columns = [name for name in frame.columns if name not in LEFT_ALONE and holds_text(frame.schema[name])]
        places = frame.select(ROW_ID, *self._places)
        several = [kinds.get(name, TEXT) for name in columns]
        lines = [text_lines(frame[name], kind) for name, kind in zip(columns, several, strict=True)]
        scans = self._take(pl.concat([pl.DataFrame(schema=LINE), *lines]), places)
        changed = [n for n, row_id in enumerate(places[ROW_ID]) if row_id in self._values_by_row]
        if not changed:
            return frame
        before = [list(map(_plain, frame[changed][name])) for name in columns]
        new = dict(zip(columns, self._settled(before, several, places[changed], scans), strict=True))
        return rewritten_rows(frame, changed, columns, lambda column: new[column.name])

    def without(self, columns: Sequence[Sequence[Any]], places: pl.DataFrame) -> list[list[Any]]:
        """The columns of a copied source file without the personal data to remove; their rows are those of `places`."""
        lines = [(n, t) for values in columns for n, value in enumerate(values) for t in texts_in(value) if t]
        scans = self._take(pl.DataFrame(lines, schema=LINE, orient="row"), places)
        return self._settled(columns, [TEXT] * len(columns), places, scans)

    @property
    def changed_rows(self) -> int:
        """How many rows hold a value that was replaced."""
        return len(self._values_by_row)

    def stand_ins_of(self, row_id: str) -> set[str]:
        """Everything that replaced a value of this row."""
        return set(self._values_by_row[row_id].instead.values()) if row_id in self._values_by_row else set()

    def _settled(
        self, columns: Sequence[Sequence[Any]], kinds: Sequence[Kind], places: pl.DataFrame, scans: Mapping[str, Scan]
    ) -> list[list[Any]]:
        """The columns, whose rows are those of `places`, rewritten until a scan finds no personal data in them."""
        new = [list(values) for values in columns]
        rows = [n for n, row_id in enumerate(places[ROW_ID]) if row_id in self._values_by_row]
        for _ in range(MOST_ROUNDS):
            if not rows:
                break
            lines = []
            for after, before, kind in zip(new, columns, kinds, strict=True):
                for n in rows:
                    after[n] = self._rewritten(before[n], places[ROW_ID][n], scans, kind)
                    if after[n] != before[n]:
                        lines += [(n, text) for text in texts_in(after[n], kind) if text]
            again = {
                places[ROW_ID][n] for n in self._to_rewrite(pl.DataFrame(lines, schema=LINE, orient="row"), places)
            }
            rows = [n for n, row_id in enumerate(places[ROW_ID]) if row_id in again]  # a row may have several lines
        return new

    def _rewritten(self, value: Any, row_id: str, scans: Mapping[str, Scan], kind: Kind) -> Any:
        return rewritten(value, partial(replaced, row_values=self._values_by_row[row_id], scans=scans), kind)

    def _to_rewrite(self, lines: pl.DataFrame, places: pl.DataFrame) -> list[int]:
        """Scans rewritten texts; the rows in which more is removed or a stand-in is drawn again."""
        unique = lines["text"].unique(maintain_order=True)
        scans_by_number = self.scanner.scan(unique)
        scans = dict(zip(unique.gather(list(scans_by_number)), scans_by_number.values(), strict=True))
        rows: dict[int, None] = {}
        for row, text in lines.filter(pl.col("text").is_in(list(scans))).unique(maintain_order=True).iter_rows():
            place = places.row(row, named=True)
            left = self.leftovers.in_row(text, scans[text].hits, self.stand_ins_of(place[ROW_ID]), place)
            for hit in left.hits:
                if self._draw_again(left.text, hit, place[ROW_ID]) or self._uncover(left.text, hit, place):
                    rows[row] = None
        return sorted(rows)

    def _draw_again(self, text: str, hit: Hit, row_id: str) -> bool:
        """Draws each stand-in that the hit touches again; whether there was one.

        The same value in another writing gets the same draw, so that both keep one pseudonym. Only this row changes:
        with `pseudonym:dataset` the other rows, which may be written already, keep the first draw.
        """
        row_values = self._values_by_row[row_id]
        touched = {
            (row_values.types[value], canonical_value(row_values.types[value], value))
            for value, new in row_values.instead.items()
            if new != f"<{row_values.types[value]}>" and touches(text, new, hit)
        }
        for value, type_ in row_values.types.items():
            if (type_, canonical_value(type_, value)) in touched:
                row_values.draws[value] += 1
                self._stand_in(row_values, value, row_id)
        return bool(touched)

    def _uncover(self, text: str, hit: Hit, place: dict[str, Any]) -> bool:
        """Removes a hit that another value had hidden; whether it is new for this row."""
        value = text[hit.start : hit.end]
        is_new = value not in self._values_by_row[place[ROW_ID]].types
        self._keep(place, {value: hit.type})
        return is_new

    def _stand_in(self, row_values: RowValues, value: str, row_id: str) -> None:
        row_values.instead[value] = instead_of(
            self.plan[row_values.types[value]], self.key, value, row_id, row_values.draws[value]
        )
        self.stand_ins.add(row_values.instead[value])

    def _take(self, lines: pl.DataFrame, places: pl.DataFrame) -> dict[str, Scan]:
        """Scans texts (`row` in `places`, `text`) and stores each row's values; text -> scan, for texts with hits."""
        unique = lines["text"].unique(maintain_order=True)
        scans_by_number = self.scanner.scan(unique)
        scans = dict(zip(unique.gather(list(scans_by_number)), scans_by_number.values(), strict=True))
        held: dict[int, dict[str, str]] = {}
        partly: set[int] = set()
        for row, text in lines.filter(pl.col("text").is_in(list(scans))).unique(maintain_order=True).iter_rows():
            partly |= {row} if scans[text].status.startswith(PARTLY) else set()
            for hit in scans[text].hits:
                if hit.type in self.types:
                    held.setdefault(row, {}).setdefault(text[hit.start : hit.end], hit.type)
        for row, row_id in enumerate(places[ROW_ID]):
            if row_id in self._entities:
                held.setdefault(row, {}).update(
                    {v: t for v, t in self._entities[row_id].items() if v not in held.get(row, {})}
                )
        for row, values in held.items():
            self._keep(places.row(row, named=True), values)
        self.partly += [places[ROW_ID][row] for row in sorted(partly)]
        return scans

    def _keep(self, place: dict[str, Any], values: Mapping[str, str]) -> None:
        """Stores the values of a row without placeholders and values that are not personal; counts each value once."""
        row_id = place[ROW_ID]
        for value, type_ in values.items():
            row_values = self._values_by_row.get(row_id)
            if row_values and value in row_values.types:
                continue
            hash_ = value_hash(self.key, type_, canonical_value(type_, value))
            if is_placeholder(type_, value) or self.verdicts.is_not_personal(type_, value, hash_, place):
                continue
            row_values = self._values_by_row.setdefault(row_id, RowValues({}, {}, {}))
            self.counts[type_]["rows"] += type_ not in row_values.types.values()
            self.counts[type_]["values"] += 1
            row_values.types[value] = type_
            row_values.draws[value] = 0
            self._stand_in(row_values, value, row_id)


LINE = {"row": pl.UInt32, "text": pl.String}


def _entities(dataset: Dataset, types: Sequence[str], taking: Taking | None) -> dict[str, dict[str, str]]:
    """row_id -> name found by the language pipeline -> its type."""
    if not types:
        return {}
    signal = dataset.signal("named_entities")
    if not dataset.has(signal) or float(str(signal.parameters["share"])) < 1:
        raise RedactionError(
            f"{', '.join(types)} are found by the signal named_entities, which has not read every row yet; compute it "
            "for all rows first (share=1)."
        )
    if isinstance(signal, NamedEntities) and (missing := [type_ for type_ in types if type_ not in signal.types]):
        raise RedactionError(
            f"The language pipeline {signal.pipeline} cannot find {', '.join(missing)}; it finds "
            f"{', '.join(signal.types) or 'no names'}. Choose these, or another pipeline."
        )
    every = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    spans = dataset.table_in(signal, "entities", every)
    ids = dataset.column(ROW_ID)
    held: dict[str, dict[str, str]] = {}
    for numbers, values in values_of(dataset, spans, spans["type"].is_in(list(types))):
        lines = spans[numbers.to_list()]
        for row, type_, value in zip(ids.gather(lines["row"]), lines["type"], values, strict=True):
            held.setdefault(row, {}).setdefault(value, type_)
    if taking is not None and isinstance(signal, NamedEntities):
        for row, values_of_row in names_in(taking, signal, types).items():
            held[row] = {**values_of_row, **held.get(row, {})}
    return held


def _plain(value: Any) -> Any:
    return value.to_list() if isinstance(value, pl.Series) else value


def text_lines(column: pl.Series, kind: Kind = TEXT) -> pl.DataFrame:
    """Every text to scan in a column: `row` (its number), `text`."""
    if column.dtype == pl.String and kind == TEXT:
        every = pl.DataFrame({"text": column}).with_row_index("row").filter(pl.col("text").str.len_bytes() > 0)
        nested = every.filter(pl.col("text").str.contains(r"\A[\[{]"))
        inside = [(n, t) for n, value in nested.iter_rows() for t in texts_in(value) if t and t != value]
        return pl.concat([every, pl.DataFrame(inside, schema=LINE, orient="row")])
    texts = [(n, t) for n, value in enumerate(column) for t in texts_in(_plain(value), kind) if t]
    return pl.DataFrame(texts, schema=LINE, orient="row")
