"""A result as JUnit's XML, which every build server reads: a rule is a test case."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from analysis.contract.as_text import sentence
from analysis.contract.baseline import Compared
from analysis.contract.results import ContractResult, RuleResult
from analysis.printable import printable

KINDS = {"fail": "failure", "unknown": "error"}
REGRESSION = "regression against the baseline"


def as_junit(result: ContractResult, compared: Compared | None = None) -> str:
    """One suite. A rule that fails is a failure, one that is not known an error; a rule that may be so is skipped.

    A regression is a failure of a case of its own.
    """
    cases = [_case(rule) for rule in result.rules]
    cases += [_regression(change.name, change.sentence) for change in compared.regressions] if compared else []
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    numbers = {name: str(number) for name, number in counts.items()}
    name = printable(result.contract.name)
    suites = ElementTree.Element("testsuites", {"name": name, **numbers, "time": "0"})
    about = {"name": printable(result.dataset), **numbers, "time": "0", "timestamp": f"{result.checked_on}T00:00:00"}
    suite = ElementTree.SubElement(suites, "testsuite", about)
    suite.extend(cases)
    if result.notes:
        ElementTree.SubElement(suite, "system-out").text = printable("\n".join(result.notes), keep="\n")
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _case(rule: RuleResult) -> ElementTree.Element:
    case = _empty(rule.rule.name, rule.rule.characteristic)
    message, more = printable(sentence(rule)), printable("\n".join([*rule.notes, rule.to_do]).strip(), keep="\n")
    if rule.status == "unknown" and rule.rule.allow_unknown:
        ElementTree.SubElement(case, "skipped", {"message": message})
    elif rule.status in KINDS:
        ElementTree.SubElement(case, KINDS[rule.status], {"message": message, "type": rule.status}).text = more
    else:
        ElementTree.SubElement(case, "system-out").text = f"{rule.status}: {message}\n{more}".strip()
    return case


def _regression(name: str, text: str) -> ElementTree.Element:
    case = _empty(f"{name} ({REGRESSION})", "regression")
    ElementTree.SubElement(case, "failure", {"message": printable(text), "type": "regression"})
    return case


def _empty(name: str, kind: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"name": printable(name), "classname": f"winnow.{kind}", "time": "0"})
