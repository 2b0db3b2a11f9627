"""What is known of a dataset once all its parts are built: its types, counts, notes and problems."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analysis.errors import FormatError
from analysis.formats.assigning import is_added
from analysis.formats.columns import CANONICAL
from analysis.formats.facts import Facts
from analysis.formats.jsontext import Remarks
from analysis.formats.kinds import Kind, is_json, is_number
from analysis.formats.notes import notes_of, unread_note
from analysis.formats.options import ROLES, ReadOptions
from analysis.formats.planning import of_records, shapes_of, side_by_side, with_split
from analysis.formats.plans import Plan
from analysis.formats.record_columns import check_count
from analysis.formats.sources import TABLES, Source

ID_BYTES = 8


@dataclass
class Account:
    """Gathers the facts of the parts in order. `sources`: how each file was read."""

    plan: Plan
    facts: list[Facts] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)

    def take(self, facts: Facts) -> None:
        self.facts.append(facts)

    @property
    def kinds(self) -> dict[str, Counter[Kind]]:
        """Per source column, in order of first appearance, how many values of each kind."""
        counts: dict[str, Counter[Kind]] = {column: Counter() for column in self.plan.kinds}
        for facts in self.facts:
            for column, seen in facts.kinds.items():
                counts.setdefault(column, Counter()).update(seen)
        check_count(counts)
        return counts

    @property
    def rows(self) -> int:
        return sum(facts.rows for facts in self.facts)

    def settle(self, reading: ReadOptions) -> Plan:
        """The plan that holds every part: the types of all values seen, and shapes for records that none read yet."""
        shapes = self.plan.shapes
        if any(facts.not_numbers for facts in self.facts):
            shapes = tuple(shape.without_alias("score") for shape in shapes)
        unread = [record for facts in self.facts for record in facts.unread]
        is_typed = any(facts.container in TABLES for facts in self.facts)
        chooses = unread and reading.chooses_layout
        more = shapes_of(unread, of_records(reading), shapes, is_typed=is_typed) if chooses else ()
        self.plan = replace(self.plan, shapes=side_by_side((*shapes, *with_split(more, reading))), kinds={})
        return self.settle_types()

    def settle_types(self) -> Plan:
        """The plan with the types of all values seen."""
        self.plan = replace(self.plan, kinds={column: frozenset(seen) for column, seen in self.kinds.items()})
        return self.plan

    def stale(self) -> Iterator[tuple[Facts, Plan, Source]]:
        """The parts that the settled plan would build differently."""
        wanted = [(column, self.plan.type_of(column)) for column in self.plan.kinds]
        for facts in self.facts:
            if facts.path and (list(facts.types.items()) != wanted or facts.shapes != self.plan.shapes):
                yield facts, self.plan, self.sources[facts.file]

    def replace(self, facts: Facts) -> None:
        position = next(i for i, old in enumerate(self.facts) if old.path == facts.path)
        self.facts[position] = facts

    def write(self, folder: Path) -> None:
        """ids.parquet and problems.jsonl."""
        ids = row_ids(b"".join(facts.hashes for facts in self.facts))
        ids.to_frame().write_parquet(folder / "ids.parquet", compression="zstd", compression_level=1)
        with (folder / "problems.jsonl").open("wb") as file:
            for problem in self.problems():
                file.write(orjson.dumps(problem, option=orjson.OPT_APPEND_NEWLINE))

    def problems(self) -> Iterator[dict[str, Any]]:
        for facts in self.facts:
            for line, reason in sorted(facts.problems):
                yield {"file": facts.file, "line": line, "reason": reason}

    def description(self) -> dict[str, Any]:
        """The content of dataset.json that the files themselves determine."""
        plan, kinds = self.plan, self.kinds
        types = {plan.stored_as(column): plan.type_of(column) for column in kinds}
        first = next((source.dialect for source in self.sources.values() if source.dialect), None)
        filled: Counter[str] = sum((facts.filled for facts in self.facts), Counter())
        remarks: Remarks = sum((facts.notes for facts in self.facts), Counter())
        examples = {c: e for facts in reversed(self.facts) for c, e in facts.examples.items()}
        canonical: dict[str, str | None] = {name: None for name in plan.stored if filled[name]}
        canonical |= {name: plan.stored_as(column) for shape in plan.shapes for name, column in shape.alias_pairs}
        layouts = self._layouts()
        return {
            "format": layouts[0]["format"] if layouts else plan.shapes[0].format,
            "layouts": layouts,
            "container": next(iter(self.sources.values())).container,
            "csv": {"separator": first.separator, "header": first.original is not None} if first else None,
            "csv_header": list(first.original) if first and first.original is not None else None,
            "sources": {file: source.described() for file, source in self.sources.items()},
            "rows": self.rows,
            "part_rows": [facts.rows for facts in self.facts if facts.rows],
            "columns": {name: str(dtype) for name, dtype in types.items()},
            "json_columns": [
                plan.stored_as(c)
                for c, seen in kinds.items()
                if types[plan.stored_as(c)] == pl.String and is_json(seen)
            ],
            "number_columns": [
                plan.stored_as(c)
                for c, seen in kinds.items()
                if types[plan.stored_as(c)] == pl.String and is_number(seen)
            ],
            "added": [plan.stored_as(column) for column in kinds if is_added(column)],
            "roles": self._roles(),
            "canonical": {name: canonical[name] for name in CANONICAL if name in canonical},
            "renamed": {
                plan.stored_as(column): column
                for column in kinds
                if plan.stored_as(column) != column and not is_added(column)
            },
            "mean_chars": self._mean_chars(),
            "unreadable": sum(len(facts.problems) for facts in self.facts),
            "notes": [
                *self._unread_notes(),
                *notes_of(remarks, kinds, examples, self.sources, csv=first is not None),
            ],
        }

    def _layouts(self) -> list[dict[str, Any]]:
        """The layouts that read the rows, that of most rows first: name, title, sign, format, roles and rows."""
        counts: Counter[str] = sum((facts.layouts for facts in self.facts), Counter())
        stored_as = self.plan.stored_as
        described = {
            shape.name: {
                "layout": shape.name,
                "title": shape.title,
                "sign": shape.sign,
                "format": shape.format,
                "roles": {role: stored_as(column) for role, column in shape.roles if role in ROLES and column},
                "rows": counts[shape.name],
            }
            for shape in reversed(self.plan.shapes)
        }
        return sorted((one for one in described.values() if one["rows"]), key=lambda one: -one["rows"])

    def _roles(self) -> dict[str, str]:
        """Role -> stored column; where several shapes name one, that of the shape with most rows."""
        roles: dict[str, str] = {}
        for layout in self._layouts():
            roles = {**layout["roles"], **roles}
        return {role: roles[role] for role in ROLES if role in roles} if roles else self._first_roles()

    def _first_roles(self) -> dict[str, str]:
        shape = self.plan.shapes[0]
        return {role: self.plan.stored_as(column) for role, column in shape.roles if role in ROLES and column}

    def _unread_notes(self) -> list[dict[str, Any]]:
        rows = sum(facts.layouts[""] for facts in self.facts)
        return [unread_note(rows, self.plan.shapes)] if rows else []

    def _mean_chars(self) -> dict[str, float]:
        chars: Counter[str] = Counter()
        values: Counter[str] = Counter()
        for facts in self.facts:
            for name, (total, count) in facts.chars.items():
                chars[name] += total
                values[name] += count
        return {name: round(chars[name] / values[name], 2) if values[name] else 0.0 for name in values}


def row_ids(hashes: bytes) -> pl.Series:
    """16 hex digits for every 8 bytes; the 2nd, 3rd ... row of the same content gets -2, -3 ... appended."""
    import pyarrow as pa

    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(ID_BYTES), len(hashes) // ID_BYTES, [None, pa.py_buffer(hashes)]
    )
    ids = pl.Series("row_id", pl.from_arrow(packed.cast(pa.binary())), dtype=pl.Binary).bin.encode("hex")
    numbers = pl.Series("number", array("Q", hashes), dtype=pl.UInt64)
    if numbers.n_unique() < len(numbers):
        nth = pl.int_range(1, pl.len() + 1).over("row_id")
        suffixed = pl.when(nth > 1).then(pl.format("{}-{}", "row_id", nth)).otherwise("row_id").alias("row_id")
        ids = ids.to_frame().select(suffixed).to_series()
    return ids


def unreadable(names: Sequence[str], problems: Sequence[dict[str, Any]]) -> FormatError:
    """The error for files in which not one record could be read."""
    which = names[0] if len(names) == 1 else f"The {len(names)} files together"
    if not problems:
        return FormatError(f"{which} holds no records; give a file with at least one.")
    first = "; ".join(f"line {problem['line']}: {problem['reason']}" for problem in problems[:3])
    return FormatError(f"{which} holds no record that can be read ({first}); is it the right file?")
