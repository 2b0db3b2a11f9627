"""Which file is the contract of a dataset: the one that is named, else winnow.toml beside the data."""

from __future__ import annotations

from pathlib import Path

from analysis.contract.reading import FILE_NAME
from analysis.dataset import Dataset
from analysis.errors import ContractError


def contract_path(dataset: Dataset, given: str | Path | None = None) -> Path:
    """The path of the contract. Raises ContractError where there is none."""
    if given is not None:
        path = Path(given).expanduser()
        if not path.is_file():
            raise ContractError(f"There is no contract {str(given)!r}; check its name and its folder.")
        return path
    beside = [path for path in places_beside(dataset) if path.is_file()]
    if not beside:
        raise ContractError(
            f"There is no contract: {places_beside(dataset)[0]} does not exist; write it (docs/contract.md shows how), "
            "or name one with --contract."
        )
    if len(beside) > 1:
        raise ContractError(
            f"There are {len(beside)} contracts beside the files of this dataset: {', '.join(map(str, beside))}; "
            "name one with --contract."
        )
    return beside[0]


def places_beside(dataset: Dataset) -> list[Path]:
    """Where a contract is looked for that is not named: in the folder of each file of the dataset, first file first."""
    folders = dict.fromkeys(Path(file["path"]).parent for file in dataset.meta["files"])
    return [folder / FILE_NAME for folder in folders]
