"""The contract of a dataset: what it must keep, whether it does so, and which rows do not."""

from analysis.contract.baseline import BASELINE_NAME, Compared, compare, read_baseline, write_baseline
from analysis.contract.checking import check
from analysis.contract.contract import Acceptance, Contract, Limits, Rule
from analysis.contract.finding_file import contract_path, places_beside
from analysis.contract.fitting import fit
from analysis.contract.keeping import keep_result, last_result
from analysis.contract.measures import MEASURES
from analysis.contract.presets import preset_names, read_preset
from analysis.contract.reading import FILE_NAME, read_contract
from analysis.contract.results import ContractResult, RuleResult
from analysis.contract.row_files import rows_of, write_rows
from analysis.contract.written import FORMATS, as_dict, check_format, written

__all__ = [
    "BASELINE_NAME",
    "FILE_NAME",
    "FORMATS",
    "MEASURES",
    "Acceptance",
    "Compared",
    "Contract",
    "ContractResult",
    "Limits",
    "Rule",
    "RuleResult",
    "as_dict",
    "check",
    "check_format",
    "compare",
    "contract_path",
    "fit",
    "keep_result",
    "last_result",
    "places_beside",
    "preset_names",
    "read_baseline",
    "read_contract",
    "read_preset",
    "rows_of",
    "write_baseline",
    "write_rows",
    "written",
]
