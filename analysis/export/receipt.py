"""A receipt: all that is needed to make an export again and to check that it is the same."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

import analysis
from analysis.errors import ReceiptError
from analysis.export.noted import Noted
from analysis.export.outfiles import WrittenFile
from analysis.export.proposed.receipted import ProposedText, ProposedTexts, Texts
from analysis.export.steps import Step
from analysis.export.unpacked_rows import UnpackedShots
from analysis.formats import ReadOptions
from analysis.personal_data.not_personal import NotPersonal

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

LEFT_OUT = {"left_out": True}
"""Marks a field that is not written where it is empty: earlier receipts do not have it."""
WANTED = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "mapping_type": "must be an object",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
    "dataclass_exact_type": "must be an object",
}
MAX_SEEN_CHARS = 60
MARKED_TEXTS: Texts = {"": {}}
MARK = '{\n   "": {}\n  }'
"""What stands for the proposed texts of a receipt, and how it is written."""


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: its name, its size, the SHA-256 of its bytes in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """The dataset: its name and fingerprint, its files in order, its format, how it was read, role -> column, its rows,
    how many records could not be read, and the notes of the import."""

    name: str
    fingerprint: str
    files: tuple[SourceFile, ...]
    format: str = ""
    reading: ReadOptions
    roles: Mapping[str, str]
    rows: int
    unreadable: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tags:
    """The requested tags; tag -> ids of the rows that have it, and of the rows on which people disagree; tag -> why ->
    row id -> reason."""

    only: tuple[str, ...]
    without: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    disputed_rows: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict, metadata=LEFT_OUT)


@dataclass(frozen=True)
class SignalUsed:
    """A signal whose columns the export uses."""

    name: str
    version: int
    parameters: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class TakenOut:
    """How many rows and values of a type were replaced, and how."""

    type: str
    how: str
    rows: int
    values: int


@dataclass(frozen=True)
class PersonalData:
    """The rules, the id of the secret, what was done with each type, in how many rows anything was replaced, the
    detector's parameters, Faker's version."""

    not_personal: tuple[NotPersonal, ...]
    secret: str
    redact: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    taken_out: tuple[TakenOut, ...] = field(default=(), metadata=LEFT_OUT)
    changed_rows: int = field(default=0, metadata=LEFT_OUT)
    detector: Mapping[str, Any] = field(default_factory=dict, metadata=LEFT_OUT)
    faker: str = field(default="", metadata=LEFT_OUT)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An export: `winnow` is the version that made it, `view` its view as in a URL, `sentence` the view in words,
    `protect` the splits that stay whole, `steps` the waterfall from all records to those that were written. Tokens are
    null where they are not counted, `neutralised_cells` where cells are not changed. `lost`: field -> rows that lose it
    (see `losses`). `unpacked_shots`: None where rows were not to be unpacked. `proposals`: None where the export
    has nothing to do with proposed texts. The fields are in the order of the JSON text."""

    winnow: str
    source: Source
    view: tuple[str, ...]
    sentence: str = ""
    tags: Tags
    signals: tuple[SignalUsed, ...]
    to: str
    clean: tuple[str, ...] = ()
    add: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    split_safe: str = ""
    protect: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    steps: tuple[Step, ...]
    rows_in: int
    rows_out: int
    tokens_in: int | None = None
    tokens_out: int | None = None
    neutralised_cells: int | None = None
    lost: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    files: tuple[WrittenFile, ...]
    personal_data: PersonalData | None = field(default=None, metadata=LEFT_OUT)
    unpacked_shots: UnpackedShots | None = field(default=None, metadata=LEFT_OUT)
    proposals: ProposedTexts | None = field(default=None, metadata=LEFT_OUT)
    row_notes: Noted | None = field(default=None, metadata=LEFT_OUT)

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON values."""
        return dict(_json_values(self))

    def as_json(self) -> bytes:
        """The bytes of `receipt.json`. Proposed texts, which can be very many, are written separately."""
        if not self.proposals or not self.proposals.texts:
            return _json(self).encode()
        marked = replace(self, proposals=replace(self.proposals, texts=MARKED_TEXTS))
        before, _, after = _json(marked).rpartition(MARK)
        return f"{before}{_json_of_texts(self.proposals.texts)}{after}".encode()


def _json(receipt: Receipt) -> str:
    return f"{json.dumps(receipt.as_dict(), ensure_ascii=False, indent=1)}\n"


def _json_of_texts(texts: Texts) -> str:
    """What `_json` makes of proposed texts, at their place in the receipt."""
    rows = []
    for row_id, of_row in texts.items():
        inner = ",\n".join(map(_json_of_text, of_row, of_row.values()))
        rows.append(f"   {encode_basestring(row_id)}: {{\n{inner}\n   }}")
    return "{\n" + ",\n".join(rows) + "\n  }"


def _json_of_text(field: str, one: ProposedText) -> str:
    text, person = encode_basestring(one.text), encode_basestring(one.person)
    return f'    {encode_basestring(field)}: {{\n     "text": {text},\n     "person": {person}\n    }}'


def read_receipt(path: Path) -> tuple[Receipt, list[str]]:
    """A receipt with valid types, and its keys that this version does not know, such as "tags.weights".

    Its values may still be wrong. Raises ReceiptError where the file is not a receipt.
    """
    try:
        text = Path(path).read_bytes()
        values = orjson.loads(text)
    except OSError as error:
        raise ReceiptError(f"The receipt {path} cannot be read ({error.strerror}); name a receipt.json.") from None
    except orjson.JSONDecodeError as error:
        raise ReceiptError(f"{path} is not JSON ({error}); name the receipt.json of an export.") from None
    from pydantic import ValidationError

    try:
        receipt = _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        faults = [_fault(one) for one in error.errors(include_url=False)]
        more = f" (and {len(faults) - 1:,} more)" if len(faults) > 1 else ""
        raise ReceiptError(
            f"{path} is no receipt of Winnow {analysis.__version__}: {faults[0]}{more}; "
            "name the receipt.json of an export, as it was written."
        ) from None
    return receipt, list(_unknown(values, _json_values(receipt, everything=True)))


@functools.cache
def _adapter() -> TypeAdapter[Receipt]:
    from pydantic import TypeAdapter

    return TypeAdapter(Receipt)


def _fault(error: ErrorDetails) -> str:
    """What is wrong with a receipt, and where: "source.files.0.sha256 must be a text, it is 3"."""
    place = ".".join(map(str, error["loc"])) or "the whole"
    wanted = WANTED.get(error["type"], f"cannot be read ({error['msg']})")
    seen = "" if error["type"] == "missing" else f", it is {repr(error['input'])[:MAX_SEEN_CHARS]}"
    return f"{place} {wanted}{seen}"


def _json_values(value: Any, *, everything: bool = False) -> Any:
    """Dataclasses as objects, tuples as lists; with `everything` also the fields that are left out where empty."""
    if isinstance(value, str):
        return value
    if is_dataclass(value):
        named = {f.name: getattr(value, f.name) for f in fields(value) if everything or _is_written(value, f)}
        return {name: _json_values(inner, everything=everything) for name, inner in named.items()}
    if isinstance(value, Mapping):
        return {name: _json_values(inner, everything=everything) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_values(inner, everything=everything) for inner in value]
    return value


def _is_written(value: Any, f: Any) -> bool:
    return bool(getattr(value, f.name)) or not f.metadata.get("left_out")


def _unknown(seen: Any, parsed: Any, place: str = "") -> Iterator[str]:
    """The keys of `seen` that `parsed`, which was read from it, does not have."""
    if isinstance(seen, dict) and isinstance(parsed, dict):
        for key, value in seen.items():
            if key not in parsed:
                yield f"{place}{key}"
            else:
                yield from _unknown(value, parsed[key], f"{place}{key}.")
    elif isinstance(seen, list) and isinstance(parsed, list):
        for number, (value, inner) in enumerate(zip(seen, parsed, strict=True)):
            yield from _unknown(value, inner, f"{place}{number}.")
