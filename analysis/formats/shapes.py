"""Which training format some records have, which column plays which role, and what is stored beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.kinds import Kind, type_of
from analysis.formats.options import FORMATS, RESERVED, ROLES, ReadOptions, stored_name
from analysis.formats.roles import find_roles

TEXT_ALIASES = ("prompt", "response", "system", "text")
ALL_STORED = {
    "chat": ("system", "prompt", "response", "messages", "n_turns"),
    "preference": ("system", "prompt", "response", "rejected", "messages", "n_turns", "prompts_differ"),
}


@dataclass(frozen=True)
class Shape:
    """`roles`: (role, source column). `aliases`: (canonical name, source column) where both hold the same values, so
    that the column is not stored again. `instances`: the answers are nested as in Self-Instruct."""

    format: str
    roles: tuple[tuple[str, str], ...]
    alias_pairs: tuple[tuple[str, str], ...] = ()
    instances: bool = False

    @property
    def aliases(self) -> dict[str, str]:
        return dict(self.alias_pairs)

    def alias(self, canonical: str) -> str | None:
        return self.aliases.get(canonical)

    @property
    def stored(self) -> tuple[str, ...]:
        """The canonical columns built beside the original ones."""
        of = dict(self.roles)
        names = list(ALL_STORED.get("chat" if self.format == "kto" and "messages" in of else self.format, ()))
        if self.format in ("instruction", "reward", "kto") and not names:
            names = [n for n in ("prompt", "response", "system") if n in of or (self.instances and n == "response")]
            names.append("n_turns")
        if self.format == "text":
            names = ["text"]
        names += ["score"] * ("score" in of)
        return tuple(n for n in names if n not in self.aliases)

    def stored_as(self, column: str) -> str:
        """The name under which a source column is kept."""
        return column if (column, column) in self.alias_pairs else stored_name(column)

    def forced(self) -> dict[str, pl.DataType]:
        """Types that aliases need, whatever else is seen in their columns."""
        return {column: pl.Float64() if name == "score" else pl.String() for name, column in self.alias_pairs}

    def without_alias(self, canonical: str) -> Shape:
        kept = tuple(pair for pair in self.alias_pairs if pair[0] != canonical)
        return Shape(self.format, self.roles, kept, self.instances)


def find_shape(
    columns: Mapping[str, Sequence[Any]],
    kinds: Mapping[str, Mapping[Kind, int]],
    reading: ReadOptions,
    *,
    is_text: bool = False,
) -> Shape:
    """The shape of records given as columns of sampled values. `is_text`: every value is a CSV cell.

    Raises FormatError where `reading` names a column or demands a format that these records cannot have.
    """
    roles = find_roles(columns)
    for role, named in dict(reading.roles).items():
        roles.pop(role, None)
        if named:
            roles[role] = _named(named, columns)
    instances = "response" not in roles and "prompt" in roles and _has_instances(columns)
    format_name = format_of(roles, columns)
    if reading.format and reading.format != format_name:
        _check(reading.format, roles)
        format_name = reading.format
    if format_name != "preference":
        roles.pop("rejected", None)
    if format_name in ("text", "table") and "system" in roles and "system" not in dict(reading.roles):
        roles.pop("system")
    ordered = tuple((role, roles[role]) for role in ROLES if role in roles)
    if instances:
        ordered += (("instances", next(c for c in columns if c.lower() == "instances")),)
    shape = Shape(format_name, ordered, (), instances)
    return Shape(format_name, ordered, _aliases(shape, roles, kinds, is_text), instances)


def format_of(roles: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> str:
    """The format that has these roles."""
    answers = "response" in roles and ("prompt" in roles or "messages" in roles)
    if "rejected" in roles and "response" in roles:
        return "preference"
    label = columns.get(roles.get("label", ""), ())
    if (answers or "messages" in roles) and _is_desirability(roles.get("label", ""), label):
        return "kto"
    if "messages" in roles:
        return "chat"
    if answers and "score" in roles and roles["prompt"].lower() != "instruction":
        return "reward"
    if "prompt" in roles:
        return "instruction"
    return "text" if "text" in roles else "table"


def _is_desirability(name: str, values: Sequence[Any]) -> bool:
    filled = [v for v in values if v is not None]
    return bool(filled) and all(type(v) is bool or str(v).lower() in ("true", "false") for v in filled)


NEEDED = {
    "instruction": ("prompt",),
    "reward": ("prompt", "response", "score"),
    "preference": ("response", "rejected"),
    "chat": ("messages",),
    "kto": ("label",),
    "text": ("text",),
    "table": (),
}
assert set(NEEDED) == set(FORMATS)


def _check(wanted: str, roles: Mapping[str, str]) -> None:
    missing = [role for role in NEEDED[wanted] if role not in roles]
    if missing:
        raise FormatError(
            f"The format {wanted} needs a column for {' and '.join(missing)}, which was not found; "
            f"name it with a role, such as {missing[0]}=COLUMN."
        )


def _named(named: str, columns: Mapping[str, Sequence[Any]]) -> str:
    """The source column of this name; it may also be the name under which it is stored, or differ in case."""
    same = [c for c in columns if named in (c, stored_name(c))] or [c for c in columns if c.lower() == named.lower()]
    if not same:
        raise FormatError(f"There is no column {named!r}; the columns are {', '.join(columns)}.")
    return same[0]


def _has_instances(columns: Mapping[str, Sequence[Any]]) -> bool:
    name = next((c for c in columns if c.lower() == "instances"), "")
    values = [v for v in columns.get(name, ()) if v is not None]
    return bool(values) and all(
        isinstance(v, list) and v and isinstance(v[0], dict) and "output" in v[0] for v in values
    )


def _aliases(
    shape: Shape, roles: Mapping[str, str], kinds: Mapping[str, Mapping[Kind, int]], is_text: bool
) -> tuple[tuple[str, str], ...]:
    if shape.format in ALL_STORED or "messages" in roles:
        candidates: tuple[str, ...] = ()
    else:
        candidates = tuple(n for n in TEXT_ALIASES if n in shape.stored and n in roles)
        if "input" in roles or shape.instances:
            candidates = tuple(n for n in candidates if n != "prompt")
    pairs = []
    for name in candidates:
        seen = set(kinds.get(roles[name], ()))
        is_plain = seen in ({"str"}, {pl.String()}) or (is_text and type_of(seen) == pl.String())
        # Another column with a reserved name cannot be used instead of this one.
        if is_plain and (roles[name] == name or roles[name] not in RESERVED):
            pairs.append((name, roles[name]))
    if roles.get("score") == "score":
        dtype = type_of(kinds.get("score", ()))
        if dtype.is_integer() or dtype.is_float():
            pairs.append(("score", "score"))
    return tuple(pairs)
