"""A dataset as one rule reads it: with the rule's own parameters of signals, which are kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.computing.choosing import typed, with_parameters
from analysis.contract.contract import Rule
from analysis.contract.fields import nearest_first
from analysis.dataset import Dataset
from analysis.errors import ContractError, UsageError
from analysis.personal_data.not_personal import ruled
from analysis.training.choice import choose, tokenizer_beside

PATHS = ("template", "tokenizer", "serve", "pipeline", "model")
"""Parameters that may be a path; it is relative to the contract."""
OF_TRAINER = (
    "template",
    "tokenizer",
    "rule",
    "max_length",
    "truncation",
    "variables",
    "date",
    "adds_begin",
    "serve",
)


def read_by(dataset: Dataset, rule: Rule) -> Dataset:
    """The dataset with the parameters of a rule; the dataset itself where the rule has none.

    Parameters that the rule does not name have their defaults, whatever is chosen for the dataset, so that a contract
    means the same on every machine. Raises WinnowError.
    """
    if not rule.parameters:
        return dataset
    read = dataset
    for name, given in rule.parameters.items():
        if name not in dataset.catalogue:
            raise ContractError(f"there is no signal {name[:80]!r}; known: {nearest_first(name, dataset.catalogue)}.")
        resolved = {key: _resolved(key, value, rule.folder) for key, value in given.items()}
        parameters = _of_trainer(resolved) if name == "trainer" else _of_signal(read, name, resolved)
        read = read.read_with({name: parameters})
    if dataset.rulings.rules:
        read.set_rulings(ruled(read, dataset.rulings.rules, dataset.rulings.revision))
    return read


def _resolved(key: str, value: object, folder: Path) -> object:
    """A path beside the contract as a whole path; anything else as it is written."""
    if key not in PATHS or not isinstance(value, str) or not value:
        return value
    path = folder / Path(value).expanduser()
    try:
        return str(path) if path.exists() else value
    except OSError:
        return value


def _of_signal(dataset: Dataset, name: str, given: Mapping[str, object]) -> Mapping[str, object]:
    defaults = dataset.catalogue[name].parameters
    _check_names(name, given, [key for key in defaults if not key.startswith("of_")])
    for key, value in given.items():
        if isinstance(defaults[key], str) != isinstance(value, str):
            raise ContractError(
                f"{key} of {name} cannot be {str(value)[:40]}; write a value such as {defaults[key]!r}."
            )
    typed(dataset.catalogue[name], given)
    return with_parameters(dataset, [name], given)[name]


def _of_trainer(given: Mapping[str, object]) -> Mapping[str, object]:
    """What is trained, by the names that the command `trainer` has too; a tokenizer beside the template is taken."""
    _check_names("trainer", given, OF_TRAINER)
    variables = given.get("variables", {})
    if not isinstance(variables, dict):
        raise ContractError("variables of trainer is no table; write variables = {name = value}.")
    texts = {key: _text(given, key) for key in ("template", "tokenizer", "rule", "truncation", "date", "serve")}
    if not texts["template"]:  # no template is chosen by a rule that names none
        raise ContractError('signal.trainer names no template; write signal.trainer = {template = "NAME or path"}.')
    if not texts["tokenizer"]:
        texts["tokenizer"] = tokenizer_beside(texts["template"])
    named: dict[str, Any] = {**{key: text for key, text in texts.items() if text}, **_numbers(given)}
    choice = choose(**named, variables=variables)
    choice.tried().reader()
    return choice.parameters()


def _text(given: Mapping[str, object], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise ContractError(f"{key} of trainer cannot be {str(value)[:40]}; write a text in quotes.")
    return value


def _numbers(given: Mapping[str, object]) -> dict[str, object]:
    """The maximum length, and whether the trainer adds a beginning token."""
    wanted = {"max_length": int, "adds_begin": bool}
    for key, kind in wanted.items():
        if key in given and type(given[key]) is not kind:
            raise ContractError(f"{key} of trainer cannot be {str(given[key])[:40]!r}; write {_example(kind)}.")
    return {key: given[key] for key in wanted if key in given}


def _example(kind: type) -> str:
    return "true or false" if kind is bool else "a whole number such as 4096"


def _check_names(signal: str, given: Mapping[str, object], names: list[str] | tuple[str, ...]) -> None:
    if (unknown := next((key for key in given if key not in names), None)) is not None:
        raise UsageError(
            f"{signal} has no parameter {unknown[:80]!r}; known: {nearest_first(unknown, names) or 'none'}."
        )
