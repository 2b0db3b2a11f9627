"""Which values do people mark as not personal: a value, a pattern, a source? The spans and columns without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.by_people import Rulings
from analysis.errors import PersonalDataError
from analysis.personal_data.pieces import pieces_of
from analysis.personal_data.scanning import scanner
from analysis.personal_data.tables import TABLES, read_of
from analysis.signal import ROW_ID
from analysis.view.operators import check_pattern

KINDS = ("value", "pattern", "source")
MOST_PATTERN_CHARS = 200
ROWS_AT_ONCE = 20_000
COLUMNS = {
    "personal_data": {"types": "pii_types", "count": "pii_count", "score": "pii_score", "values": "pii_values"},
    "named_entities": {"types": "entity_types", "count": "entity_count", "values": "entity_values"},
}


@dataclass(frozen=True)
class NotPersonal:
    """A rule: values of a type that are not personal. `what` depends on `kind`: the keyed hash of a value; a regular
    expression for the whole value; or a value of `column`, in whose rows all hits of the type are not personal."""

    kind: str
    type: str
    what: str
    column: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def check_rule(rule: NotPersonal) -> NotPersonal:
    """The rule, if it is valid: it must not itself contain personal data, since receipts hold it.

    Raises PersonalDataError.
    """
    if rule.kind not in KINDS or not rule.what or (rule.kind == "source") != bool(rule.column):
        raise PersonalDataError(
            f"A rule has a kind ({', '.join(KINDS)}) and what it excludes; this one, {rule.kind!r}, does not."
        )
    if rule.kind == "value":
        return rule
    if rule.kind == "pattern":
        if len(rule.what) > MOST_PATTERN_CHARS:
            raise PersonalDataError(f"The pattern has {len(rule.what)} characters; write at most {MOST_PATTERN_CHARS}.")
        check_pattern(whole(rule.what))
        if pl.select(pl.lit("").str.contains(whole(rule.what))).item():
            raise PersonalDataError(
                "The pattern matches every text, even an empty one; write what the values have in common."
            )
    if any(scan.hits for scan in scanner().scan(pl.Series([rule.what, plain_pattern(rule.what)])).values()):
        raise PersonalDataError(
            f"This {rule.kind} is itself personal data and would be stored; choose this value instead."
        )
    return rule


def plain_pattern(pattern: str) -> str:
    """A pattern without its backslashes, which is nearly the text that it matches."""
    return pattern.replace("\\", "")


def whole(pattern: str) -> str:
    """A pattern that matches only the whole value."""
    return rf"\A(?:{pattern})\z"


def suggested_pattern(type_: str, value: str) -> str:
    """A pattern for values like this one, without personal data: an e-mail's domain, else only the form."""
    if type_ == "EMAIL_ADDRESS":
        return r"[^@]+@" + _escaped(value.rpartition("@")[2])
    pattern = "".join(map(_form_of, value))
    for piece in ("[0-9]", r"\pL"):
        for count in range(len(value), 1, -1):
            pattern = pattern.replace(piece * count, f"{piece}{{{count}}}")
    return pattern


def _form_of(character: str) -> str:
    """A pattern of characters of the same kind: a digit, a letter, or this character itself."""
    if character.isdigit():
        return "[0-9]"
    return r"\pL" if character.isalpha() else _escaped(character)


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in r"\.+*?()|[]{}^$#&-~/" and c not in "/&~" else c for c in text)


class Verdicts:
    """Decides for one value after another whether a rule marks it as not personal."""

    def __init__(self, rules: Iterable[NotPersonal]) -> None:
        self.rules = tuple(rules)
        self.hashes = {(r.type, r.what) for r in self.rules if r.kind == "value"}
        self.patterns = [(r.type, r.what) for r in self.rules if r.kind == "pattern"]
        self.sources = [(r.type, r.column, r.what) for r in self.rules if r.kind == "source"]
        self.columns = tuple(dict.fromkeys(column for _, column, _ in self.sources))
        self._seen: dict[tuple[str, str], bool] = {}

    def is_not_personal(self, type_: str, value: str, hash_: str, place: dict[str, Any]) -> bool:
        """`place` holds the row's values of `columns`."""
        if (type_, hash_) in self.hashes:
            return True
        if any(type_ == t and _as_text(place.get(column)) == what for t, column, what in self.sources):
            return True
        if not self.patterns:
            return False
        if (type_, value) not in self._seen:
            fits = [whole(pattern) for t, pattern in self.patterns if t == type_]
            self._seen[type_, value] = bool(fits) and any(pl.Series([value]).str.contains(p)[0] for p in fits)
        return self._seen[type_, value]


def _as_text(value: object) -> str:
    return str(pl.Series([value]).cast(pl.String)[0]) if value is not None else ""


def ruled(dataset: Dataset, rules: Sequence[NotPersonal], revision: str) -> Rulings:
    """The columns and tables of a dataset under these rules, for `Dataset.set_rulings`."""
    columns: dict[str, pl.Series] = {}
    tables: dict[str, pl.DataFrame] = {}
    out: list[pl.DataFrame] = []
    for name, table in TABLES.items():
        signal = dataset.signal(name)
        if not rules or not dataset.has(signal):
            continue
        places = dataset.column(ROW_ID).to_frame().with_row_index("row")
        spans = dataset.table(signal, table).join(places, on=ROW_ID, how="left", maintain_order="left").drop(ROW_ID)
        spans = spans.select("row", pl.exclude("row"))
        masks = _masks(dataset, spans, rules)
        gone = pl.select(pl.any_horizontal(masks)).to_series()
        if not gone.any():
            continue
        kept = spans.filter(~gone)
        tables[str(dataset.table_path(signal, table))] = kept
        columns |= _columns(dataset, name, kept, spans.filter(gone)["row"].unique())
        for number, mask in enumerate(masks):
            out.append(spans.filter(mask).select("row", "type", "is_placeholder", rule=pl.lit(number, pl.UInt32)))
    empty = {"row": pl.UInt32, "type": pl.String, "is_placeholder": pl.Boolean, "rule": pl.UInt32}
    return Rulings(columns, tables, pl.concat([pl.DataFrame(schema=empty), *out]), tuple(rules), revision)


def without_ruled_out(dataset: Dataset, spans: pl.DataFrame) -> pl.DataFrame:
    """Those lines of `spans` that no current rule marks as not personal.

    `spans` has the columns of `spans_in` and is of any scan of the dataset's rows. The dataset's rulings do not cover a
    scan that is not stored or has other parameters than the dataset's.
    """
    rules = dataset.rulings.rules
    if not rules or spans.is_empty():
        return spans
    return spans.filter(~pl.any_horizontal(_masks(dataset, spans, rules)))


def _masks(dataset: Dataset, spans: pl.DataFrame, rules: Sequence[NotPersonal]) -> list[pl.Series]:
    """One Boolean series per rule: whether it excludes each line of `spans`."""
    return [_mask(dataset, spans, rule).alias(str(number)) for number, rule in enumerate(rules)]


def _mask(dataset: Dataset, spans: pl.DataFrame, rule: NotPersonal) -> pl.Series:
    of_type = spans["type"] == rule.type
    if rule.kind == "value":
        return of_type & (spans["value_hash"] == rule.what)
    if rule.kind == "source":
        if rule.column not in dataset.schema:
            return pl.repeat(False, spans.height, dtype=pl.Boolean, eager=True)
        return of_type & (dataset.column(rule.column).cast(pl.String).gather(spans["row"]) == rule.what).fill_null(
            False
        )
    matches = pl.repeat(False, spans.height, dtype=pl.Boolean, eager=True)
    for numbers, values in values_of(dataset, spans, of_type):
        matches = matches.scatter(numbers.filter(values.str.contains(whole(rule.what))), True)
    return matches


def values_of(dataset: Dataset, spans: pl.DataFrame, wanted: pl.Series) -> Iterator[tuple[pl.Series, pl.Series]]:
    """The values of the wanted lines of `spans`, some rows at a time: their line numbers in `spans`, and the values."""
    lines = spans.with_row_index("at").filter(wanted).select("at", "row", "field", "message", "start", "end")
    rows = lines["row"].unique().sort()
    read, rest = read_of(dataset)
    for low in range(0, len(rows), ROWS_AT_ONCE):
        some = rows.slice(low, ROWS_AT_ONCE)
        pieces = pieces_of(dataset.canonical_frame(read, some), rest)
        pieces = pieces.with_columns(some.gather(pieces["row"]))
        both = lines.filter(pl.col("row").is_in(some.implode())).join(
            pieces, on=["row", "field", "message"], how="inner", nulls_equal=True
        )
        held = [text[start:end] for text, start, end in both.select("text", "start", "end").iter_rows()]
        yield both["at"], pl.Series(held, dtype=pl.String)


def _columns(dataset: Dataset, name: str, kept: pl.DataFrame, rows: pl.Series) -> dict[str, pl.Series]:
    """The signal's columns, computed again for `rows`, in which a rule excludes something."""
    named = COLUMNS[name]
    before = pl.read_parquet(dataset.path(dataset.signal(name)), columns=list(named.values()))
    counted = ~pl.col("is_placeholder")
    summary = (
        kept.filter(pl.col("row").is_in(rows.implode()))
        .group_by("row")
        .agg(
            types=pl.col("type").filter(counted).unique().sort(),
            count=counted.sum().cast(pl.UInt32),
            score=pl.col("score").filter(counted).max(),
            values=pl.col("value_hash").unique().sort(),
        )
    )
    again = (
        pl.DataFrame({"row": rows})
        .join(summary, on="row", how="left")
        .with_columns(
            pl.col("types", "values").fill_null(pl.lit([], pl.List(pl.String))),
            pl.col("count").fill_null(0),
            is_changed=pl.lit(True),
        )
    )
    joined = before.with_row_index("row").join(again, on="row", how="left", maintain_order="left")
    new = joined.select(
        pl.when("is_changed").then(part).otherwise(column).alias(column) for part, column in named.items()
    )
    return {column: new[column].cast(before[column].dtype) for column in named.values()}
