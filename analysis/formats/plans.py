"""How every part of a dataset is built: the shapes of its records, and the types of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from analysis.formats import column_types, kinds
from analysis.formats.assigning import ADDED, is_added
from analysis.formats.kinds import Kind
from analysis.formats.options import TEXT_ROLES
from analysis.formats.shapes import Shape
from analysis.formats.stored_names import stored_name

SPLIT = "split"


@dataclass(frozen=True)
class Plan:
    """How to build every part: the shapes, of which the first that reads a record is taken, and the kinds of value each
    column is known to hold. `types`: the types set by hand, by column. `has_splits`: a folder says the split of each
    file, which is a column of its own."""

    shapes: tuple[Shape, ...]
    kinds: Mapping[str, frozenset[Kind]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    has_splits: bool = False

    def type_of(self, column: str, seen: frozenset[Kind] | set[Kind] = frozenset()) -> pl.DataType:
        if column in self.types:
            return column_types.TYPES[self.types[column].partition(":")[0]]
        return self.forced.get(column) or kinds.type_of(self.kinds.get(column, frozenset()) | seen)

    @cached_property
    def forced(self) -> dict[str, pl.DataType]:
        """Types that the aliases of the shape need."""
        return {name: dtype for shape in self.shapes for name, dtype in shape.forced().items()}

    @cached_property
    def adds(self) -> frozenset[str]:
        """The columns that layouts and folders add to those of the source."""
        added = frozenset().union(*(shape.adds for shape in self.shapes))
        return added | {SPLIT} if self.has_splits else added

    @cached_property
    def texts(self) -> frozenset[str]:
        """The columns of the source that hold a text to train on: there a word such as NULL is a text."""
        roles = TEXT_ROLES - {"score"}
        return frozenset(column for shape in self.shapes for role, column in shape.roles if role in roles)

    @property
    def stored(self) -> dict[str, None]:
        """The canonical columns that are built beside the original ones."""
        return {name: None for shape in self.shapes for name in shape.stored}

    def stored_as(self, column: str) -> str:
        """The name under which a column of the source is kept."""
        if is_added(column):
            return column.removeprefix(ADDED)
        if len(self.shapes) == 1 and column != SPLIT:
            return self.shapes[0].stored_as(column)
        return stored_name(column, self.adds)
