"""Makes an export again from its receipt, and checks that every byte is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any

import orjson
import polars as pl

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ReceiptError
from analysis.export.exporting import ExportResult, make
from analysis.export.folder import new_folder
from analysis.export.waterfall import ExportRequest
from analysis.formats import ReadOptions, fingerprint
from analysis.keys import key_id
from analysis.personal_data.not_personal import NotPersonal, ruled
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

Shape = Mapping[str, type | tuple[type, ...]]
TOP: Shape = {
    "winnow": str,
    "source": dict,
    "view": list,
    "tags": dict,
    "signals": list,
    "to": str,
    "steps": list,
    "rows_in": int,
    "rows_out": int,
    "files": list,
}
SOURCE = {"name": str, "fingerprint": str, "files": list, "reading": dict, "roles": dict, "rows": int}
TAGS = {"only": list, "without": list, "rows": dict, "disputed_rows": dict}
FILE = {"path": str, "rows": int, "bytes": int, "sha256": str}
SIGNAL = {"name": str, "version": int, "parameters": dict, "key": str}
READING: Shape = {
    "roles": (list, dict),
    "separator": (str, NoneType),
    "header": (bool, NoneType),
    "format": (str, NoneType),
}


def read_receipt(path: Path) -> dict[str, Any]:
    """A receipt whose shape is known to be right; what it says may still be wrong."""
    try:
        receipt = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise ReceiptError(f"The receipt {path} cannot be read ({error.strerror}); name a receipt.json.") from None
    except orjson.JSONDecodeError as error:
        raise ReceiptError(f"{path} is not JSON ({error}); name the receipt.json of an export.") from None
    _check(receipt, TOP, path, "the receipt")
    _check(receipt["source"], SOURCE, path, "its source")
    _check(receipt["source"]["reading"], READING, path, "its reading")
    _check(receipt["tags"], TAGS, path, "its tags")
    for file in receipt["files"]:
        _check(file, FILE, path, "a file of it")
    for file in receipt["source"]["files"]:
        _check(file, {"name": str, "bytes": int, "sha256": str}, path, "a file of its source")
    for known in receipt["signals"]:
        _check(known, SIGNAL, path, "a signal of it")
    ids = (ids for name in ("rows", "disputed_rows") for ids in receipt["tags"][name].values())
    tags, roles = receipt["tags"], list(receipt["source"]["roles"].values())
    if "personal_data" in receipt:
        _check_personal(receipt["personal_data"], path)
    for texts in (receipt["view"], receipt.get("add", []), tags["only"], tags["without"], roles, *ids):
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ReceiptError(f"{path} is no receipt of Winnow: its view, tags and roles must be texts.")
    if not _are_reasons(tags.get("reasons", {})) or not isinstance(receipt.get("split_safe", ""), str):
        raise ReceiptError(f"{path} is no receipt of Winnow: its reasons and its column of splits must be texts.")
    return dict(receipt)


def _are_reasons(value: Any, depth: int = 3) -> bool:
    """Whether it is texts by row id, by why, by tag."""
    if not depth:
        return isinstance(value, str)
    return isinstance(value, dict) and all(_are_reasons(inner, depth - 1) for inner in value.values())


def _check_personal(said: Any, path: Path) -> None:
    """The part on personal data; pseudonyms and hashes come out the same only under the same secret."""
    _check(said, {"not_personal": list, "secret": str}, path, "what it says of personal data")
    if "redact" in said:
        _check(said, {"redact": list, "detector": dict}, path, "what it says of personal data")
    for rule in said["not_personal"]:
        _check(rule, dict.fromkeys(("kind", "type", "what", "column"), str), path, "a rule of it")
        if rule.keys() - {"kind", "type", "what", "column"}:
            raise ReceiptError(f"{path} is no receipt of Winnow: a rule of it says more than rules do.")
    if said["secret"] != (here := key_id()):
        raise ReceiptError(
            f"The receipt was made with the secret {said['secret']} of another workspace, here it is {here}; put the "
            "file personal_data.key of that workspace into WINNOW_HOME to make the same pseudonyms and hashes."
        )


def _check(value: Any, wanted: Shape, path: Path, what: str) -> None:
    if not isinstance(value, dict):
        raise ReceiptError(f"{path} is no receipt of Winnow: {what} is no object.")
    wrong = [key for key, kind in wanted.items() if key not in value or not isinstance(value[key], kind)]
    if wrong:
        raise ReceiptError(f"{path} is no receipt of Winnow: {what} has no proper {', '.join(wrong)}.")


def replay(receipt_path: Path, sources: Path | Iterable[Path], out: Path, workspace: Workspace) -> ExportResult:
    """The same export made again from the same source files into the folder `out`; the tags are the receipt's own.

    Nothing is left in `out` unless every file comes out with the receipt's SHA-256.

    Raises ReceiptError where one does not.
    """
    receipt = read_receipt(receipt_path)
    paths = [Path(sources)] if isinstance(sources, str | Path) else [Path(path) for path in sources]
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise ReceiptError(f"There is no file {missing[0]}; name the files the receipt was made from.")
    expected, seen = receipt["source"]["fingerprint"], fingerprint(paths)
    if seen != expected:
        names = ", ".join(file["name"] for file in receipt["source"]["files"])
        raise ReceiptError(
            f"The receipt was made from other bytes ({names}): expected the fingerprint {expected}, seen {seen}; "
            "name the same files in the same order."
        )
    dataset = _as_it_was(workspace.open(paths, ReadOptions(**receipt["source"]["reading"])), receipt)
    for known in receipt["signals"]:
        compute(dataset, dataset.signal(known["name"]))
    personal = receipt.get("personal_data", {})
    if personal:
        rules = [NotPersonal(**rule) for rule in personal["not_personal"]]
        dataset.set_rulings(ruled(dataset, rules, "receipt"))
    tags = receipt["tags"]
    request = ExportRequest(
        View.from_params(receipt["view"]),
        receipt["to"],
        tuple(tags["only"]),
        tuple(tags["without"]),
        tuple(receipt.get("clean", ())),
        tuple(receipt.get("add", ())),
        receipt.get("split_safe", ""),
        tuple(personal.get("redact", ())),
    )
    with new_folder(out) as folder:
        made = make(dataset, request, folder, paths, reasons=_reasons(tags.get("reasons", {})))
        _compare(receipt, made)
    return ExportResult(Path(out), made)


def _as_it_was(dataset: Dataset, receipt: Mapping[str, Any]) -> Dataset:
    """The dataset under the names, roles, parameters and tags of the receipt; what is on disk stays as it is."""
    source = receipt["source"]
    if unknown := sorted(set(source["roles"].values()) - set(dataset.originals)):
        raise ReceiptError(f"The receipt gives a role to {unknown[0]!r}, a column that the source does not have.")
    files = [{**own, "name": file["name"]} for own, file in zip(dataset.meta["files"], source["files"], strict=True)]
    parameters = {known["name"]: known["parameters"] for known in receipt["signals"]}
    if "detector" in (personal := receipt.get("personal_data", {})):
        parameters["personal_data"] = {**personal["detector"], **parameters.get("personal_data", {})}
    dataset.meta = {**dataset.meta, "files": files, "parameters": parameters}
    dataset.name, dataset.roles = source["name"], source["roles"]
    dataset.set_tags(_tags(receipt["tags"]), 1)
    return dataset


def _tags(tags: Mapping[str, Any]) -> pl.DataFrame:
    """row_id, tags, disputed_tags from row ids by tag."""
    frames = [
        pl.DataFrame(
            [(row_id, tag) for tag, ids in tags[key].items() for row_id in ids],
            schema={ROW_ID: pl.String, name: pl.String},
            orient="row",
        )
        .group_by(ROW_ID)
        .agg(pl.col(name).unique().sort())
        for key, name in (("rows", "tags"), ("disputed_rows", "disputed_tags"))
    ]
    both = frames[0].join(frames[1], on=ROW_ID, how="full", coalesce=True)
    return both.with_columns(pl.col("tags", "disputed_tags").fill_null([])).sort(ROW_ID)


def _reasons(reasons: Mapping[str, Mapping[str, Mapping[str, str]]]) -> pl.DataFrame:
    """row_id, tag, why, reason from reasons by tag, by why, by row id."""
    lines = [(i, tag, why, r) for tag, by in reasons.items() for why, rows in by.items() for i, r in rows.items()]
    return pl.DataFrame(lines, schema=dict.fromkeys((ROW_ID, "tag", "why", "reason"), pl.String), orient="row")


def _compare(receipt: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """Raises ReceiptError where a file's bytes differ, or where the receipt says something else."""
    is_same = receipt["winnow"] == made["winnow"]
    versions = "" if is_same else f" (receipt by Winnow {receipt['winnow']}, this is {made['winnow']})"
    expected, seen = ({file["path"]: file["sha256"] for file in side["files"]} for side in (receipt, made))
    if missing := sorted(expected.keys() ^ seen.keys()):
        where = "only in the receipt" if missing[0] in expected else "not in the receipt"
        raise ReceiptError(f"The file {missing[0]} is {where}{versions}; nothing was written.")
    for path, sha256 in expected.items():
        if seen[path] != sha256:
            both = f"expected the SHA-256 {sha256}, got {seen[path]}"
            raise ReceiptError(f"{path} came out with other bytes{versions}: {both}; nothing was written.")
    said = orjson.loads(orjson.dumps(made))
    if is_same and (other := [key for key in said if receipt.get(key) != said[key]]):
        raise ReceiptError(f"The receipt was changed: the same export says otherwise of {', '.join(other)}.")
