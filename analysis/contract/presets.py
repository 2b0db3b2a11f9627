"""Rules by task that come along, such as those of supervised finetuning; a contract names them by a word."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path

from analysis.check import CHARACTERISTICS
from analysis.contract.contract import Rule
from analysis.contract.fields import Fields, fault, nearest_first
from analysis.contract.rules import SEVERITIES, rule_of
from analysis.errors import ContractError

FOLDER = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Chosen:
    """A preset that a contract names, and what it changes.

    `role`: the text that the rules are about; "" for the first that the preset is for. `characteristics`: only the
    rules about these; none for all. `without`: the rules that are left out. `line`: where the contract names it.
    """

    name: str
    role: str = ""
    characteristics: tuple[str, ...] = ()
    severity: str = ""
    owner: str = ""
    without: tuple[str, ...] = ()
    allow_unknown: bool = False
    line: int = 1


@dataclass(frozen=True)
class Preset:
    """A preset as it is kept: what it is for, the roles that it can be about, and its rules.

    `signals`: the signals that get the role as their parameter `role`.
    """

    name: str
    about: str
    roles: tuple[str, ...]
    signals: tuple[str, ...]
    rules: tuple[Rule, ...]


def preset_names() -> list[str]:
    """The names of the presets.

    >>> "sft" in preset_names()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_preset(name: str) -> Preset:
    """The preset of that name. Raises ContractError where there is none."""
    if name not in preset_names():
        raise ContractError(f"There is no preset {name[:80]!r}; known: {nearest_first(name, preset_names())}.")
    path = FOLDER / f"{name}.toml"
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    head = Fields(values["preset"], f"{path.name}, [preset]")
    preset = Preset(
        name,
        head.required("about"),
        head.texts("roles"),
        head.texts("signals"),
        tuple(rule_of(table, 1, path) for table in values["rule"]),
    )
    head.finish()
    return preset


def chosen_of(fields: Fields, line: int) -> Chosen:
    """What a table [[preset]] says. Raises ContractError."""
    chosen = Chosen(
        name=fields.required("name"),
        role=fields.text("role"),
        characteristics=fields.texts("characteristics"),
        severity=fields.choice("severity", SEVERITIES),
        owner=fields.text("owner"),
        without=fields.texts("without"),
        allow_unknown=fields.truth("allow_unknown"),
        line=line,
    )
    if unknown := next((name for name in chosen.characteristics if name not in CHARACTERISTICS), None):
        raise fault(fields, f"characteristics names {unknown[:80]!r}; known: {nearest_first(unknown, CHARACTERISTICS)}")
    fields.finish()
    return chosen


def rules_of_preset(chosen: Chosen, path: Path, owner: str) -> list[Rule]:
    """The rules of a preset for a contract, each called `preset: rule`. Raises ContractError."""
    place = f"{path.name}, line {chosen.line}, preset {chosen.name[:80]!r}"
    if chosen.name not in preset_names():
        raise ContractError(f"{place}: there is no such preset; known: {nearest_first(chosen.name, preset_names())}.")
    preset = read_preset(chosen.name)
    names = [rule.name for rule in preset.rules]
    if unknown := next((name for name in chosen.without if name not in names), None):
        raise ContractError(f"{place}: it has no rule {unknown[:80]!r}; its rules: {nearest_first(unknown, names)}.")
    role = _role(chosen, preset, place)
    wanted = chosen.characteristics or tuple(CHARACTERISTICS)
    return [
        _bound(rule, chosen, preset, role, owner)
        for rule in preset.rules
        if rule.characteristic in wanted and rule.name not in chosen.without
    ]


def _role(chosen: Chosen, preset: Preset, place: str) -> str:
    """The role that the rules are about, "" where the preset is about no role."""
    if chosen.role and chosen.role not in preset.roles:
        roles = nearest_first(chosen.role, preset.roles)
        one = f"it can be about: {roles}" if roles else "it is about no role; remove role"
        raise ContractError(f"{place}: it cannot be about the role {chosen.role[:80]!r}; {one}.")
    return chosen.role or next(iter(preset.roles), "")


def _bound(rule: Rule, chosen: Chosen, preset: Preset, role: str, owner: str) -> Rule:
    """A rule of a preset under the name of both, with the preset's role and what the contract changes."""
    parameters = {**(rule.parameters or {}), **{name: {"role": role} for name in preset.signals if role}}
    severity = rule.severity if not chosen.severity else chosen.severity
    return dataclasses.replace(
        rule,
        name=f"{preset.name}: {rule.name}",
        line=chosen.line,
        owner=chosen.owner or owner,
        parameters=parameters,
        needs=(*rule.needs, *((role,) if role else ())),
        allow_unknown=rule.allow_unknown or chosen.allow_unknown,
        severity="warn" if severity == "warn" else "error",
        limits=rule.limits if severity == rule.severity else rule.limits.with_severity(severity),
    )
