"""The one idea of this package: a Signal reads columns and adds columns.

A signal is a frozen dataclass. The class header declares what it reads and adds, its fields are its
parameters, and `compute` makes the columns: the same rows give the same columns on any machine and in any process.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import polars as pl

from analysis.check import Check
from analysis.errors import SignalError
from analysis.joined_values import split_values

ROW_ID = "row_id"
RECORDS = ("whole", "columns")
"""The roles of which a signal gets each column, as the fields of a struct: a whole record, or chosen columns."""
REST = ("columns", "sources", "conversations")
"""The fields of a signal that reads the rest."""
REST_FIELDS = (*REST, "renamed")
"""The same, and the field that says which of the columns are stored as `x_original`."""
Scope = Literal["row", "dataset"]
DType = pl.DataType | type[pl.DataType]


def stored_as(column: str, renamed: Container[str]) -> str:
    """The name under which a column of the rest is read."""
    return f"{column}_original" if column in renamed else column


@dataclasses.dataclass(frozen=True)
class Signal(ABC):
    """Adds columns to a dataset, one output row per input row.

    Header arguments: `name` and `version` (raise it whenever the same rows may give other columns than before);
    `reads`, the canonical columns it needs, or those of another signal; `roles`, the roles of description it reads:
    each is a parameter of that name which holds the dataset's column (several joined by "~"), "" where the dataset has
    none; `whole` holds all columns of a source in which no column has the role of a text; `adds`, its columns with
    their types; `scope`, "row" when rows are independent of each other, "dataset" when every row must be seen at once;
    `cheap`, True when it costs seconds at a million rows, so that it is computed right after opening; `tables`, second
    tables by name, for what is not one line per row (pairs, spans): `compute` gives each as one more column, a list of
    such structs per row, and it is stored in a file of its own with one line per entry. `private` names the second
    table that says where personal data is: its `field` is a canonical column or a role, its `is_placeholder` marks
    values that are not personal. `secret` lists the columns of hashes made with the workspace's key: filters name them,
    people do not read them; such a signal has a field `key_id` for that key. `rest` is True for a signal that also
    reads the source's other texts (`Dataset.rest`): it has fields with names of columns, of which several are joined by
    "~", and `compute` gets these columns as they are stored. `sends` is True for a signal whose `compute` sends texts
    to a server: it is not tried out on a few rows first. `finds`: what can be found with its columns.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    reads: ClassVar[tuple[str, ...]]
    roles: ClassVar[tuple[str, ...]]
    adds: ClassVar[Mapping[str, DType]]
    scope: ClassVar[Scope]
    cheap: ClassVar[bool]
    tables: ClassVar[Mapping[str, pl.Struct]]
    private: ClassVar[str | None]
    secret: ClassVar[tuple[str, ...]]
    rest: ClassVar[bool]
    finds: ClassVar[tuple[Check, ...]]
    sends: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        name: str,
        version: int,
        reads: tuple[str, ...],
        adds: Mapping[str, DType],
        scope: Scope = "row",
        cheap: bool = False,
        tables: Mapping[str, pl.Struct] | None = None,
        roles: tuple[str, ...] = (),
        private: str | None = None,
        secret: tuple[str, ...] = (),
        rest: bool = False,
        finds: tuple[Check, ...] = (),
    ) -> None:
        cls.name, cls.version, cls.reads, cls.adds, cls.roles = name, version, reads, adds, roles
        cls.scope, cls.cheap, cls.tables = scope, cheap, tables or {}
        cls.private, cls.secret, cls.rest, cls.finds = private, secret, rest, finds

    @abstractmethod
    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The columns of `adds`, then one per table, for `rows`: in the same order and of the same height.

        Null where there was nothing to read; never a legal value for "failed".
        """

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every column it reads of this dataset: `reads`, then those that its role parameters name, then the rest."""
        named = [column for role in self.roles if (given := getattr(self, role)) for column in split_values(given)]
        return tuple(dict.fromkeys([*self.reads, *named, *self._rest]))

    @property
    def _rest(self) -> list[str]:
        """The other columns of texts that its parameters name."""
        named = [getattr(self, field) for field in REST_FIELDS] if self.rest else []
        *groups, renamed = [split_values(several) if several else [] for several in named] or [[]]
        return [stored_as(column, renamed) for several in groups for column in several]

    @property
    def declared(self) -> dict[str, DType]:
        """Every column of `compute`, with its type: those of `adds`, then a list per table."""
        return {**self.adds, **{name: pl.List(entry) for name, entry in self.tables.items()}}

    @property
    def parameters(self) -> dict[str, object]:
        """Every field, falsy ones too, as it enters the key and the receipt."""
        return dataclasses.asdict(self)

    @functools.cached_property
    def key(self) -> str:
        """`<name>-v<version>-<hash of the parameters>`; equal keys promise equal columns."""
        text = json.dumps(self.parameters, sort_keys=True, default=str)
        return f"{self.name}-v{self.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def _played(self, role: str) -> pl.Expr:
        """The column of a role, under the role's name: null where no column has the role; several columns are joined.

        Several columns of the role `texts` are joined by line breaks, and a missing value is left out. Those of `whole`
        and `columns` are the fields of a struct. Several columns of any other role identify something together, so the
        result is null where one value is missing.
        """
        columns = split_values(getattr(self, role)) if getattr(self, role) else []
        if not columns:
            return pl.lit(None, pl.String).alias(role)
        if role in RECORDS:
            return pl.struct(columns).alias(role)
        if len(columns) == 1:
            return pl.col(columns[0]).alias(role)
        texts = [pl.col(column).cast(pl.String) for column in columns]
        if role == "texts":
            is_there = pl.any_horizontal(text.is_not_null() for text in texts)
            return pl.when(is_there).then(pl.concat_str(texts, separator="\n", ignore_nulls=True)).alias(role)
        return pl.concat_str(texts, separator="\x1f").alias(role)

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`row_id` and the columns of `compute`, inputs and outputs checked against the declaration."""
        if missing := [column for column in self.inputs if column not in rows.columns]:
            raise SignalError(
                f"{self.name} reads {', '.join(missing)}, which these rows lack. They have: {', '.join(rows.columns)}."
            )
        rest = [column for column in self._rest if column not in self.reads]
        read = rows.select(ROW_ID, *self.reads, *map(self._played, self.roles), *rest).drop(ROW_ID)
        columns = self.compute(read)
        if columns.height != rows.height:
            raise SignalError(f"{self.name} returned {columns.height} rows for {rows.height}.")
        if dict(columns.schema) != self.declared:
            raise SignalError(f"{self.name} declares {self.declared} but returned {dict(columns.schema)}.")
        return rows.select(ROW_ID).hstack(columns)


class Catalogue:
    """The signals a workspace offers, by name, in the order they are listed; a dataset is given one.

    `on_request`: the names of signals that are computed only on request, by name.
    """

    def __init__(self, signals: Iterable[Signal], on_request: Iterable[str] = ()) -> None:
        self.signals = {signal.name: signal for signal in signals}
        self.on_request = frozenset(on_request)

    def __iter__(self) -> Iterator[str]:
        return iter(self.signals)

    def __contains__(self, name: str) -> bool:
        return name in self.signals

    def __getitem__(self, name: str) -> Signal:
        """The signal with its default parameters. Raises SignalError where the name is not known."""
        if name not in self.signals:
            raise SignalError(f"No signal is called {name!r}; known: {', '.join(self)}.")
        return self.signals[name]

    def signal(self, name: str, parameters: Mapping[str, object] | None = None) -> Signal:
        """The signal of that name with these parameters, the others as they are by default.

        Raises SignalError where a name or a parameter is unknown.

            >>> from analysis.catalogue import CATALOGUE
            >>> CATALOGUE.signal("near_pairs", {"words": 3}).parameters["words"]
            3
        """
        default = self[name]
        try:
            return type(default)(**(parameters or {}))
        except TypeError:
            names = ", ".join(default.parameters) or "none"
            raise SignalError(f"{name} has no parameters {', '.join(parameters or {})}; it has: {names}.") from None

    @functools.cached_property
    def checks(self) -> tuple[Check, ...]:
        """What the signals can find, in their order.

        >>> from analysis.catalogue import CATALOGUE
        >>> [check.name for check in CATALOGUE.checks if check.characteristic == "unique"][:3]
        ['exact_duplicates', 'near_duplicates', 'leaks']
        """
        return tuple(check for signal in self.signals.values() for check in signal.finds)

    def room_of(self, check: Check) -> str:
        """The room whose signal finds this, which is also the name of the page about it, if there is one.

        >>> from analysis.catalogue import CATALOGUE
        >>> CATALOGUE.room_of(next(check for check in CATALOGUE.checks if check.name == "near_duplicates"))
        'duplicates'
        """
        return next(type(s).__module__.split(".")[1] for s in self.signals.values() if check in s.finds)

    def writer_of(self, column: str) -> str | None:
        """The name of the signal that adds this column, or None.

        >>> from analysis.catalogue import CATALOGUE
        >>> CATALOGUE.writer_of("response_tokens")
        'tokens'
        """
        return next((name for name, signal in self.signals.items() if column in signal.adds), None)

    def writers_of(self, columns: Iterable[str]) -> list[str]:
        """The names of the signals that add any of these columns, in the catalogue's order.

        >>> from analysis.catalogue import CATALOGUE
        >>> CATALOGUE.writers_of({"pii_types", "response_tokens", "score"})
        ['tokens', 'personal_data']
        """
        wanted = set(columns)
        return [name for name, signal in self.signals.items() if wanted & signal.adds.keys()]
