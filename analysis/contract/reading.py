"""Reads a contract from its TOML file: rules, presets and accepted rows, with the line of whatever is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from analysis.check import CHARACTERISTICS, Characteristic
from analysis.contract.contract import Acceptance, Contract, Rule
from analysis.contract.fields import Fields, fault, nearest_first
from analysis.contract.lines import line_of_key, table_lines
from analysis.contract.presets import Chosen, chosen_of, rules_of_preset
from analysis.contract.rules import rule_of
from analysis.errors import ContractError

FILE_NAME = "winnow.toml"
MOST_BYTES = 4_000_000
TABLES = ("rule", "accept", "preset")


class Document(NamedTuple):
    """A TOML file that was read: its values, its path, and the lines on which its tables begin."""

    values: dict[str, Any]
    path: Path
    lines: dict[str, list[int]]
    text: str

    def tables(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each `[[name]]` with its line. Raises ContractError where it is not written so."""
        tables = self.values.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise ContractError(f"{self.path.name}, line {self.line(name)}: write [[{name}]] in double brackets.")
        lines = self.lines.get(name, [])
        places = lines if len(lines) == len(tables) else [self.line(name)] * len(tables)
        yield from zip(places, tables, strict=True)

    def line(self, name: str) -> int:
        """The line of the first table, or of the first key, of that name."""
        return self.lines.get(name, [line_of_key(self.text, name)])[0]


def read_contract(path: Path) -> Contract:
    """The contract in a file. Raises ContractError where it cannot be read, with line and column or the rule."""
    document = read_document(path)
    top = Fields(document.values, f"{path.name}")
    head = Fields(top.inner("contract"), f"{path.name}, line {document.line('contract')}, [contract]")
    for name in TABLES:
        top.names.append(name)
        top.table.pop(name, None)
    top.finish()
    name, owner, dataset = head.text("name", path.name), head.text("owner"), head.text("dataset")
    listed = tuple(_characteristic(head, text) for text in head.texts("characteristics"))
    line = line_of_key(document.text, "presets")
    chosen = [Chosen(preset, line=line) for preset in head.texts("presets")]
    head.finish()
    chosen += [chosen_of(Fields(t, f"{path.name}, line {line}, preset"), line) for line, t in document.tables("preset")]
    rules = [rule_of(table, line, path, owner) for line, table in document.tables("rule")]
    rules += [rule for preset in chosen for rule in rules_of_preset(preset, path, owner)]
    _check_names(rules, path)
    accepted = tuple(_acceptance(table, line, rules, path) for line, table in document.tables("accept"))
    return Contract(name, path, owner, dataset, tuple(dict.fromkeys(listed)), tuple(rules), accepted)


def read_document(path: Path) -> Document:
    """A TOML file. Raises ContractError where it cannot be read."""
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(
            f"{path} is no TOML: {_reason(str(error), text)}. Correct that place; docs/contract.md shows the form."
        ) from None
    except RecursionError:
        raise ContractError(f"{path} has brackets within brackets too deep to read; write it flatter.") from None
    except ValueError as error:
        raise ContractError(f"{path} cannot be read as TOML ({str(error)[:120]}); correct it.") from None
    return Document(values, path, table_lines(text), text)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ContractError(
            f"The contract {path} cannot be read ({error.strerror}); name a file with --contract."
        ) from None
    if len(data) > MOST_BYTES:
        raise ContractError(f"The contract {path} has more than {MOST_BYTES:,} bytes; is it another file?")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ContractError(
            f"{path}, line {line}, column {column}: this is no UTF-8; save the file as UTF-8."
        ) from None


def _reason(message: str, text: str) -> str:
    """What the parser says, with line and column also where it only says "end of document"."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.S)
    if match:
        return f"line {match[2]}, column {match[3]}: {match[1]}"
    lines = text.split("\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}: {message.removesuffix(' (at end of document)')}"


def _characteristic(head: Fields, text: str) -> Characteristic:
    for name in CHARACTERISTICS:
        if name == text:
            return name
    raise fault(head, f"characteristics names {text[:80]!r}; known: {nearest_first(text, CHARACTERISTICS)}")


def _check_names(rules: list[Rule], path: Path) -> None:
    """Raises ContractError where two rules have one name: an accepted row or a baseline would mean both."""
    lines: dict[str, int] = {}
    for rule in rules:
        if rule.name in lines:
            raise ContractError(
                f"{path.name}, line {rule.line}: the rule {rule.name!r} is there already, on line "
                f"{lines[rule.name]}; a rule has one owner and one name, so rename or remove one."
            )
        lines[rule.name] = rule.line


def _acceptance(table: Mapping[str, Any], line: int, rules: list[Rule], path: Path) -> Acceptance:
    fields = Fields(table, f"{path.name}, line {line}, accept")
    name = fields.required("rule")
    rule = next((rule for rule in rules if rule.name == name), None)
    if rule is None:
        names = nearest_first(name, (rule.name for rule in rules)) or "none"
        raise fault(
            fields, f"it accepts rows of the rule {name[:80]!r}, which is not in this contract; its rules: {names}"
        )
    if not rule.counts_rows or rule.limits.is_about_too_few:
        raise fault(fields, f"the rule {name!r} has no faulty rows that could be accepted; remove this table")
    rows = fields.texts("rows")
    if not rows:
        raise fault(fields, 'it accepts no rows; write rows = ["id of a row", …]')
    accepted = Acceptance(
        name, tuple(dict.fromkeys(rows)), fields.required("by"), fields.required("reason"), fields.day("until")
    )
    fields.finish()
    return accepted
