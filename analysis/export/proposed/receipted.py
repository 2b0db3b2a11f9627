"""The proposed texts in the receipt of an export, from which it is made again.

Where personal data is taken out, the texts as people wrote them would undo that: then the receipt has their digest
only, and the texts are in the workspace, in a file that only its owner may read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from analysis.annotations.proposals import CURRENT
from analysis.dataset import Dataset
from analysis.dataset.folder import HAS_PROPOSAL
from analysis.errors import ExportError, ReceiptError
from analysis.export.proposed.taking import Taking, people
from analysis.export.request import ExportRequest
from analysis.home import home_folder
from analysis.signal import ROW_ID
from analysis.whole_files import whole_file

FOLDER = "proposed_texts"
LEFT_OUT = {"left_out": True}


@dataclass(frozen=True)
class ProposedText:
    """A text, and the person who proposed it."""

    text: str
    person: str


Texts = Mapping[str, Mapping[str, ProposedText]]
"""Row id -> field -> text."""


@dataclass(frozen=True)
class ProposedTexts:
    """What an export did with proposed texts. `is_taken`: whether they went out. `rows`: the exported rows that have
    one, and by person in `people`. `sha256`: of `texts`. `until`: the tags whose rows came back with a proposed text.
    `texts`: the texts of the rows that filters and tags leave; left out where they are kept in the workspace.
    `other_rows`: the ids of all other rows with a proposed text, where a filter asks for them."""

    is_taken: bool
    rows: int
    people: Mapping[str, int]
    sha256: str
    until: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    texts: Texts = field(default_factory=dict, metadata=LEFT_OUT)
    other_rows: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)


def receipted(
    dataset: Dataset, request: ExportRequest, taking: Taking, mask: pl.Series, may_take: pl.Series
) -> ProposedTexts | None:
    """The receipt's part on proposed texts; None where the export has nothing to do with them.

    Raises ExportError where the texts cannot be kept in the workspace.
    """
    read = {request_filter.column for request_filter in request.view.active} | {*request.add}
    is_named = HAS_PROPOSAL in read - set(dataset.originals)
    with_texts = taking.mask(may_take)
    if not (is_named or request.until_proposed or with_texts.any()):
        return None
    ids = dataset.column(ROW_ID).filter(with_texts)
    lines = dataset.proposals.filter(pl.col(ROW_ID).is_in(ids.implode())).sort(ROW_ID, "field")
    texts: dict[str, dict[str, ProposedText]] = {}
    for row_id, name, text, person in lines.select(ROW_ID, "field", "text", "person").iter_rows():
        texts.setdefault(row_id, {})[name] = ProposedText(text, person)
    others = taking.rows.mask & ~with_texts if is_named else with_texts & False
    taken = taking.mask(mask)
    digest = digest_of(texts)
    if request.redact and texts:
        keep(texts, digest)
    return ProposedTexts(
        is_taken=request.takes_proposals,
        rows=int(taken.sum()),
        people=people(dataset, taken),
        sha256=digest,
        until=request.until_proposed,
        texts={} if request.redact else texts,
        other_rows=tuple(dataset.column(ROW_ID).filter(others)),
    )


def current_texts_of(proposed: ProposedTexts | None, *, is_redacted: bool) -> pl.DataFrame:
    """The proposed texts of a receipt as a dataset takes them.

    Raises ReceiptError where the texts are not there, or are others than those of the export.
    """
    if proposed is None:
        return pl.DataFrame(schema=CURRENT)
    texts = proposed.texts
    if is_redacted and not texts and proposed.sha256 != digest_of({}):
        texts = kept(proposed.sha256)
    if (digest := digest_of(texts)) != proposed.sha256:
        raise ReceiptError(
            f"The proposed texts of the receipt were changed: expected the SHA-256 {proposed.sha256}, seen {digest}; "
            "replay the receipt as it was written."
        )
    lines = [(id, name, one.text, one.person) for id, fields in texts.items() for name, one in fields.items()]
    lines += [(id, "", "", "") for id in proposed.other_rows]
    schema = {name: CURRENT[name] for name in (ROW_ID, "field", "text", "person")}
    return pl.DataFrame(lines, schema=schema, orient="row")


def _json(texts: Texts) -> bytes:
    values = {
        id: {name: {"text": one.text, "person": one.person} for name, one in fields.items()}
        for id, fields in texts.items()
    }
    return json.dumps(values, sort_keys=True, ensure_ascii=False).encode()


def digest_of(texts: Texts) -> str:
    """The SHA-256 of texts."""
    return hashlib.sha256(_json(texts)).hexdigest()


def _path(sha256: str) -> Path:
    return home_folder() / FOLDER / f"{sha256}.json"


def keep(texts: Texts, digest: str) -> None:
    """Keeps texts in the workspace. Raises ExportError where that is not possible."""
    path = _path(digest)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            whole_file(path, is_private=True) as temporary,
            os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            file.write(_json(texts))
    except OSError as error:
        raise ExportError(
            f"The proposed texts cannot be kept in {path} ({error.strerror or error}), and without them the export "
            "cannot be made again; free some space or make the folder writable."
        ) from None


def kept(sha256: str) -> Texts:
    """The texts of that digest in the workspace. Raises ReceiptError where they are not there."""
    from pydantic import TypeAdapter, ValidationError

    path = _path(sha256)
    try:
        return TypeAdapter(Texts).validate_json(path.read_bytes())
    except OSError:
        raise ReceiptError(
            f"The export took out personal data, so its proposed texts are not in the receipt but in {path}, which is "
            "not there; put that file of the workspace that made the export into WINNOW_HOME."
        ) from None
    except ValidationError:
        raise ReceiptError(f"{path} is damaged; copy it once more from the workspace that made the export.") from None
