"""Rules and contracts for tests."""

from __future__ import annotations

from pathlib import Path

from analysis.contract import Contract, Limits, read_contract
from analysis.contract.rules import rule_of

PATH = Path("winnow.toml")


def limits(**given: object) -> Limits:
    """The limits of a rule about rows with these keys."""
    return rule_of({"name": "x", "characteristic": "formatted", "where": ["a~null"], **given}, 1, PATH).limits


def contract(folder: Path, text: str) -> Contract:
    """The contract with this text."""
    path = folder / "winnow.toml"
    path.write_text(text, encoding="utf-8")
    return read_contract(path)
