"""How records are read: their training format, which column has which role, and what is stored beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.kinds import Kind, type_of
from analysis.formats.layouts import BY_NAME, Layout
from analysis.formats.options import FORMATS, ROLES, TEXT_ROLES, ReadOptions
from analysis.formats.roles import find_roles
from analysis.formats.stored_names import RESERVED, stored_name

TEXT_ALIASES = ("prompt", "response", "system", "text")
JSON_TEXT: frozenset[Kind] = frozenset(("str", "nested", "strs", "ints", "floats", "empty"))
ALL_STORED = {
    "chat": ("system", "prompt", "response", "messages", "n_turns"),
    "preference": (
        "system",
        "prompt",
        "response",
        "rejected",
        "messages",
        "messages_rejected",
        "prompt_turns",
        "n_turns",
        "prompts_differ",
    ),
}
TITLES = {
    "instruction": "Prompt and response",
    "reward": "Prompt and response with a score",
    "preference": "Chosen and rejected answers",
    "chat": "Conversations",
    "kto": "Answers marked as desirable or not",
    "text": "Raw text",
    "table": "Table",
}
"""What a format is called on screen where a record has no layout of its own."""


@dataclass(frozen=True)
class Shape:
    """`roles`: (role, source column); the column is "" where a layout makes the value of several. `aliases`: (canonical
    name, source column) where both hold the same values, so that the column is not stored again. `instances`: the
    answers are nested as in Self-Instruct. `layout`: the name of a layout of `analysis.formats.layouts`; "" where the
    records are read column by column."""

    format: str
    roles: tuple[tuple[str, str], ...]
    alias_pairs: tuple[tuple[str, str], ...] = ()
    instances: bool = False
    layout: str = ""

    @property
    def name(self) -> str:
        """The name of the layout; the format where the records are read column by column."""
        return self.layout or self.format

    @property
    def title(self) -> str:
        """What the layout is called on screen."""
        return BY_NAME[self.layout].title if self.layout else TITLES[self.format]

    @property
    def sign(self) -> str:
        """By what the layout is recognised."""
        if self.layout:
            return BY_NAME[self.layout].sign
        return ", ".join(f"{column} as {role}" for role, column in self.roles if role in TEXT_ROLES and column)

    @property
    def adds(self) -> frozenset[str]:
        """The columns that the layout adds to those of the record."""
        return frozenset(BY_NAME[self.layout].adds) if self.layout else frozenset()

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The columns of which at least one is filled in each record of this shape; none where every record fits."""
        if self.layout or self.format == "table":
            return ()
        every = ("prompt", "response", "messages", "rejected", "text")
        roles = ("messages",) if "messages" in dict(self.roles) else every
        return tuple(column for role, column in self.roles if role in (*roles, "instances"))

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
        names += [name for name in ("score", "tools") if name in of]
        return tuple(n for n in names if n not in self.aliases)

    def stored_as(self, column: str) -> str:
        """The name under which a source column is kept."""
        if (column, column) in self.alias_pairs:
            return column
        return stored_name(column, self.adds)

    def forced(self) -> dict[str, pl.DataType]:
        """Types that aliases need, whatever else is seen in their columns."""
        return {column: pl.Float64() if name == "score" else pl.String() for name, column in self.alias_pairs}

    def without_alias(self, canonical: str) -> Shape:
        kept = tuple(pair for pair in self.alias_pairs if pair[0] != canonical)
        return replace(self, alias_pairs=kept)

    def without_aliases(self) -> Shape:
        """The same shape for records that are read beside others of another shape."""
        return replace(self, alias_pairs=())


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
            roles[role] = column_named(named, columns)
    instances = "response" not in roles and "prompt" in roles and _has_instances(columns)
    format_name = format_of(roles, columns)
    if reading.format and reading.format != format_name:
        _check(reading.format, roles)
        format_name = reading.format
    if format_name != "preference":
        roles.pop("rejected", None)
    if format_name in ("text", "table"):
        for role in {"system", "tools"} & (roles.keys() - dict(reading.roles)):
            roles.pop(role)
    ordered = tuple((role, roles[role]) for role in ROLES if role in roles)
    if instances:
        ordered += (("instances", next(c for c in columns if c.lower() == "instances")),)
    shape = Shape(format_name, ordered, (), instances)
    return Shape(format_name, ordered, _aliases(shape, roles, kinds, is_text), instances)


def layout_shape(layout: Layout, columns: Mapping[str, Sequence[Any]], reading: ReadOptions) -> Shape:
    """The shape of records of a layout, with its added columns among `columns`: texts by the layout, other roles by
    its columns, then by what the others are called and hold."""
    told = dict(reading.roles)
    of_record = {column: values for column, values in columns.items() if not column.startswith("\0")}
    seen = {role: column for role, column in find_roles(of_record).items() if role not in TEXT_ROLES}
    adds = {role: f"\0{column}" if column in layout.adds else column for role, column in layout.roles.items()}
    filled = {role: column for role, column in adds.items() if any(v is not None for v in columns.get(column, ()))}
    roles = {**{role: column for role, column in seen.items() if column not in filled.values()}, **filled}
    roles |= {role: column_named(column, columns) for role, column in told.items() if column}
    roles = {role: column for role, column in roles.items() if told.get(role, column)}
    taken = {role: "" for role in layout.gives}
    return Shape(
        layout.format, tuple((r, {**roles, **taken}[r]) for r in ROLES if r in roles or r in taken), layout=layout.name
    )


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


def column_named(named: str, columns: Mapping[str, Sequence[Any]]) -> str:
    """The source column of this name; it may also be the name under which it is stored, or differ in case."""
    same = [c for c in columns if named in (c, stored_name(c))] or [c for c in columns if c.lower() == named.lower()]
    if not same and "+" in named:
        first, *_ = [column_named(part.strip(), columns) for part in named.split("+")]
        return first
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
    of_tools = set(kinds.get(roles.get("tools", ""), ()))
    is_json_text = of_tools <= JSON_TEXT or of_tools == {pl.String()}
    if of_tools and is_json_text and type_of(of_tools) == pl.String() and "tools" in shape.stored:
        pairs.append(("tools", roles["tools"]))
    if roles.get("score") == "score":
        dtype = type_of(kinds.get("score", ()))
        if dtype.is_integer() or dtype.is_float():
            pairs.append(("score", "score"))
    return tuple(pairs)
