"""Makes an export again from its receipt, and checks that every byte is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.duplicates.splits import splits_of
from analysis.errors import ReceiptError
from analysis.export.earlier import as_it_meant
from analysis.export.exporting import ExportResult, write_export
from analysis.export.folder import new_folder
from analysis.export.losses import losses
from analysis.export.noted import notes_of_receipt
from analysis.export.proposed.receipted import current_texts_of
from analysis.export.receipt import PersonalData, Receipt, Tags, read_receipt
from analysis.export.request import ExportRequest
from analysis.export.waterfall import choose
from analysis.formats import ROLES, TEXT_ROLES, fingerprint
from analysis.keys import key_id
from analysis.loaders.tokenizers import tokenizer_digest
from analysis.personal_data.not_personal import KINDS, NotPersonal, ruled, whole
from analysis.signal import ROW_ID, Catalogue
from analysis.view import View
from analysis.view.operators import check_pattern
from analysis.workspace import Workspace


def replay(
    receipt_path: Path,
    sources: Path | Iterable[Path],
    out: Path,
    workspace: Workspace,
    *,
    replace: bool = False,
    tokenizer: str = "",
) -> ExportResult:
    """Makes the export again from the same source files in the folder `out`, with the tags, notes and proposed texts
    of the receipt.

    `out` is written only if every file has the SHA-256 of the receipt; an earlier export in it only with `replace`.
    `tokenizer`: the path of the tokenizer.json of which the receipt has the name and the digest; where it is "", the
    one that is chosen for the dataset here, if it has the same digest.

    Raises ReceiptError where a file differs, WinnowError where the receipt needs what this version does not have.
    """
    receipt, unknown = read_receipt(receipt_path)
    paths = [Path(sources)] if isinstance(sources, str | Path) else [Path(path) for path in sources]
    _check_sources(receipt, paths)
    _check_signals(receipt, workspace.catalogue)
    _check_personal_data(receipt.personal_data)
    dataset = _as_it_was(workspace.open(paths, receipt.source.reading), receipt, tokenizer)
    with new_folder(out, replace=replace) as folder:
        chosen = choose(dataset, _request_of(receipt, dataset), _reasons(receipt.tags))
        new = write_export(chosen, losses(chosen), folder, paths)
        _compare(receipt, new, unknown)
    return ExportResult(Path(out), new, tuple(unknown))


def _check_sources(receipt: Receipt, paths: Sequence[Path]) -> None:
    """Raises ReceiptError where these are not the source files of the export."""
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise ReceiptError(f"There is no file {missing[0]}; name the files the receipt was made from.")
    expected, seen = receipt.source.fingerprint, fingerprint(paths)
    names = ", ".join(file.name for file in receipt.source.files)
    if seen != expected:
        raise ReceiptError(
            f"The receipt was made from other bytes ({names}): expected the fingerprint {expected}, seen {seen}; "
            "name the same files in the same order."
        )
    if len(paths) != len(receipt.source.files):
        raise ReceiptError(
            f"The receipt was changed: its fingerprint is that of {len(paths):,} files, and it names "
            f"{len(receipt.source.files):,} ({names}); replay it as it was written."
        )


def _check_signals(receipt: Receipt, catalogue: Catalogue) -> None:
    """Raises ReceiptError where a parameter has another type than in the signal, SignalError where there is none."""
    given = [(used.name, used.parameters) for used in receipt.signals]
    if receipt.personal_data:
        given.append(("personal_data", receipt.personal_data.detector))
    for signal, parameters in given:
        for name, default in catalogue[signal].parameters.items():
            value = parameters.get(name, default)
            if type(value) is not type(default) and not (isinstance(default, float) and type(value) is int):
                raise ReceiptError(
                    f"The receipt gives {signal} the parameter {name} as {value!r}; its default is {default!r}, "
                    "and it must be of the same type. Replay the receipt as it was written."
                )


def _check_personal_data(personal: PersonalData | None) -> None:
    """Pseudonyms and hashes depend on the key. Raises ReceiptError where the key differs or a rule is not valid."""
    if personal is None:
        return
    for rule in personal.not_personal:
        _check_rule(rule)
    if personal.secret != (here := key_id()):
        raise ReceiptError(
            f"The receipt was made with the secret {personal.secret} of another workspace, here it is {here}; put the "
            "file personal_data.key of that workspace into WINNOW_HOME to make the same pseudonyms and hashes."
        )


def _check_rule(rule: NotPersonal) -> None:
    if rule.kind not in KINDS:
        raise ReceiptError(
            f"The receipt has a rule of the kind {rule.kind!r}; known: {', '.join(KINDS)}. Replay it with the version "
            "that wrote it."
        )
    if rule.kind == "pattern":
        check_pattern(whole(rule.what))


def _request_of(receipt: Receipt, dataset: Dataset) -> ExportRequest:
    """The request of the receipt. Before splits were named, the smallest one stayed whole."""
    protect = receipt.protect
    if receipt.split_safe and not protect and receipt.split_safe in (*dataset.originals, "source_file"):
        protect = tuple(splits_of(dataset.column(receipt.split_safe)).names[:1])
    return ExportRequest(
        view=View.from_params(receipt.view),
        to=receipt.to,
        only_tags=receipt.tags.only,
        without_tags=receipt.tags.without,
        clean=receipt.clean,
        add=receipt.add,
        split_safe=receipt.split_safe,
        protect=protect,
        redact=receipt.personal_data.redact if receipt.personal_data else (),
        unpack_shots=receipt.unpacked_shots is not None,
        proposals="take" if receipt.proposals is None or receipt.proposals.is_taken else "ignore",
        until_proposed=receipt.proposals.until if receipt.proposals else (),
    )


def _as_it_was(dataset: Dataset, receipt: Receipt, tokenizer: str = "") -> Dataset:
    """The dataset with the names, roles, parameters, tags, proposed texts and rules of the receipt, and its signals
    computed; its metadata on disk do not change."""
    source, personal = receipt.source, receipt.personal_data
    if nameless := sorted(source.roles.keys() - set(ROLES)):
        raise ReceiptError(f"The receipt names a role {nameless[0]!r}; the roles are {', '.join(ROLES)}.")
    if unknown := sorted(set(source.roles.values()) - set(dataset.originals)):
        raise ReceiptError(f"The receipt gives a role to {unknown[0]!r}, a column that the source does not have.")
    files = [{**stored, "name": file.name} for stored, file in zip(dataset.meta["files"], source.files, strict=True)]
    here = _tokenizers_here(dataset, tokenizer)
    parameters: dict[str, Mapping[str, Any]] = {used.name: _found(as_it_meant(used), here) for used in receipt.signals}
    if personal and personal.detector:
        parameters["personal_data"] = {**personal.detector, **parameters.get("personal_data", {})}
    dataset.meta = {**dataset.meta, "files": files, "parameters": parameters}
    dataset.name, dataset.roles = source.name, _roles(dataset, source.roles)
    dataset.set_tags(_tags(receipt.tags), 1)
    dataset.set_proposals(current_texts_of(receipt.proposals, is_redacted=bool(personal and personal.redact)), 1)
    dataset.set_notes(notes_of_receipt(receipt.row_notes, is_redacted=bool(personal and personal.redact)), 1)
    for used in receipt.signals:
        compute(dataset, dataset.signal(used.name))
    if personal:
        dataset.set_rulings(ruled(dataset, personal.not_personal, "receipt"))
    return dataset


def _tokenizers_here(dataset: Dataset, tokenizer: str) -> dict[str, str]:
    """Digest -> path of the tokenizers that are known: the named one, and those that are chosen for the dataset."""
    chosen = [given for given in dataset.meta.get("parameters", {}).values() if given.get("tokenizer")]
    paths = {str(given.get("digest", "")): str(given["tokenizer"]) for given in chosen}
    return {**paths, tokenizer_digest(tokenizer): tokenizer} if tokenizer else paths


def _found(parameters: dict[str, Any], here: Mapping[str, str]) -> dict[str, Any]:
    """The same parameters, with the path here of a tokenizer of which the receipt has the name alone."""
    digest = parameters.get("digest", "")
    return {**parameters, "tokenizer": here[digest]} if digest and digest in here else parameters


def _roles(dataset: Dataset, given: Mapping[str, str]) -> dict[str, str]:
    """The roles of the texts by which the rows were read, and the other roles of the receipt, in its order: a receipt
    cannot give the texts other roles than its reading does."""
    roles = {
        **{role: column for role, column in dataset.roles.items() if role in TEXT_ROLES},
        **{role: column for role, column in given.items() if role not in TEXT_ROLES},
    }
    return {role: roles[role] for role in dict.fromkeys((*given, *roles)) if role in roles}


def _tags(tags: Tags) -> pl.DataFrame:
    """row_id, tags, disputed_tags from row ids by tag."""
    frames = [
        pl.DataFrame(
            [(row_id, tag) for tag, ids in rows.items() for row_id in ids],
            schema={ROW_ID: pl.String, name: pl.String},
            orient="row",
        )
        .group_by(ROW_ID)
        .agg(pl.col(name).unique().sort())
        for rows, name in ((tags.rows, "tags"), (tags.disputed_rows, "disputed_tags"))
    ]
    both = frames[0].join(frames[1], on=ROW_ID, how="full", coalesce=True)
    return both.with_columns(pl.col("tags", "disputed_tags").fill_null([])).sort(ROW_ID)


def _reasons(tags: Tags) -> pl.DataFrame:
    """row_id, tag, why, reason from reasons by tag, by why, by row id."""
    lines = [
        (row_id, tag, why, reason)
        for tag, by_why in tags.reasons.items()
        for why, by_row in by_why.items()
        for row_id, reason in by_row.items()
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys((ROW_ID, "tag", "why", "reason"), pl.String), orient="row")


def _versions(receipt: Receipt) -> dict[str, int]:
    return {used.name: used.version for used in receipt.signals}


def _compare(receipt: Receipt, new: Receipt, unknown: Sequence[str]) -> None:
    """`unknown`: the keys of the receipt that this version does not know; they may be why the bytes differ.

    Raises ReceiptError where a file's bytes, or anything else in the receipt, differ.
    """
    is_same = receipt.winnow == new.winnow and _versions(receipt) == _versions(new)
    versions = "" if is_same else f" (receipt by Winnow {receipt.winnow}, this is {new.winnow})"
    if unknown:
        versions += f"; the receipt also has {', '.join(unknown)}, which this version does not know"
    expected, seen = ({file.path: file.sha256 for file in side.files} for side in (receipt, new))
    if missing := sorted(expected.keys() ^ seen.keys()):
        where = "only in the receipt" if missing[0] in expected else "not in the receipt"
        raise ReceiptError(f"The file {missing[0]} is {where}{versions}; nothing was written.")
    for path, sha256 in expected.items():
        if seen[path] != sha256:
            both = f"expected the SHA-256 {sha256}, got {seen[path]}"
            raise ReceiptError(f"{path} came out with other bytes{versions}: {both}; nothing was written.")
    before, after = receipt.as_dict(), new.as_dict()
    other = [key for key in {**after, **before} if before.get(key) != after.get(key)]
    if is_same and (others := [*other, *unknown]):
        raise ReceiptError(f"The receipt was changed: the same export has other values of {', '.join(others)}.")
