"""A finding as a rule of a contract: its text in TOML, added to or removed from a file whose other lines stay."""

from __future__ import annotations

import math
from collections.abc import Collection, MutableSequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from analysis.contract import places_beside
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.findings import Finding
from analysis.whole_files import whole_file

SHARE_DIGITS = 4


def contract_path(dataset: Dataset) -> Path:
    """The contract beside a file of a dataset, as a check takes it; beside the first file where there is none yet."""
    places = places_beside(dataset)
    return next((path for path in places if path.is_file()), places[0])


def rule_text(finding: Finding, at_present: bool, owner: str = "", taken: Collection[str] = ()) -> str:
    """The rule in TOML: no row may show the finding, or, `at_present`, no larger share than shows it now.

    That share is rounded up, so that the rule passes today. `taken`: the names of the contract's rules; no two of them
    have the same name.
    """
    from tomlkit import dumps

    return dumps(_document(finding, at_present, owner, taken)).lstrip("\n")


def has_rule(path: Path, finding: Finding) -> bool:
    """Whether the contract has a rule about this finding. Raises UsageError where it cannot be read."""
    return any(rule.get("finding") == finding.name for rule in _rules(_read(path), path))


def add_rule(path: Path, finding: Finding, at_present: bool, owner: str = "") -> None:
    """Adds the rule at the end of the contract, which is created if it is missing. Raises UsageError."""
    document = _read(path)
    names = {str(rule.get("name")) for rule in _rules(document, path)}
    text = _dumped(document)
    text += "" if not text or text.endswith("\n") else "\n"
    _write(path, (f"{text}\n" if text else "") + rule_text(finding, at_present, owner, names))


def remove_rule(path: Path, finding: Finding) -> None:
    """Removes the latest rule about this finding; the other lines of the contract stay. Raises UsageError."""
    document = _read(path)
    rules = _rules(document, path)
    places = [place for place, rule in enumerate(rules) if rule.get("finding") == finding.name]
    if not places:
        raise UsageError(f"{path} has no rule about {finding.name}; it was removed before.")
    del rules[places[-1]]
    if not len(rules):
        del document["rule"]
    _write(path, _dumped(document))


def _document(finding: Finding, at_present: bool, owner: str, taken: Collection[str]) -> Any:
    from tomlkit import aot, document, table

    rule = table()
    title = finding.check.title
    rule["name"] = next(name for name in chain([title], (f"{title} {n}" for n in count(2))) if name not in taken)
    rule["characteristic"] = finding.characteristic
    rule["severity"] = "error" if finding.severity == "error" else "warn"
    rule["finding"] = finding.name
    if at_present:
        rule["max_share"] = math.ceil(finding.share * 10**SHARE_DIGITS) / 10**SHARE_DIGITS
    else:
        rule["max_rows"] = 0
    if owner:
        rule["owner"] = owner
    rules = aot()
    rules.append(rule)
    whole = document()
    whole["rule"] = rules
    return whole


def _read(path: Path) -> Any:
    from tomlkit import document, parse
    from tomlkit.exceptions import TOMLKitError

    if not path.exists():
        return document()
    try:
        return parse(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"The contract {path} cannot be read ({error.strerror}); check its rights.") from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(f"The contract {path} is no TOML ({error}); correct it, then add the rule.") from error


def _rules(document: Any, path: Path) -> MutableSequence[Any]:
    rules = document.get("rule", [])
    if not isinstance(rules, list) or not all(hasattr(rule, "get") for rule in rules):
        raise UsageError(f"In the contract {path}, rule is no list of tables; write each rule under [[rule]].")
    return rules


def _dumped(document: Any) -> str:
    from tomlkit import dumps

    return dumps(document)


def _write(path: Path, text: str) -> None:
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise UsageError(
            f"The contract {path} cannot be written ({error.strerror}); copy the rule and add it to a file by hand."
        ) from error
